"""Samples of the ground: units, people, jobs, datasets and their versions, uploads, data requests."""

from datetime import date
from functools import lru_cache

from sample_kinds import KEEPER, Sample, sample

from haihe.messages import Text
from haihe.workspace.audit.chain import Actor
from haihe.workspace.data import store
from haihe.workspace.data.actions import ACCEPT, SUBMIT
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.intake import uploads
from haihe.workspace.intake.actions import CONFIRM, INSPECT
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import target_of
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.models import Job
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units import staff
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Post, Unit
from small_region import small_region
from workspace_cases import City

region = lru_cache(small_region)
"""The small region, made once."""


@sample(Unit)
def _unit(city: City, unit: str) -> Sample:
    return Sample(city.units[unit], (), unit)  # names of units stand on many pages; the answer alone is looked at


@sample(Person)
def _person(city: City, unit: str) -> Sample:
    name = f"张样本（{unit}）"
    person, _ = staff.hire(Actor("", unit), f"sample-{unit.lower()}", name, city.units[unit], "viewer")
    return Sample(person, (name,), unit)


@sample(Post)
def _post(city: City, unit: str) -> Sample:
    name = f"李任职（{unit}）"
    person, _ = staff.hire(Actor("", unit), f"posted-{unit.lower()}", name, city.units[unit], "viewer")
    return Sample(person.posts.get(), (name,), unit)


@sample(Job)
def _job(city: City, unit: str) -> Sample:
    title = f"样本作业（{unit}）"
    keeper = city.people[KEEPER[unit]]
    held = {"unit": city.units[unit], "created_by": keeper.username}
    dataset = Dataset.objects.create(code=f"about-{unit.lower()}", name_zh="作业所查数据", **held)
    about = Version.objects.create(  # approved, so that who sees the job sees what it is about
        code=f"about-{unit.lower()}-1", number=1, dataset=dataset, state=APPROVED, sha256="0" * 64, **held
    )  # fmt: skip
    job = queue.enqueue(keeper, city.units[unit], "data.check", title=Text(title, title), version=about.code)
    return Sample(job, (title,), unit)


@sample(Dataset)
def _dataset(city: City, unit: str) -> Sample:
    name, keeper = f"样本数据（{unit}）", city.people[KEEPER[unit]].username
    dataset = Dataset.objects.create(code=f"set-{unit.lower()}", unit=city.units[unit], name_zh=name, created_by=keeper)
    return Sample(dataset, (name,), unit)


def dataset_of(city: City, unit: str) -> Dataset:
    """The sample dataset of a unit, made where it is not there yet."""
    found: Dataset | None = Dataset.objects.filter(code=f"set-{unit.lower()}").first()
    return found or _dataset(city, unit).thing


@sample(Version)
def _version(city: City, unit: str) -> Sample:
    note = f"样本版本说明（{unit}）"
    dataset = dataset_of(city, unit)
    kept = {"unit": city.units[unit], "dataset": dataset, "sha256": "0" * 64, "created_by": KEEPER[unit]}
    kept |= {"tables": store.put(region().tables), "meta": region().meta.model_dump()}
    dataset.current = Version.objects.create(code=f"{dataset.code}-1", number=1, state=APPROVED, **kept)
    dataset.number = 2
    dataset.save()
    version = Version.objects.create(code=f"{dataset.code}-2", number=2, parent=dataset.current, note=note, **kept)
    return Sample(version, (note,), unit, narrowed=lambda viewer: viewer.works_in(unit))  # a draft


@sample(Upload)
def _upload(city: City, unit: str) -> Sample:
    name, keeper = f"样本上传（{unit}）.csv", city.people[KEEPER[unit]]
    upload = uploads.receive(
        keeper, city.units[unit], target_of("dataset"), dataset_of(city, unit), name, b"code,name_zh\n1,x\n"
    )
    return Sample(
        upload,
        (name,),
        unit,
        acts={CONFIRM: SUBMIT},  # what uploads to a dataset need
        narrowed=lambda viewer: viewer.works_in(unit) or viewer.reaches(INSPECT, {unit}),
    )


@sample(Request)
def _request(city: City, unit: str) -> Sample:
    title = f"样本征集（{unit}）"
    request = Request.objects.create(
        code=f"ask-{unit.lower()}", unit=city.units[unit], title=title, dataset=dataset_of(city, unit),
        due=date(2027, 1, 1), created_by=KEEPER[unit],
    )  # fmt: skip
    return Sample(request, (title,), unit)


@sample(Answer)
def _answer(city: City, unit: str) -> Sample:
    """An answer of a unit, still a draft, to a request of the city, which tells the unit the name of its dataset."""
    remark, title = f"样本答复（{unit}）", f"市级征集（{unit}）"
    named = Dataset.objects.create(code=f"base-{unit.lower()}", unit=city.units["TJ"], name_zh="征集所依据的数据")
    request = Request.objects.create(
        code=f"asked-{unit.lower()}", unit=city.units["TJ"], title=title, dataset=named,
        due=date(2027, 1, 1), state="open", addressees=[unit],
    )  # fmt: skip
    answer = Answer.objects.create(
        code=f"answer-{unit.lower()}", unit=city.units[unit], request=request, remark=remark, created_by=KEEPER[unit]
    )
    return Sample(
        answer,
        (remark,),
        unit,
        parties=frozenset({unit, "TJ"}),
        deciders={ACCEPT: frozenset({"TJ"})},
        narrowed=lambda viewer: viewer.works_in(unit),
    )


def version_in_force(city: City, unit: str) -> Version:
    """The version in force of a unit's sample dataset, made where it is not there yet."""
    found: Version | None = Version.objects.filter(dataset__code=f"set-{unit.lower()}", number=1).first()
    return found or _version(city, unit).thing.dataset.current


@sample(Scenario)
def _scenario(city: City, unit: str) -> Sample:
    """A draft: seen where it is made."""
    name, version = f"样本情景（{unit}）", version_in_force(city, unit)
    scenario = Scenario.objects.create(
        code=f"scenario-{unit.lower()}", unit=city.units[unit], dataset=version.dataset, version=version,
        name_zh=name, created_by=KEEPER[unit], edits=[["limits", "cap|2019", "value", "0.7", ""]],
    )  # fmt: skip
    return Sample(scenario, (name,), unit, narrowed=lambda viewer: viewer.works_in(unit))

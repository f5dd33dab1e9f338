"""One object of every kind in a unit, for tests that walk every address; and who may see it, said without the code's help.

A room that adds a kind of object that belongs to a unit adds its sample here, and an address with more parameters than one
code adds itself to `LOOKUPS`; tests/workspace/test_workspace_permissions.py fails until both stand.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from haihe.messages import Text
from haihe.workspace.audit.chain import Actor
from haihe.workspace.data import store
from haihe.workspace.data.actions import ACCEPT
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.intake import uploads
from haihe.workspace.intake.actions import INSPECT, UPLOAD
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import target_of
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.models import Job
from haihe.workspace.units import staff
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ALLOWED
from small_region import small_region
from workspace_cases import PEOPLE, UNITS, City

PARENTS: dict[str, str | None] = {code: parent for code, _zh, _en, _kind, parent, _region in UNITS}
WHERE = ("TJ-BH", "TJ-HP", "TJ", "BJ")
"""Units in which samples are made: a district, the district beside it, the city above both, the neighbouring region."""
KEEPER = {"TJ-BH": "bh-editor", "TJ-HP": "hp-editor", "TJ": "planner", "BJ": "bj-planner"}


def above(unit: str) -> set[str]:
    """A unit and all above it, by the plain table of parents."""
    found, here = set(), unit
    while here:
        found.add(here)
        here = PARENTS[here] or ""
    return found


@dataclass(frozen=True)
class Viewer:
    """Somebody with posts, as the plain table of the small city lists them: role, unit, below."""

    username: str
    posts: tuple[tuple[str, str, bool], ...]

    def holds(self, action: str) -> bool:
        """Whether any role of the viewer has an action."""
        return any(action in ALLOWED[role] for role, _unit, _below in self.posts)

    def reaches(self, action: str, units: Iterable[str]) -> bool:
        """Whether the viewer has an action in one of some units: by a post there, or by one above that reaches below."""
        return any(
            action in ALLOWED[role] and (unit == post or (below and post in above(unit)))
            for role, post, below in self.posts
            for unit in units
        )

    def works_in(self, unit: str) -> bool:
        """Whether the viewer has a post in exactly this unit."""
        return any(post == unit for _role, post, _below in self.posts)


VIEWERS = {username: Viewer(username, ((role, unit, below),)) for username, role, unit, below in PEOPLE}
VIEWERS["nobody"] = Viewer("nobody", ())


@dataclass(frozen=True)
class Sample:
    """An object, the names that must not be told to who may not see it, and whose it is.

    ``parties`` are the units in whose reach it is read, ``deciders`` those whose people act on it, by action where they
    differ; ``narrowed`` says who of those in reach sees it yet.
    """

    thing: Any
    names: tuple[str, ...]
    unit: str
    parties: frozenset[str] = frozenset()
    deciders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    narrowed: Callable[[Viewer], bool] = lambda _viewer: True

    def seen_by(self, viewer: Viewer) -> bool:
        """Whether a viewer sees it."""
        return viewer.reaches(self.thing.read_by, self.parties or {self.unit}) and self.narrowed(viewer)

    def acted_on_by(self, viewer: Viewer, action: str) -> bool:
        """Whether a viewer who sees it may do an action on it."""
        return action == self.thing.read_by or viewer.reaches(action, self.deciders.get(action, {self.unit}))


region = lru_cache(small_region)
"""The small region, made once."""

SAMPLES: dict[type, Callable[[City, str], Sample]] = {}
"""How one object of a kind is made in a unit."""


def sample(kind: type) -> Callable[[Callable[[City, str], Sample]], Callable[[City, str], Sample]]:
    """Register how a sample of a kind is made."""

    def add(make: Callable[[City, str], Sample]) -> Callable[[City, str], Sample]:
        SAMPLES[kind] = make
        return make

    return add


@dataclass(frozen=True)
class Lookup:
    """An address that finds its object itself: what kind it names, the address's parameters, the action on the object.

    ``allowed`` replaces the rule where the page asks for something else than its action on the object.
    """

    of: type
    parameters: Callable[[Sample], dict[str, Any]]
    action: str = ""
    query: Callable[[Sample], str] = lambda _sample: ""
    allowed: Callable[[Viewer, Sample], bool] | None = None


LOOKUPS: dict[str, Lookup] = {
    "office:history": Lookup(
        Dataset,
        lambda sample: {"kind": sample.thing.kind(), "code": sample.thing.code},
        allowed=lambda viewer, sample: sample.seen_by(viewer) or viewer.reaches("audit.read", {sample.unit}),
    ),
    "data:table": Lookup(Version, lambda sample: {"code": sample.thing.code, "table": "regions"}, DATA_READ),
    "data:row": Lookup(
        Version, lambda sample: {"code": sample.thing.code, "table": "regions"}, DATA_READ, lambda _sample: "?key=north"
    ),
    "data:difference-choose": Lookup(
        Version, lambda sample: {"code": sample.thing.code}, DATA_READ, lambda sample: f"?with={sample.thing.code}"
    ),
    "data:difference": Lookup(
        Version, lambda sample: {"code": sample.thing.code, "other": sample.thing.code}, DATA_READ
    ),
    "intake:new": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, UPLOAD),
    "intake:template": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, UPLOAD),
}


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
    code = next(code for code, task in queue.TASKS.items() if keeper.may(task.action, city.units[unit]))
    job = queue.enqueue(keeper, city.units[unit], code, title=Text(title, title))
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

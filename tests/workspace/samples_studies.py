"""Samples of studies."""

from sample_kinds import KEEPER, Sample, sample
from samples_ground import dataset_of

from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.jobs.models import QUEUED, Job
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import APPROVED
from workspace_cases import City


@sample(Study)
def _study(city: City, unit: str) -> Sample:
    """A study of the unit, which waits, on an approved version of its dataset."""
    name, keeper = f"样本测算（{unit}）", KEEPER[unit]
    dataset: Dataset = dataset_of(city, unit)
    held = {"unit": city.units[unit], "created_by": keeper}
    version, _ = Version.objects.get_or_create(
        code=f"{dataset.code}-90",
        defaults={"number": 90, "dataset": dataset, "state": APPROVED, "sha256": "1" * 64} | held,
    )
    job = Job.objects.create(
        code=f"study-job-{unit.lower()}", task="studies.run-plan", title_zh=name, title_en=name, state=QUEUED,
        mark=f"study-{unit}", inputs={"sha256": version.sha256, "edits": [], "settings": {}}, **held,
    )  # fmt: skip
    study = Study.objects.create(
        code=f"study-{unit.lower()}",
        name_zh=name,
        kind_code="plan",
        version=version,
        sha256=version.sha256,
        job=job,
        **held,
    )
    return Sample(study, (name,), unit)

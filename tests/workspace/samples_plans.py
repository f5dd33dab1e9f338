"""Samples of plans."""

from sample_kinds import KEEPER, Sample, sample
from samples_ground import version_in_force

from haihe.workspace.plans.models import Plan
from haihe.workspace.studies.models import Study
from workspace_cases import City


@sample(Plan)
def _plan(city: City, unit: str) -> Sample:
    """A draft of the unit, whose numbers are not read yet: seen where it is made."""
    name, version = f"样本方案（{unit}）", version_in_force(city, unit)
    held = {"unit": city.units[unit], "created_by": KEEPER[unit], "version": version, "sha256": version.sha256}
    study = Study.objects.create(code=f"basis-{unit.lower()}", name_zh="方案所依据的测算", kind_code="plan", **held)
    plan = Plan.objects.create(
        code=f"plan-of-{unit.lower()}", name_zh=name, study=study, edits_sha256="2" * 64, haihe="0", index="3" * 64,
        solved="4" * 64, **held,
    )  # fmt: skip
    return Sample(plan, (name,), unit, narrowed=lambda viewer: viewer.works_in(unit))

"""One object of every kind in a unit, for tests that walk every address; and who may see it, said without the code's help.

A room that adds a kind of object that belongs to a unit adds its sample to the file of its rooms, and an address with more
parameters than one code adds itself to `LOOKUPS`; tests/workspace/test_workspace_permissions.py fails until both stand.
"""

import samples_dashboards  # each registers its samples
import samples_ground
import samples_neighbours
import samples_plans
import samples_rounds
import samples_studies
import samples_work
from sample_kinds import SAMPLES, VIEWERS, WHERE, Lookup, Sample, Viewer

from haihe.workspace.dashboards.actions import READ as DASHBOARDS_READ
from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.actions import SUBMIT
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.duties.actions import REPORT as DUTIES_REPORT
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.papers.models import Paper
from haihe.workspace.plans.actions import READ as PLANS_READ
from haihe.workspace.plans.models import Plan
from haihe.workspace.scenarios.actions import EDIT as SCENARIOS_EDIT
from haihe.workspace.scenarios.actions import READ as SCENARIOS_READ
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies.actions import READ as STUDIES_READ
from haihe.workspace.studies.models import Study

__all__ = ["LOOKUPS", "SAMPLES", "VIEWERS", "WHERE", "Lookup", "Sample", "Viewer"]
ROOMS = (
    samples_ground,
    samples_work,
    samples_studies,
    samples_plans,
    samples_rounds,
    samples_neighbours,
    samples_dashboards,
)
"""The files whose samples are registered when this one is imported."""

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
    "scenarios:take": Lookup(
        Version,
        lambda sample: {"code": sample.thing.dataset.current.code},
        allowed=lambda viewer, sample: viewer.reaches(DATA_READ, {sample.unit}) and viewer.holds(SCENARIOS_EDIT),
    ),
    "scenarios:copy": Lookup(
        Scenario,
        lambda sample: {"code": sample.thing.code},
        allowed=lambda viewer, sample: sample.seen_by(viewer) and viewer.holds(SCENARIOS_EDIT),
    ),
    "scenarios:grid": Lookup(Scenario, lambda sample: {"code": sample.thing.code, "table": "regions"}, SCENARIOS_EDIT),
    "scenarios:table": Lookup(Scenario, lambda sample: {"code": sample.thing.code, "table": "regions"}, SCENARIOS_READ),
    "scenarios:add": Lookup(Scenario, lambda sample: {"code": sample.thing.code, "table": "regions"}, SCENARIOS_EDIT),
    "studies:figure": Lookup(Study, lambda sample: {"code": sample.thing.code, "key": "plan-trade"}, STUDIES_READ),
    "studies:download": Lookup(
        Study, lambda sample: {"code": sample.thing.code, "key": "plan-trade", "form": "csv"}, STUDIES_READ
    ),
    "plans:figure": Lookup(Plan, lambda sample: {"code": sample.thing.code, "key": "plan-trade"}, PLANS_READ),
    "plans:download": Lookup(
        Plan, lambda sample: {"code": sample.thing.code, "key": "plan-trade", "form": "csv"}, PLANS_READ
    ),
    "plans:reality-file": Lookup(
        Plan, lambda sample: {"code": sample.thing.code, "key": "courses", "form": "csv"}, PLANS_READ
    ),
    "papers:attach": Lookup(Duty, lambda sample: {"kind": "duties.duty", "code": sample.thing.code}, DUTIES_REPORT),
    "papers:remove": Lookup(Paper, lambda sample: {"code": sample.thing.code}, DUTIES_REPORT),
    "duties:report-new": Lookup(Duty, lambda sample: {"kind": "duty", "code": sample.thing.code}, DUTIES_REPORT),
    "problems:bottlenecks": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:ask": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:raise": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "dashboards:figure": Lookup(
        Target,
        lambda _sample: {"key": "targets"},
        allowed=lambda viewer, _sample: viewer.holds(DASHBOARDS_READ),
    ),
    "dashboards:download": Lookup(
        Target,
        lambda _sample: {"key": "targets", "form": "csv"},
        allowed=lambda viewer, _sample: viewer.holds(DASHBOARDS_READ),
    ),
    "intake:new": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
    "intake:template": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
}

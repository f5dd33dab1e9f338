"""One object of every kind in a unit, for tests that walk every address; and who may see it, said without the code's help.

A room that adds a kind of object that belongs to a unit adds its sample to the file of its rooms, and an address with more
parameters than one code adds itself to `LOOKUPS`; tests/workspace/test_workspace_permissions.py fails until both stand.
"""

import samples_ground  # each registers its samples
import samples_rounds
import samples_work
from sample_kinds import SAMPLES, VIEWERS, WHERE, Lookup, Sample, Viewer

from haihe.workspace.data.actions import READ as DATA_READ
from haihe.workspace.data.actions import SUBMIT
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.duties.actions import REPORT as DUTIES_REPORT
from haihe.workspace.duties.models import Duty
from haihe.workspace.papers.models import Paper

__all__ = ["LOOKUPS", "SAMPLES", "VIEWERS", "WHERE", "Lookup", "Sample", "Viewer"]
ROOMS = (samples_ground, samples_work, samples_rounds)
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
    "papers:attach": Lookup(Duty, lambda sample: {"kind": "duties.duty", "code": sample.thing.code}, DUTIES_REPORT),
    "papers:remove": Lookup(Paper, lambda sample: {"code": sample.thing.code}, DUTIES_REPORT),
    "duties:report-new": Lookup(Duty, lambda sample: {"kind": "duty", "code": sample.thing.code}, DUTIES_REPORT),
    "problems:bottlenecks": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:ask": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "problems:raise": Lookup(Version, lambda sample: {"code": sample.thing.code}, DATA_READ),
    "intake:new": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
    "intake:template": Lookup(Dataset, lambda sample: {"target": "dataset", "code": sample.thing.code}, SUBMIT),
}

"""A data version with edits in force."""

from collections.abc import Iterable, Sequence

from haihe.planning.scenarios import Edit, scenario
from haihe.region.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import region_of


def region_with(version: Version, edits: Iterable[Edit | Sequence[object]] = ()) -> Region:
    """Give the region of a version with edits in force.

    Parameters
    ----------
    version : Version
        Data version; it stays as it is.
    edits : iterable of Edit or of (table, record, column, value[, reason])
        Cells to set and records to add.

    Raises
    ------
    HaiheError
        ``E-SCN-01`` to ``E-SCN-06`` for edits that do not fit, and whatever the checks find that the edits broke.
    """
    region, given = region_of(version), list(edits)
    return scenario(region, edits=given) if given else region

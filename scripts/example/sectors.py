"""The example's sectors, as the hand-written table has them, and the common sectors each is made of."""

from files import read_hand

_TABLE = read_hand("sectors")

CODES = [row["sector"] for row in _TABLE]
"""In the order of GB/T 4754."""

INDUSTRY = [place for place, row in enumerate(_TABLE) if row["upgrade"] == "true"]
"""Places of mining, manufacturing and utilities: published sectors 2 to 26."""


def by_common() -> dict[str, str]:
    """Code of the example's sector for each sector of the common list S01 to S38."""
    return {common: row["sector"] for row in _TABLE for common in row["made_of"].split(";")}

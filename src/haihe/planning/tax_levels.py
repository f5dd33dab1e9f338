"""Tax of a project by level of government: what the accounts know, shared as the table ``tax_shares`` says.

The accounts have one row of tax, taxes on production less subsidies; profit tax stands in the surplus and is not told apart,
so it is missing here and not 0. Which level keeps how much is a rule of the place: without rows in the table the tax is
shown in one sum and its levels are missing.
"""

from dataclasses import dataclass

import numpy as np

from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning.program import Floats
from haihe.planning.project_inputs import path_of
from haihe.region import Region
from haihe.region.tables.pipeline import LEVELS as LEVEL_WORDS

LEVELS = tuple(LEVEL_WORDS)
NO_SHARE = Text("税收分享表没有该地区的记录", "the table tax_shares has no row for this place")
NO_TAX = Text("核算表没有 taxes 行", "the accounts have no row taxes")


@dataclass(frozen=True)
class TaxShares:
    """Shares of the levels of government at one place.

    Attributes
    ----------
    shares : ndarray, shape (3,)
        Of `LEVELS`, adding up to 1; missing where no rule is known.
    place : str
        Region whose rows they are.
    quality : Quality or None
    """

    shares: Floats
    place: str = ""
    quality: Quality | None = None

    @property
    def known(self) -> bool:
        """Whether there is a rule."""
        return bool(np.isfinite(self.shares).all())

    @property
    def local(self) -> float:
        """Share of city and district together."""
        return float(self.shares[1:].sum())


def tax_shares_of(region: Region, site: str) -> TaxShares:
    """Read the shares that hold at a site: of the nearest region above it that has rows.

    Raises
    ------
    HaiheError
        ``E-PLN-115`` where they do not add up to 1.
    """
    table = region.frame("tax_shares")
    for place in path_of(region, site):
        rows = table[table["region"] == place]
        if len(rows):
            shares = rows.set_index("level")["share"].reindex(list(LEVELS)).fillna(0.0).to_numpy(dtype=float)
            if abs(shares.sum() - 1.0) > 1e-6:
                raise HaiheError(
                    "E-PLN-115", table="tax_shares", column="share", value=place, total=f"{shares.sum():.4g}"
                )
            return TaxShares(shares, place, worst_quality(set(rows["quality"])))
    return TaxShares(np.full(len(LEVELS), np.nan))

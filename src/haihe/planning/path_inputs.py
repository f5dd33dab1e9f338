"""The reference path of a region: uniform, as sectors grew before, or as the table ``growth_paths`` says."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning import paths
from haihe.planning.assumptions import Assumptions
from haihe.planning.named import chosen
from haihe.planning.program import Floats
from haihe.region import Region
from haihe.region.units import compatible, factor

UNIFORM = "uniform"
SHIFT_SHARE = "shift-share"
DAMPING = 0.5
"""Share of the differences between sectors that `SHIFT_SHARE` carries forward; the tables cannot tell it."""


@dataclass(frozen=True)
class ReferencePath:
    """A reference path.

    ``index`` has shape (R, n, T): output in each milestone, detrended, as a multiple of the accounts grown by the trend.
    ``marks`` holds the worst quality of the tables behind it, beside those of the accounts.
    """

    name: str
    title: Text
    index: Floats
    marks: dict[str, Quality]


def reference_path(
    region: Region,
    name: str,
    *,
    year: int,
    members: Sequence[str],
    sectors: Sequence[str],
    assumptions: Assumptions,
) -> ReferencePath:
    """Read or make the path of that name.

    ``uniform`` grows everything by the trend. ``shift-share`` lets sectors differ by half of how they differed in all
    the regions' accounts between the two latest years, each member's total kept on the trend: the hindcast says how
    little that tells (docs/evidence/hindcast-2012-2017.md). Any other name is a path of ``growth_paths``.

    Raises
    ------
    HaiheError
        ``E-PLN-26`` for a name that nothing stands under, ``E-PLN-27`` where ``shift-share`` has no two years to compare.
    """
    shape = (len(members), len(sectors), len(assumptions.years))
    trend = (1 + assumptions.growth) ** (np.asarray(assumptions.years, dtype=np.float64) - year)
    if name == UNIFORM:
        title = Text(f"各行业年均增长 {assumptions.growth:.3g}", f"all sectors grow by {assumptions.growth:.3g} a year")
        return ReferencePath(name, title, np.ones(shape), {})
    if name == SHIFT_SHARE:
        return ReferencePath(
            name,
            Text("行业间差别沿用以往的一半", "sectors go on differing by half of what they did"),
            _as_before(region, year, members, assumptions) / trend,
            {},
        )
    table = region.frame("growth_paths")
    rows = table[table["path"] == name]
    if rows.empty:
        known = [UNIFORM, SHIFT_SHARE, *dict.fromkeys(table["path"])]
        raise HaiheError("E-PLN-26", table="growth_paths", column="path", value=name, known="、".join(known))
    since = np.asarray(assumptions.years, dtype=np.float64)
    rate = [
        value * factor(unit, "share" if compatible(unit, "share") else "1/year")
        for value, unit in zip(rows["value"], rows["unit"], strict=True)
    ]
    growth = _stated(rows.assign(value=rate), year, members, sectors, since, assumptions.growth)
    first = rows.iloc[0]
    title = Text(first["title_zh"], first["title_en"]) if isinstance(first["title_zh"], str) else Text(name, name)
    mark = worst_quality(rows["quality"])
    return ReferencePath(name, title, growth / trend, {} if mark is None else {"growth_paths": mark})


def _as_before(region: Region, year: int, members: Sequence[str], assumptions: Assumptions) -> Floats:
    """Growth since the accounts by damped shift-share; shape (R, n, T)."""
    years = sorted(int(y) for y in region["accounts"]["year"].unique() if y <= year)
    if len(years) < 2 or years[-1] != year:
        raise HaiheError("E-PLN-27", table="accounts", year=year)
    then, now = (accounts_of(region, y) for y in years[-2:])
    common = [r for r in now.regions if r in then.regions]
    before, after = then.select(common).output, now.select(common).output
    span = years[-1] - years[-2]
    whole = after.sum(axis=0) / np.where(before.sum(axis=0) > 0, before.sum(axis=0), 1.0)
    national = np.where(before.sum(axis=0) > 0, whole, after.sum() / before.sum())
    ahead = max(1, assumptions.years[-1] - year)
    rate = national ** (ahead / span)
    base = now.select(list(members)).output
    total = np.full(len(members), (1 + assumptions.growth) ** ahead)
    growth = paths.damped(base, rate, DAMPING, total)
    return paths.along(growth, ahead, np.asarray(assumptions.years) - year)


def _stated(
    rows: pd.DataFrame, year: int, members: Sequence[str], sectors: Sequence[str], when: Floats, trend: float
) -> Floats:
    """Growth index since the accounts from stated rates; shape (R, n, T).

    A rate holds from the year stated before it (for the same region and sector) until its own; the trend after that.
    """
    horizon = np.arange(year, int(when[-1]) + 1)
    yearly = np.full((len(members), len(sectors), horizon.size), 1 + trend)
    begin = np.full((len(members), len(sectors)), year)
    for until in sorted(int(y) for y in rows["year"].unique()):
        same = rows[rows["year"] == until]
        since, stated = begin.copy(), np.zeros(begin.shape, dtype=bool)
        for where, who, rate in zip(same["regions"], same["sectors"], same["value"], strict=True):
            cells = chosen(where, members)[:, None] * chosen(who, sectors) > 0
            inside = (horizon > since[..., None]) & (horizon <= until) & cells[..., None]
            yearly[inside] = 1 + rate
            stated |= cells
        begin = np.where(stated, np.maximum(begin, until), begin)
    yearly[..., 0] = 1.0
    return np.asarray(np.cumprod(yearly, axis=-1)[..., np.searchsorted(horizon, when)])

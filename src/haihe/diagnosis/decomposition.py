"""Structural decomposition: what drove the growth of output, or of carbon, between two years.

With coefficients A (any origin), origins T (the share of each product that a region buys from itself and from each
other region), final use f and sales to outside s, output of all regions is ``x = (I - T∘A)⁻¹ (T∘f + s)``. Each kind of
final use and of sales is its total (level) times its shares by product (mix). Every one of these factors has an old
and a new value; the change is split among them by the mean over all orders in which they may change. Because output
is linear in final use, this is done kind by kind, and the effects of technology and of origins add up over kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.accounts.aggregate import aggregate
from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.domestic import home_shares
from haihe.diagnosis.grid import KINDS
from haihe.diagnosis.leontief import Leontief
from haihe.diagnosis.orderings import mean_over_orderings, range_over_orderings
from haihe.messages import HaiheError, Text

BALANCED = 1e-6
"""Imbalance of rows over output up to which accounts count as balanced; published tables are rounded."""
MIXED = 0.5
"""A kind of use whose total is less than this share of its absolute values has no meaningful mix (stocks, errors)."""
EFFECTS: Mapping[str, Text] = {
    "intensity": Text("强度", "Intensity"),
    "technology": Text("技术", "Technology"),
    "origins": Text("采购来源", "Origins"),
    "level": Text("需求规模", "Level"),
    "mix": Text("产品结构", "Product mix"),
}
DEMAND: Mapping[str, Text] = {
    "household_rural": Text("农村居民消费", "Rural households"),
    "household_urban": Text("城镇居民消费", "Urban households"),
    "government": Text("政府消费", "Government"),
    "investment": Text("固定资本形成", "Investment"),
    "inventories": Text("存货变动", "Inventories"),
    "exports": Text("出口", "Exports"),
    "outflow": Text("流出国内其他地区", "Sales to the rest of the country"),
    "unexplained": Text("误差与过境", "Errors and transit"),
}


@dataclass(frozen=True)
class Change:
    """What drove a change, region by region and sector by sector.

    Attributes
    ----------
    cells : DataFrame
        region, sector, demand (kind of final use, ``exports``, ``outflow``, ``unexplained``), effect, value. The values
        of a region and sector add up to its change.
    totals : DataFrame
        region, effect, value, low, high, share (of what was there at the start): summed over sectors and demand. `low`
        and `high` bound the effect over all orders of change.
    start, end : DataFrame
        region, sector, value in the first and in the last year.
    whole : tuple of str
        Kinds of demand whose mix has no meaning, their change counted as level.
    """

    cells: pd.DataFrame
    totals: pd.DataFrame
    start: pd.DataFrame
    end: pd.DataFrame
    whole: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _System:
    """One year as factors: coefficients, origins, demand."""

    A: FloatArray  # (R, n, n)
    T: FloatArray  # (R, R, n), from r to s
    final: FloatArray  # (K, R, n), used in s
    sold: FloatArray  # (S, R, n), sold by r


def decompose_change(then: Accounts, now: Accounts, intensity: tuple[FloatArray, FloatArray] | None = None) -> Change:
    """Decompose the change of output, or of what output emits or uses, between two years.

    Parameters
    ----------
    then, now : Accounts
        Of the same regions and sectors; with flows, what one region buys from another is part of the system. Without
        them each region stands alone and all trade between regions is a sale to the rest of the country.
    intensity : pair of ndarray, each of shape (R, n), optional
        Say t CO2 per unit of money of output in each year, in the order of `then` and in its unit of money. With it
        the change of intensity times output is decomposed, and intensity is a further effect.

    Returns
    -------
    Change

    Raises
    ------
    HaiheError
        ``E-DIA-33`` where regions, sectors or kinds of final use differ, ``E-DIA-38`` where rows do not balance,
        ``E-DIA-31`` for an intensity that is missing or of another shape, ``E-DIA-04`` of `Leontief`.

    Notes
    -----
    Of inventories and other kinds whose entries cancel, and of the residual, the whole change counts as level: shares
    of a total near 0 mean nothing. Where an economy had none of a kind of demand in one year, its mix did not change.

    References
    ----------
    Dietzenbacher, E. and Los, B. (1998), Economic Systems Research 10(4), 307-324. Miller, R. E. and Blair, P. D.
    (2009), Input-Output Analysis, 2nd ed., chapter 13.
    """
    now = _aligned(then, now.to_unit(then.unit))
    systems = [_system(accounts) for accounts in (then, now)]
    levels, mixes, whole = _levels([np.concatenate([s.final, s.sold]) for s in systems])
    kinds = [*then.final_kinds, *SOLD]
    states = _states(systems, levels, mixes)  # (2, 2, 2, 2, K, R, n): A, T, level, mix
    names = ["technology", "origins", "level", "mix"]
    if intensity is not None:
        rates = np.stack([_rate(then, rate) for rate in intensity])
        states = rates.reshape(2, 1, 1, 1, 1, 1, *rates.shape[1:]) * states
        names = ["intensity", *names]
    parts = mean_over_orderings(states, len(names))
    first, last = (states[(end,) * len(names)].sum(axis=0) for end in (0, 1))
    low, high = range_over_orderings(states.sum(axis=(-3, -1)), len(names))
    return Change(
        _cells(then, names, kinds, parts),
        _totals(then, names, parts.sum(axis=(1, 3)), low, high, first.sum(axis=1)),
        _amounts(then, first),
        _amounts(then, last),
        tuple(kind for kind, all_level in zip(kinds, whole, strict=True) if all_level),
    )


SOLD = ("exports", "outflow", "unexplained")


def _aligned(then: Accounts, now: Accounts) -> Accounts:
    """Bring the second year into the order of the first; refuse other lists."""
    for what in ("regions", "sectors", "final_kinds"):
        one, other = getattr(then, what), getattr(now, what)
        if odd := sorted({*one} ^ {*other}):
            raise HaiheError("E-DIA-33", what=KINDS[what], value=", ".join(odd))
    if now.sectors != then.sectors:
        now = aggregate(now, sectors={code: code for code in then.sectors})
    return now.select(then.regions)


def _system(a: Accounts) -> _System:
    """Take accounts apart into factors whose product is output, to the last digit."""
    scale = np.abs(a.output).sum(axis=1)
    gap = np.abs(a.row_balance).sum(axis=1)
    if (bad := gap > BALANCED * scale).any():
        r = int(bad.argmax())
        raise HaiheError("E-DIA-38", region=a.regions[r], value=f"{gap[r] / scale[r]:.1%}" if scale[r] else "—")
    T = _origins(a)
    left = a.output - np.einsum("rsi,si->ri", T, a.uses) - a.exports - a.outflow
    return _System(a.coefficients, T, a.final.transpose(2, 0, 1), np.stack([a.exports, a.outflow, left]))


def _origins(a: Accounts) -> FloatArray:
    """Share of what region s uses of product i that comes from r, shape (R, R, n), at most 1 over all r.

    Where more comes in than is used (transit, stocks drawn down) nothing is taken to come from the region itself, and
    what passes through is left to the unexplained rest.
    """
    R, uses = len(a.regions), a.uses
    arriving = np.zeros((R, R, len(a.sectors))) if a.flows is None else a.flows
    T = np.divide(arriving, uses, out=np.zeros_like(arriving), where=uses > 0)
    T /= np.maximum(T.sum(axis=0), 1.0)
    T[np.arange(R), np.arange(R)] = np.where(uses > 0, np.clip(home_shares(a), 0.0, 1.0), 1.0)
    return np.asarray(T)


def _levels(demands: list[FloatArray]) -> tuple[FloatArray, FloatArray, list[bool]]:
    """Split demand into totals by region, shape (2, K, R), and shares by product, shape (2, K, R, n).

    A kind whose entries cancel in any region that has it keeps its amounts as mix, with levels that say "as it is".
    """
    amounts = np.stack(demands)
    total, size = amounts.sum(axis=3), np.abs(amounts).sum(axis=3)
    whole = ((np.abs(total) < MIXED * size) & (size > 0)).any(axis=(0, 2))
    whole[-1] = True
    mixes = np.divide(amounts, total[..., None], out=np.zeros_like(amounts), where=total[..., None] != 0)
    absent = size == 0
    mixes[0] = np.where(absent[0][..., None], mixes[1], mixes[0])
    mixes[1] = np.where(absent[1][..., None], mixes[0], mixes[1])
    return (
        np.where(whole[None, :, None], np.nan, total),
        np.where(whole[None, :, None, None], amounts, mixes),
        list(whole),
    )


def _states(systems: list[_System], levels: FloatArray, mixes: FloatArray) -> FloatArray:
    """Output by kind of demand for every combination of old and new factors, shape (2, 2, 2, 2, K, R, n)."""
    K, R, n = mixes.shape[1:]
    used = systems[0].final.shape[0]
    states = np.empty((2, 2, 2, 2, K, R, n))
    demand = np.empty((2, 2, K, R, n))
    for at in np.ndindex(2, 2):
        level, mix = levels[at[0]][..., None], mixes[at[1]]
        # A kind without a mix moves with its level alone.
        demand[at] = np.where(np.isnan(level), mixes[at[0]], level * mix)
    for a, t in np.ndindex(2, 2):
        T = systems[t].T
        coupled = np.einsum("rsi,sij->risj", T, systems[a].A).reshape(R * n, R * n)
        right = demand.copy()
        right[:, :, :used] = np.einsum("rsi,lmksi->lmkri", T, demand[:, :, :used])
        output = Leontief(coupled).output(right.reshape(4 * K, R * n).T)
        states[a, t] = output.T.reshape(2, 2, K, R, n)
    return states


def _rate(then: Accounts, rate: FloatArray) -> FloatArray:
    """Refuse an intensity that is missing somewhere where there is output, or of another shape."""
    rate = np.asarray(rate, dtype=np.float64)
    if rate.shape != then.output.shape:
        raise HaiheError("E-DIA-31", region="—", sector="—", value=f"{rate.shape} ≠ {then.output.shape}")
    if (wrong := ~np.isfinite(rate)).any():
        r, i = (int(at) for at in np.argwhere(wrong)[0])
        raise HaiheError("E-DIA-31", region=then.regions[r], sector=then.sectors[i], value=f"{rate[r, i]:g}")
    return rate


def _cells(a: Accounts, names: list[str], kinds: list[str], parts: FloatArray) -> pd.DataFrame:
    index = pd.MultiIndex.from_product(
        [names, kinds, a.regions, a.sectors], names=["effect", "demand", "region", "sector"]
    )
    frame = pd.DataFrame({"value": parts.ravel()}, index=index).reset_index()
    return frame[["region", "sector", "demand", "effect", "value"]]


def _totals(
    a: Accounts, names: list[str], value: FloatArray, low: FloatArray, high: FloatArray, start: FloatArray
) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([names, a.regions], names=["effect", "region"])
    frame = pd.DataFrame({"value": value.ravel(), "low": low.ravel(), "high": high.ravel()}, index=index).reset_index()
    base = dict(zip(a.regions, np.where(start > 0, start, np.nan), strict=True))
    frame["share"] = frame["value"] / frame["region"].map(base)
    return frame[["region", "effect", "value", "low", "high", "share"]]


def _amounts(a: Accounts, amounts: FloatArray) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([a.regions, a.sectors], names=["region", "sector"])
    return pd.DataFrame({"value": amounts.ravel()}, index=index).reset_index()

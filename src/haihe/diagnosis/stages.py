"""What the accounts say about each stage of a chain: size, growth, supply, suppliers, dependence, substitutes."""

import numpy as np
import pandas as pd

from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.chains import Chains
from haihe.diagnosis.origins import ORIGINS, bought, sold
from haihe.diagnosis.trade import Trade

CONTENT = {origin: f"content_{origin}" for origin in ORIGINS}
"""Columns of the value added in a stage's product, by origin."""


Pair = tuple[Accounts, Accounts]
"""Accounts of two years that may be compared, in the same money."""


def profile(
    trade: Trade, chains: Chains, region: str, grown: Pair | None = None, jobs: FloatArray | None = None
) -> pd.DataFrame:
    """Measure every stage in one region.

    A stage is a share of its sectors in everything: output, inputs, uses, trade. So stages of one sector differ in size
    and in nothing else.

    Parameters
    ----------
    trade : Trade
        The accounts of the base year and what follows from them.
    chains : Chains
        Stages.
    region : str
        Member to measure.
    grown : pair of Accounts, optional
        Accounts of two comparable years, for growth.
    jobs : ndarray, shape (R, n), optional
        Persons employed.

    Returns
    -------
    DataFrame
        One row a stage, in the order of `Chains.stages`, with its columns and

        - ``output``, ``value_added`` (money of the accounts), ``jobs`` (persons);
        - ``nation_share``: part of the output of all regions; ``quotient``: that part over the region's part in all
          output (location quotient);
        - ``growth``, ``nation_growth``: output a year between the two years of `grown`, nominal;
        - ``uses``: what the region uses of the stage's products, and ``home``, ``neighbours``, ``rest``, ``abroad``: where
          that comes from, as shares;
        - ``content_home`` … ``content_abroad``: whose value added, or imports, stand in a unit of the stage's own output,
          direct and along the supply chain;
        - ``concentration``: Herfindahl index over the suppliers outside the region of its inputs (one a product and
          origin); ``supplier_region``, ``supplier_sector``, ``supplier_share``: the largest of them;
        - ``outside``: what comes from the rest of the country and abroad; ``spare_home``, ``spare_near``: what the region
          itself, and the other members, sell there of the same products, over ``outside``: substitutes at hand where it
          is 1 or more. Sectors are broad, so this is the most that could be substituted.

        Shares are NaN where what they are parts of is 0.
    """
    a, r, W = trade.accounts, trade.accounts.position(region), chains.weight
    frame = chains.stages.assign(region=region, key=chains.keys)
    output = W @ a.output[r]
    nation = W @ a.output.sum(axis=0)
    frame["output"], frame["value_added"] = output, W @ a.value_added[r]
    frame["jobs"] = np.nan if jobs is None else _weighted(W, jobs[r])
    frame["nation_share"] = ratio(output, nation)
    frame["quotient"] = frame["nation_share"] / (a.output[r].sum() / a.output.sum())
    frame["growth"], frame["nation_growth"] = growth_of(W, chains.sectors, region, grown)
    inward = bought(a, trade.places, region) @ W.T
    frame["uses"] = W @ a.uses[r]
    for origin, amount in zip(ORIGINS, inward, strict=True):
        frame[origin] = ratio(amount, frame["uses"].to_numpy())
    content = (trade.content_of(region) * a.output[r]) @ W.T
    for origin, amount in zip(ORIGINS, trade.grouped(region, content), strict=True):
        frame[CONTENT[origin]] = ratio(amount, output)
    more = [_suppliers(trade, chains, region), _substitutes(trade, chains, region, inward)]
    return pd.concat([frame, *more], axis=1)


def _suppliers(trade: Trade, chains: Chains, region: str) -> pd.DataFrame:
    """Concentration of the suppliers of each stage outside its region, and the largest of them."""
    a, r = trade.accounts, trade.accounts.position(region)
    inputs = chains.weight @ a.Z[r].T
    origin = trade.origin_shares(region)
    origin[r] = 0.0
    supplied = np.maximum(inputs[:, None, :] * origin, 0.0)
    flat = supplied.reshape(len(inputs), -1)
    part = ratio(flat, flat.sum(axis=1, keepdims=True))
    largest = np.where(flat.sum(axis=1) > 0, flat.argmax(axis=1), -1)
    place, product = np.divmod(largest, len(a.sectors))
    none = pd.Series(largest < 0)
    return pd.DataFrame(
        {
            "concentration": (part**2).sum(axis=1),
            "supplier_region": pd.Series([trade.origins[k] for k in place], dtype=object).mask(none, None),
            "supplier_sector": pd.Series([a.sectors[k] for k in product], dtype=object).mask(none, None),
            "supplier_share": part.max(axis=1),
        }
    )


def _substitutes(trade: Trade, chains: Chains, region: str, inward: FloatArray) -> pd.DataFrame:
    """What the region and its neighbours sell outside, against what the region buys there, by stage."""
    a, places = trade.accounts, trade.places
    outside = inward[2] + inward[3]
    own = sold(a, places, region)[2:].sum(axis=0) @ chains.weight.T
    near = sum((sold(a, places, code)[2:].sum(axis=0) for code in places.beside(region)), np.zeros(len(a.sectors)))
    near = near @ chains.weight.T
    return pd.DataFrame({"outside": outside, "spare_home": ratio(own, outside), "spare_near": ratio(near, outside)})


def growth_of(W: FloatArray, sectors: list[str], region: str, grown: Pair | None) -> tuple[FloatArray, FloatArray]:
    """Give growth of output a year in a region and in all regions, nominal, each of shape (m,).

    Parameters
    ----------
    W : ndarray, shape (m, n)
        Shares of sectors that each row stands for.
    sectors : list of str
        The n sectors.
    region : str
        Region.
    grown : pair of Accounts or None
        Two comparable years; NaN without them, where the region is not in both, and for a row that stands for a sector
        which one of the two lacks.
    """
    unknown = np.full(len(W), np.nan)
    if grown is None or any(region not in accounts.regions for accounts in grown):
        return unknown, unknown.copy()
    outputs = [_by_sector(accounts, sectors) for accounts in grown]
    own = [_weighted(W, output.loc[region].to_numpy()) for output in outputs]
    nation = [_weighted(W, output.sum(axis=0, skipna=False).to_numpy()) for output in outputs]
    years = grown[1].year - grown[0].year
    return yearly(own[1], own[0], years), yearly(nation[1], nation[0], years)


def _by_sector(accounts: Accounts, sectors: list[str]) -> pd.DataFrame:
    """Output by region and sector; NaN for a sector that the accounts lack."""
    return pd.DataFrame(accounts.output, index=accounts.regions, columns=accounts.sectors).reindex(columns=sectors)


def _weighted(W: FloatArray, amounts: FloatArray) -> FloatArray:
    """Amount of each row; NaN only where the row stands for a sector whose amount is not known."""
    lost = ((W > 0) & ~np.isfinite(amounts)).any(axis=1)
    return np.where(lost, np.nan, W @ np.nan_to_num(amounts))


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole; NaN where the whole is not above 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64))
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0))


def yearly(now: FloatArray, then: FloatArray, years: int) -> FloatArray:
    """Growth a year between two amounts; NaN where the earlier one is not above 0 or no year lies between."""
    change = ratio(now, then)
    return np.asarray(np.maximum(change, 0.0) ** (1.0 / years) - 1.0) if years > 0 else np.full_like(change, np.nan)

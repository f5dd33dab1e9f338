"""What nobody knows, drawn: parameters between their low and high, and flows within their band."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import qmc

from haihe.messages import HaiheError
from haihe.planning.assumptions import UNITS, Assumptions, is_parameter
from haihe.planning.inputs import accounts_year, members_of
from haihe.planning.program import Floats
from haihe.region import Region

Method = Literal["sobol", "lhs"]
ELASTICITIES = "elasticities"
"""Stands for all elasticities where they are drawn together."""
FLOWS = "gravity_exponent"
"""Parameter that the flows were built with: it is drawn as the place of the flows within their band."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """One thing that is drawn: the parameters that move together, and their low, given and high values."""

    name: str
    parameters: tuple[str, ...]
    low: tuple[float, ...]
    value: tuple[float, ...]
    high: tuple[float, ...]

    def at(self, place: float) -> dict[str, float]:
        """Values at a place from 0 (low) over 0.5 (as given) to 1 (high); elasticities move in equal ratios."""
        return {
            name: _between(low, value, high, place, ratios=name.startswith("elasticity_"))
            for name, low, value, high in zip(self.parameters, self.low, self.value, self.high, strict=True)
        }


def dimensions_of(region: Region, *, together: bool = True) -> list[Dimension]:
    """List what is drawn: parameters that the plan reads and whose low lies below their high, and flows with a band.

    Parameters
    ----------
    region : Region
        Its table ``parameters``; milestone years and their steps are choices and are not drawn.
    together : bool
        Draw all elasticities together (all low, all high), as the band of a plan does; else each on its own.

    Raises
    ------
    HaiheError
        ``E-PLN-88`` where nothing has a low below its high; ``E-PLN-89`` for a value outside its own band.
    """
    table = region.frame("parameters")
    wide = table[table["low"].notna() & table["high"].notna() & (table["low"] < table["high"])]
    outside = wide[(wide["value"] < wide["low"]) | (wide["value"] > wide["high"])]
    if len(outside):
        row = outside.iloc[0]
        raise HaiheError("E-PLN-89", table="parameters", row=int(outside.index[0]) + 2, value=row["parameter"])
    read = [is_parameter(name) and UNITS.get(name) != "year" for name in wide["parameter"]]
    drawn = wide[np.array(read, dtype=bool)]
    elastic = drawn["parameter"].str.startswith("elasticity_") & together
    found = [_dimension(name, drawn[drawn["parameter"] == name]) for name in drawn.loc[~elastic, "parameter"]]
    if elastic.any():
        found.insert(0, _dimension(ELASTICITIES, drawn[elastic]))
    if FLOWS in set(wide["parameter"]) and _banded(region):
        found.append(Dimension(FLOWS, (), (), (), ()))
    if not found:
        raise HaiheError("E-PLN-88", table="parameters")
    return found


def places(dimensions: int, n: int, seed: int, method: Method = "sobol") -> Floats:
    """Draw n places in the unit cube, shape (n, dimensions).

    A scrambled Sobol sequence begins with the same places for a larger n, so that draws can be added; a Latin hypercube
    does not.
    """
    rng = np.random.default_rng(seed)
    if method == "lhs":
        return np.asarray(qmc.LatinHypercube(dimensions, rng=rng).random(n))
    powers = int(np.ceil(np.log2(max(n, 1))))
    return np.asarray(qmc.Sobol(dimensions, rng=rng).random_base2(powers))[:n]


def drawn_region(
    region: Region, dimensions: Sequence[Dimension], place: Sequence[float]
) -> tuple[Region, dict[str, float]]:
    """Put one draw into force.

    Returns
    -------
    region : Region
        With other values in the table ``parameters``, and other flows.
    values : dict of str to float
        What was drawn: value of each parameter, and the place of the flows (0 low, 0.5 as given, 1 high).
    """
    values: dict[str, float] = {}
    for dimension, at in zip(dimensions, place, strict=True):
        values |= dimension.at(at) if dimension.parameters else {dimension.name: at}
    table = region["parameters"] if region.has("parameters") else region.frame("parameters")
    new = table["parameter"].map(values).fillna(table["value"])
    changed = region.with_table(
        "parameters", table.assign(value=np.where(table["parameter"] == FLOWS, table["value"], new))
    )
    if FLOWS in values and any(dimension.name == FLOWS for dimension in dimensions):
        changed = changed.with_table("flows", moved_flows(region, values[FLOWS]))
    return changed, values


def moved_flows(region: Region, place: float) -> pd.DataFrame:
    """Move the flows between members within their band; flows with the other regions give way.

    Every region ships and receives as much of a product as before in all: what goes to another member does not go to the
    regions outside. Where these have less than that, the move of the product is smaller for all.

    Parameters
    ----------
    region : Region
        With ``flows`` that state ``low`` and ``high``, flows with a partner among them.
    place : float
        0 for the low ends, 0.5 for the flows as given, 1 for the high ends.

    Returns
    -------
    DataFrame
        The table ``flows`` with other values in the year that the plan starts from.
    """
    table = region["flows"].reset_index(drop=True)
    members = members_of(region)
    now = table["year"] == accounts_year(region, Assumptions.of(region))
    source, target = table["from_region"].isin(members), table["to_region"].isin(members)
    inner = now & source & target
    value = table["value"].to_numpy(dtype=np.float64)
    low, high = (table[name].fillna(table["value"]).to_numpy(dtype=np.float64) for name in ("low", "high"))
    ends = np.where(place < 0.5, low, high)
    wish = np.where(inner, abs(2 * place - 1) * (ends - value), 0.0)
    keys = {"from": ["sector", "from_region"], "to": ["sector", "to_region"]}
    outer = {"from": now & source & ~target, "to": now & ~source & target}
    share = np.ones(len(table))
    for side, names in keys.items():
        asked = table.assign(wish=wish)[inner].groupby(names)["wish"].sum()
        there = table[outer[side]].groupby(names)["value"].sum().reindex(asked.index).fillna(0.0)
        most = there.div(asked.where(asked > 0)).clip(upper=1.0).where(asked > 0, (there > 0) | (asked == 0))
        by_sector = most.astype(float).groupby(level="sector").min()
        share = np.minimum(share, table["sector"].map(by_sector).fillna(1.0).to_numpy())
    move = pd.Series(wish * share)
    moved = value + move.to_numpy()
    for side, names in keys.items():
        asked = table.assign(move=move)[inner].groupby(names)["move"].sum()
        own = table[outer[side]]
        whole = own.groupby(names)["value"].transform("sum").to_numpy()
        took = asked.reindex(pd.MultiIndex.from_frame(own[names])).fillna(0.0).to_numpy()
        part = np.divide(own["value"].to_numpy(), whole, out=np.zeros(len(own)), where=whole > 0)
        moved[own.index] -= took * part
    return table.assign(value=np.maximum(moved, 0.0))


def _banded(region: Region) -> bool:
    """Tell whether flows between members state a band and flows with regions outside are there to give way."""
    flows, members = region.frame("flows"), members_of(region)
    source, target = flows["from_region"].isin(members), flows["to_region"].isin(members)
    return bool(
        (flows["low"] < flows["high"])[source & target].any() and (source & ~target).any() and (~source & target).any()
    )


def _dimension(name: str, rows: pd.DataFrame) -> Dimension:
    low, value, high = (tuple(rows[column].astype(float)) for column in ("low", "value", "high"))
    return Dimension(name, tuple(rows["parameter"]), low, value, high)


def _between(low: float, value: float, high: float, place: float, *, ratios: bool) -> float:
    start, end, way = (low, value, 2 * place) if place < 0.5 else (value, high, 2 * place - 1)
    return float(start * (end / start) ** way if ratios else start + way * (end - start))

"""Prices: what one more unit of each scarce thing is worth to the plan, with unit, band and what it rests on."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from haihe.messages import worst_quality
from haihe.planning.model import Model
from haihe.planning.resource_results import price_of
from haihe.planning.solver import Solution

COLUMNS = ["kind", "name", "region", "sector", "year", "price", "low", "high", "unit", "quality", "rests_on"]


def prices_table(model: Model, solution: Solution, marks: Mapping[str, str]) -> pd.DataFrame:
    """Give every price of a solved plan.

    A price is the worth of a row (see `Solution.worth`) over the milestone's weight D_t, so that it is money of the
    milestone per unit.

    - ``good``: price of a product as an index, reference = 1. Prices move within the first soft segment without any
      quantity moving, so the index is only known up to that band. Trade holds a product within its first segment's
      cost of the price of external finance, and consumption holds the level of all prices within its own:
      ``low``/``high`` are price -/+ the sum of the two.
    - ``labour``: wage index, reference = 1, band by the first segment of labour supply.
    - ``cap``, ``resource``, ``link``: yuan per unit of the resource, or of the capacity of a link (``region`` then names
      the corridor); their band comes from solving again with other elasticities (see
      `haihe.planning.outcome.Outcome.prices`) and is missing here.
    - ``finance``: price of external finance as an index, reference = 1, band as of a product.

    Parameters
    ----------
    model : Model
    solution : Solution
    marks : mapping of str to str
        Quality of each table the plan rests on; the price's own mark is the worst of them, and ``rests_on`` names the
        tables of that mark.

    Returns
    -------
    DataFrame
        Columns kind, name, region, sector, year, price, low, high, unit, quality, rests_on.
    """
    e = model.economy
    years, weights = e.assumptions.years, e.assumptions.weights
    first = e.assumptions.segments[0] / 2.0
    quality = worst_quality(set(marks.values())) or "estimated"
    because = ", ".join(sorted(name for name, mark in marks.items() if mark == quality))

    def frame(index: Mapping[str, Sequence[object]], price: np.ndarray, band: float, **more: str) -> pd.DataFrame:
        table = pd.DataFrame(index=pd.MultiIndex.from_product(list(index.values()), names=list(index))).reset_index()
        p = price.ravel()
        return table.assign(price=p, low=p - band, high=p + band, **more)

    by_region = {"region": e.members, "year": years}
    elasticity = e.assumptions.elasticity
    trade = max(elasticity[k] for k in ("exports", "imports", "outflow", "inflow", "flows"))
    level = first / elasticity["consumption"] + first / trade
    parts = [
        frame(
            {"region": e.members, "sector": e.sectors, "year": years},
            -solution.worth(model.balance) / weights,
            level,
            kind="good",
            name="balance",
            unit="index, reference = 1",
        ),
        frame(
            by_region,
            solution.worth(model.factors.labour_rows) / weights,
            first / elasticity["labour"],
            kind="labour",
            name="labour_need",
            unit="index, reference = 1",
        ),
        frame(
            by_region,
            -solution.worth(model.factors.finance_rows) / weights,
            level,
            kind="finance",
            name="external_balance",
            unit="yuan per yuan",
        ),
    ]
    for cap in model.caps.values():
        price = solution.worth(cap.rows) / weights / cap.scale * 1e9
        unit = f"yuan/{cap.spec.unit}"
        parts.append(frame(by_region, price, np.nan, kind="cap", name=cap.spec.name, unit=unit))
    for resource in model.resources.values():
        price = price_of(e, solution, resource.rows, resource.scale)
        unit = f"yuan/{resource.spec.unit}"
        parts.append(frame(by_region, price, np.nan, kind="resource", name=resource.spec.name, unit=unit))
    for corridor in model.corridors.values():
        price = price_of(e, solution, corridor.capacity, corridor.scale)
        links = {"name": corridor.spec.names, "year": years}
        unit = f"yuan/{corridor.spec.unit}"
        parts.append(frame(links, price, np.nan, kind="link", region=corridor.spec.name, unit=unit))
    table = pd.concat(parts, ignore_index=True).assign(quality=quality, rests_on=because)
    return table.reindex(columns=COLUMNS)

"""What a solved plan says, as labelled tables. Money in bn yuan a year at base-year prices, trend growth put back."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from haihe.planning.model import Model
from haihe.planning.program import Block, Floats
from haihe.planning.projects import YI, course_of
from haihe.planning.soft import Soft
from haihe.planning.solver import Solution

MONEY = "bn yuan/year"
"""Unit of money in result frames, at base-year prices."""

TINY = 0.001
"""Cells below this (bn yuan) are left out of percentage tables: they move by several times without meaning."""

WORTHLESS = 1e-6
"""A price of a resource up to this many yuan a unit is none."""

TRADE = ("exports", "imports", "outflow", "inflow")


def output_of(model: Model, solution: Solution) -> Floats:
    """Output of both technologies, detrended, bn yuan a year; shape (R, n, T)."""
    return np.asarray(solution.value(model.production.old) + solution.value(model.production.upgraded).sum(axis=0))


def output_table(model: Model, solution: Solution) -> pd.DataFrame:
    """Output by region, sector and year: reference, plan, change, and the share made with upgraded technology."""
    plan = output_of(model, solution)
    upgraded = solution.value(model.production.upgraded).sum(axis=0)
    share = np.divide(upgraded, plan, out=np.zeros_like(plan), where=plan > TINY)
    frame = _compared(model, model.economy.output, plan)
    return frame.assign(upgraded_share=share.ravel())


def trade_table(model: Model, solution: Solution) -> pd.DataFrame:
    """Trade by kind (exports, imports, outflow, inflow), partner, region, sector and year.

    ``partner`` is the group of foreign partners of exports and imports, and ``nation`` for trade within the nation.
    """
    parts = []
    for name in TRADE:
        soft: Soft = getattr(model.goods, name)
        both = (soft.reference, soft.value(solution.x))
        if soft.reference.ndim == 3:
            parts.append(_compared(model, *both).assign(kind=name, partner="nation"))
        else:
            for g, partner in enumerate(model.economy.partners):
                parts.append(_compared(model, *(v[g] for v in both)).assign(kind=name, partner=partner))
    return pd.concat(parts, ignore_index=True)


def flows_table(model: Model, solution: Solution, known: pd.DataFrame) -> pd.DataFrame:
    """Flows between members by sector and year, with a band.

    ``low`` and ``high`` bound the plan's flow as the base year's flow is bounded over what published tables cannot
    tell (distance exponent and definition), in proportion; missing where the base year states no band.

    Parameters
    ----------
    model : Model
    solution : Solution
    known : DataFrame
        Flows of the base year: from_region, to_region, sector, value, low, high.
    """
    flows = model.goods.flows
    frame = pd.DataFrame(index=flows_index(model)).reset_index()
    if flows is None:  # members trade through a pool: who ships to whom is not known
        return frame.iloc[:0].assign(reference=0.0, plan=0.0, difference=0.0, low=0.0, high=0.0, unit=MONEY)
    trend = model.economy.assumptions.trend
    reference, plan = flows.reference * trend, flows.value(solution.x) * trend
    frame = frame.assign(reference=reference.ravel(), plan=plan.ravel(), difference=(plan - reference).ravel())
    ends = known.assign(**{name: known[name] / known["value"].where(known["value"] > 0) for name in ("low", "high")})
    frame = frame.merge(ends[["from_region", "to_region", "sector", "low", "high"]], how="left")
    frame = frame.assign(low=frame["low"] * frame["plan"], high=frame["high"] * frame["plan"])
    return frame[frame["from_region"] != frame["to_region"]].reset_index(drop=True).assign(unit=MONEY)


def flows_index(model: Model) -> pd.MultiIndex:
    """Labels of flows: from_region, to_region, sector, year."""
    members, e = model.economy.members, model.economy
    return pd.MultiIndex.from_product(
        [members, members, e.sectors, e.assumptions.years], names=["from_region", "to_region", "sector", "year"]
    )


def investment_of(model: Model, solution: Solution) -> Floats:
    """Investment spending that the plan moves, projects included, detrended, bn yuan a year; shape (R, T)."""
    production, e = model.production, model.economy
    extra, turned = (e.change(name).reshape(-1, 1, 1, 1) for name in ("new_capital", "retrofit"))
    upgraded = (1 + extra) * solution.value(production.build_upgraded) + turned * solution.value(production.retrofit)
    spent = e.kappa[:, :, None] * (production.build.value(solution.x) + upgraded.sum(axis=0))
    return np.asarray(spent.sum(axis=1) + project_spending(model, solution))


def project_spending(model: Model, solution: Solution) -> Floats:
    """What candidate projects spend beyond the reference path, detrended, bn yuan a year; shape (R, T)."""
    e, projects = model.economy, model.projects
    spent = np.zeros((len(e.members), len(e.assumptions.years)))
    if projects is not None:
        spec = projects.spec
        more = spec.investment * YI * (projects.choice.of(solution.x) - spec.reference)
        yearly = more[:, None] * course_of(spec, e.assumptions).spend / e.assumptions.trend
        np.add.at(spent, spec.member, yearly)
    return spent


def value_added_of(model: Model, solution: Solution) -> Floats:
    """Value added by production at base prices, detrended, bn yuan a year; shape (R, n, T)."""
    e = model.economy
    old = (1 - e.a0.sum(axis=1))[:, :, None] * solution.value(model.production.old)
    upgraded = (1 - e.a1.sum(axis=2))[..., None] * solution.value(model.production.upgraded)
    return np.asarray(old + upgraded.sum(axis=0))


def summary_table(model: Model, solution: Solution) -> pd.DataFrame:
    """Totals by region and year: indicator, reference, plan, difference, change; money in bn yuan a year."""
    e, goods = model.economy, model.goods
    base_va = (e.output * (1 - e.a0.sum(axis=1))[:, :, None]).sum(axis=1)
    base_investment = (e.kappa[:, :, None] * e.investment).sum(axis=1)
    pairs: dict[str, tuple[Floats, Floats]] = {
        "value_added": (base_va, value_added_of(model, solution).sum(axis=1)),
        "output": (e.output.sum(axis=1), output_of(model, solution).sum(axis=1)),
        "consumption": _totals(goods.consumption, solution),
        "investment": (base_investment, investment_of(model, solution)),
        "labour": (e.labour, model.factors.labour.value(solution.x)),
        **{name: _totals(getattr(goods, name), solution) for name in TRADE},
    }
    index = pd.MultiIndex.from_product([e.members, e.assumptions.years], names=["region", "year"])
    parts = []
    for name, (reference, plan) in pairs.items():
        both = [np.broadcast_to(v, plan.shape) * e.assumptions.trend for v in (reference, plan)]
        parts.append(_difference(pd.DataFrame(index=index).reset_index(), *both).assign(indicator=name))
    return pd.concat(parts, ignore_index=True)[
        ["indicator", "region", "year", "reference", "plan", "difference", "change", "unit"]
    ]


def caps_table(model: Model, solution: Solution) -> pd.DataFrame:
    """Caps by region and year: reference use, cap, use, permits received from the pool, price and what they cost.

    Amounts in the resource's unit a year, trend growth put back; price in yuan per unit. Permits are missing where
    the cap does not bind: there any exchange of them is as good as any other.
    """
    e, parts = model.economy, []
    index = pd.MultiIndex.from_product([e.members, e.assumptions.years], names=["region", "year"])
    for cap in model.caps.values():
        spec, trend = cap.spec, e.assumptions.trend
        use = solution.activity[cap.rows.index] * cap.scale + solution.value(cap.permits) * cap.scale
        price = solution.worth(cap.rows) / e.assumptions.weights / cap.scale * 1e9
        parts.append(
            pd.DataFrame(index=index)
            .reset_index()
            .assign(
                limit=spec.name,
                resource=spec.resource,
                unit=spec.unit,
                reference=(spec.reference(e) * trend).ravel(),
                cap=(spec.cap * trend).ravel(),
                use=(use * trend).ravel(),
                permits=np.where(price > WORTHLESS, solution.value(cap.permits) * cap.scale * trend, np.nan).ravel(),
                price=price.ravel(),
                pooled=spec.pooled,
                quality=spec.quality,
            )
        )
    columns = [
        "limit",
        "resource",
        "region",
        "year",
        "reference",
        "cap",
        "use",
        "permits",
        "unit",
        "price",
        "pooled",
        "quality",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def welfare_table(model: Model, solution: Solution, base: Solution) -> pd.DataFrame:
    """Welfare by region and part, discounted bn yuan: difference between a solution and a base.

    The parts add up to the difference of the two objectives (minus the minimised one). The soft costs of a flow
    count with the region that ships, projects with the member of their site; ``*`` is what no one region bears.
    """
    parts = []
    for name, block in model.program.column_blocks.items():
        cost = block.of(model.program.costs())
        gain = -cost * (block.of(solution.x) - block.of(base.x))
        first = next((dim for dim in ("region", "from_region", "option") if dim in block.dims), None)
        axes = tuple(k for k, dim in enumerate(block.dims) if dim != first)
        values = gain.sum(axis=axes)
        places = _places(model, block, first)
        part = PARTS.get(name.split(":")[0], "projects" if first == "option" else "other")
        parts.append(pd.DataFrame({"region": places, "part": part, "welfare": np.atleast_1d(values)}))
    table = pd.concat(parts, ignore_index=True)
    return (
        table.groupby(["region", "part"], sort=False)["welfare"].sum().reset_index().assign(unit="bn yuan, discounted")
    )


PARTS: Mapping[str, str] = {
    "consumption_up": "consumption",
    "consumption_down": "consumption",
    "labour_up": "labour",
    "labour_down": "labour",
    **{f"{name}_{way}": "trade" for name in (*TRADE, "flows", "sent", "received") for way in ("up", "down")},
    "finance": "trade",
    **dict.fromkeys(
        (
            "investment_up", "investment_down", "investment_upgraded", "retrofit",
            "capacity", "capacity_upgraded", "output", "output_upgraded", "closure",
        ),
        "investment",
    ),
    "permits": "permits",
    **dict.fromkeys(("transfer", "expansion", "carried"), "resources"),
    "shortfall": "targets",
    "project_reference": "projects",
}  # fmt: skip
"""Column family to part of welfare."""


def _places(model: Model, block: Block, first: str | None) -> list[object]:
    """Region of each member of a block's dim ``first``."""
    if first is None:
        return ["*"]
    if first != "option" or model.projects is None:
        return list(block.dims[first])
    spec = model.projects.spec
    home = {option: model.economy.members[m] for option, m in zip(spec.options, spec.member, strict=True)}
    return [home[str(option)] for option in block.dims[first]]


def _totals(soft: Soft, solution: Solution) -> tuple[Floats, Floats]:
    """Reference and plan of a soft quantity by region and year, added up over sectors and foreign partners."""
    reference, value = soft.reference, soft.value(solution.x)
    if reference.ndim == 4:
        reference, value = reference.sum(axis=0), value.sum(axis=0)
    return reference.sum(axis=1), value.sum(axis=1)


def _compared(model: Model, reference: Floats, plan: Floats) -> pd.DataFrame:
    """Reference and plan by region, sector and year, trend put back."""
    e = model.economy
    index = pd.MultiIndex.from_product([e.members, e.sectors, e.assumptions.years], names=["region", "sector", "year"])
    trend = e.assumptions.trend
    return _difference(pd.DataFrame(index=index).reset_index(), reference * trend, plan * trend)


def _difference(frame: pd.DataFrame, reference: Floats, plan: Floats) -> pd.DataFrame:
    """Add reference, plan, their difference and the relative change (missing where the reference is tiny)."""
    r, p = reference.ravel(), plan.ravel()
    change = np.divide(p - r, r, out=np.full_like(r, np.nan), where=np.abs(r) > TINY)
    return frame.assign(reference=r, plan=p, difference=p - r, change=change, unit=MONEY)

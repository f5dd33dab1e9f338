"""Decisions of a plan that one may ask about: who makes how much, upgrades, trade and permits, in the last year."""

from dataclasses import dataclass, replace

import numpy as np

from haihe.messages import Text
from haihe.planning.forms import Field, LinearForm
from haihe.planning.indicator_fields import Scope, upgraded_output
from haihe.planning.indicators import Indicators
from haihe.planning.measures import Measure
from haihe.planning.outcome import Outcome

MOST = 6
"""Outputs looked at unless said otherwise: those that the plan moves most."""
TRADES = ("exports", "imports", "to_members")


@dataclass(frozen=True)
class Decision:
    """One decision.

    Parameters
    ----------
    key : str
        Unique name.
    kind : {"output", "upgrade", "trade", "permits"}
    region : str
    name : str
        Sector, kind of trade or cap; empty for upgrades.
    form : LinearForm
        Amount in the last plan year.
    reference : float
        Amount on the reference path.
    size : float
        What changes of it are shares of: the reference, or for what starts from nothing the amount that it is a part of.
    title : Text
    """

    key: str
    kind: str
    region: str
    name: str
    form: LinearForm
    reference: float
    size: float
    title: Text


def decisions_of(plan: Outcome, *, most: int = MOST) -> list[Decision]:
    """Give the decisions that matter in a plan.

    Parameters
    ----------
    plan : Outcome
    most : int
        Outputs of a region's sector: those that the plan moves most against the reference, in bn yuan.

    Returns
    -------
    list of Decision
        Outputs, the output of every region with upgraded technologies, every kind of trade of every region, and the
        permits that each receives of every pooled cap.
    """
    indicators, e = plan.assembly.indicators, plan.model.economy
    year = e.assumptions.last_year
    moved = plan.output[plan.output["year"] == year]
    moved = moved.assign(size=moved["difference"].abs()).nlargest(most, "size")
    names: dict[str, Text] = {}
    for table, code in (("sectors", "sector"), ("regions", "region")):
        rows = plan.region[table][[code, "name_zh", "name_en"]].astype(str)
        names |= {row[0]: Text(row[1], row[2]) for row in rows.to_numpy().tolist()}
    found = [
        _measured(indicators, "output", region, sector, Measure("output", (region,), (sector,), year), names)
        for region, sector in zip(moved["region"], moved["sector"], strict=True)
    ]
    for region in e.members:
        if e.technologies:
            found.append(_upgrade(indicators, region, year, names))
        found += [
            _measured(indicators, "trade", region, kind, Measure(kind, (region,), year=year), names) for kind in TRADES
        ]
        found += _permits(plan, region, names)
    return [decision for decision in found if decision.size > 0]


def _measured(
    indicators: Indicators, kind: str, region: str, name: str, measure: Measure, names: dict[str, Text]
) -> Decision:
    form = indicators.form(measure)
    title, where = names.get(name) or indicators.spec(name).title, names[region]
    reference = form.at(indicators.reference)
    return Decision(
        f"{kind}:{region}:{name}", kind, region, name, form, reference, abs(reference),
        Text(f"{where.zh}{title.zh}", f"{where.en}, {title.en.lower()}"),
    )  # fmt: skip


def _upgrade(indicators: Indicators, region: str, year: int, names: dict[str, Text]) -> Decision:
    field = upgraded_output(Scope(indicators.model, indicators.data))
    assert isinstance(field, Field)
    weights = indicators.weights(Measure("output", (region,), year=year))
    form = field.times(indicators.model.economy.assumptions.trend).form(
        weights, "bn yuan/year", Text("升级产出", "upgraded")
    )
    whole = indicators.form(Measure("output", (region,), year=year)).at(indicators.reference)
    where = names[region]
    title = Text(f"{where.zh}升级技术产出", f"{where.en}, output with upgraded technology")
    return Decision(f"upgrade:{region}", "upgrade", region, "", form, 0.0, whole, title)


def _permits(plan: Outcome, region: str, names: dict[str, Text]) -> list[Decision]:
    """Permits that a region receives of every cap that is pooled and reaches it."""
    e, found = plan.model.economy, []
    r, t = e.members.index(region), e.assumptions.last_index
    for cap in plan.model.caps.values():
        if not np.isinf(cap.spec.permit_bound[r, t]):
            continue
        trend = float(e.assumptions.trend[t])
        columns, values = np.array([cap.permits.index[r, t]]), np.array([cap.scale * trend])
        form = LinearForm(columns, values, 0.0, f"{cap.spec.unit}/year", cap.spec.title)
        where, title = names[region], Text("调入指标", "permits received")
        decision = Decision(
            f"permits:{region}:{cap.spec.name}", "permits", region, cap.spec.name, form, 0.0,
            float(cap.spec.reference(e)[r, t]) * trend, Text(f"{where.zh}{title.zh}", f"{where.en}, {title.en}"),
        )  # fmt: skip
        found.append(
            replace(
                decision,
                title=Text(f"{decision.title.zh}（{cap.spec.title.zh}）", f"{decision.title.en} ({cap.spec.title.en})"),
            )
        )
    return found

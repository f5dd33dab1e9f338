"""Targets of plan documents in the plan: held, paid for where missed, or only compared; and the reckoning of each year."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.planning.bounds import Bounded, Sense, define_bounded, length_of
from haihe.planning.indicator_data import LABOUR
from haihe.planning.indicator_list import SPREAD, WELFARE, refuse_unknown
from haihe.planning.indicators import SHORTFALL, Indicators
from haihe.planning.measures import ALL, Measure, code_of, split
from haihe.planning.program import Block, Program
from haihe.planning.solver import Solution
from haihe.region import Region
from haihe.region.units import compatible, factor

Kind = Literal["hard", "soft", "watch"]
Against = Literal["level", "growth", "change"]
REACHED = 1e-6
"""A target counts as reached where what is missing is below this share of it."""


@dataclass(frozen=True)
class TargetSpec:
    """A target as stated.

    Parameters
    ----------
    name : str
        Code of the target.
    title : Text
    measure : Measure
        Indicator, region and sectors in the target's year; the indicator is empty where none was named.
    sense : {"cap", "floor"}
        At most or at least.
    against : {"level", "growth", "change"}
        What the value is: a level, an average growth a year since the base year, or a relative change since it.
    base_year : int
    value : float
    unit : str
    kind : {"hard", "soft", "watch"}
        Held, paid for where missed, or only compared.
    penalty : float
        bn yuan for each missing unit (of ``unit``), in money of the target's year.
    quality : Quality
    source : str
    """

    name: str
    title: Text
    measure: Measure
    sense: Sense
    against: Against
    base_year: int
    value: float
    unit: str
    kind: Kind
    penalty: float
    quality: Quality
    source: str

    @property
    def year(self) -> int:
        """Year of the target."""
        assert self.measure.year is not None
        return self.measure.year

    def level(self, indicators: Indicators) -> float:
        """Value to reach, in the unit of the indicator; growth and change start from `base`.

        Raises
        ------
        HaiheError
            ``E-PLN-01`` for growth so fast that there is no number for it.
        """
        if self.against == "level":
            return self.value * factor(self.unit, indicators.spec(self.measure.indicator).plain_unit)
        share = self.value * factor(self.unit, "share")
        years = self.year - self.base_year if self.against == "growth" else 1
        with np.errstate(over="ignore"):
            level = float(np.float64(1.0 + share) ** years * self.base(indicators))
        if not np.isfinite(level):
            raise HaiheError(
                "E-PLN-01", table="targets", what=Text(f"目标值（{self.name}）", f"level of target {self.name}")
            )
        return level

    def base(self, indicators: Indicators) -> float:
        """Value in the base year: on the reference path, or carried back from its first year with the trend."""
        s = indicators.model.economy.assumptions
        first = indicators.value(self.measure.in_year(max(self.base_year, s.first_year)), indicators.reference)
        spec = indicators.spec(self.measure.indicator)
        steady = spec.is_ratio or spec.counts == LABOUR
        return first if steady else first * (1 + s.growth) ** min(0, self.base_year - s.first_year)

    def missing(self, value: float, level: float) -> float:
        """How far a value is ahead (+) of a level or behind (-)."""
        return value - level if self.sense == "floor" else level - value

    def why_not(self, indicators: Indicators) -> Text | None:
        """Why the plan cannot express the target; None where it can."""
        e = indicators.model.economy
        if not self.measure.indicator:
            return Text("没有对应的方案指标", "no indicator of the plan stands for it")
        if self.measure.regions != ALL and not set(self.measure.regions) <= set(e.members):
            name = ";".join(self.measure.regions)
            return Text(f"{name} 不是方案的成员", f"{name} is no member of the plan")
        years = e.assumptions.years
        if not years[0] <= self.year <= years[-1]:
            return Text(
                f"{self.year} 年不在方案 {years[0]}–{years[-1]} 年之内",
                f"{self.year} is outside the plan, {years[0]} to {years[-1]}",
            )
        if (reason := indicators.absent(self.measure.indicator)) is not None:
            return reason
        if self.measure.base in (SPREAD, WELFARE):
            return Text("目标不能用此指标", "a target cannot use this indicator")
        if self.against != "level":
            if self.base_year < e.year:
                return Text(
                    f"没有基年 {self.base_year} 的核算", f"there are no accounts of the base year {self.base_year}"
                )
        elif not compatible(self.unit, indicators.spec(self.measure.indicator).plain_unit):
            unit = indicators.spec(self.measure.indicator).unit
            return Text(
                f"单位“{self.unit}”与指标的“{unit}”不符",
                f"its unit {self.unit} does not fit that of the indicator, {unit}",
            )
        return None


@dataclass(frozen=True)
class Target:
    """A target in the program: one row ``target:<code>``, and the shortfall that a soft target pays for."""

    spec: TargetSpec
    bounded: Bounded
    level: float
    shortfall: Block | None


def targets_of(region: Region) -> list[TargetSpec]:
    """Read the table ``targets``; which of them a plan can express is known with its model (`TargetSpec.why_not`).

    Raises
    ------
    HaiheError
        ``E-PLN-56`` for a soft target without a penalty.
    """
    specs = []
    for row, values in enumerate(region.frame("targets").to_dict("records"), start=2):
        kind, penalty = str(values["kind"]), float(values["penalty"])
        if kind == "soft" and not penalty > 0:
            raise HaiheError("E-PLN-56", table="targets", row=row, column="penalty", value=values["target"])
        indicator, base = code_of(values["indicator"]), values["base_year"]
        if indicator:
            refuse_unknown(indicator, table="targets", row=row, column="indicator")
        year = int(values["year"])
        specs.append(
            TargetSpec(
                name=str(values["target"]),
                title=Text(str(values["name_zh"]), str(values["name_en"])),
                measure=Measure(indicator, (str(values["region"]),), split(values["sectors"]), year),
                sense="floor" if values["sense"] == "at_least" else "cap",
                against=values["measure"],
                base_year=year - 1 if pd.isna(base) else int(base),
                value=float(values["value"]),
                unit=str(values["unit"]),
                kind=kind,  # type: ignore[arg-type]
                penalty=penalty * factor("亿元", "bn yuan") if kind == "soft" else 0.0,
                quality=values["quality"],
                source=str(values["source"]),
            )
        )
    return specs


def not_expressible(indicators: Indicators, specs: Sequence[TargetSpec]) -> Findings:
    """Name the targets that the plan cannot express, together for each reason (``N-PLN-57``)."""
    why: dict[Text, list[TargetSpec]] = {}
    for spec in specs:
        if (reason := spec.why_not(indicators)) is not None:
            why.setdefault(reason, []).append(spec)
    return Findings(
        Finding("N-PLN-57", table="targets", values={"value": _names(group), "count": len(group), "reason": reason})
        for reason, group in why.items()
    )


def _names(specs: Sequence[TargetSpec]) -> Text:
    """Titles of some targets with their years, joined."""
    return Text(
        "、".join(f"{spec.title.zh}（{spec.year}）" for spec in specs),
        "; ".join(f"{spec.title.en} ({spec.year})" for spec in specs),
    )


def define_target(program: Program, indicators: Indicators, spec: TargetSpec) -> Target:
    r"""Add a target that the plan can express.

    .. math:: f(x) + s \ge v, \quad s \ge 0, \qquad \text{cost } p\, w\, s

    for a soft one, where p is the penalty of a missing unit and w the discounted years that the target's year stands
    for; without s where it is hard, and without a bound where it is only watched. Unit: that of the indicator, over a
    power of ten.

    Raises
    ------
    HaiheError
        As `haihe.planning.bounds.define_bounded`.
    """
    level = spec.level(indicators)
    held = spec.kind != "watch"
    ratio = indicators.spec(spec.measure.indicator).is_ratio
    slack = np.inf if not held and not ratio else level
    bounded = define_bounded(
        program,
        indicators,
        f"target:{spec.name}",
        [spec.measure],
        [slack],
        spec.sense,
        dims=(("target", (spec.name,)),),
        title=spec.title,
    )
    if spec.kind == "hard" or (not held and not ratio):
        return Target(spec, bounded, level, None)
    unit_of_row = bounded.scales[0]
    cost = 0.0 if not held else _penalty(indicators, spec) * unit_of_row
    shortfall = program.columns(
        f"{SHORTFALL}{spec.name}",
        {"target": (spec.name,)},
        cost=cost,
        unit=bounded.rows.unit,
        title=Text(f"目标缺口：{spec.title.zh}", f"shortfall of {spec.title.en}"),
    )
    program.enter(bounded.rows.index, shortfall.index, 1.0 if spec.sense == "floor" else -1.0)
    return Target(spec, bounded, level, shortfall)


def targets_table(indicators: Indicators, specs: Sequence[TargetSpec], solution: Solution) -> pd.DataFrame:
    """The reckoning: every target that the plan can express, in each milestone up to its year and in its year.

    Returns
    -------
    DataFrame
        Columns target, indicator, region, year, due (the target's own year), sense, reference, plan, wanted, gap
        (ahead + or behind -), reached, unit, kind, quality. Before its year ``wanted`` is the straight line from the
        reference of the first milestone to the target: on the way, nothing is due.
    """
    rows = []
    milestones = indicators.model.economy.assumptions.years
    for spec in specs:
        if spec.why_not(indicators) is not None:
            continue
        level, unit = spec.level(indicators), indicators.spec(spec.measure.indicator).unit
        years = [*(year for year in milestones if year < spec.year), spec.year]
        values = {
            year: tuple(indicators.value(spec.measure.in_year(year), x) for x in (indicators.reference, solution.x))
            for year in years
        }
        start = values[years[0]][0] if years[0] < spec.year else level
        for year in years:
            reference, plan = values[year]
            wanted = float(np.interp(year, [years[0], spec.year], [start, level])) if year < spec.year else level
            gap = spec.missing(plan, wanted)
            rows.append(
                (
                    spec.name, spec.measure.indicator, spec.measure.regions[0], year, year == spec.year, spec.sense,
                    reference, plan, wanted, gap, gap >= -REACHED * abs(wanted), unit, spec.kind, spec.quality,
                )
            )  # fmt: skip
    columns = [
        "target", "indicator", "region", "year", "due", "sense", "reference", "plan", "wanted", "gap", "reached", "unit",
        "kind", "quality",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _penalty(indicators: Indicators, spec: TargetSpec) -> float:
    """Discounted bn yuan for each unit of the row (of the numerator, for a ratio) that is missing."""
    measure = spec.measure
    unit = indicators.spec(measure.indicator).plain_unit
    if spec.against == "level":
        each = spec.penalty / factor(spec.unit, unit)
    else:
        base, years = spec.base(indicators), spec.year - spec.base_year
        share = spec.value * factor(spec.unit, "share")
        slope = years * (1 + share) ** (years - 1) if spec.against == "growth" else 1.0
        each = spec.penalty / (factor(spec.unit, "share") * slope * base)
    below = indicators.terms(measure)[1]
    over = 1.0 if below is None else below.at(indicators.reference)
    return each * length_of(indicators, spec.year) / over

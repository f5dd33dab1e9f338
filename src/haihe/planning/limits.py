"""Limits on any indicator: caps and floors over a set of regions and sectors, read from the table ``limits``.

A cap on a resource is a `haihe.planning.caps.CapSpec`, because permits may move between members; every other limit
stands here: floors, and caps on anything else than a resource.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Quality, Text, worst_quality
from haihe.planning.bounds import Bounded, Sense, define_bounded
from haihe.planning.indicator_data import LABOUR
from haihe.planning.indicator_list import SPREAD, WELFARE, refuse_unknown
from haihe.planning.indicators import Indicators
from haihe.planning.measures import ALL, Measure, code_of, split
from haihe.planning.program import Floats, Program
from haihe.planning.solver import Solution
from haihe.region import Region
from haihe.region.units import factor

SHARE = "share of reference"
OF_RESOURCE = {LABOUR: "jobs", "co2": "co2", "energy": "energy"}
"""Indicator that stands for the use of a resource; ``use:<resource>`` for the others."""
ACTIVE = 1e-7
"""A limit binds where its slack is below this share of its value."""


@dataclass(frozen=True)
class LimitSpec:
    """A cap or floor on an indicator.

    Parameters
    ----------
    name : str
        Code of the limit.
    measure : Measure
        Indicator, regions and sectors; without a year.
    sense : {"cap", "floor"}
    years : tuple of int
        Years that values are stated for, rising.
    amounts : tuple of float
        Value in each, in ``unit``.
    unit : str
        Unit of the values; ``share of reference`` for shares of the reference path.
    apart : bool
        Every region of the set keeps it on its own.
    title : Text
    quality : Quality
    """

    name: str
    measure: Measure
    sense: Sense
    years: tuple[int, ...]
    amounts: tuple[float, ...]
    unit: str
    apart: bool
    title: Text
    quality: Quality

    def path(self, indicators: Indicators, measure: Measure) -> Floats:
        """Value in every milestone, in the indicator's unit; shape (T,).

        It holds in the years that are stated. Between them, and from the reference of the first milestone to the first
        of them, it moves in a straight line; after the last it stays. Shares move as shares, amounts as amounts. The
        amount of a set that each region keeps on its own is split by the reference.
        """
        milestones = indicators.model.economy.assumptions.years
        reference = np.array([indicators.value(measure.in_year(year), indicators.reference) for year in milestones])
        known, values = np.asarray(self.years, dtype=np.float64), np.asarray(self.amounts)
        shares = self.unit == SHARE
        if not shares:
            spec = indicators.spec(measure.indicator)
            values = values * factor(self.unit, spec.plain_unit) * self._part(indicators, measure)
        if known[0] > milestones[0]:
            known = np.concatenate([[milestones[0]], known])
            values = np.concatenate([[1.0 if shares else reference[0]], values])
        line = np.interp(milestones, known, values)
        return np.asarray(line * reference if shares else line)

    def _part(self, indicators: Indicators, measure: Measure) -> float:
        """Part of the whole set's reference that one region has, for an amount that is split."""
        if measure == self.measure or indicators.spec(measure.indicator).is_ratio:
            return 1.0
        first = indicators.model.economy.assumptions.first_year
        part, whole = (indicators.value(m.in_year(first), indicators.reference) for m in (measure, self.measure))
        return part / whole if whole else 0.0


@dataclass(frozen=True)
class Limit:
    """A limit in the program: its rows are ``limit:<code>``, by region (``*`` for the set together) and year."""

    spec: LimitSpec
    bounded: Bounded


def limits_of(region: Region) -> list[LimitSpec]:
    """Read the limits that are no caps on resources.

    Raises
    ------
    HaiheError
        ``E-PLN-55`` where a limit names both a resource and an indicator or neither, changes its sense, or asks for what
        cannot be kept (a floor under a gap).
    """
    if not region.has("limits"):
        return []
    table = region["limits"].reset_index(drop=True)
    specs = []
    for name, rows in table.groupby("limit", sort=False):
        row = int(rows.index[0]) + 2
        first = rows.iloc[0]
        resource, indicator = (code_of(first.get(column)) for column in ("resource", "indicator"))
        if bool(resource) == bool(indicator):
            reason = Text("要素与指标应填且只填一项", "give either a resource or an indicator")
            raise HaiheError("E-PLN-55", table="limits", row=row, column="indicator", value=name, reason=reason)
        _refuse_mixed(rows, str(name))
        if resource and first["sense"] == "cap":
            continue
        code = indicator or OF_RESOURCE.get(resource, f"use:{resource}")
        refuse_unknown(code, table="limits", row=row, column="indicator")
        _refuse(rows, str(name), code, row)
        rows = rows.sort_values("year")
        specs.append(
            LimitSpec(
                name=str(name),
                measure=Measure(code, split(first["regions"]), split(first["sectors"])),
                sense="cap" if first["sense"] == "cap" else "floor",
                years=tuple(int(year) for year in rows["year"]),
                amounts=tuple(float(value) for value in rows["value"]),
                unit=str(first["unit"]),
                apart=not bool(first["pooled"]),
                title=Text(str(first["name_zh"]), str(first["name_en"])),
                quality=worst_quality(rows["quality"]) or "illustrative",
            )
        )
    return specs


def define_limit(program: Program, indicators: Indicators, spec: LimitSpec) -> Limit:
    """Add a limit: rows ``limit:<code>`` by region and milestone, see `haihe.planning.bounds.define_bounded`.

    Raises
    ------
    HaiheError
        ``E-PLN-51`` to ``E-PLN-54`` for an indicator that is unknown, has no data or cannot be limited this way, and for
        regions or sectors that are not in the plan.
    """
    years = indicators.model.economy.assumptions.years
    sets = [spec.measure]
    if spec.apart:
        named = indicators.members if spec.measure.regions == ALL else list(spec.measure.regions)
        sets = [Measure(spec.measure.indicator, (code,), spec.measure.sectors) for code in named]
    if spec.measure.base == WELFARE:
        raise HaiheError("E-PLN-54", value=WELFARE)
    labels = tuple("*" if m == spec.measure and not spec.apart else m.regions[0] for m in sets)
    bounded = define_bounded(
        program,
        indicators,
        f"limit:{spec.name}",
        [measure.in_year(year) for measure in sets for year in years],
        np.concatenate([spec.path(indicators, measure) for measure in sets]).tolist(),
        spec.sense,
        dims=(("region", labels), ("year", tuple(years))),
        title=spec.title,
    )
    return Limit(spec, bounded)


def limits_table(indicators: Indicators, limits: Sequence[Limit], solution: Solution) -> pd.DataFrame:
    """Every limit by region and milestone: value on the reference path, limit, plan, slack and price.

    Returns
    -------
    DataFrame
        Columns limit, indicator, region, year, sense, reference, limit_value, plan, slack, binds, price, unit,
        price_unit, quality. The slack is what is left, never negative up to rounding. The price is what relaxing the
        limit by one unit is worth in that year; 0 where it does not bind.
    """
    parts = []
    for limit in limits:
        bounded, spec = limit.bounded, limit.spec
        unit = indicators.spec(spec.measure.indicator).unit
        plan = np.array([indicators.value(measure, solution.x) for measure in bounded.measures])
        slack = (bounded.held - plan) * (1.0 if spec.sense == "cap" else -1.0)
        parts.append(
            bounded.rows.labels().to_frame(index=False).assign(
                limit=spec.name,
                indicator=spec.measure.indicator,
                sense=spec.sense,
                reference=[indicators.value(measure, indicators.reference) for measure in bounded.measures],
                limit_value=bounded.held,
                plan=plan,
                slack=slack,
                binds=slack <= ACTIVE * np.maximum(np.abs(bounded.held), 1e-9),
                price=bounded.price(solution, indicators),
                unit=unit,
                price_unit=f"bn yuan per {unit}",
                quality=spec.quality,
            )
        )  # fmt: skip
    columns = [
        "limit", "indicator", "region", "year", "sense", "reference", "limit_value", "plan", "slack", "binds", "price",
        "unit", "price_unit", "quality",
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _refuse(rows: pd.DataFrame, name: str, code: str, row: int) -> None:
    reason = None
    if len(rows[["sense", "unit"]].drop_duplicates()) > 1:
        reason = Text("各年的方向与单位应一致", "its sense and unit must be the same in every year")
    elif code.startswith(f"{SPREAD}:") and rows["sense"].iloc[0] == "floor":
        reason = Text("差距只能设上限", "a gap can be capped, not held up")
    if reason is not None:
        raise HaiheError("E-PLN-55", table="limits", row=row, column="sense", value=name, reason=reason)


def _refuse_mixed(rows: pd.DataFrame, name: str) -> None:
    """Refuse a limit whose set, resource or pooling is not the same in every year."""
    for column in ("resource", "indicator", "regions", "sectors", "sense", "pooled"):
        others = rows[column].astype("string").fillna("") != str(
            pd.Series(rows[column]).astype("string").fillna("").iloc[0]
        )
        if others.any():
            row = int(rows.index[int(others.to_numpy().argmax())]) + 2
            reason = Text(
                "各年应相同，否则请另起一条限制", "it must be the same in every year; else make it a limit of its own"
            )
            raise HaiheError("E-PLN-55", table="limits", row=row, column=column, value=name, reason=reason)

"""Numbers one by one: bounds, bands, units that fit, values far from their own series."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.issues import Issue
from haihe.region.tables import TABLES
from haihe.region.units import compatible, factor, parse

TIMES = 1000.0
"""A value this many times (or this fraction of) the median of its own series is named."""

FAR = 5.0
"""A value this many times beyond an end of its band is far outside."""

RUN = 3
"""So many values far outside, one after the other, have one cause."""

FASTEST = 1.0
"""Growth a year that a target may ask for at most."""

_MONEY = "万元"


def bounds(facts: Facts) -> Iterator[Issue]:
    """Numbers below or above what their column allows; negative stocks are among them."""
    for name in facts.names:
        table = facts.table(name)
        for column in TABLES[name].columns:
            for limit, code, outside in (
                (column.minimum, "E-RANGE-01", np.less),
                (column.maximum, "E-RANGE-02", np.greater),
                (column.above, "E-RANGE-06", np.less_equal),
            ):
                if limit is None:
                    continue
                values = table[column.name].astype("float64")
                for at in np.flatnonzero(outside(values, limit)):
                    said = {"value": _plain(values.iloc[at]), "limit": _plain(limit), "title": column.title}
                    yield Issue(code, name, int(at), column.name, said)


def growth_targets(facts: Facts) -> Iterator[Issue]:
    """Targets of growth a year beyond `FASTEST`: over some years they are no amount that anybody can mean."""
    table = facts.table("targets")
    told = (
        table["measure"].eq("growth")
        & table["value"].notna()
        & table["unit"].map(_is_share, na_action="ignore").eq(True)
    )
    for at in np.flatnonzero(told):
        value, unit = table["value"].iloc[at], table["unit"].iloc[at]
        if value * factor(unit, "share") > FASTEST:
            said = {"value": f"{_plain(value)} {unit}", "limit": f"{FASTEST:.0%}"}
            yield Issue(
                "E-RANGE-02", "targets", int(at), "value", said | {"title": TABLES["targets"].column("value").title}
            )


def _is_share(unit: str) -> bool:
    return compatible(unit, "share")


def _plain(value: float) -> str:
    return f"{value:.12g}"


def bands(facts: Facts) -> Iterator[Issue]:
    """Bands that do not hold their value; a run of values far outside their bands is one finding."""
    for name in facts.names:
        if {"low", "value", "high"} <= set(TABLES[name].names):
            table = facts.table(name)
            far = (table["value"] < table["low"] / FAR) | (table["value"] > table["high"] * FAR)
            runs = (far != far.shift()).cumsum()
            long = far & (runs.groupby(runs).transform("size") >= RUN)
            for _, run in runs[long].groupby(runs[long]):
                rows = (facts.row(name, int(run.index[0])), facts.row(name, int(run.index[-1])))
                values = {"rows": f"{rows[0]}–{rows[1]}", "count": len(run)}
                yield Issue("E-RANGE-05", name, int(run.index[0]), "value", values)
            for column, outside in (("low", table["low"] > table["value"]), ("high", table["high"] < table["value"])):
                for at in np.flatnonzero(outside & ~long):
                    values = {"value": _plain(table[column].iloc[at]), "wanted": _plain(table["value"].iloc[at])}
                    yield Issue("E-RANGE-03", name, int(at), column, values)


def units_that_fit(facts: Facts) -> Iterator[Issue]:
    """Units that cannot be converted into what the table counts in."""
    resources = facts.table("resources").dropna(subset=["resource", "unit"]).drop_duplicates("resource")
    unit_of = dict(zip(resources["resource"], resources["unit"], strict=True))
    of_resource: Callable[[str], str] = lambda unit: unit  # noqa: E731
    of_use: Callable[[str], str] = lambda unit: f"{unit}/亿元"  # noqa: E731
    wanted = {
        **dict.fromkeys(("endowments", "transfers", "expansions", "project_resources"), of_resource),
        "uses": of_use,
    }
    for name, form in wanted.items():
        table = facts.table(name)
        yield from _unfit(name, table["unit"], table["resource"].map(unit_of).map(form, na_action="ignore"))
    limits = facts.table("limits")
    relative = limits["unit"].map(is_relative, na_action="ignore").eq(True)
    yield from _unfit("limits", limits["unit"].mask(relative), limits["resource"].map(unit_of))
    for name in ("accounts", "flows", "budgets", "finances", "enterprises", "supplies"):
        units = facts.table(name)["unit"]
        yield from _unfit(name, units, pd.Series(_MONEY, index=units.index))


def is_relative(unit: str) -> bool:
    """Tell whether a unit counts in shares of the reference path."""
    return compatible(unit, "share of reference")


def _unfit(name: str, units: "pd.Series[str]", wanted: "pd.Series[str]") -> Iterator[Issue]:
    pairs = pd.DataFrame({"unit": units, "wanted": wanted}).dropna()
    for unit, want in pairs.drop_duplicates().itertuples(index=False):
        if not compatible(unit, want):
            for at in pairs.index[pairs["unit"].eq(unit) & pairs["wanted"].eq(want)]:
                yield Issue("E-UNIT-04", name, int(at), "unit", {"value": unit, "wanted": want})


def far_from_series(facts: Facts) -> Iterator[Issue]:
    """Values a thousand times, or a thousandth of, the median of their own series of years (three or more)."""
    for name in facts.names:
        spec = TABLES[name]
        if not {"year", "value", "unit"} <= set(spec.names) or "year" not in spec.key or name in ("accounts", "flows"):
            continue
        table = facts.table(name)
        table = table[(table["value"] > 0) & table["unit"].notna() & ~facts.bad(name, *spec.key, "value", "unit")]
        factor = {unit: float(parse(unit).factor) for unit in table["unit"].unique()}
        base = table["value"] * table["unit"].map(factor).astype("float64")
        series = base.groupby([table[key] for key in spec.key if key != "year"])
        times = base / series.transform("median")
        far = (series.transform("size") >= 3) & ((times >= TIMES) | (times <= 1 / TIMES))
        for at in table.index[far]:
            values = {"value": _plain(table["value"][at]), "unit": table["unit"][at], "times": f"{times[at]:.3g}"}
            yield Issue("W-UNIT-05", name, int(at), "value", values)

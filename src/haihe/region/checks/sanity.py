"""Facts that are well formed and hardly true: parts above their whole, limits that bind nothing, odd intensities."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from haihe.region.checks.facts import Facts
from haihe.region.checks.numbers import is_relative
from haihe.region.issues import Issue
from haihe.region.units import factors, parse

LOOSE = 1.5
"""A cap above this share of the reference path hardly limits anything."""

APART = 100.0
"""An intensity this many times the median of the other regions is named."""


def equipment_within_investment(facts: Facts) -> Iterator[Issue]:
    """Projects whose equipment costs more than the whole."""
    projects = facts.table("projects")
    for at in np.flatnonzero(projects["equipment"] > projects["investment"]):
        record = projects.iloc[at]
        values = {"value": f"{record['equipment']:.12g}", "whole": f"{record['investment']:.12g}"}
        yield Issue("E-RANGE-04", "projects", int(at), "equipment", values)


def limits_that_do_not_limit(facts: Facts) -> Iterator[Issue]:
    """Caps far above the reference path."""
    limits = facts.table("limits")
    relative = limits[limits["unit"].map(is_relative, na_action="ignore").eq(True) & limits["sense"].eq("cap")]
    share = relative["value"] * factors(relative["unit"], "share of reference")
    for at in relative.index[share > LOOSE]:
        yield Issue("W-LIM-03", "limits", int(at), "value", {"value": f"{share[at]:.4g}", "limit": LOOSE})


def intensities_apart(facts: Facts) -> Iterator[Issue]:
    """Uses far above what the same sector uses in the other regions, and above the resource's median."""
    uses = facts.table("uses")
    by = ["sector", "resource", "year"]
    uses = uses[(uses["value"] > 0) & ~facts.bad("uses", "region", *by, "value", "unit")].dropna(subset=["unit", *by])
    uses = uses.assign(dimension=uses["unit"].map({unit: str(parse(unit).powers) for unit in uses["unit"].unique()}))
    by = [*by, "dimension"]
    factor = {unit: float(parse(unit).factor) for unit in uses["unit"].unique()}
    size = pd.Series(np.log10(uses["value"] * uses["unit"].map(factor).astype("float64")), index=uses.index)
    first = size.groupby([uses[key] for key in by]).rank(ascending=False, method="first").eq(1)
    largest = uses[first]
    others = size[~first].groupby([uses.loc[~first, key] for key in by]).median().rename("others").reset_index()
    merged = largest.reset_index(names="at").merge(others, on=by)
    typical = size.groupby(uses["resource"]).median()
    for record in merged.to_dict("records"):
        own = size[record["at"]]
        if own - record["others"] > np.log10(APART) and own > typical[record["resource"]]:
            values = {"value": f"{record['value']:.12g}", "unit": record["unit"], "sector": record["sector"]}
            values |= {"resource": record["resource"], "times": f"{10 ** (own - record['others']):.3g}"}
            yield Issue("W-UNIT-07", "uses", int(record["at"]), "value", values)

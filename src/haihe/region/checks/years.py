"""Years that are missing."""

from collections.abc import Iterator

import numpy as np

from haihe.region.checks.facts import Facts
from haihe.region.issues import Issue

SERIES = {"accounts": ("region",), "uses": ("region", "sector", "resource"), "endowments": ("region", "resource")}
"""Tables whose years should be about evenly spaced, and what makes one series in them."""


def gaps(facts: Facts) -> Iterator[Issue]:
    """Gaps in a series: a step between two years in which at least one more smallest step would fit.

    The finding stands at the first record after the gap.
    """
    for name, by in SERIES.items():
        if facts.unsure(name):
            continue
        table = facts.table(name)[[*by, "year"]][~facts.bad(name, *by, "year")].dropna()
        table = table.drop_duplicates().sort_values([*by, "year"], kind="stable")
        step = table.groupby(list(by), sort=False)["year"].diff().astype("float64")
        smallest = step.groupby([table[key] for key in by], sort=False).transform("min")
        for at in table.index[(step >= 2 * smallest).to_numpy()]:
            year, width = int(table["year"][at]), int(step[at])
            missing = ", ".join(str(y) for y in range(year - width + int(smallest[at]), year, int(smallest[at])))
            values = {"value": year, "series": " | ".join(map(str, table.loc[at, list(by)])), "missing": missing}
            yield Issue("W-YEAR-01", name, int(at), "year", values)


def base_year(facts: Facts) -> Iterator[Issue]:
    """Members that have accounts, but none for the base year."""
    meta = facts.draft.meta
    if meta is None or not facts.has("accounts") or facts.unsure("accounts", "year", "region"):
        return
    accounts = facts.table("accounts")
    there = set(accounts.loc[accounts["year"].eq(meta.base_year), "region"].dropna())
    regions = facts.table("regions")
    if not accounts["region"].dropna().isin(regions["region"]).all():
        return  # the account may stand under the code that is named as unknown
    lacking = regions["role"].eq("member") & ~regions["region"].isin(there)
    for at in np.flatnonzero(lacking):
        values = {"value": regions["region"].iloc[at], "year": meta.base_year}
        yield Issue("E-YEAR-02", "accounts", column="year", values=values)

"""What projects compete for: room at a site and money of a fund, what each asks, what others take, and who they are."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from haihe.planning.program import Ints
from haihe.planning.projects import ProjectSpec

if TYPE_CHECKING:
    from haihe.planning.selection import Selection

COLUMNS = ["project", "kind", "thing", "place", "year", "last", "asks", "limit", "others", "left", "unit", "holders"]
NAMED = 3
"""Most projects that are named as holders."""


def rivals_of(selection: "Selection", options: Ints | None = None) -> pd.DataFrame:
    """Tell of options what they compete for.

    Parameters
    ----------
    selection : Selection
    options : ndarray of int, optional
        Positions of the options that are looked at, each with its own site and years; where not given, for every project
        the one that is built, else the most valuable one at every site it could go to.

    Returns
    -------
    DataFrame
        ``project``; ``kind`` (``room``, ``budget``); ``thing`` and ``place`` (resource and site, fund and payer);
        ``year`` and ``last`` (resource: the tightest year; money: first and last year in which it may be paid);
        ``asks``, ``limit``, ``others`` (what the choice gives to others), ``left`` (limit less others), ``unit``;
        ``holders``: codes of those who take most, joined by ``;``.
    """
    shown = _shown(selection) if options is None else options
    rows = [*_room(selection, shown), *_money(selection, shown)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _shown(selection: "Selection") -> Ints:
    """Options of every project: the one built, else the most valuable at each site, those worth most first."""
    spec, z = selection.task.projects, selection.chosen.choice
    value = np.where(z > 0.5, np.inf, -selection.chosen.cut.slope)
    frame = pd.DataFrame({"project": spec.project, "site": spec.site, "value": value})
    built = np.isin(spec.project, spec.project[z > 0.5])
    frame = frame[(z > 0.5) | ~built].sort_values(["project", "value"], ascending=[True, False], kind="stable")
    return frame.drop_duplicates(["project", "site"]).index.to_numpy(dtype=np.int64)


def _room(selection: "Selection", options: Ints) -> list[tuple[object, ...]]:
    spec, z = selection.task.projects, selection.chosen.choice
    taken = np.flatnonzero((z > 0.5) & ~spec.committed[spec.project])
    years = np.asarray(spec.years)
    rows: list[tuple[object, ...]] = []
    for option in options[~spec.committed[spec.project[options]]]:
        p, site = spec.project[option], spec.site[option]
        others = taken[(spec.site[taken] == site) & (spec.project[taken] != p)]
        start, done = int(spec.start[option]), int(spec.done[option])
        for u in np.flatnonzero((spec.uses[p] > 0) & np.isfinite(spec.room[site]).any(axis=1)):
            since = spec.start[others] if spec.held[u] else spec.done[others]
            amount = spec.uses[spec.project[others], u]
            used = (amount[:, None] * (since[:, None] <= years)).sum(axis=0)
            free = np.where(years >= (start if spec.held[u] else done), spec.room[site, u] - used, np.inf)
            y = int(np.argmin(free))
            if not np.isfinite(free[y]):
                continue
            holders = _named(spec, spec.project[others], amount)
            rows.append(
                (
                    spec.projects[p],
                    "room",
                    spec.resources[u],
                    spec.sites[site],
                    int(years[y]),
                    int(years[y]),
                    float(spec.uses[p, u]),
                    float(spec.room[site, u, y]),
                    float(used[y]),
                    float(free[y]),
                    spec.units[u],
                    holders,
                )
            )
    return rows


def _money(selection: "Selection", options: Ints) -> list[tuple[object, ...]]:
    spec, setup = selection.task.projects, selection.task.setup
    money = setup.money
    if money is None:
        return []
    paid = selection.funding
    paid = paid[paid["payer"].isin(("city", "district")) & (paid["amount"] > 0)]
    rows: list[tuple[object, ...]] = []
    _, first = np.unique(spec.project[options], return_index=True)
    for option in options[first]:
        p = spec.project[option]
        window = np.arange(int(spec.done[option]), int(spec.done[option]) + money.delay + 1)
        for payer, part in ((money.city_budget, spec.city), (money.district_budget, spec.district)):
            b = int(payer[option])
            if b < 0 or part[p] <= 0:
                continue
            fund, region = money.budgets[b]
            place = [money.years.index(y) for y in window if y in money.years]
            limit = (money.budget[b] - money.promised[b])[place].sum()
            mine = paid[(paid["fund"] == fund) & (paid["region"] == region) & paid["year"].isin(window)]
            mine = mine[mine["project"] != spec.projects[p]]
            others = mine.groupby("project")["amount"].sum().sort_values(ascending=False)
            rows.append(
                (
                    spec.projects[p],
                    "budget",
                    fund,
                    region,
                    int(window[0]),
                    money.years[place[-1]] if place else int(window[0]),
                    float(part[p]),
                    float(limit),
                    float(others.sum()),
                    float(limit - others.sum()),
                    "亿元",
                    ";".join(map(str, others.index[:NAMED])),
                )
            )
    return rows


def _named(spec: ProjectSpec, projects: Ints, amount: np.ndarray) -> str:
    """Codes of those who take most."""
    order = np.argsort(-amount, kind="stable")[:NAMED]
    return ";".join(spec.projects[projects[k]] for k in order if amount[k] > 0)

"""Ties among projects from a region's tables: prerequisites, exclusions, phases, relocation, leading industries."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Quality
from haihe.planning.economy import Economy
from haihe.planning.program import Ints
from haihe.planning.project_inputs import district_of, member_of
from haihe.planning.projects import ProjectSpec
from haihe.planning.ties import Pairs, TieSpec
from haihe.region import Region

NOT_ANY = "*"


def ties_of(region: Region, economy: Economy, projects: ProjectSpec) -> TieSpec:
    """Read the ties among projects.

    Parameters
    ----------
    region : Region
        Columns ``requires``, ``excludes``, ``phase_of`` of the table ``projects``, and the table
        ``leading_industries`` where present.
    economy : Economy
    projects : ProjectSpec

    Raises
    ------
    HaiheError
        ``E-PLN-90`` projects that wait for each other in a circle, ``E-PLN-91`` a project that is not in the table,
        ``E-PLN-92`` a phase that shares no site with the one before it.
    """
    table = region["projects"].reset_index(drop=True)
    named = {name: _pairs(table, name, projects) for name in ("requires", "excludes", "phase_of") if name in table}
    requires, phases = named.get("requires", ()), named.get("phase_of", ())
    _refuse_circles(projects, (*requires, *phases), table)
    _refuse_lost_phases(projects, phases, table)
    excludes = tuple(sorted({(min(pair), max(pair)) for pair in named.get("excludes", ())}))
    districts, chains = _districts(region, economy, projects), tuple(region.frame("chains")["chain"])
    names = tuple(dict.fromkeys(districts))
    own: Ints = np.array([names.index(name) for name in districts], dtype=np.int64)[projects.site]
    chain = pd.Index(chains).get_indexer(table["chain"]).astype(np.int64)[projects.project]
    most, leading = np.full(len(names), np.inf), np.zeros((len(names), len(chains)), dtype=bool)
    known = region.frame("leading_industries")
    for record in known.to_dict("records"):
        if record["region"] in names:
            n = names.index(str(record["region"]))
            most[n] = float(record["most"])
            leading[n] = [code in _codes(record["chains"]) for code in chains]
    if len(known):
        started = projects.committed[projects.project] & (chain >= 0)
        leading[own[started], chain[started]] = True
    marks: dict[str, Quality] = {}
    for name in ("projects", "leading_industries"):
        mark = region.worst_quality(name) if region.has(name) else None
        if mark is not None:
            marks[name] = mark
    return TieSpec(requires, phases, excludes, names, chains, own, chain, most, leading, marks)


def origins_of(region: Region, economy: Economy) -> Ints:
    """Position of the member that the firm of each project moves from; -1 where it does not move between members.

    Raises
    ------
    HaiheError
        ``E-PLN-91`` where the region moved from is not part of the plan.
    """
    table = region["projects"].reset_index(drop=True)
    origin = np.full(len(table), -1, dtype=np.int64)
    if "moves_from" not in table:
        return origin
    for row, code in table["moves_from"].dropna().items():
        member = member_of(region, str(code), economy.members)
        if member is None:
            _refuse("E-PLN-91", table, int(str(row)), "moves_from", value=code, near=", ".join(economy.members))
        else:
            origin[int(str(row))] = economy.members.index(member)
    return origin


def tie_findings(region: Region, ties: TieSpec) -> Findings:
    """Say which districts' leading industries are not known, and which have more than they may have already."""
    found = Findings()
    if not region.has("leading_industries"):
        return found
    unlimited = [name for name, most in zip(ties.districts, ties.most, strict=True) if not np.isfinite(most)]
    if unlimited:
        found.append(Finding("N-PLN-91", table="leading_industries", values={"names": ", ".join(unlimited)}))
    for n, name in enumerate(ties.districts):
        count = int(ties.leading[n].sum())
        if count > ties.most[n]:
            said = {"value": name, "count": count, "most": f"{ties.most[n]:.0f}"}
            found.append(Finding("W-PLN-92", table="leading_industries", column="most", values=said))
    return found


def _codes(value: object) -> list[str]:
    """Codes joined by semicolons; none where the cell is empty."""
    return [part.strip() for part in str(value).split(";") if part.strip()] if isinstance(value, str) else []


def _pairs(table: pd.DataFrame, column: str, projects: ProjectSpec) -> Pairs:
    """Every project and each one that its cell names."""
    place = {name: k for k, name in enumerate(projects.projects)}
    pairs = []
    for row, value in enumerate(table[column]):
        for code in _codes(value):
            if code not in place or code == table["project"].iloc[row]:
                _refuse("E-PLN-91", table, row, column, value=code, near=", ".join(projects.projects[:6]))
            pairs.append((row, place[code]))
    return tuple(pairs)


def _refuse_circles(projects: ProjectSpec, pairs: Pairs, table: pd.DataFrame) -> None:
    """Refuse projects that wait for each other: peel off what waits for nothing until nothing is left."""
    waits: dict[int, set[int]] = {}
    for p, q in pairs:
        waits.setdefault(p, set()).add(q)
    while free := [p for p, before in waits.items() if not before & waits.keys()]:
        for p in free:
            del waits[p]
    if waits:
        circle = _circle(waits)
        said = " → ".join(projects.projects[p] for p in (*circle, circle[0]))
        _refuse("E-PLN-90", table, circle[0], "requires", value=said)


def _circle(waits: dict[int, set[int]]) -> list[int]:
    """One circle among projects each of which waits for another of them."""
    path = [min(waits)]
    while True:
        after = min(waits[path[-1]] & waits.keys())
        if after in path:
            return path[path.index(after) :]
        path.append(after)


def _refuse_lost_phases(projects: ProjectSpec, phases: Pairs, table: pd.DataFrame) -> None:
    for p, q in phases:
        own, before = (set(projects.site[projects.project == k]) for k in (p, q))
        if not own & before:
            _refuse("E-PLN-92", table, p, "phase_of", value=projects.projects[q])


def _refuse(code: str, table: pd.DataFrame, row: int, column: str, **values: object) -> None:
    said = {"project": table["project"].iloc[row], **values}
    raise HaiheError.of(Findings([Finding(code, table="projects", row=row + 2, column=column, values=said)]))


def _districts(region: Region, economy: Economy, projects: ProjectSpec) -> Sequence[str]:
    """District of every site."""
    return [district_of(region, site, economy.members) for site in projects.sites]

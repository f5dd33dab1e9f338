"""Projects from a region's tables: sites, start years, what they need, and what they may get by the rules."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.program import Floats, Ints
from haihe.planning.project_support import BASES, support_table
from haihe.planning.projects import Flags, ProjectSpec
from haihe.region import Region
from haihe.region.units import factor, factors
from haihe.rules import Rulebook

FEN_PER_YI = 1e10
COMMITTED = ("started", "built", "producing")
"""Stages in which a project is no longer chosen."""

Pay = Literal["rule", "need"]
"""How much support a project that needs some is paid: what the rules give it, or no more than it needs."""


def projects_of(
    region: Region,
    economy: Economy,
    *,
    book: Rulebook | None = None,
    as_of: dt.date | None = None,
    pay: Pay = "rule",
    barrier: float = 0.0,
) -> ProjectSpec | None:
    """Read the candidate projects.

    Parameters
    ----------
    region : Region
        Tables ``projects`` and ``project_sites``, and where present ``project_resources``, ``endowments``, ``rules``.
    economy : Economy
        Members, sectors and milestones of the plan.
    book : Rulebook, optional
        Schemes from which support is computed; without them the rate and cap of the table ``rules`` stand in.
    as_of : date, optional
        Day whose law applies; the first day of the plan where not given.
    pay : "rule" or "need"
        Whether a project is paid what the rules give it or only what it needs.
    barrier : float
        See `ProjectSpec`.

    Returns
    -------
    ProjectSpec or None
        None where the region has no projects.

    Raises
    ------
    HaiheError
        ``E-PLN-41`` a sector or site that the plan does not know, ``E-PLN-42`` no start year, ``E-PLN-43`` a negative
        amount, ``E-PLN-45`` a project without a site.
    """
    if not region.has("projects"):
        return None
    table = region["projects"].reset_index(drop=True)
    _refuse(region, table, economy)
    first = economy.assumptions.first_year
    support = support_table(region, book, as_of or dt.date(first, 1, 1))
    findings = _say_support(support)
    money = _Money.of(table, support, pay, findings)
    sites = _sites(region, economy)
    options = _options(table, sites, money, economy, findings)
    codes = tuple(dict.fromkeys(sites["region"]))
    uses, resources, units = _uses(region, table)
    years = _years(economy, options)
    room, quality = _room(region, codes, resources, units, years)
    kinds = region.frame("resources").set_index("resource")["kind"]
    held = np.array([kinds.get(name) == "stock" for name in resources], dtype=bool)
    most = _most(options, codes, room)
    _say_needs(table, options, uses, resources, most, findings)
    return ProjectSpec(
        projects=tuple(table["project"]),
        titles=tuple(Text(zh, en) for zh, en in zip(table["name_zh"], table["name_en"], strict=True)),
        sites=codes,
        resources=resources,
        units=units,
        sector=pd.Index(economy.sectors).get_indexer(pd.Index(table["sector"])).astype(np.int64),
        capacity=table["output"].to_numpy(dtype=float) * factor("万元", "bn yuan"),
        jobs=table["jobs"].fillna(0.0).to_numpy(dtype=float),
        ownership=tuple(table["ownership"].fillna("")),
        committed=_committed(table),
        anyway=money.anyway & ~_committed(table),
        given=money.given,
        award=money.award,
        city=money.city,
        district=money.district,
        need=money.need,
        fund=tuple(support["fund"]),
        project=options["p"].to_numpy(dtype=np.int64),
        site=pd.Index(codes).get_indexer(options["region"]).astype(np.int64),
        member=options["member"].to_numpy(dtype=np.int64),
        start=options["start"].to_numpy(dtype=np.int64),
        done=options["done"].to_numpy(dtype=np.int64),
        investment=options["investment"].to_numpy(dtype=float),
        reference=options["reference"].to_numpy(dtype=bool),
        uses=uses,
        held=held,
        room=room,
        years=years,
        barrier=barrier,
        marks=_marks(region, quality),
        findings=findings,
    )


@dataclass(frozen=True)
class _Money:
    """Money of each project, 亿元, shape (P,)."""

    given: Floats
    need: Floats
    award: Floats
    city: Floats
    district: Floats
    anyway: Flags

    @classmethod
    def of(cls, table: pd.DataFrame, support: pd.DataFrame, pay: Pay, findings: Findings) -> "_Money":
        """Say what each project needs and is paid: nothing where it is built anyway, or where the rules give too little."""
        given, city = (support[name].to_numpy() / FEN_PER_YI for name in ("support", "city"))
        stated = table["need"].to_numpy(dtype=float) * factor("万元", "亿元")
        unknown = np.isnan(stated)
        need = np.where(unknown, given, stated)
        if unknown.any():
            findings.append(Finding("N-PLN-47", table="projects", column="need", values={"count": int(unknown.sum())}))
        short = need > given + 1e-9
        for row in np.flatnonzero(short):
            values = {"value": table["project"].iloc[row], "need": f"{need[row]:.6g}", "given": f"{given[row]:.6g}"}
            findings.append(Finding("W-PLN-43", table="projects", row=int(row) + 2, column="need", values=values))
        award = np.where((need > 0) & ~short, given if pay == "rule" else need, 0.0)
        share = np.divide(city, given, out=np.zeros_like(city), where=given > 0)
        part = award * share
        return cls(given, need, award, part, award - part, need == 0)


def _committed(table: pd.DataFrame) -> Flags:
    return np.asarray(table["stage"].isin(COMMITTED), dtype=bool)


def _refuse(region: Region, table: pd.DataFrame, economy: Economy) -> None:
    """Refuse what no plan can be made of; every error at once."""
    wrong = Findings()

    def say(code: str, rows: Ints, column: str, name: str = "projects") -> None:
        frame = table if name == "projects" else region.frame(name)
        values = frame[column] if column in frame else frame.iloc[:, 0]
        near = {"near": ", ".join(economy.sectors[:6] if column == "sector" else economy.members)}
        for row in rows:
            shown = {"value": values.iloc[row], "project": frame["project"].iloc[row], **near}
            wrong.append(Finding(code, table=name, row=int(row) + 2, column=column, values=shown))

    say("E-PLN-41", np.flatnonzero(~table["sector"].isin(economy.sectors)), "sector")
    say("E-PLN-42", np.flatnonzero(table["start"].isna()), "start")
    for column in ("investment", "output", "need", "equipment", "jobs"):
        say("E-PLN-43", np.flatnonzero(table[column] < 0), column)
    sites = region.frame("project_sites")
    say("E-PLN-45", np.flatnonzero(~table["project"].isin(sites["project"])), "project")
    known = {site: member_of(region, site, economy.members) is not None for site in sites["region"].unique()}
    lost = [not known[site] for site in sites["region"]]
    say("E-PLN-41", np.flatnonzero(lost), "region", "project_sites")
    for name in ("project_resources", "project_sites"):
        for column in {"value", "extra_cost"} & set(region.frame(name)):
            say("E-PLN-43", np.flatnonzero(region.frame(name)[column] < 0), column, name)
    wrong.raise_errors()


def path_of(region: Region, code: str) -> list[str]:
    """A region and those above it, from the bottom; stops where the tree ends or turns in a circle."""
    table = region["regions"]
    parent = dict(zip(table["region"], table["parent"], strict=True))
    path: list[str] = []
    at: object = code
    while isinstance(at, str) and at in parent and at not in path:
        path.append(at)
        at = parent[at]
    return path


def member_of(region: Region, code: str, members: Sequence[str]) -> str | None:
    """The member that a site lies in, or None."""
    return next((name for name in path_of(region, code) if name in members), None)


def place_of(region: Region, site: str, economy: Economy) -> int:
    """Position of the member that a site lies in; every site that was read lies in one."""
    return economy.members.index(str(member_of(region, site, economy.members)))


def district_of(region: Region, code: str, members: Sequence[str]) -> str:
    """The part of a member that a site lies in: the last step before the member, or the site itself."""
    path = path_of(region, code)
    below = [name for k, name in enumerate(path[:-1]) if path[k + 1] in members]
    return below[0] if below else code


def _sites(region: Region, economy: Economy) -> pd.DataFrame:
    """Sites of projects with the position of their member and the extra cost in 亿元."""
    sites = region["project_sites"][["project", "region", "extra_cost"]].reset_index(drop=True)
    member = {code: member_of(region, code, economy.members) for code in sites["region"].unique()}
    place = sites["region"].map(member).map({name: k for k, name in enumerate(economy.members)})
    extra = sites["extra_cost"].fillna(0.0) * factor("万元", "亿元")
    return sites.assign(member=place.to_numpy(dtype=np.int64), extra=extra)


def _options(
    table: pd.DataFrame, sites: pd.DataFrame, money: _Money, economy: Economy, findings: Findings
) -> pd.DataFrame:
    """Every project at every site in every start year, without those that the plan does not see complete.

    A committed project has one option, its planned start at its first site; it and those built anyway stand so in the
    reference path.
    """
    s = economy.assumptions
    committed = _committed(table)
    frame = sites.assign(p=pd.Index(table["project"]).get_indexer(sites["project"]))
    frame = frame[frame["p"] >= 0].sort_values(["p"], kind="stable").reset_index(drop=True)
    planned = table["start"].to_numpy(dtype=np.int64)[frame["p"]]
    own = committed[frame["p"]]
    head = ~frame["p"].duplicated().to_numpy()
    earliest = np.where(own, planned, np.maximum(planned, s.first_year))
    count = np.where(own, np.where(head, 1, 0), np.clip(s.last_year - earliest + 1, 0, None)).astype(np.int64)
    rows = np.repeat(np.arange(len(frame)), count)
    later = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    built = table["construction"].to_numpy(dtype=float)[frame["p"]].round().astype(np.int64)
    start = earliest[rows] + later
    done = start + built[rows]
    kept = frame.loc[rows].assign(start=start, done=done)
    kept["investment"] = kept["extra"] + table["investment"].to_numpy()[kept["p"]] * factor("万元", "亿元")
    kept["reference"] = (committed | money.anyway)[kept["p"]] & head[rows] & (later == 0)
    end = s.years[-1] + int(s.steps[-1])
    seen = (kept["done"] <= end) | committed[kept["p"]]
    missing = np.setdiff1d(np.arange(len(table)), kept.loc[seen, "p"])
    for row in missing:
        values = {"value": table["project"].iloc[row], "end": end - 1}
        findings.append(Finding("W-PLN-42", table="projects", row=int(row) + 2, column="start", values=values))
    return kept[seen].reset_index(drop=True)


def _years(economy: Economy, options: pd.DataFrame) -> tuple[int, ...]:
    """Calendar years from the first of the plan to the one in which the last project is complete."""
    first, last = economy.assumptions.first_year, economy.assumptions.last_year
    return tuple(range(first, max(last, int(options["done"].max()) if len(options) else last) + 1))


def _uses(region: Region, table: pd.DataFrame) -> tuple[Floats, tuple[str, ...], tuple[str, ...]]:
    """Needs of each project by resource, in the resource's unit; 0 where nothing is stated."""
    needs, resources = region.frame("project_resources"), region.frame("resources").set_index("resource")
    names = tuple(name for name in resources.index if name in set(needs["resource"]))
    units = tuple(str(resources.loc[name, "unit"]) for name in names)
    uses = np.zeros((len(table), len(names)))
    for u, (name, unit) in enumerate(zip(names, units, strict=True)):
        own = needs[needs["resource"] == name]
        place: Ints = pd.Index(table["project"]).get_indexer(own["project"])
        value = own["value"].to_numpy() * factors(own["unit"], unit).to_numpy()
        np.add.at(uses[:, u], place[place >= 0], value[place >= 0])
    return uses, names, units


def _room(
    region: Region, sites: Sequence[str], resources: Sequence[str], units: Sequence[str], years: Sequence[int]
) -> tuple[Floats, Quality | None]:
    """What each site has for new projects, (S, U, Y), and the worst mark read; a year without a figure has the last.

    Before the first figure that figure counts. Where the table ``endowments`` says what an amount is for (column
    ``purpose``), only what is for projects counts.
    """
    room = np.full((len(sites), len(resources), len(years)), np.inf)
    table = region.frame("endowments")
    if "purpose" in table:
        table = table[table["purpose"] == "projects"]
    table = table[table["region"].isin(sites) & table["resource"].isin(resources)]
    wanted = dict(zip(resources, units, strict=True))
    times = [factor(unit, wanted[name]) for unit, name in zip(table["unit"], table["resource"], strict=True)]
    value, year = table["value"].to_numpy(dtype=float) * times, table["year"].to_numpy(dtype=np.int64)
    stated = dict[tuple[str, str], list[int]]()
    for k, place in enumerate(zip(table["region"], table["resource"], strict=True)):
        stated.setdefault(place, []).append(k)
    for (site, name), rows in stated.items():
        room[sites.index(site), resources.index(name)] = held_over(year[rows], value[rows], years)
    return room, worst_quality(set(table["quality"]))


def held_over(known: Ints, values: Floats, years: Sequence[int]) -> Floats:
    """A figure for every year: that of the year, else of the last year before it, else the first there is."""
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known[order], np.asarray(years), side="right") - 1
    return np.asarray(values[order][np.maximum(at, 0)])


def _say_support(support: pd.DataFrame) -> Findings:
    """Say from what else than the law in force support was read, and for whom it could not be computed."""
    findings = Findings()
    for basis in ("draft", "expired", "table"):
        rows = support[support["basis"] == basis]
        if len(rows):
            values = {"count": len(rows), "basis": BASES[basis], "articles": ", ".join(sorted(set(rows["article"])))}
            findings.append(Finding("N-PLN-46", table="projects", column="article", values=values))
    lost = support[(support["article"] != "") & ((support["basis"] == "none") | (support["state"] == "undecided"))]
    for row, project, article, why in zip(lost.index, lost["project"], lost["article"], lost["failed"], strict=True):
        values = {"value": article, "project": project, "missing": why or "—"}
        findings.append(Finding("W-PLN-40", table="projects", row=int(row) + 2, column="article", values=values))
    return findings


def _most(options: pd.DataFrame, sites: Sequence[str], room: Floats) -> Floats:
    """The most that any site of a project ever has of each resource, (P, U); 0 where it has no site."""
    best = np.zeros((int(options["p"].max()) + 1 if len(options) else 0, room.shape[1]))
    np.maximum.at(
        best, options["p"].to_numpy(), room.max(axis=2, initial=0.0)[list(map(sites.index, options["region"]))]
    )
    return best


def _say_needs(
    table: pd.DataFrame, options: pd.DataFrame, uses: Floats, resources: Sequence[str], most: Floats, findings: Findings
) -> None:
    """Name each project that needs more of a resource than any of its sites ever has (``W-PLN-41``)."""
    asked = np.zeros(len(table), dtype=bool)
    asked[options["p"]] = True
    asked &= ~_committed(table)
    for p in np.flatnonzero(asked):
        for u in np.flatnonzero(uses[p] > most[p] * (1 + 1e-9)):
            values = {"value": table["project"].iloc[p], "resource": resources[int(u)], "need": f"{uses[p, u]:.6g}"}
            values["most"] = f"{most[p, u]:.6g}"
            findings.append(Finding("W-PLN-41", table="projects", row=int(p) + 2, column="project", values=values))


def _marks(region: Region, endowments: Quality | None) -> dict[str, Quality]:
    """Worst mark of every table that the projects rest on."""
    names = ("projects", "project_sites", "project_resources", "rules")
    marks = {name: region.worst_quality(name) for name in names if region.has(name)}
    return {name: mark for name, mark in {**marks, "endowments": endowments}.items() if mark is not None}

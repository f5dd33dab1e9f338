r"""Ties among projects: what one needs first, what excludes it, phases, and leading industries of a district.

All of them are declared in tables and hold between whole choices; z is the choice of `haihe.planning.projects`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.program import Block, Floats, Ints, Program
from haihe.planning.projects import Projects

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class TieSpec:
    """Ties among P projects with O options, in N districts and C chains.

    Parameters
    ----------
    requires : tuple of (int, int)
        Project and the project that must have been started no later than it.
    phases : tuple of (int, int)
        Project and the project whose next phase it is: on the same site, started once that one is complete.
    excludes : tuple of (int, int)
        Two projects of which at most one is built.
    districts, chains : tuple of str
        Codes. ``district`` and ``chain``, shape (O,), are the positions of each option; a chain of -1 is none.
    most : ndarray, shape (N,)
        Most leading industries of a district; ``inf`` where not limited.
    leading : ndarray of bool, shape (N, C)
        Chains that lead in a district already.
    marks : mapping of str to Quality
        Worst quality of each table read.
    """

    requires: Pairs = ()
    phases: Pairs = ()
    excludes: Pairs = ()
    districts: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    district: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    chain: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    most: Floats = field(default_factory=lambda: np.empty(0))
    leading: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]" = field(
        default_factory=lambda: np.empty((0, 0), dtype=bool)
    )
    marks: Mapping[str, Quality] = field(default_factory=dict)

    @property
    def quality(self) -> Quality | None:
        """Worst quality of what the ties rest on; None where nothing was read."""
        return worst_quality(self.marks.values())


@dataclass(frozen=True, slots=True)
class Ties:
    """Ties in a program.

    ``first``, ``phase`` and ``exclusion`` are rows, None where there are none. ``industry`` has a whole column for every
    district and chain that may come to lead there (``entries``, positions), ``industries`` a row a limited district.
    """

    spec: TieSpec
    first: Block | None
    phase: Block | None
    exclusion: Block | None
    entry: Block | None
    industry: Block | None
    industries: Block | None
    entries: Ints

    @property
    def whole(self) -> Ints:
        """Columns that must be whole."""
        return np.empty(0, dtype=np.int64) if self.industry is None else self.industry.index.ravel()


def define_ties(program: Program, projects: Projects, spec: TieSpec) -> Ties:
    r"""Add the ties among projects to a program that holds their choice.

    .. math::

        \sum_{o \in p,\ \text{start} \le y} z_o \le \sum_{o \in q,\ \text{start} \le y} z_o \quad (p \text{ requires } q)

        \sum_{o \in p \text{ at } s,\ \text{start} \le y} z_o \le \sum_{o \in q \text{ at } s,\ \text{done} \le y} z_o
        \quad (p \text{ is the next phase of } q)

        \sum_{o \in p} z_o + \sum_{o \in q} z_o \le 1 \quad (p \text{ excludes } q), \qquad
        z_o \le w_{nc}, \quad \sum_c w_{nc} \le m_n - \text{leading}_n

    w says that chain c comes to lead in district n; it is whole. Unit: projects and industries. Only the last is a limit
    that a policy maker set.
    """
    industry, entry, industries, entries = _define_industries(program, projects, spec)
    return Ties(
        spec,
        _define_first(program, projects, spec.requires),
        _define_phases(program, projects, spec.phases),
        _define_exclusions(program, projects, spec.excludes),
        entry,
        industry,
        industries,
        entries,
    )


def _define_first(program: Program, projects: Projects, pairs: Pairs) -> Block | None:
    if not pairs:
        return None
    own = projects.spec
    keys = [(p, q, int(y)) for p, q in pairs for y in np.unique(own.start[own.project == p])]
    rows = program.rows(
        "requires",
        {"tie": tuple(f"{own.projects[p]}|{own.projects[q]}|{y}" for p, q, y in keys)},
        upper=0.0,
        unit="share",
        title=Text("前置项目", "prerequisites"),
    )
    for row, (p, q, y) in zip(rows.index, keys, strict=True):
        for project, sign in ((p, 1.0), (q, -1.0)):
            at = projects.choice.index[(own.project == project) & (own.start <= y)]
            program.enter(np.full(at.shape, row), at, sign)
    return rows


def _define_phases(program: Program, projects: Projects, pairs: Pairs) -> Block | None:
    if not pairs:
        return None
    own = projects.spec
    keys = [
        (p, q, int(s), int(y))
        for p, q in pairs
        for s in np.unique(own.site[own.project == p])
        for y in np.unique(own.start[(own.project == p) & (own.site == s)])
    ]
    rows = program.rows(
        "phase",
        {"tie": tuple(f"{own.projects[p]}|{own.projects[q]}|{own.sites[s]}|{y}" for p, q, s, y in keys)},
        upper=0.0,
        unit="share",
        title=Text("分期建设", "phases"),
    )
    for row, (p, q, s, y) in zip(rows.index, keys, strict=True):
        mine = projects.choice.index[(own.project == p) & (own.site == s) & (own.start <= y)]
        before = projects.choice.index[(own.project == q) & (own.site == s) & (own.done <= y)]
        program.enter(np.full(mine.shape, row), mine, 1.0)
        program.enter(np.full(before.shape, row), before, -1.0)
    return rows


def _define_exclusions(program: Program, projects: Projects, pairs: Pairs) -> Block | None:
    if not pairs:
        return None
    own = projects.spec
    rows = program.rows(
        "excludes",
        {"tie": tuple(f"{own.projects[p]}|{own.projects[q]}" for p, q in pairs)},
        upper=1.0,
        unit="share",
        title=Text("互斥项目", "projects that exclude each other"),
    )
    for row, pair in zip(rows.index, pairs, strict=True):
        at = projects.choice.index[np.isin(own.project, pair)]
        program.enter(np.full(at.shape, row), at, 1.0)
    return rows


def _define_industries(
    program: Program, projects: Projects, spec: TieSpec
) -> tuple[Block | None, Block | None, Block | None, Ints]:
    """What a district may come to lead in; what has been started leads already."""
    own = projects.spec
    empty = np.empty((0, 2), dtype=np.int64)
    limited = np.flatnonzero(np.isfinite(spec.most))
    if not limited.size:
        return None, None, None, empty
    counted = np.isin(spec.district, limited) & (spec.chain >= 0) & ~own.committed[own.project]
    options = np.flatnonzero(counted & ~_leads(spec))
    pairs = np.column_stack([spec.district[options], spec.chain[options]])
    entries, place = np.unique(pairs, axis=0, return_inverse=True)
    codes = tuple(f"{spec.districts[n]}|{spec.chains[c]}" for n, c in entries)
    industry = program.columns(
        "industry",
        {"entry": codes},
        upper=1.0,
        unit="industries",
        title=Text("新增主导产业", "new leading industry"),
    )
    entry = program.rows(
        "industry_entry",
        {"option": tuple(own.options[o] for o in options)},
        upper=0.0,
        unit="share",
        title=Text("项目所属主导产业", "leading industry of a project"),
    )
    program.enter(entry.index, projects.choice.index[options], 1.0)
    program.enter(entry.index, industry.index[place.ravel()], -1.0)
    left = spec.most[limited] - spec.leading[limited].sum(axis=1)
    industries = program.rows(
        "leading_industries",
        {"district": tuple(spec.districts[n] for n in limited)},
        upper=np.maximum(left, 0.0),
        unit="industries",
        title=Text("主导产业个数", "number of leading industries"),
        policy=True,
    )
    program.enter(industries.index[np.searchsorted(limited, entries[:, 0])], industry.index, 1.0)
    return industry, entry, industries, entries


def _leads(spec: TieSpec) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Whether the chain of each option leads in its district already; shape (O,)."""
    known = spec.chain >= 0
    return np.asarray(np.where(known, spec.leading[spec.district, np.maximum(spec.chain, 0)], False), dtype=bool)

"""No plan satisfies all limits: which of our own rules to relax, and by how much.

Only rows that a policy maker set may give way (`Block.policy`). Each of their bounds gets a column that relaxes it,
counted as a share of the limit so that tonnes, hectares and yuan compare, and the sum of the shares is minimised:

    minimise    sum_i s_i
    subject to  row_lower_i - size_i s_i <= (A x)_i <= row_upper_i + size_i s_i,   s_i >= 0 for policy rows, else 0

A solver's irreducible infeasible set of the same program was 18 times dearer and named 145 rows and 900 columns where
this names 10 (measured; see docs/explanation/engine.md). The amounts are rounded up where they are shown, and the
rounded amounts are the ones that make the program feasible.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.planning.program import Block, Floats, Ints
from haihe.planning.relax_words import digits_up, grouped, in_unit, item_values
from haihe.planning.solver import Method, Session, Solution
from haihe.region import Region

ALTERNATIVES = 3
"""Further lists that are sought, each without the largest item of the one before."""
NOISE = 1e-10
"""Violations up to this are rounding: a tenth of what the solver itself lets pass."""

Trend = Mapping[object, float]
Names = Mapping[str, Text]


@dataclass(frozen=True)
class Relaxation:
    """One list of limits that, relaxed together, make the plan feasible.

    Attributes
    ----------
    rows : DataFrame
        One record a row and side, largest share first: position (of the row), side (``upper``, ``lower``), row (block
        name), title (Text), unit, year (missing where the block has none), place (the other labels), amount (what to
        relax by, in the unit, trend put back, rounded up to four digits), bound (the same in the row's own unit) and
        share (of the limit as it stands).
    policy : bool
        False where no policy row helps, so that these are rows of the economy itself that contradict each other.
    """

    rows: pd.DataFrame
    policy: bool = True

    @property
    def items(self) -> pd.DataFrame:
        """The list as it is read, at most 20 names: the years of one limit in one place stand together."""
        return grouped(self.rows)

    @property
    def total(self) -> float:
        """Sum of all shares."""
        return float(self.rows["share"].sum())

    def apply(self, session: Session) -> None:
        """Relax exactly these amounts in a session, in place."""
        a = session.arrays
        upper = self.rows[self.rows["side"] == "upper"]
        lower = self.rows[self.rows["side"] == "lower"]
        for rows, sign in ((upper, 1.0), (lower, -1.0)):
            at = rows["position"].to_numpy(dtype=np.int64)
            more = rows["bound"].to_numpy(dtype=np.float64)
            low, high = a.row_lower[at], a.row_upper[at]
            session.set_row_bounds(at, *((low, high + more) if sign > 0 else (low - more, high)))
            a = session.arrays


@dataclass(frozen=True)
class Infeasible:
    """Why no plan is feasible, and the ways out.

    Attributes
    ----------
    lists : tuple of Relaxation
        Ways out, cheapest (by the sum of shares) first; one of them alone is enough. Where no policy row helps: one
        list of contradictory rows of the economy.
    needed : tuple of str
        Limits that every way out relaxes, as names of blocks.
    crossed : tuple of str
        Columns whose lower bound lies above the upper one, which nothing can mend but the data.
    names : mapping of str to Text
        What regions and sectors are called where the lists are put into words; codes where not named.
    """

    lists: tuple[Relaxation, ...]
    needed: tuple[str, ...] = ()
    crossed: tuple[str, ...] = ()
    names: Names = field(default_factory=dict)

    @property
    def findings(self) -> Findings:
        """The answer as findings: ``E-PLN-02``, then an ``N-PLN-64`` an item (or an ``E-PLN-65`` a contradiction)."""
        found = Findings([Finding("E-PLN-02")])
        found += [Finding("E-PLN-66", values={"value": name}) for name in self.crossed[:20]]
        for number, way in enumerate(self.lists, start=1):
            code, items = "N-PLN-64" if way.policy else "E-PLN-65", way.items.itertuples()
            found += [Finding(code, values={"number": number, **item_values(item, self.names)}) for item in items]
        return found

    @property
    def error(self) -> HaiheError:
        """The error to raise: ``E-PLN-02`` with the lists in its findings."""
        return HaiheError.of(self.findings)


def names_of(region: Region) -> dict[str, Text]:
    """What the codes of regions, sectors and resources are called."""
    names: dict[str, Text] = {}
    for table, key in (("resources", "resource"), ("sectors", "sector"), ("regions", "region")):
        frame = region.frame(table)
        names |= {
            code: Text(zh, en) for code, zh, en in zip(frame[key], frame["name_zh"], frame["name_en"], strict=True)
        }
    return names


def solve_or_explain(
    session: Session, *, method: Method | None = None, trend: Trend | None = None, names: Names | None = None
) -> Solution:
    """Solve; where no plan is feasible, raise ``E-PLN-02`` with the lists of limits to relax in its findings.

    Parameters
    ----------
    session : Session
        The program as it stands.
    method : str, optional
        As of `Session.solve`.
    trend, names : mapping, optional
        As of `explain_infeasible`.
    """
    try:
        return session.solve(method=method)
    except HaiheError as error:
        if error.code != "E-PLN-02":
            raise
    raise explain_infeasible(session, trend=trend, names=names).error


def explain_infeasible(
    session: Session, *, trend: Trend | None = None, names: Names | None = None, alternatives: int = ALTERNATIVES
) -> Infeasible:
    """Find what to relax so that a plan becomes feasible: one cold solve, and another for each alternative.

    Parameters
    ----------
    session : Session
        A session whose program has no feasible plan, with its bounds as edited; it is left as it is.
    trend : mapping of year to float, optional
        What turns detrended amounts of a milestone into amounts of that year; 1 where not given.
    names : mapping of str to Text, optional
        What regions and sectors are called, see `names_of`.
    alternatives : int
        Most lists besides the first. Each keeps the limit that the one before relaxed most, in all places; where
        nothing else can stand in for it, in its place only.

    Returns
    -------
    Infeasible
        Where the program is feasible after all, its first list is empty.
    """
    a, names = session.arrays, names if names is not None else dict[str, Text]()
    crossed = np.flatnonzero(a.lower > a.upper)
    if crossed.size:
        return Infeasible((), crossed=tuple(_labels(session.program.column_blocks, crossed)), names=names)
    elastic = _Elastic(session, [block for block in session.program.row_blocks.values() if block.policy])
    first = elastic.solve(trend)
    if first is None:
        return Infeasible((_contradiction(session, trend),), names=names)
    lists, needed = [first], list[str]()
    candidates = _limits(first)
    while candidates and len(lists) <= alternatives:
        name, place = candidates.pop(0)
        elastic.forbid(name, place)
        other = elastic.solve(trend)
        if other is not None:
            lists.append(other)
            candidates = [limit for limit in _limits(other) if limit[0] not in needed or limit[1] is not None]
            continue
        elastic.allow(name, place)
        if place is None:
            needed.append(name)
            candidates += _places_of(lists[-1], name)
    return Infeasible(tuple(sorted(lists, key=lambda way: way.total)), tuple(needed), names=names)


class _Elastic:
    """A copy of a program in which the rows of some blocks may be relaxed, each by a share of its size."""

    def __init__(self, session: Session, blocks: Sequence[Block], free: Sequence[Block] = ()) -> None:
        a, program = session.arrays, session.program.copy()
        self.blocks = blocks
        self.sizes = row_sizes(session, blocks)
        self.columns: dict[tuple[str, str], Block] = {}
        self.could: dict[tuple[str, str], Floats] = {}
        for block in blocks:
            for side, bound, sign in (("upper", a.row_upper, -1.0), ("lower", a.row_lower, 1.0)):
                can = np.isfinite(block.of(bound))
                if can.any():
                    most = self.could[block.name, side] = np.where(can, np.inf, 0.0)
                    columns = program.columns(f"relax_{side}:{block.name}", block.dims, upper=most, cost=1.0, unit="1")
                    program.enter(block.index, columns.index, sign * self.sizes[block.name])
                    self.columns[block.name, side] = columns
        self.session = Session(program, session.control)
        n = a.cost.size
        cost = self.session.arrays.cost.copy()
        cost[:n] = 0.0
        self.session.set_costs(cost, 0.0)
        self.session.set_column_bounds(np.arange(n), a.lower, a.upper)
        self.session.set_row_bounds(np.arange(a.row_lower.size), a.row_lower, a.row_upper)
        for block in free:
            self.session.set_row_bounds(block.index, -np.inf, np.inf)

    def solve(self, trend: Trend | None) -> Relaxation | None:
        """Give the cheapest list; None where there is none."""
        try:
            x = self.session.solve(method="ipx").x
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            return None
        parts = [
            self._part(block, side, self.columns[block.name, side].of(x), trend)
            for block in self.blocks
            for side in ("upper", "lower")
            if (block.name, side) in self.columns
        ]
        rows = pd.concat(parts, ignore_index=True) if parts else _EMPTY
        return Relaxation(rows.sort_values("share", ascending=False, kind="stable", ignore_index=True))

    def forbid(self, name: str, place: str | None) -> None:
        """Keep a limit as it is, in one place or in all."""
        self._set(name, place, 0.0)

    def allow(self, name: str, place: str | None) -> None:
        """Let a limit that was kept give way again."""
        self._set(name, place, np.inf)

    def _set(self, name: str, place: str | None, upper: float) -> None:
        for side in ("upper", "lower"):
            columns = self.columns.get((name, side))
            if columns is not None:
                here = (_places(columns) == place) if place is not None else np.ones(columns.size, dtype=bool)
                could = self.could[name, side].ravel()[here]
                self.session.set_column_bounds(columns.index.ravel()[here], 0.0, np.minimum(upper, could))

    def _part(self, block: Block, side: str, share: Floats, trend: Trend | None) -> pd.DataFrame:
        at = np.flatnonzero((share * self.sizes[block.name]).ravel() > NOISE)
        labels = block.labels().to_frame(index=False).iloc[at].reset_index(drop=True)
        years = labels["year"] if "year" in labels else pd.Series([pd.NA] * at.size, dtype=object)
        unit, times = in_unit(block.unit)
        grown = np.array([times * (trend or {}).get(year, 1.0) for year in years], dtype=np.float64)
        size = self.sizes[block.name].ravel()[at]
        amount = digits_up(share.ravel()[at] * size * grown)
        return pd.DataFrame(
            {
                "position": block.index.ravel()[at],
                "side": side,
                "row": block.name,
                "title": [block.title] * at.size,
                "unit": unit,
                "year": years.astype(object),
                "place": _places(block)[at],
                "amount": amount,
                "bound": amount / grown,
                "share": amount / grown / size,
            }
        )


def row_sizes(session: Session, blocks: Sequence[Block]) -> dict[str, Floats]:
    """What each row's limit amounts to in full, so that rows in different units compare.

    That is the size of its bound plus what the reference adds (`Block.reference`); where this is 0, the largest one of
    its block; where all are 0, the largest coefficient of the row.

    Parameters
    ----------
    session : Session
        Bounds and coefficients.
    blocks : sequence of Block
        Families of rows.

    Returns
    -------
    dict of str to ndarray
        By block, shaped like it, all positive.
    """
    a = session.arrays
    largest = np.asarray(abs(a.matrix).max(axis=1).todense()).ravel()
    sizes = {}
    for block in blocks:
        aside = 0.0 if block.reference is None else block.reference
        ends = [np.abs(block.of(bound) + aside) for bound in (a.row_lower, a.row_upper)]
        size = np.max([np.where(np.isfinite(end), end, 0.0) for end in ends], axis=0)
        size = np.where(size > NOISE * size.max(initial=0.0), size, size.max(initial=0.0))
        size = np.where(size > 0, size, block.of(largest))
        sizes[block.name] = np.where(size > 0, size, 1.0)
    return sizes


def _contradiction(session: Session, trend: Trend | None) -> Relaxation:
    """Rows of the economy that contradict each other even with every policy row lifted, by the smallest amounts."""
    blocks = list(session.program.row_blocks.values())
    others = [block for block in blocks if not block.policy]
    found = _Elastic(session, others, free=[block for block in blocks if block.policy]).solve(trend)
    if found is None:
        raise HaiheError("E-PLN-03", status="no elastic plan")
    return Relaxation(found.rows, policy=False)


_EMPTY = pd.DataFrame(columns=["position", "side", "row", "title", "unit", "year", "place", "amount", "bound", "share"])


def _limits(way: Relaxation) -> list[tuple[str, str | None]]:
    """Limits of a list in all places, the one with the largest sum of shares first."""
    total = way.rows.groupby("row", sort=False)["share"].sum()
    return [(str(name), None) for name in total.sort_values(ascending=False, kind="stable").index]


def _places_of(way: Relaxation, name: str) -> list[tuple[str, str | None]]:
    """Places of one limit in a list, the one with the largest sum of shares first."""
    total = way.rows[way.rows["row"] == name].groupby("place", sort=False)["share"].sum()
    return [(name, str(place)) for place in total.sort_values(ascending=False, kind="stable").index]


def _places(block: Block) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Labels of a block's members without the year, as one text each."""
    labels = block.labels().to_frame(index=False).drop(columns="year", errors="ignore")
    if labels.shape[1] == 0:
        return np.full(block.size, "", dtype=object)
    return np.asarray(labels.astype(str).agg(" ".join, axis=1), dtype=object)


def _labels(blocks: Mapping[str, Block], positions: Ints) -> list[str]:
    return [
        block.label(int(at))
        for block in blocks.values()
        for at in positions
        if block.start <= at < block.start + block.size
    ]

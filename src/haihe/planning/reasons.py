"""Why a project is built or not: the choice is made again with the project forced in or out.

Prices tell about what the last bit is worth, and projects come whole: verdicts by prices were measured to be wrong too
often (docs/explanation/selection.md). So a reason is a forced solve of the small exact model: what would have to go, move
or come, and what welfare would lose. The small model knows the economy by its cuts, which lie below it, so that its
bound is a loss that is certain; the plan solved again with the forced choice gives the loss itself. Where the certain
loss is none, or the loss is within the gap of the selection, the two choices cannot be told apart and the reason says so.

The cause is found the same way: what the project itself needs of each scarce thing is taken away, all at once and one by
one, and the forced solve repeated (`haihe.planning.reason_levers`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.choosing import Candidates, Choosing, Cut, Valuer
from haihe.planning.control import Control
from haihe.planning.program import Floats, Ints
from haihe.planning.projects import YI
from haihe.planning.relax import explain_infeasible
from haihe.region.nearest import suggest

Verdict = Literal["committed", "rules", "impossible", "undecided", "in", "out"]
VERDICTS: Mapping[str, Text] = {
    "committed": Text("已开工，不在选择之列", "started before, not chosen from"),
    "rules": Text("办法给的支持少于所需", "the rules give less support than it needs"),
    "impossible": Text("现有限制下不可能建设", "impossible within the limits"),
    "undecided": Text("与不选（或选）无法区分", "cannot be told apart from the other choice"),
    "in": Text("应建", "belongs to the choice"),
    "out": Text("不应建", "does not belong to the choice"),
}
ROUNDS = 4
"""Plans solved at most to settle one forced choice."""
ROUGH, FINE = 0.5, 0.02
"""Gaps of forced solves, as shares of the gap of the selection: at first, and where its loss lies about that gap."""
SURE = 1e-5
"""Gap of forced solves, discounted bn yuan: 10,000 yuan."""


@dataclass(frozen=True)
class Basis:
    """What reasons are given for: a selection, as pure numbers that can be sent to another process.

    Parameters
    ----------
    candidates : Candidates
        With the cuts of the selection.
    choice : ndarray, shape (O,)
    objective : float
        What the plan with this choice costs, discounted bn yuan.
    gap : float
        How much better another choice may be at most.
    """

    candidates: Candidates
    choice: Floats
    objective: float
    gap: float

    def plus(self, cuts: Sequence[Cut]) -> "Basis":
        """The same with more cuts."""
        return replace(self, candidates=self.candidates.plus(cuts))

    @property
    def bound(self) -> float:
        """No choice costs less."""
        return self.objective - self.gap

    def sharpened(self, control: Control | None = None) -> "Basis":
        """The same with its gap proved as far as the small model can in the time, so that fewer losses are within it."""
        try:
            answer = self.candidates.model(control).solve(gap=0.1 * SURE, start=self.choice)
        except HaiheError as error:
            if error.code != "E-PLN-61":
                raise
            return self
        if answer is None:
            return self
        return replace(self, gap=float(np.clip(self.objective - answer.bound, 0.0, self.gap)))

    def place(self, project: str) -> int:
        """Position of a project; ``E-PLN-94`` where there is none."""
        return known_project(self.candidates.projects.projects, project)

    def built(self, p: int) -> bool:
        """Whether a project is part of the choice."""
        return bool(self.choice[self.candidates.projects.project == p].sum() > 0.5)


@dataclass(frozen=True)
class Change:
    """The smallest change of one lever that alters the outcome.

    Attributes
    ----------
    lever : str
        Key of `haihe.planning.reason_levers.LEVERS`; ``of`` names the resource or budget.
    unit : str
    now : float
        What it is.
    most : float
        By how much it was changed at most.
    below, at : float
        Changes just below and just above the border; missing where no change of it alone alters the outcome.
    held : bool or None
        Whether the outcome stayed at ``below`` and turned at ``at`` when everything was solved again, unforced.
    """

    lever: str
    of: str
    unit: str
    now: float
    most: float
    below: float = np.nan
    at: float = np.nan
    held: bool | None = None

    @property
    def found(self) -> bool:
        """Whether there is a border."""
        return bool(np.isfinite(self.at))

    @classmethod
    def of_dict(cls, record: Mapping[str, Any]) -> "Change":
        """Read plain values; a missing number is None there."""
        values: dict[str, Any] = dict(record)
        for name in ("now", "most", "below", "at"):
            values[name] = np.nan if values[name] is None else values[name]
        return cls(**values)


@dataclass(frozen=True)
class Reason:
    """Why one project is built or not. Money in 亿元, discounted to the first year.

    Attributes
    ----------
    project : str
    built : bool
    verdict : Verdict
    loss : float
        Welfare lost where it is forced to the other side: by the plan solved again where ``verified``, else by the
        small model. ``low``: a loss that is certain. Missing where it cannot be forced.
    verified : bool
    displaced, moved, added : tuple of str
        Projects that leave, change site or year, and come.
    site, start : str and int
        Where and when it would be built when forced in.
    cause, of : str
        What keeps it out: ``worth``, ``support``, ``own``, ``use``, ``ties``, ``several``, ``rules``; ``of`` names it.
    hint : float
        About what it is worth by the prices of the plan, less what it takes; only a hint.
    lifts : tuple of dict
        For an impossible one, what limits to lift by how much: ``row``, ``title``, ``place``, ``first`` and ``last``
        year, ``amount``, ``unit``.
    changes : tuple of Change
    """

    project: str
    built: bool
    verdict: Verdict
    loss: float = np.nan
    low: float = np.nan
    verified: bool = False
    displaced: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    site: str = ""
    start: int | None = None
    cause: str = ""
    of: str = ""
    hint: float = np.nan
    lifts: tuple[dict[str, Any], ...] = ()
    changes: tuple[Change, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        """Give everything as plain values; missing numbers as None."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    @classmethod
    def of_dict(cls, record: Mapping[str, Any]) -> "Reason":
        """Read what `to_dict` gave."""
        values: dict[str, Any] = dict(record)
        for name in ("loss", "low", "hint"):
            values[name] = np.nan if values[name] is None else values[name]
        for name in ("displaced", "moved", "added", "lifts"):
            values[name] = tuple(values[name])
        values["changes"] = tuple(Change.of_dict(change) for change in values["changes"])
        return cls(**values)


@dataclass(frozen=True)
class Forced:
    """A choice made again with a project forced to the other side; discounted bn yuan."""

    choice: Floats
    objective: float
    bound: float


@dataclass(frozen=True)
class Examined:
    """A reason, the basis with the cuts that plans left on the way, and the forced choice (None where there is none)."""

    reason: Reason
    basis: Basis
    choice: Floats | None = None


def forced(small: Choosing, p: int, into: bool, *, gap: float = SURE, start: Floats | None = None) -> Forced | None:
    """Choose with a project forced in or out; None where that is impossible."""
    small.force(p, into)
    try:
        answer = small.solve(gap=gap, start=start)
    finally:
        small.free()
    return None if answer is None else Forced(small.choice(answer), answer.objective, answer.bound)


def examine(basis: Basis, project: str, *, valuer: Valuer | None = None, control: Control | None = None) -> Examined:
    """Give the reason of one project; cause and levers are added by `haihe.planning.reason_levers.with_levers`.

    Parameters
    ----------
    basis : Basis
    project : str
    valuer : Valuer, optional
        The economy. Where given, the plan is solved with the forced choice and the choice made again, until small model
        and plan agree about it: the loss is then that of the best forced choice in the whole plan, and the certain loss
        as close to it as `ROUNDS` plans bring it.
    control : Control, optional
    """
    p, spec = basis.place(project), basis.candidates.projects
    built = basis.built(p)
    if spec.committed[p]:
        return Examined(Reason(project, built, "committed"), basis)
    if spec.short[p]:
        return Examined(Reason(project, built, "rules", cause="rules", of=spec.fund[p], hint=_hint(basis, p)), basis)
    if not (spec.project == p).any():
        return Examined(Reason(project, built, "impossible", cause="years"), basis)
    if valuer is not None:
        # The economy near what is asked: one plan beforehand saves a choice afterwards.
        basis = basis.plus([valuer.cut(_flipped(basis, p))])
    small = basis.candidates.model(control)
    found = _forced_enough(small, p, not built, basis, _flipped(basis, p))
    if found is None:
        lifts = () if built else _lifts(basis, p, control)
        return Examined(Reason(project, built, "impossible", hint=_hint(basis, p), lifts=lifts), basis)
    if valuer is None:
        return Examined(told(basis, p, found, verified=False), basis, found.choice)
    best, bound = replace(found, objective=np.inf), found.bound
    for number in range(ROUNDS):
        cut = valuer.cut(found.choice)
        basis = basis.plus([cut])
        objective = cut.cost + small.money_cost(found.choice)
        if objective < best.objective:
            best = replace(found, objective=objective)
        if _enough(basis, best.objective, bound) or number == ROUNDS - 1:
            break
        small = basis.candidates.model(control)
        again = _forced_enough(small, p, not built, basis, best.choice)
        if again is None:
            break
        found, bound = again, max(bound, again.bound)
    best = replace(best, bound=min(bound, best.objective))
    return Examined(told(basis, p, best, verified=True), basis, best.choice)


def _flipped(basis: Basis, p: int) -> Floats:
    """The choice with one project put to the other side, whatever limits it: at its best option by the prices, or out."""
    own = basis.candidates.projects.project == p
    z = basis.choice.copy()
    if basis.built(p):
        z[own] = 0.0
    else:
        z[np.flatnonzero(own)[np.argmax(_values(basis)[own])]] = 1.0
    return z


def told(basis: Basis, p: int, found: Forced, *, verified: bool) -> Reason:
    """Compare a forced choice with the choice."""
    spec, built = basis.candidates.projects, basis.built(p)
    loss, low = found.objective - basis.objective, found.bound - basis.objective
    decided = low > SURE and loss > basis.gap
    verdict: Verdict = "undecided" if not decided else ("in" if built else "out")
    before, after = _options(spec.project, basis.choice), _options(spec.project, found.choice)
    others = {q for q in before.keys() | after.keys() if q != p}
    name = spec.projects
    option = after.get(p, before.get(p, -1))
    return Reason(
        project=name[p],
        built=built,
        verdict=verdict,
        loss=loss / YI,
        low=low / YI,
        verified=verified,
        displaced=tuple(name[q] for q in sorted(others) if q in before and q not in after),
        moved=tuple(name[q] for q in sorted(others) if q in before and q in after and before[q] != after[q]),
        added=tuple(name[q] for q in sorted(others) if q not in before and q in after),
        site=spec.sites[spec.site[option]],
        start=int(spec.start[option]),
        hint=_hint(basis, p),
    )


def _options(project: Ints, z: Floats) -> dict[int, int]:
    """Option taken of each project that is built."""
    taken = np.flatnonzero(z > 0.5)
    return {int(project[o]): int(o) for o in taken}


def _forced_enough(small: Choosing, p: int, into: bool, basis: Basis, start: Floats) -> Forced | None:
    """Choose with a project forced, roughly at first, and finely only where that does not tell enough."""
    found = forced(small, p, into, gap=max(SURE, ROUGH * basis.gap), start=start)
    if found is None or _enough(basis, found.objective, found.bound):
        return found
    return forced(small, p, into, gap=max(SURE, FINE * basis.gap), start=found.choice)


def _enough(basis: Basis, objective: float, bound: float) -> bool:
    """Whether a forced choice is known well: to within the gap where that tells its loss from the gap, else finely."""
    low, loss = bound - basis.objective, objective - basis.objective
    apart, told_from_gap = loss - low, low > basis.gap or SURE < low < loss <= basis.gap
    return apart <= 2 * max(SURE, FINE * basis.gap) or (apart <= basis.gap and told_from_gap)


def _hint(basis: Basis, p: int) -> float:
    """Value by the prices of the plan with the choice, of the project's best option; 亿元."""
    own = basis.candidates.projects.project == p
    return float(_values(basis)[own].max() / YI) if own.any() else np.nan


def _values(basis: Basis) -> Floats:
    """Value of every option by the prices of the plan with the choice, discounted bn yuan."""
    cuts = [cut for cut in basis.candidates.cuts if np.array_equal(cut.at, basis.choice)] or basis.candidates.cuts[-1:]
    gain = basis.candidates.gain
    return -cuts[0].slope if cuts else (np.zeros(basis.choice.size) if gain is None else gain)


def _lifts(basis: Basis, p: int, control: Control | None) -> tuple[dict[str, Any], ...]:
    """The smallest set of limits to lift so that a project can be built: that of its easiest option."""
    small = basis.candidates.model(control, accounts=True)
    own = np.flatnonzero(basis.candidates.projects.project == p)
    best: tuple[float, tuple[dict[str, Any], ...]] = (np.inf, ())
    for o in own:
        small.session.set_column_bounds(small.projects.choice.index[o : o + 1], 1.0, 1.0)
        way = explain_infeasible(small.session, alternatives=0)
        small.free()
        if way.lists and way.lists[0].policy and way.lists[0].total < best[0]:
            best = way.lists[0].total, tuple(_lift(small, row) for row in way.lists[0].items.to_dict("records"))
    return best[1]


def _lift(small: Choosing, row: Mapping[Any, Any]) -> dict[str, Any]:
    """One limit to lift, plain; what a site has in the unit of the resource."""
    said = {name: row[name] for name in ("row", "place", "first", "last", "amount", "unit")}
    sites = list(small.projects.room.dims["site_resource"])
    if row["row"] == small.projects.room.name and row["place"] in sites:
        k = sites.index(row["place"])
        unit = small.projects.spec.units[int(small.projects.limited[k, 1])]
        said |= {"amount": row["amount"] * small.projects.scale[k], "unit": unit}
    return {**{name: _plain(value) for name, value in said.items()}, "title": row["title"].to_dict()}


def _plain(value: Any) -> Any:
    """Plain values for JSON: numbers and texts, None where missing."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, (np.integer, np.floating, np.bool_)):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def known_project(known: Sequence[str], project: str) -> int:
    """Position of a project among those there are; ``E-PLN-94`` where it is none of them."""
    if project not in known:
        raise HaiheError("E-PLN-94", table="projects", column="project", value=project, near=suggest(project, known))
    return known.index(project)

"""What every coalition can reach: one program, bounds only.

With every gate shut each member is on its own. A coalition opens the gates among its members, and the program's value is
then what the coalition reaches together plus what each of the others reaches alone. The gain of a coalition is the
difference to all alone, so it is 0 for one member.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from haihe.coalition.agreement import Agreement
from haihe.coalition.game import Game, coalition_of
from haihe.coalition.gates import Gates, define_gates
from haihe.coalition.held_trade import Raised, raised_of
from haihe.coalition.ownership import Ownership, ownership_of
from haihe.coalition.walk import Bounds, cubes_of, gray, walk_cubes
from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.planning.control import Control
from haihe.planning.journal import Journal
from haihe.planning.marks import mark_of
from haihe.planning.model import Model
from haihe.planning.program import Arrays, Ints
from haihe.planning.solver import Method, Session, Solution


@dataclass(frozen=True)
class Question:
    """Whose coalitions are asked for; pure data, so that it can be sent to another process.

    Parameters
    ----------
    model : Model
        A plan of all members; it stays as it is.
    agreement : Agreement
    players : tuple of str
        Members among whom coalitions form; the other members of the model stay outside every coalition.
    """

    model: Model
    agreement: Agreement
    players: tuple[str, ...]

    def __post_init__(self) -> None:
        members = [str(name) for name in self.model.economy.members]
        unknown = [name for name in self.players if name not in members]
        if unknown or not self.players or len(set(self.players)) < len(self.players):
            value = ", ".join(unknown) or ", ".join(self.players) or "—"
            raise HaiheError("E-COA-27", table="regions", column="region", value=value, known=", ".join(members))


@dataclass(frozen=True)
class PlanGround:
    """A plan's program with its gates, to walk on coalition by coalition; it can be sent to another process.

    Parameters
    ----------
    model : Model
        Its program grown by the gates.
    gates : Gates
    bits : tuple of int
        Mask over the model's members of each player.
    things : int
        Mask of the things that are shared.
    raised : Raised
        Corridors that are widened to the trade of the reference path.
    """

    model: Model
    gates: Gates
    bits: tuple[int, ...]
    things: int
    raised: Raised

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.bits)

    def of_model(self, coalition: int) -> int:
        """A mask over the players as one over the model's members."""
        return sum(bit for i, bit in enumerate(self.bits) if coalition >> i & 1)

    def session(self, control: Control | None = None) -> Session:
        """Make a session of the program; rows that stand split by member are lifted."""
        session = Session(self.model.program, control)
        session.set_row_bounds(self.gates.replaced, -np.inf, np.inf)
        session.set_row_bounds(self.raised.rows, -np.inf, self.raised.upper)
        return session

    def bounds(self, mask: int, things: int | None = None) -> Bounds:
        """Bounds of every gate for a coalition; with other things where they are named."""
        low, high = self.gates.bounds(self.of_model(mask), self.things if things is None else things)
        return Bounds(self.gates.columns, low, high)


class Coalitions:
    """The values of coalitions in one session.

    Parameters
    ----------
    question : Question
    control : Control, optional
        Time limit, cancel and progress of every solve.
    journal : path, optional
        File in which every value is written down as soon as it is known, and from which it is read again.

    Attributes
    ----------
    model : Model
        The plan's model, its program grown by the gates.
    gates : Gates
    ownership : Ownership
        Whose every column and row is.
    built : Arrays
        The program's arrays with every gate shut.
    values : dict
        Welfare by (coalition, things), masks over the players and over the agreement's things.
    solves : list
        (coalition, things, seconds, method) of every solve.
    watch : callable, optional
        Called with coalition, things and solution after every solve here, to tell more of it than its value.
    """

    def __init__(self, question: Question, control: Control | None = None, journal: str | Path | None = None) -> None:
        self.agreement, self.players = question.agreement, question.players
        self.control = control or Control()
        self.model: Model = replace(question.model, program=question.model.program.copy())
        self.gates: Gates = define_gates(self.model, self.agreement)
        members = [str(name) for name in self.model.economy.members]
        bits = tuple(1 << members.index(name) for name in self.players)
        self.ground = PlanGround(self.model, self.gates, bits, self.agreement.everything, raised_of(self.model))
        self.session = self.ground.session(control)
        self.built: Arrays = self.session.arrays
        self.ownership: Ownership = ownership_of(self.model, self.gates, self.built)
        self.watch: Callable[[int, int, Solution], object] | None = None
        self.values: dict[tuple[int, int], float] = {}
        self.solves: list[tuple[int, int, float, str]] = []
        self.journal = None if journal is None else Journal(journal, self._key())
        for record in self.journal.records() if self.journal is not None else ():
            self._learn(record)

    @property
    def everybody(self) -> int:
        """Mask of all players."""
        return (1 << len(self.players)) - 1

    @property
    def policies(self) -> Ints:
        """Rows that a policy maker set."""
        blocks = [block.index.ravel() for block in self.model.program.row_blocks.values() if block.policy]
        return np.concatenate([np.empty(0, dtype=np.int64), *blocks])

    def solve(self, coalition: int, things: int | None = None, *, method: Method | None = None) -> Solution:
        """Solve with a coalition formed; from the last basis where no method is named.

        Parameters
        ----------
        coalition : int
            Mask over the players; 0 for all alone.
        things : int, optional
            Mask over the agreement's things; all where not given.

        Raises
        ------
        HaiheError
            ``E-COA-28`` where it has no plan, with the members that cannot stand alone; else as
            `haihe.planning.solver.Session.solve`.
        """
        things = self.agreement.everything if things is None else things
        bounds = self.ground.bounds(coalition, things)
        self.session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        try:
            solution = self.session.solve(method=method)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            raise self._no_plan(coalition) from error
        self._know(coalition, things, -solution.objective)
        self.solves.append((coalition, things, solution.seconds, solution.method))
        if self.watch is not None:
            self.watch(coalition, things, solution)
        return solution

    def welfare(self, coalition: int, things: int | None = None) -> float:
        """Welfare of all members with a coalition formed, discounted bn yuan up to a constant; each is solved once."""
        key = self._same(coalition, self.agreement.everything if things is None else things)
        if key not in self.values:
            self.solve(*key)
        return self.values[key]

    def gain(self, coalition: int, things: int | None = None) -> float:
        """What a coalition reaches above all alone, discounted bn yuan."""
        return self.welfare(coalition, things) - self.welfare(0)

    def game(self, things: int | None = None, *, workers: int = 1) -> Game:
        """Values of all coalitions, in gains.

        Along a Gray code one member comes or goes at a time, so that the last basis is near; over several processes the
        coalitions are cut into parts.

        Parameters
        ----------
        things : int, optional
            Mask over the agreement's things; all where not given.
        workers : int
            Processes; with 1 all is done here, and coalitions of one member are not solved.

        Raises
        ------
        HaiheError
            As `solve`, and as `haihe.planning.runs.run_each`.
        """
        things = self.agreement.everything if things is None else things
        order = list(gray(len(self.players)))
        if workers > 1:
            self._walk(things, workers)
        for done, mask in enumerate(order, start=1):
            names = "+".join(coalition_of(self.players, mask)) or "—"
            if self.control.progress is not None and self._same(mask, things) not in self.values:
                total = len(order)
                self.control.progress(Text(f"联盟 {done}/{total}：{names}", f"coalition {done} of {total}: {names}"))
            self.welfare(mask, things)
        return Game(self.players, np.array([self.gain(mask, things) for mask in range(len(order))]))

    def free(self) -> Solution:
        """Solve without any limit that a policy maker set, everybody alone: the reference path. Limits are put back."""
        bounds = self.ground.bounds(0)
        self.session.set_column_bounds(bounds.columns, bounds.lower, bounds.upper)
        with self._lifted(self.policies):
            return self.session.solve(method="ipx")

    @property
    def findings(self) -> Findings:
        """Things that open nothing, limits that couple members outside the agreement, corridors that were widened."""
        idle = [self.agreement.things[k] for k in self.gates.without_effect(self.agreement)]
        found = [Finding("N-COA-30", table="agreements", column="thing", values={"thing": t.title}) for t in idle]
        if not self.ownership.separable:
            found.append(Finding("W-COA-31", values={"rows": few(self.ownership.coupled)}))
        found += [Finding("W-COA-36", table="links", values={"corridor": title}) for title in self.ground.raised.titles]
        return Findings(found)

    def _walk(self, things: int, workers: int) -> None:
        """Solve sub-cubes that are not known in full over processes; a coalition without a plan is left unknown."""
        ground = replace(self.ground, things=things)
        left = [
            cube
            for cube in cubes_of(ground.n, workers)
            if any(self._same(mask, things) not in self.values for mask in range(1 << ground.n)[cube.masks])
        ]
        try:
            for cube, optima in walk_cubes(ground, left, workers=workers, control=self.control):
                record = {"things": things, "first": cube.masks.start, "welfares": (-optima).tolist()}
                if self.journal is not None:
                    self.journal.write(f"{cube.masks.start}+{optima.size}/{things}", record)
                self._learn(record)
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise

    def _learn(self, record: Mapping[str, Any]) -> None:
        """Take the values of a record: of one coalition, or of all those of a sub-cube."""
        if "coalition" in record:
            self.values[(record["coalition"], record["things"])] = record["welfare"]
            return
        for mask, welfare in enumerate(record["welfares"], start=record["first"]):
            self.values.setdefault(self._same(mask, record["things"]), welfare)

    def _same(self, coalition: int, things: int) -> tuple[int, int]:
        """The coalition and things that are solved in place of these: one member, or nothing shared, is all alone."""
        alone = coalition & (coalition - 1) == 0 or things == 0
        return (0, self.agreement.everything) if alone else (coalition, things)

    def _know(self, coalition: int, things: int, welfare: float) -> None:
        key = self._same(coalition, things)
        if self.journal is not None and key not in self.values:
            record = {"coalition": key[0], "things": key[1], "welfare": welfare}
            self.journal.write(f"{key[0]}/{key[1]}", record)
        self.values[key] = welfare

    def _key(self) -> str:
        members = [str(name) for name in self.model.economy.members]
        return mark_of(self.built, self.gates, self.ground.raised, members, self.players)

    @contextmanager
    def _lifted(self, rows: Ints) -> Iterator[None]:
        """Lift rows for a while."""
        now = self.session.arrays
        self.session.set_row_bounds(rows, -np.inf, np.inf)
        try:
            yield
        finally:
            self.session.set_row_bounds(rows, now.row_lower[rows], now.row_upper[rows])

    def _no_plan(self, coalition: int) -> HaiheError:
        """Say which members cannot stand alone: each is tried with the policies of all others lifted."""
        names = "+".join(coalition_of(self.players, coalition)) or Text("各自单独", "all alone")
        members, rows = [str(name) for name in self.model.economy.members], self.policies
        owners = self.ownership.rows[rows]
        stuck = []
        for owner in np.unique(owners[owners > 0]).tolist():
            with self._lifted(rows[owners != owner]):
                if not self._possible():
                    stuck.append("–".join(coalition_of(members, owner)))
        return HaiheError("E-COA-28", coalition=names, members=", ".join(stuck) or "—")

    def _possible(self) -> bool:
        try:
            self.session.solve(method="ipx")
        except HaiheError as error:
            if error.code != "E-PLN-02":
                raise
            return False
        return True


def players_of(model: Model, members: Iterable[str] | None) -> tuple[str, ...]:
    """Members that are named, or all of the model."""
    return tuple(str(name) for name in (model.economy.members if members is None else members))


def few(names: Sequence[str], most: int = 5) -> str:
    """The first names of a list, joined."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")

"""A selection by rank as it went down the list: what was left of each limit at every turn, found without going down again."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from haihe.rules.ranking import Walk, walk
from haihe.rules.slate import Entry, Slate


@dataclass(frozen=True)
class Course:
    """The way of a selection down its list. A turn is a position in ``slate.open``, which holds the best first.

    Attributes
    ----------
    slate : Slate
    walk : Walk
        The selection itself.
    """

    slate: Slate
    walk: Walk

    @cached_property
    def turns(self) -> dict[int, int]:
        """The turn of each application that may be funded."""
        return {i: turn for turn, i in enumerate(self.slate.open)}

    @cached_property
    def end(self) -> int:
        """The turn that ended the list; one past the last where none did."""
        stopper = self.walk.stopper
        return len(self.slate.open) if stopper is None else self.turns[stopper]

    @cached_property
    def _keys(self) -> list[tuple[object, ...]]:
        """What those on the list are ranked by."""
        return [self.slate.rank_key(i) for i in self.slate.open]

    @cached_property
    def _taken(self) -> list[tuple[list[int], list[int]]]:
        """For each limit the turns at which something of it was taken, and the sum taken by then."""
        found: list[tuple[list[int], list[int]]] = [([], []) for _ in self.slate.limits]
        for i in self.walk.funded:
            for number, need in self.slate.needs(i):
                turns, sums = found[number]
                turns.append(self.turns[i])
                sums.append((sums[-1] if sums else 0) + need)
        return found

    def left(self, number: int, turn: int) -> int:
        """What is left of a limit when a turn comes."""
        turns, sums = self._taken[number]
        before = bisect_left(turns, turn)
        return self.slate.limits[number].cap - (sums[before - 1] if before else 0)

    def room(self, needs: Iterable[tuple[int, int]], turn: int) -> bool:
        """Whether the limits leave room for something at a turn."""
        return all(need <= self.left(number, turn) for number, need in needs)

    def first_short(self, needs: Iterable[tuple[int, int]]) -> int | None:
        """First turn at which there is no room for something; None where there is to the end of the list."""
        short = [turn for number, need in needs if (turn := self._short(number, need)) is not None]
        return min(short, default=None)

    def _short(self, number: int, need: int) -> int | None:
        spare = self.slate.limits[number].cap - need
        if spare < 0:
            return 0
        turns, sums = self._taken[number]
        over = bisect_right(sums, spare)
        return turns[over] + 1 if over < len(turns) else None

    def turn_of(self, entry: Entry) -> int:
        """The turn that an application would have that is ranked as an entry says."""
        return bisect_left(self._keys, self.slate.key_of(entry))

    def equals(self, i: int) -> tuple[int, int]:
        """First turn among those with the score of an application, and the one past them."""
        score = self.slate.tie_key(i)[:2]
        return bisect_left(self._scores, score), bisect_right(self._scores, score)

    @cached_property
    def _scores(self) -> list[tuple[object, ...]]:
        return [key[:2] for key in self._keys]

    @cached_property
    def without_stopper(self) -> "Course":
        """The selection that would be, were the application that ended the list not there."""
        stopper = self.walk.stopper
        if stopper is None:
            return self
        slate = self.slate.with_entry(stopper, replace(self.slate.entries[stopper], eligible=False))
        return Course(slate, walk(slate))

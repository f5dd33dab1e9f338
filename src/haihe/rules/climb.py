"""A selection by rank under one cap that rises: only what a higher cap may change is gone down again."""

from haihe.rules.slate import Slate


class Climb:
    """One limit of a round whose cap is raised step by step. A turn is a position in ``slate.open``.

    Attributes
    ----------
    looked : int
        Turns looked at so far.
    """

    def __init__(self, slate: Slate, number: int) -> None:
        self.looked = 0
        self._number, self._cap = number, slate.limits[number].cap
        self._needs = [slate.needs(i) for i in slate.open]
        self._left = [limit.cap for limit in slate.limits]
        self._ends = {
            n for n, limit in enumerate(slate.limits) if limit.kind == "budget" and slate.when_short == "stop"
        }
        self._funded = [False] * len(self._needs)
        self._heights: dict[int, tuple[int, bool]] = {}
        """By turn of who lacks the limit: the cap at which it would fit, and whether it lacks nothing else."""
        self._at, self._ended = 0, False

    def down(self, until: int) -> list[int]:
        """Go down the list to a turn, or to where it ends; gives the turns that are funded on the way."""
        left, funded, began = self._left, list[int](), self._at
        while self._at < min(until, len(self._needs)) and not self._ended:
            turn, needs = self._at, self._needs[self._at]
            self._at += 1
            over = [(number, need) for number, need in needs if need > left[number]]
            if over:
                self._refuse(turn, over)
                continue
            for number, need in needs:
                left[number] -= need
            self._funded[turn] = True
            funded.append(turn)
        self.looked += self._at - began
        return funded

    def _refuse(self, turn: int, over: list[tuple[int, int]]) -> None:
        for number, need in over:
            if number == self._number:
                self._heights[turn] = self._cap + need - self._left[number], len(over) == 1
        self._ended = over[0][0] in self._ends

    def next_height(self) -> int | None:
        """Lowest higher cap at which an application that lacks only this limit would fit.

        One that lacks the budget too may come to end the list instead, which funds nobody, and so needs no look.
        """
        self.looked += len(self._heights)
        return min((height for height, only in self._heights.values() if only), default=None)

    def raise_to(self, height: int) -> None:
        """Raise the cap, and go back up to the first turn that it may change."""
        self._back(min(turn for turn, (needed, _) in self._heights.items() if needed <= height))
        self._left[self._number] += height - self._cap
        self._cap = height

    def _back(self, turn: int) -> None:
        for gone in range(self._at - 1, turn - 1, -1):
            self._heights.pop(gone, None)
            if self._funded[gone]:
                self._funded[gone] = False
                for number, need in self._needs[gone]:
                    self._left[number] += need
        self._at, self._ended = turn, False

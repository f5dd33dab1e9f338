"""One version of an article applied to rows: arrays of states, masks and amounts."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from haihe.messages import Text
from haihe.rules.clauses import Clause
from haihe.rules.money import Flags, Ints, share_out
from haihe.rules.quantities import MONEY


class State(IntEnum):
    """What became of an application under an article."""

    ELIGIBLE = 0
    INELIGIBLE = 1
    UNDECIDED = 2
    NOT_IN_FORCE = 3


STATES: dict[str, Text] = {
    "eligible": Text("符合条件", "eligible"),
    "ineligible": Text("不符合条件", "not eligible"),
    "undecided": Text("缺少数据，无法判定", "cannot be decided: data missing"),
    "not in force": Text("条款当日无效", "article not in force on the day"),
}
"""States in the order of `State`, and how they are said."""

NO_CASE = "no-case"
"""Stands among the failed conditions where an article has cases and none applies."""

UNSPLIT = "unsplit"
"""Payer of an article that declares no split."""


def compact(masks: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Keep masks in the smallest whole numbers that hold them."""
    most = int(masks.max()) if masks.size else 0
    return masks.astype(np.min_scalar_type(most))


@dataclass(slots=True)
class Block:
    """One version of an article and the rows it was applied to (m of them).

    Parameters
    ----------
    law, code : str
        Scheme and article.
    clause : Clause or None
        None where the article is not in force on the day.
    rows : ndarray of int32, shape (m,)
        Rows of the table of applications.
    state : ndarray of int8, shape (m,)
        A `State`.
    failed, missing, binding : ndarray of unsigned, shape (m,)
        A bit for each failed condition, each missing field that leaves it open, each cap that binds.
    plan : ndarray of int8, shape (m,)
        Award that applied; -1 for none.
    raw, entitled, removed : ndarray of int64, shape (m,)
        Before caps; after caps, floor and rounding; what stacking took.
    lifted : ndarray of bool, shape (m,)
        True where the floor raised it.
    taker : ndarray of int16, shape (m,)
        Stacking rule that took last, as a place in `takers`; -1 for none.
    names : list of str
        What the bits of `missing` stand for.
    """

    law: str
    code: str
    clause: Clause | None
    rows: npt.NDArray[np.int32]
    state: npt.NDArray[np.int8]
    failed: npt.NDArray[Any]
    missing: npt.NDArray[Any]
    plan: npt.NDArray[np.int8]
    raw: Ints
    entitled: Ints
    binding: npt.NDArray[Any]
    lifted: Flags
    removed: Ints
    taker: npt.NDArray[np.int16]
    takers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @classmethod
    def not_in_force(cls, law: str, code: str, rows: npt.NDArray[np.intp]) -> "Block":
        """Rows that ask for an article which no version of covers on their day."""
        n = len(rows)
        return cls(
            law=law,
            code=code,
            clause=None,
            rows=rows.astype(np.int32),
            state=np.full(n, State.NOT_IN_FORCE, dtype=np.int8),
            failed=np.zeros(n, dtype=np.uint8),
            missing=np.zeros(n, dtype=np.uint8),
            plan=np.full(n, -1, dtype=np.int8),
            raw=np.zeros(n, dtype=np.int64),
            entitled=np.zeros(n, dtype=np.int64),
            binding=np.zeros(n, dtype=np.uint8),
            lifted=np.zeros(n, dtype=bool),
            removed=np.zeros(n, dtype=np.int64),
            taker=np.full(n, -1, dtype=np.int16),
        )

    @property
    def full(self) -> str:
        """Full code ``scheme/article``."""
        return f"{self.law}/{self.code}"

    @property
    def support(self) -> Ints:
        """What is left after stacking; shape (m,)."""
        return self.entitled - self.removed

    @property
    def is_money(self) -> bool:
        """True where the amounts are fen."""
        return self.clause is None or self.clause.gives.powers == MONEY

    def take(self, at: npt.NDArray[np.intp], amounts: Ints, rule: str) -> None:
        """Let a stacking rule take something from some rows."""
        some = amounts > 0
        if some.any():
            self.removed[at] += amounts
            self.taker[at[some]] = len(self.takers)
            self.takers.append(rule)

    def leave_open(self, at: npt.NDArray[np.intp], name: str) -> None:
        """Make rows undecided for want of a key."""
        if not len(at):
            return
        if name not in self.names:
            self.names.append(name)
        missing = self.missing.astype(np.uint64)
        missing[at] |= np.uint64(1 << self.names.index(name))
        self.missing = compact(missing)
        self.state[at] = State.UNDECIDED
        self.raw[at] = self.entitled[at] = self.removed[at] = 0
        self.binding[at], self.taker[at] = 0, -1

    @property
    def payers(self) -> tuple[str, ...]:
        """Who pays; empty where the result is not money."""
        if not self.is_money:
            return ()
        split = self.clause.version.split if self.clause else None
        return tuple(split.weights) if split else (UNSPLIT,)

    def split(self) -> dict[str, Ints]:
        """Who pays what of the support, to the fen; each of shape (m,)."""
        split = self.clause.version.split if self.clause else None
        if split is None or not self.is_money:
            return dict.fromkeys(self.payers, self.support)
        return share_out(self.support, split.weights, split.remainder)

    def instalments(self) -> dict[str, Ints]:
        """The support in its instalments, to the fen; empty where none are declared."""
        parts = self.clause.version.instalments if self.clause else ()
        return share_out(self.support, {p.id: p.share for p in parts}, parts[-1].id) if parts else {}

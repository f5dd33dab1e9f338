"""What applying rules gives: one frame of all applications and articles, and the payments."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError
from haihe.rules.applications import Applications
from haihe.rules.blocks import NO_CASE, STATES, Block, State
from haihe.rules.book import Rulebook
from haihe.rules.dialect import available
from haihe.rules.stacking import Group


class Evaluation:
    """Applications under rules: what came out, and why.

    Parameters
    ----------
    book : Rulebook
    applications : Applications
    blocks : tuple of Block
        One a version of an article, in the order of schemes, articles and versions.
    groups : tuple of Group
        Stacking rules in the order in which they were applied.
    """

    def __init__(
        self, book: Rulebook, applications: Applications, blocks: tuple[Block, ...], groups: tuple[Group, ...]
    ) -> None:
        self.book, self.applications, self.blocks, self.groups = book, applications, blocks, groups

    def __len__(self) -> int:
        return sum(len(block.rows) for block in self.blocks)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an application and article.

        Returns
        -------
        DataFrame
            ``application``, ``enterprise``, ``region``, ``scheme``, ``article``, ``fund``, ``version`` (its first day),
            ``draft``, ``state``, ``failed``, ``missing``, ``outcome``, ``raw``, ``bound``, ``entitled``, ``removed``,
            ``stacked_by``, ``support``, one column a payer, ``unit`` and ``grain``. Amounts are ``Int64``: fen for
            money, grains (see ``grain``) for the rest; missing where the state is undecided.
        """
        return self._frame(self.blocks)

    def frames(self) -> Iterator[pd.DataFrame]:
        """Give `frame` in parts, one version of an article at a time: for tables too large to hold at once."""
        return (self._frame((block,)) for block in self.blocks)

    @cached_property
    def payers(self) -> tuple[str, ...]:
        """Every payer named by an article that was applied."""
        return tuple(dict.fromkeys(payer for block in self.blocks for payer in block.payers))

    def _frame(self, blocks: Sequence[Block]) -> pd.DataFrame:
        rows = _joined([block.rows for block in blocks], np.int32)
        lengths = [len(block.rows) for block in blocks]
        state = _joined([block.state for block in blocks], np.int8)
        columns: dict[str, Any] = {name: keys[rows] for name, keys in self.applications.keys.items()}
        for name, give in _LABELS.items():
            columns[name] = _repeated([give(block) for block in blocks], lengths)
        columns["state"] = _categories(state, list(STATES))
        for name, words in _WORDS.items():
            columns[name] = _worded([words(block) for block in blocks])
        split = [block.split() for block in blocks]
        amounts = {name: [getattr(block, name) for block in blocks] for name in _NUMBERS}
        zero = [np.zeros(length, dtype=np.int64) for length in lengths]
        for payer in self.payers:
            amounts[payer] = [part.get(payer, nothing) for part, nothing in zip(split, zero, strict=True)]
        undecided = state == State.UNDECIDED
        for name, parts in amounts.items():
            columns[name] = pd.arrays.IntegerArray(_joined(parts, np.int64), undecided.copy())
        ordered = [*_FIRST, *_AMOUNTS, *self.payers, "unit", "grain"]
        return pd.DataFrame({name: columns.pop(name) for name in ordered}, copy=False)

    @cached_property
    def payments(self) -> pd.DataFrame:
        """Instalments of every eligible award.

        Returns
        -------
        DataFrame
            ``application``, ``scheme``, ``article``, ``instalment``, ``amount`` (fen), in the order of payment.
        """
        parts = []
        for block in self.blocks:
            paid = block.support > 0
            for name, amount in block.instalments().items():
                parts.append(
                    pd.DataFrame(
                        {
                            "application": self.applications.keys["application"][block.rows[paid]],
                            "scheme": block.law,
                            "article": block.code,
                            "instalment": name,
                            "amount": amount[paid],
                        }
                    )
                )
        empty = pd.DataFrame(columns=["application", "scheme", "article", "instalment", "amount"])
        return pd.concat(parts, ignore_index=True) if parts else empty

    def meets(self, application: str, article: str) -> bool:
        """Tell whether an application met an article."""
        return self._place(application, article) is not None

    def find(self, application: str, article: str) -> tuple[Block, int]:
        """Give the block of an application under an article, and the place in it.

        Raises
        ------
        HaiheError
            ``E-RUL-44`` where the application did not meet the article.
        """
        found = self._place(application, article)
        if found is not None:
            return found
        known = available(sorted({block.full for block in self.blocks}))
        raise HaiheError("E-RUL-44", value=f"{application} × {article}", near=known)

    def _place(self, application: str, article: str) -> tuple[Block, int] | None:
        row = self.applications.places.get(application)
        if row is None:
            return None
        for block in self.blocks:
            at = int(np.searchsorted(block.rows, row))
            if article in (block.code, block.full) and at < len(block.rows) and block.rows[at] == row:
                return block, at
        return None


_Words = tuple[npt.NDArray[np.int32], Sequence[str]]

_FIRST = (
    "application", "enterprise", "region", "scheme", "article", "fund", "version", "draft", "state", "failed",
    "missing", "outcome",
)  # fmt: skip
_NUMBERS = ("raw", "entitled", "removed", "support")
_AMOUNTS = ("raw", "bound", "entitled", "removed", "stacked_by", "support")

COLUMNS = frozenset({*_FIRST, *_AMOUNTS, "unit", "grain"})
"""Columns of the frame that no payer may be called."""

_LABELS: dict[str, Callable[[Block], str]] = {
    "scheme": lambda block: block.law,
    "article": lambda block: block.code,
    "fund": lambda block: (block.clause.scheme.fund or "") if block.clause else "",
    "version": lambda block: block.clause.version.valid_from.isoformat() if block.clause else "",
    "draft": lambda block: block.clause.scheme.scheme if block.clause and block.clause.is_draft else "",
    "unit": lambda block: "分" if block.clause is None or block.is_money else block.clause.article.gives,
    "grain": lambda block: _grain(block),
}
"""Columns with one value a block."""


def _grain(block: Block) -> str:
    """What one whole number of the amounts is, in the unit."""
    return "1" if block.is_money or block.clause is None else f"1e-{block.clause.article.decimals}"


def _named(masks: npt.NDArray[Any], names: Sequence[str]) -> _Words:
    """Say masks in words; each different one once."""
    different, back = np.unique(masks, return_inverse=True)
    said = [";".join(name for bit, name in enumerate(names) if int(mask) >> bit & 1) for mask in different]
    return back.astype(np.int32), said


def _failed(block: Block) -> _Words:
    return _named(block.failed, [*(c.id for c, _ in block.clause.conditions), NO_CASE] if block.clause else [])


def _bound(block: Block) -> _Words:
    """Caps that bind, plan by plan."""
    codes, texts = np.zeros(len(block.rows), dtype=np.int32), [""]
    for number, plan in enumerate(block.clause.plans if block.clause else ()):
        here = np.flatnonzero(block.plan == number)
        own, said = _named(block.binding[here], [cap.id for cap in plan.caps])
        codes[here] = own + len(texts)
        texts += said
    return codes, texts


def _one(codes: npt.NDArray[Any], names: Sequence[str]) -> _Words:
    """A place in a list of names, -1 for none."""
    return codes.astype(np.int32) + 1, ["", *names]


_WORDS: dict[str, Callable[[Block], _Words]] = {
    "failed": _failed,
    "missing": lambda block: _named(block.missing, block.names),
    "outcome": lambda block: _one(block.plan, [plan.id for plan in block.clause.plans] if block.clause else []),
    "bound": _bound,
    "stacked_by": lambda block: _one(block.taker, block.takers),
}
"""Columns of words: for each row a place in a list."""


def _joined(parts: Sequence[npt.NDArray[Any]], dtype: Any) -> npt.NDArray[Any]:
    return np.concatenate(parts, dtype=dtype) if parts else np.zeros(0, dtype=dtype)


def _categories(codes: npt.NDArray[Any], names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(np.array(names, dtype=object)))


def _repeated(values: Sequence[str], lengths: Sequence[int]) -> Any:
    """One value a block, over all its rows."""
    table = sorted({*values, ""})
    codes = np.array([table.index(value) for value in values], dtype=np.int16)
    return _categories(np.repeat(codes, lengths), table)


def _worded(parts: Sequence[_Words]) -> Any:
    """Put the words of several blocks into one list."""
    table: dict[str, int] = {"": 0}
    codes = [
        np.array([table.setdefault(text, len(table)) for text in texts], dtype=np.int32)[own] for own, texts in parts
    ]
    return _categories(_joined(codes, np.int32), list(table))

"""Stacking (叠加): of several awards only one, or together at most so much; across schemes, by a declared order."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError
from haihe.rules.money import LARGEST, Ints, largest
from haihe.rules.scheme import Stacking

KEYS = ("application", "enterprise", "region", "year")
"""What awards may have in common beside declared fields."""


@dataclass(frozen=True, slots=True)
class Group:
    """A stacking rule made ready.

    Parameters
    ----------
    law : str
        Scheme that declares it.
    rule : Stacking
    articles : tuple of str
        Articles it is about, as ``scheme/article``.
    cap : int or None
        Most in fen, where it is an amount.
    ratio : Fraction or None
        Fen of the cap for one grain of the field `rule.of`.
    """

    law: str
    rule: Stacking
    articles: tuple[str, ...]
    cap: int | None
    ratio: Fraction

    @property
    def name(self) -> str:
        """Full code ``scheme/rule``."""
        return f"{self.law}/{self.rule.id}"


def in_force(rule: Stacking, days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    """Tell for each row whether the rule is in force on its day."""
    first = np.datetime64(rule.valid_from or dt.date.min)
    last = np.datetime64(rule.valid_to or dt.date.max)
    return np.asarray((days >= first) & (days <= last))


def removed_by(group: Group, awards: pd.DataFrame, keys: Sequence[npt.NDArray[Any]], caps: Ints | None) -> Ints:
    """What a stacking rule takes from each award.

    Parameters
    ----------
    group : Group
    awards : DataFrame
        Columns ``application``, ``article`` (``scheme/article``) and ``amount`` (fen, int64), one row an award.
    keys : sequence of ndarray, each shape (n,)
        What awards of one group have in common.
    caps : ndarray of int64, shape (n,) or None
        Most of each row's group, for a ceiling.

    Returns
    -------
    ndarray of int64, shape (n,)
        Between 0 and the amount. The order of the rows does not matter: awards are kept in the rule's order of
        articles, then the highest first where `keep` says so, then by application and article code.
    """
    amounts = awards["amount"].to_numpy(np.int64)
    codes = pd.MultiIndex.from_arrays(keys).factorize()[0] if len(keys) > 1 else pd.factorize(keys[0])[0]
    order = _order(group, awards, amounts, codes)
    sorted_amounts, sorted_codes = amounts[order], codes[order]
    before = _before(sorted_amounts, sorted_codes)
    if group.rule.kind == "exclusive":
        taken = np.where(before > 0, sorted_amounts, 0)
    else:
        room = np.maximum((caps if caps is not None else np.zeros_like(amounts))[order] - before, 0)
        taken = sorted_amounts - np.minimum(sorted_amounts, room)
    removed = np.empty_like(taken)
    removed[order] = taken
    return removed


def _order(group: Group, awards: pd.DataFrame, amounts: Ints, codes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    ranks: Mapping[str, int] = {qualified(code, group.law): rank for rank, code in enumerate(group.rule.order)}
    rank = awards["article"].map(ranks).fillna(len(ranks)).to_numpy(np.int64)
    size = -amounts if group.rule.keep == "highest" else np.zeros_like(amounts)
    names = [pd.factorize(awards[column], sort=True)[0] for column in ("article", "application")]
    return np.lexsort((names[0], names[1], size, rank, codes))


def _before(amounts: Ints, codes: npt.NDArray[np.intp]) -> Ints:
    """Sum of what comes earlier in the same group; rows are sorted by group."""
    if largest(amounts) * max(len(amounts), 1) > LARGEST and sum(map(int, amounts)) > LARGEST:
        raise HaiheError("E-RUL-40", value=sum(map(int, amounts)))
    running = np.cumsum(amounts) - amounts
    first = np.r_[True, codes[1:] != codes[:-1]] if len(codes) else np.zeros(0, dtype=bool)
    return np.asarray(running - np.maximum.accumulate(np.where(first, running, 0)))


def qualified(code: str, law: str) -> str:
    """Give an article's full code ``scheme/article``."""
    return code if "/" in code else f"{law}/{code}"

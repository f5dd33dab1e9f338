"""What a table that comes in changes: rows that are new, changed, the same, gone, or not the sender's to change.

Rows are matched by the table's key alone, so their order says nothing. Two numbers are the same where they agree in the 15
digits that every spreadsheet program keeps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError
from haihe.region.spec import TableSpec

Mask = npt.NDArray[np.bool_]
Mine = Callable[[pd.DataFrame], Mask]
"""Says of each row whether the sender may change it."""

DIGITS = 1e-14
"""Relative difference up to which two numbers are the same."""


@dataclass(frozen=True)
class Changes:
    """What turns the table ``before`` into what was sent.

    Parameters
    ----------
    spec : TableSpec
        The table.
    new : DataFrame
        Rows whose key was not there; index: position among the rows sent.
    changed, old : DataFrame
        Rows that differ, as sent and as they were, in the same order; index: position among the rows sent, and before.
    cells : DataFrame of bool
        Which cells of ``changed`` differ.
    same : int
        Number of rows sent that say what is known already.
    gone : DataFrame
        Rows that go because they were not sent; index: position before.
    rejected : DataFrame
        Rows sent that differ but are not the sender's to change; index: position among the rows sent.
    """

    spec: TableSpec
    new: pd.DataFrame
    changed: pd.DataFrame
    old: pd.DataFrame
    cells: pd.DataFrame
    same: int
    gone: pd.DataFrame
    rejected: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of rows by what becomes of them."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "same": self.same,
            "gone": len(self.gone),
            "rejected": len(self.rejected),
        }

    def __bool__(self) -> bool:
        """Whether anything would change."""
        return bool(len(self.new) or len(self.changed) or len(self.gone))

    def apply(self, table: pd.DataFrame) -> pd.DataFrame:
        """Give a table with the changes made, matched by key: rows keep their places, new ones follow."""
        put = pd.concat([self.changed, self.new])
        here, there, gone = _numbered(self.spec.key, table, put, self.gone)
        kept = ~np.isin(here, np.concatenate([there, gone]))
        place = pd.Series(np.arange(len(table)), index=here)
        at = place.reindex(there).fillna(np.inf).to_numpy(dtype=np.float64)
        order = np.argsort(np.concatenate([np.flatnonzero(kept).astype(np.float64), at]), kind="stable")
        return pd.concat([table[kept], put]).iloc[order].reset_index(drop=True)

    def outcomes(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        """Give what becomes of each row that is touched, by its key; nothing where it goes."""
        put = pd.concat([self.changed, self.new])
        said = dict(zip(_texts(put[self.spec.key]), _texts(put[self.spec.names]), strict=True))
        return said | dict.fromkeys(_texts(self.gone[self.spec.key]), ())


def changes(
    before: pd.DataFrame,
    after: pd.DataFrame,
    spec: TableSpec,
    *,
    replace: bool = False,
    mine: Mine | None = None,
    may_add: bool = False,
) -> Changes:
    """Compare a table with what was sent.

    Parameters
    ----------
    before, after : DataFrame
        Typed as the spec says, the key without gaps.
    spec : TableSpec
        Columns and key.
    replace : bool
        Rows that were not sent go, as far as they are the sender's; otherwise they stay.
    mine : callable, optional
        Which rows the sender may change; all where not given. A row is theirs where it is before and after.
    may_add : bool
        New rows are taken whose ever they are.

    Raises
    ------
    HaiheError
        ``E-INT-08`` where a key stands twice.
    """
    here, there = _numbered(spec.key, before, after)
    for numbers in (here, there):
        if len(np.unique(numbers)) != len(numbers):
            raise HaiheError("E-INT-08", table=spec.name, title=spec.title)
    place = pd.Series(np.arange(len(before)), index=here)
    at = place.reindex(there).to_numpy(dtype=np.float64)
    known = ~np.isnan(at)
    old = before.iloc[at[known].astype(np.int64)]
    cells = pd.DataFrame(
        {name: _differ(old[name], after.loc[known, name]) for name in spec.names}, index=after.index[known]
    )
    differs = cells.to_numpy(dtype=bool).any(axis=1)
    allowed = _all if mine is None else mine
    own = allowed(after)
    own_known = own[known] & allowed(old)
    is_new, is_changed = ~known, np.zeros(len(after), dtype=bool)
    is_changed[known] = differs & own_known
    rejected = is_new & ~(own | may_add)
    rejected[known] = differs & ~own_known
    taken = differs & own_known
    going = ~np.isin(here, there) & allowed(before) if replace else np.zeros(len(before), dtype=bool)
    numbered = after.set_axis(np.arange(len(after)))
    return Changes(
        spec,
        numbered[is_new & ~rejected],
        numbered[is_changed],
        before.set_axis(np.arange(len(before))).iloc[at[known].astype(np.int64)[taken]],
        cells[taken],
        int((~differs).sum()),
        before.set_axis(np.arange(len(before)))[going],
        numbered[rejected],
    )


def _all(frame: pd.DataFrame) -> Mask:
    return np.ones(len(frame), dtype=bool)


def _numbered(key: list[str], *frames: pd.DataFrame) -> list[npt.NDArray[np.int64]]:
    """Number the rows of several tables so that equal keys get equal numbers."""
    together = pd.concat([frame[key] for frame in frames], ignore_index=True)
    numbers = together.groupby(key, sort=False, dropna=False).ngroup().to_numpy(dtype=np.int64)
    return np.split(numbers, np.cumsum([len(frame) for frame in frames])[:-1])


def _differ(old: "pd.Series[Any]", new: "pd.Series[Any]") -> Mask:
    missing_old, missing_new = old.isna().to_numpy(dtype=bool), new.isna().to_numpy(dtype=bool)
    if old.dtype == "float64":
        a, b = old.to_numpy(dtype=np.float64), new.to_numpy(dtype=np.float64)
        differ = ~(np.abs(a - b) <= DIGITS * np.maximum(np.abs(a), np.abs(b)))
    else:
        a, b = old.astype(object).to_numpy(), new.astype(object).to_numpy()
        both = ~missing_old & ~missing_new
        differ = np.ones(len(a), dtype=bool)
        differ[both] = a[both] != b[both]
    return np.asarray(np.where(missing_old | missing_new, missing_old != missing_new, differ), dtype=bool)


def _texts(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    columns = [frame[name].astype(object).where(frame[name].notna(), "").map(str).tolist() for name in frame]
    return list(zip(*columns, strict=True))

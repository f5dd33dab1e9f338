"""Operands with or without labels: put into the order of a table, and results labelled again."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.messages import HaiheError

FloatArray = NDArray[np.float64]
Operand = FloatArray | pd.Series | pd.DataFrame

SHOWN = 5
"""Labels named in one message."""


def say(label: Any) -> str:
    """Write a label in words: ``TJ / 26`` for ``("TJ", "26")``."""
    return " / ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def listed(labels: Any) -> str:
    """Write the first labels, with dots where more follow; "—" where there are none."""
    found = [say(label) for label in labels]
    return "、".join(found[:SHOWN]) + ("、…" if len(found) > SHOWN else "") or "—"


def refuse_labels(what: str, given: pd.Index, wanted: pd.Index) -> HaiheError:
    """Make the error of labels that do not match."""
    return HaiheError(
        "E-DIA-03",
        what=what,
        missing=listed(wanted.difference(given, sort=False)),
        unexpected=listed(given.difference(wanted, sort=False)),
        doubled=listed(given[given.duplicated()].append(wanted[wanted.duplicated()]).unique()),
    )


def places(labels: pd.Index, wanted: pd.Index, what: str) -> NDArray[np.intp] | None:
    """Give where each wanted label stands; None where the order is the same already.

    Raises
    ------
    HaiheError
        ``E-DIA-03`` where labels are missing, unexpected or given twice.
    """
    if labels.equals(wanted):
        return None
    alike = labels.nlevels == wanted.nlevels and len(labels) == len(wanted)
    if not alike or not labels.is_unique or not wanted.is_unique:
        raise refuse_labels(what, labels, wanted)
    found = labels.get_indexer(wanted)
    if (found < 0).any():
        raise refuse_labels(what, labels, wanted)
    return found


def rows(operand: Operand, labels: pd.Index, what: str) -> FloatArray:
    """Give an operand as floats, its first axis in the order of the labels.

    Parameters
    ----------
    operand : ndarray, Series or DataFrame, shape (n,) or (n, m)
        Taken by label where it has labels, by position otherwise.
    labels : Index, length n
        Labels of the table.
    what : str
        Its name, for messages.

    Raises
    ------
    HaiheError
        ``E-DIA-01`` wrong shape, ``E-DIA-02`` a value that is not finite, ``E-DIA-03`` other labels.
    """
    array = np.asarray(operand, dtype=np.float64)
    if isinstance(operand, (pd.Series, pd.DataFrame)):
        order = places(operand.index, labels, what)
        array = array if order is None else array[order]
    if array.ndim not in (1, 2) or len(array) != len(labels):
        raise HaiheError("E-DIA-01", what=what, shape=array.shape, expected=f"({len(labels)},) / ({len(labels)}, m)")
    refuse_infinite(array, labels, what)
    return array


def columns(operand: Operand, labels: pd.Index, what: str) -> FloatArray:
    """Give an operand as floats, its last axis in the order of the labels; otherwise as `rows`."""
    if isinstance(operand, pd.DataFrame):
        return rows(operand.T, labels, what).T
    array = operand if isinstance(operand, pd.Series) else np.asarray(operand, dtype=np.float64).T
    return rows(array, labels, what).T


def refuse_infinite(array: FloatArray, labels: pd.Index, what: str) -> None:
    """Raise ``E-DIA-02`` naming the first row with a value that is not finite."""
    if not np.isfinite(array.sum()) and not (finite := np.isfinite(array)).all():
        first = int(np.argmin(finite.reshape(len(array), -1).all(axis=1)))
        raise HaiheError("E-DIA-02", what=what, value=say(labels[first]))


def find(labels: pd.Index, wanted: Iterable[object]) -> NDArray[np.intp]:
    """Give where each of some labels stands.

    Raises
    ------
    HaiheError
        ``E-DIA-09`` where one is not there, ``E-DIA-03`` where one is named twice.
    """
    named = list(wanted)
    if not named:
        return np.empty(0, dtype=np.intp)
    index = pd.Index(named, tupleize_cols=labels.nlevels > 1)
    at: NDArray[np.intp] = labels.get_indexer(index)
    if (at < 0).any():
        raise HaiheError("E-DIA-09", value=listed(label for label, k in zip(named, at, strict=True) if k < 0))
    if not index.is_unique:
        doubled = listed(index[index.duplicated()].unique())
        raise HaiheError("E-DIA-03", what="labels", missing="—", unexpected="—", doubled=doubled)
    return at


def like(array: FloatArray, operand: Any, labels: pd.Index, *, first: bool) -> Operand:
    """Label a result as its operand was: its first axis (`first`) or its last by `labels`, the other as the operand's."""
    if isinstance(operand, pd.Series):
        return pd.Series(array, index=labels, name=operand.name)
    if isinstance(operand, pd.DataFrame):
        axes = (labels, operand.columns) if first else (operand.index, labels)
        return pd.DataFrame(array, index=axes[0], columns=axes[1])
    return array

"""A mark of what something contains: equal for equal content, another one wherever anything differs.

A journal of runs belongs to such a mark of all that its runs depend on. ``repr`` would not do: it shortens long tables and
arrays, and gives the place in memory of objects that say nothing else.
"""

import hashlib
from collections.abc import Collection, Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from haihe.region import Region
from haihe.version import __version__

PLAIN = (str, bytes, bool, int, float, complex, type(None), np.generic, Enum)


def mark_of(*values: object, but: Collection[str] = ()) -> str:
    """Give the mark of values and of the version of haihe.

    Parameters
    ----------
    *values
        Plain values, arrays, tables, regions, dataclasses, other objects with attributes, and collections of them.
    but : collection of str
        Fields of dataclasses that do not count.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    return _mark((__version__, *values), frozenset(but))


def _mark(value: Any, but: frozenset[str]) -> str:
    return hashlib.sha256(_content(value, but)).hexdigest()


def _content(value: Any, but: frozenset[str]) -> bytes:
    """Type and content of a value, with parts by their marks."""
    if isinstance(value, np.ndarray) and value.dtype != object:
        return repr((value.dtype.str, value.shape)).encode() + np.ascontiguousarray(value).tobytes()
    parts = _parts(value, but)
    if parts is None:
        return f"{type(value).__name__}:{value!r}".encode("utf-8", "surrogatepass")
    return repr((type(value).__name__, [_mark(part, but) for part in parts])).encode()


def _parts(value: Any, but: frozenset[str]) -> list[Any] | None:
    """What a value is made of; None where ``repr`` says all of it."""
    if isinstance(value, PLAIN):
        return None
    if isinstance(value, Region):
        return [value.hash]
    if isinstance(value, pd.DataFrame):
        return [
            list(value.columns),
            value.index.to_numpy(),
            *(value.iloc[:, k].to_numpy() for k in range(value.shape[1])),
        ]
    if isinstance(value, pd.Series | pd.Index):
        return [value.name, value.index.to_numpy() if isinstance(value, pd.Series) else None, value.to_numpy()]
    if hasattr(value, "tocsc"):
        columns = value.tocsc()
        return [columns.shape, columns.indptr, columns.indices, columns.data]
    if isinstance(value, np.ndarray):
        return [value.shape, *value.ravel().tolist()]
    if is_dataclass(value) and not isinstance(value, type):
        own = [f.name for f in fields(value) if f.name not in but]
        return [*own, *(getattr(value, name) for name in own)]
    return _parts_of_other(value, but)


def _parts_of_other(value: Any, but: frozenset[str]) -> list[Any] | None:
    """Parts of a collection, which are in no order in a set or a mapping, or of an object by its attributes."""
    if isinstance(value, Mapping):
        return sorted(_mark(list(item), but) for item in value.items())
    if isinstance(value, Set):
        return sorted(_mark(each, but) for each in value)
    if isinstance(value, list | tuple):
        return list(value)
    if hasattr(value, "__qualname__"):
        return [value.__module__, value.__qualname__]
    return sorted(vars(value).items()) if hasattr(value, "__dict__") else None

"""Known totals of a set of cells: what they should sum to, how sure that is, and who says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, vstack

from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError


@dataclass(frozen=True, eq=False)
class Totals:
    """K totals over C cells; several may speak of the same cells and disagree.

    Attributes
    ----------
    members : csr_array, shape (K, C)
        Weight of each cell in each total: 1 where it counts, 0 where not; -1 in an identity that is a difference.
    targets : ndarray, shape (K,)
        What the cells should sum to, in the unit of the cells.
    reliability : ndarray, shape (K,)
        Relative standard error of each value; 0 makes the total hard. The standard error is
        ``reliability · |target|``, so a target of 0 is always hard.
    names, sources : tuple of str
        What each total is and where its value comes from.

    Raises
    ------
    HaiheError
        ``E-ACC-62`` where a value is not finite, or a reliability is not finite or negative.
    """

    members: csr_array
    targets: FloatArray
    reliability: FloatArray
    names: tuple[str, ...]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        bad = ~np.isfinite(self.targets) | ~np.isfinite(self.reliability) | (self.reliability < 0)
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            raise HaiheError("E-ACC-62", total=self.names[k], value=self.targets[k], reliability=self.reliability[k])

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def standard_error(self) -> FloatArray:
        """Standard error of each value in the unit of the cells, shape (K,)."""
        return np.asarray(self.reliability * np.abs(self.targets))

    @classmethod
    def of(
        cls,
        members: csr_array | FloatArray,
        values: ArrayLike,
        reliability: ArrayLike = 0.0,
        names: Sequence[str] | None = None,
        source: str | Sequence[str] = "",
    ) -> Totals:
        """Build totals over given cells.

        Parameters
        ----------
        members : array or sparse array, shape (K, ...)
            Weights; the axes after the first are those of the matrix to balance.
        values : array_like, shape (K,)
        reliability : array_like, shape () or (K,)
        names : sequence of str, optional
            Numbers from 1 where not given.
        source : str or sequence of str
        """
        wanted = np.atleast_1d(np.asarray(values, dtype=np.float64))
        K = len(wanted)
        sparse = members if isinstance(members, csr_array) else csr_array(np.asarray(members, float).reshape(K, -1))
        return cls(
            members=sparse,
            targets=wanted,
            reliability=np.broadcast_to(np.asarray(reliability, dtype=np.float64), (K,)).copy(),
            names=tuple(str(k + 1) for k in range(K)) if names is None else tuple(names),
            sources=(source,) * K if isinstance(source, str) else tuple(source),
        )

    @classmethod
    def rows(
        cls,
        shape: tuple[int, int],
        values: ArrayLike,
        reliability: ArrayLike = 0.0,
        names: Sequence[str] | None = None,
        source: str = "",
    ) -> Totals:
        """Row sums of a matrix of this shape."""
        m, n = shape
        return cls.of(csr_array(np.kron(np.eye(m), np.ones((1, n)))), values, reliability, names, source)

    @classmethod
    def columns(
        cls,
        shape: tuple[int, int],
        values: ArrayLike,
        reliability: ArrayLike = 0.0,
        names: Sequence[str] | None = None,
        source: str = "",
    ) -> Totals:
        """Column sums of a matrix of this shape."""
        m, n = shape
        return cls.of(csr_array(np.kron(np.ones((1, m)), np.eye(n))), values, reliability, names, source)

    @classmethod
    def join(cls, *parts: Totals) -> Totals:
        """Put several sets of totals over the same cells together."""
        return cls(
            members=csr_array(vstack([part.members for part in parts], format="csr")),
            targets=np.concatenate([part.targets for part in parts]),
            reliability=np.concatenate([part.reliability for part in parts]),
            names=tuple(name for part in parts for name in part.names),
            sources=tuple(source for part in parts for source in part.sources),
        )

"""The system (I - A) x = y as arrays: one LU factorisation, solves from either side, refinement, condition."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from haihe.messages import HaiheError

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.intp]
Precision = Literal["double", "single"]
PRECISIONS: tuple[Precision, ...] = ("double", "single")

REFINED = 1e-12
"""Residual relative to the right-hand side at which refinement ends."""
ACCEPTED = 1e-11
"""Residual relative to the right-hand side that refinement must reach."""
WORTH = 0.5
"""Largest part of the residual that a correction may leave."""
STEPS = 60
"""Most corrections."""
BLOCK = 256
"""Columns taken at a time where a whole matrix need not be held."""


@dataclass(frozen=True, eq=False)
class System:
    """I - A, where ``A = matrix · diag(scale)``; the factors are made when first asked for, and once.

    Neither A nor an inverse is formed: `matrix` is kept as given (flows, with `scale` one over output, or the
    coefficients themselves), and the factors take the place of I - A, so the memory needed beside the input is one
    n × n array of `precision`.

    Attributes
    ----------
    matrix : ndarray, shape (n, n)
        Coefficients, or flows where `scale` is given.
    scale : ndarray, shape (n,), optional
        Factor of each column.
    precision : {"double", "single"}
        Of the factors. With ``single`` they need half the memory and time, and every solution is refined with
        residuals in double precision until these are below 1e-12 of the right-hand side.
    """

    matrix: FloatArray
    scale: FloatArray | None = None
    precision: Precision = "double"

    def __len__(self) -> int:
        return len(self.matrix)

    def apply(self, V: FloatArray) -> FloatArray:
        """Give A V for V of shape (n,) or (n, m)."""
        if self.scale is not None:
            V = (V.T * self.scale).T
        return np.asarray(self.matrix @ V)

    def apply_left(self, S: FloatArray) -> FloatArray:
        """Give S A for S of shape (n,) or (k, n)."""
        product = S @ self.matrix
        return np.asarray(product if self.scale is None else product * self.scale)

    def _difference(self, dtype: type) -> NDArray[Any]:
        """Form I - A in an array of its own, in the memory order of the input."""
        whole: NDArray[Any] = np.empty(
            self.matrix.shape, dtype=dtype, order="F" if self.matrix.flags.f_contiguous else "C"
        )
        factor = np.float64(-1.0) if self.scale is None else -self.scale
        np.multiply(self.matrix, factor, out=whole, casting="same_kind")
        np.einsum("ii->i", whole)[...] += 1
        return whole

    @cached_property
    def _factors(self) -> tuple[NDArray[Any], NDArray[np.int32], bool]:
        """LU factors, pivots, and whether they are those of the transpose (as LAPACK reads arrays in C order).

        ``E-DIA-12`` where a pivot is 0.
        """
        whole = self._difference(np.float64 if self.precision == "double" else np.float32)
        turned = not whole.flags.f_contiguous
        getrf = lapack.dgetrf if self.precision == "double" else lapack.sgetrf
        factors, pivots, info = getrf(whole.T if turned else whole, overwrite_a=1)
        if info > 0:
            raise HaiheError("E-DIA-12", precision=self.precision)
        return factors, pivots, turned

    @property
    def factored(self) -> bool:
        """True once the factors of the whole exist."""
        return "_factors" in self.__dict__

    def _approximate(self, B: NDArray[Any], transposed: bool) -> NDArray[Any]:
        """Solve as far as the precision goes."""
        factors, pivots, turned = self._factors
        getrs = lapack.dgetrs if self.precision == "double" else lapack.sgetrs
        solution, _ = getrs(factors, pivots, B, trans=int(transposed != turned))
        return np.asarray(solution)

    def solve(self, B: FloatArray, transposed: bool = False) -> FloatArray:
        """Solve (I - A) X = B, or (I - A)ᵀ X = B.

        Parameters
        ----------
        B : ndarray, shape (n,) or (n, m)
            Right-hand sides.
        transposed : bool
            Solve with the transpose.

        Raises
        ------
        HaiheError
            ``E-DIA-07`` where solutions in single precision cannot be refined, ``E-DIA-12`` where a pivot is 0.
        """
        if len(self) == 0 or B.size == 0:
            return np.zeros(B.shape)
        if self.precision == "double":
            return self._approximate(B, transposed)
        return self._refined(B, transposed)

    def _refined(self, B: FloatArray, transposed: bool) -> FloatArray:
        """Solve in single precision, and correct with residuals in double.

        Each correction makes the residual smaller by about the same factor, so that the last one need not be followed
        by another product with A to know that it has done enough.
        """
        size, X, rest, before, gain = _largest(B), np.zeros_like(B), B, 1.0, 1.0
        for _ in range(STEPS):
            scale = _largest(rest)  # keeps every correction clear of the smallest numbers that single precision has
            X += self._approximate((rest / scale).astype(np.float32), transposed) * scale
            if before * gain < REFINED:
                return X
            rest = B - self._product(X, transposed)
            residual = float((np.abs(rest).max(axis=0) / size).max())
            gain = residual / before
            if residual <= REFINED or not gain < WORTH:
                break
            before = residual
        if not residual <= ACCEPTED:
            raise HaiheError("E-DIA-07", residual=f"{residual:.1e}", tolerance=f"{ACCEPTED:.0e}")
        return X

    def _product(self, X: FloatArray, transposed: bool) -> FloatArray:
        """Give (I - A) X, or (I - A)ᵀ X."""
        return np.asarray(X - (self.apply_left(X.T).T if transposed else self.apply(X)))

    def residual(self, X: FloatArray, B: FloatArray) -> float:
        """Largest absolute entry of B - (I - A) X over the largest of B (0 where B is 0)."""
        size = float(np.abs(B).max(initial=0.0))
        return float(np.abs(B - self._product(X, False)).max(initial=0.0)) / size if size else 0.0

    def condition(self) -> float:
        """Estimate the condition number of I - A in the 1-norm from the factors (LAPACK gecon)."""
        if len(self) == 0:
            return 1.0
        factors, _, turned = self._factors
        whole = self._difference(np.float64)
        norm = float(np.abs(whole, out=whole).sum(axis=0).max())
        gecon = lapack.dgecon if self.precision == "double" else lapack.sgecon
        # The 1-norm of a matrix is the infinity norm of its transpose.
        inverse, _ = gecon(factors, norm, norm="I" if turned else "1")
        return float(1.0 / inverse) if inverse > 0 else float("inf")

    def block(self, K: IndexArray, C: IndexArray) -> FloatArray:
        """Give rows K and columns C of A, a copy."""
        part = self.matrix[np.ix_(K, C)]
        return np.asarray(part if self.scale is None else part * self.scale[C])

    def inverse_diagonal(self) -> FloatArray:
        """Diagonal of (I - A)⁻¹, shape (n,), without forming the inverse.

        The triangular factors are inverted where they stand in a copy (2/3 n³ operations beside the factors), and only
        the n scalar products of rows of U⁻¹ with columns of L⁻¹ are taken. In double precision whatever the factors
        have, since nothing could be refined.
        """
        if len(self) == 0:
            return np.zeros(0)
        if self.precision == "double":
            factors, pivots, _ = self._factors
            held = factors.copy(order="F")
        else:
            whole = self._difference(np.float64)
            held, pivots, _ = lapack.dgetrf(whole if whole.flags.f_contiguous else whole.T, overwrite_a=1)
        lapack.dtrtri(held, lower=0, unitdiag=0, overwrite_c=1)
        lapack.dtrtri(held, lower=1, unitdiag=1, overwrite_c=1)
        return _diagonal_of_product(held, _order(pivots))


def _largest(B: FloatArray) -> FloatArray:
    """Largest absolute entry of each column, 1 where all are 0."""
    size = np.abs(B).max(axis=0)
    return np.asarray(np.where(size > 0, size, 1.0))


def _order(pivots: NDArray[np.int32]) -> IndexArray:
    """Row order that LAPACK's successive exchanges leave."""
    order = np.arange(len(pivots))
    for k, other in enumerate(pivots):
        if k != other:
            order[[k, other]] = order[[other, k]]
    return order


def _diagonal_of_product(held: FloatArray, order: IndexArray) -> FloatArray:
    """Diagonal of U L P from a packed upper U and unit lower L, rows of P in the given order; a block at a time."""
    n = len(held)
    diagonal = np.empty(n)
    for start in range(0, n, BLOCK):
        here = np.arange(start, min(start + BLOCK, n))
        lower = held[start:, here]
        lower[: len(here)] = np.tril(lower[: len(here)], -1) + np.eye(len(here))
        upper = held[order[here], start:]
        upper[np.arange(start, n)[None, :] < order[here][:, None]] = 0.0
        diagonal[order[here]] = np.einsum("km,mk->k", upper, lower)
    return diagonal


def unit(n: int, K: IndexArray) -> FloatArray:
    """Columns K of the identity, shape (n, len(K)), in the order that LAPACK solves in."""
    columns = np.zeros((n, len(K)), order="F")
    columns[K, np.arange(len(K))] = 1.0
    return columns

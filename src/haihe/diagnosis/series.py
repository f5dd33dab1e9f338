"""Few right-hand sides without factoring the whole: sweeps over the regions, each solved with its own small factors."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.diagnosis.factor import FloatArray, IndexArray, System
from haihe.diagnosis.labelled import listed
from haihe.messages import HaiheError

EXACT = 1e-13
"""Residual relative to the right-hand side at which sweeps in double precision end."""
ROUGH = 1e-6
"""The same in single precision, where refinement follows."""
SWEEPS = 2000
"""Most sweeps."""
STALLED = 20
"""Sweeps without any progress after which the iteration is given up."""

Block = slice | IndexArray


@dataclass(frozen=True, eq=False)
class SeriesSystem(System):
    """I - A solved by block Gauss-Seidel: ``x_r ← x_r + (I - A_rr)⁻¹ (y - x + A x)_r``, region after region.

    A sweep costs one product with A. Where most inputs come from the own region about a dozen sweeps reach 1e-13, so that
    for few right-hand sides on a large table this beats the factors, which cost as many operations as n/3 products. In
    ``bench/leontief.py`` both take about as long at n/80 right-hand sides; beyond, or for many solves in turn, the
    factors win. For A not negative with a spectral radius below 1 it always converges, since the splitting of the
    M-matrix I - A is regular.

    With ``single`` the sweeps run on a copy of A in single precision, and solutions are refined as those of `System`;
    with ``double`` nothing is copied but the blocks of the regions.

    Attributes
    ----------
    blocks : tuple of slice or ndarray
        Positions of each region.
    sweeps : list of int
        Sweeps that each solution took so far.

    References
    ----------
    Varga, R. S. (2000), Matrix Iterative Analysis, 2nd ed., chapter 3; Saad, Y. (2003), Iterative Methods for Sparse
    Linear Systems, 2nd ed., section 4.1.
    """

    blocks: tuple[Block, ...] = ()
    sweeps: list[int] = field(default_factory=list)

    @cached_property
    def _working(self) -> tuple[NDArray[Any], FloatArray | None]:
        """Matrix and scale that sweeps run on."""
        if self.precision == "double":
            return self.matrix, self.scale
        factor = np.float64(1.0) if self.scale is None else self.scale
        copy: NDArray[Any] = np.empty_like(self.matrix, dtype=np.float32)
        np.multiply(self.matrix, factor, out=copy, casting="same_kind")
        return copy, None

    @cached_property
    def _regions(self) -> list[System]:
        """Each region alone."""
        scales = [None if self.scale is None else self.scale[block] for block in self.blocks]
        return [
            System(self.matrix[block][:, block], scale, self.precision)
            for block, scale in zip(self.blocks, scales, strict=True)
        ]

    def _approximate(self, B: NDArray[Any], transposed: bool) -> NDArray[Any]:
        """Sweep until the residual, as met during a sweep, is small."""
        matrix, scale = self._working
        if scale is None:
            scale = np.ones(len(self), dtype=matrix.dtype)
        if B.ndim == 2:
            scale = scale[:, None]
        target = EXACT if self.precision == "double" else ROUGH
        size = np.where((largest := np.abs(B).max(axis=0)) > 0, largest, 1.0)
        X, scaled = np.zeros(B.shape, dtype=matrix.dtype), np.zeros(B.shape, dtype=matrix.dtype)
        best, since = np.inf, 0
        for done in range(1, SWEEPS + 1):
            residual = 0.0
            for block, region in zip(self.blocks, self._regions, strict=True):
                product = matrix[:, block].T @ X * scale[block] if transposed else matrix[block] @ scaled
                rest = B[block] - X[block] + product
                residual = max(residual, float((np.abs(rest).max(axis=0) / size).max()))
                X[block] += region._approximate(rest, transposed)
                if not transposed:
                    scaled[block] = X[block] * scale[block]
            if residual <= target:
                self.sweeps.append(done)
                return X
            best, since = (residual, 0) if residual < best else (best, since + 1)
            if since == STALLED or not np.isfinite(residual):
                break
        raise HaiheError("E-DIA-07", residual=f"{best:.1e}", tolerance=f"{target:.0e}")


def region_blocks(labels: pd.Index) -> tuple[Block, ...]:
    """Give the positions of each value of the first level, a slice where they follow each other.

    Raises
    ------
    HaiheError
        ``E-DIA-11`` where labels have no regions.
    """
    if labels.nlevels < 2:
        raise HaiheError("E-DIA-11", value=listed(labels))
    codes, regions = pd.factorize(labels.get_level_values(0))
    order = np.argsort(codes, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(codes, minlength=len(regions)))[:-1])
    return tuple(
        slice(int(group[0]), int(group[-1]) + 1) if group[-1] - group[0] == len(group) - 1 else group
        for group in groups
    )

"""The mixed model: output is set from outside in some sectors, final use in the others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haihe.messages import HaiheError

Floats = NDArray[np.float64]


def mixed(A: Floats, output: Floats, final: Floats, fixed: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Solve ``x = A x + y`` where the output of some sectors and the final use of the others are given.

    With the sectors C fixed (supply-driven) and N free (demand-driven): ``x_N = (I - A_NN)⁻¹ (y_N + A_NC x_C)`` and
    ``y_C = x_C - A_CC x_C - A_CN x_N``.

    Parameters
    ----------
    A : ndarray, shape (n, n)
        Input coefficients.
    output : ndarray, shape (n,)
        Output; read where `fixed`.
    final : ndarray, shape (n,)
        Final use; read elsewhere.
    fixed : ndarray of bool, shape (n,)
        Sectors whose output is set.

    Returns
    -------
    (ndarray, ndarray)
        Output and final use of all sectors. Final use that comes out negative is what others would have to bring in.

    Raises
    ------
    HaiheError
        ``E-SHK-69`` where shapes do not fit, figures are missing, or the free sectors cannot supply themselves.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., section 13.2.
    """
    n = len(A)
    if A.shape != (n, n) or output.shape != (n,) or final.shape != (n,) or fixed.shape != (n,):
        raise HaiheError("E-SHK-69", value=str(A.shape))
    free = ~fixed
    x, y = np.where(fixed, output, 0.0), np.where(free, final, 0.0)
    if not (np.isfinite(A).all() and np.isfinite(x).all() and np.isfinite(y).all()):
        raise HaiheError("E-SHK-69", value="NaN")
    try:
        x[free] = np.linalg.solve(np.eye(int(free.sum())) - A[np.ix_(free, free)], y[free] + A[free] @ x)
    except np.linalg.LinAlgError as error:
        raise HaiheError("E-SHK-69", value=str(error)) from error
    y[fixed] = x[fixed] - A[fixed] @ x
    return x, y

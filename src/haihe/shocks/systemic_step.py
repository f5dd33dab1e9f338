"""One step of many cascades at once: losses of input and losses of demand, a lane a column.

d and u are the shares of its activity that a firm has lost for want of inputs and for want of customers, 1 - h of
Diem et al. (2022). A lane is one shock; a step takes all lanes of a block together, so that each link is read once for
all of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haihe.shocks.network import FirmNetwork

Floats = NDArray[np.float64]


def standing_in(network: FirmNetwork, down: Floats) -> Floats:
    """Share of a supplier's deliveries that the rest of its sector cannot replace, shape (n, L).

    A firm's sales over what its sector still makes, at most 1: where little is left beside it, nobody steps in.
    """
    left = network.members @ (1.0 - down)
    left = left[network.sector]
    sales = network.output[:, None]
    return np.asarray(np.minimum(1.0, np.divide(sales, left, out=np.ones_like(down), where=left > sales)))


def plain_step(network: FirmNetwork, down: Floats, up: Floats, lost: Floats) -> tuple[Floats, Floats]:
    """Take one step with NumPy and SciPy.

    Parameters
    ----------
    network : FirmNetwork
    down, up : ndarray, shape (n, L)
        Losses now.
    lost : ndarray, shape (n, L)
        Shares that the shock itself takes for good.

    Returns
    -------
    tuple of ndarray, shape (n, L)
        Losses after the step.
    """
    inputs = network.inputs
    further, less = lost.copy(), lost.copy()
    if len(inputs.buyers):
        missing = inputs.weights @ (standing_in(network, down) * down)
        worst = np.maximum.reduceat(missing, inputs.starts, axis=0)
        further[inputs.buyers] = np.maximum(further[inputs.buyers], np.minimum(worst, 1.0))
    np.maximum(less, np.minimum(network.customers @ up, 1.0), out=less)
    return further, less

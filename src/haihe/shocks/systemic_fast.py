"""Cascades of single firms compiled (extra ``haihe[fast]``): while few firms are reached, only these are touched.

A firm's loss is pushed along its links, downstream into the kinds of input of its buyers, upstream into the sales of its
suppliers. Where many are reached, a direction goes over to sweeps through all links in their order. The state of one
cascade is a few vectors over the firms, which stay in the cache. Nothing is dropped: the result is that of
`haihe.shocks.systemic_step.plain_step` up to rounding.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from haihe.messages.extras import needed as extra
from haihe.shocks.network import FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
SWEEP_FROM = 0.1
"""Part of all links from which on sweeping through all of them is faster (measured, 0.9 and 9 million links)."""


class Pushing:
    """Index of single firms, one after the other.

    Parameters
    ----------
    network : FirmNetwork
    sweep_from : float
        Part of all links from which on all are swept through; the result does not depend on it.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where numba is not installed.
    """

    def __init__(self, network: FirmNetwork, sweep_from: float = SWEEP_FROM) -> None:
        extra("numba")
        self._loops = import_module("haihe.shocks.systemic_loops")
        inputs, n = network.inputs, network.n
        groups = inputs.weights.shape[0]
        forward, backward = csc_array(inputs.weights), csc_array(network.customers)
        whole = forward.indices.dtype
        firms = np.arange(n, dtype=whole)
        buyer = np.repeat(inputs.buyers, np.diff(np.append(inputs.starts, groups))).astype(whole)
        self._links = (
            forward.indptr, forward.indices, forward.data, np.repeat(firms, np.diff(forward.indptr)), buyer,
            backward.indptr, backward.indices, backward.data, np.repeat(firms, np.diff(backward.indptr)),
        )  # fmt: skip
        self._firms = (network.sector, network.output, np.asarray(network.members.sum(axis=1)))
        self._sweep_from = sweep_from
        self._room = (
            np.zeros((6, max(n, len(network.sectors)))),
            np.zeros(groups),
            np.zeros((4, n + 1), whole),
            np.zeros(groups + 1, whole),
        )

    def run(self, firms: Ints, tolerance: float, most: int) -> tuple[Floats, Ints]:
        """Give the sales lost and the steps of each firm, shape (k,); -1 steps where nothing stood still in `most`."""
        lost, steps = np.zeros(len(firms)), np.zeros(len(firms), dtype=np.int64)
        room, limits = self._room, (float(tolerance), most, float(self._sweep_from))
        self._loops.cascades(*self._links, *self._firms, firms, *limits, *room, lost, steps)
        return lost, steps

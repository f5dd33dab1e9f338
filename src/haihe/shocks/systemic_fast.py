"""Cascades of single firms compiled (extra ``haihe[fast]``): only the firms that are reached are touched.

A firm's loss is pushed along its links, downstream into the kinds of input of its buyers, upstream into the sales of its
suppliers; who was not reached costs nothing. The state of one cascade is a few vectors over the firms, which stay in the
cache. Nothing is dropped: the result is that of `haihe.shocks.systemic_step.plain_step` up to rounding.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from haihe.messages.extras import needed as extra
from haihe.shocks.network import FirmNetwork

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Pushing:
    """Index of single firms, one after the other.

    Parameters
    ----------
    network : FirmNetwork

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where numba is not installed.
    """

    def __init__(self, network: FirmNetwork) -> None:
        inputs, n = network.inputs, network.n
        kinds = np.diff(np.append(inputs.starts, inputs.weights.shape[0]))
        forward, backward = csc_array(inputs.weights), csc_array(network.customers)
        self._links = (
            forward.indptr, forward.indices, forward.data, np.repeat(inputs.buyers, kinds),
            backward.indptr, backward.indices, backward.data,
        )  # fmt: skip
        self._firms = (network.sector, network.output, np.asarray(network.members.sum(axis=1)))
        groups = max(inputs.weights.shape[0], 1)
        self._room = (
            np.zeros((4, max(n, len(network.sectors)))),
            np.zeros(groups),
            np.zeros((4, n), np.int64),
            np.zeros((2, groups), np.int64),
        )
        self._kernel = compiled()

    def run(self, firms: Ints, tolerance: float, most: int) -> tuple[Floats, Ints]:
        """Give the sales lost and the steps of each firm, shape (k,); -1 steps where nothing stood still in `most`."""
        lost, steps = np.zeros(len(firms)), np.zeros(len(firms), dtype=np.int64)
        self._kernel(*self._links, *self._firms, firms, tolerance, most, *self._room, lost, steps)
        return lost, steps


@cache
def compiled() -> Any:
    """Compile once."""
    njit = extra("numba").njit
    options = {"nogil": True, "error_model": "numpy"}
    down, up = njit(**options)(_down), njit(**options)(_up)

    def loop(
        dp: Any, di: Any, dw: Any, buyer: Any, up_: Any, ui: Any, uw: Any, sector: Any, sales: Any, total: Any, firms: Any,
        tolerance: Any, most: Any, state: Any, acc: Any, marks: Any, kinds: Any, lost: Any, steps: Any,
    ) -> None:  # fmt: skip
        d, u, fresh, gone = state[0], state[1], state[2], state[3]
        reached_d, reached_u = marks[0], marks[1]
        in_d, in_u = marks[2], marks[3]
        for k in range(len(firms)):
            firm = firms[k]
            d[firm], u[firm] = 1.0, 1.0
            in_d[firm], in_u[firm] = 1, 1
            reached_d[0], reached_u[0] = firm, firm
            nd, nu, count, moved = 1, 1, 0, 2.0
            while moved > tolerance and count < most:
                nd, first = down(
                    dp, di, dw, buyer, sector, sales, total, firm, d, fresh, gone, acc, kinds, reached_d, in_d, nd
                )
                nu, second = up(up_, ui, uw, firm, u, fresh, reached_u, in_u, nu)
                moved = max(first, second)
                count += 1
            steps[k] = count if moved <= tolerance else -1
            for i in range(nd):
                c = reached_d[i]
                lost[k] += sales[c] * max(d[c], u[c])
            for i in range(nu):
                c = reached_u[i]
                if in_d[c] == 0:
                    lost[k] += sales[c] * u[c]
                u[c], in_u[c] = 0.0, 0
            for i in range(nd):
                d[reached_d[i]], in_d[reached_d[i]] = 0.0, 0

    return njit(**options)(loop)


def _down(
    pointers: Any, kinds_of: Any, shares: Any, buyer: Any, sector: Any, sales: Any, total: Any, firm: Any, d: Any,
    fresh: Any, gone: Any, acc: Any, kinds: Any, reached: Any, inside: Any, count: Any,
) -> Any:  # fmt: skip
    """Push want of inputs one step; give how many firms are reached and the largest move."""
    listed, marked = kinds[0], kinds[1]
    for i in range(count):
        gone[sector[reached[i]]] = 0.0
    for i in range(count):
        j = reached[i]
        gone[sector[j]] += sales[j] * d[j]
    hit = 0
    for i in range(count):
        j = reached[i]
        left = total[sector[j]] - gone[sector[j]]
        missing = d[j] * (sales[j] / left if left > sales[j] else 1.0)
        for e in range(pointers[j], pointers[j + 1]):
            g = kinds_of[e]
            if marked[g] == 0:
                marked[g] = 1
                listed[hit] = g
                hit += 1
            acc[g] += shares[e] * missing
    for i in range(hit):
        g = listed[i]
        c = buyer[g]
        if inside[c] == 0:
            inside[c] = 1
            reached[count] = c
            count += 1
        fresh[c] = max(fresh[c], min(acc[g], 1.0))
        acc[g], marked[g] = 0.0, 0
    fresh[firm] = 1.0
    moved = 0.0
    for i in range(count):
        c = reached[i]
        moved = max(moved, fresh[c] - d[c])
        d[c], fresh[c] = fresh[c], 0.0
    return count, moved


def _up(
    pointers: Any, suppliers: Any, shares: Any, firm: Any, u: Any, fresh: Any, reached: Any, inside: Any, count: Any
) -> Any:
    """Push want of customers one step; give how many firms are reached and the largest move."""
    before = count
    for i in range(before):
        j = reached[i]
        for e in range(pointers[j], pointers[j + 1]):
            s = suppliers[e]
            if inside[s] == 0:
                inside[s] = 1
                reached[count] = s
                count += 1
            fresh[s] += shares[e] * u[j]
    fresh[firm] = 1.0
    moved = 0.0
    for i in range(count):
        c = reached[i]
        now = min(fresh[c], 1.0)
        moved = max(moved, now - u[c])
        u[c], fresh[c] = now, 0.0
    return count, moved

"""An upper bound on the index of every firm at once, so that only few firms need a cascade of their own.

The bound is proven (docs, explanation/systemic): as long as no sector loses more than a share δ of its sales, what a
supplier leaves undelivered is at most v̄ = min(1, s / ((1 - δ)·S)) of it, and the worst kind of input is at most the sum
of all kinds; the cascade then stays under a linear one, and a linear one is summed for all firms by its transpose. Whether
δ holds for a firm is itself bounded in the same way, so each firm takes the smallest δ of a ladder that it proves; firms
that prove none have the bound 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from haihe.messages import HaiheError
from haihe.planning.control import Control
from haihe.shocks.network import FirmNetwork
from haihe.shocks.systemic import TOLERANCE, Engine, SystemicRisk, systemic_risk

Floats = NDArray[np.float64]
LADDER = (0.002, 0.01, 0.03, 0.1, 0.25, 0.5)
"""Shares of a sector's sales that may be lost, tried one after the other."""
TERMS = 2000
"""Terms of a series after which it counts as unbounded."""
SLACK = 1e-7
"""Relative margin over the rest of a series and over rounding."""
FLOOR = 1e-6
"""Least weight of a firm, in mean weights: without it, the smallest firms would decide how many terms are needed."""
PATIENCE = 20
"""Terms within which the largest must fall."""


@dataclass(frozen=True, eq=False)
class Screening:
    """Bounds on the index of all firms.

    Attributes
    ----------
    network : FirmNetwork
    bound : ndarray, shape (n,)
        At least the index of each firm, for any tolerance; 1 where nothing was proven.
    rung : ndarray of int, shape (n,)
        Position in the ladder of δ that each firm proves; -1 where none.
    ladder : tuple of float
    """

    network: FirmNetwork
    bound: Floats
    rung: NDArray[np.int64]
    ladder: tuple[float, ...]

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Positions of the firms, the largest bound first, shape (n,)."""
        return np.argsort(-self.bound, kind="stable")

    @property
    def proven(self) -> float:
        """Share of the firms whose bound is below 1."""
        return float((self.bound < 1.0).mean())

    def certified(self, risk: SystemicRisk) -> int:
        """How many of the first firms of a result are surely the first of all.

        A firm is when its index is at least the bound of every firm that was not worked out. Indices stopped at a
        tolerance lie below the limit, so what is certified is the order at that tolerance.
        """
        done = set(risk.frame["enterprise"])
        rest = np.array([firm not in done for firm in self.network.firms])
        most = self.bound[rest].max(initial=0.0)
        return int((risk.frame["index"].to_numpy() >= most).sum())

    def frame(self) -> pd.DataFrame:
        """enterprise, bound, delta (NaN where none is proven), the largest bound first."""
        delta = np.append(self.ladder, np.nan)[self.rung]
        frame = pd.DataFrame({"enterprise": self.network.firms, "bound": self.bound, "delta": delta})
        return frame.iloc[self.order].reset_index(drop=True)


def screen(network: FirmNetwork, ladder: Sequence[float] = LADDER) -> Screening:
    """Bound the index of every firm from above.

    Parameters
    ----------
    network : FirmNetwork
    ladder : sequence of float
        Shares δ to try, rising, each from 0 to below 1.

    Returns
    -------
    Screening
        About twice 20 passes over the links for each δ and once for the customers, whatever the number of firms.

    Raises
    ------
    HaiheError
        ``E-SHK-34`` for a ladder that does not rise or leaves 0 to 1, ``E-SHK-38`` where nobody sells anything.
    """
    steps = tuple(float(d) for d in ladder)
    if not steps or any(not 0 <= d < 1 for d in steps) or any(b <= a for a, b in pairwise(steps)):
        raise HaiheError("E-SHK-34", what="ladder", value=str(steps))
    sales, whole = network.output, network.output.sum()
    if whole <= 0:
        raise HaiheError("E-SHK-38")
    total = network.members.sum(axis=1)
    size = np.divide(sales, total[network.sector], out=np.zeros(network.n), where=sales > 0)
    backward = csr_array(network.customers.T)
    upstream = series(backward, np.ones(network.n), sales)
    bound, rung = np.ones(network.n), np.full(network.n, -1, dtype=np.int64)
    links = _all_kinds(network)
    for number, delta in enumerate(steps):
        kept = np.minimum(1.0, size / (1.0 - delta))
        shares = series(links, kept, size)
        if np.isinf(shares).all():
            break  # a larger δ makes the links stronger still
        fresh = (rung < 0) & (shares <= delta)
        if not fresh.any():
            continue
        downstream = series(links, kept, sales)
        found = (downstream + upstream - sales) / whole * (1.0 + SLACK)
        bound[fresh] = np.minimum(1.0, found[fresh])
        rung[fresh] = number
    return Screening(network, bound, rung, steps)


def largest(
    network: FirmNetwork,
    count: int,
    *,
    most: int | None = None,
    screening: Screening | None = None,
    tolerance: float = TOLERANCE,
    engine: Engine = "auto",
    control: Control | None = None,
) -> SystemicRisk:
    """Work out the index of the firms with the largest bounds; see `Screening.certified` for what that proves.

    Parameters
    ----------
    network : FirmNetwork
    count : int
        How many firms.
    most : int, optional
        Go on to every firm whose bound lies above the smallest index found, up to so many firms in all. Where that is
        enough for them, the first `count` of the result are surely the first of all.
    screening : Screening, optional
        Made where not given.
    tolerance, engine, control
        As `haihe.shocks.systemic_risk`.
    """
    found = screening or screen(network)
    parts = [systemic_risk(network, found.order[:count], tolerance=tolerance, engine=engine, control=control)]
    reach = int((found.bound > parts[0].frame["index"].min()).sum())
    further = found.order[count : min(reach, most or 0)]
    if len(further):
        parts.append(systemic_risk(network, further, tolerance=tolerance, engine=engine, control=control))
    frame = pd.concat([part.frame for part in parts], ignore_index=True)
    frame = frame.sort_values("index", ascending=False, kind="stable", ignore_index=True)
    return SystemicRisk(network, frame, tolerance)


def _all_kinds(network: FirmNetwork) -> csr_array:
    """Shares λ of all kinds of input added up, by supplier: row j holds what each buyer loses without j, (n, n)."""
    inputs = network.inputs
    groups = np.diff(np.append(inputs.starts, inputs.weights.shape[0]))
    buyer = np.repeat(inputs.buyers, groups)
    entries = inputs.weights.tocoo()
    return csr_array((entries.data, (entries.col, buyer[entries.row])), shape=(network.n, network.n))


def series(links: csr_array, kept: Floats, weights: Floats) -> Floats:
    """Find y with y >= w + K·L·y, K the diagonal of `kept`; infinite everywhere where none was found.

    Terms of the series are added until the next one is everywhere below a small part ε of w (raised to a floor, which only
    raises y); the sum times 1 + 2ε then fulfils the inequality, whatever terms would follow.
    """
    total = np.maximum(weights, FLOOR * weights.mean())
    term, enough, most = total, SLACK * total, np.inf
    for number in range(1, TERMS + 1):
        term = kept * (links @ term)
        if (term <= enough).all():
            return np.asarray(total * (1.0 + 2.0 * SLACK))
        total = total + term
        if number % PATIENCE == 0:
            now = float(term.max())
            if not now < most:
                break
            most = now
    return np.full(len(weights), np.inf)

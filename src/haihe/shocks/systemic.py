"""Who matters in a firm network: the economic systemic risk index, and the cascade of a shock to any firms.

After Diem, Borsos, Reisch, Kertész and Thurner (2022), Scientific Reports 12, 7719. A firm that stops leaves its buyers
without inputs, as far as its sector cannot stand in, and its suppliers without sales; both spread until nothing moves.
The index of a firm is the share of all sales lost in the end if it alone stops for good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.figures.workbook import Viewed
from haihe.messages import HaiheError, Quality, Text
from haihe.planning.control import Control
from haihe.shocks.fused import installed
from haihe.shocks.network import FirmNetwork
from haihe.shocks.systemic_fast import Pushing
from haihe.shocks.systemic_step import plain_step
from haihe.shocks.systemic_views import CascadeViews, SystemicViews

Floats = NDArray[np.float64]
Engine = Literal["auto", "plain", "fused"]
TOLERANCE = 1e-2
"""Largest move of any firm at which published runs stop."""
LANES = 16
"""Cascades run side by side."""
MOST_STEPS = 100_000
CHUNK = 256
"""Firms between two looks at whether it was cancelled."""


@dataclass(frozen=True, eq=False)
class Cascade(Viewed):
    """What one shock does to every firm.

    Attributes
    ----------
    network : FirmNetwork
    lost, down, up : ndarray, shape (n,)
        Share of its activity that each firm loses: by the shock itself, for want of inputs, for want of customers.
    steps : int
        Steps until nothing moved by more than `tolerance`.
    tolerance : float
    """

    network: FirmNetwork
    lost: Floats
    down: Floats
    up: Floats
    steps: int
    tolerance: float

    @property
    def loss(self) -> Floats:
        """Share of its activity that each firm loses in the end: the larger of both directions."""
        return np.maximum(self.down, self.up)

    @property
    def index(self) -> float:
        """Share of all sales lost."""
        return float(index_of(self.network, self.down[:, None], self.up[:, None])[0])

    @cached_property
    def hit(self) -> pd.DataFrame:
        """Firms that lose anything: enterprise, region, sector, shock, down, up, loss, sales, lost_sales, unit.

        The largest loss of sales first.
        """
        net = self.network
        frame = _firms(net, np.arange(net.n)).assign(
            shock=self.lost,
            down=self.down,
            up=self.up,
            loss=self.loss,
            sales=net.output,
            lost_sales=self.loss * net.output,
        )
        frame = frame[frame["loss"] > 0].sort_values("lost_sales", ascending=False, kind="stable")
        return frame.assign(unit=net.unit).reset_index(drop=True)

    def by(self, key: Literal["region", "sector"]) -> pd.DataFrame:
        """Losses by region or sector: the code, firms (hit), sales, lost_sales, share, unit; the largest loss first."""
        net = self.network
        codes = net.region if key == "region" else net.sector
        labels = net.regions if key == "region" else net.sectors
        k = len(labels)
        sales = np.bincount(codes, net.output, k)
        gone = np.bincount(codes, net.output * self.loss, k)
        share = np.divide(gone, sales, out=np.full(k, np.nan), where=sales > 0)
        frame = pd.DataFrame(
            {
                key: labels,
                "firms": np.bincount(codes, self.loss > 0, k).astype(int),
                "sales": sales,
                "lost_sales": gone,
                "share": share,
            }
        )
        return (
            frame.sort_values("lost_sales", ascending=False, kind="stable").assign(unit=net.unit).reset_index(drop=True)
        )

    @property
    def quality(self) -> Quality:
        """Mark of the network."""
        return self.network.quality

    @cached_property
    def views(self) -> CascadeViews:
        """Tables and figures with words."""
        return CascadeViews(self)

    @property
    def words(self) -> Text:
        """Say who is hit, in one sentence."""
        return self.views.words

    def __repr__(self) -> str:
        return f"Cascade: {int((self.loss > 0).sum())} of {self.network.n} firms hit, {self.index:.4%} of sales lost"


@dataclass(frozen=True, eq=False)
class SystemicRisk(Viewed):
    """Index of many firms.

    Attributes
    ----------
    network : FirmNetwork
    frame : DataFrame
        enterprise, region, sector, sales, index (share of all sales lost if it stops), beyond (the same without its own
        sales), steps, unit; the largest index first.
    tolerance : float
        Move at which cascades were stopped; the index is then a little too low.
    """

    network: FirmNetwork
    frame: pd.DataFrame
    tolerance: float

    def by(self, key: Literal["region", "sector"]) -> pd.DataFrame:
        """The firm that matters most in each region or sector: the code, firms, largest (enterprise), index, mean."""
        first = self.frame.drop_duplicates(key).set_index(key)
        groups = self.frame.groupby(key)["index"]
        frame = pd.DataFrame(
            {"firms": groups.size(), "largest": first["enterprise"], "index": groups.max(), "mean": groups.mean()}
        )
        return frame.sort_values("index", ascending=False, kind="stable").rename_axis(key).reset_index()

    @property
    def quality(self) -> Quality:
        """Mark of the network."""
        return self.network.quality

    @cached_property
    def views(self) -> SystemicViews:
        """Tables and figures with words."""
        return SystemicViews(self)

    @property
    def words(self) -> Text:
        """Say which firm matters most, in one sentence."""
        return self.views.words

    def __repr__(self) -> str:
        return f"SystemicRisk: {len(self.frame)} of {self.network.n} firms, largest {self.frame['index'].max():.4%}"


def cascade(
    network: FirmNetwork,
    lost: Mapping[str, float] | Sequence[str] = (),
    *,
    region: str | None = None,
    sector: str | None = None,
    share: float = 1.0,
    tolerance: float = TOLERANCE,
) -> Cascade:
    """Follow a shock to any firms until nothing moves.

    Parameters
    ----------
    network : FirmNetwork
    lost : mapping of str to float, or sequence of str
        Share of its activity that each firm loses for good, 0 to 1; all of it for firms that are only named.
    region, sector : str, optional
        Besides, all firms of this region, of this sector, or of both where both are given.
    share : float
        What the firms of `region` and `sector` lose.
    tolerance : float
        Largest move of any firm at which it stops; 0 until nothing moves at all.

    Returns
    -------
    Cascade

    Raises
    ------
    HaiheError
        ``E-SHK-31`` an unknown firm, ``E-SHK-34`` a share outside 0 to 1 or a tolerance below 0, ``E-SHK-35`` a shock
        that hits nobody, ``E-SHK-36`` no standstill in 100,000 steps.
    """
    shock = shock_of(network, lost, region, sector, share)
    down, up, steps = next(run(network, iter([shock]), tolerance, 1))[1:]
    return Cascade(network, shock, down, up, steps, tolerance)


def systemic_risk(
    network: FirmNetwork,
    firms: Sequence[str] | NDArray[np.int64] | None = None,
    *,
    tolerance: float = TOLERANCE,
    lanes: int = LANES,
    engine: Engine = "auto",
    control: Control | None = None,
) -> SystemicRisk:
    """Work out the index of firms: each alone stops for good.

    Parameters
    ----------
    network : FirmNetwork
    firms : sequence of str or ndarray of int, optional
        Firms by code or position; all where not given. Among very many firms, `haihe.shocks.screen` finds those worth it.
    tolerance : float
        As `cascade`.
    lanes : int
        Cascades that ``plain`` runs side by side. The result does not depend on it.
    engine : {"auto", "plain", "fused"}
        NumPy, the extra ``haihe[fast]``, or the latter where it is installed; the same up to rounding.
    control : Control, optional
        Listened to between steps.

    Returns
    -------
    SystemicRisk

    Raises
    ------
    HaiheError
        As `cascade`; ``E-SHK-37`` where it was cancelled.
    """
    if firms is None:
        chosen = np.arange(network.n)
    else:
        chosen = np.array(
            [f if isinstance(f, (int, np.integer)) else network.position(f) for f in firms], dtype=np.int64
        )
    compiled = installed() if engine == "auto" else engine == "fused"
    if compiled:
        index, steps = _pushed(network, chosen, tolerance, control)
    else:
        index, steps = np.zeros(len(chosen)), np.zeros(len(chosen), dtype=np.int64)
        for at, down, up, count in run(network, _alone(network, chosen), tolerance, lanes, control):
            index[at], steps[at] = index_of(network, down[:, None], up[:, None])[0], count
    sales = network.output[chosen]
    frame = _firms(network, chosen).assign(
        sales=sales, index=index, beyond=index - sales / network.output.sum(), steps=steps, unit=network.unit
    )
    return SystemicRisk(
        network, frame.sort_values("index", ascending=False, kind="stable").reset_index(drop=True), tolerance
    )


def run(
    network: FirmNetwork,
    shocks: Iterator[Floats],
    tolerance: float,
    lanes: int,
    control: Control | None = None,
) -> Iterator[tuple[int, Floats, Floats, int]]:
    """Run shocks in lanes; a lane that stands still takes the next shock at once.

    Yields
    ------
    tuple
        Number of the shock, d and u of shape (n,), steps. In the order in which they end.
    """
    _check(network, tolerance)
    queue = enumerate(shocks)
    first = list(islice(queue, max(lanes, 1)))
    running = [number for number, _ in first]
    if not running:
        return
    lost = np.stack([shock for _, shock in first], axis=1)
    down, up, counts = lost.copy(), lost.copy(), np.zeros(len(first), dtype=np.int64)
    while running:
        if control is not None and control.cancelled:
            raise HaiheError("E-SHK-37")
        further, less = plain_step(network, down, up, lost)
        moved = np.maximum((further - down).max(axis=0), (less - up).max(axis=0))
        down, up, counts = further, less, counts + 1
        ended = np.flatnonzero(moved <= tolerance)
        if counts.max() > MOST_STEPS:
            raise HaiheError("E-SHK-36", n=MOST_STEPS)
        gone = []
        for lane in ended:
            yield running[lane], down[:, lane].copy(), up[:, lane].copy(), int(counts[lane])
            following = next(queue, None)
            if following is None:
                gone.append(int(lane))
                continue
            running[lane], lost[:, lane] = following
            down[:, lane], up[:, lane], counts[lane] = lost[:, lane], lost[:, lane], 0
        if gone:
            stay = np.setdiff1d(np.arange(len(running)), gone)
            running = [running[lane] for lane in stay]
            lost, down, up = (np.ascontiguousarray(a[:, stay]) for a in (lost, down, up))
            counts = counts[stay]


def index_of(network: FirmNetwork, down: Floats, up: Floats) -> Floats:
    """Share of all sales lost in each lane, shape (L,)."""
    return np.asarray(network.output @ np.maximum(down, up) / network.output.sum())


def shock_of(
    network: FirmNetwork,
    lost: Mapping[str, float] | Sequence[str],
    region: str | None = None,
    sector: str | None = None,
    share: float = 1.0,
) -> Floats:
    """Share that each firm loses, shape (n,); see `cascade`."""
    given = dict(lost) if isinstance(lost, Mapping) else dict.fromkeys([lost] if isinstance(lost, str) else lost, 1.0)
    odd = [v for v in [*given.values(), share] if not 0 <= v <= 1]
    if odd:
        raise HaiheError("E-SHK-34", what="share", value=odd[0])
    shock = np.zeros(network.n)
    if region is not None or sector is not None:
        inside = np.ones(network.n, dtype=bool)
        for code, known, own in ((region, network.regions, network.region), (sector, network.sectors, network.sector)):
            if code is not None:
                inside &= own == (known.index(code) if code in known else -1)
        shock[inside] = share
    for firm, part in given.items():
        at = network.position(firm)
        shock[at] = max(shock[at], part)
    if not shock.any():
        raise HaiheError("E-SHK-35", value=", ".join(filter(None, (region, sector))) or "—")
    return shock


def _pushed(
    network: FirmNetwork, chosen: NDArray[np.int64], tolerance: float, control: Control | None
) -> tuple[Floats, NDArray[np.int64]]:
    """Index and steps of firms by the compiled cascade."""
    _check(network, tolerance)
    pushing = Pushing(network)
    lost, steps = np.zeros(len(chosen)), np.zeros(len(chosen), dtype=np.int64)
    for first in range(0, len(chosen), CHUNK):
        if control is not None and control.cancelled:
            raise HaiheError("E-SHK-37")
        part = slice(first, first + CHUNK)
        lost[part], steps[part] = pushing.run(chosen[part], tolerance, MOST_STEPS)
    if (steps < 0).any():
        raise HaiheError("E-SHK-36", n=MOST_STEPS)
    return lost / network.output.sum(), steps


def _check(network: FirmNetwork, tolerance: float) -> None:
    if not tolerance >= 0:
        raise HaiheError("E-SHK-34", what="tolerance", value=tolerance)
    if network.output.sum() <= 0:
        raise HaiheError("E-SHK-38")


def _alone(network: FirmNetwork, chosen: NDArray[np.int64]) -> Iterator[Floats]:
    for firm in chosen:
        shock = np.zeros(network.n)
        shock[firm] = 1.0
        yield shock


def _firms(network: FirmNetwork, at: NDArray[np.int64]) -> pd.DataFrame:
    codes = np.array(network.firms, dtype=object)[at]
    regions, sectors = np.array(network.regions, dtype=object), np.array(network.sectors, dtype=object)
    return pd.DataFrame(
        {"enterprise": codes, "region": regions[network.region[at]], "sector": sectors[network.sector[at]]}
    )

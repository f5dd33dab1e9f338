"""The front of welfare and a cap: what each further cut costs, with permits pooled and with each member on its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.messages import HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.assembly import assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.caps import CapSpec, cap_path
from haihe.planning.edits import lift_caps, set_caps
from haihe.planning.leakage import own_use
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region import Region

CUTS = (0.05, 0.10, 0.15, 0.20, 0.30)


@dataclass(frozen=True)
class Front:
    """Points of a front.

    ``points`` has one row a cut and way: cut (share below the reference in the last year), pooled, loss (bn
    yuan, discounted), share (of discounted consumption). ``members`` adds, by region: price (yuan per unit in the
    last year) and own cut (share). ``quality`` is the worst mark of what the front rests on; the cuts themselves
    are the question asked and rest on nothing.

    Parameters
    ----------
    limit : str
        Limit that is moved.
    title : Text
        Its name.
    unit : str
        Unit of its prices, e.g. ``yuan/t CO2``.
    quality : {"official", "estimated", "illustrative"}
        Worst mark of what the front rests on.
    points : DataFrame
        One row a cut and way.
    members : DataFrame
        One row a cut, way and region.
    """

    limit: str
    title: Text
    unit: str
    quality: Quality
    points: pd.DataFrame
    members: pd.DataFrame

    def __repr__(self) -> str:
        cuts = ", ".join(f"{cut:.0%}" for cut in sorted(set(self.points["cut"])))
        return f"Front of {self.limit}: cuts of {cuts}, pooled and separate ({self.quality})"

    def saving(self, cut: float) -> float:
        """Share of the cost of a cut that pooling saves.

        Parameters
        ----------
        cut : float
            A cut of the front, share below the reference in the last year.

        Returns
        -------
        float
            Share of what the cut costs under separate limits.
        """
        at = self.points[np.isclose(self.points["cut"], cut)].set_index("pooled")["loss"]
        return float(1 - at[True] / at[False])


def front(
    region: Region,
    *,
    limit: str | None = None,
    cuts: Sequence[float] = CUTS,
    assumptions: Assumptions | None = None,
    upgrades: bool = True,
    progress: Progress | None = None,
) -> Front:
    """Draw the front of a capped resource: one program, its bounds edited in place for every point.

    Every other limit stays in force throughout.

    Parameters
    ----------
    region : Region
        A region with a cap.
    limit : str, optional
        Code of the cap to tighten; the only one, or else the first on co2, where not given.
    cuts : sequence of float
        Cuts below the reference in the last year of the plan, as shares between 0 and 1; the cap falls there in a
        straight line over the years and stays in the outlook.
    assumptions : Assumptions, optional
        Those of the region where not given.
    upgrades : bool
        Leave the upgraded technology out when False.
    progress : callable, optional
        Called with a `Text` before each point.

    Returns
    -------
    Front
        Cost and prices by cut and way.

    Raises
    ------
    HaiheError
        ``E-PLN-15`` without such a cap; ``E-PLN-20`` for a cut that is not between 0 and 1; ``E-PLN-02`` where a cut cannot be met.
    """
    outside = [cut for cut in cuts if not 0 < cut < 1]
    if outside:
        raise HaiheError("E-PLN-20", value=outside[0])
    setup = setup_of(region, assumptions=assumptions, upgrades=upgrades, projects=False)
    economy, assumptions, caps = setup.economy, setup.assumptions, setup.caps
    spec = _chosen(caps, limit)
    assembly = assemble(setup)
    model = assembly.model
    session = Session(model.program)
    lift_caps(session, model)
    set_caps(session, model, [cap for cap in caps if cap is not spec])
    base = session.solve()
    others = {name: mark for name, mark in setup.marks.items() if name != "limits" or len(caps) > 1 or setup.limits}
    reach = np.isfinite(spec.cap)
    quality = worst_quality({*others.values(), spec.marks.get("uses") or "illustrative"}) or "illustrative"
    reference, weights, last = spec.reference(economy), assumptions.weights, assumptions.last_index
    consumption = float(economy.households.sum(axis=(0, 1)) @ weights)
    points, members = [], []
    for pooled in (True, False):
        for cut in cuts:
            if progress:
                way = Text("统筹", "pooled") if pooled else Text("各自", "separate")
                progress(Text(f"减排 {cut:.0%}，{way.zh}", f"cut {cut:.0%}, {way.en}"))
            path = np.where(reach, cap_path(reference, cut, assumptions), np.inf)
            here = replace(spec, cap=path, pooled=pooled)
            set_caps(session, model, [here])
            solution = session.solve(method="ipx" if cut == cuts[0] else None)
            loss = solution.objective - base.objective
            points.append((cut, pooled, loss, loss / consumption))
            price = (solution.worth(model.caps[spec.name].rows) / weights)[:, last] / model.caps[spec.name].scale * 1e9
            use_now = own_use(model, solution, spec.name)[:, last]
            own = 1 - np.divide(use_now, reference[:, last], out=np.ones_like(use_now), where=reference[:, last] > 0)
            members += [(cut, pooled, *row) for row in zip(economy.members, price, own, strict=True)]
    return Front(
        spec.name,
        spec.title,
        spec.unit,
        quality,
        pd.DataFrame(points, columns=["cut", "pooled", "loss", "share"]),
        pd.DataFrame(members, columns=["cut", "pooled", "region", "price", "own_cut"]),
    )


def band(
    region: Region,
    cut: float,
    *,
    limit: str | None = None,
    factors: Sequence[float] = (0.5, 1.0, 2.0),
    upgrades: bool = True,
    progress: Progress | None = None,
) -> dict[float, Front]:
    """One cut under elasticities halved, as given, and doubled: the band over what nobody can know.

    Parameters
    ----------
    region : Region
        As of `front`.
    cut : float
        Cut below the reference in the last year of the plan, as a share.
    limit : str, optional
        As of `front`.
    factors : sequence of float
        Factors on every elasticity.
    upgrades : bool
        As of `front`.
    progress : callable, optional
        As of `front`.

    Returns
    -------
    dict of float to Front
        The cut's front by factor on every elasticity.

    Raises
    ------
    HaiheError
        As `front`.
    """
    assumptions = Assumptions.of(region)
    return {
        factor: front(
            region,
            limit=limit,
            cuts=[cut],
            assumptions=assumptions.scaled(factor),
            upgrades=upgrades,
            progress=progress,
        )
        for factor in factors
    }


def _chosen(caps: Sequence[CapSpec], limit: str | None) -> CapSpec:
    """The cap of that code; without a code the only one, or the first on co2."""
    named = [cap for cap in caps if (cap.name == limit if limit else cap.resource == "co2")]
    named = named if limit else named or list(caps)
    if not named:
        raise HaiheError("E-PLN-15", table="limits", value=limit or "co2", known="、".join(c.name for c in caps) or "—")
    return named[0]

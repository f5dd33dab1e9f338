"""One table for a few regions and the rest of the country, from single-region tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from haihe.accounts.aggregate import Concordance, aggregate, to_concordance
from haihe.accounts.geography import DISTANCES, distances
from haihe.accounts.gravity import fix_margins, gravity_flows
from haihe.accounts.regional import Accounts, BoolArray, FloatArray
from haihe.accounts.transit import clean_trade, net_transit
from haihe.messages import HaiheError, Lang, Text, default_language

PARTNER = "RoC"
PARTNER_NAME = Text("全国其他地区", "Rest of China")

SHOWN = 1e-9
"""Share of output below which an amount is rounding and not told in words."""

STEPS: dict[str, Text] = {
    "signs": Text("负的流出流入、进出口移到对方一侧", "negative trade moved to the opposite side"),
    "residual_as_trade": Text(
        "未公布流出流入者按误差项正负计", "residual taken as outflow or inflow where none is published"
    ),
    "transit": Text("扣除的过境货物", "transit netted"),
    "transit_left": Text("无法扣除的过境货物", "transit that could not be netted"),
    "outflow_scaled": Text("流出合计的调整（绝对值）", "change of outflow so that totals agree (absolute)"),
    "inflow_scaled": Text("流入合计的调整（绝对值）", "change of inflow so that totals agree (absolute)"),
    "internal": Text("伙伴地区内部流量（合并时去掉）", "flows inside the partner, dropped on consolidation"),
    "unexplained": Text("未能解释的差额（绝对值，计入误差项）", "left unexplained, in the residual (absolute)"),
}
"""Steps of the reconciliation, as `BuildResult.reconciliation` names them."""


@dataclass(frozen=True)
class BuildResult:
    """A multi-regional table and how it came about.

    Attributes
    ----------
    accounts : Accounts
        Members and the partner, with `flows`; outflow and inflow are 0 because all of them are in `flows`.
    reconciliation : DataFrame
        Columns step, text_zh, text_en, region, amount, unit, share (of the region's output).
    factors : DataFrame
        Column ``factor`` by sector: a of `fix_margins`.
    iterations : int
        Passes of the balancing.
    residual : float
        Largest relative deviation of a margin of the balancing.
    beta, theta : float
        Distance exponent and share of output that may be shipped.
    distance : str
        Definition of distance (a key of `DISTANCES`, or ``"given"``).
    prepared : Accounts
        All regions after cleaning, netting and fixing of margins: what the gravity seed is made from.
    members : list of str
        Regions kept apart.
    flows : ndarray, shape (m + 1, m + 1, n)
        The flows of `accounts`.
    """

    accounts: Accounts
    reconciliation: pd.DataFrame
    factors: pd.DataFrame
    iterations: int
    residual: float
    beta: float
    theta: float
    distance: str
    prepared: Accounts
    members: list[str]
    flows: FloatArray

    def lines(self, lang: Lang | None = None) -> list[str]:
        """Say what the reconciliation did: one line a step and region that had any."""
        lang = lang or default_language()
        between = "：" if lang == "zh" else ": "
        found = self.reconciliation[self.reconciliation["share"] > SHOWN]
        rows = found[[f"text_{lang}", "region", "amount", "unit", "share"]].itertuples(index=False, name=None)
        names = self.accounts.names
        return [
            f"{names[region](lang) if region in names else region}{between}{text} {amount:,.0f} {unit} ({share:.2%})"
            for text, region, amount, unit, share in rows
        ]

    def bands(
        self,
        betas: Sequence[float] = (0.5, 1.0, 2.0),
        distances: Sequence[str | FloatArray] = tuple(DISTANCES),
        sectors: Concordance | Mapping[str, str] | None = None,
    ) -> pd.DataFrame:
        """Give every flow between regions with its band over distance exponent and definition of distance.

        Parameters
        ----------
        betas : sequence of float
            Exponents to try.
        distances : sequence of str or ndarray
            Definitions to try, as for `build_interregional`.
        sectors : Concordance or mapping of str to str, optional
            Merge sectors before the band is taken; the band of a sum is narrower than the sum of bands.

        Returns
        -------
        DataFrame
            Columns from_region, to_region, sector, low, default, high, unit. The default is this result's own flow
            and always lies within its band.
        """
        cases = [(definition, beta) for definition in distances for beta in betas]
        fits = [consolidated_flows(self.prepared, self.members, *case)[0] for case in cases]
        regions, codes = self.accounts.regions, self.accounts.sectors
        merge = to_concordance({code: code for code in codes} if sectors is None else sectors)
        G, codes = merge.matrix(codes)
        stack = np.stack([self.flows, *fits]) @ G.T
        origin, target = np.nonzero(~np.eye(len(regions), dtype=bool))
        labels = np.asarray(regions, dtype=object)
        return pd.DataFrame(
            {
                "from_region": np.repeat(labels[origin], len(codes)),
                "to_region": np.repeat(labels[target], len(codes)),
                "sector": np.tile(codes, len(origin)),
                "low": stack.min(axis=0)[origin, target].ravel(),
                "default": stack[0, origin, target].ravel(),
                "high": stack.max(axis=0)[origin, target].ravel(),
                "unit": self.accounts.unit,
            }
        )


def build_interregional(
    provinces: Accounts,
    members: Sequence[str],
    beta: float = 1.0,
    theta: float = 1.0,
    distance: str | FloatArray = "capital",
    partner: str = PARTNER,
) -> BuildResult:
    """Build a table of a few regions and one partner from single-region tables with outflow and inflow totals.

    In this order: clean signs; net transit; fix the margins (the members' figures stay exact); gravity seed; RAS by
    product over all regions; merge all regions but the members into one partner; what stays unexplained goes into the
    partner's residual. The members' rows balance as published, and their residual stays as published.

    Parameters
    ----------
    provinces : Accounts
        Single-region tables of the whole country, without `flows`, at the finest sectors there are.
    members : sequence of str
        Regions kept apart, in this order.
    beta : float
        Distance exponent of the gravity seed. The tables hold no information on it: see `BuildResult.bands`.
    theta : float
        Share of its output that a region may ship (see `net_transit`).
    distance : str or ndarray, shape (R, R)
        A definition of `DISTANCES`, or distances between all regions in the order of `provinces`.
    partner : str
        Code of the merged region.

    Returns
    -------
    BuildResult

    Raises
    ------
    HaiheError
        ``E-ACC-44`` no region is left for the partner, or a member stands twice; ``E-ACC-41`` outflow includes exports
        (2007); ``E-ACC-43`` there are flows already; ``E-ACC-07`` unknown member or province; ``E-ACC-20`` to
        ``E-ACC-23`` where a product cannot be balanced.
    """
    index = [provinces.position(member) for member in members]
    if len(set(index)) != len(index) or not 0 < len(index) < len(provinces.regions):
        raise HaiheError("E-ACC-44", value=", ".join(members))
    if provinces.merged_trade:
        raise HaiheError("E-ACC-41", value=provinces.year)
    if provinces.flows is not None:
        raise HaiheError("E-ACC-43")
    kept = np.zeros(len(provinces.regions), dtype=bool)
    kept[index] = True
    clean, moved, taken = clean_trade(provinces)
    net, netted, left = net_transit(clean, theta)
    outflow, inflow, factor = fix_margins(net.outflow, net.inflow, kept)
    prepared = replace(net, outflow=outflow, inflow=inflow)
    flows, iterations, residual, internal = consolidated_flows(prepared, list(members), distance, beta)
    outside = [region for region in net.regions if region not in members]
    merged = aggregate(net, regions={member: member for member in members} | dict.fromkeys(outside, partner))
    table = replace(
        merged,
        flows=flows,
        outflow=np.zeros_like(merged.outflow),
        inflow=np.zeros_like(merged.inflow),
        names={**merged.names, partner: PARTNER_NAME},
    )
    explained = table.residual.copy()
    explained[-1] -= table.row_balance[-1]
    table = replace(table, residual=explained)
    amounts = {
        "signs": moved,
        "residual_as_trade": np.abs(taken),
        "transit": np.sum(list(netted.values()), axis=0),
        "transit_left": left,
        "outflow_scaled": np.abs(outflow - net.outflow),
        "inflow_scaled": np.abs(inflow - net.inflow),
    }
    by_region = {step: _by_region(amount, kept, index) for step, amount in amounts.items()}
    by_region["internal"] = np.append(np.zeros(len(members)), internal)
    by_region["unexplained"] = np.abs(table.residual).sum(axis=1)
    return BuildResult(
        accounts=table,
        reconciliation=_reconciliation(by_region, table),
        factors=pd.DataFrame({"sector": net.sectors, "factor": factor}),
        iterations=iterations,
        residual=residual,
        beta=beta,
        theta=theta,
        distance=distance if isinstance(distance, str) else "given",
        prepared=prepared,
        members=list(members),
        flows=flows,
    )


def consolidated_flows(
    prepared: Accounts, members: list[str], distance: str | FloatArray, beta: float
) -> tuple[FloatArray, int, float, float]:
    """Balance all flows and merge everything outside the members.

    Returns
    -------
    flows : ndarray, shape (m + 1, m + 1, n)
        Members in order, then the partner; zero diagonal.
    iterations : int
    residual : float
    internal : float
        Flows inside the partner, dropped.
    """
    between = distances(prepared.regions, distance) if isinstance(distance, str) else distance
    fit = gravity_flows(prepared.outflow, prepared.inflow, between, beta, prepared.regions, prepared.sectors)
    H = np.zeros((len(members) + 1, len(prepared.regions)))
    place = [members.index(region) if region in members else len(members) for region in prepared.regions]
    H[place, np.arange(len(place))] = 1.0
    flows = np.moveaxis(H @ fit.matrix @ H.T, 0, 2).copy()
    internal = float(flows[-1, -1].sum())
    flows[np.arange(len(H)), np.arange(len(H))] = 0.0
    return flows, fit.iterations, fit.residual, internal


def _by_region(amount: FloatArray, kept: BoolArray, index: list[int]) -> FloatArray:
    """Sum over products; members in order, then the partner."""
    total = amount.sum(axis=1)
    return np.append(total[index], total[~kept].sum())


def _reconciliation(by_region: dict[str, FloatArray], table: Accounts) -> pd.DataFrame:
    output = table.output.sum(axis=1)
    records = [
        (step, STEPS[step].zh, STEPS[step].en, region, amounts[r], table.unit, amounts[r] / output[r])
        for step, amounts in by_region.items()
        for r, region in enumerate(table.regions)
    ]
    return pd.DataFrame(records, columns=["step", "text_zh", "text_en", "region", "amount", "unit", "share"])

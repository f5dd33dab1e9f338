"""What the joint plan does: who gains before anything is paid, what is exchanged at which price, and the indicators."""

import numpy as np
import pandas as pd

from haihe.coalition.game import coalition_of
from haihe.coalition.values import Coalitions
from haihe.planning.indicator_data import IndicatorData
from haihe.planning.indicators import Indicators, indicator_table
from haihe.planning.program import Block, Floats
from haihe.planning.solver import Solution

TELLING = ("output", "value_added", "consumption", "jobs", "use:co2", "energy")
"""Indicators told for every coalition where there is data for them."""


def welfare_by_player(coalitions: Coalitions, solution: Solution) -> Floats:
    """Welfare that stands with each player, what belongs to a pair half and half; discounted bn yuan up to a constant.

    Shape (players,). The soft costs of trade between two members and what their corridor costs belong to the pair.
    """
    return _by_player(coalitions, -coalitions.built.cost * solution.x)


def welfare_by_year(coalitions: Coalitions, solution: Solution) -> Floats:
    """The same by milestone, shape (players, T): what stands in the columns of each year, in present value."""
    years = coalitions.model.economy.assumptions.years
    where = np.full(coalitions.built.cost.size, -1)
    for block in coalitions.model.program.column_blocks.values():
        if "year" in block.dims and block.size:
            axis = [1] * len(block.shape)
            axis[list(block.dims).index("year")] = -1
            at = np.array([years.index(year) if year in years else -1 for year in block.dims["year"]])
            where[block.index] = np.broadcast_to(at.reshape(axis), block.shape)
    worth = -coalitions.built.cost * solution.x
    return np.stack([_by_player(coalitions, np.where(where == t, worth, 0.0)) for t in range(len(years))], axis=1)


def unpaid(coalitions: Coalitions, free: Solution, alone: Solution, together: Solution) -> pd.DataFrame:
    """What the limits cost each player alone, and what the joint plan gives it before anything is paid.

    Returns
    -------
    DataFrame
        member, limits_cost (welfare lost to the limits when alone), unpaid (gain over being alone in the joint plan
        with nobody paying anybody); discounted bn yuan. The second adds up to the value of the grand coalition.

    Notes
    -----
    Plans that are equally good for all together may leave the gains with different members (consumption answers in
    steps, so small moves of it between members cost nothing). So ``unpaid`` belongs to this very solution, which should
    be the one of `haihe.coalition.plain_plan`; what each member ends with under a rule does not depend on it.
    """
    w = [welfare_by_player(coalitions, solution) for solution in (free, alone, together)]
    return pd.DataFrame({"member": coalitions.players, "limits_cost": w[0] - w[1], "unpaid": w[2] - w[1]})


def by_year(coalitions: Coalitions, alone: Solution, together: Solution) -> pd.DataFrame:
    """The gain before payments by milestone: member, year, unpaid (present value, bn yuan)."""
    gain = welfare_by_year(coalitions, together) - welfare_by_year(coalitions, alone)
    index = pd.MultiIndex.from_product(
        [coalitions.players, coalitions.model.economy.assumptions.years], names=["member", "year"]
    )
    return pd.DataFrame({"unpaid": gain.ravel()}, index=index).reset_index()


def exchanged(coalitions: Coalitions, together: Solution) -> pd.DataFrame:
    """What members receive of each pool in the joint plan, and what it would cost at the plan's prices.

    Returns
    -------
    DataFrame
        thing, what, member, year, received (amount of that year; negative where given), unit, price (yuan a unit, base
        year; what a receiver would pay for one more, so above 0 for what is scarce), money (bn yuan of that year:
        received times price).
    """
    s = coalitions.model.economy.assumptions
    frames = []
    for (place, name), (block, scale, unit, rows) in coalitions.gates.received.items():
        amount = block.of(together.x) * scale * s.trend
        price = _worth_of_receiving(coalitions, together, block, rows) / s.weights / scale
        index = pd.MultiIndex.from_product(list(block.dims.values()), names=["member", "year"])
        values = {
            "received": amount.ravel(),
            "unit": unit,
            "price": price.ravel() * 1e9,
            "money": (amount * price).ravel(),
        }
        frame = pd.DataFrame(values, index=index).reset_index()
        frames.append(frame.assign(thing=coalitions.agreement.things[place].name, what=name.partition(":")[2]))
    columns = ["thing", "what", "member", "year", "received", "unit", "price", "money"]
    if not frames:
        return pd.DataFrame(columns=columns)
    table = pd.concat(frames, ignore_index=True)[columns]
    return table[table["member"].isin(coalitions.players)].reset_index(drop=True)


def _worth_of_receiving(coalitions: Coalitions, together: Solution, block: Block, rows: Block) -> Floats:
    """What one more unit received adds to welfare, shaped like the block: by the sign with which it stands in its row."""
    signs = np.asarray(coalitions.built.matrix[rows.index.ravel(), block.index.ravel()]).reshape(block.shape)
    return -signs * together.worth(rows)


def indicators_of(coalitions: Coalitions, data: IndicatorData, coalition: int, solution: Solution) -> pd.DataFrame:
    """Indicators of every player with a coalition formed, in the last plan year: coalition, indicator, member, value, unit."""
    indicators = Indicators(coalitions.model, data)
    last = coalitions.model.economy.assumptions.last_year
    codes = [code for code in TELLING if _known(indicators, code)]
    table = indicator_table(indicators, solution.x, codes)
    table = table[(table["year"] == last) & table["region"].isin(coalitions.players)]
    name = "+".join(coalition_of(coalitions.players, coalition))
    table = table.rename(columns={"region": "member", "plan": "value"}).assign(coalition=name)
    return table[["coalition", "indicator", "member", "year", "reference", "value", "unit"]].reset_index(drop=True)


def _known(indicators: Indicators, code: str) -> bool:
    """Tell whether there is data for an indicator here."""
    of = code.partition(":")[2]
    return (not of or of in indicators.data.uses) and indicators.absent(code) is None


def _by_player(coalitions: Coalitions, amounts: Floats) -> Floats:
    owners = coalitions.ownership.columns
    single = np.bitwise_count(owners) <= 1
    shares = np.where(single, 1.0, 0.5) * amounts
    return np.array([shares[(owners & bit) > 0].sum() for bit in coalitions.ground.bits])

r"""The Owen point of a plan: what the grand coalition's prices pay to whom (Owen 1975), with its conditions checked.

The value of a linear program is the sum of its duals times its bounds. Every row and column that belongs to one member
(its capacities, its cap, its curves to the outside) pays that member; trade between two members, and the corridor
between them, pays the pair, which shares it half and half:

.. math:: \text{pay}_r = -\Bigl(\sum_{i \in r} y_i b_i + \sum_{j \in r} d_j u_j\Bigr) - w_r, \qquad
          \sigma_{rs} = \max_T (\text{margin at the prices})(T - \bar T) - \text{soft cost} \ge 0

with w what r reaches alone. The duals of the grand coalition are feasible for the program of every other coalition S, so
by weak duality :math:`v(S) \le \sum_{r \in S} \text{pay}_r + \sum_{rs \subset S} \sigma_{rs}`: nobody can do better by
leaving. That needs three things: the program is convex; members are coupled only by
what they pool and by trade that is frozen with outsiders; and nothing outside depends on who is in the coalition. The
first and the last hold by construction (the session takes no whole numbers; curves to the outside belong to one member
each); the others are checked.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.coalition.values import Coalitions, few
from haihe.messages import Text
from haihe.planning.program import Floats, Ints
from haihe.planning.solver import Solution
from haihe.planning.views import YI_PER_BN

CLOSE = 1e-6
"""Share of the objective's size by which duality may miss."""


@dataclass(frozen=True)
class Condition:
    """One condition of the theorem: whether it holds, why, and whether that was checked or holds by construction."""

    name: str
    holds: bool
    why: Text
    checked: bool = True


@dataclass(frozen=True)
class OwenPoint:
    """The split that the prices of the grand coalition pay, discounted bn yuan in gains over being alone.

    Attributes
    ----------
    split : ndarray, shape (players,)
        What each gets: ``own`` and half of every pair's surplus.
    own : ndarray, shape (players,)
        What the prices pay for what is each member's own.
    pairs : DataFrame
        One record a pair of players: first, second, surplus.
    total : float
        Sum of the split.
    missed : float
        By how much the split misses the value of the grand coalition; 0 up to rounding where the conditions hold.
    conditions : tuple of Condition
    """

    split: Floats
    own: Floats
    pairs: pd.DataFrame
    total: float
    missed: float
    conditions: tuple[Condition, ...]

    @property
    def assured(self) -> bool:
        """True where every condition that can fail was checked and holds, so that the split is in the core."""
        return all(condition.holds for condition in self.conditions if condition.checked)


def owen_split(coalitions: Coalitions, alone: Solution, together: Solution) -> OwenPoint:
    """Read the Owen point off two solutions.

    Parameters
    ----------
    coalitions : Coalitions
    alone, together : Solution
        With all alone and with the grand coalition formed under the whole agreement.

    Returns
    -------
    OwenPoint
    """
    before = paid_by_owner(coalitions, alone, 0)
    after = paid_by_owner(coalitions, together, coalitions.everybody)
    paid = {owner: after.get(owner, 0.0) - before.get(owner, 0.0) for owner in before.keys() | after.keys()}
    masks = list(coalitions.ground.bits)
    own = np.array([paid.pop(mask, 0.0) for mask in masks])
    split, records = own.copy(), []
    for i, first in enumerate(masks):
        for j in range(i):
            surplus = paid.pop(first | masks[j], 0.0)
            split[[i, j]] += surplus / 2.0
            records.append((coalitions.players[j], coalitions.players[i], surplus))
    value = alone.objective - together.objective
    missed = value - float(split.sum())
    pairs = pd.DataFrame(records, columns=["first", "second", "surplus"])
    size = CLOSE * (1.0 + abs(together.objective))
    conditions = _conditions(coalitions, missed, pairs, size)
    return OwenPoint(split, own, pairs, float(split.sum()), missed, conditions)


def paid_by_owner(coalitions: Coalitions, solution: Solution, coalition: int) -> dict[int, float]:
    """What the duals of a solution pay to every owner: minus the sum of duals times the bounds they press on.

    Owners are masks over the model's members, one bit for a member and two for a pair; 0 is nobody.
    """
    bounds, built = coalitions.ground.bounds(coalition), coalitions.built
    lower, upper = built.lower.copy(), built.upper.copy()
    lower[bounds.columns], upper[bounds.columns] = bounds.lower, bounds.upper
    rows = _pressed(built.row_lower, built.row_upper, solution.row_dual)
    columns = _pressed(lower, upper, solution.reduced)
    owner = coalitions.ownership
    return _summed(np.concatenate([owner.rows, owner.columns]), -np.concatenate([rows, columns]))


def _pressed(lower: Floats, upper: Floats, duals: Floats) -> Floats:
    """Each dual times the bound it presses on."""
    bound = np.where(duals > 0, lower, upper)
    return np.where(np.isfinite(bound), duals * np.where(np.isfinite(bound), bound, 0.0), 0.0)


def _summed(owners: Ints, amounts: Floats) -> dict[int, float]:
    who, place = np.unique(owners, return_inverse=True)
    return dict(zip(who.tolist(), np.bincount(place, weights=amounts).tolist(), strict=True))


def _conditions(coalitions: Coalitions, missed: float, pairs: pd.DataFrame, size: float) -> tuple[Condition, ...]:
    ownership = coalitions.ownership
    projects = coalitions.model.projects is not None
    convex = Text("方案无整数变量", "the program has no whole numbers")
    if projects:
        convex = Text("项目按可分割处理，无整数变量", "projects are taken in parts, so there are no whole numbers")
    joint = few(ownership.coupled)
    frozen = Text(
        "联系成员的只有统筹的要素和成对的贸易", "members are coupled by what is pooled and by trade in pairs only"
    )
    if not ownership.separable:
        frozen = Text(
            f"还有同时约束几个成员的限制或选择：{joint}",
            f"some limits or choices bind several members at once: {joint}",
        )
    off = f"{missed * YI_PER_BN:.1e}"
    dual = Text(
        f"影子价格之和等于共同价值（误差 {off} 亿元）",
        f"the prices add up to the joint value (but for {off} x 100 m yuan)",
    )
    least = float(pairs["surplus"].min()) if len(pairs) else 0.0
    positive = Text(f"每一对的贸易收益不为负（最小 {least:.1e}）", f"no pair's surplus is negative (least {least:.1e})")
    outside = Text(
        "对国内其他地区和境外的曲线与联盟无关",
        "terms with the rest of the nation and abroad do not depend on the coalition",
    )
    return (
        Condition("convex", True, convex, checked=False),
        Condition("frozen", ownership.separable, frozen),
        Condition("outside", True, outside, checked=False),
        Condition("duality", abs(missed) <= size, dual),
        Condition("pairs", least >= -size, positive),
    )

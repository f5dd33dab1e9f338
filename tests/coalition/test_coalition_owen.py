"""The Owen point of a plan: sums to the joint value, keeps everybody in, and says when that is not assured."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from coalition_cases import agreed, capped, coalitions_of
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.coalition import owen
from haihe.coalition.core import core_slack
from haihe.coalition.owen import OwenPoint, owen_split, paid_by_owner
from haihe.coalition.ownership import Ownership
from haihe.coalition.values import Coalitions, Question
from haihe.messages import Text
from haihe.planning.solver import Solution
from money_cases import economy_case, planned, spec_of
from plan_cases import synthetic


def solved(coalitions: Coalitions) -> tuple[OwenPoint, Solution, Solution]:
    alone, together = coalitions.solve(0), coalitions.solve(coalitions.everybody)
    return owen_split(coalitions, alone, together), alone, together


def check_owen(members: int, cut: float, seed: int) -> OwenPoint:
    """The split adds up to the joint value and no coalition gains by leaving; every condition is said to hold."""
    coalitions = coalitions_of(members, cut, seed)
    point, *_ = solved(coalitions)
    game = coalitions.game()
    size = 1 + game.grand
    assert game.grand > 1e-3
    assert point.total == pytest.approx(game.grand, abs=1e-6 * size)
    assert abs(point.missed) < 1e-6 * size
    assert core_slack(game, point.split)[0] >= -1e-6
    assert (point.pairs["surplus"] >= -1e-6).all()
    assert point.assured
    assert point.own.sum() + point.pairs["surplus"].sum() == pytest.approx(point.total)
    return point


@settings(max_examples=10)
@given(seed=st.sampled_from([0, 2, 5, 6, 7]), cut=st.sampled_from([0.05, 0.2, 0.4]), members=st.integers(2, 4))
def test_prices_pay_a_split_that_nobody_leaves(seed: int, cut: float, members: int) -> None:
    check_owen(members, cut, seed)


def _wrong_sign(coalitions: Coalitions, solution: Solution, coalition: int) -> dict[int, float]:
    return {owner: -amount for owner, amount in paid_by_owner(coalitions, solution, coalition).items()}


def _without_pairs(coalitions: Coalitions, solution: Solution, coalition: int) -> dict[int, float]:
    found = paid_by_owner(coalitions, solution, coalition)
    return {owner: amount for owner, amount in found.items() if owner.bit_count() < 2}


def _shifted(coalitions: Coalitions, solution: Solution, coalition: int) -> dict[int, float]:
    found = paid_by_owner(coalitions, solution, coalition)
    moved = 0.5 * found[1] if coalition else 0.0
    return found | {1: found[1] - moved, 2: found[2] + moved}


def _bounds_of_all_alone(coalitions: Coalitions, solution: Solution, coalition: int) -> dict[int, float]:
    return paid_by_owner(coalitions, solution, 0)


@pytest.mark.parametrize("broken", [_wrong_sign, _without_pairs, _shifted, _bounds_of_all_alone])
def test_broken_payments_are_found_out(broken: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    check_owen(3, 0.3, 2)
    monkeypatch.setattr(owen, "paid_by_owner", broken)
    with pytest.raises(AssertionError):
        check_owen(3, 0.3, 2)


def _cost_by_owner(coalitions: Coalitions, solution: Solution) -> dict[int, float]:
    """Welfare that stands in the columns of every owner, up to a constant: minus cost times amount."""
    owners, amounts = coalitions.ownership.columns, -coalitions.built.cost * solution.x
    return {int(owner): float(amounts[owners == owner].sum()) for owner in np.unique(owners)}


def test_duals_pay_what_the_columns_cost() -> None:
    """With everybody alone each owner's duals pay exactly what stands in its columns: the programs are separate."""
    coalitions = coalitions_of(4, 0.3, 2)
    _, alone, _ = solved(coalitions)
    paid, cost = paid_by_owner(coalitions, alone, 0), _cost_by_owner(coalitions, alone)
    for owner in paid.keys() | cost.keys():
        assert paid.get(owner, 0.0) == pytest.approx(cost.get(owner, 0.0), abs=1e-6 * (1 + abs(alone.objective)))


def test_like_members_get_alike() -> None:
    case = synthetic(0, 2)
    a, twins = case.accounts, [0, 0, 1, 2]
    flows = np.full((4, 4, 3), 2.0)
    flows[np.arange(4), np.arange(4)] = 0.0
    names = ("Z", "final", "added", "exports", "imports", "outflow", "inflow", "output", "residual")
    parts = {name: getattr(a, name)[twins].copy() for name in names}
    supply = parts["output"] - parts["Z"].sum(axis=2) - parts["exports"] + parts["imports"]
    final = supply[:, :, None] * np.array([0.2, 0.4, 0.15, 0.3, -0.05])
    accounts = replace(a, **{**parts, "final": final}, flows=flows, regions=["M0", "M1", "M2", "REST"])
    made = replace(case, accounts=accounts, members=["M0", "M1", "M2"], intensity=case.intensity[[0, 0, 1]])
    economy, _, model = capped(case=made)
    point, *_ = solved(Coalitions(Question(model, agreed(), tuple(economy.members))))
    assert point.total > 1e-3
    assert point.split[0] == pytest.approx(point.split[1], abs=1e-6)


def test_a_limit_on_several_members_is_said_to_break_the_conditions() -> None:
    economy, _, model = capped(3)
    program = model.program.copy()
    total = program.rows(
        "together",
        {"year": economy.assumptions.years},
        upper=np.inf,
        unit="bn yuan",
        title=Text("合计", "total"),
        policy=True,
    )
    program.enter(total.index[None, None], model.production.old.index, 1.0)
    free = Coalitions(Question(replace(model, program=program), agreed(), tuple(economy.members)))
    assert free.ownership.separable, "a row without a bound couples nobody"
    bound = 0.9 * economy.output.sum(axis=(0, 1))
    program = model.program.copy()
    total = program.rows(
        "together",
        {"year": economy.assumptions.years},
        upper=bound,
        unit="bn yuan",
        title=Text("合计", "total"),
        policy=True,
    )
    program.enter(total.index[None, None], model.production.old.index, 1.0)
    coupled = Coalitions(Question(replace(model, program=program), agreed(), tuple(economy.members)))
    point, *_ = solved(coupled)
    assert not point.assured
    assert not coupled.ownership.separable
    assert {c.name for c in point.conditions if not c.holds} >= {"frozen"}
    assert [f.code for f in coupled.findings] == ["W-COA-31"]
    assert coupled.ownership.joint[0].startswith("together[")


def test_owners_are_found_from_the_program() -> None:
    coalitions = coalitions_of(3, agreement=agreed("permits", "trade", "labour"))
    own: Ownership = coalitions.ownership
    assert own.separable
    for block, axis in ((coalitions.model.production.old, 0), (coalitions.model.goods.consumption.up, 0)):
        owners = np.moveaxis(own.columns[block.index], axis, 0).reshape(3, -1)
        assert (owners == np.array([[1], [2], [4]])).all()
    pair = own.columns[coalitions.model.goods.flows.up.index]  # type: ignore[union-attr]
    assert (pair[0, 2] == 5).all()
    assert (pair[2, 1] == 6).all()
    assert (own.rows[coalitions.model.caps["CARBON"].rows.index] == np.array([[1], [2], [4]])).all()


def test_a_project_that_may_stand_in_two_members_couples_them() -> None:
    built = economy_case(3).build()
    couples = [
        (spec_of(1, sites=[sites], members=(0, 2), investment=5.0, capacity=0.5), sites) for sites in ([0], [0, 1])
    ]
    for spec, sites in couples:
        made = planned(built, spec)
        model = replace(made.model, program=made.session.program, projects=made.projects)
        asked = Coalitions(Question(model, agreed("permits"), tuple(built.economy.members)))
        assert asked.ownership.mixed == (() if len(sites) == 1 else ("M0", "M2"))
        assert ("W-COA-31" in [finding.code for finding in asked.findings]) == (len(sites) > 1)

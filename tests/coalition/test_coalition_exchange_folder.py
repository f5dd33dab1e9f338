"""A member's folder: enough for its own plan, and nothing of the others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exchange_region import THINGS, exchange_region

from haihe.coalition import member_folder as folder
from haihe.coalition.exchange import together
from haihe.coalition.member import Member
from haihe.coalition.member_folder import member_folder, member_part
from haihe.coalition.pooling import YUAN
from haihe.messages import HaiheError
from haihe.planning.inputs import members_of
from haihe.region import Region, read
from plan_cases import synthetic

MEMBERS = ("M0", "M1", "M2")


def check_alone(region: Region) -> None:
    """Each member's plan from its own tables costs what its part of the plan of all costs when nothing is pooled."""
    joint = together(region, THINGS)
    model = joint.pooling.assembly.model
    costs, members = model.program.costs(), list(joint.pooling.members)
    apart = {name: Member(member_part(region, name).region, THINGS) for name in members}
    total = sum(member._alone for member in apart.values())
    assert total == pytest.approx(joint.alone.objective, abs=1e-6)
    for r, name in enumerate(members):
        mine = apart[name]
        own, own_costs = mine.pooling.assembly.model, mine.pooling.assembly.model.program.costs()
        mine.session.set_column_bounds(mine._columns.ravel(), 0.0, 0.0)
        x = mine.session.solve().x
        for block, ours in ((model.production.old, own.production.old), (model.goods.outflow.up, own.goods.outflow.up)):
            part = (block.of(costs) * block.of(joint.alone.x))[r]
            assert part.sum() == pytest.approx((ours.of(own_costs) * ours.of(x)).sum(), abs=1e-6)
            assert np.abs(block.of(joint.alone.x)[r] - ours.of(x)[0]).max() < 1e-5


def test_own_plan_is_the_members_part_of_the_plan_of_all() -> None:
    check_alone(exchange_region())


def test_a_folder_that_lets_frozen_trade_answer_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    made = folder._alone

    def loose(accounts: object, member: str, others: object) -> object:
        _, traded = made(accounts, member, others)  # type: ignore[arg-type]
        return accounts.select([member]).__class__(**{**vars(accounts.select([member])), "flows": None}), traded  # type: ignore[attr-defined]

    monkeypatch.setattr(folder, "_alone", loose)
    with pytest.raises(AssertionError):
        check_alone(exchange_region())


def test_nothing_of_the_others_is_in_the_folder(tmp_path: Path) -> None:
    region = exchange_region(water=True)
    written = member_folder(region, "M1", tmp_path / "M1")
    own = read(written)
    assert not own.check().errors
    assert members_of(own) == ["M1"]
    assert set(own["accounts"]["region"]) == {"M1"}
    assert set(own["uses"]["region"]) == set(own["endowments"]["region"]) == {"M1"}
    assert "flows" not in own
    assert "M0-A" not in set(own["regions"]["region"])
    others = region["accounts"][region["accounts"]["region"].isin(["M0", "M2"])]
    theirs = {repr(round(value, 9)) for value in others["value"] if abs(value) > 1e-6}
    files = [path for path in written.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text("utf-8-sig")
        assert not [number for number in theirs if number in text], path.name


def test_frozen_trade_stands_as_totals_by_sector_and_partner(tmp_path: Path) -> None:
    region = exchange_region()
    written = member_folder(region, "M0", tmp_path / "M0")
    frozen = pd.read_csv(written / "exchange" / "frozen_flows.csv", encoding="utf-8-sig")
    assert set(frozen["partner"]) == {"M1", "M2"}
    flows = region["flows"]
    sent = flows[(flows["from_region"] == "M0") & flows["to_region"].isin(["M1", "M2"])]["value"].sum()
    assert frozen["sent"].sum() == pytest.approx(sent)
    assert sent > 0


def test_frozen_trade_lists_what_is_traded_and_nothing_else() -> None:
    """With M1 nothing of S0 is traded, and S1 is only sent; with M2 everything goes both ways."""
    accounts = synthetic(1, 3).accounts
    assert accounts.flows is not None
    m0, m1 = accounts.position("M0"), accounts.position("M1")
    flows = accounts.flows.copy()
    flows[[m0, m1], [m1, m0], 0] = flows[m1, m0, 1] = 0.0
    _, traded = folder._alone(replace(accounts, flows=flows), "M0", ["M1", "M2"])
    listed = traded.set_index(["partner", "sector"])
    assert sorted(listed.index) == [("M1", "S1"), ("M1", "S2"), ("M2", "S0"), ("M2", "S1"), ("M2", "S2")]
    assert listed.loc[("M1", "S1"), "received"] == 0 < listed.loc[("M1", "S1"), "sent"]


def test_permits_allotted_add_up_to_the_cap_of_all() -> None:
    region = exchange_region()
    joint = together(region, ("CARBON",)).pooling.assembly.model.caps["CARBON"].spec.cap
    for r, name in enumerate(MEMBERS):
        own = Member(member_part(region, name).region, ("CARBON",)).pooling.assembly.model.caps["CARBON"].spec.cap
        assert own[0] == pytest.approx(joint[r], rel=1e-9)


def test_own_parts_stay_with_their_member() -> None:
    part = member_part(exchange_region(water=True), "M0").region
    assert "M0-A" in set(part["regions"]["region"])
    assert "M0-A" in set(part["endowments"]["region"])


def test_prices_of_an_offer_are_the_slope_of_the_gain_at_nothing() -> None:
    """A little more of one thing gains what the offer's price says, and no amount gains more than that: the judge's rule.

    The pool of a member alone must not bind then, or part of the price would stand in its row.
    """
    things = ("water", "CARBON", "money")
    own = Member(member_part(exchange_region(water=True), "M0").region, things)
    offer = own.offer
    weights, step = offer.weights, 1e-4
    for k in range(len(things)):
        for t in range(1, weights.size):
            amounts = np.zeros_like(offer.bounds)
            for sign in (1.0, -1.0):
                amounts[k, t] = sign * step * offer.bounds[k, t]
                gain = own.gain(own.settle(amounts))
                slope = float((amounts * offer.prices * weights).sum()) / YUAN
                assert gain <= slope + 1e-6 * (1.0 + abs(slope))


def test_who_is_no_member_has_no_folder() -> None:
    with pytest.raises(HaiheError) as refused:
        member_part(exchange_region(), "REST")
    assert refused.value.code == "E-COA-70"

"""`hh.share` on a small region: what is told adds up, packages are the cheapest, bands cover their cases."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from coalition_cases import agreed, capped, coalitions_of

from haihe.coalition import plain_plan, worth
from haihe.coalition import share as share_module
from haihe.coalition.agreement import TITLES, Agreement, Kind, Thing
from haihe.coalition.allocation import Allocation, Key
from haihe.coalition.bands import GIVEN, Bands, _Cases, _told, share_bands, variants_of
from haihe.coalition.core import stability
from haihe.coalition.game import Game, membership
from haihe.coalition.joint_plan import welfare_by_player
from haihe.coalition.owen import OwenPoint
from haihe.coalition.share import Shares, share
from haihe.coalition.telling import tell_shares
from haihe.coalition.values import Coalitions, Question
from haihe.coalition.worth import Package, cheapest_package, worth_of_things
from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.plans import plan
from haihe.planning.solver import Session
from haihe.planning.telling_words import rough
from haihe.region import Region
from scarce_region import scarce_region
from small_region import EVIDENCE, META

KINDS: tuple[Kind, ...] = ("permits", "trade", "finance", "labour")


def region_with_agreement() -> Region:
    """Give the scarce region with an agreement, two allocations and the residents of both members."""
    base = scarce_region(cap=0.75, scenarios=False)
    tables = {name: base[name] for name in base.tables}
    things = [
        ("A", kind, TITLES[kind].zh, TITLES[kind].en, kind, cost)
        for kind, cost in zip(KINDS, (30.0, 10.0, 5.0, 8.0), strict=True)
    ]
    tables["agreements"] = pd.DataFrame(
        things, columns=["agreement", "thing", "name_zh", "name_en", "kind", "cost"]
    ).assign(**EVIDENCE)
    keys = [("percent", "reference", "*", "同比例", "percent"), ("heads", "residents", "*", "人均", "heads")]
    tables["allocations"] = pd.DataFrame(keys, columns=["allocation", "by", "region", "name_zh", "name_en"]).assign(
        **EVIDENCE
    )
    people = [("north", "population", 2017, 5.0, "万人"), ("south", "population", 2017, 6.0, "万人")]
    rows = pd.DataFrame(people, columns=["region", "resource", "year", "value", "unit"]).assign(**EVIDENCE)
    tables["endowments"] = pd.concat([tables["endowments"], rows], ignore_index=True)
    person = pd.DataFrame(
        {
            "resource": ["population"],
            "name_zh": ["人口"],
            "name_en": ["residents"],
            "kind": ["stock"],
            "unit": ["persons"],
            "permit": [False],
        }
    )
    tables["resources"] = pd.concat([tables["resources"], person], ignore_index=True)
    return Region(tables, META)


@pytest.fixture(scope="module")
def region() -> Region:
    return region_with_agreement()


@pytest.fixture(scope="module")
def shares(region: Region) -> Shares:
    return share(region, every=True)


def test_everything_told_adds_up(shares: Shares) -> None:
    gain = shares.gain
    assert gain > 1e-3
    assert gain == pytest.approx(shares.cost_alone - shares.cost_together, abs=1e-6)
    assert shares.members["unpaid"].sum() == pytest.approx(gain, abs=1e-6)
    assert shares.members["limits_cost"].sum() == pytest.approx(shares.cost_alone, abs=1e-6)
    by_member = shares.yearly.groupby("member", sort=False)["unpaid"].sum()
    assert by_member.to_numpy() == pytest.approx(shares.members["unpaid"].to_numpy(), abs=1e-6)
    assert shares.splits.groupby("rule")["amount"].sum().to_numpy() == pytest.approx(gain, abs=1e-6)
    assert shares.payments.groupby("rule")["payment"].sum().to_numpy() == pytest.approx(0.0, abs=1e-6)
    moved = shares.exchanged.groupby(["thing", "what", "year"])["received"].sum()
    assert np.abs(moved).max() < 1e-6 * np.abs(shares.exchanged["received"]).max()
    assert shares.share_of_cost == pytest.approx(gain / shares.cost_alone)


def test_both_splits_conditions_and_stability_are_shown(shares: Shares) -> None:
    assert {"owen", "shapley", "nucleolus", "per_capita", "least_core", "equal", "halves"} <= set(shares.splits["rule"])
    told = shares.conditions.set_index("condition")
    assert told["holds"].all()
    assert set(told.index[told["checked"]]) == {"frozen", "duality", "pairs"}, "the others hold by construction"
    assert "bn yuan" not in " ".join(told["zh"])
    assert (shares.conditions[["zh", "en"]].map(len) > 5).all(axis=None)
    for _, told in shares.stability.iterrows():
        found = stability(shares.game, shares.split(told["rule"]))
        assert told["stable"] == found.stable
        assert told["gain"] == pytest.approx(found.gain)
    assert shares.split("shapley") == pytest.approx([shares.gain / 2] * 2)
    with pytest.raises(HaiheError) as error:
        shares.split("fair")
    assert error.value.code == "E-COA-29"


def placed(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Gains before payments by where the solver began (one row each): of its own plan, and of the one chosen."""
    asked = coalitions_of(3, seed=seed, agreement=agreed(*KINDS))
    alone = welfare_by_player(asked, asked.solve(0))
    own, chosen = [], []
    for before in (0, 1, 3, 5, 6):
        asked.solve(before)
        found = asked.solve(asked.everybody)
        plain, doubt = plain_plan.plainest(asked, found)
        assert doubt is None
        assert asked.built.cost @ plain.x == pytest.approx(asked.built.cost @ found.x, abs=1e-6), "as good"
        for block, *_ in asked.gates.received.values():
            assert np.abs(block.of(plain.x).sum(axis=0)).max() < 1e-6
        own.append(welfare_by_player(asked, found) - alone)
        chosen.append(welfare_by_player(asked, plain) - alone)
    return np.array(own), np.array(chosen)


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_who_gains_before_payments_does_not_hang_on_where_the_solver_began(seed: int) -> None:
    own, chosen = placed(seed)
    assert np.ptp(own, axis=0).max() > 1e-3, "the plans found differ, else this shows nothing"
    assert np.ptp(chosen, axis=0).max() < 1e-5


def test_the_plan_chosen_moves_no_more_than_any_found() -> None:
    asked = coalitions_of(3, seed=1, agreement=agreed(*KINDS))
    found = asked.solve(asked.everybody)
    plain, _ = plain_plan.plainest(asked, found)
    moved = [sum(np.abs(block.of(s.x)).sum() for block, *_ in asked.gates.received.values()) for s in (plain, found)]
    assert moved[0] < moved[1] - 1e-3


def test_a_plan_that_could_not_be_chosen_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_plan, "MISS", -1.0)
    found = share(region_with_agreement(), reach=None)
    assert "W-COA-38" in [f.code for f in found.findings]


@pytest.mark.parametrize("code", ["E-PLN-02", "E-PLN-03", "E-PLN-04", "E-PLN-60"])
def test_a_choice_that_fails_is_said_and_a_cancelled_one_is_cancelled(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No plan, no optimum or no time: the plan found stays, and that is said. Who cancels gets no plan."""
    asked = coalitions_of(2, agreement=agreed(*KINDS))
    found = asked.solve(asked.everybody)

    def fails(*_args: object, **_more: object) -> None:
        raise HaiheError(code, status="", seconds="0", how_far="")

    monkeypatch.setattr(Session, "solve", fails)
    if code == "E-PLN-60":
        with pytest.raises(HaiheError) as cancelled:
            plain_plan.plainest(asked, found)
        assert cancelled.value.code == code
    else:
        kept, doubt = plain_plan.plainest(asked, found)
        assert kept is found
        assert doubt is not None
        assert doubt.code == "W-COA-38"


def test_too_many_things_for_averages_are_said(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (worth, share_module):
        monkeypatch.setattr(module, "MOST_THINGS", 2)
    found = share(region, every=True, reach=None)
    assert found.things["shapley"].isna().all()
    assert "N-COA-39" in [f.code for f in found.findings]
    assert "N-COA-39" not in [f.code for f in share(region, reach=None).findings]


def test_what_is_scarce_has_a_price_above_0_and_receivers_pay(shares: Shares) -> None:
    frame = shares.exchanged
    money = frame[frame["thing"] == "finance"]
    assert not money.empty
    assert (money["price"] > 0.5e9).all(), "a yuan more from the pool is worth about a yuan"
    assert (frame["price"] > -1e-6 * frame["price"].abs().max()).all()
    assert (np.sign(money["money"]) == np.sign(money["received"])).all()
    table = shares.tables["share-exchanged"]
    assert "bn yuan" not in " ".join(cell.zh for row in table.shown_rows() for cell in row)
    shown = table.frame[table.frame["thing"] == "finance"]
    assert shown["price"].between(0.5, 2.0).all()


def test_money_is_priced_in_yuan_for_a_yuan_to_the_last_digit(shares: Shares) -> None:
    money = shares.exchanged[shares.exchanged["thing"] == "finance"].assign(price=1.25e9)
    shown = replace(shares, exchanged=money).tables["share-exchanged"].frame
    assert len(shown) > 0
    assert shown["price"].to_numpy() == pytest.approx(1.25, rel=1e-12)


def test_what_moves_at_a_price_of_0_is_not_listed(shares: Shares) -> None:
    free = shares.exchanged.assign(price=0.0).iloc[:1]
    dear = shares.exchanged.iloc[1:]
    made = replace(shares, exchanged=pd.concat([free, dear], ignore_index=True))
    table = made.tables["share-exchanged"].frame
    key = ["thing", "member", "year"]
    assert (table[key] == free[key].iloc[0]).all(axis=1).sum() == 0


def test_joint_plan_is_the_one_of_the_library(region: Region, shares: Shares) -> None:
    made = plan(region, projects=False, band=False)
    without = share(region, agreement="as-planned")
    assert without.cost_together == pytest.approx(made.loss, abs=1e-6)
    told = without.indicators
    assert set(told["coalition"]) == {"", "north+south"}
    last = made.model.economy.assumptions.last_year
    ours = told[(told["coalition"] == "north+south") & (told["indicator"] == "output")]
    plan_says = made.indicators[(made.indicators["indicator"] == "output") & (made.indicators["year"] == last)]
    assert ours["reference"].to_numpy() == pytest.approx(plan_says["reference"].to_numpy()[:2])
    assert ours["value"].to_numpy() == pytest.approx(plan_says["plan"].to_numpy()[:2], rel=1e-2)
    assert shares.gain >= without.gain - 1e-6, "labour may move, too, and nothing is lost by it"


def test_prices_and_amounts_exchanged_are_those_of_the_plan(region: Region) -> None:
    made = plan(region, projects=False, band=False)
    ours = share(region, agreement="as-planned").exchanged
    theirs = made.caps[made.caps["limit"] == "cap"].set_index(["region", "year"])
    carbon = ours[(ours["thing"] == "permits") & (ours["what"] == "cap")].set_index(["member", "year"])
    assert carbon["unit"].unique().tolist() == ["t CO2/year"]
    price = theirs["price"].reindex(carbon.index).to_numpy()
    assert carbon["price"].to_numpy() == pytest.approx(price, rel=0.05, abs=1.0)
    assert carbon["money"].to_numpy() * 1e9 == pytest.approx((carbon["received"] * carbon["price"]).to_numpy())


def check_package(seed: int, reach: float) -> Package:
    """The package is the cheapest of all that bring the share, by solving every one."""
    economy, _, model = capped(3, seed=seed)
    costs = {"permits": 3.0, "trade": 2.0, "finance": 2.0, "labour": 0.5}
    things = tuple(Thing(kind, TITLES[kind], kind, cost=costs[kind]) for kind in KINDS)
    asked = Coalitions(Question(model, Agreement("test", things), tuple(economy.members)))
    found = cheapest_package(asked, reach)
    every = [
        (sum(costs[KINDS[k]] for k in chosen), sum(1 << k for k in chosen))
        for n in range(5)
        for chosen in combinations(range(4), n)
    ]
    whole = asked.gain(7)
    enough = [cost for cost, mask in every if asked.gain(7, mask) >= reach * whole - 1e-7]
    assert found.gain >= reach * whole - 1e-6
    assert found.cost == pytest.approx(min(enough))
    assert found.share == pytest.approx(found.gain / whole)
    assert not found.counted
    return found


@pytest.mark.parametrize(("seed", "reach"), [(0, 0.8), (2, 0.5), (2, 0.97), (5, 1.0)])
def test_package_is_the_cheapest(seed: int, reach: float) -> None:
    check_package(seed, reach)


def _dearest_first(active: list[int], costs: dict[int, float]) -> list[object]:
    return worth_by_cost(active, costs)[::-1]


def _never_trade(active: list[int], costs: dict[int, float]) -> list[object]:
    return [entry for entry in worth_by_cost(active, costs) if entry[1] & 1 == 0]


worth_by_cost = worth._by_cost


@pytest.mark.parametrize("broken", [_dearest_first, _never_trade])
def test_broken_searches_are_found_out(broken: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worth, "_by_cost", broken)
    with pytest.raises(AssertionError):
        check_package(2, 0.8)


def test_things_are_worth_what_lifting_them_says() -> None:
    economy, _, model = capped(3, seed=2)
    asked = Coalitions(Question(model, agreed(*KINDS, "links"), tuple(economy.members)))
    table = worth_of_things(asked, every=True).set_index("thing")
    whole = asked.gain(7)
    for k, kind in enumerate(KINDS):
        assert table.loc[kind, "alone"] == pytest.approx(asked.gain(7, 1 << k), abs=1e-6)
        assert table.loc[kind, "left_out"] == pytest.approx(whole - asked.gain(7, 15 & ~(1 << k)), abs=1e-6)
    assert table["shapley"].sum() == pytest.approx(whole, abs=1e-6)
    assert table.loc["links", ["alone", "left_out", "shapley"]].isna().all(), "missing is not 0"
    assert table["share"].dropna().to_numpy() == pytest.approx(table["left_out"].dropna().to_numpy() / whole)


def test_a_split_that_somebody_would_leave_is_said(
    shares: Shares, monkeypatch: pytest.MonkeyPatch, region: Region
) -> None:
    assert not [f for f in shares.findings if f.code in ("W-COA-32", "N-COA-33")]
    honest = share_module.owen_split

    def crooked(*args: object) -> OwenPoint:
        point = honest(*args)  # type: ignore[arg-type]
        return replace(point, split=np.array([-1.0, point.total + 1.0]))

    monkeypatch.setattr(share_module, "owen_split", crooked)
    monkeypatch.setattr(share_module, "SMALL", 1.0)
    codes = [f.code for f in share(region, reach=None).findings]
    assert {"W-COA-32", "N-COA-33"} <= set(codes)


@pytest.mark.parametrize("mask", range(1, 7))
def test_the_coalition_that_would_leave_first_is_named(mask: int) -> None:
    """Apart everybody has nothing: who has to pay 1 bn yuan together would leave, and no other coalition as much."""
    game = Game(("a", "b", "c"), [0.0] * 7 + [1.0])
    inside = membership(mask, 3).astype(bool)
    split = np.where(inside, -1.0 / inside.sum(), 2.0 / (~inside).sum())
    (said,) = share_module._doubts(game, SimpleNamespace(split=split), 1.0, None)  # type: ignore[arg-type]
    assert said.code == "W-COA-32"
    told = dict(said.values)
    assert told == {"coalition": "+".join(np.array(game.members)[inside]), "amount": "10"}


@pytest.mark.parametrize("who", [0, 1])
def test_bands_say_how_much_the_worst_coalition_loses_by_leaving(shares: Shares, who: int) -> None:
    """Apart each has nothing; who has to pay 0.1 bn yuan gains that by leaving, so it loses less than nothing."""
    split = np.full(2, shares.gain + 0.1)
    split[who] = -0.1
    told = {quantity: value for quantity, _, value in _told(replace(shares, owen=replace(shares.owen, split=split)))}
    assert told["owen_slack"] == pytest.approx(-0.1)


def test_members_that_are_left_out_stay_outside(region: Region) -> None:
    one = share(region, members=["north"], reach=None)
    assert one.gain == 0
    assert one.splits["amount"].abs().max() < 1e-9
    assert one.small
    assert "N-COA-33" in [f.code for f in one.findings]


@pytest.fixture(scope="module")
def bands(region: Region, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bands, object]:
    file = tmp_path_factory.mktemp("bands") / "bands.jsonl"
    return share_bands(region, variants=[GIVEN, "elasticities_halved"], journal=file), file


def test_bands_hold_every_case(region: Region, shares: Shares, bands: tuple[Bands, object]) -> None:
    found, _file = bands
    assert set(found.table["allocation"]) == {"percent", "heads"}
    assert found.errors.empty
    gain = found.summary.set_index(["allocation", "quantity", "of"]).loc[("percent", "gain", "")]
    assert gain["given"] == pytest.approx(shares.gain, abs=1e-6)
    assert gain["cases"] == 2
    stiff = share(region, assumptions=Assumptions.of(region).scaled(0.5), reach=None)
    assert [gain["low"], gain["high"]] == pytest.approx(sorted([shares.gain, stiff.gain]), abs=1e-6)
    overall = found.overall.set_index(["quantity", "of"])
    assert overall.loc[("gain", ""), "low"] <= gain["low"]
    assert overall.loc[("gain", ""), "high"] >= gain["high"]
    assert overall.loc[("gain", ""), "cases"] == 4
    assert (found.table.query("quantity == 'owen_slack'")["value"] >= -1e-6).all()
    members = found.table[found.table["quantity"] == "owen"].groupby(["allocation", "variant"])["value"].sum()
    totals = found.table[found.table["quantity"] == "gain"].groupby(["allocation", "variant"])["value"].sum()
    assert members.to_numpy() == pytest.approx(totals.to_numpy(), abs=1e-6)


def test_bands_take_up_where_they_stopped(
    region: Region, bands: tuple[Bands, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, file = bands

    def refuse(*args: object, **kwargs: object) -> Shares:
        raise RuntimeError("solved again")

    monkeypatch.setattr("haihe.coalition.bands.share", refuse)
    again = share_bands(region, variants=[GIVEN, "elasticities_halved"], journal=file)
    pd.testing.assert_frame_equal(again.table, found.table)
    with pytest.raises(RuntimeError):
        share_bands(region, variants=[GIVEN, "elasticities_doubled"], journal=file)
    with pytest.raises(HaiheError) as error:
        share_bands(region, variants=["weather"])
    assert error.value.code == "E-COA-35"
    assert variants_of(region)[0] == GIVEN


def test_a_journal_of_bands_belongs_to_what_the_allocations_contain(region: Region) -> None:
    handed = {
        name: Allocation("own", TITLES["permits"], (Key("reference", weight),))
        for name, weight in (("a", 1.0), ("b", 2.0))
    }
    keys = {_Cases(region, agreed(), {"own": one}, {}).key for one in handed.values()}
    assert len(keys) == 2
    assert _Cases(region, agreed(), {"own": handed["a"]}, {}).key in keys


def test_what_has_no_value_is_missing_in_the_bands_and_in_their_journal(region: Region, tmp_path: Path) -> None:
    asked = {"members": ["north"], "variants": [GIVEN], "allocations": ["percent"], "journal": tmp_path / "bands.jsonl"}
    found = share_bands(region, **asked)
    value = found.table.set_index("quantity")["value"]
    assert np.isnan(value["owen_slack"])
    assert value["gain"] == pytest.approx(0.0, abs=1e-6)
    pd.testing.assert_frame_equal(share_bands(region, **asked).table, found.table)


def test_a_case_without_a_plan_is_a_row_with_its_error(region: Region) -> None:
    tables = {name: region[name] for name in region.tables}
    tables["allocations"] = pd.DataFrame(
        [("none", "stated", "south", "x", "x", 1.0)],
        columns=["allocation", "by", "region", "name_zh", "name_en", "weight"],
    ).assign(**EVIDENCE)
    found = share_bands(Region(tables, META), variants=[GIVEN])
    assert found.table.empty
    assert found.errors["error"].str.startswith("E-COA-28").all()
    assert len(found.errors) == 1


def test_words_say_both_splits_and_what_is_small_or_unstable(
    region: Region, shares: Shares, bands: tuple[Bands, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tell_shares(shares, bands[0])
    topics = [line.topic for line in lines]
    assert topics.count("splits") == 2
    assert {"gain", "things", "stability", "payments", "allocation"} <= set(topics)
    assert all(line.text.zh and line.text.en and line.quality == "illustrative" for line in lines)
    assert "北市" in lines[topics.index("splits")].text.zh
    assert "North" in lines[topics.index("splits")].text.en
    low, high = bands[0].overall.set_index("quantity").loc["gain", ["low", "high"]]
    assert rough(low * 10) in lines[0].text.en
    assert rough(high * 10) in lines[0].text.en
    unstable = shares.stability.assign(stable=False, gain=0.5)
    unstable["coalition"] = [("north",)] * len(unstable)
    said = tell_shares(replace(shares, stability=unstable))
    assert "另取一个" in next(line for line in said if line.topic == "payments").text.zh
    assert "不稳" in next(line for line in said if line.topic == "stability").text.zh
    monkeypatch.setattr(share_module, "SMALL", 1.0)
    assert [line.topic for line in tell_shares(shares)] == ["gain", "small", "allocation", "outside"]


def test_words_say_who_pays_and_who_gets(shares: Shares) -> None:
    amounts = {("owen", "north"): 2.0, ("owen", "south"): -2.0, ("shapley", "north"): -3.0, ("shapley", "south"): 3.0}
    scale = shares.gain  # so that all of it is worth a word
    rows = [(rule, member, amount * scale) for (rule, member), amount in amounts.items()]
    made = replace(shares, payments=pd.DataFrame(rows, columns=["rule", "member", "payment"]))
    said = next(line.text for line in tell_shares(made) if line.topic == "payments")
    two, three = rough(20 * scale), rough(30 * scale)
    assert f"North gets {two}, South pays {two};" in said.en
    assert f"North pays {three}, South gets {three}." in said.en
    assert f"北市得 {two}、南市付 {two}；" in said.zh
    assert f"北市付 {three}、南市得 {three}。" in said.zh


def test_words_list_the_three_things_that_matter_most(shares: Shares) -> None:
    worth = {"trade": 0.4, "permits": 0.3, "labour": 0.2, "finance": 0.1}
    made = replace(shares, things=shares.things.assign(left_out=shares.things["thing"].map(worth)))
    said = next(line.text.en for line in tell_shares(made) if line.topic == "things")
    named = ", ".join(f"{TITLES[kind].en} about {rough(10 * worth[kind])}" for kind in ("trade", "permits", "labour"))
    assert said == f"What would be lost without it (100 m yuan): {named}."

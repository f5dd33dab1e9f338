"""Plain rules, claims and joint costs: closed forms against the games they solve, and who would rather leave."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from game_cases import airport_nucleolus, by_coalition, claims_game
from haihe.coalition.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    proportional,
    talmud,
)
from haihe.coalition.joint_costs import airport_game, airport_shares, payments, savings
from haihe.coalition.names import RULES
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.shapley import shapley
from haihe.coalition.simple_rules import by_contribution, by_halves, by_standalone, by_weights, equal
from haihe.coalition.splits import amounts, compare, every_split
from haihe.messages import HaiheError
from test_docs_tutorial import blocks, missing_lines, run

some = settings(max_examples=80)
claims_of = st.lists(st.integers(0, 12).map(float), min_size=1, max_size=7)
part = st.floats(0, 1)
GAINS = by_coalition({"ab": 30, "ac": 60, "bc": 12, "abc": 90}, "abc")


@some
@given(d=claims_of, share=part)
def test_the_rule_of_the_talmud_is_the_nucleolus(d, share):
    estate = share * sum(d)
    assert np.allclose(talmud(estate, d), nucleolus(claims_game(estate, d)), atol=1e-9 * max(sum(d), 1))


@pytest.mark.parametrize("broken", [proportional, constrained_equal_awards, constrained_equal_losses])
def test_another_rule_is_not_the_nucleolus(broken):
    cases = [(estate, [100.0, 200.0, 300.0]) for estate in (100, 200, 300)]
    assert not all(np.allclose(broken(*case), nucleolus(claims_game(*case))) for case in cases)


@pytest.mark.parametrize("rule", [proportional, constrained_equal_awards, constrained_equal_losses, talmud])
@some
@given(d=claims_of, share=part)
def test_claims_are_met_within_their_bounds_and_in_their_order(rule, d, share):
    estate = share * sum(d)
    x = rule(estate, d)
    assert x.sum() == pytest.approx(estate, abs=1e-9)
    assert (x >= -1e-9).all()
    assert (x <= np.array(d) + 1e-9).all()
    order = np.argsort(d)
    assert (np.diff(x[order]) >= -1e-9).all()
    assert (np.diff((np.array(d) - x)[order]) >= -1e-9).all()


@some
@given(d=claims_of, share=part)
def test_awards_and_losses_are_mirrors_and_the_talmud_is_its_own(d, share):
    total = sum(d)
    estate = share * total
    assert np.allclose(constrained_equal_losses(estate, d), np.array(d) - constrained_equal_awards(total - estate, d))
    assert np.allclose(talmud(estate, d), np.array(d) - talmud(total - estate, d), atol=1e-9 * max(total, 1))
    awards = constrained_equal_awards(estate, d)
    short = awards < np.array(d) - 1e-9
    if short.any():
        assert np.allclose(awards[short], awards.max())


@some
@given(c=claims_of)
def test_airport_shares_are_those_of_the_airport_game(c):
    costs = airport_game(c)
    game = savings(costs)
    assert np.allclose(payments(costs, shapley(game)), airport_shares(c))
    assert np.allclose(payments(costs, nucleolus(game)), airport_nucleolus(c), atol=1e-9 * max(*c, 1.0))
    assert airport_shares(c).sum() == pytest.approx(max(c))


def test_a_wrong_airport_share_is_found_out():
    costs = airport_game([12.0, 20.0, 33.0])
    value = payments(costs, shapley(savings(costs)))
    assert not np.allclose(airport_nucleolus([12.0, 20.0, 33.0]), value)
    assert not np.allclose(np.array([12.0, 20.0, 33.0]) * 33 / 65, value)
    assert airport_shares([33.0, 12.0, 20.0]).tolist() == [21.0, 4.0, 8.0]


def test_members_of_an_airport_game_are_numbered_from_one_where_they_have_no_names():
    assert airport_game([12.0, 20.0, 33.0]).members == ("1", "2", "3")


def test_many_members_need_no_game():
    c = np.linspace(1, 50, 300)
    assert airport_shares(c).sum() == pytest.approx(50.0)
    assert airport_nucleolus(c).sum() == pytest.approx(50.0)


def test_plain_rules_by_hand():
    assert np.allclose(equal(GAINS), 30.0)
    assert np.allclose(by_weights(GAINS, [1, 2, 6]), [10, 20, 60])
    assert np.allclose(by_contribution(GAINS), np.array([78, 30, 60]) * 90 / 168)
    assert np.allclose(by_halves(GAINS), np.array([45, 21, 36]) * 90 / 102)
    all_to_first = np.triu(np.ones((3, 3)))
    assert np.allclose(by_halves(GAINS, all_to_first), np.array([90, 12, 0]) * 90 / 102)
    with_base = by_coalition({"a": 10, "b": 30, "ab": 60}, "ab")
    assert np.allclose(by_standalone(with_base), [15, 45])


@some
@given(seed=st.integers(0, 10**6))
def test_two_members_halve_their_gain_under_every_symmetric_rule(seed):
    rng = np.random.default_rng(seed)
    a, b, gain = rng.random(3)
    game = by_coalition({"a": a, "b": b, "ab": a + b + gain}, "ab")
    half = [a + gain / 2, b + gain / 2]
    for rule in (equal, shapley, nucleolus, by_halves, by_contribution):
        assert np.allclose(rule(game), half)


def test_who_would_leave_and_for_what():
    table = compare(GAINS, {"equal": equal(GAINS), "nucleolus": nucleolus(GAINS)}).set_index("rule")
    assert table.loc["equal", "stable"]
    assert table.loc["nucleolus", "gain"] <= table.loc["equal", "gain"]
    unfair = compare(GAINS, {"b has it all": [0.0, 90.0, 0.0], "too little": [20.0, 20.0, 20.0]})
    assert unfair["coalition"].tolist() == [("a", "c"), ("a", "c")]
    assert unfair["gain"].tolist() == [60.0, 20.0]
    assert unfair["share"].round(4).tolist() == [0.6667, 0.2222]
    assert not unfair["stable"].any()
    assert unfair["left_over"].tolist() == [0.0, 30.0]


def test_every_split_is_named_and_listed():
    splits = every_split(GAINS, endowment=[1, 1, 2])
    assert set(splits) <= set(RULES)
    assert "standalone" not in splits
    assert {"shapley", "nucleolus", "equal", "endowment", "halves"} <= set(splits)
    table = amounts(GAINS, splits)
    assert np.allclose(table.groupby("rule")["amount"].sum(), 90.0)
    assert np.allclose(table.groupby("rule")["share"].sum(), 1.0)
    nothing = by_coalition({"a": 1, "b": 2, "ab": 3}, "ab")
    assert amounts(nothing, {"equal": [1, 2]})["share"].isna().all()
    with_base = by_coalition({"a": 10, "b": 30, "ab": 60}, "ab")
    assert amounts(with_base, {"equal": equal(with_base)})["gain"].tolist() == [10.0, 10.0]
    losing = by_coalition({"a": 1, "b": 2, "ab": 2}, "ab")
    assert "nucleolus" not in every_split(losing)


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("E-COA-10", lambda: by_weights(GAINS, [1, -1, 1])),
        ("E-COA-10", lambda: by_weights(GAINS, [0, 0, 0])),
        ("E-COA-10", lambda: by_standalone(GAINS)),
        ("E-COA-10", lambda: by_halves(GAINS, np.full((3, 3), 0.6))),
        ("E-COA-06", lambda: by_weights(GAINS, [1, 1])),
        ("E-COA-10", lambda: airport_shares([-1.0])),
        ("E-COA-12", lambda: talmud(10, [1, 2])),
        ("E-COA-12", lambda: talmud(-1, [1, 2])),
        ("E-COA-12", lambda: proportional(1, [-1, 3])),
        ("E-COA-06", lambda: airport_game([1, 2], ("a",))),
        ("E-COA-07", lambda: airport_game([1] * 21)),
    ],
)
def test_wrong_input_is_refused_with_a_code(code, what):
    with pytest.raises(HaiheError) as error:
        what()
    assert error.value.code == code
    assert "{" not in error.value.text("zh") + error.value.text("en")


@some
@given(d=claims_of)
def test_nothing_to_share_and_all_claims_met_are_the_ends(d):
    assume(sum(d) > 0)
    for rule in (proportional, constrained_equal_awards, constrained_equal_losses, talmud):
        assert np.allclose(rule(0.0, d), 0.0)
        assert np.allclose(rule(sum(d), d), d)


@pytest.mark.parametrize("page", ["splits.md", "splits.zh.md"])
def test_the_page_on_splits_prints_what_it_says(page):
    names: dict[str, object] = {}
    found = blocks((Path(__file__).parents[2] / "docs" / "explanation" / page).read_text("utf-8"))
    assert len(found) == 4
    for block in found:
        assert block.prints
        assert not missing_lines(block.prints, run(block, names))

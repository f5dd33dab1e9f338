"""Settlement: every year adds up to 0, its present value is the split, payments are the fewest, tax carries what is lawful."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_coalition_share import region_with_agreement

from haihe.coalition import ledger
from haihe.coalition.ledger import fewest, spread
from haihe.coalition.settlement import FEN_PER_BN, settled, through_tax
from haihe.coalition.settlement_views import SettlementViews
from haihe.coalition.share import Shares, share
from haihe.coalition.share_words import outlook_of
from haihe.messages import HaiheError, Text
from haihe.planning.telling_words import rough
from haihe.reporting.share_chapter import share_chapter

AMOUNTS = st.floats(-50, 50, allow_nan=False, width=32)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw a split, gains before payments by year that add up to it, and weights."""
    n, t = draw(st.integers(2, 5)), draw(st.integers(1, 4))
    gains = np.array(draw(st.lists(st.lists(AMOUNTS, min_size=t, max_size=t), min_size=n, max_size=n)))
    whole = gains.sum()
    gains[0, 0] += 10.0 - whole if whole < 10.0 else 0.0
    parts = np.array(draw(st.lists(st.floats(0.1, 5), min_size=n, max_size=n)))
    weights = np.array(draw(st.lists(st.floats(0.2, 5), min_size=t, max_size=t)))
    return parts / parts.sum() * gains.sum(), gains, weights


@given(cases(), st.sampled_from(["accrued", "level"]))
def test_every_year_adds_up_to_zero_and_is_worth_the_split(case: tuple[np.ndarray, ...], way: str) -> None:
    split, gains, weights = case
    payments = split - gains.sum(axis=1)
    paid = spread(payments, weights, way, split, gains)  # type: ignore[arg-type]
    scale = 1 + np.abs(gains).max() / weights.min()
    assert paid.sum(axis=0) == pytest.approx(0, abs=1e-9 * scale)
    assert paid @ weights == pytest.approx(payments, abs=1e-9 * scale)
    if way == "accrued":
        ends = gains / weights + paid
        assert ends == pytest.approx(np.outer(split / split.sum(), gains.sum(axis=0)) / weights, abs=1e-9 * scale)
    else:
        assert np.ptp(paid, axis=1) == pytest.approx(0)


def fewest_by_trial(b: Sequence[int]) -> int:
    """Members less the most groups that add up to 0, by trying every first group."""
    if not b:
        return 0
    first, rest = b[0], list(range(1, len(b)))
    return min(
        len(group) + fewest_by_trial([b[i] for i in rest if i not in group])
        for k in range(len(b))
        for group in combinations(rest, k)
        if first + sum(b[i] for i in group) == 0
    )


def check_fewest(b: list[int]) -> None:
    made = fewest(b)
    net = np.zeros(len(b))
    for payer, receiver, amount in made:
        assert amount > 0
        assert payer != receiver
        net[payer] -= amount
        net[receiver] += amount
    assert net == pytest.approx(np.array(b, dtype=float))
    assert len(made) == fewest_by_trial([x for x in b if x])


@settings(max_examples=60)
@example([5, 4, -3, -4])
@given(st.lists(st.integers(-6, 6), min_size=1, max_size=6))
def test_payments_settle_everybody_and_are_the_fewest(b: list[int]) -> None:
    check_fewest([*b, -sum(b)])


def test_one_group_for_all_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    check_fewest([-4, 4, 5, -2, -3])
    monkeypatch.setattr(ledger, "_groups", lambda b, tolerance: [list(range(b.size))])
    with pytest.raises(AssertionError):
        check_fewest([-4, 4, 5, -2, -3])


def test_what_does_not_add_up_is_refused() -> None:
    with pytest.raises(HaiheError) as error:
        fewest([1.0, 2.0])
    assert error.value.code == "E-COA-92"
    with pytest.raises(HaiheError) as error:
        spread([0, 0], [1.0], "monthly", [0, 0], [[0.0], [0.0]])  # type: ignore[arg-type]
    assert error.value.code == "E-COA-90"
    with pytest.raises(HaiheError) as error:
        spread([0, 0], [1.0], "accrued", [0, 0], [[0.0], [0.0]])
    assert error.value.code == "E-COA-91"


@pytest.fixture(scope="module")
def shares() -> Shares:
    return share(region_with_agreement(), reach=None)


@pytest.mark.parametrize("way", ["accrued", "level"])
@pytest.mark.parametrize("rule", ["owen", "shapley"])
def test_a_settlement_is_worth_the_split(shares: Shares, rule: str, way: str) -> None:
    made = settled(shares, rule, way)  # type: ignore[arg-type]
    own = shares.payments[shares.payments["rule"] == rule].set_index("member")["payment"]
    assert made.present.to_numpy() == pytest.approx(own.reindex(made.present.index).to_numpy(), abs=1e-6)
    assert made.balances.groupby("year")["payment"].sum().to_numpy() == pytest.approx(0, abs=1e-9)
    flows = made.ledger.groupby(["year", "receiver"])["amount"].sum()
    gets = made.balances[made.balances["payment"] > 1e-6].set_index(["year", "member"])["payment"]
    assert flows.reindex(gets.index).to_numpy() == pytest.approx(gets.to_numpy(), abs=1e-6)


def test_tax_carries_no_more_than_the_scheme_owes(shares: Shares) -> None:
    made = settled(shares, "shapley", "level")
    first, second = made.ledger.iloc[0], made.ledger.iloc[1]
    fen = [int(part * FEN_PER_BN) for part in (first["amount"] / 4, second["amount"] * 3, 1.0)]
    pairs = pd.DataFrame(
        {
            "origin": [first["receiver"], second["receiver"], first["payer"]],
            "destination": [first["payer"], second["payer"], first["receiver"]],
            "year": [first["year"], second["year"], first["year"]],
            "what_if": [False, False, True],
            "tax": [2 * part for part in fen],
            "origin_due": fen,
        }
    )
    found = through_tax(made, SimpleNamespace(by_pair=pairs))  # type: ignore[arg-type]
    table = found.table.set_index("year")
    assert table.loc[first["year"], "by_tax"] == pytest.approx(first["amount"] / 4, rel=1e-6)
    assert table.loc[second["year"], "by_tax"] == pytest.approx(second["amount"])
    assert table.loc[first["year"], "needed"] == pytest.approx(2.0, rel=1e-6), "twice the tax that there is"
    others = table.drop([first["year"], second["year"]])
    assert others["lawful"].isna().all(), "no entry is missing, not 0"
    assert others[["by_tax", "rest"]].isna().all(axis=None), "a year without taxes is not known, and not 0"
    known = table.loc[[first["year"], second["year"]]]
    assert (known["by_tax"] + known["rest"]).to_numpy() == pytest.approx(known["wanted"].to_numpy())
    rests = known["rest"] * known["years"]
    assert rough(rests.sum() * 10) in found.says.zh, "a year's amount stands for the years of its milestone"
    assert str(others.index[0]) in found.says.zh
    assert found.unused["lawful"].tolist() == pytest.approx([second["amount"] * 2], rel=1e-6), "what if does not count"
    assert 0 < found.carried < 1
    assert "%" in found.says.zh


def test_taxes_of_other_years_leave_everything_unknown(shares: Shares) -> None:
    made = settled(shares, "shapley", "level")
    pairs = pd.DataFrame(
        {"origin": ["north"], "destination": ["south"], "year": [1990], "what_if": False, "tax": [5], "origin_due": [2]}
    )
    found = through_tax(made, SimpleNamespace(by_pair=pairs))  # type: ignore[arg-type]
    assert np.isnan(found.carried)
    assert "没有税额数据" in found.says.zh
    shown = SettlementViews(made, found).tables()["share-through-tax"]
    keys = [column.key for column in shown.columns]
    assert {row[keys.index("by_tax")].zh for row in shown.shown_rows()} == {"—"}


def test_present_values_are_signed_and_told_to_a_million_yuan(shares: Shares) -> None:
    table = SettlementViews(settled(shares, "shapley", "level")).balances()
    column = next(column for column in table.columns if column.key == "present")
    assert [column.show(value).zh for value in (1.2345, -1.2345)] == ["+1.23", "−1.23"]
    assert [column.show(value).en for value in (1.2345, -1.2345)] == ["+1.23", "−1.23"]


def test_a_year_of_loss_is_said(shares: Shares) -> None:
    years = shares.yearly["year"]
    first, last, size = years.min(), years.max(), len(shares.yearly)
    even = replace(shares, yearly=shares.yearly.assign(unpaid=shares.gain / size))
    assert not settled(even, "shapley").findings
    moved = np.where(years == last, 2 * shares.gain, np.where(years == first, -2 * shares.gain, 0.0))
    worse = replace(shares, yearly=even.yearly.assign(unpaid=even.yearly["unpaid"] + moved))
    made = settled(worse, "shapley")
    assert [f.code for f in made.findings] == ["W-COA-97"]
    assert made.losses["year"].tolist() == [first]
    assert (made.losses["gain"] < 0).all()
    assert any(str(first) in note.zh and "亏" in note.zh for note in SettlementViews(made).ledger().notes)
    assert [f.code for f in settled(worse, "shapley", "level").findings] == ["N-COA-96"]


def test_a_split_that_misses_the_gain_is_not_levelled(shares: Shares) -> None:
    more = shares.payments.assign(payment=shares.payments["payment"] + 1e-3 * shares.gain)
    with pytest.raises(HaiheError) as error:
        settled(replace(shares, payments=more), "shapley", "level")
    assert error.value.code == "E-COA-98"
    chapter = share_chapter(replace(shares, payments=more))
    assert chapter is not None
    assert any(isinstance(block, Text) and "不能结算" in block.zh for block in chapter.blocks)


def test_outlook_years_are_named(shares: Shares) -> None:
    assert not outlook_of(shares.setup.assumptions)
    assert "phase" not in [column.key for column in SettlementViews(settled(shares)).ledger().columns]
    longer = replace(shares.setup.assumptions, outlook_year=shares.setup.assumptions.last_year + 5)
    (said,) = outlook_of(longer)
    assert f"{longer.last_year} 年为规划末年" in said.zh
    assert f"{longer.outlook_year} 年为展望" in said.zh
    s = replace(shares.setup.assumptions, last_year=shares.setup.assumptions.first_year, outlook_year=2025)
    later = replace(settled(shares), shares=replace(shares, setup=replace(shares.setup, assumptions=s)))
    table = SettlementViews(later).balances()
    phases = {row[1].zh: row[-1].zh for row in table.shown_rows()}
    assert phases[str(s.first_year)] == "规划期"
    assert phases["2025"] == "展望"

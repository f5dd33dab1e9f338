"""Shared tax of moved firms: worked cases to be checked by hand, borders, and ledgers that add up to the fen."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.rules.settlement import other_terms, settle
from haihe.rules.sharing import FLAGS, sharing_scheme

WORD = Text("虚构", "made up")
MN = 10**8
"""One million yuan in fen."""
HALF = Fraction(1, 2)
LAW = sharing_scheme(
    "moved-firms",
    {
        "title": {"zh": "企业迁移税收分享", "en": "tax sharing for moved firms"},
        "article": {"zh": "测试办法", "en": "scheme of the test"},
        "taxes": ["vat", "cit"],
        "base_years": 3,
        "least_mean": 20 * MN,
        "led_by": ["government"],
        "needs": list(FLAGS),
        "start": "next_year",
        "shares": ["1/2", "1/2", "1/2"],
        "extension": ["1/2", "1/2"],
        "cap": 1,
        "rounding": "half_up",
        "losses": "zero",
        "afterwards": {"zh": "期满停止", "en": "stops when time is over"},
    },
)


def firm(name="F", **changes):
    """A firm that moved in 2016 and fulfils everything."""
    given_ = {
        "firm": name, "origin": "BJ", "destination": "TJ", "moved": 2016, "led_by": "government", "fits_layout": True,
        "listed_by_origin": True, "listed_by_destination": True, "registered": "2016-06-30", "producing": "2016-12-31",
    }  # fmt: skip
    return pd.DataFrame([given_ | changes])


def taxed(base, after, name="F", unit=MN):
    """Corporate income tax in the three years before 2016 and from 2017 on."""
    years = [*range(2013, 2013 + len(base)), *range(2017, 2017 + len(after))]
    paid = [round(value * unit) for value in [*base, *after]]
    return pd.DataFrame({"firm": name, "year": years, "tax": "cit", "paid": paid, "refunded": 0})


def run(firms, taxes, scheme=LAW, **more):
    return settle(firms, taxes, scheme, WORD, "illustrative", **more)


# base, tax after the move, origin's part by year, how it ended. Amounts in million yuan.
CASES = {
    "worked case: cap reached in the fourth year": ([24, 20, 19], [30, 36, 40, 50, 60], [15, 18, 20, 10], "capped"),
    "cap met exactly at the end of the third year": ([20, 20, 20], [40, 40, 40, 90], [20, 20, 20], "capped"),
    "cap reached within the first three years": ([20, 20, 20], [80, 60, 40], [40, 20], "capped"),
    "a single year fills the cap": ([20, 20, 20], [500, 1], [60], "capped"),
    "five years are not enough, then it stops": ([30, 30, 30], [10, 10, 10, 10, 10, 90], [5] * 5, "stopped"),
    "the last year meets the cap exactly": ([20, 20, 20], [20, 20, 20, 20, 40], [10, 10, 10, 10, 20], "capped"),
    "one fen below the cap in the last year": ([20, 20, 20], [20, 20, 20, 20, 39.99999998], [10] * 4 + [19.99999999], "stopped"),
    "no tax at all in the second year": ([20, 20, 20], [40, 0, 40], [20, 0, 20], "first"),
    "only two years are known so far": ([24, 20, 19], [30, 36], [15, 18], "first"),
    "fourth year is the extension": ([24, 20, 19], [10, 10, 10, 10], [5, 5, 5, 5], "extension"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_ledger_year_by_year(case):
    base, after, origin, ended = CASES[case]
    result = run(firm(), taxed(base, after))
    assert result.scope["state"].tolist() == ["in"]
    assert result.scope["cap"].iloc[0] == sum(base) * MN
    assert result.ledger["origin_due"].tolist() == [round(value * MN) for value in origin]
    assert result.ledger["phase"].iloc[-1] == ended
    assert result.ledger["year"].tolist() == list(range(2017, 2017 + len(origin)))


# what is changed, base, state, words that the reason must hold
SCOPE = {
    "mean just at the threshold": ({}, [20, 20, 20], "in", "适用"),
    "worked case: mean of 19.33 is below 20": ({}, [20, 19, 19], "out", "1,933.33 万元，低于2,000 万元"),
    "one fen below the threshold": ({}, [20, 20, 19.99999999], "out", "1,999.99 万元，低于2,000 万元"),
    "moved by the market": ({"led_by": "market"}, [24, 20, 19], "out", "迁移主导方不符合"),
    "does not fit the layout": ({"fits_layout": False}, [24, 20, 19], "out", "产业布局不符合"),
    "only one side has confirmed": ({"listed_by_destination": False}, [24, 20, 19], "out", "迁入地省级政府确认名单不符合"),
    "confirmation not known": ({"listed_by_origin": None}, [24, 20, 19], "undecided", "迁出地省级政府确认名单缺少资料"),
    "who led is not known": ({"led_by": None}, [24, 20, 19], "undecided", "迁移主导方缺少资料"),
    "a base year is missing": ({}, [24, 20], "undecided", "缺少资料（2015年）"),
    "not producing yet": ({"producing": None}, [24, 20, 19], "waiting", "未开始分享"),
    "registration not changed yet": ({"registered": None}, [24, 20, 19], "waiting", "未开始分享"),
    "out beats missing": ({"led_by": "market", "fits_layout": None}, [24, 20, 19], "out", "迁移主导方不符合"),
}  # fmt: skip


@pytest.mark.parametrize("case", SCOPE)
def test_who_falls_under_the_scheme(case):
    changes, base, state, words = SCOPE[case]
    result = run(firm(**changes), taxed(base, [30]))
    assert result.scope["state"].tolist() == [state]
    assert words in result.scope["why"].iloc[0].zh
    assert result.scope["why"].iloc[0].en
    assert len(result.ledger) == (1 if state == "in" else 0)


@pytest.mark.parametrize(
    ("registered", "producing", "start", "first"),
    [
        ("2016-06-30", "2018-01-01", "next_year", 2019),
        ("2016-06-30", "2018-01-01", "same_year", 2018),
        ("2019-12-31", "2018-01-01", "same_year", 2019),
    ],
)
def test_sharing_begins_when_both_have_happened(registered, producing, start, first):
    result = run(
        firm(registered=registered, producing=producing), taxed([20, 20, 20], [9] * 9), replace(LAW, start=start)
    )
    assert result.ledger["year"].iloc[0] == first


def test_only_the_scheme_s_taxes_count_and_refunds_are_taken_off():
    taxes = taxed([24, 20, 19], [30])
    other = taxes.assign(tax="land", paid=99 * MN)
    vat = taxes[taxes["year"] == 2017].assign(tax="vat", paid=10 * MN, refunded=4 * MN)
    result = run(firm(), pd.concat([taxes, other, vat]))
    assert result.ledger["tax"].tolist() == [36 * MN]
    assert result.ledger["origin_due"].tolist() == [18 * MN]


def test_an_odd_fen_is_rounded_as_declared():
    taxes = taxed([20, 20, 20], [30.00000001])
    due = {way: run(firm(), taxes, replace(LAW, rounding=way)).ledger.iloc[0] for way in ("half_up", "down", "up")}
    assert {way: row["origin_due"] for way, row in due.items()} == {
        "half_up": 15 * MN + 1, "down": 15 * MN, "up": 15 * MN + 1,
    }  # fmt: skip
    for row in due.values():
        assert row["origin_due"] + row["destination_keeps"] == row["tax"]


@pytest.mark.parametrize(("losses", "due"), [("zero", [20, 0, 20]), ("carry", [20, 0, 15])])
def test_a_year_with_more_refunds_than_payments(losses, due):
    taxes = taxed([20, 20, 20], [40, 0, 40])
    taxes.loc[taxes["year"] == 2018, "refunded"] = 10 * MN
    result = run(firm(), taxes, replace(LAW, losses=losses))
    assert result.ledger["origin_due"].tolist() == [value * MN for value in due]


def test_shares_that_fall_by_year():
    falling = replace(LAW, shares=(Fraction(3, 5), HALF, Fraction(2, 5)), extension=())
    result = run(firm(), taxed([50, 50, 50], [40, 40, 40, 40]), falling)
    assert result.ledger["origin_due"].tolist() == [24 * MN, 20 * MN, 16 * MN]
    assert result.ledger["phase"].tolist() == ["first", "first", "stopped"]


def test_balances_are_carried_and_late_payments_get_a_line():
    payments = pd.DataFrame({"firm": ["F", "F", "F"], "year": [2018, 2018, 2025], "amount": [10 * MN, 2 * MN, 51 * MN]})
    result = run(firm(), taxed([24, 20, 19], [30, 36, 40, 50]), payments=payments)
    assert result.ledger["year"].tolist() == [2017, 2018, 2019, 2020, 2025]
    assert result.ledger["balance"].tolist() == [15 * MN, 21 * MN, 41 * MN, 51 * MN, 0]
    closing = result.closing.iloc[0]
    assert (closing["total"], closing["paid"], closing["balance"]) == (63 * MN, 63 * MN, 0)
    assert closing["phase"] == "capped"


def test_what_if_takes_in_the_market_and_is_marked():
    firms = pd.concat([firm("F"), firm("M", led_by="market"), firm("S", led_by="market")])
    taxes = pd.concat([taxed([24, 20, 19], [30]), taxed([30, 30, 30], [40], "M"), taxed([1, 1, 1], [1], "S")])
    assumed = other_terms(LAW, WORD, led_by=("government", "market"))
    law, both = run(firms, taxes), run(firms, taxes, what_if=assumed)
    pd.testing.assert_frame_equal(both.ledger[~both.ledger["what_if"]].reset_index(drop=True), law.ledger)
    assert both.scope["state"].tolist() == ["in", "what_if", "out"]
    assert "迁移主导方不符合" in both.scope["why"].iloc[1].zh
    assert both.ledger.loc[both.ledger["what_if"], ["firm", "origin_due"]].to_numpy().tolist() == [["M", 20 * MN]]
    assert any("假设测算" in note.zh for note in both.tables["ledger"].notes)
    assert both.tables["ledger"].shown_rows()[-1][-1].zh == "现行办法之外的假设测算"


def test_a_gap_stops_the_ledger_and_is_named():
    taxes = taxed([24, 20, 19], [30, 36, 40])
    result = run(firm(), taxes[taxes["year"] != 2018])
    assert result.ledger["year"].tolist() == [2017]
    assert "W-RUL-80 表“taxes”：企业“F”的分享台账等待2018年的税收数据" in next(result.findings().lines("zh"))
    assert [f.code for f in run(firm(led_by=None), taxes).findings()] == ["W-RUL-81"]
    assert not run(firm(), taxed([20, 20, 20], [120])).findings()


seeds = st.integers(0, 10**6)


def random_case(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    names = [f"F{k}" for k in range(n)]
    firms = pd.concat([firm(name, led_by=str(rng.choice(["government", "market"]))) for name in names])
    kinds = rng.choice(["vat", "cit", "other"], 3, replace=False)
    rows = [
        (name, year, kind, int(rng.integers(0, 40 * MN)), int(rng.integers(0, 6 * MN)))
        for name in names
        for year in range(2013, 2013 + int(rng.integers(2, 11)))
        for kind in kinds
    ]
    taxes = pd.DataFrame(rows, columns=["firm", "year", "tax", "paid", "refunded"])
    shares = tuple(Fraction(int(k), 7) for k in rng.integers(0, 8, 5))
    scheme = replace(
        LAW, shares=shares[:3], extension=shares[3:], rounding=str(rng.choice(["half_up", "down", "up"])),
        losses=str(rng.choice(["zero", "carry"])), cap=Fraction(int(rng.integers(1, 9)), 4),
    )  # fmt: skip
    return firms, taxes, scheme


def by_hand(firms, taxes, scheme):
    """One firm at a time, in exact fractions: firm, year, due."""
    for row in firms.itertuples():
        own = taxes[(taxes["firm"] == row.firm) & taxes["tax"].isin(scheme.taxes)]
        net = {year: int((rows["paid"] - rows["refunded"]).sum()) for year, rows in own.groupby("year")}
        base = [net.get(year) for year in (2013, 2014, 2015)]
        if None in base or row.led_by not in scheme.led_by or Fraction(sum(base), 3) < scheme.least_mean:
            continue
        cap, got, loss = int(sum(base) * scheme.cap), 0, 0
        for year, share in enumerate((*scheme.shares, *scheme.extension), start=2017):
            if year not in net or (got >= cap and year > 2017):
                break
            counted = max(net[year] + loss, 0)
            loss = min(net[year] + loss, 0) if scheme.losses == "carry" else 0
            exact = counted * share
            up = {"down": Fraction(0), "half_up": HALF, "up": Fraction(exact.denominator - 1, exact.denominator)}
            due = min(int(exact + up[scheme.rounding]), cap - got)
            got += due
            yield row.firm, year, due


@settings(max_examples=25)
@given(seeds)
def test_ledgers_agree_with_a_calculation_by_hand_and_add_up(seed):
    firms, taxes, scheme = random_case(seed)
    result = run(firms, taxes, scheme)
    ledger = result.ledger
    assert list(ledger[["firm", "year", "origin_due"]].itertuples(index=False, name=None)) == list(
        by_hand(firms, taxes, scheme)
    )
    assert (ledger["origin_due"] + ledger["destination_keeps"] == ledger["tax"]).all()
    assert (ledger["origin_due"] >= 0).all()
    cap = ledger["firm"].map(result.scope.set_index("firm")["cap"])
    assert (ledger["total"] <= cap).all()
    assert (ledger["total"] + ledger["left"] == cap).all()
    assert (ledger.groupby("firm")["origin_due"].sum() == ledger.groupby("firm")["total"].max()).all()
    assert result.by_pair["origin_due"].sum() == ledger["origin_due"].sum()


@settings(max_examples=6)
@given(seeds)
def test_firms_are_settled_apart_and_order_is_of_no_effect(seed):
    firms, taxes, scheme = random_case(seed)
    whole = run(firms, taxes, scheme).ledger
    turned = run(firms, taxes.iloc[::-1], scheme).ledger
    pd.testing.assert_frame_equal(whole, turned)
    for name in firms["firm"]:
        alone = run(firms[firms["firm"] == name], taxes[taxes["firm"] == name], scheme).ledger
        mine = whole[whole["firm"] == name].reset_index(drop=True)
        assert mine.astype(str).equals(alone.astype(str))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": ["3/2"]}, {"shares": [0.5]}, {"shares": []}, {"start": "soon"}, {"needs": ["blessing"]},
        {"rounding": "up a bit"}, {"cap": "-1"}, {"base_years": 0}, {"losses": "forget"}, {"extra": 1},
    ],
)  # fmt: skip
def test_a_scheme_that_cannot_be_is_refused(wrong):
    values = {
        name: getattr(LAW, name) for name in LAW.__dataclass_fields__ if name != "key"
    } | {"shares": ["1/2"], "extension": [], "cap": 1}  # fmt: skip
    with pytest.raises(HaiheError, match="E-RUL-76"):
        sharing_scheme("x", values | wrong)
    values.pop("taxes")
    with pytest.raises(HaiheError, match="taxes"):
        sharing_scheme("x", values)


@pytest.mark.parametrize(
    ("firms", "taxes", "code"),
    [
        (firm().drop(columns="moved"), taxed([1], []), "E-RUL-77"),
        (firm(), taxed([1], []).drop(columns="paid"), "E-RUL-77"),
        (pd.concat([firm(), firm()]), taxed([1], []), "E-RUL-78"),
        (firm(), taxed([1], [], "G"), "E-RUL-78"),
        (firm(), taxed([1], []).assign(refunded=0.5), "E-RUL-79"),
        (firm(), taxed([1], []).assign(paid=-1), "E-RUL-79"),
    ],
)
def test_tables_that_cannot_be_used_are_named(firms, taxes, code):
    with pytest.raises(HaiheError, match=code):
        run(firms, taxes)


def test_no_firm_in_scope_gives_empty_tables():
    result = run(firm(led_by="market"), taxed([24, 20, 19], [30]))
    assert result.ledger.empty
    assert result.closing.empty
    assert set(result.tables) == {"scope", "ledger", "closing"}

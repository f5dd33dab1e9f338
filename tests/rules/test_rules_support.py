"""What applications get: borders that a planner can check by hand, and properties that hold for every file and table."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import numpy as np
import pandas as pd
import pytest
from fund_text import ARTICLES, HEAD, SAMPLE, STACKED
from hypothesis import given, settings
from hypothesis import strategies as st

import haihe.rules.computing as computing
from haihe.messages import HaiheError
from haihe.rules import evaluate, read_scheme_text, read_schemes, trace
from haihe.rules.money import Rounding, share_out, times

many = settings(max_examples=60)
BOOK = read_scheme_text(SAMPLE)
STACKED_BOOK = read_scheme_text(STACKED)
MID_2024 = dt.date(2024, 9, 1)


def one(article: str, day: dt.date = MID_2024, **fields) -> pd.Series:
    """Result of one application."""
    frame = pd.DataFrame([{"application": "A", "enterprise": "E", "article": article, **fields}])
    return evaluate(BOOK, frame, day).frame.iloc[0]


WAN = 1_000_000  # fen in 10,000 yuan
TABLE = [
    # article, input, state, support (10,000 yuan), city, district, caps that bind
    ("upgrade", {"investment": 20_000, "equipment": 12_000, "honest": True}, "eligible", 1200, 600, 600, ""),
    ("upgrade", {"investment": 90_000, "equipment": 62_000, "honest": True}, "eligible", 5000, 2500, 2500, "cap"),
    ("upgrade", {"investment": 60_000, "equipment": 50_000, "honest": True}, "eligible", 5000, 2500, 2500, ""),
    ("upgrade", {"investment": 1_000, "equipment": 600, "honest": True}, "eligible", 60, 30, 30, ""),
    ("upgrade", {"investment": "999.999999", "equipment": 600, "honest": True}, "ineligible", 0, 0, 0, ""),
    ("upgrade", {"investment": 900, "equipment": 600, "honest": True}, "ineligible", 0, 0, 0, ""),
    ("upgrade", {"investment": 0, "equipment": 0, "honest": True}, "ineligible", 0, 0, 0, ""),
    ("upgrade", {"investment": 5_000, "equipment": 0, "honest": True}, "eligible", 0, 0, 0, ""),
    ("upgrade", {"investment": None, "equipment": 600, "honest": True}, "undecided", None, None, None, ""),
    ("upgrade", {"investment": None, "equipment": 600, "honest": False}, "ineligible", 0, 0, 0, ""),
    ("upgrade", {"investment": 5_000, "equipment": None, "honest": True}, "undecided", None, None, None, ""),
    ("saving", {"cost": 5_000, "saving": 12_000}, "eligible", 400, None, None, "cap"),
    ("saving", {"cost": 900, "saving": 12_000}, "eligible", 270, None, None, "cost"),
    ("saving", {"cost": 900, "saving": 945}, "eligible", "37.8", None, None, ""),
    ("saving", {"cost": "1333.333333", "saving": 12_000}, "eligible", "399.999999", None, None, "cost"),
    ("saving", {"cost": 100, "saving": 100}, "eligible", 4, None, None, ""),
    ("saving", {"cost": 100, "saving": "99.99"}, "ineligible", 0, None, None, ""),
    ("pilot", {"cost": 2_000, "level": "国家级"}, "eligible", 500, None, None, "cap"),
    ("pilot", {"cost": 1_000, "level": "city"}, "eligible", 200, None, None, ""),
    ("pilot", {"cost": 1_000, "level": None}, "undecided", None, None, None, ""),
    ("chips", {"sales": 1}, "eligible", 300, None, None, ""),
    ("chips", {"sales": "9.9999999999"}, "eligible", 300, None, None, ""),
    ("chips", {"sales": 10}, "eligible", 500, None, None, ""),
    ("slices", {"cost": 1_000}, "eligible", 50, None, None, ""),
    ("slices", {"cost": 11_000}, "eligible", 50 + 270 + 10, None, None, ""),
    ("slices", {"cost": 10}, "eligible", 1, None, None, ""),
]


@pytest.mark.parametrize(("article", "fields", "state", "support", "city", "district", "bound"), TABLE)
def test_borders(article, fields, state, support, city, district, bound) -> None:
    row = one(article, **fields)
    assert row["state"] == state
    assert row["bound"] == bound
    if support is None:
        assert pd.isna(row["support"])
    else:
        assert row["support"] == Fraction(str(support)) * WAN
    if city is not None:
        assert (row["city"], row["district"]) == (city * WAN, district * WAN)


def test_both_caps_bind_at_once() -> None:
    """30 % of 13.3333… mn is just 4 mn: with a cost of 1,333.333334 the cap is the lower by one fen."""
    assert one("saving", cost=Decimal("1333.333334"), saving=20_000)["bound"] == "cap;cost"
    assert one("saving", cost=Decimal("1333.33334"), saving=20_000)["bound"] == "cap"


def test_what_is_missing_is_named() -> None:
    row = one("upgrade", investment=None, equipment=1, honest=None)
    assert (row["state"], row["missing"]) == ("undecided", "honest;investment")
    assert one("saving", cost=500, saving=None)["missing"] == "saving"
    assert one("upgrade", investment=5_000, equipment=None, honest=True)["missing"] == "equipment"


def test_the_day_decides_which_version_applies() -> None:
    facts = {"investment": 1_500, "equipment": 1_000, "honest": True}
    last, first = one("upgrade", dt.date(2024, 12, 26), **facts), one("upgrade", dt.date(2024, 12, 27), **facts)
    assert (last["state"], last["support"], last["version"]) == ("eligible", 100 * WAN, "2023-04-11")
    assert (first["state"], first["failed"], first["version"]) == ("ineligible", "size", "2024-12-27")
    assert one("upgrade", dt.date(2023, 4, 10), **facts)["state"] == "not in force"
    frame = pd.DataFrame(
        {"application": ["a", "b"], "day": ["2024-12-26", "2024-12-27"], **{k: [v, v] for k, v in facts.items()}}
    )
    both = evaluate(BOOK, frame, "day").frame.query("article == 'upgrade'")
    assert list(both["version"]) == ["2023-04-11", "2024-12-27"]


def test_a_score_is_a_sum_with_a_stand_in_for_what_is_missing() -> None:
    assert one("score", sales=2, rd_share=3.02)["support"] == 40_00
    assert one("score", sales=2, rd_share=None)["support"] == 40_00
    assert one("score", sales=200, rd_share="1.51")["support"] == 65_00
    assert one("score", sales=None, rd_share=None)["state"] == "undecided"


def test_floats_count_as_the_decimals_that_they_show() -> None:
    for value in (0.1, 1.005, 1234.56, 4_999.999999, 0.29, 1e-6, 99_999.01):
        exact = int(Fraction(str(value)) * WAN)
        assert one("slices", cost=value)["raw"] == one("slices", cost=Decimal(str(value)))["raw"]
        assert BOOK.fields["cost"].own.grain * exact == Fraction(str(value)) * 10_000
    with pytest.raises(HaiheError, match="E-RUL-42"):
        one("slices", cost=0.1234567)
    with pytest.raises(HaiheError, match="E-RUL-43"):
        one("slices", cost=-1)


amounts = st.integers(0, 10**13)
tables = st.lists(st.tuples(amounts, amounts, st.integers(0, 10**8), st.booleans()), min_size=1, max_size=8)


def frame_of(rows) -> pd.DataFrame:
    """A table from whole fen, hundredths of tce and flags."""
    exact = [[Decimal(i) / WAN, Decimal(e) / WAN, Decimal(s) / 100, h] for i, e, s, h in rows]
    frame = pd.DataFrame(exact, columns=["investment", "equipment", "saving", "honest"], dtype=object)
    frame["cost"], frame["enterprise"] = frame["investment"], "E"
    return frame.assign(application=[f"A{i}" for i in range(len(frame))])


def reference(investment: int, equipment: int, honest: bool) -> int:
    """The upgrade article by exact fractions, as one would with pencil and paper."""
    if investment < 1000 * WAN or not honest:
        return 0
    exact = Fraction(equipment, 10)
    return min(int(exact + Fraction(1, 2)), 5000 * WAN)


@many
@given(tables)
def test_support_is_exact_and_never_above_cap_or_cost(rows) -> None:
    frame = evaluate(BOOK, frame_of(rows), MID_2024).frame.set_index(["article", "application"]).sort_index()
    for number, (investment, equipment, saving, honest) in enumerate(rows):
        assert frame.loc[("upgrade", f"A{number}"), "support"] == reference(investment, equipment, honest)
        got = frame.loc[("saving", f"A{number}"), "support"]
        assert got <= 400 * WAN
        assert 10 * got <= 3 * investment
        assert got <= 400 * saving + 1


@many
@given(tables)
def test_splits_and_instalments_add_up_to_the_fen(rows) -> None:
    result = evaluate(STACKED_BOOK, frame_of(rows), MID_2024)
    money = result.frame[result.frame["unit"] == "分"]
    parts = money[["city", "district", "unsplit"]].sum(axis=1)
    assert (parts == money["support"])[money["state"] != "undecided"].all()
    paid = result.payments.groupby(["application", "article"])["amount"].sum()
    due = money[(money["article"] == "upgrade") & (money["support"].fillna(0) > 0)].set_index(
        ["application", "article"]
    )
    assert (paid.sort_index().to_numpy() == due["support"].sort_index().to_numpy()).all()
    assert (money["removed"].fillna(0) <= money["entitled"].fillna(0)).all()


@many
@given(amounts, amounts, st.integers(0, 10**6))
def test_support_is_monotone_where_the_rule_is(one_amount, other, saving) -> None:
    low, high = sorted((one_amount, other))
    rows = [(low, low, saving, True), (high, high, saving, True)]
    frame = evaluate(BOOK, frame_of(rows), MID_2024).frame
    for article in ("upgrade", "saving", "slices"):
        small, large = frame.loc[frame["article"] == article, "support"]
        assert small <= large


def comparable(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows in one order, categories as text."""
    plain = frame.astype({name: object for name in frame.columns if frame[name].dtype == "category"})
    return plain.sort_values(["application", "scheme", "article"], ignore_index=True)


@settings(max_examples=25)
@given(tables, st.randoms(use_true_random=False))
def test_order_and_division_of_the_table_change_nothing(rows, rng) -> None:
    book, table = STACKED_BOOK, frame_of(rows)
    whole = comparable(evaluate(book, table, MID_2024).frame)
    order = rng.sample(range(len(table)), len(table))
    mixed = comparable(evaluate(book, table.iloc[order], MID_2024).frame)
    pd.testing.assert_frame_equal(whole, mixed)
    parts = [evaluate(BOOK, part, MID_2024).frame for part in (table[:3], table[3:]) if len(part)]
    alone = comparable(evaluate(BOOK, table, MID_2024).frame)
    pd.testing.assert_frame_equal(alone, comparable(pd.concat([comparable(part) for part in parts])))


def test_files_may_be_divided_and_mixed(tmp_path) -> None:
    blocks = re.split(r"^  (?=\S)", ARTICLES.removeprefix("articles:\n"), flags=re.M)[1:]
    head, fields = HEAD.split("fields:\n")
    names = [f"{number}.yaml" for number in (5, 3, 9, 1, 7, 2)]
    for name, block in zip(names, blocks, strict=True):
        (tmp_path / name).write_text(f"{head}articles:\n  {block}", "utf-8")
    (tmp_path / "0.yaml").write_text(f"{head}fields:\n{fields}", "utf-8")
    divided, whole = read_schemes(tmp_path), BOOK
    assert {c.full for c in divided.clauses} == {c.full for c in whole.clauses}
    table = frame_of([(5 * 10**9, 10**9, 10**5, True), (10**10, 10**12, 10**7, True)]).assign(sales=3, level="city")
    pd.testing.assert_frame_equal(
        comparable(evaluate(divided, table, MID_2024).frame), comparable(evaluate(whole, table, MID_2024).frame)
    )


def test_stacking_keeps_the_higher_award_and_the_ceiling_of_the_enterprise() -> None:
    frame = pd.DataFrame(
        {
            "application": ["a", "b", "c"],
            "enterprise": ["E", "E", "G"],
            "investment": [90_000, 90_000, 2_000],
            "equipment": [62_000, 3_000, 1_000],
            "cost": [50_000, 2_000, 2_000],
            "level": ["national", "national", "city"],
            "honest": [True, True, True],
            "article": ["upgrade;pilot"] * 3,
        }
    )
    result = evaluate(STACKED_BOOK, frame, MID_2024)
    got = result.frame.set_index(["application", "article"])
    assert got.loc[("a", "pilot"), ["removed", "stacked_by"]].tolist() == [500 * WAN, "fund/one"]
    assert got.loc[("b", "pilot"), "support"] == 500 * WAN
    assert got.loc[("b", "upgrade"), "support"] == 0
    assert got.loc[("a", "upgrade"), "support"] == 5000 * WAN
    assert got.loc[("c", "pilot"), "support"] == 300 * WAN
    assert "择高不重复" in trace(result, "a", "pilot").text("zh")
    assert "stacking takes 5,000,000 yuan" in trace(result, "a", "pilot").text("en")
    nameless = evaluate(STACKED_BOOK, frame.assign(enterprise=[None, "E", "G"]), MID_2024).frame.set_index(
        ["application", "article"]
    )
    assert nameless.loc[("a", "upgrade"), ["state", "missing"]].tolist() == ["undecided", "enterprise"]


@many
@given(
    st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=6),
    st.fractions(0, 3, max_denominator=10**6),
    st.sampled_from(["half_up", "half_even", "down", "up"]),
    st.sampled_from([1, 10, 100, 10**6]),
)
def test_times_is_exact(values, rate, way, step) -> None:
    got = times(np.array(values, dtype=np.int64), rate, Rounding(step, way))
    for value, result in zip(values, got.tolist(), strict=True):
        exact = abs(Fraction(value) * rate) / step
        below, rest = divmod(exact, 1)
        up = {"down": False, "up": rest > 0, "half_up": rest >= Fraction(1, 2)}
        up["half_even"] = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1)
        assert abs(result) == (below + up[way]) * step
        assert result * value * rate >= 0


@many
@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=6), st.lists(st.integers(1, 99), min_size=1, max_size=4))
def test_shares_add_up(values, weights) -> None:
    named = {f"p{i}": Fraction(weight) for i, weight in enumerate(weights)}
    parts = share_out(np.array(values, dtype=np.int64), named, "p0")
    assert sum(parts.values()).tolist() == values
    for name, part in parts.items():
        exact = [Fraction(v) * named[name] / sum(named.values()) for v in values]
        off = [p - e for p, e in zip(part.tolist(), exact, strict=True)]
        assert all(0 <= d < len(weights) for d in off) if name == "p0" else all(-1 < d <= 0 for d in off)


def test_an_award_may_be_rounded_to_whole_yuan_without_passing_its_cap() -> None:
    text = SAMPLE.replace("rounding: {to: 分, way: half_up}", "rounding: {to: 元, way: up}")
    text = text.replace("amount: 5000 万元", "amount: 100.55 元")
    frame = pd.DataFrame({"application": ["a", "b"], "investment": 5000, "equipment": ["0.100001", 1], "honest": True})
    got = evaluate(read_scheme_text(text), frame.assign(article="upgrade"), MID_2024).frame["support"]
    assert got.tolist() == [100_00, 100_00]
    frame["equipment"] = ["0.01000001", "0.090001"]
    with pytest.raises(HaiheError, match="E-RUL-42"):
        evaluate(read_scheme_text(text), frame, MID_2024)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(HaiheError, match="E-RUL-40"):
        times(np.array([2**62], dtype=np.int64), Fraction(3))


@pytest.mark.parametrize("broken", ["floats", "no cap"])
def test_a_wrong_computation_is_noticed(monkeypatch, broken) -> None:
    if broken == "floats":
        monkeypatch.setattr(computing, "times", lambda a, r, _=None: np.round(a * float(r)).astype(np.int64))
        rows = [(10**10, 12_345, 0, True)]
    else:
        first = lambda f, items, *start: start[0] if f is np.minimum else reduce(f, items, *start)  # noqa: E731
        monkeypatch.setattr(computing, "reduce", first)
        rows = [(10**13, 10**13, 10**6, True)]
    with pytest.raises(AssertionError):
        test_support_is_exact_and_never_above_cap_or_cost.hypothesis.inner_test(rows)

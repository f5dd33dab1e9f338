"""Promises under revenue paths, portfolios of funds, lights: the definitions, invariants, bad input."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import haihe
from haihe.messages import HaiheError, Text
from haihe.region import TABLES, Region
from haihe.shocks.clearing import clear
from haihe.shocks.debtrank import debtrank
from haihe.shocks.fiscal import FiscalStress, fiscal_stress, in_order
from haihe.shocks.fiscal_views import ITEM_NAMES, KINDS
from haihe.shocks.fund_portfolios import portfolios
from haihe.shocks.lights import OWN, RULES, Rule, lights
from haihe.shocks.obligations import Obligations
from small_region import EVIDENCE, META, small_tables

MONEY = {"unit": "亿元", **EVIDENCE}


def region_with(**tables: pd.DataFrame) -> Region:
    return Region({**small_tables(), **tables}, META)


def income(**items: float) -> pd.DataFrame:
    rows = [{"region": "north", "item": item, "year": 2018, "value": value, **MONEY} for item, value in items.items()]
    return pd.DataFrame(rows)


def promised(*lines: tuple[str, str, int, float, int]) -> pd.DataFrame:
    names = ["promise", "kind", "year", "value", "order"]
    frame = pd.DataFrame(lines, columns=names).assign(region="north", **MONEY)
    return frame.assign(name_zh=frame["promise"], name_en=frame["promise"])


USUAL = promised(
    ("WAGES", "basic", 2018, 60.0, 1), ("LOAN", "interest", 2018, 10.0, 2), ("MATCH", "matching", 2018, 8.0, 3),
    ("FUND", "fund", 2018, 4.0, 3), ("WAGES", "basic", 2019, 60.0, 1),
)  # fmt: skip


def stressed(
    paths: dict[str, dict[str, float]] | None = None, arrears: bool = True, **tables: pd.DataFrame
) -> FiscalStress:
    base = {"finances": income(revenue=40.0, transfers=20.0, land_revenue=22.0), "promises": USUAL}
    return fiscal_stress(region_with(**{**base, **tables}), paths, arrears=arrears)


def paid(found: FiscalStress, path: str, year: int) -> dict[str, float]:
    rows = found.payments.query("path == @path and year == @year")
    return dict(zip(rows["promise"], rows["paid"].round(9), strict=True))


def test_the_last_in_order_break_first_and_equals_share() -> None:
    found = stressed({"half": {"land_revenue": 0.5}})
    assert paid(found, "budget", 2018) == {"WAGES": 60, "LOAN": 10, "MATCH": 8, "FUND": 4}
    # 71 come in: 60, 10, and 1 for the two that are third, in proportion 8 to 4.
    assert paid(found, "half", 2018) == pytest.approx({"WAGES": 60, "LOAN": 10, "MATCH": 2 / 3, "FUND": 1 / 3})
    assert set(found.broken["promise"]) == {"MATCH", "FUND"}
    assert (found.broken["year"] == 2018).all()


def test_arrears_stand_beside_the_promises_of_the_next_year() -> None:
    found = stressed({"half": {"land_revenue": 0.5}})
    assert paid(found, "half", 2019) == pytest.approx({"WAGES": 60, "LOAN": 0, "MATCH": 22 / 3, "FUND": 11 / 3})
    gone = stressed({"half": {"land_revenue": 0.5}}, arrears=False)
    assert paid(gone, "half", 2019) == {"WAGES": 60, "LOAN": 0, "MATCH": 0, "FUND": 0}
    assert found.space.query("path == 'half' and year == 2019")["left"].item() == pytest.approx(0)
    assert gone.space.query("path == 'half' and year == 2019")["left"].item() == pytest.approx(11)


def test_the_order_of_payment_decides() -> None:
    turned = USUAL.assign(order=USUAL["order"].map({1: 3, 2: 2, 3: 1}))
    found = stressed({"half": {"land_revenue": 0.5}}, promises=turned)
    assert set(found.broken["promise"]) == {"WAGES"}


def test_paths_of_the_table_reach_regions_below_and_own_rows_win() -> None:
    tables = small_tables()
    parents = dict(zip(tables["regions"]["region"], tables["regions"]["parent"], strict=True))
    rows = [{"path": "bad", "region": parents["north"], "item": "land_revenue", "year": 2018, "share": 0.5, **EVIDENCE}]
    upper = pd.DataFrame(rows)
    found = stressed(fiscal_paths=upper)
    assert found.income.query("path == 'bad' and item == 'land_revenue' and year == 2018")["value"].item() == 11
    assert found.income.query("path == 'bad' and item == 'land_revenue' and year == 2019")["value"].item() == 22
    own = pd.concat([upper, upper.assign(region="north", share=0.25)])
    assert stressed(fiscal_paths=own).income.query("path == 'bad' and year == 2018")["value"].sum() == pytest.approx(
        65.5
    )


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000))
def test_payment_in_order_is_that_of_a_plain_purse(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 8
    frame = pd.DataFrame(
        {"path": "p", "region": rng.choice(["a", "b"], n), "order": rng.integers(1, 4, n), "due": rng.integers(0, 9, n) * 1.0,
         "arrears": rng.integers(0, 3, n) * 1.0}
    )  # fmt: skip
    purse = {"a": float(rng.integers(0, 30)), "b": float(rng.integers(0, 30))}
    found = in_order(frame, frame["region"].map(purse).to_numpy())
    for code, left in purse.items():
        for order in (1, 2, 3):
            line = frame[(frame["region"] == code) & (frame["order"] == order)]
            wanted = (line["due"] + line["arrears"]).sum()
            part = min(1.0, left / wanted) if wanted else 1.0
            assert found[line.index] == pytest.approx((line["due"] + line["arrears"]).to_numpy() * part)
            left -= wanted * part


@settings(max_examples=15, deadline=None)
@given(low=st.floats(0, 1), high=st.floats(0, 1))
def test_more_revenue_never_pays_less_and_money_is_kept(low: float, high: float) -> None:
    low, high = sorted((low, high))
    found = stressed({"low": {"land_revenue": low}, "high": {"land_revenue": high}})
    sums = found.payments.groupby("path")["paid"].sum()
    assert sums["low"] <= sums["high"] + 1e-9
    assert (found.space["paid"] <= found.space["income"] + 1e-9).all()
    rows = found.payments
    np.testing.assert_allclose(rows["due"] + rows["arrears"], rows["paid"] + rows["unpaid"], atol=1e-9)


def test_regions_without_income_are_named_not_guessed() -> None:
    more = pd.concat([USUAL, USUAL.assign(region="south")])
    found = stressed(promises=more)
    assert found.missing == ["south"]
    assert set(found.payments["region"]) == {"north"}
    assert any("没有收入数" in note.zh for note in found.tables["fiscal-space"].notes)


def test_bad_fiscal_input_has_codes() -> None:
    asked = {
        "E-SHK-44": lambda: fiscal_stress(region_with(promises=USUAL)),
        "E-SHK-45": lambda: stressed({"x": {"fees": 0.5}}),
        "E-SHK-34": lambda: stressed({"x": {"revenue": -0.5}}),
        "E-TAB-01": lambda: fiscal_stress(region_with()),
        "E-SHK-46": lambda: portfolios(region_with()),
        "E-SHK-47": lambda: Rule("debt_used", Text("", ""), (0.9, 0.8, 1.0), True, OWN),
        "E-UNIT-02": lambda: stressed(promises=USUAL.assign(unit="t")),
    }
    for code, ask in asked.items():
        with pytest.raises(HaiheError) as caught:
            ask()
        assert caught.value.code == code, code


HELD = pd.DataFrame(
    [("G1", "h1", "maker", "north", 6.0), ("G1", "h2", "lab", "south", 2.0), ("G2", "h1", "maker", "north", 2.0)],
    columns=["fund", "holding", "target", "region", "value"],
).assign(year=2018, **MONEY)
FUNDS = pd.DataFrame(
    {"fund": ["G1", "G2"], "name_zh": ["甲", "乙"], "name_en": ["A", "B"], "kind": "guidance", **EVIDENCE}
)
PUT = pd.DataFrame(
    [
        ("G1", "public", 2.0),
        ("G1", "committed", 10.0),
        ("G1", "paid_in", 8.0),
        ("G1", "invested", 5.0),
        ("G2", "committed", 4.0),
    ],
    columns=["fund", "item", "value"],
).assign(part="all", year=2018, **MONEY)


def test_portfolios_by_hand() -> None:
    found = portfolios(region_with(funds=FUNDS, fund_holdings=HELD, fund_money=PUT))
    first = found.concentration.set_index("fund").loc["G1"]
    assert first["target_hhi"] == pytest.approx(0.75**2 + 0.25**2)
    assert (first["region_largest"], first["region_share"]) == ("north", 0.75)
    assert np.isnan(first["chain_hhi"])
    assert found.duplicates[["target", "funds", "names", "value", "share"]].to_numpy().tolist() == [
        ["maker", 2, "G1;G2", 8, 0.8]
    ]
    idle = found.idle.set_index("fund")
    assert idle.loc["G1", ["not_called", "idle", "idle_share"]].tolist() == [2, 3, 0.375]
    assert idle.loc["G2", ["not_called", "idle"]].isna().all()
    assert found.leverage.set_index("fund").loc["G1", "committed_times"] == 5
    assert np.isnan(found.leverage.set_index("fund").loc["G1", "landed_times"])
    only = portfolios(region_with(funds=FUNDS, fund_money=PUT))
    assert only.concentration.empty
    assert "funds-idle" in only.tables


def test_kinds_in_words_are_those_of_the_tables() -> None:
    for table, column, words in (("promises", "kind", KINDS), ("fiscal_paths", "item", ITEM_NAMES)):
        assert set(TABLES[table].column(column).choices) == set(words)


def test_the_example_tells_which_promises_break_and_marks_them_made_up() -> None:
    region = haihe.example("jing-jin-ji")
    found = fiscal_stress(region)
    assert found.payments["region"].nunique() == 16
    assert not found.missing
    unpaid = found.space.groupby("path")["unpaid"].sum()
    assert unpaid["land-43"] > unpaid["land-72"] > unpaid["budget"]
    assert found.quality == lights(region, found).quality == "illustrative"
    assert portfolios(region).duplicates["funds"].min() == 2
    debts = Obligations.of(region)
    assert (debts.net_worth > 0).all()
    calm, bad = clear(debts), clear(debts, fall={"land": 0.5})
    assert not calm.defaults.any()
    assert bad.defaults.any()
    assert bad.called.sum() > 0
    assert debtrank(debts, {"PL1": 0.5}).rank > 0


def test_lights_are_what_their_rules_say() -> None:
    rule = Rule("debt_used", Text("债务", "debt"), (0.5, 0.7, 0.9), True, OWN)
    values = pd.Series([0.49, 0.5, 0.7, 0.9, 2.0, np.nan])
    assert rule.colour(values).tolist() == ["green", "yellow", "orange", "red", "red", "unknown"]
    falling = Rule("kept", Text("承诺", "kept"), (0.9, 0.7, 0.5), False, OWN)
    assert falling.colour(values).tolist() == ["red", "red", "orange", "yellow", "green", "unknown"]
    assert "70.0%" in rule.words("orange", 0.75).en
    assert "没有数据" in rule.words("unknown", np.nan).zh


def test_lights_of_a_region_say_why() -> None:
    more = {"debt": 95.0, "debt_ceiling": 100.0, "suspended_payments": 5.0, "expenditure": 100.0}
    finances = income(revenue=40.0, transfers=20.0, land_revenue=22.0, **more)
    region = region_with(finances=finances, promises=USUAL)
    stress = fiscal_stress(region, {"none": {"land_revenue": 0.0}})
    found = lights(region, stress)
    colour = found.frame.set_index("indicator")["colour"]
    assert (colour["debt_used"], colour["suspended"], colour["matched"]) == ("yellow", "red", "red")
    assert found.worst["colour"].tolist() == ["red"]
    assert "红" in found.words.zh
    bare = lights(region)
    assert set(bare.frame.set_index("indicator").loc[["service", "kept"], "colour"]) == {"unknown"}
    for result in (found, stress):
        assert all(table.quality == "illustrative" for table in result.tables.values())
        assert all(figure.options("zh") for figure in result.figures.values())
    with pytest.raises(HaiheError, match="E-SHK-47"):
        lights(region, stress, [Rule("luck", Text("", ""), (0, 0, 0), True, OWN)])
    assert len({rule.indicator for rule in RULES}) == len(RULES)

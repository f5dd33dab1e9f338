"""Fund views: stages apart, four meanings of leverage, idle cash, execution with tails; duplicates as candidates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.rules.duplicates import find_duplicates, plain_name
from haihe.rules.execution import budget_execution
from haihe.rules.fund_views import MEANINGS, STAGES, fund_stages

WORD = Text("虚构", "made up")
YI = 10**10
"""100 million yuan in fen."""
seeds = st.integers(0, 10**6)


def stages_of(rows):
    """Flows from records or columns."""
    return pd.DataFrame(rows, columns=["fund", "year", "stage", "payer", "amount"])


HAIHE = stages_of(
    [
        ("green", 2023, "paid_in", "government", 878_100_000_000),
        ("green", 2023, "paid_in", "other", 2_953_500_000_000),
        ("digital", 2022, "committed", "other", 1104 * YI),
        ("digital", 2022, "paid_in", "other", 615 * YI),
        ("digital", 2023, "invested", "government", 87 * YI),
        ("digital", 2025, "landed", "other", 406 * YI),
    ]
)


def leverage_of(result, fund):
    mine = result.leverage[result.leverage["fund"] == fund].set_index("meaning")
    return mine["ratio"].round(2).to_dict()


def test_four_meanings_of_leverage_stand_apart_and_missing_is_not_nought():
    result = fund_stages(HAIHE, 2025, WORD, "estimated")
    assert set(result.leverage["meaning"]) == set(MEANINGS)
    green, digital = leverage_of(result, "green"), leverage_of(result, "digital")
    assert green["paid_in"] == 4.36
    assert np.isnan([green["committed"], green["invested"], green["landed"]]).all()
    assert digital["landed"] == 4.67
    assert digital["invested"] == 1.0
    assert np.isnan([digital["committed"], digital["paid_in"]]).all()
    rows = {(row[0].zh, row[1].zh): row[4].zh for row in result.tables["leverage"].shown_rows()}
    assert rows["green", MEANINGS["paid_in"][2].zh] == "4.36"
    assert rows["green", MEANINGS["committed"][2].zh] == "—"


def test_only_what_was_added_up_to_the_year_counts():
    early = fund_stages(HAIHE, 2023, WORD, "estimated").frame.set_index("fund")
    assert early.loc["digital", "committed_all"] == 1104 * YI
    assert pd.isna(early.loc["digital", "landed_all"])
    assert pd.isna(early.loc["digital", "committed_government"])


def test_idle_cash_of_a_fund_that_reports_no_investment_is_missing():
    idle = fund_stages(HAIHE, 2023, WORD, "estimated").idle.set_index(["fund", "year"])
    assert idle.loc[("green", 2023), ["invested", "idle", "share", "oldest"]].isna().all()
    assert idle.loc[("digital", 2023), "idle"] == (615 - 87) * YI
    assert pd.isna(idle.loc[("digital", 2023), "fee"])


def test_idle_cash_with_the_age_of_its_oldest_part():
    rows = [
        ("F", 2020, "paid_in", "government", 100),
        ("F", 2021, "paid_in", "other", 50),
        ("F", 2021, "invested", "government", 60),
        ("F", 2022, "invested", "government", 40),
        ("F", 2022, "fee", "government", 5),
        ("F", 2023, "invested", "government", 45),
        ("F", 2024, "invested", "government", 1),
    ]
    result = fund_stages(stages_of(rows), 2024, WORD, "illustrative")
    idle = result.idle.set_index("year")
    assert idle["idle"].to_dict() == {2020: 100, 2021: 90, 2022: 45, 2023: 0, 2024: -1}
    assert [None if pd.isna(y) else int(y) for y in idle["oldest"]] == [2020, 2020, 2021, None, None]
    assert idle.loc[2021, "share"] == pytest.approx(0.6)
    assert [f.code for f in result.findings()] == ["W-RUL-82"]
    assert [f.code for f in fund_stages(HAIHE, 2023, WORD, "estimated").findings()] == ["N-RUL-83", "N-RUL-83"]


@settings(max_examples=10)
@given(seeds)
def test_stages_add_up_to_the_fen(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    rows = stages_of(
        {
            "fund": rng.choice(["A", "B", "C"], n),
            "year": rng.integers(2018, 2024, n),
            "stage": rng.choice(list(STAGES), n),
            "payer": rng.choice(["government", "other"], n),
            "amount": rng.integers(0, 10**13, n),
        }
    )
    result = fund_stages(rows, 2023, WORD, "illustrative")
    turned = fund_stages(rows.iloc[::-1], 2023, WORD, "illustrative")
    for stage in STAGES:
        assert result.frame[f"{stage}_all"].sum() == rows.loc[rows["stage"] == stage, "amount"].sum()
    one, two = (r.frame.set_index("fund").sort_index() for r in (result, turned))
    pd.testing.assert_frame_equal(one, two)
    for fund, own in result.idle.groupby("fund"):
        row = own.iloc[-1]
        mine = rows[rows["fund"] == fund].groupby("stage")["amount"].sum()
        assert pd.isna(row["idle"]) == ("invested" not in mine)
        assert pd.isna(row["idle"]) or row["idle"] == mine.get("paid_in", 0) - mine.get("invested", 0) - mine.get(
            "fee", 0
        )


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (HAIHE.drop(columns="payer"), "E-RUL-77"),
        (HAIHE.assign(stage="promised"), "E-RUL-84"),
        (HAIHE.assign(amount=0.5), "E-RUL-79"),
    ],
)
def test_stages_that_cannot_be_used_are_named(rows, code):
    with pytest.raises(HaiheError, match=code):
        fund_stages(rows, 2025, WORD, "estimated")


BUDGETS = pd.DataFrame({"fund": "MFG", "year": [2022, 2022], "batch": ["1", "2"], "budget": [1000, 500]})
AWARDS = pd.DataFrame(
    [("P1", "MFG", 2020, "X", 600), ("P2", "MFG", 2022, "X", 800), ("P3", "MFG", 2022, "Y", 300)],
    columns=["application", "fund", "award_year", "region", "approved"],
)
PAYMENTS = pd.DataFrame(
    [
        ("MFG", 2021, "1", "P1", 2020, "X", 360),
        ("MFG", 2022, "1", "P1", 2020, "X", 240),
        ("MFG", 2022, "1", "P2", 2022, "X", 480),
        ("MFG", 2022, "2", "P3", 2022, "Y", 180),
    ],
    columns=["fund", "year", "batch", "application", "award_year", "region", "amount"],
)


def test_execution_by_batch_keeps_tails_apart():
    result = budget_execution(BUDGETS, PAYMENTS, AWARDS, WORD, "illustrative")
    batches = result.batches.set_index(["year", "batch"])
    assert batches.loc[(2022, "1"), ["budget", "paid", "new", "tails", "left"]].tolist() == [1000, 720, 480, 240, 280]
    assert batches.loc[(2022, "1"), "rate"] == pytest.approx(0.72)
    assert pd.isna(batches.loc[(2021, "1"), "budget"])
    assert pd.isna(batches.loc[(2021, "1"), "rate"])
    rest = result.open.set_index(["award_year", "region"])
    assert rest["open"].to_dict() == {(2020, "X"): 0, (2022, "X"): 320, (2022, "Y"): 120}
    assert not result.findings()
    assert set(result.tables) == {"execution", "tails"}


def test_paid_beyond_budget_or_approval_is_named():
    more = PAYMENTS.assign(amount=PAYMENTS["amount"] * 2)
    result = budget_execution(BUDGETS, more, AWARDS, WORD, "illustrative")
    assert sorted({f.code for f in result.findings()}) == ["W-RUL-85", "W-RUL-86"]


def test_payments_without_a_budget_or_an_award_are_not_lost():
    result = budget_execution(BUDGETS, PAYMENTS, AWARDS, WORD, "illustrative")
    assert result.batches["paid"].sum() == PAYMENTS["amount"].sum()
    assert (result.batches["new"] + result.batches["tails"] == result.batches["paid"]).all()


FIRMS = pd.DataFrame(
    [
        ("M1", "MFG", "天津海河精密机械有限公司", "91120000AAAAAAAA1X"),
        ("E1", "ENERGY", "天津市海河精密机械有限责任公司", None),
        ("E2", "ENERGY", "滨海新材料股份有限公司", "91120000BBBBBBBB2X"),
        ("T1", "TECH", "华北智能装备集团", "91120000aaaaaaaa1x"),
        ("M2", "MFG", "天津海河精密机械有限公司", "91120000AAAAAAAA1X"),
        ("T2", "TECH", "渤海化工有限公司", None),
    ],
    columns=["application", "fund", "enterprise", "credit_code"],
)
ITEMS = pd.DataFrame(
    [
        ("M1", "五轴加工中心 VMC-850", "INV001", 3000),
        ("M1", "数控车床 CK6150", "INV002", 800),
        ("E1", "加工中心 五轴 VMC850", None, 3000),
        ("E2", "离心空压机", "inv002 ", 700),
        ("T2", "反应釜", None, 100),
    ],
    columns=["application", "item", "invoice", "amount"],
)


def found(**changes):
    given_ = {"name_least": 90.0, "item_least": 60.0, "common": ("天津市", "天津")} | changes
    return find_duplicates(FIRMS, ITEMS, WORD, "illustrative", **given_)


def test_duplicates_are_shown_with_what_speaks_for_them():
    pytest.importorskip("rapidfuzz")
    frame = found().frame.set_index(["application", "other"])
    assert set(frame.index) == {("M1", "E1"), ("M1", "E2"), ("M1", "T1"), ("E1", "M2"), ("T1", "M2")}
    assert frame.loc[("M1", "E1"), "likeness"] == 100
    assert pd.isna(frame.loc[("M1", "E1"), "same_code"])
    assert "五轴加工中心 VMC-850" in frame.loc[("M1", "E1"), "items"]
    assert frame.loc[("M1", "E1"), "amount"] == 3000
    assert frame.loc[("M1", "E2"), "invoices"] == 1
    assert not frame.loc[("M1", "E2"), "same_code"]
    assert frame.loc[("M1", "T1"), "same_code"]
    assert "不作认定" in found().tables["duplicates"].notes[0].zh
    assert ("M1", "M2") in set(found(across="all").frame.set_index(["application", "other"]).index)


def test_a_stricter_threshold_gives_a_part_of_the_list():
    pytest.importorskip("rapidfuzz")
    lists = [
        set(map(tuple, found(name_least=least).frame[["application", "other"]].to_numpy())) for least in (100, 80, 20)
    ]
    assert lists[0] <= lists[1] <= lists[2]
    assert len(lists[0]) < len(lists[2])


def test_no_equipment_and_no_codes_are_needed():
    pytest.importorskip("rapidfuzz")
    plain = FIRMS.drop(columns="credit_code")
    result = find_duplicates(plain, None, WORD, "illustrative", name_least=90, item_least=60, common=["天津市", "天津"])
    assert set(result.frame["application"]) == {"M1", "E1"}
    assert result.frame["amount"].isna().all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("天津海河机械有限公司", "天津海河机械有限责任公司"),
        ("ＡＢＣ　机械（天津）有限公司", "abc机械(天津)有限公司"),
        ("North Sea Machines Co., Ltd.", "north sea machines"),
    ],
)
def test_names_are_evened_out(one, other):
    assert plain_name(one) == plain_name(other)


def test_applications_that_cannot_be_compared_are_named():
    with pytest.raises(HaiheError, match="E-RUL-77"):
        find_duplicates(FIRMS.drop(columns="fund"), None, WORD, "illustrative", name_least=90, item_least=60)
    with pytest.raises(HaiheError, match="E-RUL-88"):
        find_duplicates(FIRMS, None, WORD, "illustrative", name_least=101, item_least=60)
    with pytest.raises(HaiheError, match="E-RUL-51"):
        find_duplicates(pd.concat([FIRMS, FIRMS]), None, WORD, "illustrative", name_least=90, item_least=60)

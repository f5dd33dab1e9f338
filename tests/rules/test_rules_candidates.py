"""From rules to a round: amounts, states and failed conditions carried over, and what mending one field would give."""

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest
from fund_text import STACKED

from haihe.messages import HaiheError, Text
from haihe.rules import evaluate, read_scheme_text
from haihe.rules.candidates import PAYERS, candidates_of, requirements_of
from haihe.rules.decision import select
from haihe.rules.reasons import explain
from haihe.rules.rounds import Round, Tie

WORD = Text("虚构", "made up")
BOOK = read_scheme_text(STACKED)
WAN = 10**6
APPLICATIONS = pd.DataFrame(
    [
        ("A1", "甲厂", "X", "upgrade", 12000, 12000, "yes", None, None),
        ("A2", "乙厂", "Y", "upgrade", 62000, 60000, "yes", None, None),
        ("A3", "丙厂", "X", "upgrade", 900, 800, "yes", None, None),
        ("A4", "丁厂", "X", "upgrade", 5000, 4000, "no", None, None),
        ("A5", "戊厂", "Y", "upgrade", 5000, 4000, None, None, None),
        ("A6", "己厂", "Y", "pilot", None, None, None, 2000, "national"),
        ("A7", "丙厂", "X", "upgrade", 950, 900, "yes", None, None),
        ("A8", "庚厂", "X", "upgrade", 900, 800, "no", None, None),
    ],
    columns=["application", "enterprise", "region", "article", "investment", "equipment", "honest", "cost", "level"],
)
SCORES = pd.DataFrame({"application": ["A1", "A2", "A3", "A6", "A7"], "score": [80, 90, 95, 70, 60]})


def evaluated(day=dt.date(2024, 9, 1)):
    return evaluate(BOOK, APPLICATIONS, day)


def test_amounts_and_states_come_over():
    table = candidates_of(evaluated(), SCORES).set_index("application")
    assert table.loc["A1", ["support", "city", "district"]].tolist() == [1200 * WAN, 600 * WAN, 600 * WAN]
    assert table.loc["A2", ["support", "city"]].tolist() == [5000 * WAN, 2500 * WAN]
    assert table.loc["A6", ["article", "support", "district"]].tolist() == ["fund/pilot", 500 * WAN, 166666667]
    assert table["state"].to_dict() == {
        "A1": "eligible", "A2": "eligible", "A3": "ineligible", "A4": "ineligible", "A5": "undecided",
        "A6": "eligible", "A7": "ineligible", "A8": "ineligible",
    }  # fmt: skip
    assert (table["city"] + table["district"] == table["support"]).all()
    assert pd.isna(table.loc["A4", "score"])
    assert table.loc["A1", "equipment"] == 12000


def test_what_one_mended_threshold_would_give_is_found_by_the_rules_again():
    table = candidates_of(evaluated(), SCORES).set_index("application")
    assert table.loc["A3", "support"] == 80 * WAN
    assert table.loc["A7", "support"] == 90 * WAN
    assert table.loc[["A4", "A8"], "support"].tolist() == [0, 0]


def test_amounts_of_what_is_undecided_are_missing_not_nought():
    table = candidates_of(evaluated(), SCORES).set_index("application")
    assert table.loc["A5", ["support", "city", "district"]].isna().all()
    assert table.drop("A5")[["support", "city", "district"]].notna().all(axis=None)


def test_failed_conditions_are_listed_with_values():
    evaluation = evaluated()
    table = requirements_of(evaluation, candidates_of(evaluation, SCORES)).set_index(["application", "requirement"])
    size = table.loc[("A3", "size")]
    assert size[["field", "sense", "seen", "bound", "unit"]].tolist() == [
        "investment",
        ">=",
        900 * WAN,
        1000 * WAN,
        "fen",
    ]
    assert size["article"] == "示例〔2023〕4号第五条"
    assert table.loc[("A4", "honest"), "text_zh"] == "未满足“未列入严重失信名单”（未列入失信名单为否）"
    assert pd.isna(table.loc[("A5", "missing"), "met"])
    assert table.loc[("A5", "missing"), "text_zh"] == "缺少数据：未列入失信名单"
    assert set(table.index.get_level_values("application")) == {"A3", "A4", "A5", "A7", "A8"}


def test_a_round_on_rules_from_call_to_reason():
    evaluation = evaluated()
    candidates = candidates_of(evaluation, SCORES)
    round_ = Round(
        WORD, candidates, WORD, "illustrative", budget=3200 * WAN, ties=[Tie("support")], when_short="stop",
        requirements=requirements_of(evaluation, candidates),
    )  # fmt: skip
    decision = select(round_, "ranked")
    assert decision.applications == ["A2", "A1"]
    reasons = explain(decision)
    assert reasons.false.empty
    says = reasons.frame.set_index("application")["says"]
    assert says["A3"].zh == "示例〔2023〕4号第五条：未满足“总投资不低于1,000 万元”（填报900 万元）"
    assert says["A5"].en.startswith("示例〔2023〕4号第五条: missing: ")
    changes = reasons.changes.set_index(["application", "lever"])
    assert changes.loc[("A3", "investment"), "needed"] == 1000 * WAN
    assert changes.loc[("A7", "investment"), "status"] == "none"  # the list has ended above its score
    assert changes.loc[("A8", "investment"), "status"] == "none"
    mended = APPLICATIONS.assign(investment=APPLICATIONS["investment"].mask(APPLICATIONS["application"] == "A3", 1000))
    again = candidates_of(evaluate(BOOK, mended, dt.date(2024, 9, 1)), SCORES)
    assert "A3" in select(replace(round_, candidates=again, requirements=None), "ranked").applications


def test_the_day_decides_and_payers_must_have_a_side():
    later = candidates_of(evaluated(dt.date(2025, 1, 1)), SCORES).set_index("application")
    assert later.loc["A1", "support"] == 960 * WAN
    saving = pd.DataFrame(
        {
            "application": ["E1"],
            "enterprise": ["甲厂"],
            "region": ["X"],
            "article": ["saving"],
            "saving": [1000],
            "cost": [900],
        }
    )
    evaluation = evaluate(BOOK, saving, dt.date(2024, 9, 1))
    with pytest.raises(HaiheError, match="E-RUL-90"):
        candidates_of(evaluation)
    table = candidates_of(evaluation, payers={**PAYERS, "unsplit": "city"})
    assert table[["support", "city", "district"]].to_numpy().tolist() == [[40 * WAN, 40 * WAN, 0]]


def test_several_articles_stand_with_their_sum_and_a_fund_can_be_picked():
    both = APPLICATIONS.head(1).assign(article="upgrade;chips", sales=2)
    evaluation = evaluate(BOOK, both, dt.date(2024, 9, 1))
    table = candidates_of(evaluation, payers={**PAYERS, "unsplit": "city"})
    assert table[["article", "support"]].to_numpy().tolist() == [["fund/chips;fund/upgrade", 1500 * WAN]]
    assert candidates_of(evaluation, payers={**PAYERS, "unsplit": "city"}, funds=["other"]).empty

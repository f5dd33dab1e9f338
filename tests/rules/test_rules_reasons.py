"""Reasons: each application not funded has its cause, and every smallest change flips exactly at its border."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds_maker import OBJECTIVES, random_round

from haihe.messages import Text
from haihe.rules.changes import Change, turned
from haihe.rules.decision import select
from haihe.rules.limits import Exclusion, Quota
from haihe.rules.ranked_levers import caps
from haihe.rules.reasons import explain
from haihe.rules.rounds import Objective, Round, Tie

seeds = st.integers(0, 10**6)
WORD = Text("虚构", "made up")


def check_round(seed, how, most):
    """Every reason of a random round holds; returns the number of borders replayed."""
    round_ = random_round(seed, most)
    decision = select(round_, how, OBJECTIVES[seed % len(OBJECTIVES)] if how == "optimal" else None)
    reasons = explain(decision, tries=200)
    left = set(round_.candidates["application"]) - set(decision.applications)
    assert set(reasons.frame["application"]) == left
    assert reasons.false.empty, reasons.false
    assert (reasons.changes["status"] != "unsearched").all()
    found = reasons.changes[reasons.changes["status"] == "found"]
    assert found[["below", "at"]].notna().all(axis=None)
    for says in [*reasons.frame["says"], *reasons.changes["says"]]:
        assert says.zh
        assert says.en
        assert "{" not in says.zh + says.en
    return len(found)


def test_every_smallest_change_is_true_on_both_sides_by_rank():
    assert sum(check_round(seed, "ranked", 6) for seed in range(100)) > 150


def test_every_smallest_change_is_true_on_both_sides_of_an_optimum():
    assert sum(check_round(seed, "optimal", 5) for seed in range(100)) > 150


@pytest.mark.endure
@pytest.mark.parametrize("how", ["ranked", "optimal"])
def test_every_smallest_change_is_true_on_both_sides_over_a_thousand_rounds(how):
    assert sum(check_round(seed, how, 7 if how == "ranked" else 6) for seed in range(1000)) > 2000


def small_changes(change, round_):
    """Every setting of a lever from now to just before the border, or as far as makes sense where none was found."""
    if change.lever == "amount":
        return range(change.now - 1, change.needed if change.needed is not None else round_.least_amount - 1, -1)
    if change.lever == "score":
        top = 10**4 if round_.full_score is None else int(round_.full_score) * 100
        return [] if change.now is None else range(change.now + 1, change.needed or top + 1, 1 if change.needed else 37)
    if change.lever in ("budget", "matching", "quota"):
        return range(change.now + 1, change.needed if change.needed is not None else change.now + 60)
    return []


def test_a_search_that_is_given_up_says_so_and_what_it_found_stands():
    given_up = 0
    for seed in range(60):
        course = select(random_round(seed, 8), "ranked").course
        for number in range(len(course.slate.limits)):
            whole, complete = caps(course, number)
            part, ended = caps(course, number, looks=0)
            assert complete
            assert part.items() <= whole.items()
            assert part == whole or not ended
            given_up += not ended
    assert given_up > 20


@pytest.mark.parametrize("how", ["ranked", "optimal"])
def test_no_smaller_change_alters_the_result(how):
    """Brute force over every setting short of the border, and over all settings where no border was found."""
    looked = 0
    for seed in range(3):
        round_ = random_round(seed, 4, large=False)
        objective = OBJECTIVES[seed % len(OBJECTIVES)] if how == "optimal" else None
        changes = explain(select(round_, how, objective), replay=False, tries=200).changes
        for row in changes.drop(columns=["below", "at", "says"]).itertuples(index=False):
            now, needed = (None if pd.isna(value) else int(value) for value in (row.now, row.needed))
            change = Change(row.application, row.lever, row.key, WORD, row.unit, now, needed, row.status)
            for value in list(small_changes(change, round_))[:20]:
                looked += 1
                assert row.application not in select(turned(round_, change, value), how, objective).applications, row
    assert looked > 60


@settings(max_examples=25)
@given(seeds)
def test_reasons_do_not_depend_on_the_order_of_rows(seed):
    round_ = random_round(seed, 5)
    other = replace(round_, candidates=round_.candidates.iloc[::-1])
    one, two = (explain(select(r, "ranked"), replay=False) for r in (round_, other))
    pd.testing.assert_frame_equal(one.frame, two.frame)
    pd.testing.assert_frame_equal(one.changes, two.changes)


def worked_round():
    """A round whose reasons can be checked by hand; amounts in fen, 1 万元 = 1,000,000 fen."""
    wan = 10**6
    rows = [
        ("A1", "甲厂", "X", 1000, 92.0, "eligible"),
        ("A2", "乙厂", "X", 800, 90.0, "eligible"),
        ("A3", "丙厂", "Y", 600, 88.5, "eligible"),
        ("A4", "甲厂", "Y", 500, 88.0, "eligible"),
        ("A5", "丁厂", "Y", 900, 86.0, "eligible"),
        ("A6", "戊厂", "Y", 200, 85.5, "eligible"),
        ("A7", "己厂", "Y", 200, 59.0, "eligible"),
        ("A8", "庚厂", "Y", 200, 95.0, "ineligible"),
        ("A9", "辛厂", "Y", 200, None, "eligible"),
    ]
    frame = pd.DataFrame(rows, columns=["application", "enterprise", "region", "support", "score", "state"])
    frame["support"] *= wan
    frame = frame.assign(city=frame["support"] // 2, district=frame["support"] // 2)
    own = pd.DataFrame(
        {
            "application": ["A8"], "requirement": ["size"], "article": ["第五条"], "field": ["investment"],
            "sense": [">="], "seen": [900 * wan], "bound": [1000 * wan], "unit": ["fen"], "met": [False],
            "text_zh": ["总投资"], "text_en": ["total investment"],
        }
    )  # fmt: skip
    return Round(
        name=Text("2023年第一批", "first batch of 2023"),
        candidates=frame,
        source=WORD,
        quality="illustrative",
        budget=1200 * wan,
        ties=[Tie("support")],
        when_short="stop",
        matching={"X": 700 * wan, "Y": 5000 * wan},
        exclusions=[Exclusion(("A1", "A4"), Text("同一项目两次申报", "the same project twice"))],
        pass_score=Decimal(60),
        full_score=Decimal(100),
        amount_step=wan,
        requirements=own,
        names={"X": Text("甲区", "district X"), "Y": Text("乙区", "district Y")},
    )


REASONS = {
    "A2": "甲区配套能力剩余200 万元，本项目需400 万元，差200 万元",
    "A4": "同一项目两次申报：已立项A1",
    "A5": "本批次预算剩余400 万元，本项目需450 万元，差50 万元",
    "A6": "评分85.50分，入围线88.50分，差3.00分",
    "A7": "评分59.00分，低于合格分60.00分，差1.00分",
    "A8": "第五条：未满足“总投资不低于1,000 万元”（填报900 万元）",
    "A9": "没有评审得分",
}
CHANGES = {
    ("A2", "amount"): "申请支持额降到400 万元（变动400 万元）即可立项",
    ("A2", "matching"): "甲区配套能力提高到900 万元（变动200 万元）即可立项",
    ("A4", "budget"): "仅改变本批次预算不能改变结果",
    ("A5", "budget"): "本批次预算提高到1,250 万元（变动50 万元）即可立项",
    ("A5", "amount"): "申请支持额降到800 万元（变动100 万元）即可立项",
    ("A6", "score"): "评分提高到86.00分（变动0.50分）即可立项",
    ("A6", "budget"): "本批次预算提高到1,350 万元（变动150 万元）即可立项",
    ("A7", "score"): "评分提高到86.00分（变动27.00分）即可立项",
    ("A8", "investment"): "总投资提高到1,000 万元（变动100 万元）即可立项",
    ("A9", "score"): "评分达到86.00分即可立项",
}


def test_a_planner_can_read_every_line():
    decision = select(worked_round(), "ranked")
    assert decision.applications == ["A1", "A3"]
    reasons = explain(decision)
    assert {row.application: row.says.zh for row in reasons.frame.itertuples()} == REASONS
    changes = {(row.application, row.lever): row.says.zh for row in reasons.changes.itertuples()}
    assert {key: changes[key] for key in CHANGES} == CHANGES
    assert reasons.false.empty
    assert [text.zh for text in reasons.says("A8")] == [REASONS["A8"], CHANGES["A8", "investment"]]
    assert reasons.says("A1") == []
    parted = replace(worked_round(), requirements=None)
    assert [t.zh for t in explain(select(parted, "ranked"), ["A8"]).says("A8")] == [
        "不符合申报条件", "任何一项单独调整都不能改变结果",
    ]  # fmt: skip
    rows = reasons.tables["reasons"].shown_rows()
    assert [cell.zh for cell in rows[0]] == ["1", "A8", "庚厂", "乙区", "不符合申报条件", REASONS["A8"]]
    assert reasons.tables["reasons"].shown_rows()[0][5].en == (
        "第五条: “total investment at least 10,000,000 yuan” does not hold (seen 9,000,000 yuan)"
    )


def test_an_optimal_selection_says_what_would_fall_out():
    decision = select(worked_round(), "optimal", Objective("score"))
    reasons = explain(decision)
    assert reasons.false.empty
    assert decision.applications == ["A2", "A3", "A4", "A6"]
    rows = reasons.frame.set_index("application")
    assert rows.loc["A1", "says"].zh == (
        "同一项目两次申报：已立项A4；若立项须放弃A2、A4，目标（立项项目的评分合计最大）减少86.00"
    )
    assert rows.loc["A5", ["cause", "displaced", "added"]].tolist() == ["budget", "A3", ""]
    assert rows.loc["A5", "loss"] == 250
    changes = reasons.changes.set_index(["application", "lever"])
    assert changes.loc[("A1", "score"), "status"] == "none"
    assert changes.loc[("A5", "score"), "needed"] == 8851


def test_quota_as_reason_and_as_lever():
    round_ = replace(worked_round(), quotas=[Quota("region", 1)], matching=None, exclusions=[])
    reasons = explain(select(round_, "ranked"))
    row = reasons.frame.set_index("application").loc["A4"]
    assert row["cause"] == "quota"
    assert row["says"].zh == "乙区的项目数限额为1个，已满"
    quota = reasons.changes[(reasons.changes["application"] == "A4") & (reasons.changes["lever"] == "quota")].iloc[0]
    assert quota["says"].en.startswith("quota of district Y: number of projects raised to 2 projects")


def test_a_field_with_two_thresholds_or_a_second_failure_is_no_lever_alone():
    round_ = worked_round()
    second = round_.requirements.assign(requirement="listed", field="listed", sense="", article="第六条")
    both = replace(round_, requirements=pd.concat([round_.requirements, second]))
    changes = explain(select(both, "ranked")).changes.set_index(["application", "lever"])
    assert changes.loc[("A8", "investment"), "status"] == "none"


def test_only_the_asked_applications_are_explained():
    decision = select(worked_round(), "ranked")
    some = explain(decision, ["A5"], replay=False)
    assert some.frame["application"].tolist() == ["A5"]
    assert explain(decision, levers=False).changes.empty

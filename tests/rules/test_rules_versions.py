"""Before and after: two days, a draft over the law, what the text changed and why an amount is another."""

import datetime as dt
import json
from decimal import Decimal

import pandas as pd
import pytest
from fund_text import SAMPLE, STACKED

from haihe.messages import HaiheError, Text
from haihe.rules import Law, compare, diff, differences, evaluate, overlaid, read_scheme_text, read_schemes, trace

DRAFT = """\
scheme: fund-2025
title: {zh: 示例资金征求意见稿, en: Sample fund, draft}
status: draft
amends: fund
rounding: {to: 分, way: half_up}
articles:
  saving:
    title: {zh: 节能改造, en: energy saving}
    versions:
    - valid_from: 2025-07-01
      source: {document: 示例征求意见稿, article: 第三条, quality: illustrative}
      conditions:
      - {id: size, when: cost >= amount('200 万元'), text: {zh: 项目投资不低于200万元, en: cost of 2 mn yuan at least}}
      support:
        base: saving
        rate: 300 元/tce
        caps:
        - {id: cap, amount: 300 万元}
  hydrogen:
    title: {zh: 氢能示范, en: hydrogen}
    versions:
    - valid_from: 2025-07-01
      source: {document: 示例征求意见稿, quality: illustrative}
      support: {amount: 50 万元}
"""
LATER = dt.date(2025, 9, 1)
TABLE = pd.DataFrame(
    {
        "application": ["A", "B", "C"],
        "enterprise": ["E", "F", "G"],
        "investment": [5_000, 1_500, 70_000],
        "equipment": [3_000, 1_000, 62_000],
        "honest": [True, True, True],
        "cost": [5_000, 150, 900],
        "saving": [12_000, 200, 9_500],
    }
)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rules")
    (folder / "fund.yaml").write_text(SAMPLE, "utf-8")
    (folder / "draft.yaml").write_text(DRAFT.replace("Sample fund, draft", "'Sample fund, draft'"), "utf-8")
    return read_schemes(folder)


def test_a_draft_counts_only_where_it_is_asked_for(book) -> None:
    law, draft = evaluate(book, TABLE, LATER), evaluate(book, TABLE, LATER, ["fund-2025"])
    saving = draft.frame.query("article == 'saving'")
    assert law.frame.query("article == 'saving'")["support"].tolist() == [4_000_000_00, 80_000_00, 2_700_000_00]
    assert saving["support"].tolist() == [3_000_000_00, 0, 2_850_000_00]
    assert set(saving["draft"]) == {"fund-2025"}
    assert "hydrogen" not in set(law.frame["article"])
    assert draft.frame.query("article == 'hydrogen'")["support"].tolist() == [500_000_00] * 3
    early = evaluate(book, TABLE, dt.date(2025, 6, 30), ["fund-2025"]).frame.query("article == 'saving'")
    assert set(early["draft"]) == {""}
    with pytest.raises(HaiheError, match="E-RUL-28"):
        evaluate(book, TABLE, LATER, ["fund-2026"])


def test_before_and_after_are_one_call_and_say_why(book) -> None:
    both = compare(
        book,
        TABLE,
        Law(LATER, name=Text("现行办法", "the law in force")),
        Law(LATER, ("fund-2025",), Text("征求意见稿", "the draft")),
    )
    saving = both.frame.query("article == 'saving'").set_index("application")
    assert saving["change"].tolist() == [-1_000_000_00, -80_000_00, 150_000_00]
    assert set(both.changed["article"]) == {"saving", "hydrogen"}
    words = both.explain("A", "saving")
    assert words.zh.startswith("按现行办法为 400 万元，按征求意见稿为 300 万元；因为")
    assert "went from 4,000,000 yuan to 3,000,000 yuan" in words.en
    assert "项目投资不低于200万元" in both.explain("B", "saving").zh
    assert "30 % of cost of 2,700,000 yuan was dropped" in both.explain("C", "saving").en
    assert "nothing differs" in both.explain("A", "upgrade").en
    assert "no such article" in both.explain("A", "hydrogen").en


def test_two_days_of_one_law_compare(book) -> None:
    both = compare(book, TABLE, Law(dt.date(2024, 12, 26)), Law(dt.date(2024, 12, 27)))
    got = both.frame.query("article == 'upgrade'").set_index("application")
    assert got["before"].tolist() == [3_000_000_00, 1_000_000_00, 50_000_000_00]
    assert got["after"].tolist() == [2_400_000_00, 0, 40_000_000_00]
    assert "20 mn yuan at least" in both.explain("B", "upgrade").en
    assert "10 %" in both.explain("A", "upgrade").en


def test_differences_of_texts_go_by_id_and_day(book) -> None:
    first, second = book.schemes["fund"].articles["upgrade"].versions
    changes = {change.place: (change.before, change.after) for change in differences(first, second)}
    assert changes["support.rate"] == ("10 %", "8 %")
    assert changes["support.caps[cap].amount"] == ("5000 万元", "4000 万元")
    assert changes["valid_to"] == ("2024-12-26", None)
    assert not differences(first, first)
    drafted = {change.place for change in overlaid(book, "fund-2025")["saving"]}
    assert {"support.rate", "conditions[size].when", "support.caps[cost].id"} <= drafted
    other = read_scheme_text(SAMPLE.replace("rate: 8 %", "rate: 9 %"))
    assert [(c.before, c.after) for c in diff(read_scheme_text(SAMPLE), other)["fund"]] == [("8 %", "9 %")]


def test_the_trace_cites_the_act_and_every_value_seen(book) -> None:
    result = evaluate(book, TABLE, dt.date(2024, 6, 1))
    why = trace(result, "C", "upgrade")
    data = json.loads(json.dumps(why.to_dict(), ensure_ascii=False))
    assert data["source"]["document"] == "示例〔2023〕4号"
    assert data["support"] == 5_000_000_000
    assert data["split"] == {"city": 2_500_000_000, "district": 2_500_000_000}
    assert data["instalments"] == {"first": 3_000_000_000, "tail": 2_000_000_000}
    zh, en = why.text("zh"), why.text("en")
    assert "依据：示例〔2023〕4号第五条（2023-04-11 至 2024-12-26）" in zh
    assert "- 符合：总投资不低于1000万元（总投资为 70,000 万元，投资门槛为 1,000 万元）" in zh
    assert "设备投资 62,000 万元 × 10 % = 6,200 万元" in zh
    assert "cap: 50,000,000 yuan, binds" in en
    assert "市级 2,500 万元，区级 2,500 万元" in zh
    rules = read_scheme_text(SAMPLE.replace("base: saving\n", "base: saving + saving * staff\n"))
    why = trace(evaluate(rules, TABLE.assign(staff=2), dt.date(2024, 6, 1)), "B", "saving")
    assert "（年节能量 + 年节能量 × 从业人员 = 600 吨标准煤） × 400 元/tce = 24 万元" in why.text("zh")
    missing = evaluate(book, TABLE.assign(saving=None), dt.date(2024, 6, 1))
    assert "无法判定：缺少年节能量" in trace(missing, "A", "saving").text("zh")
    with pytest.raises(HaiheError, match="E-RUL-44"):
        trace(result, "Z", "upgrade")


def test_a_trace_agrees_with_the_frame(book) -> None:
    result = evaluate(read_scheme_text(STACKED), TABLE.assign(level="city", sales=2, rd_share=1), dt.date(2024, 9, 1))
    for row in result.frame.itertuples():
        why = trace(result, row.application, row.article)
        assert why.state == row.state
        assert ";".join(c.id for c in why.conditions if c.holds is False) == row.failed
        assert ";".join(limit.id for limit in why.limits if limit.binds and limit.id != "least") == row.bound
        if why.support is not None:
            assert (why.raw, why.entitled, why.removed, why.support) == (
                row.raw,
                row.entitled,
                row.removed,
                row.support,
            )
            assert sum(why.split.values()) == (row.support if row.unit == "分" else 0)


def test_tables_that_cannot_be_used_are_refused(book) -> None:
    for frame, code in (
        (TABLE.drop(columns="application"), "E-RUL-45"),
        (TABLE.assign(application=["A", "A", "B"]), "E-RUL-48"),
        (TABLE.assign(application=["A", None, "B"]), "E-RUL-48"),
        (TABLE.assign(article=["upgrade", "upgrades", ""]), "E-RUL-44"),
        (TABLE.assign(cost=["a", 1, 2]), "E-RUL-42"),
        (pd.concat([TABLE, TABLE[["cost"]]], axis=1), "E-RUL-08"),
        (TABLE.assign(cost=[float("inf"), 1, 2]), "E-RUL-42"),
        (TABLE.assign(honest=["maybe", True, False]), "E-RUL-42"),
        (TABLE.assign(level=["国家级", "省级", None]), "E-RUL-42"),
        (TABLE.assign(filed_on=["2023-02-30", "2023-01-01", None]), "E-RUL-42"),
        (TABLE.assign(staff=[1.5, 1, 2]), "E-RUL-42"),
        (TABLE.assign(staff=[1, 2_000_000, 2]), "E-RUL-43"),
    ):
        with pytest.raises(HaiheError, match=code) as caught:
            evaluate(book, frame, LATER)
        assert caught.value.findings[0].text("zh")
    with pytest.raises(HaiheError, match="E-RUL-45"):
        evaluate(book, TABLE, "decided_on")
    with pytest.raises(HaiheError, match="E-RUL-49"):
        evaluate(book, TABLE.assign(decided_on=["2025-01-01", None, "2025-01-01"]), "decided_on")


def test_an_enterprise_is_stated_once_for_all_its_applications(book) -> None:
    own = pd.DataFrame({"enterprise": ["F", "E"], "sales": [3, 20]})
    got = evaluate(book, TABLE, dt.date(2024, 6, 1), enterprises=own).frame.query("article == 'chips'")
    assert got["support"].tolist()[:2] == [5_000_000_00, 3_000_000_00]
    assert got["missing"].tolist() == ["", "", "sales"]
    for wrong, code in (
        (own.assign(cost=1), "E-RUL-08"),
        (pd.concat([own, own]), "E-RUL-48"),
        (own.drop(columns="enterprise"), "E-RUL-45"),
    ):
        with pytest.raises(HaiheError, match=code):
            evaluate(book, TABLE, LATER, enterprises=wrong)


@pytest.mark.parametrize("kind", [object, "float64", "Float64", "Int64", "str", "Decimal"])
def test_every_kind_of_column_is_read_alike(book, kind: str) -> None:
    values = pd.Series([5_000, None, 900], dtype=object)
    if kind == "Decimal":
        values = values.map(lambda v: v if v is None else Decimal(v))
    elif kind == "str":
        values = values.map(lambda v: v if v is None else str(v)).astype("str")
    else:
        values = values.astype(kind)
    frame = TABLE.assign(cost=values, article="saving", honest=pd.Series([True, None, False], dtype="boolean"))
    got = evaluate(book, frame, LATER).frame
    assert got["state"].tolist() == ["eligible", "undecided", "eligible"]
    assert got["support"].tolist()[::2] == [4_000_000_00, 2_700_000_00]


def test_an_empty_table_gives_an_empty_result(book) -> None:
    result = evaluate(book, TABLE[:0], LATER)
    assert result.frame.empty
    assert result.payments.empty
    assert {"application", "support", "failed"} <= set(result.frame)
    assert evaluate(book, TABLE[:0].assign(article=[]), LATER).frame.empty


def test_a_ceiling_by_a_field_takes_nothing_in_silence() -> None:
    text = STACKED.replace("within: [enterprise, year], cap: 5500 万元", "within: enterprise, of: cost, rate: 50 %")
    rules = read_scheme_text(text)
    frame = TABLE.assign(cost=[400, None, 200_000], article="upgrade")
    got = evaluate(rules, frame, dt.date(2024, 6, 1)).frame
    assert got["support"].tolist()[::2] == [2_000_000_00, 50_000_000_00]
    assert got[["state", "missing"]].iloc[1].tolist() == ["undecided", "cost"]
    got = evaluate(rules, frame.drop(columns="cost"), dt.date(2024, 6, 1)).frame
    assert set(got["missing"]) == {"cost"}


def test_many_cases_with_many_caps_are_kept_apart() -> None:
    caps = "[" + ", ".join(f"{{id: c{n}, amount: {100 - n} 元}}" for n in range(40)) + "]"
    case = "        - {{id: k{n}, when: staff == {n}, base: cost, rate: 10 %, caps: {caps}}}\n"
    cases = "".join(case.format(n=n, caps=caps.replace("c", f"k{n}c")) for n in range(4))
    text = (
        SAMPLE
        + """  many:
    title: {zh: 多情形, en: many cases}
    versions:
    - valid_from: 2023-01-01
      source: {document: 示例, quality: illustrative}
      support:
        cases:
"""
        + cases
    )
    frame = pd.DataFrame({"application": list("abcd"), "staff": range(4), "cost": 5, "article": "many"})
    got = evaluate(read_scheme_text(text), frame, LATER).frame
    assert got["outcome"].tolist() == ["k0", "k1", "k2", "k3"]
    assert got["bound"].tolist() == [f"k{n}c39" for n in range(4)]


def test_a_draft_must_amend_a_law_and_keep_its_units(tmp_path) -> None:
    (tmp_path / "fund.yaml").write_text(SAMPLE, "utf-8")
    for stands, put, code in (
        ("amends: fund\n", "amends: fond\n", "E-RUL-37"),
        ("en: energy saving}\n", "en: energy saving}\n    gives: tce\n", "E-RUL-47"),
    ):
        text = DRAFT.replace("Sample fund, draft", "draft").replace(stands, put, 1)
        (tmp_path / "draft.yaml").write_text(text, "utf-8")
        with pytest.raises(HaiheError, match=code):
            read_schemes(tmp_path)

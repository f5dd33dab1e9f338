"""Workbooks of applications in, workbooks of decisions out, and back again."""

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.region.examples import examples_folder
from haihe.region.workbook import read_cells
from haihe.rules import Rulebook, evaluate, read_scheme_text, read_schemes
from haihe.rules.award_list import AwardList
from haihe.rules.award_reading import awards_in_words, read_awards
from haihe.rules.form import form_columns, headings, write_applications, write_form
from haihe.rules.form_reading import read_form

RULES = examples_folder() / "jing-jin-ji" / "rules"
DAY = dt.date(2025, 6, 30)

SMALL = """
scheme: small
title: {zh: 小办法, en: Small scheme}
fields:
  cost: {type: money, unit: 万元, label: {zh: 投资额, en: investment}, min: 0, max: 100 亿元}
  saved: {type: quantity, unit: tce, decimals: 2, label: {zh: 节能量, en: saving}, min: 0}
  staff: {type: count, label: {zh: 职工, en: staff}, max: 100000}
  listed: {type: flag, label: {zh: 上市, en: listed}}
  level:
    type: choice
    label: {zh: 级别, en: level}
    choices: {A: {zh: 甲级, en: first class}, B: {zh: 乙级, en: second class}}
  town: {type: text, label: {zh: 乡镇, en: town}}
  filed: {type: date, label: {zh: 备案日, en: filed on}}
articles:
  grant:
    title: {zh: 补助, en: Grant}
    versions:
    - valid_from: 2020-01-01
      source: {document: 某号文件（2020年）, article: 第三条, quality: illustrative}
      conditions:
      - {id: size, when: "cost >= amount('10 万元')", text: {zh: 投资额10万元及以上, en: 100000 yuan or more}}
      support: {base: cost, rate: 7 %, caps: [{id: cap, amount: 30000 万元, text: {zh: 最高3亿元, en: at most 300 mn yuan}}]}
      split: {city: 2, district: 1, remainder: district}
  points:
    title: {zh: 得分, en: Points}
    kind: score
    gives: "1"
    decimals: 1
    versions:
    - valid_from: 2020-01-01
      source: {document: 某号文件（2020年）, quality: illustrative}
      support: {base: saved, rate: 1 1/tce}
"""


@cache
def small() -> Rulebook:
    return read_scheme_text(SMALL)


@cache
def whole() -> Rulebook:
    return read_schemes(RULES)


@pytest.fixture(scope="module")
def given_500() -> pd.DataFrame:
    return read_form(whole(), RULES / "applications.csv")


@pytest.fixture(scope="module")
def decided(given_500: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[AwardList, Path]:
    """500 made-up applications, through a workbook, decided, and written in Chinese."""
    folder = tmp_path_factory.mktemp("rules")
    form = write_applications(whole(), given_500, folder / "申报.xlsx", "zh")
    awards = AwardList(evaluate(whole(), read_form(whole(), form), DAY), DAY)
    return awards, awards.to_excel(folder / "结果.xlsx", "zh")


def test_500_made_up_applications_are_marked_and_come_back_from_a_workbook(given_500, tmp_path) -> None:
    assert len(given_500) == 500
    assert (given_500["note"] == "虚构示例 / made up").all()
    assert (RULES / "applications.csv").stat().st_size < 200_000
    for lang in ("zh", "en"):
        file = write_applications(whole(), given_500, tmp_path / f"{lang}.xlsx", lang)
        pd.testing.assert_frame_equal(read_form(whole(), file), given_500)


def test_the_result_workbook_says_everything_in_chinese_in_each_row(decided) -> None:
    awards, file = decided
    shown = read_cells(file)
    assert list(shown) == ["审核结果", "按条款汇总", "办法版本", "申报"]
    head = [str(cell) for cell in shown["审核结果"][2]]
    assert {"结论", "支持额", "其中市级", "其中区级", "依据文件", "条款", "理由", "计量单位"} <= set(head)
    words = awards_in_words(awards, "zh")
    assert len(words) >= 500
    for name in ("state", "title", "scheme", "document", "reason", "unit", "article", "quality"):
        shown_rows = words[words["state"] != "not in force"] if name == "document" else words
        assert shown_rows[name].notna().all(), name
    assert set(words["state"]) == {"eligible", "ineligible", "undecided", "not in force"}
    text = "\n".join(words["reason"])
    assert "未满足“总投资1000万元及以上”" in text
    assert "缺少数据" in text
    assert "受“单个项目最高5000万元”限制，为 5,000 万元" in text
    assert words.loc[words["state"] == "undecided", "support"].isna().all()


def test_amounts_of_the_workbook_are_those_of_the_evaluation_to_the_fen(decided) -> None:
    awards, file = decided
    back = read_awards(file)
    frame = awards.result.frame
    key = frame["application"].astype(str) + "|" + frame["scheme"].astype(str) + "/" + frame["article"].astype(str)
    fen = dict(zip(key, frame["support"], strict=True))
    for row in back.itertuples():
        exact = fen[f"{row.application}|{row.article}"]
        assert row.support is None if pd.isna(exact) else row.support * 10**6 == int(exact)
        if row.support:
            parts = [getattr(row, payer) for payer in awards.payers]
            assert sum(parts) == row.support


def test_reading_the_result_again_is_an_identity(decided, tmp_path) -> None:
    awards, file = decided
    words = awards_in_words(awards, "zh")
    pd.testing.assert_frame_equal(read_awards(file), words)
    again = AwardList(evaluate(whole(), read_form(whole(), file), DAY), DAY)
    assert again.to_excel(tmp_path / "again.xlsx", "zh").read_bytes() == file.read_bytes()


def test_a_changed_cell_of_the_result_is_seen(decided, tmp_path) -> None:
    awards, _ = decided
    frame = awards.frame.head(3)
    other = frame.assign(support=[Decimal("0.000001"), *frame["support"][1:]])
    changed = AwardList(awards.result, DAY)
    changed.__dict__["frame"] = other
    back = read_awards(changed.to_excel(tmp_path / "x.xlsx", "en"))
    assert back["support"][0] == Decimal("0.000001")
    assert list(back["support"]) != list(frame["support"])


def test_the_form_speaks_the_language_of_the_reader(decided, given_500, tmp_path) -> None:
    _, file = decided
    chinese = {str(cell) for cell in read_cells(file)["申报"].ravel()}
    assert {"是", "否", "节能技术改造", "基础材料", "核定年节电量（kWh）"} <= chinese
    assert not {"True", "retrofit", "materials"} & chinese
    english = write_applications(whole(), given_500, tmp_path / "en.xlsx", "en")
    words = {str(cell) for cell in read_cells(english)["applications"].ravel()}
    assert {"retrofit", "basic materials", "total investment (10,000 yuan)"} <= words


REASONS = [
    ({"cost": 5.0}, "grant", "未满足“投资额10万元及以上”（投资额为5 万元）", "“100000 yuan or more” does not hold (investment is 50,000 yuan)"),
    ({"cost": 100.0}, "grant", "投资额 100 万元 × 7 % = 7 万元", "investment 1,000,000 yuan × 7 % = 70,000 yuan"),
    (
        {"cost": 500000.0}, "grant", "投资额 500,000 万元 × 7 % = 35,000 万元；受“最高3亿元”限制，为 30,000 万元",
        "investment 5,000,000,000 yuan × 7 % = 350,000,000 yuan; held to 300,000,000 yuan by “at most 300 mn yuan”",
    ),
    ({}, "grant", "缺少数据：投资额", "missing: investment"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "article", "zh", "en"), REASONS)
def test_the_reason_names_the_condition_that_fails_or_the_cap_that_binds(fields, article, zh, en) -> None:
    frame = pd.DataFrame([{"application": "A", "article": article, **fields}])
    (text,) = AwardList(evaluate(small(), frame, DAY), DAY).frame["reason"]
    assert (text.zh, text.en) == (zh, en)


def test_a_long_amount_comes_back_to_the_fen(tmp_path) -> None:
    frame = pd.DataFrame([{"application": "A", "article": "grant", "cost": 401234.567891}])
    file = AwardList(evaluate(small(), frame, DAY), DAY).to_excel(tmp_path / "out.xlsx", "en")
    (row,) = read_awards(file).itertuples()
    # 7 % of 4,012,345,678.91 yuan is 280,864,197.5237: 28,086.419752 x 10,000 yuan, two thirds of it the city's
    assert (row.support, row.city, row.district) == tuple(map(Decimal, ("28086.419752", "18724.279834", "9362.139918")))


def test_before_the_first_version_the_reason_is_the_day() -> None:
    frame = pd.DataFrame([{"application": "A", "article": "grant", "cost": 100.0}])
    awards = AwardList(evaluate(small(), frame, dt.date(2019, 12, 31)), dt.date(2019, 12, 31))
    (row,) = awards.frame.itertuples()
    assert (row.state, row.reason.zh, row.document.zh) == ("not in force", "受理日期没有有效的条款", "—")


def test_an_empty_form_has_every_field_once_and_reads_as_nothing(tmp_path) -> None:
    for lang in ("zh", "en"):
        file = write_form(whole(), tmp_path / f"{lang}.xlsx", lang)
        assert len(set(headings(form_columns(whole()), lang).values())) == len(form_columns(whole()))
        frame = read_form(whole(), file)
        assert frame.empty
        assert set(frame) == {"application", "enterprise", "region", "article", "day", "score", "note", *whole().fields}


TEXT = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="—;；"), min_size=1, max_size=8
)
MONEY = st.integers(0, 10**12).map(lambda fen: fen / 10**6)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "enterprise": st.none() | TEXT,
            "article": st.none() | st.sampled_from(["small/grant", "small/points", "small/grant;small/points"]),
            "cost": st.none() | MONEY,
            "saved": st.none() | st.integers(0, 10**9).map(lambda x: x / 100),
            "staff": st.none() | st.integers(0, 10**5),
            "listed": st.none() | st.booleans(),
            "level": st.none() | st.sampled_from("AB"),
            "town": st.none() | TEXT,
            "filed": st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)).map(str),
        }
    ),
    min_size=1,
    max_size=6,
)


def framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([{"application": f"甲{i}", **row} for i, row in enumerate(rows)], dtype=object)
    return frame.astype({"cost": float, "saved": float, "staff": float})


@settings(max_examples=25)
@given(rows=ROWS, lang=st.sampled_from(["zh", "en"]))
def test_any_applications_and_their_decisions_come_back_as_they_were(tmp_path_factory, rows, lang) -> None:
    folder = tmp_path_factory.mktemp("any")
    form = write_applications(small(), framed(rows), folder / "in.xlsx", lang)
    read = read_form(small(), form)
    columns = [column.name for column in form_columns(small()) if column.name in read]
    pd.testing.assert_frame_equal(read, framed(rows)[columns], check_dtype=False)
    awards = AwardList(evaluate(small(), read, DAY), DAY)
    file = awards.to_excel(folder / "out.xlsx", lang)
    pd.testing.assert_frame_equal(read_awards(file), awards_in_words(awards, lang))
    pd.testing.assert_frame_equal(read_form(small(), file), read)


def sheet(path: Path, rows: list[list[Any]], name: str = "申报", formula: tuple[int, int] | None = None) -> Path:
    """A workbook as a person might fill it in."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        made = book.add_worksheet(name)
        for number, row in enumerate(rows):
            made.write_row(number, 0, row)
        if formula:
            made.write_formula(*formula, "=A1+1", value="")
    return path


HEAD = ["申报编号", "申报条款", "投资额（万元）", "级别"]
WRONG = [
    ([["申报编号", "投 资额"], ["a", 5]], "E-RUL-102", (None, "B")),
    ([["申报编号", "投资额", "cost"], ["a", 5, 6]], "E-RUL-103", (None, "C")),
    ([["申报编号", "投资额（亿元）"], ["a", 5]], "E-RUL-104", (None, "B")),
    ([["投资额（万元）"], [5]], "E-RUL-45", (None, None)),
    ([HEAD, ["a", "补助", 5, "甲级"], ["a", "补助", 6, "乙级"]], "E-RUL-48", (3, "A")),
    ([HEAD, ["a", "补助", 5, "甲级"], [], ["", "补助", 6, "乙级"]], "E-RUL-48", (4, "A")),
    ([HEAD, ["a", "补组", 5, "甲级"]], "E-RUL-44", (2, "B")),
    ([HEAD, ["a", "补助", "12,00", "甲级"]], "E-RUL-42", (2, "C")),
    ([HEAD, ["a", "补助", "1200 万元", "甲级"]], "E-RUL-42", (2, "C")),
    ([HEAD, ["a", "补助", "—", "甲级"]], "E-RUL-42", (2, "C")),
    ([HEAD, ["a", "补助", 0.0000001, "甲级"]], "E-RUL-42", (2, "C")),
    ([HEAD, ["a", "补助", True, "甲级"]], "E-RUL-42", (2, "C")),
    ([HEAD, ["a", "补助", -1, "甲级"]], "E-RUL-43", (2, "C")),
    ([HEAD, ["a", "补助", 5, "丙级"]], "E-RUL-42", (2, "D")),
    ([["申报编号", "备案日"], ["a", "2023-02-30"]], "E-RUL-42", (2, "B")),
    ([["申报编号", "上市"], ["a", "也许"]], "E-RUL-42", (2, "B")),
    ([["申报编号", "评分"], ["a", "高"]], "E-RUL-42", (2, "B")),
    ([["申报编号", "受理日期"], ["a", "昨天"]], "E-RUL-42", (2, "B")),
]


@pytest.mark.parametrize(
    ("rows", "code", "place"), WRONG, ids=[f"{number}-{code}" for number, (_, code, _) in enumerate(WRONG)]
)
def test_what_is_wrong_is_named_with_sheet_row_column_and_mend(tmp_path, rows, code, place) -> None:
    with pytest.raises(HaiheError) as refused:
        read_form(small(), sheet(tmp_path / "in.xlsx", rows))
    (finding,) = refused.value.findings
    assert (finding.code, finding.row, finding.letter, finding.table) == (code, *place, "申报")
    assert finding.file == "in.xlsx"
    for lang in ("zh", "en"):
        assert "{" not in finding.text(lang)
        assert finding.message.mend(lang)


def test_thousands_separators_and_chinese_days_are_read(tmp_path) -> None:
    rows = [["申报编号", "申报条款", "投资额（万元）", "备案日"], ["a", "补助", "1,483.44", "2024年3月4日"]]
    rows.append(["b", "补助", 1483.44, "2024/3/4"])
    frame = read_form(small(), sheet(tmp_path / "in.xlsx", rows))
    assert frame["filed"].tolist() == ["2024-03-04"] * 2
    amounts = evaluate(small(), frame, DAY).frame
    grants = amounts[amounts["article"] == "grant"]["support"].tolist()
    assert grants == [10384_08_00, 10384_08_00]


@pytest.mark.parametrize(
    ("head", "cell", "says"),
    [
        ("投资额（万元）", "12 万元", "以万元为单位的数，不写单位"),
        ("备案日", "2024-02-30", "2024-03-24"),
        ("上市", "也许", "是 或 否"),
        ("投资额（万元）", -1, "范围 0 – 1,000,000 万元"),
    ],
)
def test_a_refused_cell_says_what_its_type_wants_in_one_unit(tmp_path, head, cell, says) -> None:
    with pytest.raises(HaiheError) as refused:
        read_form(small(), sheet(tmp_path / "in.xlsx", [["申报编号", head], ["a", cell]]))
    (finding,) = refused.value.findings
    assert says in finding.text("zh")


def test_all_faults_come_at_once(tmp_path) -> None:
    rows = [HEAD, ["a", "无此条", "多", "丙级"], ["b", "补助", -5, "甲级"]]
    with pytest.raises(HaiheError) as refused:
        read_form(small(), sheet(tmp_path / "in.xlsx", rows))
    assert [(f.code, f.row) for f in refused.value.findings] == [
        ("E-RUL-44", 2), ("E-RUL-42", 2), ("E-RUL-43", 3), ("E-RUL-42", 2)
    ]  # fmt: skip


def test_a_formula_that_was_never_calculated_is_no_number(tmp_path) -> None:
    with pytest.raises(HaiheError, match="E-CELL-02"):
        read_form(small(), sheet(tmp_path / "in.xlsx", [HEAD, ["a", "补助", 5, "甲级"]], formula=(1, 2)))


def test_headings_may_be_codes_or_labels_of_either_language_and_days_real_days(tmp_path) -> None:
    rows = [["application", "Investment", "级别", "filed on", "town"], [2023001, 12.5, "second class", "", 17]]
    file = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        made = book.add_worksheet("随便")
        for number, row in enumerate(rows):
            made.write_row(number, 0, row)
        made.write_datetime(1, 3, dt.datetime(2024, 5, 6), book.add_format({"num_format": "yyyy-mm-dd"}))
    (row,) = read_form(small(), file).to_dict("records")
    assert row == {"application": "2023001", "cost": 12.5, "level": "B", "filed": "2024-05-06", "town": "17"}


def test_text_that_looks_like_a_formula_stays_text(tmp_path) -> None:
    frame = framed([{"town": "=1+1", "enterprise": "+甲", **dict.fromkeys(("cost", "saved", "staff"))}])
    awards = AwardList(evaluate(small(), frame, DAY), DAY)
    file = awards.to_excel(tmp_path / "out.xlsx", "zh")
    assert read_form(small(), file)["town"].tolist() == ["=1+1"]
    assert set(read_awards(file)["enterprise"]) == {"+甲"}


def test_a_csv_in_gb18030_is_read_too(tmp_path) -> None:
    file = tmp_path / "申报.csv"
    file.write_bytes("申报编号,投资额（万元）,乡镇\r\n甲1,12.5,杨柳青镇\r\n".encode("gb18030"))
    assert read_form(small(), file).to_dict("records") == [{"application": "甲1", "cost": 12.5, "town": "杨柳青镇"}]


def test_other_files_are_refused_with_their_code(tmp_path) -> None:
    with pytest.raises(HaiheError, match="E-FILE-01"):
        read_form(small(), tmp_path / "nowhere.xlsx")
    with pytest.raises(HaiheError, match="E-RUL-107"):
        read_awards(write_form(small(), tmp_path / "form.xlsx", "zh"))
    with pytest.raises(HaiheError, match="E-FILE-02"):
        write_form(small(), tmp_path / "form.xls", "zh")
    two = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(str(two)) as book:
        book.add_worksheet("甲").write(0, 0, "a")
        book.add_worksheet("乙").write(0, 0, "a")
    with pytest.raises(HaiheError, match="E-RUL-105"):
        read_form(small(), two)


def test_an_amount_that_a_spreadsheet_cannot_keep_is_refused(tmp_path) -> None:
    frame = framed([{"cost": None, **dict.fromkeys(("saved", "staff"))}])
    text = SMALL.replace("max: 100 亿元", "max: 90000000 亿元").replace("amount: 30000 万元", "amount: 90000000 亿元")
    book = read_scheme_text(text)
    result = evaluate(book, frame.assign(cost="123456789012.345671", article="grant"), DAY)
    assert int(result.frame["support"].iloc[0]) == 8641975230864197
    with pytest.raises(HaiheError, match="E-RUL-106"):
        AwardList(result, DAY).to_excel(tmp_path / "out.xlsx", "zh")


@pytest.mark.parametrize("text", ["\n", "\n\n\n"])
def test_a_file_of_empty_lines_is_said_to_be_empty(text: str, tmp_path: Path) -> None:
    file = tmp_path / "applications.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(HaiheError) as refused:
        read_form(whole(), file)
    assert refused.value.code == "E-FILE-13"


def test_totals_of_an_article_count_what_is_paid_and_nothing_for_the_rest(decided) -> None:
    awards, _ = decided
    [totals] = [table.frame for table in awards.shown() if table.key == "by_article"]
    assert awards.frame["support"].isna().any()
    for article, part in awards.frame.groupby("article"):
        paid = sum(part["support"].dropna())
        assert float(totals.set_index("article").loc[article, "support"]) == pytest.approx(float(paid), abs=1e-6)


def test_a_column_that_nobody_knows_is_named_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "applications.csv"
    file.write_text("不明列\n1\n", encoding="utf-8")
    with pytest.raises(HaiheError) as refused:
        read_form(whole(), file)
    named = {each.code: each.values for each in refused.value.findings}  # noqa: PD011 - of a finding
    assert named["E-RUL-102"]["value"] == "不明列"

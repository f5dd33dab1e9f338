"""Tables, numbers and marks as they are shown, saved and exported."""

import csv
import io
import math
from html import escape

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from haihe.figures import MISSING, Column, Table, format_number, worst
from haihe.figures.html import both, table_html
from haihe.figures.numbers import suitable_digits
from haihe.figures.sheet import number_format, sheet_name, write_sheet
from haihe.figures.workbook import OPTIONS
from haihe.messages import HaiheError, Text
from reporting_sample import HOSTILE, hostile_table, make, output_table, single_table


@pytest.mark.parametrize(
    ("value", "how", "shown"),
    [
        (1234567.891, {"digits": 1}, "1,234,567.9"),
        (-0.04, {"digits": 1}, "0.0"),
        (-1234.5, {"digits": 0}, "−1,235"),
        (2.5, {"digits": 0}, "3"),
        (0.285, {"share": True, "digits": 0}, "29%"),
        (0.923, {"share": True, "digits": 1}, "92.3%"),
        (12.0, {"digits": 0, "signed": True}, "+12"),
        (2017, {"digits": 0, "grouped": False}, "2017"),
        (float("nan"), {}, MISSING),
        (None, {}, MISSING),
        (pd.NA, {}, MISSING),
        (0, {"digits": 0}, "0"),
    ],
)
def test_numbers_are_written_as_declared(value, how, shown):
    assert format_number(value, **how) == shown


@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(0, 6))
def test_a_number_reads_back_to_half_its_last_digit(value, digits):
    text = format_number(value, digits).replace(",", "").replace("−", "-")
    assert abs(float(text) - value) <= 0.5 * 10**-digits * (1 + 1e-9) + abs(value) * 1e-15


@given(st.lists(st.floats(-1e9, 1e9, allow_nan=False), min_size=1))
def test_suitable_digits_never_hide_the_largest_number(values):
    digits = suitable_digits(values)
    largest = max(map(abs, values))
    if largest >= 1e-8:
        assert float(format_number(largest, digits).replace(",", "")) > 0


def test_the_worst_mark_wins_and_unknown_marks_are_refused():
    assert worst(["official", "illustrative", "estimated"]) == "illustrative"
    assert worst(["official"]) == "official"
    with pytest.raises(HaiheError, match="E-FIG-02"):
        worst(["official", "guessed"])


def test_a_table_takes_the_worst_mark_of_its_rows():
    assert output_table().quality == "illustrative"
    assert output_table().row_quality().count("official") == 21


def test_a_missing_column_and_text_in_numbers_are_named():
    frame = pd.DataFrame({"a": ["x"]})
    with pytest.raises(HaiheError) as lacking:
        make(frame, [Column("b", Text("乙", "B"))], "t", "表", "Table")
    assert lacking.value.code == "E-FIG-01"
    assert "“b”" in lacking.value.text("en")
    with pytest.raises(HaiheError) as wrong:
        make(frame, [Column("a", Text("甲", "A"), kind="number")], "t", "表", "Table")
    assert wrong.value.code == "E-FIG-04"


def test_missing_is_a_dash_to_readers_and_nothing_to_machines():
    table = single_table()
    assert table.shown_rows()[-1][1].zh == MISSING
    assert table.records("zh")[-1] == {"sector": "电力、热力的生产和供应", "change": None}
    assert table.records("en")[0] == {"sector": "Oil and gas extraction", "change": -120.5}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_csv_keeps_full_figures_and_carries_source_and_mark(lang):
    text = output_table().to_csv(lang)
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    heading = {"zh": "总产出（亿元）", "en": "Output (100 million yuan)"}[lang]
    assert rows[0][2] == heading
    frame = output_table().frame
    back = np.array([float(row[2]) if row[2] else math.nan for row in rows[1:25]])
    np.testing.assert_array_equal(back, frame["output"].to_numpy())
    assert rows[25] == []
    assert rows[26][0].endswith({"zh": "测试数据，2017年", "en": "test data, 2017"}[lang])
    assert "○" in rows[27][0]


def test_csv_defuses_formulas():
    rows = list(csv.reader(io.StringIO(hostile_table().to_csv("zh"))))
    assert rows[2][0] == "'=SUM(A1)"
    assert rows[1][0] == HOSTILE
    assert rows[2][1] == "-2.25"


def test_html_of_a_table_escapes_names_and_keeps_full_figures():
    html = table_html(hostile_table())
    assert "<img" not in html
    assert "</script" not in html
    assert 'data-value="-2.25"' in html
    assert both(Text("a", "a")) == "a"


@pytest.mark.parametrize(("words", "wide"), [("甲" * 60, 1), ("甲" * 20, 0)])
def test_a_cell_of_many_words_gets_room_lest_the_row_grow_tall(words, wide):
    frame = pd.DataFrame({"name": [words]})
    table = Table(
        frame,
        [Column("name", Text("名称", "Name"))],
        key="k",
        title=Text("表", "Table"),
        source=Text("示例", "made up"),
        quality=None,
    )
    assert table_html(table).count('class="wordy"') == wide


def test_a_sheet_holds_numbers_as_numbers_and_text_as_text(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        write_sheet(book, hostile_table(), "zh", "a")
        write_sheet(book, single_table(), "en", "b")
    book = openpyxl.load_workbook(path)
    first, second = book["a"], book["b"]
    assert first["A4"].value == HOSTILE
    assert (first["A5"].value, first["A5"].data_type) == ("=SUM(A1)", "s")
    assert (first["B5"].value, first["B5"].data_type) == (-2.25, "n")
    assert second["B4"].number_format == "+#,##0;-#,##0;#,##0"
    assert second["B11"].value == MISSING
    below = [cell.value for cell in second["A"][12:] if cell.value]
    assert below == [
        "Unit: Change of output: 100 million yuan",
        "Source: test data, 2017",
        "Data quality: ◐ estimated",
        "Note: At constant prices of 2017.",
    ]


def test_number_formats_follow_the_columns():
    column = Column("a", Text("甲", "A"), kind="share", digits=1)
    assert number_format(column) == "0.0%"
    assert number_format(Column("a", Text("甲", "A"), kind="year", digits=0)) == "0"


@given(st.lists(st.text(max_size=50), min_size=1, max_size=8))
def test_sheet_names_are_lawful_and_distinct(wanted):
    taken: list[str] = []
    for name in wanted:
        taken.append(sheet_name(name, taken))
    assert len({name.lower() for name in taken}) == len(taken)
    for name in taken:
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.lower() != "history"


def test_a_table_too_long_for_a_sheet_is_refused(tmp_path):
    frame = pd.DataFrame({"a": np.zeros(1_048_577)})
    table = make(frame, [Column("a", Text("甲", "A"))], "long", "长", "Long")
    with xlsxwriter.Workbook(str(tmp_path / "t.xlsx")) as book, pytest.raises(HaiheError, match="E-REP-02"):
        write_sheet(book, table, "zh", "a")


def test_rows_of_several_units_show_their_own_decimals_on_paper_and_in_a_spreadsheet(tmp_path):
    frame = pd.DataFrame({"value": [1234.567, 12.345], "digits": [0, 2]})
    words = Text("值", "value")
    table = Table(
        frame, [Column("value", words, digits_by="digits")], key="k", title=words, source=words, quality="official"
    )
    assert [row[0].zh for row in table.shown_rows()] == ["1,235", "12.35"]
    assert table.raw_rows("zh") == [[1234.567], [12.345]]
    with xlsxwriter.Workbook(tmp_path / "k.xlsx", OPTIONS) as book:
        write_sheet(book, table, "k", "zh")
    formats = [cell.number_format for cell in openpyxl.load_workbook(tmp_path / "k.xlsx").active["A"]]
    assert {"#,##0", "#,##0.00"} <= set(formats)


def test_a_table_shows_itself_in_a_notebook_with_its_source(monkeypatch):
    monkeypatch.setenv("HAIHE_LANG", "zh")
    table = hostile_table()
    html = table._repr_html_()
    assert html.count("<tr>") == len(table) + 1
    assert all(escape(line("zh")) in html for line in table.captions)
    assert "<script" not in html
    assert table.key in repr(table)
    assert " at 0x" not in repr(table)

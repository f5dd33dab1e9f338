"""What people do in Excel: titles above the header, totals and notes below, separators, units in a header."""

from pathlib import Path

import openpyxl
import pytest

from haihe.messages import HaiheError
from haihe.region import check_path
from haihe.region.workbook import Sheets
from small_region import small_region


@pytest.fixture
def workbook(tmp_path):
    path = tmp_path / "区 资料.xlsx"
    small_region().write(path, "zh")
    return path


def changed(path: Path, change) -> list:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return list(check_path(path))


def test_titles_above_the_header_are_one_finding_and_the_table_is_read(workbook):
    def title(book):
        sheet = book["行业"]
        sheet.insert_rows(1, 2)
        sheet["A1"] = "分行业一览表（单位：亿元）"

    (found,) = changed(workbook, title)
    assert (found.code, found.table, found.values["value"]) == ("E-TAB-06", "行业", 3)


def test_below_a_found_header_rows_are_counted_as_excel_shows_them(workbook):
    def title_and_fault(book):
        sheet = book["行业"]
        sheet.insert_rows(1)
        sheet["A1"] = "分行业一览表"
        sheet["A4"] = "a b"

    found = {f.code: f for f in changed(workbook, title_and_fault)}
    assert found["E-CODE-01"].row == 4


@pytest.mark.parametrize("word", ["合计", "注：本表数据来自统计局", "合 计", "资料来源：年鉴", "Total"])
def test_totals_and_notes_under_a_table_are_one_finding_each(workbook, word):
    def note(book):
        sheet = book["行业"]
        sheet.cell(sheet.max_row + 1, 1, word)

    (found,) = changed(workbook, note)
    assert found.code == "E-TAB-07"


def test_a_full_record_that_begins_like_a_note_stays_a_record(workbook):
    def rename(book):
        book["行业"].cell(2, 1, "注")

    found = {f.code for f in changed(workbook, rename)}
    assert "E-TAB-07" not in found
    assert found


def test_separators_and_wide_digits_are_named_with_the_plain_number(workbook):
    def text(book):
        sheet = book["投入产出核算"]
        column = [cell.value for cell in sheet[1]].index("数值") + 1
        for row, word in ((2, "1,234.5"), (3, "１２３４"), (4, "12,34")):
            sheet.cell(row, column, word)

    found = {f.row: f for f in changed(workbook, text) if f.code.startswith("E-NUM")}
    assert found[2].code == found[3].code == "E-NUM-03"
    assert found[2].text("zh").endswith("改为 1234.5")
    assert found[3].text("zh").endswith("改为 1234")
    assert found[4].code == "E-NUM-01"


def test_a_unit_in_a_header_does_not_hide_what_the_column_is_called(workbook):
    def unit(book):
        sheet = book["投入产出核算"]
        column = [cell.value for cell in sheet[1]].index("数值") + 1
        sheet.cell(1, column, "数值（亿元）")

    (near,) = [f for f in changed(workbook, unit) if f.code == "E-COL-01"]
    assert "最接近的：数值（value）" in near.text("zh")


def test_a_missing_required_sheet_is_said_once_and_other_sheets_by_their_chinese_names(workbook):
    def rename(book):
        book["地区"].title = "Sheet1"

    found = changed(workbook, rename)
    assert [f.code for f in found if f.code.startswith("E-TAB")] == ["E-TAB-02", "E-TAB-01"]
    assert "来源、地区、行业" in found[0].text("zh")


def test_a_reference_that_leads_nowhere_is_said_in_the_names_of_the_sheets(workbook):
    def name(book):
        sheet = book["投入产出核算"]
        column = [cell.value for cell in sheet[1]].index("地区") + 1
        sheet.cell(2, column, "某地")

    (found,) = [f for f in changed(workbook, name) if f.code == "E-REF-01"]
    assert "在表“地区”的“地区代码”列中不存在" in found.text("zh")


@pytest.mark.parametrize(
    ("name", "code"), [("~$区 资料.xlsx", "E-FILE-22"), ("空.xlsx", "E-FILE-23"), ("半.xlsx", "E-FILE-24")]
)
def test_files_that_are_no_workbook_say_what_they_are(workbook, name, code):
    path = workbook.with_name(name)
    path.write_bytes({"E-FILE-22": b"x" * 165, "E-FILE-23": b"", "E-FILE-24": workbook.read_bytes()[:3000]}[code])
    assert [f.code for f in check_path(path)] == [code]
    with pytest.raises(HaiheError) as caught:
        Sheets(path)
    assert caught.value.code == code

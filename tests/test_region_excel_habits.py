"""What people do in Excel: titles above the header, totals and notes below, separators, units in a header."""

from pathlib import Path

import openpyxl
import pytest

from haihe.messages import HaiheError
from haihe.region import check_path, read
from haihe.region.percents import percent_styles
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


def as_percent(path: Path, unit: str, form: str = "0.0%") -> list:
    """Show the numbers of a parameter as percentages, in a unit; give the findings."""

    def show(book):
        sheet = book["参数"]
        heads = [cell.value for cell in sheet[1]]
        sheet.cell(2, heads.index("单位") + 1, unit)
        for head, value in (("数值", 0.07), ("下限", 0.03), ("上限", 0.29)):
            cell = sheet.cell(2, heads.index(head) + 1, value)
            cell.number_format = form

    return [found for found in changed(path, show) if found.code == "N-NUM-04"]


@pytest.mark.parametrize("unit", ["%", "%/year", " % of reference "])
@pytest.mark.parametrize("form", ["0%", "0.00%", "0.0%;[Red]-0.0%", '"约"0%'])
def test_a_percentage_where_percent_is_the_unit_is_read_as_it_is_shown(workbook, unit, form):
    found = as_percent(workbook, unit, form)
    assert read(workbook)["parameters"].loc[0, ["value", "low", "high"]].tolist() == [7.0, 3.0, 29.0]
    assert [(f.table, f.row, f.column, f.severity) for f in found] == [
        ("参数", 2, column, "note") for column in ("数值", "下限", "上限")
    ]
    assert "Excel 显示为 7%（文件中存 0.07）：按显示的数读作 7；本列共 1 格如此" in found[0].text("zh")


def test_a_percentage_is_found_in_a_sheet_that_has_to_be_walked_through_as_well(workbook):
    def formula(book):
        book["参数"]["Z9"] = "=1+1"

    changed(workbook, formula)
    assert [f.column for f in as_percent(workbook, "%")] == ["数值", "下限", "上限"]


@pytest.mark.parametrize(
    ("unit", "form"), [("1/year", "0.0%"), ("share", "0%"), ("%", "0.00"), ("%", '0.00"%"'), ("%", "0.00\\%")]
)
def test_elsewhere_the_number_is_read_as_the_file_holds_it(workbook, unit, form):
    assert as_percent(workbook, unit, form) == []
    assert read(workbook)["parameters"].loc[0, "value"] == 0.07


def test_the_styles_of_a_workbook_in_either_namespace_are_understood():
    xml = """<styleSheet{}><numFmts><numFmt numFmtId="170" formatCode="0.0%"/><numFmt numFmtId="10" formatCode="0"/></numFmts>
    <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf/><xf numFmtId="9"/><xf numFmtId="10"/><xf numFmtId="170"/>
    </cellXfs></styleSheet>"""
    for space in (
        "",
        ' xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
        ' xmlns="http://purl.oclc.org/x"',
    ):
        assert percent_styles(xml.format(space).encode()) == {"1", "3"}
    assert percent_styles(b"<styleSheet/>") == frozenset()

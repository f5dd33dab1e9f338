"""The template: complete, and read back once filled in."""

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from haihe.messages import LANGUAGES, Lang
from haihe.region import TABLES, check_path, read, write_template
from haihe.region.meta import META_NAME
from small_region import META, small_region


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_template_has_everything_and_says_what_is_missing(tmp_path: Path, lang: Lang) -> None:
    path = write_template(tmp_path / "t.xlsx", lang)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0].startswith("_")
    for spec in TABLES.values():
        sheet = book[spec.title(lang)]
        assert sheet.freeze_panes == "A2"
        heads = [cell.value for cell in sheet[1]]
        assert heads == [column.title(lang) for column in spec.columns]
        ranges = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
        for cell, column in zip(sheet[1], spec.columns, strict=True):
            assert column.description(lang) in cell.comment.text
            if column.unit and column.unit != "@unit":
                assert column.unit in cell.comment.text
            rule = ranges.get(f"{cell.column_letter}2")
            if column.choices or column.kind in ("flag", "unit") or (column.ref and column.kind == "code"):
                assert rule is not None, (spec.name, column.name)
                assert rule.type == "list", (spec.name, column.name)
            if column.choices:
                assert rule is not None
                assert rule.formula1 == '"' + ",".join(word(lang) for word in column.words) + '"'
                assert {column.choice_of[word(lang)] for word in column.words} == set(column.choices)
            if column.kind == "flag":
                assert rule is not None
                assert rule.formula1 == ('"是,否"' if lang == "zh" else '"true,false"')
            dark = cell.fill.fgColor.rgb == "FF1F4E78"
            assert dark == column.filled
    codes = [(f.code, f.table) for f in check_path(path)]
    assert [c for c in codes if c[0] == "E-TAB-01"] == [
        ("E-TAB-01", TABLES[name].title(lang)) for name in ("sources", "regions", "sectors")
    ]
    assert {c for c in codes if c[0] != "E-TAB-01"} == {("E-META-01", META_NAME)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_filled_template_is_the_region(tmp_path: Path, lang: Lang) -> None:
    region, path = small_region(), write_template(tmp_path / "t.xlsx", lang)
    book = openpyxl.load_workbook(path)
    for row in book[META_NAME].iter_rows(min_row=2):
        row[1].value = getattr(META, row[0].value)
    for name, frame in region.tables.items():
        sheet = book[TABLES[name].title(lang)]
        cells = frame.astype(object).where(frame.notna(), None)
        for row, record in enumerate(cells.itertuples(index=False), 2):
            for column, value in enumerate(record, 1):
                sheet.cell(row, column, value)
    book["_units"].sheet_state = "visible"
    book.save(path)
    assert not check_path(path)
    back = read(path)
    for name in region:
        pd.testing.assert_frame_equal(region[name], back[name], rtol=1e-14)  # openpyxl writes 16 digits
    assert list(back) == list(region)
    assert back.meta == region.meta

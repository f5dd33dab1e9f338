"""Bad input: a clear error each, nothing written, nothing half-read."""

import json
import os
import random
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from haihe.messages import HaiheError
from haihe.region import Region, check_path, load, read
from haihe.region import sheets as sheets_module
from haihe.region import workbook as workbook_module
from haihe.region.bundle import bundle_bytes
from haihe.region.folder import write_files
from haihe.region.safety import MAX_CELLS, MAX_ENTRIES
from haihe.region.workbook import read_cells
from small_region import META, small_region, small_tables

BOMB = 200 * 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_region().write(tmp_path / "r")


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return small_region().write(tmp_path / "r.xlsx")


def codes(path: Path) -> list[str]:
    """Give the codes of what reading finds; assert that check says as much, and that nothing was written."""
    before = sorted(path.parent.rglob("*"))
    loaded = load(path)
    assert loaded.region is None
    with pytest.raises(HaiheError) as error:
        read(path)
    found = [f.code for f in loaded.findings]
    assert [f.code for f in error.value.findings] == found
    assert set(found) <= {f.code for f in check_path(path)}
    assert sorted(path.parent.rglob("*")) == before
    for lang in ("zh", "en"):
        for line in loaded.findings.lines(lang):  # type: ignore[arg-type]
            assert "{" not in line
    return found


def packed(path: Path, *changes: tuple[str, bytes | None], source: Path | None = None) -> Path:
    """Write an archive with some files replaced, added or (None) left out."""
    new = dict(changes)
    old = {}
    if source is not None:
        with zipfile.ZipFile(source) as archive:
            old = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**old, **new}.items():
            if data is not None:
                archive.writestr(name, data)
    return path


def test_missing_and_unknown_files(tmp_path: Path) -> None:
    assert codes(tmp_path / "nowhere") == ["E-FILE-01"]
    other = tmp_path / "notes.docx"
    other.write_bytes(b"PK")
    assert codes(other) == ["E-FILE-02"]


def test_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert codes(tmp_path / "empty") == ["E-FILE-03"]
    (tmp_path / "empty" / "README.md").write_text("nothing here")
    assert codes(tmp_path / "empty") == ["E-FILE-03"]


@pytest.mark.parametrize(
    "data",
    [
        "region,名称\n".encode("utf-16"),
        "region,é\n".encode("latin-1"),
        b"region,\xff\xff\n",
        b"region,\x00\n",
        "region,名称\n".encode("gb18030") + b"\x81",
    ],
)
def test_wrong_encoding(folder: Path, data: bytes) -> None:
    (folder / "regions.csv").write_bytes(data)
    findings = load(folder).findings
    assert findings[0].code == "E-FILE-04"
    assert findings[0].file == "regions.csv"
    assert codes(folder) == ["E-FILE-04"]


def test_all_faults_of_a_folder_come_at_once(folder: Path) -> None:
    (folder / "sectors.csv").unlink()
    (folder / "uses.csv").write_bytes(b"")
    (folder / "limits.csv").write_text('limit,name_zh\n"open', "utf-8")
    (folder / "budgets.csv").write_text("fund,region,year,value,unit,source,quality\nF1,south,2019,1.5,亿元\n", "utf-8")
    (folder / "plans.csv").write_text("a\n1\n")
    (folder / "haihe.toml").write_text('name = "x"\nbase_year = "soon"\ncolour = 1\n', "utf-8")
    found = load(folder).findings
    assert [(f.code, f.file, f.row, f.column) for f in found if f.code != "E-META-01"] == [
        ("E-META-02", "haihe.toml", None, "base_year"),
        ("E-META-03", "haihe.toml", None, "colour"),
        ("E-TAB-02", "plans.csv", None, None),
        ("E-TAB-01", "", None, None),
        ("E-FILE-13", "uses.csv", None, None),
        ("E-FILE-05", "limits.csv", 2, None),
        ("E-FILE-14", "budgets.csv", 2, None),
    ]
    assert {f.column for f in found if f.code == "E-META-01"} == {"title_zh", "price_year", "money_unit"}
    (folder / "haihe.toml").write_text("name = \n")
    assert "E-FILE-05" in codes(folder)
    (folder / "haihe.toml").unlink()
    assert "E-META-04" in codes(folder)


@pytest.mark.parametrize("name", small_tables())
def test_a_file_that_cannot_be_read_is_one_finding(folder: Path, name: str) -> None:
    """What depends on the file is not called wrong as well."""
    path = folder / f"{name}.csv"
    text = path.read_bytes()
    path.write_bytes(text + b"\xff\xff")
    assert [(f.code, f.file) for f in check_path(folder)] == [("E-FILE-04", path.name)]
    lines = text.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:-1], lines[-1].rpartition(b",")[0]]))
    assert [(f.code, f.row) for f in check_path(folder)] == [("E-FILE-14", len(lines))]


def test_a_required_sheet_is_missing(tmp_path: Path) -> None:
    path = small_region().write(tmp_path / "r.xlsx")
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
    dropped = re.sub(r'<sheet name="sectors"[^>]*/>', "", book)
    assert dropped != book
    path = packed(tmp_path / "s.xlsx", ("xl/workbook.xml", dropped.encode()), source=path)
    assert codes(path) == ["E-TAB-01"]


def build(path: Path, cells: dict[str, object], merged: tuple[str, ...] = ()) -> Path:
    """Write the small region as a workbook with some cells of sheet endowments replaced."""
    region = small_region()
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False})
    sheet = book.add_worksheet("haihe")
    for row, (field, value) in enumerate(META.model_dump().items(), 1):
        sheet.write(row, 0, field)
        sheet.write(row, 1, value)
    for name, frame in region.tables.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, list(frame.columns))
        for number, column in enumerate(frame):
            for row, value in enumerate(frame[column].tolist(), 1):
                if not pd.isna(value):
                    sheet.write(row, number, value)
    sheet = book.get_worksheet_by_name("endowments")
    for address, value in cells.items():
        if isinstance(value, tuple):
            sheet.write_formula(address, value[0], None, value[1])
        else:
            sheet.write(address, value)
    for area in merged:
        sheet.merge_range(area, "north")
    book.close()
    return path


def test_cells_that_have_no_value_each_have_their_code_and_address(tmp_path: Path) -> None:
    path = build(
        tmp_path / "r.xlsx",
        {"D2": "一百万", "D3": ("=1+1", ""), "D4": ("=A1/0", "#DIV/0!"), "D5": ("=2+2", 4), "D6": True, "D7": "12万元",
         "C8": 2018.5, "F9": "万圆", "H10": "guess"},
        ("A12:A13",),
    )  # fmt: skip
    found = [(f.code, f.file, f.table, f.row, f.letter, f.column) for f in load(path).findings]
    assert found == [
        ("E-NUM-01", "r.xlsx", "endowments", 2, "D", "value"),
        ("E-CELL-02", "r.xlsx", "endowments", 3, "D", "value"),
        ("E-CELL-03", "r.xlsx", "endowments", 4, "D", "value"),
        ("E-NUM-01", "r.xlsx", "endowments", 6, "D", "value"),
        ("E-UNIT-06", "r.xlsx", "endowments", 7, "D", "value"),
        ("E-NUM-02", "r.xlsx", "endowments", 8, "C", "year"),
        ("E-UNIT-03", "r.xlsx", "endowments", 9, "F", "unit"),
        ("E-CHOICE-01", "r.xlsx", "endowments", 10, "H", "quality"),
        ("E-CELL-04", "r.xlsx", "endowments", 12, "A", "region"),
    ]
    codes(path)
    text = load(path).findings[1].text("zh")
    assert "=1+1" in text
    assert "D列“value”" in text
    assert read(build(tmp_path / "whole.xlsx", {"D5": ("=2+2", 4)}))["endowments"]["value"].iloc[3] == 4.0


def test_sheets_may_be_indented_in_no_way(tmp_path: Path) -> None:
    """A sheet that begins below row 1 has no header there; addresses stay as the user sees them."""
    path = tmp_path / "low.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("regions").write_row(2, 1, ["region", "name_zh"])
    book.close()
    assert "E-COL-02" in codes(path)


def test_bombs(tmp_path: Path) -> None:
    zeros = bytes(1024 * 1024)
    for name, inside in (("r.xlsx", "xl/worksheets/sheet1.xml"), ("r.haihe.zip", "regions.csv")):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(inside, "w") as entry:
            for _ in range(BOMB // len(zeros)):
                entry.write(zeros)
        assert path.stat().st_size < BOMB / 500
        assert codes(path) == ["E-FILE-12"]


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = packed(tmp_path / "r.haihe.zip", ("regions.csv", bytes(20_000_000)))
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    assert codes(path) == ["E-FILE-05"]


def test_too_many_files(tmp_path: Path) -> None:
    path = packed(tmp_path / "r.haihe.zip", *((f"f{i}.csv", b"") for i in range(MAX_ENTRIES + 1)))
    assert codes(path) == ["E-FILE-09"]


@pytest.mark.parametrize(
    "name", ["../regions.csv", "/etc/regions.csv", "a/../../regions.csv", "C:regions.csv", "..\\r.csv"]
)
def test_paths_out_of_a_bundle(tmp_path: Path, name: str) -> None:
    assert codes(packed(tmp_path / "r.haihe.zip", (name, b"x"))) == ["E-FILE-10"]


def test_links_out(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "r.haihe.zip"
    link = zipfile.ZipInfo("regions.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert codes(path) == ["E-FILE-11"]
    secret = tmp_path / "secret.csv"
    secret.write_text("region\nx\n")
    (folder / "regions.csv").unlink()
    (folder / "regions.csv").symlink_to(secret)
    assert codes(folder) == ["E-FILE-11"]
    (folder / "regions.csv").unlink()
    (folder / "regions.csv").symlink_to(tmp_path / "gone.csv")
    assert codes(folder) == ["E-FILE-11"]


def test_a_pipe_is_not_a_table(folder: Path) -> None:
    (folder / "regions.csv").unlink()
    os.mkfifo(folder / "regions.csv")
    assert codes(folder) == ["E-FILE-05"]


def test_a_file_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert [f.code for f in load(folder).findings] == ["E-FILE-05"]


def test_bundle_manifest(tmp_path: Path) -> None:
    whole = tmp_path / "whole.haihe.zip"
    region = small_region()
    whole.write_bytes(bundle_bytes(write_files(region.tables, META), region.hash))
    assert read(whole) == region
    path = tmp_path / "r.haihe.zip"
    for change in (
        ("regions.csv", b"region\nx\n"),
        ("regions.csv", None),
        ("extra.csv", b"a\n"),
        ("manifest.json", None),
        ("manifest.json", b"[]"),
        ("manifest.json", b"{" * 100_000),
        ("manifest.json", json.dumps({"files": {"regions.csv": 1}}).encode()),
    ):
        assert codes(packed(path, change, source=whole)) == ["E-FILE-15"]


def test_damaged_encrypted_and_macro_files(tmp_path: Path, workbook: Path) -> None:
    data = workbook.read_bytes()
    path = tmp_path / "d.xlsx"
    path.write_bytes(data[: len(data) // 2])
    assert codes(path) == ["E-FILE-24"]
    path.write_bytes(b"")
    assert codes(path) == ["E-FILE-23"]
    broken = bytearray(data)
    with zipfile.ZipFile(workbook) as archive:
        info = archive.getinfo("xl/worksheets/sheet5.xml")
    middle = info.header_offset + 200
    broken[middle : middle + 20] = bytes(20)
    path.write_bytes(broken)
    assert codes(path) == ["E-FILE-05"]
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    assert codes(path) == ["E-FILE-06"]
    locked = bytearray(data)
    at = locked.index(b"PK\x01\x02")
    locked[at + 8] |= 1
    path.write_bytes(locked)
    assert codes(path) == ["E-FILE-06"]
    macro = tmp_path / "m.xlsm"
    macro.write_bytes(data)
    assert codes(macro) == ["E-FILE-07"]
    assert codes(packed(path, ("xl/vbaProject.bin", b"x"), source=workbook)) == ["E-FILE-07"]
    types = b'<Types xmlns="x"><Override ContentType="application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
    assert codes(packed(path, ("[Content_Types].xml", types), source=workbook)) == ["E-FILE-07"]
    assert codes(packed(path, ("xl/workbook.xml", None), source=workbook)) == ["E-FILE-05"]


def test_entities_and_faraway_cells(tmp_path: Path, workbook: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(workbook) as archive:
        sheet = archive.read("xl/worksheets/sheet2.xml")
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    assert codes(packed(path, ("xl/worksheets/sheet2.xml", laughs + sheet[55:]), source=workbook)) == ["E-FILE-17"]
    wide = sheet.decode("utf-8").encode("utf-16")
    assert codes(packed(path, ("xl/worksheets/sheet2.xml", wide), source=workbook)) == ["E-FILE-17"]
    far = sheet.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')
    assert MAX_CELLS < 1048576 * 16384
    assert codes(packed(path, ("xl/worksheets/sheet2.xml", far), source=workbook)) == ["E-FILE-18"]


UNPLACED = {
    "rows and cells without address": "<row/>" * 9_999 + "<row>" + "<c/>" * 1_001 + "<c><v>1</v></c></row>",
    "address behind another attribute": "<row s='r=' r='1000000'><c t='n' r='K1000000'><v>1</v></c></row>",
    "prefixed tags": "<row r='9999'/>" + "<x:row xmlns:x='{ns}'><x:c r='ALL10000'/><x:c/></x:row>",
    "cells after a placed one": "<row r='10000'><c r='ALK10000'/><c/><c/></row>",
    "leading zeros": "<row r='1'><c r='XFD000000000001048576'><v>1</v></c></row>",
}


@pytest.mark.parametrize("rows", UNPLACED.values(), ids=UNPLACED.keys())
def test_cells_without_an_address_are_counted(rows: str, tmp_path: Path, workbook: Path) -> None:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData>{rows}</sheetData></worksheet>'.replace("{ns}", namespace)
    path = packed(tmp_path / "x.xlsx", ("xl/worksheets/sheet2.xml", sheet.encode()), source=workbook)
    assert codes(path) == ["E-FILE-18"]


def test_cells_without_an_address_are_read_where_they_are_few(tmp_path: Path, workbook: Path) -> None:
    """Such a workbook is legal: taking the addresses away changes nothing where no row or cell is left out."""
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("a").write_row(0, 0, [1, 2])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bare = packed(tmp_path / "b.xlsx", ("xl/worksheets/sheet1.xml", re.sub(rb' r="\w+"', b"", sheet)), source=path)
    assert read_cells(bare)["a"].tolist() == read_cells(path)["a"].tolist() == [[1, 2]]


def test_the_sheets_of_a_workbook_are_bounded_together_and_read_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("a", "b", "_own"):
            book.add_worksheet(name).write(9, 9, name)
    taken: list[str] = []
    cells = workbook_module._cells
    monkeypatch.setattr(
        workbook_module, "_cells", lambda f, b, name, faults: taken.append(name) or cells(f, b, name, faults)
    )
    sheets = read_cells(path)
    assert list(sheets) == ["a", "b"]
    assert "_own" not in sheets
    assert taken == []
    assert sheets["b"].shape == (10, 10)
    assert sheets["b"][9, 9] == "b"
    assert taken == ["b"]
    with pytest.raises(KeyError):
        sheets["_own"]
    monkeypatch.setattr(sheets_module, "MAX_CELLS", 300)
    assert len(read_cells(path)) == 2
    monkeypatch.setattr(sheets_module, "MAX_CELLS", 299)
    with pytest.raises(HaiheError, match="E-FILE-18"):
        read_cells(path)


def test_nothing_is_written_on_error(tmp_path: Path) -> None:
    region = small_region()
    other = tmp_path / "mine"
    other.mkdir()
    (other / "uses.csv").write_text("precious")
    with pytest.raises(HaiheError, match="E-FILE-16"):
        region.write(other)
    with pytest.raises(HaiheError, match="E-FILE-02"):
        region.write(tmp_path / "r.docx")
    assert [p.name for p in tmp_path.rglob("*")] == ["mine", "uses.csv"]
    assert (other / "uses.csv").read_text() == "precious"


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    region = small_region()
    path = region.write(tmp_path / "r.xlsx")
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        region.with_meta(base_year=2018).write(path)
    with pytest.raises(OSError, match="disk full"):
        region.write(tmp_path / "folder")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["r.xlsx"]


def test_rewriting_a_folder_drops_stale_tables_and_keeps_the_rest(folder: Path) -> None:
    (folder / "PROVENANCE.md").write_text("ours")
    (folder / "uses.co2.csv").write_bytes((folder / "uses.csv").read_bytes())
    region = small_region()
    lean = Region({n: f for n, f in small_tables().items() if n not in ("flows", "accounts")}, META)
    lean.write(folder)
    assert not (folder / "flows.csv").exists()
    assert not (folder / "uses.co2.csv").exists()
    assert (folder / "PROVENANCE.md").read_text() == "ours"
    assert read(folder) == lean != region


@pytest.mark.parametrize("seed", range(12))
def test_damage_gives_findings_and_never_another_error(tmp_path: Path, folder: Path, workbook: Path, seed: int) -> None:
    chance = random.Random(seed)

    def damaged(data: bytes) -> bytes:
        bytes_ = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at, to = chance.randrange(len(bytes_)), chance.randrange(len(bytes_))
            match chance.randrange(3):
                case 0:
                    bytes_[at] = chance.randrange(256)
                case 1:
                    del bytes_[at : at + chance.randint(1, 40)]
                case _:
                    bytes_[at:at] = bytes_[to : to + chance.randint(1, 60)]
        return bytes(bytes_)

    file = chance.choice(sorted(folder.iterdir()))
    file.write_bytes(damaged(file.read_bytes()))
    with zipfile.ZipFile(workbook) as archive:
        part = chance.choice([name for name in archive.namelist() if name.startswith("xl/")])
        data = archive.read(part)
    inside = packed(tmp_path / "inside.xlsx", (part, damaged(data)), source=workbook)
    outside = tmp_path / "outside.xlsx"
    outside.write_bytes(damaged(workbook.read_bytes()))
    for path in (folder, inside, outside):
        for finding in check_path(path):
            assert finding.text("zh") != finding.text("en")
            json.dumps(finding.to_dict())

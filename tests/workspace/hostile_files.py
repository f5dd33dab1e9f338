"""Files that nobody should be able to hurt the workspace with: each a name, a content and what should become of it."""

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd
import xlsxwriter

SCRIPT = "<script>alert('haihe')</script>"
NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
USES = "region,sector,resource,year,value,unit,source,quality\n"
GOOD = "north,farm,co2,2017,{value},t CO2/亿元,S1,illustrative\n"


@dataclass(frozen=True)
class Hostile:
    """A file; ``codes`` are the codes of which one must be said, at the door or by the reading (none: it is read)."""

    name: str
    data: bytes
    codes: tuple[str, ...] = ()
    door: bool = False


def book(cells: dict[tuple[int, int], object], sheet: str = "uses", **options: object) -> bytes:
    """Write a workbook of one sheet."""
    out = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True} | options
    with xlsxwriter.Workbook(out, plain) as made:
        page = made.add_worksheet(sheet)
        for (row, column), cell in cells.items():
            page.write(row, column, cell)
    return out.getvalue()


def uses(change: dict[int, object] | None = None, rows: int = 1) -> dict[tuple[int, int], object]:
    """Give the cells of a right sheet of uses, one row changed at some columns."""
    cells: dict[tuple[int, int], object] = {(0, at): name for at, name in enumerate(USES.strip().split(","))}
    for row in range(rows):
        values: list[object] = ["north", "farm", "co2", 2017 + row, 2600.0, "t CO2/亿元", "S1", "illustrative"]
        for at, value in enumerate(values):
            cells[row + 1, at] = (change or {}).get(at, value)
    return cells


def edited(data: bytes, change: Callable[[dict[str, bytes]], None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Change the parts of an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    return packed(parts, compression)


def packed(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(body: str) -> bytes:
    return f'<?xml version="1.0"?><worksheet xmlns="{NS}"><sheetData>{body}</sheetData></worksheet>'.encode()


def with_sheet(xml: bytes) -> bytes:
    """Give a workbook whose one sheet is this XML."""
    return edited(book(uses()), lambda parts: parts.__setitem__("xl/worksheets/sheet1.xml", xml))


def with_part(name: str, content: bytes) -> bytes:
    return edited(book(uses()), lambda parts: parts.__setitem__(name, content))


def encrypted_flag(data: bytes) -> bytes:
    """Set the bit that says an entry is encrypted, in every header."""
    made = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark)
        while at >= 0:
            made[at + offset] |= 1
            at = made.find(mark, at + 4)
    return bytes(made)


def rows_of_nothing(count: int) -> bytes:
    cells = "".join(f'<row r="{row}"/>' for row in range(2, count))
    return with_sheet(sheet_xml(f'<row r="1"><c r="A1" t="inlineStr"><is><t>region</t></is></c></row>{cells}'))


def table() -> Iterator[Hostile]:
    """Give the files, each a way in that was thought of."""
    bomb = packed({"uses.csv": b"0" * 150_000_000}, zipfile.ZIP_DEFLATED)
    good = book(uses())
    csv = (USES + GOOD.format(value=2600)).encode()
    entity = f'<!DOCTYPE x [<!ENTITY a "{"b" * 99}"><!ENTITY c "&a;&a;&a;">]>'.encode()
    yield Hostile("bomb.zip", bomb, ("E-FILE-12",), True)
    yield Hostile("bomb.xlsx", with_part("xl/media/x.bin", b"0" * 150_000_000), ("E-FILE-12",), True)
    yield Hostile("many.zip", packed({f"{n}.csv": b"" for n in range(2100)}), ("E-FILE-09",), True)
    yield Hostile("nested.zip", packed({"uses.csv": csv, "in.zip": packed({"uses.csv": csv})}), ("E-INT-05",), True)
    yield Hostile("deep.zip", packed({"a/b/c/uses.csv": csv}), ("E-INT-05",), True)
    for path in ("../uses.csv", "/etc/uses.csv", "..\\uses.csv", "C:/uses.csv", "a/../../uses.csv"):
        yield Hostile("path.zip", packed({path: csv}), ("E-FILE-10",), True)
    yield Hostile("program.zip", packed({"uses.csv": csv, "run.exe": b"MZ"}), ("E-INT-05",), True)
    yield Hostile("locked.xlsx", encrypted_flag(good), ("E-FILE-06",), True)
    yield Hostile("old.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ("E-FILE-06",), True)
    yield Hostile("macro.xlsm", good, ("E-FILE-07",), True)
    yield Hostile("macro.xlsx", with_part("xl/vbaProject.bin", b"x"), ("E-FILE-07",), True)
    yield Hostile("cut.xlsx", good[: len(good) // 2], ("E-FILE-24",), True)
    yield Hostile("text.xlsx", csv, ("E-INT-03",), True)
    yield Hostile("book.csv", good, ("E-INT-03",), True)
    yield Hostile("book.zip", good, ("E-INT-03",), True)
    yield Hostile("book.parquet", good, ("E-INT-03",), True)
    yield Hostile("page.html", SCRIPT.encode(), ("E-INT-02",), True)
    yield Hostile("drawing.svg", f"<svg>{SCRIPT}</svg>".encode(), ("E-INT-02",), True)
    yield Hostile("nothing.csv", b"", ("E-INT-04",), True)
    yield Hostile("uses.csv", USES.encode() + b"north\0,farm\n", ("E-INT-03",), True)
    yield Hostile("uses.parquet", b"PAR1" + b"\0" * 99 + b"PAR1", ("E-FILE-05",))
    yield Hostile("entity.xlsx", with_part("xl/sharedStrings.xml", entity + b"<sst/>"), ("E-FILE-17",))
    yield Hostile("outside.xlsx", with_part("xl/x.xml", b'<!DOCTYPE x SYSTEM "file:///etc/passwd">'), ("E-FILE-17",))
    yield Hostile("far.xlsx", book(uses() | {(1_000_000, 16_000): "x"}), ("E-FILE-18",))
    yield Hostile("rows.xlsx", rows_of_nothing(1_000_000))
    yield Hostile("broken.xlsx", with_sheet(b"<worksheet><sheetData>"), ("E-FILE-05", "E-INT-06"))
    yield Hostile("unlinked.xlsx", edited(good, lambda p: p.pop("xl/_rels/workbook.xml.rels")), ("E-FILE-05",))
    yield Hostile("huge.xlsx", book(uses({7: "x" * 32_767})), ("E-CHOICE-01",))
    yield Hostile("formula.xlsx", with_sheet(_formula()), ("E-CELL-02",))
    for said in (
        "=cmd|'/c calc'!A0",
        '=HYPERLINK("http://x","y")',
        "@SUM(1)",
        SCRIPT,
        "\u202etxt",
        "'; DROP TABLE x;--",
    ):
        yield Hostile("said.xlsx", book(uses({0: said})), ("E-REF-01", "E-REF-06", "E-CODE-01"))
        yield Hostile("said.xlsx", book(uses({4: said})), ("E-NUM-01",))
        yield Hostile("said.xlsx", book(uses(), sheet="uses") if "'" in said else book({(0, 0): said}, "uses"), ())
    yield Hostile("link.xlsx", with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"))
    yield Hostile("types.xlsx", book(uses({3: True, 4: "一百万"})), ("E-NUM-01",))
    yield Hostile("uses.csv", (USES + GOOD.format(value="1e999")).encode(), ("E-NUM-01", "E-RANGE-01"))
    yield Hostile("uses.csv", (USES + GOOD.format(value="nan")).encode(), ("E-NUM-01",))
    yield Hostile("uses.csv", b"\xff\xfe" + "region".encode("utf-16-le"), ("E-INT-03",), True)
    yield Hostile("uses.csv", (USES + GOOD.format(value=2600)).encode("gb18030"))
    yield Hostile("uses.csv", b"\xef\xbb\xbf" + csv)
    yield Hostile("uses.csv", b"\x81" * 999, ("E-FILE-04", "E-COL-01", "E-FILE-13"))
    yield Hostile("资源使用.csv", csv, ("E-TAB-02",))
    yield Hostile("uses.csv", ('"' * 99_999).encode(), ("E-FILE-05", "E-COL-01", "E-FILE-13"))
    yield Hostile("sheets.xlsx", book({(0, 0): "x"}, sheet="<b>&x"), ("E-TAB-02",))
    for name in (
        "../../etc/uses.csv",
        "a\\..\\uses.csv",
        "x\r\nSet-Cookie: a=b\r\n.csv",
        f"{SCRIPT}.csv",
        "uses.csv;.exe.csv",
    ):
        yield Hostile(name, csv.replace(b"2600", b"2601"))
    yield Hostile("x" * 5000 + ".csv", csv, ("E-TAB-02",))
    yield Hostile(".csv", csv, ("E-INT-02", "E-TAB-02"))
    yield Hostile("no-suffix", csv, ("E-INT-02",), True)


def _formula() -> bytes:
    head = "".join(
        f'<c r="{chr(65 + at)}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for at, name in enumerate(USES.strip().split(","))
    )
    return sheet_xml(
        f'<row r="1">{head}</row><row r="2"><c r="A2" t="inlineStr"><is><t>north</t></is></c>'
        '<c r="E2"><f>WEBSERVICE("http://127.0.0.1/")</f></c></row>'
    )


def fuzzed(seed: int) -> Hostile:
    """Give a file that was damaged or filled at random."""
    draw = random.Random(seed)
    kind = draw.randrange(6)
    good = book(uses(rows=3))
    if kind == 0:
        data = bytearray(good)
        for _ in range(draw.randint(1, 30)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        return Hostile("fuzz.xlsx", bytes(data))
    if kind == 1:
        start = draw.randrange(len(good))
        return Hostile(
            "fuzz.xlsx", good[:start] + draw.randbytes(draw.randint(0, 400)) + good[start + draw.randint(0, 400) :]
        )
    if kind == 2:

        def spoil(parts: dict[str, bytes]) -> None:
            name = draw.choice(sorted(parts))
            part = bytearray(parts[name])
            for _ in range(draw.randint(1, 20)):
                if part:
                    part[draw.randrange(len(part))] = draw.choice(b"<>&\"'=/\0\xff 0A1r")
            parts[name] = bytes(part)

        return Hostile("fuzz.xlsx", edited(good, spoil))
    odd: list[object] = [
        SCRIPT,
        "",
        " ",
        "=1+1",
        -1e308,
        1e-320,
        True,
        "9" * 300,
        "\u202e",
        "北",
        "NaN",
        "*",
        ";",
        "a|b",
    ]
    if kind == 3:
        cells = {place: draw.choice([cell, cell, cell, draw.choice(odd)]) for place, cell in uses(rows=4).items()}
        return Hostile("fuzz.xlsx", book(cells, nan_inf_to_errors=True))
    if kind == 4:
        text = (USES + GOOD.format(value=1) * 3).encode(draw.choice(["utf-8", "gb18030", "utf-16"]))
        data = bytearray(text)
        for _ in range(draw.randint(0, 10)):
            data.insert(draw.randrange(len(data)), draw.randrange(256))
        return Hostile("uses.csv", bytes(data))
    frame = pd.DataFrame({draw.choice(USES.strip().split(",")): [draw.choice(odd)] for _ in range(5)}).astype(str)
    parts = {draw.choice(["uses.csv", "haihe.toml", "a/uses.csv", "x.csv", "manifest.json"]): frame.to_csv().encode()}
    made = bytearray(packed(parts))
    if draw.random() < 0.5:
        made[draw.randrange(len(made))] ^= 1 << draw.randrange(8)
        struct.pack_into("<H", made, 0, 0x4B50)
    return Hostile("fuzz.zip", bytes(made))

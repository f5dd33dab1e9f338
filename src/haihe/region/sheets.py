"""Look into a workbook's XML for what a reader of values would pass over in silence.

Merged cells, formulas that were never calculated and error cells all arrive as empty cells; a percentage arrives as
its fraction; a far-away cell makes a reader allocate everything before it. They are found here, before the workbook
is opened.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree
from xml.parsers import expat

from haihe.messages import HaiheError
from haihe.region.percents import percent_styles
from haihe.region.safety import MAX_CELLS, read_entry

_ADDRESS = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
_UNPLACED = re.compile(rb"""<(?:[^\s<>/:"']+:)?(?:row|c)(?=[\s/>])(?!\s+r\s*=\s*["'])""")
_SUSPECT = re.compile(rb"""<(?:\w+:)?(?:f[\s/>]|mergeCell\b)|\bt\s*=\s*["']e["']""")
_STYLED = re.compile(rb"""<(?:\w+:)?c\s+r\s*=\s*["']([A-Za-z]{1,3})([0-9]+)["'][^<>]*?\ss\s*=\s*["']([0-9]+)["']""")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)

STYLES = "xl/styles.xml"
"""Part of a workbook that holds its styles."""


@dataclass(slots=True)
class SheetFaults:
    """What was found in one sheet; rows and columns count from 0.

    Parameters
    ----------
    merged : list of (row, column, row, column)
        First and last cell of each merged range.
    uncached : list of (row, column, formula)
        Formulas without a calculated value.
    errors : list of (row, column, text)
        Cells such as ``#REF!``.
    percents : list of (row, column)
        Cells that are shown as a percentage.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    uncached: list[tuple[int, int, str]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    percents: list[tuple[int, int]] = field(default_factory=list)


def letters(column: int) -> str:
    """Give the letters of a column counted from 0."""
    said = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        said = chr(65 + rest) + said
    return said


def column_of(said: str) -> int:
    """Give the number, from 0, of column letters."""
    number = 0
    for letter in said.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def examine(file: str, archive: zipfile.ZipFile) -> dict[str, SheetFaults]:
    """Examine every part of a workbook.

    Returns
    -------
    dict of SheetFaults
        By sheet name.

    Raises
    ------
    HaiheError
        Not a workbook, XML that declares entities, macros, or used ranges too large to read (``E-FILE-18``, for the
        sheet at which their sum is over `MAX_CELLS`).
    """
    parts = {name: read_entry(file, archive, name) for name in archive.namelist()}
    for name, data in parts.items():
        if name.lower().endswith((".xml", ".rels", ".vml")) and (_DECLARATION.search(data) or b"\0" in data):
            raise HaiheError("E-FILE-17", file=file, value=name)
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise HaiheError("E-FILE-07", file=file)
    try:
        sheets = {sheet: parts[part] for sheet, part in _sheets(parts).items()}
        return _examine_sheets(file, sheets, percent_styles(parts[STYLES]) if STYLES in parts else frozenset())
    except (ElementTree.ParseError, expat.ExpatError, KeyError, ValueError, StopIteration) as error:
        raise HaiheError("E-FILE-05", file=file, why=str(error)) from error


def _sheets(parts: dict[str, bytes]) -> dict[str, str]:
    """Give the part of each worksheet."""
    links = {link.attrib["Id"]: link for link in _elements(parts["xl/_rels/workbook.xml.rels"], "Relationship")}
    named = {}
    for sheet in _elements(parts["xl/workbook.xml"], "sheet"):
        link = links[next(value for key, value in sheet.attrib.items() if key.endswith("}id"))]
        if link.attrib["Type"].endswith("/worksheet"):
            named[sheet.attrib["name"]] = posixpath.normpath(posixpath.join("/xl", link.attrib["Target"])).lstrip("/")
    return named


def _elements(xml: bytes, tag: str) -> list[ElementTree.Element]:
    """Give the elements of a tag in any namespace: workbooks come in two."""
    root = ElementTree.fromstring(xml)
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == tag]


def _examine_sheets(file: str, sheets: dict[str, bytes], percents: frozenset[str]) -> dict[str, SheetFaults]:
    """Examine each sheet's XML; cells are added up over the sheets, for a reader may hold all of them at once.

    A row or cell may leave out its address and then follows the one before it. Spreadsheet programs write the address
    first in every tag; where any tag does not, the sheet is walked through, as it is where faults are suspected. Cells
    of the styles ``percents`` are found on the way.
    """
    found, cells = {}, 0
    for sheet, xml in sheets.items():
        height, width = _addressed(xml)
        scan = _Scan(percents)
        if _SUSPECT.search(xml) or _UNPLACED.search(xml):
            scan.run(xml)
        elif percents:
            scan.faults.percents = list(_styled(xml, percents))
        cells += max(height, scan.height) * max(width, scan.width, 1)
        if cells > MAX_CELLS:
            raise HaiheError("E-FILE-18", file=file, table=sheet, value=cells, limit=MAX_CELLS)
        found[sheet] = scan.faults
    return found


def _styled(xml: bytes, styles: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Give row and column of every cell of these styles, where every cell has its address."""
    sought = {style.encode() for style in styles}
    for column, row, style in _STYLED.findall(xml):
        if style in sought:
            yield int(row) - 1, column_of(column.decode())


def _addressed(xml: bytes) -> tuple[int, int]:
    """Give the last row and column that an address names."""
    addresses = set(_ADDRESS.findall(xml))
    width = max((column_of(said.decode()) + 1 for said in {a for a, _ in addresses}), default=0)
    height = max((int(row) for row in {r for _, r in addresses}), default=0)
    return height, width


class _Scan:
    """One pass through a sheet's XML: its faults, and how far its rows and cells reach."""

    def __init__(self, percents: frozenset[str]) -> None:
        self.faults, self.percents = SheetFaults(), percents
        self.row, self.column = -1, -1
        self.height, self.width = 0, 0
        self.kind, self.formula, self.value = "", "", ""
        self.has_formula, self.reading = False, ""

    def run(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(xml, True)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition("}")[2]
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column, self.height = -1, max(self.height, self.row + 1)
        elif tag == "c":
            self.column = _split(attributes["r"])[1] if "r" in attributes else self.column + 1
            self.width = max(self.width, self.column + 1)
            self.kind, self.formula, self.value, self.has_formula = attributes.get("t", ""), "", "", False
            if attributes.get("s") in self.percents:
                self.faults.percents.append((self.row, self.column))
        elif tag in ("f", "v"):
            self.reading = tag
            self.has_formula |= tag == "f"
        elif tag == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.faults.merged.append((*_split(first), *_split(last or first)))

    def _text(self, text: str) -> None:
        if self.reading == "f":
            self.formula += text
        elif self.reading == "v":
            self.value += text

    def _end(self, name: str) -> None:
        tag = name.rpartition("}")[2]
        if tag in ("f", "v"):
            self.reading = ""
        elif tag == "c" and self.kind == "e":
            self.faults.errors.append((self.row, self.column, self.value))
        elif tag == "c" and self.has_formula and not self.value and self.kind != "str":
            self.faults.uncached.append((self.row, self.column, "=" + self.formula))


def _split(address: str) -> tuple[int, int]:
    """Give row and column, from 0, of an address such as ``$B$3``."""
    found = re.fullmatch(r"\$?([A-Za-z]{1,3})\$?(\d+)", address)
    if found is None:
        raise ValueError(f"cell address {address}")
    return int(found[2]) - 1, column_of(found[1])

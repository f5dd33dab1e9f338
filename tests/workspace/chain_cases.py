"""A chain of the small city with its board, and monthly indicators with two years of returns."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from haihe.workspace.chains import items
from haihe.workspace.chains.models import Board, Item
from haihe.workspace.duties.documents import new_target
from haihe.workspace.duties.models import Target
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.worker import drain
from haihe.workspace.months import returns
from haihe.workspace.months.models import Indicator, Return
from haihe.workspace.units.models import Unit
from workspace_cases import City

FACTS = {
    "name_zh": "高端光刻胶",
    "kind_of": "research",
    "evidence": "进口占比高",
    "quality": "illustrative",
    "source": "DEMO",
}


def chain_board(city: City, chain: str = "IC", dataset: Any = None) -> Board:
    """The board of a chain, kept by a task force below the city."""
    force = Unit.objects.filter(code=f"CHAIN-{chain}").first() or Unit.objects.create(
        code=f"CHAIN-{chain}",
        name_zh="集成电路专班",
        name_en="IC task force",
        kind_of="chain",
        parent=city.units["TJ"],
        chain=chain,
    )
    said = {"name_zh": "集成电路", "name_en": "Integrated circuits", "chief": city.people["chief"], "dataset": dataset}
    return items.make_board(city.people["chief"], force, chain, said)


def stuck_point(city: City, board: Board, number: str = "R-01", **more: Any) -> Item:
    """A stuck point on the board, owned by a bureau."""
    return items.add(city.people["chief"], board, FACTS | {"owner": city.units["IIB"]} | more, number)


def indicator(city: City, code: str = "output", *reporters: str, **more: Any) -> Indicator:
    """An indicator that districts report."""
    said = {"name_zh": "工业总产值", "name_en": "industrial output", "counted_in": "亿元"} | more
    units = [city.units[each] for each in reporters or ("TJ-BH",)]
    return returns.make_indicator(city.people["planner"], city.units["TJ"], code, said, units)


def target(city: City, value: str, year: int, code: str = "output", region: str = "TJ-BH", **more: Any) -> Target:
    """A target of the year on the indicator."""
    said = {
        "name_zh": "全年产值",
        "indicator": code,
        "counted_in": "亿元",
        "year": year,
        "value": Decimal(value),
        "region": region,
    }
    return new_target(city.people["planner"], city.units["TJ"], city.units["TJ-BH"], f"T-{year}-{code}", said | more)


def row(value: Any, growth: Any = None, code: str = "output", place: str = "TJ-BH") -> dict[str, Any]:
    """One figure of a return."""
    said = {"indicator": code, "place": place, "source": "DEMO", "quality": "illustrative", "note": None}
    return said | {"value": None if value is None else str(value), "growth": None if growth is None else str(growth)}


def month(city: City, name: str, rows: list[dict[str, Any]], approved: bool = True, unit: str = "bh") -> Return:
    """A return of Binhai (or another district) for a month, approved where not told otherwise."""
    editor, approver = city.people[f"{unit}-editor"], city.people[f"{unit}-approver"]
    made = returns.begin(editor, city.units[f"TJ-{unit.upper()}"], name)
    returns.filled(editor, made, rows, "")
    if approved:
        returns.submit(editor, made)
        returns.approve(approver, made)
    return made


def fill(data: bytes, sheet: int, cells: dict[tuple[str, str], Any]) -> bytes:
    """Write values into a template, by the code in the first column (and the second where it holds a blank) and the column."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    page = book.worksheets[sheet]
    heads = {str(cell.value).split("(")[0].split("（")[0].strip(): cell.column for cell in page[1] if cell.value}
    for number in range(2, page.max_row + 1):
        for (key, column), value in cells.items():
            if page.cell(number, 1).value == key:
                page.cell(number, heads[column]).value = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sent(client: Client, target_code: str, code: str, data: bytes, name: str = "报表.xlsx") -> Upload:
    """Send a workbook by the page, have it read, and give the upload."""
    answer = client.post(f"/intake/new/{target_code}/{code}", {"file": SimpleUploadedFile(name, data), "way": "add"})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    drain()
    return Upload.objects.select_related("unit", "reading").get(code=answer["Location"].rsplit("/", 1)[-1])

"""Plant faults in the small region's workbook and write down where each was put.

Rows are drawn with a seed; the list of expected findings is made by the same call that plants a fault, so that
the expectation does not come from the checker.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import xlsxwriter

from haihe.region import TABLES
from small_region import EVIDENCE, META, SECTORS, named, small_tables

Expected = tuple[str, str, int | None, str | None]

IN_CHINESE = ("regions", "rules")
"""Tables whose sheet and headers bear their Chinese titles."""


@dataclass(frozen=True)
class Formula:
    """A formula with its cached value; ``""`` is what an uncalculated one has."""

    text: str
    cached: str


@dataclass
class Golden:
    """A workbook in the making: cells by table, and what should be found."""

    seed: int
    cells: dict[str, list[list[object]]] = field(default_factory=dict)
    merged: list[tuple[str, int, int, int]] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.free: dict[str, list[int]] = {}
        tables = small_tables()
        tables["rules"] = pd.concat(
            [
                tables["rules"],
                named("article", ("A2", "绿色改造", "green upgrade"), fund="F1", document="x", rate=0.1, **EVIDENCE),
            ]
        )
        for name, frame in tables.items():
            records = frame.astype(object).where(frame.notna(), None).to_numpy(dtype=object).tolist()
            self.cells[name] = [list(frame.columns), *records]
            self.free[name] = list(range(2, len(records) + 2))

    def column(self, table: str, column: str) -> int:
        """Give the position of a column, added at the end where the small region leaves it out."""
        head = self.cells[table][0]
        if column not in head:
            for record in self.cells[table][1:]:
                record.append(None)
            head.append(column)
        return head.index(column)

    def rows(self, name: str, /, **where: object) -> list[int]:
        """Give the rows whose cells have these values."""
        at = {self.column(name, column): value for column, value in where.items()}
        return [
            row
            for row, record in enumerate(self.cells[name][1:], 2)
            if all(record[i] == value for i, value in at.items())
        ]

    def draw(self, table: str, among: list[int] | None = None) -> int:
        """Draw a row that has no fault yet."""
        row = self.random.choice([r for r in self.free[table] if among is None or r in among])
        self.free[table].remove(row)
        return row

    def get(self, table: str, row: int, column: str) -> object:
        """Give a cell."""
        return self.cells[table][row - 1][self.column(table, column)]

    def put(self, code: str, table: str, row: int, column: str, value: object) -> None:
        """Write a faulty value and expect the finding there."""
        self.cells[table][row - 1][self.column(table, column)] = value
        self.expect(code, table, row, column)

    def expect(self, code: str, table: str, row: int | None, column: str | None) -> None:
        """Expect a finding, under the names that the file bears."""
        head = column
        if table in IN_CHINESE and column is not None:
            head = TABLES[table].column(column).title.zh
        self.expected.append((code, self.sheet(table), row, head))

    def sheet(self, table: str) -> str:
        """Give the name of a table's sheet."""
        return TABLES[table].title.zh if table in IN_CHINESE else table

    def save(self, path: Path) -> None:
        """Write the workbook."""
        book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_numbers": False})
        for table, lines in self.cells.items():
            sheet = book.add_worksheet(self.sheet(table))
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    if row == 0 and table in IN_CHINESE:
                        value = TABLES[table].column(str(value)).title.zh
                    if isinstance(value, Formula):
                        sheet.write_formula(row, column, value.text, None, value.cached)
                    elif value is not None:
                        sheet.write(row, column, value)
            for where, column, first, last in self.merged:
                if where == table:
                    sheet.merge_range(first - 1, column, last - 1, column, str(lines[first - 1][column]))
        book.close()


def plant(path: Path, seed: int = 2017) -> list[Expected]:
    """Write the golden workbook and give the (code, sheet, row, column) of every fault in it."""
    golden = Golden(seed)
    plant_form(golden)
    plant_facts(golden)
    plant_likelihood(golden)
    plant_balance(golden)
    plant_whole(golden)
    golden.save(path)
    return golden.expected


def plant_form(golden: Golden) -> None:
    """Cells that cannot be typed, most of them in pairs in one row."""
    put, draw = golden.put, golden.draw
    row = draw("uses")
    put("E-NUM-01", "uses", row, "value", "一百万")
    put("E-CHOICE-01", "uses", row, "quality", "guess")
    row = draw("uses")
    put("E-UNIT-03", "uses", row, "unit", "万圆")
    put("E-CELL-01", "uses", row, "source", None)
    row = draw("uses")
    put("E-CELL-02", "uses", row, "value", Formula("=D2*2", ""))
    put("E-UNIT-04", "uses", row, "unit", "tce")
    row = draw("uses")
    put("E-REF-01", "uses", row, "region", "nort")
    put("E-CELL-03", "uses", row, "value", Formula("=A0", "#REF!"))
    row = draw("accounts", golden.rows("accounts", region="north"))
    put("E-NUM-03", "accounts", row, "value", "1,234.5")
    put("E-REF-01", "accounts", row, "source", "S8")
    row = draw("endowments", golden.rows("endowments", region="north", resource="land"))
    put("E-UNIT-06", "endowments", row, "value", "12亩")
    put("E-UNIT-03", "endowments", row, "unit", "公倾")
    row = draw("endowments", golden.rows("endowments", region="south", resource="land"))
    put("E-NUM-02", "endowments", row, "year", 2018.5)
    put("E-RANGE-01", "endowments", row, "value", -3.0)
    row = draw("projects")
    put("E-REF-01", "projects", row, "article", "A9")
    put("E-CELL-01", "projects", row, "investment", None)
    put("E-FLAG-01", "links", draw("links"), "two_way", "perhaps")
    put("E-CODE-01", "project_sites", draw("project_sites"), "region", "har bour")
    row = golden.rows("rules", article="A2")[0]
    put("E-REF-01", "rules", row, "fund", "F2")
    put("E-DATE-01", "rules", row, "valid_from", "2021/1/1")


def plant_facts(golden: Golden) -> None:
    """Typed facts that do not agree."""
    put, draw = golden.put, golden.draw
    row = draw("uses")
    put("E-RANGE-01", "uses", row, "value", -5.0)
    put("E-REF-01", "uses", row, "source", "S9")
    row = draw("uses")
    put("E-REF-01", "uses", row, "sector", "stell")
    put("E-CELL-01", "uses", row, "quality", None)
    row = draw("accounts", golden.rows("accounts", region="north"))
    put("E-REF-02", "accounts", row, "row", "labor")
    put("E-REF-02", "accounts", row, "column", "exports")
    row = draw("accounts", golden.rows("accounts", region="north", row="taxes"))
    put("E-REF-04", "accounts", row, "column", "export")
    row = draw("flows")
    put("E-RANGE-03", "flows", row, "low", 1e3)
    put("E-RANGE-03", "flows", row, "high", 1e-3)
    row = golden.rows("regions", region="harbour")[0]
    put("E-CHOICE-01", "regions", row, "level", "village")
    put("E-RANGE-02", "regions", row, "lon", 181.0)
    golden.cells["regions"][1][golden.column("regions", "parent")] = "north"
    golden.expect("E-TREE-02", "regions", 2, "level")
    golden.expect("E-TREE-01", "regions", 2, "parent")
    row = golden.rows("rules", article="A1")[0]
    put("E-RULE-01", "rules", row, "valid_to", "2019-12-31")
    put("E-RANGE-02", "rules", row, "rate", 1.5)
    row = golden.rows("scenarios", table="limits")[0]
    put("E-SCN-03", "scenarios", row, "record", "cap|2020")
    put("E-SCN-02", "scenarios", row, "column", "valeu")
    put("E-SCN-04", "scenarios", golden.rows("scenarios", table="endowments")[0], "value", "abc")
    row = draw("chain_stages")
    put("E-REF-01", "chain_stages", row, "sector", "stel")
    put("E-RANGE-02", "chain_stages", row, "share", 1.2)
    put("E-REF-03", "transfers", draw("transfers"), "to_region", "north")
    put("E-UNIT-04", "project_resources", draw("project_resources"), "unit", "persons")
    put(
        "W-UNIT-05",
        "endowments",
        draw("endowments", golden.rows("endowments", region="south", resource="co2")),
        "value",
        1e9,
    )
    row = golden.rows("limits", limit="line")[0]
    golden.cells["limits"][row - 1][golden.column("limits", "regions")] = "rest"
    golden.expect("W-LIM-01", "limits", row, "resource")
    again = list(golden.cells["uses"][golden.random.choice(golden.free["uses"]) - 1])
    golden.cells["uses"].append(again)
    golden.expect("E-KEY-01", "uses", len(golden.cells["uses"]), "year")
    late = list(golden.cells["endowments"][golden.rows("endowments", region="north", resource="co2")[0] - 1])
    late[golden.column("endowments", "year")] = 2021
    golden.cells["endowments"].append(late)
    golden.expect("W-YEAR-01", "endowments", len(golden.cells["endowments"]), "year")


def plant_likelihood(golden: Golden) -> None:
    """Facts that are hardly true, and one cause of many consequences."""
    put = golden.put
    put("E-REF-05", "resources", golden.rows("resources", resource="co2")[0], "resource", "c02")
    for table in ("links", "chains", "funds"):
        golden.cells[table][1][golden.column(table, "source")] = "S7"
    golden.expect("E-REF-06", "links", 2, "source")
    put("E-YEAR-03", "links", 2, "year", "2019年")
    put("E-RANGE-04", "projects", golden.draw("projects"), "equipment", 1e6)
    put("W-LIM-03", "limits", golden.rows("limits", limit="cap")[0], "value", 1.8)
    free = golden.free["uses"]
    pairs = [(row, row + 18) for row in free if row + 18 in free]  # the same sector, resource and year in the south
    row, other = golden.random.choice(pairs)
    assert golden.cells["uses"][row - 1][1:4] == golden.cells["uses"][other - 1][1:4]
    value = golden.get("uses", row, "value")
    put("W-UNIT-07", "uses", row, "value", 500 * float(str(value)))
    golden.cells["transfers"].append(list(golden.cells["transfers"][0]))
    golden.expect("E-TAB-05", "transfers", len(golden.cells["transfers"]), None)


def plant_balance(golden: Golden) -> None:
    """Three cells of the southern account: inputs, final use, value added."""
    i, j, k = golden.random.sample(SECTORS, 3)

    def change(row: str, column: str, by: float) -> int:
        at = golden.rows("accounts", region="south", row=row, column=column)[0]
        place = golden.column("accounts", "value")
        golden.cells["accounts"][at - 1][place] += by  # type: ignore[operator]
        return at

    golden.expect("E-BAL-03", "accounts", change(i, j, 1.5), "value")
    change(k, "household_urban", -2.25)
    golden.expect("E-BAL-01", "accounts", golden.rows("accounts", region="south", row=k, column="residual")[0], "value")
    change("labour", i, 0.75)
    golden.expect("E-BAL-02", "accounts", golden.rows("accounts", region="south", row="surplus", column=i)[0], "value")


def plant_whole(golden: Golden) -> None:
    """Sheets, headers, merged cells and the meta."""
    golden.merged.append(("sectors", golden.column("sectors", "gbt4754"), 3, 4))
    golden.expect("E-CELL-04", "sectors", 3, "gbt4754")
    golden.column("chains", "colour")
    golden.expect("E-COL-01", "chains", 1, "colour")
    place = golden.column("budgets", "value")
    for line in golden.cells["budgets"]:
        del line[place]
    golden.expect("E-COL-02", "budgets", 1, "value")
    again = TABLES["sources"].column("title_zh").title.zh  # the sheet has the column under its name already
    golden.column("sources", again)
    golden.expect("E-COL-03", "sources", 1, again)
    meta = [[field, value] for field, value in META.model_dump().items()]
    row = golden.random.choice([2, 4])  # title_zh or base_year
    meta[row - 1][1] = ""
    field = str(meta[row - 1][0])
    golden.cells = {"haihe": [["field", "value"], *meta], **golden.cells, "endowment": [["region"], ["north"]]}
    golden.expected.append(("E-META-01", "haihe", row + 1, field))
    golden.expected.append(("E-TAB-02", "endowment", None, None))

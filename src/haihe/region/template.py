"""An empty workbook to fill in: headers, units, notes and drop-down lists, all from the declarations."""

import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from haihe.files import replace_file
from haihe.messages import HaiheError, Lang, Text, default_language
from haihe.region.cells import say_choices
from haihe.region.meta import FIELDS, FORMAT, META_NAME
from haihe.region.sheets import letters
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.region.units import SUGGESTED, UNITS
from haihe.region.workbook import FLAG_WORDS, IGNORED, new_workbook, words_of, write_cell

ROWS = 5000
"""Rows for which a template has drop-down lists."""

_LONGEST_LIST = 255
_TEXT_KINDS = ("code", "codes", "text", "choice", "unit", "date")

GUIDE = Text("填写说明", "how to fill in")
UNIT_SHEET = f"{IGNORED}units"
LIST_SHEET = f"{IGNORED}lists"

KIND_NAMES = {
    "code": Text("短代码，不含空白、分号、竖线、星号", "a short code without blanks, semicolons, bars or stars"),
    "codes": Text("一个或多个代码，用英文分号隔开；* 为全部", "one or more codes joined by ;, * for all"),
    "text": Text("文字", "text"),
    "number": Text("数字", "a number"),
    "integer": Text("整数", "a whole number"),
    "year": Text("年份", "a year"),
    "flag": Text("是 或 否", "true or false"),
    "choice": Text("从下列值中选择", "one of the values listed"),
    "unit": Text("单位", "a unit"),
    "date": Text("日期，写作 YYYY-MM-DD", "a day, as YYYY-MM-DD"),
}
"""What a cell of each kind holds, in words."""

_STEPS = (
    Text(
        "一张工作表是一张数据表，第一行是表头，从第二行起每行一条记录。",
        "One sheet is one table: headers in row 1, a record a row.",
    ),
    Text(
        "先填工作表 haihe，再填深色标签的必需表：来源、地区、行业。",
        "Fill sheet haihe first, then the required tables (dark tabs).",
    ),
    Text("其余的表都可以空着；有数据就填，没有就留空。", "Every other table may stay empty; fill in what there is."),
    Text(
        "深蓝表头是必填列；把鼠标移到表头上可见含义、单位与可选值。",
        "Dark headers are required; hover over a header for meaning, unit and choices.",
    ),
    Text("缺失就留空，不要写 0、“—”或 NA。", "Leave missing cells empty: no 0, no dash, no NA."),
    Text(
        "数字单独写，单位写在“单位”列；不认识的单位会被指出，绝不猜测。",
        "Write numbers alone and the unit in column unit; units are never guessed.",
    ),
    Text("不要合并单元格；公式须已计算。", "Do not merge cells; formulas must have been calculated."),
    Text("名称以 _ 开头的工作表不会被读取，可以自用。", "Sheets whose name begins with _ are not read and are yours."),
    Text(
        "保存后运行 haihe check 文件名，所有问题会一次列出。",
        "Save, then run haihe check FILE: all findings come at once.",
    ),
)


_FILLING = (
    Text(
        "黄色单元格是要求填报的；其余是已知内容，供核对。",
        "Yellow cells are asked; the rest is what is known, to compare.",
    ),
    *_STEPS[3:-1],
    Text(
        "保存后在网页上传；问题会逐格指出。", "Save it and upload it on the page; every problem is named by its cell."
    ),
)


def write_template(path: str | Path, lang: Lang | None = None) -> Path:
    """Write an empty workbook that, filled in and saved, `haihe.region.read` reads.

    Parameters
    ----------
    path : str or Path
        Where to; ``.xlsx``.
    lang : {"zh", "en"}, optional
        Language of headers, sheet names and notes; the user's where not given.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    HaiheError
        ``E-FILE-02`` for another suffix than ``.xlsx``.
    """
    path, lang = Path(path), lang or default_language()
    if path.suffix.lower() != ".xlsx":
        raise HaiheError("E-FILE-02", file=path.name, value=path.suffix or path.name)
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        formats = _formats(book)
        _guide(book, formats, lang, _STEPS, TABLES.values())
        _meta(book, formats, lang)
        for spec in TABLES.values():
            _table(book, formats, spec, lang)
        _hidden(book, UNIT_SHEET, [_units()])
    replace_file(path, lambda file: file.write_bytes(buffer.getvalue()))
    return path


def sheets_bytes(
    specs: Sequence[TableSpec],
    lang: Lang,
    *,
    tables: Mapping[str, pd.DataFrame] | None = None,
    asked: Mapping[str, pd.DataFrame] | None = None,
    lists: Mapping[str, Iterable[str]] | None = None,
    steps: Iterable[Text] = (),
) -> bytes:
    """Give a workbook of some tables only: what is known filled in, what is asked in yellow.

    Parameters
    ----------
    specs : sequence of TableSpec
        The tables, one sheet each; a spec may have fewer columns than the declared table.
    lang : {"zh", "en"}
        Language of sheets, headers, choices and notes.
    tables : mapping of DataFrame, optional
        Records filled in, by table; columns as in the spec.
    asked : mapping of DataFrame of bool, optional
        Cells marked as asked, in the shape of ``tables``.
    lists : mapping, optional
        Codes offered for references to tables that the workbook does not have, by ``table.column``.
    steps : iterable of Text
        What the first sheet says; the general instructions follow.

    Returns
    -------
    bytes
        An ``.xlsx`` file without a sheet for the meta.
    """
    tables, asked = tables or {}, asked or {}
    offered = {name: list(codes) for name, codes in (lists or {}).items()}
    places = {name: (letters(number), len(codes)) for number, (name, codes) in enumerate(offered.items()) if codes}
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        formats = _formats(book)
        _guide(book, formats, lang, (*steps, *_FILLING), specs)
        for spec in specs:
            sheet = _table(book, formats, spec, lang, places)
            if spec.name in tables:
                _fill(sheet, formats, spec, lang, tables[spec.name], asked.get(spec.name))
        _hidden(book, UNIT_SHEET, [_units()])
        _hidden(book, LIST_SHEET, list(offered.values()))
    return buffer.getvalue()


def _fill(
    sheet: Any, formats: dict[str, Any], spec: TableSpec, lang: Lang, frame: pd.DataFrame, asked: pd.DataFrame | None
) -> None:
    """Write the records of a table, and mark what is asked."""
    for number, column in enumerate(spec.columns):
        kind = "text" if column.kind in _TEXT_KINDS else "number"
        marks = asked[column.name].tolist() if asked is not None else [False] * len(frame)
        for row, (value, mark) in enumerate(zip(words_of(frame[column.name], column, lang), marks, strict=True), 1):
            form = formats[f"asked {kind}" if mark else kind]
            if mark and value is None:
                sheet.write_blank(row, number, None, form)
            else:
                write_cell(sheet, row, number, value, form)


def _formats(book: Any) -> dict[str, Any]:
    asked = {"bg_color": "#FFF2B3", "border": 1, "border_color": "#BF9000"}
    return {
        "required": book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E78", "border": 1}),
        "optional": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1}),
        "text": book.add_format({"num_format": "@"}),
        "number": None,
        "asked text": book.add_format(asked | {"num_format": "@"}),
        "asked number": book.add_format(asked),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _hidden(book: Any, name: str, columns: Iterable[list[str]]) -> None:
    """Add a hidden sheet with the values that drop-down lists offer."""
    sheet = book.add_worksheet(name)
    for number, values in enumerate(columns):
        sheet.write_column(0, number, values)
    sheet.hide()


def _units() -> list[str]:
    return list(dict.fromkeys((*SUGGESTED, *UNITS)))


def _guide(book: Any, formats: dict[str, Any], lang: Lang, steps: Iterable[Text], specs: Iterable[TableSpec]) -> None:
    sheet = book.add_worksheet(IGNORED + GUIDE(lang))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 60, formats["wrap"])
    top = 1
    for row, step in enumerate(steps):
        sheet.write_number(row, 0, row + 1)
        sheet.write_string(row, 1, step(lang))
        top = row + 2
    for column, head in enumerate((Text("表", "table"), Text("含义", "meaning"), Text("用于", "serves"))):
        sheet.write_string(top, column, head(lang), formats["optional"])
    for row, spec in enumerate(specs, top + 1):
        sheet.write_url(row, 0, f"internal:'{spec.title(lang)}'!A1", string=spec.title(lang))
        sheet.write_string(row, 1, spec.description(lang))
        sheet.write_string(row, 2, spec.serves(lang))


def _meta(book: Any, formats: dict[str, Any], lang: Lang) -> None:
    sheet = book.add_worksheet(META_NAME)
    sheet.set_tab_color("#1F4E78")
    for column, head in enumerate((Text("项", "field"), Text("值", "value"), Text("含义", "meaning"))):
        sheet.write_string(0, column, head(lang), formats["required"])
    for row, (field, about) in enumerate(FIELDS.items(), 1):
        sheet.write_string(row, 0, field)
        sheet.write_string(row, 2, about(lang))
    sheet.write_number(list(FIELDS).index("format") + 1, 1, FORMAT)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 2, 40)
    sheet.freeze_panes(1, 0)


def _table(
    book: Any,
    formats: dict[str, Any],
    spec: TableSpec,
    lang: Lang,
    lists: Mapping[str, tuple[str, int]] | None = None,
) -> Any:
    """Add the sheet of a table; ``lists`` says where the codes of tables that have no sheet of their own stand."""
    sheet = book.add_worksheet(spec.title(lang))
    if spec.required:
        sheet.set_tab_color("#1F4E78")
    for number, column in enumerate(spec.columns):
        title = column.title(lang)
        width = max(10, 2 * len(title) + 2 if lang == "zh" else len(title) + 4)
        sheet.set_column(number, number, width, formats["text"] if column.kind in _TEXT_KINDS else None)
        sheet.write_string(0, number, title, formats["required" if column.filled else "optional"])
        note = describe(column, lang)
        sheet.write_comment(0, number, note, {"x_scale": 2.2, "y_scale": 0.6 + 0.25 * note.count("\n")})
        rule = _rule(column, lang, lists)
        if rule is not None:
            sheet.data_validation(1, number, ROWS, number, rule)
    sheet.freeze_panes(1, 0)
    return sheet


def describe(column: Column, lang: Lang) -> str:
    """Say in a few lines what a column holds: meaning, kind, unit, choices, reference, default."""
    lines = [f"{column.title(lang)} ({column.name})", column.description(lang), KIND_NAMES[column.kind](lang)]
    if column.unit:
        unit = Text("见“单位”列", "see column unit")(lang) if column.unit == "@unit" else column.unit
        lines.append(Text("单位：{u}", "unit: {u}").format(u=unit)(lang))
    if column.choices:
        lines.append(Text("可选：{c}", "choices: {c}").format(c=say_choices(column))(lang))
    if column.ref:
        table, _, key = column.ref.partition(".")
        target = Text("{t}.{k}", "{t}.{k}").format(t=TABLES[table].title, k=TABLES[table].column(key).title)
        lines.append(Text("引用：{r}", "refers to: {r}").format(r=target)(lang))
    if column.filled:
        lines.append(Text("必填", "required")(lang))
    elif column.like is not None:
        lines.append(Text("留空即与中文相同", "empty means the same as in Chinese")(lang))
    elif column.default is not None:
        lines.append(Text("留空即为：{d}", "empty means: {d}").format(d=_default_word(column, lang))(lang))
    return "\n".join(lines)


def say_default(column: Column) -> str:
    """Say the default of a column as a file would."""
    return str(column.default).lower() if isinstance(column.default, bool) else str(column.default)


def _default_word(column: Column, lang: Lang) -> str:
    """Say the default of a column in the words of the language."""
    if column.kind == "flag":
        return FLAG_WORDS[bool(column.default)](lang)
    return column.word_of[column.default](lang) if column.choices else say_default(column)


def _rule(column: Column, lang: Lang, lists: Mapping[str, tuple[str, int]] | None) -> dict[str, Any] | None:
    """Give the drop-down list or the bounds of a column, for the workbook writer."""
    if column.kind == "flag":
        return {"validate": "list", "source": [word(lang) for word in FLAG_WORDS.values()]}
    words = [word(lang) for word in column.words]
    if words and len(",".join(words)) <= _LONGEST_LIST:
        return {"validate": "list", "source": words}
    if column.kind == "unit":
        return {"validate": "list", "source": f"={UNIT_SHEET}!$A$1:$A${len(_units())}", "error_type": "warning"}
    if column.ref and column.kind == "code" and (lists is None or column.ref in lists):
        return {"validate": "list", "source": _codes_of(column.ref, lang, lists), "error_type": "warning"}
    if column.kind in ("number", "year"):
        kind = "integer" if column.kind == "year" else "decimal"
        low, high = column.minimum, column.maximum
        if low is not None and high is not None:
            return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
        if low is not None:
            return {"validate": kind, "criteria": ">=", "value": low}
        if column.above is not None:
            return {"validate": kind, "criteria": ">", "value": column.above}
    return None


def _codes_of(ref: str, lang: Lang, lists: Mapping[str, tuple[str, int]] | None) -> str:
    """Give the cells that hold the codes of a reference: the list's, or else the sheet's of the table itself."""
    if lists is not None:
        letter, count = lists[ref]
        return f"={LIST_SHEET}!${letter}$1:${letter}${count}"
    table, _, key = ref.partition(".")
    letter = letters(TABLES[table].names.index(key))
    return f"='{TABLES[table].title(lang)}'!${letter}$2:${letter}${ROWS + 1}"

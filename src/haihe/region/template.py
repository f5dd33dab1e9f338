"""An empty workbook to fill in: headers, units, notes and drop-down lists, all from the declarations."""

import io
from pathlib import Path
from typing import Any

from haihe.files import replace_file
from haihe.messages import HaiheError, Lang, Text, default_language
from haihe.region.cells import say_choices
from haihe.region.meta import FIELDS, FORMAT, META_NAME
from haihe.region.sheets import letters
from haihe.region.spec import Column, TableSpec
from haihe.region.tables import TABLES
from haihe.region.units import SUGGESTED, UNITS
from haihe.region.workbook import FLAG_WORDS, IGNORED, new_workbook

ROWS = 5000
"""Rows for which a template has drop-down lists."""

_LONGEST_LIST = 255
_TEXT_KINDS = ("code", "codes", "text", "choice", "unit", "date")

GUIDE = Text("填写说明", "how to fill in")
UNIT_SHEET = f"{IGNORED}units"

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
        formats = {
            "required": book.add_format({"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E78", "border": 1}),
            "optional": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1}),
            "text": book.add_format({"num_format": "@"}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _guide(book, formats, lang)
        _meta(book, formats, lang)
        for spec in TABLES.values():
            _table(book, formats, spec, lang)
        units = book.add_worksheet(UNIT_SHEET)
        units.write_column(0, 0, _units())
        units.hide()
    replace_file(path, lambda file: file.write_bytes(buffer.getvalue()))
    return path


def _units() -> list[str]:
    return list(dict.fromkeys((*SUGGESTED, *UNITS)))


def _guide(book: Any, formats: dict[str, Any], lang: Lang) -> None:
    sheet = book.add_worksheet(IGNORED + GUIDE(lang))
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 2, 60, formats["wrap"])
    for row, step in enumerate(_STEPS):
        sheet.write_number(row, 0, row + 1)
        sheet.write_string(row, 1, step(lang))
    top = len(_STEPS) + 1
    for column, head in enumerate((Text("表", "table"), Text("含义", "meaning"), Text("用于", "serves"))):
        sheet.write_string(top, column, head(lang), formats["optional"])
    for row, spec in enumerate(TABLES.values(), top + 1):
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


def _table(book: Any, formats: dict[str, Any], spec: TableSpec, lang: Lang) -> None:
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
        rule = _rule(column, lang)
        if rule is not None:
            sheet.data_validation(1, number, ROWS, number, rule)
    sheet.freeze_panes(1, 0)


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


def _rule(column: Column, lang: Lang) -> dict[str, Any] | None:
    """Give the drop-down list or the bounds of a column, for the workbook writer."""
    if column.kind == "flag":
        return {"validate": "list", "source": [word(lang) for word in FLAG_WORDS.values()]}
    words = [word(lang) for word in column.words]
    if words and len(",".join(words)) <= _LONGEST_LIST:
        return {"validate": "list", "source": words}
    if column.kind == "unit":
        return {"validate": "list", "source": f"={UNIT_SHEET}!$A$1:$A${len(_units())}", "error_type": "warning"}
    if column.ref and column.kind == "code":
        table, _, key = column.ref.partition(".")
        letter = letters(TABLES[table].names.index(key))
        source = f"='{TABLES[table].title(lang)}'!${letter}$2:${letter}${ROWS + 1}"
        return {"validate": "list", "source": source, "error_type": "warning"}
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

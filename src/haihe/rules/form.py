"""The form of applications: which columns a workbook has for given schemes, how they are headed, an empty one to fill in."""

import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from haihe.files import replace_file
from haihe.messages import HaiheError, Lang, Text, default_language
from haihe.region.sheets import letters
from haihe.region.units import said
from haihe.region.workbook import FLAG_WORDS, new_workbook, write_cell
from haihe.rules.book import Rulebook
from haihe.rules.fields import DeclaredField

SHEET = Text("申报", "applications")
"""Sheet that holds the applications, one a row."""

GUIDE = Text("_填写说明", "_how to fill in")
ROWS = 2000
"""Rows for which an empty form has drop-down lists."""

KeyKind = Literal["text", "articles", "number", "date"]
_KEYS: tuple[tuple[str, KeyKind, Text, Text], ...] = (
    ("application", "text", Text("申报编号", "application"), Text("每份申报一个编号，不得重复", "one code each, once only")),
    ("enterprise", "text", Text("申报单位", "enterprise"), Text("企业名称或统一代码", "name or code of the enterprise")),
    ("region", "text", Text("推荐地区", "district"), Text("地区代码", "code of the recommending district")),
    (
        "article", "articles", Text("申报条款", "article"),
        Text("条款名称或代码，多项用分号隔开；留空即逐条试算", "title or code, several joined by ;, empty for all"),
    ),
    ("day", "date", Text("受理日期", "day"), Text("按哪一天的规则，写作 YYYY-MM-DD", "day whose rules apply, as YYYY-MM-DD")),
    ("score", "number", Text("评分", "score"), Text("评审得分，批次遴选时使用", "points of the review, for a round")),
    ("note", "text", Text("备注", "note"), Text("不参与计算", "takes no part in the computation")),
)  # fmt: skip
_LONGEST_LIST = 255

TYPE_WORDS: dict[str, Text] = {
    "money": Text("金额，只写数字，精确到分", "an amount: the number alone, to the fen"),
    "quantity": Text("数字", "a number"),
    "count": Text("整数", "a whole number"),
    "text": Text("文字", "text"),
    "choice": Text("从列表中选择", "one of the list"),
    "flag": Text("是 或 否", "yes or no (是 or 否)"),
    "date": Text("日期，写作 YYYY-MM-DD", "a day, as YYYY-MM-DD"),
}
"""What a cell of each type holds, in words."""

_STEPS = (
    Text("一行一份申报，第一行是表头，请勿改动表头。", "One application a row; leave the header in row 1 as it is."),
    Text("没有数据就留空，不要写 0、“—”或“无”。", "Leave a cell empty where there is no figure: no 0, no dash."),
    Text("数字单独写，单位见表头括号。", "Write numbers alone; their unit stands in the header."),
    Text("缺少数据的条款会得出“无法判定”，不会按零计算。", "Where a figure is missing, the article stays undecided."),
    Text("不要合并单元格；公式须已计算。", "Do not merge cells; formulas must have been calculated."),
)


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of the form.

    Parameters
    ----------
    name : str
        Key or field.
    title : Text
    kind : str
        Type of the field, or kind of the key.
    declared : DeclaredField or None
        None for a key.
    note : Text
        What to write, in words.
    """

    name: str
    title: Text
    kind: str
    declared: DeclaredField | None = None
    note: Text = field(default=Text("", ""))

    @property
    def unit(self) -> Text | None:
        """The declared unit in words; None where there is none."""
        unit = self.declared.unit if self.declared is not None else None
        return None if unit in (None, "1") else said(str(unit))


def form_columns(book: Rulebook) -> list[FormColumn]:
    """Give the columns of the form: the keys, then every declared field of the schemes, in the order of the files."""
    keys = [FormColumn(name, title, kind, note=note) for name, kind, title, note in _KEYS]
    taken = {column.name for column in keys}
    fields = [
        FormColumn(name, declared.label, declared.type, declared, TYPE_WORDS[declared.type])
        for name, declared in book.fields.items()
        if name not in taken
    ]
    return keys + fields


def headings(columns: list[FormColumn], lang: Lang) -> dict[str, str]:
    """Give the heading of each column: its title with the unit; its code behind where two would be the same."""
    shown = {c.name: c.title(lang) + (_bracket(c.unit(lang), lang) if c.unit else "") for c in columns}
    times = Counter(shown.values())
    return {name: text if times[text] == 1 else f"{text} [{name}]" for name, text in shown.items()}


def _bracket(unit: str, lang: Lang) -> str:
    return f"（{unit}）" if lang == "zh" else f" ({unit})"


def article_titles(book: Rulebook) -> dict[str, Text]:
    """Give the title of every article by its full code ``scheme/article``."""
    return {clause.full: clause.article.title for clause in book.clauses}


def write_form(book: Rulebook, path: str | Path, lang: Lang | None = None) -> Path:
    """Write an empty workbook of applications for given schemes, with notes and drop-down lists.

    Parameters
    ----------
    book : Rulebook
    path : path
        Where to; ``.xlsx``.
    lang : {"zh", "en"}, optional
        Language of headings, lists and notes; the user's where not given.

    Raises
    ------
    HaiheError
        ``E-FILE-02`` for another suffix than ``.xlsx``.
    """
    path, lang = Path(path), lang or default_language()
    columns = form_columns(book)

    def fill(made: Any) -> None:
        sheet = made.add_worksheet(SHEET(lang))
        write_headings(made, sheet, columns, lang)
        for number, column in enumerate(columns):
            _choices(sheet, number, _words(column, book, lang))
        _guide(made, made.add_worksheet(GUIDE(lang)), columns, lang)

    return save(path, fill)


def write_applications(book: Rulebook, frame: pd.DataFrame, path: str | Path, lang: Lang | None = None) -> Path:
    """Write a table of applications as a filled-in form; only the columns that the table has.

    Parameters
    ----------
    book : Rulebook
    frame : DataFrame
        As `haihe.rules.form_reading.read_form` gives it; columns that the form does not have are left out.
    path : path
        Where to; ``.xlsx``.
    lang : {"zh", "en"}, optional
        Language of headings and words; the user's where not given.

    Raises
    ------
    HaiheError
        ``E-FILE-02`` for another suffix than ``.xlsx``.
    """
    path, lang = Path(path), lang or default_language()
    columns = [column for column in form_columns(book) if column.name in frame]

    def fill(made: Any) -> None:
        sheet = made.add_worksheet(SHEET(lang))
        write_headings(made, sheet, columns, lang)
        write_rows(sheet, columns, frame, lang)

    return save(path, fill)


def save(path: Path, fill: Callable[[Any], None]) -> Path:
    """Write a workbook whole or not at all; ``E-FILE-02`` for another suffix than ``.xlsx``."""
    if path.suffix.lower() != ".xlsx":
        raise HaiheError("E-FILE-02", file=path.name, value=path.suffix or path.name)
    buffer = io.BytesIO()
    with new_workbook(buffer) as made:
        fill(made)
    return replace_file(path, lambda file: file.write_bytes(buffer.getvalue()))


def write_headings(made: Any, sheet: Any, columns: list[FormColumn], lang: Lang) -> None:
    """Write row 1 of the form: headings, each with a note on what to write."""
    plain = made.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True, "valign": "top"})
    key = made.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E78", "border": 1, "text_wrap": True, "valign": "top"}
    )
    for number, (column, text) in enumerate(zip(columns, headings(columns, lang).values(), strict=True)):
        sheet.write_string(0, number, text, key if column.declared is None else plain)
        sheet.write_comment(0, number, f"{column.note(lang)}\n{column.name}")
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.freeze_panes(1, 1)


def write_rows(sheet: Any, columns: list[FormColumn], frame: pd.DataFrame, lang: Lang) -> None:
    """Write applications under the headings: choices and flags in words, numbers in full, missing cells empty."""
    for number, column in enumerate(columns):
        if column.name not in frame:
            continue
        words = value_words(column, lang)
        cells = frame[column.name].astype(object).where(frame[column.name].notna(), None)
        for row, cell in enumerate(cells, 1):
            write_cell(sheet, row, number, words.get(cell, cell) if words else cell)


def value_words(column: FormColumn, lang: Lang) -> dict[Any, str]:
    """Give how the values of a column are written, where they are written in words."""
    if column.kind == "flag":
        return {flag: text(lang) for flag, text in FLAG_WORDS.items()}
    if column.declared is not None and column.declared.choices:
        return {code: text(lang) for code, text in column.declared.choices.items()}
    return {}


def _words(column: FormColumn, book: Rulebook, lang: Lang) -> list[str]:
    if column.kind == "articles":
        return [title(lang) for title in article_titles(book).values()]
    return list(value_words(column, lang).values())


def _choices(sheet: Any, number: int, words: list[str]) -> None:
    """Offer a list where it fits into a cell's rule; other values stay possible and are checked when read."""
    if words and len(",".join(words)) <= _LONGEST_LIST and not any("," in word for word in words):
        place = letters(number)
        rule = {"validate": "list", "source": words, "error_type": "warning"}
        sheet.data_validation(f"{place}2:{place}{ROWS + 1}", rule)


def _guide(made: Any, sheet: Any, columns: list[FormColumn], lang: Lang) -> None:
    wrap, bold = made.add_format({"text_wrap": True, "valign": "top"}), made.add_format({"bold": True, "bottom": 1})
    sheet.set_column(0, 0, 32, wrap)
    sheet.set_column(1, 1, 60, wrap)
    sheet.set_column(2, 2, 24)
    for row, step in enumerate(_STEPS):
        sheet.write_string(row, 0, step(lang))
    heads = (Text("列", "column"), Text("怎样填", "how to fill in"), Text("代码", "code"))
    for place, head in enumerate(heads):
        sheet.write_string(len(_STEPS) + 1, place, head(lang), bold)
    shown = headings(columns, lang)
    for row, column in enumerate(columns, len(_STEPS) + 2):
        noted = column.declared.note if column.declared is not None else None
        listed = "、".join(value_words(column, lang).values()) if column.kind == "choice" else ""
        lines = [column.note(lang), listed, noted(lang) if noted else ""]
        sheet.write_string(row, 0, shown[column.name])
        sheet.write_string(row, 1, "\n".join(line for line in lines if line))
        sheet.write_string(row, 2, column.name)

"""A table with its words: titles, units, number formats, source and quality."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Literal

import pandas as pd

from haihe.figures.numbers import format_number, is_missing, suitable_digits
from haihe.figures.quality import quality_label, worst
from haihe.files import safe_text
from haihe.messages import QUALITIES, QUALITY_NAMES, HaiheError, Lang, Quality, Text, default_language
from haihe.version import __version__

Kind = Literal["text", "number", "share", "year", "quality"]
NUMERIC: tuple[Kind, ...] = ("number", "share", "year")

UNIT_WORD = Text("单位：", "Unit: ")
SOURCE_WORD = Text("来源：", "Source: ")
METHOD_WORD = Text("方法：", "Method: ")
YEARS_WORD = Text("年份：", "Years: ")
QUALITY_WORD = Text("数据质量：", "Data quality: ")
NOTE_WORD = Text("注：", "Note: ")


@dataclass(frozen=True)
class Column:
    """How one column of a frame is shown.

    Parameters
    ----------
    key : str
        Column of the frame.
    title : Text
        Heading in both languages.
    unit : Text, optional
        Unit as declared, e.g. ``Text("亿元", "100 million yuan")``.
    kind : {"text", "number", "share", "year", "quality"}, optional
        What the values are; found from the dtype where not given. A ``share`` is a part of one, written as a
        percentage; a ``year`` has no thousands separator; a ``quality`` holds marks.
    digits : int, optional
        Decimals; three significant figures of the largest value where not given.
    signed : bool
        Write ``+`` before positive numbers (for changes).
    labels : mapping of value to Text
        Names of codes, e.g. regions.
    digits_by : str, optional
        Column of the frame that holds the decimals of each row, where rows are of several units.
    """

    key: str
    title: Text
    unit: Text | None = None
    kind: Kind | None = None
    digits: int | None = None
    signed: bool = False
    labels: Mapping[Any, Text] = field(default_factory=dict)
    digits_by: str | None = None

    @property
    def numeric(self) -> bool:
        """True where the values are numbers."""
        return self.kind in NUMERIC

    @property
    def heading(self) -> Text:
        """Title with the unit in brackets."""
        return Text(self.title.zh + self.bracket.zh, self.title.en + self.bracket.en)

    @property
    def bracket(self) -> Text:
        """The unit in brackets, empty where there is none."""
        return Text(f"（{self.unit.zh}）", f" ({self.unit.en})") if self.unit else Text("", "")

    def show(self, value: Any) -> Text:
        """Write one value of this column in both languages; missing is ``—``."""
        if is_missing(value):
            return Text("—", "—")
        if self.kind == "quality":
            return quality_label(value)
        if self.numeric:
            text = format_number(
                value,
                self.digits or 0,
                share=self.kind == "share",
                signed=self.signed,
                grouped=self.kind != "year",
            )
            return Text(text, text)
        return name_of(value, self.labels)

    def with_unit(self, value: Any) -> Text:
        """Write one value followed by the column's unit, where it has both."""
        shown, unit = self.show(value), self.unit
        if unit is None or is_missing(value):
            return shown
        return Text(_followed(shown.zh, unit.zh), _followed(shown.en, unit.en))


class Table:
    """A frame whose columns, unit, source and quality are said in both languages.

    Parameters
    ----------
    frame : DataFrame
        The data, one record a row; the index is ignored.
    columns : sequence of Column
        Columns to show, in order; others of the frame stay out.
    key : str
        Short name: file name of a download, sheet of a workbook, address in a page.
    title : Text
        What the table shows.
    source : Text
        Publisher and year, e.g. ``Text("国家统计局，2017年", "National Bureau of Statistics, 2017")``.
    quality : {"official", "estimated", "illustrative"} or None
        Worst mark of the inputs; None for a list that holds no figures, which cannot be charted.
    quality_column : str, optional
        Column of the frame that marks each row; the table's mark becomes the worst of all.
    notes : sequence of Text
        What a reader must know (method, price base, band).
    method : Text, optional
        How the figures were made, with the paper or law followed.
    years : sequence of int
        Years of the data.

    Raises
    ------
    HaiheError
        ``E-FIG-01`` for a column the frame lacks, ``E-FIG-02`` for an unknown mark, ``E-FIG-04`` for text in a
        column declared as numbers.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        *,
        key: str,
        title: Text,
        source: Text,
        quality: Quality | None,
        quality_column: str | None = None,
        notes: Sequence[Text] = (),
        method: Text | None = None,
        years: Sequence[int] = (),
    ) -> None:
        self.key, self.title, self.source, self.notes = key, title, source, tuple(notes)
        self.method, self.years = method, tuple(years)
        self.frame = frame.reset_index(drop=True)
        self.columns = tuple(self._complete(column) for column in columns)
        self.quality_column = quality_column
        marks: list[Quality] = [] if quality is None else [quality]
        if quality_column:
            marks += self._values(quality_column)
        self.quality: Quality | None = worst(marks) if marks else None

    def _values(self, key: str) -> list[Any]:
        if key not in self.frame:
            available = ", ".join(map(str, self.frame.columns))
            raise HaiheError("E-FIG-01", key=self.key, column=key, available=available)
        return list(self.frame[key])

    def _complete(self, column: Column) -> Column:
        """Find kind and decimals where the caller left them open."""
        values = self._values(column.key)
        number_dtype = pd.api.types.is_numeric_dtype(self.frame[column.key])
        kind = column.kind or ("number" if number_dtype and not column.labels else "text")
        if kind in NUMERIC and not number_dtype and not all(map(is_missing, values)):
            raise HaiheError("E-FIG-04", key=self.key, column=column.key)
        if kind == "quality":
            worst(["official", *values])
        digits = column.digits
        if digits is None and kind in NUMERIC:
            digits = 0 if kind == "year" else suitable_digits(values, share=kind == "share")
        return replace(column, kind=kind, digits=digits)

    def column(self, key: str) -> Column:
        """Give one column's words; ``E-FIG-01`` where there is none."""
        for column in self.columns:
            if column.key == key:
                return column
        raise HaiheError("E-FIG-01", key=self.key, column=key, available=", ".join(c.key for c in self.columns))

    def row_quality(self) -> list[Quality]:
        """Mark of each row; ``E-FIG-02`` for a table without marks."""
        return list(self.frame[self.quality_column]) if self.quality_column else [self.mark] * len(self)

    @property
    def mark(self) -> Quality:
        """The table's quality; ``E-FIG-02`` where it has none."""
        if self.quality is None:
            raise HaiheError("E-FIG-02", value=None)
        return self.quality

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Table {self.key}: {self.title(default_language())} ({len(self)} x {len(self.columns)})"

    def _repr_html_(self) -> str:
        """Show the table in a notebook, in the user's language, with source, quality and notes under it."""
        lang = default_language()
        heads = "".join(f"<th>{escape(column.heading(lang))}</th>" for column in self.columns)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell(lang))}</td>' for cell in row)}</tr>" for row in self.shown_rows()
        )
        under = "<br>".join(escape(line(lang)) for line in self.captions)
        title = f"<caption>{escape(self.title(lang))}</caption>"
        return f"<table>{title}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p>{under}</p>"

    @property
    def captions(self) -> list[Text]:
        """Lines that must go wherever the numbers go: source, method, quality, notes."""
        how = [_joined(METHOD_WORD, self.method)] if self.method else []
        marked = [_joined(QUALITY_WORD, quality_label(self.quality))] if self.quality else []
        return [_joined(SOURCE_WORD, self.source), *how, *marked, *(_joined(NOTE_WORD, note) for note in self.notes)]

    def cite(self) -> Text:
        """Say in one paragraph what to quote beside the figures: what, method, data, years, quality, software."""
        years = [_joined(YEARS_WORD, Text("、".join(map(str, self.years)), ", ".join(map(str, self.years))))]
        how = [_joined(METHOD_WORD, self.method)] if self.method else []
        marked = [_joined(QUALITY_WORD, QUALITY_NAMES[self.quality])] if self.quality else []
        made = Text(f"haihe {__version__}", f"haihe {__version__}")
        parts = [self.title, *how, _joined(SOURCE_WORD, self.source), *(years if self.years else []), *marked, made]
        zh = "。".join(part.zh.rstrip("。") for part in parts)
        return Text(f"{zh}。", ". ".join(part.en.rstrip(".") for part in parts) + ".")

    def raw_rows(self, lang: Lang) -> list[list[Any]]:
        """Rows for machines: numbers as numbers in full precision, names as text, None where missing."""
        columns = [[_raw(column, value, lang) for value in self.frame[column.key]] for column in self.columns]
        return [list(row) for row in zip(*columns, strict=True)]

    def records(self, lang: Lang) -> list[dict[str, Any]]:
        """Rows as JSON-ready records under the columns' keys."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.raw_rows(lang)]

    def shown_rows(self) -> list[list[Text]]:
        """Rows as a reader sees them."""
        columns = [
            [own.show(value) for own, value in zip(self.row_columns(column), self.frame[column.key], strict=True)]
            for column in self.columns
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    def row_columns(self, column: Column) -> list[Column]:
        """A column as each row shows it, with the row's own decimals where it has them."""
        if column.digits_by is None:
            return [column] * len(self)
        return [replace(column, digits=int(digits)) for digits in self._values(column.digits_by)]

    def to_csv(self, lang: Lang) -> str:
        """Give comma-separated text that starts with a byte order mark, so that Excel reads it as UTF-8.

        Numbers stand in full precision and missing values are empty. After an empty line follow source, quality and
        notes. Text that a spreadsheet would take for a formula is kept as text by an apostrophe.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([safe_text(column.heading(lang)) for column in self.columns])
        for row in self.raw_rows(lang):
            writer.writerow(["" if v is None else safe_text(v) if isinstance(v, str) else repr(v) for v in row])
        out.write("\r\n")
        writer.writerows([safe_text(line(lang))] for line in self.captions)
        return "\ufeff" + out.getvalue()


def name_of(value: Any, labels: Mapping[Any, Text]) -> Text:
    """Name of a code in both languages; a ``Text`` names itself and an unnamed code stays as it is."""
    if isinstance(value, Text):
        return value
    return labels.get(value, Text(str(value), str(value)))


def _followed(number: str, unit: str) -> str:
    """Put a unit behind a number so that the two are not misread: ``3%``, ``3 × 100 t``, ``3 (nation = 1)``."""
    if unit.startswith("%"):
        return f"{number}{unit}"
    if "=" in unit:
        return f"{number} ({unit})"
    return f"{number} × {unit}" if unit[:1].isdigit() else f"{number} {unit}"


def _joined(word: Text, text: Text) -> Text:
    return Text(word.zh + text.zh, word.en + text.en)


def _raw(column: Column, value: Any, lang: Lang) -> Any:
    """One value for machines: a plain number, a word, or None."""
    if is_missing(value):
        return None
    if column.numeric:
        return value.item() if hasattr(value, "item") else value
    if column.kind == "quality" and value in QUALITIES:
        return str(value)
    return column.show(value)(lang)

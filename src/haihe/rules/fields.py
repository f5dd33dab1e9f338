"""Declared fields of applications and enterprises: type, unit, range, words; and how a column of them is read.

Numbers become whole grains exactly: money fen, a share or a quantity the last declared decimal. A binary fraction of
a spreadsheet counts as the decimal that it shows (15 digits); what is finer than the grain is refused, not rounded.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator

from haihe.messages import Finding, HaiheError, Text
from haihe.region import units
from haihe.region.cells import is_text
from haihe.rules.dialect import date_seconds
from haihe.rules.lanes import Words as Texts
from haihe.rules.money import LARGEST, Flags, decimal_of, exactly, largest
from haihe.rules.quantities import FEN, MONEY, Measure, common_grain, parse_quantity
from haihe.rules.scalars import NO, YES, Part, Plain, Whole, Words, wrong
from haihe.rules.tree import Kind
from haihe.rules.vocabulary import Term

FieldType = Literal["money", "quantity", "count", "text", "choice", "flag", "date"]

_KINDS: dict[FieldType, Kind] = {
    "money": "int",
    "quantity": "int",
    "count": "int",
    "text": "string",
    "choice": "string",
    "flag": "bool",
    "date": "date",
}


class DeclaredField(Part):
    """A field that conditions and formulas may use.

    `unit` is the unit in which a table of applications states it; `decimals` how many decimals of that unit count
    (money always counts in fen). `min` and `max` are the range that a value must keep to.
    """

    type: FieldType
    label: Words
    unit: Plain | None = None
    decimals: Whole = 0
    min: Plain | None = None
    max: Plain | None = None
    choices: dict[str, Words] = Field(default_factory=dict)
    of: Literal["application", "enterprise"] = "application"
    note: Words | None = None

    @model_validator(mode="after")
    def _sound(self) -> "DeclaredField":
        if (self.unit is not None) != (self.type in ("money", "quantity")) and self.type != "count":
            raise wrong("E-RUL-38", value=self.type)
        if bool(self.choices) != (self.type == "choice"):
            raise wrong("E-RUL-39", value=self.type)
        try:
            powers = units.parse(self.unit or "1").powers
            low, high = self.bound(self.min), self.bound(self.max)
        except HaiheError as error:
            found = error.findings[0]
            raise wrong(found.code, **found.values) from error
        except ValueError as error:
            raise wrong("E-RUL-30", value=str(error)) from error
        if self.type == "money" and powers != MONEY:
            raise wrong("E-RUL-38", value=self.unit)
        if low is not None and high is not None and low > high:
            raise wrong("E-RUL-31", value=f"{self.min} … {self.max}")
        return self

    @property
    def kind(self) -> Kind:
        """Type of its values in an expression."""
        return _KINDS[self.type]

    @property
    def own(self) -> Measure:
        """Its dimensions and its own grain, before those of other fields of the same dimension are looked at."""
        if self.type == "count":
            return Measure()
        unit = units.parse(self.unit or "1")
        return Measure(unit.powers, FEN if self.type == "money" else unit.factor / 10**self.decimals)

    def bound(self, written: str | None) -> Fraction | None:
        """Read an end of the range, in base units or seconds."""
        if written is None:
            return None
        if self.type == "date":
            return Fraction(date_seconds(written))
        if self.kind != "int":
            raise wrong("E-RUL-38", value=self.type)
        if self.type == "count":
            return parse_quantity(written).value
        quantity = parse_quantity(written)
        unit = units.parse(self.unit or "1")
        if not quantity.powers and quantity.written.replace(",", "").lstrip("-+").replace(".", "", 1).isdigit():
            return quantity.value * unit.factor
        if quantity.powers != unit.powers:
            raise HaiheError("E-UNIT-02", value=quantity.written, wanted=self.unit)
        return quantity.value


def grains_of(fields: Iterable[DeclaredField]) -> dict[tuple[tuple[str, int], ...], Fraction]:
    """Give the common grain of each dimension that fields have; counts and money have their own."""
    found: dict[tuple[tuple[str, int], ...], list[Fraction]] = {}
    for declared in fields:
        if declared.type == "quantity":
            found.setdefault(declared.own.powers, []).append(declared.own.grain)
    found[MONEY] = [FEN]
    return {powers: common_grain(grains) for powers, grains in found.items()}


def term_of(declared: DeclaredField, grains: Mapping[tuple[tuple[str, int], ...], Fraction]) -> Term:
    """Make the term of an expression that a field is."""
    own = declared.own
    measure = Measure(own.powers, grains[own.powers]) if declared.type in ("money", "quantity") else own
    grain = measure.grain if declared.kind == "int" else Fraction(1)
    low, high = declared.bound(declared.min), declared.bound(declared.max)
    return Term(
        declared.kind,
        measure if declared.kind == "int" else None,
        tuple(declared.choices),
        None if low is None else -int(-low // grain) if low % grain else int(low / grain),
        None if high is None else int(high // grain),
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """A column as expressions see it: values, and the rows in which there is none."""

    values: Any
    absent: Flags

    def to_array(self) -> npt.NDArray[Any]:
        """Give the values as an array, shape (n,)."""
        return self.values.to_array() if isinstance(self.values, Texts) else np.asarray(self.values)

    def rows(self, rows: Any) -> "Filled":
        """Keep some rows."""
        values = self.values.pick(rows) if isinstance(self.values, Texts) else self.values[rows]
        return Filled(values, self.absent[rows])


def read_column(name: str, declared: DeclaredField, term: Term, series: pd.Series) -> tuple[Filled, list[Finding]]:
    """Read a column of a table of applications.

    Parameters
    ----------
    name : str
        Field.
    declared : DeclaredField
    term : Term
        Its type, grain and range; see `term_of`.
    series : Series, shape (n,)
        Values in the declared unit; missing where not given.

    Returns
    -------
    Filled
        Shape (n,).
    list of Finding
        ``E-RUL-42`` for a value that cannot be read, ``E-RUL-43`` for one outside the declared range.
    """
    absent = series.isna().to_numpy(dtype=bool)
    if series.dtype.kind not in "iufMb":
        absent = absent | np.asarray(series.astype(object) == "", dtype=bool)
    match declared.kind:
        case "int":
            values, wrong_rows = _numbers(declared, term, series, absent)
        case "bool":
            values, wrong_rows = _read(series, absent, _yes_or_no, False)
            values = values.astype(bool)
        case "date":
            values, wrong_rows = _dates(series, absent)
        case _:
            return _texts(name, declared, series, absent)
    findings = [_finding("E-RUL-42", name, series, row, declared) for row in np.flatnonzero(wrong_rows)[:_SHOWN]]
    if term.low is not None or term.high is not None:
        outside = np.zeros(len(series), dtype=bool)
        outside |= (values < term.low) if term.low is not None else False
        outside |= (values > term.high) if term.high is not None else False
        outside &= ~absent & ~wrong_rows
        findings += [_finding("E-RUL-43", name, series, row, declared) for row in np.flatnonzero(outside)[:_SHOWN]]
    return Filled(values, absent), findings


_THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII)
_NOISE = 5e-15
"""Part of a binary fraction that is noise: what a spreadsheet does not show in its 15 digits."""

_FINEST = 1e9
"""Most steps in a unit for which binary fractions are read as arrays; finer ones are read one by one."""

_SHOWN = 20
"""Most findings of one kind that a column gives."""


_WANTED: dict[FieldType, Text] = {
    "money": Text("以{unit}为单位的数，不写单位", "a number in {unit}, without the unit"),
    "quantity": Text("以{unit}为单位的数，不写单位", "a number in {unit}, without the unit"),
    "count": Text("整数", "a whole number"),
    "text": Text("文字", "text"),
    "choice": Text("列表中的一项", "one of the list"),
    "flag": Text("是 或 否", "yes or no (是 or 否)"),
    "date": Text("日期，如 2024-03-24", "a day such as 2024-03-24"),
}
"""What a value of each type must be."""


def _unit(declared: DeclaredField) -> Text:
    return units.said(declared.unit or "1")


def _allowed(declared: DeclaredField) -> Text:
    """Say the declared range, both ends in the unit of the field."""
    unit = Fraction(1) if declared.type == "count" else units.parse(declared.unit or "1").factor
    ends = []
    for written in (declared.min, declared.max):
        at = declared.bound(written)
        shown = written if at is None or declared.type == "date" else exactly(at / unit)
        ends.append(shown or "…")
    words = Text("{l} – {h} {u}", "{l} – {h} {u}") if declared.unit else Text("{l} – {h}", "{l} – {h}")
    return words.format(l=ends[0], h=ends[1], u=_unit(declared))


def _finding(code: str, name: str, series: pd.Series, row: int, declared: DeclaredField) -> Finding:
    value = str(series.iloc[int(row)])[:60]
    wanted = _allowed(declared) if code == "E-RUL-43" else _WANTED[declared.type].format(unit=_unit(declared))
    values = {"value": value, "label": declared.label, "wanted": wanted}
    return Finding(code, table="applications", row=int(row) + 2, column=name, values=values)


def _numbers(
    declared: DeclaredField, term: Term, series: pd.Series, absent: Flags
) -> tuple[npt.NDArray[np.int64], Flags]:
    grain = term.measure.grain if term.measure else Fraction(1)
    unit = Fraction(1) if declared.type == "count" else units.parse(declared.unit or "1").factor
    scale = unit / grain
    own = unit / declared.own.grain
    if series.dtype.kind in "iu":
        whole = series.fillna(0).to_numpy(dtype=np.int64) if absent.any() else series.to_numpy(dtype=np.int64)
        if largest(whole) * scale < LARGEST and own.denominator == 1:
            return whole * np.int64(int(scale)), np.zeros(len(series), dtype=bool)
    if series.dtype.kind == "f" and float(own) <= _FINEST:
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        finite = np.isfinite(values)
        safe = np.where(finite, values, 0.0)
        rounded = np.rint(safe * float(own))
        if np.all(np.abs(rounded) * float(scale / own) < 2.0**53):
            close = np.abs(rounded / float(own) - safe) <= _NOISE * np.abs(safe)
            return rounded.astype(np.int64) * np.int64(int(scale / own)), ~absent & ~(close & finite)
    read = lambda value: _exact(value, scale, own)  # noqa: E731 - one line, used once
    return _read(series, absent, read, 0)


def _exact(value: Any, scale: Fraction, own: Fraction) -> int:
    """Whole grains of one number of any Python type; `ValueError` where it is none or finer than its own grain."""
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(value)
    if isinstance(value, str) and _THOUSANDS.fullmatch(value.strip()):
        value = value.replace(",", "")
    number = Fraction(decimal_of(f"{value:.15g}" if isinstance(value, (float, np.floating)) else value))
    if (number * own).denominator != 1 or abs(number * scale) > LARGEST:
        raise ValueError(value)
    return int(number * scale)


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    word = str(value).strip().lower()
    if word not in YES | NO | {"1", "0", "1.0", "0.0"}:
        raise ValueError(value)
    return word in YES | {"1", "1.0"}


def _read(series: pd.Series, absent: Flags, read: Any, blank: Any) -> tuple[npt.NDArray[Any], Flags]:
    """Read each different value once."""
    codes, different = pd.factorize(series.astype(object).where(~absent, None), use_na_sentinel=True)
    values, wrong_values = [], []
    for value in different:
        try:
            values.append(read(value))
            wrong_values.append(False)
        except (ValueError, ArithmeticError):
            values.append(blank)
            wrong_values.append(True)
    table = np.array([*values, blank])
    return table[codes], np.array([*wrong_values, False], dtype=bool)[codes]


def _dates(series: pd.Series, absent: Flags) -> tuple[npt.NDArray[np.int64], Flags]:
    if series.dtype.kind == "M":
        days = series.to_numpy("datetime64[s]").astype("datetime64[D]")
        return np.where(absent, 0, days.astype(np.int64) * 86_400), np.zeros(len(series), dtype=bool)
    return _read(series, absent, _day, 0)


def _day(value: Any) -> int:
    """First second of a day; a moment counts as its day, a text must be nothing but a day."""
    text = str(value.date() if isinstance(value, dt.datetime) else value)
    parts = _DAY.fullmatch(text.strip())
    return date_seconds(
        f"{parts[1] or parts[4]}-{int(parts[2] or parts[5]):02}-{int(parts[3] or parts[6]):02}" if parts else text
    )


def _texts(name: str, declared: DeclaredField, series: pd.Series, absent: Flags) -> tuple[Filled, list[Finding]]:
    texts = Texts.of(series.astype(object).where(~absent, "").map(str).to_numpy())
    filled = Filled(texts, absent)
    if not declared.choices:
        unfit = np.array([not is_text(text) for text in texts.table])[texts.codes]
        return filled, [_finding("E-RUL-42", name, series, row, declared) for row in np.flatnonzero(unfit)[:_SHOWN]]
    labels = {label(lang): code for code, label in declared.choices.items() for lang in ("zh", "en")}
    known = tuple(text if text in declared.choices else labels.get(text, text) for text in texts.table)
    filled = Filled(Texts(texts.codes, known), absent)
    unknown = np.array([text not in declared.choices for text in known])[texts.codes] & ~absent
    return filled, [_finding("E-RUL-42", name, series, row, declared) for row in np.flatnonzero(unknown)[:_SHOWN]]

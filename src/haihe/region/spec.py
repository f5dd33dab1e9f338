"""How a table is declared: columns, kinds, units, keys. Everything else is derived from this."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from haihe.messages import LANGUAGES, QUALITIES, QUALITY_NAMES, Text

Kind = Literal["code", "text", "number", "integer", "year", "flag", "choice", "codes", "unit", "date"]
"""What a cell holds.

``code``: a short name without blanks, used as key or reference. ``codes``: several codes joined by ``;``
(``*`` stands for all). ``choice``: one of the declared choices. ``flag``: true or false. ``unit``: a unit that
`haihe.region.units` knows. ``date``: YYYY-MM-DD. The rest speak for themselves.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a declared table.

    Parameters
    ----------
    name : str
        Header in files, snake_case English.
    kind : Kind
        What the cells hold.
    title, description : Text
        Name and meaning in both languages.
    unit : str, optional
        Fixed unit of the numbers, or ``"@unit"`` where the row's own column ``unit`` gives it.
    key : bool
        Part of the table's key; key columns are required.
    ref : str, optional
        ``table.column`` that the value must exist in.
    required : bool
        An empty cell is an error.
    default : optional
        Value that an empty cell or a missing column stands for.
    minimum, maximum : float, optional
        Bounds of a number, both included.
    above : float, optional
        Bound that a number must exceed.
    choices : tuple of str
        Allowed values of a ``choice``, as tables hold them.
    words : tuple of Text
        What the choices are called, in their order; reading accepts these too.
    like : str, optional
        Column of the same record whose text an empty cell stands for.
    """

    name: str
    kind: Kind
    title: Text
    description: Text
    unit: str | None = None
    key: bool = False
    ref: str | None = None
    required: bool = False
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()
    words: tuple[Text, ...] = ()
    like: str | None = None

    @property
    def word_of(self) -> dict[str, Text]:
        """Give what each choice is called."""
        return dict(zip(self.choices, self.words, strict=True))

    @property
    def choice_of(self) -> dict[str, str]:
        """Give the choice that each word stands for: the choice itself, its Chinese and its English name."""
        said = {word(lang): choice for choice, word in self.word_of.items() for lang in LANGUAGES}
        return said | {choice: choice for choice in self.choices}

    @property
    def filled(self) -> bool:
        """True where every row needs a value."""
        return self.required or self.key


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One declared table: its name, meaning and columns.

    ``required`` tables must be present for anything to work; the others are needed by the capability named in
    ``serves``.
    """

    name: str
    title: Text
    description: Text
    columns: tuple[Column, ...]
    serves: Text
    required: bool = False

    @property
    def key(self) -> list[str]:
        """Names of the key columns."""
        return [column.name for column in self.columns if column.key]

    @property
    def names(self) -> list[str]:
        """Names of all columns, in order."""
        return [column.name for column in self.columns]

    def lacking(self, given: Iterable[str]) -> list[str]:
        """Required columns, besides the key, that a new record with these columns would lack."""
        there = set(given)
        return [each.name for each in self.columns if each.required and not each.key and each.name not in there]

    def column(self, name: str) -> Column:
        """Find a column by name; `KeyError` where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


def code(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> Column:
    """Declare a key or reference column."""
    return Column(name, "code", Text(zh, en), Text(*about), **more)


def number(name: str, zh: str, en: str, about: tuple[str, str], unit: str, **more: Any) -> Column:
    """Declare a column of numbers with its unit."""
    return Column(name, "number", Text(zh, en), Text(*about), unit=unit, **more)


def text(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> Column:
    """Declare a column of free text."""
    return Column(name, "text", Text(zh, en), Text(*about), **more)


def date(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> Column:
    """Declare a column of days, written YYYY-MM-DD."""
    return Column(name, "date", Text(zh, en), Text(*about), **more)


def unit(zh: str, en: str, about: tuple[str, str]) -> Column:
    """Declare the column ``unit`` that says what the row's numbers count in."""
    return Column("unit", "unit", Text(zh, en), Text(*about), required=True)


def choice(name: str, zh: str, en: str, about: tuple[str, str], choices: dict[str, str], **more: Any) -> Column:
    """Declare a column with a closed list of values, each with its Chinese name."""
    words = tuple(Text(name_zh, code.replace("_", " ")) for code, name_zh in choices.items())
    return Column(name, "choice", Text(zh, en), Text(*about), choices=tuple(choices), words=words, **more)


def codes(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> Column:
    """Declare a column of several codes joined by ``;``."""
    return Column(name, "codes", Text(zh, en), Text(*about), **more)


def flag(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> Column:
    """Declare a yes/no column."""
    return Column(name, "flag", Text(zh, en), Text(*about), **more)


def both(name: str, zh: str, en: str, about: tuple[str, str], **more: Any) -> tuple[Column, Column]:
    """Declare a text in two languages: columns ``<name>_zh`` and ``<name>_en``; the Chinese stands for an absent English."""
    about_zh, about_en = about
    english = more | {"required": False, "like": f"{name}_zh"}
    return (
        text(
            f"{name}_zh", f"中文{zh}", f"{en} in Chinese", (f"{about_zh}（中文）", f"{about_en}, in Chinese."), **more
        ),
        text(
            f"{name}_en",
            f"英文{zh}",
            f"{en} in English",
            (f"{about_zh}（英文）", f"{about_en}, in English."),
            **english,
        ),
    )


def names() -> tuple[Column, Column]:
    """The Chinese and the English name of a thing."""
    return both("name", "名", "name", ("名称", "Name"), required=True)


def year(*, key: bool = True, required: bool = True) -> Column:
    """The calendar year of a figure."""
    return Column(
        "year",
        "year",
        Text("年份", "year"),
        Text("数据所属年份", "Calendar year of the figure."),
        key=key,
        required=required,
        minimum=1900,
        maximum=2100,
    )


_UNIT = unit("单位", "unit", ("数值的单位", "Unit of the value."))


def evidence(*, unit: bool = True) -> tuple[Column, ...]:
    """Unit, source and quality: what every figure carries."""
    rest = (
        code(
            "source",
            "来源",
            "source",
            ("来源表中的代码", "Code in the table of sources."),
            ref="sources.source",
            required=True,
        ),
        choice(
            "quality",
            "质量",
            "quality",
            ("官方、估算或示例", "Official, estimated or illustrative."),
            {quality: QUALITY_NAMES[quality].zh for quality in QUALITIES},
            required=True,
        ),
    )
    return (_UNIT, *rest) if unit else rest


def note() -> Column:
    """A remark for people."""
    return text("note", "说明", "note", ("说明、方法或注意事项", "Remark, method or caution."))


def ownership() -> Column:
    """Who owns a firm or a project."""
    kinds = {"state": "国有", "private": "民营", "foreign": "外资", "mixed": "混合所有"}
    return choice("ownership", "所有制", "ownership", ("所有制", "Ownership."), kinds)

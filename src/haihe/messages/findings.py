"""Findings and errors: a code, a place, the value seen, the rule and the mend."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from haihe.messages.catalog_reader import CATALOG, Message, Severity
from haihe.messages.text import Lang, Text, default_language


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in the data.

    Parameters
    ----------
    code : str
        Stable code of the catalogue, e.g. ``E-NUM-01``.
    table : str
        Table, and so sheet of a workbook or CSV file of a folder ("" where the finding has no table).
    row : int, optional
        Row as the user sees it: the header is row 1, so the first record is row 2.
    column : str, optional
        Column name as the file has it.
    letter : str, optional
        Column letter in a workbook.
    values : mapping
        What fills the message's placeholders.
    file : str
        File the table came from, as given ("" where there is none).
    """

    code: str
    table: str = ""
    row: int | None = None
    column: str | None = None
    letter: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""

    @property
    def message(self) -> Message:
        """The catalogue's entry for this code."""
        return CATALOG[self.code]

    @property
    def severity(self) -> Severity:
        """``error``, ``warning`` or ``note``."""
        return self.message.severity

    @property
    def where(self) -> Text:
        """The place in words: table, row, column."""
        zh, en = [], []
        if self.file:
            zh.append(f"文件“{self.file}”")
            en.append(f"file “{self.file}”")
        if self.table:
            zh.append(f"表“{self.table}”")
            en.append(f"table “{self.table}”")
        if self.row is not None:
            zh.append(f"第{self.row}行")
            en.append(f"row {self.row}")
        if self.column is not None:
            letter = f"{self.letter}" if self.letter else ""
            zh.append(f"{letter}列“{self.column}”")
            en.append(f"column {letter} “{self.column}”" if letter else f"column “{self.column}”")
        return Text(" ".join(zh), ", ".join(en))

    @property
    def _words(self) -> dict[str, Any]:
        """What the catalogue's words can name: the place and the values."""
        place = {name: getattr(self, name) for name in ("file", "table", "row", "column", "letter")}
        return place | dict(self.values)

    def text(self, lang: Lang | None = None) -> str:
        """Say it all in one line: code, place, what is wrong, how to mend it."""
        lang = lang or default_language()
        says = self.message.says.format(**self._words)(lang)
        mend = self.message.mend.format(**self._words)(lang)
        where = self.where(lang)
        colon, stop = ("：", "。") if lang == "zh" else (": ", ". ")
        place = f"{where}{colon}" if where else ""
        return f"{self.code} {place}{says}{stop}{mend}".rstrip()

    def to_dict(self, lang: Lang | None = None) -> dict[str, Any]:
        """Give a JSON-ready record; ``says`` and ``mend`` in both languages unless one is named."""
        says, mend = self.message.says.format(**self._words), self.message.mend.format(**self._words)
        return {
            "code": self.code,
            "severity": self.severity,
            "file": self.file or None,
            "table": self.table or None,
            "row": self.row,
            "column": self.column,
            "letter": self.letter,
            "value": _plain(self.values.get("value")),
            "says": says(lang) if lang else says.to_dict(),
            "mend": mend(lang) if lang else mend.to_dict(),
        }


class Findings(list[Finding]):
    """All findings of one check, in the order of tables and rows."""

    def __init__(self, items: Iterable[Finding] = ()) -> None:
        super().__init__(items)

    @property
    def errors(self) -> "Findings":
        """Only the findings of severity ``error``."""
        return Findings(f for f in self if f.severity == "error")

    @property
    def ok(self) -> bool:
        """True where nothing is an error."""
        return not self.errors

    def raise_errors(self) -> None:
        """Raise one `HaiheError` that carries all errors, if there are any."""
        if not self.ok:
            raise HaiheError.of(self.errors)

    def lines(self, lang: Lang | None = None) -> Iterator[str]:
        """Each finding as a line."""
        return (finding.text(lang) for finding in self)

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "no findings"


class HaiheError(Exception):
    """An error with a stable code, a place and a mend, in the user's language.

    Raise it with a code of the catalogue: ``raise HaiheError("E-ACC-01", table="accounts", row=3, year=2017)``.
    ``findings`` holds every finding when several came at once.

    Parameters
    ----------
    code : str
        Code of the catalogue.
    table : str
        Table where it was found.
    row : int, optional
        Row as in the file, headers counted.
    column : str, optional
        Column where it was found.
    file : str
        File where it was found.
    **values : object
        What fills the places of the message.
    """

    def __init__(
        self,
        code: str,
        *,
        table: str = "",
        row: int | None = None,
        column: str | None = None,
        file: str = "",
        **values: Any,
    ) -> None:
        self.findings = Findings([Finding(code, table=table, row=row, column=column, values=values, file=file)])
        super().__init__(code)

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "HaiheError":
        """Make one error of several findings.

        Parameters
        ----------
        findings : iterable of Finding
            At least one.

        Returns
        -------
        HaiheError
            With the code and words of the first, and all in ``findings``.
        """
        error = cls.__new__(cls)
        error.findings = Findings(findings)
        Exception.__init__(error, error.findings[0].code)
        return error

    @property
    def code(self) -> str:
        """Code of the first finding."""
        return self.findings[0].code

    def text(self, lang: Lang | None = None) -> str:
        """All findings, a line each.

        Parameters
        ----------
        lang : {"zh", "en"}, optional
            The user's language where not given.

        Returns
        -------
        str
            Place, words and mend of each.
        """
        return "\n".join(self.findings.lines(lang))

    def __str__(self) -> str:
        return self.text()


def _plain(value: Any) -> Any:
    """Make a value JSON-ready: numbers, strings, booleans and None stay, the rest becomes text."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, Text):
        return value.to_dict()
    return value.item() if hasattr(value, "item") else str(value)

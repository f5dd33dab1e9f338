"""Worked cases beside a scheme: an input that a planner can check by hand, and what must come out."""

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from haihe.messages import Finding, Findings, HaiheError
from haihe.region import units
from haihe.rules.book import Rulebook
from haihe.rules.dialect import available
from haihe.rules.evaluate import evaluate
from haihe.rules.fields import DeclaredField
from haihe.rules.money import exactly, said_money
from haihe.rules.quantities import MONEY, parse_quantity
from haihe.rules.reading import Document
from haihe.rules.scheme import Scheme, WorkedCase

_AMOUNTS = frozenset({"raw", "entitled", "removed", "support"})
_WORDS = frozenset({"state", "failed", "missing", "outcome", "bound", "stacked_by"})


def check_cases(book: Rulebook) -> Findings:
    """Run every worked case of a rulebook.

    Returns
    -------
    Findings
        ``E-RUL-29`` for each figure that comes out otherwise, with the file and line of the case; whatever the input
        itself is refused for.
    """
    findings = Findings()
    for files in book.sources.values():
        for scheme, document in files:
            for number, case in enumerate(scheme.cases):
                findings += _check(book, scheme, document, number, case)
    return findings


def _check(book: Rulebook, scheme: Scheme, document: Document, number: int, case: WorkedCase) -> list[Finding]:
    row, name = document.line(("cases", number)), case.name
    try:
        wrong = list(_wrong(book, scheme, case))
    except HaiheError as error:
        return [
            Finding(f.code, table=name.zh, row=row, column=f.column, values=f.values, file=document.file)
            for f in error.findings
        ]
    return [
        Finding(
            "E-RUL-29",
            row=row,
            values={"value": name, "item": item, "wanted": wanted, "found": found},
            file=document.file,
        )
        for item, wanted, found in wrong
    ]


def _wrong(book: Rulebook, scheme: Scheme, case: WorkedCase) -> Iterator[tuple[str, str, str]]:
    """Give each item that differs: what, expected, found."""
    given = {name: _value(text, book.fields.get(name)) for name, text in case.input.items()}
    frame = pd.DataFrame([{"application": "case", "enterprise": "case", "article": case.article, **given}])
    drafts = (scheme.scheme,) if scheme.status == "draft" else ()
    result = evaluate(book, frame, case.as_of, drafts)
    law = scheme.amends or scheme.scheme
    found = result.frame.loc[(result.frame["scheme"] == law) & (result.frame["article"] == case.article)]
    if found.empty:
        raise HaiheError("E-RUL-44", value=case.article, near=available(scheme.articles))
    row = found.iloc[0]
    article = book.schemes[law].articles.get(case.article) or scheme.articles[case.article]
    for item, wanted in case.expected.items():
        if item in _WORDS:
            if str(row[item]) != wanted:
                yield item, wanted, str(row[item]) or "—"
        elif item not in _AMOUNTS and (item not in row or item in ("unit", "grain")):
            raise HaiheError("E-RUL-02", value=item, near=available(sorted(_AMOUNTS | _WORDS)))
        else:
            yield from _amount(item, wanted, row[item], article.gives, article.decimals)


def _amount(item: str, wanted: str, found: object, unit: str, decimals: int) -> Iterator[tuple[str, str, str]]:
    parsed = units.parse(unit)
    money = parsed.powers == MONEY
    quantity = parse_quantity(wanted)
    if quantity.powers != parsed.powers:
        raise HaiheError("E-UNIT-02", value=wanted, wanted=unit)
    grain = Fraction(1, 100) if money else parsed.factor / 10**decimals
    if pd.isna(found) or quantity.value != int(found) * grain:  # type: ignore[call-overload]
        said = "—" if pd.isna(found) else said_money(int(found)).zh if money else exactly(int(found) * grain)  # type: ignore[call-overload]
        yield item, wanted, said


def _value(text: str, declared: DeclaredField | None) -> str:
    """A value as a table would hold it: an amount with a unit of its own is brought to the declared unit."""
    if declared is None or declared.type not in ("money", "quantity"):
        return text
    quantity = parse_quantity(text)
    if quantity.is_plain:
        return text
    unit = units.parse(declared.unit or "1")
    if quantity.powers != unit.powers:
        raise HaiheError("E-UNIT-02", value=text, wanted=declared.unit)
    return exactly(quantity.value / unit.factor).replace(",", "")

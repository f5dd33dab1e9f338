"""Read scheme files and find what is wrong: in form, in time, in logic, in what they refer to."""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from pathlib import Path

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.rules.book import Rulebook, book_of, scheme_files
from haihe.rules.clauses import Clause
from haihe.rules.dialect import like, nearest
from haihe.rules.expression import Expression
from haihe.rules.intervals import Ranges, ranges_of
from haihe.rules.money import LARGEST
from haihe.rules.narrowing import Narrower
from haihe.rules.outcome import COLUMNS
from haihe.rules.quantities import FEN, MONEY
from haihe.rules.reading import Document, parse_document, read_document
from haihe.rules.scheme import Stacking
from haihe.rules.stacking import KEYS, qualified

Paths = str | Path | Sequence[str | Path]


def read_schemes(paths: Paths) -> Rulebook:
    """Read scheme files, or folders of them.

    Parameters
    ----------
    paths : path or sequence of paths
        YAML files or folders.

    Returns
    -------
    Rulebook
        Schemes by name.

    Raises
    ------
    HaiheError
        With every error found, each with file and line.
    """
    book, findings = check_schemes(paths)
    findings.raise_errors()
    return book


def read_scheme_text(text: str, file: str = "scheme.yaml") -> Rulebook:
    """Read one scheme from text: for a notebook, a form or a test; raises as `read_schemes`."""
    book, findings = check_documents([parse_document(text, file)])
    findings.raise_errors()
    return book


def check_schemes(paths: Paths) -> tuple[Rulebook, Findings]:
    """Read scheme files and list everything that is wrong, without raising.

    Returns
    -------
    Rulebook
        What could be read; to be used only where the findings hold no error.
    Findings
        Errors and warnings, in the order of files and lines.
    """
    documents, findings = list[Document](), Findings()
    for path in scheme_files(paths):
        try:
            documents.append(read_document(path))
        except HaiheError as error:
            findings += error.findings
    book, more = check_documents(documents)
    return book, _in_order([*findings, *more])


def check_documents(documents: Iterable[Document]) -> tuple[Rulebook, Findings]:
    """As `check_schemes`, for documents already read."""
    book, findings = book_of(documents, Findings())
    for _, clauses in groupby(book.clauses, key=lambda c: (c.law, c.code, c.scheme.scheme)):
        findings += _in_time(list(clauses))
    for clause in book.clauses:
        findings += _logic(clause)
        findings += _payers(clause)
    findings += _amendments(book)
    findings += _stacking(book)
    return book, _in_order(findings)


def unlooked(book: Rulebook, as_of: dt.date, days: int = 365) -> Findings:
    """List what needs looking at: newest versions that nobody has checked for a year, and missing reviews.

    Returns
    -------
    Findings
        ``W-RUL-01`` a version not checked within so many days, ``W-RUL-02`` a scheme without a fair-competition
        review.
    """
    findings = Findings()
    for _, clauses in groupby(book.clauses, key=lambda c: (c.law, c.code, c.scheme.scheme)):
        newest = list(clauses)[-1]
        seen = newest.version.checked_on
        if seen is None or (as_of - seen).days > days:
            findings.append(newest.finding("W-RUL-01", value=newest.full, seen=seen or "—"))
    for code, scheme in book.schemes.items():
        review = scheme.fair_competition
        if scheme.articles and (review is None or review.reviewed in ("no", "unknown")):
            document = book.sources[code][0][1]
            row = document.line(("fair_competition",)) if review else None
            findings.append(Finding("W-RUL-02", row=row, values={"value": code}, file=document.file))
    return findings


def _in_order(findings: Iterable[Finding]) -> Findings:
    return Findings(sorted(findings, key=lambda f: (f.file, f.row or 0, f.code)))


def _in_time(clauses: list[Clause]) -> Findings:
    """Versions of one article: never two on one day, no day without one between the first and the last."""
    findings = Findings()
    for earlier, later in pairwise(clauses):
        last, first = earlier.version.valid_to, later.version.valid_from
        if last is None or last >= first:
            first_of = earlier.version.valid_from
            findings.append(later.finding("E-RUL-32", "valid_from", value=later.full, first=first_of, second=first))
        elif (first - last).days > 1 and later.version.gap is None:
            ends = {"first": last + dt.timedelta(1), "second": first - dt.timedelta(1)}
            findings.append(later.finding("E-RUL-46", "valid_from", value=later.full, **ends))
    return findings


def _logic(clause: Clause) -> Findings:
    """Conditions and cases that ranges prove never to hold, alone or together; conditions that never fail."""
    findings = Findings()
    start = ranges_of(clause.vocabulary.terms)
    together: Ranges | None = start
    places = {condition.id: place for place, condition in enumerate(clause.version.conditions)}
    for condition, expression in clause.conditions:
        path = ("conditions", places[condition.id], "when")
        if not _may(expression, True, start):
            findings.append(clause.finding("E-RUL-23", *path, value=expression.text))
            continue
        if not expression.asked and not _may(expression, False, start):
            findings.append(clause.finding("W-RUL-03", *path, value=expression.text))
        if together is not None:
            together = Narrower(expression.literals).demand(expression.node, True, together)
            if together is None:
                findings.append(clause.finding("E-RUL-24", *path, value=expression.text))
    for number, plan in enumerate(clause.plans):
        if plan.when is not None and not _may(plan.when, True, start):
            findings.append(clause.finding("E-RUL-23", "support", "cases", number, "when", value=plan.when.text))
    return findings


def _may(expression: Expression, truth: bool, ranges: Ranges) -> bool:
    return Narrower(expression.literals).demand(expression.node, truth, ranges) is not None


def _payers(clause: Clause) -> Findings:
    split = clause.version.split
    taken = [payer for payer in (split.weights if split else ()) if payer in COLUMNS]
    return Findings(clause.finding("E-RUL-35", "split", value=payer) for payer in taken)


def _amendments(book: Rulebook) -> Findings:
    """Drafts amend a scheme that there is, and keep kind and unit of its articles."""
    findings = Findings()
    for code, scheme in book.schemes.items():
        law = book.schemes.get(scheme.amends) if scheme.amends else None
        document = book.sources[code][0][1]
        if scheme.amends and (law is None or law.status == "draft"):
            row = document.line(("amends",))
            findings.append(Finding("E-RUL-37", row=row, values={"value": scheme.amends}, file=document.file))
        for name, article in scheme.articles.items() if law else ():
            before = law.articles.get(name) if law else None
            if before and (before.kind, before.gives) != (article.kind, article.gives):
                row = document.line(("articles", name))
                findings.append(Finding("E-RUL-47", row=row, values={"value": name}, file=document.file))
    return findings


def _stacking(book: Rulebook) -> Findings:
    """Stacking rules name articles and fields that there are; each id once."""
    findings, seen = Findings(), set[tuple[str, str]]()
    articles = {clause.full for clause in book.clauses}
    for code, files in book.sources.items():
        law = book.schemes[code].amends or code
        for scheme, document in files:
            for place, rule in enumerate(scheme.stacking):
                row, file = document.line(("stacking", place)), document.file
                if (code, rule.id) in seen:
                    findings.append(Finding("E-RUL-08", row=row, values={"value": rule.id}, file=file))
                seen.add((code, rule.id))
                if rule.cap is not None and rule.cap.is_money and abs(rule.cap.value / FEN) > LARGEST:
                    findings.append(Finding("E-RUL-20", row=row, values={"value": rule.cap.written}, file=file))
                for value, near in _unknown(rule, law, articles, book):
                    findings.append(Finding("E-RUL-27", row=row, values={"value": value, "near": near}, file=file))
    return findings


def _unknown(rule: Stacking, law: str, articles: set[str], book: Rulebook) -> Iterable[tuple[str, Text]]:
    named = [name for name in (*(rule.articles or ()), *rule.order) if name != "all"]
    for name in named:
        if qualified(name, law) not in articles:
            yield name, nearest(name, articles)
    for name in rule.within:
        if name not in KEYS and name not in book.fields:
            yield name, nearest(name, [*KEYS, *book.fields])
    if rule.of is not None and (rule.of not in book.fields or book.fields[rule.of].own.powers != MONEY):
        yield rule.of, nearest(rule.of, [name for name, f in book.fields.items() if f.type == "money"])
    if rule.cap is not None and not rule.cap.is_money:
        yield rule.cap.written, like("万元")

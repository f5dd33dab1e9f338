"""The rules of a round: a scheme file kept by its hash, the articles in force on the round's day, the columns of the form."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from haihe.messages import HaiheError, Text
from haihe.rules import Rulebook, read_scheme_text
from haihe.rules.clauses import Clause
from haihe.rules.form import FormColumn, article_titles, form_columns
from haihe.rules.plain_table import in_fen
from haihe.workspace.data import store
from haihe.workspace.rounds.models import Round, RuleText

KEYS = frozenset({"application", "enterprise", "region", "article", "day", "score", "note"})
"""Columns of the library's form that the workspace fills in itself."""
LARGEST = 1_000_000
"""Characters of a scheme file."""


def keep(text: str, file_name: str) -> RuleText:
    """Check a scheme file and keep it by its hash; the same text is kept once.

    Raises
    ------
    HaiheError
        ``E-RND-04`` too large; otherwise every error of the file, with its line.
    """
    if len(text) > LARGEST:
        raise HaiheError("E-RND-04", value=file_name[:80], most=LARGEST)
    read_scheme_text(text, file_name)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return RuleText.objects.get_or_create(sha256=digest, defaults={"text": text, "file_name": file_name[:200]})[0]


@lru_cache(maxsize=16)
def _book(sha256: str, text: str, file_name: str) -> Rulebook:
    del sha256
    return read_scheme_text(text, file_name)


def book_of(rules: RuleText) -> Rulebook:
    """Give the schemes of a kept text; ``E-RND-03`` where it is not what its hash says."""
    return _book(rules.sha256, rules.checked(), rules.file_name)


def in_force(book: Rulebook, day: date) -> dict[str, Text]:
    """Give the articles of money in force on a day, by full code, with their titles; drafts are left out."""
    found = {clause.full for clause in book.clauses if not clause.is_draft and clause.version.holds_on(day)}
    return {full: title for full, title in article_titles(book).items() if full in found}


def columns_of(round_: Round) -> list[FormColumn]:
    """Give the declared columns of the round's scheme, which applicants fill in."""
    return [column for column in form_columns(book_of(round_.rules)) if column.name not in KEYS]


def clauses_of(round_: Round) -> dict[str, Clause]:
    """Give the round's articles as they stand on its day, by full code."""
    clauses = {each.full: each for each in book_of(round_.rules).clauses if each.version.holds_on(round_.day)}
    return {full: clauses[full] for full in round_.articles if full in clauses}


def anchor_of(article: str) -> str:
    """Give the place of an article on the page of its round's articles, by its full code."""
    return article.replace("/", "-")


def instalment_name(clause: Clause, instalment: str) -> Text:
    """Say which payment an instalment is: in the words of its article, else the how-manieth."""
    for number, each in enumerate(clause.version.instalments, 1):
        if each.id == instalment:
            return each.text or Text(f"第 {number} 期", f"instalment {number}")
    return Text(instalment, instalment)


def instalments_called(codes: Collection[str]) -> dict[str, Text]:
    """Give the names of instalments by `ledger_models.instalment_code`; what the rules do not name is left out."""
    asked = [code.split("|", 2) for code in codes]
    rounds = Round.objects.select_related("rules").in_bulk({int(round_) for round_, _, _ in asked})
    clauses = {pk: clauses_of(round_) for pk, round_ in rounds.items()}
    return {
        f"{round_}|{article}|{instalment}": instalment_name(clauses[int(round_)][article], instalment)
        for round_, article, instalment in asked
        if article in clauses.get(int(round_), {})
    }


def instalments_of(round_: Round) -> dict[tuple[str, str], Text]:
    """Give what the instalments of a round's articles are called, by article and instalment."""
    return {
        (full, each.id): instalment_name(clause, each.id)
        for full, clause in clauses_of(round_).items()
        for each in clause.version.instalments
    }


def titles_of(round_: Round) -> dict[str, Text]:
    """Give the titles of the round's articles."""
    titles = article_titles(book_of(round_.rules))
    return {full: titles.get(full, Text(full, full)) for full in round_.articles}


def abilities(round_: Round) -> Mapping[str, int] | None:
    """Give what each district can match in the round's year, in fen; ``None`` where no figures are named.

    They are the rows of the round's fund and year in the table ``budgets`` of the version that the round names.
    """
    if round_.figures is None or "budgets" not in round_.figures.tables:
        return None
    table = json.dumps(round_.figures.tables["budgets"], sort_keys=True)
    return dict(_abilities(table, round_.figures.code, round_.fund, round_.year))


@lru_cache(maxsize=64)
def _abilities(table: str, version: str, fund: str, year: int) -> Mapping[str, int]:
    """Read them out of a table that is kept by its hash: asked again for each application that a district recommends."""
    frame = store.all_of({"budgets": json.loads(table)})["budgets"]
    frame = frame[(frame["fund"] == fund) & (frame["year"] == year) & frame["value"].notna()]
    amounts = in_fen(frame.reset_index(drop=True), "value", version, Text("配套能力", "matching"))
    return MappingProxyType({str(region): int(fen) for region, fen in zip(frame["region"], amounts, strict=True)})

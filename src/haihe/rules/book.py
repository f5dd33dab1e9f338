"""A rulebook: all schemes read together, merged by code, every version made ready, everything that is wrong listed."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from haihe.messages import Finding, Findings, HaiheError
from haihe.rules.clauses import Clause, ClauseMaker
from haihe.rules.dialect import nearest
from haihe.rules.fields import DeclaredField, grains_of, term_of
from haihe.rules.reading import Document, Path_
from haihe.rules.schema import scheme_of
from haihe.rules.scheme import Scheme
from haihe.rules.vocabulary import Vocabulary

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Rulebook:
    """Schemes that are applied together.

    Parameters
    ----------
    schemes : mapping of str to Scheme
        By code, those of several files merged.
    fields : mapping of str to DeclaredField
        Every declared field.
    clauses : tuple of Clause
        Every version of every article, sorted by scheme, article and day.
    sources : mapping of str to sequence of (Scheme, Document)
        The files of each scheme.
    """

    schemes: Mapping[str, Scheme]
    fields: Mapping[str, DeclaredField]
    clauses: tuple[Clause, ...] = field(repr=False)
    sources: Mapping[str, Sequence[tuple[Scheme, Document]]] = field(repr=False)

    def __repr__(self) -> str:
        return f"Rulebook of {len(self.schemes)} schemes, {len(self.clauses)} versions of articles: {', '.join(self.schemes)}"

    @property
    def drafts(self) -> tuple[str, ...]:
        """Codes of the schemes that are drafts."""
        return tuple(code for code, scheme in self.schemes.items() if scheme.status == "draft")

    def check_drafts(self, drafts: Iterable[str]) -> None:
        """Refuse a draft that there is not (``E-RUL-28``)."""
        for draft in drafts:
            if draft not in self.drafts:
                raise HaiheError("E-RUL-28", value=draft, near=nearest(draft, self.drafts))

    def clauses_of(self, law: str, article: str, drafts: Iterable[str] = ()) -> list[Clause]:
        """Versions of an article: those of the drafts named first, so that they go before the law."""
        wanted = set(drafts)
        found = [c for c in self.clauses if (c.law, c.code) == (law, article)]
        return [c for c in found if c.is_draft and c.scheme.scheme in wanted] + [c for c in found if not c.is_draft]

    def clause_on(self, law: str, article: str, day: dt.date, drafts: Iterable[str] = ()) -> Clause | None:
        """Give the version in force on a day, a draft's before the law's."""
        return next((c for c in self.clauses_of(law, article, drafts) if c.version.holds_on(day)), None)


def scheme_files(paths: str | Path | Sequence[str | Path]) -> list[Path]:
    """List the scheme files named, and those directly in the folders named, sorted.

    Raises
    ------
    HaiheError
        ``E-RUL-115`` where a folder holds none, ``E-RUL-116`` for a file of another kind.
    """
    given = [paths] if isinstance(paths, (str, Path)) else list(paths)
    found: set[Path] = set()
    for path in map(Path, given):
        own = {p for p in path.iterdir() if p.suffix in SUFFIXES} if path.is_dir() else {path}
        if not own:
            raise HaiheError("E-RUL-115", value=path)
        if path.is_file() and path.suffix.lower() not in SUFFIXES:
            raise HaiheError("E-RUL-116", value=path.name)
        found |= own
    return sorted(found)


def book_of(documents: Iterable[Document], findings: Findings) -> tuple[Rulebook, Findings]:
    """Make a rulebook of documents; what is wrong with single parts is added to the findings."""
    merger = _Merger(findings)
    for document in documents:
        scheme, wrong = scheme_of(document)
        findings += wrong
        if scheme is not None:
            merger.take(scheme, document)
    fields = merger.fields()
    grains = grains_of(fields.values())
    vocabulary = Vocabulary({name: term_of(declared, grains) for name, declared in sorted(fields.items())}, grains)
    clauses = [
        ClauseMaker(scheme, code, number, vocabulary, merger.locator(scheme.scheme, code, number), findings).make()
        for scheme in merger.schemes.values()
        for code, article in scheme.articles.items()
        for number in range(len(article.versions))
    ]
    clauses.sort(key=lambda c: (c.law, c.code, c.version.valid_from, c.scheme.scheme))
    return Rulebook(dict(sorted(merger.schemes.items())), fields, tuple(clauses), merger.documents), findings


class _Merger:
    """Puts together what several files say about one scheme."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.schemes: dict[str, Scheme] = {}
        self.places: dict[tuple[str, str, int], tuple[Document, Path_]] = {}
        self.documents: dict[str, list[tuple[Scheme, Document]]] = {}

    def take(self, scheme: Scheme, document: Document) -> None:
        """Take in one file."""
        self.documents.setdefault(scheme.scheme, []).append((scheme, document))
        known = self.schemes.get(scheme.scheme)
        merged = scheme if known is None else self._merged(known, scheme, document)
        self.schemes[scheme.scheme] = self._sorted(merged)

    def _merged(self, known: Scheme, more: Scheme, document: Document) -> Scheme:
        for key in ("title", "fund", "decides", "pays", "status", "amends", "rounding", "fair_competition"):
            if getattr(known, key) != getattr(more, key):
                self._report("E-RUL-09", document, (key,), value=key, wanted=known.scheme)
        articles = dict(known.articles)
        for code, article in more.articles.items():
            before = articles.get(code)
            if before is not None:
                if before.model_copy(update={"versions": ()}) != article.model_copy(update={"versions": ()}):
                    self._report("E-RUL-09", document, ("articles", code), value=code, wanted=known.scheme)
                article = before.model_copy(update={"versions": (*before.versions, *article.versions)})
            articles[code] = article
        return known.model_copy(
            update={
                "articles": articles,
                "fields": {**known.fields, **more.fields},
                "stacking": (*known.stacking, *more.stacking),
                "budgets": (*known.budgets, *more.budgets),
                "cases": (*known.cases, *more.cases),
            }
        )

    @staticmethod
    def _sorted(scheme: Scheme) -> Scheme:
        """Bring versions into the order of time, so that the order of files and entries does not matter."""
        articles = {
            code: article.model_copy(update={"versions": tuple(sorted(article.versions, key=lambda v: v.valid_from))})
            for code, article in sorted(scheme.articles.items())
        }
        return scheme.model_copy(update={"articles": articles})

    def _report(self, code: str, document: Document, path: Path_, **values: object) -> None:
        self.findings.append(Finding(code, row=document.line(path), values=values, file=document.file))

    def fields(self) -> dict[str, DeclaredField]:
        """Give every declared field; one that two files declare differently is an error."""
        found: dict[str, DeclaredField] = {}
        for scheme, document in (pair for pairs in self.documents.values() for pair in pairs):
            for name, declared in scheme.fields.items():
                if found.setdefault(name, declared) != declared:
                    self._report("E-RUL-09", document, ("fields", name), value=name, wanted=scheme.scheme)
        return found

    def locator(self, scheme: str, code: str, number: int) -> "_Locator":
        """Give what finds the file and line of a part of a version, wherever the version stands."""
        version = self.schemes[scheme].articles[code].versions[number]
        for part, document in self.documents[scheme]:
            if code in part.articles:
                for place, here in enumerate(part.articles[code].versions):
                    if here is version or here == version:
                        return _Locator(document, ("articles", code, "versions", number), place)
        raise LookupError(code)


@dataclass(frozen=True, slots=True)
class _Locator:
    document: Document
    prefix: Path_
    place: int

    def __call__(self, path: Path_) -> tuple[str, int, int]:
        if path[: len(self.prefix)] == self.prefix:
            path = (*self.prefix[:-1], self.place, *path[len(self.prefix) :])
        return self.document.file, self.document.line(path), self.document.body(path)

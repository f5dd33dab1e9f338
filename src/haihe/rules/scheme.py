"""A scheme (办法): one file, dated articles (条款), conditions, support, stacking, budgets and worked cases."""

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from haihe.rules.awards import Instalment, RoundingRule, Source, Split, Support
from haihe.rules.fields import DeclaredField
from haihe.rules.scalars import NO, YES, Amount, Code, Day, Formula, Name, Part, Plain, Whole, Words, matching, wrong
from haihe.rules.sharing_terms import SharingTerms

ArticleKind = Literal["support", "quota", "score", "check", "settlement"]


def _items(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) or value is None else [value]


ArticleCode = Annotated[
    str, BeforeValidator(matching(re.compile(r"[A-Za-z][\w-]{0,63}(/[A-Za-z][\w-]{0,63})?", re.ASCII)))
]
Codes = Annotated[tuple[ArticleCode, ...], BeforeValidator(_items)]


class Parameter(Part):
    """A named value of one dated version: an amount, a plain number or a day."""

    value: Amount | None = None
    day: Day | None = None
    label: Words
    source: Source | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "Parameter":
        if (self.value is None) == (self.day is None):
            raise wrong("E-RUL-33", value="value, day")
        return self


class Condition(Part):
    """A condition of eligibility: an expression that must hold, and what it says to people."""

    id: Code
    when: Formula
    text: Words
    source: Source | None = None


class Version(Part):
    """An article as it stands from one day on.

    `valid_to` is the last day it holds; None is "until changed". `gap` says why there is a gap before it.
    """

    valid_from: Day
    valid_to: Day | None = None
    source: Source
    checked_on: Day | None = None
    checked_by: Plain | None = None
    gap: Words | None = None
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    conditions: tuple[Condition, ...] = ()
    support: Support | None = None
    split: Split | None = None
    instalments: tuple[Instalment, ...] = ()
    settlement: SharingTerms | None = None

    @field_validator("conditions", "instalments")
    @classmethod
    def _ids_once(cls, parts: tuple[Any, ...]) -> tuple[Any, ...]:
        ids = [part.id for part in parts]
        if len(set(ids)) < len(ids):
            raise wrong("E-RUL-08", value=next(i for i in ids if ids.count(i) > 1))
        return parts

    @field_validator("instalments")
    @classmethod
    def _whole(cls, parts: tuple[Instalment, ...]) -> tuple[Instalment, ...]:
        if parts and sum(part.share for part in parts) != 1:
            raise wrong("E-RUL-36", value=str(sum(part.share for part in parts)))
        return parts

    @model_validator(mode="after")
    def _forward(self) -> "Version":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise wrong("E-RUL-31", value=f"{self.valid_from} … {self.valid_to}")
        return self

    def holds_on(self, day: dt.date) -> bool:
        """True where the version is in force on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Article(Part):
    """A clause (条款): what it is about, and its versions in the order of time.

    `gives` is the unit of the result where it is not money, with the decimals to which it is computed.
    """

    title: Words
    kind: ArticleKind = "support"
    direction: Words | None = None
    gives: Plain = "元"
    decimals: Whole = 0
    versions: tuple[Version, ...] = Field(min_length=1)

    def version_on(self, day: dt.date) -> Version | None:
        """Give the version in force on a day."""
        return next((version for version in self.versions if version.holds_on(day)), None)


class FairCompetition(Part):
    """Whether the scheme has been through the fair-competition review, and the document that says so."""

    reviewed: Literal["yes", "no", "not needed", "unknown"]
    document: Plain | None = None
    note: Words | None = None

    @model_validator(mode="before")
    @classmethod
    def _words(cls, data: Any) -> Any:
        if isinstance(data, dict) and str(data.get("reviewed", "")).lower() in YES | NO:
            return data | {"reviewed": "yes" if str(data["reviewed"]).lower() in YES else "no"}
        return data


class Stacking(Part):
    """A rule over several awards: of a group only one, or together at most so much.

    `within` names what the awards have in common: the application, the enterprise, or any field; ``year`` groups by
    the year of the date of decision. `order` is the order in which awards are kept; after it, `keep` ``highest`` goes
    by amount, ``first`` by the order of the file; then by application code.
    """

    id: Code
    kind: Literal["exclusive", "ceiling"]
    articles: Codes | None = None
    within: Annotated[tuple[Name, ...], BeforeValidator(_items)] = Field(min_length=1, max_length=4)
    keep: Literal["highest", "first"] = "highest"
    order: Codes = ()
    cap: Amount | None = None
    rate: Amount | None = None
    of: Name | None = None
    text: Words | None = None
    source: Source | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "Stacking":
        if self.kind == "ceiling" and (self.cap is None) == (self.of is None):
            raise wrong("E-RUL-33", value="cap, of")
        if self.kind == "exclusive" and (self.cap is not None or self.of is not None):
            raise wrong("E-RUL-33", value="cap")
        return self


class Budget(Part):
    """Money of one year, or of one batch of it."""

    year: Whole
    batch: Whole | None = None
    amount: Amount
    source: Source | None = None


class WorkedCase(Part):
    """A case that a planner can check by hand: a date, the input, what must come out."""

    name: Words
    as_of: Day
    article: Code
    input: dict[str, str] = Field(default_factory=dict)
    expected: dict[str, str]


class Scheme(Part):
    """One scheme file."""

    scheme: Code
    title: Words
    fund: Plain | None = None
    decides: Words | None = None
    pays: Words | None = None
    context: Source | None = None
    status: Literal["in force", "draft"] = "in force"
    amends: Code | None = None
    rounding: RoundingRule = RoundingRule()
    fair_competition: FairCompetition | None = None
    fields: dict[Name, DeclaredField] = Field(default_factory=dict)
    articles: dict[Code, Article] = Field(default_factory=dict)
    stacking: tuple[Stacking, ...] = ()
    budgets: tuple[Budget, ...] = ()
    cases: tuple[WorkedCase, ...] = ()
    note: Words | None = None

    @model_validator(mode="after")
    def _draft(self) -> "Scheme":
        if (self.amends is not None) and self.status != "draft":
            raise wrong("E-RUL-37", value=self.amends)
        return self

    def article(self, code: str) -> Article | None:
        """Give an article by its code."""
        return self.articles.get(code)

"""A version of an article made ready to be applied: checked expressions, exact ratios, whole amounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.region import units
from haihe.rules.awards import Award, Cap, Case, ScoreTerm, Steps, Support
from haihe.rules.dialect import ExpressionError, date_seconds, say
from haihe.rules.expression import Expression, compile_expression
from haihe.rules.lanes import constant
from haihe.rules.money import LARGEST, Rounding
from haihe.rules.quantities import FEN, MONEY, Measure, Quantity
from haihe.rules.reading import Path_
from haihe.rules.scheme import Article, Condition, Parameter, Scheme, Version
from haihe.rules.vocabulary import Term, Vocabulary

MOST_PARTS = 56
"""Different fields, conditions, cases, or caps of one award, that a version may have: each has a bit of a 64-bit mask."""

Locate = Callable[[Path_], tuple[str, int, int]]
"""Gives the file, the line of a part, and the line where its text begins."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A cap or floor: whole grains, or a ratio of a base."""

    id: str
    text: Text | None
    fixed: int | None
    base: Expression | None
    ratio: Fraction


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A table of steps: where each begins, and its amount (grains) or ratio."""

    by: Expression
    slices: bool
    starts: tuple[int, ...]
    fixed: tuple[int | None, ...]
    ratios: tuple[Fraction | None, ...]


@dataclass(frozen=True, slots=True)
class TermPlan:
    """One part of a sum: ratio of a base, its own caps, and what stands in where the base is missing."""

    base: Expression
    ratio: Fraction
    caps: tuple[Bound, ...]
    instead: int | None
    text: Text | None


@dataclass(frozen=True, slots=True)
class Plan:
    """An award made ready: exactly one way to an amount, caps, a floor, an outcome."""

    id: str
    text: Text | None
    when: Expression | None
    fixed: int | None
    base: Expression | None
    ratio: Fraction | None
    steps: StepPlan | None
    terms: tuple[TermPlan, ...]
    caps: tuple[Bound, ...]
    floor: Bound | None
    outcome: Text | None


@dataclass(frozen=True, eq=False)
class Clause:
    """A dated version of an article, ready to be applied.

    Parameters
    ----------
    scheme : Scheme
        The file it stands in; for a draft, the draft.
    law : str
        Code of the scheme that it belongs to or amends.
    code : str
        Code of the article.
    conditions : tuple of (Condition, Expression)
        In the order of the file.
    plans : tuple of Plan
        Awards, of which the first that applies counts; empty for a mere check.
    names : tuple of str
        Fields used, sorted; the place in it is the bit in masks of missing fields.
    gives : Measure
        What a whole number of the result counts.
    parameters : mapping of str to Term
        Its named values.
    locate : callable
        Finds file and line of its parts.
    """

    scheme: Scheme
    law: str
    code: str
    article: Article
    version: Version
    conditions: tuple[tuple[Condition, Expression], ...]
    plans: tuple[Plan, ...]
    names: tuple[str, ...]
    gives: Measure
    vocabulary: Vocabulary
    parameters: Mapping[str, Term]
    locate: Locate

    @property
    def full(self) -> str:
        """Full code ``scheme/article``."""
        return f"{self.law}/{self.code}"

    def finding(self, code: str, *path: str | int, **values: object) -> Finding:
        """Make a finding about a part of the version, with its file and line."""
        whole = ("articles", self.code, "versions", self.article.versions.index(self.version), *path)
        file, line, body = self.locate(whole)
        place = ".".join(map(str, (self.code, self.version.valid_from, *path)))
        row = body if path and path[-1] in ("when", "base", "of", "by") else line
        return Finding(code, row=row, values={"place": place, **values}, file=file)

    @property
    def rounding(self) -> Rounding:
        """How products become whole; the step is of money only."""
        rule = self.scheme.rounding.rule
        return rule if self.gives.powers == MONEY else Rounding(1, rule.way)

    @property
    def is_draft(self) -> bool:
        """True where it is not law yet."""
        return self.scheme.status == "draft"


class ClauseMaker:
    """Makes the clause of one version and gathers what is wrong with it."""

    def __init__(
        self, scheme: Scheme, code: str, number: int, vocabulary: Vocabulary, locate: Locate, findings: Findings
    ) -> None:
        self.scheme, self.code, self.number = scheme, code, number
        self.article = scheme.articles[code]
        self.version = self.article.versions[number]
        self.base_vocabulary, self.locate, self.findings = vocabulary, locate, findings
        self.path: Path_ = ("articles", code, "versions", number)
        self.gives = self._gives()
        self.used: set[str] = set()

    @property
    def unknown(self) -> bool:
        """True where the unit of the result is not known, so that nothing can be said about it."""
        return self.gives.powers == (("?", 1),)

    def make(self) -> Clause:
        """Make the clause; where something is wrong it is in the findings and left out."""
        parameters = {
            name: term for name, given in self.version.parameters.items() if (term := self._term(name, given))
        }
        self.vocabulary = self.base_vocabulary.with_terms(parameters)
        conditions = [
            (condition, expression)
            for place, condition in enumerate(self.version.conditions)
            if (expression := self._expression(condition.when, "bool", ("conditions", place, "when")))
        ]
        plans = self._plans(self.version.support)
        names = tuple(sorted(self.used - set(parameters)))
        most = max(len(names), len(conditions), len(plans), *(len(plan.caps) for plan in plans), 0)
        if most > MOST_PARTS:
            self._report("E-RUL-16", (), value=most, limit=MOST_PARTS)
        law = self.scheme.amends or self.scheme.scheme
        return Clause(
            self.scheme, law, self.code, self.article, self.version, tuple(conditions), plans, names, self.gives,
            self.vocabulary, parameters, self.locate,
        )  # fmt: skip

    def _report(self, code: str, path: Path_, **values: object) -> None:
        file, line, _ = self.locate((*self.path, *path))
        place = ".".join(map(str, (self.code, self.version.valid_from, *path)))
        self.findings.append(Finding(code, row=line, values={"place": place, **values}, file=file))

    def _gives(self) -> Measure:
        try:
            unit = units.parse(self.article.gives)
        except HaiheError as error:
            file, line, _ = self.locate(("articles", self.code, "gives"))
            found = error.findings[0]
            self.findings.append(Finding(found.code, row=line, values=found.values, file=file))
            return Measure((("?", 1),))
        if unit.powers == MONEY:
            return Measure(MONEY, FEN)
        return Measure(unit.powers, unit.factor / 10**self.article.decimals)

    def _term(self, name: str, given: Parameter) -> Term | None:
        if name in self.base_vocabulary.terms:
            self._report("E-RUL-26", ("parameters", name), value=name)
        if given.day is not None:
            return Term("date", value=constant("date", date_seconds(given.day.isoformat())))
        quantity = given.value
        if quantity is None:
            return None
        measure = self.base_vocabulary.measure(quantity)
        grains = self._grains(quantity, measure, ("parameters", name))
        return Term("int", measure, low=grains, high=grains, value=constant("int", grains))

    def _grains(self, quantity: Quantity, measure: Measure, path: Path_) -> int:
        """Whole grains of an amount that must be of some dimensions; 0 and a finding where it is not."""
        if self.unknown and measure is self.gives:
            return 0
        if quantity.powers != measure.powers:
            wanted = say(measure)
            self._report("E-RUL-13", path, value=quantity.written, wanted=wanted)
            return 0
        try:
            grains = quantity.grains(measure.grain)
        except HaiheError:
            self._report("E-RUL-21", path, value=quantity.written)
            return 0
        if abs(grains) > LARGEST:
            self._report("E-RUL-20", path, value=quantity.written)
            return 0
        return grains

    def _expression(self, text: str, want: str, path: Path_) -> Expression | None:
        try:
            expression = compile_expression(text, self.vocabulary, "bool" if want == "bool" else "int")
        except ExpressionError as refused:
            file, _, body = self.locate((*self.path, *path))
            self.findings.append(refused.finding(row=body, file=file))
            return None
        self.used.update(expression.names)
        return expression

    def _plans(self, support: Support | None) -> tuple[Plan, ...]:
        if support is None:
            return ()
        if not support.cases:
            return (self._plan(support, ("support",)),)
        return tuple(
            self._case(case, support, ("support", "cases", number)) for number, case in enumerate(support.cases)
        )

    def _case(self, case: Case, support: Support, path: Path_) -> Plan:
        when = self._expression(case.when, "bool", (*path, "when"))
        own = self._plan(case, path)
        shared = tuple(self._cap(cap, ("support", "caps", i)) for i, cap in enumerate(support.caps))
        floor = own.floor or (self._cap(support.floor, ("support", "floor")) if support.floor else None)
        return Plan(
            case.id, case.text, when, own.fixed, own.base, own.ratio, own.steps, own.terms, (*own.caps, *shared),
            floor, own.outcome,
        )  # fmt: skip

    def _plan(self, award: Award, path: Path_) -> Plan:
        base = self._expression(award.base, "int", (*path, "base")) if award.base else None
        ratio = self._ratio(award.rate, base, (*path, "rate")) if award.rate else None
        return Plan(
            id="",
            text=None,
            when=None,
            fixed=self._grains(award.amount, self.gives, (*path, "amount")) if award.amount else None,
            base=base,
            ratio=ratio,
            steps=self._steps(award.steps, base, (*path, "steps")) if award.steps else None,
            terms=tuple(
                term
                for i, part in enumerate(award.terms)
                if (term := self._part(part, (*path, "terms", i))) is not None
            ),
            caps=tuple(self._cap(cap, (*path, "caps", i)) for i, cap in enumerate(award.caps)),
            floor=self._cap(award.floor, (*path, "floor")) if award.floor else None,
            outcome=award.outcome,
        )

    def _ratio(
        self, rate: Quantity, base: Expression | None, path: Path_, per: Quantity | None = None
    ) -> Fraction | None:
        """Grains of the result for one grain of the base; None and a finding where the units do not give it."""
        if base is None or base.measure is None:
            return None
        exact = Measure(rate.powers, rate.value)
        if per is not None:
            if per.value == 0:
                self._report("E-RUL-20", path, value=per.written)
                return None
            exact = exact.times(Measure(tuple((d, -p) for d, p in per.powers), 1 / per.value))
        product = base.measure.times(exact)
        if product.powers != self.gives.powers and not self.unknown:
            self._report("E-RUL-13", path, value=say(product), wanted=say(self.gives))
            return None
        return product.grain / self.gives.grain

    def _steps(self, steps: Steps, base: Expression | None, path: Path_) -> StepPlan | None:
        by = self._expression(steps.by, "int", (*path, "by"))
        if by is None or by.measure is None:
            return None
        of = by if steps.way == "slices" else base
        rows = list(enumerate(steps.table))
        return StepPlan(
            by,
            steps.way == "slices",
            tuple(self._grains(row.from_, by.measure, (*path, "table", i, "from")) for i, row in rows),
            tuple(
                self._grains(row.amount, self.gives, (*path, "table", i, "amount")) if row.amount else None
                for i, row in rows
            ),
            tuple(self._ratio(row.rate, of, (*path, "table", i, "rate")) if row.rate else None for i, row in rows),
        )

    def _part(self, part: ScoreTerm, path: Path_) -> TermPlan | None:
        base = self._expression(part.base, "int", (*path, "base"))
        ratio = self._ratio(part.rate, base, (*path, "rate"), part.per)
        if base is None or ratio is None:
            return None
        caps = tuple(self._cap(cap, (*path, "caps", i)) for i, cap in enumerate(part.caps))
        instead = self._grains(part.instead, self.gives, (*path, "instead")) if part.instead else None
        return TermPlan(base, ratio, caps, instead, part.text)

    def _cap(self, cap: Cap, path: Path_) -> Bound:
        if cap.amount is not None:
            return Bound(cap.id, cap.text, self._grains(cap.amount, self.gives, (*path, "amount")), None, Fraction(0))
        base = self._expression(cap.of or "", "int", (*path, "of"))
        rate = cap.rate or Quantity(Fraction(1), (), "100 %", "%")
        ratio = self._ratio(rate, base, (*path, "rate"))
        return Bound(cap.id, cap.text, None if base else 0, base, ratio or Fraction(0))

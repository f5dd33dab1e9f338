"""What an article gives: rates on bases, caps, floors, steps, one-off awards, who pays, in which instalments."""

from typing import Literal

from pydantic import model_validator

from haihe.rules.money import STEPS, Rounding, Way
from haihe.rules.scalars import Amount, Code, Formula, Part, Plain, Weight, Words, wrong


class RoundingRule(Part):
    """How a product is brought to whole amounts: to a step of money, in one way."""

    to: Literal["分", "角", "元", "百元", "千元", "万元"] = "分"
    way: Way = "half_up"

    @property
    def rule(self) -> Rounding:
        """The rule in grains."""
        return Rounding(STEPS[self.to], self.way)


class Cap(Part):
    """Most that may be given: an amount, or a rate of a base; with a floor, least."""

    id: Code
    amount: Amount | None = None
    rate: Amount | None = None
    of: Formula | None = None
    text: Words | None = None

    @model_validator(mode="after")
    def _one_form(self) -> "Cap":
        if (self.amount is None) == (self.of is None) or (self.rate is not None and self.of is None):
            raise wrong("E-RUL-33", value=self.id)
        return self


class Step(Part):
    """A row of a table of steps: from which value on, and what is given then."""

    from_: Amount
    amount: Amount | None = None
    rate: Amount | None = None

    @model_validator(mode="before")
    @classmethod
    def _renamed(cls, data: object) -> object:
        return (
            {"from_" if key == "from" else key: value for key, value in data.items()}
            if isinstance(data, dict)
            else data
        )

    @model_validator(mode="after")
    def _one_form(self) -> "Step":
        if (self.amount is None) == (self.rate is None):
            raise wrong("E-RUL-33", value=self.from_.written)
        return self


class Steps(Part):
    """A table of steps by the value of an expression.

    With `way` ``whole`` the row reached decides for the whole base (or gives its amount); with ``slices`` each row's
    rate counts only for the part of the value above it.
    """

    by: Formula
    way: Literal["whole", "slices"] = "whole"
    table: tuple[Step, ...]

    @model_validator(mode="after")
    def _in_order(self) -> "Steps":
        values = [row.from_.value for row in self.table]
        if not values or values != sorted(set(values)):
            raise wrong("E-RUL-34", value="from")
        if self.way == "slices" and any(row.rate is None for row in self.table):
            raise wrong("E-RUL-33", value="slices")
        return self


class ScoreTerm(Part):
    """One part of a sum: ``rate × base / per``, with caps of its own; `instead` stands in where the base is missing."""

    base: Formula
    rate: Amount
    per: Amount | None = None
    caps: tuple[Cap, ...] = ()
    instead: Amount | None = None
    text: Words | None = None


class Award(Part):
    """How much: exactly one of `amount` (one-off), `base` with `rate`, `steps`, `terms`; or only an `outcome`."""

    amount: Amount | None = None
    base: Formula | None = None
    rate: Amount | None = None
    steps: Steps | None = None
    terms: tuple[ScoreTerm, ...] = ()
    caps: tuple[Cap, ...] = ()
    floor: Cap | None = None
    outcome: Words | None = None

    @model_validator(mode="after")
    def _sound(self) -> "Award":
        self.check_form()
        return self

    def check_form(self) -> None:
        """Refuse none or several ways to an amount."""
        forms = [self.amount is not None, self.rate is not None, self.steps is not None, bool(self.terms)]
        needs_base = self.rate is not None or (self.steps is not None and self.steps.way == "whole" and self._rates)
        if sum(forms) > 1 or (not any(forms) and (self.outcome is None or self.caps or self.floor)):
            raise wrong("E-RUL-33", value="amount, rate, steps, terms, outcome")
        if needs_base != (self.base is not None):
            raise wrong("E-RUL-33", value="base, rate")

    @property
    def _rates(self) -> bool:
        return self.steps is not None and any(row.rate is not None for row in self.steps.table)

    @property
    def pays(self) -> bool:
        """False where it only says an outcome."""
        return any((self.amount is not None, self.rate is not None, self.steps is not None, bool(self.terms)))


class Case(Award):
    """An award that applies when its condition holds; of several, the first."""

    id: Code
    when: Formula
    text: Words | None = None


class Support(Award):
    """The award of an article, or cases of which the first that holds applies."""

    cases: tuple[Case, ...] = ()

    def check_form(self) -> None:
        """As an award's where there are no cases; with cases nothing of its own but caps and a floor."""
        if not self.cases:
            super().check_form()
        elif self.pays or self.base is not None or self.outcome is not None:
            raise wrong("E-RUL-33", value="cases")
        ids = [case.id for case in self.cases]
        if len(set(ids)) < len(ids):
            raise wrong("E-RUL-08", value=next(i for i in ids if ids.count(i) > 1))


class Split(Part):
    """Who pays which part: weights of the payers, and the one who takes what rounding leaves."""

    weights: dict[Code, Weight]
    remainder: Code

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, data: object) -> object:
        if not isinstance(data, dict) or "weights" in data:
            return data
        payers = {key: value for key, value in data.items() if key != "remainder"}
        return {"weights": payers, "remainder": data.get("remainder", next(reversed(payers), ""))}

    @model_validator(mode="after")
    def _known_payer(self) -> "Split":
        if self.remainder not in self.weights:
            raise wrong("E-RUL-35", value=self.remainder)
        return self


class Instalment(Part):
    """A part of the award and when it is paid; the last takes what rounding leaves."""

    id: Code
    share: Weight
    text: Words | None = None


class Source(Part):
    """The act that a version rests on."""

    document: Plain
    article: Plain | None = None
    quality: Literal["official", "estimated", "illustrative"] = "official"
    note: Words | None = None

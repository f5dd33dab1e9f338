"""Performance targets and acceptance: set by the department, reported by the firm, checked by one, accepted by another."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.rounds import ledger
from haihe.workspace.rounds.actions import APPLY, CHECK, KEEP
from haihe.workspace.rounds.ledger_models import (
    AT_LEAST,
    CHECKED,
    FINAL,
    SENSES,
    STAGES,
    WAYS,
    Acceptance,
    Follow,
    Goal,
)
from haihe.workspace.rounds.models import Award, Round
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

MOST = Decimal(10) ** 17


def follow_of(round_: Round) -> Follow:
    """Give how a round is followed; the strict terms, not kept yet, where nothing was set."""
    found: Follow | None = Follow.objects.filter(round=round_).select_related("round", "unit").first()
    return found or Follow(code=f"{round_.code}-follow", unit=round_.unit, round=round_)


def set_terms(
    person: Person, round_: Round, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> Follow:
    """Say how the awards of a round are paid and followed; ``E-RND-62`` for a part of targets outside 0 to 100 %."""
    follow = follow_of(round_)
    for name in ("document", "expenditure", "in_step", "tail_after_acceptance", "least", "way"):
        if name in fields:
            setattr(follow, name, fields[name])
    if not 0 <= follow.least <= 100 or follow.way not in WAYS:
        raise HaiheError("E-RND-62", column="least", value=str(follow.least))
    follow.created_by = follow.created_by or person.username
    store(person.actor(KEEP, channel), "change" if follow.pk else "create", follow, edition=edition)
    return follow


@transaction.atomic
def set_goal(
    person: Person,
    award: Award,
    key: str,
    fields: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> Goal:
    """Set or change a performance target of an award.

    Raises
    ------
    HaiheError
        ``E-RND-55`` no name, unit or value above 0, ``E-RND-56`` a report was handed in already.
    """
    goals_open(award)
    goal = Goal.objects.filter(award=award, key=key).select_related("unit", "award").first()
    made = goal or Goal(code=f"{award.code}-goal-{key}", unit=award.unit, award=award, key=key)
    for name in ("name_zh", "name_en", "indicator", "counted_in", "year", "value", "sense", "note", "dropped", "came"):
        if name in fields:
            setattr(made, name, fields[name])
    value = made.value
    if not (key and made.name_zh and made.counted_in and made.year and value is not None and 0 < value < MOST):
        raise HaiheError("E-RND-55", column="value", key=key or "—")
    if made.sense not in SENSES:
        raise HaiheError("E-RND-55", column="sense", key=key)
    made.created_by = made.created_by or person.username
    store(person.actor(KEEP, channel), "change" if goal else "create", made, edition=edition)
    return made


def goals_of(award: Award) -> list[Goal]:
    """Give the performance targets of an award, in the order of their years."""
    return list(Goal.objects.filter(award=award, dropped=False).order_by("year", "key"))


def goals_open(award: Award) -> None:
    """Raise ``E-RND-56`` where a report on the targets was handed in."""
    if Acceptance.objects.filter(award=award).exclude(state=DRAFT).exists():
        raise HaiheError("E-RND-56", value=award.code)


@transaction.atomic
def report(
    person: Person,
    award: Award,
    stage: str,
    year: int,
    figures: Mapping[str, Any],
    words: str = "",
    edition: int | None = None,
    channel: Channel = "web",
) -> Acceptance:
    """Enter what was reached; a draft of the same stage and year is changed.

    ``E-RND-57`` a figure that cannot be read, ``E-RND-59`` no targets, ``E-WEB-21`` it was handed in.
    """
    goals = goals_of(award)
    if not goals:
        raise HaiheError("E-RND-59", value=award.code)
    found = Acceptance.objects.filter(award=award, stage=stage, year=year).select_related("unit").first()
    code = f"{award.code}-{stage}-{year}"
    made = found or Acceptance(
        code=code, unit=award.unit, award=award, stage=stage, year=year, created_by=person.username
    )
    if stage not in STAGES:
        raise HaiheError("E-RND-57", column="stage", key=stage)
    made.edit_allowed()
    made.figures = {goal.key: _figure(goal.key, figures.get(goal.key)) for goal in goals}
    made.words = words.strip()
    store(person.actor(APPLY, channel), "edit" if found else "create", made, edition=edition)
    return made


def _figure(key: str, given: Any) -> str | None:
    """Read a figure; nothing stays nothing."""
    if given in (None, ""):
        return None
    try:
        value = Decimal(str(given))
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite() or not 0 <= value < MOST:
        raise HaiheError("E-RND-57", column=f"figure_{key}", key=key)
    return format(value, "f")


def submit(person: Person, made: Acceptance, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand the report in; ``E-RND-57`` where a figure is missing."""
    missing = [goal.key for goal in goals_of(made.award) if made.figures.get(goal.key) is None]
    if missing:
        raise HaiheError("E-RND-57", column=f"figure_{missing[0]}", key=", ".join(missing))
    made.submit(person, edition, channel)


def check(person: Person, made: Acceptance, words: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Note in the department what the check found; ``E-WEB-26`` without words, ``E-WEB-22`` for who entered it."""
    _must_be(made, SUBMITTED)
    if not words.strip():
        raise HaiheError("E-WEB-26", value=made.code)
    if made.own_of(person):
        raise HaiheError("E-WEB-22", value=made.code)
    made.checked_by, made.checked_at, made.check_words = person.username, timezone.now(), words.strip()
    store(person.actor(CHECK, channel), "check", made, edition=edition)


@transaction.atomic
def accept(person: Person, made: Acceptance, edition: int | None = None, channel: Channel = "web") -> None:
    """Accept a checked report: what was reached is reckoned and kept, passed or not.

    ``E-RND-58`` it was not checked, ``E-WEB-22`` the person entered or checked it.
    """
    _must_be(made, CHECKED)
    reached = reached_by(made)
    made.attained = str(reached) if reached is not None else ""
    made.passed = reached is not None and reached >= follow_of(made.award.round).least_part
    made.approve(person, edition, channel)


def send_back(
    person: Person, made: Acceptance, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Send a report back to the firm, with a reason."""
    _must_be(made, SUBMITTED, CHECKED)
    _unchecked(made)
    made.send_back(person, reason, edition, channel)


@transaction.atomic
def reopen(person: Person, made: Acceptance, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Un-accept a report, with a reason: the firm can mend it."""
    _must_be(made, APPROVED)
    _unchecked(made)
    made.attained, made.passed = "", None
    made.reopen(person, reason, edition, channel)


def _unchecked(made: Acceptance) -> None:
    made.checked_by, made.checked_at, made.check_words = "", None, ""


def _must_be(made: Acceptance, *steps: str) -> None:
    if made.step not in steps:
        raise HaiheError("E-RND-58", value=made.code, state=made.step_name)


def reached_by(made: Acceptance) -> Fraction | None:
    """Give the part of the targets that a report says was reached: an interim check looks at those due by its year."""
    goals = [goal for goal in goals_of(made.award) if made.stage == FINAL or goal.year <= made.year]
    return ledger.attained(
        [(Fraction(goal.value), _fraction(made.figures.get(goal.key)), goal.sense == AT_LEAST) for goal in goals]
    )


def _fraction(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(Decimal(text))

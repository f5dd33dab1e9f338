"""A round from its preparation to the end of its applications: made, changed, opened, closed."""

import secrets
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.rounds.actions import KEEP
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.rules import book_of, in_force
from haihe.workspace.rounds.states import DRAFT, OPEN, RECOMMENDED, REVIEWING, SUBMITTED
from haihe.workspace.units.models import Person, Unit

LEAST_PUBLICITY, MOST_PUBLICITY = 3, 7
FIELDS = (
    "name_zh", "name_en", "rules", "day", "fund", "articles", "year", "budget", "tails", "how", "objective",
    "when_short", "ties", "quotas", "pass_score", "reserves", "criteria", "combine", "least_reviews", "needs_promise",
    "figures", "payer", "opens", "closes", "publicity_days", "illustrative", "note",
)  # fmt: skip
"""What may be said of a round while it is prepared, besides ``open_to``."""


def new(person: Person, unit: Unit, fields: Mapping[str, Any], channel: Channel = "web") -> Round:
    """Prepare a round in an office; ``E-RND-05`` where the person may not call rounds there."""
    if not person.may(KEEP, unit):
        raise HaiheError("E-RND-05", value=unit.code)
    round_ = Round(code=f"r{timezone.localdate():%Y%m%d}-{secrets.token_hex(3)}", unit=unit, created_by=person.username)
    return _said(person, round_, fields, "create", None, channel)


def change(
    person: Person, round_: Round, fields: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> Round:
    """Change a round that was not published."""
    round_.must_be(DRAFT)
    return _said(person, round_, fields, "change", edition, channel)


@transaction.atomic
def _said(
    person: Person, round_: Round, fields: Mapping[str, Any], verb: str, edition: int | None, channel: Channel
) -> Round:
    for name in FIELDS:
        if name in fields:
            setattr(round_, name, fields[name])
    check(round_)
    store(person.actor(KEEP, channel), verb, round_, edition=edition)
    if "open_to" in fields:
        round_.open_to.set(fields["open_to"])
    return round_


def check(round_: Round) -> None:
    """Raise where a round contradicts itself.

    ``E-RND-06`` articles not in force on its day, ``E-RND-07`` days out of order, ``E-RND-08`` publicity outside 3 to 7
    working days, ``E-RND-09`` money or weights that are negative or nothing.
    """
    known = in_force(book_of(round_.rules), round_.day)
    unknown = [code for code in round_.articles if code not in known]
    if unknown or not round_.articles:
        raise HaiheError("E-RND-06", column="articles", value=", ".join(unknown) or "—", day=round_.day.isoformat())
    if round_.closes < round_.opens:
        raise HaiheError("E-RND-07", column="closes", value=round_.closes.isoformat())
    if not LEAST_PUBLICITY <= round_.publicity_days <= MOST_PUBLICITY:
        raise HaiheError("E-RND-08", column="publicity_days", value=round_.publicity_days)
    if round_.budget <= 0 or not 0 <= round_.tails <= round_.budget:
        raise HaiheError("E-RND-09", column="budget", value=str(round_.budget))


def open_(person: Person, round_: Round, edition: int | None = None, channel: Channel = "web") -> None:
    """Publish the call: from its first day on it takes applications; ``E-RND-10`` where nobody may apply."""
    round_.must_be(DRAFT)
    check(round_)
    if not round_.open_to.exists():
        raise HaiheError("E-RND-10", value=round_.code)
    round_.state = OPEN
    store(person.actor(KEEP, channel), "open", round_, edition=edition)


@transaction.atomic
def close(person: Person, round_: Round, edition: int | None = None, channel: Channel = "web") -> None:
    """End the applications: drafts stay with their firms, what was handed in goes on."""
    round_.must_be(OPEN)
    round_.state = REVIEWING
    store(person.actor(KEEP, channel), "close", round_, edition=edition)


def waiting_for_districts(round_: Round) -> int:
    """Count the applications that no district has said anything about."""
    return Application.objects.filter(round=round_, state=SUBMITTED).count()


def working_days(start: date, days: int) -> date:
    """Give the last of some working days after a day. Saturdays and Sundays are left out; public holidays are not known."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def next_state(application: Application) -> str:
    """Give the state of an application that was just handed in: one without a district needs no recommendation."""
    return SUBMITTED if application.district else RECOMMENDED

"""Applying: a draft in the firm, its fields by the round's own columns, handing in, taking back, withdrawing."""

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.rules.applications import read_applications
from haihe.workspace.audit.chain import Channel, store, store_all
from haihe.workspace.rounds.actions import APPLY
from haihe.workspace.rounds.calling import next_state
from haihe.workspace.rounds.models import Application, Round
from haihe.workspace.rounds.rules import book_of, columns_of
from haihe.workspace.rounds.states import (
    DRAFT,
    ELIGIBLE,
    INELIGIBLE,
    NOT_RECOMMENDED,
    OPEN,
    RECOMMENDED,
    REVIEWED,
    REVIEWING,
    SUBMITTED,
    UNDECIDED,
    WITHDRAWN,
)
from haihe.workspace.units.models import Person, Unit

DISTRICTS = ("district",)
"""Kinds of units that recommend."""


def district_of(unit: Unit) -> Unit | None:
    """Give the district to which a firm belongs: the nearest one above it."""
    found: Unit | None = unit.above().filter(kind_of__in=DISTRICTS).order_by("-path").first()
    return found


def plain(value: Any) -> Any:
    """Give a field as it is kept: text, yes or no, or nothing; numbers and days as text."""
    if value is None or value == "" or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool):
        return value
    return (
        format(value, "f")
        if isinstance(value, Decimal)
        else value.isoformat()
        if isinstance(value, date)
        else str(value)
    )


def frame_of(round_: Round, applications: Iterable[Application]) -> pd.DataFrame:
    """Give applications as the rules read them: one row each, keys and declared columns."""
    names = [column.name for column in columns_of(round_)]
    rows = [
        {
            "application": each.code,
            "enterprise": each.unit.code,
            "region": each.region or each.unit.code,
            "article": ";".join(each.wanted or round_.articles),
            **{name: each.fields.get(name) for name in names},
        }
        for each in applications
    ]
    return pd.DataFrame(rows, columns=["application", "enterprise", "region", "article", *names], dtype=object)


def check(round_: Round, *applications: Application) -> None:
    """Raise every value that cannot be read as its column declares, and ``E-RND-11`` for an article not of the round."""
    unknown = sorted({code for each in applications for code in each.wanted} - set(round_.articles))
    if unknown:
        raise HaiheError("E-RND-11", column="application_articles", value=", ".join(unknown))
    read_applications(book_of(round_.rules), frame_of(round_, applications), round_.day)


def new(person: Person, round_: Round, unit: Unit, fields: Mapping[str, Any], channel: Channel = "web") -> Application:
    """Begin an application of a firm; ``E-RND-12`` where the firm may not apply or the round takes none."""
    return new_all(round_, [(person, unit, fields)], channel)[0]


def new_all(
    round_: Round, wanted: Sequence[tuple[Person, Unit, Mapping[str, Any]]], channel: Channel = "web"
) -> list[Application]:
    """Begin many applications as `new` does, read by the rules in one go; all of them or none."""
    if not wanted:
        return []
    names = {column.name for column in columns_of(round_)}
    made = [_said(_begun(person, round_, unit), fields, names) for person, unit, fields in wanted]
    check(round_, *made)
    store_all("create", [(person.actor(APPLY, channel), each) for (person, *_), each in zip(wanted, made, strict=True)])
    return made


def _begun(person: Person, round_: Round, unit: Unit) -> Application:
    if unit not in round_.firms(person) or not (round_.takes() or round_.state == OPEN):
        raise HaiheError("E-RND-12", value=round_.code)
    district = district_of(unit)
    return Application(
        code=f"{round_.code}-{secrets.token_hex(4)}",
        round=round_,
        unit=unit,
        district=district,
        region=district.region if district else unit.region,
        created_by=person.username,
    )


def change(
    person: Person,
    application: Application,
    fields: Mapping[str, Any],
    edition: int | None = None,
    channel: Channel = "web",
) -> Application:
    """Change a draft."""
    application.must_be(DRAFT)
    names = {column.name for column in columns_of(application.round)}
    check(application.round, _said(application, fields, names))
    store(person.actor(APPLY, channel), "change", application, edition=edition)
    return application


def _said(application: Application, fields: Mapping[str, Any], names: Collection[str]) -> Application:
    """Set title, articles asked for (``wanted``) and declared fields (``fields``)."""
    application.title = str(fields.get("title", application.title)).strip()[:200]
    application.wanted = list(fields.get("wanted", application.wanted))
    given = fields.get("fields", {})
    merged = application.fields | {name: plain(value) for name, value in given.items() if name in names}
    application.fields = {name: value for name, value in merged.items() if value is not None}
    application.own_code = fields.get("own_code", application.own_code)
    application.came = fields.get("came", application.came)
    return application


def digest(application: Application) -> str:
    """Give the SHA-256 of what an application says."""
    said = [application.code, application.unit.code, application.title, application.wanted, application.fields]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def submit(
    person: Person,
    application: Application,
    edition: int | None = None,
    channel: Channel = "web",
    today: date | None = None,
) -> None:
    """Hand an application in.

    Raises
    ------
    HaiheError
        ``E-RND-02`` it is no draft, ``E-RND-12`` the round takes none on this day, ``E-RND-13`` it says nothing.
    """
    application.must_be(DRAFT)
    if edition is not None and application.edition != edition:
        raise HaiheError("E-WEB-20", value=application.code, edition=application.edition, seen=edition)
    submit_all(application.round, [(person, application)], channel, today)


@transaction.atomic
def submit_all(
    round_: Round,
    handed: Sequence[tuple[Person, Application]],
    channel: Channel = "web",
    today: date | None = None,
) -> None:
    """Hand many applications in as `submit` does, read by the rules in one go; all of them or none."""
    locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    for _, each in handed:
        each.must_be(DRAFT)
        if not locked.takes(today):
            raise HaiheError("E-RND-12", value=locked.code)
        if not each.title or not each.fields:
            raise HaiheError("E-RND-13", column="application_title", value=each.code)
    check(locked, *(each for _, each in handed))
    for person, each in handed:
        each.state, each.number, each.sha256 = next_state(each), each.number + 1, digest(each)
        each.submitted_by, each.submitted_at = person.username, timezone.now()
    store_all("submit", [(person.actor(APPLY, channel), each) for person, each in handed])


def take_back(person: Person, application: Application, edition: int | None = None, channel: Channel = "web") -> None:
    """Make what was handed in a draft again, while the round takes applications and the district has said nothing."""
    application.must_be(SUBMITTED)
    if application.round.state != OPEN:
        raise HaiheError("E-RND-12", value=application.round.code)
    application.state = DRAFT
    store(person.actor(APPLY, channel), "reopen", application, edition=edition)


def withdraw(
    person: Person, application: Application, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Withdraw an application for good, until the round is ranked; a reason is kept (``E-WEB-26`` without one)."""
    application.must_be(DRAFT, SUBMITTED, RECOMMENDED, NOT_RECOMMENDED, ELIGIBLE, INELIGIBLE, UNDECIDED, REVIEWED)
    application.round.must_be(OPEN, REVIEWING)
    if not reason.strip():
        raise HaiheError("E-WEB-26", value=application.code)
    application.state = WITHDRAWN
    store(person.actor(APPLY, channel), "withdraw", application, edition=edition, reason=reason.strip())

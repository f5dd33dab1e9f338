"""What happens to monthly returns: begun, filled, submitted, approved and kept as a revision, un-approved; causes noted."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties import periods
from haihe.workspace.months.actions import FILL, KEEP, NOTE
from haihe.workspace.months.models import Cause, Indicator, Return
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.codes import SLUG
from haihe.workspace.units.models import Person, Unit

Row = dict[str, Any]
Key = tuple[str, str]
FACTS = ("name_zh", "name_en", "counted_in", "sense", "measure", "scope", "pace", "slack", "places", "note", "active")


def make_indicator(
    person: Person,
    unit: Unit,
    code: str,
    fields: Mapping[str, Any],
    reporters: Iterable[Unit],
    channel: Channel = "web",
) -> Indicator:
    """Make an indicator; ``E-MON-02`` for a code that is no code or is taken."""
    if SLUG.fullmatch(code) is None or Indicator.objects.filter(code=code).exists():
        raise HaiheError("E-MON-02", column="code", value=code[:64])
    said = {name: fields[name] for name in FACTS if name in fields}
    indicator = Indicator(code=code, unit=unit, created_by=person.username, **said)
    with transaction.atomic():
        _report(indicator, reporters)
        store(person.actor(KEEP, channel), "create", indicator)
        indicator.reporters.set(reporters)
    return indicator


def change_indicator(
    person: Person,
    indicator: Indicator,
    fields: Mapping[str, Any],
    reporters: Iterable[Unit],
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change an indicator and who reports it."""
    for name in FACTS:
        if name in fields:
            setattr(indicator, name, fields[name])
    with transaction.atomic():
        _report(indicator, reporters)
        store(person.actor(KEEP, channel), "edit", indicator, edition=edition)
        indicator.reporters.set(reporters)


def _report(indicator: Indicator, reporters: Iterable[Unit]) -> None:
    indicator.reporting = sorted(unit.code for unit in reporters)


def expected(unit: Unit) -> list[tuple[Indicator, str]]:
    """Give what a unit reports: indicator and place."""
    reported = Indicator.objects.filter(active=True, reporters=unit).select_related("unit")
    return [(indicator, place) for indicator in reported for place in indicator.places_of(unit)]


def begin(person: Person, unit: Unit, month: str, channel: Channel = "web") -> Return:
    """Give the return of a unit and month, made where it is not there yet; ``E-MON-01`` for a month that has not begun."""
    try:
        checked = periods.checked(month, timezone.localdate())
    except HaiheError as error:
        raise HaiheError("E-MON-01", column="month", value=month[:20]) from error
    if len(checked) != len("2026-01") or "Q" in checked:
        raise HaiheError("E-MON-01", column="month", value=month[:20])
    if not person.may(FILL, unit):
        raise PermissionDenied
    with transaction.atomic():
        there: Return | None = Return.objects.select_for_update().filter(unit=unit, month=month).first()
        if there is not None:
            return there
        made = Return(code=f"{unit.code}-{month}", unit=unit, month=month, created_by=person.username)
        store(person.actor(FILL, channel), "create", made)
        return made


def keyed(rows: Iterable[Row]) -> dict[Key, Row]:
    """Give rows by indicator and place."""
    return {(row["indicator"], row["place"]): row for row in rows}


def decimal(said: Any) -> Decimal | None:
    """Give a figure of a row; missing where it is."""
    return None if said in (None, "") else Decimal(str(said))


def earlier(thing: Return, month: str) -> dict[Key, Row]:
    """Give the approved rows of the same unit for another month."""
    other = Return.objects.filter(unit=thing.unit, month=month, state=APPROVED).first()
    return keyed(other.rows) if other is not None else {}


def month_before(month: str) -> str:
    """Give the month before one."""
    first = periods.first_day(month)
    return f"{first.year - 1}-12" if first.month == 1 else f"{first.year}-{first.month - 1:02d}"


def year_before(month: str) -> str:
    """Give the same month of the year before."""
    return f"{int(month[:4]) - 1}{month[4:]}"


def filled(person: Person, thing: Return, rows: list[Row], upload: str) -> None:
    """Put the rows of an upload into a draft; what stood before is kept."""
    thing.edit_allowed()
    thing.kept = [*thing.kept, {"upload": upload, "rows": thing.rows}]
    thing.rows = rows
    thing.created_by = person.username
    store(person.actor(FILL, "import"), "fill", thing)


def turned(person: Person, thing: Return, upload: str, reason: str) -> None:
    """Give a draft back what stood before an upload, or again what the upload brought."""
    thing.edit_allowed()
    last = thing.kept[-1]
    thing.kept = [*thing.kept[:-1], {"upload": upload, "rows": thing.rows}]
    thing.rows = last["rows"]
    store(person.actor(FILL, "import"), "undo", thing, reason=reason)


def submit(person: Person, thing: Return, edition: int | None = None, channel: Channel = "web") -> None:
    """Hand a month in; ``E-MON-06`` where it holds nothing."""
    if not thing.rows:
        raise HaiheError("E-MON-06", value=thing.code)
    thing.submit(person, edition, channel)


def approve(person: Person, thing: Return, edition: int | None = None, channel: Channel = "web") -> None:
    """Approve what somebody else submitted; the rows are kept as a revision, and the lights read them from now on."""
    kept = {"number": thing.revision + 1, "at": timezone.now().isoformat(), "by": person.username, "rows": thing.rows}
    thing.revisions = [*thing.revisions, kept]
    thing.approve(person, edition, channel)


def note(person: Person, thing: Return, indicator: str, place: str, words: str, channel: Channel = "web") -> Cause:
    """Note why an indicator is off; ``E-MON-07`` where the return holds no such figure."""
    if (indicator, place) not in keyed(thing.rows):
        raise HaiheError("E-MON-07", column="what", value=f"{indicator} {place}")
    cause = Cause(
        code=f"c{timezone.localtime():%Y%m%d}-{secrets.token_hex(4)}",
        unit=thing.unit,
        of=thing,
        indicator=indicator,
        place=place,
        words=words.strip(),
        created_by=person.username,
    )
    store(person.actor(NOTE, channel), "note", cause)
    return cause


def recent_months(today: date | None = None, number: int = 13) -> list[str]:
    """Give the running month and those before it, the newest first."""
    return periods.recent(periods.MONTH, today or timezone.localdate(), number)

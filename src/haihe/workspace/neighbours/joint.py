"""Joint targets: what each member contributes, the targets that follow once agreed, what was reached, the light."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.duties import lights
from haihe.workspace.duties.documents import SLACK
from haihe.workspace.duties.models import Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.neighbours import agreeing
from haihe.workspace.neighbours.actions import CONSENT, KEEP
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.models import JointTarget
from haihe.workspace.units.approval import APPROVED, DRAFT
from haihe.workspace.units.models import Person, Unit

PLACES = Decimal("0.000001")


def new(
    person: Person,
    unit: Unit,
    others: Sequence[Unit],
    fields: Mapping[str, Any],
    shares: Mapping[str, Decimal],
    channel: Channel = "web",
) -> JointTarget:
    """Begin a joint target; ``E-NBR-16`` where the parts of members that add up do not give its value."""
    made = JointTarget(code=agreeing.code_of("J"), unit=unit, **fields)
    _divide(made, [unit, *others], shares)
    agreeing.begin(person, made, list(others), channel)
    return made


def change(
    person: Person,
    thing: JointTarget,
    others: Sequence[Unit],
    fields: Mapping[str, Any],
    shares: Mapping[str, Decimal],
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Change a draft; raises as `new` does."""
    with transaction.atomic():
        agreeing.locked(thing).must_be(DRAFT)
        for name, value in fields.items():
            setattr(thing, name, value)
        _divide(thing, [thing.unit, *others], shares)
        agreeing.set_members(thing, list(others))
        store(person.actor(KEEP, channel), "edit", thing, edition=edition)


def renew(person: Person, thing: JointTarget, channel: Channel = "web") -> JointTarget:
    """Begin the next version of an agreed joint target, prepared by the person's member."""
    with transaction.atomic():
        unit = agreeing.may_renew(person, agreeing.locked(thing))
        names = ("counted_in", "year", "value", "sense", "slack", "adds", "shares")
        fresh = JointTarget(code=agreeing.code_of("J"), **{name: getattr(thing, name) for name in names})
        return agreeing.next_of(person, thing, fresh, unit, channel)


def _divide(thing: JointTarget, units: Sequence[Unit], shares: Mapping[str, Decimal]) -> None:
    """Give each member its part; what adds up must add up exactly."""
    for unit in units:
        if unit.code not in shares:
            raise HaiheError("E-NBR-17", column="divided", value=unit.name)
    kept = {unit.code: Decimal(shares[unit.code]) for unit in units}
    if thing.adds and sum(kept.values(), Decimal(0)) != Decimal(thing.value):
        total = sum(kept.values(), Decimal(0))
        raise HaiheError(
            "E-NBR-16", column="divided", value=lights.plain(total), whole=lights.plain(Decimal(thing.value))
        )
    thing.shares = {code: f"{value.normalize():f}" for code, value in kept.items()}


def make_targets(person: Person, thing: Agreed, channel: Channel) -> None:
    """Set each member's part as its own target, in its own name, once the joint target is agreed."""
    if not isinstance(thing, JointTarget):
        return
    for unit in thing.concerned():
        value = Decimal(thing.shares[unit.code])
        target = Target(
            code=target_code(thing, unit), unit=unit, issuer=unit, name_zh=thing.name_zh, name_en=thing.name_en,
            counted_in=thing.counted_in, year=thing.year, value=value, sense=thing.sense, quality=thing.quality,
            slack=thing.slack if not thing.adds else (abs(value) * SLACK).quantize(PLACES),
            region=unit.region, created_by=thing.proposed_by,
        )  # fmt: skip
        store(person.actor(CONSENT, channel, unit), "create", target)


def target_code(thing: JointTarget, unit: Unit) -> str:
    """Give the code of a member's own target."""
    return f"{thing.code}-{unit.code}"


@dataclass(frozen=True, slots=True)
class Part:
    """A member's part: what it is to reach, what it reported last, the light; its target where the reader sees it."""

    unit: Text
    code: str
    value: Decimal
    actual: Decimal | None
    period: Text | None
    light: lights.Light
    target: Target | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a joint target stands: each part, what all reached together where that adds up, and the light with its rule."""

    parts: list[Part]
    actual: Decimal | None
    light: lights.Light


EACH = Text("各方都达到自己的部分为绿；有一方为红则为红，有一方为黄则为黄；有一方尚无实绩不着色",
            "green: each reaches its own part; red or yellow: one of them is; no colour while one has no figure")  # fmt: skip


def standing(thing: JointTarget, person: Person) -> Standing:
    """Give how a joint target stands, from the last report that each member approved: the one figure that all see of it."""
    units = thing.concerned()
    codes = {target_code(thing, unit): unit for unit in units}
    targets = {each.code: each for each in Target.objects.filter(code__in=codes)}
    seen = set(Target.objects.visible_to(person).filter(code__in=codes).values_list("code", flat=True))
    last: dict[str, Report] = {}
    reports = Report.objects.filter(target__code__in=codes, state=APPROVED, value__isnull=False)
    for report in reports.select_related("target").order_by("ends"):
        last[report.target.code] = report
    parts = []
    for code, unit in codes.items():
        value = Decimal(thing.shares.get(unit.code, 0))
        report, target = last.get(code), targets.get(code)
        actual = report.value if report is not None else None
        slack = target.slack if target is not None else thing.slack
        light = lights.target_light(thing.sense, value, slack, actual, thing.counted_in)
        period = report.period_name if report is not None else None
        parts.append(Part(unit.name, unit.code, value, actual, period, light, target if code in seen else None))
    known = [part.actual for part in parts if part.actual is not None]
    if thing.adds:
        actual = sum(known, Decimal(0)) if len(known) == len(parts) else None
        return Standing(
            parts, actual, lights.target_light(thing.sense, thing.value, thing.slack, actual, thing.counted_in)
        )
    return Standing(parts, None, _worst(parts))


def _worst(parts: Sequence[Part]) -> lights.Light:
    marks = {part.light.mark for part in parts}
    for mark, words in (
        (lights.WAIT, Text("尚有一方无实绩", "one has no figure yet")),
        (lights.BAD, Text("有一方未达到", "one is short")),
        (lights.WARN, Text("有一方略有差距", "one is slightly short")),
    ):
        if mark in marks:
            return lights.Light(mark, words, EACH)
    return lights.Light(lights.GOOD, Text("各方都已达到", "each has reached its part"), EACH)

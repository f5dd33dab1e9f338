"""What a published plan proposes: each number as a target, duty or problem, who would answer, until when, why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from haihe.messages import Text
from haihe.region.units import said
from haihe.workspace.duties.assigning import owners
from haihe.workspace.duties.lights import plain
from haihe.workspace.months.models import Indicator
from haihe.workspace.plans.models import Made, Plan
from haihe.workspace.plans.numbers import Numbers, fits, into, numbers_of
from haihe.workspace.plans.reading import ALL, Row
from haihe.workspace.units.models import Person, Unit

KINDS = ("target", "cap", "project", "transfer", "problem")
FIRST = ("value_added", "manufacturing", "output", "consumption", "jobs", "energy", "co2")
"""Indicators that are shown before anybody chooses."""
MOST = Decimal(10) ** 14
OUTSIDE = Text("属于其他成员，请在区域协同中商定", "belongs to another member: agree on it among the regions")
TOO_LARGE = Text("数值超出目标可登记的范围", "the number does not fit into a target")
STATUS = {
    "committed": Text("已开工，续建", "started already, goes on"),
    "anyway": Text("企业自行建设，不需支持", "is built anyway, without support"),
    "chosen": Text("由方案选定", "chosen by the plan"),
    "part": Text("由方案选定一部分", "chosen in part"),
}


@dataclass(frozen=True)
class Proposal:
    """One number of a plan and what it would become.

    ``value`` is in ``unit``, the one in which the office follows the indicator where it does; ``planned`` the plan's own.
    ``owner`` answers; without one, ``why_not`` says why it is not offered. ``made`` is what was made of it.
    """

    row: Row
    name: Text
    where: Text
    year: int | None
    due: date | None
    value: str
    unit: str
    planned: str
    why: Text
    owner: Unit | None
    made: Made | None
    why_not: Text | None = None

    @property
    def key(self) -> str:
        """What names the number within the plan."""
        return str(self.row["key"])

    @property
    def offered(self) -> bool:
        """Whether it can be ticked."""
        return self.made is None and self.why_not is None

    @property
    def unit_name(self) -> Text:
        """The unit in words."""
        return said(self.unit)


@dataclass(frozen=True)
class Ground:
    """What proposals of a plan need to know: its numbers, who answers for which place, what is followed monthly, what was made."""

    plan: Plan
    numbers: Numbers
    answering: Mapping[str, Unit]
    elsewhere: frozenset[str]
    monthly: Mapping[str, str]
    made: Mapping[str, Made]

    @classmethod
    def of(cls, person: Person, plan: Plan) -> "Ground":
        """Read it, with one query for each part."""
        own: dict[str, Unit] = {}
        for unit in owners(plan.unit).exclude(region="").order_by("path"):
            own.setdefault(unit.region, unit)
        others = Unit.objects.exclude(region="").exclude(region__in=list(own)).values_list("region", flat=True)
        followed = Indicator.objects.visible_to(person).values_list("code", "counted_in")
        made = {each.key: each for each in Made.objects.filter(plan=plan)}
        return cls(plan, numbers_of(plan), own, frozenset(others), dict(followed), made)

    def owner(self, region: str) -> Unit | None:
        """Give who answers for a place: the office of its region; the plan's own where no office has it; none abroad."""
        if region in self.elsewhere:
            return None
        return self.answering.get(region, self.plan.unit)


def proposals(ground: Ground, rows: Iterable[Row]) -> list[Proposal]:
    """Give what some rows of a plan would become."""
    return [MAKERS[row["kind"]](ground, row) for row in rows]


def kept(value: str, unit: str, ground: Ground, what: str) -> tuple[Decimal, str]:
    """Give a number in the unit in which the office follows the indicator, where that fits; else in the plan's."""
    to = ground.monthly.get(what, unit)
    to = to if fits(unit, to) else unit
    return into(value, unit, to), to


def _ends(year: int | None) -> date | None:
    return None if year is None else date(year, 12, 31)


def _target(ground: Ground, row: Row) -> Proposal:
    value, unit = kept(row["value"], row["unit"], ground, row["what"])
    title, where = ground.numbers.title(row), ground.numbers.where(row)
    why = Text(
        f"方案 {row['year']} 年为 {row['value']}，无限制的基准路径为 {row['reference'] or '—'}（{said(row['unit']).zh}）",
        f"the plan has {row['value']} in {row['year']}, the path without limits {row['reference'] or '—'} "
        f"({said(row['unit']).en})",
    )
    return _proposal(ground, row, title, where, plain(value), unit, why, too_large=abs(value) >= MOST)


def _cap(ground: Ground, row: Row) -> Proposal:
    title, where = ground.numbers.title(row), ground.numbers.where(row)
    value = into(row["value"], row["unit"], row["unit"])
    price = Text(
        f"方案用到 {_short(row['use'])}，多一单位值 {_short(row['price'])} 元",
        f"the plan uses {_short(row['use'])}; one more unit is worth {_short(row['price'])} yuan",
    )
    name = Text(f"{title.zh}不超过配额", f"{title.en} within its cap")
    return _proposal(ground, row, name, where, plain(value), row["unit"], price, too_large=abs(value) >= MOST)


def _project(ground: Ground, row: Row) -> Proposal:
    title, where = ground.numbers.title(row), ground.numbers.where(row)
    money = Text(
        f"投资 {_short(row['investment'])} 亿元，财政支持 {_short(row['support'])} 亿元{_years(row)}",
        f"investment {_short(row['investment'])}, public support {_short(row['support'])} (100 m yuan){_years(row)}",
    )
    status = STATUS[row["status"]]
    why = Text(f"{status.zh}；{money.zh}", f"{status.en}; {money.en}")
    name = Text(f"{row['year']} 年开工：{title.zh}", f"Start in {row['year']}: {title.en}")
    return _proposal(ground, row, name, where, _short(row["support"]), row["unit"], why)


def _years(row: Row) -> str:
    """Say which public money is due in which year."""
    said_so = [f"{each['year']} {each['fund'] or each['payer']} {_short(each['amount'])}" for each in row["paid"]]
    return f" ({'; '.join(said_so)})" if said_so else ""


def _transfer(ground: Ground, row: Row) -> Proposal:
    title = ground.numbers.title(row)
    giver, taker = ground.numbers.place(row["from"]), ground.numbers.place(row["region"])
    name = Text(f"{row['year']} 年调剂{title.zh}", f"Transfer of {title.en} in {row['year']}")
    where = Text(f"{giver.zh} → {taker.zh}", f"{giver.en} to {taker.en}")
    why = Text(
        f"上限 {_short(row['limit'])}；上限多一单位再值 {_short(row['gain'])} 元",
        f"at most {_short(row['limit'])}; one more unit of that is worth {_short(row['gain'])} yuan more",
    )
    return _proposal(ground, row, name, where, _short(row["value"]), row["unit"], why)


def _problem(ground: Ground, row: Row) -> Proposal:
    title, where = ground.numbers.title(row), ground.numbers.where(row)
    band = Text(f"（{_short(row['low'])}–{_short(row['high'])}）", f" ({_short(row['low'])} to {_short(row['high'])})")
    band = (
        band if row["low"] and row["high"] else Text("（无区间：测算时未取弹性区间）", " (no band: none was asked for)")
    )
    unit = said(row["unit"])
    why = Text(
        f"起作用的限制：多一单位值 {_short(row['value'])} {unit.zh}{band.zh}",
        f"a limit that binds: one more unit is worth {_short(row['value'])} {unit.en}{band.en}",
    )
    name = Text(f"{title.zh}（{where.zh}）成为瓶颈", f"{title.en} ({where.en}) is what binds")
    found = _proposal(ground, row, name, where, _short(row["value"]), row["unit"], why)
    return Proposal(**{**found.__dict__, "owner": ground.plan.unit, "why_not": None, "due": None})


MAKERS = {"target": _target, "cap": _cap, "project": _project, "transfer": _transfer, "problem": _problem}


def _proposal(
    ground: Ground,
    row: Row,
    name: Text,
    where: Text,
    value: str,
    unit: str,
    why: Text,
    too_large: bool = False,
) -> Proposal:
    region = row["region"]
    owner = ground.plan.unit if region == ALL else ground.owner(region)
    why_not = OUTSIDE if owner is None else TOO_LARGE if too_large else None
    planned = f"{row['value']}"
    made = ground.made.get(row["key"])
    return Proposal(row, name, where, row["year"], _ends(row["year"]), value, unit, planned, why, owner, made, why_not)


def _short(value: str) -> str:
    """Write a number with four figures, whole numbers whole; a dash where it is missing."""
    if not value:
        return "—"
    number = Decimal(value)
    return f"{number:,.0f}" if abs(number) >= 1000 else plain(Decimal(f"{number:.4g}"))

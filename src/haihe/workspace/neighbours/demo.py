"""The demonstration: pages of the three members, a frozen ledger, one that waits, a list, a joint target, a shared project. All made up."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from haihe.region import Region
from haihe.region.examples import examples_folder
from haihe.rules.sharing_tables import read_moved_firms, read_taxes
from haihe.workspace.neighbours import agreeing, joint, ledgers, library, profiles, transfers
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.ledger_models import AFTER, BEFORE, Ledger
from haihe.workspace.neighbours.models import Offer
from haihe.workspace.neighbours.settling import FEN_PER_WAN, scheme_on
from haihe.workspace.projects.models import Project
from haihe.workspace.units.models import Person, Unit

T = TypeVar("T", bound=Agreed)
DAY = date(2025, 6, 30)
PAIRS = {"TJ": ("wang", "zhou"), "BJ": ("bj-planner", "bj-approver"), "HE": ("he-planner", "he-approver")}
"""Who looks over and who consents, by member."""
MADE_UP = {"quality": "illustrative"}
ABOUT = {
    "TJ": ("制造研发转化，海港与产业园区", "manufacturing, the port, parks"),
    "BJ": ("研发与总部，向外转移制造环节", "research and head offices; its manufacturing moves out"),
    "HE": ("承接制造与配套，重大装备", "takes in manufacturing and suppliers; heavy equipment"),
}
ITEMS = (
    ("industry", "高端装备整机制造", "High-end equipment, final assembly", "示例产业园", "talks"),
    ("platform", "滨海承接平台（示例）", "Binhai receiving platform (made up)", "滨海新区", "landing"),
    ("project", "示例机器人产线", "Example robot line", "滨海承接平台（示例）", "planned"),
)


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Let the three members share and agree, as far as their people are there."""
    if not all(code in units and set(pair) <= people.keys() for code, pair in PAIRS.items()):
        return
    planner, others = people["wang"], [units["BJ"], units["HE"]]
    for code, (zh, en) in ABOUT.items():
        said = {f"{level}_who": "示例联系人" for level in ("leader", "office", "work")}
        fields = {"about_zh": f"{zh}（示例）", "about_en": f"{en} (made up)", "contacts": profiles.contacts_from(said)}
        profiles.new(people[PAIRS[code][0]], units[code], fields | MADE_UP, "cli")
    _frozen(people, _ledger(planner, units, others, "迁移企业税收分享台账（示例）", "Ledger of moved firms (made up)"))
    waiting = _ledger(
        planner, units, others, "台账（含市场主导，示例）", "Ledger with moves led by the market (made up)", True
    )
    agreeing.propose(planner, waiting, channel="cli")
    _list(planner, people, units)
    _joint(planner, people, units, others)
    _offer(people, units, others)
    del region


def _ledger(
    planner: Person, units: Mapping[str, Unit], others: list[Unit], zh: str, en: str, what_if: bool = False
) -> Ledger:
    """Settle the example's moved firms."""
    rules = examples_folder() / "jing-jin-ji" / "rules"
    firms, taxes = read_moved_firms(rules / "moved-firms.csv"), read_taxes(rules / "moved-firms-taxes.csv")
    known = taxes[taxes["tax"].isin(list(scheme_on(DAY).taxes))]
    net = (known["paid"] - known["refunded"]).groupby([known["firm"], known["year"]]).sum()
    fields = {"name_zh": zh, "name_en": en, "day": DAY, "what_if": what_if} | MADE_UP
    made = ledgers.new(planner, units["TJ"], others, fields, channel="cli")
    for at, row in enumerate(firms.to_dict("records"), 1):
        ledgers.put_firm(planner, made, None, f"{made.code}-{at}", _said(row, units, net), channel="cli")
    return made


def _said(row: Mapping[Any, Any], units: Mapping[str, Unit], net: Any) -> dict[str, Any]:
    said: dict[str, Any] = {name: row[name] for name in ("led_by", "moved")}
    said |= {"name_zh": row["firm"], "origin": units[row["origin"]], "destination": units[row["destination"]]}
    said |= {name: bool(row[name]) for name in ("fits_layout", "listed_by_origin", "listed_by_destination")}
    days = {name: _day(row[name]) for name in ("registered", "producing")}
    years = {name: int(row["moved"]) - back for name, back in zip(BEFORE, (3, 2, 1), strict=True)}
    if None not in days.values():
        first = max(day.year for day in days.values() if day is not None) + 1
        years |= {name: first + at for at, name in enumerate(AFTER)}
    for name, year in years.items():
        fen = net.get((row["firm"], year))
        said[name] = None if fen is None else Decimal(int(fen)) / FEN_PER_WAN
    return said | days


def _day(said: Any) -> date | None:
    return date(said.year, said.month, said.day) if isinstance(said, date) else None


def _frozen(people: Mapping[str, Person], thing: T) -> T:
    """Let every member look over and consent."""
    agreeing.propose(people["wang"], thing, channel="cli")
    for consent in agreeing.consents_of(thing):
        planner, approver = (people[name] for name in PAIRS[consent.unit.code])
        if consent.state == "draft":
            agreeing.support(planner, consent, channel="cli")
        agreeing.give(approver, consent, channel="cli")
    return thing


def _list(planner: Person, people: Mapping[str, Person], units: Mapping[str, Unit]) -> None:
    fields = {"name_zh": "京津产业转移承接清单（示例）", "name_en": "Beijing to Tianjin (made up)"} | MADE_UP
    made = transfers.new(planner, units["TJ"], units["BJ"], fields, "cli")
    for at, (rank, zh, en, place, step) in enumerate(ITEMS, 1):
        said = {"rank": rank, "name_zh": zh, "name_en": en, "place": place, "step": step}
        said |= {"note": "虚构示例 / made up"}
        sides = {"giver": units["BJ"], "taker": units["TJ"]}
        transfers.put_item(planner, made, None, f"{made.code}-{at}", said | sides, channel="cli")
    _frozen(people, made)


def _joint(planner: Person, people: Mapping[str, Person], units: Mapping[str, Unit], others: list[Unit]) -> None:
    fields = {
        "name_zh": "六条产业链区域配套率（示例）", "name_en": "Sourcing within the region, six chains (made up)",
        "counted_in": "%", "year": 2027, "value": Decimal(45), "slack": Decimal(2), "adds": False,
    } | MADE_UP  # fmt: skip
    shares = {"TJ": Decimal(45), "BJ": Decimal(40), "HE": Decimal(50)}
    _frozen(people, joint.new(planner, units["TJ"], others, fields, shares, "cli"))


def _offer(people: Mapping[str, Person], units: Mapping[str, Unit], others: list[Unit]) -> None:
    """Offer a project of Binhai, in which Beijing says interest."""
    if "TJ-BH" not in units or "bh-approver" not in people:
        return
    project = Project.objects.filter(unit=units["TJ-BH"]).select_related("unit").order_by("code").first()
    if project is None:
        return
    made: Offer = library.offer(
        people["bh-approver"], project, "滨海示例项目（寻求研发与配套）", "A Binhai project (made up)", library.FIRST, others,
        "寻求京冀研发与配套单位（示例）", channel="cli",
    )  # fmt: skip
    library.say_interest(people["bj-planner"], made, units["BJ"], "可提供研发支持（示例） / research (made up)", "cli")

"""Three members as equals, each with somebody who prepares and somebody who consents; a ledger, a list and a project between them."""

from datetime import date
from decimal import Decimal
from typing import Any

from project_cases import a_board, a_project

from haihe.workspace.neighbours import agreeing, joint, ledgers, transfers
from haihe.workspace.neighbours.agreed_models import Agreed
from haihe.workspace.neighbours.models import JointTarget, Ledger, MovedFirm, TransferList
from haihe.workspace.projects.models import Project
from haihe.workspace.units.models import Person, Post, Unit
from workspace_cases import PASSWORD, City, small_city

DAY = date(2025, 6, 30)
CASE = {"before3": 2400, "before2": 2000, "before1": 1900, "year1": 3000, "year2": 3600, "year3": 4000, "year4": 5000}
"""The worked case of the scheme of 2015, in 万元: 1500, 1800, 2000 and the last 1000 up to the cap of 6300."""
DUE = [1500, 1800, 2000, 1000]
PAIRS = {"TJ": ("planner", "tj-approver"), "BJ": ("bj-planner", "bj-approver"), "HE": ("he-planner", "he-approver")}
"""Who looks over and who consents, by member."""


def three(city: City) -> City:
    """Add Hebei and whoever is missing in the three members."""
    if "HE" not in city.units:
        city.units["HE"] = Unit.objects.create(
            code="HE", name_zh="河北省", name_en="Hebei", kind_of="region", region="HE"
        )
    for unit, (planner, approver) in PAIRS.items():
        for username, role in ((planner, "planner"), (approver, "approver"), (f"{unit.lower()}-editor", "editor")):
            if username not in city.people:
                city.people[username] = _person(username, city.units[unit], role)
    return city


def _person(username: str, unit: Unit, role: str) -> Person:
    person: Person = Person.objects.create_user(username, PASSWORD, name_zh=username, name_en=username)
    Post.objects.create(code=f"{username}-{role}-{unit.code}", person=person, unit=unit, role=role)
    return person


def others(city: City, unit: str = "TJ") -> list[Unit]:
    """The members beside one."""
    return [city.units[code] for code in PAIRS if code != unit]


def a_firm(city: City, **more: Any) -> dict[str, Any]:
    """What is said of a firm that moved from Beijing to Tianjin in 2019."""
    said: dict[str, Any] = {
        "name_zh": "示例迁移企业", "name_en": "Example moved firm", "origin": city.units["BJ"],
        "destination": city.units["TJ"], "moved": 2019, "led_by": "government", "fits_layout": True,
        "listed_by_origin": True, "listed_by_destination": True, "registered": date(2019, 6, 30),
        "producing": date(2019, 12, 1),
    }  # fmt: skip
    return said | {name: Decimal(value) for name, value in CASE.items()} | more


def a_ledger(city: City, **fields: Any) -> Ledger:
    """A draft of Tianjin with Beijing and Hebei, with the firm of the worked case."""
    planner = city.people["planner"]
    said = {"name_zh": "三地结算台账", "name_en": "Ledger of the three", "day": DAY, "quality": "illustrative"} | fields
    made = ledgers.new(planner, city.units["TJ"], others(city), said)
    ledgers.put_firm(planner, made, None, f"{made.code}-1", a_firm(city))
    return again(made)


def a_list(city: City) -> TransferList:
    """A draft of Tianjin with Beijing, with one project."""
    planner = city.people["planner"]
    said = {"name_zh": "京津承接清单", "name_en": "List of the two", "quality": "illustrative"}
    made = transfers.new(planner, city.units["TJ"], city.units["BJ"], said)
    item = {"rank": "project", "name_zh": "示例产线", "name_en": "Example line", "giver": city.units["BJ"],
            "taker": city.units["TJ"], "step": "talks", "due": None}  # fmt: skip
    transfers.put_item(planner, made, None, f"{made.code}-1", item)
    return again(made)


def a_joint(city: City, adds: bool = True) -> JointTarget:
    """A draft: 300 together, 100, 120 and 80 apart."""
    said = {"name_zh": "六链产值", "name_en": "Output of six chains", "counted_in": "亿元", "year": 2027,
            "value": Decimal(300), "slack": Decimal(10), "adds": adds, "quality": "illustrative"}  # fmt: skip
    shares = {"TJ": Decimal(100), "BJ": Decimal(120), "HE": Decimal(80)}
    return joint.new(city.people["planner"], city.units["TJ"], others(city), said, shares)


def a_shared_project(city: City) -> Project:
    """A project of Binhai on the city's board."""
    return a_project(city, a_board(city), "P1", name_zh="保密项目名", name_en="Secret name")


def again(thing: Any) -> Any:
    """A thing as it is stored now."""
    return type(thing)._default_manager.select_related("unit").get(pk=thing.pk)


def consented(city: City, thing: Agreed, units: tuple[str, ...] = ("TJ", "BJ", "HE")) -> Any:
    """Let members look over and consent."""
    for consent in agreeing.consents_of(again(thing)):
        if consent.unit.code in units:
            planner, approver = (city.people[name] for name in PAIRS[consent.unit.code])
            if consent.state == "draft":
                agreeing.support(planner, consent)
            agreeing.give(approver, again(consent))
    return again(thing)


def agreed(city: City, thing: Agreed) -> Any:
    """Put a thing to its members and let each consent."""
    agreeing.propose(city.people["planner"], thing)
    return consented(city, thing)


def office() -> dict[str, Any]:
    """Fill the office of the browser stories; gives what they must know."""
    city = three(small_city())
    project = a_shared_project(city)
    return {"project": project.code, "firms": MovedFirm.objects.count()}

"""Awards to be paid and followed: the made-up round of `round_cases`, with finance staff and performance targets."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from round_cases import WAN, Case, awarded, hired

from haihe.workspace.rounds import acceptance
from haihe.workspace.rounds.models import Award
from haihe.workspace.units.models import Person
from workspace_cases import City

ARTICLE = "our-fund/upgrade"


@dataclass
class Paid:
    """An awarded round with who handles its money."""

    case: Case
    awards: list[Award]
    city_money: Person
    bh_money: Person
    second: Person

    @property
    def first(self) -> Award:
        """The award of the first firm, of Binhai, as it is stored."""
        return self.fresh(next(each for each in self.awards if each.unit.code == "F1"))

    @staticmethod
    def fresh(award: Award) -> Award:
        """An award as it is stored."""
        return Award.objects.select_related("unit", "district", "round__unit", "application").get(pk=award.pk)


def paid_round(city: City, **more: Any) -> Paid:
    """Award a round of 500 万元, which pays every eligible application; the city's finance bureau pays."""
    case, made = awarded(city, budget=500 * WAN, payer=city.units["FIN"], **more)
    money = hired("bh-money", city.units["TJ-BH"], "finance")
    return Paid(case, made, city.people["finance"], money, case.people["second"])


def with_goals(paid: Paid, award: Award, **more: Any) -> None:
    """Set two targets: output at least 100 万元, energy at most 50 tce."""
    planner = paid.case.city.people["planner"]
    output = {"name_zh": "新增产值", "name_en": "new output", "counted_in": "万元", "year": 2027, "value": Decimal(100)}
    energy = {"name_zh": "能耗", "name_en": "energy", "counted_in": "tce", "year": 2027, "value": Decimal(50)}
    acceptance.set_goal(planner, award, "output", output | more)
    acceptance.set_goal(planner, award, "energy", energy | {"sense": "at_most"})

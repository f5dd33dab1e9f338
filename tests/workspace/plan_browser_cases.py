"""What the browser story of plans starts from: an office with a study that is done, and a monthly indicator that is followed."""

from decimal import Decimal
from typing import Any

from chain_cases import indicator, month, row
from plan_room_cases import study_of

from haihe.workspace.duties.lights import plain
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import numbers_of
from haihe.workspace.units.models import Person, Unit
from workspace_cases import City, small_city


def office() -> dict[str, Any]:
    """Fill the office; gives the address of the study."""
    city = small_city()
    study = study_of(city)
    indicator(city, "value_added", measure="level", places="north", name_zh="地区增加值", name_en="Value added")
    return {"study": study.get_absolute_url()}


def come_in(plan: str, name: str, share: str) -> dict[str, Any]:
    """Let the month's return of the district come in, at a share of what the plan has for the end of that year."""
    city = City(
        {unit.code: unit for unit in Unit.objects.all()}, {each.username: each for each in Person.objects.all()}
    )
    planned = Decimal(numbers_of(Plan.objects.get(code=plan)).path("value_added", "north")[int(name[:4])]) * 10
    value = (planned * Decimal(share)).quantize(Decimal("0.01"))
    month(city, name, [row(value, code="value_added", place="north")])
    return {"value": plain(value), "planned": plain(planned.quantize(Decimal("0.000001")))}

"""What the browser stories of the coordination start from: one office with a solved plan, a last meeting, months and boards."""

from datetime import timedelta
from typing import Any

from chain_cases import chain_board, indicator, month, row, stuck_point, target
from django.utils import timezone
from intake_cases import small_dataset
from problem_cases import ROW, solved
from project_cases import a_board, a_project, proposed

from haihe.workspace.chains import items
from haihe.workspace.data.versions import region_of
from haihe.workspace.duties.periods import last_complete
from haihe.workspace.meetings import agenda
from haihe.workspace.months import returns
from workspace_cases import City, small_city

OTHER = ROW | {
    "row": "resource:water",
    "title": {"zh": "用水总量", "en": "Water use"},
    "says": {"zh": "用水总量（北区）：各年都放宽 1%……", "en": "Water use (North): one per cent more…"},
    "unit": "yuan/m3",
    "price": "3.84",
    "low": "2.9",
    "high": "5.1",
    "percent": "2.31",
}
PLACE = "north"


def office() -> dict[str, Any]:
    """Fill the office; gives what the stories must know."""
    city = small_city()
    dataset = small_dataset(city)
    assert dataset.current is not None
    solved(city, dataset.current, [ROW, OTHER])
    today = timezone.localdate()
    _last_meeting(city)
    newest = _months(city)
    chain = chain_board(city, str(region_of(dataset.current)["chains"]["chain"].iloc[0]), dataset)
    point = stuck_point(city, chain, name_en="High-end photoresist")
    items.add(city.people["chief"], chain, _firm(city), "F-01")
    board = a_board(city, unit="TJ")
    projects = [a_project(city, board, f"P{number}", need=20.0 * number) for number in range(1, 6)]
    proposed(city, projects[-1])
    return {
        "version": dataset.current.code,
        "today": today.isoformat(),
        "due": (today + timedelta(days=30)).isoformat(),
        "period": last_complete("month", today),
        "month": newest,
        "chain": chain.code,
        "item": point.code,
        "projects": board.code,
        "moved": projects[-1].name_en,
    }


def _last_meeting(city: City) -> None:
    planner = city.people["planner"]
    fields = {"title": "领导小组第一次专题会", "day": timezone.localdate() - timedelta(days=7)}
    last = agenda.new(planner, city.units["TJ"], fields, [city.units["TJ-BH"]])
    agenda.add(planner, last, {"title_zh": "上年工作回顾", "title_en": "The year behind"})
    agenda.convene(planner, last)


def _months(city: City) -> str:
    """The twelve months before the last one, on the pace of their target; gives the last one, which is still to come."""
    newest, *rest = returns.recent_months(number=14)[1:]
    indicator(city, name_en="Industrial output")
    for each in reversed(rest):
        month(city, each, [row("1000", place=PLACE)])
    target(city, "12000", int(newest[:4]), region=PLACE, name_en="Industrial output of the year")
    return newest


def _firm(city: City) -> dict[str, Any]:
    said = {"name_zh": "示例光电", "name_en": "Example Optics", "kind_of": "strengthen", "evidence": "链上骨干（示例）"}
    return said | {"quality": "illustrative", "source": "DEMO", "owner": city.units["TJ-BH"]}

"""What the browser stories of the kinds of studies start from: a dataset shared with the districts, and their projects on a board."""

from typing import Any

from intake_cases import small_dataset
from project_cases import a_project

from haihe.workspace.projects import keeping
from haihe.workspace.projects.models import Board
from workspace_cases import small_city


def seed() -> dict[str, Any]:
    """Fill the office; gives what the stories must know."""
    city = small_city()
    dataset = small_dataset(city)
    assert dataset.current is not None
    planner, unit = city.people["planner"], city.units["TJ"]
    board = keeping.new_board(planner, unit, "tj", "项目看板", "Board", dataset)
    fields = {"name_zh": "项目看板", "name_en": "Board", "dataset": dataset}
    keeping.change_board(planner, board, fields, [city.units["TJ-BH"]])
    board = Board.objects.select_related("unit", "dataset__current").get(pk=board.pk)
    for code in ("P1", "P2"):
        a_project(city, board, code)
    return {"version": dataset.current.code}

"""A board of the city over the small region with caps and shares of stages; projects of two districts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from django.utils import timezone
from intake_cases import OF_UNITS

from haihe.planning.pipeline_inputs import NAMES
from haihe.region import Region
from haihe.workspace.data.versions import create
from haihe.workspace.projects import keeping
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.moving import propose
from haihe.workspace.projects.rows import Said
from small_region import EVIDENCE, META, small_tables
from workspace_cases import City

SHARES = {"contact": 0.0, "signed": 0.5, "started": 1.0, "built": 1.0, "producing": 1.0}
YEAR = 2017
ROOM = 100.0
WHY = "已签约 / signed"


def day(ago: int = 0) -> date:
    """A day so many days ago."""
    found: date = timezone.localdate() - timedelta(days=ago)
    return found


def capped_tables() -> dict[str, pd.DataFrame]:
    """The small region's tables with a cap for new projects and with what stages hold; ``RES`` is its first resource."""
    tables = small_tables()
    resource = tables["resources"]["resource"].iloc[0]
    unit = tables["resources"]["unit"].iloc[0]
    caps = [
        {"region": region, "resource": resource, "year": YEAR, "value": ROOM, "unit": unit, "purpose": "projects"}
        for region in ("north", "south")
    ]
    tables["endowments"] = pd.concat([tables["endowments"], pd.DataFrame(caps).assign(**EVIDENCE)], ignore_index=True)
    holds = [
        {"stage": stage, "thing": thing, "share": SHARES[stage]} for stage in NAMES for thing in ("other", "money")
    ]
    tables["stage_holds"] = pd.DataFrame(holds).assign(**EVIDENCE)
    return tables


def resource_of() -> tuple[str, str]:
    """Code and unit of the first resource."""
    row = small_tables()["resources"].iloc[0]
    return str(row["resource"]), str(row["unit"])


def a_board(city: City, code: str = "tj", unit: str = "TJ", keeper: str = "planner") -> Board:
    """A board shared with both districts, over the capped region; made once."""
    for name, region in OF_UNITS.items():
        city.units[name].region = region
        city.units[name].save()
    dataset = create(
        city.people[keeper], city.units[unit], f"set-{code}", "底数", "facts", Region(capped_tables(), META)
    )
    board = keeping.new_board(city.people[keeper], city.units[unit], code, "项目看板", "Board", dataset)
    fields = {"name_zh": "项目看板", "name_en": "Board", "dataset": dataset}
    keeping.change_board(city.people[keeper], board, fields, [city.units["TJ-BH"], city.units["TJ-HP"]])
    return Board.objects.select_related("unit", "dataset__current").get(pk=board.pk)


def said(code: str, region: str = "north", need: float = 60.0, **more: Any) -> Said:
    """What a table would say of a project that needs so much of the first resource."""
    resource, unit = resource_of()
    fields = {
        "name_zh": f"项目 {code}", "name_en": f"Project {code}", "chain": "", "sector": "steel", "ownership": "private",
        "stage": "contact", "investment": Decimal(1000), "output": Decimal(500), "need": Decimal(10),
        "source": "S1", "quality": "illustrative", "note": "", "facts": {"start": str(YEAR + 1), "construction": "2"},
    } | more  # fmt: skip
    needs = [{"resource": resource, "value": str(need), "unit": unit, **EVIDENCE}]
    days = {"signed": day(30).isoformat(), "started": day(-300).isoformat()}
    return Said(code, fields, [{"region": region, "extra_cost": "0", **EVIDENCE}], needs, days)


def a_project(
    city: City, board: Board, code: str = "P1", unit: str = "TJ-BH", editor: str = "bh-editor", **more: Any
) -> Project:
    """A project in contact."""
    return keeping.open_project(city.people[editor], board, city.units[unit], said(code, **more))


def proposed(city: City, project: Project, to_stage: str = "signed", ago: int = 0, editor: str = "bh-editor") -> Move:
    """A proposal of the district."""
    return propose(city.people[editor], project, to_stage, day(ago), WHY)


def again(thing: Any) -> Any:
    """Read an object again."""
    return type(thing)._default_manager.get(pk=thing.pk)

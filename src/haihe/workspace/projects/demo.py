"""The demonstration: the example's projects on a board of the city, some of them about to move. All of it is made up."""

from collections.abc import Mapping

from django.utils import timezone

from haihe.region import Region
from haihe.workspace.data.models import Dataset
from haihe.workspace.projects import keeping, moving
from haihe.workspace.projects.models import Board, Project
from haihe.workspace.projects.rows import SPECS, said_in
from haihe.workspace.projects.stages import following
from haihe.workspace.units.models import Person, Unit

CITY, READER, NEIGHBOUR = "TJ", "IIB", "BJ"
CODE = "tianjin"
EDITORS = {"TJ-BH": ("bh-editor", "bh-approver"), "TJ-XQ": ("xq-editor", "xq-approver")}
WHY = "投资协议已签署、用地预审已通过（示例） / agreement signed, land pre-checked (made up)"
BACK = "请补充节能审查意见（示例） / add the energy review, please (made up)"
EACH = 3
"""Proposals of each district that has an editor: one confirmed, one sent back, one that waits."""


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Make the board with the example's projects, each of the district where it stands; propose and confirm some moves."""
    if not region.has("projects"):
        return
    planner = people["wang"]
    dataset = Dataset.objects.get(code="jing-jin-ji")
    board = keeping.new_board(
        planner, units[CITY], CODE, "天津市项目看板（示例）", "Tianjin project board (example)", dataset, "cli"
    )
    sites = {unit.region: unit for unit in units.values() if unit.region and unit.code != CITY}
    fields = {"name_zh": board.name_zh, "name_en": board.name_en, "dataset": dataset}
    readers = [units[READER]] if READER in units else []
    keeping.change_board(planner, board, fields, sites.values(), readers, channel="cli")
    for said in said_in({name: region.frame(name) for name in SPECS}).values():
        unit = sites.get(said.region, units[CITY])
        keeping.open_project(planner, board, unit, said, said.fields["stage"] or keeping.FIRST, "cli")
    for code, (editor, approver) in EDITORS.items():
        _move(board, units[code], people[editor], people[approver])
    _share(board, planner, units)


def _move(board: Board, unit: Unit, editor: Person, approver: Person) -> None:
    """Let a district propose the next stage of a few projects; its approver confirms one and sends one back."""
    there = Project.objects.filter(board=board, unit=unit, stage__in=("contact", "signed")).order_by("code")
    for at, project in enumerate(there[:EACH]):
        stage = following(project.stage)[0]
        move = moving.propose(editor, project, stage, timezone.localdate(), WHY, channel="cli")
        if move.scarce and at == 0:
            moving.confirm(approver, move, channel="cli")
        elif move.scarce and at == 1:
            moving.send_back(approver, move, BACK, channel="cli")


def _share(board: Board, planner: Person, units: Mapping[str, Unit]) -> None:
    """Share one project of Binhai with the neighbouring region, as in a joint library."""
    project = Project.objects.filter(board=board, unit=units["TJ-BH"]).order_by("-code").first()
    if project is not None and NEIGHBOUR in units:
        keeping.share_project(planner, project, [units[NEIGHBOUR]], channel="cli")

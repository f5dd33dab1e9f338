"""Projects come in by workbook: the tables projects, project_sites, project_resources and pipeline."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

import pandas as pd
from django.db.models import QuerySet

from haihe.messages import Findings, Text
from haihe.region.draft import Draft
from haihe.region.issues import Issue, to_findings
from haihe.region.spec import TableSpec
from haihe.region.units import compatible
from haihe.workspace.audit.chain import store
from haihe.workspace.intake.models import Upload
from haihe.workspace.intake.targets import Target
from haihe.workspace.intake.uploads import frames
from haihe.workspace.projects import keeping, moving
from haihe.workspace.projects.actions import EDIT, KEEP
from haihe.workspace.projects.holdings import ground_of
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.rows import SPECS, Said, frames_of, said_in
from haihe.workspace.projects.stages import LEFT
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.codes import SLUG
from haihe.workspace.units.models import Owned, Person, Unit

Tables = Mapping[str, pd.DataFrame]
NAMED = {
    ("projects", "chain"): "chains",
    ("projects", "sector"): "sectors",
    ("project_sites", "region"): "regions",
    ("project_resources", "resource"): "resources",
}
"""Columns whose codes must stand in a table of the board's dataset."""


class ProjectsTarget(Target):
    """The projects of a unit on a board; the board's keeper sends in those of every unit."""

    code: ClassVar = "projects"
    name: ClassVar = Text("项目", "projects")
    kind: ClassVar = Board
    upload_action: ClassVar = EDIT
    confirm_action: ClassVar = EDIT
    fetches: ClassVar = ("shared",)

    def title(self, thing: Owned) -> Text:
        """Give the board's name."""
        return _board(thing).name

    def specs(self, thing: Owned) -> Mapping[str, TableSpec]:
        """Give the tables of projects."""
        del thing
        return SPECS

    def units(self, person: Person, thing: Owned) -> list[Unit]:
        """Give the units of the board for which a person edits; for the keeping unit, whose workbook is the whole board, keeps it."""
        keeper = _board(thing).unit
        return [each for each in super().units(person, thing) if each != keeper or person.may(KEEP, keeper)]

    def decides(self, thing: Owned, unit: Unit) -> bool:
        """The stages that the board's keeper states are in force at once."""
        return unit.pk == _board(thing).unit_id

    def current(self, thing: Owned, unit: Unit) -> dict[str, pd.DataFrame]:
        """Give the unit's projects; to the keeper, every one."""
        return frames_of(of_unit(_board(thing), unit))

    def mark(self, thing: Owned, unit: Unit) -> str:
        """Name the editions of these projects."""
        said = json.dumps(list(of_unit(_board(thing), unit).values_list("code", "edition")))
        return hashlib.sha256(said.encode()).hexdigest()

    def check(self, thing: Owned, upload: Upload, draft: Draft) -> Findings:
        """Give what is wrong with the form, codes that the dataset does not know, and codes that are another unit's."""
        issues = [*draft.issues, *_unknown(_board(thing), draft), *_foreign(_board(thing), upload.unit, draft)]
        return to_findings(issues, draft.origins)

    def prepare(self, tables: Tables) -> None:
        """Keep the tables, so that the change can be undone and done again."""
        for name, frame in tables.items():
            frames().put(name, frame)

    def apply(self, person: Person, thing: Owned, tables: Tables, upload: Upload) -> str:
        """Open, change and take out projects as the tables say."""
        board = (
            Board.objects.select_for_update(of=("self",)).select_related("unit", "dataset__current").get(pk=thing.pk)
        )
        before = self.current(board, upload.unit)
        replaced = {name: frames().put(name, before[name]) for name in tables}
        bring(person, board, upload, before, before | dict(tables))
        said = {"upload": upload.code, "tables": replaced, "mark": self.mark(board, upload.unit)}
        board.kept = [*board.kept, said]
        store(person.actor(EDIT, "import"), "import", board)
        return str(board.code)

    def undo(self, person: Person, thing: Owned, upload: Upload, reason: str) -> str:
        """Bring back what the projects were before the upload; done again, what the upload said."""
        board = (
            Board.objects.select_for_update(of=("self",)).select_related("unit", "dataset__current").get(pk=thing.pk)
        )
        kept = next(each for each in reversed(board.kept) if each["upload"] == upload.code)
        for move in Move.objects.filter(upload=upload.code, withdrawn=False).exclude(state=APPROVED):
            moving.withdraw(person, move, channel="import")
        before = self.current(board, upload.unit)
        now = {name: frames().put(name, before[name]) for name in kept["tables"]}
        bring(person, board, upload, before, before | frames().all(kept["tables"], SPECS))
        kept["tables"], kept["mark"] = now, self.mark(board, upload.unit)
        store(person.actor(EDIT, "import"), "undo", board, reason=reason)
        return str(board.code)

    def standing(self, thing: Owned, upload: Upload) -> Text | None:
        """Say that projects were changed since."""
        board = _board(thing)
        kept = next((each for each in reversed(board.kept) if each["upload"] == upload.code), None)
        if kept is not None and kept["mark"] == self.mark(board, upload.unit):
            return None
        return Text("其后对项目的改动", "later changes of projects")


def _board(thing: Owned) -> Board:
    return cast("Board", thing)


def of_unit(board: Board, unit: Unit) -> "QuerySet[Project]":
    """Give the projects on a board that a unit sends in."""
    there: QuerySet[Project] = Project.objects.filter(board=board).order_by("code")
    return there if unit.pk == board.unit_id else there.filter(unit=unit)


def bring(person: Person, board: Board, upload: Upload, before: Tables, after: Tables) -> None:
    """Bring projects from what some tables say to what others say.

    The board's keeper puts stages at once. Of any other unit a new project begins in contact, and a stage that differs is
    proposed, to be confirmed where it takes or releases something scarce.
    """
    old, new, direct = said_in(before), said_in(after), upload.unit.pk == board.unit_id
    known = {each.code: each for each in of_unit(board, upload.unit).select_related("unit", "board__unit")}
    units = {unit.region: unit for unit in board.shared.all()} if direct else {}
    for code, said in new.items():
        project = known.get(code)
        if project is None:
            unit = units.get(said.region, upload.unit)
            stage = said.fields["stage"] if direct else keeping.FIRST
            project = keeping.open_project(person, board, unit, said, stage, "import")
        elif old.get(code) != said:
            project.board = board
            keeping.restate(person, project, said, channel="import")
        else:
            continue
        keeping.put_stage(person, project, said, upload.code, direct)
    for code in old.keys() - new.keys():
        gone = Said(code, old[code].fields | {"stage": LEFT})
        keeping.put_stage(person, known[code], gone, upload.code, direct)


def _unknown(board: Board, draft: Draft) -> Iterator[Issue]:
    """Give codes that the board's dataset does not know, and units that do not fit the resource."""
    ground = ground_of(board)
    for (table, column), where in NAMED.items():
        if table not in draft.tables or not ground.names:
            continue
        cells = draft.tables[table][column]
        for odd in (~cells.isin(list(ground.names[where])) & cells.notna()).to_numpy().nonzero()[0]:
            at = int(odd)
            yield Issue("E-PJT-04", table, at, column, {"value": cells.iloc[at]})
    needs = draft.tables.get("project_resources")
    if needs is not None:
        for at, (name, unit) in enumerate(zip(needs["resource"], needs["unit"], strict=True)):
            if name in ground.units and isinstance(unit, str) and not compatible(unit, ground.units[name]):
                yield Issue("E-PJT-05", "project_resources", at, "unit", {"value": unit, "unit": ground.units[name]})


def _foreign(board: Board, unit: Unit, draft: Draft) -> Iterator[Issue]:
    """Give codes that cannot stand in addresses, or that are a project's of another unit or board."""
    table: Any = draft.tables.get("projects")
    if table is None:
        return
    mine = set(of_unit(board, unit).values_list("code", flat=True))
    taken = set(Project.objects.filter(code__in=list(table["project"].dropna())).values_list("code", flat=True)) - mine
    for at, code in enumerate(table["project"]):
        if isinstance(code, str) and (not SLUG.fullmatch(code) or len(code) > keeping.MOST):
            yield Issue("E-PJT-01", "projects", at, "project", {"value": code, "most": keeping.MOST})
        elif code in taken:
            yield Issue("E-PJT-02", "projects", at, "project", {"value": code})

"""Scenarios: read them, make them, say what they set, share them, move them to another version.

A scenario is copied by reading it and making another with its edits.
"""

from datetime import datetime
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Line, LongWords, Name, Shown, named, step
from haihe.workspace.data.models import Version
from haihe.workspace.scenarios import editing, moving
from haihe.workspace.scenarios.actions import EDIT, READ
from haihe.workspace.scenarios.forms import versions_for
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units.models import Unit

SECTION = Section("scenarios", Text("情景", "Scenarios"))
Code = Annotated[str, StringConstraints(max_length=40)]
Value = Annotated[str, StringConstraints(max_length=4000)]


class EditShape(BaseModel):
    """A cell that a scenario sets: table, record (key values joined by ``|``), column, value as a file holds it, why."""

    model_config = ConfigDict(extra="forbid")

    table: Shown
    record: Annotated[str, StringConstraints(max_length=400)]
    column: Shown
    value: Value
    reason: LongWords = ""


class ScenarioOut(BaseModel):
    """A scenario; ``shared`` where all who see the dataset see it; ``sha256`` of what it sets."""

    code: str
    name: Name
    unit: str
    dataset: str
    version: str
    about: str
    shared: bool
    sha256: str
    edits: list[EditShape]
    changed: datetime
    created_by: str
    edition: int


class ScenarioIn(BaseModel):
    """A new scenario of a unit on a data version."""

    model_config = ConfigDict(extra="forbid")

    code: Code
    name_zh: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    name_en: Line = ""
    unit: Shown
    version: Shown
    about: LongWords = ""
    edits: list[EditShape] = Field(default=[], max_length=editing.MOST)


class EditsIn(BaseModel):
    """Exactly the cells that a scenario sets."""

    model_config = ConfigDict(extra="forbid")

    edits: list[EditShape] = Field(max_length=editing.MOST)


class VersionIn(BaseModel):
    """The data version to which a scenario goes."""

    model_config = ConfigDict(extra="forbid")

    version: Shown


def scenario_out(scenario: Scenario) -> ScenarioOut:
    """Give what is said of a scenario."""
    same = ("code", "about", "shared", "sha256", "changed", "created_by", "edition")
    return ScenarioOut(
        **{name: getattr(scenario, name) for name in same},
        name=named(scenario.name),
        unit=scenario.unit.code,
        dataset=scenario.dataset.code,
        version=scenario.version.code,
        edits=[EditShape(**dict(zip(EditShape.model_fields, edit, strict=True))) for edit in scenario.edits],
    )


def _written(edits: list[EditShape]) -> list[list[str]]:
    return [[each.table, each.record, each.column, each.value, each.reason] for each in edits]


def _unit(request: Call, code: str) -> Unit:
    """Give the unit for which the caller makes scenarios; ``E-INT-11`` for any other."""
    unit: Unit | None = request.user.units(EDIT).exclude(kind_of="firm").filter(code=code).first()
    if unit is None:
        raise HaiheError("E-INT-11", column="unit", value=code)
    return unit


def _version(request: Call, code: str) -> Version:
    """Give an approved version that the caller sees; ``E-INT-11`` for any other."""
    version: Version | None = versions_for(request.user).filter(code=code).first()
    if version is None:
        raise HaiheError("E-INT-11", column="version", value=code)
    return version


@SECTION.get("/scenarios", READ, Text("列出可见的情景", "list the scenarios that I see"), Paged[ScenarioOut])
def scenarios(request: Call, asked: Query[Asked]) -> Paged[ScenarioOut]:
    """List scenarios in the order of their codes."""
    seen = Scenario.objects.visible_to(request.user).select_related("unit", "dataset", "version")
    return paged(seen, asked, "code", scenario_out)


@SECTION.get("/scenarios/{code}", READ, Text("读取一个情景", "read a scenario"), ScenarioOut, of=Scenario)
def scenario(thing: Scenario) -> ScenarioOut:
    """Give a scenario with all that it sets."""
    return scenario_out(thing)


@SECTION.post("/scenarios", EDIT, Text("新建情景", "make a scenario"), ScenarioOut, status=201)
def make_scenario(request: Call, sent: ScenarioIn) -> Made:
    """Make a scenario; nothing is kept where one of its edits does not fit."""
    unit, version = _unit(request, sent.unit), _version(request, sent.version)
    names = sent.name_zh, sent.name_en, sent.about
    made = editing.new(request.user, unit, version, sent.code, *names, _written(sent.edits), "api")
    return Made(scenario_out(made), f"/api/v1/scenarios/{made.code}")


@SECTION.post(
    "/scenarios/{code}/edits",
    EDIT,
    Text("设定情景的全部修改", "set all that a scenario changes"),
    ScenarioOut,
    of=Scenario,
)
def state_edits(request: Call, thing: Scenario, sent: EditsIn) -> ScenarioOut:
    """Let a scenario set exactly these cells."""
    editing.state(request.user, thing, _written(sent.edits), channel="api")
    return scenario_out(thing)


@SECTION.post(
    "/scenarios/{code}/move", EDIT, Text("移到其他数据版本", "move to another data version"), ScenarioOut, of=Scenario
)
def move_scenario(request: Call, thing: Scenario, sent: VersionIn) -> ScenarioOut:
    """Let a scenario stand on another version of its dataset; cells whose record is gone go."""
    moving.move(request.user, thing, _version(request, sent.version), channel="api")
    return scenario_out(thing)


SHARE, DRAFT = Text("共享情景", "share a scenario"), Text("改为草稿", "make a scenario a draft again")
for name, words, do in (("share", SHARE, editing.share), ("withdraw", DRAFT, editing.withdraw)):
    path = f"/scenarios/{{code}}/{name}"
    step(SECTION, f"{name}_scenario", path, EDIT, words, ScenarioOut, Scenario, do, scenario_out)

"""Studies: ask for them, see how far they are, read what they found, number by number."""

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404
from ninja import Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import Line, Name, Shown, named, step
from haihe.workspace.data.models import Version
from haihe.workspace.frame.layout import language_of
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies import asking
from haihe.workspace.studies.actions import ASK, READ
from haihe.workspace.studies.kinds import KINDS
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Unit

SECTION = Section("studies", Text("测算", "Studies"))
Key = Annotated[str, StringConstraints(max_length=128)]
Setting = bool | int | float | str | list[str] | None


class StudyOut(BaseModel):
    """A study; ``mark`` is the hash of kind, inputs and version of haihe: equal marks, one result."""

    code: str
    name: Name
    kind: str
    unit: str
    version: str
    sha256: str
    scenario: str | None
    edits: list[list[str]]
    settings: dict[str, Any]
    state: str
    job: str | None
    mark: str
    haihe: str
    created: datetime
    created_by: str
    edition: int


class StudyIn(BaseModel):
    """A study to be asked for: a kind on a data version for an office, with a scenario or without."""

    model_config = ConfigDict(extra="forbid")

    kind: Shown
    unit: Shown
    version: Shown
    scenario: Shown = ""
    settings: dict[Shown, Setting] = Field(default_factory=dict, max_length=50)
    name_zh: Line = ""
    name_en: Line = ""


class PieceOut(BaseModel):
    """A figure or table that a study found."""

    key: str
    title: Name
    charted: bool
    quality: str | None
    rows: int


class ResultOut(BaseModel):
    """What a study found: sentences, numbers, and which figures and tables there are."""

    lines: list[Name]
    numbers: dict[str, Any]
    tables: list[PieceOut]


class StudyColumnOut(BaseModel):
    """A column of a table: its key, title and unit in the caller's language, and what its values are."""

    key: str
    title: str
    unit: str
    kind: str | None


class StudyTableOut(BaseModel):
    """A table of a study: numbers in full, names in the caller's language, null where missing."""

    key: str
    title: str
    source: str
    quality: str | None
    notes: list[str]
    columns: list[StudyColumnOut]
    rows: list[list[bool | int | float | str | None]]


def study_out(study: Study) -> StudyOut:
    """Give what is said of a study."""
    same = ("code", "sha256", "edits", "settings", "state", "mark", "created", "created_by", "edition")
    return StudyOut(
        **{name: getattr(study, name) for name in same},
        name=named(study.name),
        kind=study.kind_code,
        unit=study.unit.code,
        version=study.version.code,
        scenario=study.scenario.code if study.scenario else None,
        job=study.job.code if study.job else None,
        haihe=study.made_with,
    )


def _one(query: Any, code: str, column: str) -> Any:
    """Give the object of a code; ``E-INT-11`` where the caller may not name it."""
    found = query.filter(code=code).first()
    if found is None:
        raise HaiheError("E-INT-11", column=column, value=code)
    return found


@SECTION.get("/studies", READ, Text("列出可见的测算", "list the studies that I see"), Paged[StudyOut])
def studies(request: Call, asked: Query[Asked]) -> Paged[StudyOut]:
    """List studies in the order of their codes."""
    seen = Study.objects.visible_to(request.user).select_related("unit", "version", "scenario", "job")
    return paged(seen, asked, "code", study_out)


@SECTION.post("/studies", ASK, Text("发起测算", "ask for a study"), StudyOut, status=201)
def ask_study(request: Call, sent: StudyIn) -> Made:
    """Ask for a study; it is done in the background, at once where equal inputs were computed before."""
    person = request.user
    if sent.kind not in KINDS:
        raise HaiheError("E-INT-11", column="kind", value=sent.kind)
    unit: Unit = _one(person.units(ASK).exclude(kind_of="firm"), sent.unit, "unit")
    version: Version = _one(Version.objects.visible_to(person).select_related("dataset"), sent.version, "version")
    scenario: Scenario | None = None
    if sent.scenario:
        scenario = _one(Scenario.objects.visible_to(person), sent.scenario, "scenario")
    name = sent.name_zh or sent.name_en
    title = Text(name, sent.name_en or name) if name else None
    made = asking.ask(
        person, unit, version, sent.kind, scenario=scenario, settings=sent.settings, title=title, channel="api"
    )
    return Made(study_out(made), f"/api/v1/studies/{made.code}")


@SECTION.get("/studies/{code}", READ, Text("读取一项测算", "read a study"), StudyOut, of=Study)
def study(thing: Study) -> StudyOut:
    """Give a study and how far it is."""
    return study_out(thing)


@SECTION.get("/studies/{code}/result", READ, Text("读取测算结果", "read what a study found"), ResultOut, of=Study)
def study_result(thing: Study) -> ResultOut:
    """Give the sentences and numbers, and which tables there are; ``E-STU-10`` until it is done."""
    result = asking.kept_of(thing)
    return ResultOut(
        lines=[named(line) for line in result.lines],
        numbers=dict(result.numbers),
        tables=[
            PieceOut(key=key, title=named(piece.title), charted=piece.charted, quality=piece.quality, rows=piece.rows)
            for key, piece in result.pieces.items()
        ],
    )


@SECTION.get(
    "/studies/{code}/tables/{table}",
    READ,
    Text("读取结果中的一张表", "read a table that a study found"),
    StudyTableOut,
    of=Study,
    limit="rows",
)
def study_table(request: Call, thing: Study, table: Path[Key]) -> StudyTableOut:
    """Give one table, or the one behind a figure."""
    piece = asking.kept_of(thing).pieces.get(table)
    if piece is None:
        raise Http404
    found, lang = piece.table, language_of(request)
    return StudyTableOut(
        key=table,
        title=found.title(lang),
        source=found.source(lang),
        quality=found.quality,
        notes=[note(lang) for note in found.notes],
        columns=[
            StudyColumnOut(
                key=each.key, title=each.title(lang), unit=each.unit(lang) if each.unit else "", kind=each.kind
            )
            for each in found.columns
        ],
        rows=found.raw_rows(lang),
    )


step(
    SECTION,
    "cancel_study",
    "/studies/{code}/cancel",
    ASK,
    Text("取消测算", "cancel a study"),
    StudyOut,
    Study,
    asking.stop,
    study_out,
)


@SECTION.post("/studies/{code}/again", ASK, Text("重新测算", "run a study again"), StudyOut, of=Study)
def again_study(request: Call, thing: Study) -> StudyOut:
    """Run a study that is over once more, with the version of haihe that runs now."""
    asking.again(request.user, thing, channel="api")
    return study_out(thing)


@SECTION.post("/studies/{code}/delete", ASK, Text("删除测算", "delete a study"), StudyOut, of=Study)
def delete_study(request: Call, thing: Study) -> StudyOut:
    """Delete a study that the caller asked for; gives what it was."""
    said = study_out(thing)
    asking.delete(request.user, thing, channel="api")
    return said

"""Plans: prepared from studies, published, their numbers, what is derived from them, where reality left them."""

from datetime import date, datetime
from typing import Any

from ninja import Query
from pydantic import BaseModel, ConfigDict, Field

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Made, Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.said import LongWords, Name, Shown, named, step
from haihe.workspace.plans import publishing, reality, replanning
from haihe.workspace.plans.actions import DERIVE, PREPARE, PUBLISH, READ
from haihe.workspace.plans.deriving import derive
from haihe.workspace.plans.models import Made as Thing
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.numbers import numbers_of
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Unit

SECTION = Section("plans", Text("规划方案", "Plans"))
WORDS = r"^[^\x00-\x1f\x7f]*$"
NAMED = r"^[^\x00-\x1f\x7f]+$"


class PlanOut(BaseModel):
    """A plan and everything that names it exactly: hashes of data, scenario, result, solved plan and numbers."""

    code: str
    name: Name
    unit: str
    about: str
    stage: str
    study: str
    version: str
    sha256: str
    edits: list[list[str]]
    edits_sha256: str
    settings: dict[str, Any]
    haihe: str
    index: str
    solved: str
    figures: str
    first_year: int | None
    last_year: int | None
    illustrative: bool
    submitted_by: str
    approved_by: str
    approved_at: datetime | None
    returned: str
    withdrawn_at: datetime | None
    why_withdrawn: str
    edition: int


class PlanIn(BaseModel):
    """A plan to be prepared from a study that is done, in an office's name."""

    model_config = ConfigDict(extra="forbid")

    study: Shown
    unit: Shown
    name_zh: str = Field(min_length=1, max_length=200, pattern=NAMED)
    name_en: str = Field("", max_length=200, pattern=WORDS)
    about: LongWords = ""


class WordsIn(BaseModel):
    """What a draft is called and says of itself."""

    model_config = ConfigDict(extra="forbid")

    name_zh: str = Field(min_length=1, max_length=200, pattern=NAMED)
    name_en: str = Field("", max_length=200, pattern=WORDS)
    about: LongWords = ""


class NumberOut(BaseModel):
    """A number of a plan: ``value`` is the library's own, written in full; ``key`` names it when it is ticked."""

    key: str
    kind: str
    what: str
    title: Name
    region: str
    year: int | None
    value: str
    unit: str
    quality: str


class NumbersOut(BaseModel):
    """The numbers of a plan; money at prices of ``price_base``."""

    years: list[int]
    price_base: int
    items: list[NumberOut]


class TicksIn(BaseModel):
    """Keys of the numbers of which something shall be made."""

    model_config = ConfigDict(extra="forbid")

    keys: list[LongWords] = Field(min_length=1, max_length=500)


class ThingOut(BaseModel):
    """Something made of a number: its kind and code."""

    key: str
    kind: str
    thing_kind: str
    thing: str
    beside: str
    made_by: str


class ThingsOut(BaseModel):
    """What was made of a plan."""

    items: list[ThingOut]


class SpotOut(BaseModel):
    """Planned and reached on a day; null where there is none."""

    day: date
    planned: str | None
    between: bool
    reached: str | None
    deviation: str | None
    light: str
    rule: Name


class CourseOut(BaseModel):
    """An indicator of a place beside the plan; ``off_since`` the day since which it has been yellow or red."""

    key: str
    name: Name
    unit: str
    off_since: date | None
    spots: list[SpotOut]


class StartOut(BaseModel):
    """A project of a plan beside the board and the rounds; money in 亿元."""

    project: str
    name: Name
    planned: int
    started: int | None
    stage: str | None
    support: str
    awarded: str | None
    paid: str | None
    light: str


class RealityOut(BaseModel):
    """Where reality left a plan."""

    courses: list[CourseOut]
    starts: list[StartOut]


class AgainIn(BaseModel):
    """The milestone until which decisions stand."""

    model_config = ConfigDict(extra="forbid")

    until: int = Field(ge=1900, le=2200)


class AgainOut(BaseModel):
    """The study that plans again."""

    study: str


def plan_out(plan: Plan) -> PlanOut:
    """Give what is said of a plan."""
    other = ("name", "unit", "study", "version")
    same: dict[str, Any] = {name: getattr(plan, name) for name in PlanOut.model_fields if name not in other}
    return PlanOut(name=named(plan.name), unit=plan.unit.code, study=plan.study.code, version=plan.version.code, **same)


@SECTION.get("/plans", READ, Text("列出可见的规划方案", "list plans"), Paged[PlanOut])
def plans(request: Call, asked: Query[Asked]) -> Paged[PlanOut]:
    """List plans in the order of their codes."""
    seen = Plan.objects.visible_to(request.user).staged().select_related("unit", "study", "version")
    return paged(seen, asked, "code", plan_out)


@SECTION.post("/plans", PREPARE, Text("由测算拟定方案", "prepare a plan from a study"), PlanOut, status=201)
def prepare_plan(request: Call, sent: PlanIn) -> Made:
    """Prepare a plan; its numbers are read in the background, then it can be handed in."""
    person = request.user
    unit: Unit | None = person.units(PREPARE).exclude(kind_of="firm").filter(code=sent.unit).first()
    seen = Study.objects.visible_to(person).filter(code=sent.study)
    study: Study | None = seen.select_related("job", "version__dataset").first()
    for column, found in (("unit", unit), ("study", study)):
        if found is None:
            raise HaiheError("E-INT-11", column=column, value=getattr(sent, column))
    assert unit is not None
    assert study is not None
    made = publishing.prepare(person, unit, study, sent.name_zh, sent.name_en, sent.about, "api")
    return Made(plan_out(made), f"/api/v1/plans/{made.code}")


@SECTION.get("/plans/{code}", READ, Text("读取一个方案", "read a plan"), PlanOut, of=Plan)
def plan(thing: Plan) -> PlanOut:
    """Give a plan."""
    return plan_out(thing)


@SECTION.post("/plans/{code}/change", PREPARE, Text("修改草稿说明", "change a draft's words"), PlanOut, of=Plan)
def change_plan(request: Call, thing: Plan, sent: WordsIn) -> PlanOut:
    """Change what a draft is called and says of itself; all else of it comes from its study."""
    publishing.change(request.user, thing, sent.name_zh, sent.name_en, sent.about, channel="api")
    return plan_out(thing)


@SECTION.post("/plans/{code}/delete", PREPARE, Text("删除草稿", "delete a draft"), PlanOut, of=Plan)
def delete_plan(request: Call, thing: Plan) -> PlanOut:
    """Delete a draft; gives what it said."""
    said = plan_out(thing)
    publishing.drop(request.user, thing, channel="api")
    return said


@SECTION.get("/plans/{code}/numbers", READ, Text("读取方案数字", "read a plan's numbers"), NumbersOut, of=Plan)
def plan_numbers(thing: Plan) -> NumbersOut:
    """Give every number of a plan on which something can be derived."""
    read = numbers_of(thing)
    fields = ("key", "kind", "what", "region", "year", "value", "unit", "quality")
    items = [NumberOut(title=named(read.title(row)), **{name: row[name] for name in fields}) for row in read.rows]
    return NumbersOut(years=list(read.years), price_base=read.price_base, items=items)


def _thing(each: Thing) -> ThingOut:
    names = ("key", "thing_kind", "thing", "beside", "made_by")
    return ThingOut(kind=each.kind_of, **{name: getattr(each, name) for name in names})


@SECTION.get("/plans/{code}/made", READ, Text("由方案生成的内容", "what was made of a plan"), ThingsOut, of=Plan)
def made_of_plan(thing: Plan) -> ThingsOut:
    """Give what was derived from a plan."""
    return ThingsOut(items=[_thing(each) for each in Thing.objects.filter(plan=thing)])


@SECTION.post("/plans/{code}/derive", DERIVE, Text("由方案生成", "derive from a plan"), ThingsOut, of=Plan)
def derive_plan(request: Call, thing: Plan, sent: TicksIn) -> ThingsOut:
    """Make targets, duties and problems of numbers of a plan in force; what was made before is left; gives what is new."""
    made = derive(request.user, thing, sent.keys, thing.edition, "api")
    return ThingsOut(items=[_thing(each) for each in made])


def _plain(value: Any) -> str | None:
    return None if value is None else f"{value:f}"


@SECTION.get("/plans/{code}/reality", READ, Text("方案与实际", "where reality left a plan"), RealityOut, of=Plan)
def plan_reality(request: Call, thing: Plan) -> RealityOut:
    """Give planned and reached side by side, as the caller may see them."""
    courses = [
        CourseOut(
            key=course.key,
            name=named(course.name),
            unit=course.unit,
            off_since=course.off_since.day if course.off_since else None,
            spots=[
                SpotOut(
                    day=spot.day,
                    planned=_plain(spot.planned),
                    between=spot.between,
                    reached=_plain(spot.actual),
                    deviation=_plain(spot.deviation),
                    light=light.mark,
                    rule=named(light.rule),
                )
                for spot, light in course.spots
            ],
        )
        for course in reality.courses(request.user, thing)
    ]
    starts = [
        StartOut(
            project=start.made.row["what"],
            name=named(start.title),
            planned=start.planned,
            started=start.reached,
            stage=start.project.stage if start.project else None,
            support=f"{start.support:f}",
            awarded=_plain(start.awarded),
            paid=_plain(start.paid),
            light=start.light.mark,
        )
        for start in reality.starts(request.user, thing)
    ]
    return RealityOut(courses=courses, starts=starts)


@SECTION.post("/plans/{code}/again", DERIVE, Text("由此重新规划", "plan again from here"), AgainOut, of=Plan)
def again_plan(request: Call, thing: Plan, sent: AgainIn) -> AgainOut:
    """Ask for a study that holds what was decided until a milestone and plans the rest anew."""
    return AgainOut(study=replanning.plan_again(request.user, thing.unit, thing, sent.until, "api").code)


step(SECTION, "submit_plan", "/plans/{code}/submit", PREPARE, Text("提交方案", "hand a plan in"), PlanOut, Plan,
     publishing.submit, plan_out)  # fmt: skip
step(SECTION, "publish_plan", "/plans/{code}/publish", PUBLISH, Text("审批发布", "publish a plan"), PlanOut, Plan,
     publishing.publish, plan_out, scope="approve")  # fmt: skip
step(SECTION, "return_plan", "/plans/{code}/return", PUBLISH, Text("退回方案", "send a plan back"), PlanOut, Plan,
     publishing.send_back, plan_out, reason=True, scope="approve")  # fmt: skip
step(SECTION, "withdraw_plan", "/plans/{code}/withdraw", PUBLISH, Text("撤回方案", "withdraw a plan"), PlanOut, Plan,
     publishing.withdraw, plan_out, reason=True, scope="approve")  # fmt: skip

"""Pages of plans: the list, one with all that it rests on, preparing, handing in, publishing, withdrawing, its figures."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.duties import turns
from haihe.workspace.duties.models import Duty
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Column, Listing, Stages
from haihe.workspace.frame.names import who
from haihe.workspace.frame.register import links_on
from haihe.workspace.frame.table_files import FORMS, table_file
from haihe.workspace.jobs.models import Job
from haihe.workspace.papers import services as papers
from haihe.workspace.plans import publishing
from haihe.workspace.plans.actions import DERIVE, PREPARE, PUBLISH, READ
from haihe.workspace.plans.deriving import things_of
from haihe.workspace.plans.forms import PlanForm, WordsForm
from haihe.workspace.plans.models import IN_FORCE, STAGES, SUPERSEDED, WITHDRAWN, Plan
from haihe.workspace.studies.asking import folder_of
from haihe.workspace.studies.kept import Result, read
from haihe.workspace.studies.said import settings_of
from haihe.workspace.studies.study_pages import change_said, piece_of
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

PLANS = Text("规划方案", "Plans")
NEW = Text("由测算拟定方案", "Prepare a plan from a study")
EDIT = Text("修改方案说明", "Change what the plan says of itself")
FIRST = 4
"""Figures that a plan's own page shows; the others stand one by one."""
TABLE = "table"

LIST = Listing(
    PLANS,
    (
        Column(Text("方案", "Plan"), lambda each: each.name, sort="name_zh", url=lambda each: each.get_absolute_url()),
        Column(Text("发布单位", "Published by"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("数据集", "Dataset"), lambda each: each.version.dataset.name, sort="version__dataset__code"),
        Column(Text("版本", "Version"), lambda each: each.version.number, sort="version__number"),
        Column(Text("年份", "Years"), lambda each: each.years or None, sort="first_year"),
        Column(Text("状态", "State"), lambda each: each.stage_name, sort="state", mark=lambda each: each.stage_mark),
        Column(Text("发布时间", "Published"), lambda each: each.approved_at, sort="approved_at"),
        Column(Text("发布人", "Published by whom"), who("approved_by"), sort="approved_by"),
        Column(Text("已生成", "Derived"), lambda each: each.derived),
        Column(Text("数据", "Facts"), lambda each: Text("示例", "illustrative") if each.illustrative else None),
    ),
    search=("name_zh", "name_en", "pinyin", "code"),
    choices=(
        Stages(
            "state",
            Text("状态", "State"),
            tuple(STAGES.items()),
            conditions={
                DRAFT: Q(state=DRAFT),
                SUBMITTED: Q(state=SUBMITTED),
                IN_FORCE: Q(state=APPROVED, withdrawn_at=None, newer=False),
                SUPERSEDED: Q(state=APPROVED, withdrawn_at=None, newer=True),
                WITHDRAWN: Q(withdrawn_at__isnull=False),
            },
        ),
    ),
    empty=Text(
        "还没有规划方案。先在“测算”中完成一次规划测算，再由规划人员在此拟定方案，经他人审批后发布。",
        "No plan yet. Run a study of the kind plan first; a planner then prepares a plan from it here, and somebody else "
        "publishes it.",
    ),
    file="plans",
    comes_in=Text("方案由测算得出，不以表格报送", "plans come from studies, not from workbooks"),
)


@page(READ)
def plans(request: Request) -> HttpResponse:
    """List plans."""
    seen = Plan.objects.visible_to(request.user).staged().counted().select_related("unit", "version__dataset")
    return LIST.answer(request, seen, "plans/plans.html", prepares=request.user.may(PREPARE))


@form(PREPARE)
def new(request: Request) -> HttpResponse:
    """Prepare a plan from a study."""
    asked = PlanForm.of(request, initial={"study": request.GET.get("study", "")})
    asked.offer(request.user)
    made: list[Plan] = []

    def make() -> None:
        said = asked.values()
        made.append(publishing.prepare(request.user, said.pop("unit"), said.pop("study"), **said))

    if asked.done(make):
        tell(request, Text("已拟定，正在读出方案数字", "Prepared; its numbers are being read"))
        return redirect(made[0])
    back = reverse("plans:list")
    return asked.page(request, NEW, back=back, trail=[(PLANS, back), (NEW, "")])


@form(PREPARE, of=Plan)
def edit(request: Request, thing: Plan) -> HttpResponse:
    """Change the words of a draft."""
    thing.edit_allowed()
    asked = WordsForm.of(request, thing)
    if asked.done(lambda: publishing.change(request.user, thing, **asked.values(), edition=asked.seen)):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return asked.page(request, EDIT, back=back, trail=[*trail_of(thing, link=True), (EDIT, "")])


def trail_of(plan: Plan, link: bool = False) -> list[tuple[Text, str]]:
    """Give where a page of a plan stands."""
    return [(PLANS, reverse("plans:list")), (plan.name, plan.get_absolute_url() if link else "")]


def printed(plan: Plan) -> Text:
    """Say on paper which plan it is, how far it has come, and what it rests on."""
    stage = plan.stage_name
    return Text(
        f"规划方案 {plan.code} · {stage.zh} · 数据版本 {plan.version.code} · {plan.index[:12]}",
        f"plan {plan.code} · {stage.en} · data version {plan.version.code} · {plan.index[:12]}",
    )


def result_of(plan: Plan) -> Result:
    """Give what the study found, from the plan's own folder; for a draft whose numbers are not read yet, from the study's."""
    if plan.figures or plan.study.job is None:
        return read(plan.folder, {"index": plan.index})
    return read(folder_of(plan.study.job), {"index": plan.index})


@page(READ, of=Plan)
def plan(request: Request, thing: Plan) -> HttpResponse:
    """Show a plan: its state, what it rests on, what it says, what was made of it."""
    person = request.user
    made = things_of(thing, person)
    more: dict[str, Any] = {
        "thing": thing,
        "job": None if thing.figures else Job.objects.visible_to(person).filter(code=thing.job).first(),
        "basis": publishing.what_it_is(thing),
        "settings": settings_of(person, thing.study),
        "changes": [change_said(edit) for edit in thing.edits],
        "successor": thing.successor(),
        "made": [(each, found, _light(found), beside) for each, found, beside in made],
        "hidden": sum(found is None for _, found, _ in made),
        "links": links_on(person, thing),
        "trail": trail_of(thing),
        "printed": printed(thing),
    }
    return render(request, "plans/plan.html", more | _may(request, thing) | _found(thing) | papers.part(person, thing))


def _may(request: Request, plan: Plan) -> dict[str, bool]:
    person = request.user
    draft, prepares, publishes = (
        plan.state == DRAFT,
        acts_on(person, plan, PREPARE),
        acts_on(person, plan, PUBLISH),
    )
    return {
        "edits": prepares and draft,
        "submits": prepares and draft and bool(plan.figures),
        "decides": publishes and plan.state == SUBMITTED,
        "own": plan.state == SUBMITTED and plan.own_of(person),
        "withdraws": publishes and plan.stands,
        "derives": plan.stage == IN_FORCE and acts_on(person, plan, DERIVE),
        "again": plan.published and acts_on(person, plan, DERIVE),
    }


def _light(thing: Any) -> Any:
    """Give the light of a duty; targets have theirs on the page of reality."""
    return turns.light_of(thing) if isinstance(thing, Duty) else None


def _found(plan: Plan) -> dict[str, Any]:
    try:
        result = result_of(plan)
    except HaiheError as error:
        return {"broken": [Text(each.text("zh"), each.text("en")) for each in error.findings]}
    charted = [piece for piece in result.pieces.values() if piece.charted][:FIRST]
    notes = [Text(**each["says"]) for each in result.numbers.get("findings", []) if "says" in each]
    return {"result": result, "notes": notes} | drawn(piece.part for piece in charted)


@page(READ, of=Plan)
def figure(request: Request, thing: Plan, key: str) -> HttpResponse:
    """Show one figure or table of a plan by itself."""
    piece = piece_of(result_of(thing), key)
    tabled = request.GET.get("tab") == TABLE and piece.charted
    part = part_of(piece.table) if tabled else piece.part
    more = {
        "thing": thing,
        "piece": piece,
        "tabled": tabled,
        "files": [(form, reverse("plans:download", args=[thing.code, key, form])) for form in FORMS],
        "basis": publishing.what_it_is(thing),
        "trail": [*trail_of(thing, link=True), (piece.title, "")],
        "printed": printed(thing),
    }
    return render(request, "plans/figure.html", more | drawn([part]))


@page(READ, of=Plan)
def download(request: Request, thing: Plan, key: str, form: str) -> HttpResponse:
    """Give the numbers of one figure or table as a file."""
    return table_file(request, [piece_of(result_of(thing), key).table], f"{thing.code}-{key}", form)


@page(READ, of=Plan)
def workbook(request: Request, thing: Plan) -> HttpResponse:
    """Give every table of a plan as one workbook."""
    return table_file(request, list(result_of(thing).tables.values()), thing.code, "xlsx")


@act(PREPARE, of=Plan)
def drop(request: Request, thing: Plan) -> HttpResponse:
    """Delete a draft."""
    publishing.drop(request.user, thing, edition_of(request))
    tell(request, Text("草稿已删除", "The draft was deleted"))
    return redirect("plans:list")


@act(PREPARE, of=Plan)
def submit(request: Request, thing: Plan) -> HttpResponse:
    """Hand a draft in."""
    publishing.submit(request.user, thing, edition_of(request))
    tell(request, Text("已提交，须由他人审批发布", "Handed in; somebody else publishes it"))
    return redirect(thing)


@act(PUBLISH, of=Plan)
def approve(request: Request, thing: Plan) -> HttpResponse:
    """Publish a plan."""
    publishing.publish(request.user, thing, edition_of(request))
    tell(request, Text("已发布，内容不再变动", "Published; it stays as it is"))
    return redirect(thing)


@act(PUBLISH, of=Plan)
def send_back(request: Request, thing: Plan) -> HttpResponse:
    """Send a plan back."""
    publishing.send_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return redirect(thing)


@act(PUBLISH, of=Plan)
def withdraw(request: Request, thing: Plan) -> HttpResponse:
    """Withdraw a published plan."""
    publishing.withdraw(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已撤回，仍可查阅", "Withdrawn; it stays readable"), "warning")
    return redirect(thing)

"""Pages of performance targets, of reports on them and their acceptance, and of a round's money."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.figures.workbook import write_workbook
from haihe.files import file_name
from haihe.messages import Text
from haihe.region.units import typed
from haihe.rules.money import said_money
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import language_of, tell
from haihe.workspace.frame.lists import XLSX, Choice, Column, Listing, attachment
from haihe.workspace.papers import services as papers
from haihe.workspace.rounds import acceptance, follow
from haihe.workspace.rounds.actions import ACCEPT, APPLY, CHECK, INSIDE, KEEP, MONEY, READ
from haihe.workspace.rounds.call_pages import trail_of
from haihe.workspace.rounds.follow import NAMES, SIDE, seen
from haihe.workspace.rounds.ledger import SIDES
from haihe.workspace.rounds.ledger_forms import GoalForm, ReportForm, TermsForm
from haihe.workspace.rounds.ledger_models import CHECKED, STAGES, Acceptance, Entry, Goal
from haihe.workspace.rounds.ledger_pages import way
from haihe.workspace.rounds.lines import plain_lines
from haihe.workspace.rounds.models import Award, Round
from haihe.workspace.units.approval import APPROVED, DRAFT, STATES, SUBMITTED

GOALS, ACCEPTANCES = Text("绩效目标", "Performance targets"), Text("绩效验收", "Acceptances")
MONEY_OF = Text("资金与绩效", "Money and performance")
GOAL_LIST = Listing(
    GOALS,
    (
        Column(Text("项目", "project"), lambda g: g.award.application.title, "award__application__title",
               lambda g: g.get_absolute_url()),
        Column(Text("申报单位", "firm"), lambda g: g.unit.name, "unit__name_zh"),
        Column(Text("指标", "target"), lambda g: g.name, "name_zh"),
        Column(Text("方向", "sense"), lambda g: g.sense_name, "sense"),
        Column(Text("目标值", "value"), lambda g: float(g.value), "value"),
        Column(Text("计量单位", "unit"), lambda g: typed(g.counted_in)),
        Column(Text("完成年度", "by"), lambda g: str(g.year), "year"),
    ),
    search=("name_zh", "name_en", "pinyin", "award__application__title", "unit__name_zh"),
    empty=Text("还没有绩效目标：在立项页面逐项设定，或上传工作簿。", "No targets yet: set them on an award's page, or upload a workbook."),
    file="performance-targets",
    comes_in="performance",
)  # fmt: skip
ACCEPTANCE_LIST = Listing(
    ACCEPTANCES,
    (
        Column(Text("项目", "project"), lambda a: a.award.application.title, "award__application__title",
               lambda a: a.get_absolute_url()),
        Column(Text("申报单位", "firm"), lambda a: a.unit.name, "unit__name_zh"),
        Column(Text("阶段", "stage"), lambda a: STAGES[a.stage], "stage"),
        Column(Text("年度", "year"), lambda a: str(a.year), "year"),
        Column(Text("状态", "state"), lambda a: a.step_name, "state", mark=lambda a: a.step_mark),
        Column(Text("结果", "result"), lambda a: result(a)),
    ),
    search=("award__application__title", "unit__name_zh", "code"),
    choices=(Choice("state", Text("状态", "state"), tuple(STATES.items())),),
    empty=Text("还没有验收材料：立项单位在立项页面提交。", "No reports yet: firms hand them in on the page of their award."),
    file="acceptances",
    comes_in="acceptances",
)  # fmt: skip


def result(made: Acceptance) -> Text | None:
    """Say whether a report was passed."""
    if made.passed is None:
        return None
    return Text("通过", "passed") if made.passed else Text("未通过", "not passed")


@page(READ)
def goals(request: Request) -> HttpResponse:
    """List the performance targets that the person sees."""
    return GOAL_LIST.answer(request, seen(request.user, Goal).filter(dropped=False))


@page(READ)
def acceptances(request: Request) -> HttpResponse:
    """List the reports that the person sees."""
    return ACCEPTANCE_LIST.answer(request, seen(request.user, Acceptance))


@form(KEEP, of=Award)
def goal(request: Request, thing: Award) -> HttpResponse:
    """Set a performance target."""
    asked = GoalForm.of(request, initial={"year": thing.round.year + 1})

    def service() -> None:
        fields = asked.values()
        acceptance.set_goal(request.user, thing, fields.pop("key"), fields)

    if asked.done(service):
        return _to(request, thing, Text("绩效目标已保存", "The target is saved"))
    return _asked(request, asked, thing, Text("设定绩效目标", "Set a performance target"))


@form(APPLY, of=Award)
def report(request: Request, thing: Award) -> HttpResponse:
    """Enter what was reached."""
    draft = Acceptance.objects.filter(award=thing, state=DRAFT).first()
    initial: dict[str, Any] = {"year": timezone.localdate().year}
    if draft is not None:
        initial = {"stage": draft.stage, "year": draft.year, "remark": draft.words, "edition": draft.edition}
        initial |= {f"figure_{key}": value for key, value in draft.figures.items()}
    asked = ReportForm.of(request, initial=initial)
    asked.ask(acceptance.goals_of(thing))
    made: list[Acceptance] = []

    def service() -> None:
        said = asked.cleaned_data
        made.append(
            acceptance.report(
                request.user, thing, said["stage"], said["year"], asked.figures(), said["remark"], asked.seen
            )
        )

    if asked.done(service):
        tell(request, Text("已保存，可附佐证材料后提交", "Saved; attach papers, then hand it in"))
        return redirect(made[0].get_absolute_url())
    return _asked(request, asked, thing, Text("填报绩效与验收", "Report for acceptance"))


def _to(request: Request, thing: Award, said: Text) -> HttpResponse:
    tell(request, said, "success")
    return redirect(thing.get_absolute_url())


def _asked(request: Request, asked: Any, thing: Award, title: Text) -> HttpResponse:
    answer: HttpResponse = asked.page(request, title, back=thing.get_absolute_url(), trail=way(thing, (title, "")))
    return answer


@page(READ, of=Acceptance)
def one(request: Request, thing: Acceptance) -> HttpResponse:
    """Show a report."""
    person = request.user
    firm, own = acts_on(person, thing, APPLY), thing.own_of(person)
    checks, accepts = acts_on(person, thing, CHECK), acts_on(person, thing, ACCEPT)
    rows = [(each, thing.figures.get(each.key)) for each in acceptance.goals_of(thing.award)]
    part = acceptance.reached_by(thing)
    more = {
        "thing": thing,
        "rows": rows,
        "result": result(thing),
        "stage": STAGES[thing.stage],
        "reached": None if part is None else float(round(part * 100, 2)),
        "edits": firm and thing.state == DRAFT,
        "checks": checks and thing.step == SUBMITTED and not own,
        "accepts": accepts and thing.step == CHECKED and not own,
        "four_eyes": own and accepts and thing.step in (SUBMITTED, CHECKED),
        "sends_back": checks and thing.state == SUBMITTED,
        "reopens": accepts and thing.state == APPROVED,
        "trail": way(thing.award, (STAGES[thing.stage], "")),
        "printed": Text(f"{thing.name.zh} · {thing.step_name.zh}", f"{thing.name.en} · {thing.step_name.en}"),
        **papers.part(person, thing),
    }
    return render(request, "rounds/acceptance.html", more)


def _done(request: Request, thing: Acceptance, said: Text) -> HttpResponse:
    tell(request, said, "success")
    return redirect(thing.get_absolute_url())


@act(APPLY, of=Acceptance)
def submit(request: Request, thing: Acceptance) -> HttpResponse:
    """Hand it in."""
    acceptance.submit(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已提交，等待核查", "Handed in; it will be checked"))


@act(CHECK, of=Acceptance)
def check(request: Request, thing: Acceptance) -> HttpResponse:
    """Note what the check found."""
    acceptance.check(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return _done(request, thing, Text("已核查，待他人验收", "Checked; somebody else accepts it"))


@act(ACCEPT, of=Acceptance)
def accept(request: Request, thing: Acceptance) -> HttpResponse:
    """Accept it."""
    acceptance.accept(request.user, thing, edition_of(request))
    return _done(request, thing, Text("已验收并锁定", "Accepted and locked"))


@act(CHECK, of=Acceptance)
def send_back(request: Request, thing: Acceptance) -> HttpResponse:
    """Send it back to the firm."""
    acceptance.send_back(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return _done(request, thing, Text("已退回企业", "Sent back to the firm"))


@act(ACCEPT, of=Acceptance)
def reopen(request: Request, thing: Acceptance) -> HttpResponse:
    """Un-accept it."""
    acceptance.reopen(request.user, thing, request.POST.get("reason", ""), edition_of(request))
    return _done(request, thing, Text("已撤销验收", "Un-accepted"))


@page(MONEY, of=Round)
def money(request: Request, thing: Round) -> HttpResponse:
    """Show a round's money by side, district and year, with the tables for district finance as one workbook."""
    tables = [follow.budget_table(thing), follow.performance_table(thing)]
    if request.GET.get("as") == "xlsx":
        with tempfile.TemporaryDirectory() as folder:
            book = write_workbook(tables, Path(folder) / "money.xlsx", language_of(request))
            return attachment(book.read_bytes(), f"{file_name(thing.code)}-money.xlsx", XLSX)
    entries = Entry.objects.filter(award__round=thing)
    whole = follow.sums(entries).get(None, follow.Sums())
    by_year = [
        each | {k: said_money(v) for k, v in each.items() if isinstance(v, int) and k != "year"}
        for each in follow.years(entries)
    ]
    more = {
        "thing": thing,
        "sums": [(SIDE[side], [said_money(whole.of(kind, side)) for kind in NAMES]) for side in SIDES],
        "names": list(NAMES.values()),
        "years": by_year,
        "budget": _rows(tables[0]),
        "follow": acceptance.follow_of(thing),
        "sets": acts_on(request.user, thing, KEEP),
        "trail": trail_of(thing, (MONEY_OF, "")),
    }
    return render(request, "rounds/money.html", more)


def _rows(table: Any) -> dict[str, Any]:
    columns = table.columns
    rows = [
        [(column.show(row[column.key]), column.numeric) for column in columns] for row in table.frame.to_dict("records")
    ]
    return {"heads": [(column.heading, column.numeric) for column in columns], "rows": rows, "title": table.title}


@form(KEEP, of=Round)
def terms(request: Request, thing: Round) -> HttpResponse:
    """Say how awards are paid and followed."""
    stored = acceptance.follow_of(thing)
    asked = TermsForm.of(request, stored)
    back = reverse("rounds:money", args=[thing.code])
    if asked.done(lambda: acceptance.set_terms(request.user, thing, asked.values(), asked.seen if stored.pk else None)):
        tell(request, Text("已保存", "Saved"))
        return redirect(back)
    title = Text("拨付与追回办法", "Terms of payment and clawback")
    return asked.page(request, title, back=back, trail=trail_of(thing, (title, "")))


@page(MONEY, of=Award)
def trail(request: Request, thing: Award) -> HttpResponse:
    """Follow an award from its money back to the article, the data and who decided."""
    followed = follow.trail_of(thing)
    more = {
        "thing": thing,
        "found": followed,
        "entries": [(each, said_money(each.amount)) for each in followed.entries],
        "line": thing.line,
        "run": thing.line.run,
        "inside": request.user.may(INSIDE, thing.round.unit),
        "rules": thing.round.rules,
        "trace": plain_lines(thing.line.trace),
        "trail": way(thing, (Text("追溯", "Trail"), "")),
    }
    return render(request, "rounds/trail.html", more)

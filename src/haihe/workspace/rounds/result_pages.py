"""Pages of results: runs and their lines, the public list, objections and their answers, awards."""

from typing import Any

from django.db.models import Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.rules.money import said_money
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import name_of
from haihe.workspace.rounds import awarding, publishing, tasks
from haihe.workspace.rounds.actions import ANSWER, AWARD, INSIDE, OBJECT, RANK, READ
from haihe.workspace.rounds.application_pages import UNLISTED as APPLICATION_UNLISTED
from haihe.workspace.rounds.application_pages import wan
from haihe.workspace.rounds.call_pages import trail_of
from haihe.workspace.rounds.forms import AnswerForm, ObjectForm
from haihe.workspace.rounds.ledger_models import instalment_code
from haihe.workspace.rounds.ledger_pages import part as ledger_part
from haihe.workspace.rounds.models import Application, Award, Line, Objection, Round, Run
from haihe.workspace.rounds.rules import anchor_of, clauses_of, titles_of
from haihe.workspace.rounds.states import APPLICATION_STATES

LINE_STATES = {code: APPLICATION_STATES[code] for code in ("eligible", "ineligible", "undecided")}
DECISIONS = {
    "": Text("—", "—"),
    "funded": Text("拟立项", "funded"),
    "reserve": Text("备选", "reserve"),
    "not_funded": Text("未立项", "not funded"),
}
LINES = Listing(
    Text("逐份结果", "Line by line"),
    (
        Column(Text("名次", "place"), lambda line:  line.place, "place"),
        Column(Text("项目", "project"), lambda line: line.application.title, "application__title",
               lambda line: line.application.get_absolute_url()),
        Column(Text("申报单位", "firm"), lambda line: line.application.unit.name, "application__unit__name_zh"),
        Column(Text("区", "district"), lambda line: line.application.region or None, "application__region"),
        Column(Text("得分", "score"), lambda line: None if  line.score is None else float(line.score), "score"),
        Column(Text("支持额", "support"), lambda line: wan(line.support), "support", unit="万元"),
        Column(Text("市级", "city"), lambda line: wan(line.city), "city", unit="万元"),
        Column(Text("区级", "district part"), lambda line: wan(line.district), "district", unit="万元"),
        Column(Text("资格", "eligibility"), lambda line: LINE_STATES[line.state], "state"),
        Column(Text("决定", "decision"), lambda line: DECISIONS[line.decision], "decision"),
        Column(Text("理由", "reason"), lambda line: _joined(line.reason)),
    ),
    search=("application__title", "application__code", "application__unit__name_zh"),
    choices=(
        Choice("state", Text("资格", "eligibility"), tuple(LINE_STATES.items())),
        Choice("decision", Text("决定", "decision"), tuple(DECISIONS.items())[1:]),
    ),
    file="lines",
    comes_in=Text("结果由规则算出", "results are computed by the rules"),
)  # fmt: skip
PUBLIC = Listing(
    Text("公示名单", "Published list"),
    (
        Column(Text("项目", "project"), lambda a: a.title, "title"),
        Column(Text("申报单位", "firm"), lambda a: a.unit.name, "unit__name_zh"),
        Column(Text("区", "district"), lambda a: a.district.name if a.district else None, "region"),
        Column(Text("拟支持额", "support"), lambda a: wan(a.support), "support", unit="万元"),
    ),
    search=("title", "unit__name_zh", "unit__name_en"),
    empty=Text("名单尚未公示。", "The list is not published yet."),
    file="published",
    comes_in=Text("名单由排序得出", "the list follows from the ranking"),
)
OBJECTIONS = Listing(
    Text("异议", "Objections"),
    (
        Column(Text("编号", "code"), lambda o: o.code, "code", lambda o: o.get_absolute_url()),
        Column(Text("批次", "round"), lambda o: o.round.name, "round__name_zh"),
        Column(Text("提出单位", "by"), lambda o: o.unit.name, "unit__path"),
        Column(Text("对象", "about"), lambda o: o.application.title, "application__title"),
        Column(Text("提出时间", "made"), lambda o: o.created, "created"),
        Column(Text("决定", "decision"), lambda o: publishing.EFFECTS.get(o.effect, Text("待答复", "to be answered")),
               "effect", mark=lambda o: "good" if o.effect else "warn"),
    ),
    search=("code", "application__title"),
    empty=Text(
        "没有异议。公示期内，申报单位可在批次页面提出。",
        "No objections. While a list is public, applicants may object on the page of the round.",
    ),
    file="objections",
    comes_in=Text("异议由申报单位逐项提出并逐项答复", "objections are made and answered one by one"),
)  # fmt: skip
AWARDS = Listing(
    Text("立项", "Awards"),
    (
        Column(
            Text("项目", "project"), lambda a: a.application.title, "application__title", lambda a: a.get_absolute_url()
        ),
        Column(Text("申报单位", "firm"), lambda a: a.unit.name, "unit__name_zh"),
        Column(Text("区", "district"), lambda a: a.district.name if a.district else None, "district__path"),
        Column(Text("批次", "round"), lambda a: a.round.name, "round__name_zh", lambda a: a.round.get_absolute_url()),
        Column(Text("支持额", "support"), lambda a: wan(a.support), "support", unit="万元"),
        Column(Text("市级", "city"), lambda a: wan(a.city), "city", unit="万元"),
        Column(Text("区级", "district part"), lambda a: wan(a.district_part), "district_part", unit="万元"),
        Column(Text("决定日", "decided"), lambda a: timezone.localtime(a.decided_at).date(), "decided_at"),
    ),
    search=("code", "application__title", "unit__name_zh"),
    empty=Text(
        "还没有立项。公示期满、异议处理完毕后，由规划人员或审批人员在批次页面决定。",
        "Nothing is awarded yet. After the days of a public list and its objections, a planner or approver decides on the page of the round.",
    ),
    file="awards",
    comes_in=Text("立项由公示名单得出", "awards follow from the published list"),
)


UNLISTED = ("trace", "parts", *(f"application__{name}" for name in APPLICATION_UNLISTED))
"""What no column of the lines shows, and what takes long to read."""


def _joined(reason: list[dict[str, str]]) -> Text:
    return Text("；".join(each["zh"] for each in reason), "; ".join(each["en"] for each in reason))


@page(INSIDE, of=Run)
def run(request: Request, thing: Run) -> HttpResponse:
    """Show a run: what went in by hash, what came out, line by line."""
    query = Line.objects.filter(run=thing).select_related("application__unit").defer(*UNLISTED)
    sums = {name: said_money(thing.summary.get(name, 0)) for name in ("support", "city", "district")}
    more = {"thing": thing, "sums": sums, "trail": trail_of(thing.round, (thing.name, ""))}
    return LINES.answer(request, query, "rounds/run.html", **more)


@act(RANK, of=Round)
def publish(request: Request, thing: Round) -> HttpResponse:
    """Publish the list of the ranking that stands."""
    publishing.publish(request.user, thing, edition_of(request))
    tell(request, Text("名单已公示", "The list is published"))
    return redirect(thing.get_absolute_url())


@page(READ, of=Round)
def public(request: Request, thing: Round) -> HttpResponse:
    """Show the published list, with where to object."""
    title = PUBLIC.title
    shown = publishing.listed(thing)
    objects = publishing.takes_objections(thing) and acts_on(request.user, thing, OBJECT)
    own = Application.objects.visible_to(request.user).filter(round=thing, state="not_listed") if objects else []
    support = shown.aggregate(total=Sum("support"))["total"] or 0
    more = {
        "thing": thing,
        "title": title,
        "objects": objects,
        "own": own,
        "count": shown.count(),
        "support": said_money(support),
        "articles": list(clauses_of(thing).values()),
        "trail": trail_of(thing, (title, "")),
    }
    return PUBLIC.answer(request, shown, "rounds/public.html", **more)


@form(OBJECT, of=Round)
def object_(request: Request, thing: Round) -> HttpResponse:
    """Object to an application on the list, or to the result of one's own."""
    code = request.GET.get("about", "")
    listed = publishing.listed(thing).filter(code=code).first()
    about = listed or Application.objects.visible_to(request.user).filter(round=thing, code=code).first()
    if about is None:
        raise Http404
    asked = ObjectForm.of(request)
    made: list[Objection] = []

    def service() -> None:
        units = thing.firms(request.user, OBJECT)
        unit = next((each for each in units if each.pk == about.unit_id), units[0])
        made.append(publishing.object_(request.user, thing, unit, about, asked.cleaned_data["remark"]))

    if asked.done(service):
        tell(request, Text("异议已提交", "The objection is handed in"))
        return redirect(made[0].get_absolute_url())
    title = Text("提出异议：{t}", "Object: {t}").format(t=about.title)
    back = reverse("rounds:public", args=[thing.code])
    button = Text("提交异议", "Hand the objection in")
    return asked.page(request, title, back=back, button=button, trail=trail_of(thing, (title, "")))


@page(READ)
def objections(request: Request) -> HttpResponse:
    """List the objections that the person sees."""
    query = Objection.objects.visible_to(request.user).select_related("round", "unit", "application")
    return OBJECTIONS.answer(request, query)


@page(READ, of=Objection)
def objection(request: Request, thing: Objection) -> HttpResponse:
    """Show an objection and its answer."""
    about = thing.application
    more = {
        "thing": thing,
        "about": about if Application.objects.visible_to(request.user).filter(pk=about.pk).exists() else None,
        "effect": publishing.EFFECTS.get(thing.effect),
        "answers": not thing.effect and thing.round.state == "listed" and acts_on(request.user, thing, ANSWER),
        "trail": trail_of(thing.round, (Text("异议", "objection"), "")),
    }
    return render(request, "rounds/objection.html", more)


@form(ANSWER, of=Objection)
def answer(request: Request, thing: Objection) -> HttpResponse:
    """Answer an objection, with the decision."""
    asked = AnswerForm.of(request, thing)

    def service() -> None:
        given = asked.cleaned_data
        publishing.answer(request.user, thing, given["remark"], given["effect"], asked.seen)

    if asked.done(service):
        tell(request, Text("已答复", "Answered"))
        return redirect(thing.get_absolute_url())
    title = Text("答复异议", "Answer the objection")
    back = thing.get_absolute_url()
    return asked.page(request, title, back=back, trail=trail_of(thing.round, (title, "")))


@act(AWARD, of=Round)
def award(request: Request, thing: Round) -> HttpResponse:
    """Award what the list says: a short list at once, a long one in the background."""
    if awarding.many(thing):
        thing.must_be("listed")
        awarding.check(request.user, thing)
        return redirect("jobs:job", tasks.ask(request.user, thing, tasks.GRANT).code)
    made = awarding.award(request.user, thing, edition_of(request))
    tell(request, Text(f"已立项 {len(made)} 个", f"{len(made)} awarded"))
    return redirect(thing.get_absolute_url())


@page(READ)
def awards(request: Request) -> HttpResponse:
    """List the awards that the person sees."""
    query = Award.objects.visible_to(request.user).select_related("application", "unit", "district", "round")
    return AWARDS.answer(request, query)


@page(READ, of=Award)
def award_page(request: Request, thing: Award) -> HttpResponse:
    """Show an award: what was granted under which article, and its instalments."""
    titles = titles_of(thing.round)
    parts: list[dict[str, Any]] = [
        {
            "title": titles.get(part["article"], Text(part["article"], part["article"])),
            "id": anchor_of(part["article"]),
            "version": part["version"],
            "support": said_money(part["support"]),
            "instalments": [
                (name_of("instalments", instalment_code(thing, part["article"], each)), said_money(fen))
                for each, fen in part["instalments"]
            ],
        }
        for part in thing.granted
    ]
    sums = [said_money(fen) for fen in (thing.support, thing.city, thing.district_part)]
    more = {"thing": thing, "parts": parts, "sums": sums, "trail": trail_of(thing.round, (thing.name, ""))}
    return render(request, "rounds/award.html", more | ledger_part(request.user, thing))

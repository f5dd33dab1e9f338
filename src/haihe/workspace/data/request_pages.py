"""Pages of requests for data: the list, preparing one, what haihe holds already, sending, who is late."""

from typing import Any, cast

from django import forms
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.region.tables import TABLES
from haihe.workspace.data import sending
from haihe.workspace.data.actions import ASK, READ
from haihe.workspace.data.asking import EVIDENCE, Asked, can_be_asked
from haihe.workspace.data.dataset_pages import named
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.requests import OPEN, REQUEST_MARKS, REQUEST_STATES, STAGE_CONDITIONS, STAGES, Answer, Request
from haihe.workspace.frame.access import Request as Http
from haihe.workspace.frame.access import act, acts_on, form, page
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing, Stages
from haihe.workspace.frame.names import who
from haihe.workspace.frame.words import words
from haihe.workspace.units.approval import APPROVED, DRAFT
from haihe.workspace.units.models import Person, Unit

REQUESTS = Text("数据收集", "Requests for data")
NEW = Text("发起数据收集", "Ask for data")
SHOWN = 300

LIST = Listing(
    REQUESTS,
    (
        Column(
            Text("标题", "Title"),
            lambda each: each.title,
            sort="title",
            url=lambda each: reverse("data:request", args=[each.code]),
        ),
        Column(Text("发起单位", "Asked by"), lambda each: each.unit.name, sort="unit__path"),
        Column(Text("数据集", "Dataset"), lambda each: each.dataset.name, sort="dataset__code"),
        Column(
            Text("状态", "State"),
            lambda each: REQUEST_STATES[each.state],
            sort="state",
            mark=lambda each: REQUEST_MARKS[each.state],
        ),
        Column(Text("截止日", "Due"), lambda each: each.due, sort="due"),
        Column(Text("发出时间", "Sent"), lambda each: each.sent_at, sort="sent_at"),
    ),
    search=("title", "code", "note"),
    choices=(Choice("state", Text("状态", "State"), tuple(REQUEST_STATES.items())),),
    empty=Text(
        "还没有数据收集。规划人员可在此向各区一次收齐一张表。",
        "No request yet. A planner asks all districts for one table here.",
    ),
    file="requests",
    comes_in=Text(
        "收集任务由市级逐项发起，填报以工作簿进行", "a request is made on its page; its answers come in by workbook"
    ),
)


def _link(answer: Answer) -> str:
    return reverse("data:answer", args=[answer.code]) if getattr(answer, "open_to_reader", False) else ""


def _late(answer: Answer) -> Any:
    days = answer.days_late()
    return Text("{n} 天", "{n} days").format(n=days) if days else None


LATE = Listing(
    Text("填报进度", "Who has answered"),
    (
        Column(Text("单位", "Unit"), lambda each: each.unit.name, sort="unit__path", url=_link),
        Column(Text("进度", "How far"), lambda each: each.stage_name, sort="state", mark=lambda each: each.stage_mark),
        Column(Text("自何时", "Since"), lambda each: each.since, sort="since"),
        Column(Text("待谁办理", "Waits for"), lambda each: each.waits_for),
        Column(Text("逾期", "Late"), _late, mark=lambda each: "bad" if each.days_late() else ""),
        Column(Text("最近催办", "Last reminder"), lambda each: each.reminded_at, sort="reminded_at"),
        Column(Text("审批", "Approved by"), who("approved_by"), sort="approved_by"),
        Column(Text("退回理由", "Why returned"), lambda each: each.returned or None),
    ),
    search=("unit__name_zh", "unit__name_en", "unit__code", "unit__pinyin"),
    choices=(Stages("state", Text("进度", "How far"), tuple(STAGES.items()), conditions=STAGE_CONDITIONS),),
    empty=Text("没有符合条件的单位。", "No unit fits."),
    file="answers",
    comes_in="answer",
)


class RequestForm(OfficeForm):
    """What is asked, of whom, by when."""

    groups = (
        (Text("收集什么", "what is asked"), ("dataset", "tables", "year")),
        (Text("向谁收集、何时截止", "of whom, by when"), ("addressees", "due", "remind_days")),
    )

    title = forms.CharField(label=words("标题", "Title"), max_length=200)
    note = forms.CharField(
        label=words("填报说明", "What the units should know"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    dataset = forms.ModelChoiceField(
        label=words("数据集", "Dataset"),
        help_text=words("汇总后成为该数据集的新版本", "what comes back becomes a new version of it"),
        queryset=Dataset.objects.none(),
        to_field_name="code",
        empty_label=None,
    )
    tables = forms.MultipleChoiceField(
        label=words("数据表", "Tables"),
        help_text=words("按住 Ctrl 可多选；下一步选择各列", "hold Ctrl for several; columns come next"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    year = forms.IntegerField(
        label=words("年份", "Year"),
        help_text=words("分年的表按此年填报", "tables with years are asked for this one"),
        min_value=1900,
        max_value=2100,
    )
    addressees = forms.ModelMultipleChoiceField(
        label=words("填报单位", "Units asked"),
        queryset=Unit.objects.none(),
        to_field_name="code",
        widget=forms.CheckboxSelectMultiple,
    )
    due = forms.DateField(label=words("截止日", "Due day"), widget=forms.DateInput(attrs={"type": "date"}))
    remind_days = forms.IntegerField(
        label=words("提前几天提醒", "Days before it is marked due soon"), min_value=0, max_value=60, initial=3
    )

    def of_person(self, person: Person) -> None:
        """Offer what the person may choose from."""
        datasets = cast("forms.ModelChoiceField[Dataset]", self.fields["dataset"])
        datasets.queryset = Dataset.objects.visible_to(person).filter(unit__in=person.units(ASK), current__isnull=False)
        datasets.label_from_instance = lambda each: str(words(each.name))  # type: ignore[method-assign,assignment]
        units = cast("forms.ModelMultipleChoiceField[Unit]", self.fields["addressees"])
        asked = Unit.objects.addressable(person, ASK)
        units.queryset = asked.exclude(region="").exclude(kind_of__in=("city", "firm"))
        named(units)
        tables = cast("forms.MultipleChoiceField", self.fields["tables"])
        tables.choices = [(name, words(spec.title)) for name, spec in TABLES.items() if can_be_asked(spec)]

    def fields_of_request(self) -> dict[str, Any]:
        """Give what was entered as a request holds it; columns not chosen yet are those of figures."""
        said = self.values()
        year = said["year"]
        return {
            "title": said["title"],
            "note": said["note"],
            "asked": [table_asked(name, year).plain() for name in said["tables"]],
            "addressees": [unit.code for unit in said["addressees"]],
            "due": said["due"],
            "remind_days": said["remind_days"],
        }


def table_asked(name: str, year: int) -> Asked:
    """Give how a table is asked where no columns were chosen: every figure, else every column but the remarks."""
    spec = TABLES[name]
    can = can_be_asked(spec)
    figures = [column for column in can if spec.column(column).kind in ("number", "integer")]
    rest = [column for column in can if column not in (*EVIDENCE, "note")]
    return Asked(name, tuple(figures or rest), year if "year" in spec.key else None)


@page(READ)
def requests(http: Http) -> HttpResponse:
    """List the requests that the person's offices sent or are asked."""
    there = Request.objects.visible_to(http.user).select_related("unit", "dataset")
    return LIST.answer(http, there, "data/requests.html", asks=http.user.may(ASK))


@form(ASK)
def new(http: Http) -> HttpResponse:
    """Prepare a request."""
    districts = Unit.objects.filter(kind_of="district", pk__in=http.user.units(ASK)).exclude(region="")
    start = {"year": timezone.localdate().year - 1, "dataset": http.GET.get("dataset", "")}
    form = RequestForm.of(http, initial=start | {"addressees": list(districts.values_list("code", flat=True))})
    form.of_person(http.user)
    made: list[Request] = []
    if form.done(lambda: made.append(sending.new(http.user, form.values()["dataset"], form.fields_of_request()))):
        return redirect("data:request", made[0].code)
    trail = [(REQUESTS, reverse("data:requests")), (NEW, "")]
    return form.page(http, NEW, back=reverse("data:requests"), trail=trail)


@form(ASK, of=Request)
def edit(http: Http, thing: Request) -> HttpResponse:
    """Change a request that was not sent."""
    thing.must_be(DRAFT)
    years = [each.year for each in thing.tables if each.year]
    start = {
        "dataset": thing.dataset.code,
        "tables": [each.table for each in thing.tables],
        "year": years[0] if years else timezone.localdate().year - 1,
    }
    form = RequestForm.of(http, thing, initial=start)
    form.of_person(http.user)
    del form.fields["dataset"]

    def change() -> None:
        said = form.fields_of_request()
        before = {each.table: each for each in thing.tables}
        said["asked"] = [
            Asked(each["table"], before[each["table"]].columns, each["year"]).plain()
            if each["table"] in before
            else each
            for each in said["asked"]
        ]
        sending.change(http.user, thing, said, form.seen)

    back = reverse("data:request", args=[thing.code])
    if form.done(change):
        return redirect(back)
    title = Text("修改数据收集", "Change the request")
    return form.page(http, title, back=back, trail=[*trail_of(thing, back), (title, "")])


class ColumnsForm(OfficeForm):
    """Which columns of each table are asked."""

    @classmethod
    def made(cls, http: Http, thing: Request) -> "ColumnsForm":
        """Give the form with a field for each table."""
        form = cls.of(http, thing)
        for each in thing.tables:
            spec = TABLES[each.table]
            form.fields[each.table] = forms.MultipleChoiceField(
                label=words(spec.title),
                choices=[(name, words(spec.column(name).title)) for name in can_be_asked(spec) if name not in EVIDENCE],
                initial=list(each.columns),
                widget=forms.CheckboxSelectMultiple,
                help_text=words("单位、来源、质量总是随数一起填", "unit, source and quality always come with a figure"),
            )
        return form


@form(ASK, of=Request)
def columns(http: Http, thing: Request) -> HttpResponse:
    """Choose the columns asked."""
    thing.must_be(DRAFT)
    form = ColumnsForm.made(http, thing)
    back = reverse("data:request", args=[thing.code])

    def change() -> None:
        said = form.values()
        asked = [Asked(each.table, tuple(said[each.table]), each.year).plain() for each in thing.tables]
        sending.change(http.user, thing, {"asked": asked}, form.seen)

    if form.done(change):
        return redirect(back)
    title = Text("选择要填的列", "Choose the columns asked")
    return form.page(http, title, back=back, trail=[*trail_of(thing, back), (title, "")])


def trail_of(thing: Request, address: str = "") -> list[tuple[Text, str]]:
    """Give the way to a request's page."""
    return [(REQUESTS, reverse("data:requests")), (Text(thing.title, thing.title), address)]


def answers_shown(person: Person, thing: Request) -> "QuerySet[Answer]":
    """Give the answers whose progress a person sees: all in the asking office, else those of their own offices.

    What an answer says stays hidden until it is approved; ``open_to_reader`` says whether it may be opened.
    """
    visible = set(Answer.objects.visible_to(person).filter(request=thing).values_list("pk", flat=True))
    there = thing.answers.select_related("unit", "request")
    if not person.may(READ, thing.unit):
        there = there.filter(pk__in=visible)
    seen = Case(When(pk__in=visible, then=Value(True)), default=Value(False), output_field=BooleanField())
    shown: QuerySet[Answer] = there.annotate(open_to_reader=seen)
    return shown


@page(READ, of=Request)
def request(http: Http, thing: Request) -> HttpResponse:
    """Show a request: while it is prepared, what each unit would be asked; once sent, how far each has come."""
    asks = acts_on(http.user, thing, ASK)
    more: dict[str, Any] = {
        "thing": thing,
        "state": REQUEST_STATES[thing.state],
        "mark": REQUEST_MARKS[thing.state],
        "tables": [
            (TABLES[each.table], [TABLES[each.table].column(name).title for name in each.columns], each.year)
            for each in thing.tables
        ],
        "asks": asks,
        "trail": trail_of(thing),
    }
    if thing.state == DRAFT:
        return render(http, "data/request_draft.html", more | _prepared(thing))
    shown = answers_shown(http.user, thing)
    stages = [each.stage for each in shown]
    more |= {
        "late": sum(1 for each in shown if each.state != APPROVED and each.days_late()),
        "stages": [(STAGES[stage], stages.count(stage)) for stage in STAGES],
        "remindable": asks and thing.state == OPEN and any(each.state != APPROVED for each in shown),
        "mergeable": asks and thing.state == OPEN and "accepted" in stages,
        "unmergeable": asks and thing.state == OPEN and bool(thing.merges),
        "is_open": thing.state == OPEN,
    }
    return LATE.answer(http, shown, "data/request.html", **more)


def _prepared(thing: Request) -> dict[str, Any]:
    tables = sending.facts(thing)
    rows = []
    for unit in Unit.objects.filter(code__in=thing.addressees).order_by("path"):
        given = sending.sheets(thing, unit, tables)
        asked = sum(
            int(sheet.marks[list(each.columns)].to_numpy().sum())
            for each in thing.tables
            for sheet in [given[each.table]]
        )
        known = sum(len(sheet.frame) for sheet in given.values())
        rows.append((unit, known, asked))
    return {"units": rows, "figures": sum(asked for _, _, asked in rows), "struck": len(thing.struck)}


@form(ASK, of=Request)
def held(http: Http, thing: Request) -> HttpResponse:
    """Show the figures asked that haihe holds already, and strike those that are chosen: collect once."""
    thing.must_be(DRAFT)
    found = sending.held(http.user, thing)
    back = reverse("data:request", args=[thing.code])
    if http.method == "POST":
        chosen = set(http.POST.getlist("strike"))
        every = "all" in http.POST
        figures = {tuple(each.figure): each.figure for at, each in enumerate(found) if every or str(at) in chosen}
        sending.strike(http.user, thing, list(figures.values()), edition_of(http))
        tell(http, Text(f"已划去 {len(figures)} 个数", f"{len(figures)} figures struck"), "success")
        return redirect(back)
    title = Text("已掌握的数", "Figures that haihe holds")
    more = {
        "thing": thing,
        "found": list(enumerate(found))[:SHOWN],
        "total": len(found),
        "title": title,
        "back": back,
        "trail": [*trail_of(thing, back), (title, "")],
    }
    return render(http, "data/held.html", more)


def _done(http: Http, thing: Request, said: Text) -> HttpResponse:
    tell(http, said, "success")
    return redirect("data:request", thing.code)


@act(ASK, of=Request)
def send(http: Http, thing: Request) -> HttpResponse:
    """Send a request."""
    sent = sending.send(http.user, thing, edition_of(http))
    return _done(http, thing, Text(f"已发给 {len(sent)} 个单位", f"Sent to {len(sent)} units"))


@act(ASK, of=Request)
def remind(http: Http, thing: Request) -> HttpResponse:
    """Remind those who have not answered."""
    late = sending.remind(http.user, thing)
    return _done(http, thing, Text(f"已催办 {len(late)} 个单位", f"{len(late)} units reminded"))


@act(ASK, of=Request)
def close(http: Http, thing: Request) -> HttpResponse:
    """End a request."""
    sending.close(http.user, thing, edition_of(http))
    return _done(http, thing, Text("已结束收集", "Closed"))


@act(ASK, of=Request)
def reopen(http: Http, thing: Request) -> HttpResponse:
    """Open a closed request again."""
    sending.reopen(http.user, thing, edition_of(http))
    return _done(http, thing, Text("已重新开放", "Open again"))

"""Pages of the month: the lights, the next meeting's list, indicators and their courses."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties import periods
from haihe.workspace.duties.forms import offer
from haihe.workspace.duties.lights import BAD, GOOD, WAIT, WARN
from haihe.workspace.duties.models import Target
from haihe.workspace.frame import names
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.drawn import drawn, part_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.months import board, returns
from haihe.workspace.months.actions import FILL, KEEP, READ
from haihe.workspace.months.forms import IndicatorForm, NewIndicatorForm
from haihe.workspace.months.lists import INDICATORS
from haihe.workspace.months.models import PACES, SENSES, Indicator, Return
from haihe.workspace.months.trends import trend
from haihe.workspace.units.approval import APPROVED

MONTHS = Text("月度运行", "Monthly operation")
LISTED = Text("月度指标", "Monthly indicators")
NEXT = Text("提请下次会议的指标", "For the next meeting")
NEW, EDIT = Text("新建指标", "New indicator"), Text("修改指标", "Edit the indicator")
COLOURS = {
    BAD: Text("红灯", "red"),
    WARN: Text("黄灯", "yellow"),
    GOOD: Text("绿灯", "green"),
    WAIT: Text("不着色", "no colour"),
}


def trail(*more: tuple[Text, str]) -> list[tuple[Text, str]]:
    """Give the way to a page of the room."""
    return [(MONTHS, reverse("months:lights") if more else ""), *more]


def _months(request: Request) -> list[tuple[str, Text]]:
    seen = (
        Return.objects.visible_to(request.user)
        .filter(state=APPROVED)
        .order_by("-month")
        .values_list("month", flat=True)
    )
    return [(month, periods.words(month)) for month in seen.distinct()]


def _lights(request: Request, title: Text, only: tuple[str, ...]) -> HttpResponse:
    offered = _months(request)
    asked = request.GET.get("month", "")
    month = asked if asked in dict(offered) else (offered[0][0] if offered else "")
    found = board.lights(request.user, month)
    tally = [(mark, words, sum(row.light.mark == mark for row in found)) for mark, words in COLOURS.items()]
    more = {
        "title": title,
        "month": month,
        "months": offered,
        "rows": [row for row in found if row.light.mark in only],
        "tally": tally,
        "whole": len(only) == len(COLOURS),
        "fills": request.user.may(FILL),
        "illustrative": any(row.quality == "illustrative" for row in found),
        "trail": trail() if len(only) == len(COLOURS) else trail((title, "")),
    }
    return render(request, "months/lights.html", more)


@page(READ)
def lights(request: Request) -> HttpResponse:
    """Show the lights of a month."""
    return _lights(request, MONTHS, tuple(COLOURS))


@page(READ)
def upcoming(request: Request) -> HttpResponse:
    """Show what the next meeting must see: red and yellow."""
    return _lights(request, NEXT, (BAD, WARN))


@page(READ)
def indicators(request: Request) -> HttpResponse:
    """List the indicators."""
    seen = Indicator.objects.visible_to(request.user).select_related("unit")
    return INDICATORS.answer(
        request, seen, "months/indicators.html", makes=request.user.may(KEEP), trail=trail((LISTED, ""))
    )


@page(READ, of=Indicator)
def indicator(request: Request, thing: Indicator) -> HttpResponse:
    """Show an indicator: what it counts, its targets, its course."""
    chosen = request.GET.get("place", "")
    figure, places = trend(request.user, thing, chosen)
    more = {
        "thing": thing,
        "sense": SENSES[thing.sense],
        "pace": PACES[thing.pace],
        "reporters": list(names.units(thing.reporting).values()),
        "keeps": acts_on(request.user, thing, KEEP),
        "targets": Target.objects.visible_to(request.user).filter(indicator=thing.code).order_by("-year", "code"),
        "places": sorted(places.items()),
        "chosen": chosen,
        "trail": trail((LISTED, reverse("months:indicators")), (thing.name, "")),
        **drawn([part_of(figure)] if figure else []),
    }
    return render(request, "months/indicator.html", more)


def _offer(form: IndicatorForm, request: Request) -> None:
    offer(form.fields["reporters"], request.user.units(KEEP).exclude(kind_of="firm"))


@form(KEEP)
def indicator_new(request: Request) -> HttpResponse:
    """Make an indicator."""
    form = NewIndicatorForm.of(request, initial={"slack": 5})
    _offer(form, request)
    offer(form.fields["unit"], request.user.units(KEEP).exclude(kind_of="firm"))
    made: list[Indicator] = []

    def make() -> None:
        said = form.values()
        made.append(returns.make_indicator(request.user, said["unit"], said["code"], said, said["reporters"]))

    if form.done(make):
        tell(request, Text("指标已建立", "The indicator stands"), "success")
        return redirect(made[0])
    back = reverse("months:indicators")
    return form.page(request, NEW, back=back, trail=trail((LISTED, back), (NEW, "")))


@form(KEEP, of=Indicator)
def indicator_edit(request: Request, thing: Indicator) -> HttpResponse:
    """Change an indicator."""
    form = IndicatorForm.of(request, thing, initial={"reporters": thing.reporting})
    _offer(form, request)

    def change() -> None:
        said = form.values()
        returns.change_indicator(request.user, thing, said, said["reporters"], form.seen)

    if form.done(change):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(
        request, EDIT, back=back, trail=trail((LISTED, reverse("months:indicators")), (thing.name, back), (EDIT, ""))
    )

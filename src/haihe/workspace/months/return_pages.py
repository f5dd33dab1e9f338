"""Pages of monthly returns: the list, beginning one, one with its figures beside last month's, its way to approval, causes."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.forms import offer
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.months import pace, returns
from haihe.workspace.months.actions import FILL, NOTE, READ, VOUCH
from haihe.workspace.months.forms import BeginForm, CauseForm
from haihe.workspace.months.lists import RETURNS
from haihe.workspace.months.models import Cause, Indicator, Return, place_names, quality_name
from haihe.workspace.months.pages import trail
from haihe.workspace.papers import services as papers
from haihe.workspace.units.approval import APPROVED, DRAFT, SUBMITTED

RETURNED = Text("月度报表", "Monthly returns")
NEW, CAUSE = Text("新建月度报表", "Begin a month"), Text("说明原因", "Note a cause")


def _trail(*more: tuple[Text, str]) -> list[tuple[Text, str]]:
    return trail((RETURNED, reverse("months:returns") if more else ""), *more)


@page(READ)
def all_returns(request: Request) -> HttpResponse:
    """List the returns."""
    seen = Return.objects.visible_to(request.user).select_related("unit")
    return RETURNS.answer(request, seen, "months/returns.html", fills=request.user.may(FILL), trail=_trail())


@form(FILL)
def begin(request: Request) -> HttpResponse:
    """Begin the return of a month, or open it where it is begun."""
    form = BeginForm.of(request)
    offer(form.fields["unit"], request.user.units(FILL).exclude(kind_of="firm"))
    form.offer_months()
    made: list[Return] = []

    def make() -> None:
        said = form.values()
        made.append(returns.begin(request.user, said["unit"], said["month"]))

    if form.done(make):
        return redirect(made[0])
    return form.page(request, NEW, back=reverse("months:returns"), trail=_trail((NEW, "")))


@page(READ, of=Return)
def one(request: Request, thing: Return) -> HttpResponse:
    """Show a return: its figures beside last month's and last year's, causes, earlier revisions."""
    person = request.user
    causes = list(Cause.objects.visible_to(person).filter(of=thing))
    more = {
        "thing": thing,
        "rows": _rows(thing),
        "causes": causes,
        "asked": len(returns.expected(thing.unit)),
        "fills": acts_on(person, thing, FILL) and thing.state == DRAFT,
        "vouches": acts_on(person, thing, VOUCH) and thing.state == SUBMITTED,
        "reopens": acts_on(person, thing, VOUCH) and thing.state == APPROVED,
        "notes": acts_on(person, thing, NOTE) and bool(thing.rows),
        "earlier": list(reversed(thing.revisions)),
        "trail": _trail((thing.name, "")),
        **papers.part(person, thing),
    }
    return render(request, "months/return.html", more)


def _rows(thing: Return) -> list[dict[str, Any]]:
    """Give the figures with what stands beside; a growth that the figures contradict says so."""
    last = returns.earlier(thing, returns.month_before(thing.month))
    ago = returns.earlier(thing, returns.year_before(thing.month))
    indicators = {
        each.code: each for each in Indicator.objects.filter(code__in={row["indicator"] for row in thing.rows})
    }
    names = place_names(row["place"] for row in thing.rows)
    rows = []
    for key, row in returns.keyed(thing.rows).items():
        value, given = returns.decimal(row["value"]), returns.decimal(row["growth"])
        year_ago = returns.decimal(ago.get(key, {}).get("value"))
        indicator = indicators.get(key[0])
        compared = year_ago if indicator is None or indicator.measure != pace.RATE else None
        rows.append(
            {
                "indicator": indicator,
                "place": names[key[1]],
                "value": value,
                "previous": returns.decimal(last.get(key, {}).get("value")),
                "year_ago": year_ago,
                "growth": given,
                "worked_out": pace.growth_of(value, compared),
                "contradicts": pace.contradicts(given, value, compared),
                "quality": row["quality"],
                "quality_name": quality_name(row["quality"] or ""),
                "note": row["note"],
            }
        )
    return rows


@act(FILL, of=Return)
def submit(request: Request, thing: Return) -> HttpResponse:
    """Hand a month in."""
    returns.submit(request.user, thing, edition_of(request))
    tell(request, Text("已提交，待审批", "Submitted, waits for approval"), "success")
    return redirect(thing)


@act(VOUCH, of=Return)
def approve(request: Request, thing: Return) -> HttpResponse:
    """Approve a month."""
    returns.approve(request.user, thing, edition_of(request))
    tell(request, Text("已审批，灯号已更新", "Approved; the lights follow it"), "success")
    return redirect(thing)


@act(VOUCH, of=Return)
def send_back(request: Request, thing: Return) -> HttpResponse:
    """Send a month back to the editor."""
    thing.send_back(request.user, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已退回", "Sent back"))
    return redirect("months:returns")


@act(VOUCH, of=Return)
def reopen(request: Request, thing: Return) -> HttpResponse:
    """Un-approve a month, with a reason; what was approved stays as a revision."""
    thing.reopen(request.user, request.POST.get("reason", ""), edition_of(request))
    tell(request, Text("已撤销审批", "Un-approved"))
    return redirect("months:returns")


@form(NOTE, of=Return)
def cause(request: Request, thing: Return) -> HttpResponse:
    """Note why an indicator is off."""
    form = CauseForm.of(request, initial={"what": f"{request.GET.get('indicator', '')} {request.GET.get('place', '')}"})
    form.offer_rows(list(returns.keyed(thing.rows)))

    def take() -> None:
        said = form.values()
        indicator, _, place = said["what"].partition(" ")
        returns.note(request.user, thing, indicator, place, said["words"])

    if form.done(take):
        tell(request, Text("原因已记录", "The cause is kept"), "success")
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(request, CAUSE, back=back, trail=_trail((thing.name, back), (CAUSE, "")))

"""Pages of targets: the list with its lights, one against what was reached and where a plan leads, making and changing."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties import documents as services
from haihe.workspace.duties import figures, turns
from haihe.workspace.duties.actions import KEEP, READ, REPORT
from haihe.workspace.duties.assigning import owners
from haihe.workspace.duties.forms import TargetForm, offer, offer_named
from haihe.workspace.duties.lists import REPORTS, targets_list
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.reports import Report
from haihe.workspace.frame.access import Request, acts_on, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.papers import services as papers
from haihe.workspace.units.models import Person, Unit

TARGETS = Text("目标", "Targets")
NEW = Text("新建目标", "New target")
EDIT = Text("修改", "Edit")


@page(READ)
def targets(request: Request) -> HttpResponse:
    """List targets with what was reached of each."""
    seen = Target.objects.visible_to(request.user).select_related("unit", "document")
    points = figures.points_of(request.user, list(seen))
    return targets_list(points).answer(request, seen, "duties/targets.html", keeps=request.user.may(KEEP))


@page(READ, of=Target)
def target(request: Request, thing: Target) -> HttpResponse:
    """Show a target against what was reached, and the duties that serve it."""
    points = figures.points_of(request.user, [thing]).get(thing.pk, [])
    reports = Report.objects.visible_to(request.user).filter(target=thing).select_related("unit")
    serving = Duty.objects.visible_to(request.user).filter(target=thing)
    light = figures.light_of(thing, points)
    more = {
        "thing": thing,
        "light": light,
        "points": [(point, thing.light(point.value, point.day)) for point in points],
        "duties": [(duty, turns.light_of(duty)) for duty in turns.shown(serving)],
        "keeps": acts_on(request.user, thing, KEEP),
        "reports": acts_on(request.user, thing, REPORT),
        "trail": [(TARGETS, reverse("duties:targets")), (thing.name, "")],
        "printed": Text(f"{thing.name.zh}，{thing.quality_name.zh}", f"{thing.name.en}, {thing.quality_name.en}"),
    }
    return REPORTS.answer(request, reports, "duties/target.html", **more, **papers.part(request.user, thing))


def _offered(person: Person, form: TargetForm, issuers: "list[Unit]") -> None:
    offer(form.fields["issuer"], person.units(KEEP))
    tops = {unit.path.split("/")[0] for unit in issuers}
    units = Unit.objects.none()
    for unit in issuers:
        if unit.path.split("/")[0] in tops:
            units |= owners(unit)
            tops.discard(unit.path.split("/")[0])
    offer(form.fields["unit"], units)
    offer_named(form.fields["document"], PlanDocument.objects.visible_to(person).filter(unit__in=person.units(KEEP)))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Set a target."""
    start = {"document": request.GET.get("document", "")}
    form = TargetForm.of(request, initial=start)
    _offered(request.user, form, list(request.user.units(KEEP)))
    made: list[Target] = []

    def make() -> None:
        said = form.said()
        issuer, unit, code = said.pop("issuer"), said.pop("unit"), said.pop("code")
        made.append(services.new_target(request.user, issuer, unit, code, said))

    if form.done(make):
        tell(request, Text("已新建", "Made"))
        return redirect(made[0])
    back = reverse("duties:targets")
    return form.page(request, NEW, back=back, trail=[(TARGETS, back), (NEW, "")])


@form(KEEP, of=Target)
def edit(request: Request, thing: Target) -> HttpResponse:
    """Change a target."""
    start = {"unit": thing.unit.code, "document": thing.document.code if thing.document else ""}
    form = TargetForm.of(request, thing, initial=start)
    _offered(request.user, form, [thing.issuer])
    del form.fields["code"], form.fields["issuer"]
    if form.done(lambda: services.change(request.user, thing, form.said(), form.seen)):
        tell(request, Text("已保存", "Saved"))
        return redirect(thing)
    back = thing.get_absolute_url()
    return form.page(
        request, EDIT, back=back, trail=[(TARGETS, reverse("duties:targets")), (thing.name, back), (EDIT, "")]
    )

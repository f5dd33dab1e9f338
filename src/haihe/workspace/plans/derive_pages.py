"""Pages of what a plan proposes: its numbers with ticks, what would come of each and why; nothing is made without a tick."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, act, acts_on, page
from haihe.workspace.frame.forms import edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.plans import deriving
from haihe.workspace.plans.actions import DERIVE, READ
from haihe.workspace.plans.deriving import things_of
from haihe.workspace.plans.models import IN_FORCE, MADE_KINDS, Plan
from haihe.workspace.plans.numbers import Numbers
from haihe.workspace.plans.pages import printed, trail_of
from haihe.workspace.plans.proposing import FIRST, KINDS, Ground, proposals
from haihe.workspace.plans.reading import Row

TITLE = Text("方案数字与生成", "Its numbers, and what comes of them")
MOST = 200
"""Numbers of a kind that the page shows at once."""
HEADS = {
    "target": Text("指标：生成目标", "Indicators: become targets"),
    "cap": Text("配额：生成目标和职责", "Caps: become targets and duties"),
    "project": Text("项目：生成职责", "Projects: become duties"),
    "transfer": Text("调剂：生成职责", "Transfers: become duties"),
    "problem": Text("起作用的限制：登记为问题", "Limits that bind: become problems"),
}


def _chosen(request: Request, numbers: Numbers) -> dict[str, str]:
    """Give the filters of the address; what none is chosen for is the plan's last year."""
    said = {name: request.GET.get(name, "").strip() for name in ("kind", "region", "year", "what")}
    if not any(said.values()):
        said["year"] = str(numbers.years[-1])
    return said


def _rows(numbers: Numbers, kind: str, chosen: dict[str, str], wide: bool) -> list[Row]:
    """Give the rows of a kind that are asked for; unasked, of the indicators those that are read first."""
    rows = numbers.of(kind)
    if chosen["region"]:
        rows = [row for row in rows if row["region"] == chosen["region"]]
    if chosen["year"] and kind in ("target", "cap", "transfer"):
        rows = [row for row in rows if str(row["year"]) == chosen["year"]]
    if chosen["what"]:
        rows = [row for row in rows if row["what"] == chosen["what"]]
    elif kind == "target" and not wide:
        rows = [row for row in rows if row["what"] in FIRST or row["what"].startswith("use:")]
    return rows


@page(READ, of=Plan)
def numbers(request: Request, thing: Plan) -> HttpResponse:
    """Show the numbers of a plan with what each would become; with ticks for whoever may make it."""
    person = request.user
    ground = Ground.of(person, thing)
    said = ground.numbers
    chosen = _chosen(request, said)
    derives = thing.stage == IN_FORCE and acts_on(person, thing, DERIVE)
    made = {each.key: (each, found) for each, found, _ in things_of(thing, person)}
    parts = []
    for kind in KINDS:
        if chosen["kind"] not in ("", kind):
            continue
        rows = _rows(said, kind, chosen, bool(chosen["kind"] or chosen["region"]))
        lines = [(each, made.get(each.key, (None, None))[1]) for each in proposals(ground, rows[:MOST])]
        parts.append((HEADS[kind], lines, len(rows) - len(lines)))
    more: dict[str, Any] = {
        "thing": thing,
        "title": TITLE,
        "parts": parts,
        "derives": derives,
        "chosen": chosen,
        "kinds": [(kind, MADE_KINDS[kind]) for kind in KINDS],
        "regions": [(code, said.place(code)) for code in dict.fromkeys(row["region"] for row in said.of("target"))],
        "years": [str(year) for year in said.years],
        "whats": [(row["what"], said.title(row)) for row in {row["what"]: row for row in said.of("target")}.values()],
        "price_base": said.price_base,
        "trail": [*trail_of(thing, link=True), (TITLE, "")],
        "printed": printed(thing),
    }
    return render(request, "plans/numbers.html", more)


@act(DERIVE, of=Plan)
def derive(request: Request, thing: Plan) -> HttpResponse:
    """Make what was ticked."""
    ticks = request.POST.getlist("tick")
    made = deriving.derive(request.user, thing, ticks, edition_of(request))
    old = len(set(ticks)) - len(made)
    said = Text("已生成 {n} 项", "{n} made").format(n=len(made))
    if old:
        before = Text("；{m} 项此前已生成", "; {m} were made before").format(m=old)
        said = Text(said.zh + before.zh, said.en + before.en)
    tell(request, said, "success" if made else "info")
    return redirect(f"{reverse('plans:plan', args=[thing.code])}#made")

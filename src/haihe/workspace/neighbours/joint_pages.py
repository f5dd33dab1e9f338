"""Pages of joint targets: the list, a new one, one with the parts of members, what was reached and the light."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.models import SENSES
from haihe.workspace.frame.access import Request, form, page
from haihe.workspace.frame.layout import tell
from haihe.workspace.neighbours import joint
from haihe.workspace.neighbours.actions import KEEP, READ
from haihe.workspace.neighbours.agreed_pages import proposer, renewer, standing, withdrawer
from haihe.workspace.neighbours.forms import JointForm, parts_said
from haihe.workspace.neighbours.lists import JOINT_LIST, JOINTS
from haihe.workspace.neighbours.models import JointTarget
from haihe.workspace.units.approval import DRAFT

NEW = Text("新建共同目标", "New joint target")
EDIT = Text("修改", "Change")

propose = proposer(JointTarget)
withdraw = withdrawer(JointTarget)
renew = renewer(JointTarget, joint.renew)


@page(READ)
def joint_list(request: Request) -> HttpResponse:
    """List the joint targets that the person sees."""
    there = JointTarget.objects.visible_to(request.user).select_related("unit").prefetch_related("members")
    return JOINT_LIST.answer(request, there, "neighbours/joints.html", keeps=request.user.may(KEEP))


@form(KEEP)
def new(request: Request) -> HttpResponse:
    """Begin a joint target."""
    form = JointForm.of(request)
    form.offer_to(request.user)
    made: list[JointTarget] = []

    def make() -> None:
        said = form.values()
        unit, others, shares = said.pop("unit"), list(said.pop("members")), said.pop("divided")
        made.append(joint.new(request.user, unit, [each for each in others if each != unit], said, shares))

    if form.done(make):
        tell(request, Text("共同目标已建立", "The joint target is begun"), "success")
        return redirect(made[0])
    back = reverse("neighbours:joints")
    return form.page(request, NEW, back=back, trail=[(JOINTS, back), (NEW, "")])


@form(KEEP, of=JointTarget)
def edit(request: Request, thing: JointTarget) -> HttpResponse:
    """Change a draft."""
    thing.must_be(DRAFT)
    initial = {"members": [unit.code for unit in thing.members.all()], "divided": parts_said(thing)}
    form = JointForm.of(request, thing, initial=initial)
    form.offer_to(request.user, thing.unit)

    def change() -> None:
        said: dict[str, Any] = form.values()
        others, shares = list(said.pop("members")), said.pop("divided")
        joint.change(request.user, thing, others, said, shares, form.seen)

    if form.done(change):
        tell(request, Text("共同目标已保存", "The joint target is saved"), "success")
        return redirect(thing)
    return form.page(request, EDIT, back=thing.get_absolute_url(), trail=[*_trail(thing), (EDIT, "")])


@page(READ, of=JointTarget)
def joint_target(request: Request, thing: JointTarget) -> HttpResponse:
    """Show a joint target: parts, what was reached of each, the light with its rule."""
    more = standing(request.user, thing) | {
        "sense": SENSES[thing.sense],
        "found": joint.standing(thing, request.user),
        "trail": _trail(thing, last=True),
    }
    return render(request, "neighbours/joint.html", more)


def _trail(thing: JointTarget, last: bool = False) -> list[tuple[Text, str]]:
    return [(JOINTS, reverse("neighbours:joints")), (thing.name, "" if last else thing.get_absolute_url())]

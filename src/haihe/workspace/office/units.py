"""Pages of the tree of units: who there is, one unit, a new one, its edit and its move."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.access import Request, form, page
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.forms import OfficeForm
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.register import Hit
from haihe.workspace.frame.words import words
from haihe.workspace.units import tree
from haihe.workspace.units.actions import PEOPLE_MANAGE, PEOPLE_READ, UNITS_MANAGE, UNITS_READ
from haihe.workspace.units.codes import MOST
from haihe.workspace.units.models import KINDS, Person, Post, Unit

UNITS = Text("单位", "Units")


@dataclass
class Branch:
    """A unit and the branches below it."""

    unit: Unit
    below: "list[Branch]" = field(default_factory=list)


def branches(units: Iterable[Unit]) -> list[Branch]:
    """Give the trees of units that come in the order of their paths; a unit whose parent is not among them is a top."""
    made: dict[int, Branch] = {}
    tops: list[Branch] = []
    for unit in units:
        made[unit.pk] = branch = Branch(unit)
        over = made.get(unit.parent_id or 0)
        (over.below if over else tops).append(branch)
    return tops


def option(unit: Unit) -> tuple[str, str]:
    """Give a unit as a choice: its code, and its name under those above."""
    return unit.code, f"{'　' * unit.depth}{unit.name_zh} · {unit.code}"


class UnitForm(OfficeForm):
    """What a unit is called and what it answers for."""

    name_zh = forms.CharField(label=words("中文名称", "name in Chinese"), max_length=200)
    name_en = forms.CharField(label=words("英文名称", "name in English"), max_length=200, required=False)
    kind_of = forms.ChoiceField(label=words("类别", "kind"))
    region = forms.CharField(
        label=words("地区代码", "code of the region"),
        help_text=words("数据表中的地区代码，可空", "as in the region's tables; may be empty"),
        max_length=64,
        required=False,
    )
    chain = forms.CharField(
        label=words("产业链代码", "code of the chain"),
        help_text=words("产业链专班须填写", "a chain task force must have one"),
        max_length=64,
        required=False,
    )

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.fields["kind_of"].choices = [(code, words(name)) for code, name in KINDS.items()]  # type: ignore[attr-defined]


class NewUnitForm(UnitForm):
    """A unit under another."""

    field_order = ("code", "name_zh", "name_en", "kind_of", "parent", "region", "chain")
    code = forms.CharField(
        label=words("代码", "code"),
        help_text=words(
            "字母、数字、“-”、“_”，以后不能更改", "letters, digits, “-” and “_”; it cannot be changed later"
        ),
        max_length=MOST,
    )
    parent = forms.ChoiceField(label=words("上级单位", "under"))


class MoveForm(OfficeForm):
    """Where a unit moves to, and why."""

    parent = forms.ChoiceField(label=words("新的上级单位", "the unit above from now on"))
    reason = forms.CharField(label=words("理由", "reason"), max_length=2000, required=False)


@page(UNITS_READ)
def units(request: Request) -> HttpResponse:
    """Show the tree of the units that the person may see."""
    seen = Unit.objects.visible_to(request.user)
    more = {"branches": branches(seen), "may_make": request.user.may(UNITS_MANAGE), "title": UNITS}
    return render(request, "office/units.html", more)


@page(UNITS_READ, of=Unit)
def unit(request: Request, thing: Unit) -> HttpResponse:
    """Show one unit: what it is, who works there, what is below."""
    me = request.user
    posts = Post.objects.visible_to(me).filter(unit=thing).select_related("person", "unit")
    below = Unit.objects.visible_to(me).filter(path__startswith=thing.path).exclude(pk=thing.pk)
    more = {
        "unit": thing,
        "posts": posts,
        "below": branches(below),
        "trail": _trail(me, thing),
        "reads_people": me.may(PEOPLE_READ, thing),
        "may_edit": me.may(UNITS_MANAGE, thing),
        "may_hire": me.may(PEOPLE_MANAGE, thing),
    }
    return render(request, "office/unit.html", more)


@form(UNITS_MANAGE)
def new(request: Request) -> HttpResponse:
    """Make a unit under one that the person administers."""
    me = request.user
    entered = NewUnitForm.of(request, initial={"parent": request.GET.get("under", "")})
    entered.fields["parent"].choices = [option(each) for each in me.units(UNITS_MANAGE)]  # type: ignore[attr-defined]

    def make() -> None:
        said = entered.values() | {"parent": me.units(UNITS_MANAGE).called(entered.cleaned_data["parent"])}
        tree.make(me.actor(UNITS_MANAGE), **said)

    if entered.done(make):
        tell(request, Text("单位已建立", "Unit made"), "success")
        return redirect("office:unit", entered.cleaned_data["code"])
    title = Text("新建单位", "New unit")
    trail = [(UNITS, reverse("office:units")), (title, "")]
    return entered.page(request, title, back=reverse("office:units"), trail=trail)


@form(UNITS_MANAGE, of=Unit)
def edit(request: Request, thing: Unit) -> HttpResponse:
    """Change what a unit is called and what it answers for."""
    entered = UnitForm.of(request, thing)
    actor = request.user.actor(UNITS_MANAGE)
    if entered.done(lambda: tree.edit(actor, thing, edition=entered.seen, **entered.values())):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect("office:unit", thing.code)
    here = reverse("office:unit", args=[thing.code])
    return entered.page(request, Text("修改单位", "Edit unit"), back=here, trail=_trail(request.user, thing, True))


@form(UNITS_MANAGE, of=Unit)
def move(request: Request, thing: Unit) -> HttpResponse:
    """Put a unit with all below it under another."""
    me = request.user
    entered = MoveForm.of(request, initial={"edition": thing.edition})
    where = [each for each in me.units(UNITS_MANAGE) if not each.path.startswith(thing.path)]
    entered.fields["parent"].choices = [option(each) for each in where]  # type: ignore[attr-defined]

    def put() -> None:
        parent = me.units(UNITS_MANAGE).called(entered.cleaned_data["parent"])
        tree.move(me.actor(UNITS_MANAGE), thing, parent, reason=entered.cleaned_data["reason"], edition=entered.seen)

    if entered.done(put):
        tell(request, Text("单位及其下级已移动", "The unit and all below it were moved"), "success")
        return redirect("office:unit", thing.code)
    here = reverse("office:unit", args=[thing.code])
    return entered.page(request, Text("移动单位", "Move unit"), back=here, trail=_trail(me, thing, True))


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find units by name, code or pinyin."""
    for each in matching(Unit.objects.visible_to(person), wanted):
        yield Hit(each.kind_name, each.name, each.code, reverse("office:unit", args=[each.code]))


def _trail(person: Person, thing: Unit, linked: bool = False) -> list[tuple[Text, str]]:
    """Give the way to a unit: the units above it that the person may see."""
    above = thing.above().filter(pk__in=Unit.objects.visible_to(person).values("pk"))
    way = [(UNITS, reverse("office:units"))]
    way += [(each.name, reverse("office:unit", args=[each.code])) for each in above]
    return [*way, (thing.name, reverse("office:unit", args=[thing.code]) if linked else "")]

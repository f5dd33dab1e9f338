"""Pages of people: the list, one person, a new one, posts given and ended, passwords renewed, accounts closed."""

from collections.abc import Iterator

from django import forms
from django.db.models import FilteredRelation, Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from haihe.messages import HaiheError, Text
from haihe.workspace.frame.access import Request, act, acts_on, form, page
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.forms import OfficeForm, edition_of
from haihe.workspace.frame.layout import tell
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.register import Hit
from haihe.workspace.frame.words import words
from haihe.workspace.office.units import option
from haihe.workspace.units import staff
from haihe.workspace.units.actions import PEOPLE_MANAGE, PEOPLE_READ
from haihe.workspace.units.codes import MOST
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ROLES

PEOPLE = Text("人员", "People")
ACTIVE, CLOSED = Text("在用", "active"), Text("已停用", "closed")


def _posts(person: Person) -> Text | None:
    said = [post.words for post in person.shown]  # type: ignore[attr-defined]  # fetched with the list
    return Text("；".join(each.zh for each in said), "; ".join(each.en for each in said)) if said else None


LIST = Listing(
    PEOPLE,
    (
        Column(
            Text("用户名", "user name"),
            lambda person: person.username,
            "username",
            url=lambda person: reverse("office:person", args=[person.username]),
        ),
        Column(Text("姓名", "name"), lambda person: person.name, "name_zh"),
        Column(Text("任职", "posts"), _posts),
        Column(
            Text("状态", "state"),
            lambda person: ACTIVE if person.is_active else CLOSED,
            "is_active",
            mark=lambda person: "good" if person.is_active else "wait",
        ),
        Column(Text("上次登录", "last sign-in"), lambda person: person.last_login, "last_login"),
    ),
    search=("username", "name_zh", "name_en", "pinyin"),
    choices=(
        Choice("active", Text("状态", "state"), (("1", ACTIVE), ("0", CLOSED)), "is_active"),
        Choice("role", Text("角色", "role"), tuple((code, role.name) for code, role in ROLES.items()), "now__role"),
    ),
    empty=Text("没有符合条件的人员。可点“新建人员”添加。", "Nobody here yet. Add people with “New person”."),
    file="people",
    comes_in=Text("账号与岗位由管理员逐人核定", "accounts and posts are given one by one by an administrator"),
)


class NameForm(OfficeForm):
    """What a person is called."""

    name_zh = forms.CharField(label=words("姓名", "name"), max_length=200)
    name_en = forms.CharField(label=words("英文或拼音姓名", "name in English"), max_length=200, required=False)


class PostForm(OfficeForm):
    """A role in a unit, there alone or there and below."""

    unit = forms.ChoiceField(label=words("单位", "unit"))
    role = forms.ChoiceField(label=words("角色", "role"))
    below = forms.BooleanField(
        label=words("含下级单位", "and all units below"),
        help_text=words("权限及于此单位以下的全部单位", "the role reaches to every unit below this one"),
        required=False,
    )
    giver: Person

    def given_by(self, giver: Person) -> None:
        """Offer the units that the giver administers."""
        self.giver = giver
        self.fields["unit"].choices = [option(each) for each in giver.units(PEOPLE_MANAGE)]  # type: ignore[attr-defined]
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (code, words(Text(f"{role.name.zh}：{role.about.zh}", f"{role.name.en}: {role.about.en}")))
            for code, role in ROLES.items()
        ]

    def where(self) -> Unit:
        """Give the chosen unit; ``E-WEB-46`` where the post would reach further than the giver's own."""
        unit: Unit = Unit.objects.get(code=self.cleaned_data["unit"])
        if not self.giver.may(PEOPLE_MANAGE, unit, self.cleaned_data["below"]):
            raise HaiheError("E-WEB-46", column="below", value=unit.code)
        return unit


class NewPersonForm(PostForm, NameForm):
    """A person with a first post."""

    field_order = ("username", "name_zh", "name_en", "unit", "role", "below")
    username = forms.CharField(
        label=words("用户名", "user name"),
        help_text=words(
            "用于登录：字母、数字、“-”、“_”，以后不能更改",
            "to sign in with: letters, digits, “-” and “_”; it cannot be changed later",
        ),
        max_length=MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@page(PEOPLE_READ)
def people(request: Request) -> HttpResponse:
    """Show the people with posts in the person's reach."""
    me = request.user
    posts = Post.objects.visible_to(me).filter(active=True).select_related("unit")
    seen = Person.objects.visible_to(me).prefetch_related(Prefetch("posts", posts, to_attr="shown"))
    if request.GET.get("role"):
        there = list(me.units(PEOPLE_READ).values_list("pk", flat=True))  # a post beyond the reach is not told
        held = FilteredRelation("posts", condition=Q(posts__active=True, posts__unit__in=there))
        seen = seen.alias(now=held).distinct()  # somebody may hold one role in two units
    return LIST.answer(request, seen, template="office/people.html", may_hire=me.may(PEOPLE_MANAGE))


@page(PEOPLE_READ, of=Person)
def person(request: Request, thing: Person) -> HttpResponse:
    """Show one person: the account, and the posts held and ended."""
    me = request.user
    more = {
        "person": thing,
        "posts": Post.objects.visible_to(me).filter(person=thing).select_related("unit", "person"),
        "may_change": acts_on(me, thing, PEOPLE_MANAGE) and thing != me,
        "ends": me.units(PEOPLE_MANAGE) if thing != me else (),
        "trail": [(PEOPLE, reverse("office:people")), (thing.name, "")],
    }
    return render(request, "office/person.html", more)


@form(PEOPLE_MANAGE)
def new(request: Request) -> HttpResponse:
    """Make a person with a first post; the first password is shown once."""
    entered = NewPersonForm.of(request, initial={"unit": request.GET.get("unit", "")})
    entered.given_by(request.user)
    made: list[tuple[Person, str]] = []

    def hire() -> None:
        said = entered.values() | {"unit": entered.where()}
        made.append(staff.hire(request.user.actor(PEOPLE_MANAGE), **said))

    if entered.done(hire):
        return _password_once(request, *made[0])
    title, back = Text("新建人员", "New person"), reverse("office:people")
    return entered.page(request, title, back=back, trail=[(PEOPLE, back), (title, "")])


@form(PEOPLE_MANAGE, of=Person)
def edit(request: Request, thing: Person) -> HttpResponse:
    """Change what a person is called."""
    entered = NameForm.of(request, thing)
    actor = request.user.actor(PEOPLE_MANAGE)
    if entered.done(lambda: staff.edit(actor, thing, edition=entered.seen, **entered.values())):
        tell(request, Text("已保存", "Saved"), "success")
        return redirect("office:person", thing.username)
    return entered.page(request, Text("修改姓名", "Edit name"), back=_at(thing), trail=_trail(thing))


@form(PEOPLE_MANAGE, of=Person)
def give(request: Request, thing: Person) -> HttpResponse:
    """Give a person a post."""
    entered = PostForm.of(request)
    entered.given_by(request.user)
    actor = request.user.actor(PEOPLE_MANAGE)

    def give_it() -> None:
        said = entered.cleaned_data
        staff.give(actor, thing, entered.where(), said["role"], below=said["below"])

    if entered.done(give_it):
        tell(request, Text("已任职", "Post given"), "success")
        return redirect("office:person", thing.username)
    return entered.page(request, Text("新增任职", "Give a post"), back=_at(thing), trail=_trail(thing))


@act(PEOPLE_MANAGE, of=Post)
def end_post(request: Request, thing: Post) -> HttpResponse:
    """End a post; it is kept."""
    reason = request.POST.get("reason", "").strip()
    staff.end(request.user.actor(PEOPLE_MANAGE), thing, reason=reason, edition=edition_of(request))
    tell(request, Text("任职已终止", "Post ended"), "success")
    return redirect("office:person", thing.person.username)


@act(PEOPLE_MANAGE, of=Person)
def renew(request: Request, thing: Person) -> HttpResponse:
    """Give a person a new first password, shown once."""
    password = staff.renew(request.user.actor(PEOPLE_MANAGE), thing, edition=edition_of(request))
    return _password_once(request, thing, password)


@act(PEOPLE_MANAGE, of=Person)
def deactivate(request: Request, thing: Person) -> HttpResponse:
    """Close an account at once."""
    reason = request.POST.get("reason", "").strip()
    staff.deactivate(request.user.actor(PEOPLE_MANAGE), thing, reason=reason, edition=edition_of(request))
    tell(request, Text("账号已停用，其登录已全部退出", "Account closed; its sessions have ended"), "success")
    return redirect("office:person", thing.username)


@act(PEOPLE_MANAGE, of=Person)
def reactivate(request: Request, thing: Person) -> HttpResponse:
    """Open an account again, with a new first password."""
    reason = request.POST.get("reason", "").strip()
    actor = request.user.actor(PEOPLE_MANAGE)
    password = staff.reactivate(actor, thing, reason=reason, edition=edition_of(request))
    return _password_once(request, thing, password)


def found(me: Person, wanted: str) -> Iterator[Hit]:
    """Find people by name, user name or pinyin."""
    for each in matching(Person.objects.visible_to(me), wanted, code="username"):
        yield Hit(PEOPLE, each.name, each.username, _at(each))


def _at(thing: Person) -> str:
    return reverse("office:person", args=[thing.username])


def _trail(thing: Person) -> list[tuple[Text, str]]:
    return [(PEOPLE, reverse("office:people")), (thing.name, _at(thing))]


def _password_once(request: Request, thing: Person, password: str) -> HttpResponse:
    more = {"person": thing, "password": password, "trail": _trail(thing)}
    return render(request, "office/first_password.html", more)

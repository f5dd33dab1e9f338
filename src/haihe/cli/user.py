"""Commands of the people of a workspace: add them, list them, give and end posts, new passwords, close accounts.

They are for whoever runs the machine: entries of the audit name the channel ``cli``. Whoever adds a neighbouring region
adds its first administrator here; from then on the region keeps its own people.
"""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, Language, app, desk
from haihe.messages import HaiheError, Text

if TYPE_CHECKING:
    from haihe.workspace.audit.chain import Actor
    from haihe.workspace.units.models import Person, Unit

user_app = typer.Typer(no_args_is_help=True, help="People of a workspace: add, list, posts, passwords.")
app.add_typer(user_app, name="user")

UserArgument = Annotated[str, typer.Argument(help="User name: letters, digits, - and _.")]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Folder of the workspace; HAIHE_HOME otherwise.")]
UnitOption = Annotated[str, typer.Option("--unit", help="Code of the unit.")]
RoleOption = Annotated[str, typer.Option("--role", help="planner, editor, approver, reviewer, finance, ... or admin.")]
BelowOption = Annotated[bool, typer.Option("--below", help="The role reaches to every unit below, too.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; it goes into the audit.")]


@contextmanager
def started(home: Path | None, lang: Language | None, as_json: bool) -> Iterator[tuple[Desk, "Actor"]]:
    """Start the workspace and say who acts: the account of the machine."""
    with desk(lang, as_json) as here:
        from haihe.messages.extras import needed

        needed("django")
        from haihe.workspace.start import prepare

        prepare(home)
        from haihe.workspace.audit.chain import Actor

        yield here, Actor(getpass.getuser(), "", "cli")


def _person(username: str) -> "Person":
    from haihe.workspace.units.codes import tried
    from haihe.workspace.units.models import Person

    found: Person | None = Person.objects.called(tried(username))
    if found is None:
        raise HaiheError("E-WEB-47", value=username)
    return found


def unit_of(code: str) -> "Unit":
    """Give the unit of a code; ``E-WEB-48`` where there is none."""
    from haihe.workspace.units.models import Unit

    found: Unit | None = Unit.objects.called(code)
    if found is None:
        raise HaiheError("E-WEB-48", value=code)
    return found


def _password(here: Desk, person: "Person", password: str) -> None:
    here.data({"ok": True, "username": person.username, "password": password})
    here.say(
        Text(
            f"用户名 {person.username}，初始口令 {password}（只显示一次，首次登录须修改）",
            f"User name {person.username}, first password {password} (shown once; must be changed at first sign-in)",
        )
    )


@user_app.command("add", epilog="Example: haihe user add wang --name 王一 --unit TJ-BH --role editor --below")
def user_add(
    username: UserArgument,
    name: Annotated[str, typer.Option("--name", help="Name in Chinese.")],
    unit: UnitOption,
    role: RoleOption,
    name_en: Annotated[str, typer.Option("--name-en", help="Name in English.")] = "",
    below: BelowOption = False,
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Add a person with a first post; the first password is printed once."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import staff

        _password(here, *staff.hire(actor, username, name, unit_of(unit), role, name_en=name_en, below=below))


@user_app.command("list", epilog="Example: haihe user list --unit TJ-BH --json")
def user_list(
    unit: Annotated[str, typer.Option("--unit", help="Only who holds a post in this unit or below it.")] = "",
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """List people with their posts."""
    with started(home, lang, json_) as (here, _):
        from haihe.workspace.units.models import Person, Post

        people = Person.objects.order_by("username")
        if unit:
            there = Post.objects.filter(unit__path__startswith=unit_of(unit).path, active=True)
            people = people.filter(pk__in=there.values("person"))
        rows: list[dict[str, Any]] = [_row(person, here) for person in people]
        here.data({"ok": True, "people": rows})
        here.grid(
            Text("人员", "People"),
            [Text("用户名", "user name"), Text("姓名", "name"), Text("状态", "state"), Text("任职", "posts")],
            [[row["username"], row["name"], row["words"], "; ".join(row["posts"]) or "—"] for row in rows],
        )


def _row(person: "Person", here: Desk) -> dict[str, Any]:
    state = Text("在用", "active") if person.is_active else Text("已停用", "closed")
    posts = [post.words(here.lang) for post in person.posts.filter(active=True).select_related("unit")]
    said = {"username": person.username, "name": person.name(here.lang), "active": person.is_active}
    return said | {"words": state(here.lang), "posts": posts}


@user_app.command("role", epilog="Example: haihe user role wang --unit TJ-BH --role approver --end")
def user_role(
    username: UserArgument,
    unit: UnitOption,
    role: RoleOption,
    below: BelowOption = False,
    end: Annotated[bool, typer.Option("--end", help="End the post instead of giving it.")] = False,
    reason: ReasonOption = "",
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Give a person a post, or end one."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import staff

        person, where = _person(username), unit_of(unit)
        if end:
            post = person.posts.filter(unit=where, role=role, active=True).first()
            if post is None:
                raise HaiheError("E-WEB-45", value=f"{person.username} {role} {where.code}")
            staff.end(actor, post, reason=reason)
        else:
            post = staff.give(actor, person, where, role, below=below)
        here.data({"ok": True, "post": post.code, "active": post.active})
        done = Text("已终止", "ended") if end else Text("已任职", "given")
        here.say(Text(f"{done.zh}：{post.words.zh}", f"{done.en}: {post.words.en}"))


@user_app.command("password", epilog="Example: haihe user password wang")
def user_password(
    username: UserArgument, home: HomeOption = None, json_: JsonOption = False, lang: LangOption = None
) -> None:
    """Set a new first password, printed once; the person is signed out everywhere."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import staff

        person = _person(username)
        _password(here, person, staff.renew(actor, person))


@user_app.command("deactivate", epilog="Example: haihe user deactivate wang --reason 调离")
def user_deactivate(
    username: UserArgument,
    reason: ReasonOption = "",
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Close an account at once: no sign-in, no session, no token. What the person did stays."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import staff

        person = _person(username)
        staff.deactivate(actor, person, reason=reason)
        here.data({"ok": True, "username": person.username, "active": False})
        here.say(Text(f"已停用 {person.username}", f"{person.username} is closed"))

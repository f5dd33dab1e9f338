"""Units, people and posts, as far as the caller may see them. They are kept on the pages of the administrator."""

from ninja import Query
from pydantic import BaseModel

from haihe.messages import Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.paging import Asked, Paged, paged
from haihe.workspace.api.sections.me import PostOut, post_out
from haihe.workspace.api.sections.said import Name, named
from haihe.workspace.units.actions import PEOPLE_READ, UNITS_READ
from haihe.workspace.units.models import Person, Post, Unit

SECTION = Section("units", Text("单位与人员", "Units and people"))


class UnitOut(BaseModel):
    """A unit; ``path`` is the chain of codes from the top."""

    code: str
    name: Name
    kind: str
    parent: str | None
    path: str
    region: str | None
    chain: str | None
    edition: int


class PersonOut(BaseModel):
    """Somebody who signs in."""

    username: str
    name: Name
    active: bool
    edition: int


def unit_out(unit: Unit) -> UnitOut:
    """Give what is said of a unit."""
    return UnitOut(
        code=unit.code,
        name=named(unit.name),
        kind=unit.kind_of,
        parent=unit.parent.code if unit.parent else None,
        path=unit.path,
        region=unit.region or None,
        chain=unit.chain or None,
        edition=unit.edition,
    )


def person_out(person: Person) -> PersonOut:
    """Give what is said of a person."""
    return PersonOut(username=person.code, name=named(person.name), active=person.is_active, edition=person.edition)


@SECTION.get("/units", UNITS_READ, Text("列出可见的单位", "list the units that I see"), Paged[UnitOut])
def units(request: Call, asked: Query[Asked]) -> Paged[UnitOut]:
    """List units in the order of their codes."""
    return paged(Unit.objects.visible_to(request.user).select_related("parent"), asked, "code", unit_out)


@SECTION.get("/units/{code}", UNITS_READ, Text("读取一个单位", "read a unit"), UnitOut, of=Unit)
def unit(thing: Unit) -> UnitOut:
    """Give a unit."""
    return unit_out(thing)


@SECTION.get("/people", PEOPLE_READ, Text("列出可见的人员", "list the people that I see"), Paged[PersonOut])
def people(request: Call, asked: Query[Asked]) -> Paged[PersonOut]:
    """List people in the order of their names of sign-in."""
    return paged(Person.objects.visible_to(request.user), asked, "username", person_out)


@SECTION.get("/posts", PEOPLE_READ, Text("列出可见的任职", "list the posts that I see"), Paged[PostOut])
def posts(request: Call, asked: Query[Asked]) -> Paged[PostOut]:
    """List posts, those that ended too."""
    seen = Post.objects.visible_to(request.user)
    return paged(seen.select_related("person", "unit"), asked, "code", post_out)

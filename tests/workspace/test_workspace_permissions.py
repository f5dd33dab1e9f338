"""Every address x method x role x unit: only the permitted answer.

The addresses come from the URL table, the objects from `samples`. What is expected is worked out from the table of posts,
the table of parents and the roles' actions alone, not by asking the code that guards.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.urls.converters import SlugConverter
from offices import own_office
from permission_world import ADDRESSES, Address, World
from samples import LOOKUPS, SAMPLES, VIEWERS, WHERE, Sample, Viewer

from haihe.workspace.config import Office
from haihe.workspace.frame.access import form, page
from haihe.workspace.frame.checks import addresses
from haihe.workspace.units.actions import PEOPLE_READ
from haihe.workspace.units.models import Owned, People, Person, Seen, Unit, Units
from haihe.workspace.units.roles import ACTIONS, ALLOWED
from workspace_cases import small_city

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
PUBLIC = {"office:sign-in", "office:language", "office:health"}
"""What strangers may use."""
OWN = {
    "office:sign-out", "office:password", "office:sessions-end", "office:tokens", "office:tokens-end",
}  # fmt: skip
"""What everybody may change: things of one's own."""
CHECKS = {"office:prove", "data:version-check"}
"""What readers may ask to be checked; nothing but the finding is written."""
FEW = ("", "nobody", "planner", "auditor", "bh-editor")
REFUSED = (409, 422)
ASKED = ("", "?as=csv", "?q=样本")
"""Answers to a change that is permitted and cannot be done as it was asked for."""


@pytest.fixture(scope="module", autouse=True)
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One folder for all tests of this file, in place of one for each."""
    with own_office(tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture
def _django_db_helper() -> None:
    """No transaction for each test: `world` has one for all (the mark above still has the database made)."""


@pytest.fixture(scope="module")
def world(office: Office, django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all tests of this file: each question leaves it as it was."""
    del office, django_db_setup
    logging.disable(logging.ERROR)  # thousands of refusals, each with its traceback
    with django_db_blocker.unblock(), transaction.atomic():
        made = World(small_city())
        made.fill()
        yield made
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()  # what counts sign-ins and calls


def expected(address: Address, viewer: Viewer | None, method: str, sample: Sample | None) -> int | None:
    """The refusal that is due, or None where the answer must be a permitted one."""
    access, lookup = address.access, address.lookup
    if viewer is None and not access.public:
        return 302
    if method not in access.methods:
        return 405
    if viewer is None:
        return None
    if access.of is None and access.action and not viewer.holds(access.action):
        return 403
    if sample is None or lookup is None:
        return None
    if lookup.allowed is not None:
        return None if lookup.allowed(viewer, sample) else 404
    if not sample.seen_by(viewer):
        return 404
    return None if sample.acted_on_by(viewer, lookup.action) else 403


def faults(world: World, address: Address, url_of: Callable[[dict[str, Any]], str], whole: bool = False) -> list[str]:
    """Every answer of an address that is not the one due.

    Methods that no object takes, and HEAD, which is GET, are asked of one object, and of a few people where not ``whole``.
    """
    found = []
    lookup = address.lookup
    for unit in WHERE if lookup else ("",):
        sample = world.sample(lookup.of, unit) if lookup else None
        url = url_of(lookup.parameters(sample)) + lookup.query(sample) if lookup and sample else url_of({})
        for username in [*VIEWERS, ""]:
            viewer = VIEWERS.get(username)
            for method in METHODS:
                usual = method in ("GET", "POST") and method in address.access.methods
                if not usual and (unit not in ("", WHERE[0]) or not (whole or username in FEW)):
                    continue
                due = expected(address, viewer, method, sample)
                answer = world.ask(username, method, url)
                if wrong := fault(answer, due, sample, viewer):
                    found.append(f"{method} {url} as {username or 'a stranger'}: {wrong}")
    return found


def fault(answer: Any, due: int | None, sample: Sample | None, viewer: Viewer | None) -> str:
    """What is wrong with an answer; "" where nothing is."""
    status, place = answer.status_code, answer.headers.get("Location", "")
    if due is None:
        if status >= 400 and status not in REFUSED:
            return f"{status} where it is permitted"
        if viewer is not None and place.startswith("/sign-in?next="):
            return f"sent to {place}"
        return ""
    if status != due:
        return f"{status}, not {due}"
    if due == 302 and not place.startswith("/sign-in?next=/"):
        return f"sent to {place}"
    body = answer.content.decode()
    told = [name for name in sample.names if name in body] if sample is not None and due in (302, 404) else []
    return f"tells {told}" if told else ""


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_only_the_permitted_answer(world: World, name: str) -> None:
    assert faults(world, ADDRESSES[name], lambda parameters: reverse(name, kwargs=parameters)) == []


@pytest.mark.endure
@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_every_method_of_everybody(world: World, name: str) -> None:
    assert faults(world, ADDRESSES[name], lambda parameters: reverse(name, kwargs=parameters), whole=True) == []


def test_names_of_addresses_are_those_of_their_rooms() -> None:
    """The table above is whole: no two addresses share a name, and each name leads back to its route."""
    assert len(ADDRESSES) == len(list(addresses()))


def kinds(of: type = Owned) -> Iterator[type]:
    """Every kind of object that belongs to a unit."""
    for each in of.__subclasses__():
        yield from kinds(each)
        if not each._meta.abstract and each.__module__.startswith("haihe."):  # type: ignore[attr-defined]
            yield each


def test_every_kind_has_a_sample() -> None:
    missing = {each.__name__ for each in [*kinds(), Unit, Person] if each not in SAMPLES}
    assert not missing, f"add samples to tests/workspace/samples.py: {missing}"


def unexplained(address: Address) -> bool:
    """Whether an address names an object in a way that the test cannot follow."""
    return (
        bool(address.parameters)
        and address.name not in LOOKUPS
        and (address.access.of is None or address.parameters != {"code"})
    )


def test_every_address_with_parameters_can_be_asked() -> None:
    missing = {each.name for each in ADDRESSES.values() if unexplained(each)}
    assert not missing, f"add them to LOOKUPS of tests/workspace/samples.py: {missing}"


def loose(address: Address) -> str:
    """What an address opens further than its roles should reach; "" where nothing.

    Auditors and viewers change nothing, and nothing else is open to everybody or to strangers than what is listed above.
    """
    access = address.access
    if access.public != (address.name in PUBLIC):
        return "open to strangers"
    if "POST" not in access.methods or access.public:
        return ""
    if not access.action:
        return "" if address.name in OWN else "everybody may change something"
    held = {role for role in ("auditor", "viewer") if access.action in ALLOWED[role]}
    return f"{held} may change something" if held and address.name not in CHECKS else ""


def test_readers_change_nothing_and_strangers_get_nothing() -> None:
    assert {name: wrong for name, each in ADDRESSES.items() if (wrong := loose(each))} == {}


def test_who_administers_decides_nothing() -> None:
    assert ALLOWED["admin"] <= {"units.read", "units.manage", "people.read", "people.manage", "settings.read"}
    assert not [action for action in ALLOWED["auditor"] if not action.endswith((".read", ".inspect"))]
    assert set().union(*ALLOWED.values()) == set(ACTIONS)


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.endure)], ids=["in turn", "all"])
def test_lists_name_only_what_their_reader_may_see(world: World, whole: bool) -> None:
    """As a page, as a file and searched; each reader is asked in one of the three ways in turn where not ``whole``."""
    samples = [world.sample(kind, unit) for kind in SAMPLES for unit in WHERE]
    lists = [name for name, each in ADDRESSES.items() if not each.parameters and "GET" in each.access.methods]
    for at, name in enumerate(lists):
        for turn, (username, viewer) in enumerate(VIEWERS.items(), at):
            for query in ASKED if whole else (ASKED[turn % len(ASKED)],):
                body = world.ask(username, "GET", reverse(name) + query).content.decode(errors="replace")
                told = [
                    (sample.thing.kind(), named)
                    for sample in samples
                    if not sample.seen_by(viewer)
                    for named in sample.names
                    if named in body
                ]
                assert not told, f"{name}{query} tells {username} {told}"


# Broken twins: each fault that the tests above are for is put in, and must be found.


def twin(view: Any, name: str = "twin:twin", route: str = "units/<slug:code>") -> Address:
    return Address(name, route, path(route, view))


@pytest.mark.parametrize("query", [Seen, Units, People])
def test_a_filter_that_lets_everything_through_is_found(
    world: World, monkeypatch: pytest.MonkeyPatch, query: Any
) -> None:
    names = {Seen: "intake:upload", Units: "office:unit", People: "office:person"}
    name = names[query]
    monkeypatch.setattr(query, "visible_to", lambda self, _person, _action="": self.all())
    found = faults(world, ADDRESSES[name], lambda parameters: reverse(name, kwargs=parameters))
    assert any("bh-editor" in each or "hp-editor" in each for each in found) or name == "office:person"
    assert found


def test_a_look_up_that_forgets_the_unit_of_the_action_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Owned, "allows", lambda _self, person, action: person.may(action))
    found = faults(world, ADDRESSES["jobs:cancel"], lambda parameters: reverse("jobs:cancel", kwargs=parameters))
    assert found == [] or all("not 403" in each for each in found)
    monkeypatch.setattr(Owned, "allows", lambda _self, _person, _action: True)
    found = faults(world, ADDRESSES["jobs:cancel"], lambda parameters: reverse("jobs:cancel", kwargs=parameters))
    assert any("not 403" in each for each in found)


def test_a_view_without_its_object_is_found() -> None:
    @page(PEOPLE_READ)
    def open_view(request: HttpRequest, code: str) -> HttpResponse:
        return HttpResponse(code)

    assert unexplained(twin(open_view))


def test_a_form_instead_of_a_page_is_found() -> None:
    @form(PEOPLE_READ, of=Person)
    def changing(request: HttpRequest, thing: Person) -> HttpResponse:
        return HttpResponse(thing.code)

    assert "auditor" in loose(twin(changing))


def test_a_view_that_answers_everybody_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    address = ADDRESSES["office:people"]
    access = address.access
    monkeypatch.setattr(Person, "may", lambda *_args, **_more: True)
    assert access.action == PEOPLE_READ
    assert any("not 403" in each for each in faults(world, address, lambda _parameters: reverse("office:people")))


def test_slugs_are_what_codes_are_made_of() -> None:
    assert SlugConverter.regex == "[-a-zA-Z0-9_]+"

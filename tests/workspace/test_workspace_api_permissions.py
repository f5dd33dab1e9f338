"""Who may call what: every operation with every person, on objects of the own city and of a neighbour, derived twice.

The expectation is written here from the tree and the table of roles alone; it calls none of the code that it tests.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from offices import own_office
from samples import SAMPLES, VIEWERS, Sample, Viewer

from haihe.workspace.api import checks
from haihe.workspace.api.operations import OPERATIONS, Operation
from haihe.workspace.api.service import API
from haihe.workspace.config import Office
from haihe.workspace.duties.models import PlanDocument
from haihe.workspace.papers.models import Paper
from haihe.workspace.rounds.models import Objection
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.units.models import Owned
from haihe.workspace.units.roles import ALLOWED
from workspace_api_cases import HOMES, Things, bearer, called, filled
from workspace_cases import PEOPLE, UNITS, City, small_city

pytestmark = pytest.mark.django_db

PARENT = {code: parent for code, _zh, _en, _kind, parent, _region in UNITS}


def _within(unit: str | None, top: str, below: bool) -> bool:
    while unit is not None:
        if unit == top:
            return True
        unit = PARENT[unit] if below else None
    return False


def expected(operation: Operation, username: str, unit: str) -> set[int]:
    """Give the statuses that a person may get on an object of a unit."""
    _, role, home, below = next(each for each in PEOPLE if each[0] == username)
    if operation.action and operation.action not in ALLOWED[role]:
        return {403}
    if operation.name == "history":
        return {200} if "units.read" in ALLOWED[role] and _within(unit, home, below) else {404}
    if operation.of is None:
        return {200, 202, 422}
    if operation.of.read_by not in ALLOWED[role] or not _within(unit, home, below):
        return {404}
    done = {200, 202, 409, 422, 428}
    if operation.of.__name__ == "Upload":
        changes = operation.changes and "data.submit" not in ALLOWED[role]  # what uploads to a dataset need
        return ({403} if changes else done) if home == unit or role == "auditor" else {404}
    return done | {404} if home != unit and hides(operation.of) else done


def hides(kind: type[Owned]) -> bool:
    """Whether a kind may hide what is not ready from other offices; its own tests say when."""
    return issubclass(kind, Owned) and kind.narrowed.__func__ is not Owned.narrowed.__func__  # type: ignore[attr-defined]


def right(client: Client, operation: Operation, answer: Any, wanted: set[int]) -> bool:
    """Whether an answer is one of those wanted; a body that is refused for any object, there or not, tells nothing."""
    told = answer.status_code in wanted
    return told or (answer.status_code == 422 and called(client, operation, "no-such-thing").status_code == 422)


DONE = {200, 202, 409, 422, 428}


def permitted(operation: Operation, viewer: Viewer, sample: Sample) -> set[int]:
    """Give the statuses that a viewer may get on a sample, by the plain rules that the samples state."""
    if operation.action and not viewer.holds(operation.action):
        return {403}
    if not sample.seen_by(viewer):
        return {404}
    return DONE if sample.acted_on_by(viewer, operation.action) else {403}


SAMPLED = {
    kind
    for kind in SAMPLES
    if kind._meta.app_label in {"chains", "meetings", "months", "problems", "studies"}
    or kind.__module__.endswith("ledger_models")
    or kind in {Paper, PlanDocument, Review, Objection}
}
"""Kinds whose objects come from the samples that the pages' test uses, too."""


@dataclass(frozen=True)
class Filled:
    """The small city with its people signed in, and objects of every kind in two units, of neighbouring regions."""

    city: City
    things: list[Things]
    samples: dict[tuple[Any, str], Sample]
    clients: dict[str, Client]

    def signed(self, username: str) -> Client:
        """Somebody's client as it was after the sign-in."""
        client = Client()
        client.handler = self.clients[username].handler  # its middleware is loaded
        client.cookies = SimpleCookie({name: each.value for name, each in self.clients[username].cookies.items()})
        return client

    def sampled(self, kind: Any) -> bool:
        """Whether an operation's object comes from the samples that the pages' test uses, too."""
        return kind in SAMPLED or (kind in SAMPLES and kind not in self.things[0].objects)

    def ready(self, wanted: Any) -> None:
        """Make the samples of a kind, after those that were registered before it: some stand on others."""
        before = list(SAMPLES)[: list(SAMPLES).index(wanted) + 1] if self.sampled(wanted) else []
        for kind in filter(self.sampled, before):
            for unit in HOMES:
                if (kind, unit) not in self.samples:
                    self.samples[kind, unit] = SAMPLES[kind](self.city, unit)


@pytest.fixture(scope="module", autouse=True)
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One folder for all tests of this file, in place of one for each."""
    with own_office(tmp_path_factory.mktemp("filled")) as made:
        yield made


@pytest.fixture
def _django_db_helper() -> None:
    """No transaction for each test: `filled_city` has one for all (the mark above still has the database made)."""


@pytest.fixture(scope="module")
def filled_city(office: Office, django_db_setup: None, django_db_blocker: Any) -> Iterator[Filled]:
    """One city for all tests of this file: each call leaves it as it was."""
    del office, django_db_setup
    logging.disable(logging.ERROR)  # thousands of refusals
    with django_db_blocker.unblock(), transaction.atomic():
        city = small_city()
        clients = {username: Client() for username in city.people}
        for username, client in clients.items():
            client.force_login(city.people[username])
        yield Filled(city, filled(city), {}, clients)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def _as_it_was(request: pytest.FixtureRequest, filled_city: Filled) -> Iterator[None]:
    """Whatever a test makes is gone after it, but for the samples that its operation is about."""
    cache.clear()  # what counts calls
    if "name" in request.fixturenames:
        filled_city.ready(OPERATIONS[request.getfixturevalue("name")].of)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def city(filled_city: Filled) -> City:
    return filled_city.city


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_only_the_permitted_answer(name: str, filled_city: Filled) -> None:
    operation, signed = OPERATIONS[name], filled_city.signed
    if filled_city.sampled(operation.of):
        for unit in HOMES:
            sample = filled_city.samples[operation.of, unit]
            for username in filled_city.city.people:
                answer = called(signed(username), operation, sample.thing.code)
                wanted = permitted(operation, VIEWERS[username], sample)
                said = (name, username, unit, wanted, answer.status_code, answer.content[:300])
                assert right(signed(username), operation, answer, wanted), said
        return
    for things in filled_city.things:
        thing = things.objects.get(operation.of) if operation.of else None
        code = thing.code if thing is not None else things.unit.code if name == "history" else ""
        for username in filled_city.city.people:
            answer = called(signed(username), operation, code)
            said = (name, username, things.unit.code, answer.status_code, answer.content[:300])
            wanted = expected(operation, username, things.unit.code)
            assert right(signed(username), operation, answer, wanted), said
            if answer.status_code == 404 and code:
                assert code not in answer.content.decode(), said


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_nobody_gets_in_without_a_sign_in(name: str, client: Client) -> None:
    answer = called(client, OPERATIONS[name])
    assert answer.status_code == 401
    assert answer.json()["code"] == "E-API-02"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_a_token_does_no_more_than_its_scope(name: str, filled_city: Filled, city: City, client: Client) -> None:
    operation = OPERATIONS[name]
    if filled_city.sampled(operation.of):
        sample = filled_city.samples[operation.of, HOMES[0]]
        for scope in ("read", "write", "approve"):
            for username in ("planner", "admin"):
                answer = called(client, operation, sample.thing.code, **bearer(city.people[username], scope))
                if scope != operation.scope:
                    assert (answer.status_code, answer.json()["code"]) == (403, "E-API-14")
                else:
                    wanted = permitted(operation, VIEWERS[username], sample)
                    assert answer.status_code in wanted | {422}  # a body may be refused before the object is sought
        return
    things = filled_city.things[0]
    code = things.objects[operation.of].code if operation.of else things.unit.code
    for scope in ("read", "write", "approve"):
        for username in ("planner", "admin"):
            answer = called(client, operation, code, **bearer(city.people[username], scope))
            if scope == operation.scope:
                wanted = expected(operation, username, things.unit.code)
                if not hides(operation.of or Owned):
                    assert answer.status_code in wanted | {422}
                else:
                    assert answer.status_code in wanted | {404, 422}
            else:
                assert (answer.status_code, answer.json()["code"]) == (403, "E-API-14")


def test_every_operation_is_declared() -> None:
    assert checks.every_operation_is_guarded(None) == []
    assert {each.operation_id for each in checks.bound(API._get_bound_routers())} == set(OPERATIONS)
    for each in OPERATIONS.values():
        assert each.roles, each.name
        assert each.scope != "read" or each.method == "GET", each.name


def test_an_open_operation_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    each = next(checks.bound(API._get_bound_routers()))
    monkeypatch.setattr(each, "auth_callbacks", [])
    assert [found.id for found in checks.every_operation_is_guarded(None)] == ["haihe.E005"]


def test_session_changes_need_the_csrf_token(city: City) -> None:
    for operation in OPERATIONS.values():
        if operation.method == "GET":
            continue
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(city.people["planner"])
        answer: Any = called(strict, operation, "none")
        assert (answer.status_code, answer.json()["code"]) == (403, "E-API-15"), operation.name


def test_a_token_needs_no_csrf_token(city: City) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(city.people["bj-viewer"])  # the token counts, not the session beside it
    sent = bearer(city.people["planner"])
    assert strict.post("/api/v1/tokens/end", {"code": "x"}, "application/json", headers=sent).status_code == 422
    assert strict.get("/api/v1/me", headers=sent).json()["username"] == "planner"

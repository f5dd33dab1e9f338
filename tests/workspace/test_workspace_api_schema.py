"""The description against the service: for every role, whatever is sent, only documented answers of the documented form."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from samples import SAMPLES
from schemathesis import Case, GenerationMode, checks

from haihe.workspace.api.document import ROOT
from haihe.workspace.api.operations import OPERATIONS
from haihe.workspace.data.models import Dataset
from haihe.workspace.units.roles import ALLOWED
from workspace_api_cases import Things, bearer, filled
from workspace_cases import PEOPLE as EVERYBODY
from workspace_cases import City

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
    checks.negative_data_rejection,
]
FEW, MANY = 5, 120
"""Calls of an operation for one person."""
PEOPLE = ("planner", "bh-editor", "bh-approver", "auditor")


@cache
def described() -> Any:
    """Read the description as a program does."""
    return schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", WSGIHandler())


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def callers(name: str) -> tuple[str, ...]:
    """Give who calls an operation: the usual people, and whoever holds its action where none of them does."""
    action = OPERATIONS[name].action
    holders = tuple(username for username, role, _, _ in EVERYBODY if not action or action in ALLOWED[role])
    return PEOPLE if set(holders) & set(PEOPLE) else PEOPLE + holders


def code_of(kind: type[Any], things: Things, city: City) -> str:
    """The code of an object of a kind in Binhai: of those that the API's tests share, else of the pages' samples."""
    made = things.objects.get(kind)
    return str((made if made is not None else SAMPLES[kind](city, things.unit.code).thing).code)


def cases(name: str, things: Things, code: str) -> st.SearchStrategy[Case]:
    """Make calls up: right and wrong ones, on objects that are there and on others."""
    operation = described().find_operation_by_id(name)
    made = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    kind = OPERATIONS[name].of
    if kind is not None:
        there = {"code": code} | ({"table": "sources"} if "{table}" in OPERATIONS[name].path else {})
        made.append(operation.as_strategy(GenerationMode.POSITIVE, path_parameters=there))
    if name == "send_upload":
        there = {"target": "dataset", "thing": things.objects[Dataset].code, "file_name": "a.csv"}
        made.append(operation.as_strategy(GenerationMode.POSITIVE, query=there))
    return st.one_of(*made)


def walk(city: City, name: str, examples: int) -> set[int]:
    """Call an operation as several people, undoing what it changes; gives the statuses that came."""
    (here, _) = filled(city)
    kind = OPERATIONS[name].of
    code = code_of(kind, here, city) if kind is not None else ""
    return set().union(*(_calls(name, here, code, bearer(city.people[each]), examples) for each in callers(name)))


def _calls(name: str, here: Things, code: str, shown: dict[str, str], examples: int) -> set[int]:
    came: set[int] = set()

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases(name, here, code))
    def call(case: Case) -> None:
        with undone():
            answer = case.call(headers=shown)
        came.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    call()
    return came


@pytest.fixture(autouse=True)
def often(settings: Any) -> Iterator[None]:
    """Let the calls come as often as they do here, and keep the test's connection open after each, as Django's client does."""
    object.__setattr__(settings.OFFICE, "values", settings.OFFICE.values | {"API_PER_MINUTE": 10**6})
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_only_documented_answers(name: str, city: City) -> None:
    assert walk(city, name, FEW) & {200, 202, 404, 409, 412, 422}


@pytest.mark.endure
@pytest.mark.parametrize("name", sorted(OPERATIONS))
def test_only_documented_answers_to_many_calls(name: str, city: City) -> None:
    assert 422 in walk(city, name, MANY)


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "trace", "options", "head"])
def test_no_address_takes_another_method(method: str, city: City, client: Any) -> None:
    filled(city)
    paths: dict[str, set[str]] = {}
    for each in OPERATIONS.values():
        paths.setdefault(each.path, set()).add(each.method.lower())
    for path, methods in paths.items():
        if method in methods:
            continue
        answer = client.generic(method.upper(), ROOT + path.replace("{", "").replace("}", ""))
        assert answer.status_code == 405, (method, path)
        assert {each.strip().lower() for each in answer["Allow"].split(",")} == methods

"""What the tests of the workspace share: a folder of their own, quick password hashes, the small city, signed-in clients."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from browsing import Server, chromium, server_of
from django.db import connection
from django.test import Client, TransactionTestCase
from offices import own_office

from haihe.workspace.config import Office
from workspace_cases import City, small_city


@pytest.fixture(autouse=True)
def office(tmp_path: Path) -> Iterator[Office]:
    """Put the workspace's folder into the test's own."""
    with own_office(tmp_path) as made:
        yield made


@pytest.fixture
def city(db: Any) -> City:
    """The small city."""
    return small_city()


@pytest.fixture
def signed(city: City) -> Callable[[str], Client]:
    """Give a client that is signed in as one of the city's people."""

    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(city.people[username])
        return client

    return client_of


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium for tests marked ``browser``; closed after each file, since Django refuses its ORM while one runs."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The small city on a real server."""
    with server_of(tmp_path_factory.mktemp("served") / "office", worker=False) as server:
        yield server


@pytest.fixture(autouse=True, scope="session")
def _emptied_at_the_end() -> Iterator[None]:
    """Let Django empty the tables after a test with real transactions: the triggers of the audit chain and the ledger would refuse."""
    rooms = ("audit", "rounds", "plans", "neighbours")
    guards = [import_module(f"haihe.workspace.{room}.migrations.0002_guards") for room in rooms]
    emptied = TransactionTestCase._fixture_teardown

    def empty(case: TransactionTestCase) -> None:
        for each in guards:
            each.lift(connection)
        try:
            emptied(case)
        finally:
            for each in guards:
                each.put(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


LATER = (
    "scenarios",
    "papers",
    "duties",
    "problems",
    "chains",
    "months",
    "projects",
    "rounds",
    "meetings",
    "studies",
    "neighbours",
    "plans",
    "dashboards",
)
"""Rooms whose pages, and bodies of whose calls, are asked one by one in `make endure` only, to keep `make test` short.

Who may call which of their operations is asked in `make test` as for all others.
"""
ONE_BY_ONE = ("test_workspace_permissions.py", "test_workspace_api_schema.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long sweeps over the later rooms to `make endure`."""
    from haihe.workspace.api.operations import OPERATIONS  # the applications must be loaded

    for item in items:
        name = getattr(item, "callspec", None) and item.callspec.params.get("name")
        if not isinstance(name, str) or Path(item.path).name not in ONE_BY_ONE:
            continue
        room = name.split(":")[0] if ":" in name else getattr(OPERATIONS.get(name), "action", "").split(".")[0]
        if room in LATER:
            item.add_marker(pytest.mark.endure)

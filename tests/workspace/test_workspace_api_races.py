"""Calls that come at once, to a real server: of two changes of one edition one is done; a key is done once."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_race_cases import CODE
from browsing import Server, server_of

from postgres_server import postgres

pytestmark = pytest.mark.slow

ROUNDS = 6
AT_ONCE = 4
Came = tuple[int, bytes, Any]


def call(server: Server, who: str, path: str, body: Any = None, **headers: str) -> Came:
    said = {"Authorization": f"Bearer {server.seeded[who]}", "Content-Type": "application/json"} | headers
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/api/v1{path}", data, said)) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read(), error.headers


def at_once(calls: list[Callable[[], Came]]) -> list[Came]:
    """Make calls at the same moment."""
    gate, came = threading.Barrier(len(calls)), list[Came]()

    def run(each: Callable[[], Came]) -> None:
        gate.wait()
        came.append(each())

    threads = [threading.Thread(target=run, args=(each,)) for each in calls]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return came


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def raced(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    if request.param == "sqlite":
        monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
        with server_of(tmp_path / "office", "api_race_cases:seed", worker=False) as server:
            yield server
        return
    with postgres() as url:
        monkeypatch.setenv("HAIHE_DATABASE_URL", url)
        with server_of(tmp_path / "office", "api_race_cases:seed", worker=False) as server:
            yield server


def test_calls_at_once(raced: Server) -> None:
    here = f"/versions/{CODE}"
    for turn in range(ROUNDS):
        tag = call(raced, "bh-approver", here)[2]["ETag"]

        def change(turn: int = turn, tag: str = tag, who: int = 0) -> Came:
            return call(raced, "bh-approver", f"{here}/return", {"reason": f"{turn} {who}"}, **{"If-Match": tag})

        came = at_once([lambda who=who, change=change: change(who=who) for who in range(AT_ONCE)])  # type: ignore[misc]
        assert sorted(status for status, _, _ in came) == [200] + [412] * (AT_ONCE - 1)
        assert {json.loads(body)["code"] for status, body, _ in came if status == 412} == {"E-WEB-20"}

        def once(turn: int = turn) -> Came:
            return call(
                raced, "bh-editor", f"{here}/submit", {}, **{"If-Match": "*", "Idempotency-Key": f"turn-{turn}"}
            )

        came = at_once([once] * AT_ONCE)
        assert [status for status, _, _ in came] == [200] * AT_ONCE
        assert len({body for _, body, _ in came}) == 1
        assert sum("Idempotency-Replayed" in headers for _, _, headers in came) == AT_ONCE - 1
    assert raced.run("api_race_cases:recorded") == {"return": ROUNDS, "submit": ROUNDS, "breaks": 0}

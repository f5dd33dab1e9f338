"""Fifty people at once: every thing of the mix works for every role; in `make endure`, two minutes of it within bounds."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from browsing import server_of
from django.test import Client
from loading import ELSEWHERE, MIX, Answer, Taken, Visitor, by_page, load, quantile, told
from many_cases import MANY, load_office

from haihe.workspace.jobs.worker import drain

SECONDS = 120
P95 = 500
FILES = ("CSV",)


class InProcess:
    """A browser that asks the application itself."""

    def __init__(self) -> None:
        self.client = Client()

    def ask(self, method: str, path: str, sent: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        """Send a request; give the answer."""
        answer = (
            self.client.get(path, headers=headers) if sent is None else self.client.post(path, sent, headers=headers)
        )
        return Answer(answer.status_code, dict(answer.headers), answer.content)


@pytest.mark.django_db
def test_everything_of_the_mix_is_done_by_every_role() -> None:
    office = load_office(40, 10)
    one_a_role = {role: name for name, role in office["roles"].items()}
    done = set()
    for role, name in one_a_role.items():
        who = Visitor(name, role, InProcess(), office, random.Random(role), wait=lambda seconds: None)
        who.sign_in()
        for act in MIX:
            if role in act.roles:
                act.do(who)
                done.add(act.name)
        assert [each.wrong for each in who.taken if each.wrong] == []
        assert role != "editor" or {"report on a duty", "hand a report in"} <= {each.what for each in who.taken}
        assert role != "planner" or "progress of a job" in {each.what for each in who.taken}
    assert done == {act.name for act in MIX}
    assert [job.state for job in drain()] == ["done"]


def test_what_is_wrong_is_an_error_of_the_table() -> None:
    class Broken:
        def ask(self, method: str, path: str, sent: object, headers: object) -> Answer:
            if path == "/gone":
                raise ConnectionRefusedError
            return Answer(*({"/": (200, {}, b"fine"), "/bad": (500, {}, b"")}[path]))

    who = Visitor("a-0", "viewer", Broken(), {}, random.Random(0))
    for path in ("/", "/bad", "/gone"):
        who.get("page", path)
    who.send("form", "/", {})
    assert [each.wrong for each in who.taken] == ["", "500 /bad", "ConnectionRefusedError /gone", "not taken: /"]
    assert told("page", who.taken)["errors"] == 3
    assert [name for name, _ in by_page(who.taken)] == ["page", "form"]
    assert ELSEWHERE[0] < 400


def test_quantiles_are_of_the_nearest_rank() -> None:
    values = list(range(1, 101))
    assert [quantile(values, part) for part in (0.5, 0.95, 0.99, 1)] == [50, 95, 99, 100]
    assert quantile([7], 0.95) == 7
    assert told("x", [Taken("x", float(ms), 1000, "") for ms in values])["p95, ms"] == 95


@pytest.mark.endure
def test_fifty_people_work_for_two_minutes_on_lists_of_10_000_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_SIGN_INS_A_MINUTE", "1000")
    with server_of(tmp_path / "office", "many_cases:load_office", worker=False) as server:
        assert server.seeded["codes"]["problems"]
        taken = load(server.url, server.seeded, SECONDS)
    assert [each.wrong for each in taken if each.wrong] == []
    assert len(taken) > 50 * SECONDS / 8
    pages = [each.ms for each in taken if not each.what.startswith(FILES)]
    lists = [each.ms for each in taken if each.what.startswith("list of")]
    assert quantile(pages, 0.95) < P95, dict(by_page(taken))
    assert quantile(lists, 0.95) < P95
    assert MANY == 10_000

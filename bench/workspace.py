"""Bench: the workspace with 10,000 applications in a round and 10,000 projects on a board: every page and every step.

Run it through `run.py`, which puts the helpers of the tests on the path. Pages are asked of the application itself, without
a network, and counted in CPU time and in queries; the office stands in a folder of its own, on SQLite, and is thrown away.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from haihe.workspace.start import prepare

MANY = 10_000
FIRMS, EXPERTS, REPEATS = 200, 20, 5


@dataclass
class Table:
    """The rows of the bench as they are measured."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def page(self, client: Any, what: str, path: str) -> None:
        """Ask for a page some times, for a file once: CPU and queries of it."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        spent, size, file = [], 0, "as=" in path
        for _ in range(1 if file else REPEATS):
            began = time.process_time()
            answer = client.get(path)
            body = answer.content
            spent.append(1000 * (time.process_time() - began))
            assert answer.status_code == 200, (path, answer.status_code)
            size = len(body)
        asked = CaptureQueriesContext(connection)
        if not file:
            with asked:
                client.get(path)
        self._add("file" if file else "page", what, spent, None if file else len(asked), size)

    def step(self, what: str, run: Callable[[], Any]) -> Any:
        """Do a step once: CPU of it."""
        began = time.process_time()
        came = run()
        self._add("step", what, [1000 * (time.process_time() - began)])
        return came

    def _add(
        self, kind: str, what: str, spent: list[float], queries: int | None = None, size: int | None = None
    ) -> None:
        self.rows.append(
            {
                "kind": kind,
                "what": what,
                "CPU, ms": f"{statistics.median(spent):,.0f}",
                "slowest, ms": f"{max(spent):,.0f}",
                "queries": "" if queries is None else queries,
                "kB": "" if size is None else f"{size / 1000:,.0f}",
            }
        )
        sys.stderr.write(f"{list(self.rows[-1].values())}\n")


def lists_of(thing: Any, clients: Callable[[str], Any], table: Table) -> None:
    """The pages of applications, to the city, a district and a firm."""
    from haihe.workspace.rounds.models import Application

    one = Application.objects.filter(round=thing, unit__code="P0").first()
    assert one is not None
    ways = {
        "list of applications": "",
        "search": "?q=99",
        "filtered by state and district": f"?state={one.state}&district=TJ-BH",
        "sorted by firm": "?sort=unit__name_zh",
        "sorted by support": "?sort=-support",
        "page 100": "?page=100",
        "search of one round, sorted": f"?round={thing.code}&q=7&sort=-title",
    }
    for name, query in ways.items():
        table.page(clients("planner"), name, f"/rounds/applications{query}")
    table.page(clients("bh-approver"), "list of applications, a district", "/rounds/applications")
    table.page(clients("applicant-0"), "list of applications, a firm", "/rounds/applications")
    for who in ("planner", "applicant-0"):
        table.page(clients(who), f"one application, {who}", one.get_absolute_url())
    for who in ("planner", "bh-approver", "applicant-0"):
        table.page(clients(who), f"the round, {who}", f"/rounds/{thing.code}")
        table.page(clients(who), f"start page, {who}", "/")
    table.page(clients("planner"), "search of the office", "/search?q=99")


def rounds(city: Any, clients: Callable[[str], Any], table: Table) -> None:
    """A round from its check to its awards, with the pages between."""
    from django.utils import timezone
    from many_cases import experts, fresh, many_applications, marked
    from round_cases import hired

    from haihe.workspace.rounds import awarding, publishing, ranking, reviewing
    from haihe.workspace.rounds.models import Award, Run
    from haihe.workspace.rounds.review_models import Review

    planner = city.people["planner"]
    thing = many_applications(city, MANY, FIRMS)
    run = table.step("check of the round", lambda: ranking.check(fresh(thing), planner.actor()))
    table.page(clients("planner"), "lines of the check", f"/rounds/runs/{run.code}")
    people = experts(city, EXPERTS)
    table.step("deal to 20 experts, two each", lambda: reviewing.deal(planner, fresh(thing), people, 2))
    marked(thing)
    city.people["x0"] = people[0]
    table.page(clients("planner"), "reviews", "/rounds/reviews")
    table.page(clients("x0"), "reviews of an expert", "/rounds/reviews")
    table.page(clients("x0"), "one review", Review.objects.filter(expert=people[0])[0].get_absolute_url())
    table.page(clients("planner"), "leniency", f"/rounds/{thing.code}/leniency")
    run = table.step("ranking", lambda: ranking.rank(fresh(thing), planner.actor()))
    address = Run.objects.get(pk=run.pk).get_absolute_url()
    for name, query in (
        ("", ""),
        (", page 100", "?page=100"),
        (", filtered, by score", "?decision=funded&sort=-score"),
    ):
        table.page(clients("planner"), f"lines of the ranking{name}", f"{address}{query}")
    table.step("publish", lambda: publishing.publish(planner, fresh(thing)))
    lists_of(thing, clients, table)
    table.page(clients("applicant-0"), "published list", f"/rounds/{thing.code}/list")
    table.page(clients("applicant-0"), "published list, search", f"/rounds/{thing.code}/list?q=9&page=3")
    second = hired("second", city.units["TJ"], "planner")
    after = timezone.localdate() + timedelta(days=30)
    made = table.step("award", lambda: awarding.award(second, fresh(thing), today=after))
    table.rows[-1]["what"] = f"award of {len(made):,}"
    table.page(clients("planner"), "list of awards", "/rounds/awards")
    table.page(clients("planner"), "one award", Award.objects.get(pk=made[0].pk).get_absolute_url())
    for form in ("csv", "xlsx"):
        table.page(clients("planner"), f"applications as {form}", f"/rounds/applications?as={form}")
        table.page(clients("planner"), f"ranking as {form}", f"{address}?as={form}")


def projects(city: Any, clients: Callable[[str], Any], table: Table) -> None:
    """A board with `MANY` projects."""
    from many_cases import many_projects

    board, first = many_projects(city, MANY)
    where = board.get_absolute_url()
    ways = {
        "board": where,
        "board, searched": f"{where}?q=99",
        "board, one unit": f"{where}?unit=TJ-BH",
        "list of projects": "/projects/",
        "projects, searched": "/projects/?q=99&stage=signed",
        "projects, sorted, page 100": "/projects/?sort=-investment&page=100",
        "projects, stuck and late": "/projects/?stuck=180&late=late",
        "one project": first.get_absolute_url(),
        "proposing a stage": f"{first.get_absolute_url()}/move",
    }
    for name, path in ways.items():
        table.page(clients("planner"), name, path)
    table.page(clients("bh-editor"), "board, a district", where)
    for form in ("csv", "xlsx"):
        table.page(clients("planner"), f"projects as {form}", f"/projects/?as={form}")


def measured() -> Iterator[dict[str, Any]]:
    """Give the rows of the table."""
    from django.conf import settings
    from django.test import Client

    from workspace_cases import small_city

    settings.ALLOWED_HOSTS = ["testserver"]
    city, table, signed = small_city(), Table(), dict[str, Any]()

    def clients(who: str) -> Any:
        if who not in signed:
            person = city.people[who]
            person.must_change = False  # the people who were hired have a password to set
            person.save()
            signed[who] = Client()
            signed[who].force_login(person)
        return signed[who]

    only = sys.argv[1:] or ["rounds", "projects"]
    for part in (rounds, projects):
        if part.__name__ in only:
            part(city, clients, table)
    yield from table.rows


NOTE = (
    f"One round with {MANY:,} made-up applications of {FIRMS} firms in two districts, a budget for about one in seven, two "
    f"reviews each; one board with {MANY:,} projects at two sites. SQLite, one process, no network. A page: median of "
    f"{REPEATS} requests after none to warm up, so that the slowest holds what is read once a process; queries of one more. "
    "A file and a step: once. Check, deal, ranking and an award of more than 100 run in the background; publish while the reader waits. The "
    "machine was shared."
)

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        prepare(home)
        answer = {
            "title": "The workspace with 10,000 applications and 10,000 projects",
            "note": NOTE,
            "rows": list(measured()),
        }
    sys.stdout.write(f"\n{json.dumps(answer, ensure_ascii=False)}\n")

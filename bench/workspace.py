"""Bench: the workspace with 10,000 applications in a round and 10,000 projects on a board: every page and every step.

Run it through `run.py`, which puts the helpers of the tests on the path. Pages are asked of the application itself, without
a network, and counted in CPU time and in queries; the office stands in a folder of its own, on SQLite, and is thrown away.
"""

import json
import random
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
DISTRICTS = ("TJ-BH", "TJ-HP")


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


def filled(city: Any) -> Any:
    """A round in review with `MANY` applications that were handed in and recommended."""
    from django.utils import timezone
    from round_cases import WAN, firm, hired, terms

    from haihe.workspace.rounds import applying, calling
    from haihe.workspace.rounds.models import Application, Round
    from haihe.workspace.rounds.states import RECOMMENDED

    planner, rng = city.people["planner"], random.Random(11)
    said = terms(open_to=[city.units["TJ"]], budget=100_000 * WAN, when_short="skip")
    thing = calling.new(planner, city.units["TJ"], said)
    calling.open_(planner, thing)
    firms = [firm(f"P{n}", f"企业{n}", city.units[DISTRICTS[n % 2]]) for n in range(FIRMS)]
    city.people["applicant-0"] = hired("applicant-0", firms[0], "applicant")
    made = []
    for n in range(MANY):
        unit = firms[n % FIRMS]
        fields = {
            "cost": str(rng.randint(300, 9000)),
            "equipment": f"{rng.randint(100, 5000)}.{rng.randint(0, 99):02d}",
            "honest": rng.random() < 0.9,
        }
        each = Application(
            code=f"{thing.code}-{n:05d}", unit=unit, round=thing, title=f"项目{n}", district=unit.parent,
            region=unit.parent.region, state=RECOMMENDED, recommended=True, number=1, fields=fields,
            submitted_at=timezone.now(),
        )  # fmt: skip
        each.sha256 = applying.digest(each)
        made.append(each)
    Application.objects.bulk_create(made, 500)
    calling.close(planner, Round.objects.get(pk=thing.pk))
    return thing


def marked(thing: Any) -> None:
    """Let every expert give every mark."""
    from haihe.workspace.rounds.models import Review
    from haihe.workspace.rounds.states import DONE

    rng = random.Random(12)
    reviews = list(Review.objects.filter(round=thing))
    for each in reviews:
        each.marks = {"tech": str(rng.randint(50, 100)), "gain": str(rng.randint(20, 50))}
        each.state = DONE
    Review.objects.bulk_update(reviews, ["marks", "state"], 500)


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
    from round_cases import hired

    from haihe.workspace.rounds import awarding, publishing, ranking, reviewing
    from haihe.workspace.rounds.models import Award, Review, Round, Run

    planner = city.people["planner"]
    thing = filled(city)

    def fresh() -> Round:
        return Round.objects.select_related("unit", "rules").get(pk=thing.pk)

    run = table.step("check of the round", lambda: ranking.check(fresh(), planner.actor()))
    table.page(clients("planner"), "lines of the check", f"/rounds/runs/{run.code}")
    people = [hired(f"x{n}", city.units["IIB"], "reviewer") for n in range(EXPERTS)]
    table.step("deal to 20 experts, two each", lambda: reviewing.deal(planner, fresh(), people, 2))
    marked(thing)
    city.people["x0"] = people[0]
    table.page(clients("planner"), "reviews", "/rounds/reviews")
    table.page(clients("x0"), "reviews of an expert", "/rounds/reviews")
    table.page(clients("x0"), "one review", Review.objects.filter(expert=people[0])[0].get_absolute_url())
    table.page(clients("planner"), "leniency", f"/rounds/{thing.code}/leniency")
    run = table.step("ranking", lambda: ranking.rank(fresh(), planner.actor()))
    address = Run.objects.get(pk=run.pk).get_absolute_url()
    for name, query in (
        ("", ""),
        (", page 100", "?page=100"),
        (", filtered, by score", "?decision=funded&sort=-score"),
    ):
        table.page(clients("planner"), f"lines of the ranking{name}", f"{address}{query}")
    table.step("publish", lambda: publishing.publish(planner, fresh()))
    lists_of(thing, clients, table)
    table.page(clients("applicant-0"), "published list", f"/rounds/{thing.code}/list")
    table.page(clients("applicant-0"), "published list, search", f"/rounds/{thing.code}/list?q=9&page=3")
    second = hired("second", city.units["TJ"], "planner")
    after = timezone.localdate() + timedelta(days=30)
    made = table.step("award", lambda: awarding.award(second, fresh(), today=after))
    table.rows[-1]["what"] = f"award of {len(made):,}"
    table.page(clients("planner"), "list of awards", "/rounds/awards")
    table.page(clients("planner"), "one award", Award.objects.get(pk=made[0].pk).get_absolute_url())
    for form in ("csv", "xlsx"):
        table.page(clients("planner"), f"applications as {form}", f"/rounds/applications?as={form}")
        table.page(clients("planner"), f"ranking as {form}", f"{address}?as={form}")


def projects(city: Any, clients: Callable[[str], Any], table: Table) -> None:
    """A board with `MANY` projects."""
    from project_cases import a_board, a_project

    from haihe.planning.pipeline_inputs import NAMES
    from haihe.workspace.projects.models import Project

    board = a_board(city)
    first = a_project(city, board)
    fields = {each.attname: getattr(first, each.attname) for each in Project._meta.concrete_fields if each.name != "id"}
    made = []
    for n in range(1, MANY):
        said = fields | {"code": f"P1-{n}", "name_zh": f"项目 {n}", "region": ("north", "south")[n % 2]}
        made.append(Project(**said | {"stage": NAMES[n % len(NAMES)], "since": first.since - timedelta(days=n % 700)}))
    Project.objects.bulk_create(made, 500)
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
    "A file and a step: once. Check, deal and ranking run in the background; publish and award while the reader waits. The "
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

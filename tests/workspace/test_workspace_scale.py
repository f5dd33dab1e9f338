"""What must not grow with a round: queries of its pages and of its steps; and who sees what came of the work on it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from round_cases import Case, handed_in, reviewed

from haihe.workspace.jobs.tasks import TASKS
from haihe.workspace.jobs.worker import drain
from haihe.workspace.rounds import applying, publishing, ranking, reviewing, tasks
from haihe.workspace.rounds.models import Application, Line, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.units.models import Owned
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def grown(case: Case, many: int = 60) -> None:
    """Give a round many more applications like the first, handed in and recommended."""
    first = Application.objects.select_related("unit").get(pk=case.applications[0].pk)
    for number in range(many):
        each = Application.objects.get(pk=first.pk)
        each.pk, each.code, each.district_rank = None, f"{first.code}-{number}", None
        each.unit = first.unit
        each.sha256 = applying.digest(each)
        each.save()


def asked(run: Callable[[], Any]) -> int:
    """Count the queries of something."""
    with CaptureQueriesContext(connection) as queries:
        run()
    return len(queries)


def test_pages_ask_as_often_for_many_applications_as_for_few(city: City, signed: Signed) -> None:
    case = reviewed(city)
    planner = city.people["planner"]
    ranking.rank(case.fresh(), planner.actor("rounds.rank"))
    run, one = case.fresh().ranking, case.applications[0]
    assert run is not None
    pages = [
        reverse("rounds:applications"),
        f"{reverse('rounds:applications')}?q=1&sort=-support&state=ranked&district=TJ-BH",
        f"{reverse('rounds:applications')}?as=csv",
        f"{reverse('rounds:applications')}?as=xlsx",
        case.round.get_absolute_url(),
        one.get_absolute_url(),
        run.get_absolute_url(),
        reverse("rounds:reviews"),
        reverse("rounds:round-leniency", args=[case.round.code]),
        reverse("rounds:public", args=[case.round.code]),
    ]
    client = signed("planner")
    for page in pages:
        client.get(page)  # what is kept between requests is kept from here on
    few = [asked(lambda page=page: client.get(page)) for page in pages]  # type: ignore[misc]
    grown(case)
    each = Line.objects.filter(run=run).first()
    assert each is not None
    for application in Application.objects.exclude(lines__run=run):
        each.pk, each.application = None, application
        each.save()
    many = [asked(lambda page=page: client.get(page)) for page in pages]  # type: ignore[misc]
    assert many == few


@pytest.mark.parametrize("step", ["check", "deal", "rank", "publish"])
def test_steps_ask_as_often_for_many_applications_as_for_few(city: City, step: str) -> None:
    planner = city.people["planner"]
    actor = planner.actor("rounds.rank")
    case = handed_in(city, criteria=[]) if step != "deal" else handed_in(city)
    steps: dict[str, Callable[[], Any]] = {
        "check": lambda: ranking.check(case.fresh(), actor),
        "deal": lambda: reviewing.deal(planner, case.fresh(), [case.people["r1"], case.people["r2"]], 2),
        "rank": lambda: ranking.rank(case.fresh(), actor),
        "publish": lambda: publishing.publish(planner, case.fresh()),
    }
    before = [name for name in list(steps)[: list(steps).index(step)] if name != "deal"]

    def counted() -> int:
        for name in before:
            steps[name]()
        return asked(steps[step])

    few = counted()
    Review.objects.filter(round=case.round).delete()
    Round.objects.filter(pk=case.round.pk).update(state="reviewing", ranking=None)
    Application.objects.filter(round=case.round).update(state="recommended")
    grown(case)
    assert counted() <= few


def test_experts_are_dealt_in_the_background_once(city: City, signed: Signed) -> None:
    case = handed_in(city)
    ranking.check(case.fresh(), city.people["planner"].actor("rounds.rank"))
    address = reverse("rounds:round-deal", args=[case.round.code])
    answer = signed("planner").post(address, {"experts": ["r1", "r2"], "each_to": 2})
    assert answer.status_code == 302
    (done,) = drain()
    eligible = Application.objects.filter(round=case.round, state="eligible").count()
    assert (done.task, done.state, done.result["reviews"]) == (tasks.DEAL, "done", 2 * eligible)
    tasks.ask(city.people["planner"], case.fresh(), tasks.DEAL, experts=["r1", "r2"], each_to=2)
    assert drain()[0].result["reviews"] == 0
    assert Review.objects.filter(round=case.round).count() == 2 * eligible
    assert done.link == f"{reverse('rounds:reviews')}?round={case.round.code}"


def test_every_kind_of_work_says_what_it_is_about() -> None:
    kinds = {code: task for code, task in TASKS.items() if code.split(".")[0] not in ("toy", "test")}
    assert {"rounds.check", "chains.diagnose", "projects.years", "studies.run-bottlenecks", "data.check"} <= set(kinds)
    for code, task in kinds.items():
        assert task.about is not None, code
        assert issubclass(task.about.kind, Owned), code

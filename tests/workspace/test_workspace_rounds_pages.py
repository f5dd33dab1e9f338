"""Pages of rounds: an applicant sees the own case and reason alone; forms, workbook, jobs; conflicts; query counts."""

import io
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from round_cases import SCHEME, WAN, Case, awarded, handed_in, listed, opened, ranked, reviewed

from haihe.messages import HaiheError
from haihe.workspace.audit.models import Entry
from haihe.workspace.intake import uploads
from haihe.workspace.intake.targets import target_of
from haihe.workspace.jobs.worker import drain
from haihe.workspace.rounds import applying, publishing, ranking, recommending, reviewing
from haihe.workspace.rounds.models import Application, Award, Objection, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.units.models import Person
from workspace_cases import City

pytestmark = pytest.mark.django_db
GETS = (
    "rounds:rounds", "rounds:applications", "rounds:objections", "rounds:awards", "office:start", "jobs:jobs",
    "intake:list", "papers:list",
)  # fmt: skip


def client_of(person: Person) -> Client:
    client = Client()
    Person.objects.filter(pk=person.pk).update(must_change=False)
    client.force_login(Person.objects.get(pk=person.pk))
    return client


def told(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code in (200, 403, 404), (path, answer.status_code)
    if answer.streaming:
        return b"".join(answer.streaming_content).decode(errors="replace")
    body = answer.content
    if body[:2] == b"PK":
        book = openpyxl.load_workbook(io.BytesIO(body))
        return str([[cell.value for cell in row] for sheet in book for row in sheet])
    return body.decode(errors="replace")


def names() -> list[str]:
    """Every address of a list that an applicant can ask for."""
    from django.urls import NoReverseMatch

    found = []
    for name in GETS:
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


@pytest.mark.parametrize("step", [handed_in, reviewed, ranked, listed])
def test_an_applicant_reads_nothing_of_others(city: City, step: Callable[..., Case]) -> None:
    """Every list, download and search, every page of every other case, and the API: nothing of another firm, no expert."""
    case = step(city, budget=110 * WAN)
    mine, person = case.applications[1], case.people["f2"]
    client = client_of(person)
    shown = {each.pk for each in publishing.listed(case.fresh())}
    secret = ["人员r1", "人员r2"]
    for each in case.applications:
        if each.pk not in shown and each.pk != mine.pk:
            secret += [each.title, each.code]
    paths = [f"{path}{query}" for path in names() for query in ("", "?as=csv", "?as=xlsx", "?q=虚构", "?sort=-score")]
    paths += [f"{reverse('office:search')}?q=虚构", case.round.get_absolute_url(), mine.get_absolute_url()]
    paths += [reverse("rounds:public", args=[case.round.code]), f"/history/rounds.application/{mine.code}"]
    paths += [reverse("office:history", args=["rounds.application", mine.code])]
    paths += [reverse("office:history", args=["rounds.round", case.round.code])]
    paths += [f"/api/v1/{path}" for path in ("applications", "rounds", "awards", "objections", "runs", "jobs")]
    for path in paths:
        body = told(client, path)
        assert not [each for each in secret if each in body], path
    for each in case.applications:
        if each.pk == mine.pk:
            continue
        for path in (
            each.get_absolute_url(),
            reverse("rounds:application-edit", args=[each.code]),
            reverse("office:history", args=["rounds.application", each.code]),
            f"/api/v1/applications/{each.code}",
        ):
            assert client.get(path).status_code == 404, path
        assert client.post(reverse("rounds:application-withdraw", args=[each.code])).status_code == 404
    for run in case.round.runs.all():
        assert client.get(run.get_absolute_url()).status_code in (403, 404)
    for review in mine.reviews.all():
        assert client.get(review.get_absolute_url()).status_code in (403, 404)
    for name in ("round-leniency", "round-edit", "round-deal"):
        assert client.get(reverse(f"rounds:{name}", args=[case.round.code])).status_code == 403


def test_an_applicant_reads_why_not_and_what_would_have_changed_it(city: City) -> None:
    case = listed(city, budget=110 * WAN)
    body = told(client_of(case.people["f2"]), case.applications[1].get_absolute_url())
    assert "未列入公示" in body
    assert "即可立项" in body
    assert "批次预算" in body
    ineligible = told(client_of(case.people["f4"]), case.applications[3].get_absolute_url())
    assert "总投资500万元及以上" in ineligible or "总投资" in ineligible


def test_an_applicant_reads_the_articles_and_goes_on_to_object(city: City) -> None:
    case = listed(city, budget=110 * WAN)
    client, mine = client_of(case.people["f2"]), case.applications[1]
    page = told(client, mine.get_absolute_url())
    articles = reverse("rounds:round-articles", args=[case.round.code])
    assert articles in page
    assert f"{reverse('rounds:object', args=[case.round.code])}?about={mine.code}" in page
    said = told(client, articles)
    for expected in (
        "虚构示例〔2026〕1号",
        "第五条",
        "总投资500万元及以上",
        "最高200万元",
        "市级 50 %",
        "第 1 期 60 %",
    ):
        assert expected in said, expected
    Round.objects.update(objections_until=timezone.localdate() - timedelta(days=1))
    assert "?about=" not in told(client, mine.get_absolute_url())
    assert client_of(city.people["bj-planner"]).get(articles).status_code == 404


def test_a_neighbouring_district_reads_nothing_of_the_other(city: City) -> None:
    case = reviewed(city)
    body = told(client_of(city.people["hp-approver"]), f"{reverse('rounds:applications')}?as=csv")
    assert "虚构项目3号" in body
    assert "虚构项目1号" not in body
    assert client_of(city.people["hp-approver"]).get(case.applications[0].get_absolute_url()).status_code == 404


def test_history_of_an_application_names_no_expert_and_no_objector(city: City) -> None:
    case = listed(city, budget=500 * WAN)
    theirs = Application.objects.get(pk=case.applications[0].pk)
    publishing.object_(case.people["f2"], case.round, case.applications[1].unit, theirs, "不实")
    actors = set(Entry.objects.filter(kind="rounds.application", code=theirs.code).values_list("actor", flat=True))
    assert actors <= {"f1", "bh-approver", ""}


def test_a_round_is_made_and_run_in_the_browser(city: City) -> None:
    planner = client_of(city.people["planner"])
    today = timezone.localdate()
    said = {
        "name_zh": "网页批次", "day": "2026-06-30", "fund": "OUR", "year": 2026, "budget": "180", "opens": today.isoformat(),
        "closes": (today + timedelta(days=3)).isoformat(), "publicity_days": 5, "open_to": ["TJ"], "how": "ranked",
        "when_short": "skip", "tie": "support:smaller", "combine": "mean", "least_reviews": 1,
        "criteria": "tech|技术|technology|1|100",
    }  # fmt: skip
    file = SimpleUploadedFile("our.yaml", SCHEME.encode())
    answer = planner.post(reverse("rounds:round-new"), said | {"rules_file": file})
    round_ = Round.objects.get()
    assert answer.status_code == 302
    assert round_.budget == 180 * WAN
    assert round_.articles == ["our-fund/upgrade"]
    assert planner.get(reverse("rounds:round-edit", args=[round_.code])).status_code == 200
    assert (
        planner.post(reverse("rounds:round-open", args=[round_.code]), {"edition": round_.edition}).status_code == 302
    )
    applicant = client_of(city.people["applicant"])
    form = reverse("rounds:application-new", args=[round_.code])
    assert "项目总投资（万元）" in applicant.get(form).content.decode()
    wrong = applicant.post(form, {"application_title": "网页项目", "cost": "很多", "equipment": "1", "honest": "True"})
    assert wrong.status_code == 422
    assert 'href="#id_cost"' in wrong.content.decode()
    done = applicant.post(form, {"application_title": "网页项目", "cost": "1000", "equipment": "800", "honest": "True"})
    assert done.status_code == 302
    mine = Application.objects.get()
    assert applicant.get(reverse("rounds:application-edit", args=[mine.code])).status_code == 200
    applicant.post(reverse("rounds:application-submit", args=[mine.code]), {"edition": mine.edition})
    approver = client_of(city.people["bh-approver"])
    recommend = reverse("rounds:application-recommend", args=[mine.code])
    assert approver.get(recommend).status_code == 200
    mine.refresh_from_db()
    sent = {"recommended": "yes", "rank": 1, "promise": "40", "remark": "同意", "edition": mine.edition}
    assert approver.post(recommend, sent).status_code == 302
    planner.post(reverse("rounds:round-close", args=[round_.code]), {"edition": Round.objects.get().edition})
    answer = planner.post(reverse("rounds:round-check", args=[round_.code]))
    assert answer.status_code == 302
    assert [job.state for job in drain()] == ["done"]
    deal = {"experts": ["reviewer"], "each_to": 1}
    assert planner.post(reverse("rounds:round-deal", args=[round_.code]), deal).status_code == 302
    assert [job.result["reviews"] for job in drain()] == [1]
    review = mine.reviews.get()
    expert = client_of(city.people["reviewer"])
    assert expert.get(review.get_absolute_url()).status_code == 200
    assert expert.get(mine.get_absolute_url()).status_code == 200
    bad = expert.post(reverse("rounds:review-mark", args=[review.code]), {"tech": "101", "edition": review.edition})
    assert bad.status_code == 422
    good = expert.post(reverse("rounds:review-mark", args=[review.code]), {"tech": "88.5", "edition": review.edition})
    assert good.status_code == 302
    assert planner.get(reverse("rounds:round-leniency", args=[round_.code])).status_code == 200
    planner.post(reverse("rounds:round-rank", args=[round_.code]))
    assert [job.state for job in drain()] == ["done"]
    run = Round.objects.get().ranking
    assert run is not None
    assert "88.5" in planner.get(run.get_absolute_url()).content.decode()
    planner.post(reverse("rounds:round-publish", args=[round_.code]), {"edition": Round.objects.get().edition})
    assert "网页项目" in applicant.get(reverse("rounds:public", args=[round_.code])).content.decode()
    ask = f"{reverse('rounds:object', args=[round_.code])}?about={mine.code}"
    assert applicant.post(ask, {"remark": "金额有误"}).status_code == 302
    objection = Objection.objects.get()
    reply = {"effect": "kept", "remark": "核对无误", "edition": objection.edition}
    assert planner.post(reverse("rounds:objection-answer", args=[objection.code]), reply).status_code == 302
    assert "核对无误" in applicant.get(objection.get_absolute_url()).content.decode()
    refused = planner.post(reverse("rounds:round-award", args=[round_.code]), {"edition": Round.objects.get().edition})
    assert refused.status_code == 403


def test_the_award_is_seen_by_its_firm_alone(city: City) -> None:
    case, made = awarded(city, budget=500 * WAN)
    first = next(each for each in made if each.unit.code == "F1")
    page = told(client_of(case.people["f1"]), first.get_absolute_url())
    assert "第 1 期" in page
    assert "first" not in page
    assert client_of(case.people["f2"]).get(first.get_absolute_url()).status_code == 404
    assert Award.objects.visible_to(case.people["f2"]).count() == 1


def test_somebody_who_looks_at_an_old_page_gets_the_conflict_page(city: City) -> None:
    case = opened(city)
    client, mine = client_of(case.people["f1"]), case.applications[0]
    old = {"edition": mine.edition}
    assert client.post(reverse("rounds:application-submit", args=[mine.code]), old).status_code == 302
    assert client.post(reverse("rounds:application-submit", args=[mine.code]), old).status_code == 409


def test_a_workbook_makes_drafts_previews_and_is_undone(city: City) -> None:
    case = opened(city)
    person, unit = case.people["f1"], case.applications[0].unit
    target = target_of("applications")
    book = openpyxl.load_workbook(io.BytesIO(target.template(case.round, unit, "zh", ["applications"])))
    sheet = next(book[name] for name in book.sheetnames if "申报" in name or name == "applications")
    heads = [str(cell.value) for cell in sheet[1]]
    place = {
        key: next(at for at, head in enumerate(heads, 1) if key in head)
        for key in ("序号", "项目名称", "总投资", "设备")
    }
    for row, (own, title, cost) in enumerate([("A1", "表格项目甲", "800"), ("A2", "表格项目乙", "900")], 2):
        for key, value in {"序号": own, "项目名称": title, "总投资": cost, "设备": cost}.items():
            sheet.cell(row, place[key]).value = value
    out = io.BytesIO()
    book.save(out)
    upload = uploads.receive(person, unit, target, case.round, "申报.xlsx", out.getvalue())
    drain()
    upload.refresh_from_db()
    assert upload.state == "previewed", upload.reading.findings
    uploads.confirm(person, upload, upload.edition)
    mine = Application.objects.filter(unit=unit, own_code__in=("A1", "A2"))
    assert {(each.title, each.state, each.fields["cost"]) for each in mine} == {
        ("表格项目甲", "draft", "800"), ("表格项目乙", "draft", "900"),
    }  # fmt: skip
    upload.refresh_from_db()
    uploads.undo(person, upload, "填错批次", upload.edition)
    assert {each.state for each in Application.objects.filter(unit=unit, own_code__in=("A1", "A2"))} == {"withdrawn"}


def test_lists_ask_the_database_as_often_for_many_as_for_few(city: City) -> None:
    case = opened(city)
    client = client_of(city.people["planner"])
    Application.objects.filter(round=case.round).update(state="submitted")

    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("rounds:applications")).status_code == 200
        return len(caught)

    few = asked()
    first = case.applications[0]
    more = [
        Application(
            code=f"more-{n}", unit=first.unit, round=case.round, title="x", district=first.district, state="submitted"
        )
        for n in range(30)
    ]
    Application.objects.bulk_create(more)
    assert asked() == few


def test_withdrawing_needs_a_reason(city: City) -> None:
    case = handed_in(city)
    client, mine = client_of(case.people["f1"]), case.applications[0]
    assert client.post(reverse("rounds:application-withdraw", args=[mine.code]), {"reason": " "}).status_code == 422
    assert (
        client.post(reverse("rounds:application-withdraw", args=[mine.code]), {"reason": "不做了"}).status_code == 302
    )
    with pytest.raises(HaiheError):
        Application.objects.get(pk=mine.pk).must_be("recommended")


NEXT = "下一份："


def test_next_leads_a_district_through_what_waits_for_it_alone(city: City) -> None:
    """From the first application of the district to the others of the same district, and to nothing when all is said."""
    case = opened(city)
    for at, each in enumerate(case.applications, 1):
        applying.submit(case.people[f"f{at}"], each)
    client, mine = client_of(city.people["bh-approver"]), [each for each in case.applications if each.region == "TJ-BH"]
    assert len(mine) == 3
    for this, after in pairwise(mine):
        assert f"{NEXT}{after.title}" in told(client, this.get_absolute_url())
        recommending.recommend(city.people["bh-approver"], Application.objects.get(pk=this.pk), True, "同意")
    assert NEXT not in told(client, mine[-1].get_absolute_url())
    recommending.recommend(city.people["bh-approver"], Application.objects.get(pk=mine[-1].pk), True, "同意")
    assert NEXT not in told(client, mine[0].get_absolute_url())
    assert NEXT not in told(client_of(case.people["f1"]), mine[0].get_absolute_url())


def test_next_leads_an_expert_through_the_own_reviews(city: City) -> None:
    case = handed_in(city)
    planner = city.people["planner"]
    ranking.check(case.round, planner.actor("rounds.rank"))
    reviewing.deal(planner, case.round, [case.people["r1"], case.people["r2"]], 1)
    own = list(Review.objects.filter(expert=case.people["r1"]).select_related("application").order_by("pk"))
    assert len(own) >= 2
    page = told(client_of(case.people["r1"]), own[0].get_absolute_url())
    assert f"{NEXT}{own[1].application.title}" in page
    assert NEXT not in told(client_of(planner), own[0].get_absolute_url())
    for each in own[1:]:
        reviewing.mark(case.people["r1"], each, {"tech": "80", "gain": "40"}, "")
    assert NEXT not in told(client_of(case.people["r1"]), own[0].get_absolute_url())

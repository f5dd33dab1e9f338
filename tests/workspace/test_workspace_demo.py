"""The demonstration, made once: units, people and data, every list filled and marked, a running round, awards to the fen."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.utils import timezone

from haihe.region import Region
from haihe.region.examples import example, examples_folder
from haihe.rules import evaluate, read_scheme_text
from haihe.workspace.audit.chain import Actor, verify
from haihe.workspace.audit.models import Entry as Recorded
from haihe.workspace.chains.models import Board
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.requests import Answer, Request
from haihe.workspace.duties.demo import DUTY_HOLDERS
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.keeping.demo import PEOPLE, seed
from haihe.workspace.meetings.models import Meeting
from haihe.workspace.months.models import Return
from haihe.workspace.papers import services as papers
from haihe.workspace.problems.models import Problem
from haihe.workspace.projects.models import Project
from haihe.workspace.rounds import demo, follow, payments
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry
from haihe.workspace.rounds.models import Application, Award, Line, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import APPLICATION_STATES, DONE
from haihe.workspace.units.made_up import ROUNDS, MadeUp, hire_all
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.roles import ROLES
from workspace_cases import City

pytestmark = pytest.mark.django_db
FEN = {"万元": 10**6, "亿元": 10**10}


@pytest.mark.slow
def test_the_demonstration(django_assert_max_num_queries: Callable[..., Any]) -> None:
    made = seed()
    accounts = {each.username: each.password for each in made}
    region = example("jing-jin-ji")
    people_and_units(accounts, region)
    data_and_requests(region)
    lists_and_marks()
    rounds_in_every_state()
    for round_ in Round.objects.exclude(ranking=None).order_by("pk"):
        decided_as_by_hand(round_, region)
    ledgers_balance()
    everything_is_on_the_record()
    with django_assert_max_num_queries(5):
        assert seed() == [], "made once"


def people_and_units(accounts: dict[str, str], region: Region) -> None:
    names = {each.username for each in (*PEOPLE, *demo.PEOPLE)}
    applicants = accounts.keys() - names
    assert accounts.keys() >= names
    assert len(applicants) == demo.APPLICANTS
    assert len(set(accounts.values())) == len(accounts), "nobody shares a password"
    for name in applicants:
        (post,) = Post.objects.filter(person__username=name)
        assert Post.objects.filter(unit=post.unit.parent, role="approver", person__username__in=names).exists()
    assert {post.role for post in Post.objects.all()} == set(ROLES)
    for person in Person.objects.all():
        assert person.has_usable_password() == (person.username in accounts)
    for name in ("wang", "zheng", *applicants):
        assert Person.objects.get(username=name).check_password(accounts[name])

    tops = set(Unit.objects.filter(parent=None).values_list("code", flat=True))
    assert tops == {"TJ", "BJ", "HE"}, "neighbouring regions are equals"
    for row in region.tables["regions"].to_dict("records"):
        if row["level"] in ("district", "park"):
            assert Unit.objects.get(code=row["region"]).parent.code == row["parent"]
    assert Unit.objects.filter(kind_of="chain").count() == len(region.tables["chains"])
    assert Unit.objects.filter(kind_of="department").count() == len(region.tables["departments"])
    assert all("虚构" in unit.name_zh for unit in Unit.objects.filter(kind_of="firm"))


def data_and_requests(region: Region) -> None:
    dataset = Dataset.objects.get()
    assert dataset.current.rows == sum(len(table) for table in region.tables.values())
    request = Request.objects.get()
    assert len(request.addressees) == 16
    stages = {answer.unit.code: answer.stage for answer in Answer.objects.select_related("unit")}
    assert stages.pop("TJ-BH") == "accepted"
    assert stages.pop("TJ-XQ") == "submitted"
    assert set(stages.values()) == {"draft"}


def lists_and_marks() -> None:
    """The lists of coordination hold what the issue names; what nobody confirmed or somebody made up says so."""
    decision = Duty.objects.filter(document__code="DECISION-2022")
    assert set(decision.values_list("unit__code", flat=True)) >= set(DUTY_HOLDERS)
    assert len(DUTY_HOLDERS) == 8
    assert Duty.objects.filter(document__code="TEN-ACTIONS").count() == 10
    assert Duty.objects.filter(document__code="CITY-ROLES").count() == 4
    for code in ("DECISION-2022", "TEN-ACTIONS", "CITY-ROLES"):
        assert not Duty.objects.filter(document__code=code, confirmed=True).exists()
    assert Target.objects.exists()
    assert Board.objects.count() == 12
    assert Problem.objects.exists()
    assert not Problem.objects.exclude(quality="illustrative").exists()
    months = set(Return.objects.values_list("month", flat=True))
    assert len(months) >= 12
    assert {row["quality"] for made in Return.objects.all() for row in made.rows} == {"illustrative"}
    assert Project.objects.exists()
    assert Meeting.objects.filter(illustrative=True).count() == Meeting.objects.count() > 0


def rounds_in_every_state() -> None:
    states = Counter(Application.objects.values_list("state", flat=True))
    assert set(states) == set(APPLICATION_STATES)
    running, due = Round.objects.filter(state="listed").order_by("-objections_until")
    assert due.objections_until < timezone.localdate() <= running.objections_until, "one can be awarded today"
    assert due.applications.filter(state="listed").exists()
    assert running.applications.count() == demo.MANY == 200
    assert len(set(running.applications.values_list("state", flat=True))) >= 7
    assert not Round.objects.filter(illustrative=False).exists()


def decided_as_by_hand(round_: Round, region: Region) -> None:
    """Apply the rules to the example's own table, score and walk down the list by hand: every line and award agrees."""
    lines = Line.objects.filter(run=round_.ranking).select_related("application__district")
    by_title = {line.application.title: line for line in lines}
    with (examples_folder() / "jing-jin-ji" / "rules" / "applications.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if f"{row['project']}（虚构）" in by_title]
    assert len(rows) == len(by_title) > 0
    frame = pd.DataFrame([{name: value or None for name, value in row.items()} for row in rows], dtype=object)
    frame["article"] = demo.ARTICLE
    result = evaluate(read_scheme_text(round_.rules.text), frame, round_.day)
    due = {row["application"]: row for row in result.frame.to_dict("records")}
    parts: dict[str, list[list[Any]]] = defaultdict(list)
    for paid in result.payments.itertuples():
        parts[paid.application].append([paid.instalment, paid.amount])
    chosen = {}
    for row in rows:
        line, own = by_title[f"{row['project']}（虚构）"], due[row["application"]]
        assert line.state == own["state"], row["application"]
        if own["state"] == "eligible":
            assert (line.support, line.city, line.district) == (own["support"], own["city"], own["district"])
            assert sum(fen for _, fen in parts[row["application"]]) == line.support
            chosen[line.application_id] = line, parts[row["application"]]
    funded = walked(round_, [line for line, _ in chosen.values()], matching(region, round_))
    assert {line.application_id for line in lines if line.decision == "funded"} == funded
    for award in Award.objects.filter(round=round_):
        line, instalments = chosen[award.application_id]
        assert (award.support, award.city, award.district_part) == (line.support, line.city, line.district)
        assert award.granted[0]["instalments"] == instalments
    if round_.state == "decided":
        assert set(Award.objects.filter(round=round_).values_list("application", flat=True)) == funded != set()


def walked(round_: Round, eligible: list[Line], able: dict[str, int]) -> set[int]:
    """Walk down the list by score, the smaller first among equals: whoever fits city and district money is in."""
    marks = defaultdict(list)
    for review in Review.objects.filter(round=round_, state=DONE):
        whole = sum(Decimal(review.marks[each["key"]]) * Decimal(each["weight"]) for each in round_.criteria) / 100
        marks[review.application_id].append(whole)
    scores = {
        key: (sum(given) / len(given)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for key, given in marks.items()
        if len(given) >= round_.least_reviews
    }
    scored = [line for line in eligible if line.application_id in scores]
    left, funded = round_.budget, set()
    for line in sorted(scored, key=lambda one: (-scores[one.application_id], one.support, one.application.code)):
        assert line.score == scores[line.application_id]
        assert line.city is not None
        assert line.district is not None
        where = line.application.region
        if line.city <= left and line.district <= able.get(where, 0):
            left -= line.city
            able[where] = able.get(where, 0) - line.district
            funded.add(line.application_id)
    return funded


def matching(region: Region, round_: Round) -> dict[str, int]:
    """What each district can match, in fen, read from the example's table by hand."""
    table = region.tables["budgets"]
    table = table[(table["fund"] == round_.fund) & (table["year"] == round_.year) & table["value"].notna()]
    return {row["region"]: int(Decimal(str(row["value"])) * FEN[row["unit"]]) for row in table.to_dict("records")}


def ledgers_balance() -> None:
    awards = list(Award.objects.select_related("round__unit", "unit", "district"))
    assert payments.unbalanced(awards) == {}
    for award in awards:
        days = [entry.day for entry in award.entries.all()]
        assert days == sorted(days), "nothing is paid before it is committed"
        assert papers.of(award.application).exists()
    booked = follow.sums(Entry.objects.all())[None]
    assert booked.of("committed") == sum(each.support for each in awards) > booked.of("paid") > 0
    assert Acceptance.objects.filter(state="approved", passed=True).exists()
    assert Claim.objects.filter(by_rule=True).exists()


def everything_is_on_the_record() -> None:
    """The chain holds, and the last entry of each unit, person and application says what is stored."""
    assert list(verify()) == []
    for model in (Unit, Person, Post, Award):
        codes = {thing.code for thing in model._default_manager.all()}
        kept = set(
            Recorded.objects.filter(kind=model.kind(), verb__in=("create", "award")).values_list("code", flat=True)
        )
        assert codes <= kept, model
    said = {}
    for entry in Recorded.objects.filter(kind=Application.kind()).order_by("number"):
        said[entry.code] = entry.after or {}
    for each in Application.objects.all():
        assert said[each.code]["title"] == each.title
        assert said[each.code]["sha256"] == each.sha256, "handing in is on the record"


def test_a_quick_hash_becomes_the_usual_one_at_the_first_sign_in(city: City, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    wanted = [
        MadeUp("new", "新人", "New", "viewer", "TJ"),
        MadeUp("none", "无口令", "None", "viewer", "TJ", signs_in=False),
    ]
    people, [account] = hire_all(Actor("demo", channel="cli"), wanted, city.units)
    quick = people["new"].password
    assert authenticate(username="new", password="another") is None
    assert authenticate(username="new", password=account.password) == people["new"]
    usual = Person.objects.get(username="new").password
    rounds = [int(each.split("$")[1]) for each in (quick, usual)]
    assert rounds == [ROUNDS, PBKDF2PasswordHasher.iterations]
    assert not Person.objects.get(username="none").has_usable_password()


def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)

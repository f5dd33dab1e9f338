"""An office with very many rows: a round with its applications, a board with its projects, duties, problems.

Rows are written past the services, as fast as the database takes them, with the values that the services would give them;
the steps of the round (check, deal, rank, publish, award) are the services' own.
"""

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from project_cases import a_board, a_project
from round_cases import WAN, firm, hired, terms

from haihe.planning.pipeline_inputs import NAMES
from haihe.workspace.audit.chain import store_all
from haihe.workspace.duties import lights
from haihe.workspace.duties.models import Duty, PlanDocument
from haihe.workspace.problems import states as problem_states
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.registers import register_of
from haihe.workspace.problems.severity import LEVELS
from haihe.workspace.projects.models import Board, Project
from haihe.workspace.rounds import applying, awarding, calling, publishing, ranking, reviewing
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.rounds.review_models import Review
from haihe.workspace.rounds.states import DONE, RECOMMENDED
from haihe.workspace.units import tokens
from haihe.workspace.units.models import Person, Post, Unit
from haihe.workspace.units.pinyin import spelled
from workspace_cases import PASSWORD, City, small_city

MANY = 10_000
FIRMS, EXPERTS = 200, 20
AT_ONCE = 500
DISTRICTS = ("TJ-BH", "TJ-HP")
PEOPLE = (
    ("planner", "planner", "TJ", 10),
    ("chief", "chief", "TJ", 2),
    ("auditor", "auditor", "TJ", 2),
    ("finance", "finance", "FIN", 2),
    ("reviewer", "reviewer", "IIB", 2),
    ("bh-editor", "editor", "TJ-BH", 8),
    ("hp-editor", "editor", "TJ-HP", 8),
    ("bh-approver", "approver", "TJ-BH", 3),
    ("hp-approver", "approver", "TJ-HP", 3),
    ("viewer", "viewer", "TJ", 4),
    ("applicant", "applicant", "P{n}", 6),
)
"""Who works in the office at once: name, role, unit, how many: fifty in all."""


def many_applications(city: City, many: int = MANY, firms: int = FIRMS) -> Round:
    """A round in review whose applications were handed in and recommended; the first firm has an applicant."""
    planner, rng = city.people["planner"], random.Random(11)
    said = terms(open_to=[city.units["TJ"]], budget=many * 10 * WAN, when_short="skip")
    thing = calling.new(planner, city.units["TJ"], said)
    calling.open_(planner, thing)
    units = [firm(f"P{n}", f"企业{n}", city.units[DISTRICTS[n % 2]]) for n in range(firms)]
    city.people["applicant-0"] = hired("applicant-0", units[0], "applicant")
    made = []
    for n in range(many):
        unit = units[n % firms]
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
    Application.objects.bulk_create(made, AT_ONCE)
    calling.close(planner, Round.objects.get(pk=thing.pk))
    return thing


def experts(city: City, many: int = EXPERTS) -> list[Person]:
    """People who review."""
    return [hired(f"x{n}", city.units["IIB"], "reviewer") for n in range(many)]


def marked(thing: Round) -> None:
    """Let every expert give every mark."""
    rng = random.Random(12)
    reviews = list(Review.objects.filter(round=thing))
    for each in reviews:
        each.marks = {"tech": str(rng.randint(50, 100)), "gain": str(rng.randint(20, 50))}
        each.state = DONE
    Review.objects.bulk_update(reviews, ["marks", "state"], AT_ONCE)


def fresh(thing: Round) -> Round:
    """The round as it is stored."""
    return Round.objects.select_related("unit", "rules").get(pk=thing.pk)


def decided(city: City, thing: Round) -> list[Award]:
    """Take a round in review to its awards; gives them."""
    planner = city.people["planner"]
    ranking.check(fresh(thing), planner.actor())
    reviewing.deal(planner, fresh(thing), experts(city), 2)
    marked(thing)
    ranking.rank(fresh(thing), planner.actor())
    publishing.publish(planner, fresh(thing))
    after = timezone.localdate() + timedelta(days=30)
    return awarding.award(hired("second", city.units["TJ"], "planner"), fresh(thing), today=after)


def many_projects(city: City, many: int = MANY) -> tuple[Board, Project]:
    """A board of projects at two sites, by stage in turn; gives the board and its first project."""
    board = a_board(city)
    first = a_project(city, board)
    fields = {each.attname: getattr(first, each.attname) for each in Project._meta.concrete_fields if each.name != "id"}
    made = []
    for n in range(1, many):
        said = fields | {"code": f"P1-{n}", "name_zh": f"项目 {n}", "region": ("north", "south")[n % 2]}
        made.append(Project(**said | {"stage": NAMES[n % len(NAMES)], "since": first.since - timedelta(days=n % 700)}))
    Project.objects.bulk_create(made, AT_ONCE)
    return board, first


def many_duties(city: City, many: int = MANY) -> list[Duty]:
    """Duties of two districts and an office out of one plan, one in ten closed, due over two years."""
    issuer, owners = city.units["TJ"], [city.units[code] for code in (*DISTRICTS, "IIB")]
    plan = PlanDocument.objects.create(
        code="load-plan", unit=issuer, name_zh="行动方案（示例）", quality="illustrative"
    )
    today, rng = timezone.localdate(), random.Random(13)
    made = []
    for n in range(many):
        said = {"state": lights.DONE, "closed_at": timezone.now(), "outcome": "已完成"} if n % 10 == 0 else {}
        name = f"事项{n}：推进技改项目落地"
        made.append(
            Duty(
                code=f"load-duty-{n}", unit=owners[n % 3], issuer=issuer, document=plan, name_zh=name,
                name_en=f"Duty {n}", pinyin=spelled(name), every="month", quality="illustrative",
                due=today + timedelta(days=rng.randint(-200, 500)), **said,
            )
        )  # fmt: skip
    Duty.objects.bulk_create(made, AT_ONCE)
    return made


def many_problems(city: City, many: int = MANY) -> list[Problem]:
    """Problems raised by two districts, in every state; each has an entry in the audit."""
    planner = city.people["planner"]
    states, levels, rng = list(problem_states.STATES), list(LEVELS), random.Random(14)
    made = []
    for unit in (city.units[code] for code in DISTRICTS):
        register = register_of(planner, unit)
        for n in range(1, many // len(DISTRICTS) + 1):
            name = f"问题{n}：要素紧缺"
            made.append(
                Problem(
                    code=f"P-{unit.code}-{n:04d}", unit=unit, register=register, number=n, name_zh=name,
                    name_en=f"Problem {n}", pinyin=spelled(name), evidence="缺口约一成（示例）", region=unit.region,
                    severity=rng.choice(levels), state=states[n % len(states)], owner=city.units[DISTRICTS[n % 2]],
                    due=timezone.localdate() + timedelta(days=rng.randint(-200, 400)), quality="illustrative",
                )
            )  # fmt: skip
        register.number = many // len(DISTRICTS)
        register.save()
    actor = planner.actor()
    store_all("raise", [(actor, each) for each in made])
    return made


def staffed(city: City) -> dict[str, str]:
    """Give the office its fifty people, all with one password; gives roles by name of sign-in."""
    password, roles = make_password(PASSWORD), {}
    for name, role, unit, many in PEOPLE:
        for n in range(many):
            code = f"load-{name}-{n}"
            person = Person.objects.create(
                username=code, name_zh=f"{name} {n}", name_en=f"{name} {n}", password=password
            )
            at = Unit.objects.get(code=unit.format(n=n))
            below = role not in ("finance", "reviewer", "applicant")
            Post.objects.create(code=code, person=person, unit=at, role=role, below=below)
            roles[code] = role
    return roles


@dataclass(frozen=True)
class Office:
    """What stands in the office, by code, for those who ask for it."""

    roles: dict[str, str]
    round: str
    run: str
    board: str
    token: str
    codes: dict[str, list[str]]

    def plain(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return vars(self)


SOME = 200
"""Codes of a kind that are given."""


def load_office(many: int = MANY, firms: int = FIRMS) -> dict[str, Any]:
    """Fill an empty office with ``many`` rows in each of four lists, and with fifty people; gives codes to ask for."""
    city = small_city()
    thing = many_applications(city, many, firms)
    awards = decided(city, thing)
    board, _ = many_projects(city, many)
    duties, problems = many_duties(city, many), many_problems(city, many)
    run = fresh(thing).ranking
    assert run is not None
    rng = random.Random(15)
    every = {
        "applications": list(Application.objects.filter(round=thing).values_list("code", flat=True)),
        "awards": [each.code for each in awards],
        "projects": list(Project.objects.values_list("code", flat=True)),
        "duties": [each.code for each in duties],
        "problems": [each.code for each in problems],
        "open duties of TJ-BH": [each.code for each in duties if each.unit.code == "TJ-BH" and not each.closed_at],
        "open duties of TJ-HP": [each.code for each in duties if each.unit.code == "TJ-HP" and not each.closed_at],
    }
    some = {name: rng.sample(codes, min(SOME, len(codes))) for name, codes in every.items()}
    roles = staffed(city)
    reader = Person.objects.get(username=next(name for name, role in roles.items() if role == "planner"))
    _, token = tokens.create(reader, "load", ["read"], 1)
    return Office(roles, thing.code, run.code, board.code, token, some).plain()

"""Where reality left a plan: what was derived from it, year by year, against monthly returns, reports and the project board."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.text import slugify

from haihe.messages import Text
from haihe.workspace.duties.figures import ACTUAL, PATH, Point, points_of
from haihe.workspace.duties.lights import BAD, WARN, Light, plain
from haihe.workspace.duties.models import Target
from haihe.workspace.frame.shown import MISSING
from haihe.workspace.plans.courses import Spot, light_of, planned_on, since, start_light
from haihe.workspace.plans.models import Made, Plan
from haihe.workspace.plans.numbers import Numbers, into, numbers_of
from haihe.workspace.plans.reading import Row
from haihe.workspace.problems.agenda import Suggestion
from haihe.workspace.projects.models import Project
from haihe.workspace.rounds.follow import sums
from haihe.workspace.rounds.ledger import PAID
from haihe.workspace.rounds.ledger_models import Entry
from haihe.workspace.rounds.models import Award
from haihe.workspace.units.models import Person, Unit

FEN_PER_YI = Decimal(10) ** 10
"""Fen in one 亿元."""
SLACK = Decimal("0.05")
REACHED = "started"


@dataclass(frozen=True)
class Course:
    """One indicator of one place along a plan, with what was reached.

    ``path`` is the plan's value at the end of each milestone, in ``unit``; ``spots`` in order of time, each with its light.
    """

    made: Made
    target: Target | None
    title: Text
    where: Text
    unit: str
    path: dict[int, Decimal]
    spots: list[tuple[Spot, Light]]

    @property
    def key(self) -> str:
        """What names it: indicator and place."""
        return f"{self.made.row['what']}|{self.made.row['region']}"

    @property
    def name(self) -> Text:
        """What it is called."""
        return Text(f"{self.title.zh}（{self.where.zh}）", f"{self.title.en} ({self.where.en})")

    @property
    def last(self) -> tuple[Spot, Light] | None:
        """What was reached last, and its light."""
        return next((each for each in reversed(self.spots) if each[0].actual is not None), None)

    @property
    def off_since(self) -> Spot | None:
        """Since when it has been yellow or red without a break."""
        return since(self.spots)


@dataclass(frozen=True)
class Start:
    """A project of a plan: when it was to start and what public money it was to get, against the board and the rounds."""

    made: Made
    title: Text
    where: Text
    planned: int
    support: Decimal
    project: Project | None
    reached: int | None
    awarded: Decimal | None
    paid: Decimal | None
    light: Light

    @property
    def money(self) -> tuple[str, str, str]:
        """Public money planned, awarded and paid, in 亿元; a dash where there is none to tell of."""
        planned, awarded, paid = (
            MISSING if value is None else plain(value) for value in (self.support, self.awarded, self.paid)
        )
        return planned, awarded, paid


def courses(person: Person, plan: Plan, today: date | None = None) -> list[Course]:
    """Give the courses of what was derived from a plan, one for each indicator and place, as a person may see them."""
    day = today or timezone.localdate()
    numbers = numbers_of(plan)
    made = list(Made.objects.filter(plan=plan, kind_of__in=("target", "cap")))
    seen = Target.objects.visible_to(person).filter(code__in=[each.thing for each in made])
    targets = {target.code: target for target in seen.select_related("unit", "issuer")}
    last: dict[tuple[str, str], Made] = {}
    for each in sorted(made, key=lambda each: each.row["year"]):
        if each.thing in targets:
            last[each.row["what"], each.row["region"]] = each
    shown = list(last.values())
    reached = _reached(person, {targets[each.thing] for each in shown}, numbers, day)
    return [_course(each, targets[each.thing], numbers, reached[targets[each.thing].pk], day) for each in shown]


def _reached(person: Person, targets: Iterable[Target], numbers: Numbers, today: date) -> dict[int, list[Point]]:
    """Give what was reached of targets, also in the years before their own: a source gives what belongs to a target's year."""
    listed = list(targets)
    found: dict[int, dict[str, Point]] = defaultdict(dict)
    for year in range(numbers.years[0], min(today.year, numbers.years[-1]) + 1):
        asked = []
        for target in listed:
            twin = copy.copy(target)
            twin.year = year
            asked.append(twin)
        for pk, points in points_of(person, asked).items():
            for point in points:
                if point.kind == ACTUAL:
                    found[pk][point.period] = point
    return {target.pk: sorted(found[target.pk].values(), key=lambda point: point.day) for target in listed}


def _course(made: Made, target: Target, numbers: Numbers, reached: Sequence[Point], today: date) -> Course:
    row, unit = made.row, target.counted_in
    values = numbers.path(row["what"], row["region"], row["kind"])
    path = {year: into(value, row["unit"], unit) for year, value in values.items() if year <= made.row["year"]}
    slack = target.slack / abs(target.value) if target.value else SLACK
    spots = [_spot(path, point) for point in reached]
    known = {spot.day for spot in spots}
    ends = [date(year, 12, 31) for year in path]
    spots += [Spot(end, str(end.year), path[end.year], False, None) for end in ends if end not in known]
    spots.sort(key=lambda spot: spot.day)
    lit = [(spot, light_of(spot, row["sense"], slack, unit, today)) for spot in spots]
    return Course(made, target, numbers.title(row), numbers.where(row), unit, path, lit)


def _spot(path: dict[int, Decimal], point: Point) -> Spot:
    planned = planned_on(path, point.day)
    value, between = planned or (None, False)
    return Spot(point.day, point.period, value, between, point.value, point.name, point.url)


def starts(person: Person, plan: Plan, today: date | None = None) -> list[Start]:
    """Give the projects derived from a plan against the project board and the rounds, as a person may see them."""
    day = today or timezone.localdate()
    numbers = numbers_of(plan)
    made = list(Made.objects.filter(plan=plan, kind_of="project"))
    seen = Project.objects.visible_to(person).filter(code__in=[each.row["what"] for each in made])
    board = {project.code: project for project in seen.select_related("unit", "board")}
    awarded, paid = _money(person, board.values())
    return [_start(each, numbers, board.get(each.row["what"]), awarded, paid, day) for each in made]


def _money(person: Person, projects: Iterable[Project]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Give what was awarded and paid to projects, in 亿元, by project."""
    of = {code: project.code for project in projects for code in project.applications}
    awards = Award.objects.visible_to(person).filter(application__code__in=of).select_related("application")
    awarded: dict[str, Decimal] = defaultdict(Decimal)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    listed = list(awards)
    booked = sums(Entry.objects.visible_to(person).filter(award__in=listed), "award") if listed else {}
    for award in listed:
        project = of[award.application.code]
        awarded[project] += Decimal(award.support) / FEN_PER_YI
        there = booked.get(award.pk)
        paid[project] += Decimal(there.of(PAID) if there else 0) / FEN_PER_YI
    return awarded, paid


def _start(
    made: Made,
    numbers: Numbers,
    project: Project | None,
    awarded: dict[str, Decimal],
    paid: dict[str, Decimal],
    today: date,
) -> Start:
    row = made.row
    day = project.reached.get(REACHED) if project is not None else None
    reached = int(day[:4]) if day else None
    code = row["what"]
    return Start(
        made,
        numbers.title(row),
        numbers.where(row),
        row["year"],
        into(row["support"] or "0", row["unit"], row["unit"]),
        project,
        reached,
        awarded.get(code),
        paid.get(code),
        start_light(row["year"], reached, today),
    )


def path_points(person: Person, targets: Sequence[Target]) -> Iterable[tuple[int, Point]]:
    """Give where the plan that a target came from leads it: points for the page of the target, which lead back here."""
    by_code = {target.code: target for target in targets}
    made = Made.objects.filter(thing_kind=Target.kind(), thing__in=list(by_code)).select_related("plan")
    visible = set(Plan.objects.visible_to(person).filter(made__thing__in=list(by_code)).values_list("pk", flat=True))
    for each in made:
        target = by_code[each.thing]
        if each.plan_id not in visible:
            continue
        row: Row = each.row
        name = Text("规划方案：{p}", "plan: {p}").format(p=each.plan.name)
        value = into(row["value"], row["unit"], target.counted_in)
        url = f"{each.plan.get_absolute_url()}/numbers?kind={row['kind']}&what={row['what']}#n-{slugify(row['key'])}"
        yield target.pk, Point(PATH, str(row["year"]), value, name, url)


def digest(person: Person, unit: Unit, since_day: date | None) -> list[Suggestion]:
    """Give where reality left the plans in force of an office, for the agenda and pack of its meeting: red, then yellow."""
    del since_day
    found: list[tuple[int, Suggestion]] = []
    plans = Plan.objects.visible_to(person).filter(unit__path__startswith=unit.path).in_force()
    for plan in plans.select_related("unit", "version__dataset"):
        if not Made.objects.filter(plan=plan).exists():
            continue
        for course in courses(person, plan):
            if course.last is not None and course.last[1].mark in (BAD, WARN):
                spot, light = course.last
                off = course.off_since or spot
                why = Text(
                    f"方案“{plan.name.zh}”{spot.period}：{light.words.zh}，自 {off.period} 起",
                    f"plan “{plan.name.en}”, {spot.period}: {light.words.en}, since {off.period}",
                )
                found.append((light.mark != BAD, _said(plan, course.name, why)))
        for start in starts(person, plan):
            if start.light.mark in (BAD, WARN):
                why = Text(
                    f"方案“{plan.name.zh}”计划 {start.planned} 年开工：{start.light.words.zh}",
                    f"plan “{plan.name.en}” has its start in {start.planned}: {start.light.words.en}",
                )
                found.append((start.light.mark != BAD, _said(plan, start.title, why)))
    return [each for _, each in sorted(found, key=lambda each: each[0])]


def _said(plan: Plan, title: Text, why: Text) -> Suggestion:
    return Suggestion("plans", title, why, plan.kind(), plan.code, plan.unit, f"{plan.get_absolute_url()}/reality")

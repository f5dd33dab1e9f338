"""What comes of a published plan, and what came of it: targets to the last digit, duties, problems; reality beside the path."""

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from chain_cases import indicator, month, row
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from plan_room_cases import derived, found_once, fresh, key_of, prepared, published

from haihe.messages import HaiheError
from haihe.workspace.duties.figures import points_of
from haihe.workspace.duties.models import Duty, Target
from haihe.workspace.plans import publishing, reality
from haihe.workspace.plans.courses import Spot, light_of, planned_on, since, start_light
from haihe.workspace.plans.deriving import derive
from haihe.workspace.plans.models import Made
from haihe.workspace.plans.numbers import into, numbers_of
from haihe.workspace.plans.replanning import plan_again, really
from haihe.workspace.problems.agenda import SOURCES
from haihe.workspace.problems.models import Problem
from workspace_cases import City

pytestmark = pytest.mark.django_db


def test_numbers_are_the_librarys_to_the_last_digit(city: City) -> None:
    plan = published(city)
    numbers = numbers_of(plan)
    solved = found_once(city).plan
    frame = solved.indicators
    assert len(numbers.of("target")) == len(frame)
    for record in frame.to_dict("records"):
        there = numbers.by_key[f"target|{record['indicator']}|{record['region']}|{record['year']}"]
        assert float(there["value"]) == float(record["plan"])
    for record in solved.caps.to_dict("records"):
        there = numbers.by_key[f"cap|{record['limit']}|{record['region']}|{record['year']}"]
        assert (float(there["value"]), float(there["price"])) == (record["cap"], record["price"])
    built = solved.projects[solved.projects["share"] > 0]
    assert {each["what"]: (each["region"], each["year"]) for each in numbers.of("project")} == {
        project: (site, int(start))
        for project, site, start in zip(built["project"], built["site"], built["start"], strict=True)
    }
    value = {(r["indicator"], r["region"], r["year"]): float(r["plan"]) for r in frame.to_dict("records")}
    rows = [row for row in numbers.of("target") if row["year"] == 2023 and row["what"] in ("value_added", "output")]
    derived(city, plan, *(row["key"] for row in rows))
    targets = {each.thing: Target.objects.get(code=each.thing) for each in Made.objects.filter(plan=plan)}
    assert len(targets) == len(rows)
    for each in Made.objects.filter(plan=plan):
        target = targets[each.thing]
        assert target.value == Decimal(repr(value[each.row["what"], each.row["region"], 2023])).quantize(
            Decimal("0.000001")
        )
        assert target.counted_in == each.row["unit"]
        assert target.document.code == target.source == plan.code


def test_what_is_ticked_is_made_once_and_leads_back(city: City, signed: Callable[[str], Client]) -> None:
    plan = published(city)
    client = signed("planner")
    page = client.get(f"/plans/{plan.code}/numbers").content.decode()
    assert page.count('name="tick"') > 10
    assert Made.objects.count() == Duty.objects.count() == 0, "looking makes nothing"
    keys = [
        key_of(plan, "target", what="value_added", region="north", year=2023),
        key_of(plan, "cap", region="north", year=2023),
        key_of(plan, "project"),
        key_of(plan, "problem"),
    ]
    answer = client.post(f"/plans/{plan.code}/derive", {"tick": keys, "edition": plan.edition})
    assert answer.status_code == 302
    made = {each.kind_of: each for each in Made.objects.filter(plan=plan)}
    assert set(made) == {"target", "cap", "project", "problem"}
    assert (Target.objects.count(), Duty.objects.count(), Problem.objects.count()) == (2, 2, 1)
    cap = Target.objects.get(code=made["cap"].thing)
    assert (cap.sense, cap.unit.code, cap.indicator) == ("at_most", "TJ-BH", "use:co2")
    project = Duty.objects.get(code=made["project"].thing)
    assert (project.about_kind, project.about, project.due) == (
        "plans.plan",
        plan.code,
        date(made["project"].row["year"], 12, 31),
    )
    problem = Problem.objects.get(code=made["problem"].thing)
    assert (problem.about, problem.figure["version"]) == (plan.code, plan.version.code)
    assert derived(city, fresh(plan), *keys) == []
    assert (Target.objects.count(), Duty.objects.count(), Problem.objects.count()) == (2, 2, 1)
    # each page of what was made leads back, and the plan shows all of it
    for thing in (*Target.objects.all(), *Duty.objects.all(), problem):
        assert plan.code in client.get(thing.get_absolute_url()).content.decode(), thing
    shown = client.get(f"/plans/{plan.code}").content.decode()
    for thing in (*Target.objects.all(), project, problem):
        assert thing.get_absolute_url() in shown
    # a newer plan takes the duty and the problem that stand
    newer = published(city, plan.study, "第二版")
    derived(city, newer, *keys)
    assert (Target.objects.count(), Duty.objects.count(), Problem.objects.count()) == (4, 3, 1)
    for wrong, code in (([], "E-PUB-10"), (["target|none"], "E-PUB-08")):
        with pytest.raises(HaiheError) as caught:
            derive(city.people["planner"], newer, wrong)
        assert caught.value.code == code
    with pytest.raises(HaiheError) as caught:
        derive(city.people["planner"], plan, keys)  # superseded
    assert caught.value.code == "E-PUB-07"


def test_reality_beside_a_path_made_by_hand(city: City, signed: Callable[[str], Client]) -> None:
    indicator(city, "value_added", measure="level", places="north", name_en="value added")
    plan = published(city)
    derived(city, plan, key_of(plan, "target", what="value_added", region="north", year=2023), key_of(plan, "project"))
    planned = {year: Decimal(value) * 10 for year, value in numbers_of(plan).path("value_added", "north").items()}
    target = Target.objects.get()
    assert (target.counted_in, target.value) == ("亿元", planned[2023].quantize(Decimal("0.000001")))
    for name, share in (("2019-12", "1.02"), ("2020-12", "0.97"), ("2021-12", "0.90")):
        month(
            city,
            name,
            [
                row(
                    (planned[int(name[:4]) // 2 * 2 + 1 if name[:4] != "2020" else 2019] * Decimal(share)).quantize(
                        Decimal("0.01")
                    ),
                    code="value_added",
                    place="north",
                )
            ],
        )
    planner = city.people["planner"]
    (course,) = reality.courses(planner, plan, date(2022, 6, 1))
    spots = {spot.period: (spot, light) for spot, light in course.spots}
    assert [spot.period for spot, _ in course.spots] == ["2017", "2019-12", "2020-12", "2021-12", "2023"]
    assert spots["2017"][0].actual is None, "no figure is not 0"
    assert spots["2019-12"][1].mark == "good"
    middle = (planned[2019] + (planned[2021] - planned[2019]) * 366 / 731).quantize(Decimal("0.000001"))
    assert spots["2020-12"][0].planned == middle
    assert spots["2020-12"][0].between
    assert spots["2021-12"][1].mark == "bad"
    last = spots["2021-12"][0]
    assert last.deviation == last.actual - planned[2021].quantize(Decimal("0.000001"))
    off = course.off_since
    assert off is not None
    assert off.period == ("2020-12" if spots["2020-12"][1].mark != "good" else "2021-12")
    assert spots["2023"][1].words.en == "not due yet"
    # the same on the page, in files, in the digest of the meeting, and as the path of the target
    client = signed("planner")
    client.cookies["haihe-language"] = "en"
    page = client.get(f"/plans/{plan.code}/reality").content.decode()
    assert all(figure in page for figure in last.figures)
    said = client.get(f"/plans/{plan.code}/reality/courses/csv").content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(said)))
    assert any(line and "2021-12" in line[1] for line in lines)
    assert client.get(f"/plans/{plan.code}/reality/starts/xlsx").status_code == 200
    digest = next(source for source in SOURCES if source.code == "plans")
    titles = [each.title.en for each in digest.find(planner, city.units["TJ"], None)]
    assert any("North" in title for title in titles)
    points = points_of(planner, [target])[target.pk]
    assert [point.value for point in points if point.kind == "path"] == [target.value]
    # another region's people see nothing of it
    assert signed("bj-planner").get(f"/plans/{plan.code}/reality").status_code == 404


def test_plan_again_holds_what_was_decided(city: City) -> None:
    plan = published(city)
    with pytest.raises(HaiheError) as caught:
        plan_again(city.people["planner"], city.units["TJ"], plan, 2018)
    assert caught.value.code == "E-PUB-11"
    study = plan_again(city.people["planner"], city.units["TJ"], plan, 2019)
    assert (study.kind_code, study.settings["until"], study.edits) == ("replan", 2019, plan.edits)
    solved = found_once(city).plan
    options = solved.model.projects.spec.options
    first = options[0].split("|")
    held = really(solved, int(first[2]), [options[0]], [])
    assert held is not None
    assert held.set_index("record")["value"][options[0]] == 1.0
    assert set(held["year"]) <= set(range(2017, int(first[2]) + 1))
    assert really(solved, 2019, [], []) is None


@pytest.mark.endure
def test_a_replan_of_a_published_plan_is_kept(city: City) -> None:
    from study_cases import fresh as fresh_study

    from haihe.workspace.jobs.worker import drain

    plan = published(city)
    study = plan_again(city.people["planner"], city.units["TJ"], plan, 2019)
    drain()
    study = fresh_study(study)
    assert study.done, study.job.error
    newer = published(city, study, "滚动方案")
    assert newer.stage == "in-force"


def test_drafts_are_not_published_before_their_numbers_are_read(city: City) -> None:
    plan = prepared(city)
    plan.figures = ""
    with pytest.raises(HaiheError) as caught:
        publishing.submit(city.people["planner"], plan)
    assert caught.value.code == "E-PUB-02"


numbers = st.decimals(-1_000_000, 1_000_000, places=3)


@given(
    st.dictionaries(st.integers(2017, 2035), numbers, min_size=1, max_size=5),
    st.dates(date(2016, 1, 1), date(2036, 12, 31)),
)
def test_a_path_is_a_line_through_its_milestones(path: dict[int, Decimal], day: date) -> None:
    for year, value in path.items():
        assert planned_on(path, date(year, 12, 31)) == (value, False)
    found = planned_on(path, day)
    inside = date(min(path), 12, 31) <= day <= date(max(path), 12, 31)
    assert (found is not None) == inside
    if found is not None:
        assert min(path.values()) - 1 <= found[0] <= max(path.values()) + 1


@given(numbers, st.one_of(st.none(), numbers), st.sampled_from(["at_least", "at_most"]))
def test_the_light_says_what_the_numbers_say(planned: Decimal, actual: Decimal | None, sense: str) -> None:
    spot = Spot(date(2020, 12, 31), "2020", planned, False, actual)
    light = light_of(spot, sense, Decimal("0.05"), "亿元", date(2021, 1, 1))
    if actual is None:
        assert light.mark == "wait"
        assert spot.deviation is None
        return
    behind = planned - actual if sense == "at_least" else actual - planned
    want = (
        "good"
        if behind <= 0
        else "warn"
        if behind <= (abs(planned) * Decimal("0.05")).quantize(Decimal("0.000001"))
        else "bad"
    )
    assert light.mark == want
    first = since([(spot, light)])
    assert (first is None) == (want == "good")


def test_starts_and_units() -> None:
    day = date(2023, 6, 1)
    marks = [
        start_light(planned, reached, day).mark
        for planned, reached in ((2022, 2022), (2021, 2022), (2022, None), (2023, None))
    ]
    assert marks == ["good", "warn", "bad", "wait"]
    assert into("11.15244933699", "bn yuan", "亿元") == Decimal("111.524493")
    assert into("0.5", "share", "%") == Decimal("50.000000")
    assert into("7", "t CO2", "亿元") == Decimal("7.000000"), "what does not fit stays in its own unit"

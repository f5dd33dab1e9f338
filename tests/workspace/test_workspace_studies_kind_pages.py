"""Pages of kinds: a point of a front is planned at, a project's fate is explained, plans are compared."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from study_cases import asked, found, fresh, version_of

from haihe.messages import HaiheError
from haihe.planning.measures import Measure
from haihe.workspace.data.versions import tables_of
from haihe.workspace.jobs.models import DONE, Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies.asking import ask, delete, kept_of, plan_of
from haihe.workspace.studies.models import Study
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
POINTS = {"points": 4, "reach": 0.2}


def newest(kind: str) -> Study:
    """Give the study that was asked for last, done."""
    drain()
    return fresh(Study.objects.filter(kind_code=kind).order_by("-pk")[0])


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


def test_a_plan_at_a_point_of_a_front_is_that_point(city: City, signed: Signed) -> None:
    front = found(city, "front", settings=POINTS)
    client = signed("planner")
    page = body(client, front.get_absolute_url())
    assert page.count('type="radio"') == 4
    assert "第 3 点" in page
    assert 'id="table-front-3-sectors"' not in page, "nothing is chosen yet"
    chosen = body(client, f"{front.get_absolute_url()}?point=3")
    assert 'id="table-front-3-sectors"' in chosen
    assert 'id="figure-front"' in chosen, "the chart stays in sight"
    assert "checked" in chosen
    assert client.post(f"{front.get_absolute_url()}/plan-at", {"point": "9"}).status_code == 422
    answer = client.post(f"{front.get_absolute_url()}/plan-at", {"point": "3"})
    made = newest("plan")
    assert answer["Location"] == made.get_absolute_url()
    assert made.done, made.job and made.job.error
    numbers = kept_of(front).numbers
    point, plan = numbers["points"][2], plan_of(made)
    value = {name: plan.assembly.indicators.value(Measure.parse(numbers[name]), plan.solution.x) for name in "xy"}
    assert value["x"] == pytest.approx(point["x"], rel=1e-6)
    assert value["y"] == pytest.approx(point["y"], rel=1e-6, abs=1e-6)
    assert value["x"] != pytest.approx(numbers["current"][0], rel=1e-3), "another plan than that of today"
    assert made.get_absolute_url() in body(client, f"{front.get_absolute_url()}?point=3"), "the point leads to its plan"
    assert made.get_absolute_url() not in body(client, f"{front.get_absolute_url()}?point=2")


def test_a_project_is_explained_and_its_card_given(city: City, signed: Signed) -> None:
    whole = found(city, "card")
    client = signed("planner")
    page = body(client, whole.get_absolute_url())
    project = kept_of(whole).numbers["projects"][0]["project"]
    answer = client.post(f"{whole.get_absolute_url()}/why", {"project": project})
    one = newest("card")
    assert answer["Location"] == one.get_absolute_url()
    assert one.done, one.job and one.job.error
    again = client.post(f"{whole.get_absolute_url()}/why", {"project": project})
    assert again["Location"] == one.get_absolute_url(), "what was worked out is shown"
    assert one.get_absolute_url() in body(client, whole.get_absolute_url())
    assert one.get_absolute_url() not in page
    result = kept_of(one)
    card = body(client, f"{one.get_absolute_url()}/card")
    for line in result.lines:
        assert line.zh.split("；")[0][:20] in card
    word = client.get(f"{one.get_absolute_url()}/word")
    assert word.content[:2] == b"PK"
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{one.get_absolute_url()}/workbook").content))
    assert len(book.sheetnames) == len(result.tables)
    assert client.get(f"{whole.get_absolute_url()}/card").status_code in (404, 422), "no card of all projects"
    assert client.get(f"{whole.get_absolute_url()}/word").status_code in (404, 422)


def test_a_district_sees_its_own_projects_first(city: City, signed: Signed) -> None:
    version_of(city)
    whole = found(city, "card", by="bh-editor", unit="TJ-BH")
    client = signed("bh-editor")
    north = {each["project"] for each in kept_of(whole).numbers["projects"] if each["region"] == "north"}
    every = {each["project"] for each in kept_of(whole).numbers["projects"]}
    page = body(client, f"{whole.get_absolute_url()}?own=1")
    assert {code for code in every if f"<small>{code}</small>" in page} == north
    if north:
        first = body(client, whole.get_absolute_url())
        assert min(first.index(f"<small>{code}</small>") for code in every) == min(
            first.index(f"<small>{code}</small>") for code in north
        )


def scenario_of(city: City, code: str, *edits: list[str], shared: bool = False) -> Scenario:
    version = version_of(city)
    made = Scenario(
        code=code, unit=city.units["TJ"], created_by="planner", name_zh=f"情景{code}", name_en=f"scenario {code}",
        dataset=version.dataset, version=version, edits=list(edits), shared=shared,
    )  # fmt: skip
    made.save()
    return made


def test_plans_are_compared_by_their_scenarios(city: City, signed: Signed) -> None:
    cap = version_of(city)
    assert cap is not None
    row = tables_of(cap, ["limits"])["limits"].iloc[0]
    tight = scenario_of(city, "tight", ["limits", f"{row['limit']}|{int(row['year'])}", "value", "0.6", "更严"])
    first = asked(city, "plan")
    second = asked(city, "plan", scenario=tight)
    drain()
    codes = [second.code, first.code]
    study = found(city, "comparison", settings={"studies": codes})
    assert study.settings["studies"] == [first.code, second.code], "the oldest is the base"
    result = kept_of(study)
    own = fresh(first), fresh(second)
    plans = [plan_of(each) for each in own]
    gap = (plans[1].loss - plans[1].gain) - (plans[0].loss - plans[0].gain)
    assert result.numbers["summary"][1]["difference"] == pytest.approx(gap, rel=1e-9)
    assert gap > 0, "a tighter cap costs"
    changed = result.tables["compare-changes"].frame
    assert list(changed["record"]) == [f"{row['limit']}|{int(row['year'])}"]
    page = body(signed("planner"), f"{study.get_absolute_url()}?group=all")
    assert "情景tight" in page
    assert "碳" in page or "上限" in page
    with pytest.raises(HaiheError, match="E-STU-03"):
        asked(city, "comparison", settings={"studies": [first.code]})
    with pytest.raises(HaiheError, match="E-STU-09"):
        delete(city.people["planner"], own[0])


def test_who_does_not_see_a_compared_plan_does_not_see_the_comparison(city: City) -> None:
    version = version_of(city)
    hidden = scenario_of(city, "hidden")
    first, second = asked(city, "plan"), asked(city, "plan", scenario=hidden)
    Job.objects.update(state=DONE, result={"index": "", "plan": ""})  # seen or not does not depend on what was found
    made = ask(
        city.people["planner"], city.units["TJ"], version, "comparison", settings={"studies": [first.code, second.code]}
    )
    chief, other = city.people["chief"], city.people["bh-editor"]
    seen = {each.code for each in Study.objects.visible_to(chief)}
    assert (made.code in seen) == (second.code in seen)
    assert made.code not in {each.code for each in Study.objects.visible_to(other)}
    made.unit = city.units["TJ-BH"]
    made.save()
    assert made.code not in {each.code for each in Study.objects.visible_to(other)}, (
        "its scenario is a draft of the city"
    )
    hidden.shared = True
    hidden.save()
    assert made.code in {each.code for each in Study.objects.visible_to(other)}


def test_a_kind_says_which_tables_it_needs(city: City, signed: Signed) -> None:
    with pytest.raises(HaiheError, match="E-STU-02"):
        asked(city, "stress")
    page = signed("planner").get(f"/studies/new?kind=stress&version={version_of(city).code}")
    assert page.status_code == 422
    assert "冲击" in page.content.decode()

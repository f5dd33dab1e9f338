"""The record, the news, what waits, and lists say names and words, never codes and times of machines."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from problem_cases import again, decided, raised
from samples import SAMPLES

from haihe import workspace
from haihe.messages import Text
from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry, Recorded
from haihe.workspace.data import store, vocabulary
from haihe.workspace.data.models import Version
from haihe.workspace.frame import names, telling, wording
from haihe.workspace.frame.lists import Column, Listing, Stages
from haihe.workspace.intake.targets import TARGETS
from haihe.workspace.jobs.models import CANCELLED, DONE, FAILED
from haihe.workspace.meetings import pack
from haihe.workspace.meetings.changes import Change
from haihe.workspace.months.models import Return
from haihe.workspace.office.news import MOST_A_KIND, news
from haihe.workspace.problems import actions as problems
from haihe.workspace.problems.models import Problem
from haihe.workspace.rounds.models import Round
from haihe.workspace.units import staff
from haihe.workspace.units.models import Person, Post, Unit
from workspace_cases import City

pytestmark = pytest.mark.django_db
RECORDED = [each for each in apps.get_models() if issubclass(each, Recorded)]
MACHINE = re.compile(r"\+00:00|\[&#x27;|\{&#x27;|\{\}|\[\]")
"""How a value looks that nobody put in words."""


@pytest.mark.parametrize("model", RECORDED, ids=lambda each: each._meta.label_lower)
def test_every_field_and_kind_that_the_record_keeps_is_called_something(model: type[Recorded]) -> None:
    kind = model.kind()
    assert kind in wording.KINDS
    kept = [each.name for each in model._meta.concrete_fields if each.name not in model.unrecorded]
    assert [name for name in kept if wording.field(name, kind) == Text(name, name)] == []


def test_every_verb_that_the_rooms_write_is_called_something() -> None:
    source = "".join(file.read_text(encoding="utf-8") for file in Path(workspace.__file__).parent.rglob("*.py"))
    written = set(
        re.findall(r"""\b(?:store|record|_note)\([^"()]*(?:\([^"()]*\)[^"()]*)*"([a-z][a-z-]*)"[,)]""", source)
    )
    written |= {DONE, FAILED, CANCELLED}  # what a worker writes at the end of a job
    assert {"create", "start", "requeue", "enqueue", "raise"} <= written
    assert sorted(verb for verb in written if wording.verb(verb) == Text(verb, verb)) == []


@pytest.mark.parametrize("model", SAMPLES, ids=lambda each: each._meta.label_lower)
def test_every_object_has_a_name(model: type[Recorded], city: City) -> None:
    thing = SAMPLES[model](city, "TJ-BH").thing
    name = thing.name
    assert isinstance(name, Text)
    assert name.zh
    assert name.en


@pytest.mark.parametrize("model", [each for each in RECORDED if "state" in {f.name for f in each._meta.fields}])
def test_states_are_told_in_words(model: Any) -> None:
    said = telling.value(model, "state", model._meta.get_field("state").default)
    assert isinstance(said, Text)


def test_values_are_told_as_people_read_them(city: City) -> None:
    city.people["planner"].name_zh = "王规划"
    city.people["planner"].save()
    tell = telling.value
    assert tell(Problem, "decided_by", "planner") == Text("王规划", "planner")
    assert tell(Problem, "owner", "TJ-BH") == Text("滨海新区", "Binhai")
    assert tell(Problem, "helpers", ["TJ-BH", "IIB"]) == Text("滨海新区、市工业和信息化局", "Binhai, Industry Bureau")
    assert tell(Problem, "region", "TJ-BH") == Text("滨海新区", "Binhai")
    assert tell(Problem, "severity", "large").zh == "较大"
    assert tell(Problem, "since", "2026-11-22 20:26:42.428457+00:00") == "2026-11-23 04:26"
    assert tell(Person, "is_active", False) == Text("否", "no")
    assert tell(Problem, "note", "2026-13-45 25:99:00+00:00") == "2026-13-45 25:99:00+00:00"
    assert tell(None, "since", ["a", {"year": 2025}]) == Text("a、年份：2025", "a, year: 2025")
    for empty in telling.EMPTY:
        assert tell(Problem, "note", empty) is None


@given(said=st.recursive(st.none() | st.booleans() | st.integers() | st.text(),
                         lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8))  # fmt: skip
def test_whatever_the_record_keeps_can_be_told(said: Any) -> None:
    told = telling.value(None, "kept", said)
    assert told is None or isinstance(told, (Text, str, int))


def test_a_history_says_names_and_leaves_out_what_stayed_empty(city: City, signed: Any) -> None:
    city.people["planner"].name_zh = "王规划"
    city.people["planner"].save()
    problem = decided(city)
    page = signed("planner").get(f"/history/problems.problem/{problem.code}").content.decode()
    assert "王规划" in page
    assert "滨海新区" in page
    assert not MACHINE.search(re.sub(r'datetime="[^"]*"', "", page))
    entry = Entry.objects.filter(kind=Problem.kind(), code=problem.code).order_by("number")[0]
    assert all(since is not None for _, _, since in telling.told(entry))


def test_a_list_reads_the_names_of_its_rows_at_once(city: City, django_assert_num_queries: Any) -> None:
    for name in ("planner", "bh-editor", "hp-editor"):
        Person.objects.filter(username=name).update(name_zh=f"{name}先生")
        chain.record(city.people[name].actor(), "edit", "units.unit", "TJ")
    listing = Listing(
        Text("表", "list"), (Column(Text("人", "who"), names.who("actor")),), comes_in=Text("记录", "the record")
    )
    request = RequestFactory().get("/")

    def shown(_: Any) -> Any:
        with django_assert_num_queries(2):  # the rows, the names
            return list(listing.table(request, Entry.objects.order_by("number")))

    assert names.once(shown)(request)[1:] == [["planner先生"], ["bh-editor先生"], ["hp-editor先生"]]


def test_names_are_of_what_the_reader_sees(city: City, signed: Any) -> None:
    assert vocabulary.offered(None, "chains") == {}
    assert names.names_of("regions", ["TJ-BH", "X"]) == {"TJ-BH": Text("滨海新区", "Binhai"), "X": Text("X", "X")}
    assert names.name_of("people", "") is None
    SAMPLES[Version](city, "TJ-BH")
    region = vocabulary.offered(city.people["bh-editor"], "regions")
    code, name = next(iter(region.items()))
    option = f'<option value="{code}" label="{name.zh}">'
    assert option in signed("bh-editor").get("/problems/new").content.decode()
    assert vocabulary.offered(city.people["bj-planner"], "regions") == {}
    assert option not in signed("bj-planner").get("/problems/new").content.decode()


def test_news_names_a_few_of_a_kind_and_counts_the_rest(city: City) -> None:
    since = timezone.now() - timedelta(minutes=1)
    problem = raised(city)
    for number in range(MOST_A_KIND + 3):
        unit = Unit.objects.create(
            code=f"P{number}", name_zh=f"园区{number}", name_en="", kind_of="park", parent=city.units["TJ-BH"]
        )
        chain.store(city.people["bh-editor"].actor(), "edit", unit)
    lately = news(city.people["planner"], since)
    assert [each.entry.kind for each in lately.shown].count("units.unit") == MOST_A_KIND
    assert problem.code in [each.entry.code for each in lately.shown]
    assert (wording.kind("units.unit"), 3) in lately.more


def _waits(city: City, who: str, client: Any) -> bool:
    return "并报告结果" in client(who).get("/").content.decode()


def test_work_waits_for_the_nearest_who_may_do_it(city: City, signed: Any) -> None:
    problem = decided(city, owner="TJ-BH")
    problem = again(problem)
    problem.state = "work"
    chain.store(city.people["bh-editor"].actor(), "start", problem)
    assert _waits(city, "bh-editor", signed)
    assert not _waits(city, "planner", signed)
    staff.deactivate(city.people["admin"].actor(), city.people["bh-editor"], reason="调离")
    staff.deactivate(city.people["admin"].actor(), city.people["bh-approver"], reason="调离")
    assert _waits(city, "planner", signed)


def test_turns_are_the_reach_without_what_somebody_nearer_covers(city: City) -> None:
    planner, editor = city.people["planner"], city.people["bh-editor"]
    for person in city.people.values():
        turns = set(person.turns(problems.WORK).values_list("code", flat=True))
        reach = set(person.units(problems.WORK).values_list("code", flat=True))
        assert turns <= reach
        for code in reach:  # by brute force: nobody covers the unit from further below
            unit = Unit.objects.get(code=code)
            posts = [post for post in Post.objects.filter(active=True) if post.covers(unit, False)]
            posts = [post for post in posts if Person.objects.get(pk=post.person_id).may(problems.WORK, post.unit)]
            best = max(len(post.unit.path) for post in posts)
            mine = {post.person_id for post in posts if len(post.unit.path) == best}
            assert (code in turns) is (person.pk in mine), (person, code)
    assert "TJ-BH" in editor.turns(problems.WORK).values_list("code", flat=True)
    assert "TJ-BH" not in planner.turns(problems.WORK).values_list("code", flat=True)


def test_every_stage_that_a_list_shows_can_be_filtered_by() -> None:
    from haihe.workspace.data import request_pages
    from haihe.workspace.duties import lists

    found = [
        each
        for room in (request_pages, lists)
        for listing in vars(room).values()
        if isinstance(listing, Listing)
        for each in listing.choices
        if isinstance(each, Stages)
    ]
    assert found
    for each in found:
        assert all(isinstance(each.where(code), models.Q) for code, _ in each.offered)
        assert each.where("nothing") is None


def test_the_foot_says_the_programs_version(city: City, signed: Any) -> None:
    from haihe.version import __version__

    for address in ("/", "/problems/", "/projects/boards"):
        assert f"haihe {__version__}</footer>" in signed("planner").get(address).content.decode().replace("\n", "")


def test_many_changes_of_one_kind_hide_no_other_in_the_pack(city: City) -> None:
    found = [
        Change(wording.kind(Problem.kind()), Text(f"问题{n}", f"problem {n}"), f"P-{n}", "", Text("提出问题", "raised"),
               Text("甲", "A"), timezone.now())
        for n in range(pack.A_KIND + 4)
    ]  # fmt: skip
    rows = pack._changed(wording.kind(Problem.kind()), found)
    assert [row[1].en for row in rows[:2]] == ["problem 0", "problem 1"]
    assert len(rows) == pack.A_KIND + 1
    assert rows[-1][1].en == "4 more"
    assert pack._changed(wording.kind(Problem.kind()), found[:2])[-1][1].en == "problem 1"


def test_a_round_is_chosen_by_its_name_among_those_one_sees(city: City, signed: Any) -> None:
    round_ = SAMPLES[Round](city, "TJ").thing
    page = signed("planner").get("/rounds/applications").content.decode()
    assert f'<option value="{round_.code}">{round_.name.zh}</option>' in page
    assert f'<option value="{round_.code}"' not in signed("bj-planner").get("/rounds/applications").content.decode()


def test_a_stage_of_a_chain_is_called_by_its_name(city: City) -> None:
    version = SAMPLES[Version](city, "TJ").thing
    stages = store.get(version.tables["chain_stages"]["sha256"], "chain_stages")
    row = stages.iloc[0]
    asked = RequestFactory().get("/")
    asked.user = city.people["planner"]
    code = f"{row['chain']}/{row['stage']}"
    assert names.once(lambda _: names.name_of("chain_stages", code))(asked).zh == row["name_zh"]
    asked.user = city.people["bj-planner"]
    assert names.once(lambda _: names.name_of("chain_stages", code))(asked) == Text(code, code)


def test_files_are_offered_for_open_months_alone(city: City) -> None:
    month = SAMPLES[Return](city, "TJ-BH").thing
    target = TARGETS["month"]
    Return.objects.filter(pk=month.pk).update(state="draft")
    assert month in list(target.things(city.people["bh-editor"]))
    for state in ("submitted", "approved"):
        Return.objects.filter(pk=month.pk).update(state=state)
        assert list(target.things(city.people["bh-editor"])) == []

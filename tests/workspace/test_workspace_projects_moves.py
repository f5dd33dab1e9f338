"""Projects go from stage to stage: what is scarce needs a second pair of eyes, caps warn, moves are taken back."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_cases import ROOM, SHARES, a_board, a_project, again, day, proposed, said

from haihe.messages import HaiheError
from haihe.planning.pipeline_inputs import NAMES
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.projects import keeping, moving
from haihe.workspace.projects.announce import waiting
from haihe.workspace.projects.holdings import FIELDS, balance, caps, ground_of, held
from haihe.workspace.projects.models import Board, Move, Project
from haihe.workspace.projects.stages import LEFT, STATES
from workspace_cases import City

pytestmark = pytest.mark.django_db


def refused(code: str) -> "pytest.RaisesContext[HaiheError]":
    return pytest.raises(HaiheError, match=code)


def test_what_takes_something_scarce_waits_for_somebody_else(city: City) -> None:
    project = a_project(city, a_board(city))
    move = proposed(city, project)
    assert move.scarce
    assert again(project).stage == "contact"
    assert [each.url for each in waiting(city.people["bh-approver"])] == [move.get_absolute_url()]
    assert not list(waiting(city.people["hp-approver"]))
    assert not list(waiting(city.people["bh-editor"]))
    with refused("E-WEB-22"):
        moving.confirm(city.people["bh-editor"], again(move))
    assert again(project).stage == "contact"
    moving.confirm(city.people["bh-approver"], again(move))
    after = again(project)
    assert (after.stage, after.since) == ("signed", day())
    assert after.reached["signed"] == day().isoformat()
    assert after.planned["signed"] == day(30).isoformat()
    assert [entry.verb for entry in Entry.objects.filter(code=project.code)] == ["create", "stage"]
    assert not list(verify())


def test_what_takes_nothing_is_done_at_once(city: City) -> None:
    project = a_project(city, a_board(city))
    moving.confirm(city.people["bh-approver"], proposed(city, project, "started"))
    move = proposed(city, again(project), "built")  # started and built hold the same
    assert not move.scarce
    assert again(project).stage == "built"
    assert not list(waiting(city.people["bh-approver"]))


def test_without_a_dataset_every_move_is_confirmed(city: City) -> None:
    board = a_board(city)
    board.dataset = None
    board.save()
    assert proposed(city, a_project(city, board)).scarce


def test_a_move_says_when_it_cannot_be(city: City) -> None:
    project = a_project(city, a_board(city))
    editor = city.people["bh-editor"]
    for to_stage, when, why, code in (
        ("contact", day(), "x", "E-PJT-10"),
        ("nowhere", day(), "x", "E-PJT-10"),
        ("signed", day(-1), "x", "E-PJT-11"),
        ("signed", day(1), "x", "E-PJT-11"),  # before it came into contact
        ("signed", day(), "  ", "E-PJT-13"),
    ):
        with refused(code):
            moving.propose(editor, project, to_stage, when, why)
    proposed(city, project)
    with refused("E-PJT-12"):
        proposed(city, project, "started")
    with refused("E-WEB-20"):
        moving.propose(editor, project, "signed", day(), "x", edition=project.edition + 1)


def test_a_proposal_goes_back_is_changed_and_withdrawn(city: City) -> None:
    project = a_project(city, a_board(city))
    move = proposed(city, project)
    moving.send_back(city.people["bh-approver"], again(move), "请附合同 / attach the contract")
    assert [each.url for each in waiting(city.people["bh-editor"])] == [move.get_absolute_url()]
    moving.change(city.people["bh-editor"], again(move), "started", day(), "已开工")
    moving.withdraw(city.people["bh-editor"], again(move))
    for act in (
        lambda: moving.confirm(city.people["bh-approver"], again(move)),
        lambda: moving.change(city.people["bh-editor"], again(move), "signed", day(), "x"),
    ):
        with refused("E-WEB-21"):
            act()
    assert again(project).stage == "contact"
    moving.confirm(city.people["bh-approver"], proposed(city, project))
    assert again(project).stage == "signed"


def test_the_last_move_is_taken_back_and_no_other(city: City) -> None:
    project = a_project(city, a_board(city))
    approver = city.people["bh-approver"]
    first = proposed(city, project)
    moving.confirm(approver, first)
    between = again(project)
    second = proposed(city, between, "started")
    with refused("E-PJT-15"):  # a proposal waits
        moving.take_back(approver, again(first), "误报")
    moving.confirm(approver, second)
    with refused("E-PJT-15"):
        moving.take_back(approver, again(first), "误报")
    with refused("E-WEB-26"):
        moving.take_back(approver, again(second), " ")
    assert again(project).stage == "started"
    moving.take_back(approver, again(second), "误报")
    after = again(project)
    assert (after.stage, after.since, after.reached, after.due) == (
        "signed",
        between.since,
        between.reached,
        between.due,
    )


def test_a_move_that_came_too_late_is_refused(city: City) -> None:
    board = a_board(city)
    project = a_project(city, board)
    move = proposed(city, project)
    Project.objects.filter(pk=project.pk).update(stage="started")
    with refused("E-PJT-14"):
        moving.confirm(city.people["bh-approver"], again(move))


def test_what_was_confirmed_cannot_grow_by_editing(city: City) -> None:
    board = a_board(city)
    project = a_project(city, board)
    more = said("P1", need=61.0)
    keeping.restate(city.people["bh-editor"], again(project), more)  # contact holds nothing
    moving.confirm(city.people["bh-approver"], proposed(city, again(project)))
    keeping.restate(city.people["bh-editor"], again(project), said("P1", need=61.0, note="说明"))
    for grown in (said("P1", need=62.0), said("P1", region="south", need=61.0)):
        with refused("E-PJT-03"):
            keeping.restate(city.people["bh-editor"], again(project), grown)
    keeping.restate(city.people["planner"], again(project), said("P1", need=62.0))  # the keeper of the board may
    assert again(project).needs[0]["value"] == "62.0"


def test_a_cap_warns_with_its_rule(city: City) -> None:
    board = a_board(city)
    first, second = a_project(city, board, "P1"), a_project(city, board, "P2")
    moving.confirm(city.people["bh-approver"], proposed(city, first, "started"))
    ground = ground_of(board)
    (cap,) = caps(ground, again(second), "signed")
    assert (cap.asked, cap.before, cap.after, cap.over) == (30.0, 60.0, 90.0, False)
    (cap,) = caps(ground, again(second), "started")
    assert (cap.after, cap.over) == (120.0, True)
    assert all(words in cap.rule.zh for words in (f"{ROOM:g}", "S1", "100%"))
    (cap,) = caps(ground, again(first), LEFT)
    assert (cap.asked, cap.after, cap.over) == (-60.0, 0.0, False)


@pytest.fixture
def board(city: City) -> Board:
    return a_board(city)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*STATES])), max_size=6))
def test_what_is_held_follows_the_stages_whatever_the_moves(
    city: City, board: Board, ways: list[tuple[int, str]]
) -> None:
    Move.objects.all().delete()
    Project.objects.all().delete()
    needs = (10.0, 20.0, 70.0)
    projects = [a_project(city, board, f"H{n}", need=need) for n, need in enumerate(needs)]
    for which, to_stage in ways:
        project = again(projects[which])
        if project.stage == to_stage:
            continue
        move = proposed(city, project, to_stage)
        if move.scarce:
            moving.confirm(city.people["bh-approver"], again(move))
        assert again(project).stage == to_stage
    ground = ground_of(board)
    there = Project.objects.filter(board=board).exclude(stage=LEFT).values_list(*FIELDS)
    rows = balance(ground, held(ground, there))
    found = sum(row.sum for row in rows if row.room is not None)
    expected = sum(SHARES.get(again(each).stage, 0.0) * need for each, need in zip(projects, needs, strict=True))
    assert found == pytest.approx(expected)
    for row in rows:
        if row.room is not None:
            assert row.free == pytest.approx(ROOM - expected)
            assert (row.mark == "bad") == (expected > ROOM)


def test_a_started_project_of_before_the_plan_stands_beside(city: City) -> None:
    board = a_board(city)
    old = said("OLD", need=50.0)
    old.days = {"started": "2010-05-01"}
    old.fields["facts"] = {"start": "2010"}
    project = keeping.open_project(city.people["planner"], board, city.units["TJ-BH"], old, "started")
    assert project.reached == {"started": "2010-05-01"}
    ground = ground_of(board)
    rows = balance(ground, held(ground, Project.objects.values_list(*FIELDS)))
    row = next(row for row in rows if row.room is not None)
    assert (row.beside, row.sum, row.free) == (50.0, 0.0, ROOM)


def test_slips_and_days(city: City) -> None:
    project = a_project(city, a_board(city))
    assert project.days_late() == 30
    assert project.days_in() == 0
    moving.confirm(city.people["bh-approver"], proposed(city, project))
    after = again(project)
    assert after.days_late() is None
    assert after.due == day(-300)
    assert after.days_in(day() + timedelta(days=5)) == 5
    assert NAMES[0] == keeping.FIRST

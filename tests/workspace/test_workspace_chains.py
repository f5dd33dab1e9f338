"""The chain board: items and their age, who sees what is shared, proposals decided by people, the workbook, problems."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from chain_cases import FACTS, chain_board, fill, sent, stuck_point
from django.test import Client
from django.utils import timezone
from intake_cases import small_dataset

from haihe.diagnosis import diagnose
from haihe.messages import HaiheError
from haihe.workspace.audit import chain
from haihe.workspace.chains import deciding, items, tasks
from haihe.workspace.chains.changes import changes_since, suggestions
from haihe.workspace.chains.models import DECLINED, OPEN, SOLVED, TAKEN, Item, Proposal
from haihe.workspace.data.versions import region_of
from haihe.workspace.jobs.worker import drain
from haihe.workspace.problems.models import Problem
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def test_age_counts_to_the_end(city: City) -> None:
    board = chain_board(city)
    item = stuck_point(city, board, opened=timezone.localdate() - timedelta(days=40))
    assert item.age() == 40
    items.report(city.people["chief"], item, SOLVED, "已国产替代")
    assert item.closed == timezone.localdate()
    assert item.age(timezone.localdate() + timedelta(days=9)) == 40


def test_an_end_needs_a_word(city: City) -> None:
    item = stuck_point(city, chain_board(city))
    with pytest.raises(HaiheError, match="E-CHN-05"):
        items.report(city.people["chief"], item, SOLVED, " ")
    assert Item.objects.get(pk=item.pk).state == OPEN


def test_two_at_once_and_one_wins(city: City) -> None:
    item = stuck_point(city, chain_board(city))
    first, second = Item.objects.get(pk=item.pk), Item.objects.get(pk=item.pk)
    items.change(city.people["chief"], first, {"evidence": "甲"}, edition=1)
    with pytest.raises(HaiheError, match="E-WEB-20"):
        items.change(city.people["planner"], second, {"evidence": "乙"}, edition=1)
    assert Item.objects.get(pk=item.pk).evidence == "甲"


def test_other_places_see_what_is_shared_and_nothing_else(city: City, signed: Signed) -> None:
    board = chain_board(city)
    shared, own = stuck_point(city, board, "R-01"), stuck_point(city, board, "R-02", name_zh="未共享的事项")
    beijing = city.people["bj-planner"]
    assert not Item.objects.visible_to(beijing).exists()
    items.share(city.people["chief"], shared, [city.units["BJ"]])
    assert list(Item.objects.visible_to(beijing)) == [shared]
    client = signed("bj-planner")
    assert client.get(f"/chains/items/{shared.code}").status_code == 200
    assert client.get(f"/chains/items/{own.code}").status_code == 404
    assert client.get(board.get_absolute_url()).status_code == 404
    assert client.post(f"/chains/items/{shared.code}/state", {"state": "work"}).status_code == 403
    assert "未共享的事项" not in client.get("/chains/items/").content.decode()
    items.share(city.people["chief"], shared, [])
    assert not Item.objects.visible_to(beijing).exists()


def test_the_owner_says_how_it_goes_and_keeps_nothing(city: City, signed: Signed) -> None:
    item = stuck_point(city, chain_board(city))
    client = signed("reviewer")  # of the bureau that owns it
    assert client.post(f"/chains/items/{item.code}/state", {"state": "work", "words": "已立项"}).status_code == 302
    assert Item.objects.get(pk=item.pk).words == "已立项"
    assert client.get(f"/chains/items/{item.code}/edit").status_code == 403


def test_one_click_makes_one_problem(city: City, signed: Signed) -> None:
    item = stuck_point(city, chain_board(city))
    client = signed("chief")
    for _ in range(2):
        assert client.post(f"/chains/items/{item.code}/raise").status_code == 302
    problem = Problem.objects.get()
    assert (problem.about_kind, problem.about, problem.chain) == ("chains.item", item.code, "IC")
    assert problem.name_zh == FACTS["name_zh"]
    assert problem.code in client.get(f"/chains/items/{item.code}").content.decode()


def test_changes_since_a_day_are_those_of_visible_items(city: City) -> None:
    board = chain_board(city)
    item, other = stuck_point(city, board, "R-01"), stuck_point(city, board, "R-02")
    items.report(city.people["chief"], item, "work", "已立项")
    items.share(city.people["chief"], item, [city.units["BJ"]])
    found = changes_since(city.people["chief"], timezone.localdate())
    assert {each.item.code for each in found} == {item.code, other.code}
    state = next(each for each in found if each.reason == "已立项")
    assert any(getattr(after, "zh", "") == "处理中" for _, _, after in state.fields)
    assert {each.item.code for each in changes_since(city.people["bj-planner"], timezone.localdate())} == {item.code}
    assert changes_since(city.people["chief"], timezone.localdate() + timedelta(days=1)) == []
    about = {each.about for each in suggestions(city.people["chief"], city.units["TJ"], date(2020, 1, 1))}
    assert about == {item.code, other.code}


@pytest.fixture
def diagnosed(city: City) -> Any:
    """A board of the small region's chain, diagnosed."""
    dataset = small_dataset(city)
    region = region_of(dataset.current)
    code = str(region["chains"]["chain"].iloc[0])
    board = chain_board(city, code, dataset)
    tasks.ask(city.people["chief"], board)
    jobs = drain()
    assert [job.state for job in jobs] == ["done"], [job.error for job in jobs]
    return board, diagnose(region, code).chains


def test_the_diagnosis_proposes_what_its_lists_say_and_changes_no_list(diagnosed: Any, city: City) -> None:
    board, view = diagnosed
    expected = {(row.list, row.stage, row.reason.zh) for row in view.lists_table().frame.itertuples()}
    assert expected
    assert set(Proposal.objects.values_list("kind_of", "stage", "reason_zh")) == expected
    assert not Item.objects.exists()
    assert board.picture.version == board.dataset.current


def test_a_second_diagnosis_adds_nothing_and_a_declined_reason_stays_declined(diagnosed: Any, city: City) -> None:
    board, view = diagnosed
    first = Proposal.objects.first()
    deciding.decline(city.people["chief"], first, "环节划分过粗")
    count = Proposal.objects.count()
    Proposal.objects.exclude(pk=first.pk).delete()
    made = tasks.propose(city.people["chief"].actor(), board, board.dataset.current, view)
    assert made == count - 1
    assert tasks.propose(city.people["chief"].actor(), board, board.dataset.current, view) == 0


def test_taking_over_and_declining(diagnosed: Any, city: City, signed: Signed) -> None:
    proposal = Proposal.objects.first()
    other = Proposal.objects.get(pk=proposal.pk)
    other.pk, other.code, other.stage = None, "another", "another"
    other.save(force_insert=True)
    client = signed("chief")
    assert client.post(f"/chains/proposals/{other.code}/decline", {"reason": ""}).status_code == 422
    assert client.post(f"/chains/proposals/{other.code}/decline", {"reason": "划分过粗"}).status_code == 302
    assert client.post(f"/chains/proposals/{proposal.code}/take").status_code == 302
    proposal.refresh_from_db()
    other.refresh_from_db()
    assert (proposal.state, other.state, other.words) == (TAKEN, DECLINED, "划分过粗")
    item = Item.objects.get()
    assert (item.stage, item.kind_of, item.source) == (proposal.stage, proposal.kind_of, proposal.version.code)
    assert proposal.reason_zh in item.evidence
    assert client.post(f"/chains/proposals/{proposal.code}/take").status_code == 409
    assert Item.objects.count() == 1
    assert list(chain.verify()) == []


def test_pages_show_map_lists_and_proposals(diagnosed: Any, signed: Signed) -> None:
    board, _ = diagnosed
    client = signed("planner")
    page = client.get(board.get_absolute_url()).content.decode()
    assert f"chain-map-{board.chain}" in page
    assert 'id="haihe-data"' in page
    for address in ("", "items/", "changes", "changes?since=x", f"{board.code}/proposals"):
        assert client.get(f"/chains/{address}").status_code == 200, address


def test_the_workbook_goes_out_comes_in_and_is_undone(city: City, signed: Signed) -> None:
    board = chain_board(city)
    stuck_point(city, board, "R-01")
    client = signed("planner")
    data = client.get(f"/intake/template/chain-items/{board.code}").content
    changed = fill(data, 1, {("R-01", "依据"): "新依据"})
    upload = sent(client, "chain-items", board.code, changed)
    assert upload.state == "previewed", upload.reading.findings
    assert client.post(f"/intake/{upload.code}/confirm").status_code == 302
    assert Item.objects.get(number="R-01").evidence == "新依据"
    assert client.post(f"/intake/{upload.code}/undo", {"reason": "传错"}).status_code == 302
    assert Item.objects.get(number="R-01").evidence == FACTS["evidence"]
    assert client.post(f"/intake/{upload.code}/undo", {"reason": "再来"}).status_code == 302
    assert Item.objects.get(number="R-01").evidence == "新依据"

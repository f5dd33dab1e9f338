"""The start page, the history, the audit list, the search and the settings: each shows what its reader may see, and no more."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.audit import chain
from haihe.workspace.audit.models import Entry
from haihe.workspace.config import SETTINGS
from haihe.workspace.data import versions
from haihe.workspace.frame import register
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.shown import until
from haihe.workspace.office import settings_page
from haihe.workspace.office.models import BREAK, LastVisit
from haihe.workspace.office.news import first_steps, news
from haihe.workspace.office.seen import audited, things
from haihe.workspace.units.models import Person, Unit
from small_region import small_region
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def rename(city: City, code: str, name: str, by: str = "admin", reason: str = "") -> Unit:
    unit = Unit.objects.get(code=code)
    unit.name_en = name
    chain.store(city.people[by].actor(), "edit", unit, reason=reason)
    return unit


# The start page.


def test_what_waits_stands_in_the_order_of_what_is_due(
    city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    waits = [
        register.Waiting(Text("无期限", "no term"), "/me", since=now - timedelta(days=9)),
        register.Waiting(
            Text("下周到期", "next week"), "/me", due=now + timedelta(days=7), unit=Text("滨海新区", "Binhai")
        ),
        register.Waiting(Text("已经逾期", "too late"), "/me", due=now - timedelta(days=1)),
    ]
    monkeypatch.setattr(register, "WAITING", [lambda person: waits if person.username == "planner" else []])
    page = signed("planner").get("/").content.decode()
    assert page.index("已经逾期") < page.index("下周到期") < page.index("无期限")
    assert page.count("逾期 <time") == 1
    assert "没有待办事项" in signed("auditor").get("/").content.decode()


def test_news_are_what_others_changed_among_what_one_sees(city: City) -> None:
    since = timezone.now() - timedelta(minutes=1)
    rename(city, "TJ-BH", "one")
    rename(city, "TJ-BH", "two")
    rename(city, "TJ-HP", "three", by="planner")
    rename(city, "BJ", "four")
    chain.record(city.people["hp-editor"].actor(), "sign-in", "units.person", "hp-editor")
    told = {each.entry.code: each.times for each in news(city.people["planner"], since).shown}
    assert told == {"TJ-BH": 2}
    assert [each.entry.code for each in news(city.people["bj-planner"], since).shown] == ["BJ"]
    assert [each.entry.code for each in news(city.people["hp-editor"], since).shown] == ["TJ-HP"]
    assert news(city.people["planner"], timezone.now()).shown == []


def test_a_visit_begins_after_a_break(city: City) -> None:
    person = city.people["planner"]
    assert LastVisit.come(person) is None
    assert LastVisit.come(person) is None
    left = timezone.now() - BREAK - timedelta(minutes=1)
    LastVisit.objects.filter(person=person).update(at=left)
    assert LastVisit.come(person) == left
    assert LastVisit.come(person) == left, "another look in the same visit shows the same news"


def test_first_steps_follow_from_what_one_may_do(city: City) -> None:
    nobody = Person.objects.create_user("nobody", name_zh="无职")
    assert [step.what.en for step in first_steps(nobody)] == ["Ask the administrator for a post"]
    auditor = city.people["auditor"]
    assert "Verify the audit chain" in [step.what.en for step in first_steps(auditor)]
    chain.record(auditor.actor(), "verify", "audit.chain", "")
    assert "Verify the audit chain" not in [step.what.en for step in first_steps(auditor)]
    admin = city.people["admin"]
    assert "Make the units" not in [step.what.en for step in first_steps(admin)], "the office has its units"


@pytest.mark.parametrize(
    ("who", "first"),
    [
        ("planner", ["Make a dataset and upload a workbook", "Enter a plan document, its targets and duties"]),
        ("bh-editor", ["Wait for a request for data"]),
        ("bh-approver", ["Wait until others submit"]),
    ],
)
def test_in_an_empty_office_everybody_is_told_what_comes_first(
    city: City, signed: Signed, who: str, first: list[str]
) -> None:
    assert [step.what.en for step in first_steps(city.people[who])] == first
    assert all(signed(who).get(step.url).status_code == 200 for step in first_steps(city.people[who]))


def test_what_stands_already_is_no_first_step(city: City) -> None:
    planner = city.people["planner"]
    versions.create(planner, Unit.objects.get(code="TJ"), "small", "小", "small", small_region(), [], "cli")
    assert "Make a dataset and upload a workbook" not in [step.what.en for step in first_steps(planner)]


def test_a_day_is_due_until_its_end_which_need_not_be_said() -> None:
    end = timezone.make_aware(datetime(2026, 11, 3, 23, 59))
    assert ">2026-11-03<" in until(end)
    assert ">2026-11-03 17:30<" in until(end.replace(hour=17, minute=30))
    assert until(None) == "—"


def test_the_start_page_asks_as_often_for_many_as_for_few(city: City, signed: Signed) -> None:
    def asked() -> int:
        client = signed("planner")
        client.get("/")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/")
        return len(queries)

    rename(city, "TJ-BH", "one")
    few = asked()
    for code in ("TJ", "TJ-HP", "IIB", "FIN"):
        rename(city, code, "other")
    assert asked() == few


# History and audit.


def test_the_audit_says_how_many_records_there_are_beyond_the_list(city: City, signed: Signed) -> None:
    chain.record(chain.Actor("bj-planner", "BJ", settled=True), "sign-in", "units.person", "bj-planner")
    rename(city, "TJ-BH", "one")
    client = signed("auditor")
    said = client.get("/audit").content.decode()
    listed = int(re.search(r'class="count">共 (\d+) 条', said)[1])  # type: ignore[index]
    assert f"审计链共 {chain.end().number} 条" in said
    assert listed < chain.end().number


def test_a_history_is_for_those_who_see_the_object_and_for_auditors(city: City, signed: Signed) -> None:
    rename(city, "TJ-BH", "Binhai New Area", reason="更正英文名")
    for reader in ("planner", "bh-editor", "auditor", "admin"):
        answer = signed(reader).get("/history/units.unit/TJ-BH")
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "<del>Binhai</del>" in page
        assert "<ins>Binhai New Area</ins>" in page
        assert "更正英文名" in page
        assert "admin" in page
    for stranger in ("hp-editor", "bj-planner", "bj-viewer"):
        assert signed(stranger).get("/history/units.unit/TJ-BH").status_code == 404


def test_what_has_no_model_or_is_gone_is_for_auditors_alone(city: City, signed: Signed) -> None:
    chain.record(city.people["planner"].actor(), "delete", "units.unit", "OLD", {"code": "OLD"}, None)
    chain.record(city.people["planner"].actor(), "close", "made.up", "X-1")
    for kind, code in (("units.unit", "OLD"), ("made.up", "X-1")):
        assert signed("auditor").get(f"/history/{kind}/{code}").status_code == 200
        assert signed("planner").get(f"/history/{kind}/{code}").status_code == 404
    assert signed("auditor").get("/history/made.up/none").status_code == 404


def test_an_auditor_reads_the_entries_of_units_in_reach(city: City) -> None:
    rename(city, "TJ-BH", "one", by="bh-editor")
    rename(city, "BJ", "two", by="bj-planner")
    chain.record(chain.Actor(""), "sign-in-refused", "units.person", "nobody")
    assert {entry.unit for entry in audited(city.people["auditor"])} == {"TJ-BH", ""}
    assert not audited(city.people["planner"]).exists()


def test_the_audit_list_filters_by_actor_unit_verb_kind_channel_and_day(city: City, signed: Signed) -> None:
    rename(city, "TJ-BH", "one", by="bh-editor")
    rename(city, "TJ-HP", "two", by="planner")
    chain.record(city.people["planner"].actor(channel="cli"), "create", "units.post", "P-1")
    today = timezone.localdate()

    def codes(query: str) -> set[str]:
        lines = signed("auditor").get(f"/audit?as=csv&{query}").content.decode("utf-8-sig").splitlines()[1:]
        return {line.split(",")[5].split()[-1] for line in lines}

    assert codes("") == {"TJ-BH", "TJ-HP", "P-1"}
    assert codes("actor=bh-editor") == {"TJ-BH"}
    assert codes("unit=TJ-BH") == {"TJ-BH"}
    assert codes("verb=create") == {"P-1"}
    assert codes("kind=units.unit") == {"TJ-BH", "TJ-HP"}
    assert codes("channel=cli") == {"P-1"}
    assert codes(f"since={today}&until={today}") == {"TJ-BH", "TJ-HP", "P-1"}
    assert codes(f"since={today + timedelta(days=1)}") == set()
    assert codes(f"until={today - timedelta(days=1)}") == set()
    assert codes("q=HP") == {"TJ-HP"}


def test_the_proof_page_says_what_it_found_and_records_it(city: City, signed: Signed) -> None:
    rename(city, "TJ-BH", "one")
    client = signed("auditor")
    assert chain.end().hash in client.get("/audit/proof").content.decode()
    page = client.post("/audit/prove", follow=True).content.decode()
    assert "第 1 至 1 条完整" in page
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.actor, entry.after) == ("verify", "auditor", {"since": 0, "until": 1, "breaks": []})
    assert signed("planner").post("/audit/prove").status_code == 403


def test_things_are_asked_for_by_kind(city: City) -> None:
    named = [("units.unit", code) for code in ("TJ", "TJ-BH", "TJ-HP", "BJ")] + [
        ("units.person", "planner"),
        ("made.up", "x"),
    ]
    with CaptureQueriesContext(connection) as queries:
        found = things(city.people["auditor"], named)
    assert set(found) == {
        ("units.unit", "TJ"),
        ("units.unit", "TJ-BH"),
        ("units.unit", "TJ-HP"),
        ("units.person", "planner"),
    }
    assert len(queries) <= 3


# Search.


@pytest.mark.parametrize("wanted", ["bhxq", "binhai", "bin hai", "BinHaiXinQu", "滨海", "TJ-BH", "tj-bh"])
def test_a_unit_is_found_by_name_code_and_pinyin(city: City, wanted: str) -> None:
    found = matching(Unit.objects.visible_to(city.people["planner"]), wanted)
    assert found[0].code == "TJ-BH"


def test_the_code_itself_comes_first(city: City) -> None:
    assert next(iter(matching(Unit.objects.all(), "TJ"))).code == "TJ"


@pytest.mark.parametrize(
    ("who", "sees"), [("planner", True), ("bh-editor", True), ("hp-editor", False), ("bj-planner", False)]
)
def test_a_search_shows_what_one_may_see(city: City, signed: Signed, who: str, sees: bool) -> None:
    page = signed(who).get("/search?q=bhxq").content.decode()
    assert ("滨海新区" in page) is sees
    assert ("没有找到" in page) is not sees


def test_people_are_found_by_those_who_may_see_them(city: City, signed: Signed) -> None:
    assert 'href="/people/bh-editor"' in signed("admin").get("/search?q=bh-editor").content.decode()
    assert 'href="/people/bh-editor"' not in signed("planner").get("/search?q=bh-editor").content.decode()


def test_an_empty_search_asks_nothing(city: City, signed: Signed) -> None:
    assert register.search(city.people["planner"], "") == []
    assert signed("planner").get("/search").status_code == 200


# Settings and health.


def test_settings_are_shown_and_secrets_are_not(
    city: City, signed: Signed, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAIHE_SECRET_KEY", "a-very-secret-key")
    monkeypatch.setenv("HAIHE_DATABASE_URL", "postgresql://u:word-of-pass@host/base")
    settings.OFFICE = type(settings.OFFICE).read()
    for reader in ("admin", "auditor"):
        page = signed(reader).get("/settings").content.decode()
        for each in SETTINGS:
            assert each.variable in page
        assert "已设置（不显示）" in page
        assert "a-very-secret-key" not in page
        assert "word-of-pass" not in page
    assert signed("planner").get("/settings").status_code == 403


def test_health_tells_nothing_but_whether_it_works(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"ok": True}

    class Gone:
        def cursor(self) -> None:
            raise RuntimeError("postgresql://u:word@host")

    monkeypatch.setattr(settings_page, "connection", Gone())
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})

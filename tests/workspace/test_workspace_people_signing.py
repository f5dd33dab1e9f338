"""Sign-in: locks, the same answer to known and unknown names, sessions that turn and end, first passwords."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as in_force
from django.contrib.auth import hashers
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Actor
from haihe.workspace.audit.models import Entry
from haihe.workspace.units import codes, limits, locks, sessions, staff
from haihe.workspace.units.models import Person
from workspace_cases import PASSWORD, City

pytestmark = pytest.mark.django_db
NEW = "quite-another-secret-7"
DESK = Actor("", "", "cli")


def try_in(client: Client, name: str, password: str, **more: Any) -> Any:
    return client.post("/sign-in", {"username": name, "password": password} | more.pop("data", {}), **more)


def words(answer: Any) -> str:
    """The page without what differs from request to request anyway: the token, and the name that was typed."""
    page = re.sub(r'value="[^"]*"|"X-CSRFToken": "[^"]*"', "", answer.content.decode())
    return re.sub(r"X-CSRFToken[^}]*", "", page)


def test_known_unknown_and_closed_names_get_the_same_answer(client: Client, city: City) -> None:
    staff.deactivate(DESK, city.people["hp-editor"])
    answers = [try_in(client, name, "wrong-password") for name in ("planner", "nobody-of-this-name", "hp-editor")]
    answers.append(try_in(client, "hp-editor", PASSWORD))  # the right password of a closed account
    assert {answer.status_code for answer in answers} == {422}
    assert len({words(answer) for answer in answers}) == 1
    assert "E-WEB-30" in answers[0].content.decode()


def test_unknown_names_cost_the_same_work(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is not measured but what takes it: the password is hashed once, whoever is named."""
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, *more: Any) -> str:
        hashed.append(password)
        return encode(self, password, salt, *more)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    staff.deactivate(DESK, city.people["hp-editor"])
    work = []
    for name in ("planner", "nobody-of-this-name", "hp-editor"):
        hashed.clear()
        try_in(client, name, "wrong-password")
        work.append(hashed.copy())
    assert work == [["wrong-password"]] * 3


@pytest.mark.parametrize("name", ["planner", "nobody-of-this-name"])
def test_lock_after_failures_also_against_the_right_password(client: Client, city: City, name: str) -> None:
    del city
    after = in_force.OFFICE["LOCK_AFTER"]
    assert [try_in(client, name, "wrong").status_code for _ in range(after)] == [422] * after
    locked = try_in(client, name, PASSWORD)
    assert locked.status_code == 429
    assert "E-WEB-24" in locked.content.decode()
    assert "_auth_user_id" not in client.session
    elsewhere = try_in(Client(REMOTE_ADDR="10.1.2.3"), "planner", PASSWORD)
    assert elsewhere.status_code == 302  # nobody can lock a colleague out


def test_each_lock_is_twice_as_long(city: City) -> None:
    del city
    after, minutes = in_force.OFFICE["LOCK_AFTER"], in_force.OFFICE["LOCK_MINUTES"]
    lengths = [locks.length(failures) for failures in range(after + 12)]
    assert lengths[:after] == [timedelta(0)] * after
    assert lengths[after] == timedelta(minutes=minutes)
    assert all(b == min(2 * a, locks.LONGEST) for a, b in zip(lengths[after:], lengths[after + 1 :], strict=False))
    assert lengths[-1] == locks.LONGEST


def test_a_lock_opens_in_time_and_one_more_failure_locks_longer(client: Client, city: City) -> None:
    del city
    for _ in range(in_force.OFFICE["LOCK_AFTER"]):
        try_in(client, "planner", "wrong")
    locks.Lock.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert try_in(client, "planner", "wrong").status_code == 422
    until = locks.Lock.objects.get().until
    assert until is not None
    assert until - timezone.now() > timedelta(minutes=1.9 * in_force.OFFICE["LOCK_MINUTES"])
    locks.Lock.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert try_in(client, "planner", PASSWORD).status_code == 302
    assert not locks.Lock.objects.exists()  # forgotten: the right password was given


def test_attempts_are_counted_before_the_password_is_looked_at(
    client: Client, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many attempts that are under way at once do not all pass the lock."""
    del city
    seen = []

    def look(*_args: Any, **_more: Any) -> None:
        seen.append(locks.Lock.objects.get().failures)

    monkeypatch.setattr("haihe.workspace.units.doors.authenticate", look)
    try_in(client, "planner", "wrong")
    assert seen == [1]


def test_too_many_attempts_from_one_address(client: Client, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    del city
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000.0)
    most = in_force.OFFICE["SIGN_INS_A_MINUTE"]
    answers = [try_in(client, f"guess-{n}", "wrong").status_code for n in range(most + 3)]
    assert answers == [422] * most + [429] * 3
    assert try_in(client, "planner", PASSWORD).status_code == 429
    assert try_in(client, "planner", PASSWORD, REMOTE_ADDR="10.0.0.1").status_code == 302
    assert Entry.objects.filter(verb="sign-in-refused", after__why="rate").count() == 1


def test_limits_count_in_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    for _ in range(3):
        limits.spend("x", "somebody", 3, 60)
    with pytest.raises(HaiheError, match="E-WEB-23"):
        limits.spend("x", "somebody", 3, 60)
    limits.spend("x", "somebody-else", 3, 60)
    now[0] += 60
    limits.spend("x", "somebody", 3, 60)


def test_attempts_are_recorded(client: Client, city: City) -> None:
    del city
    try_in(client, "Ｐlanner ", "wrong", REMOTE_ADDR="10.0.0.9")
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.actor, entry.code) == ("sign-in-refused", "", "planner")
    assert entry.after == {"name": "planner", "address": "10.0.0.9", "why": "password"}
    assert entry.unit == "TJ"
    for typed in ("x" * 3000, "a-passw0rd-in-the-wrong-field"):  # what is no account may be a password
        try_in(client, typed, "wrong")
        entry = Entry.objects.latest("number")
        assert (entry.verb, entry.code, entry.unit, entry.after["name"]) == ("sign-in-refused", "", "", "")
    try_in(client, "planner", PASSWORD)
    entry = Entry.objects.latest("number")
    assert (entry.verb, entry.actor, entry.code) == ("sign-in", "planner", "planner")
    client.post("/sign-out")
    assert Entry.objects.latest("number").verb == "sign-out"
    assert not any("wrong" in str(each.after) or PASSWORD in str(each.after) for each in Entry.objects.all())


def test_the_session_turns_at_sign_in(client: Client, city: City) -> None:
    """A key that a stranger planted before is worth nothing after (session fixation)."""
    del city
    client.cookies["sessionid"] = "plantedplantedplantedplantedplan"
    try_in(client, "planner", PASSWORD)
    assert client.cookies["sessionid"].value != "plantedplantedplantedplantedplan"
    visitor = Client()
    session = visitor.session
    session["something"] = 1
    session.save()
    visitor.cookies["sessionid"] = before = session.session_key
    try_in(visitor, "planner", PASSWORD)
    assert visitor.cookies["sessionid"].value != before
    assert not sessions.Session.objects.filter(session_key=before).exists()


def test_forged_cookies_open_nothing(city: City) -> None:
    del city
    for forged in ("x" * 32, "../../etc", "1", "' OR 1=1 --", "é" * 8):
        client = Client()
        client.cookies["sessionid"] = forged
        assert client.get("/").status_code == 302


def test_a_session_ends_after_its_hours_however_much_it_is_used(client: Client, city: City) -> None:
    del city
    try_in(client, "planner", PASSWORD)
    row = sessions.Session.objects.get()
    end = row.since + timedelta(hours=in_force.OFFICE["SESSION_HOURS"])
    assert abs(row.expire_date - end) < timedelta(seconds=5)
    session = client.session
    session["used"] = True
    session.save()
    assert abs(sessions.Session.objects.get().expire_date - end) < timedelta(seconds=5)
    sessions.Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get("/").status_code == 302
    assert try_in(Client(), "planner", PASSWORD).status_code == 302
    assert sessions.Session.objects.count() == 1  # old ones are swept


def test_sessions_end_at_once_on_deactivation(client: Client, city: City) -> None:
    try_in(client, "bh-editor", PASSWORD)
    assert client.get("/").status_code == 200
    staff.deactivate(DESK, city.people["bh-editor"])
    assert client.get("/").status_code == 302
    assert not sessions.of(city.people["bh-editor"]).exists()
    assert try_in(client, "bh-editor", PASSWORD).status_code == 422


def test_changing_the_password_ends_the_other_sessions(city: City) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        try_in(client, "planner", PASSWORD)
    key = here.session.session_key
    assert here.post("/me/password", {"old": "wrong", "new": NEW, "again": NEW}).status_code == 422
    assert here.post("/me/password", {"old": PASSWORD, "new": NEW, "again": "other"}).status_code == 422
    assert here.post("/me/password", {"old": PASSWORD, "new": "12345678", "again": "12345678"}).status_code == 422
    assert here.post("/me/password", {"old": PASSWORD, "new": PASSWORD, "again": PASSWORD}).status_code == 422
    assert there.get("/").status_code == 200
    assert here.post("/me/password", {"old": PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert here.get("/").status_code == 200
    assert here.session.session_key != key
    assert there.get("/").status_code == 302
    assert try_in(Client(), "planner", PASSWORD).status_code == 422
    assert try_in(Client(), "planner", NEW).status_code == 302
    assert sessions.of(city.people["planner"]).count() == 2
    assert Entry.objects.filter(verb="password", code="planner").count() == 1
    assert not any(NEW in str((each.before, each.after)) for each in Entry.objects.all())


def test_the_old_password_is_guarded_by_the_lock(signed: Callable[[str], Client]) -> None:
    client = signed("planner")
    wrong = {"old": "wrong", "new": NEW, "again": NEW}
    after = in_force.OFFICE["LOCK_AFTER"]
    assert [client.post("/me/password", wrong).status_code for _ in range(after + 1)] == [422] * after + [429]


def test_a_first_password_leads_to_its_change_before_anything_else(client: Client, city: City) -> None:
    person, first = staff.hire(DESK, "new-one", "新人", city.units["TJ-BH"], "viewer")
    try_in(client, "new-one", first)
    for address in ("/", "/me", "/units/", "/me/sessions"):
        assert client.get(address).headers["Location"] == "/me/password"
    assert client.get("/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/me/password"
    page = client.get("/me/password").content.decode()
    assert "初始口令" in page
    assert client.post("/me/password", {"old": first, "new": NEW, "again": NEW}).status_code == 302
    assert client.get("/").status_code == 200
    person.refresh_from_db()
    assert not person.must_change


def test_sessions_are_listed_and_the_others_ended(city: City) -> None:
    del city
    here, there = Client(HTTP_USER_AGENT="Browser <b>one</b>"), Client(REMOTE_ADDR="10.9.8.7")
    for client in (here, there):
        try_in(client, "planner", PASSWORD)
    page = here.get("/me/sessions").content.decode()
    assert "10.9.8.7" in page
    assert "Browser &lt;b&gt;one" in page
    stranger = Client()
    try_in(stranger, "bh-editor", PASSWORD)
    here.post("/me/sessions/end")
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == stranger.get("/").status_code == 200


@pytest.mark.parametrize(
    ("following", "where"),
    [
        ("/units/", "/units/"),
        ("", "/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("http:///elsewhere.example", "/"),
    ],
)
def test_following_leads_to_the_own_host_only(client: Client, city: City, following: str, where: str) -> None:
    del city
    assert try_in(client, "planner", PASSWORD, data={"next": following}).headers["Location"] == where


def test_every_change_needs_the_token_of_its_page(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.people["admin"])
    for address in ("/sign-in", "/sign-out", "/me/password", "/me/sessions/end", "/units/new", "/people/new",
                    "/people/bh-editor/deactivate", "/people/bh-editor/password", "/posts/bh-editor-editor-TJ-BH/end"):  # fmt: skip
        assert client.post(address, {}).status_code == 403, address
    page = client.get("/me/sessions")
    token = page.context["csrf_token"]
    assert client.post("/me/sessions/end", {"csrfmiddlewaretoken": str(token)}).status_code == 302
    assert client.post("/me/sessions/end", headers={"X-CSRFToken": str(token)}).status_code == 302
    assert client.post("/me/sessions/end", headers={"X-CSRFToken": "x" * 64}).status_code == 403
    assert Person.objects.get(username="bh-editor").is_active


@given(st.text(max_size=400))
def test_names_tried_are_narrowed_and_cut(name: str) -> None:
    said = codes.tried(name)
    assert len(said) <= 150
    assert "\0" not in said
    assert said == said.lower()
    assert codes.tried("  ＰＬanner") == "planner"

"""Tokens: shown once, kept as a hash, refused in one way, dead with their person, never more than the person."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.models import Entry
from haihe.workspace.units import tokens
from haihe.workspace.units.models import Person, Post
from haihe.workspace.units.tokens import MOST_LIVE, Token
from workspace_cases import City

pytestmark = pytest.mark.django_db


def get(client: Client, text: str, path: str = "me") -> Any:
    return client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {text}"})


def test_only_a_hash_is_kept(client: Client, city: City) -> None:
    token, text = tokens.create(city.people["planner"], "nightly copy", ["read"], 30)
    secret = text.rsplit("_", 1)[-1] if text.count("_") == 2 else text.split("_", 2)[2]
    said = str(list(Token.objects.values())) + str(list(Entry.objects.values()))
    assert secret not in said
    assert text.startswith(f"haihe_{token.code}_")
    entry = Entry.objects.get(kind="units.token")
    assert (entry.verb, entry.actor, entry.code) == ("create", "planner", token.code)
    assert token.digest not in str(entry.after)
    assert get(client, text).json()["scopes"] == ["read"]
    token.refresh_from_db()
    assert token.used is not None


def test_whatever_is_wrong_the_answer_is_the_same(client: Client, city: City, caplog: pytest.LogCaptureFixture) -> None:
    planner = city.people["planner"]
    live, text = tokens.create(planner, "a", ["read"], 30)
    expired, old = tokens.create(planner, "b", ["read"], 30)
    Token.objects.filter(pk=expired.pk).update(expires=timezone.now() - timedelta(seconds=1))
    _, ended = tokens.create(planner, "c", ["read"], 30)
    tokens.end(planner, ended.split("_")[1])
    _, foreign = tokens.create(city.people["bj-planner"], "d", ["read"], 30)
    mixed = f"haihe_{live.code}_{foreign.split('_', 2)[2]}"
    wrong = [
        old,
        ended,
        mixed,
        text[:-1],
        text + "x",
        text.upper(),
        "",
        "haihe_",
        "null",
        "x" * 5000,
        f"haihe_{'a' * 10}_{'b' * 43}",
    ]
    with caplog.at_level(logging.WARNING, logger="haihe.workspace"):
        answers = [get(client, each) for each in wrong]
    assert {each.status_code for each in answers} == {401}
    assert len({each.content for each in answers}) == 1
    assert len([each for each in caplog.records if "a token was refused" in each.message]) == len(wrong)
    assert not any(text.split("_", 2)[2][:20] in each.message for each in caplog.records)
    for scheme in ("Basic ", "Token ", "bearer"):
        assert client.get("/api/v1/me", headers={"Authorization": scheme + text}).status_code == 401
    assert get(client, text).status_code == 200


def test_a_wrong_token_is_compared_as_long_as_a_right_one(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, int]] = []

    def compare(left: str, right: str) -> bool:
        seen.append((len(left), len(right)))
        return left == right

    monkeypatch.setattr(tokens.hmac, "compare_digest", compare)
    text = tokens.create(city.people["planner"], "a", ["read"], 30)[1]
    for each in (text, f"haihe_{'a' * 10}_{'b' * 43}", "nonsense"):
        tokens.opened(each)
    assert seen == [(64, 64)] * 3


def test_a_person_who_left_has_no_tokens(client: Client, city: City) -> None:
    planner = city.people["planner"]
    text = tokens.create(planner, "a", ["read", "write", "approve"], 30)[1]
    Person.objects.filter(pk=planner.pk).update(is_active=False)
    assert get(client, text).status_code == 401
    Person.objects.filter(pk=planner.pk).update(is_active=True, must_change=True)
    assert get(client, text).json()["code"] == "E-API-16"


def test_a_token_follows_the_posts_of_its_person(client: Client, city: City) -> None:
    text = tokens.create(city.people["auditor"], "a", ["read"], 30)[1]
    assert get(client, text, "audit").status_code == 200
    Post.objects.filter(person=city.people["auditor"]).update(active=False)
    assert get(client, text, "audit").status_code == 403
    assert get(client, text, "units").status_code == 403


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [(" ", ["read"], 30, "E-API-30"), ("x" * 101, ["read"], 30, "E-API-30"), ("a", [], 30, "E-API-31"),
     ("a", ["read", "all"], 30, "E-API-31"), ("a", ["read"], 0, "E-API-32"), ("a", ["read"], 366, "E-API-32")],
)  # fmt: skip
def test_a_token_that_is_none_is_not_made(name: str, scopes: list[str], days: int, code: str, city: City) -> None:
    with pytest.raises(HaiheError, match=code):
        tokens.create(city.people["planner"], name, scopes, days)
    assert not Token.objects.exists()


def test_nobody_hoards_tokens(city: City) -> None:
    for _ in range(MOST_LIVE):
        tokens.create(city.people["planner"], "a", ["read"], 1)
    with pytest.raises(HaiheError, match="E-API-33"):
        tokens.create(city.people["planner"], "a", ["read"], 1)
    tokens.create(city.people["auditor"], "a", ["read"], 1)


def test_the_page_shows_a_token_once(signed: Callable[[str], Client], client: Client) -> None:
    page = signed("planner")
    assert "还没有令牌" in page.get("/me/tokens").content.decode()
    script = "<script>alert(1)</script>"
    made = page.post("/me/tokens", {"name": script, "scopes": ["read", "write"], "days": "30"})
    assert made.status_code == 200
    assert script not in made.content.decode()
    text = made.content.decode().split("<code>")[1].split("</code>")[0]
    assert get(client, text).json()["scopes"] == ["read", "write"]
    assert made["Cache-Control"] == "no-store"
    listed = page.get("/me/tokens").content.decode()
    assert text not in listed
    assert f"{text[:16]}_…" in listed
    assert page.post("/me/tokens", {"name": "", "days": "30"}).status_code == 422
    code = text.split("_")[1]
    assert signed("bh-editor").post("/me/tokens/end", {"code": code}).status_code == 422
    assert get(client, text).status_code == 200
    assert page.post("/me/tokens/end", {"code": code}).status_code == 302
    assert get(client, text).status_code == 401
    assert [each.verb for each in Entry.objects.filter(kind="units.token")] == ["create", "end"]


def test_a_program_ends_tokens_but_makes_none(signed: Callable[[str], Client], client: Client, city: City) -> None:
    text = tokens.create(city.people["planner"], "a", ["read", "write"], 30)[1]
    other = tokens.create(city.people["bh-editor"], "b", ["read"], 30)[1]
    sent = {"Authorization": f"Bearer {text}"}
    assert [each["name"] for each in client.get("/api/v1/tokens", headers=sent).json()["items"]] == ["a"]
    foreign = client.post("/api/v1/tokens/end", {"code": other.split("_")[1]}, "application/json", headers=sent)
    assert foreign.json()["code"] == "E-API-34"
    assert client.post("/api/v1/tokens", {"name": "c"}, "application/json", headers=sent).status_code == 405
    ended = client.post("/api/v1/tokens/end", {"code": text.split("_")[1]}, "application/json", headers=sent)
    assert ended.json()["live"] is False
    assert client.get("/api/v1/tokens", headers=sent).status_code == 401
    assert Entry.objects.get(verb="end").channel == "api"

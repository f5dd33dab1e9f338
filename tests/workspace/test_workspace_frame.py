"""The frame: sign-in is asked for, languages switch, nothing inline is allowed, every address is guarded."""

from collections.abc import Callable

import pytest
from django.core.checks import run_checks
from django.test import Client

from workspace_cases import PASSWORD, City

pytestmark = pytest.mark.django_db


def test_strangers_are_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in?next=/")


def test_sign_in_and_out(client: Client, city: City) -> None:
    assert client.post("/sign-in", {"username": "planner", "password": "wrong"}).status_code == 422
    assert client.post("/sign-in", {"username": "planner", "password": PASSWORD}).status_code == 302
    assert client.get("/").status_code == 200
    client.post("/sign-out")
    assert client.get("/").status_code == 302


def test_language_is_kept(signed: Callable[[str], Client]) -> None:
    client = signed("planner")
    assert "待我办理" in client.get("/").content.decode()
    assert client.post("/language", {"lang": "en", "back": "/me"})["Location"] == "/me"
    page = client.get("/").content.decode()
    assert "Waiting for me" in page
    assert '<html lang="en">' in page
    assert client.post("/language", {"lang": "en", "back": "https://elsewhere.example/"})["Location"] == "/"


def test_policy_allows_nothing_inline(signed: Callable[[str], Client]) -> None:
    answer = signed("planner").get("/")
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert "<style" not in page
    assert "style=" not in page
    assert "onclick" not in page


def test_every_address_is_declared() -> None:
    assert not [found for found in run_checks() if str(found.id).startswith("haihe.")]

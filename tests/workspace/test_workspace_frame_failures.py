"""Pages of errors in both languages, whole and for htmx; files of pages as they were vendored."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

import haihe.workspace.frame
from haihe.messages import CATALOG, HaiheError, Text
from haihe.workspace import urls
from haihe.workspace.audit.models import Recorded
from haihe.workspace.frame import failures, register, wording
from haihe.workspace.frame.access import anybody
from haihe.workspace.frame.checks import every_address_is_guarded, every_entry_leads_somewhere
from workspace_cases import City

pytestmark = pytest.mark.django_db
STATIC = Path(haihe.workspace.frame.__file__).parent / "static" / "haihe"
SOURCE = Path(haihe.workspace.frame.__file__).parents[1]
RAISED = {409: "E-WEB-20", 422: "E-WEB-26", 429: "E-WEB-23", 413: "E-INT-01", 403: "E-WEB-22"}


@anybody("GET", "POST")
def fails(request: HttpRequest, how: str) -> HttpResponse:
    if how == "500":
        raise RuntimeError("the inside of the machine")
    code = RAISED[int(how)]
    values = dict.fromkeys(re.findall(r"{(\w+)", CATALOG[code].says.zh + CATALOG[code].mend.zh), "甲")
    raise HaiheError(code, **values)


urlpatterns = [path("fails/<str:how>", fails), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def failing(settings: Any, signed: Callable[[str], Client]) -> Client:
    settings.ROOT_URLCONF = __name__
    client = signed("planner")
    client.raise_request_exception = False
    return client


def codes() -> list[int]:
    return [status for status, code in RAISED.items() if code in CATALOG]


def test_every_kind_of_refusal_has_a_code() -> None:
    assert set(codes()) >= {403, 409, 422, 429}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("status", [*RAISED, 500])
def test_an_error_says_what_is_wrong_in_the_pages_language(failing: Client, status: int, lang: str) -> None:
    if status in RAISED and status not in codes():
        pytest.skip(f"{RAISED[status]} is not declared")
    failing.cookies["haihe-language"] = lang
    whole = failing.get(f"/fails/{status}")
    part = failing.get(f"/fails/{status}", headers={"HX-Request": "true"})
    for answer in (whole, part):
        assert answer.status_code == status
        said = answer.content.decode()
        assert 'role="alert"' in said
        assert "inside of the machine" not in said
        assert "Traceback" not in said
        assert RAISED.get(status, "") in said
    title = failures.BROKEN.title if status == 500 else failures.REFUSED
    assert title(lang) in whole.content.decode()
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_absent_forbidden_not_allowed(failing: Client, lang: str) -> None:
    failing.cookies["haihe-language"] = lang
    for address, method, failure in (
        ("/nowhere", "get", failures.ABSENT),
        ("/history/units.unit/none", "get", failures.ABSENT),
        ("/audit", "get", failures.FORBIDDEN),
        ("/audit/prove", "get", failures.NOT_ALLOWED),
    ):
        answer = getattr(failing, method)(address)
        assert answer.status_code == failure.status
        assert failure.title(lang) in answer.content.decode()
        assert failure.mend is not None
        assert failure.mend(lang) in answer.content.decode()


def test_a_post_without_the_token_is_refused_in_words(city: City) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(city.people["auditor"])
    answer = client.post("/audit/prove")
    assert answer.status_code == 403
    assert "页面已失效" in answer.content.decode()


def test_too_much_is_refused(failing: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert Client().post("/language", {"lang": "en", "back": "x" * 200}).status_code == 413


def test_an_error_of_ours_needs_no_database(failing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise RuntimeError("no database")

    monkeypatch.setattr(register, "menu", gone)
    answer = failing.get("/")
    assert answer.status_code == 500
    assert failures.BROKEN.title.zh in answer.content.decode()


def test_an_entry_that_leads_nowhere_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert every_entry_leads_somewhere(None) == []
    monkeypatch.setattr(register, "MENU", [])
    register.MENU.append(register.Entry(Text("无", "none"), "office:none", ""))
    monkeypatch.setattr("haihe.workspace.frame.checks.MENU", register.MENU)
    assert [each.id for each in every_entry_leads_somewhere(None)] == ["haihe.E003"]


def test_an_open_address_is_found(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROOT_URLCONF = __name__
    assert every_address_is_guarded(None) == []
    monkeypatch.setattr(
        "haihe.workspace.frame.checks.addresses", lambda: [("open", path("open", lambda request: HttpResponse()))]
    )
    assert [each.id for each in every_address_is_guarded(None)] == ["haihe.E001"]


# Words and files.


def test_every_verb_of_the_record_has_words() -> None:
    said = {
        verb
        for file in SOURCE.rglob("*.py")
        for verb in re.findall(r"\b(?:store|record)\(\s*[^\"\n]*,\s*\"([a-z-]+)\"", file.read_text(encoding="utf-8"))
    }
    assert len(said) > 10
    assert said <= set(wording.VERBS), sorted(said - set(wording.VERBS))


def test_every_kind_of_recorded_object_has_words() -> None:
    kinds = {model.kind() for model in apps.get_models() if issubclass(model, Recorded)}
    assert len(kinds) > 5
    assert kinds <= set(wording.KINDS), sorted(kinds - set(wording.KINDS))


def test_vendored_files_are_those_of_their_manifest() -> None:
    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    kept = {file.name for file in (STATIC / "vendor").iterdir()} - {"manifest.json"}
    assert kept == set(manifest["sha256"])
    for name, digest in manifest["sha256"].items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == digest, name
    assert manifest["version"].encode() in (STATIC / "vendor" / "htmx.min.js").read_bytes()


def test_the_first_page_is_light() -> None:
    sent = sum(len(gzip.compress(file.read_bytes())) for file in STATIC.rglob("*") if file.suffix in {".js", ".css"})
    assert sent < 40_000


def test_templates_hold_nothing_inline() -> None:
    for file in SOURCE.rglob("*.html"):
        said = re.sub(r"{%.*?%}", "", file.read_text(encoding="utf-8"))
        assert not re.search(
            r"\sstyle\s*=|<style|\son[a-z]+\s*=|javascript:|<script(?![^>]*(?:\bsrc=|application/json))", said
        ), file.name
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", said), file.name

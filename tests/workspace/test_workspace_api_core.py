"""The API's ground: how errors are said, pages by cursor, calls done once, editions, limits, the description."""

import base64
import json
from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from django.test import Client

from haihe.messages import CATALOG
from haihe.workspace.api.models import HOLDS, KeptAnswer
from haihe.workspace.api.operations import OPERATIONS
from haihe.workspace.api.problems import MEDIA
from haihe.workspace.audit.models import Entry
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Unit
from workspace_api_cases import SCRIPT, bearer, filled
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    return client.post(f"/api/v1{path}", body if body is not None else {}, "application/json", headers=headers)


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    said: dict[str, Any] = answer.json()
    assert answer["Content-Type"] == MEDIA
    assert (answer.status_code, said["status"], said["code"]) == (status, status, code), said
    assert said["type"] == f"urn:haihe:problem:{code}"
    assert code in CATALOG
    assert said["findings"][0]["code"] == code
    return said


def test_every_error_is_a_problem_in_the_callers_language(signed: Signed) -> None:
    client = signed("planner")
    here = "/api/v1/"
    problem(client.get(f"{here}nowhere"), 404, "E-API-04")
    problem(client.get(f"{here}units/UNKNOWN"), 404, "E-API-04")
    problem(client.delete(f"{here}me"), 405, "E-API-05")
    assert client.delete(f"{here}me")["Allow"] == "GET"
    problem(client.get(f"{here}people"), 403, "E-API-03")
    problem(client.get(f"{here}units?limit=0"), 422, "E-API-11")
    problem(client.get(f"{here}units/%00"), 422, "E-API-11")
    problem(client.post(f"{here}tokens/end", "{", "application/json"), 400, "E-API-01")
    problem(client.post(f"{here}tokens/end", "code=1", "application/x-www-form-urlencoded"), 415, "E-API-07")
    problem(post(client, "/tokens/end", {"code": "x" * 1_100_000}), 413, "E-API-06")
    problem(post(client, "/tokens/end", {"code": "unknown000"}), 422, "E-API-34")
    said = client.get(f"{here}nowhere", headers={"Accept-Language": "en"})
    assert "not yours to see" in said.json()["title"]
    assert said["Content-Language"] == "en"
    assert "无权查看" in client.get(f"{here}nowhere").json()["title"]


def test_a_fault_of_ours_says_nothing_of_the_inside(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("secret words of the inside")

    monkeypatch.setattr(Unit.objects.__class__, "get_queryset", broken)
    answer = signed("planner").get("/api/v1/units")
    problem(answer, 500, "E-API-09")
    assert "secret" not in answer.content.decode()


def test_pages_hold_still_while_things_come_in(signed: Signed, city: City) -> None:
    client = signed("planner")
    seen, cursor = [], ""
    while True:
        page = client.get("/api/v1/units", {"limit": 2, "cursor": cursor}).json()
        seen += [each["code"] for each in page["items"]]
        Unit.objects.create(code=f"A{len(seen):03}", name_zh="新", kind_of="department", parent=city.units["TJ"])
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen))
    assert {code for code in city.units if code != "BJ"} <= set(seen)


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "!!", base64.b64encode(b'["code"]').decode(), base64.b64encode(b'["-id",1]').decode(),
     base64.b64encode(b'["code",{"a":1}]').decode(), base64.b64encode(b'["code","a\\u0000"]').decode(),
     base64.b64encode(b"[" * 250).decode()],
)  # fmt: skip
def test_a_cursor_that_is_none_is_refused(cursor: str, signed: Signed) -> None:
    problem(signed("planner").get("/api/v1/units", {"cursor": cursor}), 422, "E-API-12")


def test_rows_are_paged_and_script_stays_text(signed: Signed, city: City) -> None:
    filled(city)
    client, rows, cursor = signed("bh-editor"), [], ""
    while cursor is not None:
        page = client.get("/api/v1/versions/d-TJ-BH-1/tables/sources", {"limit": 2, "cursor": cursor})
        assert page["Content-Type"].startswith("application/json")
        said = page.json()
        rows += said["rows"]
        cursor = said["next"]
    assert said["total"] == len(rows) == 5
    titles = [each["name"] for each in said["columns"]]
    assert [row[titles.index("source")] for row in rows] == ["s0", "s1", "s2", "s3", "s4"]
    assert all(SCRIPT in row and None in row for row in rows)
    problem(client.get("/api/v1/versions/d-TJ-BH-1/tables/accounts"), 404, "E-API-04")


def submitted(city: City) -> Version:
    """Hand a draft of Binhai's dataset in."""
    filled(city)
    dataset = Dataset.objects.get(code="d-TJ-BH")
    dataset.current = Version.objects.get(code="d-TJ-BH-1")
    dataset.save()
    return Version.objects.create(  # type: ignore[no-any-return]
        code="d-TJ-BH-2", dataset=dataset, number=2, sha256="1" * 64, parent=dataset.current, unit=dataset.unit,
        state=SUBMITTED, submitted_by="bh-editor", created_by="bh-editor",
    )  # fmt: skip


def test_a_change_names_its_edition(signed: Signed, city: City) -> None:
    submitted(city)
    client = signed("bh-approver")
    here = "/versions/d-TJ-BH-2"
    tag = client.get(f"/api/v1{here}")["ETag"]
    problem(post(client, f"{here}/approve"), 428, "E-API-10")
    problem(post(client, f"{here}/approve", **{"If-Match": '"7"'}), 412, "E-WEB-20")
    answer = post(client, f"{here}/approve", **{"If-Match": tag})
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"' != tag
    problem(post(client, f"{here}/approve", **{"If-Match": tag}), 412, "E-WEB-20")
    problem(post(client, f"{here}/approve", **{"If-Match": answer["ETag"]}), 409, "E-DAT-04")


def test_four_eyes_hold_here_too_and_the_record_says_api(signed: Signed, city: City) -> None:
    version = submitted(city)
    Version.objects.filter(pk=version.pk).update(submitted_by="bh-approver")
    answer = post(signed("bh-approver"), "/versions/d-TJ-BH-2/approve", **{"If-Match": '"1"'})
    problem(answer, 403, "E-WEB-22")
    Version.objects.filter(pk=version.pk).update(submitted_by="bh-editor")
    said = {"reason": f"{SCRIPT} 数字不对"}
    answer = post(signed("bh-approver"), "/versions/d-TJ-BH-2/return", said, **{"If-Match": '"1"'})
    assert answer.json()["returned"] == said["reason"]
    entry = Entry.objects.get(kind="data.version", code="d-TJ-BH-2")
    assert (entry.channel, entry.actor, entry.verb, entry.reason) == ("api", "bh-approver", "return", said["reason"])
    history = signed("planner").get("/api/v1/history/data.version/d-TJ-BH-2")
    problem(history, 404, "E-API-04")  # a draft again: not seen from above
    history = signed("auditor").get("/api/v1/history/data.version/d-TJ-BH-2").json()
    assert history["items"][0]["reason"] == said["reason"]
    assert SCRIPT in json.dumps(history, ensure_ascii=False)


def test_a_key_is_done_once(signed: Signed, city: City) -> None:
    submitted(city)
    client = signed("bh-approver")
    sent = {"If-Match": '"1"', "Idempotency-Key": "k-1"}
    first = post(client, "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent)
    again = post(client, "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent)
    assert (first.status_code, first.content, first["ETag"]) == (again.status_code, again.content, again["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Entry.objects.filter(kind="data.version", code="d-TJ-BH-2").count() == 1
    problem(post(client, "/versions/d-TJ-BH-2/return", {"reason": "b"}, **sent), 422, "E-API-13")
    problem(post(client, "/tokens/end", {"code": "x"}, **{"Idempotency-Key": "with space"}), 422, "E-API-17")
    other = post(signed("hp-approver"), "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent)
    problem(other, 404, "E-API-04")  # another's key gives nothing of the answer


def test_a_key_of_a_call_that_failed_may_be_used_again(signed: Signed, city: City) -> None:
    version = submitted(city)
    client = signed("bh-approver")
    sent = {"If-Match": '"1"', "Idempotency-Key": "k-2"}
    Version.objects.filter(pk=version.pk).update(state=DRAFT)
    problem(post(signed("bh-editor"), "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent), 403, "E-API-03")
    problem(post(client, "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent), 409, "E-WEB-21")
    Version.objects.filter(pk=version.pk).update(state=SUBMITTED)
    assert post(client, "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent).status_code == 200
    KeptAnswer.objects.update(at=KeptAnswer.objects.get().at - HOLDS - HOLDS)
    problem(post(client, "/versions/d-TJ-BH-2/return", {"reason": "a"}, **sent), 412, "E-WEB-20")


def test_expensive_calls_are_counted_by_token(client: Client, city: City, settings: Any) -> None:
    filled(city)
    object.__setattr__(settings.OFFICE, "values", settings.OFFICE.values | {"API_PER_MINUTE": 3})
    one, other = bearer(city.people["planner"], "read"), bearer(city.people["bh-editor"], "read")
    path = "/api/v1/versions/d-TJ-BH-1/tables/sources"
    answers = [client.get(path, headers=one) for _ in range(5)]
    late = [each for each in answers if each.status_code != 200]
    assert late
    assert problem(late[-1], 429, "E-WEB-23")["findings"]
    assert 1 <= int(late[-1]["Retry-After"]) <= 60
    assert client.get(path, headers=other).status_code == 200
    assert client.get("/api/v1/me", headers=one).status_code == 200


def test_answers_say_who_is_late(signed: Signed, city: City) -> None:
    filled(city)
    Answer.objects.filter(code="a-TJ-BH").update(approved_at=None)
    said = signed("bh-editor").get("/api/v1/requests/r-TJ-BH/answers").json()["items"]
    assert [(each["unit"], each["late"]) for each in said] == [("TJ-BH", 3)]


def test_the_description_is_whole(client: Client) -> None:
    said = client.get("/api/v1/openapi.json", headers={"Accept-Language": "en"}).json()
    assert said["openapi"].startswith("3.1")
    found = {each["operationId"]: each for methods in said["paths"].values() for each in methods.values()}
    assert set(found) == set(OPERATIONS)
    for name, each in found.items():
        assert {"401", "403", "404", "405", "422", "429", "500"} <= set(each["responses"]), name
        assert all(
            set(part["content"]) == {MEDIA} for status, part in each["responses"].items() if int(status) >= 400
        ), name
        assert each["security"], name
        names = [(part["in"], part["name"]) for part in each["parameters"]]
        assert len(names) == len(set(names)), name
    text = json.dumps(said)
    refs = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert refs <= set(said["components"]["schemas"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_reference_is_our_own_page(lang: str, client: Client) -> None:
    answer = client.get("/api/v1/docs", headers={"Accept-Language": lang})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "http://" not in page
    assert "https://" not in page
    assert "<script>" not in page
    assert all(escape(each.summary(lang)) in page for each in OPERATIONS.values())  # type: ignore[arg-type]

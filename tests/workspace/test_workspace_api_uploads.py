"""Files sent in by programs: the codes that a check of the same file gives, the same record, the same refusals."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from intake_cases import small_dataset, uses_of, workbook

from haihe.messages import CATALOG
from haihe.workspace.api.models import KeptAnswer
from haihe.workspace.api.problems import TITLES
from haihe.workspace.audit.models import Entry
from haihe.workspace.data.models import Version
from haihe.workspace.frame.failures import STATUS
from haihe.workspace.intake.models import Reading, Upload
from haihe.workspace.jobs.worker import drain
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
FILE = "application/octet-stream"


def send(client: Client, data: bytes, name: str = "figures.xlsx", thing: str = "small", **headers: str) -> Any:
    path = f"/api/v1/uploads?target=dataset&thing={thing}&file_name={name}"
    return client.post(path, data, content_type=FILE, headers=headers)


def faulty() -> bytes:
    frame = uses_of("north")
    frame = frame.astype({"value": object})
    frame.iloc[0, frame.columns.get_loc("value")] = "一百万"
    frame.iloc[1, frame.columns.get_loc("year")] = None
    return workbook({"uses": frame})


def test_findings_are_those_of_the_page(signed: Signed, city: City) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    answer = send(client, faulty())
    assert answer.status_code == 202
    sent = answer.json()
    assert (sent["state"], sent["unit"], sent["created_by"]) == ("received", "TJ-BH", "bh-editor")
    assert answer["Location"] == f"/api/v1/jobs/{sent['job']}"
    drain()
    assert client.get(answer["Location"]).json()["state"] == "done"
    said = client.get(f"/api/v1/uploads/{sent['code']}/findings?limit=1").json()
    kept = Reading.objects.get(upload__code=sent["code"]).findings
    codes = [each["code"] for each in said["items"]]
    while said["next"]:
        said = client.get(f"/api/v1/uploads/{sent['code']}/findings?limit=1&cursor={said['next']}").json()
        codes += [each["code"] for each in said["items"]]
    assert codes == [each["code"] for each in kept]
    assert said["total"] == len(kept) >= 2
    assert "E-NUM-01" in codes
    assert set(codes) <= set(CATALOG)
    path = f"/api/v1/uploads/{sent['code']}/findings"
    for lang in ("zh", "en"):
        words = client.get(path, headers={"Accept-Language": lang}).json()["items"]
        assert [each["says"] for each in words] == [each["says"][lang] for each in kept]
    assert client.get(f"/api/v1/uploads/{sent['code']}").json()["state"] == "refused"
    confirm = client.post(f"/api/v1/uploads/{sent['code']}/confirm", headers={"If-Match": "*"})
    assert (confirm.status_code, confirm.json()["code"]) == (409, "E-WEB-21")


def test_confirm_and_undo(signed: Signed, city: City) -> None:
    dataset = small_dataset(city)
    client = signed("planner")
    sent = send(client, workbook({"uses": uses_of("north", note="<script>alert(1)</script>")})).json()
    drain()
    here = f"/api/v1/uploads/{sent['code']}"
    preview = client.get(f"{here}/preview").json()
    assert preview["counts"]["uses"]["changed"] > 0
    assert "<script>alert(1)</script>" in str(preview["tables"])
    assert signed("bj-planner").get(f"{here}/preview").status_code == 404
    done = client.post(f"{here}/confirm", headers={"If-Match": client.get(here)["ETag"]})
    assert (done.json()["state"], done.json()["made"]) == ("confirmed", "small-2")
    rows = client.get("/api/v1/versions/small-2/tables/uses").json()
    assert "<script>alert(1)</script>" in {cell for row in rows["rows"] for cell in row if isinstance(cell, str)}
    undone = client.post(f"{here}/undo", {"reason": "误传"}, FILE, headers={"If-Match": done["ETag"]})
    assert undone.status_code == 415
    undone = client.post(f"{here}/undo", {"reason": "误传"}, "application/json", headers={"If-Match": done["ETag"]})
    assert undone.json()["state"] == "undone"
    first, last = (Version.objects.get(code=code) for code in ("small-1", undone.json()["made"]))
    assert first.tables == last.tables
    dataset.refresh_from_db()
    assert dataset.current_id == last.pk
    said = Entry.objects.filter(kind="intake.upload", code=sent["code"], channel="api")
    assert [each.verb for each in said] == ["upload", "confirm", "undo"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("virus.exe", b"MZ", "E-INT-02"), ("a.xlsx", b"not a workbook", "E-INT-03"),
     ("../../etc/passwd.xlsm", b"PK", "E-FILE-07")],
)  # fmt: skip
@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
def test_what_is_refused_at_the_door_stands_in_the_record(
    name: str, data: bytes, code: str, headers: dict[str, str], signed: Signed, city: City
) -> None:
    small_dataset(city)
    answer = send(signed("bh-editor"), data, name, **headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert "/tmp" not in answer.content.decode()
    entry = Entry.objects.get(kind="intake.upload")
    assert (entry.verb, entry.channel, entry.actor, entry.after["refused"]) == ("refuse", "api", "bh-editor", code)
    assert not Upload.objects.exists()
    assert not KeptAnswer.objects.exists()


def test_who_may_not_send_in(signed: Signed, city: City, settings: Any) -> None:
    small_dataset(city, share=("TJ-BH",))
    data = workbook({"uses": uses_of("south")})
    assert send(signed("hp-editor"), data).status_code == 404
    assert send(signed("bj-planner"), data).status_code == 404
    assert send(signed("auditor"), data).status_code == 403
    assert send(signed("bh-editor"), data, thing="nothing").status_code == 404
    assert not Upload.objects.exists()
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = send(signed("bh-editor"), data)
    assert (answer.status_code, answer.json()["code"]) == (413, "E-API-06")


def test_a_file_sent_twice_with_a_key_is_one_upload(signed: Signed, city: City, office: Any) -> None:
    small_dataset(city)
    data = workbook({"uses": uses_of("north")})
    answers = [send(signed("bh-editor"), data, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Upload.objects.count() == 1
    other = send(signed("bh-editor"), data + b"x", **{"Idempotency-Key": "once"})
    assert (other.status_code, other.json()["code"]) == (422, "E-API-13")
    assert len(list(Path(office.home / "uploads").rglob("*.xlsx"))) == 1


def test_every_status_of_the_rooms_has_words() -> None:
    assert set(STATUS.values()) <= set(TITLES)

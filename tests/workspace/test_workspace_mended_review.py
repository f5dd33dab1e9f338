"""What the review of the offices found: each way in that was open stays shut."""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from intake_cases import made, sent, small_dataset, uses_of, workbook
from request_cases import accepted, answer_of, open_request

from haihe.messages import HaiheError, Text
from haihe.region import folder
from haihe.region.tables import TABLES
from haihe.workspace import server
from haihe.workspace.audit.chain import Actor, record
from haihe.workspace.audit.models import Entry
from haihe.workspace.data import answers, downloads, merges, sending, tasks, versions
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer
from haihe.workspace.intake import marked, uploads
from haihe.workspace.intake.models import RECEIVED, Upload
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.worker import drain
from haihe.workspace.office.seen import audited
from haihe.workspace.units import limits, staff
from haihe.workspace.units.models import Post, Unit
from small_region import small_tables
from workspace_api_cases import bearer
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]
API = "/api/v1"


def changed(city: City, value: float, unit: str = "TJ", who: str = "planner") -> Version:
    """Make a version in which one figure of north says something else."""
    dataset = Dataset.objects.select_related("current", "unit").get(code="small")
    parent = versions.head(dataset, city.units[unit])
    frame = versions.table_of(parent, "endowments")
    frame.loc[0, "value"] = value
    return versions.make(city.people[who], dataset, city.units[unit], {"endowments": frame}, parent=parent)


def code_of(raised: pytest.ExceptionInfo[HaiheError]) -> str:
    return raised.value.code


def test_a_marked_workbook_is_made_by_the_worker_alone(
    city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    upload = sent(client, workbook({"uses": uses_of("north", value="x")}))
    worked: list[str] = []
    read = marked.read_cells
    monkeypatch.setattr(marked, "read_cells", lambda path: worked.append("read") or read(path))
    for part in ("marked.xlsx", "changes.xlsx"):
        first = client.get(f"/intake/{upload.code}/{part}")
        assert (first.status_code, worked) == (302, [])
        assert client.get(f"/intake/{upload.code}/{part}")["Location"] == first["Location"]  # asked for once
    drain()
    assert worked == ["read"]
    for part in ("marked.xlsx", "changes.xlsx"):
        assert client.get(f"/intake/{upload.code}/{part}").content.startswith(b"PK")
    assert worked == ["read"]
    Upload.objects.filter(pk=upload.pk).update(state=RECEIVED)
    assert client.get(f"/intake/{upload.code}/marked.xlsx").status_code == 409


def test_what_is_large_is_written_by_the_worker(city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    changed(city, 1.0)
    monkeypatch.setattr("haihe.workspace.data.version_pages.DIRECT", 10)
    monkeypatch.setattr("haihe.workspace.data.difference_pages.DIRECT", 10)
    client = signed("planner")
    addresses = [f"/data/versions/small-2/download?as={form}" for form in downloads.FORMS]
    for address in (*addresses, "/data/versions/small-2/against/small-1?as=xlsx"):
        assert client.get(address).status_code == 302
        assert made(client, address).content.startswith(b"PK")


def test_a_forged_edition_does_not_write_over_what_came_meanwhile(city: City) -> None:
    small_dataset(city)
    draft = changed(city, 1.0, "TJ-BH", "bh-editor")
    versions.submit(city.people["bh-editor"], draft)
    stale = Version.objects.select_related("dataset__unit", "unit").get(pk=draft.pk)
    versions.send_back(city.people["bh-approver"], draft, "数字不对")
    with pytest.raises(HaiheError) as caught:
        versions.approve(city.people["bh-approver"], stale, edition=draft.edition)
    assert code_of(caught) == "E-WEB-20"
    draft.refresh_from_db()
    assert (draft.state, draft.returned, draft.vouched_by) == ("draft", "数字不对", "")


def test_above_a_unit_its_jobs_are_seen_and_not_what_they_found(city: City, signed: Signed) -> None:
    small_dataset(city)
    draft = changed(city, -1.0, "TJ-BH", "bh-editor")
    job = tasks.ask_check(city.people["bh-editor"], city.units["TJ-BH"], draft)
    drain()
    here = f"{API}/jobs/{job.code}"
    assert signed("bh-editor").get(here).json()["result"]["findings"]
    above = signed("planner")
    assert above.get(f"{API}/versions/{draft.code}").status_code == 404
    assert above.get(here).json()["result"] is None
    listed = {each["code"]: each["result"] for each in above.get(f"{API}/jobs").json()["items"]}
    assert listed[job.code] is None
    page = above.get(f"/jobs/{job.code}").content.decode()
    assert "查看结果" not in page
    assert f"/jobs/{job.code}/again" not in page
    assert "查看结果" in signed("bh-editor").get(f"/jobs/{job.code}").content.decode()
    Post.objects.create(
        code="more", person=city.people["planner"], unit=city.units["TJ-BH"], role="viewer", active=False
    )
    assert above.post(f"/jobs/{job.code}/again").status_code == 403
    with pytest.raises(HaiheError) as caught:
        queue.again(city.people["planner"], job)
    assert code_of(caught) == "E-JOB-03"
    asked = {"version": draft.code, "sha256": draft.sha256}
    taken = queue.enqueue(city.people["planner"], city.units["TJ"], tasks.CHECK, title=Text("x", "x"), **asked)
    assert (taken.state, taken.result) == (queue.QUEUED, None)


def test_a_token_that_may_not_approve_puts_nothing_in_force(city: City, client: Client) -> None:
    small_dataset(city)
    uploaded = Client()
    uploaded.force_login(city.people["planner"])
    upload = sent(uploaded, workbook({"uses": uses_of("north", value=1.0)}))

    def post(step: str, body: Any, *scopes: str) -> Any:
        head = bearer(city.people["planner"], *scopes) | {"If-Match": "*"}
        return client.post(f"{API}/uploads/{upload.code}/{step}", body, "application/json", headers=head)

    refused = post("confirm", {}, "read", "write")
    assert (refused.status_code, refused.json()["code"]) == (403, "E-API-14")
    assert Version.objects.count() == 1
    assert post("confirm", {}, "read", "write", "approve").status_code == 200
    assert post("undo", {"reason": "x"}, "read", "write").status_code == 403
    assert Version.objects.get(number=2).approved_by == "planner"
    assert post("undo", {"reason": "x"}, "read", "write", "approve").status_code == 200


def test_a_district_moves_no_region_and_makes_up_no_request(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("bh-editor")
    regions = small_tables()["regions"]
    own = regions[regions["region"] == "north"].assign(parent="south")
    upload = sent(client, workbook({"regions": own}))
    assert upload.reading.counts["regions"]["changed"] == 0
    assert upload.reading.counts["regions"]["rejected"] == 1
    sources = small_tables()["sources"].head(1)
    for code in ("REQ-2026", "req-2026"):
        upload = sent(client, workbook({"sources": sources.assign(source=code)}))
        assert upload.state == "refused"
        assert {each["code"] for each in upload.reading.findings} == {"E-DAT-07"}
    assert sent(client, workbook({"sources": sources.assign(source="own-2026")})).state == "previewed"


@pytest.mark.parametrize("last", ["abc", -5, 1.5, True, None, [1], 2**70])
def test_a_cursor_made_by_hand_is_refused(city: City, signed: Signed, last: Any) -> None:
    small_dataset(city)
    client = signed("planner")
    sha = Version.objects.get(number=1).tables["endowments"]["sha256"][:16]
    places = {
        "-id": ("/jobs", "/requests", "/uploads"),
        "-number": ("/datasets/small/versions",),
        f"row:{sha}": ("/versions/small-1/tables/endowments",),
    }
    for by, paths in places.items():
        cursor = base64.urlsafe_b64encode(json.dumps([by, last]).encode()).decode().rstrip("=")
        for path in paths:
            answer = client.get(f"{API}{path}?cursor={cursor}")
            assert (answer.status_code, answer.json()["code"]) == (422, "E-API-12"), path


def test_half_a_character_is_no_code(signed: Signed) -> None:
    for code in ("\ud800", "a\x00b"):
        body = json.dumps({"code": code})
        answer = signed("planner").post(f"{API}/tokens/end", body, "application/json")
        assert (answer.status_code, answer.json()["code"]) == (422, "E-API-11")


def test_nothing_is_accepted_after_the_end(city: City, signed: Signed) -> None:
    request = open_request(city)
    Answer.objects.filter(request=request, unit__code="TJ-BH").update(state="approved")
    seen = answer_of(request, "TJ-BH")  # read while the request was open
    sending.close(city.people["planner"], request)
    for step, more in ((answers.accept, ()), (answers.approve, ()), (answers.submit, ("未统计",))):
        with pytest.raises(HaiheError) as caught:
            step(city.people["planner"], seen, *more)
        assert code_of(caught) == "E-DAT-20"
    seen.refresh_from_db()
    assert seen.accepted_at is None


def test_units_of_others_are_not_listed(city: City, signed: Signed) -> None:
    dataset = small_dataset(city)
    Dataset.objects.filter(pk=dataset.pk).update(unit=city.units["BJ"])
    dataset.shared.clear()
    page = signed("bj-planner").get("/data/datasets/small/share").content.decode()
    assert 'value="TJ"' in page
    assert "TJ-BH" not in page
    assert 'value="IIB"' not in page
    assert set(Unit.objects.addressable(city.people["bj-planner"], "data.ask").values_list("code", flat=True)) == {
        "TJ",
        "BJ",
    }


def test_a_district_does_not_see_who_else_was_asked_and_merged(city: City, signed: Signed) -> None:
    request = open_request(city)
    accepted(city, signed, request, "TJ-HP", lambda row: 5.0)
    seen = merges.preview(request, {})
    merges.bring_together(city.people["planner"], request, {}, seen.mark)
    client = signed("bh-editor")
    for address in (f"/history/data.request/{request.code}", f"{API}/history/data.request/{request.code}"):
        told = client.get(address)
        assert told.status_code == 200
        assert "TJ-HP" not in told.content.decode()
        assert "TJ-HP" in signed("planner").get(address).content.decode()
    assert client.get(f"{API}/requests/{request.code}").json()["addressees"] is None
    assert signed("planner").get(f"{API}/requests/{request.code}").json()["addressees"] == ["TJ-BH", "TJ-HP"]


def test_an_entry_is_filed_under_the_unit_that_it_concerns(city: City) -> None:
    small_dataset(city)
    person = city.people["bh-editor"]
    Post.objects.create(code="second", person=person, unit=city.units["TJ-HP"], role="editor")
    draft = changed(city, 1.0, "TJ-HP", "bh-editor")
    versions.submit(person, draft)
    entries = Entry.objects.filter(kind="data.version", code=draft.code)
    assert {each.verb: each.unit for each in entries} == {"create": "TJ-HP", "submit": "TJ-HP"}
    admin = city.people["admin"]
    staff.give(admin.actor("people.manage"), city.people["hp-editor"], city.units["TJ-BH"], "viewer")
    assert Entry.objects.filter(kind="units.post").last().unit == "TJ-BH"


def test_the_office_that_accepts_stands_in_the_entry(city: City, signed: Signed) -> None:
    request = open_request(city)
    answer = accepted(city, signed, request, "TJ-HP", lambda row: 5.0)
    units = {each.verb: each.unit for each in Entry.objects.filter(kind="data.answer", code=answer.code)}
    assert (units["submit"], units["approve"], units["accept"]) == ("TJ-HP", "TJ-HP", "TJ")


def test_conflicts_beyond_the_fields_of_a_form_are_decided_together(
    city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = open_request(city, year=2017)
    accepted(city, signed, request, "TJ-BH", lambda row: 5.0)
    dataset = Dataset.objects.select_related("current", "unit").get(code="small")
    frame = versions.table_of(dataset.current, "endowments")
    frame.loc[frame["region"] == "north", "value"] = 7.0
    versions.make(city.people["planner"], dataset, city.units["TJ"], {"endowments": frame}, parent=dataset.current)
    monkeypatch.setattr("haihe.workspace.data.merge_pages.ONE_BY_ONE", 1)
    conflicts = merges.preview(request, {}).merged.conflicts
    assert len(conflicts) > 1
    client = signed("planner")
    address = f"/data/requests/{request.code}/merge"
    page = client.get(address).content.decode()
    assert (page.count('name="choice-0"'), page.count('name="choice-1"'), page.count('name="rest"')) == (2, 0, 2)
    mark = merges.preview(request, {}).mark
    said = {"mark": mark, "name-0": conflicts[0].name, "choice-0": "answer"}
    assert client.post(address, said).status_code == 422  # the rest is undecided
    assert client.post(address, said | {"rest": "dataset"}).status_code == 302
    request.refresh_from_db()
    assert (request.merges[-1]["rows"], len(request.merges[-1]["kept"])) == (1, len(conflicts) - 1)


def test_the_line_of_drafts_is_read_at_once(city: City) -> None:
    small_dataset(city)
    unit, dataset = city.units["TJ-BH"], Dataset.objects.select_related("current").get(code="small")
    changed(city, 1.0, "TJ-BH", "bh-editor")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            top = versions.head(dataset, unit)
            assert top is not None
            assert top.base == dataset.current
        return len(caught)

    few = queries()
    for value in range(2, 8):
        changed(city, float(value), "TJ-BH", "bh-editor")
    assert queries() == few


def test_the_list_of_versions_compares_no_tables(city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    changed(city, 1.0)
    monkeypatch.setattr("haihe.workspace.data.differences.between", lambda *_: pytest.fail("tables were compared"))
    assert "修改 1 行" in signed("planner").get("/data/datasets/small").content.decode()


def test_undoing_reads_no_table(city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))
    uploads.confirm(city.people["planner"], upload)
    for way in ("all", "database"):
        monkeypatch.setattr(
            f"haihe.workspace.intake.frames.TableStore.{way}", lambda *_: pytest.fail("a table was read")
        )
    uploads.undo(city.people["planner"], upload, "传错")
    first, third = Version.objects.get(number=1), Version.objects.get(number=3)
    assert (third.sha256, third.tables) == (first.sha256, first.tables)


def test_a_job_of_a_kind_about_nothing_is_open(city: City) -> None:
    from haihe.workspace.jobs.seeing import opened

    job = Job.objects.create(code="J-x", unit=city.units["TJ"], task="gone", title_zh="x", title_en="x", mark="x")
    assert opened(city.people["planner"], [job]) == {"J-x"}


def test_a_locked_database_is_busy_and_not_broken(city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))

    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(uploads, "confirm", locked)
    client = signed("planner")
    page = client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition})
    called = client.post(f"{API}/uploads/{upload.code}/confirm", {}, "application/json", headers={"If-Match": "*"})
    assert called.json()["code"] == "E-API-19"
    for answer in (page, called):
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_what_takes_long_is_done_before_the_database_is_locked(
    city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))
    depth = len(connection.savepoint_ids)
    depths: list[int] = []
    compared = uploads.compared
    monkeypatch.setattr(
        uploads, "compared", lambda each: depths.append(len(connection.savepoint_ids)) or compared(each)
    )
    client = signed("planner")
    sent_with = {"If-Match": "*", "Idempotency-Key": "once"}
    answers_given = [
        client.post(f"{API}/uploads/{upload.code}/confirm", {}, "application/json", headers=sent_with) for _ in "12"
    ]
    assert [each.status_code for each in answers_given] == [200, 200]
    assert depths == [depth]  # not within a transaction of the call, and not for the answer given again


def test_a_confirmation_worked_out_for_an_older_reading_is_refused(city: City, signed: Signed) -> None:
    small_dataset(city)
    upload = sent(signed("planner"), workbook({"uses": uses_of("north", value=1.0)}))
    ready = uploads.prepared(city.people["planner"], upload)
    uploads.again(city.people["planner"], upload)
    drain()
    upload.refresh_from_db()
    with pytest.raises(HaiheError) as caught:
        uploads.confirm(city.people["planner"], upload, ready=ready)
    assert code_of(caught) == "E-WEB-20"
    assert Version.objects.count() == 1


def test_uses_are_counted_one_by_one(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1_000_000.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    assert [limits.used("x", "a", 60) for _ in range(4)] == [1, 2, 3, 4]
    assert limits.used("x", "b", 60) == limits.used("y", "a", 60) == 1
    now[0] += 60
    assert limits.used("x", "a", 60) == 1
    assert limits.Count.objects.count() == 3  # a new window takes the row of the one before
    limits.Count.objects.update(last=timezone.now() - 2 * limits.KEPT)
    assert limits.used("x", "c", 60) == 1
    assert limits.Count.objects.count() == 1


def test_entries_without_a_unit_go_to_who_audits_the_office(city: City) -> None:
    record(Actor(""), "sign-in-refused", "units.person", "", after={"name": ""})
    bj = staff.hire(Actor("", "", "cli"), "bj-auditor", "京审计", city.units["BJ"], "auditor", below=True)[0]
    unsettled = Entry.objects.filter(unit="").values("pk")
    assert audited(city.people["auditor"]).filter(pk__in=unsettled).exists()
    assert audited(bj).filter(unit="BJ").exists()
    assert not audited(bj).filter(pk__in=unsettled).exists()


def test_a_large_difference_is_left_to_the_worker(city: City, signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    changed(city, 1.0)
    client, place = signed("planner"), "/data/versions/small-2/against/small-1"
    assert "修改 1 行" in client.get(place).content.decode()
    monkeypatch.setattr("haihe.workspace.data.difference_pages.MOST_COMPARED", 1)
    monkeypatch.setattr("haihe.workspace.data.differences.between", lambda *_: pytest.fail("tables were compared"))
    page = client.get(place).content.decode()
    assert "?as=xlsx" in page
    assert "内容相同" not in page


def test_downloads_are_bounded_by_rows_and_by_the_minute(
    city: City, signed: Signed, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_dataset(city)
    client = signed("planner")
    places = (f"{reverse('data:datasets')}?as=csv", "/data/versions/small-1/tables/endowments?as=csv")
    assert {client.get(each).status_code for each in places} == {200}
    monkeypatch.setattr("haihe.workspace.frame.lists.MOST_LINES", 0)
    monkeypatch.setattr("haihe.workspace.data.table_pages.MOST_LINES", 0)
    for each in places:
        answer = client.get(each)
        assert (answer.status_code, "E-WEB-75" in answer.content.decode()) == (422, True), each
    object.__setattr__(settings.OFFICE, "values", settings.OFFICE.values | {"DOWNLOADS_PER_MINUTE": 5})
    monkeypatch.setattr(limits.time, "time", lambda: 6_000_000.0)
    form = "/data/versions/small-1/download?as=xlsx"
    assert [client.get(form).status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert client.get("/data/versions/small-1").status_code == 200
    assert signed("bh-editor").get(form).status_code == 200


def test_what_jobs_are_has_no_tag_that_never_moves(city: City, signed: Signed) -> None:
    dataset = small_dataset(city)
    job = tasks.ask_check(city.people["planner"], city.units["TJ"], dataset.versions.get())
    client = signed("planner")
    assert "ETag" not in client.get(f"{API}/jobs/{job.code}").headers
    assert client.get(f"{API}/datasets/small")["ETag"] == f'"{dataset.edition}"'


def test_a_second_server_deletes_no_file_of_the_first(
    office: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STATIC_ROOT = office.home / "static"
    style = settings.STATIC_ROOT / "old.css"
    style.parent.mkdir(parents=True)
    style.write_text("a")
    monkeypatch.setattr(server, "prepare", lambda _home: None)
    monkeypatch.setattr(server, "_accounts", lambda _demo: [])
    monkeypatch.setattr(server, "_bound", lambda *_: SimpleNamespace(effective_port=1, close=lambda: None))
    with server.serving(office.home, "127.0.0.1", 0):
        assert style.exists()


def test_what_may_be_sent_in_is_read_at_once(city: City, signed: Signed) -> None:
    small_dataset(city)
    client = signed("planner")

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/intake/?for=dataset").status_code == 200
        return len(caught)

    few = queries()
    for number in range(6):
        versions.create(city.people["planner"], city.units["TJ"], f"more-{number}", "数据", share=[city.units["TJ-BH"]])
    assert queries() == few


def test_a_small_file_of_many_rows_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = folder.to_parquet(small_tables()["sources"])
    spec = TABLES["sources"]
    monkeypatch.setattr(folder, "MOST_ROWS", 0)
    with pytest.raises(HaiheError) as caught:
        folder._parquet(spec, "sources.parquet", data)
    assert code_of(caught) == "E-FILE-21"
    monkeypatch.undo()

    def full() -> Any:
        raise duckdb.OutOfMemoryException("out")

    monkeypatch.setattr(folder, "offline_database", full)
    with pytest.raises(MemoryError):  # which a job says in words of its own
        folder._parquet(spec, "sources.parquet", data)

"""A request for data: sent to districts, filled in, approved, accepted, merged into one version, taken back."""

import io
from collections.abc import Callable
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone
from intake_cases import small_dataset
from request_cases import (
    TITLE,
    YEAR,
    accepted,
    answer_of,
    asked_fields,
    fill,
    filled,
    open_request,
    upload_to,
)

from haihe.messages import HaiheError
from haihe.region import TABLES
from haihe.workspace.audit.chain import history, verify
from haihe.workspace.data import answers, merges, sending, versions
from haihe.workspace.data.models import Dataset, Version
from haihe.workspace.data.requests import Answer, Request
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def now() -> Version:
    return Dataset.objects.select_related("current").get(code="small").current


def values(version: Version, region: str, year: int = YEAR) -> dict[str, float]:
    frame = versions.table_of(version, "endowments")
    rows = frame[(frame["region"] == region) & (frame["year"] == year)]
    return dict(zip(rows["resource"], rows["value"], strict=True))


def code_of(raised: pytest.ExceptionInfo[HaiheError]) -> str:
    return raised.value.code


def test_the_workbook_asks_for_the_rows_of_the_district_alone(city: City, signed: Signed) -> None:
    request = open_request(city)
    data = signed("bh-editor").get(f"/data/requests/answers/{request.code}-TJ-BH/workbook").content
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[TABLES["endowments"].title.zh]
    heads = [cell.value for cell in sheet[1]]
    titles = [TABLES["endowments"].column(name).title.zh for name in ("region", "resource", "year", "value", "unit")]
    assert [head for head in heads if head in titles] == titles
    rows = [[cell.value for cell in row[:5]] for row in sheet.iter_rows(min_row=2)]
    assert rows == [["north", "co2", YEAR, None, "万t CO2"], ["north", "land", YEAR, None, "亩"]]
    assert sheet["D2"].fill.fgColor.rgb == "FFFFF2B3"
    assert sheet["A2"].fill.fgColor.rgb != "FFFFF2B3"
    ranges = {str(rule.sqref).split(":")[0] for rule in sheet.data_validations.dataValidation}
    assert {"A2", "B2"} <= ranges
    english = Client()
    english.force_login(city.people["bh-editor"])
    english.cookies["haihe-language"] = "en"
    data = english.get(f"/data/requests/answers/{request.code}-TJ-BH/workbook").content
    assert TABLES["endowments"].title.en in openpyxl.load_workbook(io.BytesIO(data)).sheetnames


def test_from_sending_to_merging_and_back(city: City, signed: Signed) -> None:
    request = open_request(city)
    first = now()
    north = accepted(city, signed, request, "TJ-BH", lambda row: 900.0 if row["resource"] == "co2" else 800.0)
    south = accepted(city, signed, request, "TJ-HP", lambda row: 700.5)
    planner = signed("planner")
    page = planner.get(f"/data/requests/{request.code}/merge").content.decode()
    assert "900" in page
    assert "700.5" in page
    assert now() == first
    mark = merges.preview(request, {}).mark
    assert planner.post(f"/data/requests/{request.code}/merge", {"mark": mark}).status_code == 302
    merged = now()
    assert merged.parent == first
    assert values(merged, "north") == {"co2": 900.0, "land": 800.0}
    assert values(merged, "south") == {"co2": 700.5, "land": 700.5}
    before, after = versions.table_of(first, "endowments"), versions.table_of(merged, "endowments")
    assert after.iloc[: len(before)].equals(before)
    sources = versions.table_of(merged, "sources")
    assert sources["source"].tolist() == ["S1", request.source]
    assert not versions.region_of(merged).check().errors
    assert answer_of(request, "TJ-BH").stage == "merged"
    with pytest.raises(HaiheError) as raised:
        answers.return_answer(city.people["planner"], answer_of(request, "TJ-BH"), "重填")
    assert code_of(raised) == "E-DAT-33"

    assert planner.post(f"/data/requests/{request.code}/unmerge", {"reason": ""}).status_code == 422
    assert planner.post(f"/data/requests/{request.code}/unmerge", {"reason": "口径有误"}).status_code == 302
    assert now() != first
    assert now().sha256 == first.sha256
    assert answer_of(request, "TJ-BH").stage == "accepted"
    verbs = [entry.verb for entry in history("data.answer", north.code)]
    assert verbs == ["ask", "fill", "submit", "approve", "accept", "merge", "unmerge"]
    assert not list(verify())
    again = merges.bring_together(
        city.people["planner"], Request.objects.get(pk=request.pk), {}, merges.preview(request, {}).mark
    )
    assert again.sha256 == merged.sha256
    assert south.tables


def test_drafts_are_not_seen_from_above_nor_from_beside(city: City, signed: Signed) -> None:
    request = open_request(city)
    address = f"/data/requests/answers/{request.code}-TJ-BH"
    fill(signed("bh-editor"), answer_of(request, "TJ-BH"), lambda row: 4321.0)
    assert "4,321" in signed("bh-editor").get(address).content.decode()
    for other in ("planner", "auditor", "hp-editor", "hp-approver", "bj-planner", "applicant", "admin"):
        assert signed(other).get(address).status_code in (403, 404)
        assert signed(other).get(f"{address}/workbook").status_code in (403, 404)
    editor, approver = city.people["bh-editor"], city.people["bh-approver"]
    answers.submit(editor, answer_of(request, "TJ-BH"))
    assert signed("planner").get(address).status_code == 404
    answers.approve(approver, answer_of(request, "TJ-BH"))
    assert "4,321" in signed("planner").get(address).content.decode()
    for other in ("hp-editor", "hp-approver", "bj-planner"):
        assert signed(other).get(address).status_code == 404


def test_who_sees_a_request(city: City, signed: Signed) -> None:
    dataset = small_dataset(city, share=())
    planner = city.people["planner"]
    request = sending.new(planner, dataset, asked_fields("TJ-BH"))
    address = f"/data/requests/{request.code}"
    assert signed("bh-editor").get(address).status_code == 404
    assert signed("planner").get(address).status_code == 200
    sending.send(planner, request)
    page = signed("bh-editor").get(address).content.decode()
    assert "滨海新区" in page
    for other in ("hp-editor", "bj-planner"):
        assert signed(other).get(address).status_code == 404
        assert TITLE not in signed(other).get("/data/requests").content.decode()
    assert TITLE in signed("bh-editor").get("/data/requests").content.decode()
    assert signed("bh-editor").post(f"{address}/close").status_code == 403


def test_districts_do_not_see_the_others_progress(city: City, signed: Signed) -> None:
    request = open_request(city)
    page = signed("bh-editor").get(f"/data/requests/{request.code}").content.decode()
    assert "滨海新区" in page
    assert "和平区" not in page
    page = signed("planner").get(f"/data/requests/{request.code}").content.decode()
    assert "和平区" in page


def test_a_neighbour_sees_a_dataset_only_where_it_is_shared(city: City, signed: Signed) -> None:
    dataset = small_dataset(city, share=())
    pages = [
        "/data/datasets/small",
        "/data/versions/small-1",
        "/data/versions/small-1/tables/endowments",
        "/data/versions/small-1/rows/endowments?key=north&key=co2&key=2019",
        "/data/versions/small-1/download",
        "/data/versions/small-1/against/small-1",
    ]
    for address in pages:
        assert signed("bj-planner").get(address).status_code == 404, address
        assert signed("planner").get(address).status_code == 200, address
    versions.shared_with(city.people["planner"], dataset, [city.units["BJ"]])
    for address in pages:
        assert signed("bj-planner").get(address).status_code == 200, address
    assert signed("bj-planner").post("/data/versions/small-1/reopen", {"reason": "x"}).status_code == 403


def test_four_eyes(city: City, signed: Signed) -> None:
    request = open_request(city)
    fill(signed("bh-editor"), answer_of(request, "TJ-BH"), lambda row: 1.0)
    editor = city.people["bh-editor"]
    answers.submit(editor, answer_of(request, "TJ-BH"))
    with pytest.raises(HaiheError) as raised:
        answers.approve(editor, answer_of(request, "TJ-BH"))
    assert code_of(raised) == "E-WEB-22"
    assert signed("bh-editor").post(f"/data/requests/answers/{request.code}-TJ-BH/approve").status_code == 403
    assert signed("planner").post(f"/data/requests/answers/{request.code}-TJ-BH/approve").status_code == 404


def test_missing_figures_need_a_remark(city: City, signed: Signed) -> None:
    request = open_request(city)
    answer = answer_of(request, "TJ-BH")
    assert answers.unanswered(answer) == {"endowments": 2}
    refused = signed("bh-editor").post(
        f"/data/requests/answers/{answer.code}/submit", {"edition": answer.edition, "remark": ""}
    )
    assert refused.status_code == 422
    assert "E-DAT-32" in refused.content.decode()
    sent = signed("bh-editor").post(
        f"/data/requests/answers/{answer.code}/submit", {"edition": answer.edition, "remark": "无统计口径"}
    )
    assert sent.status_code == 302
    assert answer_of(request, "TJ-BH").remark == "无统计口径"


def test_a_locked_answer_takes_no_upload(city: City, signed: Signed) -> None:
    request = open_request(city)
    client = signed("bh-editor")
    data = filled(client.get(f"/data/requests/answers/{request.code}-TJ-BH/workbook").content, lambda row: 5.0)
    upload = upload_to(client, answer_of(request, "TJ-BH"), data)
    answers.submit(city.people["bh-editor"], answer_of(request, "TJ-BH"), "先交空表")
    held = answer_of(request, "TJ-BH").tables
    assert client.post(f"/intake/{upload.code}/confirm", {"edition": upload.edition}).status_code == 409
    assert answer_of(request, "TJ-BH").tables == held


def test_an_upload_is_undone_and_redone(city: City, signed: Signed) -> None:
    request = open_request(city)
    client = signed("bh-editor")
    upload = fill(client, answer_of(request, "TJ-BH"), lambda row: 5.0)
    full = answer_of(request, "TJ-BH").tables
    upload.refresh_from_db()
    undo = {"edition": upload.edition, "reason": "传错文件"}
    assert client.post(f"/intake/{upload.code}/undo", undo).status_code == 302
    assert answer_of(request, "TJ-BH").tables == {}
    upload.refresh_from_db()
    assert client.post(f"/intake/{upload.code}/undo", undo | {"edition": upload.edition}).status_code == 302
    assert answer_of(request, "TJ-BH").tables == full


def test_rows_of_others_and_wrong_codes_are_refused(city: City, signed: Signed) -> None:
    request = open_request(city)
    client = signed("bh-editor")
    data = client.get(f"/data/requests/answers/{request.code}-TJ-BH/workbook").content
    upload = upload_to(client, answer_of(request, "TJ-BH"), filled(data, lambda row: 5.0, source="NIX"))
    assert upload.state == "refused"
    assert {each["code"] for each in upload.reading.findings if each["severity"] == "error"} == {"E-REF-01"}
    upload = upload_to(client, answer_of(request, "TJ-BH"), filled(data, lambda row: -5.0))
    assert {each["code"] for each in upload.reading.findings if each["severity"] == "error"} == {"E-RANGE-01"}
    upload = upload_to(client, answer_of(request, "TJ-BH"), filled(data, lambda row: 5.0, region="south"))
    assert upload.state != "previewed"


def test_the_city_returns_an_answer(city: City, signed: Signed) -> None:
    request = open_request(city)
    accepted(city, signed, request, "TJ-BH", lambda row: 5.0)
    answer = answer_of(request, "TJ-BH")
    planner = signed("planner")
    sent = {"edition": answer.edition, "reason": ""}
    assert planner.post(f"/data/requests/answers/{answer.code}/return", sent).status_code == 422
    assert (
        planner.post(f"/data/requests/answers/{answer.code}/return", sent | {"reason": "单位有误"}).status_code == 302
    )
    answer = answer_of(request, "TJ-BH")
    assert (answer.stage, answer.returned, answer.accepted_by) == ("draft", "单位有误", "")
    assert "单位有误" in signed("bh-editor").get(f"/data/requests/answers/{answer.code}").content.decode()
    assert not merges.preview(request, {}).answers


def test_two_editors_at_once(city: City, signed: Signed) -> None:
    request = open_request(city)
    client = signed("bh-editor")
    data = client.get(f"/data/requests/answers/{request.code}-TJ-BH/workbook").content
    one = upload_to(client, answer_of(request, "TJ-BH"), filled(data, lambda row: 5.0))
    two = upload_to(client, answer_of(request, "TJ-BH"), filled(data, lambda row: 6.0))
    assert client.post(f"/intake/{one.code}/confirm", {"edition": one.edition}).status_code == 302
    conflict = client.post(f"/intake/{two.code}/confirm", {"edition": two.edition})
    assert conflict.status_code == 409
    assert "E-INT-20" in conflict.content.decode()
    frame = answers.contents(answer_of(request, "TJ-BH"))["endowments"]
    assert set(frame["value"]) == {5.0}
    stale = answer_of(request, "TJ-BH").edition
    assert client.post(f"/data/requests/answers/{request.code}-TJ-BH/submit", {"edition": stale}).status_code == 302
    approver = signed("bh-approver")
    edition = answer_of(request, "TJ-BH").edition
    sent = {"edition": edition}
    assert approver.post(f"/data/requests/answers/{request.code}-TJ-BH/approve", sent).status_code == 302
    assert approver.post(f"/data/requests/answers/{request.code}-TJ-BH/approve", sent).status_code == 409


def test_what_changed_in_the_dataset_meanwhile_is_a_conflict(city: City, signed: Signed) -> None:
    request = open_request(city, year=2019)
    accepted(city, signed, request, "TJ-BH", lambda row: 900.0)
    planner = city.people["planner"]
    frame = versions.table_of(now(), "endowments")
    hit = (frame["region"] == "north") & (frame["resource"] == "co2") & (frame["year"] == 2019)
    frame.loc[hit, "value"] = 111.0
    versions.make(planner, request.dataset, city.units["TJ"], {"endowments": frame}, "修订", parent=now())
    seen = merges.preview(request, {})
    assert [row.key for row in seen.merged.conflicts] == [("north", "co2", 2019)]
    name = seen.merged.conflicts[0].name
    with pytest.raises(HaiheError) as raised:
        merges.bring_together(planner, request, {}, seen.mark)
    assert code_of(raised) == "E-DAT-28"
    page = signed("planner").get(f"/data/requests/{request.code}/merge").content.decode()
    assert name in page
    sent = {"mark": seen.mark, "name-0": name, "choice-0": "dataset"}
    assert signed("planner").post(f"/data/requests/{request.code}/merge", sent).status_code == 302
    assert values(now(), "north", 2019) == {"co2": 111.0, "land": 900.0}
    merges.undo(planner, Request.objects.get(pk=request.pk), "改选")
    sent = {"mark": merges.preview(request, {}).mark, "name-0": name, "choice-0": "answer"}
    assert signed("planner").post(f"/data/requests/{request.code}/merge", sent).status_code == 302
    assert values(now(), "north", 2019) == {"co2": 900.0, "land": 900.0}


def test_a_merge_that_was_not_seen_is_refused(city: City, signed: Signed) -> None:
    request = open_request(city)
    accepted(city, signed, request, "TJ-BH", lambda row: 900.0)
    mark = merges.preview(request, {}).mark
    accepted(city, signed, request, "TJ-HP", lambda row: 1.0)
    before = now()
    answer = signed("planner").post(f"/data/requests/{request.code}/merge", {"mark": mark})
    assert answer.status_code == 409
    assert "E-DAT-27" in answer.content.decode()
    assert now() == before


def test_collect_once(city: City, signed: Signed) -> None:
    dataset = small_dataset(city, share=())
    planner = city.people["planner"]
    request = sending.new(planner, dataset, asked_fields("TJ-BH", "TJ-HP", year=2019))
    found = sending.held(planner, request)
    assert {(each.unit, *each.key) for each in found} == {
        (unit, region, resource, 2019)
        for unit, region in (("TJ-BH", "north"), ("TJ-HP", "south"))
        for resource in ("co2", "land")
    }
    assert {each.source.zh for each in found} == {"测试数据"}
    page = signed("planner").get(f"/data/requests/{request.code}/held").content.decode()
    assert "12,020" in page
    struck = [each for each in found if each.key[1] == "co2"]
    sent = {"edition": request.edition, "strike": [str(found.index(each)) for each in struck]}
    assert signed("planner").post(f"/data/requests/{request.code}/held", sent).status_code == 302
    request = Request.objects.get(pk=request.pk)
    assert {each.key[1] for each in sending.held(planner, request)} == {"land"}
    sending.send(planner, request)
    sheets = sending.sheets(request, city.units["TJ-BH"], sending.facts(request))
    assert sheets["endowments"].frame["resource"].tolist() == ["land"]


def test_a_request_is_prepared_on_its_pages(city: City, signed: Signed) -> None:
    small_dataset(city, share=())
    client = signed("planner")
    fields = asked_fields("TJ-BH", "TJ-HP")
    sent = {
        "title": TITLE, "note": "", "dataset": "small", "tables": ["endowments"], "year": YEAR,
        "addressees": ["TJ-BH", "TJ-HP"], "due": fields["due"].isoformat(), "remind_days": 3,
    }  # fmt: skip
    assert client.get("/data/requests/new").status_code == 200
    answer = client.post("/data/requests/new", sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    address = answer["Location"]
    for part in ("", "/edit", "/columns", "/held"):
        assert client.get(address + part).status_code == 200, part
    request = Request.objects.get()
    assert request.asked == [{"table": "endowments", "columns": ["value"], "year": YEAR}]
    chosen = {"edition": request.edition, "endowments": ["value", "purpose"]}
    assert client.post(f"{address}/columns", chosen).status_code == 302
    assert client.post(f"{address}/columns", chosen).status_code == 409
    assert Request.objects.get().asked[0]["columns"] == ["value", "purpose"]
    changed = sent | {"title": "另一标题", "edition": Request.objects.get().edition}
    assert client.post(f"{address}/edit", changed).status_code == 302
    assert Request.objects.get().title == "另一标题"
    assert Request.objects.get().asked[0]["columns"] == ["value", "purpose"]
    assert client.post(f"{address}/send", {"edition": Request.objects.get().edition}).status_code == 302
    assert Answer.objects.count() == 2
    assert client.get(f"{address}/edit").status_code == 409


def test_who_is_late(city: City, signed: Signed) -> None:
    request = open_request(city, days=-3)
    client = signed("planner")
    page = client.get(f"/data/requests/{request.code}").content.decode()
    assert page.count("3 天") == 2
    assert client.post(f"/data/requests/{request.code}/remind").status_code == 302
    assert all(answer.reminded_at for answer in Answer.objects.all())
    listed = client.get(f"/data/requests/{request.code}?as=csv").content.decode()
    assert "滨海新区" in listed
    assert "待填报" in listed
    accepted(city, signed, request, "TJ-BH", lambda row: 5.0)
    Answer.objects.filter(unit__code="TJ-BH").update(approved_at=timezone.now() - timedelta(days=4))
    page = client.get(f"/data/requests/{request.code}").content.decode()
    assert page.count("3 天") == 1


def test_what_waits_for_whom(city: City, signed: Signed) -> None:
    request = open_request(city)

    def waits(username: str) -> bool:
        page = signed(username).get("/").content.decode()
        return TITLE in page.partition('id="news"')[0]

    assert [name for name in city.people if waits(name)] == ["bh-editor", "hp-editor"]
    fill(signed("bh-editor"), answer_of(request, "TJ-BH"), lambda row: 5.0)
    answers.submit(city.people["bh-editor"], answer_of(request, "TJ-BH"))
    assert [name for name in city.people if waits(name)] == ["bh-approver", "hp-editor"]
    answers.approve(city.people["bh-approver"], answer_of(request, "TJ-BH"))
    assert [name for name in city.people if waits(name)] == ["planner", "hp-editor"]
    answers.accept(city.people["planner"], answer_of(request, "TJ-BH"))
    assert [name for name in city.people if waits(name)] == ["hp-editor"]
    sending.remind(city.people["planner"], request)
    assert "催办" in signed("hp-editor").get("/").content.decode()
    sending.close(city.people["planner"], Request.objects.get(pk=request.pk))
    assert not [name for name in city.people if waits(name)]


def test_a_request_and_a_dataset_are_found(city: City, signed: Signed) -> None:
    open_request(city)
    assert TITLE in signed("planner").get("/search?q=2020年").content.decode()
    assert "小样区" in signed("planner").get("/search?q=xyq").content.decode()
    assert "小样区" not in signed("bj-planner").get("/search?q=xyq").content.decode()

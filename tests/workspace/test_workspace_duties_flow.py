"""From a duty that is assigned to a report that is accepted, locked, and un-approved with a reason; lists, workbooks."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from intake_cases import workbook

from haihe.messages import HaiheError, Text
from haihe.region import TABLES
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties import assigning, documents, figures, reporting, turns
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.periods import last_complete
from haihe.workspace.duties.reports import Report
from haihe.workspace.frame import register
from haihe.workspace.intake import uploads
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.worker import drain
from haihe.workspace.papers import services as papers
from haihe.workspace.papers.models import Paper
from haihe.workspace.problems.raising import raise_problem
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def duty_in(city: City, unit: str = "TJ-BH", **more: Any) -> Duty:
    said: dict[str, Any] = {"name_zh": "盘活闲置用地", "name_en": "Use idle land", "due": timezone.localdate()} | more
    return assigning.assign(city.people["chief"], city.units["TJ"], city.units[unit], **said)


def plan_in(city: City) -> PlanDocument:
    return documents.new_document(city.people["planner"], city.units["TJ"], "PLAN", {"name_zh": "三年行动计划"})


def last_month() -> str:
    return last_complete("month", timezone.localdate())


def fresh(report: Report) -> Report:
    return Report.objects.select_related("unit", "duty", "target").get(pk=report.pk)


def waits(city: City, who: str) -> list[str]:
    return [each.what.zh for each in register.waiting(city.people[who]) if each.url.startswith("/duties/")]


def test_the_way_of_a_report(city: City) -> None:
    people = city.people
    duty = duty_in(city, helpers=[city.units["FIN"]], due=timezone.localdate() - timedelta(days=1))
    assert duty.overdue()
    assert waits(city, "bh-editor") == ["职责逾期，请报告：“盘活闲置用地”"]
    made = reporting.report(people["bh-editor"], duty, last_month(), share=100, words="已开工")
    assert waits(city, "bh-approver") == []
    assert not Report.objects.visible_to(people["planner"]).exists()
    reporting.submit(people["bh-editor"], fresh(made))
    assert turns.turn_of(Duty.objects.get()).who == "approver"  # type: ignore[union-attr]
    assert len(waits(city, "bh-approver")) == 1
    reporting.approve(people["bh-approver"], fresh(made))
    assert Report.objects.visible_to(people["planner"]).get() == made
    assert Report.objects.visible_to(people["finance"]).get() == made
    assert not Report.objects.visible_to(people["hp-editor"]).exists()
    assert turns.turn_of(Duty.objects.get()).who == "issuer"  # type: ignore[union-attr]
    assert any("接收或退回" in each for each in waits(city, "planner"))
    with pytest.raises(HaiheError, match="E-DUT-05"):
        assigning.close(people["chief"], Duty.objects.get())
    reporting.accept(people["planner"], fresh(made))
    assert any("请办结" in each for each in waits(city, "planner"))
    with pytest.raises(HaiheError) as locked:
        reporting.reopen(people["bh-approver"], fresh(made), "改数")
    assert locked.value.code == "E-DUT-04"
    with pytest.raises(HaiheError) as without:
        reporting.return_report(people["planner"], fresh(made), " ")
    assert without.value.code == "E-WEB-26"
    reporting.return_report(people["planner"], fresh(made), "附件不全")
    again = fresh(made)
    assert (again.state, again.accepted_at, again.returned) == ("draft", None, "附件不全")
    assert any("退回" in each for each in waits(city, "bh-editor"))
    verbs = list(Entry.objects.filter(kind=Report.kind()).values_list("verb", flat=True))
    assert verbs == ["create", "submit", "approve", "accept", "unapprove"]


def test_four_eyes_at_every_step(city: City) -> None:
    duty = duty_in(city)
    made = reporting.report(city.people["bh-editor"], duty, last_month(), share=10)
    reporting.submit(city.people["bh-editor"], fresh(made))
    with pytest.raises(HaiheError) as own:
        reporting.approve(city.people["bh-editor"], fresh(made))
    assert own.value.code == "E-WEB-22"
    reporting.approve(city.people["planner"], fresh(made))
    with pytest.raises(HaiheError) as again:
        reporting.accept(city.people["planner"], fresh(made))
    assert again.value.code == "E-WEB-22"


def test_two_at_once(city: City, signed: Signed) -> None:
    made = reporting.report(city.people["bh-editor"], duty_in(city), last_month(), share=10)
    reporting.submit(city.people["bh-editor"], fresh(made))
    seen = fresh(made).edition
    url = f"/duties/reports/{made.code}"
    assert signed("bh-approver").post(f"{url}/approve", {"edition": seen}).status_code == 302
    late = signed("bh-approver").post(f"{url}/send-back", {"edition": seen, "reason": "请补"})
    assert late.status_code == 409
    assert fresh(made).state == "approved"


def test_who_may_assign_and_to_whom(city: City) -> None:
    with pytest.raises(HaiheError) as not_mine:
        assigning.assign(city.people["bh-editor"], city.units["TJ"], city.units["TJ-BH"], name_zh="x")
    assert not_mine.value.code == "E-DUT-08"
    with pytest.raises(HaiheError) as abroad:
        assigning.assign(city.people["planner"], city.units["TJ"], city.units["BJ"], name_zh="x")
    assert abroad.value.code == "E-DUT-08"
    with pytest.raises(HaiheError) as stranger:
        assigning.note(city.people["hp-editor"], city.units["TJ-HP"], duty_in(city), "看一下")
    assert stranger.value.code == "E-DUT-08"
    helped = duty_in(city, helpers=[city.units["TJ-HP"]])
    assigning.note(city.people["hp-editor"], city.units["TJ-HP"], helped, "可配合")
    assert helped.notes.count() == 1
    assert Duty.objects.visible_to(city.people["hp-editor"]).get() == helped


def test_papers_follow_what_they_are_attached_to(city: City, signed: Signed) -> None:
    made = reporting.report(city.people["bh-editor"], duty_in(city), last_month(), share=10)
    url = f"/papers/to/duties.report/{made.code}"
    file = SimpleUploadedFile("..\\现场\u202egpj.pdf", b"%PDF-1.4 x")
    assert signed("bh-editor").post(url, {"file": file, "title": ""}).status_code == 302
    paper = Paper.objects.get()
    assert paper.file_name == "现场gpj.pdf"
    assert not Paper.objects.visible_to(city.people["planner"]).exists()
    assert signed("planner").get(f"/papers/{paper.code}/file").status_code == 404
    reporting.submit(city.people["bh-editor"], fresh(made))
    with pytest.raises(HaiheError) as locked:
        papers.remove(city.people["bh-editor"], paper, "错了")
    assert locked.value.code == "E-WEB-21"
    reporting.approve(city.people["bh-approver"], fresh(made))
    answer = signed("planner").get(f"/papers/{paper.code}/file")
    assert answer.content == b"%PDF-1.4 x"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    reporting.return_report(city.people["planner"], fresh(made), "补正")
    papers.remove(city.people["bh-editor"], Paper.objects.get(), "附错了")
    assert list(papers.of(made)) == []
    assert signed("bh-editor").get(f"/papers/{paper.code}/file").status_code == 409


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"<html>", "E-INT-03"),
        ("a.png", b"\xff\xd8\xff", "E-INT-03"),
        ("a.html", b"<script>", "E-PAP-01"),
        ("a.svg", b"<svg/>", "E-PAP-01"),
        ("a.docx", b"PK\x03\x04broken", "E-FILE-24"),
        ("a.docm", b"PK\x03\x04", "E-FILE-07"),
        ("a.pdf", b"", "E-INT-04"),
    ],
)
def test_papers_are_what_they_say(city: City, name: str, data: bytes, code: str) -> None:
    with pytest.raises(HaiheError) as refused:
        papers.attach(city.people["bh-editor"], duty_in(city), name, data)
    assert refused.value.code == code
    assert Entry.objects.filter(verb="refuse", kind=Paper.kind()).count() == 1
    with pytest.raises(PermissionDenied):
        papers.attach(city.people["hp-editor"], Duty.objects.get(), "a.pdf", b"%PDF-1.4")


def target_in(city: City, **more: Any) -> Target:
    said = {"name_zh": "地均产值", "year": 2026, "value": Decimal(40), "counted_in": "亿元/km2"} | more
    return documents.new_target(city.people["planner"], city.units["TJ"], city.units["TJ-BH"], "LAND", said)


def test_a_target_against_what_was_reached(city: City, monkeypatch: pytest.MonkeyPatch, signed: Signed) -> None:
    target = target_in(city)
    assert target.slack == 2
    made = reporting.report(city.people["bh-editor"], target, "2026-Q3", value=Decimal("38.5"))
    planner = city.people["planner"]
    assert figures.points_of(planner, [target]) == {}
    reporting.submit(city.people["bh-editor"], fresh(made))
    reporting.approve(city.people["bh-approver"], fresh(made))
    points = figures.points_of(planner, [target])[target.pk]
    assert [point.value for point in points] == [Decimal("38.5")]
    assert figures.light_of(target, points).mark == "warn"
    later = figures.Point("actual", "2026-10", Decimal(41), Text("月度指标", "monthly indicator"))
    path = figures.Point("path", "2026", Decimal(39), Text("方案", "plan"))
    monkeypatch.setattr(
        figures,
        "SOURCES",
        [*figures.SOURCES, lambda _person, targets: [(each.pk, p) for each in targets for p in (later, path)]],
    )
    points = figures.points_of(planner, [target])[target.pk]
    assert figures.light_of(target, points).mark == "good"
    page = signed("planner").get("/duties/targets/LAND").content.decode()
    assert "方案路径" in page
    assert "38.5" in page


def count(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    "url",
    [
        "/duties/",
        "/duties/?as=csv",
        "/duties/overdue",
        "/duties/matrix",
        "/duties/targets",
        "/duties/documents/PLAN",
        "/duties/changes",
        "/papers/",
    ],
)
def test_lists_ask_the_same_number_of_questions(city: City, signed: Signed, url: str) -> None:
    plan, client = plan_in(city), signed("planner")

    def fill(number: int) -> None:
        for at in range(number):
            target = documents.new_target(
                city.people["planner"], city.units["TJ"], city.units["TJ-BH"], f"T{number}-{at}",
                {"name_zh": "目标", "year": 2026, "value": Decimal(1), "counted_in": "%", "document": plan},
            )  # fmt: skip
            duty = duty_in(city, document=plan, target=target, due=date(2026, 1, 1), helpers=[city.units["FIN"]])
            reporting.report(city.people["bh-editor"], duty, "2026-01", share=at)
            papers.attach(city.people["bh-editor"], duty, "a.pdf", b"%PDF-1.4")

    fill(2)
    client.get(url)
    few = count(client, url)
    fill(6)
    assert count(client, url) == few


def test_overdue_is_its_definition(city: City, signed: Signed) -> None:
    today = timezone.localdate()
    for number, (days, state) in enumerate(
        [(-1, "open"), (0, "open"), (-5, "done"), (-9, "dropped"), (3, "open"), (None, "open")]
    ):
        due = None if days is None else today + timedelta(days=days)
        duty = duty_in(city, code=f"D{number}", due=due)
        Duty.objects.filter(pk=duty.pk).update(state=state)
    late = {duty.code for duty in Duty.objects.all() if duty.overdue()}
    assert late == {"D0"}
    page = signed("planner").get("/duties/overdue").content.decode()
    assert "/duties/D0" in page
    assert "/duties/D1" not in page


def sent(city: City, signed: Signed, who: str, target: str, data: bytes) -> Upload:
    file = SimpleUploadedFile("报送.xlsx", data)
    answer = signed(who).post(f"/intake/new/{target}/PLAN", {"file": file, "way": "add"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    drain()
    return Upload.objects.select_related("unit", "reading").get(code=answer["Location"].rsplit("/", 1)[-1])


def duty_rows(**more: Any) -> pd.DataFrame:
    row = {"duty": "LINE", "name_zh": "划定控制线", "owner": "IIB", "helpers": "FIN", "target": "", "due": "2026-12-31"}
    row |= {"source": "S", "quality": "estimated"} | more
    return pd.DataFrame([row], columns=TABLES["duties"].names)


def target_rows(**more: Any) -> pd.DataFrame:
    row = {"target": "SHARE", "name_zh": "制造业占比", "region": "TJ", "year": 2026, "sense": "at_least", "value": 25}
    row |= {"unit": "%", "source": "S", "quality": "official"} | more
    return pd.DataFrame([row], columns=TABLES["targets"].names)


def test_targets_and_duties_by_workbook(city: City, signed: Signed) -> None:
    plan_in(city)
    book = workbook({"targets": target_rows(), "duties": duty_rows(target="SHARE")})
    upload = sent(city, signed, "planner", "plan", book)
    assert upload.state == "previewed", upload.reading.findings
    uploads.confirm(city.people["planner"], upload)
    duty = Duty.objects.get(code="LINE")
    assert (duty.unit.code, duty.helping, duty.target.code, duty.due) == ("IIB", ["FIN"], "SHARE", date(2026, 12, 31))  # type: ignore[union-attr]
    again = sent(city, signed, "planner", "plan", book)
    assert again.state == "read"
    changed = sent(city, signed, "planner", "plan", workbook({"targets": target_rows(value=26)}))
    uploads.confirm(city.people["planner"], changed)
    assert Target.objects.get(code="SHARE").value == 26
    with pytest.raises(HaiheError) as below:
        uploads.undo(city.people["planner"], Upload.objects.get(pk=upload.pk), "传错")
    assert below.value.code == "E-INT-21"
    uploads.undo(city.people["planner"], Upload.objects.get(pk=changed.pk), "传错")
    assert Target.objects.get(code="SHARE").value == 25
    uploads.undo(city.people["planner"], Upload.objects.get(pk=changed.pk), "又对了")
    assert Target.objects.get(code="SHARE").value == 26


def test_an_upload_is_undone_whole_or_not_at_all(city: City, signed: Signed) -> None:
    plan_in(city)
    upload = sent(
        city, signed, "planner", "plan", workbook({"targets": target_rows(), "duties": duty_rows(owner="TJ-BH")})
    )
    uploads.confirm(city.people["planner"], upload)
    made = reporting.report(city.people["bh-editor"], Duty.objects.get(code="LINE"), last_month(), share=5)
    with pytest.raises(HaiheError) as used:
        uploads.undo(city.people["planner"], Upload.objects.get(pk=upload.pk), "传错")
    assert used.value.code == "E-INT-21"
    made.delete()
    uploads.undo(city.people["planner"], Upload.objects.get(pk=upload.pk), "传错")
    assert not Duty.objects.exists()
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ({"duties": duty_rows(owner="BJ")}, "E-DUT-10"),
        ({"duties": duty_rows(helpers="NONE")}, "E-DUT-10"),
        ({"duties": duty_rows(target="NONE")}, "E-DUT-10"),
        ({"targets": target_rows(target="LAND")}, "E-DUT-09"),
    ],
)
def test_codes_that_cannot_be_used(city: City, signed: Signed, tables: dict[str, pd.DataFrame], code: str) -> None:
    plan_in(city)
    target_in(city)
    upload = sent(city, signed, "planner", "plan", workbook(tables))
    assert upload.state == "refused"
    assert code in {finding["code"] for finding in upload.reading.findings}


def test_reports_by_workbook(city: City, signed: Signed) -> None:
    plan = plan_in(city)
    duty_in(city, code="LAND-USE", document=plan, every="month")
    duty_in(city, unit="TJ-HP", code="OTHER", document=plan)
    target_in(city, document=plan)
    template = signed("bh-editor").get("/intake/template/reports/PLAN").content
    book = openpyxl.load_workbook(io.BytesIO(template))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "LAND-USE" in cells
    assert "OTHER" not in cells
    rows = pd.DataFrame([{"duty": "LAND-USE", "period": last_month(), "share": 30, "words": "推进中"}])
    reached = pd.DataFrame([{"target": "LAND", "period": "2026-Q3", "value": 38.25, "unit": "亿元/km2", "words": None}])
    upload = sent(city, signed, "bh-editor", "reports", workbook({"duty_reports": rows, "target_reports": reached}))
    assert upload.state == "previewed", upload.reading.findings
    uploads.confirm(city.people["bh-editor"], upload)
    assert set(Report.objects.values_list("share", "value", "state")) == {
        (30, None, "draft"), (None, Decimal("38.25"), "draft"),
    }  # fmt: skip
    uploads.undo(city.people["bh-editor"], Upload.objects.get(pk=upload.pk), "传错")
    assert not Report.objects.exists()
    other = pd.DataFrame([{"duty": "OTHER", "period": last_month(), "share": 30}])
    refused = sent(city, signed, "bh-editor", "reports", workbook({"duty_reports": other}))
    assert refused.state == "refused"


def test_a_duty_comes_from_a_problem(city: City, signed: Signed) -> None:
    problem = raise_problem(city.people["planner"], city.units["TJ"], {"name_zh": "能耗指标不足"})
    chief = signed("chief")
    page = chief.get(problem.get_absolute_url())
    assert page.status_code == 200
    address = f"/duties/new?about=problems.problem:{problem.code}"
    assert address in page.content.decode()
    assert "能耗指标不足" in chief.get(address).content.decode()
    sent_form = {"issuer": "TJ", "unit": "TJ-BH", "name_zh": "落实能耗置换", "quality": "official", "every": "month"}
    assert chief.post(address, sent_form).status_code == 302
    duty = Duty.objects.get()
    assert (duty.about_kind, duty.about) == ("problems.problem", problem.code)
    assert list(assigning.duties_of(problem, city.people["chief"])) == [duty]
    assert problem.get_absolute_url() in chief.get(duty.get_absolute_url()).content.decode()
    assert signed("bh-editor").get(duty.get_absolute_url()).status_code == 200
    assert chief.get("/duties/new?about=problems.problem:NONE").status_code == 404
    assert chief.get("/duties/new?about=audit.entry:1").status_code == 404

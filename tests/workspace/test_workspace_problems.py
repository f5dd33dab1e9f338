"""Problems: from a finding in one click, every step, four eyes, two at once, the workbook, the pages."""

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from intake_cases import small_dataset
from problem_cases import ROW, again, decided, finding, raised, solved

from haihe.messages import HaiheError
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties.assigning import assign
from haihe.workspace.intake import uploads
from haihe.workspace.intake.models import PREVIEWED, REFUSED, UNDONE, Upload
from haihe.workspace.jobs.worker import drain
from haihe.workspace.problems import bounds, raising, registers, severity, states, steering
from haihe.workspace.problems.models import Problem, Register
from haihe.workspace.problems.suggestions import overdue_duties, problems_to_discuss
from haihe.workspace.studies.kinds.bottlenecks import CODE
from haihe.workspace.studies.models import Study
from workspace_cases import City

pytestmark = pytest.mark.django_db
Signed = Callable[[str], Client]


def test_a_finding_becomes_one_problem_however_often_it_is_clicked(city: City) -> None:
    editor, unit = city.people["bh-editor"], city.units["TJ-BH"]
    first = raising.raise_from(editor, unit, finding())
    assert (first.severity, first.region, first.resource) == (severity.MAJOR, "TJ-BH", "energy")
    assert first.said is not None
    assert first.said.value == "12.19"
    assert raising.raise_from(editor, unit, finding()).pk == first.pk
    assert raising.raise_from(editor, unit, finding("test:2")).pk != first.pk
    steering.decline(city.people["planner"], again(first), "数据有误")
    assert raising.raise_from(editor, unit, finding()).pk != first.pk, "a declined finding may come again"
    assert Problem.objects.count() == 3


def test_nobody_raises_where_they_hold_no_post(city: City) -> None:
    with pytest.raises(PermissionDenied):
        raising.raise_from(city.people["hp-editor"], city.units["TJ-BH"], finding())
    with pytest.raises(HaiheError, match="E-PRB-02"):
        raising.raise_problem(city.people["bh-editor"], city.units["TJ-BH"], {"name_zh": "  "})
    assert not Problem.objects.exists()


def test_numbers_run_without_gap_in_each_register(city: City) -> None:
    for _ in range(3):
        raised(city)
    raised(city, "TJ-HP", "hp-editor")
    numbers = Problem.objects.filter(unit__code="TJ-BH").order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]
    assert Problem.objects.get(unit__code="TJ-HP").number == 1
    assert Register.objects.count() == 2


def test_a_problem_goes_from_raised_to_closed_by_other_eyes(city: City) -> None:
    problem = decided(city)
    assert [unit.code for unit in problem.helpers.all()] == ["IIB"]
    editor, planner = city.people["bh-editor"], city.people["planner"]
    steering.start(editor, problem)
    with pytest.raises(HaiheError, match="E-PRB-07"):
        steering.close(planner, again(problem))
    steering.report(editor, again(problem), "已挖潜 3 万吨标准煤")
    steering.send_back(planner, again(problem), "请补计量报告")
    assert again(problem).reported_at is None
    steering.report(editor, again(problem), "已挖潜 3 万吨标准煤，附计量报告")
    steering.close(city.people["chief"], again(problem))
    done = again(problem)
    assert (done.state, done.reported_by, done.closed_by) == (states.CLOSED, "bh-editor", "chief")
    verbs = list(Entry.objects.filter(code=problem.code).order_by("number").values_list("verb", flat=True))
    assert verbs == ["raise", "help", "take-up", "decide", "start", "report", "return", "report", "close"]


def test_who_reported_does_not_close(city: City) -> None:
    problem = decided(city, owner="TJ")
    planner = city.people["planner"]
    steering.report(planner, problem, "办好了")
    with pytest.raises(HaiheError, match="E-PRB-08"):
        steering.close(planner, again(problem))
    assert again(problem).state == states.WORK
    steering.close(city.people["chief"], again(problem))


def test_two_at_once_one_wins(city: City, signed: Signed) -> None:
    problem = decided(city)
    steering.report(city.people["bh-editor"], problem, "办好了")
    seen = again(problem).edition
    urls = f"/problems/p/{problem.code}/close"
    assert signed("planner").post(urls, {"edition": seen}).status_code == 302
    second = signed("chief").post(urls, {"edition": seen})
    assert second.status_code == 409
    other = decided(city)
    steering.change(city.people["planner"], other, {"note": "补充"})
    assert signed("chief").post(f"/problems/p/{other.code}/start", {"edition": other.edition - 1}).status_code == 409


def test_merging_and_opening_again(city: City) -> None:
    planner = city.people["planner"]
    one, two = raised(city), raised(city)
    with pytest.raises(HaiheError, match="E-PRB-09"):
        steering.merge(planner, one, one, "同一件事")
    with pytest.raises(HaiheError, match="E-PRB-03"):
        steering.merge(planner, again(one), two, " ")
    steering.merge(planner, again(one), two, "同一件事")
    assert (again(one).state, again(one).into) == (states.MERGED, two)
    with pytest.raises(HaiheError, match="E-PRB-09"):
        steering.merge(planner, again(two), again(one), "并入已并入的")
    steering.reopen(planner, again(one), "并非一事")
    assert (again(one).state, again(one).into) == (states.RAISED, None)


def test_an_old_finding_is_not_opened_beside_its_twin(city: City) -> None:
    editor, planner, unit = city.people["bh-editor"], city.people["planner"], city.units["TJ-BH"]
    old = raising.raise_from(editor, unit, finding())
    steering.decline(planner, again(old), "数据有误")
    new = raising.raise_from(editor, unit, finding())
    with pytest.raises(HaiheError, match="E-PRB-10") as refused:
        steering.reopen(planner, again(old), "还是要办")
    assert new.code in str(refused.value)


@pytest.mark.parametrize(
    ("worth", "offices", "level"),
    [
        (None, 1, "ordinary"), ("0.99", 1, "ordinary"), ("1", 1, "large"), ("4.99", 3, "large"), ("5", 1, "major"),
        (None, 2, "large"), (None, 4, "major"), ("0.2", 4, "major"),
    ],
)  # fmt: skip
def test_severity_is_what_its_rule_says(worth: str | None, offices: int, level: str) -> None:
    said = severity.severity(Decimal(worth) if worth else None, offices)
    assert said.level == level
    assert said.why.zh
    assert said.why.en


def test_visibility_and_who_may_what(city: City, signed: Signed) -> None:
    problem = raised(city)
    page = f"/problems/p/{problem.code}"
    assert signed("hp-editor").get(page).status_code == 404
    steering.accept(city.people["planner"], problem, city.units["TJ-HP"], [city.units["FIN"]])
    assert signed("hp-editor").get(page).status_code == 200, "who owns it sees it"
    assert signed("finance").get(page).status_code == 200, "who helps sees it"
    assert signed("bh-editor").get(f"{page}/accept").status_code == 403
    assert signed("bj-planner").get(page).status_code == 404
    steering.decide(city.people["planner"], again(problem), "去办")
    assert signed("bh-editor").post(f"{page}/start").status_code == 403, "the owner works on it"
    assert signed("hp-editor").post(f"{page}/start").status_code == 302


def test_pages_say_it_in_both_languages(city: City, signed: Signed) -> None:
    problem = decided(city, quality="illustrative")
    Problem.objects.filter(pk=problem.pk).update(due=timezone.localdate() - timedelta(days=1))
    planner = city.people["planner"]
    duty = assign(planner, city.units["TJ"], city.units["TJ-BH"], name_zh="三个月内完成节能改造", about=again(problem))
    client = signed("planner")
    for lang, words in (("zh", ("逾期", "示例数据", "交办职责")), ("en", ("overdue", "illustrative", "Assign a duty"))):
        client.cookies["haihe-language"] = lang
        body = client.get(f"/problems/p/{problem.code}").content.decode()
        assert all(word in body for word in (*words, duty.code if lang == "zh" else duty.name_zh)), lang
        board = client.get("/problems/board").content.decode()
        assert problem.code in board
        assert problem.code in client.get("/problems/?overdue=yes").content.decode()
        assert problem.code not in client.get("/problems/?overdue=no").content.decode()


def test_lists_take_no_more_queries_with_more_rows(
    city: City, signed: Signed, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        decided(city)
    client = signed("planner")
    client.get("/problems/")
    with django_assert_max_num_queries(40) as few:
        client.get("/problems/")
        client.get("/problems/board")
    for _ in range(12):
        decided(city)
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get("/problems/")
        client.get("/problems/board")


def test_forms_of_each_step(city: City, signed: Signed) -> None:
    client = signed("bh-editor")
    said = {"unit": "TJ-BH", "name_zh": "配套资金不足", "evidence": "缺 2 亿元", "region": "TJ-BH"}
    assert client.post("/problems/new", {**said, "name_zh": ""}).status_code == 422
    assert client.post("/problems/new", {**said, "unit": "TJ-HP"}).status_code == 422, "not in another's name"
    assert client.post("/problems/new", said).status_code == 302
    problem = Problem.objects.get(name_zh="配套资金不足")
    page, planner = f"/problems/p/{problem.code}", signed("planner")
    assert 'value="TJ-BH" selected' in planner.get(f"{page}/accept").content.decode(), "the region's unit is suggested"
    assert planner.post(f"{page}/decide", {"decision": "做", "owner": "FIN"}).status_code == 409, "taken up first"
    assert planner.post(f"{page}/accept", {"owner": "FIN", "helpers": ["IIB"], "due": "2027-01-31"}).status_code == 302
    assert planner.post(f"{page}/decide", {"decision": "", "owner": "FIN"}).status_code == 422
    assert planner.post(f"{page}/decide", {"decision": "调剂", "owner": "TJ-BH", "helpers": []}).status_code == 302
    assert again(problem).owner == city.units["TJ-BH"]
    assert not again(problem).helpers.exists()
    assert client.post(f"{page}/report", {"result": "已落实"}).status_code == 302
    assert planner.post(f"{page}/send-back", {"reason": ""}).status_code == 422
    assert planner.post(f"{page}/close", {"edition": again(problem).edition}).status_code == 302
    assert planner.get(f"{page}/edit").status_code == 409


def test_a_bottleneck_becomes_a_problem_in_one_click(city: City, signed: Signed) -> None:
    version = small_dataset(city).current
    assert version is not None
    client, page = signed("planner"), f"/problems/bottlenecks/{version.code}"
    assert page in client.get("/problems/bottlenecks").content.decode()
    assert client.post(f"{page}/raise", {"bound": "resource:energy@north"}).status_code == 422, "nothing was solved"
    solved(city, version)
    body = client.get(page).content.decode()
    assert "12.19" in body
    assert "8.1–20.4" in body
    assert "登记为问题" in body
    answer = client.post(f"{page}/raise", {"bound": "resource:energy@north"})
    problem = Problem.objects.get()
    assert answer["Location"] == problem.get_absolute_url()
    assert (problem.unit.code, problem.region, problem.resource) == ("TJ", "north", "energy")
    assert (problem.worth, problem.severity, problem.quality) == (Decimal("7.455"), "major", "illustrative")
    assert problem.figure["version"] == version.code
    assert problem.figure["unit"] == "yuan/tce"
    client.post(f"{page}/raise", {"bound": "resource:energy@north"})
    assert Problem.objects.count() == 1
    assert problem.code in client.get(page).content.decode(), "the row leads to its problem"
    assert client.post(f"{page}/raise", {"bound": "resource:none@x"}).status_code == 422
    assert client.get(problem.get_absolute_url()).status_code == 200


def test_a_district_raises_in_its_own_name(city: City, signed: Signed) -> None:
    version = small_dataset(city).current
    assert version is not None
    solved(city, version)
    city_wide = signed("bh-editor").get(f"/problems/bottlenecks/{version.code}").content.decode()
    assert "12.19" not in city_wide, "a study of the city is seen in the city and above"
    assert signed("bh-editor").post(f"/problems/bottlenecks/{version.code}/ask").status_code == 302
    assert Study.objects.get(unit__code="TJ-BH", kind_code=CODE).done, "solved once, for both"
    signed("bh-editor").post(f"/problems/bottlenecks/{version.code}/raise", {"bound": "resource:energy@north"})
    assert Problem.objects.get().unit.code == "TJ-BH"


@pytest.mark.slow
def test_the_study_plans_and_what_binds_becomes_a_problem(city: City, signed: Signed) -> None:
    version = small_dataset(city).current
    assert version is not None
    client, page = signed("planner"), f"/problems/bottlenecks/{version.code}"
    assert client.post(f"{page}/ask").status_code == 302
    drain()
    study = Study.objects.select_related("job", "version").get(kind_code=CODE)
    assert study.done, study.job.error
    there = bounds.bounds_of(study)
    assert "cap:cap@*" in {bound.code for bound in there}, "the region's carbon cap binds"
    assert f"{page}?study={study.code}" in client.get(study.get_absolute_url()).content.decode(), "the study leads here"
    for bound in there:
        assert bound.worth is not None
        assert bound.worth > 0
        assert bound.figure.version == version.code
        assert bound.title.zh
        assert bound.where.zh
        assert set(bound.figure.plain()) <= set(ROW) | {"result", "table", "version", "value"}
        low, price, high = (Decimal(each) for each in (bound.figure.low, bound.figure.value, bound.figure.high))
        assert 0 <= low <= price <= high
        assert f"{price:,}" in bound.says.zh, "the words and the figure say the same number"
        assert f"{high:,}" in bound.says.en
        made = client.post(f"{page}/raise", {"bound": bound.code})["Location"]
        problem = Problem.objects.get(code=made.rsplit("/", 1)[-1])
        assert (problem.worth, problem.about, problem.figure["result"]) == (bound.worth, "small", study.job.code)
        assert bound.title.zh in client.get(made).content.decode()
    assert Problem.objects.count() == len(there)


def book(rows: list[dict[str, Any]]) -> bytes:
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="xlsxwriter") as writer:
        pd.DataFrame(rows).to_excel(writer, sheet_name="problems", index=False)
    return out.getvalue()


def send(client: Client, register: Register, data: bytes) -> Upload:
    file = SimpleUploadedFile("问题.xlsx", data)
    answer = client.post(f"/intake/new/problems/{register.code}", {"file": file, "way": "add", "unit": "TJ-BH"})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    drain()
    return Upload.objects.select_related("unit", "reading").get(code=answer["Location"].rsplit("/", 1)[-1])


def row(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {
        "problem": code, "name_zh": name, "name_en": name, "region": "TJ-BH", "chain": "", "owner": "IIB",
        "status": "raised", "due": "2027-03-31", "source": "REG", "quality": "official", "note": "", "resource": "",
        "evidence": "台账",
    } | more  # fmt: skip


def test_the_register_comes_in_by_workbook_and_goes_back(city: City, signed: Signed) -> None:
    client, editor = signed("bh-editor"), city.people["bh-editor"]
    assert client.post("/problems/workbook")["Location"] == "/intake/new/problems/problems-TJ-BH"
    register, old = Register.objects.get(), raised(city, quality="official")
    template = client.get(f"/intake/template/problems/{register.code}?tables=problems")
    sheets = openpyxl.load_workbook(io.BytesIO(template.content))
    assert any(old.code == cell.value for sheet in sheets for line in sheet.iter_rows() for cell in line)
    rows = [row("CHIP", "芯片材料缺失"), row(old.code, "滨海能耗指标不足二成", owner="")]
    upload = send(client, register, book(rows))
    assert upload.state == PREVIEWED, upload.reading.findings
    assert Problem.objects.count() == 1, "nothing before the confirmation"
    uploads.confirm(editor, upload)
    made = Problem.objects.get(code="CHIP")
    assert (made.owner, made.state, made.number) == (city.units["IIB"], states.RAISED, 2)
    assert again(old).name_zh == "滨海能耗指标不足二成"
    uploads.undo(editor, Upload.objects.get(pk=upload.pk), "报错了")
    assert Upload.objects.get(pk=upload.pk).state == UNDONE
    assert (again(made).state, again(old).name_zh) == (states.DECLINED, "滨海能耗指标不足")
    uploads.undo(editor, Upload.objects.get(pk=upload.pk), "没有报错")
    assert (again(made).state, again(old).name_zh) == (states.RAISED, "滨海能耗指标不足二成")
    steering.change(city.people["planner"], again(old), {"note": "后来的修改"})
    with pytest.raises(HaiheError, match="E-INT-21"):
        uploads.undo(editor, Upload.objects.get(pk=upload.pk), "再撤")


def test_a_workbook_takes_no_step_that_needs_a_decision(city: City, signed: Signed) -> None:
    client = signed("bh-editor")
    register = registers.register_of(city.people["bh-editor"], city.units["TJ-BH"])
    other = raised(city, "TJ-HP", "hp-editor")
    wrong = [
        row("A1", "办结的", status="closed"),
        row(other.code, "别区的"),
        row("A 2", "代码不对"),
        row("A3", "没有这个单位", owner="XX"),
        row("A4", "长" * 201),
    ]
    upload = send(client, register, book(wrong))
    assert upload.state == REFUSED
    codes = {found["code"] for found in upload.reading.findings}
    assert {"E-PRB-12", "E-PRB-14", "E-PRB-15", "E-PRB-17"} <= codes
    assert codes & {"E-PRB-13", "E-CELL-01"} or any("A 2" in str(found) for found in upload.reading.findings)
    assert Problem.objects.count() == 1


def test_what_a_session_should_deal_with(city: City) -> None:
    planner = city.people["planner"]
    quiet, to_decide, late, reported = raised(city), raised(city), decided(city), decided(city)
    steering.accept(planner, to_decide, city.units["TJ-BH"])
    Problem.objects.filter(pk=late.pk).update(due=timezone.localdate() - timedelta(days=3))
    steering.report(city.people["bh-editor"], reported, "办好了")
    found = {each.about for each in problems_to_discuss(planner, city.units["TJ"], None)}
    assert found == {to_decide.code, late.code, reported.code}
    assert quiet.code not in found
    hp = {each.about for each in problems_to_discuss(city.people["hp-editor"], city.units["TJ-HP"], None)}
    assert hp == set(), "nobody is told of problems that they do not see"
    yesterday = timezone.localdate() - timedelta(days=1)
    duty = assign(planner, city.units["TJ"], city.units["TJ-BH"], name_zh="改造", due=yesterday)
    assign(planner, city.units["TJ"], city.units["TJ-BH"], name_zh="不急")
    assert [each.about for each in overdue_duties(planner, city.units["TJ"], None)] == [duty.code]

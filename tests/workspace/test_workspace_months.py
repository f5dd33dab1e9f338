"""Months: the way of a return, growth that the figures contradict, lights against plain definitions, the next list."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from chain_cases import fill, indicator, month, row, sent, target
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from intake_cases import small_dataset

from haihe.messages import HaiheError
from haihe.workspace.audit import chain
from haihe.workspace.duties import figures
from haihe.workspace.months import board, pace, returns
from haihe.workspace.months.models import Return
from workspace_cases import City

Signed = Callable[[str], Client]
amounts = st.decimals(min_value="0.01", max_value="1000000", places=2)
years = st.lists(amounts, min_size=12, max_size=12).map(lambda each: dict(enumerate(each, start=1)))


@given(st.integers(1, 12), amounts, years)
def test_linear_and_seasonal_pace_are_their_plain_definitions(at: int, goal: Decimal, last: dict[int, Decimal]) -> None:
    even = pace.due(pace.FLOW, pace.LINEAR, at, goal, last)
    assert abs(even.value * 12 - goal * at) <= Decimal("1e-15") * goal * 12
    season = pace.due(pace.FLOW, pace.SEASONAL, at, goal, last)
    before, whole = sum(last[each] for each in range(1, at + 1)), sum(last.values())
    assert abs(season.value * whole - goal * before) <= Decimal("1e-15") * goal * whole
    assert pace.due(pace.FLOW, pace.SEASONAL, 12, goal, last).value == goal
    assert pace.due(pace.RATE, pace.SEASONAL, at, goal, last).value == goal


@given(st.integers(1, 12), amounts, years, st.integers(1, 12))
def test_a_gap_last_year_gives_the_linear_pace_and_says_so(
    at: int, goal: Decimal, last: dict[int, Decimal], gap: int
) -> None:
    holed = {each: value for each, value in last.items() if each != gap}
    found = pace.due(pace.FLOW, pace.SEASONAL, at, goal, holed)
    assert found.value == pace.due(pace.FLOW, pace.LINEAR, at, goal, {}).value
    assert "不全" in found.rule.zh
    assert "not all known" in found.rule.en


@given(st.integers(1, 12), amounts, years)
def test_a_level_runs_straight_from_last_december(at: int, goal: Decimal, last: dict[int, Decimal]) -> None:
    found = pace.due(pace.LEVEL, pace.LINEAR, at, goal, last).value
    start = last[12]
    assert abs((found - start) * 12 - (goal - start) * at) <= Decimal("1e-14") * max(goal, start) * 12
    assert pace.due(pace.LEVEL, pace.LINEAR, at, goal, {}).value == goal


@given(years, st.integers(1, 12), st.integers(1, 12))
def test_a_flow_is_reached_only_where_every_month_stands(months: dict[int, Decimal], at: int, gap: int) -> None:
    assert pace.reached(pace.FLOW, at, months) == sum(list(months.values())[:at])
    holed = {each: value for each, value in months.items() if each != gap}
    assert (pace.reached(pace.FLOW, at, holed) is None) == (gap <= at)
    assert pace.reached(pace.LEVEL, at, months) == months[at]


@given(amounts, amounts, st.decimals(min_value="-50", max_value="50", places=2))
def test_growth_is_worked_out_and_a_contradiction_is_flagged(now: Decimal, last: Decimal, off: Decimal) -> None:
    worked_out = pace.growth_of(now, last)
    assert worked_out is not None
    assert abs((1 + worked_out / 100) * last - now) <= Decimal("1e-15") * now + Decimal("1e-20")
    assert pace.contradicts(worked_out + off, now, last) == (abs(worked_out + off - worked_out) > pace.ROUNDING)
    assert not pace.contradicts(None, now, last)
    assert not pace.contradicts(off, now, None)
    assert pace.growth_of(now, Decimal(0)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("reached", "colour"), [("1000", "good"), ("960", "warn"), ("940", "bad")])
def test_lights_against_the_plain_rule(city: City, reached: str, colour: str) -> None:
    indicator(city)
    target(city, "6000", 2026, slack=Decimal(300))  # a sixth of the year is due: 1000, and 50 may be missing
    month(city, "2026-01", [row("400")])
    month(city, "2026-02", [row(Decimal(reached) - 400)])
    (found,) = board.lights(city.people["planner"])
    assert (found.month, found.actual, found.due) == ("2026-02", Decimal(reached), Decimal(1000))
    assert found.light.mark == colour
    assert found.before == Decimal(400)
    listed = board.next_list(city.people["planner"])
    assert bool(listed) == (colour != "good")
    asked = board.suggestions(city.people["planner"], city.units["TJ"], None)
    assert len(asked) == len(listed)


@pytest.mark.django_db
def test_without_target_or_with_a_gap_there_is_no_colour(city: City) -> None:
    indicator(city)
    month(city, "2026-02", [row("400")])
    (found,) = board.lights(city.people["planner"])
    assert found.light.mark == "wait"
    assert found.due is None
    target(city, "6000", 2026)
    (found,) = board.lights(city.people["planner"])
    assert found.light.mark == "wait"
    assert found.actual is None
    assert found.due == Decimal(1000)


@pytest.mark.django_db
def test_only_approved_months_count_and_an_unapproved_one_goes(city: City) -> None:
    indicator(city)
    target(city, "6000", 2026)
    month(city, "2026-01", [row("600")])
    draft = month(city, "2026-02", [row("1")], approved=False)
    assert [each.month for each in board.lights(city.people["planner"])] == ["2026-01"]
    returns.submit(city.people["bh-editor"], draft)
    returns.approve(city.people["bh-approver"], draft)
    assert [each.month for each in board.lights(city.people["planner"])] == ["2026-02"]
    draft.reopen(city.people["bh-approver"], "口径有误")
    assert [each.month for each in board.lights(city.people["planner"])] == ["2026-01"]
    assert [each["number"] for each in draft.revisions] == [1]
    assert draft.revisions[0]["rows"][0]["value"] == "1"


@pytest.mark.django_db
def test_four_eyes_and_two_approvers_at_once(city: City) -> None:
    indicator(city)
    made = month(city, "2026-01", [row("600")], approved=False)
    with pytest.raises(HaiheError, match="E-MON-06"):
        returns.submit(city.people["hp-editor"], month(city, "2026-01", [], approved=False, unit="hp"))
    returns.submit(city.people["bh-editor"], made)
    first, second = Return.objects.get(pk=made.pk), Return.objects.get(pk=made.pk)
    with pytest.raises(HaiheError, match="E-WEB-22"):
        returns.approve(city.people["bh-editor"], Return.objects.get(pk=made.pk))
    returns.approve(city.people["bh-approver"], first, edition=made.edition)
    with pytest.raises(HaiheError, match="E-WEB-20"):
        returns.approve(city.people["bh-approver"], second, edition=made.edition)
    stored = Return.objects.get(pk=made.pk)
    assert stored.state == "approved"
    assert stored.revision == 1
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_a_month_that_has_not_begun_is_refused(city: City) -> None:
    for wrong in ("2099-01", "2026-13", "2026", "2026-Q1", "x"):
        with pytest.raises(HaiheError, match="E-MON-01"):
            returns.begin(city.people["bh-editor"], city.units["TJ-BH"], wrong)


@pytest.mark.django_db
def test_the_workbook_comes_in_warns_and_lights_change(city: City, signed: Signed) -> None:
    indicator(city)
    target(city, "1200", 2026)
    month(city, "2025-01", [row("100")])
    made = returns.begin(city.people["bh-editor"], city.units["TJ-BH"], "2026-01")
    editor, approver, planner = signed("bh-editor"), signed("bh-approver"), signed("planner")
    data = editor.get(f"/intake/template/month/{made.code}").content
    book = fill(data, 1, {("output", "当月数值"): 80, ("output", "同比增速"): 7.5, ("output", "质量"): "示例"})
    upload = sent(editor, "month", made.code, book)
    assert upload.state == "previewed", upload.reading.findings
    assert "W-MON-01" in {each["code"] for each in upload.reading.findings}
    assert editor.post(f"/intake/{upload.code}/confirm").status_code == 302
    page = editor.get(f"/months/returns/{made.code}").content.decode()
    assert "-20.0" in page
    assert "不一致" in page
    assert editor.post(f"/months/returns/{made.code}/submit").status_code == 302
    assert editor.post(f"/months/returns/{made.code}/approve").status_code == 403
    assert approver.post(f"/months/returns/{made.code}/approve").status_code == 302
    assert "mark bad" in planner.get("/months/?month=2026-01").content.decode()
    cause = {"what": "output TJ-BH", "words": "检修停产"}
    assert editor.post(f"/months/returns/{made.code}/cause", cause).status_code == 302
    assert "检修停产" in planner.get("/months/next").content.decode()
    assert planner.get("/months/indicators/output").status_code == 200
    assert 'id="haihe-data"' in planner.get("/months/indicators/output?place=TJ-BH").content.decode()
    assert editor.post(f"/intake/{upload.code}/undo", {"reason": "x"}).status_code == 409  # approved: locked


@pytest.mark.django_db
def test_rows_that_are_not_the_units_are_refused(city: City, signed: Signed) -> None:
    indicator(city)
    made = returns.begin(city.people["bh-editor"], city.units["TJ-BH"], "2026-01")
    editor = signed("bh-editor")
    data = editor.get(f"/intake/template/month/{made.code}").content
    wrong: dict[tuple[str, str], Any] = {("output", "地区、链或行业"): "TJ-HP", ("output", "当月数值"): 1}
    upload = sent(editor, "month", made.code, fill(data, 1, wrong))
    assert upload.state == "refused"
    assert {each["code"] for each in upload.reading.findings} == {"E-MON-03"}
    bad = {("output", "计量单位"): "万元", ("output", "当月数值"): 1}
    upload = sent(editor, "month", made.code, fill(data, 1, bad))
    assert {each["code"] for each in upload.reading.findings} == {"E-MON-04", "E-MON-05"}


@pytest.mark.django_db
def test_targets_get_their_actual_from_the_months(city: City) -> None:
    indicator(city)
    goal = target(city, "1200", 2025)
    for at in range(1, 12):
        month(city, f"2025-{at:02d}", [row("100")])
    planner = city.people["planner"]
    assert figures.points_of(planner, [goal]) == {}
    month(city, "2025-12", [row("90")])
    (point,) = figures.points_of(planner, [goal])[goal.pk]
    assert (point.period, point.value) == ("2025", Decimal(1190))
    assert figures.points_of(city.people["hp-editor"], [goal]) == {}


@pytest.mark.django_db
def test_a_preview_holds_whoever_reads_the_names(city: City, signed: Signed) -> None:
    """The worker reads the file outside of any request, the page within one: names of places must not differ."""
    small_dataset(city)
    indicator(city)
    made = returns.begin(city.people["bh-editor"], city.units["TJ-BH"], "2026-01")
    editor = signed("bh-editor")
    data = editor.get(f"/intake/template/month/{made.code}").content
    upload = sent(editor, "month", made.code, fill(data, 1, {("output", "当月数值"): 80, ("output", "质量"): "示例"}))
    (row,) = upload.reading.preview["monthly"]["rows"]
    assert sum(row["differs"]) == 2, row
    assert editor.post(f"/intake/{upload.code}/confirm").status_code == 302

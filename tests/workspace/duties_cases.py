"""What the browser test of duties starts from and asks about: the small city, a plan document, a problem to come from."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from haihe.workspace.duties import documents
from haihe.workspace.duties.models import Duty
from haihe.workspace.duties.periods import last_complete
from haihe.workspace.duties.reports import Report
from haihe.workspace.problems.raising import raise_problem
from haihe.workspace.units.models import Person, Unit
from workspace_cases import small_city


def seed() -> dict[str, Any]:
    """Make the city and a plan document."""
    small_city()
    planner, city = Person.objects.get(username="planner"), Unit.objects.get(code="TJ")
    documents.new_document(
        planner, city, "PLAN", {"name_zh": "三年行动计划（示例）", "name_en": "Three-year plan (made up)"}
    )
    facts = {"name_zh": "滨海能耗指标不足（示例）", "name_en": "Energy falls short in Binhai (made up)"}
    problem = raise_problem(planner, city, facts)
    today = timezone.localdate()
    return {
        "problem": f"/problems/p/{problem.code}",
        "due": (today + timedelta(days=40)).isoformat(),
        "period": last_complete("month", today),
    }


def state() -> dict[str, Any]:
    """Give where the duty and its report stand."""
    report = Report.objects.select_related("duty").first()
    duty = Duty.objects.first()
    return {
        "duty": duty.code if duty else "",
        "about": duty.about_kind if duty else "",
        "stage": report.stage if report else "",
        "returned": report.returned if report else "",
        "code": report.code if report else "",
    }

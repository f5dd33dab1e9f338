"""Random histories of a duty and its reports, by anybody: what is locked never changes, and every step is on the record."""

from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.duties import assigning, reporting
from haihe.workspace.duties.models import Duty
from haihe.workspace.duties.reports import Report
from workspace_cases import City

PEOPLE = st.sampled_from(["planner", "chief", "bh-editor", "bh-approver", "hp-editor"])
EDITORS = st.sampled_from(["bh-editor", "bh-editor", "bh-editor", "hp-editor"])
PERIODS = ("2026-08",)
WORDS = ("share", "value", "words", "period", "unit_id", "duty_id", "approved_by", "approved_at", "submitted_by")


class Histories(RuleBasedStateMachine):
    """Anybody tries any step on any report; the model knows what is locked."""

    city: ClassVar[City]

    def __init__(self) -> None:
        super().__init__()
        self.rolled = transaction.atomic()
        self.rolled.__enter__()
        chief, units = self.city.people["chief"], self.city.units
        self.duty = assigning.assign(chief, units["TJ"], units["TJ-BH"], name_zh="盘活用地", every="month")
        self.locked: dict[str, tuple[Any, ...]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled.__exit__(None, None, None)

    def attempt(self, service: Any, *args: Any, **more: Any) -> bool:
        """Try a step; a refusal leaves no trace, a step leaves an entry."""
        before = Entry.objects.count()
        try:
            with transaction.atomic():
                service(*args, **more)
        except HaiheError:
            assert Entry.objects.count() == before
            return False
        assert Entry.objects.count() > before
        return True

    def found(self, period: str) -> Report | None:
        return Report.objects.select_related("unit", "duty", "target").filter(duty=self.duty, period=period).first()

    @rule(who=EDITORS, period=st.sampled_from(PERIODS), share=st.integers(-5, 105))
    def enter(self, who: str, period: str, share: int) -> None:
        duty = Duty.objects.select_related("unit", "issuer").get(pk=self.duty.pk)
        done = self.attempt(reporting.report, self.city.people[who], duty, period, share=share)
        if done:
            assert period not in self.locked
            assert 0 <= share <= 100
            assert who == "bh-editor"

    @rule(who=PEOPLE, period=st.sampled_from(PERIODS), step=st.sampled_from(["submit", "approve", "accept"]))
    def forward(self, who: str, period: str, step: str) -> None:
        report = self.found(period)
        if report is None:
            return
        stage = report.stage
        if self.attempt(getattr(reporting, step), self.city.people[who], report):
            assert stage == {"submit": "draft", "approve": "submitted", "accept": "approved"}[step]
            made = {*report.entered_by, report.submitted_by, report.created_by}
            assert step == "submit" or who not in made
            if step == "approve":
                self.locked[period] = self.content(period)
            if step == "accept":
                assert who != report.approved_by

    @rule(
        who=PEOPLE,
        period=st.sampled_from(PERIODS),
        step=st.sampled_from(["send_back", "reopen", "return_report"]),
        reason=st.sampled_from(["", "  ", "数不实"]),
    )
    def back(self, who: str, period: str, step: str, reason: str) -> None:
        report = self.found(period)
        if report is None:
            return
        stage = report.stage
        if self.attempt(getattr(reporting, step), self.city.people[who], report, reason):
            assert reason.strip()
            allowed = {"send_back": {"submitted"}, "reopen": {"approved"}, "return_report": {"approved", "accepted"}}
            assert stage in allowed[step]
            self.locked.pop(period, None)

    @rule(period=st.sampled_from(PERIODS), share=st.integers(0, 100))
    def past_the_services(self, period: str, share: int) -> None:
        """Even code that saves a report directly cannot change what is locked."""
        report = self.found(period)
        if report is not None and period in self.locked and report.share != share:
            report.share = share
            with pytest.raises(HaiheError):
                report.save()

    @rule(
        who=PEOPLE,
        step=st.sampled_from(["close", "drop", "reopen"]),
        reason=st.sampled_from(["", "已无必要"]),
        chance=st.integers(0, 7),
    )
    def end(self, who: str, step: str, reason: str, chance: int) -> None:
        if chance and step != "reopen":
            return  # a duty that ended takes no reports: seldom
        duty = Duty.objects.select_related("unit", "issuer").get(pk=self.duty.pk)
        state, whole = duty.state, assigning.whole(duty)
        if self.attempt(getattr(assigning, step), self.city.people[who], duty, reason):
            assert (state == "open") == (step != "reopen")
            assert reason or (step == "close" and whole)

    def content(self, period: str) -> tuple[Any, ...]:
        values: tuple[Any, ...] = Report.objects.values_list(*WORDS).get(duty=self.duty, period=period)
        return values

    @invariant()
    def what_is_locked_stands(self) -> None:
        for period, content in self.locked.items():
            assert self.content(period) == content

    @invariant()
    def nothing_else_is_approved(self) -> None:
        approved = set(Report.objects.filter(duty=self.duty, state="approved").values_list("period", flat=True))
        assert approved == set(self.locked)
        assert not Report.objects.exclude(state="approved").filter(accepted_at__isnull=False).exists()


@pytest.mark.django_db
def test_histories(city: City) -> None:
    Histories.city = city
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=15,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    assert list(verify()) == []

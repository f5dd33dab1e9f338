"""Properties over random histories: states follow a plain table, four eyes hold, every step and no refusal is on record."""

from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from problem_cases import again, finding

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.problems import raising, states, steering
from haihe.workspace.problems.models import Problem
from workspace_cases import City

PEOPLE = ("planner", "chief", "bh-editor")
WHO, AT = st.sampled_from(PEOPLE), st.integers(0, 3)
WORDS = st.sampled_from(["写明了", " ", ""])
ENDED = {"closed", "merged", "declined"}
ALLOWED_NEXT = {
    "raised": {"accepted", "merged", "declined"},
    "accepted": {"decided", "merged", "declined"},
    "decided": {"decided", "work", "merged"},
    "work": {"work", "decided", "closed", "merged"},
    "closed": {"raised", "work"},
    "merged": {"raised", "work"},
    "declined": {"raised", "work"},
}
"""Where a problem may go from each state, written down by hand."""


class Histories(RuleBasedStateMachine):
    """Two findings and two problems by hand go through any steps, by anybody, in any order."""

    city: ClassVar[City]

    def __init__(self) -> None:
        super().__init__()
        self.rolled = transaction.atomic()
        self.rolled.__enter__()
        self.last: dict[int, tuple[str, int]] = {}
        for at in range(4):
            self.raise_it("bh-editor", at)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.rolled.__exit__(None, None, None)

    def problem(self, at: int) -> Problem:
        there = list(Problem.objects.order_by("pk"))
        return again(there[at % len(there)])

    def attempt(self, service: Any, *args: Any, **more: Any) -> bool:
        """Try a step; a refusal leaves no trace."""
        before = Entry.objects.count()
        try:
            with transaction.atomic():
                service(*args, **more)
        except HaiheError:
            assert Entry.objects.count() == before
            return False
        return True

    @rule(who=WHO, at=AT)
    def raise_it(self, who: str, at: int) -> None:
        unit, editor = self.city.units["TJ-BH"], self.city.people["bh-editor"]
        if at < 2:
            raising.raise_from(self.city.people[who] if who != "chief" else editor, unit, finding(f"key-{at}"))
        elif Problem.objects.count() < 8:
            raising.raise_problem(editor, unit, {"name_zh": f"问题{at}"})

    @rule(who=WHO, at=AT, owner=st.sampled_from(["TJ", "TJ-BH", "FIN"]))
    def accept(self, who: str, at: int, owner: str) -> None:
        self.attempt(steering.accept, self.city.people[who], self.problem(at), self.city.units[owner])

    @rule(who=WHO, at=AT, words=WORDS)
    def decide(self, who: str, at: int, words: str) -> None:
        self.attempt(steering.decide, self.city.people[who], self.problem(at), words)

    @rule(who=WHO, at=AT, words=WORDS)
    def report(self, who: str, at: int, words: str) -> None:
        problem = self.problem(at)
        if self.attempt(steering.report, self.city.people[who], problem, words):
            assert words.strip()
            assert again(problem).reported_by == who

    @rule(who=WHO, at=AT)
    def start_or_close(self, who: str, at: int) -> None:
        problem = self.problem(at)
        reporter, reported = problem.reported_by, problem.reported_at
        if self.attempt(steering.close, self.city.people[who], problem):
            assert reported is not None
            assert reporter != who, "four eyes"
        else:
            self.attempt(steering.start, self.city.people[who], self.problem(at))

    @rule(who=WHO, at=AT, words=WORDS)
    def send_back(self, who: str, at: int, words: str) -> None:
        self.attempt(steering.send_back, self.city.people[who], self.problem(at), words)

    @rule(who=WHO, at=AT, other=AT, words=WORDS)
    def merge(self, who: str, at: int, other: int, words: str) -> None:
        problem, into = self.problem(at), self.problem(other)
        if self.attempt(steering.merge, self.city.people[who], problem, into, words):
            assert problem.pk != into.pk
            assert into.open
            assert words.strip()

    @rule(who=WHO, at=AT, words=WORDS, step=st.sampled_from([steering.decline, steering.reopen]))
    def decline_or_reopen(self, who: str, at: int, words: str, step: Any) -> None:
        self.attempt(step, self.city.people[who], self.problem(at), words)

    @invariant()
    def states_follow_the_table(self) -> None:
        for problem in Problem.objects.all():
            state, edition = self.last.get(problem.pk, (problem.state, problem.edition))
            if problem.edition != edition and problem.state != state:
                assert problem.state in ALLOWED_NEXT[state], f"{state} -> {problem.state}"
            self.last[problem.pk] = problem.state, problem.edition

    @invariant()
    def what_ended_says_why_and_by_whom(self) -> None:
        for problem in Problem.objects.filter(state__in=ENDED):
            if problem.state == "closed":
                assert problem.result
                assert problem.decision
                assert problem.closed_by
                assert problem.closed_by != problem.reported_by != ""
            else:
                assert problem.reason
                assert (problem.into is not None) == (problem.state == "merged")

    @invariant()
    def a_finding_is_one_open_problem(self) -> None:
        keys = [problem.key for problem in Problem.objects.filter(state__in=states.OPEN).exclude(key="")]
        assert len(keys) == len(set(keys))

    @invariant()
    def every_edition_is_on_record(self) -> None:
        entries = Entry.objects.filter(kind="problems.problem").exclude(verb="help")
        for problem in Problem.objects.all():
            said = list(entries.filter(code=problem.code).order_by("number"))
            assert len(said) == problem.edition
            assert said[-1].after is not None
            assert said[-1].after["state"] == problem.state


@pytest.mark.slow
@pytest.mark.django_db
def test_histories(city: City) -> None:
    Histories.city = city
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    assert list(verify()) == []


@given(st.sampled_from(list(states.STATES)), st.sampled_from(list(states.STEPS)))
def test_the_table_of_steps_says_what_is_written_down(state: str, step: str) -> None:
    if states.can(state, step):
        after = states.STEPS[step].after or state
        assert after == state or after in ALLOWED_NEXT[state]
    assert (state in states.OPEN) == (state not in ENDED) == states.can(state, "change")
    assert states.can(state, "reopen") == (state in ENDED)

"""What becomes of a problem: taken up, decided, worked on, reported, closed, merged, declined, opened again.

Each step checks the state (`states.STEPS`), then stores the problem with its entry; the edition refuses the second of two
who act at once. Who reported a result does not close it (four eyes).
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from haihe.messages import HaiheError
from haihe.workspace.audit.chain import Channel, record, store
from haihe.workspace.problems.actions import CLOSE, RAISE, STEER, WORK
from haihe.workspace.problems.models import Problem
from haihe.workspace.problems.raising import FACTS
from haihe.workspace.problems.severity import severity
from haihe.workspace.problems.states import STEPS
from haihe.workspace.problems.states import WORK as IN_WORK
from haihe.workspace.units.models import Person, Unit

VERBS = {"accept": "take-up"}
"""Verbs of entries where a step is not called so: to accept says something else of reports."""


def _stepped(
    person: Person, problem: Problem, step: str, action: str, edition: int | None, channel: Channel, reason: str = ""
) -> None:
    """Take a step: the state follows the table, the entry says why."""
    problem.must_allow(step)
    after = STEPS[step].after
    if after and after != problem.state:
        problem.state, problem.since = after, timezone.now()
    store(person.actor(action, channel), VERBS.get(step, step), problem, edition=edition, reason=reason)


def _reasoned(reason: str, problem: Problem) -> str:
    if not reason.strip():
        raise HaiheError("E-PRB-03", column="reason", value=problem.code)
    return reason.strip()


def change(
    person: Person, problem: Problem, facts: Mapping[str, Any], edition: int | None = None, channel: Channel = "web"
) -> None:
    """Change what is said of an open problem (`raising.FACTS`)."""
    for name in FACTS:
        if name in facts:
            setattr(problem, name, facts[name])
    if not problem.name_zh.strip():
        raise HaiheError("E-PRB-02", column="name_zh")
    _stepped(person, problem, "change", RAISE, edition, channel)


def accept(
    person: Person,
    problem: Problem,
    owner: Unit,
    helpers: Iterable[Unit] = (),
    due: date | None = None,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Take a problem up: an office answers for it, others help, until a day."""
    problem.must_allow("accept")
    with transaction.atomic():
        _given(person, problem, owner, helpers, channel)
        problem.due = due or problem.due
        _stepped(person, problem, "accept", STEER, edition, channel)


def _given(person: Person, problem: Problem, owner: Unit, helpers: Iterable[Unit], channel: Channel) -> None:
    """Set owner and helpers; who helps stands between tables and gets an entry of its own."""
    wanted = {unit.code: unit for unit in helpers if unit != owner}
    before, after = sorted(unit.code for unit in problem.helpers.all()), sorted(wanted)
    problem.owner = owner
    problem.severity = severity(problem.worth, 1 + len(wanted)).level
    if before != after:
        problem.helpers.set(wanted.values())
        said = {"helpers": before}, {"helpers": after}
        record(person.actor(STEER, channel), "help", problem.kind(), problem.code, *said)


def decide(
    person: Person,
    problem: Problem,
    decision: str,
    owner: Unit | None = None,
    helpers: Iterable[Unit] | None = None,
    due: date | None = None,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Decide what is to be done, by whom, until when; a later decision stands for the one before it.

    Raises
    ------
    HaiheError
        ``E-PRB-04`` without words, ``E-PRB-05`` where nobody owns it, ``E-PRB-01`` in another state.
    """
    problem.must_allow("decide")
    if not decision.strip():
        raise HaiheError("E-PRB-04", column="decision", value=problem.code)
    office = owner or problem.owner
    if office is None:
        raise HaiheError("E-PRB-05", column="owner", value=problem.code)
    with transaction.atomic():
        _given(person, problem, office, problem.helpers.all() if helpers is None else helpers, channel)
        problem.decision, problem.decided_by, problem.decided_at = decision.strip(), person.username, timezone.now()
        problem.due = due or problem.due
        problem.result, problem.reported_by, problem.reported_at = "", "", None
        _stepped(person, problem, "decide", STEER, edition, channel)


def start(person: Person, problem: Problem, edition: int | None = None, channel: Channel = "web") -> None:
    """Begin to work on what was decided."""
    _stepped(person, problem, "start", WORK, edition, channel)


def report(person: Person, problem: Problem, result: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Report the result, for somebody else to confirm; ``E-PRB-06`` without words."""
    problem.must_allow("report")
    if not result.strip():
        raise HaiheError("E-PRB-06", column="result", value=problem.code)
    problem.result, problem.reported_by, problem.reported_at = result.strip(), person.username, timezone.now()
    _stepped(person, problem, "report", WORK, edition, channel)


def close(person: Person, problem: Problem, edition: int | None = None, channel: Channel = "web") -> None:
    """Confirm the result and close.

    Raises
    ------
    HaiheError
        ``E-PRB-07`` where no result was reported, ``E-PRB-08`` where the person reported it.
    """
    _reported(problem, "close")
    if person.username == problem.reported_by:
        raise HaiheError("E-PRB-08", value=problem.code)
    problem.closed_by, problem.closed_at = person.username, timezone.now()
    _stepped(person, problem, "close", CLOSE, edition, channel)


def send_back(
    person: Person, problem: Problem, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Send a reported result back: there is more to do."""
    _reported(problem, "return")
    problem.reason = _reasoned(reason, problem)
    problem.reported_by, problem.reported_at = "", None
    _stepped(person, problem, "return", CLOSE, edition, channel, problem.reason)


def _reported(problem: Problem, step: str) -> None:
    problem.must_allow(step)
    if problem.reported_at is None:
        raise HaiheError("E-PRB-07", value=problem.code)


def merge(
    person: Person,
    problem: Problem,
    into: Problem,
    reason: str,
    edition: int | None = None,
    channel: Channel = "web",
) -> None:
    """Merge a problem into another open one; ``E-PRB-09`` into itself or one that is not open."""
    problem.must_allow("merge")
    problem.reason = _reasoned(reason, problem)
    with transaction.atomic():
        there = Problem.objects.select_for_update(of=("self",)).get(pk=into.pk)
        if there.pk == problem.pk or not there.open:
            raise HaiheError("E-PRB-09", column="into", value=there.code)
        problem.into = there
        _stepped(person, problem, "merge", STEER, edition, channel, problem.reason)


def decline(
    person: Person, problem: Problem, reason: str, edition: int | None = None, channel: Channel = "web"
) -> None:
    """Decline a problem, with a reason."""
    problem.must_allow("decline")
    problem.reason = _reasoned(reason, problem)
    _stepped(person, problem, "decline", STEER, edition, channel, problem.reason)


def reopen(person: Person, problem: Problem, reason: str, edition: int | None = None, channel: Channel = "web") -> None:
    """Open a problem again, with a reason: in work where it was decided, else to be taken up.

    Raises
    ------
    HaiheError
        ``E-PRB-10`` where the office has another open problem of the same finding.
    """
    problem.must_allow("reopen")
    problem.reason = _reasoned(reason, problem)
    others = Problem.objects.filter(unit=problem.unit, key=problem.key, state__in=STEPS["change"].before)
    twin = others.exclude(pk=problem.pk).first() if problem.key else None
    if twin is not None:
        raise HaiheError("E-PRB-10", value=problem.code, other=twin.code)
    decided = bool(problem.decision)
    problem.into = None
    problem.reported_by, problem.reported_at, problem.closed_by, problem.closed_at = "", None, "", None
    problem.state, problem.since = (IN_WORK if decided else STEPS["reopen"].after), timezone.now()
    store(person.actor(STEER, channel), "reopen", problem, edition=edition, reason=problem.reason)

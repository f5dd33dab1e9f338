"""Keeping a run: its lines, what becomes of the applications, one entry of the record for all of them.

A run of 10,000 applications is one entry: the run, with the hashes of what went in and came out. Applications carry the new
state and a higher edition, so that who looked at them before meets a conflict.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from haihe.messages import HaiheError
from haihe.version import __version__
from haihe.workspace.audit.chain import Actor, store
from haihe.workspace.rounds.lines import hash_of
from haihe.workspace.rounds.models import Application, Line, Round, Run
from haihe.workspace.rounds.states import TAKEN_PART

BATCH = 500
TOLD = ("support", "score", "place", "reason")
"""What publication tells applicants besides the state."""


@transaction.atomic
def keep(
    actor: Actor,
    round_: Round,
    purpose: str,
    lines: Sequence[Line],
    inputs: str,
    summary: Mapping[str, Any],
    state_of: Callable[[Line], str],
    told: Sequence[str] = (),
    then: Callable[[Round, Run], None] | None = None,
) -> Run:
    """Keep a run and its lines, and give each application its new state.

    Raises
    ------
    HaiheError
        ``E-RND-01`` the round is past it, ``E-RND-21`` an application changed, came or went while the rules were applied.
    """
    locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    locked.must_be(round_.state)
    there = Application.objects.filter(round=locked, state__in=TAKEN_PART)
    if set(there.values_list("pk", "edition")) != {(line.application.pk, line.edition) for line in lines}:
        raise HaiheError("E-RND-21", value=locked.code)
    number = Run.objects.filter(round=locked).count() + 1
    run = Run(
        code=f"{locked.code}-run{number}",
        unit=locked.unit,
        round=locked,
        purpose=purpose,
        number=number,
        inputs=inputs,
        outputs=hash_of([said(line) for line in lines]),
        version=__version__,
        summary=dict(summary),
        created_by=actor.name,
    )
    store(actor, purpose, run)
    for line in lines:
        line.run = run
    Line.objects.bulk_create(lines, BATCH)
    move(lines, state_of, told)
    if then is not None:
        then(locked, run)
    return run


def said(line: Line) -> list[Any]:
    """Give what a run's hash covers of a line."""
    score = None if line.score is None else str(line.score)
    amounts = [line.support, line.city, line.district]
    return [line.application.code, line.state, line.article, *amounts, score, line.place, line.decision, line.parts]


def move(lines: Sequence[Line], state_of: Callable[[Line], str], told: Sequence[str] = ()) -> None:
    """Give applications the state that their line asks for, and tell them what is to be told; editions rise.

    The lines are those of one run, stored where something is told: it is read from there.
    """
    keys: dict[str, list[int]] = {}
    for line in lines:
        application = line.application
        application.state = state_of(line)
        for name in told:
            setattr(application, name, getattr(line, name))
        keys.setdefault(application.state, []).append(application.pk)
    stored = Line.objects.filter(run=lines[0].run_id) if lines and told else Line.objects.none()
    for state, every in keys.items():
        for start in range(0, len(every), BATCH):
            tell_all(Application.objects.filter(pk__in=every[start : start + BATCH]), state, stored, told)


def tell_all(
    applications: "QuerySet[Application]", state: str, lines: "QuerySet[Line]", told: Sequence[str] = ()
) -> None:
    """Give applications one state, and what lines say of them, in one change of the database; editions rise."""
    own = lines.filter(application=OuterRef("pk")).order_by()
    said = {name: Subquery(own.values(name)[:1]) for name in told}
    applications.update(state=state, edition=F("edition") + 1, **said)

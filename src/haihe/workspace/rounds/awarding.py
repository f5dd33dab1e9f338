"""The award: by somebody who did not rank, after publicity, with every objection answered; amounts are those of the ranking."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.audit.chain import Channel, store, store_all
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.rounds.actions import AWARD
from haihe.workspace.rounds.models import Application, Award, Line, Objection, Round
from haihe.workspace.rounds.payments import commit
from haihe.workspace.rounds.runs import move
from haihe.workspace.rounds.states import AWARDED, DECIDED, LISTED, NOT_LISTED, REFUSED
from haihe.workspace.units.models import Person

AT_ONCE = 100
"""Awards up to which the decision is written while its reader waits; more are written in the background."""
BATCH = 200
WRITING = Text("写入立项与承诺", "writing awards and commitments")


def made_by(round_: Round) -> set[str]:
    """Give the people who may not award: who ranked."""
    return {round_.ranking.created_by} if round_.ranking else set()


def _own_case(person: Person, round_: Round) -> bool:
    """Whether a person would award what is their own."""
    listed = Application.objects.filter(round=round_, state=LISTED)
    mine = Q(unit__in=[post.unit_id for post in person.held()])
    return listed.filter(mine | Q(created_by=person.username) | Q(submitted_by=person.username)).exists()


def check(person: Person, round_: Round, today: date | None = None) -> None:
    """Refuse who may not award a published round, and a round that is not ready; the errors of `award`, but for its state."""
    if person.username in made_by(round_) or _own_case(person, round_):
        raise HaiheError("E-WEB-22", value=round_.code)
    if round_.objections_until is None or (today or timezone.localdate()) <= round_.objections_until:
        raise HaiheError("E-RND-29", value=round_.code, until=str(round_.objections_until))
    if Objection.objects.filter(round=round_, effect="").exists():
        raise HaiheError("E-RND-30", value=round_.code)


def many(round_: Round) -> bool:
    """Whether an award takes so long that it is done in the background."""
    return Application.objects.filter(round=round_, state=LISTED).count() > AT_ONCE


@transaction.atomic
def award(
    person: Person,
    round_: Round,
    edition: int | None = None,
    channel: Channel = "web",
    today: date | None = None,
    work: Work | None = None,
) -> list[Award]:
    """Award what the published list says, to the fen.

    Raises
    ------
    HaiheError
        ``E-RND-01`` it is not published, ``E-RND-29`` publicity is not over, ``E-RND-30`` objections are open, ``E-WEB-22`` the
        person ranked it or holds a post in a firm on the list, ``E-WEB-20`` somebody else was quicker.
    """
    round_.must_be(LISTED)
    locked = Round.objects.select_for_update(of=("self",)).get(pk=round_.pk)
    check(person, locked, today)
    seen = round_.edition if edition is None else edition
    locked.state, locked.decided_by, locked.decided_at = DECIDED, person.username, timezone.now()
    store(person.actor(AWARD, channel), "award", locked, edition=seen)
    lines = Line.objects.filter(run=locked.ranking).select_related("run", "application__unit", "application__district")
    chosen = [line for line in lines if line.application.state == LISTED]
    actor = person.actor(AWARD, channel)
    made = [_granted(person, locked, line) for line in chosen]
    if work is not None:
        work.say(WRITING)
    for start in range(0, len(made), BATCH):
        some = made[start : start + BATCH]
        if work is not None:
            work.check()
            work.share(start / len(made))
        store_all("award", [(actor, each) for each in some])
        commit(actor, some, today)
    move(chosen, lambda _: AWARDED)
    left = Application.objects.filter(round=locked, state=NOT_LISTED)
    move([Line(application=each) for each in left], lambda _: REFUSED)
    return made


def _granted(person: Person, round_: Round, line: Line) -> Award:
    """Give the award of a line, not kept yet."""
    application = line.application
    assert line.support is not None  # what is funded is eligible, and has amounts
    assert line.city is not None
    assert line.district is not None
    return Award(
        code=f"{application.code}-award",
        unit=application.unit,
        round=round_,
        application=application,
        line=line,
        district=application.district,
        support=line.support,
        city=line.city,
        district_part=line.district,
        granted=line.parts,
        decided_by=person.username,
        created_by=person.username,
    )

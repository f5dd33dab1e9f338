"""The states of a problem and the steps between them: a pure table, without the database."""

from dataclasses import dataclass

from haihe.messages import Text

RAISED, ACCEPTED, DECIDED, WORK = "raised", "accepted", "decided", "work"
CLOSED, MERGED, DECLINED = "closed", "merged", "declined"
STATES = {
    RAISED: Text("已提出，待受理", "raised, to be taken up"),
    ACCEPTED: Text("已受理，待决定", "taken up, to be decided"),
    DECIDED: Text("已决定，待办理", "decided, to be worked on"),
    WORK: Text("办理中", "in work"),
    CLOSED: Text("已办结", "closed"),
    MERGED: Text("已并入", "merged"),
    DECLINED: Text("不予受理", "declined"),
}
MARKS = {
    RAISED: "warn",
    ACCEPTED: "warn",
    DECIDED: "warn",
    WORK: "warn",
    CLOSED: "good",
    MERGED: "wait",
    DECLINED: "wait",
}
OPEN = (RAISED, ACCEPTED, DECIDED, WORK)
"""States in which something is still to be done."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step: the states from which it may be taken, and where it leads ("" where the state stays)."""

    before: tuple[str, ...]
    after: str = ""


STEPS = {
    "change": Step(OPEN),
    "accept": Step((RAISED,), ACCEPTED),
    "decide": Step((ACCEPTED, DECIDED, WORK), DECIDED),
    "start": Step((DECIDED,), WORK),
    "report": Step((DECIDED, WORK), WORK),
    "close": Step((WORK,), CLOSED),
    "return": Step((WORK,), WORK),
    "merge": Step(OPEN, MERGED),
    "decline": Step((RAISED, ACCEPTED), DECLINED),
    "reopen": Step((CLOSED, MERGED, DECLINED), RAISED),
}
"""Every step by its name."""


def can(state: str, step: str) -> bool:
    """Whether a step may be taken in a state."""
    return state in STEPS[step].before

"""Selection by rank: go down the list until the budget ends; what cannot be matched on the way is passed over.

The order is score, then the declared ties, then the application number. On the way down an application is passed over
where an exclusion, its district's matching or a quota no longer lets it in. The first one that only the budget does
not cover draws the cut line (``when_short="stop"``) or is passed over as well (``"skip"``).
"""

from dataclasses import dataclass

from haihe.rules.slate import Slate


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one application.

    Attributes
    ----------
    funded : bool
    cause : str
        Why not: a standing, the kind of the limit in the way, or ``line`` for what comes below the cut line; "" if funded.
    limits : tuple of int
        Limits in the way when its turn came.
    short : int
        By how much the first of them is short: fen or applications; for ``line``, steps of score below the last funded.
    """

    funded: bool
    cause: str = ""
    limits: tuple[int, ...] = ()
    short: int = 0


@dataclass(frozen=True)
class Walk:
    """A selection by rank.

    Attributes
    ----------
    verdicts : list of Verdict
        By position of the slate.
    funded : list of int
        Positions funded, the best first.
    line : int or None
        Score of the last application funded above the cut line, in steps; None where the list was not ended.
    stopper : int or None
        Position of the application that the budget no longer covered.
    """

    verdicts: list[Verdict]
    funded: list[int]
    line: int | None
    stopper: int | None


def walk(slate: Slate) -> Walk:
    """Select by rank. O(n log n) and one look at each application's limits."""
    verdicts = [Verdict(False, slate.standing(i)) for i in range(len(slate))]
    left = [limit.cap for limit in slate.limits]
    funded: list[int] = []
    stopper: int | None = None
    for i in slate.open:
        if stopper is not None:
            last = slate.entries[funded[-1]].score if funded else None
            verdicts[i] = Verdict(False, "line", short=(last or 0) - (slate.entries[i].score or 0) if funded else 0)
            continue
        needs = slate.needs(i)
        over = [(number, need) for number, need in needs if need > left[number]]
        if not over:
            verdicts[i] = Verdict(True)
            funded.append(i)
            for number, need in needs:
                left[number] -= need
            continue
        verdicts[i] = _refused(slate, over, left)
        if verdicts[i].cause == "budget" and slate.when_short == "stop":
            stopper = i
    line = slate.entries[funded[-1]].score if funded and stopper is not None else None
    return Walk(verdicts, funded, line, stopper)


def _refused(slate: Slate, over: list[tuple[int, int]], left: list[int]) -> Verdict:
    """Name the limits in the way in their declared order: exclusions, matching, quotas, budget."""
    number, need = over[0]
    return Verdict(False, slate.limits[number].kind, tuple(number for number, _ in over), need - max(left[number], 0))

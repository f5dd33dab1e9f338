"""Smallest changes that bring an application over the line of a selection by rank, found exactly.

Each function turns one lever of one application and leaves all else as it is. None of them searches on a grid: the
outcome of a selection by rank changes only at figures that stand in the round (another's score, what is left of a
limit), so these are looked at, and between them the answer is computed.
"""

from bisect import bisect_left
from collections.abc import Callable
from functools import partial

from haihe.rules.ranking import Walk, room_at, walk
from haihe.rules.slate import MONEY_TIES, Entry, Slate, city_part

STEPS = 2000
"""Changes of a cap looked at before the search is given up and said to be so."""


def amount(slate: Slate, i: int, least: int, grain: int) -> int | None:
    """Largest smaller support, a multiple of `grain` fen, with which an application is funded; None where none is.

    Where ties look at amounts, the place in the ranking moves with the amount: each stretch without such a move is
    looked at in turn, the largest amounts first.
    """
    if slate.standing(i) != "open":
        return None
    for low, high in stretches(slate, i, least, slate.entries[i].support - 1):
        found = _amount_within(slate, i, -(-low // grain), high // grain, grain)
        if found is not None:
            return found * grain
    return None


def stretches(slate: Slate, i: int, least: int, most: int) -> list[tuple[int, int]]:
    """Ranges of the amount within which an application keeps its place among equals, the largest amounts first."""
    if most < least:
        return []
    edges = [least, *(edge for edge in _moves(slate, i, least, most) if least < edge <= most), most + 1]
    return [(low, high - 1) for low, high in zip(edges[-2::-1], edges[:0:-1], strict=True)]


def _amount_within(slate: Slate, i: int, low: int, high: int, grain: int) -> int | None:
    """Largest funded amount, in grains, in a stretch in which the place does not move."""
    if low > high:
        return None
    room = room_at(slate.with_support(i, high * grain), i)
    if room is None:
        return None

    def fits(grains: int) -> bool:
        entry = _changed(slate.entries[i], grains * grain)
        return all(need <= room[number] for number, need in slate.needs_of(i, entry))

    return last_true(fits, low, high)


def _changed(entry: Entry, support: int) -> Entry:
    return Entry(entry.application, support, city_part(support, entry.filed), entry.filed, entry.score, entry.eligible)


def _moves(slate: Slate, i: int, least: int, most: int) -> list[int]:
    """Amounts at which the place among equals may move: where a tie column reaches, or passes, that of a rival."""
    found: set[int] = set()
    rivals = [e for j, e in enumerate(slate.entries) if j != i and e.score == slate.entries[i].score]
    for name in set(MONEY_TIES).intersection(slate.tie_columns):
        for border in {getattr(rival, name) + beyond for rival in rivals for beyond in (0, 1)}:
            edge = first_true(partial(_reaches, slate.entries[i], name, border), least, most)
            if edge is not None:
                found.add(edge)
    return sorted(found)


def _reaches(entry: Entry, name: str, border: int, support: int) -> bool:
    """Say whether a part of the amount is at or above a border with another support."""
    return int(getattr(_changed(entry, support), name)) >= border


def score(slate: Slate, result: Walk, i: int, full: int | None) -> int | None:
    """Smallest higher score with which an application is funded; None where none is, or none up to the full score.

    What is above it does not change as it climbs, and a better place leaves more room of every limit. So going down the
    list once finds the last application that it must be ranked before.
    """
    ahead, fits = _must_precede(slate, result, i)
    if not fits:
        return None
    own, level = slate.entries[i].score, 0
    if ahead is not None:
        level = slate.entries[ahead].score or 0
        level += slate.with_score(i, level).rank_key(i) > slate.rank_key(ahead)
    needed = max(level, slate.pass_score or 0, 0 if own is None else own + 1)
    return needed if full is None or needed <= full else None


def _must_precede(slate: Slate, result: Walk, i: int) -> tuple[int | None, bool]:
    """Last application before whose turn there is room for this one, and whether there is room at all.

    No application where there is room to the end of the list.
    """
    left = {number: slate.limits[number].cap for number, _ in slate.needs(i)}
    ahead: int | None = None
    for j in slate.open:
        if any(need > left[number] for number, need in slate.needs(i)):
            return ahead, ahead is not None
        if j == i:
            continue
        ahead = j
        if result.stopper == j:
            return ahead, True
        if result.verdicts[j].funded:
            for number, need in slate.needs(j):
                if number in left:
                    left[number] -= need
    room = all(need <= left[number] for number, need in slate.needs(i))
    return (None, True) if room else (ahead, ahead is not None)


def score_levels(slate: Slate, i: int, full: int | None) -> list[int]:
    """Scores at which the place of an application can change: those of others, one step above, and the pass score."""
    own = slate.entries[i].score
    levels = {slate.pass_score or 0}
    for j, entry in enumerate(slate.entries):
        if j != i and entry.score is not None:
            levels |= {entry.score, entry.score + 1}
    floor = max(-1 if own is None else own, (slate.pass_score or 0) - 1)
    return sorted(level for level in levels if level > floor and (full is None or level <= full))


def funded(slate: Slate, i: int) -> bool:
    """Say whether selection by rank funds a position."""
    return walk(slate).verdicts[i].funded


def caps(slate: Slate, number: int) -> tuple[dict[int, int], bool]:
    """Raise one cap step by step and note the first height at which each application comes to be funded.

    Between two heights at which someone who lacked only this limit would fit, nothing changes; so each such height is
    looked at, and no other. A higher cap may also push an application out again; the first height counts.

    Returns
    -------
    (dict of position to cap, bool)
        The flag is False where the search was given up after `STEPS` heights.
    """
    start = walk(slate)
    waiting = {i for i in slate.open if not start.verdicts[i].funded and i in slate.limits[number].members}
    found: dict[int, int] = {}
    current, result = slate, start
    for _ in range(STEPS):
        if not waiting:
            return found, True
        height = _next_height(current, result, number)
        if height is None:
            return found, True
        current = slate.with_cap(number, height)
        result = walk(current)
        for i in [i for i in waiting if result.verdicts[i].funded]:
            found[i] = height
            waiting.remove(i)
    return found, False


def _next_height(slate: Slate, result: Walk, number: int) -> int | None:
    """Lowest higher cap at which an application that lacks only this limit would fit.

    One that lacks the budget too may come to end the list instead, which funds nobody, and so needs no look.
    """
    taken = _taken_at(slate, result, number)
    heights = [taken[i] + dict(slate.needs(i))[number] for i, v in enumerate(result.verdicts) if v.limits == (number,)]
    return min(heights, default=None)


def _taken_at(slate: Slate, result: Walk, number: int) -> dict[int, int]:
    """What was taken of a limit when the turn of each application came."""
    taken, found = 0, {}
    for i in slate.open:
        found[i] = taken
        if result.verdicts[i].funded:
            taken += dict(slate.needs(i)).get(number, 0)
    return found


def first_true(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Lowest whole number at which a rising condition holds; None where it holds nowhere."""
    at = bisect_left(range(low, high + 1), True, key=holds)
    return low + at if at <= high - low else None


def last_true(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Highest whole number at which a falling condition holds; None where it holds nowhere."""
    broken = first_true(lambda value: not holds(value), low, high)
    last = high if broken is None else broken - 1
    return last if last >= low else None

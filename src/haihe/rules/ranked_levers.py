"""Smallest changes that bring an application over the line of a selection by rank, found exactly.

Each function turns one lever of one application and leaves all else as it is. None of them searches on a grid: the
outcome of a selection by rank changes only at figures that stand in the round (another's score, what is left of a
limit), so these are looked at, and between them the answer is computed.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace

from haihe.rules.climb import Climb
from haihe.rules.course import Course
from haihe.rules.slate import MONEY_TIES, Entry, Slate, city_part, share_filed

STEPS = 2000
"""Changes of a cap looked at before the search is given up and said to be so."""
LOOKS = 2_000_000
"""Turns looked at while the caps of a round are raised, before the search is given up likewise."""


def amount(course: Course, i: int, least: int, grain: int) -> int | None:
    """Largest smaller support, a multiple of `grain` fen, with which an application is funded; None where none is.

    Where ties look at amounts, the place in the ranking moves with the amount: each stretch without such a move is
    looked at in turn, the largest amounts first. What would not fit at the best place among equals, and what fits at the
    last, needs no look.
    """
    slate = course.slate
    if slate.standing(i) != "open":
        return None
    if course.walk.stopper == i:
        course = course.without_stopper
    first, past = course.equals(i)
    low, high = -(-least // grain), (slate.entries[i].support - 1) // grain
    best = _largest(course, i, first, low, high, grain)
    if best is None:
        return None
    sure = _largest(course, i, past, low, best, grain)
    floor = least if sure is None else max(least, sure * grain)
    for start, end in stretches(slate, i, floor, best * grain):
        found = _amount_within(course, i, -(-start // grain), end // grain, grain)
        if found is not None:
            return found * grain
    return None


def stretches(slate: Slate, i: int, least: int, most: int) -> list[tuple[int, int]]:
    """Ranges of the amount within which an application keeps its place among equals, the largest amounts first."""
    if most < least:
        return []
    edges = [least, *(edge for edge in _moves(slate, i) if least < edge <= most), most + 1]
    return [(low, high - 1) for low, high in zip(edges[-2::-1], edges[:0:-1], strict=True)]


def _amount_within(course: Course, i: int, low: int, high: int, grain: int) -> int | None:
    """Largest funded amount, in grains, in a stretch in which the place does not move."""
    if low > high or high * grain <= 0:
        return None
    return _largest(course, i, course.turn_of(_changed(course.slate.entries[i], high * grain)), low, high, grain)


def _largest(course: Course, i: int, turn: int, low: int, high: int, grain: int) -> int | None:
    """Largest amount in a range, in grains, for which there is room at a turn; None where the list has ended above it."""
    if turn > course.end:
        return None
    slate, most = course.slate, high * grain
    for number, _ in slate.needs(i):
        measure, left = slate.limits[number].measure, course.left(number, turn)
        if measure == "count":
            most = most if left else -1
        else:
            over = _reaching(slate.entries[i], measure, left + 1)
            most = most if over is None else min(most, over - 1)
    found = min(high, most // grain)
    return found if found >= low else None


def _changed(entry: Entry, support: int) -> Entry:
    return replace(entry, support=support, city=city_part(support, entry.filed))


def _moves(slate: Slate, i: int) -> list[int]:
    """Amounts at which the place among equals may move: where a tie column reaches, or passes, that of a rival."""
    own, found = slate.entries[i], set[int]()
    for name in set(MONEY_TIES).intersection(slate.tie_columns):
        rivals = {int(getattr(each, name)) for each in slate.by_score[own.score] if each is not own}
        for border in {value + beyond for value in rivals for beyond in (0, 1)}:
            edge = _reaching(own, name, border)
            if edge is not None:
                found.add(edge)
    return sorted(found)


def _reaching(entry: Entry, name: str, border: int) -> int | None:
    """Smallest support of which a part is at or above a border above nought; None where it never is."""
    share = share_filed(*entry.filed)
    city, whole = share.numerator, share.denominator
    if name == "city":  # floor(support * city / whole) >= border
        return -(-border * whole // city) if city else None
    if name == "district":  # ceiling(support * (whole - city) / whole) >= border
        return (border - 1) * whole // (whole - city) + 1 if whole > city else None
    return border


def score(course: Course, i: int, full: int | None) -> int | None:
    """Smallest higher score with which an application is funded; None where none is, or none up to the full score.

    What is above it does not change as it climbs, and a better place leaves more room of every limit. So it must be
    ranked before the last application at whose turn there is still room for it.
    """
    slate = course.slate
    short, stopper = course.first_short(slate.needs(i)), course.walk.stopper
    ahead: int | None = stopper
    if short is not None and short <= course.end:
        if short == 0:
            return None
        ahead = slate.open[short - 1]
    own, level = slate.entries[i].score, 0
    if ahead is not None:
        level = slate.entries[ahead].score or 0
        level += slate.key_of(replace(slate.entries[i], score=level)) > slate.rank_key(ahead)
    needed = max(level, slate.pass_score or 0, 0 if own is None else own + 1)
    return needed if full is None or needed <= full else None


def score_levels(slate: Slate, i: int, full: int | None) -> list[int]:
    """Scores at which the place of an application can change: those of others, one step above, and the pass score."""
    own = slate.entries[i].score
    levels = {slate.pass_score or 0}
    for j, entry in enumerate(slate.entries):
        if j != i and entry.score is not None:
            levels |= {entry.score, entry.score + 1}
    floor = max(-1 if own is None else own, (slate.pass_score or 0) - 1)
    return sorted(level for level in levels if level > floor and (full is None or level <= full))


def funded_eligible(course: Course, i: int) -> bool:
    """Say whether selection by rank would fund an application that is not eligible, were it eligible."""
    entry = replace(course.slate.entries[i], eligible=True)
    turn = course.turn_of(entry)
    open_ = course.slate.standing_of(entry) == "open"
    return open_ and turn <= course.end and course.room(course.slate.needs(i), turn)


def caps(course: Course, number: int, looks: int = LOOKS) -> tuple[dict[int, int], bool]:
    """Raise one cap step by step and note the first height at which each application comes to be funded.

    Between two heights at which someone who lacked only this limit would fit, nothing changes; so each such height is
    looked at, and no other. A higher cap may also push an application out again; the first height counts.

    Returns
    -------
    (dict of position to cap, bool)
        The flag is False where the search was given up after `STEPS` heights, or after so many looks at a turn.
    """
    slate, members = course.slate, course.slate.limits[number].members
    verdicts = course.walk.verdicts
    waiting = {turn: i for i, turn in course.turns.items() if i in members and not verdicts[i].funded}
    climb, found = Climb(slate, number), dict[int, int]()
    climb.down(max(waiting, default=-1) + 1)
    for _ in range(STEPS):
        height = climb.next_height() if waiting else None
        if height is None:
            return found, True
        if climb.looked > looks:
            break
        climb.raise_to(height)
        for turn in climb.down(max(waiting) + 1):
            if turn in waiting:
                found[waiting.pop(turn)] = height
    return found, not waiting


def first_true(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Lowest whole number at which a rising condition holds; None where it holds nowhere."""
    at = bisect_left(range(low, high + 1), True, key=holds)
    return low + at if at <= high - low else None


def last_true(holds: Callable[[int], bool], low: int, high: int) -> int | None:
    """Highest whole number at which a falling condition holds; None where it holds nowhere."""
    broken = first_true(lambda value: not holds(value), low, high)
    last = high if broken is None else broken - 1
    return last if last >= low else None

"""Smallest changes that bring an application into an optimal selection, found exactly by forced re-solves.

For every lever the question is when the best set with the application becomes better than the best set without it.
The set without it does not depend on the application's own amount and score; raising a cap helps both, so caps are
climbed from one height to the next at which a set with the application draws level.
"""

from collections.abc import Mapping
from fractions import Fraction

from haihe.rules.ranked_levers import last_true, score_levels, stretches
from haihe.rules.selection import FEN_PER_YUAN, Choice, Market
from haihe.rules.set_program import AtLeast, AtMost, Row, best_set, largest_amount
from haihe.rules.slate import share_filed


class UnsearchedError(Exception):
    """A search that was given up."""


def forced(market: Market, i: int) -> Choice | None:
    """Best choice with an application in; None where the limits keep it out by themselves."""
    return market.best({i: 1})


def score(market: Market, i: int, full: int | None) -> int | None:
    """Smallest higher score with which an application is chosen; None where none is, or none up to the full score."""
    slate = market.slate
    own = slate.entries[i].score
    first = max(slate.pass_score or 0, 0 if own is None else own + 1)
    if full is not None and first > full:
        return None
    raised = market.on(slate.with_score(i, first))
    inside, outside = forced(raised, i), raised.best({i: 0})
    if inside is None or outside is None:
        return None
    step = raised.valuation.weight_of(slate, i) if raised.valuation.merit is None else 0
    lack = outside.worth - inside.worth
    if step:
        least = first + max(-(-lack // step), 0)
        tried = [level for level in (least, least + 1) if full is None or level <= full]
        return next((level for level in tried if market.on(slate.with_score(i, level)).chooses(i)), None)
    if lack > 0:
        return None
    levels = sorted({first, *score_levels(slate, i, full)})
    return next((level for level in levels if market.on(slate.with_score(i, level)).chooses(i)), None)


def cap(market: Market, i: int, number: int) -> int | None:
    """Smallest higher cap of one limit with which an application is chosen; None where no height suffices.

    Below the next height at which a set with the application reaches the worth of the present best, no such set can
    be chosen; so the heights in between need no look.

    Raises
    ------
    UnsearchedError
        Where `Market.tries` heights did not settle it.
    """
    slate = market.slate
    at = slate.limits[number].cap
    place = {j: k for k, j in enumerate(slate.open)}
    if i not in place:
        return None
    use = {place[j]: need for j in slate.open for limit, need in slate.needs(j) if limit == number}
    worth = {place[j]: market.worth[j] for j in slate.open if market.worth[j]}
    others = market.on(slate.with_cap(number, sum(use.values()))).rows()
    goal = [-use.get(k, 0) for k in range(len(place))]
    for _ in range(market.tries):
        raised = market.on(slate.with_cap(number, at))
        level, within = raised.most(i)
        if within and raised.chooses(i):
            return at
        rows: list[Row] = [*others, AtLeast(worth, level), AtLeast(use, at + 1)]
        cheapest = best_set(goal, rows, {place[i]: 1}, seconds=market.seconds)
        if cheapest is None:
            return None
        at = sum(use.get(k, 0) for k in cheapest)
    raise UnsearchedError


def amount(market: Market, i: int, least: int, grain: int) -> int | None:
    """Largest smaller support, a multiple of `grain` fen, with which an application is chosen; None where none is.

    The set without the application stays as it is, so the largest amount is sought with which some set that has it
    reaches the same worth; equals are then settled by the ranking, as in the selection itself.

    Raises
    ------
    UnsearchedError
        Where `Market.tries` amounts did not settle it.
    """
    slate = market.slate
    outside = market.best({i: 0})
    if slate.standing(i) != "open" or outside is None:
        return None
    low, high = -(-least // grain), (slate.entries[i].support - 1) // grain
    for _ in range(market.tries):
        found = _next_amount(market, i, outside.worth, (low, high), grain)
        if found is None:
            return None
        if market.on(slate.with_support(i, found * grain)).chooses(i):
            return found * grain
        if not (market.valuation.weighted and market.valuation.merit_of(slate, i)):
            return _amount_among_equals(market, i, least, found * grain - 1, grain)
        high = found - 1
    raise UnsearchedError


def _amount_among_equals(market: Market, i: int, least: int, most: int, grain: int) -> int | None:
    """Largest amount at which the ranking settles a tie of worth in the application's favour.

    Its own worth does not depend on the amount here, so in a range in which it keeps its place a smaller amount only
    leaves more room: each range is halved until the border is found.
    """
    slate = market.slate

    def chosen(grains: int) -> bool:
        return market.on(slate.with_support(i, grains * grain)).chooses(i)

    for low, high in stretches(slate, i, least, most):
        first, last = -(-low // grain), high // grain
        found = last_true(chosen, first, last) if first <= last and chosen(first) else None
        if found is not None:
            return found * grain
    return None


def _next_amount(market: Market, i: int, level: int, bounds: tuple[int, int], grain: int) -> int | None:
    """Largest amount within bounds, in grains, with which some set that has the application is worth the level."""
    slate, best = market.slate, None
    low, high = bounds
    place = {j: k for k, j in enumerate(slate.open)}
    rows, slopes = _rows_with_amount(market, i, level, place)
    slopes = [slope * grain for slope in slopes]
    for _ in range(market.tries):
        answer = None
        if low <= high:
            answer = largest_amount(len(place), rows, slopes, {place[i]: 1}, (low, high), market.seconds)
        if answer is None:
            return best
        members, estimate = answer
        exact = _largest_exact(market, i, [slate.open[k] for k in members], level, (low, high), grain)
        if exact is not None:
            best, low = exact, exact + 1
            if exact >= estimate:
                return exact
        rows = [*rows, _not_again(members, len(place))]
        slopes = [*slopes, Fraction(0)]
    raise UnsearchedError


def _rows_with_amount(market: Market, i: int, level: int, place: Mapping[int, int]) -> tuple[list[Row], list[Fraction]]:
    """Limits and worth as rows, the application's own part moved into the amount; a fen of rounding is left open."""
    slate, entry = market.slate, market.slate.entries[i]
    city = share_filed(*entry.filed)
    share = {"support": Fraction(1), "city": city, "district": 1 - city}
    rows: list[Row] = []
    slopes: list[Fraction] = []
    for number, limit in enumerate(slate.limits):
        weights = {place[j]: need for j in place for k, need in slate.needs(j) if k == number}
        mine = weights.pop(place[i], 0)
        if limit.measure == "count":
            rows.append(AtMost(weights, limit.cap - mine))
            slopes.append(Fraction(0))
        else:
            member = i in limit.members
            rows.append(AtMost(weights, limit.cap + int(member)))
            slopes.append(share[limit.measure] if member else Fraction(0))
    weights = {place[j]: market.worth[j] for j in place if j != i and market.worth[j]}
    merit = market.valuation.merit_of(slate, i)
    own = 0 if market.valuation.weighted else merit
    rows.append(AtLeast(weights, level - own))
    slopes.append(Fraction(merit, FEN_PER_YUAN) if market.valuation.weighted else Fraction(0))
    return rows, slopes


def _largest_exact(
    market: Market, i: int, members: list[int], level: int, bounds: tuple[int, int], grain: int
) -> int | None:
    """Largest amount within bounds, in grains, that a given set leaves room for, if it reaches the level."""
    slate = market.slate
    others = [j for j in members if j != i]
    used = slate.used(others)
    if any(used[number] > limit.cap for number, limit in enumerate(slate.limits)):
        return None

    def fits(grains: int) -> bool:
        entry = slate.with_support(i, grains * grain).entries[i]
        return all(used[number] + need <= slate.limits[number].cap for number, need in slate.needs_of(i, entry))

    largest = last_true(fits, *bounds)
    if largest is None:
        return None
    weight = largest * grain // FEN_PER_YUAN if market.valuation.weighted else 1
    worth = sum(market.worth[j] for j in others) + market.valuation.merit_of(slate, i) * weight
    return largest if worth >= level else None


def _not_again(members: frozenset[int], n: int) -> Row:
    """Exclude exactly one set: some member leaves or some other joins."""
    others = [k for k in range(n) if k not in members]
    return AtMost(dict.fromkeys(members, 1) | dict.fromkeys(others, -1), len(members) - 1)

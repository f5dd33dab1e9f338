"""The smallest change along each lever that would alter a decision, and its replay on both sides of the border."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

import pandas as pd

from haihe.messages import Text
from haihe.rules import optimal_levers, ranked_levers
from haihe.rules.decision import Decision, select
from haihe.rules.limits import Quota
from haihe.rules.money import said_money
from haihe.rules.rounds import Round, points, steps
from haihe.rules.selection import Market
from haihe.rules.slate import city_part

Status = Literal["found", "none", "unsearched"]
Heights = Mapping[int, tuple[dict[int, int], bool]]
"""By limit: the cap at which each application comes to be funded, and whether the search was complete."""
AMOUNT, SCORE = "amount", "score"


@dataclass(frozen=True, slots=True)
class Change:
    """One lever of one application.

    Attributes
    ----------
    application : str
    lever : str
        ``amount``, ``score``, ``budget``, ``matching``, ``quota``, or the name of a declared field.
    key : str
        The limit or field that is turned; ``amount`` and ``score`` for these.
    title : Text
        What is turned, in words.
    unit : str
        ``fen``, ``points``, ``count``, or the declared unit of the field.
    now : int or None
        Where it stands: fen, steps of score, count, or the field's smallest unit; None where there is none.
    needed : int or None
        Where it must stand; None unless found.
    status : {"found", "none", "unsearched"}
        ``none``: this lever alone alters nothing. ``unsearched``: given up after many steps, which is said.
    grain : int
        Smallest step in which it can be turned.
    """

    application: str
    lever: str
    key: str
    title: Text
    unit: str
    now: int | None
    needed: int | None
    status: Status
    grain: int = 1

    @property
    def step(self) -> int:
        """Direction in which the lever is turned: +1 or -1."""
        if self.needed is None or self.now is None:
            return -1 if self.lever == AMOUNT else 1
        return 1 if self.needed > self.now else -1

    @property
    def before(self) -> int | None:
        """The last setting before the border, one step short of what is needed, or where it stands now."""
        if self.needed is None:
            return None
        short = self.needed - self.step * self.grain
        return short if self.lever != AMOUNT or self.now is None else min(short, self.now)

    def said(self, decimals: int) -> Text:
        """Say the change in one sentence."""
        if self.status == "unsearched":
            return Text("{t}：搜索步数过多，未得出结论", "{t}: too many steps, no answer found").format(t=self.title)
        if self.needed is None:
            return Text("仅改变{t}不能改变结果", "changing {t} alone alters nothing").format(t=self.title)
        verb = Text("提高到", "raised to") if self.step > 0 else Text("降到", "lowered to")
        shown = said_value(self.needed, self.unit, decimals)
        if self.now is None:
            return Text("{t}达到{v}即可立项", "{t} of {v} would be funded").format(t=self.title, v=shown)
        by = said_value(abs(self.needed - self.now), self.unit, decimals)
        words = Text("{t}{verb}{v}（变动{by}）即可立项", "{t} {verb} {v} (by {by}) would be funded")
        return words.format(t=self.title, verb=verb, v=shown, by=by)


def said_value(value: int, unit: str, decimals: int) -> Text:
    """Write a setting with its unit."""
    if unit == "fen":
        return said_money(value)
    if unit == "points":
        return Text(f"{points(value, decimals)}分", f"{points(value, decimals)} points")
    if unit == "count":
        return Text(f"{value}个", f"{value} projects")
    return Text(f"{value:,} {unit}", f"{value:,} {unit}")


def changes_of(decision: Decision, i: int, raised: Heights, tries: int) -> Iterator[Change]:
    """Turn every lever of one application that is not funded.

    Parameters
    ----------
    decision : Decision
    i : int
        Position in the slate.
    raised : mapping
        By limit, the heights of `haihe.rules.ranked_levers.caps`; empty for an optimal selection.
    tries : int
        Settings of one lever looked at in an optimal selection.
    """
    market = None if decision.market is None else replace(decision.market, tries=tries)
    yield _amount(decision, market, i)
    if decision.round.scored:
        yield _score(decision, market, i)
    for number, _need in decision.slate.needs(i):
        if decision.slate.limits[number].kind != "exclusion":
            yield _cap(decision, market, i, number, raised)
    yield from _fields(decision, market, i)


def _found(
    application: str, lever: str, key: str, title: Text, unit: str, now: int | None, needed: int | None
) -> Change:
    status: Status = "none" if needed is None else "found"
    return Change(application, lever, key, title, unit, now, needed, status)


def _amount(decision: Decision, market: Market | None, i: int) -> Change:
    """Turn the support asked, in the steps in which it may be filed."""
    entry, least, grain = decision.slate.entries[i], decision.round.least_amount, decision.round.amount_step
    needed, status = None, "none"
    try:
        if decision.course is not None:
            needed = ranked_levers.amount(decision.course, i, least, grain)
        elif market is not None:
            needed = optimal_levers.amount(market, i, least, grain)
        status = "none" if needed is None else "found"
    except optimal_levers.UnsearchedError:
        status = "unsearched"
    title = Text("申请支持额", "the support asked")
    return Change(entry.application, AMOUNT, AMOUNT, title, "fen", entry.support, needed, status, grain)  # type: ignore[arg-type]


def _score(decision: Decision, market: Market | None, i: int) -> Change:
    """Turn the score, up to the full score."""
    slate, entry = decision.slate, decision.slate.entries[i]
    full = decision.round.full_score
    most = None if full is None else steps(full, decision.round.decimals)
    needed = None
    if slate.standing(i) in ("open", "unscored", "below_pass"):
        if decision.course is not None:
            needed = ranked_levers.score(decision.course, i, most)
        elif market is not None:
            needed = optimal_levers.score(market, i, most)
    return _found(entry.application, SCORE, SCORE, Text("评分", "the score"), "points", entry.score, needed)


def _cap(decision: Decision, market: Market | None, i: int, number: int, raised: Heights) -> Change:
    """Turn one cap."""
    limit = decision.slate.limits[number]
    unit = "count" if limit.measure == "count" else "fen"
    name = decision.slate.entries[i].application
    needed, status = None, "none"
    if decision.slate.standing(i) == "open":
        try:
            if market is not None:
                needed, complete = optimal_levers.cap(market, i, number), True
            else:
                needed, complete = raised[number][0].get(i), raised[number][1]
        except optimal_levers.UnsearchedError:
            complete = False
        status = "found" if needed is not None else "none" if complete else "unsearched"
    return Change(name, limit.kind, limit.key, limit.title, unit, limit.cap, needed, status)  # type: ignore[arg-type]


def _fields(decision: Decision, market: Market | None, i: int) -> Iterator[Change]:
    """Turn every declared field with a threshold that is not met."""
    name = decision.slate.entries[i].application
    mine = decision.conditions.get(name, [])
    unmet = [row for row in mine if row["met"] is not True]
    for field in dict.fromkeys(row["field"] for row in unmet if row["sense"] in (">=", "<=")):
        first = next(row for row in unmet if row["field"] == field)
        alone = all(row["field"] == field and row["met"] is False for row in unmet)
        needed = _border([row for row in mine if row["field"] == field]) if alone else None
        if needed is not None:
            needed = needed if _within(decision, market, i) else None
        title = Text(str(first["text_zh"]), str(first["text_en"]))
        now = None if pd.isna(first["seen"]) else int(first["seen"])
        yield _found(name, str(field), str(field), title, str(first["unit"]), now, needed)


def _within(decision: Decision, market: Market | None, i: int) -> bool:
    """Say whether an application would be funded, were it eligible."""
    if market is not None:
        return market.on(decision.slate.with_eligible(i)).chooses(i)
    return decision.course is not None and ranked_levers.funded_eligible(decision.course, i)


def _border(own: Sequence[Mapping[str, Any]]) -> int | None:
    """Nearest value of a field that meets all its thresholds; None where they contradict each other."""
    if any(row["sense"] not in (">=", "<=") for row in own):
        return None
    bounds = [(row["sense"], int(row["bound"])) for row in own if not pd.isna(row["bound"])]
    low = max((bound for sense, bound in bounds if sense == ">="), default=None)
    high = min((bound for sense, bound in bounds if sense == "<="), default=None)
    if low is not None and high is not None and low > high:
        return None
    return low if low is not None and own[0]["seen"] < low else high


def turned(round_: Round, change: Change, value: int) -> Round:
    """Give the round with one lever set to a value, as an office would file it anew.

    Raises
    ------
    KeyError
        For a lever that the round does not have.
    """
    if change.lever in (AMOUNT, SCORE):
        return replace(round_, candidates=_refiled(round_, change, value))
    if change.lever == "budget":
        return replace(round_, budget=value + round_.tails)
    if change.lever == "matching":
        region = change.key.removeprefix("matching:")
        return replace(round_, matching={**(round_.matching or {}), region: value})
    if change.lever == "quota":
        return replace(round_, quotas=_quotas(round_, change.key, value))
    return _refilled(round_, change, value)


def _refiled(round_: Round, change: Change, value: int) -> pd.DataFrame:
    """Candidates with another amount, split as before, or another score."""
    frame = round_.candidates.copy()
    row = frame.index[frame["application"] == change.application]
    if change.lever == SCORE:
        score: Decimal = points(value, round_.decimals)
        return frame.assign(score=frame["score"].astype(object).where(~frame.index.isin(row), score))
    whole, city = (int(frame.loc[row[0], name]) for name in ("support", "city"))
    part = city_part(value, (whole, city))
    for name, new in {"support": value, "city": part, "district": value - part}.items():
        frame.loc[row, name] = new
    return frame


def _quotas(round_: Round, key: str, value: int) -> list[Quota]:
    """Quotas with the one cap changed; a quota over every value is written out value by value."""
    found = []
    for quota in round_.quotas:
        values = round_.candidates[quota.column].dropna().unique() if quota.value is None else [quota.value]
        for one in values:
            this = f"quota:{quota.column}={one}:{quota.measure}" == key
            found.append(replace(quota, value=str(one), most=value if this else quota.most))
    return found


def _refilled(round_: Round, change: Change, value: int) -> Round:
    """Requirements with another value of a field, and the state that follows from them."""
    table = round_.requirements.copy() if round_.requirements is not None else pd.DataFrame()
    mine = (table["application"] == change.application) & (table["field"] == change.key)
    table.loc[mine, "seen"] = value
    over, under = mine & (table["sense"] == ">="), mine & (table["sense"] == "<=")
    table.loc[over, "met"] = value >= table.loc[over, "bound"]
    table.loc[under, "met"] = value <= table.loc[under, "bound"]
    met = table.loc[table["application"] == change.application, "met"]
    state = "ineligible" if met.eq(False).fillna(False).any() else "undecided" if met.isna().any() else "eligible"
    frame = round_.candidates.copy()
    frame.loc[frame["application"] == change.application, "state"] = state
    return replace(round_, candidates=frame, requirements=table)


def replayed(decision: Decision, change: Change) -> tuple[bool, bool] | None:
    """Run the whole round again just before and at the border: funded or not on each side; None unless found.

    The setting just before may lie outside what can be filed (a score below nought); it then counts as not funded.
    """
    if change.needed is None or change.before is None:
        return None
    return tuple(  # type: ignore[return-value]
        change.application
        in select(turned(decision.round, change, value), decision.how, decision.objective).applications
        if value >= 0
        else False
        for value in (change.before, change.needed)
    )

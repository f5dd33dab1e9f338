"""Why an application was not funded, and the smallest change that would have altered it.

Every application that is not funded gets one binding cause: the article it fails with the value seen; the score below
the pass mark or the cut line; the budget, district or quota that has no room; or the project it is in conflict with.
For an optimal selection the cause is a forced re-solve: what would fall out, and what the objective would lose, were it
funded. The smallest change along each lever is exact and is replayed on both sides of its border.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Text
from haihe.rules import ranked_levers
from haihe.rules.changes import Change, changes_of, replayed
from haihe.rules.decision import HEADS, HOW, Decision
from haihe.rules.optimal_levers import forced
from haihe.rules.reason_words import (
    CAUSES,
    LEVERS,
    said_conflict,
    said_failed,
    said_forced,
    said_line,
    said_pass,
    said_short,
)
from haihe.rules.rounds import points
from haihe.rules.slate import Slate
from haihe.rules.tabled import Tabled

COLUMNS = (
    "application", "enterprise", "region", "place", "cause", "article", "limit", "short", "unit", "conflicts",
    "displaced", "added", "loss", "says",
)  # fmt: skip

NO_CHANGE = Text("任何一项单独调整都不能改变结果", "no change of one lever alone alters the result")


@dataclass(frozen=True)
class Reasons(Tabled):
    """Reasons of a decided round.

    Attributes
    ----------
    decision : Decision
    frame : DataFrame
        One row an application not funded, in the order of the ranking: application, enterprise, region, place, cause
        (key of `haihe.rules.reason_words.CAUSES`), article, limit, short (fen, steps of score or count), unit,
        conflicts, displaced, added (applications), loss (steps of the objective) and says (`Text`).
    changes : DataFrame
        One row an application and lever: application, lever, key, unit, now, needed, status, below, at (funded when
        replayed one unit before, and at, the border; missing where not replayed) and says (`Text`).
    """

    decision: Decision
    frame: pd.DataFrame
    changes: pd.DataFrame

    @cached_property
    def false(self) -> pd.DataFrame:
        """Changes whose replay did not flip exactly at the border: empty unless something is wrong."""
        found = self.changes[self.changes["status"] == "found"].dropna(subset=["below", "at"])
        return found[found["below"].astype(bool) | ~found["at"].astype(bool)]

    def says(self, application: str) -> list[Text]:
        """Give the reason of one application and the changes that would alter it; empty for one that is funded."""
        reason = list(self.frame.loc[self.frame["application"] == application, "says"])
        mine = self.changes[self.changes["application"] == application]
        changes = list(mine.loc[mine["status"] != "none", "says"])
        return reason + (changes if changes or not len(mine) else [NO_CHANGE])

    def shown(self) -> Iterable[Table]:
        """Give the list of reasons and the list of smallest changes."""
        given = self.decision.round
        names = [Column(key, HEADS[key]) for key in ("application", "enterprise")]
        region = Column("region", HEADS["region"], labels=given.names)
        cause = Column("cause", Text("原因类别", "kind of cause"), labels=CAUSES)
        reason = Column("says", Text("原因", "reason"))
        columns = [Column("place", HEADS["place"]), *names, region, cause, reason]
        how = HOW[self.decision.how]
        title = Text("{n}：未立项原因（{how}）", "{n}: why not funded ({how})").format(n=given.name, how=how)
        yield Table(self.frame, columns, key="reasons", title=title, source=given.source, quality=given.quality)
        lever = Column("lever", Text("可调整项", "lever"), kind="text", labels=LEVERS)
        change = Column("says", Text("最小改变", "smallest change"))
        title = Text("{n}：改变结果的最小调整（{how}）", "{n}: smallest changes ({how})").format(n=given.name, how=how)
        note = Text("其他条件不变，每次只调整一项。", "One lever at a time, all else as it is.")
        columns = [names[0], lever, change]
        yield Table(
            self.changes, columns, key="changes", title=title, source=given.source, quality=given.quality, notes=[note]
        )


def explain(
    decision: Decision,
    applications: Collection[str] | None = None,
    *,
    levers: bool = True,
    replay: bool = True,
    tries: int = 30,
) -> Reasons:
    """Give the reasons of a decided round.

    Parameters
    ----------
    decision : Decision
    applications : collection of str, optional
        Only these; all that are not funded where not given.
    levers : bool
        Find the smallest changes. For an optimal selection each takes some solves: seconds for hundreds of applications.
    replay : bool
        Run the whole round again on both sides of every border found.
    tries : int
        Settings of one lever looked at in an optimal selection before its search is given up (``unsearched``).

    Returns
    -------
    Reasons

    Raises
    ------
    HaiheError
        ``E-RUL-64`` where a forced selection is not proved in its time.
    """
    slate, chosen = decision.slate, set(decision.funded)
    left = [i for i in slate.order if i not in chosen]
    if applications is not None:
        left = [i for i in left if slate.entries[i].application in applications]
    place = {i: at for at, i in enumerate(slate.order, start=1)}
    given = decision.round.sorted_candidates()[["application", "enterprise", "region"]].to_dict("records")
    rows = [{**given[i], "place": place[i], **_cause(decision, i)} for i in left]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return Reasons(decision, frame, _changes(decision, left if levers else [], replay, tries))


def _changes(decision: Decision, left: list[int], replay: bool, tries: int) -> pd.DataFrame:
    """Find the changes of all and replay them."""
    raised, course = {}, decision.course
    if course is not None and left:
        wanted = {number for i in left for number, _ in decision.slate.needs(i)}
        kinds = sorted(number for number in wanted if decision.slate.limits[number].kind != "exclusion")
        looks = ranked_levers.LOOKS // max(1, len(kinds))
        raised = {number: ranked_levers.caps(course, number, looks) for number in kinds}
    rows = []
    for i in left:
        for change in changes_of(decision, i, raised, tries):
            sides = replayed(decision, change) if replay else None
            rows.append(_change_row(change, sides, decision.round.decimals))
    columns = ["application", "lever", "key", "unit", "now", "needed", "status", "below", "at", "says"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"now": "Int64", "needed": "Int64", "below": "boolean", "at": "boolean"})


def _change_row(change: Change, sides: tuple[bool, bool] | None, decimals: int) -> tuple[object, ...]:
    below, at = sides if sides is not None else (None, None)
    kept = (change.application, change.lever, change.key, change.unit, change.now, change.needed, change.status)
    return (*kept, below, at, change.said(decimals))


def _cause(decision: Decision, i: int) -> dict[str, object]:
    """Give the binding cause of one application."""
    slate = decision.slate
    standing = slate.standing(i)
    if standing in ("ineligible", "undecided"):
        return _failed(decision, i, standing)
    if standing == "below_pass":
        passed, own = slate.pass_score or 0, slate.entries[i].score
        if own is None:
            return {"cause": "unscored", "says": CAUSES["unscored"]}
        decimals = decision.round.decimals
        said = said_pass(points(own, decimals), points(passed, decimals))
        return {"cause": standing, "short": passed - own, "unit": "points", "says": said}
    if standing != "open":
        return {"cause": standing, "says": CAUSES[standing]}
    return _outranked(decision, i) if decision.walk is not None else _outbid(decision, i)


def _failed(decision: Decision, i: int, standing: str) -> dict[str, object]:
    """Name the conditions that are not met, or cannot be decided, with the values seen."""
    mine = decision.conditions.get(decision.slate.entries[i].application)
    if mine is None:
        return {"cause": standing, "says": CAUSES[standing]}
    undecided = standing == "undecided"
    wrong = [row for row in mine if (pd.isna(row["met"]) if undecided else row["met"] is False)]
    listed = [said_failed(row, decision.round.decimals) for row in wrong]
    says = Text("；".join(text.zh for text in listed), "; ".join(text.en for text in listed))
    return {"cause": standing, "article": ", ".join(str(row["article"]) for row in wrong), "says": says}


def _outranked(decision: Decision, i: int) -> dict[str, object]:
    """Say what stood in the way when its turn came down the list."""
    slate, result = decision.slate, decision.walk
    verdict = result.verdicts[i] if result is not None else None
    if result is None or verdict is None:
        return {}
    if verdict.cause == "line":
        decimals = decision.round.decimals
        own, line = slate.entries[i].score, result.line
        said = said_line(
            None if own is None else points(own, decimals), None if line is None else points(line, decimals)
        )
        return {"cause": "line", "limit": "budget", "short": verdict.short, "unit": "points", "says": said}
    number = verdict.limits[0]
    taken = [j for j in result.funded if slate.rank_key(j) < slate.rank_key(i)] if _excludes(slate, number) else []
    return _without_room(decision, i, taken, number, verdict.short)


def _excludes(slate: Slate, number: int) -> bool:
    return slate.limits[number].kind == "exclusion"


def _without_room(decision: Decision, i: int, taken: Sequence[int], number: int, short: int) -> dict[str, object]:
    """Say which limit has no room beside those already taken, and by how much it is short."""
    slate = decision.slate
    limit = slate.limits[number]
    article = None if limit.article is None else limit.article
    if _excludes(slate, number):
        rivals = [slate.entries[j].application for j in taken if j in limit.members]
        return {
            "cause": "exclusion", "article": article, "limit": limit.key, "conflicts": ", ".join(rivals),
            "says": said_conflict(limit.title, rivals),
        }  # fmt: skip
    need = dict(slate.needs(i))[number]
    unit = "count" if limit.measure == "count" else "fen"
    return {
        "cause": limit.kind, "article": article, "limit": limit.key, "short": short, "unit": unit,
        "says": said_short(limit, need - short, need),
    }  # fmt: skip


def _outbid(decision: Decision, i: int) -> dict[str, object]:
    """Force the application in and say what would fall out and what the objective would lose."""
    slate, market = decision.slate, decision.market
    over = slate.exceeded([*decision.funded, i])
    if market is None or not over:
        return {"cause": "unscored", "says": CAUSES["unscored"]}
    inside = forced(market, i)
    if inside is None:
        alone = slate.exceeded([i])
        number = alone[0] if alone else over[0]
        return _without_room(decision, i, [], number, dict(slate.needs(i))[number] - slate.limits[number].cap)
    chosen = set(decision.funded)
    displaced = [slate.entries[j].application for j in decision.funded if j not in inside.funded]
    added = [slate.entries[j].application for j in slate.order if j in inside.funded - chosen - {i}]
    loss = sum(market.worth[j] for j in chosen) - inside.worth
    used = slate.used([*decision.funded, i])[over[0]]
    cause = _without_room(decision, i, decision.funded, over[0], used - slate.limits[over[0]].cap)
    shown = points(loss, decision.round.decimals) if market.valuation.merit is None else loss
    says = said_forced(cause["says"], displaced, added, shown, decision.objective)  # type: ignore[arg-type]
    return {**cause, "displaced": ", ".join(displaced), "added": ", ".join(added), "loss": loss, "says": says}

"""Two states of the law beside each other: what the text changed, and what that means for each application."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.rules.blocks import STATES
from haihe.rules.book import Rulebook
from haihe.rules.evaluate import evaluate
from haihe.rules.money import said_money
from haihe.rules.outcome import Evaluation
from haihe.rules.scalars import Part
from haihe.rules.scheme import Scheme
from haihe.rules.traces import Trace
from haihe.rules.tracing import trace


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two texts: where, and what stands there before and after; None where nothing does."""

    place: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Law:
    """A state of the law: a day, the drafts laid over it, and how it is called."""

    as_of: dt.date | str
    drafts: tuple[str, ...] = ()
    name: Text | None = None

    @property
    def said(self) -> Text:
        """How it is called."""
        if self.name is not None:
            return self.name
        drafts = "、".join(self.drafts)
        if drafts:
            return Text(f"{self.as_of}（含草案 {drafts}）", f"{self.as_of} with draft {', '.join(self.drafts)}")
        return Text(str(self.as_of), str(self.as_of))


def differences(before: Part | None, after: Part | None) -> list[Change]:
    """List what differs between two schemes, articles or versions.

    Returns
    -------
    list of Change
        Sorted by place; conditions, caps, cases and instalments are matched by their id, versions by their first day.
    """
    old, new = (dict(_leaves(part.model_dump(mode="json"), "")) if part else {} for part in (before, after))
    places = sorted(old.keys() | new.keys())
    return [Change(place, old.get(place), new.get(place)) for place in places if old.get(place) != new.get(place)]


def diff(before: Rulebook, after: Rulebook) -> dict[str, list[Change]]:
    """List what differs between two rulebooks, scheme by scheme; schemes that are the same are left out."""
    found: dict[str, list[Change]] = {}
    for code in sorted(before.schemes.keys() | after.schemes.keys()):
        changes = differences(before.schemes.get(code), after.schemes.get(code))
        if changes:
            found[code] = changes
    return found


def overlaid(book: Rulebook, draft: str) -> dict[str, list[Change]]:
    """List what a draft changes in the newest version of each article that it amends."""
    scheme: Scheme = book.schemes[draft]
    law = book.schemes[scheme.amends or draft]
    found = {}
    for code, article in scheme.articles.items():
        known = law.articles.get(code)
        first = article.versions[0]
        before = known.version_on(first.valid_from) or known.versions[-1] if known else None
        found[code] = [c for c in differences(before, first) if not c.place.startswith(("checked_", "valid_"))]
    return found


def _leaves(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every value with its place; list items go by their id or first day."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            name = next((item[key] for key in ("id", "valid_from") if isinstance(item, dict) and key in item), number)
            yield from _leaves(item, f"{place}[{name}]")
    elif value is not None:
        yield place, str(value)


class Comparison:
    """The same applications under two states of the law.

    Parameters
    ----------
    before, after : Evaluation
    laws : tuple of Law
        What they are called.
    """

    def __init__(self, before: Evaluation, after: Evaluation, laws: tuple[Law, Law]) -> None:
        self.before, self.after, self.laws = before, after, laws

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an application and article.

        Returns
        -------
        DataFrame
            ``application``, ``scheme``, ``article``, ``state_before``, ``state_after``, ``before``, ``after``,
            ``change`` (Int64, fen; missing where either side is), sorted by application, scheme and article.
        """
        keys = ["application", "scheme", "article"]
        sides = [
            side.frame[[*keys, "state", "support"]].astype({"scheme": object, "article": object, "state": object})
            for side in (self.before, self.after)
        ]
        both = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_before", "_after"))
        both = both.rename(columns={"support_before": "before", "support_after": "after"})
        for side in ("state_before", "state_after"):
            both[side] = both[side].where(both[side].notna(), "not in force")
        for name, state in (("before", "state_before"), ("after", "state_after")):
            both[name] = both[name].mask(both[state] == "not in force", 0)
        both["change"] = both["after"] - both["before"]
        chosen = both[[*keys, "state_before", "state_after", "before", "after", "change"]]
        return pd.DataFrame(chosen.sort_values(keys, ignore_index=True))

    @property
    def changed(self) -> pd.DataFrame:
        """Rows whose state or support differs."""
        moved = self.frame["change"].fillna(0).to_numpy(dtype=np.int64) != 0
        differs = moved | np.asarray(self.frame["state_before"] != self.frame["state_after"])
        return pd.DataFrame(self.frame[differs].reset_index(drop=True))

    def explain(self, application: str, article: str) -> Text:
        """Say in one sentence what an application gets under each, and why that differs.

        Raises
        ------
        HaiheError
            ``E-RUL-44`` where the application met the article under neither.
        """
        sides = [_trace(side, application, article) for side in (self.before, self.after)]
        if sides[0] is None and sides[1] is None:
            self.before.find(application, article)
        said = [_said(law.said, side) for law, side in zip(self.laws, sides, strict=True)]
        why = _because(*sides)
        zh, en = (f"{said[0].zh}，{said[1].zh}", f"{said[0].en}, {said[1].en}")
        return Text(f"{zh}；{why.zh}。", f"{en}: {why.en}.")


def compare(book: Rulebook, applications: pd.DataFrame, before: Law, after: Law) -> Comparison:
    """Apply two states of the law to the same applications.

    Parameters
    ----------
    book : Rulebook
    applications : DataFrame
        As `haihe.rules.evaluate.evaluate` takes it.
    before, after : Law
        Two days, or a day without and with a draft.

    Returns
    -------
    Comparison
    """
    sides = [evaluate(book, applications, law.as_of, law.drafts) for law in (before, after)]
    return Comparison(sides[0], sides[1], (before, after))


def _trace(side: Evaluation, application: str, article: str) -> Trace | None:
    return trace(side, application, article) if side.meets(application, article) else None


def _said(law: Text, side: Trace | None) -> Text:
    if side is None or side.state == "not in force":
        return Text(f"按{law.zh}无此条款", f"under {law.en} there is no such article")
    if side.state != "eligible":
        state = STATES[side.state]
        return Text(f"按{law.zh}{state.zh}", f"under {law.en} {state.en}")
    given = said_money(side.support or 0)
    return Text(f"按{law.zh}为 {given.zh}", f"under {law.en} {given.en}")


def _because(before: Trace | None, after: Trace | None) -> Text:
    """What differs: conditions that came out otherwise, the reckoning, caps, stacking."""
    reasons = list(_reasons(before, after))
    if not reasons:
        return Text("两者相同", "nothing differs")
    return Text("因为" + "；".join(r.zh for r in reasons), "because " + "; ".join(r.en for r in reasons))


def _reasons(before: Trace | None, after: Trace | None) -> Iterator[Text]:
    for one, other, word in ((after, before, Text("新", "after")), (before, after, Text("原", "before"))):
        for condition in one.conditions if one else ():
            same = next((c for c in other.conditions if c.id == condition.id), None) if other else None
            if not condition.holds and (same is None or same.holds):
                text = condition.text
                yield Text(f"{word.zh}条款要求“{text.zh}”而未满足", f"{word.en} asks “{text.en}”, which does not hold")
    if before is None or after is None:
        return
    if before.reckoning != after.reckoning and before.reckoning and after.reckoning:
        yield Text(
            f"计算由“{before.reckoning.zh}”改为“{after.reckoning.zh}”",
            f"{before.reckoning.en} became {after.reckoning.en}",
        )
    known = {limit.id: limit for limit in before.limits}
    for limit in after.limits:
        old = known.get(limit.id)
        if (limit.binds or (old and old.binds)) and (old is None or old.value != limit.value):
            was = old.value if old else Text("无", "none")
            yield Text(
                f"{limit.text.zh}由 {was.zh} 变为 {limit.value.zh}",
                f"{limit.text.en} went from {was.en} to {limit.value.en}",
            )
    for limit in before.limits:
        if limit.binds and limit.id not in {new.id for new in after.limits}:
            yield Text(f"取消了{limit.text.zh} {limit.value.zh}", f"{limit.text.en} of {limit.value.en} was dropped")
    if (before.removed or 0) != (after.removed or 0):
        was, now = said_money(before.removed or 0), said_money(after.removed or 0)
        yield Text(f"叠加扣减由 {was.zh} 变为 {now.zh}", f"stacking takes {now.en} instead of {was.en}")

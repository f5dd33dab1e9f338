"""What a round may not exceed: the batch's budget, district matching, quotas, exclusions, all of one form.

A limit adds up one measure (city money, district money, all support, or the number of applications) over its members
and compares it with a cap. All are whole numbers: fen, or applications.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from haihe.messages import HaiheError, Text

Measure = Literal["city", "district", "support", "count"]
Kind = Literal["budget", "matching", "quota", "exclusion"]

MEASURES: dict[Measure, Text] = {
    "city": Text("市级资金", "city money"),
    "district": Text("区级配套", "district money"),
    "support": Text("支持资金", "support"),
    "count": Text("项目数", "number of projects"),
}
BUDGET = Text("本批次预算", "budget of the batch")
BUDGET_LEFT = Text("本批次预算（已扣以前年度尾款）", "budget of the batch less tails of earlier years")
MATCHING = Text("{name}配套能力", "matching ability of {name}")


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so much for each value of a column, or for one value only.

    Parameters
    ----------
    column : str
        Column of the candidates, e.g. ``region``, ``direction`` or ``enterprise``.
    most : int
        Fen, or number of applications with ``measure="count"``.
    measure : {"count", "support", "city", "district"}
        What is added up.
    value : str, optional
        The one value meant; every value of the column has its own cap of `most` where this is not given.
    title : Text, optional
        Name of the quota; made from column and value where not given.
    article : Text, optional
        Where it is written.
    """

    column: str
    most: int
    measure: Measure = "count"
    value: str | None = None
    title: Text | None = None
    article: Text | None = None


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Of these applications at most one may be funded.

    Parameters
    ----------
    applications : sequence of str
        Two or more; those that are not in the round are ignored.
    title : Text
        Why, e.g. ``Text("同一项目重复申报", "the same project twice")``.
    article : Text, optional
        Where it is written.
    """

    applications: tuple[str, ...]
    title: Text
    article: Text | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One cap over some candidates.

    Attributes
    ----------
    key : str
        Stable name: ``budget``, ``matching:<region>``, ``quota:<column>=<value>:<measure>``, ``exclusion:<number>``.
    kind : {"budget", "matching", "quota", "exclusion"}
    measure : {"city", "district", "support", "count"}
    title : Text
    cap : int
        Fen or applications.
    members : frozenset of int
        Positions of the candidates that count.
    article : Text or None
    """

    key: str
    kind: Kind
    measure: Measure
    title: Text
    cap: int
    members: frozenset[int]
    article: Text | None = None


def limits_of(
    frame: pd.DataFrame,
    *,
    budget: int | None,
    tails: int,
    budget_measure: Measure,
    matching: Mapping[str, int] | None,
    quotas: Sequence[Quota],
    exclusions: Sequence[Exclusion],
    names: Mapping[str, Text],
) -> list[Limit]:
    """Give all limits of a round, budget last: what else stands in the way is looked at first.

    Parameters
    ----------
    frame : DataFrame
        Candidates, one a row, with ``application``, ``region`` and the columns that quotas name.
    budget, tails, budget_measure, matching, quotas, exclusions
        As in `haihe.rules.rounds.Round`.
    names : mapping
        Names of districts and other codes.

    Raises
    ------
    HaiheError
        ``E-RUL-53`` where a district has no declared matching ability, ``E-RUL-54`` for a quota on an unknown column,
        ``E-RUL-55`` for a negative cap, ``E-RUL-56`` where two limits have one key.
    """
    found = [
        *_exclusions(frame, exclusions),
        *_matching(frame, matching, names),
        *(limit for quota in quotas for limit in _quota(frame, quota, names)),
    ]
    if budget is not None:
        title = BUDGET_LEFT if tails else BUDGET
        found.append(Limit("budget", "budget", budget_measure, title, budget - tails, frozenset(range(len(frame)))))
    for limit in found:
        if limit.cap < 0:
            raise HaiheError("E-RUL-55", what=limit.key, value=limit.cap)
    keys = [limit.key for limit in found]
    twice = sorted({key for key in keys if keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    if twice:
        raise HaiheError("E-RUL-56", value=", ".join(twice))
    return found


def _exclusions(frame: pd.DataFrame, exclusions: Sequence[Exclusion]) -> Iterator[Limit]:
    """Give each group of which one may be funded."""
    place = {name: i for i, name in enumerate(frame["application"])}
    for number, group in enumerate(exclusions, start=1):
        members = frozenset(place[name] for name in group.applications if name in place)
        yield Limit(f"exclusion:{number}", "exclusion", "count", group.title, 1, members, group.article)


def _matching(frame: pd.DataFrame, matching: Mapping[str, int] | None, names: Mapping[str, Text]) -> Iterator[Limit]:
    """Give what each district can match; a district without a figure is refused, since missing is not 0."""
    if matching is None:
        return
    groups = _groups(frame["region"])
    missing = sorted(set(groups) - set(matching))
    if missing:
        raise HaiheError("E-RUL-53", value=", ".join(missing))
    for region, members in groups.items():
        title = MATCHING.format(name=names.get(region, Text(region, region)))
        yield Limit(f"matching:{region}", "matching", "district", title, matching[region], members)


def _quota(frame: pd.DataFrame, quota: Quota, names: Mapping[str, Text]) -> Iterator[Limit]:
    """Give a quota's limits, one for each value it covers."""
    if quota.column not in frame:
        raise HaiheError("E-RUL-54", value=quota.column, known=", ".join(map(str, frame.columns)))
    groups = _groups(frame[quota.column])
    wanted = groups if quota.value is None else {quota.value: groups.get(quota.value, frozenset())}
    for value, members in wanted.items():
        name, measure = names.get(value, Text(value, value)), MEASURES[quota.measure]
        made = Text("{name}的{measure}限额", "quota of {name}: {measure}").format(name=name, measure=measure)
        title = quota.title.format(name=name) if quota.title else made
        key = f"quota:{quota.column}={value}:{quota.measure}"
        yield Limit(key, "quota", quota.measure, title, quota.most, members, quota.article)


def _groups(column: "pd.Series[str]") -> dict[str, frozenset[int]]:
    """Positions of each value in the order of the values; a missing value belongs to no group."""
    found: dict[str, list[int]] = {}
    for place, value in enumerate(column):
        if not pd.isna(value):
            found.setdefault(str(value), []).append(place)
    return {value: frozenset(found[value]) for value in sorted(found)}

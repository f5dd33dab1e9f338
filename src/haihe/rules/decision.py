"""What a round decides: who is funded, who stands in reserve, and what is left of each limit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Finding, Findings, HaiheError, Text
from haihe.rules.course import Course
from haihe.rules.ranking import Walk, walk
from haihe.rules.rounds import Objective, Round, points
from haihe.rules.selection import Market, Valuation
from haihe.rules.slate import Slate
from haihe.rules.tabled import Tabled, in_wan, money

How = Literal["ranked", "optimal"]
HOW: dict[How, Text] = {"ranked": Text("按排名", "by rank"), "optimal": Text("优化选择", "optimal")}
AMOUNTS = ("support", "city", "district")
DECIDED: dict[str, Text] = {
    "funded": Text("立项", "funded"),
    "reserve": Text("备选", "reserve"),
    "not_funded": Text("未立项", "not funded"),
}
HEADS = {
    "place": Text("名次", "place"),
    "application": Text("申报编号", "application"),
    "enterprise": Text("企业", "enterprise"),
    "region": Text("推荐地区", "region"),
    "score": Text("评分", "score"),
    "support": Text("支持额", "support"),
    "city": Text("市级承担", "city part"),
    "district": Text("区级配套", "district part"),
    "decision": Text("决定", "decision"),
}
POINTS = Text("分", "points")


@dataclass(frozen=True)
class Decision(Tabled):
    """A round decided in one way.

    Attributes
    ----------
    round : Round
    slate : Slate
        The same in whole numbers; positions below are its own.
    how : {"ranked", "optimal"}
    funded : tuple of int
        Positions funded, the best first.
    objective : Objective or None
        What was maximised; None by rank.
    walk : Walk or None
        How the list was gone down; None for an optimal selection.
    seconds : float
        Time for one solve of the integer program.
    """

    round: Round
    slate: Slate
    how: How
    funded: tuple[int, ...]
    objective: Objective | None = None
    walk: Walk | None = None
    seconds: float = 60.0

    @property
    def applications(self) -> list[str]:
        """Applications funded, the best first."""
        return [self.slate.entries[i].application for i in self.funded]

    @property
    def market(self) -> Market | None:
        """The integer program of an optimal selection; None by rank."""
        if self.how == "ranked":
            return None
        return Market(self.slate, valuation(self.round, self.objective), self.seconds)

    @cached_property
    def course(self) -> Course | None:
        """What was left of each limit down the list; None for an optimal selection."""
        return None if self.walk is None else Course(self.slate, self.walk)

    @cached_property
    def conditions(self) -> dict[str, list[Mapping[str, Any]]]:
        """Conditions of each application that has any, as rows of the round's requirements."""
        table, found = self.round.requirements, dict[str, list[Mapping[str, Any]]]()
        if table is not None:
            for row in table.assign(met=table["met"].astype("boolean")).to_dict("records"):
                found.setdefault(str(row["application"]), []).append(row)  # type: ignore[arg-type]
        return found

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an application in the order of the ranking.

        Columns: place, application, enterprise, region, score (points), support, city, district (fen; missing where
        not decided), decision (``funded``, ``reserve`` or ``not_funded``).
        """
        order, entries = self.slate.order, self.slate.entries
        candidates = self.round.sorted_candidates().iloc[order]
        chosen, reserve = set(self.funded), set(self._reserves())
        decided = ["funded" if i in chosen else "reserve" if i in reserve else "not_funded" for i in order]
        scores = [entries[i].score for i in order]
        return pd.DataFrame(
            {
                "place": range(1, len(entries) + 1),
                **{name: candidates[name].to_numpy() for name in ("application", "enterprise", "region")},
                "score": [float("nan") if s is None else float(points(s, self.round.decimals)) for s in scores],
                **{name: candidates[name].astype("Int64").array for name in AMOUNTS},
                "decision": decided,
            }
        )

    def _reserves(self) -> list[int]:
        """Open applications next in rank, should an award fall away."""
        chosen = set(self.funded)
        return [i for i in self.slate.open if i not in chosen][: self.round.reserves]

    @cached_property
    def use(self) -> pd.DataFrame:
        """What the selection takes of each limit: key, title, kind, measure, cap, used, left (fen or applications)."""
        used = self.slate.used(self.funded)
        rows = [
            (limit.key, limit.title, limit.kind, limit.measure, limit.cap, taken, limit.cap - taken)
            for limit, taken in zip(self.slate.limits, used, strict=True)
        ]
        return pd.DataFrame(rows, columns=["key", "title", "kind", "measure", "cap", "used", "left"])

    def findings(self) -> Findings:
        """Name the equals that no declared tie separates and of which some are funded and some not (``W-RUL-60``)."""
        chosen: set[int] = set(self.funded)
        groups: dict[tuple[object, ...], list[int]] = {}
        for i in self.slate.open:
            groups.setdefault(self.slate.tie_key(i), []).append(i)
        found = Findings()
        for group in groups.values():
            if 0 < len(chosen.intersection(group)) < len(group):
                names = ", ".join(self.slate.entries[i].application for i in group)
                found.append(Finding("W-RUL-60", table="candidates", values={"value": names}))
        return found

    def shown(self) -> Iterable[Table]:
        """Give the decision list and the use of each limit."""
        decided = in_wan(self.frame, AMOUNTS)
        columns = [*self.name_columns(), self.score_column()]
        columns += [money(decided, name, HEADS[name], 4) for name in AMOUNTS]
        columns += [Column("decision", HEADS["decision"], labels=DECIDED)]
        title = Text("{name}：{how}的决定", "{name}: decision {how}").format(name=self.round.name, how=HOW[self.how])
        yield self.table(decided, columns, "decision", title, self._notes())
        yield self.table(*self._use_table())

    def name_columns(self) -> list[Column]:
        """Columns that name an application."""
        columns = [Column(name, HEADS[name]) for name in ("place", "application", "enterprise")]
        return [*columns, Column("region", HEADS["region"], labels=self.round.names)]

    def score_column(self) -> Column:
        """Column of the score."""
        return Column("score", HEADS["score"], unit=POINTS, digits=self.round.decimals)

    def table(
        self, frame: pd.DataFrame, columns: list[Column], key: str, title: Text, notes: Iterable[Text] = ()
    ) -> Table:
        """Make a table with the round's source and quality."""
        given = self.round
        return Table(frame, columns, key=key, title=title, source=given.source, quality=given.quality, notes=[*notes])

    def _use_table(self) -> tuple[pd.DataFrame, list[Column], str, Text]:
        """Show the limits of money in 万元 and the others in applications, in one table."""
        names = ["cap", "used", "left"]
        count = self.use["measure"] == "count"
        numbers = self.use[names].astype("Int64")
        counts = numbers.where(count).rename(columns={name: f"{name}_count" for name in names})
        use = in_wan(pd.concat([self.use[["title"]], numbers.where(~count), counts], axis=1), names)
        words = {"cap": Text("限额", "cap"), "used": Text("已用", "used"), "left": Text("剩余", "left")}
        columns = [Column("title", Text("限制", "limit"), kind="text")]
        columns += [money(use, name, word) for name, word in words.items()]
        each = Text("个", "projects")
        columns += [Column(f"{name}_count", word, unit=each, digits=0) for name, word in words.items()]
        title = Text("{name}：各项限制的使用", "{name}: use of each limit").format(name=self.round.name)
        return use, columns, "limits", title

    def _notes(self) -> list[Text]:
        """Say how the list was made."""
        if self.objective is not None:
            return [Text("优化目标：{o}。", "What is maximised: {o}.").format(o=self.objective.said)]
        if self.walk is not None and self.walk.line is not None:
            line = points(self.walk.line, self.round.decimals)
            return [Text(f"入围线：{line}分。", f"Cut line: {line} points.")]
        return []


def select(round_: Round, how: How, objective: Objective | None = None, *, seconds: float = 60.0) -> Decision:
    """Decide a round by rank or by an optimal set, from the same data under the same limits.

    Parameters
    ----------
    round_ : Round
    how : {"ranked", "optimal"}
    objective : Objective, optional
        What ``optimal`` maximises; it has no default.
    seconds : float
        Time for one solve.

    Returns
    -------
    Decision

    Raises
    ------
    HaiheError
        Errors of `Round.slate`; ``E-RUL-66`` where ``optimal`` has no objective, ``E-RUL-67`` for a merit that is no
        column of whole numbers; ``E-RUL-64`` and ``65`` of `haihe.rules.set_program.best_set`.
    """
    slate = round_.slate()
    if how == "ranked":
        result = walk(slate)
        return Decision(round_, slate, how, tuple(result.funded), walk=result)
    best = Market(slate, valuation(round_, objective), seconds).best()
    chosen = frozenset[int]() if best is None else best.funded
    return Decision(round_, slate, how, tuple(i for i in slate.order if i in chosen), objective, seconds=seconds)


def valuation(round_: Round, objective: Objective | None) -> Valuation:
    """Give what each application is worth under an objective, in whole numbers.

    Raises
    ------
    HaiheError
        ``E-RUL-66`` without an objective, ``E-RUL-67`` for a merit that is no column of whole numbers.
    """
    if objective is None:
        raise HaiheError("E-RUL-66")
    weighted = objective.per == "yuan"
    if objective.merit in ("score", "one"):
        merit = None if objective.merit == "score" else (1,) * len(round_.candidates)
        return Valuation(merit, weighted)
    frame = round_.sorted_candidates()
    numbers = pd.to_numeric(frame[objective.merit], errors="coerce") if objective.merit in frame else None
    if numbers is None or numbers.isna().any() or ((numbers % 1 != 0) | (numbers < 0)).any():
        raise HaiheError("E-RUL-67", value=objective.merit, known=", ".join(map(str, frame.columns)))
    return Valuation(tuple(int(number) for number in numbers), weighted)

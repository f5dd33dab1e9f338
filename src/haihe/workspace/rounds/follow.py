"""Sums of the ledger by round, district and year; the tables that travel to district finance; one award's trail."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from django.db.models import QuerySet, Sum

from haihe.figures.table import Column, Table
from haihe.messages import Text
from haihe.region.units import typed
from haihe.rules.money import yuan
from haihe.workspace.audit.chain import history
from haihe.workspace.audit.models import Entry as AuditEntry
from haihe.workspace.papers import services as papers
from haihe.workspace.papers.models import Paper
from haihe.workspace.rounds.acceptance import follow_of
from haihe.workspace.rounds.ledger import CARRIED, CLAIMED, COMMITTED, PAID, RELEASED, RETURNED, SIDES
from haihe.workspace.rounds.ledger_models import Acceptance, Claim, Entry, Goal
from haihe.workspace.rounds.models import Application, Award, Round
from haihe.workspace.rounds.rules import anchor_of, clauses_of
from haihe.workspace.units.models import Person

WAN = Text("万元", "10,000 yuan")
SOURCE = Text("本批次资金台账", "ledger of the round")
NAMES = {
    COMMITTED: Text("承诺", "committed"),
    PAID: Text("已拨", "paid"),
    RELEASED: Text("核减", "released"),
    "open": Text("待拨", "open"),
    CLAIMED: Text("应追回", "asked back"),
    RETURNED: Text("已退回", "returned"),
}
SIDE = {"city": Text("市级", "city"), "district": Text("区级", "district")}


@dataclass(frozen=True)
class Sums:
    """What was booked of some awards, by kind and side in fen."""

    by: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def of(self, kind: str, side: str = "") -> int:
        """Give what was booked of a kind; ``open`` is what was committed, less what was paid and released."""
        if kind == "open":
            return self.of(COMMITTED, side) - self.of(PAID, side) - self.of(RELEASED, side)
        return sum(self.by.get((kind, each), 0) for each in SIDES if side in ("", each))

    @property
    def row(self) -> list[int]:
        """Every sum, side by side, in the order of `NAMES`."""
        return [self.of(kind, side) for side in SIDES for kind in NAMES]


def sums(entries: "QuerySet[Entry]", by: str = "") -> dict[Any, Sums]:
    """Add entries up, one group for each value of a look-up (or one for all), in one query."""
    names = [by, "kind_of", "side"] if by else ["kind_of", "side"]
    found: dict[Any, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in entries.order_by().values(*names).annotate(total=Sum("amount")):
        found[row[by] if by else None][row["kind_of"], row["side"]] = int(row["total"])
    return {key: Sums(each) for key, each in found.items()}


def years(entries: "QuerySet[Entry]") -> list[dict[str, Any]]:
    """Give by budget year and side what it received, spent and still holds: what is carried leaves one and enters the next."""
    booked: dict[tuple[int, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in entries.order_by().values("year", "side", "kind_of").annotate(total=Sum("amount")):
        booked[row["year"], row["side"]][row["kind_of"]] += int(row["total"])
        if row["kind_of"] == CARRIED:
            booked[row["year"] + 1, row["side"]]["brought"] += int(row["total"])
    made = []
    for (year, side), each in sorted(booked.items()):
        rest = each[COMMITTED] + each["brought"] - each[PAID] - each[RELEASED] - each[CARRIED]
        line = {name: each[name] for name in (COMMITTED, "brought", PAID, RELEASED, CARRIED)}
        made.append({"year": year, "side": SIDE[side], "open": rest, **line})
    return made


def budget_table(round_: Round) -> Table:
    """Give the budget table by district: what city and district committed, paid, released, still owe, and asked back."""
    found = sums(Entry.objects.filter(award__round=round_), "award__district")
    units = {award.district_id: award.district for award in round_.awards.select_related("district")}
    counts: dict[Any, int] = defaultdict(int)
    for award in round_.awards.values_list("district", flat=True):
        counts[award] += 1
    named = {unit.name_zh: unit.name for unit in units.values() if unit is not None}
    columns = [
        Column("district", Text("区", "district"), labels=named),
        Column("awards", Text("项目数", "awards"), digits=0),
    ]
    rows: list[dict[str, Any]] = []
    for key, unit in sorted(units.items(), key=lambda each: each[1].path if each[1] else ""):
        name = unit.name_zh if unit is not None else "—"
        values = {f"{side}_{kind}": wan(found.get(key, Sums()).of(kind, side)) for side in SIDES for kind in NAMES}
        rows.append({"district": name, "awards": counts[key], **values})
    columns += [
        Column(
            f"{side}_{kind}",
            Text(f"{SIDE[side].zh}{NAMES[kind].zh}", f"{SIDE[side].en}, {NAMES[kind].en}"),
            WAN,
            "number",
            6,
        )
        for side in SIDES
        for kind in NAMES
    ]
    code = follow_of(round_).expenditure or "—"
    notes = [Text(f"支出功能科目：{code}", f"Code of the expenditure: {code}")]
    title = Text(f"{round_.name_zh}：资金预算表（按区）", f"{round_.name.en}: budget by district")
    return _table(rows, columns, "budget", title, round_, notes)


def performance_table(round_: Round) -> Table:
    """Give the performance-target table: award by award, amounts and the targets to monitor, with what was reached."""
    accepted = {
        (each.award_id, key): value
        for each in Acceptance.objects.filter(award__round=round_, state="approved").order_by("year", "pk")
        for key, value in each.figures.items()
    }
    rows = [
        {
            "award": goal.award.code,
            "project": goal.award.application.title,
            "firm": goal.award.unit.name_zh,
            "support": wan(goal.award.support),
            "goal": goal.name_zh,
            "sense": goal.sense_name.zh,
            "value": float(goal.value),
            "counted_in": goal.counted_in,
            "year": goal.year,
            "reached": _number(accepted.get((goal.award_id, goal.key))),
        }
        for goal in Goal.objects.filter(award__round=round_, dropped=False).select_related(
            "award__application", "award__unit"
        )
    ]
    counted = {row["counted_in"] for row in rows}
    columns = [
        Column("award", Text("立项编号", "award")),
        Column("project", Text("项目", "project")),
        Column("firm", Text("申报单位", "firm")),
        Column("support", Text("支持额", "support"), WAN, "number", 6),
        Column("goal", Text("绩效指标", "performance target")),
        Column(
            "sense",
            Text("方向", "sense"),
            labels={"不低于": Text("不低于", "at least"), "不高于": Text("不高于", "at most")},
        ),
        Column("value", Text("目标值", "target"), kind="number", digits=2),
        Column("counted_in", Text("计量单位", "unit"), labels={each: typed(each) for each in counted}),
        Column("year", Text("完成年度", "by"), kind="year"),
        Column("reached", Text("验收完成数", "reached"), kind="number", digits=2),
    ]
    title = Text(f"{round_.name_zh}：项目绩效目标表", f"{round_.name.en}: performance targets")
    return _table(rows, columns, "performance", title, round_, [])


def _table(
    rows: list[dict[str, Any]], columns: list[Column], key: str, title: Text, round_: Round, notes: Iterable[Text]
) -> Table:
    frame = pd.DataFrame(rows, columns=[column.key for column in columns])
    for column in columns:
        if column.kind in ("number", "year"):
            frame[column.key] = pd.to_numeric(frame[column.key])
    quality: Any = "illustrative" if round_.illustrative else "official"
    return Table(
        frame, columns, key=key, title=title, source=SOURCE, quality=quality, notes=list(notes), years=[round_.year]
    )


def wan(fen: int | None) -> float | None:
    """Give an amount in 万元 for a table."""
    return None if fen is None else float(yuan(fen) / 10_000)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


@dataclass(frozen=True)
class Trail:
    """One award from its money back to the text of its rules."""

    award: Award
    entries: list[Entry]
    decision: list[AuditEntry]
    called: list[AuditEntry]
    handed_in: list[AuditEntry]
    claims: list[Claim]
    acceptances: list[Acceptance]
    papers: list[Paper]
    sources: list[dict[str, Any]]
    fits: bool
    """Whether the application is still what the ranking read, by its edition and hash."""


def trail_of(award: Award) -> Trail:
    """Follow an award: payments, decision and who ranked, the run and its hashes, the application as ranked, rules, documents."""
    application, round_ = award.application, award.round
    steps = list(history(Application.kind(), application.code))
    handed = [each for each in steps if each.verb == "submit"]
    kept = [each for each in handed if (each.after or {}).get("sha256") == application.sha256]
    decided = [each for each in history(Round.kind(), round_.code) if each.verb in ("rank", "publish", "award")]
    return Trail(
        award=award,
        entries=list(award.entries.select_related("giver", "taker")),
        decision=[each for each in decided if each.verb == "award"] + list(history(Award.kind(), award.code))[:1],
        called=[each for each in decided if each.verb != "award"],
        handed_in=handed,
        claims=list(Claim.objects.filter(award=award)),
        acceptances=list(Acceptance.objects.filter(award=award)),
        papers=list(papers.of(application)) + list(papers.of(round_)),
        sources=[_source(part, round_) for part in award.granted],
        fits=bool(kept) and award.line.application_id == application.pk,
    )


def _source(part: Mapping[str, Any], round_: Round) -> dict[str, Any]:
    """Give what the rule file says of an article: its title and document, the article there, the version's first day."""
    clause = clauses_of(round_).get(part["article"])
    if clause is None:
        return {"article": part["article"], "id": "", "title": None, "document": "", "place": "", "since": None}
    version, source = clause.version, clause.version.source
    said = {"document": source.document, "place": source.article, "since": version.valid_from}
    return {"article": clause.full, "id": anchor_of(clause.full), "title": clause.article.title, **said}


def seen(person: Person, model: type[Any]) -> "QuerySet[Any]":
    """Give what belongs to awards and a person sees, with what lists show."""
    query: QuerySet[Any] = model.objects.visible_to(person).select_related("unit", "award__application", "award__round")
    return query

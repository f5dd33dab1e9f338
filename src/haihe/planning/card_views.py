"""The tables of a project's card, in both languages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from haihe.figures import Column, Table, format_number
from haihe.figures.quality import QUALITY_SIGNS
from haihe.messages import Text
from haihe.planning.project_support import ASSUMED
from haihe.planning.reason_words import listed, number, said_change, said_reason
from haihe.planning.selection_views import STATUS
from haihe.planning.tax_levels import NO_SHARE
from haihe.region.units import said
from haihe.rules.traces import ConditionTrace

if TYPE_CHECKING:
    from haihe.planning.card import Card

ITEMS: Mapping[str, Text] = {
    "investment": Text("投资", "Investment"),
    "city": Text("财政支持：市级", "Public money: city"),
    "district": Text("财政支持：区级", "Public money: district"),
    "tax": Text("税收合计", "Tax, all"),
    "tax:central": Text("税收：中央", "Tax: centre"),
    "tax:city": Text("税收：省市级", "Tax: city"),
    "tax:district": Text("税收：区级", "Tax: district"),
}
FROM_PAPERS = {*ASSUMED, "filed_on", "cutoff_on"}
"""Fields that only the papers of an application can show."""
TAKEN = Text("按符合计", "taken as met")
HOLDS: Mapping[object, Text] = {
    True: Text("符合", "met"),
    False: Text("不符合", "not met"),
    None: Text("无法判定", "undecided"),
}
KINDS: Mapping[object, Text] = {"room": Text("区内要素", "Room at the site"), "budget": Text("资金", "Money")}
PAPERS = Text(
    "“按符合计”：要看申请材料的条件（在本市登记、信用、账务、竣工等），申报时核对。",
    "Taken as met: conditions that only the papers can show (registered, honest, sound accounts, completed); they are "
    "looked at when it applies.",
)
WINDOW = Text(
    "资金按可支付的各年合计；要素取余量最少的一年。都按本卡片所示的选址与开工年份。",
    "Money: all years in which it may be paid; resources: the year in which least is left. Both for the site and start that "
    "this card shows.",
)
PAYBACK = Text(
    "回收期＝财政支持合计÷市区两级每年所得生产税，自达产起算，不贴现；企业所得税核算不单列，未计入。",
    "Payback: public money over the tax on production that city and district keep a year, from full production, not "
    "discounted; the accounts do not tell profit tax apart, so it is left out.",
)
CAPACITY = Text(
    "产值、增加值、税收按达产计，不计折旧衰减；供应商一项是按现有投入系数追溯的采购，不等于没有本项目就不会发生。",
    "Output, value added and tax at capacity, not worn. Suppliers: purchases followed back at today's coefficients; it does "
    "not say that they would not have been made otherwise.",
)
HINT = Text(
    "按方案价格，约值 {v} 亿元（贴现）。", "By the plan's prices it is worth about {v} x 100 m yuan (discounted)."
)
ONLY_HINT = Text(
    "价格只说明最后一点的价值，只供参考；确切原因须强制改选后重新求解（haihe explain {p}）。",
    "Prices speak of the last bit and are only a hint; the exact reason takes a forced solve (haihe explain {p}).",
)
MOVED = Text(
    "须按税收分享办法与迁移前三年税额另算", "takes the sharing scheme and the tax of three years before the move"
)
MOST_CHANGES = 3
"""Most changes that a card says."""
NO_TRACE = Text("未申请任何条款的支持。", "It applies under no article.")


def status_of(card: "Card") -> Text:
    """What the selection makes of it."""
    return STATUS[card.status]


def said_on(card: "Card") -> list[Text]:
    """What the plan says and why, a sentence each; the hint is worded “about”."""
    found = []
    if card.reason is not None:
        found.append(said_reason(card.reason, card.names))
        changes = [change for change in card.reason.changes if change.found]
        found += [said_change(change, card.reason, card.names) for change in changes[:MOST_CHANGES]]
    if pd.notna(card.hint):
        found.append(HINT.format(v=number(card.hint)))
    if card.reason is None:
        found.append(ONLY_HINT.format(p=card.project))
    return found


def card_tables(card: "Card") -> dict[str, Table]:
    """Every table of a card by key; those without rows are left out."""
    made = (facts_table(card), years_table(card), rules_table(card), rivals_table(card))
    return {table.key: table for table in made if len(table)}


def facts_table(card: "Card") -> Table:
    """Every number with unit, year, source and mark."""
    rows = [
        {
            "label": fact.label,
            "value": fact.value,
            "digits": fact.digits,
            "unit": fact.unit,
            "year": fact.year,
            "source": fact.source,
            "quality": fact.quality,
        }
        for fact in card.facts
    ]
    return _table(
        card, "facts", Text("带来什么、需要什么", "What it brings and what it takes"), pd.DataFrame(rows),
        [
            Column("label", Text("项", "Item")),
            Column("value", Text("数值", "Value"), kind="number", digits=2, digits_by="digits"),
            Column("unit", Text("单位", "Unit")),
            Column("year", Text("年份", "Year"), kind="text"),
            Column("source", Text("来源", "Source"), kind="text"),
            Column("quality", Text("标记", "Mark"), kind="quality"),
        ],
        *why_missing(card), CAPACITY, PAYBACK,
    )  # fmt: skip


def why_missing(card: "Card") -> list[Text]:
    """Why numbers are missing, one line; nothing where none is."""
    gone = [(fact.label, fact.why) for fact in card.facts if fact.why is not None]
    if not card.shares.known:
        gone.append((Text("分级税收", "Tax by level"), NO_SHARE))
    origin = card.region["projects"].set_index("project").loc[card.project].get("moves_from")
    if isinstance(origin, str):
        gone.append((Text("迁出地分享的税收", "Tax shared with the origin"), MOVED))
    zh = "；".join(f"{label.zh.strip()}：{why.zh}" for label, why in gone)
    en = "; ".join(f"{label.en.strip()}: {why.en}" for label, why in gone)
    return [Text(f"“—”：{zh}。", f"“—” {en}.")] if gone else []


def years_table(card: "Card") -> Table:
    """Investment, public money and tax by year."""
    wide = card.years.pivot_table(index="item", columns="year", values="value", sort=False, dropna=False)
    source = card.years.drop_duplicates("item").set_index("item")
    years = [int(year) for year in wide.columns]
    frame = wide.rename(columns={year: f"y{year}" for year in years}).reset_index()
    frame["source"] = source.loc[frame["item"], "source"].to_numpy()
    frame["quality"] = source.loc[frame["item"], "quality"].to_numpy()
    return _table(
        card, "years", Text("逐年：投资、财政支持与分级税收", "By year: investment, public money, tax by level"), frame,
        [
            Column("item", Text("项（亿元）", "Item (100 m yuan)"), labels=ITEMS),
            *(Column(f"y{year}", Text(f"{year}", f"{year}"), kind="number", digits=3) for year in years),
            Column("source", Text("来源", "Source"), kind="text"),
            Column("quality", Text("标记", "Mark"), kind="quality"),
        ],
    )  # fmt: skip


def rules_table(card: "Card") -> Table:
    """Conditions of the article, those that are not met first."""
    conditions = [] if card.trace is None else sorted(card.trace.conditions, key=_order)
    rows = [{"holds": TAKEN if _taken(c) else HOLDS[c.holds], "text": _condition(c)} for c in conditions]
    trace = card.trace
    cited = NO_TRACE
    if trace is not None:
        document = f"{trace.source.document} {trace.source.article or ''}".strip() if trace.source else "—"
        draft = Text("（征求意见稿）", " (draft)") if trace.draft else Text("", "")
        cited = Text(f"{trace.title.zh}{draft.zh}（{document}）", f"{trace.title.en}{draft.en} ({document})")
    return _table(
        card, "rules", Text(f"办法：{cited.zh}", f"Rules: {cited.en}"),
        pd.DataFrame(rows, columns=["holds", "text"]),
        [Column("holds", Text("结果", "Outcome")), Column("text", Text("条件", "Condition"))],
        PAPERS,
    )  # fmt: skip


def rivals_table(card: "Card") -> Table:
    """What it competes for, the tightest first."""
    frame = card.rivals
    short = (frame["asks"] > frame["left"] * (1 + 1e-9)).map({True: 0, False: 1})
    frame = frame.assign(short=short).sort_values(["short", "left"], kind="stable")
    things = [_join(card, thing, place) for thing, place in zip(frame["thing"], frame["place"], strict=True)]
    words = {True: Text("不够", "short"), False: Text("够", "enough")}
    frame = frame.assign(
        what=_column(things, frame),
        who=_column([listed(codes.split(";"), card.names) if codes else None for codes in frame["holders"]], frame),
        when=_column(
            [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(frame["year"], frame["last"], strict=True)], frame
        ),
        fits=_column([words[bool(s == 0)] for s in frame["short"]], frame),
        **{name: [_amount(v) for v in frame[name]] for name in ("asks", "limit", "others", "left")},
    )
    units = {unit: said(unit) for unit in frame["unit"].unique()}
    return _table(
        card, "rivals", Text("与谁争什么（最紧的一年）", "What it competes for, in the tightest year"), frame,
        [
            Column("what", Text("对象", "What")),
            Column("when", Text("年份", "Year"), kind="text"),
            Column("asks", Text("需要", "Asks")),
            Column("limit", Text("共有", "There is")),
            Column("others", Text("别的入选项目用", "Others take")),
            Column("left", Text("剩余", "Left")),
            Column("fits", Text("够否", "Enough")),
            Column("unit", Text("单位", "Unit"), labels=units),
            Column("who", Text("主要占用者", "Who")),
        ],
        WINDOW,
    )  # fmt: skip


def source_lines(card: "Card") -> list[Text]:
    """Key, words and mark of every source that the card's numbers name."""
    used = {fact.source for fact in card.facts} | set(card.years["source"])
    found = []
    for key in sorted(used):
        words, sign = card.sources.lines[key], QUALITY_SIGNS[card.sources.marks[key]]
        found.append(Text(f"{key}：{words.zh} {sign}", f"{key}: {words.en} {sign}"))
    return found


def _column(values: "list[Text] | list[Text | None] | list[str]", frame: pd.DataFrame) -> pd.Series:
    """Words as a column of a frame."""
    return pd.Series(values, index=frame.index, dtype=object)


def _amount(value: float) -> str:
    """A number with four significant digits at most."""
    digits = 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    return format_number(value, digits)


def _taken(condition: ConditionTrace) -> bool:
    """Whether a condition holds only because the papers are taken to be in order."""
    return condition.holds is True and all(seen.name in FROM_PAPERS for seen in condition.seen)


def _order(condition: ConditionTrace) -> int:
    """Conditions that are not met first, then those that were looked at, then those taken as met."""
    return 0 if condition.holds is not True else 2 if _taken(condition) else 1


def _condition(condition: ConditionTrace) -> Text:
    """A condition with what was seen; nothing was where it is taken as met."""
    if _taken(condition):
        return condition.text
    zh = "，".join(f"{seen.label.zh} {seen.value.zh}" for seen in condition.seen)
    en = ", ".join(f"{seen.label.en} {seen.value.en}" for seen in condition.seen)
    return Text(f"{condition.text.zh}（{zh}）", f"{condition.text.en} ({en})") if zh else condition.text


def _join(card: "Card", *codes: str) -> Text:
    parts = [card.names.get(code, Text(code, code)) for code in codes]
    return Text("·".join(p.zh for p in parts), ", ".join(p.en for p in parts))


def _table(card: "Card", key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
    lines = source_lines(card)
    source = Text("；".join(line.zh for line in lines), "; ".join(line.en for line in lines))
    return Table(
        frame.reset_index(drop=True), columns, key=f"card-{key}", title=title, source=source, quality=card.quality,
        notes=notes,
    )  # fmt: skip

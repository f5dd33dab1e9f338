"""The list of awards: one row an application and article with decision, amounts, split, article and reason.

The list is what goes back to the office as a workbook, beside the applications themselves, so that the file can be
checked, filtered, filed, and read again (`haihe.rules.award_reading`).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from haihe.figures import Column, Table
from haihe.figures.quality import worst
from haihe.figures.sheet import sheet_name, write_sheet
from haihe.messages import Finding, Findings, HaiheError, Lang, Progress, Quality, Text, default_language
from haihe.region.units import said
from haihe.rules.award_words import reason
from haihe.rules.awards import Source
from haihe.rules.blocks import STATES, Block
from haihe.rules.form import SHEET, form_columns, save, write_headings, write_rows
from haihe.rules.outcome import COLUMNS, Evaluation
from haihe.rules.tabled import Tabled
from haihe.rules.traces import PAYERS
from haihe.rules.tracing import trace

AMOUNTS = ("raw", "entitled", "removed", "support")
WAN = "万元"
FEN_DIGITS = 6
"""Decimals of a fen in 万元."""
KEPT_DIGITS = 15
"""Digits that a spreadsheet keeps of a number."""

TITLES: dict[str, Text] = {
    "application": Text("申报编号", "application"),
    "enterprise": Text("申报单位", "enterprise"),
    "region": Text("推荐地区", "district"),
    "scheme": Text("办法", "scheme"),
    "title": Text("条款", "article"),
    "state": Text("结论", "decision"),
    "support": Text("支持额", "support"),
    "unit": Text("计量单位", "unit"),
    "reason": Text("理由", "reason"),
    "document": Text("依据文件", "document"),
    "version": Text("条款起始日", "in force from"),
    "raw": Text("限额前", "before caps"),
    "bound": Text("起作用的限额", "binding caps"),
    "entitled": Text("限额后", "after caps"),
    "removed": Text("叠加扣减", "taken by stacking"),
    "article": Text("条款代码", "code of the article"),
    "quality": Text("质量", "quality"),
}
"""Columns of the list and their headings; the columns of the payers follow `support`."""

LIST = Text("审核结果", "decisions")
SUMMARY = Text("按条款汇总", "by article")
VERSIONS = Text("办法版本", "versions of the rules")
NO_ARTICLE = Text("（条号未见）", " (article number not seen)")
LONG_AGO = 365
"""Days after which a version without a last day is to be looked at again."""


def payer_title(payer: str) -> Text:
    """Heading of the part of one payer."""
    return Text("其中{p}", "of it {p}").format(p=PAYERS.get(payer, Text(payer, payer)))


@dataclass(frozen=True)
class AwardList(Tabled):
    """What came out of an evaluation, as people read it.

    Attributes
    ----------
    result : Evaluation
    as_of : date or str
        As it was evaluated.
    progress : callable
        Told now and then how far the wording of reasons is.
    quality : {"official", "estimated", "illustrative"}
        Quality of the applications. Each row is marked with the worst of it, of what stands in the applications' own
        column ``quality``, and of the rule applied.
    """

    result: Evaluation
    as_of: dt.date | str
    progress: Progress = lambda _: None
    quality: Quality = "official"

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row an application and article, in the order of the applications.

        Returns
        -------
        DataFrame
            The columns of `TITLES` with one column a payer after ``support``. Amounts are exact `Decimal` in ``unit``
            (money in 万元) and None where the state is undecided; ``scheme``, ``title``, ``bound`` and ``reason`` are
            `Text`; ``state`` and ``quality`` are codes.
        """
        source = self.result.frame
        listed = pd.concat([pd.DataFrame(columns=_SAME), *(_of_block(self.result, b) for b in self.result.blocks)])
        frame = source.reset_index(drop=True).drop(columns=["scheme", "article", "bound", "unit", "version"])
        frame = pd.concat([frame, listed.reset_index(drop=True)], axis=1)
        digits = frame.pop("digits")
        frame["quality"] = self._qualities(frame)
        for name in (*AMOUNTS, *self.payers):
            frame[name] = _exact(frame[name], digits)
        frame["reason"] = pd.Series(self._reasons(frame), dtype=object)
        for name in ("application", "enterprise", "region", "state"):
            frame[name] = frame[name].astype(object)
        order = self._columns()
        place = {code: row for row, code in enumerate(self.result.applications.keys["application"])}
        return frame.sort_values("application", key=lambda c: c.map(place), kind="stable")[order].reset_index(drop=True)

    @property
    def payers(self) -> list[str]:
        """Payers that any article in force names, the usual ones first."""
        named = [name for name in self.result.frame.columns if name not in COLUMNS]
        return sorted(named, key=lambda name: (list(PAYERS).index(name) if name in PAYERS else len(PAYERS), name))

    def _columns(self) -> list[str]:
        names = list(TITLES)
        at = names.index("support") + 1
        return [*names[:at], *self.payers, *names[at:]]

    def _qualities(self, frame: pd.DataFrame) -> list[Quality]:
        """Give the worst mark of each row: of the applications and of the rule."""
        given = self.result.applications.frame
        marks: dict[str, Quality] = {}
        if "quality" in given:
            own = given[["application", "quality"]].dropna()
            marks = {str(code): mark for code, mark in own.itertuples(index=False)}
        rows = zip(frame["application"].astype(str), frame["quality"], strict=True)
        return [worst([self.quality, mark, marks.get(code, "official")]) for code, mark in rows]

    def findings(self) -> Findings:
        """Say what a reader must know of the list.

        Returns
        -------
        Findings
            ``W-RUL-117`` no applications at all, ``W-RUL-118`` no article in force for any, ``N-RUL-119`` a version
            applied that has no last day and was not looked at in the year before.
        """
        if not len(self.result.applications):
            return Findings([Finding("W-RUL-117", table="applications")])
        applied = [block.clause for block in self.result.blocks if block.clause is not None]
        if not applied:
            return Findings([Finding("W-RUL-118", table="applications", values={"day": self.as_of})])
        last = dt.date.fromisoformat(str(self.result.applications.days.max().astype("datetime64[D]")))
        return Findings(
            clause.finding("N-RUL-119", value=clause.full, seen=clause.version.checked_on or "—")
            for clause in dict.fromkeys(applied)
            if clause.version.valid_to is None and _long_ago(clause.version.checked_on, last)
        )

    def _reasons(self, frame: pd.DataFrame) -> list[Text]:
        said_: list[Text] = []
        for row, (application, article) in enumerate(zip(frame["application"], frame["article"], strict=True)):
            if row % 100 == 0:
                self.progress(Text(f"写理由：{row} / {len(frame)}", f"wording reasons: {row} of {len(frame)}"))
            said_.append(reason(trace(self.result, application, article)))
        return said_

    def shown(self) -> Iterable[Table]:
        """Give the list and the totals of each article."""
        shown = self.frame.assign(**{name: self.frame[name].astype("float64") for name in (*AMOUNTS, *self.payers)})
        labels = {"state": STATES}
        columns = []
        for name in self._columns():
            title = TITLES.get(name) or payer_title(name)
            if name in AMOUNTS or name in self.payers:
                digits = max((_decimals(value) for value in self.frame[name]), default=0)
                columns.append(Column(name, title, kind="number", digits=digits))
            elif name == "quality":
                columns.append(Column(name, title, kind="quality"))
            else:
                columns.append(Column(name, title, kind="text", labels=labels.get(name, {})))
        yield self._table(shown, columns, "decisions", LIST)
        yield self._table(*self._summary())
        yield self._table(*_versions(self.result))

    def _summary(self) -> tuple[pd.DataFrame, list[Column], str, Text]:
        """Totals of each article: applications by state, and what each payer bears."""
        money = ["support", *self.payers]
        frame = self.frame.assign(**{name: self.frame[name].astype("float64").fillna(0.0) for name in money})
        groups = frame.groupby("article", sort=False)
        totals = groups[["scheme", "title", "unit", "quality"]].first().join(groups[money].sum())
        counts = pd.crosstab(frame["article"], frame["state"])
        totals = totals.join(counts).reset_index()
        heads = [Column(name, TITLES[name], kind="text") for name in ("scheme", "title")]
        heads += [Column(state, word, digits=0) for state, word in STATES.items() if state in counts]
        heads += [Column(name, TITLES.get(name) or payer_title(name), digits=2, kind="number") for name in money]
        heads += [Column("unit", TITLES["unit"], kind="text"), Column("quality", TITLES["quality"], kind="quality")]
        return totals, heads, "by_article", SUMMARY

    def _table(self, frame: pd.DataFrame, columns: list[Column], key: str, title: Text) -> Table:
        clauses = [block.clause for block in self.result.blocks if block.clause is not None]
        documents = sorted({clause.version.source.document for clause in clauses})
        day = Text(f"按 {self.as_of} 有效的条款", f"articles in force on {self.as_of}")
        source = Text("、".join(documents) or "—", "; ".join(documents) or "—")
        notes = [day, Text("金额为万元，精确到分", "money in 10,000 yuan, exact to the fen")]
        if self.result.book.drafts and self.frame_has_drafts:
            notes.append(Text("含征求意见稿或假设条款，不是现行办法", "with drafts, which are not the law in force"))
        years = sorted({int(day_[:4]) for day_ in self.frame["version"] if day_ != "—"})
        return Table(
            frame, columns, key=key, title=title, source=source, quality=None, quality_column="quality",
            notes=notes, years=years,
        )  # fmt: skip

    @property
    def frame_has_drafts(self) -> bool:
        """True where a draft was applied."""
        return bool((self.result.frame["draft"].astype(str) != "").any())

    def to_excel(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write the list, its totals, and the applications themselves to a workbook.

        The sheet of applications is that of the form, so that the same file can be evaluated again.

        Raises
        ------
        HaiheError
            ``E-FILE-02`` for another suffix than ``.xlsx``, ``E-RUL-106`` for an amount with more digits than a
            spreadsheet keeps, ``E-REP-02`` for more rows than a sheet can hold.
        """
        path, lang = Path(path), lang or default_language()
        self._fits()
        given = self.result.applications.frame
        columns = [column for column in form_columns(self.result.book) if column.name in given]

        def fill(made: Any) -> None:
            for table in self.tables.values():
                write_sheet(made, table, lang, sheet_name(table.title(lang), ()))
            sheet = made.add_worksheet(SHEET(lang))
            write_headings(made, sheet, columns, lang)
            write_rows(sheet, columns, given, lang)

        return save(path, fill)

    def _fits(self) -> None:
        for name in (*AMOUNTS, *self.payers):
            for application, amount in zip(self.frame["application"], self.frame[name], strict=True):
                if amount is not None and abs(amount.scaleb(_decimals(amount))) >= 10**KEPT_DIGITS:
                    raise HaiheError("E-RUL-106", value=application)


_SAME = ("scheme", "title", "article", "document", "version", "bound", "unit", "quality", "digits")
"""Columns that `_of_block` gives."""


def _of_block(result: Evaluation, block: Block) -> pd.DataFrame:
    """What is the same for all rows of a block, and the caps that bind."""
    clause = block.clause
    scheme = clause.scheme if clause else result.book.schemes[block.law]
    article = clause.article if clause else scheme.article(block.code)
    money = clause is None or block.is_money
    source = clause.version.source if clause else None
    names = [cap for plan in (clause.plans if clause else ()) for cap in plan.caps]
    texts = {cap.id: cap.text or Text(cap.id, cap.id) for cap in names}
    bound = result.frame["bound"].iloc[_span(result, block)].astype(str)
    return pd.DataFrame(
        {
            "scheme": [scheme.title] * len(bound),
            "title": [article.title if article else Text(block.code, block.code)] * len(bound),
            "article": block.full,
            "document": [_cited(source)] * len(bound),
            "version": clause.version.valid_from.isoformat() if clause else "—",
            "bound": [_caps(ids, texts) for ids in bound],
            "unit": [_unit(block, money)] * len(bound),
            "quality": source.quality if source else "official",
            "digits": FEN_DIGITS if money or clause is None else clause.article.decimals,
        }
    )


def _cited(source: Source | None) -> Text:
    """Name document and article; where the number of the article is not known, say so."""
    if source is None:
        return Text("—", "—")
    words = Text("{d}{a}", "{d}{a}")
    return words.format(d=source.document, a=source.article or NO_ARTICLE)


def _versions(result: Evaluation) -> tuple[pd.DataFrame, list[Column], str, Text]:
    """Give the versions applied: from when to when, on which document, who looked at them and when."""
    clauses = dict.fromkeys(block.clause for block in result.blocks if block.clause is not None)
    rows = [
        {
            "scheme": clause.scheme.title, "title": clause.article.title, "article": clause.full,
            "document": _cited(clause.version.source), "version": clause.version.valid_from.isoformat(),
            "last": _day_said(clause.version.valid_to), "checked_on": _day_said(clause.version.checked_on),
            "checked_by": clause.version.checked_by or "—", "note": clause.version.source.note,
            "quality": clause.version.source.quality,
        }
        for clause in clauses
    ]  # fmt: skip
    heads = {name: TITLES[name] for name in ("scheme", "title", "article", "document", "version")}
    heads |= {"last": Text("条款终止日", "last day"), "checked_on": Text("核对日期", "checked on")}
    heads |= {"checked_by": Text("核对人", "checked by"), "note": Text("说明", "note")}
    columns = [Column(name, title, kind="text") for name, title in heads.items()]
    columns.append(Column("quality", Text("办法录入质量", "quality of the source"), kind="quality"))
    return pd.DataFrame(rows, columns=[column.key for column in columns]), columns, "versions", VERSIONS


def _day_said(day: dt.date | None) -> str:
    return "—" if day is None else day.isoformat()


def _long_ago(seen: dt.date | None, day: dt.date) -> bool:
    return seen is None or (day - seen).days > LONG_AGO


def _span(result: Evaluation, block: Block) -> slice:
    """Rows of the evaluation's frame that are a block's."""
    start = 0
    for other in result.blocks:
        if other is block:
            return slice(start, start + len(block.rows))
        start += len(other.rows)
    raise LookupError(block.full)


def _caps(ids: str, texts: dict[str, Text]) -> Text | None:
    listed = [texts[name] for name in ids.split(";") if name]
    return Text("；".join(t.zh for t in listed), "; ".join(t.en for t in listed)) if listed else None


def _unit(block: Block, money: bool) -> Text:
    if money or block.clause is None:
        return said(WAN)
    return Text("分值", "points") if block.clause.article.gives == "1" else said(block.clause.article.gives)


def _exact(amounts: "pd.Series[Any]", digits: "pd.Series[Any]") -> "pd.Series[Any]":
    """Whole grains as exact decimals of the unit."""
    pairs = zip(amounts, digits, strict=True)
    exact = [None if pd.isna(amount) else Decimal(int(amount)).scaleb(-int(digit)) for amount, digit in pairs]
    return pd.Series(exact, index=amounts.index, dtype=object)


def _decimals(value: Decimal | None) -> int:
    """Decimals that a number needs."""
    if value is None:
        return 0
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0

"""What a ledger says: payments by year from moved firms under the law in force, or from the split of a finished share study.

Every payment has one payer and one receiver and is a whole number of fen, so that a year adds up to 0 over the members.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pandas as pd

from haihe.figures import Column, Figure, Table, bars
from haihe.messages import HaiheError, Quality, Text
from haihe.region.examples import examples_folder
from haihe.rules import read_scheme_text
from haihe.rules.settlement import PHASES, STATES, Settlement, other_terms, settle
from haihe.rules.sharing import FIRM_COLUMNS, SharingScheme
from haihe.rules.sharing_file import sharing_on
from haihe.workspace.neighbours.ledger_models import AFTER, BEFORE, Ledger, MovedFirm
from haihe.workspace.studies import asking
from haihe.workspace.studies.models import Study
from haihe.workspace.units.models import Unit

FILE = "tax-sharing-2015.yaml"
FEN_PER_WAN = 1_000_000
FEN_PER_YI = 10_000_000_000
YUAN = 100
SPLIT = frozenset({"year", "years", "payer", "receiver", "amount"})
"""Columns of the table of a share study that says who pays whom (100 million yuan a year)."""
MARKET = Text("含市场主导迁移（现行办法之外，须各方另行约定）", "with moves led by the market, beyond today's rule")
WANYUAN = Text("万元", "10,000 yuan")
QUALITIES: dict[str, Quality] = {"official": "official", "estimated": "estimated", "illustrative": "illustrative"}


@lru_cache(maxsize=4)
def scheme_on(day: date) -> SharingScheme:
    """Give the sharing of tax of moved firms that is in force on a day; ``E-RUL-101`` where there is none."""
    text = (examples_folder() / "jing-jin-ji" / "rules" / FILE).read_text(encoding="utf-8")
    return sharing_on(read_scheme_text(text, FILE), day)


def terms_of(ledger: Ledger) -> dict[str, Any]:
    """Give what the payments rest on, as JSON: the scheme with its numbers, or the study with its data and hash."""
    if ledger.study is not None:
        study = ledger.study
        told = study.name
        return {
            "study": study.code, "name": [told.zh, told.en], "version": study.version.code, "sha256": study.sha256,
            "mark": study.job.mark if study.job else "",
        }  # fmt: skip
    scheme = scheme_on(ledger.day)
    return {
        "scheme": scheme.key,
        "title": [scheme.title.zh, scheme.title.en],
        "article": [scheme.article.zh, scheme.article.en],
        "shares": [str(share) for share in scheme.shares],
        "extension": [str(share) for share in scheme.extension],
        "cap": str(scheme.cap),
        "least_mean_fen": scheme.least_mean,
        "base_years": scheme.base_years,
        "start": scheme.start,
        "afterwards": [scheme.afterwards.zh, scheme.afterwards.en],
    }


def first_year(firm: MovedFirm, scheme: SharingScheme) -> int | None:
    """Give the first year that is shared; ``None`` before registration has changed and production is reached."""
    if firm.registered is None or firm.producing is None:
        return None
    return max(firm.registered.year, firm.producing.year) + (scheme.start == "next_year")


def settlement_of(ledger: Ledger, firms: Sequence[MovedFirm]) -> Settlement:
    """Settle a ledger's firms by the library, to the fen."""
    scheme = scheme_on(ledger.day)
    rows = [
        {
            "firm": firm.code, "origin": firm.origin.code, "destination": firm.destination.code, "moved": firm.moved,
            "led_by": firm.led_by, "fits_layout": firm.fits_layout, "listed_by_origin": firm.listed_by_origin,
            "listed_by_destination": firm.listed_by_destination, "registered": firm.registered,
            "producing": firm.producing,
        }
        for firm in firms
    ]  # fmt: skip
    taxes = [row for firm in firms for row in _taxes(firm, scheme)]
    frame = pd.DataFrame(taxes, columns=["firm", "year", "tax", "paid", "refunded"])
    frame = frame.astype({"year": "int64", "paid": "int64", "refunded": "int64"})
    beyond = None
    if ledger.what_if:
        title = Text(f"{scheme.title.zh}（{MARKET.zh}）", f"{scheme.title.en} ({MARKET.en})")
        beyond = other_terms(scheme, title, led_by=("government", "market"))
    quality = QUALITIES.get(ledger.quality, "illustrative")
    return settle(
        pd.DataFrame(rows, columns=list(FIRM_COLUMNS)), frame, scheme, source_of(ledger), quality, what_if=beyond
    )


def _taxes(firm: MovedFirm, scheme: SharingScheme) -> Iterable[dict[str, Any]]:
    """Give the years of a firm of which the tax is known."""
    first = first_year(firm, scheme)
    years = {name: firm.moved - back for name, back in zip(BEFORE, (3, 2, 1), strict=True)}
    years |= {name: first + at for at, name in enumerate(AFTER)} if first is not None else {}
    seen = set[int]()
    for name, year in years.items():
        value = getattr(firm, name)
        if value is not None and year not in seen:
            seen.add(year)
            yield {"firm": firm.code, "year": year, "tax": scheme.taxes[0], "paid": fen(value), "refunded": 0}


def fen(wan: Decimal) -> int:
    """Give an amount in 万元 as fen."""
    return int((Decimal(wan) * FEN_PER_WAN).to_integral_value())


def payments_of(ledger: Ledger) -> list[dict[str, Any]]:
    """Give a ledger's payments; ``E-NBR-11`` and ``E-NBR-12`` for a study that does not say who pays whom."""
    if ledger.study is not None:
        return _split(ledger.study, ledger.concerned())
    return moved(ledger, list(ledger.firms.select_related("origin", "destination")))


def moved(ledger: Ledger, firms: Sequence[MovedFirm]) -> list[dict[str, Any]]:
    """Give the payments of moved firms: each shared year the destination pays the origin what is due to it."""
    if not firms:
        return []
    rows = settlement_of(ledger, firms).ledger
    rows = rows[rows["origin_due"] > 0]
    return [
        {
            "year": int(row.year), "payer": row.destination, "receiver": row.origin, "fen": int(row.origin_due),  # type: ignore[arg-type]
            "firm": row.firm, "what_if": bool(row.what_if),
        }
        for row in rows.sort_values(["year", "firm"]).itertuples()
    ]  # fmt: skip


def _split(study: Study, concerned: Sequence[Unit]) -> list[dict[str, Any]]:
    """Give the payments of a share study: a milestone's yearly payment in each of the years that it stands for."""
    if not study.done:
        raise HaiheError("E-NBR-11", column="study", value=study.name)
    tables = [table for table in asking.kept_of(study).tables.values() if set(table.frame.columns) >= SPLIT]
    if not tables:
        raise HaiheError("E-NBR-11", column="study", value=study.name)
    units = {unit.region or unit.code: unit.code for unit in concerned}
    found: list[dict[str, Any]] = []
    for row in tables[0].frame[sorted(SPLIT)].to_dict("records"):
        for who in ("payer", "receiver"):
            if row[who] not in units:
                raise HaiheError("E-NBR-12", column="members", value=str(row[who]))
        sides = {who: units[row[who]] for who in ("payer", "receiver")}
        amount = int((Decimal(str(float(row["amount"]))) * FEN_PER_YI).to_integral_value())
        years = range(int(row["year"]), int(row["year"]) + max(1, round(float(row["years"]))))
        found += [{"year": year, **sides, "fen": amount, "firm": "", "what_if": False} for year in years]
    return sorted((each for each in found if each["fen"]), key=lambda each: each["year"])


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member gets (negative: pays) in a year, in fen."""

    year: int
    unit: str
    fen: int


def balances(payments: Iterable[dict[str, Any]], units: Sequence[str]) -> list[Balance]:
    """Give what each member gets in each year with a payment; every year adds up to 0."""
    sums: dict[tuple[int, str], int] = defaultdict(int)
    years = set[int]()
    for each in payments:
        years.add(each["year"])
        sums[each["year"], each["receiver"]] += each["fen"]
        sums[each["year"], each["payer"]] -= each["fen"]
    return [Balance(year, unit, sums[year, unit]) for year in sorted(years) for unit in units]


def source_of(ledger: Ledger) -> Text:
    """Say what the figures rest on: law and firms, or study and data version; and the version of the ledger."""
    terms = ledger.terms or terms_of(ledger)
    number = Text(f"台账第 {ledger.number} 版", f"ledger, version {ledger.number}")
    if "study" in terms:
        data = Text("数据版本", "data version")
        return Text(
            f"测算“{terms['name'][0]}”，{data.zh} {terms['version']}；{number.zh}",
            f"study “{terms['name'][1]}”, {data.en} {terms['version']}; {number.en}",
        )
    return Text(
        f"{terms['title'][0]}，{terms['article'][0]}；迁移企业名单与税额见台账；{number.zh}",
        f"{terms['title'][1]}, {terms['article'][1]}; firms and taxes as listed in the ledger; {number.en}",
    )


class Views:
    """Tables and figures of a ledger, in 万元."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.units = {unit.code: unit.name for unit in ledger.concerned()}
        self.firms = list(ledger.firms.select_related("origin", "destination"))
        self.names = {firm.code: firm.name for firm in self.firms} | {"": Text("—", "—")}

    def tables(self) -> dict[str, Table]:
        """Payments, balances, and what of each firm is shared; those without rows are left out."""
        made = [self.payments(), self.balances()]
        if self.firms:
            settled = settlement_of(self.ledger, self.firms)
            made += [self.scope(settled), self.shared(settled)]
        return {table.key: table for table in made if len(table)}

    def drawn(self) -> "dict[str, Figure | Table]":
        """Give the parts of the page: balances as a chart, the others as tables."""
        tables = self.tables()
        shown: dict[str, Figure | Table] = dict(tables)
        if "balances" in tables:
            table = tables["balances"]
            shown["balances"] = bars(table, "year", "amount", by="unit", stacked=True)
        return shown

    def payments(self) -> Table:
        """Who pays whom in which year, and for which firm."""
        rows = [each | {"amount": each["fen"] / FEN_PER_WAN} for each in self.ledger.payments]
        frame = pd.DataFrame(rows, columns=["year", "payer", "receiver", "amount", "firm", "what_if"])
        columns = [
            Column("year", Text("年份", "Year"), kind="year"),
            Column("payer", Text("付款方", "Pays"), labels=self.units),
            Column("receiver", Text("收款方", "Gets"), labels=self.units),
            Column("amount", Text("金额", "Amount"), unit=WANYUAN, digits=2),
            Column("firm", Text("企业", "Firm"), labels=self.names),
            Column("what_if", Text("依据", "Rests on"), kind="text", labels=LAWFUL),
        ]
        return self._table("payments", Text("收付明细", "Payments"), frame, columns)

    def balances(self) -> Table:
        """What each member gets and pays by year; a year adds up to 0."""
        found = balances(self.ledger.payments, list(self.units))
        rows = [{"year": str(each.year), "unit": each.unit, "amount": each.fen / FEN_PER_WAN} for each in found]
        columns = [
            Column("year", Text("年份", "Year"), kind="text"),
            Column("unit", Text("地区", "Member"), labels=self.units),
            Column("amount", Text("收（负为付）", "Gets (negative: pays)"), unit=WANYUAN, digits=2, signed=True),
        ]
        frame = pd.DataFrame(rows, columns=["year", "unit", "amount"])
        return self._table("balances", Text("各方逐年收付", "What each gets and pays"), frame, columns, ZERO)

    def scope(self, settled: Settlement) -> Table:
        """Which firms fall under the scheme, with base and cap, and why not."""
        why: list[Any] = [each if isinstance(each, Text) else Text("—", "—") for each in settled.scope["why"]]
        frame = settled.scope.assign(
            cap=(settled.scope["cap"].astype("Float64") / FEN_PER_WAN).astype("float64"),
            mean=(settled.scope["mean"].astype("Float64") / FEN_PER_WAN).astype("float64"),
            why=why,
        )
        columns = [
            *self._firm(),
            Column("state", Text("适用情况", "Scope"), labels=STATES),
            Column("mean", Text("迁移前年均税额", "Mean tax before"), unit=WANYUAN, digits=2),
            Column("cap", Text("分享上限", "Cap"), unit=WANYUAN, digits=2),
            Column("first", Text("首个分享年", "First shared year"), kind="year"),
            Column("why", Text("说明", "Why"), kind="text"),
        ]
        return self._table("scope", Text("适用范围", "Who falls under the scheme"), frame, columns)

    def shared(self, settled: Settlement) -> Table:
        """The course of each firm: tax, what is due to the origin, what is left up to the cap."""
        names = ("tax", "origin_due", "destination_keeps", "total", "left")
        frame = settled.ledger.assign(
            **{name: (settled.ledger[name].astype("Float64") / FEN_PER_WAN).astype("float64") for name in names}
        )
        titles = (
            Text("当年税额", "Tax of the year"), Text("迁出地应得", "Due to the origin"),
            Text("迁入地留用", "Kept by the destination"), Text("累计应得", "Due so far"), Text("距上限", "Left up to the cap"),
        )  # fmt: skip
        columns = [
            *self._firm(),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("phase", Text("阶段", "Phase"), labels=PHASES),
            *(Column(name, title, unit=WANYUAN, digits=2) for name, title in zip(names, titles, strict=True)),
        ]
        return self._table("shared", Text("各企业分享过程", "Course of each firm"), frame, columns)

    def _firm(self) -> list[Column]:
        return [
            Column("firm", Text("企业", "Firm"), labels=self.names),
            Column("origin", Text("迁出地", "Origin"), labels=self.units),
            Column("destination", Text("迁入地", "Destination"), labels=self.units),
        ]

    def _table(self, key: str, title: Text, frame: pd.DataFrame, columns: list[Column], *notes: Text) -> Table:
        source, quality = source_of(self.ledger), QUALITIES.get(self.ledger.quality, "illustrative")
        return Table(frame, columns, key=key, title=title, source=source, quality=quality, notes=list(notes))


ZERO = Text("每年各方收付合计为零。", "Every year adds up to 0 over the members.")
LAWFUL = {False: Text("现行办法或测算", "today's rule, or the study"), True: MARKET}

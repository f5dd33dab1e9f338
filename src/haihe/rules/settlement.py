"""The settlement of shared tax: a ledger by firm, origin, destination and year, with carried balances.

For every firm that falls under a scheme the years from the first shared one are gone through in order. The origin gets
its share of the year's tax, until what it has received reaches the cap; where it does not within the first years, the
further years of the extension follow; then sharing stops. Amounts are whole fen and the two parts of every year add up
to its tax. What is due and what was paid are kept apart, and the difference is carried forward.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.rules.money import Rounding, added, cumulated, summed, times, whole, whole_fen
from haihe.rules.sharing import FIRM_COLUMNS, SharingScheme, columns_of, scope_of
from haihe.rules.tabled import Tabled, in_wan, money

TAX_COLUMNS = ("firm", "year", "tax", "paid", "refunded")
ROW = "row"
"""Column of the taxes that may keep the row of the file, for what is said of it."""
PAYMENT_COLUMNS = ("firm", "year", "amount")
LEDGER = (
    "firm", "origin", "destination", "year", "count", "phase", "tax", "base", "share", "before_cap", "origin_due",
    "destination_keeps", "total", "left", "paid", "balance", "what_if",
)  # fmt: skip
PHASES: dict[str, Text] = {
    "first": Text("分享期", "sharing"),
    "extension": Text("延长期", "extension"),
    "capped": Text("已达上限，停止", "cap reached, stopped"),
    "stopped": Text("分享期满，停止", "time over, stopped"),
    "payment": Text("只有付款", "payment only"),
}
STATES: dict[str, Text] = {
    "in": Text("适用", "in scope"),
    "out": Text("不适用", "out of scope"),
    "undecided": Text("资料不全，不能判定", "undecided: data missing"),
    "waiting": Text("未开始", "not begun"),
    "what_if": Text("现行办法之外的假设测算", "outside today's rule: what if"),
}
WHAT_IF = Text(
    "标为“假设测算”的企业不在现行办法范围内，其数字只用于比较，不构成应付。",
    "Firms marked “what if” are outside today's rule; their figures are for comparison and no claim.",
)


@dataclass(frozen=True)
class Settlement(Tabled):
    """A settled scheme.

    Attributes
    ----------
    scheme : SharingScheme
    scope : DataFrame
        By firm: firm, origin, destination, state (``in``, ``out``, ``undecided``, ``waiting`` or ``what_if``), base,
        mean, cap (fen), first (year), why (`Text`).
    ledger : DataFrame
        By firm and year: `LEDGER`. ``tax`` is the net tax of the year, ``base`` what is shared of it (after losses),
        ``before_cap`` the origin's share of it, ``origin_due`` what is due after the cap, ``destination_keeps`` =
        tax - origin_due, ``total`` due so far, ``left`` up to the cap, ``balance`` due and not yet paid. All in fen.
    uncounted : mapping of str to sequence of int
        Taxes that stand in the data and not in the scheme, with their rows (the first record is 2).
    year : int or None
        Year of the settlement: a later year is not waited for.
    """

    scheme: SharingScheme
    scope: pd.DataFrame
    ledger: pd.DataFrame
    source: Text
    quality: Quality
    uncounted: Mapping[str, Sequence[int]] = field(default_factory=dict)
    year: int | None = None

    @cached_property
    def closing(self) -> pd.DataFrame:
        """By firm: total due, left up to the cap, paid, balance, and whether sharing has ended and how."""
        entries = self.ledger[self.ledger["phase"] != "payment"]
        kept = entries.groupby("firm", sort=False)[
            ["origin", "destination", "phase", "total", "left", "what_if"]
        ].last()
        firms = self.ledger.groupby("firm")
        paid = summed(self.ledger, ["firm"], ["paid"])["paid"]
        return kept.assign(paid=paid, balance=firms["balance"].last()).reset_index()

    @cached_property
    def by_pair(self) -> pd.DataFrame:
        """By origin, destination, year and what_if: sums of tax, due, kept and paid."""
        sums = ["tax", "origin_due", "destination_keeps", "paid"]
        return summed(self.ledger, ["origin", "destination", "year", "what_if"], sums).reset_index()

    def findings(self) -> Findings:
        """Say what a reader must know of a settlement.

        Returns
        -------
        Findings
            ``W-RUL-80`` a ledger that waits for a year, ``N-RUL-120`` one whose next year is still to come, ``W-RUL-81``
            a firm left undecided, ``W-RUL-113`` a tax that the scheme does not count.
        """
        found = Findings()
        for tax, rows in self.uncounted.items():
            values = {"tax": tax, "rows": _rows_said(rows), "known": _taxes_said(self.scheme)}
            found.append(Finding("W-RUL-113", table="taxes", column="tax", values=values))
        undecided = self.scope[self.scope["state"] == "undecided"]
        for firm, why in zip(undecided["firm"], undecided["why"], strict=True):
            found.append(Finding("W-RUL-81", table="firms", values={"firm": str(firm), "why": why}))
        running = self.scope[self.scope["state"].isin(["in", "what_if"])]
        entries = self.ledger[self.ledger["phase"] != "payment"]
        last = entries.groupby("firm")[["year", "phase"]].last()
        for firm, first in zip(running["firm"], running["first"], strict=True):
            ended = firm in last.index and last.loc[firm, "phase"] in ("capped", "stopped")
            year = int(last.loc[firm, "year"]) + 1 if firm in last.index else int(first)
            if not ended:
                ahead = self.year is not None and year > self.year
                code, values = "N-RUL-120" if ahead else "W-RUL-80", {"firm": str(firm), "year": year}
                found.append(Finding(code, table="taxes", values=values))
        return found

    def shown(self) -> Iterable[Table]:
        """Give scope, ledger and closing balances."""
        firm = [Column("firm", Text("企业", "firm")), Column("origin", Text("迁出地", "origin"))]
        firm += [Column("destination", Text("迁入地", "destination"))]
        out = self.scope["state"] == "out"
        kept = {name: self.scope[name].mask(out) for name in ("cap", "first")}
        scope = in_wan(self.scope.assign(**kept), ("base", "cap"))
        columns = [*firm, Column("state", Text("适用情况", "scope"), labels=STATES)]
        columns += [money(scope, "base", Text("迁移前基数", "base before the move"), 2)]
        columns += [money(scope, "cap", Text("分享上限", "cap"), 2)]
        columns += [Column("first", Text("首个分享年", "first shared year"), kind="year")]
        columns += [Column("why", Text("说明", "why"), kind="text")]
        yield self._table(scope, columns, "scope", Text("适用范围", "who falls under the scheme"), [])
        amounts = {
            "tax": Text("当年净入库税额", "net tax of the year"), "before_cap": Text("按比例应分", "share before the cap"),
            "origin_due": Text("迁出地应得", "due to the origin"),
            "destination_keeps": Text("迁入地留用", "kept by the destination"), "total": Text("累计应得", "due so far"),
            "left": Text("距上限", "left up to the cap"), "paid": Text("当年已付", "paid in the year"),
            "balance": Text("结转未付", "carried balance"),
        }  # fmt: skip
        ledger = in_wan(self.ledger, tuple(amounts))
        columns = [*firm, Column("year", Text("年份", "year"), kind="year")]
        columns += [Column("phase", Text("阶段", "phase"), labels=PHASES)]
        columns += [Column("share", Text("分享比例", "share of the origin"), kind="text")]
        columns += [money(ledger, key, title) for key, title in amounts.items()]
        columns += [Column("what_if", Text("测算性质", "nature"), kind="text", labels=NATURE)]
        notes = [self.scheme.afterwards] + ([WHAT_IF] if self.ledger["what_if"].any() else [])
        yield self._table(ledger, columns, "ledger", Text("税收分享台账", "ledger of shared tax"), notes)
        sums = {key: amounts[key] for key in ("total", "left", "balance")} | {"paid": Text("累计已付", "paid so far")}
        closing = in_wan(self.closing, tuple(sums))
        columns = [*firm, Column("phase", Text("最后阶段", "last phase"), labels=PHASES)]
        columns += [money(closing, key, title) for key, title in sums.items()]
        columns += [Column("what_if", Text("测算性质", "nature"), kind="text", labels=NATURE)]
        yield self._table(closing, columns, "closing", Text("各企业结余", "closing balances"), notes)

    def _table(self, frame: pd.DataFrame, columns: list[Column], key: str, title: Text, notes: list[Text]) -> Table:
        title = Text("{s}：{t}", "{s}: {t}").format(s=self.scheme.title, t=title)
        notes = [self.scheme.article, *notes]
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=notes)


_ROWS = 10
"""Rows of a tax that are listed."""
NATURE = {True: STATES["what_if"], False: Text("现行办法", "today's rule")}


def settle(
    firms: pd.DataFrame,
    taxes: pd.DataFrame,
    scheme: SharingScheme,
    source: Text,
    quality: Quality,
    *,
    payments: pd.DataFrame | None = None,
    what_if: SharingScheme | None = None,
    year: int | None = None,
) -> Settlement:
    """Settle the shared tax of moved firms.

    Parameters
    ----------
    firms : DataFrame
        `haihe.rules.sharing.FIRM_COLUMNS`, one firm a row.
    taxes : DataFrame
        ``firm``, ``year``, ``tax`` (kind), ``paid`` and ``refunded`` in fen; taxes that the scheme does not name are
        left out. A year without any row is missing, not 0.
    scheme : SharingScheme
        The law.
    source : Text
    quality : {"official", "estimated", "illustrative"}
    payments : DataFrame, optional
        ``firm``, ``year`` and ``amount`` in fen, paid to the origin.
    what_if : SharingScheme, optional
        Another scheme, e.g. one that takes in moves led by the market, for firms outside the law; marked as such.
    year : int, optional
        Year of the settlement, after which no data are waited for.

    Returns
    -------
    Settlement

    Raises
    ------
    HaiheError
        ``E-RUL-77`` for missing columns, ``E-RUL-78`` for a firm that stands twice or an unknown firm, ``E-RUL-79`` for
        an amount that is no whole fen.
    """
    _check(firms, taxes, payments)
    law, scope = _settled(firms, taxes, scheme, payments, what_if=False)
    if what_if is not None:
        outside = firms[firms["firm"].isin(scope.loc[scope["state"] == "out", "firm"])]
        extra, assumed = _settled(outside, taxes, what_if, payments, what_if=True)
        law = pd.concat([law, extra], ignore_index=True) if len(extra) else law
        taken = assumed[assumed["state"] == "in"].set_index("firm")
        scope = _with_what_if(scope, taken)
    scope = firms[["firm", "origin", "destination"]].merge(scope, on="firm")
    return Settlement(scheme, scope, law, source, quality, _uncounted(taxes, scheme), year)


def _uncounted(taxes: pd.DataFrame, scheme: SharingScheme) -> dict[str, list[int]]:
    """Give the rows of each tax that a scheme does not name."""
    rows = taxes[ROW] if ROW in taxes else pd.Series(np.arange(len(taxes)) + 2, index=taxes.index)
    odd = ~taxes["tax"].isin(list(scheme.taxes))
    names = taxes.loc[odd, "tax"].fillna("—").astype(str)
    return {str(tax): [int(row) for row in own] for tax, own in rows[odd].groupby(names, sort=False)}


def _rows_said(rows: Sequence[int]) -> Text:
    """Say rows: the first ten, and how many there are."""
    first = rows[:_ROWS]
    zh, en = "、".join(map(str, first)), ", ".join(map(str, first))
    whole = Text("{r}（共{n}行）", "{r} ({n} rows in all)") if len(rows) > _ROWS else Text("{r}", "{r}")
    return whole.format(r=Text(zh, en), n=len(rows))


def _taxes_said(scheme: SharingScheme) -> Text:
    return Text("、".join(scheme.taxes), ", ".join(scheme.taxes))


def _with_what_if(scope: pd.DataFrame, taken: pd.DataFrame) -> pd.DataFrame:
    """Mark the firms that only the other scheme takes in; the reason of the law stays."""
    scope = scope.set_index("firm")
    for name in ("base", "cap", "first"):
        scope.loc[taken.index, name] = taken[name]
    scope.loc[taken.index, "state"] = "what_if"
    return scope.reset_index()


def _check(firms: pd.DataFrame, taxes: pd.DataFrame, payments: pd.DataFrame | None) -> None:
    """Refuse what cannot be settled."""
    columns_of(firms, FIRM_COLUMNS, "firms")
    columns_of(taxes, TAX_COLUMNS, "taxes")
    twice = firms.loc[firms["firm"].duplicated(), "firm"]
    given: list[tuple[pd.DataFrame, tuple[str, ...], str]] = [(taxes, ("paid", "refunded"), "taxes")]
    if payments is not None:
        columns_of(payments, PAYMENT_COLUMNS, "payments")
        given.append((payments, ("amount",), "payments"))
    for frame, names, table in given:
        unknown = sorted(set(map(str, frame["firm"])) - set(map(str, firms["firm"])))
        if unknown or len(twice):
            raise HaiheError("E-RUL-78", table=table, value=", ".join([*map(str, twice), *unknown]))
        for name in names:
            if not whole_fen(frame[name]):
                place = next(at for at in range(len(frame)) if not whole_fen(frame[name].iloc[at : at + 1]))
                row = int(frame[ROW].iloc[place]) if ROW in frame else place + 2
                raise HaiheError("E-RUL-79", table=table, row=row, column=name)


def net_tax(taxes: pd.DataFrame, scheme: SharingScheme) -> pd.DataFrame:
    """Net tax of the scheme's taxes by firm (rows) and year (columns), in fen; missing where no row stands."""
    counted = taxes[taxes["tax"].isin(list(scheme.taxes))]
    net = (counted["paid"].astype("Int64") - counted["refunded"].astype("Int64")).rename("net")
    sums = summed(pd.concat([counted[["firm", "year"]], net], axis=1), ["firm", "year"], ["net"])
    return sums["net"].unstack("year")  # noqa: PD010 - each cell is there once, and is a whole number


def _settled(
    firms: pd.DataFrame, taxes: pd.DataFrame, scheme: SharingScheme, payments: pd.DataFrame | None, *, what_if: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Settle under one scheme: ledger and scope."""
    net = net_tax(taxes, scheme).reindex(firms["firm"])
    scope = scope_of(firms, _base(firms, net, scheme), scheme)
    inside = (scope["state"] == "in").to_numpy()
    ledger = _ledger(firms[inside], net[inside], scope[inside], scheme, payments)
    return ledger.assign(what_if=what_if)[list(LEDGER)], scope


def _base(firms: pd.DataFrame, net: pd.DataFrame, scheme: SharingScheme) -> pd.DataFrame:
    """Tax of the base years; missing where one of them is missing."""
    years = [firms["moved"].to_numpy() - back for back in range(scheme.base_years, 0, -1)]
    values = np.column_stack([_at(net, wanted) for wanted in years])
    missing = pd.isna(values)
    labels = np.column_stack(years).astype(str).astype(object)
    sums = [0 if gap.any() else sum(map(int, row)) for row, gap in zip(values, missing, strict=True)]
    total = pd.Series(whole(sums)).astype("Int64").mask(np.asarray(missing.any(axis=1))).array
    listed = [", ".join(label[gap]) for label, gap in zip(labels, missing, strict=True)]
    return pd.DataFrame({"base": total, "missing": listed}, index=pd.Index(firms["firm"]))


def _at(net: pd.DataFrame, years: Any) -> Any:
    """Net tax of each firm in its own year, as objects (missing: NA)."""
    place = net.columns.get_indexer(pd.Index(years))
    found, there = np.full(len(net), pd.NA, dtype=object), np.flatnonzero(place >= 0)
    found[there] = net.to_numpy(dtype=object)[there, place[there]]
    return found


def _ledger(
    firms: pd.DataFrame,
    net: pd.DataFrame,
    scope: pd.DataFrame,
    scheme: SharingScheme,
    payments: pd.DataFrame | None,
) -> pd.DataFrame:
    """Go through the shared years of all firms at once.

    The ledger of a firm ends with the year before the first one that is missing, with the year in which the cap is
    reached, or with the last year of the extension.
    """
    first, cap = scope["first"].to_numpy(dtype=np.int64), scope["cap"].to_numpy(dtype=np.int64)
    last = int(max(net.columns, default=0))
    total, loss = np.zeros(len(firms), dtype=np.int64), np.zeros(len(firms), dtype=np.int64)
    going = np.ones(len(firms), dtype=bool)
    pages = []
    for count, share in enumerate((*scheme.shares, *scheme.extension), start=1):
        year = first + count - 1
        given = _at(net, year)
        known = ~pd.isna(given)
        going &= known
        tax = np.where(known, given, 0).astype(np.int64)
        after = added(tax, loss) if scheme.losses == "carry" else tax
        base = np.maximum(after, 0)
        loss = np.where(going, np.minimum(after, 0), loss) if scheme.losses == "carry" else loss
        before = times(base, share, Rounding(1, scheme.rounding))
        due = np.minimum(before, cap - total) * going
        total = total + due
        reached = total >= cap
        phase = np.where(reached, "capped", "first" if count <= len(scheme.shares) else "extension")
        phase = np.where((count == scheme.years) & ~reached, "stopped", phase)
        page = firms[["firm", "origin", "destination"]].assign(
            year=year, count=count, phase=phase, tax=tax, base=base, share=str(share), before_cap=before,
            origin_due=due, destination_keeps=tax - due, total=total, left=cap - total,
        )  # fmt: skip
        pages.append(page[going & (year <= last)])
        going = going & ~reached
    ledger = pd.concat(pages, ignore_index=True)
    order = {name: at for at, name in enumerate(firms["firm"])}
    ledger = ledger.sort_values("year", kind="stable").sort_values("firm", key=lambda f: f.map(order), kind="stable")
    return _with_payments(ledger.reset_index(drop=True), payments)


def _with_payments(ledger: pd.DataFrame, payments: pd.DataFrame | None) -> pd.DataFrame:
    """Add what was paid in each year and carry the balance; a payment in a year without an entry gets a line."""
    if payments is None or not len(ledger):
        return _balanced(ledger.assign(paid=0))
    own = payments[payments["firm"].isin(ledger["firm"])]
    paid = summed(own, ["firm", "year"], ["amount"])["amount"].rename("paid").reset_index()
    known = pd.MultiIndex.from_frame(ledger[["firm", "year"]])
    late = paid[~pd.MultiIndex.from_frame(paid[["firm", "year"]]).isin(known)]
    names = ledger.drop_duplicates("firm")[["firm", "origin", "destination"]]
    lines = late[["firm", "year"]].merge(names, on="firm").assign(phase="payment", origin_due=0)
    order = {name: at for at, name in enumerate(names["firm"])}
    whole = pd.concat([ledger, lines], ignore_index=True) if len(lines) else ledger
    whole = whole.merge(paid, on=["firm", "year"], how="left").fillna({"paid": 0})
    whole = whole.sort_values(["firm", "year"], key=lambda c: c.map(order) if c.name == "firm" else c)
    return _balanced(whole.reset_index(drop=True))


def _balanced(ledger: pd.DataFrame) -> pd.DataFrame:
    """Carry what is due and what was paid forward, firm by firm."""
    amounts = ["count", "tax", "base", "before_cap", "origin_due", "destination_keeps", "total", "left", "paid"]
    ledger = ledger.astype(dict.fromkeys(amounts, "Int64"))
    firms = ledger.groupby("firm", sort=False)
    carried = {name: firms[name].ffill() for name in ("total", "left")}
    open_ = ledger.assign(balance=ledger["origin_due"] - ledger["paid"])
    return ledger.assign(**carried, balance=cumulated(open_, [open_["firm"]], ["balance"])["balance"])


def other_terms(scheme: SharingScheme, title: Text, **terms: Any) -> SharingScheme:
    """Give a what-if scheme: the law with other terms, e.g. ``led_by=("government", "market")``."""
    return replace(scheme, title=title, **terms)

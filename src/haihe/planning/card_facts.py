"""The numbers of a project's card, each with unit, year, source and quality; what is not known is missing, with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.economy import Economy
from haihe.planning.program import Floats
from haihe.planning.project_inputs import place_of
from haihe.planning.projects import YI, ProjectSpec
from haihe.planning.setup import Setup
from haihe.planning.suppliers import Reach, Suppliers
from haihe.planning.tax_levels import LEVELS, NO_SHARE, NO_TAX, TaxShares
from haihe.region import Region
from haihe.region.units import said

YI_TEXT = Text("亿元", "100 m yuan")
WAN_PER_YI = 1e4
MU = "亩"
PAYERS = ("city", "district")
NOT_STATED = Text("项目要素需求表未列", "not stated in the table project_resources")
NO_LABOUR = Text("没有用工强度（表 uses）", "no jobs per output (table uses)")
NO_LAND = Text("没有用地数", "land is not stated")
NONE_PAID = Text("没有财政支持", "no public money")


@dataclass(frozen=True)
class Fact:
    """One number of a card.

    Attributes
    ----------
    key : str
    label : Text
    value : float
        Missing where it is not known; ``why`` says why.
    unit : Text
    year : str
        Year or years that it belongs to.
    source : str
        Key of `Sources`.
    quality : Quality
    digits : int
    """

    key: str
    label: Text
    value: float
    unit: Text
    year: str
    source: str
    quality: Quality
    digits: int = 2
    why: Text | None = None


@dataclass(frozen=True)
class Sources:
    """Sources of a card's numbers by key, each in words and with its mark."""

    lines: Mapping[str, Text]
    marks: Mapping[str, Quality]

    @classmethod
    def of(cls, setup: Setup, project: str) -> "Sources":
        """Name what the card of a project rests on: its own rows, the accounts, the rules, the selection."""
        region, year = setup.region, setup.economy.year
        lines, marks = {}, {}

        def tell(key: str, words: Text, rows: pd.DataFrame) -> None:
            if len(rows):
                publishers = _publishers(region, rows)
                lines[key] = Text(f"{words.zh}（{publishers.zh}）", f"{words.en} ({publishers.en})")
                marks[key] = worst_quality(set(rows["quality"])) or "illustrative"

        for key, table, words in (
            ("P", "projects", Text("项目表", "table projects")),
            ("N", "project_resources", Text("项目要素需求表", "table project_resources")),
        ):
            rows = region.frame(table)
            tell(key, words, rows[rows["project"] == project])
        lines.setdefault("N", Text("项目要素需求表", "table project_resources"))
        marks.setdefault("N", marks["P"])
        accounts = region["accounts"]
        mark = worst_quality(set(accounts.loc[accounts["year"] == year, "quality"])) or "illustrative"
        lines["A"] = Text(
            f"{year} 年核算计算（投入产出，成员之间）", f"computed on the accounts of {year} (input-output, members)"
        )
        marks["A"] = worst_quality({mark, marks["P"]}) or "illustrative"
        shares = region.frame("tax_shares")
        tell("T", Text(f"{year} 年核算的生产税率 × 税收分享表", f"tax rate of {year} x table tax_shares"), shares)
        marks["T"] = worst_quality({marks.get("T", marks["A"]), marks["A"]}) or "illustrative"
        lines.setdefault("T", Text(f"{year} 年核算的生产税率", f"tax rate of the accounts of {year}"))
        rules = worst_quality({setup.marks.get("rules", marks["P"]), marks["P"]})
        lines["R"] = Text("按办法计算", "computed by the rules")
        marks["R"] = rules or "illustrative"
        money = setup.money.quality if setup.money is not None else marks["R"]
        lines["S"] = Text("haihe 项目选择", "haihe selection")
        marks["S"] = worst_quality({money, marks["R"]}) or "illustrative"
        return cls(lines, marks)


@dataclass(frozen=True)
class Ask:
    """One option of a project, and what is needed to say what it brings.

    Attributes
    ----------
    setup : Setup
    p, option, site : int
        Positions of the project, the option (-1 where the plan has none) and the site.
    built : bool
    funding : DataFrame
        Who pays for it, see `haihe.planning.project_results.funding_table`.
    suppliers : Suppliers
    shares : TaxShares
    """

    setup: Setup
    p: int
    option: int
    site: int
    built: bool
    funding: pd.DataFrame
    suppliers: Suppliers
    shares: TaxShares

    @property
    def spec(self) -> ProjectSpec:
        """The projects."""
        assert self.setup.projects is not None
        return self.setup.projects

    @property
    def economy(self) -> Economy:
        """The economy."""
        return self.setup.economy

    @cached_property
    def _row(self) -> "pd.Series[Any]":
        return self.setup.region["projects"].iloc[self.p]

    @property
    def start(self) -> int:
        """Year of start: of the option, else as planned."""
        return int(self.spec.start[self.option]) if self.option >= 0 else int(str(self._row["start"]))

    @property
    def done(self) -> int:
        """First year after construction."""
        if self.option >= 0:
            return int(self.spec.done[self.option])
        return self.start + round(float(str(self._row["construction"])))

    @property
    def investment(self) -> float:
        """亿元, extra cost of the site included."""
        if self.option >= 0:
            return float(self.spec.investment[self.option])
        return float(str(self._row["investment"])) / WAN_PER_YI

    @property
    def output(self) -> float:
        """At capacity, 亿元 a year."""
        return float(self.spec.capacity[self.p] / YI)

    @property
    def member(self) -> int:
        """Position of the member it stands in."""
        return place_of(self.setup.region, self.spec.sites[self.site], self.economy)

    @property
    def sector(self) -> int:
        """Position of its sector."""
        return int(self.spec.sector[self.p])

    @cached_property
    def reach(self) -> Reach:
        """What a unit of its output goes back to."""
        return self.suppliers.reach(self.member, self.sector)

    @property
    def tax(self) -> float:
        """Tax on production at capacity, 亿元 a year; missing where the accounts do not know it."""
        rates = self.setup.data.taxes
        return float("nan") if rates is None else float(rates[self.member, self.sector] * self.output)

    def paid(self) -> pd.DataFrame:
        """Public money by payer and year: as the choice pays it, or as the rules would give it in the year it is built."""
        own = self.funding[self.funding["payer"].isin(PAYERS)]
        if self.built:
            return own[["payer", "year", "amount"]]
        spec, p = self.spec, self.p
        frame = pd.DataFrame({"payer": PAYERS, "year": self.done, "amount": (spec.city[p], spec.district[p])})
        return frame[frame["amount"] > 0]

    def use(self, resource: str) -> float:
        """Need of a resource in its unit; missing where it is not stated."""
        table = self.setup.region.frame("project_resources")
        stated = ((table["project"] == self.spec.projects[self.p]) & (table["resource"] == resource)).any()
        known = bool(stated) and resource in self.spec.resources
        return float(self.spec.uses[self.p, self.spec.resources.index(resource)]) if known else float("nan")


def facts_of(ask: Ask, sources: Sources) -> tuple[Fact, ...]:
    """Every number of a card that belongs to no single year."""
    return (*_itself(ask, sources), *_brings(ask, sources), *_takes(ask, sources), *_public(ask, sources))


def _itself(ask: Ask, sources: Sources) -> list[Fact]:
    spec, p = ask.spec, ask.p
    building = f"{ask.start}–{ask.done - 1}" if ask.done - 1 > ask.start else f"{ask.start}"
    full = f"{ask.done}"
    mark = sources.marks["P"]
    return [
        Fact("investment", Text("总投资", "Investment"), ask.investment, YI_TEXT, building, "P", mark),
        Fact("output", Text("达产年产值", "Output at capacity"), ask.output, YI_TEXT, full, "P", mark),
        Fact("jobs", Text("就业", "Jobs"), float(spec.jobs[p]), said("persons"), full, "P", mark, digits=0),
    ]


def _brings(ask: Ask, sources: Sources) -> list[Fact]:
    """Value added and jobs, its own and its suppliers'."""
    reach, q, full = ask.reach, ask.output, f"{ask.done}"
    mark = sources.marks["A"]
    names = ask.suppliers.table.names

    def fact(key: str, label: Text, value: float, digits: int = 2) -> Fact:
        return Fact(key, label, value, YI_TEXT, full, "A", mark, digits)

    found = [fact("value_added", Text("直接增加值", "Value added, direct"), reach.direct * q)]
    found.append(
        fact(
            "suppliers",
            Text("供应商带来的增加值（成员内）", "Value added through suppliers, members"),
            float(reach.suppliers.sum()) * q,
        )
    )
    for r, member in enumerate(ask.economy.members):
        name = names.get(member, Text(member, member))
        found.append(
            fact(
                f"suppliers:{member}", Text(f"　其中{name.zh}", f"  of which {name.en}"), float(reach.suppliers[r]) * q
            )
        )
    found.append(fact("outside", Text("最终购自成员之外", "Bought outside the members in the end"), reach.outside * q))
    use = ask.setup.data.uses.get("labour")
    jobs, why = float("nan"), NO_LABOUR
    if use is not None:
        jobs = float((use.per_output[..., 0] * reach.output).sum() * q * YI)
        mark = worst_quality({mark, use.quality}) or "illustrative"
    found.append(
        Fact(
            "supplier_jobs",
            Text("供应商的就业（成员内）", "Jobs at suppliers, members"),
            jobs,
            said("persons"),
            full,
            "A",
            mark,
            digits=0,
            why=None if use is not None else why,
        )
    )
    return found


def _takes(ask: Ask, sources: Sources) -> list[Fact]:
    """What it uses, and output per mu."""
    mark, full = sources.marks["N"], f"{ask.done}"
    names = ask.setup.region.frame("resources").set_index("resource")
    found = []
    for name in [*("land", "energy", "co2"), *(n for n in ask.spec.resources if n not in ("land", "energy", "co2"))]:
        if name not in names.index:
            continue
        unit = said(str(names.loc[name, "unit"]))
        title = Text(str(names.loc[name, "name_zh"]), str(names.loc[name, "name_en"]))
        value = ask.use(name)
        why = None if np.isfinite(value) else NOT_STATED
        if why is not None and name not in ("land", "energy", "co2"):
            continue
        year = f"{ask.start}" if names.loc[name, "kind"] == "stock" else full
        found.append(Fact(f"use:{name}", title, value, unit, year, "N", mark, digits=0, why=why))
    land = ask.use("land")
    per_mu = ask.output * WAN_PER_YI / land if land > 0 else float("nan")
    unit = Text("万元/亩", "10,000 yuan/mu")
    why = None if np.isfinite(per_mu) else NO_LAND
    mark = worst_quality({mark, sources.marks["P"]}) or "illustrative"
    found.append(
        Fact("output_per_mu", Text("亩均产值", "Output per mu"), per_mu, unit, full, "N", mark, digits=0, why=why)
    )
    return found


def _public(ask: Ask, sources: Sources) -> list[Fact]:
    """Public money, tax at capacity by level, and payback."""
    spec, p = ask.spec, ask.p
    paid = ask.paid()
    total = float(paid["amount"].sum())
    when = f"{ask.done}" if paid.empty else _span(paid["year"])
    source = "S" if ask.built else "R"
    mark = sources.marks[source]
    given = float(spec.given[p])
    found = [
        Fact("given", Text("按办法可得", "By the rules"), given, YI_TEXT, when, "R", sources.marks["R"], digits=3),
        Fact(
            "need",
            Text("所需支持", "Support needed"),
            float(spec.need[p]),
            YI_TEXT,
            when,
            "P",
            sources.marks["P"],
            digits=3,
        ),
        Fact("support", Text("财政支持合计", "Public money"), total, YI_TEXT, when, source, mark, digits=3),
    ]
    tax, full = ask.tax, f"{ask.done}"
    why = NO_TAX if not np.isfinite(tax) else None
    found.append(
        Fact(
            "tax",
            Text("达产年税收（生产税净额）", "Tax a year (on production)"),
            tax,
            YI_TEXT,
            full,
            "A",
            sources.marks["A"],
            3,
            why,
        )
    )
    local = ask.shares.local * tax if ask.shares.known else float("nan")
    payback = total / local if total > 0 and local > 0 else float("nan")
    reason = NONE_PAID if total <= 0 else NO_SHARE if not ask.shares.known else why
    mark = worst_quality({sources.marks["T"], mark}) or "illustrative"
    found.append(
        Fact(
            "payback",
            Text("回收期（市区税收）", "Payback by local tax"),
            payback,
            said("year"),
            full,
            "T",
            mark,
            1,
            None if np.isfinite(payback) else reason,
        )
    )
    return found


def years_of(ask: Ask, sources: Sources) -> pd.DataFrame:
    """Investment, public money and tax by year: ``item``, ``year``, ``value`` (亿元), ``source``, ``quality``.

    Items are ``investment``, ``city``, ``district`` (public money), ``tax:central``, ``tax:city``, ``tax:district`` (missing
    where no rule shares it) and ``tax``.
    """
    last = max(ask.done + 1, ask.setup.assumptions.last_year)
    years = np.arange(ask.start, last + 1)
    building = (years < ask.done) / max(ask.done - ask.start, 1)
    running = (years >= ask.done).astype(np.float64)
    paid = ask.paid().groupby(["payer", "year"])["amount"].sum()
    public = {payer: np.array([float(paid.get((payer, year), 0.0)) for year in years]) for payer in PAYERS}
    tax = ask.tax * running
    rows: list[tuple[str, Floats, str]] = [("investment", ask.investment * building, "P")]
    rows += [(payer, public[payer], "S" if ask.built else "R") for payer in PAYERS]
    rows.append(("tax", tax, "A"))
    rows += [(f"tax:{level}", ask.shares.shares[k] * tax, "T") for k, level in enumerate(LEVELS)]
    parts = [
        pd.DataFrame({"item": item, "year": years, "value": values, "source": source, "quality": sources.marks[source]})
        for item, values, source in rows
    ]
    return pd.concat(parts, ignore_index=True)


def _span(years: "pd.Series[int]") -> str:
    first, last = int(years.min()), int(years.max())
    return f"{first}" if first == last else f"{first}–{last}"


def _publishers(region: Region, rows: pd.DataFrame) -> Text:
    """Who published the rows: at most two, else how many."""
    about = region["sources"].set_index("source")
    codes = [code for code in dict.fromkeys(rows["source"]) if code in about.index]
    if not codes:
        return Text("—", "—")
    found = about.loc[codes, ["publisher_zh", "publisher_en"]].drop_duplicates()
    return Text("；".join(found["publisher_zh"].astype(str)), "; ".join(found["publisher_en"].astype(str)))

"""The diagnosis of a region: structure, trade and dependence, chains, labels, halts and firms in one result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from haihe.accounts.regional import Accounts, FloatArray
from haihe.diagnosis.chain_views import ChainView, member_stages
from haihe.diagnosis.chains import Chains, chains_of
from haihe.diagnosis.comparable import cautions, growth_years
from haihe.diagnosis.firm_views import FirmView
from haihe.diagnosis.firms import anchors, firms_of, single_suppliers, stage_firms
from haihe.diagnosis.halt_views import HaltView
from haihe.diagnosis.halts import Halts, chain_halts, stage_losses
from haihe.diagnosis.label_views import LabelView
from haihe.diagnosis.labels import LabelRule, read_labels
from haihe.diagnosis.places import LABOUR, Places, accounts_by_year, jobs_of, places_of, years_of
from haihe.diagnosis.result import Basis, Result, basis_of, source_line
from haihe.diagnosis.stages import Pair, profile
from haihe.diagnosis.structure import Structure, structure
from haihe.diagnosis.trade import Trade
from haihe.diagnosis.trade_views import TradeView, trade_view
from haihe.diagnosis.weak_links import Bounds, Weights, rank
from haihe.figures import Figure, Table
from haihe.figures.workbook import write_workbook
from haihe.messages import Finding, Findings, HaiheError, Lang, Text, default_language, worst_quality
from haihe.region import TABLES, Region

CHAIN_TABLES = ("chains", "chain_stages")
"""Tables that chains are read from; both are needed."""


@dataclass(frozen=True, eq=False)
class Diagnosis(Result):
    """What a region is made of, on whom it depends, and where its chains are weak.

    Attributes
    ----------
    places : Places
        The member that the diagnosis is made for, and those beside it.
    years : tuple of int
        Years of accounts compared; the last one is the year of every level.
    structure : Structure
        Specialisation, similarity, shift-share, classification.
    trade : TradeView
        Whose value added stands in uses and exports; where products come from.
    chains : ChainView or None
        Stages, weak links and lists; None without the tables of chains.
    labels : LabelView or None
        Our reading beside the official labels.
    halts : HaltView or None
        What a halt of each chain costs the members.
    firms : FirmView or None
        Firms of the chains; None without the table ``enterprises``.
    findings : Findings
        What was left out for want of which table.
    """

    places: Places
    years: tuple[int, ...]
    structure: Structure
    trade: TradeView
    chains: ChainView | None
    labels: LabelView | None
    halts: HaltView | None
    firms: FirmView | None
    findings: Findings

    def __repr__(self) -> str:
        years = "-".join(dict.fromkeys((str(self.years[0]), str(self.years[-1]))))
        named = "no chains" if self.chains is None else f"chains {', '.join(self.chains.chains.codes)}"
        return (
            f"Diagnosis of {self.places.home}, {years}: {named}; {len(self.tables)} tables, {len(self.figures)} figures"
        )

    @property
    def parts(self) -> list[Result]:
        """The results that the diagnosis is made of, in the order in which they are read."""
        every = (self.structure, self.trade, self.labels, self.chains, self.halts, self.firms)
        return [part for part in every if part is not None]

    def shown(self) -> Iterable[Table | Figure]:
        """Every table and figure of every part."""
        return [shown for part in self.parts for shown in part.shown()]

    @property
    def sheets(self) -> list[Table]:
        """Tables worth a sheet: of several chains those over all of them, of one chain its own too."""
        tables: list[Table] = []
        for part in self.parts:
            if isinstance(part, ChainView) and len(part.chains.codes) > 1:
                tables += part.overview()
            else:
                tables += part.tables.values()
        return tables

    def to_excel(self, path: str | Path, lang: Lang | None = None) -> Path:
        """Write `sheets` to a workbook; the file is replaced only when it is complete.

        Raises
        ------
        HaiheError
            ``E-REP-02`` for a table with more rows than a sheet can hold.
        """
        return write_workbook(self.sheets, path, lang or default_language())


def diagnose(
    region: Region,
    chain: str | Sequence[str] | None = None,
    years: Sequence[int] | None = None,
    *,
    home: str | None = None,
    weights: Weights | None = None,
    bounds: Bounds | None = None,
    rule: LabelRule | None = None,
) -> Diagnosis:
    """Diagnose a region: what it is made of, on whom it depends, where its chains are weak, what a halt costs.

    Parameters
    ----------
    region : Region
        Needs ``accounts``. ``flows`` couple its members; ``chains`` with ``chain_stages``, ``uses`` (jobs), ``enterprises`` and
        ``supplies`` are used where present.
    chain : str or sequence of str, optional
        Chains to look at; all where not given.
    years : sequence of int, optional
        Years of accounts to compare; all up to the base year where not given.
    home : str, optional
        The member to look from, see `haihe.diagnosis.places.places_of`.
    weights : Weights, optional
        Weights of the score of weak links; equal where not given.
    bounds : Bounds, optional
        Where terms of the score are full and the three lists begin.
    rule : LabelRule, optional
        How chains are read as strong, new or short.

    Returns
    -------
    Diagnosis
        ``.tables``, ``.figures``, ``.to_excel()``; each table and figure with ``.cite()``.

    Raises
    ------
    HaiheError
        ``E-TAB-01`` without accounts, or without chains where `chain` asks for one; ``E-ACC-40`` for a year without
        accounts; ``E-DIA-60``, ``E-DIA-61``, ``E-DIA-62``, ``E-DIA-63``, ``E-DIA-65``.
    """
    chosen = years_of(region, years)
    accounts = accounts_by_year(region, chosen)
    now = accounts[chosen[-1]]
    span = growth_years(region, chosen)
    grown = (accounts[span[0]], accounts[span[1]]) if span else None
    places = places_of(region, now, home)
    trade = Trade(now, places)
    basis = _basis(region, chosen[-1:])
    chains = _chosen(region, now, chain)
    findings = _missing(region, trade, chains, chosen)
    jobs, jobs_note = _jobs(region, now)
    view = labels = halted = None
    if chains is not None:
        findings += chains.findings
        weights, bounds, rule = weights or Weights(), bounds or Bounds(), rule or LabelRule()
        used = tuple(sorted({*(span or ()), chosen[-1]}))
        on, level = (_with_chains(region, _basis(region, spent), chains) for spent in (used, chosen[-1:]))
        at = places.home
        halts = Halts(trade, jobs)
        stages = _ranked(trade, chains, grown, jobs, halts, weights, bounds)
        beside = member_stages(trade, chains)
        view = ChainView(trade, chains, stages, beside, weights, bounds, _problems(region), span, on, level, jobs_note)
        labels = LabelView(read_labels(trade, chains, at, grown, rule), chains, at, rule, span, on)
        halted = HaltView(chain_halts(halts, chains, at), chains, at, level, jobs_note)
    return Diagnosis(
        places,
        chosen,
        structure(region, chosen, home=places.home),
        trade_view(region, trade, basis),
        view,
        labels,
        halted,
        _firm_view(region, chains),
        findings,
    )


def _basis(region: Region, years: Sequence[int]) -> Basis:
    """What figures made from the accounts and flows of some years rest on."""
    return replace(basis_of(region, "accounts", "flows", years=years), notes=cautions(region, years))


def _chosen(region: Region, accounts: Accounts, chain: str | Sequence[str] | None) -> Chains | None:
    """Read the chains asked for; ``E-TAB-01`` where one is asked for and there are none."""
    chains = chains_of(region, accounts)
    if chain is None:
        return chains
    if chains is None:
        missing = next(name for name in CHAIN_TABLES if not region.has(name))
        raise HaiheError("E-TAB-01", table=missing, title=TABLES[missing].title)
    return chains.select([chain] if isinstance(chain, str) else list(chain))


def _missing(region: Region, trade: Trade, chains: Chains | None, years: tuple[int, ...]) -> Findings:
    """Say what is left out for want of a table."""
    found = Findings()
    if len(trade.accounts.regions) > 1 and not trade.coupled:
        found.append(Finding("N-DIA-66", table="flows", values={"year": years[-1]}))
    if chains is None:
        found.append(Finding("N-DIA-67", table="chains"))
    if not region.has("enterprises"):
        found.append(Finding("N-DIA-68", table="enterprises"))
    elif not region.has("supplies"):
        found.append(Finding("N-DIA-70", table="supplies"))
    if len(years) == 1:
        found.append(Finding("N-DIA-69", table="accounts", values={"year": years[0]}))
    return found


def _jobs(region: Region, accounts: Accounts) -> tuple[FloatArray | None, Text | None]:
    """Persons employed, and where they come from."""
    jobs, _ = jobs_of(region, accounts)
    if jobs is None:
        return None, None
    uses = region["uses"]
    codes = list(uses.loc[uses["resource"] == LABOUR, "source"].dropna().unique())
    said = source_line(region, codes)
    note = Text(f"就业由产出乘以用工强度推算（{said.zh}）。", f"Jobs: output times labour use ({said.en}).")
    return jobs, note


def _with_chains(region: Region, basis: Basis, chains: Chains) -> Basis:
    """Add sources and mark of the chains' tables to what the accounts rest on."""
    own = basis_of(region, *CHAIN_TABLES)
    mark = worst_quality({basis.quality, own.quality, chains.quality}) or basis.quality
    source = Text(f"{basis.source.zh}；{own.source.zh}", f"{basis.source.en}; {own.source.en}")
    return replace(basis, quality=mark, source=source)


def _ranked(
    trade: Trade,
    chains: Chains,
    grown: Pair | None,
    jobs: FloatArray | None,
    halts: Halts,
    weights: Weights,
    bounds: Bounds,
) -> pd.DataFrame:
    """Every stage at home with its measures, losses and rank."""
    stages = profile(trade, chains, trade.places.home, grown, jobs)
    return rank(stages.merge(stage_losses(halts, chains, trade.places.home), on="key"), weights, bounds)


def _problems(region: Region) -> dict[str, Text]:
    """Registered problems by chain, joined."""
    table = region.frame("problems")
    table = table[table["chain"].notna()]
    zh = table.groupby("chain")["name_zh"].agg("；".join)
    en = table.groupby("chain")["name_en"].agg("; ".join)
    return {str(chain): Text(zh[chain], en[chain]) for chain in zh.index}


def _firm_view(region: Region, chains: Chains | None) -> FirmView | None:
    """Firms of the chains; None without the table of enterprises."""
    firms = firms_of(region)
    if firms is None:
        return None
    known = len(firms.supplies) > 0
    table = region["enterprises"][["enterprise", "name_zh", "name_en"]]
    return FirmView(
        firms,
        stage_firms(firms, chains) if chains is not None else pd.DataFrame(),
        single_suppliers(firms) if known else pd.DataFrame(),
        anchors(firms) if known else pd.DataFrame(),
        chains,
        {code: Text(zh, en) for code, zh, en in table.itertuples(index=False, name=None)},
        basis_of(region, "enterprises", "supplies"),
    )

"""The command on what coordination is worth: share."""

import json
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.cli.plans import stoppable
from haihe.cli.rules import day_of, read_book
from haihe.messages import Findings, HaiheError, Progress, Text

if TYPE_CHECKING:
    import pandas as pd

    from haihe.coalition.bands import Bands
    from haihe.coalition.joint_projects import JointProjects
    from haihe.coalition.settlement import ShareSettlement, TaxCarriage
    from haihe.coalition.share import Shares
    from haihe.figures import Table
    from haihe.region import Region
    from haihe.rules.settlement import Settlement

SHOWN = ("share-splits", "share-stability", "share-things", "share-payments")


@dataclass(frozen=True)
class _Made:
    """What the command worked out."""

    shares: "Shares"
    bands: "Bands | None"
    settlement: "ShareSettlement | None"
    carriage: "TaxCarriage | None"
    joint: "JointProjects | None"
    refused: Findings

    @property
    def findings(self) -> Findings:
        """Of the shares, their settlement and what is built together."""
        parts = (self.shares, self.settlement, self.joint)
        return Findings([*self.refused, *(finding for part in parts if part is not None for finding in part.findings)])


@app.command(epilog="Example: haihe share examples/jing-jin-ji --allocation heads -o share.xlsx")
def share(
    path: PathArgument,
    members: Annotated[
        list[str] | None,
        typer.Option(
            "--members", help="Members that form coalitions; repeatable, or joined by commas. All if not given."
        ),
    ] = None,
    agreement: Annotated[
        str | None,
        typer.Option(
            "--agreement", help="What is shared: code of the table agreements, as-planned, or a CSV file of it."
        ),
    ] = None,
    allocation: Annotated[
        str | None,
        typer.Option("--allocation", help="Who has how many permits at first: code of the table allocations."),
    ] = None,
    scenario: Annotated[list[str] | None, typer.Option("--scenario", help="Scenario of the table; repeatable.")] = None,
    rule: Annotated[str, typer.Option("--rule", help="Split to settle: owen, shapley, nucleolus, equal …")] = "owen",
    way: Annotated[
        str, typer.Option("--way", help="Pay as gains accrue (accrued) or the same every year (level).")
    ] = "accrued",
    every: Annotated[bool, typer.Option("--every", help="Average worth of things: solve all packages (slow).")] = False,
    bands: Annotated[
        bool, typer.Option("--bands", help="Solve again for other elasticities, flows and first allocations (slow).")
    ] = False,
    scheme: Annotated[
        tuple[Path, Path, Path] | None,
        typer.Option(
            "--scheme", help="Rules, moved firms and their taxes: what shared tax could carry of the payments."
        ),
    ] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Day whose rules of sharing apply, YYYY-MM-DD.")] = "2025-12-31",
    journal: Annotated[
        Path | None, typer.Option("--journal", help="File that keeps the bands; a stopped run goes on from it.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Workbook (.xlsx) to write.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say what coordination is worth, to whom and by what, how it can be split, who would leave, and who pays whom."""
    from haihe.coalition.bands import share_bands
    from haihe.coalition.joint_projects import joint_projects
    from haihe.coalition.share import share as work_out

    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            _known(rule, way)
            region = checked(path, now)
            region, code = _agreement(region, agreement)
            sharing = None if scheme is None else _scheme(scheme, as_of, now)
            who = [name for text in members or [] for name in text.split(",")] or None
            shares = work_out(
                region, members=who, agreement=code, allocation=allocation, scenario=scenario or (), every=every,
                workers=workers, control=control, progress=now,
            )  # fmt: skip
            banded = None
            if bands:
                banded = share_bands(
                    region, agreement=code, journal=journal, workers=workers, control=control, members=who,
                    scenario=scenario or (),
                )  # fmt: skip
            settlement, carriage, refused = _settlement(shares, rule, way, sharing, now)
            joint = joint_projects(region) if not region.frame("joint_projects").empty else None
        made = _Made(shares, banded, settlement, carriage, joint, refused)
        tables = _tables(made)
        if out is not None:
            from haihe.figures.workbook import write_workbook

            write_workbook(tables.values(), out, here.lang)
        _data(here, made)
        _said(here, made, tables)
        if out is not None:
            here.say(Text(f"已写出 {out}。", f"Written: {out}."))


def _agreement(region: "Region", wanted: str | None) -> "tuple[Region, str | None]":
    """Read an agreement from a file where one is named; a code stays a code."""
    if wanted is None or not wanted.lower().endswith((".csv", ".xlsx")):
        return region, wanted
    from haihe.rules.plain_table import read_plain

    frame = read_plain(wanted, ("agreement", "thing", "name_zh", "kind"))
    region = region.with_table("agreements", frame.reset_index(drop=True))
    region.check().raise_errors()
    return region, str(frame["agreement"].iloc[0])


def _settlement(
    shares: "Shares", rule: str, way: str, scheme: "Settlement | None", now: Progress
) -> "tuple[ShareSettlement | None, TaxCarriage | None, Findings]":
    """Settle the split; a small gain, or a split that does not hand out the gain, is not settled."""
    from haihe.coalition.settlement import settled, through_tax

    if shares.small:
        return None, None, Findings()
    now(Text("结算", "settling"))
    try:
        made = settled(shares, rule, way)  # type: ignore[arg-type]
    except HaiheError as error:
        if error.code != "E-COA-98":
            raise
        return None, None, error.findings
    return made, None if scheme is None else through_tax(made, scheme), Findings()


def _known(rule: str, way: str) -> None:
    """Refuse a rule or a way of paying that nobody knows before anything is solved."""
    from haihe.coalition.ledger import WAYS
    from haihe.coalition.names import RULES

    for code, value, known in (("E-COA-29", rule, RULES), ("E-COA-90", way, WAYS)):
        if value not in known:
            raise HaiheError(code, value=value, known=", ".join(known))


def _scheme(files: tuple[Path, Path, Path], as_of: str, now: Progress) -> "Settlement":
    """Settle the shared tax of moved firms."""
    from haihe.rules.settlement import settle
    from haihe.rules.sharing_file import sharing_on
    from haihe.rules.sharing_tables import read_moved_firms, read_taxes

    day = day_of(as_of)
    if isinstance(day, str):
        raise HaiheError("E-RUL-109", option="--as-of", value=as_of, wanted="YYYY-MM-DD")
    source = Text("迁移企业纳税数据与办法文件", "taxes of moved firms and the scheme file")
    scheme = sharing_on(read_book(files[0], now), day)
    return settle(read_moved_firms(files[1]), read_taxes(files[2]), scheme, source, "illustrative", year=day.year)


def _tables(made: _Made) -> "dict[str, Table]":
    from haihe.coalition.band_views import BandViews
    from haihe.coalition.conventions import count_table
    from haihe.coalition.settlement_views import SettlementViews

    tables = dict(made.shares.tables)
    if made.settlement is not None:
        tables |= SettlementViews(made.settlement, made.carriage).tables()
    if made.bands is not None:
        tables |= BandViews(made.bands, made.shares).tables()
    if made.joint is not None:
        tables |= made.joint.tables
        if not made.joint.region.frame("conventions").empty:
            tables["joint-counted"] = count_table(made.joint)
    return tables


def _data(here: Desk, made: _Made) -> None:
    """Results as JSON."""
    from haihe.coalition.telling import tell_shares

    shares = made.shares
    frames = dict(shares.frames)
    frames |= made.settlement.frames if made.settlement is not None else {}
    frames |= made.bands.frames if made.bands is not None else {}
    frames |= {"joint_payments": made.joint.payments} if made.joint is not None else {}
    if made.carriage is not None:
        frames |= {"through_tax": made.carriage.table, "unused_tax": made.carriage.unused}
    here.data(
        {
            "ok": True,
            "gain_bn_yuan": shares.gain,
            "share_of_cost": None if shares.share_of_cost != shares.share_of_cost else shares.share_of_cost,
            "small": shares.small,
            "quality": shares.quality,
            "agreement": shares.agreement.name,
            "allocation": shares.allocation.name,
            "says": [{"topic": line.topic, **line.text.to_dict()} for line in tell_shares(shares, made.bands)],
            "findings": [finding.to_dict(here.lang) for finding in made.findings],
            "tables": {name: _records(frame) for name, frame in frames.items()},
        }
    )


def _said(here: Desk, made: _Made, tables: "dict[str, Table]") -> None:
    """Sentences and the tables that matter most."""
    from haihe.coalition.share_words import UNSURE
    from haihe.coalition.telling import tell_shares

    for line in tell_shares(made.shares, made.bands):
        here.say(line.text)
    if made.bands is None:
        here.say(UNSURE)
    for key in (
        *SHOWN,
        "share-ledger",
        "share-through-tax",
        "share-bands-amounts",
        "share-bands-parts",
        "joint-payments",
        "joint-counted",
    ):
        if key in tables:
            here.table(tables[key])
    if made.carriage is not None:
        here.say(made.carriage.says)
    here.notes(made.findings)


def _records(frame: "pd.DataFrame") -> object:
    return json.loads(frame.to_json(orient="records"))

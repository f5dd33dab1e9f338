"""Commands on accounts: check, audit, build, regionalise."""

import json
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import DATA_PROBLEM, Desk, JsonOption, LangOption, PathArgument, accounts_app, checked, desk
from haihe.messages import QUALITY_NAMES, Text

if TYPE_CHECKING:
    from haihe.accounts import Check

STATUSES = {
    "PASS": Text("通过", "PASS"),
    "FAIL": Text("未通过", "FAIL"),
    "WARNING": Text("提醒", "WARNING"),
    "SKIPPED": Text("未检验", "SKIPPED"),
}


def figure(value: float) -> str:
    """Write a number of a test; ``—`` where there is none."""
    return "—" if isnan(value) else f"{value:.3g}"


def show_checks(here: Desk, title: Text, checks: list["Check"]) -> None:
    """Print tests of a table, a line each."""
    headings = [
        Text("检验", "Test"),
        Text("地区", "Region"),
        Text("结果", "Status"),
        Text("数值", "Value"),
        Text("容许", "Tolerance"),
    ]
    rows = [
        [c.text(here.lang), c.region, STATUSES[c.status](here.lang), figure(c.value), figure(c.tolerance)]
        for c in checks
    ]
    here.grid(title, headings, rows)


@accounts_app.command("check", epilog="Example: haihe accounts check examples/jing-jin-ji")
def accounts_check(path: PathArgument, json_: JsonOption = False, lang: LangOption = None) -> None:
    """Test every identity of the accounts: rows, columns, GDP three ways, negative cells, spectral radius."""
    from haihe.accounts import accounts_of
    from haihe.region import read

    with desk(lang, json_) as here:
        region = read(path)
        reports = {}
        for year in sorted({int(y) for y in region["accounts"]["year"].unique()}):
            result = accounts_of(region, year).diagnose()
            frame = result.to_frame(here.lang)
            reports[year] = {"ok": result.ok, "checks": json.loads(frame.to_json(orient="records"))}
            show_checks(here, Text(f"{year} 年核算", f"Accounts of {year}"), list(result))
        ok = all(result["ok"] for result in reports.values())
        here.data({"ok": ok, "years": reports})
        if not ok:
            raise typer.Exit(DATA_PROBLEM)


@accounts_app.command(
    "build",
    epilog="Example: haihe accounts build provinces_2017.csv.gz --year 2017 --member Beijing --member Tianjin",
)
def accounts_build(
    file: Annotated[Path, typer.Argument(help="Published provincial tables of one year, 42 sectors.")],
    year: Annotated[int, typer.Option(help="Year of the tables.")],
    member: Annotated[list[str], typer.Option(help="Region to keep apart; repeatable.")],
    beta: Annotated[float, typer.Option(help="Distance exponent of the gravity seed.")] = 1.0,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for accounts.csv, flows.csv, reconciliation.csv.")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Build one table of members and the rest of the nation from provincial tables; every adjustment is printed."""
    from haihe.accounts import build_interregional, read_provinces
    from haihe.files import write_tables

    with desk(lang, json_) as here:
        built = build_interregional(read_provinces(file, year), members=member, beta=beta)
        bands = built.bands()
        if out is not None:
            write_tables(
                {"accounts": built.accounts.to_frame(), "flows": bands, "reconciliation": built.reconciliation}, out
            )
        here.data({"ok": True, "reconciliation": json.loads(built.reconciliation.to_json(orient="records"))})
        for line in built.lines(here.lang):
            here.say(Text(line, line))


@accounts_app.command("audit", epilog="Example: haihe accounts audit icio2023.csv --lang zh")
def accounts_audit(
    path: Annotated[Path, typer.Argument(help="A table in any layout that haihe reads, or a region.")],
    year: Annotated[int | None, typer.Option(help="Year, where the file holds or names none.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for audit.csv.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Look for what is wrong with a table: identities, unit slips, transposition, subtotals, negative cells."""
    from haihe.accounts import audit, read_any
    from haihe.files import write_tables

    with desk(lang, json_) as here:
        with here.progress() as now:
            result = audit(read_any(path, year, progress=now))
        frame = result.to_frame(here.lang)
        if out is not None:
            write_tables({"audit": frame}, out)
        here.data({"ok": result.ok, "checks": json.loads(frame.to_json(orient="records"))})
        show_checks(
            here, Text(f"{path.name} 的检验", f"Audit of {path.name}"), [c for c in result if c.status != "PASS"]
        )
        here.say(
            Text(
                f"共 {len(list(result))} 项检验，未通过 {len(result.of('FAIL'))} 项，提醒 {len(result.of('WARNING'))} 项。",
                f"{len(list(result))} tests, {len(result.of('FAIL'))} failed, {len(result.of('WARNING'))} warnings.",
            )
        )
        if not result.ok:
            raise typer.Exit(DATA_PROBLEM)


@accounts_app.command(
    "regionalise",
    epilog="Example: haihe accounts regionalise examples/jing-jin-ji binhai.csv --of TJ --code TJ-BH -o out",
)
def accounts_regionalise(
    path: PathArgument,
    known: Annotated[Path, typer.Argument(help="CSV with the columns sector, output, unit, quality.")],
    of: Annotated[str, typer.Option("--of", help="Region whose table is the parent's.")],
    code: Annotated[str, typer.Option(help="Code of the new region.")],
    method: Annotated[str, typer.Option(help="SLQ, CILQ, FLQ, AFLQ, CHARM or MCHARM.")] = "MCHARM",
    delta: Annotated[float, typer.Option(help="Delta of FLQ and AFLQ.")] = 0.2,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for accounts.csv.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Make the table of a region that has none: from its parent's table and its own output by sector."""
    from haihe.accounts import accounts_of, read_sector_output, regionalise
    from haihe.files import write_tables
    from haihe.region.units import said

    with desk(lang, json_) as here:
        with here.progress() as now:
            parent = accounts_of(checked(path, now)).select([of])
        output, quality = read_sector_output(known, parent.unit)
        made = regionalise(parent, output, method=method, delta=delta, region=code, quality={"output": quality})
        if out is not None:
            frame = made.accounts.to_frame()
            frame = frame[frame["value"] != 0].assign(unit=made.accounts.unit, quality=made.quality)
            write_tables({"accounts": frame}, out)
        value_added = float(made.accounts.value_added.sum())
        bought = float((made.accounts.inflow + made.accounts.imports).sum() / made.accounts.uses.sum())
        here.data(
            {
                "ok": True,
                "region": code,
                "method": made.method,
                "quality": made.quality,
                "unit": made.accounts.unit,
                "value_added": value_added,
                "share_of_uses_from_outside": bought,
            }
        )
        mark, unit = QUALITY_NAMES[made.quality], said(made.accounts.unit)
        here.say(
            Text(
                f"{code}：增加值 {value_added:,.0f}（{unit.zh}），区内使用的 {bought:.0%} 来自区外；"
                f"方法 {made.method}，质量 {mark.zh}。",
                f"{code}: value added {value_added:,.0f} ({unit.en}), {bought:.0%} of uses from outside; "
                f"method {made.method}, quality {mark.en}.",
            )
        )

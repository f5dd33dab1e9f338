"""Commands on accounts: check, audit, build."""

import json
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import DATA_PROBLEM, Desk, JsonOption, LangOption, PathArgument, accounts_app, desk
from haihe.messages import Text

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

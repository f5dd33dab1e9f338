"""Commands on accounts: check, audit, build, update, regionalise, aggregate."""

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

TABLES_TO_COMPARE = 2


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


@accounts_app.command(
    "update",
    epilog="Example: haihe accounts update examples/jing-jin-ji --to 2023 --national china_2017_42.csv.gz "
    "--national china_2020_42.csv.gz --sectors sectors.csv -o out",
)
def accounts_update(
    path: PathArgument,
    to: Annotated[int, typer.Option("--to", help="Year to carry the accounts to.")],
    national: Annotated[
        list[Path], typer.Option(help="National table near the old year, then a later one; give it twice.")
    ],
    sectors: Annotated[
        Path | None, typer.Option(help="CSV with columns from, to: the national tables' sectors to the region's.")
    ] = None,
    base: Annotated[int | None, typer.Option(help="Year to start from; the latest before --to.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for accounts, flows, trace, totals, changes.")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Carry accounts to a later year with the tables known_totals and revisions; every step and total is printed."""
    from haihe.accounts import Accounts, read_any, read_pairs, totals_met, update_region
    from haihe.files import write_tables
    from haihe.messages import HaiheError

    with desk(lang, json_) as here:
        if len(national) != TABLES_TO_COMPARE:
            raise HaiheError("E-CLI-03", value=len(national))
        with here.progress() as now:
            region = checked(path, now)
            tables = [read_any(file, progress=now) for file in national]
            for file, table in zip(national, tables, strict=True):
                if not isinstance(table, Accounts):
                    raise HaiheError("E-CLI-04", file=str(file))
            then, later = (table for table in tables if isinstance(table, Accounts))
            concordance = read_pairs(sectors) if sectors is not None else None
            made = update_region(region, to, national_then=then, national_now=later, sectors=concordance, base=base)
        if out is not None:
            marks = {"unit": made.accounts.unit, "source": f"UPDATE-{to}", "quality": made.quality}
            frame = made.accounts.to_frame()
            kept = frame[(frame["value"] != 0) | (frame["column"] == "output")]
            tables_out = {"accounts": kept, "flows": made.accounts.flows_frame()}
            write_tables(
                {name: table.assign(**marks) for name, table in tables_out.items()}
                | {"trace": made.cells(), "totals": made.totals, "changes": made.changes()},
                out,
            )
        met = totals_met(region, made.accounts)
        here.data({"ok": True, "year": to, "totals": json.loads(met.to_json(orient="records"))})
        heads = [Text("已知合计", "Known total"), Text("公布数", "Published"), Text("更新后", "After update")]
        heads.append(Text("相差", "Difference"))
        unit = made.accounts.unit
        columns = [f"name_{here.lang}", "published", "found", "difference"]
        lines = [
            [name, f"{published:,.1f}", f"{found:,.1f}", "—" if isnan(difference) else f"{difference:.2%}"]
            for name, published, found, difference in met[columns].round(6).itertuples(index=False, name=None)
        ]
        here.grid(Text(f"{to} 年已知合计（{unit}）", f"What is known of {to} ({unit})"), heads, lines)
        here.say(
            Text(
                f"平衡 {made.iterations} 步完成，恒等式最大相对误差 {made.residual:.0e}；全部单元格为估算。",
                f"Balanced in {made.iterations} steps, identities hold to {made.residual:.0e}; every cell is an estimate.",
            )
        )


@accounts_app.command("aggregate", epilog="Example: haihe accounts aggregate icio2020.csv --sectors map.csv -o out")
def accounts_aggregate(
    path: Annotated[Path, typer.Argument(help="A table in any layout that haihe reads, or a region.")],
    sectors: Annotated[Path | None, typer.Option(help="CSV with columns from, to for sectors.")] = None,
    regions: Annotated[Path | None, typer.Option(help="CSV with columns from, to for regions.")] = None,
    year: Annotated[int | None, typer.Option(help="Year, where the file holds or names none.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for accounts.csv and flows.csv, or table.csv.")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Merge sectors, regions or both; totals and identities are kept."""
    from haihe.accounts import Accounts, aggregate, read_any, read_pairs, table_frame
    from haihe.files import write_tables
    from haihe.messages import HaiheError

    with desk(lang, json_) as here:
        if sectors is None and regions is None:
            raise HaiheError("E-CLI-05")
        maps = [None if file is None else read_pairs(file) for file in (sectors, regions)]
        with here.progress() as now:
            merged = aggregate(read_any(path, year, progress=now), *maps)
        report = merged.diagnose()
        if out is not None:
            if isinstance(merged, Accounts):
                frame = merged.to_frame()
                write_tables({"accounts": frame.assign(unit=merged.unit), "flows": merged.flows_frame()}, out)
            else:
                write_tables({"table": table_frame(merged).assign(unit=merged.unit)}, out)
        here.data({"ok": report.ok, "regions": merged.regions, "sectors": merged.sectors})
        here.say(
            Text(
                f"{len(merged.regions)} 个地区、{len(merged.sectors)} 个行业；"
                + ("恒等式成立。" if report.ok else "有检验未通过，请用 accounts audit 查看。"),
                f"{len(merged.regions)} regions, {len(merged.sectors)} sectors; "
                + ("every identity holds." if report.ok else "some tests failed, see accounts audit."),
            )
        )

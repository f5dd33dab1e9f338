"""The command line: ``haihe``.

Standard output carries data, standard error carries messages and progress. Exit codes: 0 ok, 1 problems in the data,
2 wrong usage, 4 no feasible plan, 70 an error of ours.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table as Grid

from haihe.messages import Finding, Findings, HaiheError, Lang, Progress, Text, default_language
from haihe.version import __version__

if TYPE_CHECKING:
    from haihe.region import Region
    from haihe.reporting.regional import RegionalReport

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="haihe: coordinate the scarce resources of a regional manufacturing base.",
)
accounts_app = typer.Typer(no_args_is_help=True, help="Input-output accounts: check, build between regions.")
app.add_typer(accounts_app, name="accounts")

DATA_PROBLEM, USAGE, INFEASIBLE, INTERNAL = 1, 2, 4, 70
EXIT_CODES = {"E-PLN-02": INFEASIBLE, "E-PLN-03": INTERNAL, "E-PLN-04": INTERNAL}


class Language(StrEnum):
    """Languages of the product."""

    zh = "zh"
    en = "en"


class Crs(StrEnum):
    """Coordinate systems of boundaries."""

    wgs84 = "WGS84"
    cgcs2000 = "CGCS2000"
    gcj02 = "GCJ-02"


PathArgument = Annotated[Path, typer.Argument(help="Folder, workbook (.xlsx) or bundle (.haihe.zip) of a region.")]
LangOption = Annotated[Language | None, typer.Option("--lang", help="Language: zh or en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
OutOption = Annotated[Path, typer.Option("-o", "--out", help="Folder to write to.")]


class Desk:
    """What a command writes with: language, JSON or words, progress on standard error."""

    def __init__(self, lang: Language | None, as_json: bool) -> None:
        self.lang: Lang = lang.value if lang else default_language()
        self.as_json = as_json
        wide = None if sys.stdout.isatty() else 200
        self.out = Console(soft_wrap=True, highlight=False, width=wide)
        self.err = Console(stderr=True, soft_wrap=True, highlight=False)

    def say(self, text: Text) -> None:
        """Say a line in the user's language, unless JSON was asked for."""
        if not self.as_json:
            self.out.print(text(self.lang), markup=False)

    def data(self, payload: Any) -> None:
        """Print JSON where it was asked for."""
        if self.as_json:
            sys.stdout.write(json.dumps(payload, ensure_ascii=False, indent=2, default=str) + "\n")

    def grid(self, title: Text, headings: list[Text], rows: list[list[str]]) -> None:
        """Print a table of words, unless JSON was asked for."""
        if self.as_json:
            return
        grid = Grid(title=title(self.lang), title_justify="left")
        for k, heading in enumerate(headings):
            grid.add_column(heading(self.lang), justify="left" if k == 0 else "right")
        for row in rows:
            grid.add_row(*row)
        self.out.print(grid)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Show what is being done now; silent for JSON or without a terminal."""
        if self.as_json or not self.err.is_terminal:
            yield lambda _: None
            return
        with self.err.status("…") as status:
            yield lambda text: status.update(text(self.lang))


@contextmanager
def desk(lang: Language | None, as_json: bool) -> Iterator[Desk]:
    """Open a desk; errors with a code are said in the user's language and become an exit code."""
    here = Desk(lang, as_json)
    try:
        yield here
    except HaiheError as error:
        if as_json:
            here.data({"ok": False, "findings": [finding.to_dict(here.lang) for finding in error.findings]})
        else:
            for line in error.findings.lines(here.lang):
                here.err.print(line, markup=False, style="red")
        raise typer.Exit(EXIT_CODES.get(error.code, DATA_PROBLEM)) from None


def checked(path: Path, now: Progress) -> "Region":
    """Read and check a region; errors stop here, before any work on it."""
    from haihe.region import read

    now(Text("读取", "reading"))
    region = read(path)
    now(Text("检查", "checking"))
    region.check().raise_errors()
    return region


def _show(here: Desk, findings: Findings, most: int = 200) -> None:
    """Print findings, the first ones in full and the total always."""
    here.data({"ok": findings.ok, "findings": [finding.to_dict(here.lang) for finding in findings]})
    if here.as_json:
        return
    colours = {"error": "red", "warning": "yellow", "note": "dim"}
    for finding in findings[:most]:
        here.out.print(finding.text(here.lang), markup=False, style=colours[finding.severity])
    errors, warnings = len(findings.errors), sum(f.severity == "warning" for f in findings)
    here.say(
        Text(
            f"错误 {errors} 条，警告 {warnings} 条，共 {len(findings)} 条。",
            f"{errors} errors, {warnings} warnings, {len(findings)} findings in all.",
        )
    )


@app.command(epilog="Example: haihe check examples/jing-jin-ji --lang zh")
def check(path: PathArgument, json_: JsonOption = False, lang: LangOption = None) -> None:
    """Check a region: every finding at once, with place and mend. Exit code 1 where there is an error."""
    from haihe.region import check_path

    with desk(lang, json_) as here:
        findings = check_path(path)
        _show(here, findings)
        if not findings.ok:
            raise typer.Exit(DATA_PROBLEM)


@app.command(epilog="Example: haihe template region.xlsx --lang zh")
def template(
    file: Annotated[Path, typer.Argument(help="Workbook to write, .xlsx.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write an empty workbook to fill in: headers, units, drop-down lists and notes."""
    from haihe.region import write_template

    with desk(lang, json_) as here:
        write_template(file, here.lang)
        here.data({"ok": True, "file": str(file)})
        here.say(Text(f"已写出模板 {file}", f"wrote template {file}"))


@app.command(epilog="Example: haihe convert examples/jing-jin-ji jing-jin-ji.xlsx")
def convert(
    path: PathArgument,
    to: Annotated[Path, typer.Argument(help="Folder, .xlsx or .haihe.zip to write.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Turn a region into another of its three forms: folder, workbook, bundle."""
    from haihe.region import read

    with desk(lang, json_) as here, here.progress() as now:
        now(Text("读取", "reading"))
        region = read(path)
        now(Text("写出", "writing"))
        region.write(to)
        here.data({"ok": True, "file": str(to), "hash": region.hash})
        here.say(Text(f"已写出 {to}（内容校验 {region.hash[:12]}）", f"wrote {to} (content {region.hash[:12]})"))


@app.command(epilog="Example: haihe plan examples/jing-jin-ji --separate -o out")
def plan(
    path: PathArgument,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for plan.xlsx and the result frames as CSV.")
    ] = None,
    pooled: Annotated[
        bool | None, typer.Option("--pooled/--separate", help="Pool every cap, or none; as the limits say otherwise.")
    ] = None,
    upgrades: Annotated[bool, typer.Option("--upgrades/--no-upgrades", help="Allow the upgraded technology.")] = True,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan the members and print what is scarce and what it is worth. Exit code 4 without a feasible plan."""
    from haihe.files import write_tables
    from haihe.planning import plan as make_plan
    from haihe.planning.views import YI_PER_BN

    with desk(lang, json_) as here:
        with here.progress() as now:
            result = make_plan(checked(path, now), pooled=pooled, upgrades=upgrades, progress=now)
        views = result.views
        if out is not None:
            write_tables(result.frames, out)
            result.to_excel(out / "plan.xlsx", here.lang)
        here.data(
            {
                "ok": True,
                "loss_bn_yuan": result.loss,
                "loss_band_bn_yuan": result.loss_band,
                "share_of_consumption": result.loss / result.consumption,
                "calibration": result.calibration,
                "quality": result.marks,
                "findings": [finding.to_dict(here.lang) for finding in result.findings],
                "tables": {name: json.loads(frame.to_json(orient="records")) for name, frame in result.frames.items()},
            }
        )
        for table in (views.summary(), *([views.caps()] if result.model.caps else [])):
            headings = [column.heading for column in table.columns]
            here.grid(table.title, headings, [[cell(here.lang) for cell in row] for row in table.shown_rows()])
        low, high = (f"{v * YI_PER_BN:,.0f}" for v in result.loss_band)
        span = f" [{low} … {high}]" if result.variants else ""
        for line in result.findings.lines(here.lang):
            here.err.print(line, markup=False, style="yellow")
        here.say(
            Text(
                f"全部限制的代价：{result.loss * YI_PER_BN:,.0f} 亿元{span}"
                f"（规划期贴现累计，占消费 {result.loss / result.consumption:.2%}）；{views.source.zh}",
                f"Cost of all limits: {result.loss * YI_PER_BN:,.0f} x 100 m yuan{span} (discounted total over the horizon, "
                f"{result.loss / result.consumption:.2%} of consumption); {views.source.en}",
            )
        )


@app.command(epilog="Example: haihe front examples/jing-jin-ji --cut 0.1 --cut 0.2")
def front(
    path: PathArgument,
    cut: Annotated[
        list[float] | None, typer.Option("--cut", help="Cut below the reference, as a share; repeatable.")
    ] = None,
    limit: Annotated[str | None, typer.Option(help="Code of the cap to tighten; the first on co2 otherwise.")] = None,
    upgrades: Annotated[bool, typer.Option("--upgrades/--no-upgrades", help="Allow the upgraded technology.")] = True,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what each further cut of a capped resource costs, pooled and separate."""
    from haihe.planning import CUTS
    from haihe.planning import front as walk
    from haihe.planning.views import YI_PER_BN

    with desk(lang, json_) as here:
        with here.progress() as now:
            result = walk(checked(path, now), limit=limit, cuts=cut or CUTS, upgrades=upgrades, progress=now)
        here.data(
            {
                "ok": True,
                "limit": result.limit,
                "unit": result.unit,
                "quality": result.quality,
                "points": result.points.to_dict("records"),
                "members": result.members.to_dict("records"),
            }
        )
        rows = [
            [
                f"{row.cut:.0%}",
                *(f"{v:,.0f}" for v in (row.pooled * YI_PER_BN, row.separate * YI_PER_BN)),
                f"{1 - row.pooled / row.separate:.0%}",
            ]
            for row in _paired(result.points)
        ]
        here.grid(
            Text("减排的代价（亿元，贴现累计）", "Cost of a cut (100 m yuan, discounted total)"),
            [
                Text("减排", "Cut"),
                Text("统筹", "Pooled"),
                Text("各自", "Separate"),
                Text("统筹节省", "Saved by pooling"),
            ],
            rows,
        )


def _paired(points: Any) -> Any:
    """Rows of a front with the pooled and the separate loss side by side."""
    table = points.pivot_table(index="cut", columns="pooled", values="loss").rename(
        columns={True: "pooled", False: "separate"}
    )
    return table.reset_index().itertuples(index=False)


@app.command(epilog="Example: haihe report examples/jing-jin-ji -o out/jing-jin-ji")
def report(
    path: PathArgument,
    out: OutOption = Path("out"),
    boundaries: Annotated[
        Path | None, typer.Option("--map", help="GeoJSON of your own boundaries, with GB/T 2260 codes.")
    ] = None,
    map_source: Annotated[str, typer.Option("--map-source", help="Who made the boundaries; printed on the map.")] = "",
    map_number: Annotated[str, typer.Option("--map-number", help="Map review number; printed on the map.")] = "",
    map_crs: Annotated[Crs, typer.Option("--map-crs", help="Coordinate system of the boundaries.")] = Crs.wgs84,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write report.html (one file, no network needed) and report.xlsx."""
    from haihe.region import read
    from haihe.reporting.maps import read_shapes
    from haihe.reporting.regional import report as write_report

    with desk(lang, json_) as here:
        shapes = None
        if boundaries is not None:
            shapes = read_shapes(boundaries, source=map_source, review_number=map_number, crs=map_crs.value)
        with here.progress() as now:
            now(Text("读取", "reading"))
            made = write_report(read(path), out, lang=here.lang, shapes=shapes, progress=now)
        _story(here, made)


@app.command(epilog="Example: haihe demo -o out/jing-jin-ji")
def demo(
    out: OutOption = Path("out/jing-jin-ji"),
    name: Annotated[str, typer.Option(help="Example region.")] = "jing-jin-ji",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Read, check, plan and report the example region, and print the lines that tell most."""
    from haihe.region.examples import example, examples_folder
    from haihe.reporting.regional import report as write_report

    with desk(lang, json_) as here:
        with here.progress() as now:
            now(Text("读取示例", "reading the example"))
            region = example(name)
            now(Text("检查", "checking"))
            findings = region.check()
            made = write_report(region, out, findings=findings, lang=here.lang, progress=now)
        _story(here, made)
        here.say(Text("接下来：", "Next:"))
        us = sys.argv[0] if Path(sys.argv[0]).name == "haihe" else "haihe"
        folder = examples_folder() / name
        place = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
        for command in (
            f"{us} check {place}",
            f"{us} plan {place} --separate",
            f"{us} convert {place} {name}.xlsx",
            f"{us} template my-region.xlsx",
        ):
            here.say(Text(f"  {command}", f"  {command}"))


def _story(here: Desk, made: "RegionalReport") -> None:
    """Print the telling lines, what a cut would cost under the assumptions, and where the report is."""
    here.data(
        {
            "ok": True,
            "lines": [{"text": line.text.to_dict(), "quality": line.quality} for line in made.lines],
            "what_if": [{"text": line.text.to_dict(), "quality": line.quality} for line in made.what_if],
            "html": str(made.html),
            "workbook": str(made.workbook),
        }
    )
    for number, line in enumerate(made.lines, 1):
        here.say(Text(f"{number}. {line.text.zh}", f"{number}. {line.text.en}"))
    if made.what_if:
        here.say(Text("在方案的假设之下：", "Under the plan's assumptions:"))
    for line in made.what_if:
        here.say(Text(f"– {line.text.zh}", f"- {line.text.en}"))
    here.say(Text(f"报告：{made.html}\n工作簿：{made.workbook}", f"Report: {made.html}\nWorkbook: {made.workbook}"))


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
            here.grid(
                Text(f"{year} 年核算", f"Accounts of {year}"),
                [
                    Text("检验", "Test"),
                    Text("地区", "Region"),
                    Text("结果", "Status"),
                    Text("数值", "Value"),
                    Text("容许", "Tolerance"),
                ],
                [[c.text(here.lang), c.region, c.status, f"{c.value:.3g}", f"{c.tolerance:.3g}"] for c in result],
            )
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


@app.command(epilog="Example: haihe version")
def version(json_: JsonOption = False, lang: LangOption = None) -> None:
    """Print the version."""
    with desk(lang, json_) as here:
        here.data({"version": __version__})
        here.say(Text(f"haihe {__version__}", f"haihe {__version__}"))


def main() -> None:
    """Run the command line. An error of ours ends with 70; ``HAIHE_DEBUG=1`` shows where it happened."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # before numpy is loaded: many small solves are 20 times slower otherwise
    try:
        app()
    except Exception as error:
        if os.environ.get("HAIHE_DEBUG"):
            raise
        finding = Finding("E-CLI-01", values={"kind": type(error).__name__, "value": str(error)})
        sys.stderr.write(finding.text() + "\n")
        sys.exit(INTERNAL)

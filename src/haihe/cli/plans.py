"""Commands that think: plan, front, report, demo."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haihe.cli.desk import COLOURS, Desk, JsonOption, LangOption, OutOption, PathArgument, app, checked, desk
from haihe.messages import Text

if TYPE_CHECKING:
    from haihe.reporting.regional import RegionalReport


class Crs(StrEnum):
    """Coordinate systems of boundaries."""

    wgs84 = "WGS84"
    cgcs2000 = "CGCS2000"
    gcj02 = "GCJ-02"


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
        for finding in result.findings:
            here.err.print(finding.text(here.lang), markup=False, style=COLOURS[finding.severity])
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

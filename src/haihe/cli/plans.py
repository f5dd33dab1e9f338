"""Commands that think: plan, front, report, demo."""

import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, OutOption, PathArgument, app, checked, desk
from haihe.messages import QUALITY_NAMES, Progress, Text

if TYPE_CHECKING:
    from haihe.planning.control import Control
    from haihe.reporting.content import KeyLine
    from haihe.reporting.regional import RegionalReport


DEMO_FATES = {"jing-jin-ji": [("TJ", "TEX")]}
"""Whose upgrading, keeping and closing the demonstration compares: textiles in Tianjin."""


@app.command(epilog="Example: haihe plan examples/jing-jin-ji --scenario separate-caps -o out")
def plan(
    path: PathArgument,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for plan.xlsx and the result frames as CSV.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Scenario of the table scenarios; repeatable.")
    ] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            "--goal",
            help="Goal beside welfare; repeatable. measure=weight weighs it (bn yuan a unit); measures alone, the first of "
            "them welfare or consumption, are goals in order.",
        ),
    ] = None,
    reference: Annotated[
        str, typer.Option("--path", help="Reference path: uniform, shift-share, or one of the table growth_paths.")
    ] = "uniform",
    pooled: Annotated[
        bool | None, typer.Option("--pooled/--separate", help="Pool every cap, or none; as the limits say otherwise.")
    ] = None,
    upgrades: Annotated[bool, typer.Option("--upgrades/--no-upgrades", help="Allow the upgraded technology.")] = True,
    projects: Annotated[bool, typer.Option("--projects/--no-projects", help="Choose among candidate projects.")] = True,
    band: Annotated[
        bool,
        typer.Option("--band/--no-band", help="Solve with elasticities halved and doubled, too: three times as long."),
    ] = True,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds that one solve may take.")] = inf,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan the members and say what is scarce and what it is worth. Exit code 4 without a feasible plan."""
    from haihe.files import write_tables
    from haihe.planning import plan as make_plan

    wanted = goals_of(goal or [])
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(time_limit, now) as control:
            result = make_plan(
                checked(path, now), scenario=scenario or (), goals=wanted, path=reference, pooled=pooled,
                upgrades=upgrades, projects=projects, band=band, control=control, progress=now,
            )  # fmt: skip
        views = result.views
        if out is not None:
            write_tables(result.frames, out)
            result.to_excel(out / "plan.xlsx", here.lang)
        here.data(
            {
                "ok": True,
                "loss_bn_yuan": result.loss,
                "loss_band_bn_yuan": result.loss_band,
                "gain_bn_yuan": result.gain,
                "share_of_consumption": result.loss / result.consumption,
                "calibration": result.calibration,
                "quality": result.marks,
                "lines": [
                    {"topic": line.topic, "text": line.text.to_dict(), "quality": line.quality} for line in result.lines
                ],
                "findings": [finding.to_dict(here.lang) for finding in result.findings],
                "tables": {name: json.loads(frame.to_json(orient="records")) for name, frame in result.frames.items()},
            }
        )
        for table in (views.summary(), *([views.caps()] if result.model.caps else [])):
            headings = [column.heading for column in table.columns]
            here.grid(table.title, headings, [[cell(here.lang) for cell in row] for row in table.shown_rows()])
        for number, line in enumerate(result.lines, 1):
            mark = QUALITY_NAMES[line.quality]
            here.say(Text(f"{number}. {line.text.zh}〔{mark.zh}〕", f"{number}. {line.text.en} [{mark.en}]"))
        here.say(views.source)
        here.notes(result.findings)


def goals_of(given: list[str]) -> dict[str, float] | list[str] | None:
    """Read goals: weights by measure where all are ``measure=weight``, an order where none is; None without any.

    Raises
    ------
    typer.BadParameter
        Where both are mixed, or a weight is no number.
    """
    if not given:
        return None
    pairs = [text.rpartition("=") for text in given]
    if not any(sign for _, sign, _ in pairs):
        return given
    try:
        weights = {measure: float(weight) for measure, _, weight in pairs}
    except ValueError as error:
        raise typer.BadParameter(f"a weight is no number: {error}", param_hint="--goal") from error
    if not all(sign for _, sign, _ in pairs):
        raise typer.BadParameter("give a weight to every goal, or to none", param_hint="--goal")
    return weights


@contextmanager
def stoppable(seconds: float, now: Progress) -> Iterator["Control"]:
    """Give a control that Ctrl-C cancels between two steps of the solver; a second Ctrl-C stops at once."""
    from haihe.planning.control import Control

    if not seconds > 0:
        raise typer.BadParameter("must be positive", param_hint="--time-limit")
    asked = threading.Event()

    def stop(*_: object) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield Control(time_limit=seconds, cancel=asked, progress=now)
    finally:
        signal.signal(signal.SIGINT, before)


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
    map_crs: Annotated[
        str, typer.Option("--map-crs", help="CGCS2000, WGS84 or GCJ-02, as the source of the boundaries declares it.")
    ] = "",
    fate: Annotated[
        list[str] | None,
        typer.Option("--fate", help="Member/sector whose upgrading, keeping and closing are compared; repeatable."),
    ] = None,
    docx: Annotated[bool, typer.Option("--docx", help="Write report.docx, too (needs python-docx).")] = False,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write report.html (one file, no network needed) and report.xlsx; with --docx a Word document as well."""
    from haihe.region import read
    from haihe.reporting.maps import read_shapes
    from haihe.reporting.regional import report as write_report

    compared = fates_of(fate or [])
    with desk(lang, json_) as here:
        shapes = None
        if boundaries is not None:
            shapes = read_shapes(boundaries, source=map_source, review_number=map_number, crs=map_crs)
        with here.progress() as now, stoppable(inf, now) as control:
            now(Text("读取", "reading"))
            made = write_report(
                read(path), out, lang=here.lang, fates=compared, shapes=shapes, word=docx, control=control,
                progress=now, tell=partial(_tell, here),
            )  # fmt: skip
        _story(here, made)
        if made.document is not None:
            here.say(Text(f"Word：{made.document}", f"Word: {made.document}"))


def fates_of(given: list[str]) -> list[tuple[str, str]]:
    """Read pairs of member and sector, written ``member/sector``.

    Raises
    ------
    typer.BadParameter
        For anything else.
    """
    pairs = [text.partition("/") for text in given]
    wrong = [text for text, (member, _, sector) in zip(given, pairs, strict=True) if not (member and sector)]
    if wrong:
        raise typer.BadParameter(f"write member/sector, not {wrong[0]}", param_hint="--fate")
    return [(member, sector) for member, _, sector in pairs]


@app.command(epilog="Example: haihe demo -o out/jing-jin-ji")
def demo(
    out: OutOption = Path("out/jing-jin-ji"),
    name: Annotated[str, typer.Option(help="Example region.")] = "jing-jin-ji",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Read, check, plan and report the example region, and print the lines that tell most."""
    from haihe.region.examples import example
    from haihe.reporting.regional import report as write_report

    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            now(Text("读取示例", "reading the example"))
            region = example(name)
            now(Text("检查", "checking"))
            findings = region.check()
            compared = DEMO_FATES.get(name, ())
            made = write_report(
                region, out, findings=findings, lang=here.lang, fates=compared, control=control, progress=now,
                tell=partial(_tell, here),
            )  # fmt: skip
        _story(here, made)
        here.say(Text("接下来：", "Next:"))
        us = sys.argv[0] if Path(sys.argv[0]).name == "haihe" else "haihe"
        place = Path("examples") / name
        for command in (
            *([] if place.is_dir() else [f"{us} example {place}"]),
            f"{us} check {place}",
            f"{us} plan {place} --scenario separate-caps",
            f"{us} convert {place} {name}.xlsx",
            f"{us} template my-region.xlsx",
        ):
            here.say(Text(f"  {command}", f"  {command}"))


HEADS = {
    "lines": Text("现状：", "Where the region stands:"),
    "told": Text("方案说什么：", "What the plan says:"),
    "what_if": Text("如果换一种做法：", "If things were done otherwise:"),
}
"""Headings over the lines of a report, in the order in which they become known."""


def _tell(here: Desk, part: str, lines: Sequence["KeyLine"]) -> None:
    """Print the lines of a part of the report under their heading."""
    if lines:
        here.say(HEADS[part])
    for number, line in enumerate(lines, 1):
        here.say(Text(f"{number}. {line.text.zh}", f"{number}. {line.text.en}"))


def _story(here: Desk, made: "RegionalReport") -> None:
    """Print where the report is; as JSON its telling lines, too, which were printed while it was made."""
    here.data(
        {
            "ok": True,
            **{
                name: [{"text": line.text.to_dict(), "quality": line.quality} for line in getattr(made, name)]
                for name in HEADS
            },
            "html": str(made.html),
            "workbook": str(made.workbook),
        }
    )
    here.say(Text(f"报告：{made.html}\n工作簿：{made.workbook}", f"Report: {made.html}\nWorkbook: {made.workbook}"))

"""Commands about projects: select, explain."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.messages import Text

if TYPE_CHECKING:
    from haihe.region import Region


class How(StrEnum):
    """Ways to choose."""

    stages = "stages"
    whole = "whole"


LEFT = 10
"""Projects that are left out and printed."""
EXPLAIN = Text(
    "全部见 -o 写出的 selection.xlsx；为什么不建：haihe explain <区域> <项目代码>",
    "all of them in selection.xlsx, written with -o; why: haihe explain REGION PROJECT",
)
GapOption = Annotated[float, typer.Option("--gap", help="Gap to prove, as a share of what projects are worth.")]


@app.command(epilog="Example: haihe select examples/jing-jin-ji -o out")
def select(
    path: PathArgument,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for selection.xlsx and the result frames as CSV.")
    ] = None,
    how: Annotated[
        How, typer.Option("--how", help="In stages, or the whole program at once (slow; a check).")
    ] = How.stages,
    gap: GapOption = 0.001,
    seconds: Annotated[float | None, typer.Option("--seconds", help="Time limit of one solve.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Select whole projects under everything that is scarce, and print what is chosen and how good that is at most."""
    from haihe.files import write_tables
    from haihe.planning.control import Control
    from haihe.planning.selection import select as make

    with desk(lang, json_) as here:
        with here.progress() as now:
            control = None if seconds is None else Control(time_limit=seconds)
            result = make(checked(path, now), how=how.value, gap=gap, control=control, progress=now)
        if out is not None:
            write_tables(result.frames, out)
            result.to_excel(out / "selection.xlsx", here.lang)
        c = result.chosen
        here.data(
            {
                "ok": True,
                "worth_bn_yuan": c.worth,
                "predicted_bn_yuan": c.predicted,
                "gap_bn_yuan": c.gap,
                "gap_share": c.share,
                "quality": result.quality,
                "findings": [finding.to_dict(here.lang) for finding in result.findings],
                "tables": {name: json.loads(frame.to_json(orient="records")) for name, frame in result.frames.items()},
            }
        )
        tables = result.tables
        for key in ("selection-chosen", "selection-left", "selection-summary"):
            if key in tables:
                here.table(tables[key], LEFT if key == "selection-left" else None, EXPLAIN)
        here.notes(result.findings)


@app.command(epilog="Example: haihe explain examples/jing-jin-ji P017")
def explain(
    path: PathArgument,
    project: Annotated[
        list[str] | None, typer.Argument(help="Codes of projects; all of them where none is given.")
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for reasons.xlsx.")] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="File to write every reason to; a stopped job goes on from it.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    levers: Annotated[bool, typer.Option("--levers/--no-levers", help="Find causes and smallest changes.")] = True,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Solve the plan with every forced choice.")
    ] = True,
    gap: GapOption = 0.001,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say why projects are built or not: chosen again with each forced to the other side."""
    from haihe.planning.control import Control
    from haihe.planning.reason_views import said_all
    from haihe.planning.selection import select as make

    with desk(lang, json_) as here:
        with here.progress() as now:
            region = checked(path, now)
            refuse_unknown(region, project or [])
            chosen = make(region, gap=gap, progress=now)
            control = Control(progress=now)
            found = chosen.reasons(
                project or None, levers=levers, verify=verify, journal=journal, workers=workers, control=control
            )
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            found.to_excel(out / "reasons.xlsx", here.lang)
        here.data({"ok": True, "quality": found.quality, "reasons": [reason.to_dict() for reason in found.reasons]})
        for reason in found.reasons:
            first, *rest = said_all(reason, found.names)
            here.say(first)
            for text in rest:
                here.say(Text(f"  {text.zh}", f"  {text.en}"))


def refuse_unknown(region: "Region", projects: Sequence[str]) -> None:
    """Refuse codes that are no projects of a region (``E-PLN-94``) before anything is solved for them."""
    from haihe.planning.reasons import known_project

    known = region.frame("projects")["project"].tolist()
    for project in projects if known else ():
        known_project(known, project)

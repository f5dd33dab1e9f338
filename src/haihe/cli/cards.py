"""Commands about single projects and what is scarce for them: card, pipeline, bottlenecks."""

import json
from datetime import datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.cli.plans import stoppable
from haihe.cli.projects import refuse_unknown
from haihe.messages import Text

if TYPE_CHECKING:
    import pandas as pd

FREED = 20
"""Rows printed of what comes free."""
ALL_ROWS = Text("全部见 -o 写出的 pipeline.xlsx", "all of them in pipeline.xlsx, written with -o")
NO_BAND = Text(
    "注意：以上没有按弹性减半、加倍求价格的上下限；没有上下限的价格只是半个数，引用前请加 --band（另求解两个方案）。",
    "Mind: prices above have no band (elasticities halved and doubled). A price without one is half a number: use --band "
    "before quoting it (two more plans are solved).",
)


@app.command(epilog="Example: haihe card examples/jing-jin-ji P017 -o P017.html")
def card(
    path: PathArgument,
    project: Annotated[
        list[str] | None, typer.Argument(help="Codes of projects; the card of one, or with --all of every project.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="File (.html, .docx, .xlsx), or a folder for several cards.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Make the card of every project.")] = False,
    form: Annotated[str, typer.Option("--form", help="Form of several cards: html, docx or xlsx.")] = "html",
    explain: Annotated[
        bool, typer.Option("--explain/--no-explain", help="Force the project to the other side and say why (slower).")
    ] = True,
    levers: Annotated[
        bool, typer.Option("--levers/--no-levers", help="Find the smallest changes that alter the outcome (slow).")
    ] = False,
    gap: Annotated[float, typer.Option("--gap", help="Gap to prove, as a share of what projects are worth.")] = 0.001,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Make the one-page card of a project: what it brings and takes, who pays, which rules, what the plan says and why."""
    from haihe.planning.card_page import write_card, write_cards
    from haihe.planning.card_views import said_on, status_of
    from haihe.planning.selection import select

    if bool(project) == all_:
        raise typer.BadParameter("name projects, or give --all", param_hint="PROJECT")
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            region = checked(path, now)
            refuse_unknown(region, project or [])
            chosen = select(region, gap=gap, control=control, progress=now)
            wanted = list(chosen.task.projects.projects) if all_ else list(project or [])
            made = chosen.cards
            why = {}
            if explain and not all_:
                for code in wanted:
                    now(Text(f"解释 {code}", f"explaining {code}"))
                    why[code] = chosen.explain(code, levers=levers, verify=levers, control=control)
            cards = [made.card(code, why.get(code)) for code in wanted]
            files: list[Path] = []
            if out is not None:
                one = len(cards) == 1 and not all_
                files = (
                    [write_card(cards[0], out, here.lang)] if one else write_cards(cards, out, here.lang, f".{form}")
                )
        here.data(
            {
                "ok": True,
                "cards": [
                    {
                        "project": each.project,
                        "title": each.title.to_dict(),
                        "status": each.status,
                        "site": each.site,
                        "start": each.start,
                        "quality": each.quality,
                        "says": [line.to_dict() for line in said_on(each)],
                        "tables": {key: table.records(here.lang) for key, table in each.tables.items()},
                    }
                    for each in cards
                ],
                "files": [str(file) for file in files],
            }
        )
        for each in cards if not all_ else []:
            status = status_of(each)
            here.say(
                Text(f"{each.project} {each.title.zh}：{status.zh}", f"{each.project} {each.title.en}: {status.en}")
            )
            for line in said_on(each):
                here.say(line)
            for table in each.tables.values():
                here.table(table)
        if files:
            here.say(Text(f"已写出 {len(files)} 个文件：{files[-1]}", f"{len(files)} files written: {files[-1]}"))


@app.command(epilog="Example: haihe pipeline examples/jing-jin-ji --late 12")
def pipeline(
    path: PathArgument,
    late: Annotated[
        float | None, typer.Option("--late", help="Months by which the next stage of every project comes later.")
    ] = None,
    lost: Annotated[float, typer.Option("--lost", help="Share of the projects in contact that never sign.")] = 0.0,
    draws: Annotated[int, typer.Option("--draws", min=0, help="Draw delays so often from the table stage_delays.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws.")] = 0,
    selected: Annotated[
        bool, typer.Option("--selected", help="Count only the projects that a selection builds.")
    ] = False,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="Day that counts as today; the first day of the plan."),
    ] = None,
    replan: Annotated[
        bool, typer.Option("--replan", help="Plan again with the dates moved and reckon the targets (slow).")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for pipeline.xlsx and the result frames as CSV.")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Show what projects hold in each stage, what is free, and what changes when they are late."""
    from haihe.figures.workbook import write_workbook
    from haihe.files import write_tables
    from haihe.planning.pipeline import pipeline as look
    from haihe.planning.pipeline_replan import replanned
    from haihe.planning.selection import select

    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            region = checked(path, now)
            chosen = select(region, control=control, progress=now) if selected else None
            found = look(region, selection=chosen, as_of=None if as_of is None else as_of.date())
            slip = found.slipped(late or 0, lost=lost, seed=seed) if late is not None or lost or replan else None
            drawn = found.drawn(draws, seed=seed) if draws else None
            again = replanned(slip, control=control, progress=now) if replan and slip is not None else None
        parts = [part for part in (found, slip, drawn, again) if part is not None]
        tables = {key: table for part in parts for key, table in part.tables.items()}
        frames = dict(found.frames)
        frames |= {} if slip is None else {"late": slip.course, "freed": slip.freed, "targets": slip.targets}
        frames |= {} if drawn is None else {"drawn": drawn.course}
        frames |= {} if again is None else {"replanned": again.targets}
        if out is not None:
            write_tables(frames, out)
            write_workbook(tables.values(), out / "pipeline.xlsx", here.lang)
        here.data(
            {
                "ok": True,
                "as_of": found.schedule.as_of.isoformat(),
                "quality": found.quality,
                "lost": list(slip.lost) if slip is not None else [],
                "findings": [finding.to_dict(here.lang) for finding in found.findings],
                "tables": {name: _records(frame) for name, frame in frames.items()},
            }
        )
        day = found.schedule.as_of.isoformat()
        here.say(Text(f"以 {day} 为今天（--as-of 可改）", f"as of {day} (--as-of changes it)"))
        for key in (
            "pipeline-stages",
            "pipeline-held",
            "pipeline-money",
            "pipeline-late",
            "pipeline-freed",
            "pipeline-targets",
            "pipeline-drawn",
            "pipeline-replanned",
        ):
            if key in tables:
                here.table(tables[key], FREED if key == "pipeline-freed" else None, ALL_ROWS)
        here.notes(found.findings)


@app.command(epilog="Example: haihe bottlenecks examples/jing-jin-ji --top 3")
def bottlenecks(
    path: PathArgument,
    top: Annotated[int, typer.Option("--top", min=1, help="How many limits, those worth most first.")] = 5,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="Limit and place, written row@place (see frame binding of a plan); repeatable."),
    ] = None,
    band: Annotated[
        bool, typer.Option("--band/--no-band", help="Plan with elasticities halved and doubled, too.")
    ] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for bottlenecks.xlsx.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say of the limits that bind what one more unit is worth, until when that holds, and what binds next."""
    from haihe.planning import plan
    from haihe.planning.bottlenecks import bottlenecks as follow

    pairs = [(row, place) for row, _, place in (text.partition("@") for text in limit or [])]
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            planned = plan(checked(path, now), band=band, control=control, progress=now)
            found = follow(planned, top=top, rows=pairs, control=control, progress=now)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            found.to_excel(out / "bottlenecks.xlsx", here.lang)
        here.data(
            {
                "ok": True,
                "band": band,
                "says": [line.to_dict() for line in found.says],
                "bottlenecks": [_plain(record) for record in found.frame.to_dict("records")],
                "steps": _records(found.steps),
            }
        )
        for number, line in enumerate(found.says, 1):
            here.say(Text(f"{number}. {line.zh}", f"{number}. {line.en}"))
        if not band and found.items:
            here.say(NO_BAND)


def _plain(record: dict[object, object]) -> dict[str, object]:
    """A record for JSON: texts as both languages, missing numbers as None."""
    return {
        str(key): value.to_dict() if isinstance(value, Text) else None if value != value else value
        for key, value in record.items()
    }


def _records(frame: "pd.DataFrame") -> object:
    return json.loads(frame.to_json(orient="records"))

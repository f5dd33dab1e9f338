"""The command on shocks: stress."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.cli.plans import stoppable
from haihe.messages import Text


@app.command(epilog="Example: haihe stress examples/jing-jin-ji --shock port-closed")
def stress(
    path: PathArgument,
    shock: Annotated[
        str | None, typer.Option("--shock", help="Name of a shock of the region, or a CSV file of shock events.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the shocks of the region.")] = False,
    lanes: Annotated[int, typer.Option("--lanes", min=1, help="Draws for the bands.")] = 32,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Days to look at.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draws.")] = 0,
    coordinated: Annotated[
        bool, typer.Option("--coordinated/--alone", help="Find the best answer, too, and play it.")
    ] = True,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for stress.xlsx, the figures and the frames as CSV.")
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Run a shock through the members' economy: what breaks first, what it costs, how long it lasts, what helps."""
    from haihe.files import write_tables
    from haihe.shocks.library import shocks_of
    from haihe.shocks.stress import stress as run

    if (shock is None) != list_:
        raise typer.BadParameter("name a shock, or give --list", param_hint="--shock")
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            region = checked(path, now)
            if shock is None:
                known = shocks_of(region).astype(object).where(lambda f: f.notna(), None).to_dict("records")
                here.data({"ok": True, "shocks": known})
                heads = [Text("代码", "Code"), Text("情景", "Shock"), Text("事件数", "Events")]
                named = "name_zh" if here.lang == "zh" else "name_en"
                rows = [[str(row[key]) for key in ("shock", named, "events")] for row in known]
                here.grid(Text("冲击情景", "Shocks"), heads, rows)
                return
            found = run(
                region,
                shock,
                lanes=lanes,
                days=days,
                seed=seed,
                coordinated=coordinated,
                control=control,
                progress=now,
            )
        files: list[Path] = []
        if out is not None:
            frames = {"losses": found.losses, "remedies": found.remedies, "prices": found.prices.reset_index()}
            if found.spread is not None:
                frames["bands"] = found.spread.bands
            if found.coordinated is not None:
                frames |= {"answer_output": found.coordinated.output, "answer_deliveries": found.coordinated.deliveries}
            write_tables(frames, out)
            files = [found.to_excel(out / "stress.xlsx", here.lang)]
            for key, figure in found.figures.items():
                files.append(out / f"{key}.html")
                files[-1].write_text(figure.to_html(here.lang), encoding="utf-8")
        here.data(
            {
                "ok": True,
                "quality": found.quality,
                "summary": _plain(found.summary),
                "says": [line.to_dict() for line in found.words],
                "tables": {key: table.records(here.lang) for key, table in found.tables.items()},
                "files": [str(file) for file in files],
            }
        )
        for line in found.words:
            here.say(line)
        for key, table in found.tables.items():
            if key.endswith(("-summary", "-regions", "-remedies", "-answer", "-prices")):
                headings = [column.heading for column in table.columns]
                here.grid(table.title, headings, [[cell(here.lang) for cell in row] for row in table.shown_rows()])
        if files:
            here.say(Text(f"已写出到 {out}", f"written to {out}"))


def _plain(value: object) -> object:
    """Missing numbers as None, for JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return None if value != value else value

"""The command on shocks: stress."""

from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.cli.plans import stoppable
from haihe.messages import Text

if TYPE_CHECKING:
    import pandas as pd

    from haihe.region import Region
    from haihe.shocks.stress import Stress
    from haihe.shocks.which_firms import FirmRisk

SHOWN = ("-summary", "-regions", "-remedies", "-answer", "-answer-deliveries", "-prices", "-chains")
"""Ends of the keys of tables that are printed; all are in JSON and in the workbook."""
MOST = 15
"""Rows of a table that are printed."""


@app.command(epilog="Example: haihe stress examples/jing-jin-ji --shock port-closed")
def stress(
    path: PathArgument,
    shock: Annotated[
        str | None,
        typer.Option("--shock", help="Name of a shock of the region, or a file of shock events (CSV, .xlsx)."),
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the shocks of the region.")] = False,
    firms: Annotated[
        bool, typer.Option("--firms", help="Which firms matter, by district and chain, in place of a shock.")
    ] = False,
    lanes: Annotated[int, typer.Option("--lanes", min=1, help="Draws for the bands.")] = 32,
    days: Annotated[int | None, typer.Option("--days", min=1, help="Days to look at.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the draws.")] = 0,
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
    from haihe.shocks.stress import stress as run
    from haihe.shocks.which_firms import firm_risk

    if (shock is not None) + list_ + firms != 1:
        raise typer.BadParameter("name a shock, or give --list or --firms", param_hint="--shock")
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(inf, now) as control:
            region = checked(path, now)
            if list_:
                _list(here, region)
                return
            found: Stress | FirmRisk
            if shock is None:
                found = firm_risk(region, control=control, progress=now)
                frames = {"firms": found.frame, "districts": found.by("region"), "chains": found.chains}
                summary = {str(key): value for key, value in found.frame.iloc[0].items()}
            else:
                found = run(
                    region, shock, lanes=lanes, days=days, seed=seed, coordinated=coordinated, control=control,
                    progress=now,
                )  # fmt: skip
                frames, summary = _frames(found), dict(found.summary)
        files = [] if out is None else _written(found, frames, out, here)
        here.data(
            {
                "ok": True,
                "quality": found.quality,
                "summary": _plain(summary),
                "says": [line.to_dict() for line in found.words],
                "tables": {key: table.records(here.lang) for key, table in found.tables.items()},
                "files": [str(file) for file in files],
            }
        )
        for line in found.words:
            here.say(line)
        for key, table in found.tables.items():
            if key.endswith(SHOWN):
                here.table(table, MOST, Text("用 -o 写出全部", "-o writes all"))
        if files:
            here.say(Text(f"已写出到 {out}", f"written to {out}"))


def _list(here: Desk, region: "Region") -> None:
    """List the shocks of a region."""
    from haihe.shocks.library import shocks_of

    known = shocks_of(region).astype(object).where(lambda f: f.notna(), None).to_dict("records")
    here.data({"ok": True, "shocks": known})
    heads = [Text("代码", "Code"), Text("情景", "Shock"), Text("事件数", "Events")]
    named = "name_zh" if here.lang == "zh" else "name_en"
    rows = [[str(row[key]) for key in ("shock", named, "events")] for row in known]
    here.grid(Text("冲击情景", "Shocks"), heads, rows)


def _frames(found: "Stress") -> dict[str, "pd.DataFrame"]:
    """Frames of a shock by the name of their file."""
    frames = {"losses": found.losses, "remedies": found.remedies, "prices": found.prices.reset_index()}
    if found.spread is not None:
        frames["bands"] = found.spread.bands
    if found.coordinated is not None:
        frames |= {"answer_output": found.coordinated.output, "answer_deliveries": found.coordinated.deliveries}
    return frames


def _written(found: "Stress | FirmRisk", frames: dict[str, "pd.DataFrame"], out: Path, here: Desk) -> list[Path]:
    """Write workbook, figures and frames; give the first two."""
    from haihe.files import write_tables

    write_tables(frames, out)
    files = [found.to_excel(out / "stress.xlsx", here.lang)]
    for key, figure in found.figures.items():
        files.append(out / f"{key}.html")
        files[-1].write_text(figure.to_html(here.lang), encoding="utf-8")
    return files


def _plain(value: object) -> object:
    """Missing numbers as None, for JSON."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return None if value != value else value

"""Commands on other futures: compare scenarios."""

import json
from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.messages import Text

AS_IS = "as-is"
"""Names the tables as they stand, without any scenario."""


@app.command(epilog="Example: haihe compare examples/jing-jin-ji --scenario cap-5-tighter --scenario larger-port")
def compare(
    path: PathArgument,
    scenario: Annotated[
        list[str],
        typer.Option(
            "--scenario",
            help="Scenario of the table scenarios; repeatable. The first is what the others are compared with; a single "
            "one is compared with the tables as they stand (as-is).",
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Folder for compare.xlsx and the result frames as CSV.")
    ] = None,
    band: Annotated[
        bool,
        typer.Option("--band/--no-band", help="Solve with elasticities halved and doubled, too: three times as long."),
    ] = True,
    reference: Annotated[
        str, typer.Option("--path", help="Reference path: uniform, shift-share, or one of the table growth_paths.")
    ] = "uniform",
    pooled: Annotated[
        bool | None, typer.Option("--pooled/--separate", help="Pool every cap, or none; as the limits say otherwise.")
    ] = None,
    upgrades: Annotated[bool, typer.Option("--upgrades/--no-upgrades", help="Allow the upgraded technology.")] = True,
    projects: Annotated[bool, typer.Option("--projects/--no-projects", help="Choose among candidate projects.")] = True,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan several scenarios and print what they change. Exit code 4 where one has no feasible plan."""
    from haihe.files import write_tables
    from haihe.planning import plan
    from haihe.planning.comparison import compare as side_by_side
    from haihe.planning.outcome import Outcome
    from haihe.planning.scenarios import scenario as in_force

    with desk(lang, json_) as here:
        with here.progress() as now:
            region = checked(path, now)
            names = list(dict.fromkeys(scenario if len(scenario) > 1 else [AS_IS, *scenario]))
            regions = {name: region if name == AS_IS else in_force(region, name) for name in names}
            plans: dict[str, Outcome] = {}
            for name, each in regions.items():
                now(Text(f"情景 {name}", f"scenario {name}"))
                plans[name] = plan(
                    each, path=reference, pooled=pooled, upgrades=upgrades, projects=projects, band=band, progress=now
                )
        result = side_by_side(plans)
        if out is not None:
            write_tables(result.frames, out)
            result.to_excel(out / "compare.xlsx", here.lang)
        here.data(
            {
                "ok": True,
                "first": result.first,
                "findings": [finding.to_dict(here.lang) for finding in result.findings],
                "tables": {name: json.loads(frame.to_json(orient="records")) for name, frame in result.frames.items()},
            }
        )
        for table in result.tables.values():
            headings = [column.heading for column in table.columns]
            here.grid(table.title, headings, [[cell(here.lang) for cell in row] for row in table.shown_rows()])
        here.say(result.views.source)
        here.notes(result.findings)

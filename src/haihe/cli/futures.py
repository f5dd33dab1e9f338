"""Commands on other futures: compare scenarios, plan many futures, choose for all of them, plan again later."""

import json
from enum import StrEnum
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.cli.plans import stoppable
from haihe.messages import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from haihe.figures.workbook import InSheets

AS_IS = "as-is"
"""Names the tables as they stand, without any scenario."""
PATH_HELP = "Reference path: uniform, shift-share, or one of the table growth_paths."
WorkbookOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Workbook (.xlsx) to write, or a folder for workbook and CSV files.")
]


class Measure(StrEnum):
    """What a robust choice makes as small as possible."""

    expected = "expected"
    cvar = "cvar"
    regret = "regret"


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
            here.table(table)
        here.notes(result.findings)


@app.command(
    epilog="Example: haihe ensemble examples/jing-jin-ji --draws 64 --workers 2 --journal draws.jsonl -o out.xlsx"
)
def ensemble(
    path: PathArgument,
    draws: Annotated[
        int | None, typer.Option("--draws", min=1, help="Draw so many futures between the parameters' low and high.")
    ] = None,
    scenarios: Annotated[
        str | None,
        typer.Option(
            "--scenarios", help="Scenarios of the table scenarios, with commas; as-is for the tables as they stand."
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            help="Values of a cell, such as limits:CARBON|2030:value=0.9,0.85,0.8; repeatable: every combination is planned.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the draws.")] = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    dask: Annotated[
        str | None,
        typer.Option(
            "--dask",
            help="Address of a Dask scheduler, such as tcp://host:8786, instead of processes. Only a cluster that you "
            "trust: whoever can reach it can run code there; tls:// where others share its network.",
        ),
    ] = None,
    journal: Annotated[
        Path | None, typer.Option("--journal", help="File to write every run to; stopped runs go on from it.")
    ] = None,
    out: WorkbookOption = None,
    reference: Annotated[str, typer.Option("--path", help=PATH_HELP)] = "uniform",
    projects: Annotated[bool, typer.Option("--projects/--no-projects", help="Choose among candidate projects.")] = True,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds that one solve may take.")] = inf,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan many futures and print what is alike in them. Give one of --draws, --scenarios, --sweep."""
    from haihe.planning.ensemble import ensemble as make

    cells = sweep_of(sweep) if sweep else None
    names = None if scenarios is None else [name.strip() for name in scenarios.split(",") if name.strip()]
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(time_limit, now) as control:
            result = make(
                checked(path, now), draws=draws, scenarios=names, sweep=cells, seed=seed, workers=workers, dask=dask,
                journal=journal, control=control, path=reference, projects=projects,
            )  # fmt: skip
        _written(here, result, result.frames, out, "ensemble")
        shown = [key for key in ("draws-summary", "ensemble-projects", "ensemble-runs") if key in result.tables]
        _shown(here, result, shown)


@app.command(
    epilog="Example: haihe robust examples/jing-jin-ji --scenario as-is=2 --scenario cap-20=1 --measure regret"
)
def robust(
    path: PathArgument,
    scenario: Annotated[
        list[str],
        typer.Option(
            "--scenario",
            help="Scenario of the table scenarios (as-is for the tables as they stand), with its weight: name=2.",
        ),
    ],
    measure: Annotated[
        Measure, typer.Option("--measure", help="Mean cost, mean cost of the worst cases, or largest regret.")
    ] = Measure.expected,
    alpha: Annotated[float, typer.Option("--alpha", help="Of cvar: the worst 1 - alpha of the weight counts.")] = 0.9,
    until: Annotated[
        int | None, typer.Option("--until", help="Last year of start that is decided now; all of them otherwise.")
    ] = None,
    gap: Annotated[float, typer.Option("--gap", help="Gap to prove, as a share of what projects are worth.")] = 0.001,
    out: WorkbookOption = None,
    time_limit: Annotated[float, typer.Option("--time-limit", help="Seconds that one solve may take.")] = inf,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Choose projects once for several scenarios, and print what to decide now and what knowing the future is worth."""
    from haihe.planning.robust import robust as make

    weights = weights_of(scenario)
    with desk(lang, json_) as here:
        with here.progress() as now, stoppable(time_limit, now) as control:
            result = make(
                checked(path, now), weights, measure=measure.value, alpha=alpha, until=until, gap=gap, control=control,
                progress=now,
            )  # fmt: skip
        _written(here, result, result.frames, out, "robust")
        _shown(here, result, ["robust-worth", "robust-choices", "robust-projects"])
        here.notes(result.findings)


@app.command(epilog="Example: haihe replan new --previous old --until 2026 --actuals done.csv -o out")
def replan(
    path: PathArgument,
    previous: Annotated[Path, typer.Option("--previous", help="The region as it was when the first plan was made.")],
    until: Annotated[int, typer.Option("--until", help="Last year that is decided.")],
    actuals: Annotated[
        Path | None,
        typer.Option(
            "--actuals", help="CSV of what was really done: decision, record, year, value (and unit), see --decisions."
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--decisions", help="Write the first plan's decisions up to the year to this CSV, to be filled in."
        ),
    ] = None,
    out: WorkbookOption = None,
    reference: Annotated[str, typer.Option("--path", help=PATH_HELP)] = "uniform",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Plan again after some years: what was decided stays, and print why the cost changed. Exit code 4 without a plan."""
    import pandas as pd

    from haihe.files import read_table, write_table
    from haihe.planning import plan
    from haihe.planning.decided import decisions_table
    from haihe.planning.rolling import replan as make

    with desk(lang, json_) as here:
        with here.progress() as now:
            happened = None if actuals is None else read_table(actuals)
            first = plan(checked(previous, now), path=reference, band=False, progress=now)
            if decisions is not None:
                write_table(decisions_table(first, until), decisions)
            result = make(checked(path, now), first, decided_until=until, actuals=happened, progress=now)
        _written(here, result, result.frames, out, "replan")
        here.grid(
            Text("代价为何变化（十亿元，贴现累计）", "Why the cost changed (bn yuan, discounted total)"),
            [Text("原因", "Cause"), Text("代价", "Cost"), Text("增加", "Added")],
            [
                [CAUSES[cause](here.lang), f"{cost:.2f}", "—" if pd.isna(added) else f"{added:+.2f}"]
                for cause, cost, added in result.causes[["cause", "cost", "added"]].itertuples(index=False, name=None)
            ],
        )
        here.notes(result.findings)


CAUSES = {
    "previous": Text("原方案", "the first plan"),
    "actuals": Text("实际所做与计划不同", "what was done is not what was planned"),
    "updates": Text("数据更新", "the tables changed"),
}


def sweep_of(given: list[str]) -> dict[str, list[str]]:
    """Read sweeps, written ``table:record:column=value,value``.

    Raises
    ------
    typer.BadParameter
        Where a sign of equality or the values are missing, or a cell stands twice.
    """
    cells: dict[str, list[str]] = {}
    for text in given:
        cell, sign, values = text.partition("=")
        parts = [value.strip() for value in values.split(",") if value.strip()]
        if not sign or not parts or cell in cells:
            raise typer.BadParameter(
                f"write table:record:column=value,value once for each cell, not {text}", param_hint="--sweep"
            )
        cells[cell] = parts
    return cells


def weights_of(given: list[str]) -> dict[str, float]:
    """Read scenarios with weights, written ``name`` or ``name=weight``.

    Raises
    ------
    typer.BadParameter
        Where a weight is no number or a scenario stands twice.
    """
    weights: dict[str, float] = {}
    for text in given:
        name, sign, weight = text.partition("=")
        try:
            number = float(weight) if sign else 1.0
        except ValueError as error:
            raise typer.BadParameter(f"a weight is no number: {text}", param_hint="--scenario") from error
        if name in weights:
            raise typer.BadParameter(f"{name} stands twice", param_hint="--scenario")
        weights[name] = number
    return weights


def _written(here: Desk, result: "InSheets", frames: "dict[str, pd.DataFrame]", out: Path | None, name: str) -> None:
    """Write a result to a workbook, or to a folder, and as JSON."""
    from haihe.files import write_tables

    if out is not None and out.suffix.lower() == ".xlsx":
        result.to_excel(out, here.lang)
    elif out is not None:
        write_tables(frames, out)
        result.to_excel(out / f"{name}.xlsx", here.lang)
    here.data(
        {"ok": True, "tables": {key: json.loads(frame.to_json(orient="records")) for key, frame in frames.items()}}
    )


def _shown(here: Desk, result: "InSheets", keys: "Sequence[str]") -> None:
    """Print tables of a result."""
    for key in keys:
        here.table(result.tables[key])

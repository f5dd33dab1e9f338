"""Commands on goals: the front of two indicators, plans that are almost as good, and the reckoning of targets."""

import json
from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, PathArgument, app, checked, desk
from haihe.figures import Table
from haihe.files import replace_file, write_tables
from haihe.messages import Text

SOURCE = Text("haihe 方案计算", "computed by haihe")


@app.command(epilog="Example: haihe pareto examples/jing-jin-ji --x co2 --y welfare --points 6")
def pareto(
    path: PathArgument,
    x: Annotated[str, typer.Option("--x", help="Measure that is held: indicator[sectors]@regions/year.")] = "co2",
    y: Annotated[str, typer.Option("--y", help="Measure that is best for each value of the other.")] = "welfare",
    third: Annotated[str | None, typer.Option(help="A third measure; a front for each of three levels of it.")] = None,
    points: Annotated[int, typer.Option(help="Points of the front, both ends counted.")] = 11,
    reach: Annotated[float, typer.Option(help="How much better x becomes, as a share of 0 to 1.")] = 0.3,
    within: Annotated[
        float | None,
        typer.Option(help="Share of consumption that welfare may lose; needed where it is neither x nor y."),
    ] = None,
    apart: Annotated[
        bool, typer.Option("--apart/--together", help="Also with every member bearing the same share.")
    ] = True,
    upgrades: Annotated[bool, typer.Option("--upgrades/--no-upgrades", help="Allow upgraded technologies.")] = True,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for pareto.csv and pareto.html.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Draw the front of two indicators: what more of one costs of the other."""
    from haihe.planning.goal_views import pareto_figure, pareto_table
    from haihe.planning.pareto import pareto as walk

    with desk(lang, json_) as here:
        with here.progress() as now:
            found = walk(
                checked(path, now), x, y, third=third, points=points, reach=reach, within=within,
                ways=("together", "apart") if apart else ("together",), upgrades=upgrades, progress=now,
            )  # fmt: skip
        if out is not None:
            page = pareto_figure(found, SOURCE).to_html(here.lang)
            replace_file(out / "pareto.html", lambda file: file.write_text(page, encoding="utf-8"))
            write_tables({"pareto": found.points}, out)
        here.data(
            {
                "ok": True,
                "x": str(found.x),
                "y": str(found.y),
                "units": found.units,
                "quality": found.quality,
                "stopped": found.stopped,
                "cold_solves": found.cold,
                "seconds": found.seconds,
                "points": json.loads(found.points.to_json(orient="records")),
            }
        )
        _show(here, pareto_table(found, SOURCE))


@app.command(epilog="Example: haihe alternatives examples/jing-jin-ji --within 0.01")
def alternatives(
    path: PathArgument,
    within: Annotated[float, typer.Option(help="Share of what the limits cost that a plan may lose more.")] = 0.01,
    slack: Annotated[float | None, typer.Option(help="The same in bn yuan; counts instead.")] = None,
    plans: Annotated[int, typer.Option(help="Plans that differ most to give beside the optimum.")] = 3,
    most: Annotated[int, typer.Option(help="Outputs to look at: those that the plan moves most.")] = 6,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Folder for alternatives.csv, alternative-plans.csv and the chart."),
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Say which decisions every almost-as-good plan shares and which are toss-ups. Takes minutes on a large region."""
    from haihe.planning import plan
    from haihe.planning.alternatives import alternatives as look
    from haihe.planning.decisions import decisions_of
    from haihe.planning.goal_views import alternatives_figure, alternatives_table

    with desk(lang, json_) as here:
        with here.progress() as now:
            best = plan(checked(path, now), band=False, progress=now)
            found = look(
                best, within=within, slack=slack, plans=plans, decisions=decisions_of(best, most=most), progress=now
            )
        if out is not None:
            page = alternatives_figure(found, best).to_html(here.lang)
            replace_file(out / "alternatives.html", lambda file: file.write_text(page, encoding="utf-8"))
            write_tables({"alternatives": found.ranges, "alternative-plans": found.plans}, out)
        here.data(
            {
                "ok": True,
                "slack_bn_yuan": found.slack,
                "share_of_cost": found.within,
                "solves": found.solves,
                "seconds": found.seconds,
                "ranges": json.loads(found.ranges.to_json(orient="records")),
                "plans": json.loads(found.plans.to_json(orient="records")),
            }
        )
        _show(here, alternatives_table(found, best))


@app.command(epilog="Example: haihe targets examples/jing-jin-ji")
def targets(
    path: PathArgument,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Folder for targets.csv and reachable.csv.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Reckon the targets against the plan, year by year, and say which can be reached and at what cost."""
    from haihe.planning import plan
    from haihe.planning.goal_views import reachable_view, targets_view
    from haihe.planning.reachable import reachable

    with desk(lang, json_) as here:
        with here.progress() as now:
            best = plan(checked(path, now), band=False, progress=now)
            found = reachable(best, progress=now)
        if out is not None:
            write_tables({"targets": best.targets, "reachable": found}, out)
        here.data(
            {
                "ok": True,
                "targets": json.loads(best.targets.to_json(orient="records")),
                "reachable": json.loads(found.to_json(orient="records")),
            }
        )
        for table in (targets_view(best), reachable_view(best, found)):
            _show(here, table)


def _show(here: Desk, table: Table) -> None:
    headings = [column.heading for column in table.columns]
    here.grid(table.title, headings, [[cell(here.lang) for cell in row] for row in table.shown_rows()])

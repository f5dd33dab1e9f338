"""Commands of the maps of a workspace: bring an office's boundaries in, list them."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, app
from haihe.cli.user import started, unit_of
from haihe.messages import HaiheError, Text

geo_app = typer.Typer(
    no_args_is_help=True, help="Boundaries with which a workspace draws maps: import them, list them."
)
app.add_typer(geo_app, name="geo")

HomeArgument = Annotated[Path, typer.Argument(help="Folder of the workspace.")]
FileArgument = Annotated[Path, typer.Argument(help="GeoJSON file of polygons, 20 MB at most.")]


@geo_app.command(
    "import",
    epilog="Example: haihe geo import office districts.geojson --unit TJ --source 规划和自然资源局 --crs CGCS2000",
)
def geo_import(
    home: HomeArgument,
    file: FileArgument,
    unit: Annotated[str, typer.Option("--unit", help="Code of the office whose maps are drawn with it.")],
    source: Annotated[str, typer.Option("--source", help="Who made the boundaries; printed under every map.")],
    crs: Annotated[str, typer.Option("--crs", help="CGCS2000, WGS84 or GCJ-02, as the source declares it.")],
    number: Annotated[str, typer.Option("--number", help="Map review number; a dash is printed where none.")] = "",
    code_property: Annotated[str, typer.Option("--code", help="Property with the six-digit code.")] = "adcode",
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Bring boundaries into a workspace; the office's maps are drawn with them from then on."""
    with started(home, lang, json_) as (here, actor):
        from haihe.reporting.maps import LARGEST
        from haihe.workspace.dashboards.boundaries import put

        if not file.is_file():
            raise HaiheError("E-MAP-01", file=file.name, value=str(file), property=code_property)
        if file.stat().st_size > LARGEST:
            raise HaiheError("E-DSH-01", most=LARGEST // 1_000_000)
        made = put(
            actor, unit_of(unit), file.name, file.read_bytes(), source=source, crs=crs, review_number=number,
            code_property=code_property,
        )  # fmt: skip
        here.data({"ok": True, "code": made.code, "shapes": made.count, "sha256": made.sha256})
        here.say(Text(f"已导入 {made.count} 个图形。{made.said.zh}", f"{made.count} shapes imported. {made.said.en}"))


@geo_app.command("list", epilog="Example: haihe geo list office")
def geo_list(home: HomeArgument, json_: JsonOption = False, lang: LangOption = None) -> None:
    """List the boundaries of a workspace."""
    with started(home, lang, json_) as (here, _):
        from haihe.workspace.dashboards.models import Boundaries

        found = list(Boundaries.objects.select_related("unit"))
        here.data(
            [
                {
                    "code": each.code,
                    "unit": each.unit.code,
                    "source": each.source,
                    "number": each.review_number,
                    "crs": each.crs,
                    "shapes": each.count,
                    "in_use": not each.withdrawn,
                }
                for each in found
            ]
        )
        here.grid(
            Text("地图底图", "Map boundaries"),
            [Text("单位", "unit"), Text("印在地图下方", "printed under maps"), Text("状态", "state")],
            [[each.unit.name(here.lang), each.said(here.lang), each.state_name(here.lang)] for each in found],
        )

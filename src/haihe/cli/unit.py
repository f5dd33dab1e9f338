"""Commands of the units of a workspace: add one, move one, list the tree.

A neighbouring region stands beside the city, under none; only whoever runs the machine adds it, with its administrator.
"""

from typing import Annotated, Any

import typer

from haihe.cli.desk import Desk, JsonOption, LangOption, app
from haihe.cli.user import HomeOption, ReasonOption, started, unit_of
from haihe.messages import Text

unit_app = typer.Typer(no_args_is_help=True, help="Units of a workspace: add, move, list.")
app.add_typer(unit_app, name="unit")

CodeArgument = Annotated[str, typer.Argument(help="Code of the unit: letters, digits, - and _.")]
UnderOption = Annotated[str, typer.Option("--under", help="Code of the unit above; none: it stands on top.")]


@unit_app.command("add", epilog="Example: haihe unit add BJ --name 北京市 --name-en Beijing --kind region --region BJ")
def unit_add(
    code: CodeArgument,
    name: Annotated[str, typer.Option("--name", help="Name in Chinese.")],
    kind: Annotated[
        str, typer.Option("--kind", help="city, department, district, park, region, chain, task_force, firm.")
    ],
    name_en: Annotated[str, typer.Option("--name-en", help="Name in English.")] = "",
    under: UnderOption = "",
    region: Annotated[str, typer.Option("--region", help="Code of its region in the tables.")] = "",
    chain: Annotated[str, typer.Option("--chain", help="Code of the chain that it answers for.")] = "",
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Add a unit under another, or on top."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import tree

        parent = unit_of(under) if under else None
        unit = tree.make(actor, code, name, kind, name_en=name_en, parent=parent, region=region, chain=chain)
        _said(here, unit)


@unit_app.command("move", epilog="Example: haihe unit move TJ-BH --under TJ --reason 机构调整")
def unit_move(
    code: CodeArgument,
    under: UnderOption = "",
    reason: ReasonOption = "",
    home: HomeOption = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Move a unit with all below it under another, or to the top."""
    with started(home, lang, json_) as (here, actor):
        from haihe.workspace.units import tree

        unit = unit_of(code)
        tree.move(actor, unit, unit_of(under) if under else None, reason=reason)
        _said(here, unit)


@unit_app.command("list", epilog="Example: haihe unit list --json")
def unit_list(home: HomeOption = None, json_: JsonOption = False, lang: LangOption = None) -> None:
    """List the units in the order of the tree."""
    with started(home, lang, json_) as (here, _):
        from haihe.workspace.units.models import Unit

        units = list(Unit.objects.select_related("parent"))
        here.data({"ok": True, "units": [_row(unit, here) for unit in units]})
        here.grid(
            Text("单位", "Units"),
            [Text("代码", "code"), Text("名称", "name"), Text("类别", "kind")],
            [["  " * unit.depth + unit.code, unit.name(here.lang), unit.kind_name(here.lang)] for unit in units],
        )


def _row(unit: Any, here: Desk) -> dict[str, Any]:
    above = unit.parent.code if unit.parent else None
    return {"code": unit.code, "name": unit.name(here.lang), "kind": unit.kind_of, "under": above, "path": unit.path}


def _said(here: Desk, unit: Any) -> None:
    here.data({"ok": True} | _row(unit, here))
    here.say(Text(f"{unit.name_zh}：{unit.path}", f"{unit.name.en}: {unit.path}"))

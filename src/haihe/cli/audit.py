"""Commands of the audit chain of a workspace: prove that nothing was touched, give it to others."""

import sys
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import DATA_PROBLEM, JsonOption, LangOption, app, desk
from haihe.cli.homes import there
from haihe.messages import HaiheError, Text

audit_app = typer.Typer(no_args_is_help=True, help="The record of every change in a workspace: verify it, export it.")
app.add_typer(audit_app, name="audit")

MOST = 50
"""Breaks that are told; a chain that is broken once may be broken everywhere after."""
HomeArgument = Annotated[Path | None, typer.Argument(help="Folder of the workspace; HAIHE_HOME where not given.")]


@audit_app.command(epilog="Example: haihe audit verify office --head 120:9f3c…")
def verify(
    home: HomeArgument = None,
    head: Annotated[
        list[str] | None,
        typer.Option("--head", help="number:hash noted earlier, from an export; repeatable. It must still stand."),
    ] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Check every entry, link and the head; exit 1 where the chain does not hold."""
    with desk(lang, json_) as here:
        there(home)  # proving changes nothing, so it makes and upgrades nothing either
        from haihe.workspace.audit import chain

        noted = {each.number: each.hash for each in map(chain.End.read, head or ())}
        breaks = list(islice(chain.verify(anchors=noted), MOST))
        end = chain.end()
        found = [{"number": each.number, "what": each.what, "words": each.words(here.lang)} for each in breaks]
        if here.as_json:
            here.data({"ok": not breaks, "head": {"number": end.number, "hash": end.hash}, "breaks": found})
            if breaks:
                raise typer.Exit(DATA_PROBLEM)
            return
        if breaks:
            raise HaiheError("E-WEB-71", value="; ".join(str(each["words"]) for each in found))
        here.say(
            Text(
                f"审计链完整：共 {end.number} 条。请另处抄录链尾：{end}",
                f"the audit chain holds: {end.number} entries. Note its end elsewhere: {end}",
            )
        )


@audit_app.command(epilog="Example: haihe audit export office -o audit.jsonl")
def export(
    home: HomeArgument = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="File to write; standard output without it.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Give the chain as JSON lines, the head last; exit 1 where it does not hold."""
    with desk(lang, json_) as here:
        there(home)  # proving changes nothing, so it makes and upgrades nothing either
        from haihe.workspace.audit import chain

        if out is None:
            for line in chain.lines():
                sys.stdout.write(f"{line}\n")
        else:
            with out.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in chain.lines())
            here.data({"file": str(out), "head": {"number": chain.end().number, "hash": chain.end().hash}})
            here.say(Text(f"已写入 {out}，链尾 {chain.end()}", f"written to {out}; its end is {chain.end()}"))
        breaks = list(islice(chain.verify(), MOST))
        if breaks:
            raise HaiheError("E-WEB-71", value="; ".join(each.words(here.lang) for each in breaks))

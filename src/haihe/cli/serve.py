"""Commands that run a workspace: serve, worker."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, app, desk
from haihe.files import replace_file
from haihe.messages import Lang, Text
from haihe.messages.extras import needed

if TYPE_CHECKING:
    from haihe.workspace.units.accounts import Account

HomeArgument = Annotated[Path, typer.Argument(help="Folder of the workspace; made where it does not exist.")]


PEOPLE = "people.txt"
"""File of a demonstration's folder with who can sign in: shown once, the passwords would be lost with the window."""


def keep_people(home: Path, accounts: "list[Account]", lang: Lang) -> Path:
    """Keep the made-up people of a demonstration in a file for its owner alone; gives the file."""
    head = Text(
        "虚构人员，仅供试用；此文件夹不得存放真实数据", "Made-up people, to try with; keep no real data in this folder"
    )
    lines = [head(lang), *(f"{each.username}\t{each.password}\t{each.who(lang)}" for each in accounts)]
    file = home / PEOPLE
    if accounts:
        replace_file(file, lambda path: path.write_text("\n".join(lines) + "\n", "utf-8-sig"), mode=0o600)
    return file


@app.command(epilog="Example: haihe serve office")
def serve(
    home: HomeArgument = Path("office"),
    host: Annotated[str, typer.Option(help="Address to listen on; others than this computer's need preparation.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Do the work in the background here too.")
    ] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill an empty folder with the example and made-up people.")
    ] = False,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Serve a workspace in the browser: an empty folder is made ready, and its first administrator too. Ctrl-C ends it."""
    with desk(lang, json_) as here:
        needed("django")
        needed("waitress")
        from haihe.workspace.server import run_until_told, serving

        here.say(Text("正在准备工作区……", "making the workspace ready …"))
        with serving(home, host, port, demo=demo) as (served, server):
            here.notes(served.warnings)
            here.data({"address": served.address, "home": str(served.home), "accounts": served.accounts})
            here.say(Text(f"工作区：{served.home}", f"workspace: {served.home}"))
            once = Text("", "") if demo else Text("（只显示这一次）", " (shown this once)")
            for each in served.accounts:
                here.say(
                    Text("用户 {u}，初始口令 {p}{once}：{w}", "user {u}, first password {p}{once}: {w}").format(
                        u=each.username, p=each.password, once=once, w=each.who
                    )
                )
            if demo:
                kept = keep_people(served.home, served.accounts, here.lang)
                here.say(
                    Text(
                        f"虚构人员与口令存于 {kept}；可先以 wang（市级规划人员）登录",
                        f"the made-up people and their passwords are kept in {kept}; sign in as wang, a city planner, first",
                    )
                )
            here.say(Text(f"请在浏览器打开 {served.address}，按 Ctrl-C 停止", f"open {served.address}; Ctrl-C ends it"))
            run_until_told(served, server, workers=worker)


@app.command(epilog="Example: haihe worker office")
def worker(home: HomeArgument = Path("office"), json_: JsonOption = False, lang: LangOption = None) -> None:
    """Do the work in the background of a workspace, beside `haihe serve --no-worker` or on another computer. Ctrl-C ends it."""
    with desk(lang, json_) as here:
        needed("django")
        from haihe.workspace.start import prepare

        prepare(home)
        from haihe.workspace.jobs.entry import run

        here.data({"home": str(home)})
        here.say(Text(f"后台作业：{home}，按 Ctrl-C 停止", f"work in the background of {home}; Ctrl-C ends it"))
        run(str(home))

"""Commands that run a workspace: serve, worker."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, app, desk
from haihe.messages import Text
from haihe.messages.extras import needed

HomeArgument = Annotated[Path, typer.Argument(help="Folder of the workspace; made where it does not exist.")]


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
            for each in served.accounts:
                here.say(
                    Text(
                        "用户 {u}，首次口令 {p}（只显示这一次）：{w}",
                        "user {u}, first password {p} (shown this once): {w}",
                    ).format(u=each.username, p=each.password, w=each.who)
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

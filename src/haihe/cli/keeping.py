"""The commands that keep a workspace: backup, restore, db migrate, db to-postgres."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, app, desk
from haihe.cli.homes import there
from haihe.messages import Text
from haihe.messages.extras import needed

db_app = typer.Typer(no_args_is_help=True, help="The database of a workspace: migrate, to-postgres.")
app.add_typer(db_app, name="db")

HomeArgument = Annotated[Path, typer.Argument(help="Folder of the workspace.")]


def _prepared(home: Path) -> None:
    """Start Django on a workspace's folder."""
    needed("django")
    from haihe.workspace.start import prepare

    prepare(home)


@app.command(epilog="Example: haihe backup office office-2026-11-22.zip")
def backup(
    home: HomeArgument,
    file: Annotated[Path, typer.Argument(help="Zip file to write.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Write a workspace into one file: database, data, uploads, results, with a hash of each. Work may go on meanwhile."""
    with desk(lang, json_) as here:
        there(home)  # a backup of a mistyped folder would be empty, and look well
        _prepared(home)
        from haihe.workspace.keeping.backup import back_up

        manifest = back_up(file)
        here.data({"ok": True, "file": str(file)} | manifest)
        here.say(
            Text(
                f"已备份 {len(manifest['files'])} 个文件到 {file}",
                f"backed up {len(manifest['files'])} files to {file}",
            )
        )


@app.command(epilog="Example: haihe restore office-2026-11-22.zip new-office")
def restore(
    file: Annotated[Path, typer.Argument(help="Backup file.")],
    home: HomeArgument,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Put a backup into an empty folder (and an empty database, where HAIHE_DATABASE_URL names one); every hash must agree."""
    with desk(lang, json_) as here:
        _prepared(home)
        from haihe.workspace.keeping.backup import restore as put_back

        manifest = put_back(file)
        here.data({"ok": True} | manifest)
        here.say(Text(f"已恢复到 {home}，校验一致", f"restored into {home}; every hash agrees"))


@db_app.command(epilog="Example: haihe db migrate office")
def migrate(home: HomeArgument, json_: JsonOption = False, lang: LangOption = None) -> None:
    """Bring a workspace's database to this version of haihe. `haihe serve` does it by itself."""
    with desk(lang, json_) as here:
        _prepared(home)
        here.data({"ok": True})
        here.say(Text("数据库已是最新结构", "the database is up to date"))


@db_app.command("to-postgres", epilog="Example: haihe db to-postgres office postgresql://haihe:secret@127.0.0.1/haihe")
def to_postgres(
    home: HomeArgument,
    url: Annotated[str, typer.Argument(help="Address of an empty PostgreSQL database.")],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Copy a workspace's SQLite database into PostgreSQL and compare every table by its hash; the old one stays as it is."""
    with desk(lang, json_) as here:
        _prepared(home)
        from haihe.workspace.config import Office
        from haihe.workspace.keeping.copying import copy_rows, other_database

        with other_database(Office.read({"HAIHE_DATABASE_URL": url}).database()) as target:
            hashes = copy_rows("default", target)
        here.data({"ok": True, "tables": hashes})
        here.say(
            Text(
                f"已复制 {len(hashes)} 张表，校验一致；今后请设置 HAIHE_DATABASE_URL",
                f"{len(hashes)} tables copied, hashes agree; set HAIHE_DATABASE_URL from now on",
            )
        )

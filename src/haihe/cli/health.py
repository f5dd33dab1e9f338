"""The command that looks at the machine and at a workspace: doctor."""

from pathlib import Path
from typing import Annotated

import typer

from haihe.cli.desk import DATA_PROBLEM, JsonOption, LangOption, app, desk
from haihe.doctor import STATES, examine
from haihe.messages import Text
from haihe.messages.extras import needed


@app.command(epilog="Example: haihe doctor office")
def doctor(
    home: Annotated[Path | None, typer.Argument(help="Folder of a workspace to look at as well.")] = None,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Look whether haihe has what it needs here, and whether a workspace is sound; 1 where something is broken."""
    with desk(lang, json_) as here:
        signs = examine()
        if home is not None:
            needed("django")
            from haihe.workspace.start import setup

            if not home.is_dir():
                raise FileNotFoundError(2, "no such folder", str(home))
            setup(home)
            from haihe.workspace.keeping.signs import examine_office

            signs += examine_office()
        broken = [sign for sign in signs if sign.state == "fail"]
        here.data({"ok": not broken, "signs": [sign.to_dict(here.lang) for sign in signs]})
        for sign in signs:
            here.say(Text(*(f"{STATES[sign.state](at)}\t{sign.name(at)}: {sign.says(at)}" for at in ("zh", "en"))))
            if sign.mend is not None:
                here.say(Text(f"\t→ {sign.mend.zh}", f"\t→ {sign.mend.en}"))
        if broken:
            raise typer.Exit(DATA_PROBLEM)

"""Commands of an exchange: members keep their data and share prices and quantities only."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haihe.cli.desk import JsonOption, LangOption, OutOption, PathArgument, app, checked, desk
from haihe.messages import Text

if TYPE_CHECKING:
    import pandas as pd

exchange_app = typer.Typer(
    no_args_is_help=True,
    help="Pool permits, resources or money without handing over data: prepare folders, coordinate, take part.",
)
app.add_typer(exchange_app, name="exchange")

SharedArgument = Annotated[Path, typer.Argument(help="Folder that coordinator and members share.")]
PatienceOption = Annotated[
    float,
    typer.Option("--patience", min=0.1, help="Seconds to wait for the other end before stopping; run again later."),
]


def _rows(frame: "pd.DataFrame") -> list[list[str]]:
    """Cells as they are shown: numbers with three significant digits more than needed, text as it is."""
    return [
        [f"{cell:,.6g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in frame.itertuples(index=False)
    ]


@exchange_app.command(
    epilog="Example: haihe exchange prepare examples/jing-jin-ji --thing CARBON --thing money -o out/exchange"
)
def prepare(
    path: PathArgument,
    out: OutOption,
    thing: Annotated[
        list[str],
        typer.Option(
            "--thing", help="What is pooled: code of a cap on a resource, of a resource, or money; repeatable."
        ),
    ],
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Cut each member's own folder out of tables that hold all members, and make terms and keys."""
    from haihe.coalition.preparation import prepare as cut

    with desk(lang, json_) as here:
        with here.progress() as now:
            terms = cut(checked(path, now), thing, out)
        here.data({"ok": True, "folder": str(out), "members": list(terms.members), "things": list(terms.over.things)})
        names = "、".join(terms.members)
        here.say(
            Text(
                f"已写入 {out}：成员 {names} 各一个文件夹，协调方一个文件夹（含条件与密钥）",
                f"written to {out}: a folder for each of {', '.join(terms.members)}, one for the coordinator with terms and keys",
            )
        )


@exchange_app.command(epilog="Example: haihe exchange coordinator /share/exchange out/exchange/coordinator")
def coordinator(
    shared: SharedArgument,
    own: Annotated[Path, typer.Argument(help="The coordinator's own folder, with terms.json and keys.")],
    tolerance: Annotated[
        float, typer.Option("--tolerance", min=0.0, help="Stop once no more than this share of the gain is left.")
    ] = 1e-4,
    rounds: Annotated[int, typer.Option("--rounds", min=0, help="Rounds at most.")] = 60,
    patience: PatienceOption = 3600.0,
    wait: Annotated[bool, typer.Option("--wait/--stop", help="Go on waiting for a silent member, or stop.")] = False,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Ask prices round by round until the members' quantities balance; may be stopped and started again."""
    from haihe.coalition.coordinator import Coordinator, Rules
    from haihe.coalition.preparation import read_terms
    from haihe.planning.control import Control

    with desk(lang, json_) as here:
        with here.progress() as now:
            terms = read_terms(own)
            rules = Rules(tolerance=tolerance, most_rounds=rounds, patience=patience, wait=wait)
            done = Coordinator(shared, own, terms.over, terms.members, rules, Control(progress=now)).run()
        frames = {"rounds": done.rounds, "settled": done.settled}
        here.data(
            {
                "ok": True,
                "reached": done.reached,
                "gain": done.gain,
                "rounds": len(done.rounds),
                "findings": [finding.to_dict(here.lang) for finding in done.findings],
                "tables": {name: json.loads(frame.to_json(orient="records")) for name, frame in frames.items()},
            }
        )
        here.grid(Text("结算（正为调入、付款）", "settled (positive: received, paid)"), _SETTLED, _rows(done.settled))
        here.say(
            Text(
                f"{len(done.rounds)} 轮：合计收益至少 {done.gain:.4g}、至多 {done.bound:.4g} 十亿元（折现）",
                f"{len(done.rounds)} rounds: together at least {done.gain:.4g}, at most {done.bound:.4g} bn yuan (discounted)",
            )
        )
        here.notes(done.findings)


@exchange_app.command(epilog="Example: haihe exchange member /share/exchange out/exchange/members/TJ")
def member(
    shared: SharedArgument,
    own: Annotated[Path, typer.Argument(help="The member's own region folder.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="Key file; exchange/key in the own folder where not given.")
    ] = None,
    patience: PatienceOption = 3600.0,
    json_: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """Take part: solve the own plan and answer prices with quantities; may be stopped and started again."""
    from haihe.coalition.exchange_messages import read_key
    from haihe.coalition.member_folder import EXCHANGE
    from haihe.coalition.member_process import MemberProcess
    from haihe.coalition.preparation import KEY
    from haihe.planning.control import Control

    with desk(lang, json_) as here:
        with here.progress() as now:
            secret = read_key(key or own / EXCHANGE / KEY)
            done = MemberProcess(shared, own, secret, patience=patience, control=Control(progress=now)).run()
        here.data(
            {
                "ok": True,
                "gain": done.gain,
                "paid": done.paid,
                "net": done.net,
                "settled": json.loads(done.frame.to_json(orient="records")),
            }
        )
        here.grid(
            Text("本方结算（正为调入、付款）", "settled here (positive: received, paid)"),
            _SETTLED[1:],
            _rows(done.frame),
        )
        here.say(
            Text(
                f"本方收益 {done.gain:.4g}、付款 {done.paid:.4g}、净得 {done.net:.4g} 十亿元（折现）",
                f"own gain {done.gain:.4g}, paid {done.paid:.4g}, net {done.net:.4g} bn yuan (discounted)",
            )
        )


_SETTLED = [
    Text("成员", "member"),
    Text("事项", "thing"),
    Text("年份", "year"),
    Text("每年数量", "amount a year"),
    Text("单位", "unit"),
    Text("价格（元/单位）", "price, yuan a unit"),
    Text("付款（十亿元）", "payment, bn yuan"),
]

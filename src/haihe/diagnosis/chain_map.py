"""The map of a chain: where the products of each stage come from, and where they go, as one Sankey chart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from haihe.diagnosis.chains import POSITIONS, Chains
from haihe.diagnosis.origins import ORIGINS, bought, sold
from haihe.diagnosis.places import dated
from haihe.diagnosis.result import Basis
from haihe.diagnosis.trade import Trade
from haihe.figures import Column, Figure, Table
from haihe.figures.figure import Option
from haihe.figures.flows import sankey
from haihe.figures.palette import HATCH, PALETTE
from haihe.figures.parts import extremes, make_figure
from haihe.messages import Lang, Text

SIDES: Mapping[str, Text] = {"supply": Text("来源", "Where from"), "use": Text("去向", "Where to")}
YI = Text("亿元", "100 m yuan")
COLOURS = dict(zip(ORIGINS, (PALETTE[0], PALETTE[2], PALETTE[4], PALETTE[1]), strict=True))
STAGE_COLOURS = dict(zip(POSITIONS, ("#4c431b", "#7a1f4f", "#4d5b68"), strict=True))
METHOD = Text(
    "环节＝行业份额；来源为本地产出与各地流入，去向为本地使用与各地流出；同一行业的环节构成相同",
    "a stage is a share of its sector; sources are own output and what comes in, destinations are own use and what goes "
    "out; stages of one sector have the same make-up",
)


def map_frame(trade: Trade, chains: Chains, chain: str, region: str) -> pd.DataFrame:
    """Give what the products of each stage of a chain come from and go to in one region.

    Returns
    -------
    DataFrame
        ``stage``, ``position``, ``side`` (``supply`` or ``use``), ``place`` (`ORIGINS`), ``amount`` in the accounts'
        money, ``share`` of the side; supply ``home`` is the region's own output, use ``home`` what it uses. But for the
        residual of the accounts, both sides of a stage are equal.
    """
    a, r, rows = trade.accounts, trade.accounts.position(region), chains.rows_of(chain)
    W = chains.weight[rows]
    supply, use = bought(a, trade.places, region).copy(), sold(a, trade.places, region).copy()
    supply[0], use[0] = a.output[r], a.uses[r]
    parts = []
    for side, amounts in (("supply", supply), ("use", use)):
        by_stage = amounts @ W.T
        whole = np.nansum(by_stage, axis=0)
        share = np.divide(by_stage, whole, out=np.full_like(by_stage, np.nan), where=whole > 0)
        for k, place in enumerate(ORIGINS):
            stages = chains.stages.iloc[rows][["stage", "position"]]
            parts.append(stages.assign(side=side, place=place, amount=by_stage[k], share=share[k]))
    return pd.concat(parts, ignore_index=True)


def chain_map(trade: Trade, chains: Chains, chain: str, region: str, basis: Basis, *notes: Text) -> Figure:
    """Draw the map of a chain in one region.

    Parameters
    ----------
    trade, chains
        Accounts and stages.
    chain, region : str
        What to draw, and for whom.
    basis : Basis
        Source, mark and years.
    notes : Text
        What a reader must know.

    Returns
    -------
    Figure
        Sources on the left, stages from upstream to downstream in the middle, destinations on the right. Links that
        rest on illustrative shares are hatched.
    """
    frame = map_frame(trade, chains, chain, region)
    name, place = chains.names[chain], basis.name(region)
    stages = {s: chains.names[f"{chain}.{s}"] for s in frame["stage"]}
    table = basis.table(
        f"chain-map-{chain}",
        dated(Text(f"产业链图：{name.zh}（{place.zh}）", f"Chain map: {name.en} ({place.en})"), trade.accounts.year),
        frame,
        [
            Column("stage", Text("环节", "Stage"), labels=stages),
            Column("position", Text("位置", "Position"), labels=POSITIONS),
            Column("side", Text("方向", "Side"), labels=SIDES),
            Column("place", Text("地区", "Place"), labels=ORIGINS),
            Column("amount", Text("金额", "Amount"), unit=YI, digits=1),
            Column("share", Text("占比", "Share"), kind="share", digits=0),
        ],
        METHOD,
        *notes,
    )
    return make_figure(
        table,
        lambda lang: _option(table, stages, place, lang),
        unit=YI,
        description=extremes(
            Text("产业链流向图", "Flow chart of a chain"), table, "amount", ["side", "stage", "place"]
        ),
        height=max(300, 60 * len(stages) + 40),
    )


def _option(table: Table, stages: Mapping[str, Text], home: Text, lang: Lang) -> Option:
    """The chart in one language."""
    frame = table.frame[table.frame["amount"] > 0]
    drawn = [code for code in stages if code in set(frame["stage"])]
    nodes = [_stage_node(table, frame, code, stages[code](lang), lang) for code in drawn]
    for side, depth in (("supply", 0), ("use", 2)):
        own = frame[frame["side"] == side].groupby("place")["amount"].sum()
        nodes += [_place_node(table, side, depth, code, own[code], home, lang) for code in ORIGINS if code in own]
    pattern = {"decal": HATCH} if table.quality == "illustrative" else {}
    return sankey(nodes, [_link(table, row, stages, pattern, lang) for row in frame.to_dict("records")])


def _link(table: Table, row: dict[Any, Any], stages: Mapping[str, Text], pattern: Option, lang: Lang) -> Option:
    place, stage = ORIGINS[row["place"]](lang), stages[row["stage"]](lang)
    ends = (place, stage) if row["side"] == "supply" else (stage, place)
    at, middle = f"{row['side']} {row['place']}", f"stage {row['stage']}"
    source, target = (at, middle) if row["side"] == "supply" else (middle, at)
    said = table.column("amount").with_unit(row["amount"])(lang)
    return {
        "source": source,
        "target": target,
        "value": float(row["amount"]),
        "head": " → ".join(ends),
        "text": f"{said} ({table.column('share').show(row['share'])(lang)})",
        "lineStyle": {"color": COLOURS[row["place"]], **pattern},
    }


def _stage_node(table: Table, frame: pd.DataFrame, code: str, word: str, lang: Lang) -> Option:
    own = frame[frame["stage"] == code]
    total = float(own.groupby("side")["amount"].sum().max())
    position = str(own["position"].iloc[0])
    return {
        "name": f"stage {code}",
        "depth": 1,
        "head": f"{POSITIONS[position](lang)} · {word}",
        "text": table.column("amount").with_unit(total)(lang),
        "itemStyle": {"color": STAGE_COLOURS[position]},
        "label": {
            "position": "inside",
            "formatter": word,
            "backgroundColor": "rgba(255,255,255,0.82)",
            "borderRadius": 3,
            "padding": [2, 5],
        },
    }


def _place_node(table: Table, side: str, depth: int, code: str, total: float, home: Text, lang: Lang) -> Option:
    made = {"supply": Text("{}产出", "Output of {}"), "use": Text("{}使用", "Use in {}")}[side]
    word = made(lang).format(home(lang)) if code == "home" else ORIGINS[code](lang)
    shown = table.column("amount").show(total)(lang)
    return {
        "name": f"{side} {code}",
        "depth": depth,
        "head": word,
        "text": table.column("amount").with_unit(total)(lang),
        "itemStyle": {"color": COLOURS[code]},
        "label": {"position": "left" if depth == 0 else "right", "formatter": f"{word}\n{shown}"},
    }

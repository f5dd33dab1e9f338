"""Choosing a point of a front: where it bends, where a plan lies beside it, what a point would change in that plan.

The knee is the point farthest from the straight line between the two ends, both measures scaled to their range
(Das 1999, "On characterizing the knee of the Pareto curve"). It is a hint for the eye, no recommendation.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, lines
from haihe.messages import Text
from haihe.planning.comparison import compare
from haihe.planning.goal_views import large_unit, pareto_table, totalled
from haihe.planning.limits import OF_RESOURCE
from haihe.planning.measures import ALL, Measure
from haihe.planning.outcome import Outcome
from haihe.planning.pareto import Pareto
from haihe.planning.program import Floats
from haihe.planning.scenarios import Edit
from haihe.planning.views import names_of
from haihe.region import Region
from haihe.region.units import factor, said

TOGETHER, CURRENT = "together", "current"
SHARE = "share of reference"
WIDE = 1000.0
"""Times by which a cap is widened so that it holds nothing."""
LARGEST = 1e15
KNEE = Text("拐点", "knee")
NOW = Text("现行方案", "plan of today")
CHOSEN = Text("所选点", "chosen point")
WHY = Text("前沿选点：改由所选水平约束", "point of a front: held at the chosen level instead")
KNEE_NOTE = Text(
    "拐点：离两端连线最远的点，再往后同样的改善代价明显增大；只作提示。",
    "Knee: the point farthest from the line between the two ends; beyond it the same step costs visibly more. A hint only.",
)


def knee(x: Floats, y: Floats) -> int | None:
    """Give the point farthest from the line between the first and the last; None where no point lies off it.

    Parameters
    ----------
    x, y : ndarray, shape (N,)
        Values of the points in the order of the front.
    """
    if x.size < 3:
        return None
    across, up = ((v - v[0]) / (v[-1] - v[0]) if v[-1] != v[0] else np.zeros_like(v) for v in (x, y))
    off = np.abs(up - across)
    return int(off.argmax()) if off.max() > 1e-9 else None


def numbered(front: Pareto) -> pd.DataFrame:
    """Give the points that can be chosen, the members bearing the burden together: those of `Pareto.points` and ``point``."""
    rows = front.points[(front.points["way"] == TOGETHER) & front.points["level"].isna()].reset_index(drop=True)
    return rows.assign(point=np.arange(1, len(rows) + 1))


def point_table(front: Pareto, plan: Outcome, source: Text) -> Table:
    """Give every point with its number, the knee and the plan of today marked; the plan stands last."""
    table = pareto_table(front, source)
    frame, points = table.frame, numbered(front)
    bend = knee(points["x"].to_numpy(), points["y"].to_numpy())
    own = frame.index[(frame["way"] == TOGETHER) & frame["level"].isna()]
    number = pd.Series([None] * len(frame), dtype=object)
    number.loc[own] = [str(k) for k in points["point"]]
    mark = pd.Series([None] * len(frame), dtype=object)
    if bend is not None:
        mark.loc[own[bend]] = KNEE
    scale = {name: _scale(frame[name], front.points[name]) for name in ("x", "y")}
    now = {name: value * scale[name] for name, value in zip(("x", "y"), place_of(front, plan), strict=True)}
    last = pd.DataFrame([{**dict.fromkeys(frame.columns), **now, "way": CURRENT, "point": None, "mark": NOW}])
    whole = pd.concat([frame.assign(point=number, mark=mark), last.astype(object)], ignore_index=True)
    for name in ("x", "y", "percent", "loss", "loss_share", "price"):
        whole[name] = whole[name].astype(float)
    columns = [
        replace(column, labels={**column.labels, CURRENT: NOW}) if column.key == "way" else column
        for column in table.columns
    ]
    return Table(
        whole,
        [
            Column("point", Text("点", "Point"), kind="text"),
            *columns,
            Column("mark", Text("说明", "Remark"), kind="text"),
        ],
        key="front",
        title=table.title,
        source=table.source,
        quality=table.quality,
        notes=[*table.notes, KNEE_NOTE],
    )


def point_figure(table: Table) -> Figure:
    """Draw the points over both measures, knee and plan of today named."""
    return lines(table, "x", "y", by="way", label="mark")


def place_of(front: Pareto, plan: Outcome) -> tuple[float, float]:
    """Give the values of both measures in a plan."""
    indicators, x = plan.assembly.indicators, plan.solution.x
    return indicators.value(front.x, x), indicators.value(front.y, x)


def changes(front: Pareto, plan: Outcome, at: Outcome, number: int) -> list[Table]:
    """Give what a point would change in a plan: both measures by member, totals, sectors that move most, prices of limits.

    Parameters
    ----------
    front : Pareto
    plan : Outcome
        What the point is compared with.
    at : Outcome
        The plan at the point.
    number : int
        Number of the point (`numbered`).
    """
    views = compare({"plan": plan, CHOSEN.en: at}).views
    views.titles = {"plan": NOW, CHOSEN.en: Text(f"第 {number} 点", f"point {number}")}
    own = _members(front, plan, at, views.totals())
    made = (("members", own), ("totals", views.totals()), ("sectors", views.movers()), ("limits", views.prices()))
    return [_called(table, f"front-{number}-{name}") for name, table in made if table is not None]


def _members(front: Pareto, plan: Outcome, at: Outcome, like: Table) -> Table:
    """Both measures by member, in the plan and at the point; a measure of some members only is left out."""
    members, names = plan.model.economy.members, names_of(plan.region)
    rows: list[dict[str, Any]] = []
    for measure, title, unit in zip((front.x, front.y), front.titles, front.units, strict=True):
        if measure.regions != ALL:
            continue
        plain = unit.removesuffix(", discounted").removesuffix("/year")
        shown = large_unit(plain)
        for code in members:
            own = replace(measure, regions=(code,))
            now, then = (
                each.assembly.indicators.value(own, each.solution.x) * factor(plain, shown) for each in (plan, at)
            )
            said_so = {"measure": totalled(title, unit), "region": code, "unit": said(shown)}
            rows.append({**said_so, "now": now, "then": then, "gap": then - now})
    frame = pd.DataFrame(rows, columns=["measure", "region", "unit", "now", "then", "gap"])
    return Table(
        frame,
        [
            Column("measure", Text("指标", "Measure"), kind="text"),
            Column("region", Text("地区", "Region"), labels=names),
            Column("unit", Text("单位", "Unit"), kind="text"),
            Column("now", NOW, kind="number", digits=1),
            Column("then", CHOSEN, kind="number", digits=1),
            Column("gap", Text("差额", "Difference"), kind="number", digits=1, signed=True),
        ],
        key="members",
        title=Text("各成员：两项指标怎样变化", "Both measures by member"),
        source=like.source,
        quality=front.quality,
        notes=like.notes,
    )


def freed(region: Region, x: Measure) -> list[Edit]:
    """Give the edits that take the limits on what a measure counts out of force, as a front does."""
    if not region.has("limits"):
        return []
    resource = {code: name for name, code in OF_RESOURCE.items()}.get(x.base, x.of if x.base == "use" else "")
    rows = region["limits"]
    wanted = rows["indicator"].astype("string").fillna("") == x.indicator
    if resource:
        wanted |= rows["resource"].astype("string").fillna("") == resource
    cells = rows.loc[wanted, ["limit", "year", "sense", "value", "unit"]].itertuples(index=False, name=None)
    return [
        Edit("limits", f"{name}|{int(year)}", "value", _wide(sense, value, unit), f"{WHY.zh} / {WHY.en}")
        for name, year, sense, value, unit in cells
    ]


def _wide(sense: str, value: float, unit: str) -> str:
    if sense == "floor":
        return "0"
    return f"{WIDE:g}" if unit == SHARE else f"{min(max(value, 1.0) * WIDE, LARGEST):.17g}"


def _called(table: Table, key: str) -> Table:
    """Give a table another key."""
    return Table(
        table.frame,
        table.columns,
        key=key,
        title=table.title,
        source=table.source,
        quality=table.quality,
        quality_column=table.quality_column,
        notes=table.notes,
        method=table.method,
        years=table.years,
    )


def _scale(shown: "pd.Series[float]", plain: "pd.Series[float]") -> float:
    """Units of a table in one unit of a front."""
    k = int(plain.abs().to_numpy().argmax())
    return float(shown.iloc[k] / plain.iloc[k]) if plain.iloc[k] else 1.0

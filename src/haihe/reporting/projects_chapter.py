"""The chapter on single projects: which are built and which not, who pays, where they stand on their way, what is short."""

from collections.abc import Sequence

import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Text
from haihe.planning.bottlenecks import Bottlenecks
from haihe.planning.card_rivals import rivals_of
from haihe.planning.pipeline import Pipeline
from haihe.planning.selection import Selection
from haihe.planning.views import YI
from haihe.reporting.content import Block, Chapter, KeyLine, KeyLines

WORTH = Text("按价格，产能不值其投资", "by prices its capacity is not worth its investment")
RULES = Text("办法给的支持少于所需", "the rules give less than it needs")
FITS = Text("没有一项单独不够", "nothing is short by itself")
NOT_SITED = Text("规划期内不能建成", "cannot be complete within the plan")
HINT = Text(
    "“缺什么”按入选项目之外的剩余量逐项比较，只是提示：项目之间可以替换。确切原因须强制改选后重新求解："
    "haihe explain，或项目卡片（haihe card）。",
    "What is short compares each need with what the chosen ones leave; it is a hint, since projects can take each other's "
    "place. The exact reason takes a forced solve: haihe explain, or the project's card (haihe card).",
)


def single_projects_chapter(
    selection: Selection | None, pipeline: Pipeline | None, bottlenecks: Bottlenecks | None
) -> Chapter | None:
    """Whole projects one by one; None where there is nothing to say.

    Parameters
    ----------
    selection : Selection, optional
    pipeline : Pipeline, optional
    bottlenecks : Bottlenecks, optional
    """
    blocks: list[Block] = []
    if selection is not None:
        blocks += _selected(selection)
    if pipeline is not None:
        figures = pipeline.figures
        drawn = {figure.table.key for figure in figures.values()}
        blocks += [*figures.values(), *(table for key, table in pipeline.tables.items() if key not in drawn)]
    if bottlenecks is not None and bottlenecks.items:
        blocks.append(KeyLines(_lines(bottlenecks)))
        blocks += bottlenecks.tables.values()
    if not blocks:
        return None
    return Chapter(
        "single-projects",
        Text("逐个项目：选择、进度与瓶颈", "Project by project: selection, pipeline, bottlenecks"),
        Text(
            "整个的项目建哪些、不建哪些、缺什么，谁出钱；各阶段占用多少要素与资金；每个瓶颈值多少、到何时为止、下一个是什么。",
            "Which whole projects are built and which not, what they are short of, who pays; what each stage holds; what each "
            "bottleneck is worth, until when, and what binds next.",
        ),
        blocks,
    )


def _selected(selection: Selection) -> list[Block]:
    """The selection's own tables, and what each project that is left out is short of."""
    figures = selection.figures
    drawn = {figure.table.key for figure in figures.values()}
    tables = {key: table for key, table in selection.tables.items() if key not in drawn}
    left = tables.pop("selection-left", None)
    found: list[Block] = [*figures.values(), *tables.values()]
    if left is not None:
        found.append(why_not_table(selection))
    return found


def why_not_table(selection: Selection) -> Table:
    """What every project that is not chosen is short of, by what the chosen ones leave."""
    views, spec = selection.views, selection.task.projects
    frame = selection.projects[selection.projects["status"] == "not"]
    short = dict(zip(spec.projects, spec.short, strict=True))
    rivals = rivals_of(selection)
    rivals = rivals[rivals["asks"] > rivals["left"] * (1 + 1e-9)]
    things = rivals.groupby("project")[["thing", "place"]].agg(list)
    says = [
        _short(views.names, row, short[row["project"]], things)
        for row in frame[["project", "recomputed"]].to_dict("records")
    ]
    return views.table(
        "selection-left",
        Text("未入选的项目：缺什么", "Projects that are not chosen, and what they are short of"),
        frame.assign(start=frame["start"].astype("float64"), says=pd.Series(says, index=frame.index, dtype=object)),
        [
            Column("project", Text("项目", "Project"), labels=views.called),
            Column("site", Text("选址", "Site"), labels=views.names),
            Column("start", Text("开工", "Start"), kind="year"),
            Column("investment", Text("投资", "Investment"), unit=YI, digits=2),
            Column("need", Text("所需支持", "Support needed"), unit=YI, digits=3),
            Column("recomputed", Text("约值", "Value, about"), unit=YI, digits=2, signed=True),
            Column("says", Text("缺什么（提示）", "Short of (a hint)")),
        ],
        HINT,
    )


def _short(names: "dict[object, Text]", row: "dict[object, object]", by_rules: bool, things: pd.DataFrame) -> Text:
    """What one project is short of."""
    value = row["recomputed"]
    if by_rules:
        return RULES
    if pd.isna(value):  # type: ignore[call-overload]
        return NOT_SITED
    if float(str(value)) <= 0:
        return WORTH
    code = str(row["project"])
    if code not in things.index:
        return FITS
    own = things.loc[code]
    pairs: Sequence[tuple[str, str]] = list(dict.fromkeys(zip(own["thing"], own["place"], strict=True)))
    words = [[names.get(each, Text(each, each)) for each in pair] for pair in pairs[:3]]
    zh = "、".join(f"{place.zh}{thing.zh}" for thing, place in words)
    en = "; ".join(f"{thing.en} in {place.en}" for thing, place in words)
    return Text(zh, en)


def _lines(bottlenecks: Bottlenecks) -> list[KeyLine]:
    quality = bottlenecks.plan.views.quality
    return [KeyLine(text, quality) for text in bottlenecks.says]

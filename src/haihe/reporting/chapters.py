"""The chapters of a region's report."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from haihe.accounts.of_region import accounts_of
from haihe.accounts.views import concentration_figure, flows_figure, size_table, structure_figure
from haihe.figures import Column, Figure, Table, bars, shape_map, tile_map
from haihe.messages import QUALITY_NAMES, Findings, Text
from haihe.planning.views import names_of
from haihe.region import TABLES, Region
from haihe.region.units import said
from haihe.reporting.content import Chapter
from haihe.reporting.maps import Shapes

GROUPS: Mapping[str, Text] = {
    "agriculture": Text("农林牧渔", "Agriculture"),
    "mining": Text("采矿", "Mining"),
    "manufacturing": Text("制造", "Manufacturing"),
    "utilities": Text("电热燃水", "Utilities"),
    "construction": Text("建筑", "Construction"),
    "services": Text("服务", "Services"),
}


TILES_NOTE = Text(
    "示意图为自绘，只表示相对位置，不是地图。",
    "The tiles are our own drawing of relative positions, not a map.",
)


def sources_line(region: Region, table: str) -> Text:
    """Name the publishers behind a table of the region."""
    codes = list(dict.fromkeys(region[table]["source"]))
    rows = region["sources"].set_index("source").loc[codes]
    if rows[["publisher_zh"]].drop_duplicates().shape[0] > 3:
        zh, en = rows["publisher_zh"], rows["publisher_en"]
    else:
        zh, en = rows["publisher_zh"] + "《" + rows["title_zh"] + "》", rows["publisher_en"] + ", " + rows["title_en"]
    return Text("；".join(zh.unique()), "; ".join(en.unique()))


def source_notes(region: Region, table: str) -> list[Text]:
    """What the table of sources remarks about the sources of a table, each once; written as it stands."""
    codes = region[table]["source"].unique()
    notes = region["sources"].set_index("source").loc[codes, "note"].dropna().unique()
    return [Text(note, note) for note in notes]


def endowments_table(region: Region) -> Table:
    """What each region has of every resource, latest year, with the mark of each figure."""
    names = region["resources"].set_index("resource")
    frame = region["endowments"].sort_values("year").drop_duplicates(["region", "resource"], keep="last")
    units = {unit: said(unit) for unit in frame["unit"].unique()}
    return Table(
        frame.sort_values(["resource", "region"]),
        [
            Column("resource", Text("要素", "Resource"), labels=_named(names)),
            Column("region", Text("地区", "Region"), labels=names_of(region)),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("value", Text("数量", "Amount")),
            Column("unit", Text("单位", "Unit"), labels=units),
            Column("quality", Text("质量", "Quality"), kind="quality"),
        ],
        key="endowments",
        title=Text("要素家底", "What the regions have of each resource"),
        source=sources_line(region, "endowments"),
        quality=None,
        quality_column="quality",
    )


def _named(frame: pd.DataFrame) -> dict[object, Text]:
    """Names by the codes in the index."""
    rows = frame[["name_zh", "name_en"]].itertuples(name=None)
    return {code: Text(zh, en) for code, zh, en in rows}


def standing(region: Region, shapes: Shapes | None = None) -> Chapter:
    """Where the region stands: size, structure, strengths, trade, and where the candidate projects are."""
    years = sorted({int(year) for year in region["accounts"]["year"].unique()})
    accounts = {year: accounts_of(region, year) for year in years}
    base = accounts[region.meta.base_year]
    groups = region["sectors"].set_index("sector").reindex(base.sectors)["group"].tolist()
    source = sources_line(region, "accounts")
    quality = region.worst_quality("accounts") or "illustrative"
    made = [sector for sector, group in zip(base.sectors, groups, strict=True) if group in ("mining", "manufacturing")]
    blocks: list[Table | Figure | Text] = [
        size_table(list(accounts.values()), source, quality, source_notes(region, "accounts")),
        structure_figure(base, groups, GROUPS, source, quality),
        concentration_figure(base, made, source, quality),
    ]
    if region.has("flows"):
        flows = region["flows"]
        flows = flows[flows["year"] == base.year]
        mark = region.worst_quality("flows") or "illustrative"
        blocks.append(flows_figure(flows, base.names, sources_line(region, "flows"), mark))
    if region.has("endowments"):
        blocks.append(endowments_table(region))
    projects = projects_map(region, shapes)
    if projects is not None:
        blocks.append(projects)
    return Chapter(
        "standing",
        Text("地区现状", "Where the region stands"),
        Text(
            f"{region.meta.base_year} 年各地区有多大、由什么构成、强在哪里、与谁往来。",
            f"How large each region is, what it is made of, what it is strong in and whom it trades with, "
            f"{region.meta.base_year}.",
        ),
        blocks,
    )


def projects_map(region: Region, shapes: Shapes | None = None) -> Figure | None:
    """Investment of the candidate projects by first site; None without projects or without a place to draw them.

    Drawn on the user's own boundaries where they are given and cover every such region, else on the schematic map.
    """
    if not region.has("projects", "project_sites"):
        return None
    first = region["project_sites"].drop_duplicates("project")
    money = first.merge(region["projects"][["project", "investment"]], on="project")
    total = money.groupby("region")["investment"].sum() / 1e4
    count = money.groupby("region").size()
    place = region["regions"].set_index("region")
    tiles = place[place["tile_x"].notna() & place["parent"].isin(place.loc[total.index, "parent"])]
    if tiles.empty:
        return None
    frame = tiles.assign(amount=total.reindex(tiles.index), number=count.reindex(tiles.index)).reset_index()
    on_map = shapes is not None and set(frame["gbt2260"].dropna()) <= shapes.codes and frame["gbt2260"].notna().all()
    key, names = "region", names_of(region)
    if on_map:
        key, names = "gbt2260", {str(c): names[r] for c, r in zip(frame["gbt2260"], frame["region"], strict=True)}
    mark = region.worst_quality("projects") or "illustrative"
    table = Table(
        frame,
        [
            Column(key, Text("地区", "Region"), labels=names),
            Column("amount", Text("候选项目投资", "Candidate investment"), unit=Text("亿元", "100 m yuan"), digits=1),
            Column("number", Text("项目数", "Projects"), unit=Text("个", "items"), digits=0),
        ],
        key="projects-map",
        title=Text("候选项目投资的分布（首选地点）", "Candidate investment by first site"),
        source=sources_line(region, "projects"),
        quality=mark,
        notes=[shapes.note if shapes is not None and on_map else TILES_NOTE],
    )
    if shapes is not None and on_map:
        return shape_map(table, key, "amount", shapes.geojson, code_property=shapes.code_property)
    return tile_map(table, key, "amount")


def evidence(region: Region, findings: Findings) -> Chapter:
    """How good the data are: marks by table and what the check found."""
    rows = []
    for name in region:
        frame = region[name]
        if "quality" in frame:
            counts = frame["quality"].value_counts()
            rows += [
                (name, mark, int(counts.get(mark, 0)), 100 * counts.get(mark, 0) / len(frame)) for mark in QUALITY_NAMES
            ]
    frame = pd.DataFrame(rows, columns=["table", "mark", "records", "percent"])
    table = Table(
        frame,
        [
            Column("table", Text("表", "Table"), labels={name: spec.title for name, spec in TABLES.items()}),
            Column("mark", Text("质量", "Quality"), labels=QUALITY_NAMES),
            Column("records", Text("记录数", "Records"), digits=0),
            Column("percent", Text("占比", "Share"), unit=Text("%", "%"), digits=0),
        ],
        key="quality",
        title=Text("数据质量", "Quality of the data"),
        source=Text("本数据集", "This dataset"),
        quality=None,
        quality_column="mark",
    )
    return Chapter(
        "quality",
        Text("数据质量", "Quality of the data"),
        Text(
            "每张表中官方、估算与示例数据各占多少，以及检查发现了什么。",
            "How much of each table is official, estimated or illustrative, and what the check found.",
        ),
        [bars(table, "table", "percent", by="mark", stacked=True, horizontal=True), findings],
    )


def sources(region: Region) -> Chapter:
    """Who published what."""
    frame = region["sources"]
    said = {name: _both(frame, name) for name in ("publisher", "title", "method", "terms")}
    table = Table(
        frame.assign(**said),
        [
            Column("source", Text("代码", "Code")),
            Column("publisher", Text("发布者", "Publisher")),
            Column("title", Text("题名", "Title")),
            Column("year", Text("年份", "Year"), kind="year"),
            Column("method", Text("方法", "Method")),
            Column("terms", Text("使用条件", "Terms")),
            Column("note", Text("说明", "Note")),
        ],
        key="sources",
        title=Text("来源", "Sources"),
        source=Text("本数据集", "This dataset"),
        quality=None,
    )
    return Chapter(
        "sources", Text("来源", "Sources"), Text("每个数字的发布者。", "The publisher behind every figure."), [table]
    )


def _both(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Join the Chinese and the English column of a text; missing where both are."""
    pairs = zip(frame[f"{name}_zh"].fillna(""), frame[f"{name}_en"].fillna(""), strict=True)
    return pd.Series([Text(zh, en) if zh or en else None for zh, en in pairs], index=frame.index, dtype=object)

"""A report with every kind of figure, for the tests of figures/ and reporting/ (made-up numbers)."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from haihe.figures import Column, Figure, Table, bars, flows, heat, lines, ranges, scatter, tile_map
from haihe.messages import Finding, Findings, Text
from haihe.reporting import Chapter, KeyLine, KeyLines, Meta, Report

HOSTILE = "</script><img src=x onerror=alert(1)><!-- ${x} {a|b} 'q' \"d\" & ]]> =1+1"
MONEY = Text("亿元", "100 million yuan")
SOURCE = Text("测试数据，2017年", "test data, 2017")
REGIONS = {
    "BJ": Text("北京", "Beijing"),
    "TJ": Text("天津", "Tianjin"),
    "HE": Text("河北", "Hebei"),
    "RC": Text("国内其他地区", "Rest of China"),
}
SECTORS = {
    "s01": Text("石油和天然气开采", "Oil and gas extraction"),
    "s02": Text("食品和烟草", "Food and tobacco"),
    "s03": Text("化学产品", "Chemicals"),
    "s04": Text("金属冶炼和压延加工品", "Smelting and rolling of metals"),
    "s05": Text("通用设备", "General machinery"),
    "s06": Text("交通运输设备", "Transport equipment"),
    "s07": Text("通信设备、计算机和其他电子设备", "Computers, communication and other electronics"),
    "s08": Text("电力、热力的生产和供应", "Electricity and heat"),
}
DISTRICTS = (
    ("120119", "蓟州", "Jizhou", 4, 0), ("120115", "宝坻", "Baodi", 4, 1), ("120114", "武清", "Wuqing", 3, 1),
    ("120113", "北辰", "Beichen", 3, 2), ("120117", "宁河", "Ninghe", 6, 2), ("120106", "红桥", "Hongqiao", 3, 3),
    ("120105", "河北", "Hebei", 4, 3), ("120110", "东丽", "Dongli", 5, 3), ("120111", "西青", "Xiqing", 2, 4),
    ("120104", "南开", "Nankai", 3, 4), ("120101", "和平", "Heping", 4, 4), ("120102", "河东", "Hedong", 5, 4),
    ("120116", "滨海新区", "Binhai", 6, 4), ("120103", "河西", "Hexi", 4, 5), ("120112", "津南", "Jinnan", 5, 5),
    ("120118", "静海", "Jinghai", 3, 6),
)  # fmt: skip
REGION = Column("region", Text("地区", "Region"), labels=REGIONS)
SECTOR = Column("sector", Text("行业", "Sector"), labels=SECTORS)


def make(frame, columns, key, zh, en, quality="official", **more) -> Table:
    return Table(frame, columns, key=key, title=Text(zh, en), source=SOURCE, quality=quality, **more)


def output_table() -> Table:
    draw = np.random.default_rng(1)
    rows = [(s, r, float(draw.uniform(50, 4000))) for s in SECTORS for r in ("BJ", "TJ", "HE")]
    frame = pd.DataFrame(rows, columns=["sector", "region", "output"])
    frame.loc[4, "output"] = np.nan
    frame["quality"] = ["illustrative" if s == "s07" else "official" for s in frame["sector"]]
    value = Column("output", Text("总产出", "Output"), unit=MONEY)
    return make(frame, [SECTOR, REGION, value, Column("quality", Text("数据质量", "Quality"), kind="quality")],
                "output", "各行业总产出，2017年", "Output by sector, 2017", quality_column="quality")  # fmt: skip


def single_table() -> Table:
    frame = pd.DataFrame({"sector": list(SECTORS), "change": [-120.5, 80.2, 310.0, -450.9, 95.4, 260.1, 520.7, np.nan]})
    value = Column("change", Text("产出变化", "Change of output"), unit=MONEY, signed=True)
    return make(frame, [SECTOR, value], "change", "规划下的产出变化，2030年", "Change of output under the plan, 2030",
                "estimated", notes=[Text("按2017年不变价。", "At constant prices of 2017.")])  # fmt: skip


def course_table() -> Table:
    years = list(range(2017, 2031))
    rows = [
        (r, y, base * (1 + g) ** (y - 2017), base * (1 + g - 0.01) ** (y - 2017), base * (1 + g + 0.012) ** (y - 2017))
        for r, base, g in (("BJ", 2.8, 0.05), ("TJ", 1.85, 0.04), ("HE", 3.4, 0.045))
        for y in years
    ]
    frame = pd.DataFrame(rows, columns=["region", "year", "gdp", "low", "high"])
    unit = Text("万亿元", "trillion yuan")
    columns = [REGION, Column("year", Text("年份", "Year"), kind="year"), Column("gdp", Text("地区生产总值", "GDP"), unit, digits=2),
               Column("low", Text("下限", "Low"), unit, digits=2), Column("high", Text("上限", "High"), unit, digits=2)]  # fmt: skip
    return make(frame, columns, "course", "地区生产总值的路径", "Course of GDP", "estimated")


def front_table() -> Table:
    cuts = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3]
    rows = [(m, c, k * c**2 * 100, k * c**2 * 80, k * c**2 * 125, "")
            for m, k in (("pooled", 12.0), ("separate", 17.5)) for c in cuts]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["mode", "cut", "loss", "low", "high", "mark"])
    frame.loc[4, "mark"] = "现方案"
    modes = {"pooled": Text("合并限额", "Pooled cap"), "separate": Text("分设限额", "Separate caps")}
    marks = {"现方案": Text("现方案", "Present choice")}
    columns = [Column("mode", Text("限额", "Cap"), labels=modes), Column("cut", Text("碳减排", "Carbon cut"), kind="share", digits=0),
               Column("loss", Text("福利损失", "Loss of welfare"), MONEY, digits=1),
               Column("low", Text("下限", "Low"), MONEY, digits=1), Column("high", Text("上限", "High"), MONEY, digits=1),
               Column("mark", Text("标记", "Mark"), labels=marks)]  # fmt: skip
    return make(frame, columns, "front", "减排的代价：合并与分设限额", "What the cut costs: pooled and separate caps",
                "illustrative")  # fmt: skip


def flow_table() -> Table:
    draw = np.random.default_rng(4)
    rows = [(a, b, float(draw.uniform(300, 6000))) for a in REGIONS for b in REGIONS if a != b]
    frame = pd.DataFrame(rows, columns=["origin", "destination", "flow"])
    columns = [Column("origin", Text("来源地", "From"), labels=REGIONS), Column("destination", Text("目的地", "To"), labels=REGIONS),
               Column("flow", Text("调入调出", "Trade"), MONEY, digits=0)]  # fmt: skip
    return make(frame, columns, "flows", "地区间贸易流量，2017年", "Trade between regions, 2017", "estimated")


def heat_table() -> Table:
    draw = np.random.default_rng(5)
    rows = [(s, r, float(draw.normal(0, 0.6))) for s in SECTORS for r in REGIONS]
    frame = pd.DataFrame(rows, columns=["sector", "region", "advantage"])
    value = Column(
        "advantage", Text("专业化程度（对数区位商）", "Specialisation (log location quotient)"), digits=2, signed=True
    )
    return make(frame, [SECTOR, REGION, value], "heat", "各地区的专业化", "Specialisation of the regions", "estimated")


def tile_table() -> Table:
    draw = np.random.default_rng(6)
    frame = pd.DataFrame(DISTRICTS, columns=["code", "zh", "en", "tile_x", "tile_y"])
    frame["value"] = draw.uniform(20, 900, len(frame))
    frame.loc[3, "value"] = np.nan
    frame["quality"] = ["illustrative" if i % 5 == 0 else "estimated" for i in range(len(frame))]
    names = {code: Text(zh, en) for code, zh, en, *_ in DISTRICTS}
    columns = [Column("code", Text("区", "District"), labels=names),
               Column("value", Text("制造业增加值", "Manufacturing value added"), MONEY, digits=0)]  # fmt: skip
    return make(frame, columns, "tiles", "天津各区制造业", "Manufacturing in the districts of Tianjin", "estimated",
                quality_column="quality")  # fmt: skip


def price_table() -> Table:
    frame = pd.DataFrame({
        "region": ["BJ", "TJ", "HE"], "price": [412.0, 365.5, 268.1], "low": [350.0, 300.2, np.nan],
        "high": [480.0, 410.9, np.nan], "quality": ["estimated", "estimated", "illustrative"]})  # fmt: skip
    unit = Text("元/吨二氧化碳", "yuan per t CO2")
    columns = [REGION, Column("price", Text("影子价格", "Shadow price"), unit, digits=1),
               Column("low", Text("下限", "Low"), unit, digits=1), Column("high", Text("上限", "High"), unit, digits=1)]  # fmt: skip
    return make(
        frame, columns, "prices", "碳的影子价格", "Shadow price of carbon", "estimated", quality_column="quality"
    )


def point_table() -> Table:
    draw = np.random.default_rng(8)
    frame = pd.DataFrame({"sector": list(SECTORS), "ease": draw.uniform(0, 1, 8), "gain": draw.uniform(10, 300, 8)})
    frame["kind"] = ["传统", "优势", "优势", "传统", "优势", "新兴", "新兴", "传统"]
    kinds = {
        "传统": Text("传统", "Traditional"),
        "优势": Text("优势", "Advantageous"),
        "新兴": Text("新兴", "Emerging"),
    }
    columns = [SECTOR, Column("kind", Text("类别", "Kind"), labels=kinds), Column("ease", Text("可行度", "Feasibility"), digits=2),
               Column("gain", Text("增益", "Gain"), MONEY, digits=0)]  # fmt: skip
    return make(frame, columns, "points", "可行度与增益", "Feasibility and gain", "illustrative")


def hostile_table() -> Table:
    names = {"x": Text(HOSTILE, HOSTILE), "y": Text("=SUM(A1)", "=SUM(A1)")}
    frame = pd.DataFrame({"code": ["x", "y"], "value": [1.5, -2.25]})
    columns = [Column("code", Text("名称", "Name"), labels=names), Column("value", Text("值", "Value"), MONEY)]
    return make(frame, columns, "hostile", HOSTILE, HOSTILE, notes=[Text(HOSTILE, HOSTILE)])


def sample_figures() -> list[Figure]:
    return [
        bars(output_table(), "sector", "output", by="region"),
        bars(single_table(), "sector", "change", horizontal=True),
        lines(course_table(), "year", "gdp", by="region", low="low", high="high"),
        lines(front_table(), "cut", "loss", by="mode", low="low", high="high", label="mark"),
        ranges(price_table(), "region", "price", "low", "high"),
        tile_map(tile_table(), "code", "value"),
        flows(flow_table(), "origin", "destination", "flow"),
        heat(heat_table(), "region", "sector", "advantage"),
        scatter(point_table(), "ease", "gain", "sector", by="kind"),
    ]


def sample_report(*, hostile: bool = True) -> Report:
    figures = sample_figures()
    findings = Findings([Finding("E-FIG-02", table="projects", row=7, column="quality", values={"value": HOSTILE})])
    chapters = [
        Chapter("standing", Text("地区现状", "Where the region stands"),
                Text("各地区有什么产业、规模多大、彼此如何往来。", "Which industries each region has, how large they are, and how they trade."),
                [KeyLines([KeyLine(Text("天津制造业增加值占全市的三成。", "Manufacturing is three tenths of Tianjin's value added."), "official"),
                           KeyLine(Text("京津冀内部贸易占三地调出的四分之一。", "A quarter of what the three send out stays among them."), "estimated")]),
                 *figures[:2], *figures[5:8]]),
        Chapter("plan", Text("规划方案", "The plan"), Text("产出、贸易和投资如何变动。", "How output, trade and investment move."),
                [Text("规划在六类要素约束下求解。", "The plan is solved under six kinds of scarce resources."), *figures[2:5], figures[8]]),
        Chapter("data", Text("数据质量", "Data quality"), Text("", ""), [single_table_alone(), findings, Findings()]),
    ]  # fmt: skip
    if hostile:
        table = hostile_table()
        chapters.append(Chapter("hostile", Text(HOSTILE, HOSTILE), Text(HOSTILE, HOSTILE),
                                [bars(table, "code", "value"), Text(HOSTILE, HOSTILE)]))  # fmt: skip
    meta = Meta(Text("京津冀", "Beijing, Tianjin and Hebei"), Text("基准情景", "Baseline"), "3f9a2c41d07e",
                datetime(2026, 1, 5, 9, 30, tzinfo=UTC))  # fmt: skip
    return Report(Text("京津冀产业协同规划报告", "Jing-Jin-Ji: a plan for its industry"), meta, chapters)


def single_table_alone() -> Table:
    frame = pd.DataFrame({"name": ["accounts", "endowments"], "share": [0.923, np.nan], "rows": [1848, 240]})
    columns = [Column("name", Text("数据表", "Table")), Column("share", Text("有官方来源", "From official sources"), kind="share", digits=1),
               Column("rows", Text("行数", "Rows"))]  # fmt: skip
    return make(frame, columns, "inputs", "各表数据质量", "Quality of the tables")

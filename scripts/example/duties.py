"""Departments, targets, duties and problems of Tianjin."""

from files import Row, rows

_DEPARTMENTS = (
    ("IIB", "市工业和信息化局", "Industry and Information Technology Bureau", "制造强市领导小组办公室所在；专项资金管理部门 / seat of the leading group's office; manages the fund"),
    ("DRC", "市发展改革委", "Development and Reform Commission", "计划报告、能耗指标与节能资金 / plan report, energy quota, energy-saving fund"),
    ("EDU", "市教委", "Education Commission", ""),
    ("STB", "市科技局", "Science and Technology Bureau", "牵头生物医药、中医药两链 / leads biomedicine and Chinese medicine"),
    ("FIN", "市财政局", "Finance Bureau", "预算、分区拨付、绩效 / budget, transfer to districts, performance"),
    ("HRSS", "市人社局", "Human Resources and Social Security Bureau", ""),
    ("PNR", "市规划资源局", "Planning and Natural Resources Bureau", "土地、工业控制线 / land, industrial control line"),
    ("FRB", "金融管理部门", "Financial regulation authority", ""),
    ("ECO", "市生态环境局", "Ecology and Environment Bureau", "碳配额、总量 / carbon allowances, totals"),
    ("CAC", "市委网信办", "Cyberspace Affairs Office", "专项资金管理部门之一 / one of the four that manage the fund"),
    ("STAT", "市统计局", "Statistics Bureau", ""),
    ("AUDIT", "市审计局", "Audit Bureau", "每年7月底审计报告 / audit report in late July"),
)  # fmt: skip
EIGHT = "2022年3月30日决定列明的八个责任部门之一 / one of the eight duty holders of the decision of 2022-03-30"

_TARGETS = (
    ("MFG-GROWTH-2023", "制造业增加值年均增速", "Growth of manufacturing value added a year", "TJ", "", 2023, "at_least", 8.7, "%", "TJ-PLAN-2021"),
    ("MFG-SHARE-2023", "制造业增加值占地区生产总值", "Manufacturing share of GDP", "TJ", "", 2023, "at_least", 23.5, "%", "TJ-PLAN-2021"),
    ("EMERGING-2023", "战略性新兴产业占规上工业", "Strategic emerging share of above-scale industry", "TJ", "", 2023, "at_least", 34.0, "%", "TJ-PLAN-2021"),
    ("HIGHTECH-2023", "高技术制造业占规上工业", "High-tech share of above-scale industry", "TJ", "", 2023, "at_least", 25.0, "%", "TJ-PLAN-2021"),
    ("SMART-2023", "智能工厂和数字化车间", "Smart factories and digital workshops", "TJ", "", 2023, "at_least", 300.0, "个", "TJ-PLAN-2021"),
    ("PARKS-2023", "主题园区", "Theme parks", "TJ", "", 2023, "at_least", 30.0, "个", "TJ-PLAN-2021"),
    ("GREEN-2023", "绿色制造单位", "Green units", "TJ", "", 2023, "at_least", 200.0, "个", "TJ-PLAN-2021"),
    ("CHAINS-2023", "产业链带动的产业规模", "Industries driven by the chains", "TJ", "", 2023, "at_least", 12500.0, "亿元", "TJ-CHAIN-2021"),
    ("MFG-SHARE-2025", "制造业增加值占地区生产总值", "Manufacturing share of GDP", "TJ", "", 2025, "at_least", 25.0, "%", "TJ-LAYOUT-2022"),
    ("LAND-2025", "工业用地地均产值", "Output per industrial land", "TJ", "", 2025, "at_least", 40.0, "亿元/km2", "TJ-LAYOUT-2022"),
    ("LAND-2035", "工业用地地均产值", "Output per industrial land", "TJ", "", 2035, "at_least", 60.0, "亿元/km2", "TJ-LAYOUT-2022"),
    ("OUTPUT-2027", "工业总产值", "Total industrial output", "TJ", "", 2027, "at_least", 30000.0, "亿元", "CN-NEWS-2023"),
    ("FTZ-OUTPUT-2025", "保税区工业总产值", "Industrial output of the free trade zone", "TJ-FTZ", "", 2025, "at_least", 2500.0, "亿元", "FTZ-PLAN-2022"),
    ("FTZ-GROWTH-2025", "保税区制造业增加值年均增速", "Growth of manufacturing in the free trade zone", "TJ-FTZ", "", 2025, "at_least", 10.0, "%", "FTZ-PLAN-2022"),
    ("FTZ-HIGHTECH-2025", "保税区高技术制造业占比", "High-tech share of the free trade zone", "TJ-FTZ", "", 2025, "at_least", 32.0, "%", "FTZ-PLAN-2022"),
    ("ENERGY-GDP-2025", "单位地区生产总值能耗比2020年", "Energy per GDP against 2020", "TJ", "", 2025, "at_most", -14.5, "%", "TJ-SAVING-2022"),
    ("ENERGY-IND-2025", "规上工业单位增加值能耗比2020年", "Energy per value added of industry against 2020", "TJ", "", 2025, "at_most", -15.0, "%", "TJ-SAVING-2022"),
    ("WATER-IND-2025", "规上工业单位增加值用水比2020年", "Water per value added of industry against 2020", "TJ", "", 2025, "at_most", -10.0, "%", "TJ-SAVING-2022"),
    ("EAF-2025", "电炉短流程炼钢占比", "Share of electric-furnace steel", "TJ", "", 2025, "at_least", 25.0, "%", "TJ-SAVING-2022"),
    ("BENCHMARK-2025", "重点行业达到标杆水平的产能", "Key capacity at benchmark efficiency", "TJ", "", 2025, "at_least", 30.0, "%", "TJ-SAVING-2022"),
    ("GDP-2026", "地区生产总值增速", "GDP growth", "TJ", "", 2026, "at_least", 4.5, "%", "TJ-REPORT-2026"),
    ("REVENUE-2026", "一般公共预算收入增速", "Growth of public revenue", "TJ", "", 2026, "at_least", 2.0, "%", "TJ-REPORT-2026"),
)  # fmt: skip
_SEEN_IN_TEXT = {"TJ-SAVING-2022", "TJ-REPORT-2026"}

_DUTIES = (
    ("FUND-CALL", "组织专项资金申报与评审", "Call and review for the manufacturing fund", "IIB", "DRC;STB;CAC;FIN", "", "", "TJ-DRAFT-2024", "四个管理部门之一牵头 / by the four managing departments"),
    ("FUND-PAY", "分区下达预算与绩效目标表", "Send budget and performance tables to districts", "FIN", "IIB", "", "", "TJ-FIN-2022", ""),
    ("LAND-LINE", "划定工业用地控制线", "Draw the industrial control line", "PNR", "IIB", "LAND-2025", "2025-12-31", "TJ-LAYOUT-2022", "线内工业用地占比不低于70% / industry land at least 70 % inside"),
    ("ENERGY-2025", "完成“十四五”单位能耗下降目标", "Reach the energy intensity target to 2025", "DRC", "IIB;ECO", "ENERGY-GDP-2025", "2025-12-31", "TJ-SAVING-2022", ""),
    ("WATER-2025", "完成工业用水下降目标", "Reach the industrial water target to 2025", "IIB", "", "WATER-IND-2025", "2025-12-31", "TJ-SAVING-2022", "责任部门为推定 / the owner is our inference"),
    ("CARBON-PLAN", "编制年度碳配额安排", "Yearly plan of carbon allowances", "ECO", "DRC", "", "", "TJ-ECO-2021", ""),
)  # fmt: skip

_PROBLEMS = (
    ("MATCHING", "区级配套资金落实不足（示例）", "Matching money of districts falls short (example)", "TJ", "", "FIN", "raised"),
    ("ETHYLENE-ENERGY", "石化项目能耗指标缺口（示例）", "Energy quota gap of petrochemical projects (example)", "TJ-BH", "PETRO", "DRC", "raised"),
    ("CHIP-MATERIAL", "集成电路材料环节缺失（示例）", "Missing material stage of the IC chain (example)", "TJ", "IC", "IIB", "decided"),
    ("TALENT", "装备制造技工短缺（示例）", "Shortage of skilled workers in equipment (example)", "TJ", "EQUIP", "HRSS", "raised"),
)  # fmt: skip


def department_table() -> list[Row]:
    """Table ``departments``."""
    lines = [
        (code, zh, en, "；".join(filter(None, (EIGHT if k < 8 else "", note))))
        for k, (code, zh, en, note) in enumerate(_DEPARTMENTS)
    ]
    return rows("department name_zh name_en note", lines, region="TJ")


def target_table() -> list[Row]:
    """Table ``targets``."""
    columns = "target name_zh name_en region chain year sense value unit source"
    table = rows(columns, _TARGETS)
    for row in table:
        seen = row["source"] in _SEEN_IN_TEXT
        row |= {
            "quality": "official" if seen else "estimated",
            "note": "" if seen else "目标值据报道，未见原文 / the value as reported; the document was not seen",
        }
    return table


def duty_table() -> list[Row]:
    """Table ``duties``."""
    columns = "duty name_zh name_en owner helpers target due source note"
    return rows(columns, _DUTIES, quality="estimated")


def problem_table() -> list[Row]:
    """Table ``problems``."""
    columns = "problem name_zh name_en region chain owner status"
    return rows(columns, _PROBLEMS, due="2025-12-31", source="DEMO", quality="illustrative", note="虚构示例 / made up")

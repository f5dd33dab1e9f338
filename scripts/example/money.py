"""Funds, their articles, budgets and public finances, as far as documents name them."""

from files import Row, rows

_FUNDS = (
    ("MFG", "制造业高质量发展专项资金（原智能制造专项资金）", "Manufacturing fund (formerly intelligent manufacturing)", "grant", "IIB", 0.5, "TJ-POLICY-2023", "official", "市区1:1分担；全年规模只见个别年份 / city and district pay half each; yearly totals seen for some years only"),
    ("TECH", "科技型企业梯度培育资金（雏鹰、瞪羚、上市）", "Technology-firm ladder (young eagle, gazelle, listing)", "award", "STB", None, "TJ-TECH-2019", "estimated", "市与功能区可叠加，应按企业汇总 / city and zone awards stack; total them per firm"),
    ("ENERGY", "节能专项资金", "Energy-saving fund", "grant", "DRC", 1.0, "TJ-ENERGY-2019", "official", "按核定年节能量后补助 / paid afterwards by verified yearly saving"),
    ("COMPUTE", "算力券", "Computing voucher", "voucher", "IIB", None, "TJ-FIN-2025", "official", "2025、2026年由制造业专项资金中列支 / out of the manufacturing fund"),
    ("HAIHE", "海河产业基金", "Haihe industry fund", "guidance", "FIN", None, "TJ-HAIHE-2018", "estimated", "2017年市级出资200亿元，目标撬动5000亿元；承诺、实缴、投资、落地应分列 / 20 bn yuan of the city in 2017; show committed, paid-in, invested and landed apart"),
    ("TEDA-GF", "泰达产业引导基金", "TEDA guidance fund", "guidance", "", None, "TEDA-2020", "official", "规模100亿元 / 10 bn yuan"),
    ("XIQING-GF", "西青区产业引导基金", "Xiqing guidance fund", "guidance", "", None, "XIQING-2017", "official", "规模10亿元，自有出资不低于20%，期限7年 / 1 bn yuan, own money at least 20 %, 7 years"),
)  # fmt: skip

_P4 = "2023年4号文件（2023-04-11）"
_DRAFT = "制造业专项资金实施细则征求意见稿（2024-08）"
_NEWS = "2023-06-12 报道"
_EQUIPMENT = "设备、硬件和软件投资（完工后）"

# article, zh, en, fund, document, from, to, threshold, rate, base, cap, amount (万元), source, quality, note
_RULES = (
    ("CHAIN-GAP", "补链强链重大项目", "Major project that fills a chain gap", "MFG", _P4, "2023-04-11", "", 5000.0, 0.10, _EQUIPMENT, 5000.0, None, "TJ-POLICY-2023", "official", "市区1:1 / city and district half each"),
    ("UPGRADE", "技术改造（智能、高端、绿色、数字、低碳、扩能）", "Technical upgrade", "MFG", _P4, "2023-04-11", "", 1000.0, 0.10, _EQUIPMENT, 5000.0, None, "TJ-POLICY-2023", "official", "市区1:1 / city and district half each"),
    ("BASE", "产业基础再造", "Industrial-base re-engineering", "MFG", _P4, "2023-04-11", "", 2000.0, 0.20, _EQUIPMENT, 3000.0, None, "TJ-POLICY-2023", "official", "基础零部件、元器件、材料、工艺、软件 / basic parts, components, materials, process, software"),
    ("ADAPT", "信创适配基地", "Adaptation base", "MFG", _P4, "2023-04-11", "", None, 0.20, "实际投资", 1000.0, None, "TJ-POLICY-2023", "official", ""),
    ("ADAPT-PRODUCT", "信创适配产品", "Adapted product", "MFG", _P4, "2023-04-11", "", None, None, "", 100.0, None, "TJ-POLICY-2023", "official", ""),
    ("IC-DESIGN", "集成电路设计首次达1亿元", "IC design, sales first 100 mn yuan", "MFG", _P4, "2023-04-11", "", None, None, "", None, 300.0, "TJ-POLICY-2023", "official", "按销售收入，一次性 / by sales, once"),
    ("IC-MAKE", "集成电路制造、封测、材料首次达10亿元", "IC making, packaging, materials, sales first 1 bn yuan", "MFG", _P4, "2023-04-11", "", None, None, "", None, 500.0, "TJ-POLICY-2023", "official", "按销售收入，一次性 / by sales, once"),
    ("IC-NATIONAL", "国家专项或试点（集成电路平台）配套", "Match of a national special or pilot", "MFG", _P4, "2023-04-11", "", None, 1.0, "国家拨款", None, None, "TJ-POLICY-2023", "official", ""),
    ("LEADING", "国家领航企业培育试点", "Pilot firm on the national leading list", "MFG", _NEWS, "", "", None, None, "", 2000.0, None, "TJ-CHAMPION-2023", "estimated", "据报道 / as reported"),
    ("CHAMPION-FIRM", "国家制造业单项冠军企业", "National single champion, firm", "MFG", _NEWS, "", "", None, None, "", None, 1000.0, "TJ-CHAMPION-2023", "estimated", "据报道 / as reported"),
    ("CHAMPION-PRODUCT", "国家制造业单项冠军产品", "National single champion, product", "MFG", _NEWS, "", "", None, None, "", None, 300.0, "TJ-CHAMPION-2023", "estimated", "据报道 / as reported"),
    ("CHAMPION-CITY", "市级制造业单项冠军", "City champion", "MFG", _NEWS, "", "", None, None, "", None, 100.0, "TJ-CHAMPION-2023", "estimated", "据报道 / as reported"),
    ("LITTLE-GIANT", "国家专精特新“小巨人”企业", "National little giant", "MFG", _NEWS, "", "", None, None, "", 200.0, None, "TJ-CHAMPION-2023", "estimated", "首次认定，分档 / first time, tiered"),
    ("DIGITAL-NATION", "数字化转型试点（国家级）", "Digital-transformation pilot, national", "MFG", _DRAFT, "", "", None, 0.30, "实际投资", 500.0, None, "TJ-DRAFT-2024", "official", "征求意见稿；市区1:1 / a draft; half each"),
    ("DIGITAL-CITY", "数字化转型重点项目（市级）", "Digital-transformation project, city", "MFG", _DRAFT, "", "", None, 0.20, "实际投资", 300.0, None, "TJ-DRAFT-2024", "official", "征求意见稿；市区1:1 / a draft; half each"),
    ("CERT-5A", "两化融合管理体系5A级", "IT-industrialisation certificate 5A", "MFG", _DRAFT, "", "", None, None, "", None, 50.0, "TJ-DRAFT-2024", "official", "征求意见稿 / a draft"),
    ("CERT-4A", "两化融合管理体系4A级", "IT-industrialisation certificate 4A", "MFG", _DRAFT, "", "", None, None, "", None, 40.0, "TJ-DRAFT-2024", "official", "征求意见稿 / a draft"),
    ("CERT-3A", "两化融合管理体系3A级", "IT-industrialisation certificate 3A", "MFG", _DRAFT, "", "", None, None, "", None, 30.0, "TJ-DRAFT-2024", "official", "征求意见稿 / a draft"),
    ("CERT-2A", "两化融合管理体系2A级", "IT-industrialisation certificate 2A", "MFG", _DRAFT, "", "", None, None, "", None, 15.0, "TJ-DRAFT-2024", "official", "征求意见稿 / a draft"),
    ("EAGLE", "雏鹰企业贷款奖励", "Young-eagle firm with a bank loan", "TECH", "创新型企业领军计划（2019）", "", "", None, None, "", None, 5.0, "TJ-TECH-2019", "estimated", "据报道 / as reported"),
    ("GAZELLE", "瞪羚企业首次入库", "Gazelle firm, first time", "TECH", "创新型企业领军计划（2019）", "", "", None, None, "", 20.0, None, "TJ-TECH-2019", "estimated", "据报道 / as reported"),
    ("IPO", "科技企业上市", "Listing of a technology firm", "TECH", "创新型企业领军计划（2019）", "", "", None, None, "", None, 500.0, "TJ-TECH-2019", "estimated", "据报道 / as reported"),
    ("SAVING", "节能技术改造", "Energy-saving retrofit", "ENERGY", "2020年节能专项资金申报通知（2019-10-17）", "2019-10-17", "", 100.0, None, "每吨标准煤年节能量400元，不超过总投资30%", 400.0, None, "TJ-ENERGY-2019", "official", "年节能量不少于100吨标准煤；电力按每千瓦时315克标准煤 / at least 100 tce a year; 315 gce a kWh; 400 yuan a tce, at most 30 % of investment"),
    ("VOUCHER", "租用本市算力", "Rent of city computing power", "COMPUTE", "天津市财政局2025-05-27", "2025-01-01", "2026-12-31", None, None, "", None, None, "TJ-FIN-2025", "official", "每年总额2000万元 / 20 mn yuan a year in all"),
)  # fmt: skip

_BUDGETS = (
    ("MFG", "TJ", 2021, 10.0, "亿元", "TJ-AUDIT-2022", "official", "审计报告所述安排数 / arranged, as the audit report says"),
    ("MFG", "TJ", 2022, 1.947632, "亿元", "TJ-FIN-2022", "official", "只是2022年第一批及2020年项目尾款，不是全年 / the first batch and tails of 2020 only, not the year"),
    ("MFG", "TJ", 2025, 8.71, "亿元", "TJ-FIN-2025", "official", ""),
    ("COMPUTE", "TJ", 2025, 0.2, "亿元", "TJ-FIN-2025", "official", ""),
    ("COMPUTE", "TJ", 2026, 0.2, "亿元", "TJ-FIN-2025", "official", ""),
)  # fmt: skip

_FINANCES = (
    ("TJ", "revenue", 2023, 2027.3, "亿元", "TJ-REPORT-2024", "official", "一般公共预算收入 / general public revenue"),
    ("TJ-BH", "land_revenue_of_budget", 2021, 46.42, "%", "BH-AUDIT", "official", "政府性基金收入完成预算的比例 / government-fund revenue over its budget"),
    ("TJ-BH", "land_revenue_of_budget", 2023, 42.75, "%", "BH-AUDIT", "official", "政府性基金收入完成预算的比例 / government-fund revenue over its budget"),
    ("TJ-BH", "land_revenue_of_budget", 2024, 72.37, "%", "BH-AUDIT", "official", "政府性基金收入完成预算的比例 / government-fund revenue over its budget"),
    ("TJ-WQ", "suspended_payments_cleared", 2024, 51.8, "亿元", "WQ-BUDGET-2025", "official", "当年消化暂付款；控制线为支出的5% / cleared in the year; the limit is 5 % of expenditure"),
)  # fmt: skip


def fund_table() -> list[Row]:
    """Table ``funds``."""
    return rows("fund name_zh name_en kind department city_share source quality note", _FUNDS)


def rule_table() -> list[Row]:
    """Table ``rules``."""
    columns = (
        "article name_zh name_en fund document valid_from valid_to threshold rate base cap amount source quality note"
    )
    return rows(columns, _RULES)


def budget_table(matching: list[Row]) -> list[Row]:
    """Table ``budgets``: what documents say, and the districts' illustrative matching money."""
    return [*rows("fund region year value unit source quality note", _BUDGETS), *matching]


def finance_table() -> list[Row]:
    """Table ``finances``."""
    return rows("region item year value unit source quality note", _FINANCES)

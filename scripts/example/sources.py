"""Who published every figure, and how it was derived."""

from files import Row, rows

_IO_METHOD = (
    "由公布的31省竞争型42部门表按本项目方法推出：净去过境货物，固定边际，距离引力初值（指数1），逐部门RAS平衡，合并其余28个省级地区，"
    "再并为31个行业、化为亿元并四舍五入到0.001；列的尾差记入营业盈余，行的尾差记入误差 / derived by our method from 31 published "
    "single-region tables of 42 sectors: net transit, fix margins, gravity seed (exponent 1), RAS by sector, pool the 28 "
    "others, merge to 31 sectors, round to 0.001 亿元; what rounding leaves is closed in surplus (columns) and residual (rows)"
)
_NATIONAL = "国家统计局；各省、自治区、直辖市统计局 / National Bureau of Statistics of China; provincial bureaux of statistics"
_TJ = "天津市人民政府 / Tianjin Municipal People's Government"
_IIB = "天津市工业和信息化局 / Tianjin Industry and Information Technology Bureau"
_FIN = "天津市财政局 / Tianjin Finance Bureau"
_DRC = "天津市发展和改革委员会 / Tianjin Development and Reform Commission"
_SEEN = "政府文件，经转载阅读，多只见开头部分 / government document, read through reprints, mostly its opening part"
_NEWS = "据新闻报道，未见原文 / as reported by the press; the original was not seen"

_LINES = (
    ("HAIHE", "haihe 项目 / the haihe project", "方案的方法与默认假设", "Method and default assumptions of the plan", None, "见文档中的公式说明与各行说明 / see the formulation in the docs and each row's note", "Apache-2.0", ""),
    ("DEMO", "haihe 项目 / the haihe project", "示例数据（虚构）", "Example data (made up)", None, "由本仓库的种子脚本生成，或为演示而设定，不对应任何真实项目 / made by the seeded script of this repository or set to show the form", "Apache-2.0", "不得当作真实数字引用 / never quote as a fact"),
    ("NBS-IO-2017", _NATIONAL, "中国地区投入产出表2017", "China Regional Input-Output Tables 2017", 2017, _IO_METHOD, "引用须注明原发布者；此处仅为汇总推算值 / name the original publishers; only aggregated, derived figures stand here", "天津2017年数值早于后来的下修，只宜看结构 / Tianjin's levels predate the later downward revision"),
    ("NBS-IO-2012", _NATIONAL, "中国地区投入产出表2012", "China Regional Input-Output Tables 2012", 2012, _IO_METHOD, "引用须注明原发布者；此处仅为汇总推算值 / name the original publishers; only aggregated, derived figures stand here", ""),
    ("CEADS", "中国碳核算数据库 / Carbon Emission Accounts and Datasets (CEADs)", "中国省级分行业二氧化碳排放清单", "CO2 emission inventories of Chinese provinces by sector", 2017, "清单47部门并入本例行业后除以产出，保留两位有效数字；能源按各燃料排放除以排放因子折标准煤 / inventory sectors merged to ours, over gross output, two significant digits; energy from the emissions of each fuel over its emission factor", "须引用 / please cite: Guan et al. 2021, Earth's Future; Shan et al. 2018, Scientific Data 5, 170201; Shan et al. 2020, Scientific Data 7, 54", "全部在可删除的 uses.co2.csv 中 / all in the removable part file uses.co2.csv"),
    ("LABOUR", "国家统计局；王亚菲、贾雪梅、王春云 / National Bureau of Statistics of China; Wang, Jia and Wang", "省级投入产出表劳动者报酬；中国分行业就业人数（《统计研究》2021年第12期）；城镇非私营单位年平均工资2017", "Pay in the provincial tables; employed persons by industry (Statistical Research 38(12), 2021); average pay in urban non-private units 2017", 2017, "行业人数＝劳动者报酬÷（全国该行业人均报酬×当地平均工资与全国之比）。2017年平均工资：全国74318、北京131700、天津94534、河北63036元 / persons = pay over national pay per head of the sector times local relative pay", "引用原发布者 / cite the original publishers", "全国人均报酬由31省表合计与就业人数得出 / national pay per head from the 31 tables and employment"),
    ("WATER", "国家统计局、生态环境部 / National Bureau of Statistics and Ministry of Ecology and Environment", "环境统计资料2012：各地区供水用水", "Environmental statistics 2012: water use by region", 2012, "工业用水量÷同年工业产出，行业间不作区分 / industrial water use over industrial output of the same year, no difference between industries", "", ""),
    ("LAND", "天津市工业布局规划（2022—2035年），据报道 / Tianjin industrial layout plan 2022-2035, as reported", "工业用地产出目标", "Target of output per industrial land", 2022, "2025年目标每平方公里40亿元的倒数，作为各工业行业共同的示意值 / the inverse of the 2025 target of 40 亿元 a km2, the same for every industry", "", _NEWS),
    ("SCIO-2024", "国务院新闻办公室新闻发布会 / State Council Information Office, press conference", "天津市负责人发布会，2024年4月3日", "Press conference of Tianjin's leaders, 2024-04-03", 2023, "", "", ""),
    ("HE-PORT-2021", "河北省港航事业发展中心 / Hebei port and shipping centre", "2021年河北省港口生产情况（河北日报）", "Port operation of Hebei in 2021 (Hebei Daily)", 2021, "", "", ""),
    ("TJ-NPC-2022", "天津市人大常委会 / Standing Committee of the Tianjin Municipal People's Congress", "关于促进制造业高质量发展的决定（公告第96号，2022年3月30日）", "Decision on promoting high-quality development of manufacturing (announcement No. 96, 2022-03-30)", 2022, "", "", _SEEN),
    ("TJ-PLAN-2021", _TJ, "制造业高质量发展三年行动计划（2021—2023年，2021年5月）", "Three-year action plan for manufacturing 2021-2023 (May 2021)", 2021, "", "", _NEWS),
    ("TJ-CHAIN-2021", _TJ, "产业链高质量发展三年行动方案（2021年5月）", "Three-year plan for key industrial chains (May 2021)", 2021, "", "", _NEWS),
    ("TJ-LAYOUT-2022", "天津市规划和自然资源局 / Tianjin Bureau of Planning and Natural Resources", "工业布局规划（2022—2035年，2022年7月）", "Industrial layout plan 2022-2035 (July 2022)", 2022, "", "", _NEWS),
    ("TJ-POLICY-2023", _TJ, "支持制造业高质量发展若干政策（2023年4号文件，2023年4月11日）", "Policies to support manufacturing (document No. 4 of 2023, 2023-04-11)", 2023, "", "", _SEEN),
    ("TJ-DRAFT-2024", _IIB, "制造业高质量发展专项资金实施细则（征求意见稿，2024年8月）", "Detailed rules of the manufacturing fund (draft for comment, August 2024)", 2024, "", "", "征求意见稿，非定稿 / a draft, not the final text"),
    ("TJ-CHAMPION-2023", _IIB, "制造业单项冠军与专精特新奖励（2023年6月12日报道）", "Awards for single champions and little giants (press, 2023-06-12)", 2023, "", "", _NEWS),
    ("TJ-TECH-2019", "天津市科学技术局 / Tianjin Science and Technology Bureau", "创新型企业领军计划（2019年）", "Plan for leading innovative firms (2019)", 2019, "", "", _NEWS),
    ("TJ-ENERGY-2019", _DRC, "2020年节能专项资金申报通知（2019年10月17日）", "Call of the energy-saving fund for 2020 (2019-10-17)", 2019, "", "", _SEEN),
    ("TJ-SAVING-2022", _TJ, "“十四五”节能减排工作实施方案（2022年5月）", "Energy saving and emission reduction plan to 2025 (May 2022)", 2022, "", "", _SEEN),
    ("TJ-AUDIT-2022", "天津市审计局 / Tianjin Audit Bureau", "2021年度市级预算执行审计工作报告（2022年7月26日）", "Audit report on the 2021 budget (2022-07-26)", 2022, "", "", _SEEN),
    ("TJ-FIN-2022", _FIN, "2022年第25号通知（2022年6月10日）", "Notice No. 25 of 2022 (2022-06-10)", 2022, "", "", _SEEN),
    ("TJ-FIN-2025", _FIN, "2025年5月27日发布", "Release of 2025-05-27", 2025, "", "", _SEEN),
    ("TJ-HAIHE-2018", "海河产业基金（据天津广播电视台2018年4月9日报道） / Haihe industry fund, press 2018-04-09", "海河产业基金设立规模", "Size of the Haihe industry fund", 2018, "", "", _NEWS),
    ("TEDA-2020", "天津经济技术开发区管理委员会 / TEDA administration", "产业引导基金（2020年2月24日）", "Industry guidance fund (2020-02-24)", 2020, "", "", _SEEN),
    ("XIQING-2017", "天津市西青区人民政府 / Xiqing District Government", "产业引导基金管理办法（2017年）", "Rules of the district guidance fund (2017)", 2017, "", "", _SEEN),
    ("TJ-REPORT-2024", "天津市人民代表大会 / Tianjin Municipal People's Congress", "政府工作报告与预算报告（2024年1月23日）", "Government and budget reports (2024-01-23)", 2024, "", "", _SEEN),
    ("TJ-REPORT-2026", "天津市人民代表大会 / Tianjin Municipal People's Congress", "政府工作报告（2026年1月26日）", "Government report (2026-01-26)", 2026, "", "", _SEEN),
    ("BH-AUDIT", "滨海新区审计局 / Binhai New Area Audit Bureau", "滨海新区预算执行审计报告（2022、2024、2025年）", "Audit reports on the budget of Binhai (2022, 2024, 2025)", 2025, "", "", _SEEN),
    ("WQ-BUDGET-2025", "武清区人民代表大会 / Wuqing District People's Congress", "武清区预算报告（2025年1月24日）", "Budget report of Wuqing (2025-01-24)", 2025, "", "", _SEEN),
    ("FTZ-PLAN-2022", "天津港保税区管理委员会 / Tianjin Port Free Trade Zone administration", "制造业发展规划（2022年7月12日报道）", "Manufacturing plan (press, 2022-07-12)", 2022, "", "", _NEWS),
    ("CN-NEWS-2023", "中国新闻社 / China News Service", "天津制造业目标报道（2023年1月15日）", "Report on Tianjin's manufacturing targets (2023-01-15)", 2023, "", "", _NEWS),
    ("TJ-ECO-2021", "天津市生态环境局 / Tianjin Ecology and Environment Bureau", "2021年度碳排放配额安排", "Carbon allowance plan 2021", 2021, "", "", _SEEN),
)  # fmt: skip


def source_table() -> list[Row]:
    """Table ``sources``."""
    return rows("source publisher title_zh title_en year method terms note", _LINES)

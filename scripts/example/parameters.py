"""The plan's assumptions: parameters, the upgraded technology, the carbon cap."""

from files import Row, rows

NOT_ESTIMATED = "本例数据无法估计弹性，取规定默认值；结论应同时给出减半与加倍的结果 / these data cannot estimate it; show half and double"

_ELASTICITIES = (
    ("consumption", "居民消费", "household consumption", 0.5),
    ("flows", "成员间流动", "flows between members", 2.0),
    ("exports", "出口", "exports", 2.0),
    ("outflow", "流向国内其他地区", "outflow to the rest of the nation", 2.0),
    ("imports", "进口", "imports", 2.0),
    ("inflow", "来自国内其他地区", "inflow from the rest of the nation", 2.0),
    ("labour", "劳动供给", "labour supply", 0.3),
    ("investment", "新增产能", "new capacity", 0.5),
)

_RATES = (
    ("growth", "趋势增长率", "trend growth", 0.05, 0.03, 0.07, "1/year", "外生假设，各地区相同 / an input, the same everywhere"),
    ("discount", "社会贴现率", "social discount rate", 0.08, 0.05, 0.1, "1/year", "外生假设 / an input"),
    (
        "depreciation",
        "折旧率",
        "depreciation",
        0.07,
        0.05,
        0.09,
        "1/year",
        "资本存量=固定资产折旧÷折旧率；得资本产出(增加值)比约1.9至2.2 / capital is published depreciation over this rate",
    ),
)

_REST = (
    (
        "local_guard",
        "本地供应的贸易护栏",
        "trade guard of local supply",
        0.05,
        0.025,
        0.1,
        "share",
        "电、热、燃气、水、建筑和本地服务：对外贸易最多偏离基准这一比例，否则碳上限下近半电力改由外地购入 / "
        "else a carbon cap is met by buying power from outside",
    ),
    (
        "investment_limit",
        "投资上限倍数",
        "investment limit",
        1.5,
        1.25,
        2.0,
        "ratio",
        "某行业新增产能不超过基准更新与增长投资的倍数 / new capacity over what replacement and growth need",
    ),
    ("first_year", "首年", "first year", 2017.0, 2017.0, 2017.0, "year", "最近的省级投入产出表年份 / year of the latest provincial tables"),
    ("last_year", "末年", "last year", 2025.0, 2025.0, 2025.0, "year", "与碳上限同年 / the year of the carbon cap"),
    ("step", "步长", "step", 2.0, 1.0, 2.0, "year", "两年一期，共五期 / five periods of two years"),
    (
        "gravity_exponent",
        "距离指数",
        "distance exponent of flows",
        1.0,
        0.5,
        2.0,
        "1",
        "公布的表不含地区间流向，距离指数无从检验；流动表的上下限取遍此区间和两种距离 / "
        "the tables hold no information on it; the band of flows covers this range and two distance definitions",
    ),
    (
        "transit_theta",
        "过境门槛",
        "transit threshold",
        1.0,
        0.9,
        1.0,
        "share",
        "流出加出口超过产出这一比例的部分视为过境货物并净去 / what is shipped beyond this share of output is netted as transit",
    ),
)

_SEGMENTS = (0.02, 0.06, 0.12, 0.20, 0.35, 0.60, 1.00)


def parameter_table() -> list[Row]:
    """Table ``parameters``."""
    lines = [*_RATES]
    lines += [
        (f"elasticity_{code}", f"弹性：{zh}", f"elasticity of {en}", value, value / 2, value * 2, "share", NOT_ESTIMATED)
        for code, zh, en, value in _ELASTICITIES
    ]
    lines += _REST
    lines += [
        (
            f"segment_{k}",
            f"分段{k}的上限",
            f"end of segment {k}",
            end,
            end,
            end,
            "share",
            "分段线性响应的相对偏离；末段封闭 / relative deviation where the piece ends; the last one is closed",
        )
        for k, end in enumerate(_SEGMENTS, 1)
    ]
    return rows("parameter name_zh name_en value low high unit note", lines, source="HAIHE", quality="estimated")


def technology_table() -> list[Row]:
    """Table ``technologies``."""
    columns = (
        "technology name_zh name_en energy_inputs other_inputs labour co2 new_capital retrofit retrofit_limit"
    )
    return rows(
        columns,
        [("upgraded", "升级技术（智能、绿色）", "upgraded (smart, green)", -0.12, -0.015, -0.05, -0.15, 0.20, 0.35, 0.06)],
        source="HAIHE",
        quality="illustrative",
        note="示例参数，不是任何行业的实测；使用者应以本地改造项目的数据替换 / made up to show the form; put your own retrofit data here",
    )


def limit_table() -> list[Row]:
    """Table ``limits``."""
    return [
        {
            "limit": "CARBON",
            "name_zh": "京津冀碳排放上限（示例）",
            "name_en": "Carbon cap of Beijing, Tianjin and Hebei (illustrative)",
            "resource": "co2",
            "regions": "BJ;TJ;HE",
            "sectors": "*",
            "sense": "cap",
            "year": 2025,
            "value": 0.90,
            "unit": "share of reference",
            "pooled": True,
            "source": "HAIHE",
            "quality": "illustrative",
            "note": "示例：2025年比基准路径少排10%，三地可调剂；并非任何已公布的目标 / an example, not a published target",
        }
    ]

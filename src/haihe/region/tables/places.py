"""Tables of the map: regions, links between them and what goods weigh on them, sources of every figure."""

from haihe.messages import Text
from haihe.region.spec import TableSpec, both, choice, code, codes, evidence, flag, names, note, number, text, year

REGIONS = TableSpec(
    "regions",
    Text("地区", "regions"),
    Text(
        "地区树：国家、省、市、区、园区，以及外部地区。",
        "The tree of regions: nation, province, city, district, park, and outside regions.",
    ),
    (
        code("region", "地区代码", "region", ("本表内唯一的短代码", "Short code, unique in this table."), key=True),
        *names(),
        choice(
            "level",
            "层级",
            "level",
            ("在地区树中的层级", "Level in the tree."),
            {"nation": "国家", "province": "省级", "city": "市", "district": "区县", "park": "园区", "outside": "外部"},
            required=True,
        ),
        code(
            "parent",
            "上级地区",
            "parent",
            ("上级地区的代码；最上级留空", "Region above; empty at the top."),
            ref="regions.region",
        ),
        text(
            "gbt2260",
            "行政区划代码",
            "GB/T 2260",
            ("GB/T 2260 六位行政区划代码", "Six-digit code of administrative divisions."),
        ),
        choice(
            "role",
            "在方案中的角色",
            "role in the plan",
            (
                "成员：方案优化其经济；伙伴：国内其他地区，弹性贸易；境外：世界；无：只承载要素与项目",
                "member: its economy is planned; partner: rest of the nation, elastic trade; abroad: the world; "
                "none: carries resources and projects only.",
            ),
            {"member": "成员", "partner": "伙伴", "abroad": "境外", "none": "无"},
            default="none",
        ),
        number(
            "lon",
            "经度",
            "longitude",
            ("代表点经度", "Longitude of the label point."),
            "degree",
            minimum=-180,
            maximum=180,
        ),
        number(
            "lat", "纬度", "latitude", ("代表点纬度", "Latitude of the label point."), "degree", minimum=-90, maximum=90
        ),
        number("tile_x", "示意图列", "tile column", ("自绘示意图中的列", "Column in the schematic tile map."), "tile"),
        number("tile_y", "示意图行", "tile row", ("自绘示意图中的行", "Row in the schematic tile map."), "tile"),
        number("area", "面积", "area", ("行政区域面积", "Administrative area."), "km2", minimum=0),
        note(),
    ),
    Text("全部功能", "everything"),
    required=True,
)

LINKS = TableSpec(
    "links",
    Text("运输通道", "links"),
    Text(
        "地区之间有能力与成本的运输联系，含港口。",
        "Transport connections between regions with capacity and cost, ports included.",
    ),
    (
        code("link", "通道代码", "link", ("本表内唯一", "Unique in this table."), key=True),
        *names(),
        code("from_region", "起点", "from", ("起点地区", "Region at one end."), ref="regions.region", required=True),
        code("to_region", "终点", "to", ("终点地区", "Region at the other end."), ref="regions.region", required=True),
        choice(
            "mode",
            "方式",
            "mode",
            ("运输方式", "Mode of transport."),
            {"road": "公路", "rail": "铁路", "water": "水运", "port": "港口", "air": "航空", "pipe": "管道"},
            required=True,
        ),
        year(key=True),
        number("capacity", "能力", "capacity", ("每年能力", "Capacity a year."), "@unit", minimum=0),
        number("throughput", "吞吐量", "throughput", ("每年实际吞吐量", "Throughput a year."), "@unit", minimum=0),
        number("cost", "单位成本", "cost", ("每单位成本（万元）", "Cost per unit, 万元."), "万元", minimum=0),
        flag("two_way", "双向", "two-way", ("是否双向可用", "Usable both ways."), default=True),
        codes(
            "users",
            "使用地区",
            "users",
            (
                "货物经此通道进出的成员，分号隔开，* 为全部成员；留空为端点所在的成员。只用于通往外部的通道，如港口",
                "Members whose goods pass here, joined by ;, * for all; empty: the member at the end. Only for links "
                "to the outside, such as ports.",
            ),
            ref="regions.region",
        ),
        *evidence(),
        note(),
    ),
    Text("运输与港口约束", "transport and port limits of the plan"),
)

FREIGHT = TableSpec(
    "freight",
    Text("货运系数", "freight"),
    Text(
        "每亿元货物折多少吨或多少标准箱；运输与港口约束按它把货值化为货量。没有列出的行业不产生货运。",
        "Tonnes or boxes per 亿元 of goods, by which transport and port limits turn money into freight. A sector that "
        "is not listed moves nothing.",
    ),
    (
        code("sector", "行业", "sector", ("行业", "Sector."), ref="sectors.sector", key=True),
        choice(
            "measure",
            "计量",
            "measure",
            (
                "weight 用于以吨计的通道，containers 用于以标准箱计的通道",
                "weight for links counted in tonnes, containers for links counted in TEU.",
            ),
            {"weight": "重量", "containers": "集装箱"},
            key=True,
        ),
        year(),
        number(
            "value",
            "系数",
            "value",
            ("每亿元货物的货量", "Freight per 亿元 of goods."),
            "@unit",
            required=True,
            minimum=0,
        ),
        *evidence(),
        note(),
    ),
    Text("运输与港口约束", "transport and port limits of the plan"),
)

SOURCES = TableSpec(
    "sources",
    Text("来源", "sources"),
    Text("每个数字的发布者、文件与方法。", "Publisher, document and method behind every figure."),
    (
        code("source", "来源代码", "source", ("本表内唯一", "Unique in this table."), key=True),
        *both("publisher", "发布者", "publisher", ("原始发布机构", "Original publisher"), required=True),
        *both("title", "题名", "title", ("文件或数据集的题名", "Title of the document or dataset"), required=True),
        year(key=False, required=False),
        *both("method", "方法", "method", ("我们如何由原始数据得到这里的数字", "How the figures were derived from it")),
        *both("terms", "使用条件", "terms", ("许可或引用要求", "Licence or citation asked for")),
        note(),
    ),
    Text("全部功能", "everything"),
    required=True,
)

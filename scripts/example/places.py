"""Regions and links: the tree, our own schematic tile maps, ports and corridors."""

from files import Row, rows

_TOP = (
    ("CN", "中国", "China", "nation", "", "", "none", None, None, None, None, 9600000.0, "约数 / rounded"),
    ("BJ", "北京市", "Beijing", "province", "CN", "110000", "member", 116.41, 39.90, 2.0, 1.0, 16410.0, ""),
    ("TJ", "天津市", "Tianjin", "province", "CN", "120000", "member", 117.20, 39.13, 3.0, 2.0, 11966.0, ""),
    ("HE", "河北省", "Hebei", "province", "CN", "130000", "member", 114.48, 38.03, None, None, 188800.0, "约数 / rounded"),
    (
        "RC",
        "国内其他地区",
        "Rest of China",
        "outside",
        "CN",
        "",
        "partner",
        None,
        None,
        None,
        None,
        None,
        "除京津冀外的28个省级地区合并 / the 28 other provinces in one",
    ),
    ("AB", "境外", "Abroad", "outside", "", "", "abroad", None, None, None, None, None, ""),
)

# Tianjin's tile map: the six central districts keep full tiles in the middle, the others stand round them.
_DISTRICTS = (
    ("HP", "和平区", "Heping", "120101", 3, 4, 10.0),
    ("HD", "河东区", "Hedong", "120102", 4, 4, 42.0),
    ("HX", "河西区", "Hexi", "120103", 3, 5, 42.0),
    ("NK", "南开区", "Nankai", "120104", 2, 4, 41.0),
    ("HB", "河北区", "Hebei District", "120105", 3, 3, 32.0),
    ("HQ", "红桥区", "Hongqiao", "120106", 2, 3, 21.0),
    ("DL", "东丽区", "Dongli", "120110", 5, 3, 477.0),
    ("XQ", "西青区", "Xiqing", "120111", 1, 4, 565.0),
    ("JN", "津南区", "Jinnan", "120112", 5, 5, 388.0),
    ("BC", "北辰区", "Beichen", "120113", 3, 2, 478.0),
    ("WQ", "武清区", "Wuqing", "120114", 1, 2, 1574.0),
    ("BD", "宝坻区", "Baodi", "120115", 3, 1, 1509.0),
    ("BH", "滨海新区", "Binhai New Area", "120116", 6, 4, 2270.0),
    ("NH", "宁河区", "Ninghe", "120117", 5, 2, None),
    ("JH", "静海区", "Jinghai", "120118", 1, 5, 1480.0),
    ("JZ", "蓟州区", "Jizhou", "120119", 3, 0, 1590.0),
)

# The region's tile map: Beijing and Tianjin stand among the eleven cities of Hebei.
_CITIES = (
    ("SJZ", "石家庄市", "Shijiazhuang", "130100", 114.51, 38.04, 1, 3),
    ("TS", "唐山市", "Tangshan", "130200", 118.18, 39.63, 4, 1),
    ("QHD", "秦皇岛市", "Qinhuangdao", "130300", 119.60, 39.93, 5, 1),
    ("HD", "邯郸市", "Handan", "130400", 114.54, 36.63, 1, 5),
    ("XT", "邢台市", "Xingtai", "130500", 114.50, 37.07, 1, 4),
    ("BD", "保定市", "Baoding", "130600", 115.46, 38.87, 1, 2),
    ("ZJK", "张家口市", "Zhangjiakou", "130700", 114.89, 40.82, 1, 0),
    ("CD", "承德市", "Chengde", "130800", 117.96, 40.95, 3, 0),
    ("CZ", "沧州市", "Cangzhou", "130900", 116.84, 38.30, 3, 3),
    ("LF", "廊坊市", "Langfang", "131000", 116.68, 39.54, 2, 2),
    ("HS", "衡水市", "Hengshui", "131100", 115.67, 37.74, 2, 3),
)

_PARKS = (
    ("TJ-TEDA", "天津经济技术开发区", "Tianjin Economic-Technological Development Area (TEDA)", "TJ-BH"),
    ("TJ-NANGANG", "南港工业区", "Nangang Industrial Zone", "TJ-TEDA"),
    ("TJ-HITECH", "天津滨海高新技术产业开发区", "Tianjin Binhai High-tech Industrial Development Area", "TJ-BH"),
    ("TJ-FTZ", "天津港保税区（含空港经济区）", "Tianjin Port Free Trade Zone with Airport Economic Area", "TJ-BH"),
    ("TJ-DONGJIANG", "东疆综合保税区", "Dongjiang Comprehensive Bonded Zone", "TJ-BH"),
    ("BJ-ZGC", "中关村科技园区", "Zhongguancun Science Park", "BJ"),
    ("BJ-BDA", "北京经济技术开发区", "Beijing Economic-Technological Development Area", "BJ"),
    ("HE-XIONGAN", "河北雄安新区", "Xiong'an New Area", "HE"),
    ("HE-CAOFEIDIAN", "曹妃甸经济技术开发区", "Caofeidian Economic-Technological Development Area", "HE-TS"),
    ("HE-LFETDZ", "廊坊经济技术开发区", "Langfang Economic-Technological Development Area", "HE-LF"),
    ("HE-BOHAI", "沧州渤海新区", "Cangzhou Bohai New Area", "HE-CZ"),
    ("HE-SJZHT", "石家庄高新技术产业开发区", "Shijiazhuang High-tech Industrial Development Zone", "HE-SJZ"),
)

DISTRICTS = [f"TJ-{code}" for code, *_ in _DISTRICTS]


def region_table() -> list[Row]:
    """Table ``regions``: parents before children."""
    columns = "region name_zh name_en level parent gbt2260 role lon lat tile_x tile_y area note"
    tile = "自绘示意图，非地图 / own schematic, not a map"
    districts = [
        (f"TJ-{c}", zh, en, "district", "TJ", gbt, "none", None, None, float(x), float(y), area, tile)
        for c, zh, en, gbt, x, y, area in _DISTRICTS
    ]
    cities = [
        (f"HE-{c}", zh, en, "city", "HE", gbt, "none", lon, lat, float(x), float(y), None, tile)
        for c, zh, en, gbt, lon, lat, x, y in _CITIES
    ]
    parks = [
        (code, zh, en, "park", parent, "", "none", None, None, None, None, None, "") for code, zh, en, parent in _PARKS
    ]
    return rows(columns, [*_TOP, *districts, *cities, *parks])


_GUESS = "示例能力，用以演示运输约束；请以铁路、公路部门的数字替换 / made up to show the form; replace by the operators' figures"
_PORT_ONLY = "公布的吞吐量；能力未见公布，故留空 / published throughput; no published capacity seen, so left empty"

_LINKS = (
    ("PORT-TJ", "天津港（集装箱）", "Port of Tianjin (containers)", "TJ-BH", "AB", "port", 2023, None, 2218.0, None, "万TEU", "SCIO-2024", "official", _PORT_ONLY),
    ("PORT-TS", "唐山港（货物）", "Port of Tangshan (cargo)", "HE-TS", "AB", "port", 2021, None, 7.22, None, "亿t", "HE-PORT-2021", "official", _PORT_ONLY),
    ("PORT-HH", "黄骅港（货物）", "Port of Huanghua (cargo)", "HE-CZ", "AB", "port", 2021, None, 3.11, None, "亿t", "HE-PORT-2021", "official", _PORT_ONLY),
    ("PORT-QHD", "秦皇岛港（货物）", "Port of Qinhuangdao (cargo)", "HE-QHD", "AB", "port", 2021, None, 2.01, None, "亿t", "HE-PORT-2021", "official", _PORT_ONLY),
    ("PORT-HE", "河北沿海港口（货物）", "Coastal ports of Hebei (cargo)", "HE", "AB", "port", 2021, 11.44, 12.34, None, "亿t", "HE-PORT-2021", "official", "能力为公布的设计通过能力，2021年吞吐量已超过 / throughput was above the published capacity"),
    ("RAIL-BJTJ", "京津间铁路货运", "Rail freight Beijing-Tianjin", "BJ", "TJ", "rail", 2023, 5000.0, None, 60.0, "万t", "DEMO", "illustrative", _GUESS),
    ("RAIL-TJHE", "津冀间铁路货运", "Rail freight Tianjin-Hebei", "TJ", "HE", "rail", 2023, 20000.0, None, 45.0, "万t", "DEMO", "illustrative", _GUESS),
    ("RAIL-BJHE", "京冀间铁路货运", "Rail freight Beijing-Hebei", "BJ", "HE", "rail", 2023, 9000.0, None, 50.0, "万t", "DEMO", "illustrative", _GUESS),
    ("RAIL-HERC", "大秦、朔黄等煤炭通道（冀段）", "Coal railways through Hebei", "HE", "RC", "rail", 2023, 80000.0, None, 90.0, "万t", "DEMO", "illustrative", _GUESS),
    ("ROAD-BJTJ", "京津高速等公路通道", "Expressways Beijing-Tianjin", "BJ", "TJ", "road", 2023, 14000.0, None, 75.0, "万t", "DEMO", "illustrative", _GUESS),
    ("ROAD-TJHE", "津石、津雄等公路通道", "Expressways Tianjin-Hebei", "TJ", "HE", "road", 2023, 30000.0, None, 70.0, "万t", "DEMO", "illustrative", _GUESS),
    ("ROAD-BJHE", "京港澳、京雄等公路通道", "Expressways Beijing-Hebei", "BJ", "HE", "road", 2023, 32000.0, None, 70.0, "万t", "DEMO", "illustrative", _GUESS),
    ("ROAD-TJRC", "天津对外公路通道", "Expressways Tianjin to the rest of China", "TJ", "RC", "road", 2023, 16000.0, None, 180.0, "万t", "DEMO", "illustrative", _GUESS),
)  # fmt: skip


def link_table() -> list[Row]:
    """Table ``links``."""
    columns = "link name_zh name_en from_region to_region mode year capacity throughput cost unit source quality note"
    return rows(columns, _LINKS, two_way=True)

"""The example's 31 sectors and the published sectors that each is made of."""

from dataclasses import dataclass

from files import Row


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector of the example; ``made_of`` are codes of the common list S01 to S38."""

    code: str
    zh: str
    en: str
    made_of: tuple[str, ...]
    gbt4754: str
    group: str
    energy: bool = False
    local: bool = False
    upgrade: bool = False
    official_kind: str = ""
    note: str = ""


def _industry(code: str, zh: str, en: str, common: str, gbt4754: str, **more: object) -> Sector:
    group = "mining" if common in {"S02", "S03", "S04", "S05"} else "manufacturing"
    return Sector(code, zh, en, (common,), gbt4754, **({"group": group, "upgrade": True} | more))  # type: ignore[arg-type]


LOCAL = "本地供应，外部可替代性小，方案中用较窄的贸易护栏 / supplied on the spot, so the plan uses the narrower guard"

SECTORS: tuple[Sector, ...] = (
    Sector("AGR", "农林牧渔", "Agriculture, forestry, fishery", ("S01",), "01;02;03;04;05", "agriculture"),
    _industry("COA", "煤炭采选", "Coal mining", "S02", "06", energy=True),
    _industry("OIL", "石油和天然气开采", "Oil and gas extraction", "S03", "07", energy=True),
    _industry("ORE", "金属矿采选", "Metal ore mining", "S04", "08;09"),
    _industry("NMO", "非金属矿和其他矿采选", "Non-metal and other mining", "S05", "10;11;12"),
    _industry("FOD", "食品和烟草", "Food and tobacco", "S06", "13;14;15;16"),
    _industry(
        "TEX",
        "纺织品",
        "Textiles",
        "S07",
        "17",
        official_kind="traditional",
        note="2022年3月30日天津市人大常委会决定点名改造提升纺织等传统产业 / named for upgrading in the decision of 2022-03-30",
    ),
    _industry("APP", "服装皮革鞋帽", "Apparel, leather, footwear", "S08", "18;19"),
    _industry("WOD", "木材加工和家具", "Wood and furniture", "S09", "20;21"),
    _industry("PAP", "造纸印刷和文教体育用品", "Paper, printing, culture and sport goods", "S10", "22;23;24"),
    _industry("REF", "石油加工和炼焦", "Petroleum refining and coking", "S11", "25", energy=True),
    _industry(
        "CHM",
        "化学产品（含医药、橡胶、塑料）",
        "Chemicals, pharmaceuticals, rubber, plastics",
        "S12",
        "26;27;28;29",
        note="含生物医药；公布的42部门表不单列医药 / holds biomedicine, which the published tables do not show apart",
    ),
    _industry("NMM", "非金属矿物制品", "Non-metallic mineral products", "S13", "30"),
    _industry("MET", "金属冶炼和压延", "Smelting and rolling of metals", "S14", "31;32"),
    _industry("MPR", "金属制品", "Metal products", "S15", "33"),
    _industry("MCH", "通用和专用设备", "General and special equipment", "S16", "34;35"),
    _industry(
        "TEQ",
        "交通运输设备",
        "Transport equipment",
        "S17",
        "36;37",
        official_kind="leading",
        note="汽车与航空航天；决定列为优势产业 / cars and aerospace, called advantageous in the decision of 2022-03-30",
    ),
    _industry("EEQ", "电气机械和器材", "Electrical machinery", "S18", "38"),
    _industry("ELX", "通信设备、计算机和电子", "Communication, computer, electronic equipment", "S19", "39"),
    _industry("INS", "仪器仪表", "Instruments", "S20", "40"),
    _industry("OMF", "其他制造、废旧利用和设备修理", "Other manufacturing, scrap, repair", "S21", "41;42;43"),
    Sector(
        "ELC", "电力和热力", "Electricity and heat", ("S22",), "44", "utilities", energy=True, local=True, upgrade=True, note=LOCAL
    ),
    Sector("GAS", "燃气供应", "Gas supply", ("S23",), "45", "utilities", energy=True, local=True, upgrade=True, note=LOCAL),
    Sector("WAT", "水的生产和供应", "Water supply", ("S24",), "46", "utilities", local=True, upgrade=True, note=LOCAL),
    Sector("CON", "建筑", "Construction", ("S25",), "47;48;49;50", "construction", local=True, note=LOCAL),
    Sector("TRD", "批发零售和住宿餐饮", "Trade and catering", ("S26", "S28"), "51;52;61;62", "services"),
    Sector("TRN", "交通运输、仓储和邮政", "Transport, storage, post", ("S27",), "53;54;55;56;57;58;59;60", "services"),
    Sector("INF", "信息传输、软件和信息技术服务", "Information, software, IT services", ("S29",), "63;64;65", "services"),
    Sector("FRE", "金融和房地产", "Finance and real estate", ("S30", "S31"), "66;67;68;69;70", "services"),
    Sector(
        "BRD", "商务、研发和技术服务", "Business, R&D and technical services", ("S32", "S33"), "71;72;73;74;75", "services"
    ),
    Sector(
        "PUB",
        "公共和居民服务",
        "Public and personal services",
        ("S34", "S35", "S36", "S37", "S38"),
        "76;77;78;79;80;81;82;83;84;85;86;87;88;89;90;91;92;93;94;95;96",
        "services",
        local=True,
        note=LOCAL,
    ),
)
"""In the order of GB/T 4754."""

CODES = [sector.code for sector in SECTORS]


def by_common() -> dict[str, str]:
    """Code of the example's sector for each sector of the common list."""
    return {common: sector.code for sector in SECTORS for common in sector.made_of}


def sector_table() -> list[Row]:
    """Table ``sectors``."""
    return [
        {
            "sector": s.code,
            "name_zh": s.zh,
            "name_en": s.en,
            "gbt4754": s.gbt4754,
            "group": s.group,
            "energy": s.energy,
            "local": s.local,
            "upgrade": s.upgrade,
            "official_kind": s.official_kind,
            "made_of": ";".join(s.made_of),
            "note": s.note,
        }
        for s in SECTORS
    ]

"""The twelve key chains of Tianjin, their stages and the sectors that the stages lie in."""

from files import Row, rows

# chain: Chinese name, English name, official label of 2021, lead department
_CHAINS = (
    ("XINCHUANG", "信息技术应用创新", "IT application innovation", "strong", ""),
    ("IC", "集成电路", "Integrated circuits", "short", ""),
    ("ICV", "车联网", "Connected vehicles", "new", ""),
    ("BIOMED", "生物医药", "Biomedicine", "strong", "STB"),
    ("TCM", "中医药", "Chinese medicine", "", "STB"),
    ("NEWENERGY", "新能源", "New energy", "strong", ""),
    ("NEWMAT", "新材料", "New materials", "new", ""),
    ("EQUIP", "高端装备", "High-end equipment", "strong", ""),
    ("AUTO", "汽车和新能源汽车", "Automobiles and new energy vehicles", "strong", ""),
    ("PETRO", "绿色石化", "Green petrochemicals", "short", ""),
    ("AERO", "航空航天", "Aerospace", "short", ""),
    ("LIGHT", "轻工（轻纺）", "Light industry and textiles", "", ""),
)

# chain: stage, Chinese name, English name, position, sector, share of the sector's output
_STAGES: dict[str, tuple[tuple[str, str, str, str, str, float], ...]] = {
    "XINCHUANG": (
        ("CHIP", "自主芯片", "Own-design chips", "upstream", "ELX", 0.05),
        ("BOARD", "整机部件与存储", "Boards and storage", "upstream", "ELX", 0.06),
        ("COMPUTER", "服务器与整机", "Servers and computers", "midstream", "ELX", 0.08),
        ("SYSTEM", "操作系统与数据库", "Operating systems and databases", "midstream", "INF", 0.06),
        ("SECURITY", "信息安全", "Information security", "midstream", "INF", 0.05),
        ("SERVICE", "行业应用与集成服务", "Applications and integration", "downstream", "INF", 0.12),
    ),
    "IC": (
        ("MATERIAL", "硅片、电子特气与抛光材料", "Wafers, gases and polishing materials", "upstream", "CHM", 0.02),
        ("TOOL", "半导体设备与零部件", "Semiconductor tools and parts", "upstream", "MCH", 0.03),
        ("DESIGN", "芯片设计", "Chip design", "midstream", "INF", 0.03),
        ("FAB", "晶圆制造", "Wafer fabrication", "midstream", "ELX", 0.10),
        ("PACKAGE", "封装测试", "Packaging and test", "midstream", "ELX", 0.08),
        ("USE", "电子整机应用", "Use in electronic products", "downstream", "ELX", 0.15),
    ),
    "ICV": (
        ("SENSOR", "车载传感与雷达", "Sensors and radar", "upstream", "INS", 0.10),
        ("TELE", "车载通信与终端", "On-board communication", "upstream", "ELX", 0.04),
        ("ALGO", "算法、地图与云控平台", "Algorithms, maps and cloud control", "midstream", "INF", 0.04),
        ("VEHICLE", "智能网联整车", "Connected vehicles", "midstream", "TEQ", 0.08),
        ("TEST", "测试与认证", "Test and certification", "downstream", "BRD", 0.02),
        ("MOBILITY", "出行与物流服务", "Mobility and logistics services", "downstream", "TRN", 0.03),
    ),
    "BIOMED": (
        ("INTERMED", "医药中间体与原料药", "Intermediates and active ingredients", "upstream", "CHM", 0.04),
        ("PROCESS", "生物反应器与制药装备", "Bioreactors and pharma equipment", "upstream", "MCH", 0.02),
        ("RESEARCH", "研发外包与临床", "Contract research and trials", "upstream", "BRD", 0.03),
        ("DRUG", "化学药与生物药", "Drugs and biologics", "midstream", "CHM", 0.12),
        ("DEVICE", "医疗器械", "Medical devices", "midstream", "MCH", 0.06),
        ("DIAG", "体外诊断与仪器", "In-vitro diagnostics", "midstream", "INS", 0.12),
        ("CARE", "医疗与流通", "Care and distribution", "downstream", "TRD", 0.02),
    ),
    "TCM": (
        ("HERB", "中药材种植", "Herb growing", "upstream", "AGR", 0.02),
        ("SLICE", "饮片与提取", "Slices and extracts", "midstream", "CHM", 0.02),
        ("PATENT", "现代中成药", "Modern Chinese medicines", "midstream", "CHM", 0.04),
        ("HEALTH", "保健食品", "Health food", "downstream", "FOD", 0.02),
        ("TRADE", "流通与诊疗", "Trade and care", "downstream", "TRD", 0.01),
    ),
    "NEWENERGY": (
        ("SILICON", "硅材料", "Silicon material", "upstream", "ELX", 0.05),
        ("CATHODE", "锂电正负极与隔膜", "Battery electrodes and separators", "upstream", "CHM", 0.05),
        ("CELL", "动力与储能电池", "Power and storage batteries", "midstream", "EEQ", 0.18),
        ("WIND", "风电装备", "Wind equipment", "midstream", "EEQ", 0.12),
        ("SOLAR", "光伏组件", "Solar modules", "midstream", "EEQ", 0.10),
        ("HYDROGEN", "氢能装备", "Hydrogen equipment", "midstream", "MCH", 0.02),
        ("STATION", "电站与储能运营", "Power stations and storage", "downstream", "ELC", 0.08),
    ),
    "NEWMAT": (
        ("CHEMNEW", "先进化工材料", "Advanced chemical materials", "upstream", "CHM", 0.10),
        ("METALNEW", "高端金属材料", "High-end metals", "midstream", "MET", 0.12),
        ("CERAMIC", "先进无机非金属材料", "Advanced ceramics and glass", "midstream", "NMM", 0.10),
        ("FIBRE", "高性能纤维与复合材料", "High-performance fibres and composites", "midstream", "CHM", 0.03),
        ("PRODUCT", "新材料制品", "Products of new materials", "downstream", "MPR", 0.08),
    ),
    "EQUIP": (
        ("CASTING", "关键基础件与铸锻", "Key parts, castings and forgings", "upstream", "MPR", 0.12),
        ("CONTROL", "控制系统与仪表", "Control systems and instruments", "upstream", "INS", 0.25),
        ("MACHINE", "数控机床", "Machine tools", "midstream", "MCH", 0.10),
        ("ROBOT", "机器人", "Robots", "midstream", "MCH", 0.06),
        ("MARINE", "海洋工程装备", "Offshore equipment", "midstream", "TEQ", 0.06),
        ("RAIL", "轨道交通装备", "Rail equipment", "midstream", "TEQ", 0.05),
        ("SERVICE", "维修与再制造", "Repair and remanufacture", "downstream", "OMF", 0.20),
    ),
    "AUTO": (
        ("STEEL", "车用钢与铝", "Steel and aluminium for cars", "upstream", "MET", 0.05),
        ("RUBBER", "轮胎与内外饰", "Tyres and trim", "upstream", "CHM", 0.05),
        ("PART", "汽车零部件", "Car parts", "midstream", "TEQ", 0.35),
        ("DRIVE", "电驱与电控", "Electric drives and controls", "midstream", "EEQ", 0.10),
        ("CAR", "整车", "Vehicles", "midstream", "TEQ", 0.30),
        ("SALE", "销售与后市场", "Sale and after-market", "downstream", "TRD", 0.04),
    ),
    "PETRO": (
        ("CRUDE", "原油开采", "Crude oil", "upstream", "OIL", 0.80),
        ("REFINE", "炼油", "Refining", "upstream", "REF", 0.70),
        ("OLEFIN", "烯烃与芳烃", "Olefins and aromatics", "midstream", "CHM", 0.15),
        ("POLYMER", "合成材料", "Polymers", "midstream", "CHM", 0.12),
        ("FINE", "精细与专用化学品", "Fine and special chemicals", "downstream", "CHM", 0.10),
        ("PLASTIC", "橡塑制品", "Rubber and plastic products", "downstream", "CHM", 0.12),
    ),
    "AERO": (
        ("COMPOSITE", "航空材料", "Aviation materials", "upstream", "CHM", 0.01),
        ("ALLOY", "高温合金与钛材", "Superalloys and titanium", "upstream", "MET", 0.01),
        ("ENGINE", "发动机与机载系统", "Engines and on-board systems", "midstream", "TEQ", 0.03),
        ("AIRCRAFT", "飞机与直升机总装", "Aircraft and helicopter assembly", "midstream", "TEQ", 0.06),
        ("SPACE", "运载火箭与卫星", "Launchers and satellites", "midstream", "TEQ", 0.04),
        ("MRO", "航空维修", "Aircraft maintenance", "downstream", "OMF", 0.10),
        ("LEASE", "航空租赁", "Aircraft leasing", "downstream", "BRD", 0.03),
    ),
    "LIGHT": (
        ("FIBRE", "纤维与纱线", "Fibres and yarns", "upstream", "TEX", 0.40),
        ("CLOTH", "面料与产业用纺织品", "Fabrics and technical textiles", "midstream", "TEX", 0.40),
        ("GARMENT", "服装鞋帽", "Garments and shoes", "downstream", "APP", 0.70),
        ("FOOD", "食品", "Food", "midstream", "FOD", 0.60),
        ("CYCLE", "自行车与日用品", "Bicycles and consumer goods", "downstream", "TEQ", 0.04),
        ("PAPER", "造纸与包装", "Paper and packaging", "midstream", "PAP", 0.50),
        ("HOME", "家具与家电", "Furniture and appliances", "downstream", "WOD", 0.50),
    ),
}

CHAIN_SECTORS = {
    chain: [(stage, sector) for stage, _, _, _, sector, _ in stages] for chain, stages in _STAGES.items()
}


def chain_table() -> list[Row]:
    """Table ``chains``."""
    note = (
        "2021年官方诊断，据报道；标记为空者当时未列入 / official diagnosis of 2021 as reported; empty where the chain was added "
        "later. 牵头部门仅见生物医药与中医药两链 / a lead department was seen for two chains only"
    )
    columns = "chain name_zh name_en official_label lead_department"
    return rows(columns, _CHAINS, source="TJ-CHAIN-2021", quality="estimated", note=note)


def stage_table() -> list[Row]:
    """Table ``chain_stages``."""
    lines = [(chain, *stage) for chain, stages in _STAGES.items() for stage in stages]
    return rows(
        "chain stage name_zh name_en position sector share",
        lines,
        source="DEMO",
        quality="illustrative",
        note="份额为示例；请以企业名录核定 / the share is made up; settle it from the register of firms",
    )

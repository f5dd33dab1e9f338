"""A small, complete and consistent region for tests: two members, a partner, the world; three sectors.

Every account balances: uses + trade + residual + net flows = output in each row, inputs + value added = output in
each column.
"""

import numpy as np
import pandas as pd

from haihe.region import Meta, Region

MEMBERS = ("north", "south")
SECTORS = ("farm", "steel", "care")
YEAR = 2017
VALUE_ADDED = {"labour": 0.5, "taxes": 0.1, "depreciation": 0.15, "surplus": 0.25}
FINAL = {
    "household_rural": 0.15,
    "household_urban": 0.35,
    "government": 0.15,
    "investment": 0.3,
    "inventories": 0.05,
}

META = Meta(
    name="small",
    title_zh="小样区",
    title_en="Small region",
    base_year=YEAR,
    price_year=YEAR,
    money_unit="亿元",
    licence="Apache-2.0",
    description_zh="测试用的最小完整地区。",
    description_en="The smallest complete region, for tests.",
)

EVIDENCE = {"source": "S1", "quality": "illustrative"}


def named(key: str, *records: tuple[str, str, str], **more: object) -> pd.DataFrame:
    """Make a table of things with a code and two names; a list in ``more`` gives one value a record."""
    frame = pd.DataFrame(list(records), columns=[key, "name_zh", "name_en"])
    return frame.assign(**more)


def accounts() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the accounts and the flows between the members, balanced by construction."""
    cells, flows = [], []
    shipped = {("north", "south"): np.array([2.0, 9.0, 1.0]), ("south", "north"): np.array([6.0, 3.0, 2.0])}
    for member, output, seed in (
        ("north", np.array([40.0, 100.0, 60.0]), 1.0),
        ("south", np.array([80.0, 50.0, 70.0]), 2.0),
    ):
        coefficients = np.array([[0.10, 0.05, 0.05], [0.05, 0.30, 0.10], [0.10, 0.15, 0.20]]) * (1 + seed / 20)
        z = coefficients * output
        added = output - z.sum(axis=0)
        trade = {
            "export": 0.10 * output,
            "import": 0.05 * output * seed,
            "outflow": 0.12 * output,
            "inflow": 0.08 * output,
            "residual": np.array([0.5, -0.25, 0.0]),
        }
        net = sum(v if a == member else -v for (a, b), v in shipped.items() if member in (a, b))
        demand = output - z.sum(axis=1) - trade["export"] - trade["outflow"] - trade["residual"]
        demand = demand + trade["import"] + trade["inflow"] - net
        for i, sector in enumerate(SECTORS):
            row = {other: z[i, j] for j, other in enumerate(SECTORS)}
            row |= {kind: share * demand[i] for kind, share in FINAL.items()}
            row |= {kind: values[i] for kind, values in trade.items()}
            row["output"] = output[i]
            cells += [(YEAR, member, sector, column, value) for column, value in row.items()]
        cells += [
            (YEAR, member, kind, sector, share * added[j])
            for kind, share in VALUE_ADDED.items()
            for j, sector in enumerate(SECTORS)
        ]
    for (a, b), values in shipped.items():
        flows += [(YEAR, a, b, sector, v, 0.7 * v, 1.4 * v) for sector, v in zip(SECTORS, values, strict=True)]
    account = pd.DataFrame(cells, columns=["year", "region", "row", "column", "value"]).assign(unit="亿元", **EVIDENCE)
    flow = pd.DataFrame(flows, columns=["year", "from_region", "to_region", "sector", "value", "low", "high"])
    return account, flow.assign(unit="亿元", **EVIDENCE)


def small_tables() -> dict[str, pd.DataFrame]:
    """Give the tables of the small region, untyped."""
    account, flow = accounts()
    years = (2017, 2018, 2019)
    uses = [
        (member, sector, resource, year, base * (1 + j) * (1 + i / 10), unit)
        for member in MEMBERS
        for j, sector in enumerate(SECTORS)
        for resource, base, unit in (("co2", 2500.0, "t CO2/亿元"), ("land", 12.5, "亩/亿元"))
        for i, year in enumerate(years)
    ]
    endowments = [
        (member, resource, year, base + 10.0 * i, unit)
        for member in MEMBERS
        for resource, base, unit in (("co2", 12000.0, "万t CO2"), ("land", 300000.0, "亩"))  # more than enough
        for i, year in enumerate(years)
    ]
    return {
        "sources": pd.DataFrame(
            {
                "source": ["S1"],
                "publisher_zh": ["haihe"],
                "publisher_en": ["haihe"],
                "title_zh": ["测试数据"],
                "title_en": ["Test data"],
                "year": [2026],
            }
        ),
        "regions": named(
            "region",
            ("nation", "全国", "Nation"),
            ("north", "北市", "North"),
            ("south", "南市", "South"),
            ("harbour", "港区", "Harbour"),
            ("rest", "国内其他地区", "Rest of the nation"),
            ("world", "世界", "World"),
            level=["nation", "province", "province", "district", "outside", "outside"],
            parent=[None, "nation", "nation", "south", "nation", None],
            role=["none", "member", "member", "none", "partner", "abroad"],
            gbt2260=[None, "010000", "020000", "020001", None, None],
            lon=[None, 116.4, 117.2, 117.7, None, None],
            lat=[None, 39.9, 39.1, 39.0, None, None],
        ),
        "sectors": named(
            "sector",
            ("farm", "农业", "Farming"),
            ("steel", "钢铁", "Steel"),
            ("care", "服务", "Services"),
            group=["agriculture", "manufacturing", "services"],
            upgrade=[False, True, False],
            gbt4754=["01;02", "31", None],
        ),
        "accounts": account,
        "flows": flow,
        "parameters": named(
            "parameter", ("growth", "增长率", "growth"), value=0.05, low=0.03, high=0.06, unit="1/year", **EVIDENCE
        ),
        "resources": named(
            "resource",
            ("co2", "碳排放", "CO2"),
            ("land", "土地", "land"),
            kind=["flow", "stock"],
            unit=["t CO2", "亩"],
            permit=[True, False],
        ),
        "endowments": pd.DataFrame(endowments, columns=["region", "resource", "year", "value", "unit"]).assign(
            **EVIDENCE
        ),
        "uses": pd.DataFrame(uses, columns=["region", "sector", "resource", "year", "value", "unit"]).assign(
            **EVIDENCE
        ),
        "limits": named(
            "limit",
            ("cap", "碳上限", "carbon cap"),
            ("line", "生态红线", "ecology line"),
            resource=["co2", "land"],
            regions=["*", "north;south"],
            sectors=["*", "farm"],
            sense="cap",
            year=2019,
            value=[0.8, 5000.0],
            unit=["share of reference", "亩"],
            **EVIDENCE,
        ),
        "transfers": pd.DataFrame(
            {
                "resource": ["co2"],
                "from_region": ["north"],
                "to_region": ["south"],
                "year": [2019],
                "limit": [5.0],
                "unit": ["万t CO2"],
                **EVIDENCE,
            }
        ),
        "links": named(
            "link",
            ("port", "港口", "port"),
            from_region="south",
            to_region="world",
            mode="port",
            year=2019,
            capacity=300.0,
            throughput=250.0,
            unit="万TEU",
            **EVIDENCE,
        ),
        "chains": named("chain", ("metal", "金属", "metals"), lead_department="industry", **EVIDENCE),
        "chain_stages": pd.DataFrame(
            {
                "chain": ["metal"],
                "stage": ["smelt"],
                "name_zh": ["冶炼"],
                "name_en": ["smelting"],
                "position": ["upstream"],
                "sector": ["steel"],
                "share": [0.6],
                **EVIDENCE,
            }
        ),
        "departments": named(
            "department", ("industry", "工信局", "Industry bureau"), ("finance", "财政局", "Finance bureau")
        ),
        "funds": named(
            "fund",
            ("F1", "制造业资金", "manufacturing fund"),
            kind="grant",
            department="industry",
            city_share=0.5,
            **EVIDENCE,
        ),
        "rules": named(
            "article",
            ("A1", "智能改造", "smart upgrade"),
            fund="F1",
            document="津政〔2021〕1号",
            valid_from="2021-01-01",
            valid_to="2025-12-31",
            rate=0.1,
            cap=5000.0,
            **EVIDENCE,
        ),
        "budgets": pd.DataFrame(
            {"fund": ["F1"], "region": ["south"], "year": [2019], "value": [1.5], "unit": ["亿元"], **EVIDENCE}
        ),
        "projects": named(
            "project",
            ("P1", "电炉", "arc furnace"),
            ("P2", "冷链", "cold chain"),
            sector=["steel", "farm"],
            chain=["metal", None],
            article=["A1", None],
            investment=[30000.0, 8000.0],
            output=[60000.0, 9000.0],
            start=[2019, 2021],
            **EVIDENCE,
        ),
        "project_sites": pd.DataFrame({"project": ["P1", "P2"], "region": ["harbour", "north"], **EVIDENCE}),
        "project_resources": pd.DataFrame(
            {
                "project": ["P1", "P2"],
                "resource": ["land", "land"],
                "value": [120.0, 4.0],
                "unit": ["亩", "ha"],
                **EVIDENCE,
            }
        ),
        "scenarios": pd.DataFrame(
            {
                "scenario": ["tight", "tight"],
                "table": ["limits", "endowments"],
                "record": ["cap|2019", "north|co2|2019"],
                "column": ["value", "value"],
                "value": ["0.7", "100"],
                "reason": ["更严格", None],
            }
        ),
    }


def small_region() -> Region:
    """Give the small region."""
    return Region(small_tables(), META)

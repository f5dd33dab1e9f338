"""Made-up promises, revenue paths, debts and fund holdings: what the example's stress of public money starts from."""

from collections.abc import Sequence
from random import Random

from files import Row, significant
from fiscal import DEMO, EXPENDITURE, OTHERS

SEED = 20261122
YEARS = range(2026, 2031)
MADE_UP = "示例：虚构，不代表任何真实预算或主体 / made up, stands for no real budget or body"
INCOME = {"revenue": (0.42, 0.56), "transfers": (0.16, 0.26), "land_revenue": (0.18, 0.4)}
"""Least and most of each kind of income, as a share of expenditure."""
PROMISES: Sequence[tuple[str, str, str, float, int]] = (
    ("basic", "三保支出", "Basic duties", 0.54, 1),
    ("interest", "债务付息", "Interest on debt", 0.07, 2),
    ("principal", "债务还本", "Repayment of debt", 0.09, 3),
    ("other", "其他在建与民生项目", "Other projects under way", 0.18, 4),
    ("suspended", "消化暂付款", "Clearing suspended payments", 0.015, 5),
    ("matching", "产业资金配套", "Matching of industrial funds", 0.04, 6),
    ("fund", "引导基金出资", "Capital of guidance funds", 0.03, 7),
)
"""Kind, names, share of expenditure, order of payment."""
PATHS = {"land-72": 0.72, "land-43": 0.43}
"""Land revenue that comes in, as a share of its budget: the span that one district's published reports show."""
BODIES: Sequence[tuple[str, str, str, str, float, float, float]] = (
    ("BK1", "示例银行甲", "Example bank A", "TJ", 4000, 60, 0),
    ("BK2", "示例银行乙", "Example bank B", "TJ", 1800, 30, 0),
    ("GC1", "示例担保公司", "Example guarantor", "TJ", 13, 7, 4),
    ("PL1", "示例平台甲", "Example platform A", "TJ-BH", 15, 6, 110),
    ("PL2", "示例平台乙", "Example platform B", "TJ-JN", 5, 2, 48),
    ("PL3", "示例平台丙", "Example platform C", "TJ-WQ", 6, 3, 40),
    ("CN1", "示例建设公司", "Example builder", "TJ-BH", 9, 4, 3),
)
"""Code, names, region, other assets, cash, land, 亿元; equity follows from the debts."""
DEBTS: Sequence[tuple[str, str, str, float]] = (
    ("PL1", "BK1", "loan", 62), ("PL1", "BK2", "loan", 18), ("PL1", "CN1", "payable", 12), ("PL1", "", "bond", 18),
    ("PL2", "BK1", "loan", 20), ("PL2", "BK2", "loan", 14), ("PL2", "CN1", "payable", 7), ("PL2", "", "bond", 6),
    ("PL3", "BK2", "loan", 22), ("PL3", "CN1", "payable", 5), ("PL3", "", "bond", 15), ("CN1", "BK1", "loan", 16),
    ("CN1", "", "payable", 18), ("BK1", "BK2", "loan", 25), ("BK1", "", "bond", 4070), ("BK2", "", "bond", 1889),
    ("GC1", "BK1", "loan", 6), ("GC1", "PL2", "guarantee", 8), ("GC1", "PL3", "guarantee", 6),
    ("PL1", "PL2", "guarantee", 10), ("PL3", "PL2", "guarantee", 5), ("PL2", "PL3", "guarantee", 5),
)  # fmt: skip
"""Debtor or guarantor, creditor or guaranteed, kind, 亿元."""
HOLDINGS: Sequence[tuple[str, str, str, str, float]] = (
    ("HAIHE", "示例整车企业 / example car maker", "TJ-BH", "AUTO", 12),
    ("HAIHE", "示例芯片企业 / example chip maker", "TJ-XQ", "IC", 20),
    ("HAIHE", "示例药企 / example drug maker", "TJ-BH", "BIOMED", 5),
    ("HAIHE", "示例电池企业 / example battery maker", "TJ-DL", "NEWENERGY", 6),
    ("TEDA-GF", "示例整车企业 / example car maker", "TJ-BH", "AUTO", 9),
    ("TEDA-GF", "示例药企 / example drug maker", "TJ-BH", "BIOMED", 3),
    ("XIQING-GF", "示例芯片企业 / example chip maker", "TJ-XQ", "IC", 2),
    ("XIQING-GF", "示例软件企业 / example software firm", "TJ-XQ", "XINCHUANG", 1),
)
"""Fund, target, region, chain, 亿元."""


def income_and_promises(districts: Sequence[str]) -> dict[str, list[Row]]:
    """Draw what each district takes in and has promised to pay: rows of ``finances`` and ``promises``."""
    random = Random(SEED)
    income: list[Row] = []
    promises: list[Row] = []
    for district in districts:
        spent = float(EXPENDITURE.get(district, OTHERS))
        drawn = {item: low + (high - low) * random.random() for item, (low, high) in INCOME.items()}
        whole, tight = sum(drawn.values()), 0.78 + 0.24 * random.random()
        for item, share in drawn.items():
            value = significant(spent * share / whole, 3)
            about = {"unit": "亿元", **DEMO, "note": MADE_UP}
            income.append({"region": district, "item": item, "year": YEARS[0], "value": value, **about})
        for kind, zh, en, share, order in PROMISES:
            size = spent * share * tight * (0.9 + 0.2 * random.random())
            for k, year in enumerate(YEARS):
                promises.append(
                    {
                        "region": district, "promise": kind.upper(), "name_zh": zh, "name_en": en, "kind": kind,
                        "fund": "MFG" if kind == "matching" else None, "year": year, "value": significant(size * 1.01**k, 3),
                        "order": order, "unit": "亿元", **DEMO, "note": MADE_UP,
                    }
                )  # fmt: skip
    return {"finances": income, "promises": promises}


def debts_and_holdings() -> dict[str, list[Row]]:
    """Give the paths of revenue, the made-up bodies with their debts, and what funds hold."""
    about = {"year": YEARS[0], "unit": "亿元", **DEMO, "note": MADE_UP}
    paths: list[Row] = [
        {"path": path, "region": "TJ", "item": "land_revenue", "year": year, "share": share, **DEMO, "note": MADE_UP}
        for path, share in PATHS.items()
        for year in YEARS
    ]
    holders: list[Row] = [
        {"holder": code, "name_zh": zh, "name_en": en, "region": region, "item": item, "value": value, **about}
        for code, zh, en, region, *values in BODIES
        for item, value in zip(("other", "cash", "land"), values, strict=True)
    ]
    obligations: list[Row] = [
        {"obligation": f"D{k + 1:02d}", "debtor": debtor, "creditor": creditor, "kind": kind, "value": value, **about}
        for k, (debtor, creditor, kind, value) in enumerate(DEBTS)
    ]
    holdings: list[Row] = [
        {
            "fund": fund,
            "holding": f"H{k + 1:02d}",
            "target": target,
            "region": region,
            "chain": chain,
            "value": value,
            **about,
        }
        for k, (fund, target, region, chain, value) in enumerate(HOLDINGS)
    ]
    return {"fiscal_paths": paths, "holders": holders, "obligations": obligations, "fund_holdings": holdings}

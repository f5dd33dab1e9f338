"""Made-up public finances of Tianjin's districts: what they can match with, owe, and pay ahead of their budgets."""

from collections.abc import Mapping, Sequence
from random import Random

from files import Row, significant

FIRST = 2026
DEMO = {"source": "DEMO", "quality": "illustrative"}
EXPENDITURE = {"TJ-BH": 520, "TJ-WQ": 140, "TJ-XQ": 120, "TJ-BC": 90, "TJ-DL": 90, "TJ-JN": 85, "TJ-JH": 90}
"""Public expenditure a year, 亿元, in round figures that stand for no real budget."""
OTHERS = 65
NOTES = {
    "matching_capacity": "示例：各项资金合计可用于配套的财力 / made up: money for matching, all funds together",
    "expenditure": "示例：支出规模，取整设定，不代表真实预算 / made up, a round figure",
    "suspended_payments": "示例：余额，控制线为支出的5% / made up; the limit is 5 % of expenditure",
    "debt": "示例：债务余额 / made up: debt outstanding",
    "debt_ceiling": "示例：债务限额，多数区已用满 / made up: most districts have used it up",
    "credit_ceiling": "示例：规划期内新项目可得贷款 / made up: bank credit for new projects over the plan",
}


def fiscal_rows(
    match: Mapping[str, float], spent: Mapping[str, float], districts: Sequence[str], random: Random
) -> list[Row]:
    """Draw the items of each district that has candidates.

    Parameters
    ----------
    match, spent : mapping of str to float
        Matching that candidates need in each district, and their investment, 万元.
    districts : sequence of str
        Districts in order.
    random : Random
        Source of the draws.

    Returns
    -------
    list of Row
        Rows of ``finances``, each for the first year of the plan.
    """
    rows: list[Row] = []
    for district in districts:
        draws = [random.random() for _ in range(4)]
        if spent.get(district, 0.0) <= 0:
            continue
        expenditure = float(EXPENDITURE.get(district, OTHERS))
        limit = 0.05 * expenditure
        room = 0.0 if draws[0] < 0.5 else significant(match[district] / 1e4 * 0.1 * draws[0])
        headroom = 0.0 if draws[1] < 0.7 else significant(match[district] / 1e4 * 0.2)
        debt = significant(expenditure * (1.5 + 2.0 * draws[2]), 3)
        values = {
            "matching_capacity": significant(match[district] / 1e4 * (0.12 + 0.2 * draws[3])),
            "expenditure": expenditure,
            "suspended_payments": limit - room,
            "debt": debt,
            "debt_ceiling": debt + headroom,
            "credit_ceiling": significant(spent[district] / 1e4 * 0.35),
        }
        rows += [
            {
                "region": district,
                "item": item,
                "year": FIRST,
                "value": value,
                "unit": "亿元",
                **DEMO,
                "note": NOTES[item],
            }
            for item, value in values.items()
        ]
    return rows

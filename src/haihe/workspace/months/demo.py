"""Months of the demonstration: made-up indicators of the city, two districts and sectors, over twenty-four months."""

from collections.abc import Mapping
from decimal import Decimal
from math import sin, tau

from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.duties import documents
from haihe.workspace.duties.lights import AT_LEAST, AT_MOST
from haihe.workspace.months import pace, returns
from haihe.workspace.units.models import Person, Unit

MONTHS = 24
"""Twelve months to be looked at, and the twelve before them for growth and the seasonal pace."""
REPORTERS = {"TJ-BH": ("bh-editor", "bh-approver"), "TJ-XQ": ("xq-editor", "xq-approver"), "TJ": ("wang", "zhou")}
MADE_UP = "虚构示例 / made up"
BOTH = ("TJ-BH", "TJ-XQ")
INDICATORS = (
    ("M-OUTPUT", "规上工业总产值（示例）", "Industrial output (made up)", "亿元",
     AT_LEAST, pace.FLOW, "region", pace.SEASONAL, "", BOTH, 900),
    ("M-INVEST", "工业投资（示例）", "Industrial investment (made up)", "亿元",
     AT_LEAST, pace.FLOW, "region", pace.LINEAR, "", BOTH, 70),
    ("M-ENERGY", "规上工业能耗（示例）", "Energy use of industry (made up)", "万吨标准煤",
     AT_MOST, pace.FLOW, "region", pace.LINEAR, "", BOTH, 210),
    ("M-CHAIN", "重点产业链产值（示例）", "Output of key chains (made up)", "亿元",
     AT_LEAST, pace.FLOW, "chain", pace.SEASONAL, "IC;BIOMED;AUTO", ("TJ",), 260),
    ("M-GROWTH", "主要行业增加值增速（示例）", "Growth of main sectors (made up)", "%",
     AT_LEAST, pace.RATE, "sector", pace.LINEAR, "CHM;ELX;TEQ", ("TJ",), 5),
)  # fmt: skip
"""Code, names, unit of measure, sense, measure, scope, pace, places, reporters, size of a month."""
ASKED = {
    "M-OUTPUT": Decimal("1.06"),
    "M-INVEST": Decimal("1.10"),
    "M-ENERGY": Decimal("1.01"),
    "M-CHAIN": Decimal("1.07"),
}
"""What the year shall bring, times last year's sum as made up."""


def seed(units: Mapping[str, Unit], people: Mapping[str, Person], region: Region) -> None:
    """Make the indicators, their targets of the year, and the returns.

    Parameters
    ----------
    units, people : mapping
        Of the demonstration, by code and user name.
    region : Region
        The example: names of its regions, chains and sectors. Every figure is made up.
    """
    planner = people["wang"]
    for code, zh, en, counted, sense, measure, scope, way, places, reporters, _ in INDICATORS:
        said = {"name_zh": zh, "name_en": en, "counted_in": counted, "sense": sense, "measure": measure}
        said |= {"scope": scope, "pace": way, "places": places, "note": MADE_UP}
        returns.make_indicator(planner, units["TJ"], code, said, [units[each] for each in reporters], "cli")
    months = list(reversed(returns.recent_months(number=MONTHS + 1)))[:-1]
    _targets(planner, units, int(months[-1][:4]), _names(region))
    for month in months:
        for unit, (editor, approver) in REPORTERS.items():
            _month(people[editor], people[approver], units[unit], month)


def size(code: str, place: str, month: str) -> Decimal:
    """Make up a figure: a level for indicator and place, a season, a trend; the same each time."""
    base = next(each[-1] for each in INDICATORS if each[0] == code)
    number, year = int(month[5:]), int(month[:4])
    weight = 0.6 + (sum(map(ord, place)) % 9) / 10
    if code == "M-GROWTH":
        return Decimal(f"{base + 3 * sin(tau * (number + len(place)) / 12) - weight * 2:.1f}")
    season = 1 + 0.12 * sin(tau * (number - 2) / 12)
    trend = 1 + (weight - 0.95) * 0.2 * (year - 2024 + number / 12)
    return Decimal(f"{base * weight * season * trend:.2f}")


def _month(editor: Person, approver: Person, unit: Unit, month: str) -> None:
    made = returns.begin(editor, unit, month, "cli")
    rows = []
    for indicator, place in returns.expected(unit):
        value = size(indicator.code, place, month)
        growth = pace.growth_of(value, size(indicator.code, place, returns.year_before(month)))
        said = None if indicator.measure == pace.RATE or growth is None else f"{growth:.1f}"
        row = {"indicator": indicator.code, "place": place, "value": str(value), "growth": said}
        rows.append(row | {"source": "DEMO", "quality": "illustrative", "note": MADE_UP})
    returns.filled(editor, made, rows, "")
    returns.submit(editor, made, channel="cli")
    returns.approve(approver, made, channel="cli")


def _names(region: Region) -> dict[str, Text]:
    """Give what regions, chains and sectors are called, by code."""
    rows = [
        (row[key], Text(row["name_zh"], row["name_en"]))
        for table, key in (("regions", "region"), ("chains", "chain"), ("sectors", "sector"))
        for row in region.tables[table].to_dict("records")
    ]
    return dict(rows)


def _targets(planner: Person, units: Mapping[str, Unit], year: int, names: Mapping[str, Text]) -> None:
    city = units["TJ"]
    for code, zh, en, counted, sense, measure, scope, _, places, reporters, base in INDICATORS:
        for place in places.split(";") if places else reporters:
            last = [size(code, place, f"{year - 1}-{number:02d}") for number in range(1, pace.YEAR + 1)]
            whole = sum(last) * ASKED[code] if measure == pace.FLOW else Decimal(base)
            said = {
                "name_zh": f"{year}年{zh.removesuffix('（示例）')}：{names[place].zh}（示例）",
                "name_en": f"{en.removesuffix(' (made up)')} {year}: {names[place].en} (made up)",
                "indicator": code,
                "counted_in": counted,
                "sense": sense,
                "year": year,
                "value": Decimal(whole).quantize(Decimal("0.01")),
                "region": place if scope == "region" else "TJ",
                "chain": place if scope == "chain" else "",
                "sectors": place if scope == "sector" else "*",
                "source": "DEMO",
                "quality": "illustrative",
                "note": MADE_UP,
            }
            owner = units[place] if scope == "region" else city
            documents.new_target(planner, city, owner, f"{code}-{place}-{year}", said, "cli")

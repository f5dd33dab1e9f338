"""Made-up shares of Tianjin's districts in the city's output of each sector. They stand for no statistics."""

from collections.abc import Mapping, Sequence

from files import Row

CENTRE = ("TJ-HP", "TJ-HD", "TJ-HX", "TJ-NK", "TJ-HB", "TJ-HQ")
ROUND = ("TJ-DL", "TJ-XQ", "TJ-JN", "TJ-BC")
FAR = ("TJ-WQ", "TJ-BD", "TJ-NH", "TJ-JH", "TJ-JZ")
BINHAI = ("TJ-BH",)
SIZE = {
    "TJ-HP": 6, "TJ-HD": 3, "TJ-HX": 7, "TJ-NK": 6, "TJ-HB": 3, "TJ-HQ": 2, "TJ-DL": 6, "TJ-XQ": 8, "TJ-JN": 5, "TJ-BC": 7,
    "TJ-WQ": 8, "TJ-BD": 4, "TJ-BH": 45, "TJ-NH": 4, "TJ-JH": 6, "TJ-JZ": 3,
}  # fmt: skip
"""Size of each district's economy, in round figures."""
KINDS: Mapping[str, tuple[float, float, float, float]] = {
    "AGR": (0, 1, 8, 0.2),
    "COA": (0, 0, 0, 1),
    "OIL": (0, 0, 0, 1),
    "ORE": (0, 0, 1, 0.2),
    "NMO": (0, 0, 2, 0.5),
    "FOD": (0.1, 1, 2, 1),
    "TEX": (0.1, 1, 2, 0.3),
    "APP": (0.3, 1, 2, 0.3),
    "WOD": (0, 1.5, 2.5, 0.3),
    "PAP": (0.1, 1.5, 2, 0.5),
    "REF": (0, 0, 0.1, 2),
    "CHM": (0.05, 0.8, 0.8, 1.5),
    "NMM": (0, 1, 2, 0.6),
    "MET": (0, 1.2, 2.5, 0.8),
    "MPR": (0, 2, 2, 0.6),
    "MCH": (0.1, 2, 1.2, 1),
    "TEQ": (0.05, 2, 1, 1.2),
    "EEQ": (0.1, 2, 1.2, 1),
    "ELX": (0.1, 1.5, 0.5, 1.6),
    "INS": (0.5, 1.8, 0.6, 1),
    "OMF": (0.2, 1.5, 2, 0.6),
    "ELC": (0.4, 1.2, 1.2, 1),
    "GAS": (1, 1, 1, 1),
    "WAT": (1, 1, 1, 1),
    "CON": (1.2, 1, 1.2, 0.9),
    "TRD": (2, 1, 0.8, 0.8),
    "TRN": (0.8, 1, 0.7, 1.5),
    "INF": (2.2, 1.2, 0.3, 0.9),
    "FRE": (2.5, 0.8, 0.5, 0.8),
    "BRD": (2.2, 1.2, 0.4, 0.8),
    "PUB": (2, 1, 1, 0.6),
}
"""How much a sector leans to the centre, the four districts round it, the five far ones and Binhai."""
NOTE = "虚构份额，按区的类型设定，不代表任何统计 / made up by kind of district, stands for no statistics"
DIGITS = 4


def share_rows(sectors: Sequence[str] = tuple(KINDS)) -> list[Row]:
    """Give the rows of ``district_shares``; the largest district of a sector takes what rounding leaves."""
    groups = (CENTRE, ROUND, FAR, BINHAI)
    rows: list[Row] = []
    for sector in sectors:
        weights = {
            district: SIZE[district] * lean
            for group, lean in zip(groups, KINDS[sector], strict=True)
            for district in group
        }
        total = sum(weights.values())
        shares = {district: round(weight / total, DIGITS) for district, weight in weights.items() if weight > 0}
        largest = max(shares, key=lambda district: shares[district])
        shares[largest] = round(1.0 - sum(share for district, share in shares.items() if district != largest), DIGITS)
        rows += [
            {"region": district, "sector": sector, "share": share, "source": "DEMO", "quality": "illustrative",
             "note": NOTE}
            for district, share in shares.items() if share > 0
        ]  # fmt: skip
    return rows

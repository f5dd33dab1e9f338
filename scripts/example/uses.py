"""Use of resources per 亿元 of output: CO2, energy, labour, land, water."""

from pathlib import Path

import numpy as np
import pandas as pd
from co2 import FOLDER as CO2_FOLDER
from co2 import co2_by_sector, sector_shares
from economy import MEMBERS, PARTNER, UNIT, Carried, Economy
from files import Row, read_hand, significant
from sectors import CODES, INDUSTRY

from haihe.accounts import Accounts, aggregate

WITHOUT_INVENTORY = ("Tibet",)

# Carbon content (tC/TJ) and oxidised share of the inventory's fuels, rounded, after Shan et al. (2018).
FUELS = {
    "Raw Coal": (26.32, 0.92), "Cleaned Coal": (26.32, 0.92), "Other Washed Coal": (26.32, 0.92),
    "Briquettes": (26.32, 0.92), "Coke": (31.38, 0.92), "Coke Oven Gas": (21.49, 0.92), "Other Gas": (21.49, 0.92),
    "Other Coking Products": (27.45, 0.92), "Crude Oil": (20.08, 0.98), "Gasoline": (18.90, 0.98),
    "Kerosene": (19.60, 0.98), "Diesel Oil": (20.20, 0.98), "Fuel Oil": (21.10, 0.98), "LPG": (17.20, 0.98),
    "Refinery Gas": (20.00, 0.98), "Other Petroleum Products": (20.00, 0.98), "Natural Gas": (15.32, 0.99),
}  # fmt: skip
GJ_PER_TCE = 29.3076
PROCESS = "Process"

EMPLOYMENT = {
    "AGR": ("A",), "COA": ("B01",), "OIL": ("B02",), "ORE": ("B03", "B04"), "NMO": ("B05", "B06", "B07"),
    "FOD": ("C01", "C02", "C03", "C04"), "TEX": ("C05",), "APP": ("C06", "C07"), "WOD": ("C08", "C09"),
    "PAP": ("C10", "C11", "C12"), "REF": ("C13",), "CHM": ("C14", "C15", "C16", "C17"), "NMM": ("C18",),
    "MET": ("C19", "C20"), "MPR": ("C21",), "MCH": ("C22", "C23"), "TEQ": ("C24", "C25"), "EEQ": ("C26",),
    "ELX": ("C27",), "INS": ("C28",), "OMF": ("C29", "C30", "C31"), "ELC": ("D01",), "GAS": ("D02",),
    "WAT": ("D03",), "CON": ("E",), "TRD": ("F", "H"), "TRN": ("G",), "INF": ("I",), "FRE": ("J", "K"),
    "BRD": ("L", "M"), "PUB": ("N", "O", "P", "Q", "R", "S"),
}  # fmt: skip
"""Industries of the employment table by our sectors."""

AVERAGE_PAY = {"CN": 74318.0, "BJ": 131700.0, "TJ": 94534.0, "HE": 63036.0}
"""Average pay in urban non-private units, 2017, yuan a year (National Bureau of Statistics)."""

INDUSTRIAL_WATER = {
    row["region"]: float(row["value"])
    for row in read_hand("endowments")
    if row["resource"] == "water" and row["year"] == "2012"
}
"""Industrial water use of 2012, 100 million m3, as the hand-written endowments have it."""
WATER_SAVED = 0.045
"""Assumed yearly fall of industrial water per output."""
WATER_AHEAD = (2030, 2036)
LAB_HOURS = {"CHM": 6.0, "MCH": 5.0, "TEQ": 5.0, "EEQ": 6.0, "ELX": 8.0, "INS": 15.0, "BRD": 3.0}
"""Made-up hours of laboratories and pilot plants per 亿元."""

TARGET_OUTPUT_PER_KM2 = 40.0
MU_PER_KM2 = 1500.0


INVENTORY = 2019
"""Latest year of the CO2 inventory."""


def inventory_rows(economy: Economy, reference: Path) -> list[Row]:
    """CO2 and energy per 亿元 in the year of the provincial tables: all that derives from the CO2 inventory."""
    provinces = [name for name in economy.provinces.regions if name not in WITHOUT_INVENTORY]
    tables = economy.provinces.select(provinces)
    output = _by_region(tables.to_unit(UNIT).output, economy, tables)
    return _inventory(economy, reference, economy.year, economy.year, output)


def inventory_rows_today(economy: Economy, today: Carried, reference: Path) -> list[Row]:
    """The same for today: the latest inventory, held, over today's output."""
    held = f"沿用{INVENTORY}年清单排放量，除以{today.year}年推算产出；"
    held_en = f"emissions of {INVENTORY} held, over the output of {today.year}; "
    return _inventory(economy, reference, INVENTORY, today.year, today.accounts.output, (held, held_en))


def _inventory(
    economy: Economy, reference: Path, inventory: int, year: int, output: np.ndarray, held: tuple[str, str] = ("", "")
) -> list[Row]:
    provinces = [name for name in economy.provinces.regions if name not in WITHOUT_INVENTORY]
    tables = economy.provinces.select(provinces)
    co2 = co2_by_sector(reference, inventory, provinces, tables.output, economy.year)
    energy = energy_by_sector(reference, inventory, provinces, tables.output, economy.year)
    about = (
        (
            "co2",
            "t CO2/亿元",
            co2,
            "含生产过程排放，不含居民；运输为能源平衡表口径",
            "scope 1 with process emissions, without households",
        ),
        (
            "energy",
            "tce/亿元",
            energy,
            "直接燃烧的化石燃料折标准煤，由各燃料排放反推；不含外购电力热力",
            "fossil fuel burnt, from the CO2 of each fuel; bought electricity and heat not counted",
        ),
    )
    rows: list[Row] = []
    for resource, unit, amount, zh, en in about:
        note = f"{held[0]}{zh} / {held[1]}{en}"
        rows += _intensities(resource, unit, _by_region(amount, economy, tables) * 1e6, output, year, note)
    return rows


def energy_by_sector(reference: Path, year: int, provinces: list[str], output: np.ndarray, layout: int) -> np.ndarray:
    """Fossil fuel burnt by producing sectors, Mtce, shape (R, 42): CO2 of each fuel over its factor."""
    detail = pd.read_csv(reference / CO2_FOLDER / "provincial_co2_by_sector_fuel_2012_2019.csv.gz")
    detail = detail[(detail["year"] == year) & (detail["fuel"] != PROCESS)]
    unknown = sorted(set(detail["fuel"]) - set(FUELS))
    if unknown:
        raise ValueError(f"no emission factor for {', '.join(unknown)}")
    factor = {fuel: carbon * oxidised * 44 / 12 * GJ_PER_TCE / 1000 for fuel, (carbon, oxidised) in FUELS.items()}
    detail = detail.assign(tce=detail["co2_mt"] / detail["fuel"].map(factor))
    table = detail.pivot_table(index="province", columns="sector", values="tce", aggfunc="sum")
    names, shares = sector_shares(layout, output)
    amounts = table.reindex(index=provinces, columns=names).fillna(0.0).to_numpy(float)
    return np.einsum("rn,rnj->rj", amounts, shares)


def labour_rows(economy: Economy, reference: Path) -> list[Row]:
    """Persons per 亿元, from pay: see source LABOUR for the method."""
    heads = _heads(economy, economy.accounts, reference)
    note = "由劳动者报酬推算，含个体与兼业 / derived from pay"
    return _intensities("labour", "persons/亿元", heads, economy.accounts.output, economy.year, note, "LABOUR")


def labour_rows_today(economy: Economy, today: Carried, reference: Path) -> list[Row]:
    """The same for today: persons of the revised base year, held, over today's output."""
    heads = _heads(economy, today.updated.stages["revision"], reference)
    note = (
        f"沿用按普查修订后{economy.year}年核算推算的人数，除以{today.year}年推算产出 / "
        f"persons from the accounts of {economy.year} as revised, held, over the output of {today.year}"
    )
    return _intensities("labour", "persons/亿元", heads, today.accounts.output, today.year, note, "LABOUR")


def _heads(economy: Economy, accounts: Accounts, reference: Path) -> np.ndarray:
    """Persons from the pay in accounts of the economy's year, shape (R, n)."""
    table = pd.read_csv(reference / "china_national_io" / "china_employment_1990_2018.csv", index_col="Code")
    persons = np.array([table.loc[list(EMPLOYMENT[code]), str(economy.year)].sum() * 1e4 for code in CODES])
    ours = aggregate(economy.provinces, economy.concordance.ordered(CODES))
    pay = ours.added[:, ours.added_kinds.index("labour")].sum(axis=0) * 1e4
    relative = np.array([AVERAGE_PAY.get(region, AVERAGE_PAY["CN"]) / AVERAGE_PAY["CN"] for region in accounts.regions])
    wages = accounts.added[:, accounts.added_kinds.index("labour")] * 1e8
    return np.asarray(wages / (pay / persons * relative[:, None]))


def land_rows(economy: Economy | Carried) -> list[Row]:
    """Industrial land per 亿元: the inverse of the layout plan's target, the same everywhere."""
    value = significant(MU_PER_KM2 / TARGET_OUTPUT_PER_KM2)
    note = "由2025年地均产值目标反推，非实测 / from the target for 2025, not measured"
    return [
        _row(region, CODES[k], "land", 2025, value, "亩/亿元", "LAND", note, "illustrative")
        for region in MEMBERS.values()
        for k in INDUSTRY
        if economy.accounts.output[economy.accounts.regions.index(region), k] > 0
    ]


def water_rows(economy: Economy) -> list[Row]:
    """Industrial water per 亿元: published industrial use over industrial output of the same year."""
    accounts = economy.accounts
    note = "全部工业行业用同一平均值 / one average for all industries"
    rows: list[Row] = []
    for region, use in INDUSTRIAL_WATER.items():
        output = accounts.output[accounts.regions.index(region)]
        value = significant(use * 1e8 / output[INDUSTRY].sum())
        rows += [
            _row(region, CODES[k], "water", economy.year, value, "m3/亿元", "WATER", note)
            for k in INDUSTRY
            if output[k] > 0
        ]
    return rows


def water_rows_today(today: Carried) -> list[Row]:
    """Industrial water use of 2012, held, over today's industrial output; and what is assumed for the years ahead."""
    accounts = today.accounts
    held = f"沿用2012年工业用水量，除以{today.year}年推算的工业产出 / the water of 2012 held, over the output of {today.year}"
    saved = f"示例：假设单位产出用水每年下降{WATER_SAVED:.1%} / made up: assumed to fall by {WATER_SAVED:.1%} a year"
    rows: list[Row] = []
    for region, use in INDUSTRIAL_WATER.items():
        output = accounts.output[accounts.regions.index(region)]
        now = use * 1e8 / output[INDUSTRY].sum()
        for year in (today.year, *WATER_AHEAD):
            value = significant(now * (1 - WATER_SAVED) ** (year - today.year), 3)
            mark = ("WATER", held, "estimated") if year == today.year else ("DEMO", saved, "illustrative")
            rows += [_row(region, CODES[k], "water", year, value, "m3/亿元", *mark) for k in INDUSTRY if output[k] > 0]
    return rows


def lab_rows() -> list[Row]:
    """Hours of laboratories per 亿元, the same in every member: made up."""
    note = "示例机时，各地相同 / made up, the same everywhere"
    return [
        _row(region, sector, "lab", 2025, hours, "机时/亿元", "DEMO", note, "illustrative")
        for region in MEMBERS.values()
        for sector, hours in LAB_HOURS.items()
    ]


def _by_region(values: np.ndarray, economy: Economy, tables: Accounts) -> np.ndarray:
    """Add values of shape (provinces, 42) up to our regions and sectors."""
    codes = [MEMBERS.get(name, PARTNER) for name in tables.regions]
    regions = np.array([[code == region for code in codes] for region in economy.accounts.regions], dtype=float)
    G, targets = economy.concordance.matrix(tables.sectors)
    return regions @ values @ G[[targets.index(code) for code in CODES]].T


def _intensities(
    resource: str, unit: str, amount: np.ndarray, output: np.ndarray, year: int, note: str, source: str = "CEADS"
) -> list[Row]:
    """Amount over output (亿元) to two significant digits; nothing where there is no output or no use."""
    regions = [*MEMBERS.values(), PARTNER]
    return [
        _row(regions[r], CODES[j], resource, year, significant(amount[r, j] / output[r, j]), unit, source, note)
        for r, j in np.argwhere((amount > 0) & (output > 0)).tolist()
    ]


def _row(
    region: str,
    sector: str,
    resource: str,
    year: int,
    value: float,
    unit: str,
    source: str,
    note: str,
    quality: str = "estimated",
) -> Row:
    return {
        "region": region,
        "sector": sector,
        "resource": resource,
        "year": year,
        "value": value,
        "unit": unit,
        "source": source,
        "quality": quality,
        "note": note,
    }

"""CO2 of provinces by published sector: the inventory's 47 sectors brought to the 42 of the input-output tables."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]

CONCORDANCE = Path(__file__).with_name("co2_sectors.csv")
"""Inventory sector to published sectors of 2012 and 2017; several are joined by ``;``, none means left out."""

SECTORS = 42
FOLDER = "ceads_provincial_co2"


def sector_shares(year: int, output: FloatArray, concordance: Path = CONCORDANCE) -> tuple[list[str], FloatArray]:
    """Share of each inventory sector that each published sector bears.

    Parameters
    ----------
    year : int
        Year of the sector layout, 2012 or 2017.
    output : (R, 42) array
        Gross output by region and published sector, any money unit: the weights where one inventory sector holds
        several published ones (trade and catering; other services).
    concordance : Path
        CSV with the columns ``ceads`` and ``published_YEAR``.

    Returns
    -------
    names : list of str, length N
        Inventory sectors in the order of the concordance.
    shares : (R, N, 42) array
        Rows add to 1, or to 0 for what is left out (households, totals).

    Raises
    ------
    ValueError
        Where a split has no output to go by.
    """
    table = pd.read_csv(concordance, dtype=str, keep_default_na=False)
    member = np.zeros((len(table), SECTORS))
    for row, published in enumerate(table[f"published_{year}"]):
        for code in filter(None, published.split(";")):
            member[row, int(code.removeprefix("sec")) - 1] = 1.0
    weight = np.where(member.sum(axis=1)[:, None] > 1, member * output[:, None, :], member)
    total = weight.sum(axis=2, keepdims=True)
    empty = (total[..., 0] <= 0) & (member.sum(axis=1) > 0)
    if empty.any():
        region, row = np.argwhere(empty)[0]
        raise ValueError(f"region {region} has no output to split {table['ceads'][row]!r} by")
    return list(table["ceads"]), np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)


def co2_by_sector(
    reference: Path,
    year: int,
    provinces: list[str],
    output: FloatArray,
    layout: int | None = None,
    concordance: Path = CONCORDANCE,
) -> FloatArray:
    """Territorial CO2 of producing sectors, scope 1, process emissions included.

    Parameters
    ----------
    reference : Path
        Folder of the reference tables.
    year : int
        Year of the inventory.
    provinces : list of str, length R
        English names as in the inventory.
    output : (R, 42) array
        Gross output in a published layout, any unit; used only as weights of splits.
    layout : int, optional
        Year of that layout, 2012 or 2017; `year` where not given.
    concordance : Path
        See `sector_shares`.

    Returns
    -------
    (R, 42) array
        Million tonnes of CO2; households are left out.

    Raises
    ------
    ValueError
        Where the inventory lacks a province or holds a sector that the concordance does not know.

    Notes
    -----
    Inventory: Guan et al. (2021), Earth's Future; Shan et al. (2018, 2020), Scientific Data. Its transport item is
    the energy balance's "transport, storage and post"; telecommunication lies in "others" in spite of the label.
    """
    path = reference / FOLDER / "provincial_co2_by_sector_1997_2019.csv.gz"
    inventory = pd.read_csv(path).query("year == @year")
    table = inventory.pivot_table(index="province", columns="sector", values="co2_mt", aggfunc="sum")
    missing = [name for name in provinces if name not in table.index]
    if missing:
        raise ValueError(f"the CO2 inventory of {year} lacks {', '.join(missing)}")
    names, shares = sector_shares(layout or year, output, concordance)
    unknown = sorted(set(table.columns) - set(names))
    if unknown:
        raise ValueError(f"{concordance.name} does not know the inventory sectors {', '.join(unknown)}")
    amounts = table.reindex(columns=names).loc[provinces].fillna(0.0).to_numpy(float)
    return np.einsum("rn,rnj->rj", amounts, shares)

"""Figures that a table states for some years, as paths over the milestones; and the member that a place belongs to."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError
from haihe.planning.program import Floats, Ints
from haihe.region import Region
from haihe.region.units import compatible, factor


def stated_paths(rows: pd.DataFrame, by: Sequence[str], years: Sequence[int]) -> pd.DataFrame:
    """Give each series of a long table in the years asked for.

    Between two years of a series its value moves in a straight line; before the first and after the last it stays.

    Parameters
    ----------
    rows : DataFrame
        Columns ``by``, year, value; of two values of one series in one year the later row counts, a missing one counts
        as not stated.
    by : sequence of str
        Columns that name a series.
    years : sequence of int
        Years asked for, length T.

    Returns
    -------
    DataFrame, shape (series, T)
        Index ``by``, columns the years.
    """
    series = rows.dropna(subset=["value"]).groupby([*by, "year"], sort=True)["value"].last()
    known = series.unstack("year")  # noqa: PD010  (a series has no pivot_table)
    columns = sorted({int(year) for year in known.columns} | {int(year) for year in years})
    full = known.reindex(columns=columns).to_numpy(dtype=np.float64)
    before, after = _neighbours(~np.isnan(full))
    low, high = (np.take_along_axis(full, at, axis=1) for at in (before, after))
    when = np.array(columns, dtype=np.float64)
    span = when[after] - when[before]
    way = np.divide(when - when[before], span, out=np.zeros_like(span), where=span > 0)
    paths = low + (high - low) * np.clip(way, 0.0, 1.0)
    asked = [int(year) for year in years]
    return pd.DataFrame(paths[:, [columns.index(year) for year in asked]], known.index, asked)


def _neighbours(stated: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Give the places of the last stated figure up to each, and of the first from it on; the nearer end beyond the ends.

    Parameters
    ----------
    stated : ndarray of bool, shape (series, years)
        Every series states at least one figure.

    Returns
    -------
    before, after : ndarray of int, shape (series, years)
    """
    count = stated.shape[1]
    at = np.broadcast_to(np.arange(count), stated.shape)
    before = np.maximum.accumulate(np.where(stated, at, -1), axis=1)
    after = np.minimum.accumulate(np.where(stated, at, count)[:, ::-1], axis=1)[:, ::-1]
    return np.where(before < 0, after, before), np.where(after == count, before, after)


def laid_out(paths: pd.DataFrame, *labels: Sequence[object], empty: float = 0.0) -> Floats:
    """Lay paths out as an array over labels and years; ``empty`` where no series is stated.

    Parameters
    ----------
    paths : DataFrame, shape (series, T)
        As `stated_paths` gives, with one index level for each of ``labels``.
    *labels : sequence
        Labels of each axis.
    empty : float
        Value of what is not stated.

    Returns
    -------
    ndarray, shape (len(labels[0]), ..., T)
    """
    index = pd.MultiIndex.from_product(labels)
    at = index if len(labels) > 1 else index.get_level_values(0)
    full = paths.reindex(at).to_numpy(dtype=np.float64)
    shape = (*(len(label) for label in labels), paths.shape[1])
    return np.where(np.isnan(full), empty, full).reshape(shape)


def stated_intensity(
    rows: pd.DataFrame, unit: str, regions: Sequence[str], sectors: Sequence[str], years: Sequence[int]
) -> Floats:
    """Use of a resource per bn yuan of output, as a path over the years stated; shape (R, n, T).

    Parameters
    ----------
    rows : DataFrame
        Rows of ``uses`` of one resource; the index counts records from 0.
    unit : str
        Unit of the resource in which to count.
    regions, sectors : sequence of str
        Labels of the answer; 0 where nothing is stated.
    years : sequence of int
        Years asked for.

    Raises
    ------
    HaiheError
        As `factors_to`.
    """
    values = rows["value"] * factors_to(rows, "uses", f"{unit}/bn yuan")
    return laid_out(stated_paths(rows.assign(value=values), ["region", "sector"], years), regions, sectors)


def factors_to(rows: pd.DataFrame, table: str, wanted: str) -> Floats:
    """Give each row's factor into a unit, refusing a unit that measures something else; shape (rows,).

    Raises
    ------
    HaiheError
        ``E-PLN-31`` naming table, row (its index counts records from 0), column and the unit wanted.
    """
    known: dict[str, float] = {}
    for unit in rows["unit"].unique():
        if not compatible(unit, wanted):
            row = int(rows.index[rows["unit"] == unit][0]) + 2
            raise HaiheError("E-PLN-31", table=table, row=row, column="unit", value=unit, wanted=wanted)
        known[unit] = factor(unit, wanted)
    return np.array([known[unit] for unit in rows["unit"]], dtype=np.float64)


def refuse_negative(rows: pd.DataFrame, table: str, *columns: str) -> None:
    """Refuse negative amounts (``E-PLN-30``), naming table, row and column."""
    for column in columns:
        wrong = rows.index[rows[column].lt(0).fillna(False)]
        if len(wrong):
            value = f"{rows.loc[wrong[0], column]:g}"
            raise HaiheError("E-PLN-30", table=table, row=int(wrong[0]) + 2, column=column, what=column, value=value)


def members_above(region: Region, members: Sequence[str]) -> dict[str, str]:
    """Give, for every region that is a member or lies in one, that member."""
    table = region["regions"]
    above = {code: parent for code, parent in zip(table["region"], table["parent"], strict=True) if pd.notna(parent)}
    found: dict[str, str] = {}
    for code in table["region"]:
        at, seen = code, set()
        while at not in members and at in above and at not in seen:
            seen.add(at)
            at = above[at]
        if at in members:
            found[code] = at
    return found


def nearest_stated(rows: pd.DataFrame, region: Region, members: Sequence[str]) -> pd.DataFrame:
    """Keep the rows that count for a member: its own, or those of its parts where it states none itself.

    Of two parts of which one lies in the other, the upper one counts.

    Parameters
    ----------
    rows : DataFrame
        Columns region and resource.
    region : Region
        Its tree of regions.
    members : sequence of str
        Members.

    Returns
    -------
    DataFrame
        The rows kept, with a column ``member``.
    """
    table = region["regions"]
    above = dict(zip(table["region"], table["parent"], strict=True))
    member = members_above(region, members)
    said = set(zip(rows["region"], rows["resource"], strict=True))
    hidden = set()
    for code, resource in said:
        at, seen = code, {code}
        while at not in members and pd.notna(above.get(at)) and above[at] not in seen:
            at = above[at]
            seen.add(at)
            if (at, resource) in said:
                hidden.add((code, resource))
    pairs = pd.Series(list(zip(rows["region"], rows["resource"], strict=True)), index=rows.index, dtype=object)
    kept = rows.assign(member=rows["region"].map(member))
    return kept[kept["member"].notna() & ~pairs.isin(hidden)]

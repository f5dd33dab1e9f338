"""How relaxed limits are shown: amounts rounded up in their unit, years of one limit together, names in words."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from haihe.messages import Text
from haihe.planning.program import Floats
from haihe.region.units import factor, said

SHOWN_IN = {"bn yuan": "亿元", "t CO2": "万t CO2", "tce": "万tce", "m3": "万m3", "persons": "万人", "TEU": "万TEU"}
"""Units in which people say large amounts."""
TOGETHER = {"*": Text("成员合计", "members together")}
MOST = 20
"""Most names in a list."""
DIGITS = 4
SCALED = re.compile(r"^(.*) / ([\d.]+(?:e[+-]?\d+)?)$")


def in_unit(unit: str) -> tuple[str, float]:
    """Unit of a row and how much of it one unit of the row is: scaled rows say so at the end of their unit.

    Examples
    --------
    >>> in_unit("t CO2/year / 1e+06")
    ('t CO2/year', 1000000.0)
    >>> in_unit("bn yuan/year")
    ('bn yuan/year', 1.0)
    """
    found = SCALED.match(unit)
    return (found[1], float(found[2])) if found else (unit, 1.0)


def digits_up(values: ArrayLike, digits: int = DIGITS) -> Floats:
    """Round positive numbers up to so many digits, so that what is shown is never too little.

    Examples
    --------
    >>> digits_up([123.41, 0.000120001])
    array([1.235e+02, 1.201e-04])
    """
    numbers = np.asarray(values, dtype=np.float64)
    positive = numbers > 0
    power = np.floor(np.log10(numbers, where=positive, out=np.zeros_like(numbers))) - (digits - 1)
    step = 10.0**power
    return np.where(positive, np.ceil(numbers / step * (1 + 1e-7)) * step, 0.0)


def grouped(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of one limit together until at most 20 names are left.

    First the years of one limit in one place; where that is still too many, all places of a limit; where even that
    is too many, the smallest limits together under no name.

    Parameters
    ----------
    rows : DataFrame
        As `haihe.planning.relax.Relaxation.rows`.

    Returns
    -------
    DataFrame
        row, title, side, place (joined by commas), first, last (year), amount (largest of the rows, in unit), unit,
        share (largest), rows (how many), total (sum of the shares); largest total first.
    """
    by_place = _summed(rows, ["row", "side", "place"])
    if len(by_place) <= MOST:
        return by_place
    by_limit = _summed(rows, ["row", "side"])
    if len(by_limit) <= MOST:
        return by_limit
    kept, rest = by_limit.iloc[: MOST - 1], by_limit.iloc[MOST - 1 :]
    together = {
        "row": "",
        "side": "",
        "title": Text(f"其余 {len(rest)} 项限制", f"{len(rest)} further limits"),
        "place": "",
        "first": rest["first"].min(),
        "last": rest["last"].max(),
        "amount": np.nan,
        "unit": "",
        "share": rest["share"].max(),
        "rows": rest["rows"].sum(),
        "total": rest["total"].sum(),
    }
    return pd.concat([kept, pd.DataFrame([together])], ignore_index=True)


def _summed(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    groups = rows.groupby(keys, sort=False)
    named = {"place": "places"} if "place" not in keys else {}
    table = groups.agg(
        title=("title", "first"),
        places=("place", lambda names: ", ".join(dict.fromkeys(name for name in names if name))),
        first=("year", "min"),
        last=("year", "max"),
        amount=("amount", "max"),
        unit=("unit", "first"),
        share=("share", "max"),
        rows=("share", "size"),
        total=("share", "sum"),
    ).reset_index()
    table = table.drop(columns="places") if not named else table.rename(columns={"places": "place"})
    columns = ["row", "side", "title", "place", "first", "last", "amount", "unit", "share", "rows", "total"]
    return table[columns].sort_values("total", ascending=False, kind="stable", ignore_index=True)


def item_values(item: Any, names: Mapping[str, Text]) -> Mapping[str, object]:
    """Placeholders of a message about one item of a list (a record of `grouped`)."""
    years = "" if pd.isna(item.first) else str(item.first) if item.first == item.last else f"{item.first}–{item.last}"
    known = {**TOGETHER, **names}
    labels = [known.get(label, Text(label, label)) for label in str(item.place).replace(",", " ").split()]
    place = Text("".join(f" {label.zh}" for label in labels), "".join(f" {label.en}," for label in labels).rstrip(","))
    if pd.isna(item.amount):
        amount = Text("若干", "by different amounts")
    else:
        size = in_words(float(item.amount), str(item.unit))
        amount = Text(f"至多 {size.zh}", f"by up to {size.en}") if item.rows > 1 else Text(size.zh, f"by {size.en}")
    raised = item.side == "upper"
    return {
        "value": item.row,
        "title": item.title,
        "place": place,
        "years": f" {years}" if years else "",
        "way": Text("上限提高", "raised") if raised else Text("下限降低", "lowered"),
        "amount": amount,
        "share": percent(item.share),
    }


def in_words(amount: float, unit: str) -> Text:
    """Write an amount in the unit in which people say it, without powers of ten.

    Examples
    --------
    >>> in_words(131_200_000.0, "t CO2/year").zh, in_words(0.25, "bn yuan/year").zh
    ('13,120 万吨CO2/年', '2.5 亿元/年')
    """
    head, slash, tail = unit.partition("/")
    large = SHOWN_IN.get(head, head)
    if large != head and (head == "bn yuan" or amount >= 1e4):
        amount, unit = amount * factor(head, large), f"{large}{slash}{tail}"
    digits = max(0, DIGITS - 1 - int(np.floor(np.log10(amount)))) if amount > 0 else 0
    number, shown = f"{amount:,.{digits}f}", said(unit)
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return Text(f"{number} {shown.zh}", f"{number} {shown.en}")


def percent(share: float) -> str:
    """Write a share as a percentage with two digits that count, and no powers of ten.

    Examples
    --------
    >>> percent(1.4), percent(0.24), percent(0.0312), percent(0.00049)
    ('140 %', '24 %', '3.1 %', '0.05 %')
    """
    value = 100 * share
    return f"{value:.0f} %" if value >= 10 else f"{value:.1f} %" if value >= 1 else f"{value:.2f} %"

"""Units and conversions: exact factors, quotients parsed from their parts, nothing guessed.

A unit is a word of the list below or words joined by ``·`` (product) and ``/`` (quotient; what follows each
``/`` divides). Quantities that only a convention links are different dimensions and are never converted into
each other: coal equivalent and electricity, CO2 and other mass, yuan and dollars, hours and calendar years.
"""

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import HaiheError, Text

Numbers = TypeVar("Numbers", float, npt.NDArray[np.float64], "pd.Series[float]")

_WAN, _YI, _MU, _TCE = 10**4, 10**8, Fraction(10000, 15), Fraction("29.3076")

_WORDS: dict[str, dict[str, Fraction | float]] = {
    "": {"share": 1, "1": 1, "%": 0.01, "‰": 0.001, "elasticity": 1, "ratio": 1},
    "reference": {"share of reference": 1, "% of reference": 0.01},
    "money": {
        "yuan": 1, "元": 1, "CNY": 1, "千元": 1e3, "万元": _WAN, "百万元": 1e6, "million yuan": 1e6,
        "千万元": 1e7, "亿元": _YI, "billion yuan": 1e9, "bn yuan": 1e9, "万亿元": 1e12,
    },
    "dollar": {"USD": 1, "美元": 1, "万美元": _WAN, "万USD": _WAN, "million USD": 1e6, "亿美元": _YI, "亿USD": _YI},
    "mass": {"kg": 1e-3, "t": 1, "吨": 1, "kt": 1e3, "万t": _WAN, "万吨": _WAN, "Mt": 1e6, "亿t": _YI, "亿吨": _YI},
    "co2": {
        "kg CO2": 1e-3, "t CO2": 1, "吨CO2": 1, "kt CO2": 1e3, "万t CO2": _WAN, "万吨CO2": _WAN, "Mt CO2": 1e6,
        "亿t CO2": _YI, "Gt CO2": 1e9,
    },
    "heat": {
        "kgce": _TCE / 1000, "tce": _TCE, "吨标准煤": _TCE, "万tce": _TCE * _WAN,
        "万吨标准煤": _TCE * _WAN, "Mtce": _TCE * 10**6, "亿tce": _TCE * _YI,
        "GJ": 1, "TJ": 1e3, "PJ": 1e6,
    },
    "electricity": {
        "kWh": 1, "MWh": 1e3, "万kWh": _WAN, "万千瓦时": _WAN, "GWh": 1e6, "亿kWh": _YI, "亿千瓦时": _YI, "TWh": 1e9,
    },
    "power": {"kW": 1, "MW": 1e3, "万kW": _WAN, "万千瓦": _WAN, "GW": 1e6},
    "length": {"m": 1, "km": 1e3, "公里": 1e3, "万km": 1e7},
    "area": {
        "m2": 1, "平方米": 1, "万m2": _WAN, "亩": _MU, "万亩": _MU * _WAN, "ha": 1e4, "公顷": 1e4,
        "万ha": 1e8, "km2": 1e6, "平方公里": 1e6,
    },
    "volume": {"m3": 1, "立方米": 1, "万m3": _WAN, "万立方米": _WAN, "亿m3": _YI, "亿立方米": _YI},
    "box": {"TEU": 1, "标准箱": 1, "万TEU": _WAN, "万标准箱": _WAN},
    "person": {"persons": 1, "person": 1, "人": 1, "万人": _WAN, "万persons": _WAN},
    "hour": {"hours": 1, "hour": 1, "h": 1, "小时": 1, "万hours": _WAN, "万小时": _WAN},
    "day": {"days": 1, "day": 1, "天": 1},
    "machine hour": {"machine hours": 1, "机时": 1, "万机时": _WAN},
    "year": {"year": 1, "years": 1, "年": 1, "month": Fraction(1, 12), "月": Fraction(1, 12)},
    "item": {
        "item": 1, "items": 1, "个": 1, "项": 1, "件": 1, "台": 1, "辆": 1, "万件": _WAN, "万台": _WAN, "万辆": _WAN,
    },
    "computing": {"PFLOPS": 1, "EFLOPS": 1e3},
    "degree": {"degree": 1, "度": 1},
    "tile": {"tile": 1},
}  # fmt: skip

_DIMENSION = {word: dimension for dimension, words in _WORDS.items() for word in words}
_FACTOR = {word: Fraction(str(factor)) for words in _WORDS.values() for word, factor in words.items()}

UNITS: tuple[str, ...] = tuple(_DIMENSION)
"""Every unit word known; products and quotients of them are units too."""

SUGGESTED: tuple[str, ...] = (
    "万元", "亿元", "share", "%", "share of reference", "tce", "万tce", "t CO2", "万t CO2", "Mt CO2", "t", "万t",
    "亩", "ha", "km2", "m3", "万m3", "亿m3", "GWh", "亿kWh", "TEU", "万TEU", "persons", "万人", "hours", "机时",
    "items", "t CO2/亿元", "tce/亿元", "亩/亿元", "m3/亿元", "persons/亿元", "TEU/亿元", "t/亿元", "GWh/亿元",
)  # fmt: skip
"""Units offered first in drop-down lists."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A parsed unit: how many base units it is, and the powers of its dimensions."""

    factor: Fraction
    powers: tuple[tuple[str, int], ...]


@lru_cache(maxsize=4096)
def parse(unit: str) -> Unit:
    """Parse a unit such as ``亿元``, ``t CO2/亿元`` or ``万t·km/year``.

    Raises
    ------
    HaiheError
        ``E-UNIT-01`` where a word of it is unknown.
    """
    factor, powers = Fraction(1), dict[str, int]()
    top, *below = unit.split("/")
    for part, sign in ((top, 1), *((p, -1) for p in below)):
        for word in part.split("·"):
            name = word.strip()
            if name not in _FACTOR:
                raise HaiheError("E-UNIT-01", value=unit, part=name or "∅", near=nearest(name))
            factor *= _FACTOR[name] ** sign
            if dimension := _DIMENSION[name]:
                powers[dimension] = powers.get(dimension, 0) + sign
    return Unit(factor, tuple(sorted((d, p) for d, p in powers.items() if p)))


_ENGLISH = {
    "元": "yuan", "美元": "USD", "吨": "t", "吨CO2": "t CO2", "吨标准煤": "tce", "千瓦时": "kWh", "千瓦": "kW", "公里": "km",
    "平方米": "m2", "平方公里": "km2", "亩": "mu", "公顷": "ha", "立方米": "m3", "标准箱": "TEU", "人": "persons",
    "小时": "hours", "机时": "machine hours", "天": "days", "年": "year", "月": "month", "个": "items", "项": "items",
    "件": "items", "台": "units", "辆": "vehicles",
    "家": "firms", "户": "households", "人次": "visits", "个百分点": "percentage points",
}  # fmt: skip
"""English of the Chinese words for units; the last row counts only what people type. Not 度, which is a degree or a kWh."""
_THOUSANDS = {"万亿": "trillion", "千万": "10 m", "百万": "million", "亿": "100 m", "万": "10,000", "千": "1,000"}
_WORD = re.compile(r"[^/·\s]+")
_COUNTED = re.compile(rf"({'|'.join(_THOUSANDS)})(.+)", re.ASCII)
_CHINESE = {
    "t CO2": "吨CO2",
    "tce": "吨标准煤",
    "bn yuan": "十亿元",
    "yuan": "元",
    "persons": "人",
    "share of reference": "占基准路径的比例",
    "share": "占比",
    "days": "天",
    "year": "年",
}


def said(unit: str) -> Text:
    """Write a unit in both languages, e.g. ``万吨CO2`` and ``10,000 t CO2``."""
    zh = unit
    for word, meaning in _CHINESE.items():
        zh = zh.replace(word, meaning)
    return Text(zh, typed(unit).en)


def typed(unit: str) -> Text:
    """Say a unit that somebody typed: in Chinese as it is, in English by its English words where all are known.

    Examples
    --------
    >>> [typed(unit).en for unit in ("亿元", "万吨/年", "万m3", "套")]
    ['100 m yuan', '10,000 t/year', '10,000 m3', '套']
    """
    en = _WORD.sub(lambda part: _english(part[0]), unit.strip())
    return Text(unit, en if en.isascii() else unit)


def _english(word: str) -> str:
    """Give a word of a unit in English; as it is where it has none."""
    if word.isascii() or word in _ENGLISH:
        return _ENGLISH.get(word, word)
    found = _COUNTED.fullmatch(word)
    if found is None:
        return word
    base = _ENGLISH.get(found[2], found[2])
    return f"{_THOUSANDS[found[1]]} {base}" if base.isascii() else word


def known(unit: str) -> bool:
    """Tell whether a unit can be parsed."""
    try:
        parse(unit)
    except HaiheError:
        return False
    return True


def nearest(word: str) -> str:
    """Give the known unit most like a word, for the mend of a message."""
    close = difflib.get_close_matches(word, UNITS, 1, 0.5)
    return close[0] if close else "万元, 亿元, tce, t CO2, 亩, ha, km2, persons, GWh"


def compatible(from_: str, to_: str) -> bool:
    """Tell whether one unit can be converted into the other; `HaiheError` for an unknown one."""
    return parse(from_).powers == parse(to_).powers


def factor(from_: str, to_: str) -> float:
    """Give the number by which a value in ``from_`` is multiplied to be in ``to_``.

    Raises
    ------
    HaiheError
        ``E-UNIT-01`` for an unknown unit, ``E-UNIT-02`` where the two measure different things.

    Examples
    --------
    >>> factor("亿元", "万元")
    10000.0
    """
    here, there = parse(from_), parse(to_)
    if here.powers != there.powers:
        raise HaiheError("E-UNIT-02", value=from_, wanted=to_)
    return float(here.factor / there.factor)


def convert(value: Numbers, from_: str, to_: str) -> Numbers:
    """Convert a number, array or series from one unit into another.

    Parameters
    ----------
    value : float, ndarray or Series
        Any shape; missing stays missing.
    from_, to_ : str
        Units, see `parse`.

    Returns
    -------
    float, ndarray or Series
        Same shape as ``value``.

    Raises
    ------
    HaiheError
        As `factor`.

    Examples
    --------
    >>> convert(3.0, "亿元", "万元")
    30000.0
    >>> convert(15.0, "亩", "ha")
    1.0
    """
    return value * factor(from_, to_)


def factors(units: "pd.Series[str]", to_: str) -> "pd.Series[float]":
    """Give, for a column of units, the factor of each row into one unit (NaN where a unit is missing).

    Raises
    ------
    HaiheError
        As `factor`.
    """
    table = {unit: factor(unit, to_) for unit in units.dropna().unique()}
    return units.map(table).astype("float64")

"""Units: exact factors, quotients, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.region import TABLES
from haihe.region.units import SUGGESTED, UNITS, compatible, convert, factor, factors, parse, said, typed

KNOWN = [
    ("亿元", "万元", 1e4),
    ("万亿元", "亿元", 1e4),
    ("billion yuan", "亿元", 10.0),
    ("亩", "m2", 10000 / 15),
    ("亩", "ha", 1 / 15),
    ("km2", "亩", 1500.0),
    ("万t CO2", "Mt CO2", 0.01),
    ("万tce", "tce", 1e4),
    ("kgce", "GJ", 0.0293076),
    ("亿kWh", "GWh", 100.0),
    ("万TEU", "TEU", 1e4),
    ("万人", "persons", 1e4),
    ("亿m3", "万m3", 1e4),
    ("%", "share", 0.01),
    ("% of reference", "share of reference", 0.01),
    ("t CO2/亿元", "kg CO2/万元", 0.1),
    ("亩/亿元", "m2/万元", 10000 / 15 / 1e4),
    ("t·km", "万t·km", 1e-4),
    ("t/year/亿元", "t/year/万元", 1e-4),
]


@pytest.mark.parametrize(("from_", "to_", "expected"), KNOWN)
def test_known_factors_are_exact(from_: str, to_: str, expected: float) -> None:
    assert factor(from_, to_) == expected
    assert factor(to_, from_) == pytest.approx(1 / expected, rel=1e-15)


def test_arrays_and_series_keep_shape_and_missing() -> None:
    array = convert(np.array([[1.0, np.nan], [2.0, 0.0]]), "亿元", "万元")
    np.testing.assert_array_equal(array, [[1e4, np.nan], [2e4, 0.0]])
    series = convert(pd.Series([1.5, None], index=["a", "b"]), "km2", "ha")
    assert series["a"] == 150.0
    assert np.isnan(series["b"])
    mixed = factors(pd.Series(["亿元", None, "万元"], dtype="str"), "万元")
    np.testing.assert_array_equal(mixed, [1e4, np.nan, 1.0])


@pytest.mark.parametrize(
    "pair", [("tce", "GWh"), ("t", "t CO2"), ("USD", "yuan"), ("亩", "亩/亿元"), ("hours", "year")]
)
def test_what_only_a_convention_links_is_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(HaiheError) as error:
        convert(1.0, *pair)
    assert error.value.code == "E-UNIT-02"


@pytest.mark.parametrize("unit", ["万圆", "", "T", "亿元/", "tce per 亿元", "/亿元"])
def test_unknown_units_are_refused(unit: str) -> None:
    with pytest.raises(HaiheError) as error:
        parse(unit)
    assert error.value.code == "E-UNIT-01"


def test_declared_and_suggested_units_are_known() -> None:
    for spec in TABLES.values():
        for column in spec.columns:
            if column.unit == "@unit":
                assert "unit" in spec.names, (spec.name, column.name)
            elif column.unit:
                parse(column.unit)
    for unit in SUGGESTED:
        parse(unit)


@given(st.sampled_from(UNITS), st.sampled_from(UNITS), st.floats(1e-9, 1e12))
def test_there_and_back(one: str, other: str, value: float) -> None:
    if compatible(one, other):
        assert convert(convert(value, one, other), other, one) == pytest.approx(value, rel=1e-14)
    else:
        with pytest.raises(HaiheError):
            factor(one, other)


@pytest.mark.parametrize(
    ("unit", "english"),
    [
        ("亿元", "100 m yuan"),
        ("万亿元", "trillion yuan"),
        ("百万元", "million yuan"),
        ("万美元", "10,000 USD"),
        ("亩", "mu"),
        ("万亩", "10,000 mu"),
        ("万吨", "10,000 t"),
        ("万吨标准煤", "10,000 tce"),
        ("吨CO2/亿元", "t CO2/100 m yuan"),
        ("亿千瓦时", "100 m kWh"),
        ("千瓦", "kW"),
        ("亿m3", "100 m m3"),
        ("万标准箱", "10,000 TEU"),
        ("人", "persons"),
        (" 万吨 / 年 ", "10,000 t / year"),
        ("家", "firms"),
        ("个百分点", "percentage points"),
        ("%", "%"),
        ("kWh", "kWh"),
        ("", ""),
        ("套", "套"),
        ("万度", "万度"),
        ("万达", "万达"),
        ("亿元（2020年价）", "亿元（2020年价）"),
    ],
)
def test_a_typed_unit_has_its_english_name_where_it_is_known(unit: str, english: str) -> None:
    assert typed(unit).en == english
    assert typed(unit).zh == unit


def test_every_known_unit_can_be_said_in_english() -> None:
    assert [unit for unit in UNITS if not typed(unit).en.isascii()] == ["‰", "度"]  # of power 度 is a kWh
    assert [said(unit).en for unit in UNITS] == [typed(unit).en for unit in UNITS]

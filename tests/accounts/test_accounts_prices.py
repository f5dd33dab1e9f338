"""Constant prices: identities stay, value added is deflated twice, what does not fit is told."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.accounts import real_growth, to_constant_prices
from haihe.messages import HaiheError

make = runpy.run_path(str(Path(__file__).with_name("conftest.py")))["make"]


@settings(max_examples=25)
@given(seed=st.integers(0, 10**4), common=st.booleans())
def test_identities_hold_at_constant_prices(seed, common):
    old = make(seed)
    rng = np.random.default_rng(seed)
    index = rng.uniform(0.7, 1.5, 4 if common else (3, 4))
    result = to_constant_prices(old, index, 2012)
    assert [c.name for c in result.accounts.diagnose(1e-9) if c.status == "FAIL"] == []
    gap = result.report["row_gap"].abs().max()
    assert (gap < 1e-9) if common else (gap > 0)
    np.testing.assert_allclose(result.accounts.output, old.output / index)


def test_value_added_is_deflated_twice():
    old = make(0)
    index = np.array([2.0, 1.0, 1.0, 1.0])
    real = to_constant_prices(old, index, 2012)
    want = old.output / index - (old.Z / index[:, None]).sum(axis=1)
    np.testing.assert_allclose(real.accounts.value_added, want)
    np.testing.assert_allclose(real.report["value_added_real"], want.ravel())
    shares = old.added / old.value_added[:, None, :]
    np.testing.assert_allclose(real.accounts.added, shares * want[:, None, :])


def test_one_index_for_all_is_a_change_of_unit():
    old = make(0)
    regions = to_constant_prices(old, np.full(4, 1.25), 2012).regions()
    np.testing.assert_allclose(regions["gdp_deflator"], 1.25)
    np.testing.assert_allclose(regions["row_gap_share"], 0.0, atol=1e-12)


def test_imports_at_their_own_prices_leave_a_gap_that_is_told():
    old = make(0)
    result = to_constant_prices(old, np.ones(4), 2012, import_index=np.full(4, 2.0))
    np.testing.assert_allclose(result.report["row_gap"], -old.imports.ravel() / 2.0)
    np.testing.assert_allclose(result.accounts.row_balance, 0.0, atol=1e-9)


def test_a_flow_is_at_the_price_of_its_origin():
    old = make(0)
    index = np.array([[2.0], [1.0], [1.0]]) * np.ones(4)
    flows = to_constant_prices(old, index, 2012).accounts.flows
    np.testing.assert_allclose(flows[0], old.flows[0] / 2.0)
    np.testing.assert_allclose(flows[1:], old.flows[1:])


def test_the_mark_says_nominal_or_constant():
    old = make(0)
    assert "nominal" in old.price_basis.en
    assert "名义" in old.price_basis.zh
    real = to_constant_prices(old, np.ones(4), 2012).accounts
    assert real.price_basis.en == "constant prices of 2012"
    assert real.to_unit("亿元").select(["R1"]).price_year == 2012
    with pytest.raises(HaiheError) as caught:
        to_constant_prices(real, np.ones(4), 2010)
    assert caught.value.findings[0].code == "E-ACC-66"


@pytest.mark.parametrize("bad", [np.nan, 0.0, -1.0])
def test_a_missing_index_is_named(bad):
    with pytest.raises(HaiheError) as caught:
        to_constant_prices(make(0), np.array([1.0, bad, 1.0, 1.0]), 2012)
    finding = caught.value.findings[0]
    assert finding.code == "E-ACC-65"
    assert (finding.values["region"], finding.values["value"]) == ("R0", "S1")


def test_real_growth_compares_like_with_like():
    then = replace(make(0), year=2012)
    nominal = replace(make(0), year=2017).to_unit("亿元")
    with pytest.raises(HaiheError):
        real_growth(then, nominal)
    now = to_constant_prices(nominal, np.full(4, 1.1), 2012).accounts
    growth = real_growth(then, now)
    np.testing.assert_allclose(growth["growth"], 1 / 1.1 - 1)
    np.testing.assert_allclose(growth["growth_a_year"], 1.1 ** (-1 / 5) - 1)

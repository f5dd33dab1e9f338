"""Regional tables from a national one: quotients, identities, known totals, and the measured default."""

import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haihe.accounts import (
    METHODS,
    Accounts,
    RegionalTotals,
    aflq,
    charm,
    charm_of_potential,
    cilq,
    flq,
    heterogeneity,
    heterogeneity_of_potential,
    location_quotients,
    read_national,
    read_provinces,
    regionalise,
    slq,
)
from haihe.accounts.regionalise import DEFAULT_DELTA
from haihe.messages import HaiheError, Text

ROOT = Path(__file__).resolve().parents[2]
seeds = st.integers(0, 10**6)
deltas = st.floats(0.0, 0.9)
MARGIN = 0.05
"""How far the default may be from the best method of one data set, relative to its error."""


def outputs(seed: int, n: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Output of a region and of a nation that contains it; the region lacks some sectors."""
    rng = np.random.default_rng(seed)
    national = rng.uniform(50.0, 500.0, n)
    regional = national * rng.uniform(0.0, 0.6, n) * (rng.random(n) < 0.85)
    return regional, national


@pytest.fixture
def nation(economy) -> Accounts:
    """A nation with foreign trade and an unexplained rest, large enough a market for its imports."""
    return country(economy)


def country(economy, seed: int = 3) -> Accounts:
    a = economy(seed=seed, R=1, n=5, with_flows=False)
    rest = 0.01 * a.output
    final = a.final - rest[:, :, None] * np.array([0.2, 0.4, 0.15, 0.3, -0.05])
    return replace(a, final=final, residual=rest)


def exact(a: Accounts) -> None:
    size = a.output.sum()
    assert np.abs(a.row_balance).sum() <= 1e-12 * size
    assert np.abs(a.column_balance).sum() <= 1e-12 * size
    for name in ("exports", "imports", "outflow", "inflow"):
        assert (getattr(a, name) >= -1e-12 * size).all(), name


# Quotients


@given(seed=seeds, delta=deltas, scale=st.floats(1e-6, 1e9))
def test_quotients_do_not_depend_on_units_or_on_the_order_of_sectors(seed, delta, scale):
    x, X = outputs(seed)
    order = np.random.default_rng(seed + 1).permutation(len(X))
    for make in (slq, cilq, lambda a, b: flq(a, b, delta), lambda a, b: aflq(a, b, delta)):
        plain = make(x, X)
        np.testing.assert_allclose(make(x * scale, X * scale), plain, rtol=1e-9)
        turned = plain[order] if plain.ndim == 1 else plain[np.ix_(order, order)]
        np.testing.assert_allclose(make(x[order], X[order]), turned, rtol=1e-9)


@given(seed=seeds, delta=deltas)
def test_flegg_is_cross_industry_without_delta_and_the_augmented_one_is_never_below(seed, delta):
    x, X = outputs(seed)
    np.testing.assert_allclose(flq(x, X, 0.0), cilq(x, X))
    assert (aflq(x, X, delta) >= flq(x, X, delta) * (1 - 1e-12)).all()
    assert (flq(x, X, delta) <= cilq(x, X) * (1 + 1e-12)).all()


def test_quotients_by_hand():
    x, X = np.array([10.0, 30.0, 0.0]), np.array([100.0, 100.0, 200.0])
    np.testing.assert_allclose(slq(x, X), [1.0, 3.0, 0.0])
    np.testing.assert_allclose(cilq(x, X), [[1.0, 1 / 3, 0.0], [3.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
    size = np.log2(1.1) ** 0.3
    np.testing.assert_allclose(flq(x, X, 0.3), size * cilq(x, X))
    np.testing.assert_allclose(aflq(x, X, 0.3)[:, 1], size * cilq(x, X)[:, 1] * 2.0)  # log2(1 + 3) = 2
    np.testing.assert_allclose(aflq(x, X, 0.3)[:, 0], size * cilq(x, X)[:, 0])


def test_many_regions_at_once_are_each_region():
    pairs = [outputs(seed)[0] for seed in range(3)]
    X = np.full(6, 600.0)
    for make in (slq, cilq, lambda a, b: aflq(a, b, 0.2)):
        np.testing.assert_allclose(make(np.stack(pairs), X), np.stack([make(x, X) for x in pairs]))


@given(seed=seeds, h=st.floats(0.0, 1.0))
def test_cross_hauling_lies_between_nothing_and_the_commodity_balance(seed, h):
    supply, demand = outputs(seed)
    balance = np.minimum(supply, demand)
    np.testing.assert_allclose(charm(supply, demand, 0.0), balance)
    np.testing.assert_allclose(charm_of_potential(supply, demand, 0.0), balance)
    for made in (charm, charm_of_potential):
        assert (made(supply, demand, h) >= 0).all()
        assert (made(supply, demand, h) <= balance).all()
    assert (charm(supply, demand, h) <= charm_of_potential(supply, demand, h) * (1 + 1e-9)).all()


def test_cross_hauling_gives_back_the_trade_it_was_measured_on():
    output, uses = np.array([100.0, 80.0]), np.array([90.0, 120.0])
    sold, bought = np.array([30.0, 10.0]), np.array([20.0, 50.0])
    for measure, made in ((heterogeneity, charm), (heterogeneity_of_potential, charm_of_potential)):
        local = made(output, uses, measure(output, uses, sold, bought))
        np.testing.assert_allclose(output - local, sold)
        np.testing.assert_allclose(uses - local, bought)


# The table


@pytest.mark.parametrize("method", METHODS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)  # It is only a maker.
@given(seed=seeds, h=st.floats(0.0, 1.0), delta=deltas)
def test_the_table_keeps_every_identity(economy, method, seed, h, delta):
    parent = country(economy, seed % 50)
    x = parent.output[0] * np.random.default_rng(seed).uniform(0.0, 1.0, 5)
    x[seed % 5] = 0.0
    made = regionalise(parent, x, method=method, delta=delta, heterogeneity=h)
    a = made.accounts
    exact(a)
    np.testing.assert_array_equal(a.output[0], x)
    assert (a.Z[0][:, seed % 5] == 0).all()
    assert (a.added[0][:, seed % 5] == 0).all()
    assert (made.local <= a.Z[0] + 1e-9).all()
    local = made.local.sum(axis=1) + made.local_final.sum(axis=1)
    assert (local <= x - a.residual[0] - a.exports[0] + 1e-9).all()


@pytest.mark.parametrize("method", METHODS)
def test_regions_add_up_to_their_parent(nation, method):
    share = np.random.default_rng(5).dirichlet(np.ones(4), size=5).T
    parts = [regionalise(nation, nation.output[0] * s, method=method) for s in share]
    for name in ("output", "Z", "final", "added", "exports", "imports", "residual"):
        total = sum(getattr(part.accounts, name) for part in parts)
        np.testing.assert_allclose(total, getattr(nation, name), rtol=1e-9, err_msg=name)
    whole = regionalise(nation, nation.output[0], method="SLQ").local
    assert (sum(part.local for part in parts) <= whole * (1 + 1e-9)).all()
    np.testing.assert_allclose(
        sum(part.accounts.outflow for part in parts), sum(part.accounts.inflow for part in parts), rtol=1e-9
    )


@pytest.mark.parametrize("method", ["national", "SLQ", "CILQ", "FLQ", "AFLQ"])
def test_the_nation_itself_comes_back(nation, method):
    a = regionalise(nation, nation.output[0], method=method).accounts
    for name in ("Z", "final", "added", "exports", "imports", "output", "residual"):
        np.testing.assert_allclose(getattr(a, name), getattr(nation, name), rtol=1e-9)
    np.testing.assert_allclose(a.outflow, 0.0, atol=1e-9)
    np.testing.assert_allclose(a.inflow, 0.0, atol=1e-9)


def test_a_quotient_of_one_or_more_keeps_national_sourcing(nation):
    x = nation.output[0] * np.array([0.30, 0.05, 0.2, 0.1, 0.25])
    between, _ = location_quotients("SLQ", 0.0, x, nation.output[0])
    kept = between[:, 0] >= 1
    assert kept.any()
    assert not kept.all()
    made = regionalise(nation, x, method="SLQ")
    all_kept = regionalise(nation, x, method="national")
    np.testing.assert_allclose(made.coefficients[kept], all_kept.coefficients[kept])
    assert (made.coefficients[~kept] <= all_kept.coefficients[~kept]).all()
    assert (made.coefficients[~kept] < all_kept.coefficients[~kept]).any()


def test_a_district_of_a_province_buys_and_sells_abroad_and_elsewhere_as_the_province_does(nation):
    province = regionalise(nation, nation.output[0] * 0.3, region="TJ").accounts
    district = regionalise(
        province,
        province.output[0] * np.array([0.5, 0.1, 0.2, 0.3, 0.0]),
        region="BH",
        name=Text("滨海", "Binhai"),
        quality={"output": "illustrative"},
    )
    exact(district.accounts)
    assert district.quality == "illustrative"
    assert district.illustrative == ["output"]
    assert district.accounts.names["BH"]("en") == "Binhai"
    for method in ("national", "MCHARM"):
        a = regionalise(province, district.accounts.output[0], method=method, heterogeneity=0.0).accounts
        assert (a.inflow >= province.inflow / province.uses * a.uses * (1 - 1e-9)).all()
        sold = province.outflow / (province.output - province.residual) * (a.output - a.residual)
        assert (a.outflow >= sold * (1 - 1e-9)).all()


def test_employment_stands_in_for_output(nation):
    persons = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
    made = regionalise(nation, employment=(persons * 0.2, persons), method="SLQ")
    np.testing.assert_allclose(made.accounts.output[0], nation.output[0] * 0.2)
    assert "employment" in made.inputs
    assert "output" not in made.inputs


# Known totals


def test_known_totals_are_met(nation):
    x = nation.output[0] * np.array([0.3, 0.1, 0.2, 0.0, 0.25])
    free = regionalise(nation, x).accounts
    gdp = 0.9 * free.added.sum()
    kinds = free.final[0].sum(axis=0) * np.array([1.2, 0.8, 1.0, 1.1, 1.0])
    known = RegionalTotals(value_added=gdp, final=kinds, exports=0.5 * free.exports.sum(), imports=3.0)
    made = regionalise(nation, x, totals=known, quality={"value_added": "official", "final": "illustrative"})
    a = made.accounts
    exact(a)
    assert a.added.sum() == pytest.approx(gdp, rel=1e-9)
    assert (a.value_added[0] <= x).all()
    np.testing.assert_allclose(a.final[0].sum(axis=0), kinds, rtol=1e-9)
    assert a.exports.sum() == pytest.approx(known.exports, rel=1e-9)
    assert a.imports.sum() == pytest.approx(3.0, rel=1e-9)
    assert made.inputs["value_added"] == "official"
    assert made.illustrative == ["final"]


def test_known_net_trade_by_product_is_met_by_balancing(nation):
    x = nation.output[0] * np.array([0.3, 0.1, 0.2, 0.15, 0.25])
    net = regionalise(nation, x).accounts.net_trade[0] * 0.8 + np.array([1.0, -1.0, 0.5, 0.0, 0.2])
    a = regionalise(nation, x, totals=RegionalTotals(net_trade=net)).accounts
    exact(a)
    np.testing.assert_allclose(a.net_trade[0], net, atol=1e-8)
    assert a.Z.sum() == pytest.approx(regionalise(nation, x).accounts.Z.sum())


def test_known_figures_by_sector_are_taken_as_they_are(nation):
    x = nation.output[0] * 0.2
    free = regionalise(nation, x).accounts
    known = RegionalTotals(
        value_added=x * 0.3, final=free.final[0] * 1.1, exports=free.exports[0] * 0.5, imports=free.imports[0] * 1.5
    )
    a = regionalise(nation, x, totals=known).accounts
    exact(a)
    np.testing.assert_allclose(a.value_added[0], x * 0.3)
    np.testing.assert_allclose(a.final[0], known.final)
    np.testing.assert_allclose(a.exports[0], known.exports)
    np.testing.assert_allclose(a.imports[0], known.imports)


# Refusals


def refused(code: str, *words: str):
    return pytest.raises(HaiheError, match=f"(?s){code}" + "".join(f".*{word}" for word in words))


def test_bad_input_is_refused_by_name(nation, economy):
    x = nation.output[0] * 0.2
    with refused("E-ACC-80", "R0, R1"):
        regionalise(economy(R=2, n=5), x)
    with refused("E-ACC-81", "S4"):
        regionalise(nation, pd.Series(x[:4], index=["S0", "S1", "S2", "S3"]))
    with refused("E-ACC-81", "S9"):
        regionalise(nation, pd.Series([*x, 1.0], index=["S0", "S1", "S2", "S3", "S4", "S9"]))
    with refused("E-ACC-04", "S1"):
        regionalise(nation, pd.Series([*x, 1.0], index=["S0", "S1", "S2", "S3", "S4", "S1"]))
    with refused("E-ACC-11", r"\(4,\)"):
        regionalise(nation, x[:4])
    for bad in (-1.0, np.nan):
        with refused("E-ACC-82", "S2", str(bad)):
            regionalise(nation, np.where(np.arange(5) == 2, bad, x))
    none = replace(nation, output=np.where(np.arange(5) == 1, 0.0, nation.output))
    with refused("E-ACC-83", "S1"):
        regionalise(none, x)
    with refused("E-ACC-84", "FLQX", "FLQ"):
        regionalise(nation, x, method="FLQX")
    with refused("E-ACC-85", "delta", "1.5"):
        regionalise(nation, x, delta=1.5)
    with refused("E-ACC-85", "heterogeneity"):
        regionalise(nation, x, heterogeneity=-0.1)
    with refused("E-ACC-85", "heterogeneity", "self"):
        regionalise(nation, x, heterogeneity="self")
    with refused("E-ACC-88", "S3"):
        regionalise(nation, np.where(np.arange(5) == 3, nation.output[0] * 1e4, x))
    with refused("E-ACC-89"):
        regionalise(nation)
    with refused("E-ACC-89"):
        regionalise(nation, x, employment=(x, x))
    with refused("E-ACC-81", "exports"):
        regionalise(nation, x, quality={"exports": "official"})


def test_totals_that_cannot_be_are_refused_by_name(nation):
    x = nation.output[0] * 0.2
    with refused("E-ACC-87", "value_added", "S0"):
        regionalise(nation, x, totals=RegionalTotals(value_added=x * np.array([1.2, 0.5, 0.5, 0.5, 0.5])))
    with refused("E-ACC-87", "value_added"):
        regionalise(nation, x, totals=RegionalTotals(value_added=x.sum() * 2))
    with refused("E-ACC-87", "exports", "S4"):
        regionalise(nation, x, totals=RegionalTotals(exports=np.array([0.0, 0.0, 0.0, 0.0, -1.0])))
    with refused("E-ACC-11", "final"):
        regionalise(nation, x, totals=RegionalTotals(final=np.ones(3)))
    with refused("E-ACC-11", "net_trade"):
        regionalise(nation, x, totals=RegionalTotals(net_trade=np.ones(3)))
    with refused("E-ACC-06", "final"):
        regionalise(nation, x, totals=RegionalTotals(final=np.full(5, np.nan)))
    with refused("E-ACC-20"):
        regionalise(nation, x, totals=RegionalTotals(net_trade=np.zeros(5), final=2.0 * x.sum()))
    empty = replace(nation, final=nation.final * np.array([0.0, 1.0, 1.0, 1.0, 1.0]))
    with refused("E-ACC-86", r"final\[0\]"):
        regionalise(empty, x, totals=RegionalTotals(final=np.ones(5)))


# Published tables


def test_a_province_and_a_district_from_the_published_tables(reference):
    nation = read_national(reference / "china_national_io", 2017)
    published = read_provinces(reference / "china_provincial_io", 2017, ["Tianjin", "Shanghai"])
    assert (published.output == 0).any()
    for province in (published.select([code]) for code in published.regions):
        made = regionalise(nation, province.output[0], region=province.regions[0]).accounts
        assert made.diagnose(1e-9).ok, made.diagnose(1e-9).to_frame("en")
        idle = province.output[0] == 0
        assert (made.Z[0][:, idle] == 0).all()
        assert (made.exports[0][idle] == 0).all()
        assert (made.outflow[0][idle] == 0).all()
        for method in METHODS:
            share = np.linspace(0.0, 0.9, len(province.sectors))
            district = regionalise(province, province.output[0] * share, method=method, heterogeneity="parent")
            assert district.accounts.diagnose(1e-9).ok
            exact(district.accounts)


# The measured default


@pytest.fixture(scope="module")
def script():
    return runpy.run_path(str(ROOT / "scripts" / "evaluate_regionalisation.py"))


@pytest.fixture(scope="module")
def measured(script, reference):
    return script["summary"](script["evaluate"](reference, script["TRIALS"], script["OWN"]))


def test_the_published_errors_are_reproduced(script, measured):
    published = pd.read_csv(ROOT / "docs" / "evidence" / "regionalisation.csv")
    keys = ["data", "method", "measure"]
    both = measured.merge(published, on=keys, suffixes=("", "_published"), validate="one_to_one")
    assert len(both) == len(measured) == len(published)
    for column in ("mean", "worst"):
        np.testing.assert_allclose(both[column], both[f"{column}_published"], rtol=1e-6)
    assert (ROOT / "docs" / "evidence" / "regionalisation.md").read_text(encoding="utf-8") == script["page"](measured)


def test_the_default_is_the_best_or_nearly_so_on_every_data_set(script, measured):
    default = script["DEFAULT"].label
    errors = script["scores"](measured)
    assert errors["both"].idxmin() == default
    for data in errors:
        assert errors.loc[default, data] <= errors[data].min() * (1 + MARGIN), data
    # Japan shows technology only: that of the nation, which the default keeps, is nearer than any quotient of it.
    coefficients = measured[(measured["data"] == "Japan") & (measured["measure"] == "coefficients (STPE)")]
    assert coefficients.set_index("method")["mean"].idxmin() == "national"


def test_the_default_delta_is_the_best_of_its_family(script, measured):
    errors = script["scores"](measured)["both"]
    assert errors[errors.index.str.startswith("FLQ")].idxmin() == f"FLQ δ={DEFAULT_DELTA:g}"


def test_the_decision_and_the_docstring_name_the_measured_errors(script, measured):
    decision = (ROOT / "docs" / "decisions" / "0009-regionalisation-default.md").read_text(encoding="utf-8")
    errors = script["scores"](measured).loc[script["DEFAULT"].label]
    for data, value in errors.items():
        assert f"{value:.3f}" in decision, data
    mine = measured[measured["method"] == script["DEFAULT"].label].set_index(["measure", "data"])
    for data in ("Austria", "China 2012", "China 2017"):
        coefficients = mine.loc[("local coefficients (STPE)", data)]
        assert f"{coefficients['mean']:.0%}".replace("%", " %") in regionalise.__doc__
        assert f"{coefficients['mean']:.0%}, {coefficients['worst']:.0%}".replace("%", " %") in decision

"""Structural decomposition: exact, additive, the same as brute force over every order of change."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_economy import economy

import haihe as hh
from haihe.accounts import aggregate, read_concordance, read_provinces
from haihe.diagnosis.decomposition import decompose_change
from haihe.diagnosis.domestic import home_shares
from haihe.diagnosis.growth import decompose, intensity_of
from haihe.diagnosis.orderings import mean_over_orderings, range_over_orderings
from haihe.messages import HaiheError, Text
from haihe.region.units import factor
from small_region import small_region

many = settings(max_examples=25)
seeds = st.integers(0, 10**6)


def refused(code: str, *words: str):
    return pytest.raises(HaiheError, match=f"(?s){code}" + "".join(f".*{word}" for word in words))


def summed(change) -> np.ndarray:
    keys = ["region", "sector"]
    return change.cells.groupby(keys, sort=False)["value"].sum().to_numpy()


def moved(change) -> np.ndarray:
    return (change.end["value"] - change.start["value"]).to_numpy()


@many
@given(seed=seeds, k=st.integers(1, 5))
def test_the_mean_over_orderings_is_brute_force(seed, k):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(2,) * k + (3,))
    mean, (low, high) = mean_over_orderings(states, k), range_over_orderings(states, k)
    steps = []
    for order in permutations(range(k)):
        at, step = [0] * k, np.empty((k, 3))
        for factor_ in order:
            before = states[tuple(at)]
            at[factor_] = 1
            step[factor_] = states[tuple(at)] - before
        steps.append(step)
    np.testing.assert_allclose(mean, np.mean(steps, axis=0), atol=1e-12)
    np.testing.assert_allclose(low, np.min(steps, axis=0), atol=1e-12)
    np.testing.assert_allclose(high, np.max(steps, axis=0), atol=1e-12)
    np.testing.assert_allclose(mean.sum(axis=0), states[(1,) * k] - states[(0,) * k], atol=1e-12)


@many
@given(seed=seeds, flows=st.booleans(), R=st.integers(1, 3), n=st.integers(1, 4), idle=st.integers(0, 1))
def test_terms_add_up(seed, flows, R, n, idle):
    then, now = (economy(seed + i, R, n, flows=flows, year=2012 + 5 * i, idle=min(idle, n - 1)) for i in (0, 1))
    rng = np.random.default_rng(seed)
    intensity = tuple(rng.uniform(0, 3, (2, R, n)))
    for rates, first, last in (
        (None, then.output, now.output),
        (intensity, then.output * intensity[0], now.output * intensity[1]),
    ):
        change = decompose_change(then, now, rates)
        np.testing.assert_allclose(change.start["value"], first.ravel(), rtol=1e-9, atol=1e-8)
        np.testing.assert_allclose(change.end["value"], last.ravel(), rtol=1e-9, atol=1e-8)
        np.testing.assert_allclose(summed(change), moved(change), atol=1e-8)
        totals = change.totals
        assert ((totals["low"] <= totals["value"] + 1e-9) & (totals["value"] <= totals["high"] + 1e-9)).all()
        by_region = change.cells.groupby(["region", "effect"])["value"].sum()
        np.testing.assert_allclose(
            totals.set_index(["region", "effect"])["value"].loc[by_region.index], by_region, atol=1e-8
        )
        assert ("intensity" in set(totals["effect"])) == (rates is not None)


@many
@given(seed=seeds, flows=st.booleans())
def test_back_in_time_is_the_opposite(seed, flows):
    one, other = economy(seed, flows=flows), economy(seed + 1, flows=flows)
    keys = ["region", "sector", "demand", "effect"]
    there, back = (decompose_change(*pair).cells.set_index(keys)["value"] for pair in ((one, other), (other, one)))
    np.testing.assert_allclose(there, -back.loc[there.index], atol=1e-8)


@many
@given(seed=seeds, flows=st.booleans())
def test_only_what_changed_has_an_effect(seed, flows):
    """Final use and sales doubled with everything else: only the level of demand moved."""
    then = economy(seed, flows=flows)
    blocks = ["Z", "final", "added", "exports", "imports", "outflow", "inflow", "residual", "output", "flows"]
    twice = {name: 2 * getattr(then, name) for name in blocks if getattr(then, name) is not None}
    change = decompose_change(then, replace(then, **twice))
    effects = change.cells.groupby("effect")["value"].apply(lambda v: v.abs().max())
    assert effects["level"] > 1
    assert effects.drop("level").max() < 1e-9


@settings(max_examples=8)
@given(seed=seeds, flows=st.booleans())
def test_every_term_is_the_mean_of_plain_algebra_over_all_orders(seed, flows):
    """Consumption and exports of two regions, by explicit inverses of the coupled system and all 24 orders."""
    R, n = 2, 3
    pair = [economy(seed + i, R, n, flows=flows) for i in (0, 1)]

    def factors(a, kind):
        demand = a.exports if kind == "exports" else a.final[:, :, a.final_kinds.index(kind)]
        T = np.zeros((R, R, n)) if a.flows is None else a.flows / a.uses
        for r in range(R):
            T[r, r] = home_shares(a)[r]
        total = demand.sum(axis=1, keepdims=True)
        return a.coefficients, T, total, demand / total

    def output(A, T, level, mix, kind):
        system = np.zeros((R * n, R * n))
        y = np.zeros(R * n)
        for r in range(R):
            for s in range(R):
                system[r * n : (r + 1) * n, s * n : (s + 1) * n] = T[r, s][:, None] * A[s]
                if kind != "exports":
                    y[r * n : (r + 1) * n] += T[r, s] * (level * mix)[s]
            if kind == "exports":
                y[r * n : (r + 1) * n] = (level * mix)[r]
        return np.linalg.inv(np.eye(R * n) - system) @ y

    cells = decompose_change(*pair).cells
    for kind in ("household_urban", "exports"):
        old, new = (factors(a, kind) for a in pair)
        steps = []
        for order in permutations(range(4)):
            at, step = list(old), np.empty((4, R * n))
            for p in order:
                before = output(*at, kind)
                at[p] = new[p]
                step[p] = output(*at, kind) - before
            steps.append(step)
        ours = cells[cells["demand"] == kind].pivot_table(index="effect", columns=["region", "sector"], values="value")
        ours = ours.loc[["technology", "origins", "level", "mix"]].to_numpy()
        np.testing.assert_allclose(ours, np.mean(steps, axis=0), atol=1e-8)


def test_technology_alone_against_two_orders():
    """With only A changed there are no orders: the effect is (L1 - L0) y."""
    then = economy(5, 1, 3, flows=False)
    Z = then.Z.copy()
    Z[0, 0] *= 1.2
    system = home_shares(then)[0]
    A = Z[0] / then.output[0]
    demand = system * then.final[0].sum(axis=1) + then.exports[0] + then.outflow[0]
    x = np.linalg.solve(np.eye(3) - system[:, None] * A, demand)
    scaled = A * x
    uses = scaled.sum(axis=1) + then.final[0].sum(axis=1)
    bought = (1 - system) * uses
    share = then.imports[0] / (then.imports[0] + then.inflow[0])
    now = replace(
        then,
        Z=scaled[None],
        output=x[None],
        imports=(share * bought)[None],
        inflow=((1 - share) * bought)[None],
        added=then.added * 0 + ((x - scaled.sum(axis=0)) / 4)[None, None],
    )
    change = decompose_change(then, now)
    effects = change.cells.groupby(["effect", "sector"])["value"].sum()
    np.testing.assert_allclose(effects["technology"], x - then.output[0], atol=1e-8)
    np.testing.assert_allclose(effects["level"], 0, atol=1e-8)
    np.testing.assert_allclose(effects["origins"], 0, atol=1e-8)


def test_labels_in_another_order_and_units_change_nothing():
    then, now = economy(1), economy(2)
    turned = aggregate(now, sectors={code: code for code in reversed(now.sectors)}).select(now.regions[::-1])
    one, other = decompose_change(then, now), decompose_change(then, turned.to_unit("亿元"))
    np.testing.assert_allclose(one.cells["value"], other.cells["value"], atol=1e-6)


def test_what_cannot_be_decomposed_is_refused():
    then, now = economy(1), economy(2)
    with refused("E-DIA-33", "S9"):
        decompose_change(then, now.rename({"S3": "S9"}))
    with refused("E-DIA-33", "stocks"):
        decompose_change(then, replace(now, final_kinds=[*now.final_kinds[:-1], "stocks"]))
    with refused("E-DIA-38", "R1"):
        broken = now.output.copy()
        broken[1] *= 1.1
        decompose_change(then, replace(now, output=broken))
    with refused("E-DIA-31", "S1.*R0"):
        rate = np.ones_like(then.output)
        rate[0, 1] = np.nan
        decompose_change(then, now, (rate, rate))
    with refused("E-DIA-31"):
        decompose_change(then, now, (np.ones(2), np.ones(2)))
    with refused("E-DIA-36"):
        decompose({2017: now})
    with refused("E-DIA-40", "co2", "2012"):
        decompose({2012: then, 2017: now}, intensity={2017: np.ones_like(now.output)}, key="co2")


def test_a_kind_that_was_not_there_before_has_no_change_of_mix():
    then, now = economy(3), economy(4)
    then = replace(
        then,
        exports=np.zeros_like(then.exports),
        final=then.final + then.exports[:, :, None] * np.array([0, 1, 0, 0, 0]),
    )
    for pair in ((then, now), (now, then)):
        change = decompose_change(*pair)
        exports = (
            change.cells[change.cells["demand"] == "exports"].groupby("effect")["value"].apply(lambda v: v.abs().sum())
        )
        assert exports["mix"] == pytest.approx(0, abs=1e-9)
        assert exports["level"] > 1
        np.testing.assert_allclose(summed(change), moved(change), atol=1e-8)


def test_a_residual_stands_apart():
    then, now = economy(3), economy(4)
    left = np.full_like(now.output, 2.0)
    now = replace(
        now, residual=left, final=now.final - np.concatenate([left[..., None]] + [0 * left[..., None]] * 4, axis=2)
    )
    change = decompose_change(then, now)
    unexplained = change.cells[change.cells["demand"] == "unexplained"]
    assert "unexplained" in change.whole
    assert unexplained.groupby("effect")["value"].sum()["level"] > 0
    np.testing.assert_allclose(summed(change), moved(change), atol=1e-8)


def test_the_example_adds_up_and_says_what_it_rests_on():
    region = hh.example("jing-jin-ji")
    tables = {year: hh.accounts_of(region, year) for year in (2012, 2017)}
    found = decompose(tables, home="TJ")
    np.testing.assert_allclose(summed(found.change), moved(found.change), atol=1e-6)
    assert "nominal" in found.prices.en
    assert set(found.tables) == {
        "structure-growth-output",
        "structure-growth-output-table",
        "structure-growth-output-demand",
    }
    shares = found.change.totals.groupby("region")["share"].sum()
    growth = tables[2017].output.sum(axis=1) / tables[2012].output.sum(axis=1) - 1
    np.testing.assert_allclose(shares[tables[2017].regions], growth, atol=1e-9)


def test_carbon_of_the_example_adds_up():
    """Intensity times output of the accounts, between the years for which the example has both."""
    region = hh.example("jing-jin-ji")
    uses = region["uses"]
    years = sorted({int(y) for y in uses[uses["resource"] == "co2"]["year"]} & set(region["accounts"]["year"]))
    if len(years) < 2:
        pytest.skip("the example holds intensities of one year only")
    tables = {year: hh.accounts_of(region, year) for year in years[-2:]}
    rates = {year: intensity_of(region, table, "co2", "万t CO2") for year, table in tables.items()}
    found = decompose(tables, intensity=rates, key="co2", unit=Text("万t", "10 kt"), home="TJ")
    np.testing.assert_allclose(summed(found.change), moved(found.change), rtol=1e-8, atol=1e-6)
    carbon = (rates[years[-1]] * tables[years[-1]].output).sum()
    assert found.change.end["value"].sum() == pytest.approx(carbon)
    assert "structure-growth-co2" in found.figures


def test_intensities_come_from_the_table_of_uses():
    region = small_region()
    accounts = hh.accounts_of(region)
    rates = intensity_of(region, accounts, "co2", "万t CO2")
    uses = region["uses"]
    own = uses[(uses["resource"] == "co2") & (uses["year"] == accounts.year)].set_index(["region", "sector"])["value"]
    r, i = accounts.position("north"), accounts.sectors.index("steel")
    assert rates[r, i] == pytest.approx(own["north", "steel"] * factor("t CO2", "万t CO2"))
    lacking = region.with_table("uses", uses[~((uses["region"] == "north") & (uses["sector"] == "steel"))])
    assert intensity_of(lacking, accounts, "co2", "万t CO2")[r, i] == 0
    holes = intensity_of(region.with_table("uses", uses[uses["region"] != "north"]), accounts, "co2", "万t CO2")
    assert np.isnan(holes[r]).all()
    with refused("E-DIA-31", "farm", "north"):
        decompose_change(accounts, accounts, (holes, rates))
    with refused("E-DIA-40", "co2", "1999"):
        intensity_of(region, replace(accounts, year=1999), "co2", "万t CO2")
    with refused("E-DIA-40", "steam"):
        intensity_of(region, accounts, "steam", "t")


@pytest.mark.slow
def test_thirty_one_provinces_add_up(reference):
    """Published tables of 2012 and 2017, every province alone (partners are not published)."""
    folder = reference / "china_provincial_io"
    then, now = (aggregate(read_provinces(folder, year), read_concordance(folder, year)) for year in (2012, 2017))
    change = decompose_change(then, now)
    np.testing.assert_allclose(change.start["value"], then.output.ravel(), atol=1e-6 * then.output.max())
    np.testing.assert_allclose(summed(change), (now.output - then.output).ravel(), atol=1e-6 * now.output.max())
    assert isinstance(change.totals, pd.DataFrame)

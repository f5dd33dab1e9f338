"""Bounds on the index of all firms, and networks made from accounts."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.region import Region
from haihe.shocks import screening as module
from haihe.shocks.firm_generator import Generated, Recipe, generate, network_of
from haihe.shocks.network import ESSENTIAL, FirmNetwork
from haihe.shocks.screening import largest, screen, series
from haihe.shocks.systemic import cascade, systemic_risk
from network_cases import random_network
from small_region import META, small_tables

SEEDS = st.integers(0, 10_000)


def economy(seed: int = 0, regions: int = 2, sectors: int = 4) -> SimpleNamespace:
    rng = np.random.default_rng(seed)
    N = regions * sectors
    Z = np.where(rng.random((N, N)) < 0.7, rng.uniform(0, 10, (N, N)), 0.0)
    output = Z.sum(axis=1) + rng.uniform(10, 60, N)
    names = [f"S{k}" for k in range(sectors)]
    return SimpleNamespace(Z=Z, output=output, regions=[f"R{k}" for k in range(regions)], sectors=names, unit="亿元")


def many(seed: int = 0, firms: int = 600, links: int = 6000, **more: object) -> Generated:
    return generate(economy(seed, **more), Recipe(firms, links, seed=seed))  # type: ignore[arg-type]


@settings(max_examples=40)
@given(seed=SEEDS)
def test_bound_is_never_below_the_index_on_small_networks(seed: int) -> None:
    network = random_network(seed, n=12, m=30, sectors=2)
    bound = dict(zip(network.firms, screen(network, (0.1, 0.5, 0.9)).bound, strict=True))
    found = systemic_risk(network, tolerance=1e-12, engine="plain").frame
    assert (found["index"] <= found["enterprise"].map(bound) + 1e-9).all()


@pytest.mark.parametrize("seed", range(4))
def test_bound_holds_and_is_near_the_index_on_networks_of_many_firms(seed: int) -> None:
    network = many(seed).network
    found = screen(network)
    exact = systemic_risk(network, tolerance=1e-9, engine="plain").frame
    bound = exact["enterprise"].map(dict(zip(network.firms, found.bound, strict=True)))
    assert (exact["index"] <= bound + 1e-12).all()
    assert found.proven > 0.9
    assert np.median(bound / exact["index"]) < 1.1


@pytest.mark.parametrize("broken", ["no downstream", "no replacement limit", "half of upstream"])
def test_a_bound_that_leaves_something_out_is_broken(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network = many(1).network
    calls = {"n": 0}

    def wrong(links, kept, weights):  # type: ignore[no-untyped-def]
        calls["n"] += 1
        if broken == "half of upstream" and calls["n"] == 1:
            return series(links, kept * 0.5, weights)
        if calls["n"] > 1 and broken == "no downstream":
            return weights
        return series(links, kept * (0.7 if calls["n"] > 1 and broken == "no replacement limit" else 1.0), weights)

    monkeypatch.setattr(module, "series", wrong)
    bound = dict(zip(network.firms, screen(network).bound, strict=True))
    exact = systemic_risk(network, tolerance=1e-9, engine="plain").frame
    assert (exact["index"] > exact["enterprise"].map(bound) + 1e-12).any()


def test_series_is_a_proof_by_itself() -> None:
    network = many(2).network
    links, weights = network.customers.T.tocsr(), network.output
    found = series(links, np.ones(network.n), weights)
    assert (found >= weights + links @ found).all()
    assert np.isinf(series(links * 5, np.ones(network.n), weights)).all()


def test_first_firms_are_certified_only_as_far_as_the_rest_is_bounded() -> None:
    network = many(3).network
    found = screen(network)
    top = largest(network, 60, screening=found, engine="plain")
    sure = found.certified(top)
    everything = systemic_risk(network, engine="plain").frame
    assert 0 < sure <= 60
    assert list(top.frame["enterprise"][:sure]) == list(everything["enterprise"][:sure])
    few = largest(network, 3, screening=found, engine="plain")
    assert found.certified(few) <= 3
    assert found.frame()["bound"].is_monotonic_decreasing


@pytest.mark.parametrize("seed", range(3))
def test_as_many_are_worked_out_as_make_the_first_sure(seed: int) -> None:
    network = many(seed).network
    found = screen(network)
    top = largest(network, 40, most=network.n, screening=found, engine="plain")
    assert found.certified(top) >= 40
    assert 40 <= len(top.frame) < network.n
    everything = systemic_risk(network, engine="plain").frame
    assert list(top.frame["enterprise"][:40]) == list(everything["enterprise"][:40])
    assert len(largest(network, 40, most=41, screening=found, engine="plain").frame) <= 41


def test_isolated_firms_have_their_own_share_as_bound() -> None:
    firms = pd.DataFrame({"enterprise": [f"F{k}" for k in range(40)], "sector": "s", "output": 1.0})
    links = pd.DataFrame({"supplier": ["F0"], "customer": ["F1"], "value": [0.5], "need": ["important"]})
    found = screen(FirmNetwork.from_frames(firms, links))
    assert found.bound[5] == pytest.approx(1 / 40, rel=1e-5)
    assert found.bound[1] == pytest.approx(1.5 / 40, rel=1e-5)


@pytest.mark.parametrize("ladder", [(), (0.5, 0.1), (1.0,), (-0.1,)])
def test_bad_ladders_have_a_code(ladder: tuple[float, ...]) -> None:
    with pytest.raises(HaiheError, match="E-SHK-34"):
        screen(random_network(1), ladder)


@settings(max_examples=10)
@given(seed=SEEDS)
def test_generated_links_add_up_to_the_accounts(seed: int) -> None:
    table = economy(seed)
    made = generate(table, Recipe(150, 1500, seed=seed))  # type: ignore[arg-type]
    net, n = made.network, len(table.Z)
    sums = np.zeros((n, n))
    np.add.at(sums, (made.cell[net.supplier], made.cell[net.customer]), net.value)
    np.testing.assert_allclose(sums, table.Z, rtol=1e-9)
    np.testing.assert_allclose(np.bincount(made.cell, net.output, n), table.output, rtol=1e-9)
    assert made.blocks < 1e-9
    assert (net.supplier != net.customer).all()
    assert net.own == 0
    assert (net.output >= net.sold * (1 - 1e-12)).all()
    assert net.made_up


def test_a_producer_of_one_firm_has_no_link_to_itself() -> None:
    table = economy(4)
    made = generate(table, Recipe(8, 60))  # type: ignore[arg-type]
    net = made.network
    assert net.n == len(table.Z)
    assert (net.supplier != net.customer).all()
    assert net.own == pytest.approx(np.trace(table.Z))
    assert net.value.sum() == pytest.approx(table.Z.sum() - np.trace(table.Z))
    assert net.output.sum() == pytest.approx(table.output.sum())


def test_generation_is_the_same_for_the_same_seed_only() -> None:
    first, again, other = (generate(economy(), Recipe(150, 1500, seed=s)).network for s in (1, 1, 2))  # type: ignore[arg-type]
    np.testing.assert_array_equal(first.value, again.value)
    assert len(first.value) != len(other.value) or not np.allclose(first.value, other.value)


def test_sizes_follow_a_heavy_tail() -> None:
    net = many(0, firms=3000, links=20_000).network
    heavy = np.sort(net.output)[::-1]
    assert heavy[:30].sum() / heavy.sum() > 0.1


def test_districts_get_their_shares_and_near_suppliers_more() -> None:
    table = economy(0, regions=1, sectors=2)
    shares = pd.DataFrame(
        {"region": ["A", "B", "A"], "within": "R0", "sector": ["S0", "S0", "S1"], "share": [0.75, 0.25, 1.0]}
    )
    places = pd.DataFrame({"region": ["A", "B"], "lon": [117.0, 119.0], "lat": [39.0, 39.0]})
    recipe = Recipe(4000, 30_000, nearness=20.0)
    far = generate(table, Recipe(4000, 30_000), shares=shares)  # type: ignore[arg-type]
    near = generate(table, recipe, shares=shares, places=places)  # type: ignore[arg-type]
    for made in (far, near):
        net = made.network
        at = np.array(net.regions)[net.region]
        assert (at[net.sector == 0] == "A").mean() == pytest.approx(0.75, abs=0.03)
        assert set(at[net.sector == 1]) == {"A"}

    def together(made: Generated) -> float:
        net = made.network
        return float(net.value[net.region[net.supplier] == net.region[net.customer]].sum() / net.value.sum())

    assert together(near) > together(far)


def test_services_are_never_essential() -> None:
    made = generate(economy(), Recipe(150, 1500), goods={"S0"})  # type: ignore[arg-type]
    net = made.network
    assert set(net.sector[net.supplier[net.need == ESSENTIAL]]) == {0}


def test_too_few_firms_or_no_flows_have_a_code() -> None:
    empty = economy()
    empty.Z = empty.Z * 0
    for table, firms in ((economy(), 3), (empty, 100)):
        with pytest.raises(HaiheError, match="E-SHK-39"):
            generate(table, Recipe(firms, 100))  # type: ignore[arg-type]


def test_a_region_gives_its_own_firms_or_made_up_ones_that_say_so() -> None:
    region = Region(small_tables(), META)
    made = network_of(region, Recipe(60, 300))
    assert made.made_up
    assert made.quality == "illustrative"
    assert any("生成" in note.zh for t in cascade(made, [made.firms[0]]).tables.values() for note in t.notes)
    firms = pd.DataFrame(
        {"enterprise": ["a", "b"], "name_zh": ["甲", "乙"], "name_en": ["A", "B"], "region": "north", "sector": ["farm", "steel"],
         "output": [2.0, 3.0], "unit": "亿元", "source": "S1", "quality": "official"}
    )  # fmt: skip
    links = pd.DataFrame(
        {"supplier": ["a"], "customer": ["b"], "value": [5000.0], "need": ["essential"], "unit": "万元", "source": "S1",
         "quality": "estimated"}
    )  # fmt: skip
    own = network_of(region.with_table("enterprises", firms).with_table("supplies", links))
    assert (own.made_up, own.quality, own.unit) == (False, "estimated", "万元")
    assert own.output.tolist() == [20000.0, 30000.0]
    assert "甲" in cascade(own, ["a"]).words.zh

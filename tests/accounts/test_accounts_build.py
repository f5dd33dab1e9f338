"""The four-region table: acceptance tests D1 to D4 of the data build, and the parts on their own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.accounts import (
    Accounts,
    aggregate,
    build_interregional,
    clean_trade,
    distances,
    fix_margins,
    gravity_flows,
    great_circles,
    net_transit,
    read_concordance,
    read_provinces,
)
from haihe.messages import HaiheError

BTH = ["Beijing", "Tianjin", "Hebei"]
many = settings(max_examples=60)


def trading(seed: int, R: int = 5, n: int = 3) -> Accounts:
    """Single-region tables with any trade: transit, negative signs, outflow and inflow that do not agree."""
    rng = np.random.default_rng(seed)
    trade = {name: rng.uniform(-2.0, 40.0, (R, n)) for name in ("exports", "imports", "outflow", "inflow")}
    output = rng.uniform(10.0, 60.0, (R, n))
    Z = rng.uniform(0.0, 0.2, (R, n, n)) * output[:, None, :]
    net = trade["exports"] + trade["outflow"] - trade["imports"] - trade["inflow"]
    return Accounts(
        regions=[f"R{r}" for r in range(R)],
        sectors=[f"S{i}" for i in range(n)],
        year=2017,
        unit="亿元",
        final_kinds=["household"],
        added_kinds=["value_added"],
        Z=Z,
        final=(output - Z.sum(axis=2) - net)[:, :, None],
        added=(output - Z.sum(axis=1))[:, None, :],
        residual=np.zeros((R, n)),
        output=output,
        **trade,
    )


def line(R: int) -> np.ndarray:
    """Distances of regions on a line."""
    return np.abs(np.subtract.outer(np.arange(R), np.arange(R))).astype(float)


@many
@given(seed=st.integers(0, 10**6), theta=st.sampled_from([0.9, 1.0]))
def test_netting_changes_no_balance(seed, theta):
    """D2 on random tables."""
    a = trading(seed)
    clean, moved, _ = clean_trade(a)
    assert moved.sum() > 0 or min(a.exports.min(), a.imports.min(), a.outflow.min(), a.inflow.min()) >= 0
    net, netted, left = net_transit(clean, theta)
    for b in (clean, net):
        np.testing.assert_allclose(b.net_trade, a.net_trade, atol=1e-9)
        np.testing.assert_allclose(b.row_balance, 0.0, atol=1e-9)
        assert b.Z is a.Z
        assert b.final is a.final
        assert b.output is a.output
    trade = np.stack([net.outflow, net.exports, net.inflow, net.imports])
    assert (trade >= 0).all()
    excess = net.outflow + net.exports - theta * a.output
    np.testing.assert_allclose(np.maximum(excess, 0.0), left, atol=1e-9)
    assert ((left < 1e-9) | (net.inflow + net.imports < 1e-9)).all()
    assert all((amount >= 0).all() for amount in netted.values())


def test_netting_takes_the_pairs_in_their_order():
    a = replace(
        trading(0, 1, 1),
        output=np.array([[10.0]]),
        outflow=np.array([[20.0]]),
        exports=np.array([[8.0]]),
        inflow=np.array([[5.0]]),
        imports=np.array([[9.0]]),
    )
    net, netted, left = net_transit(a)
    assert [float(x[0, 0]) for x in netted.values()] == [5.0, 8.0, 1.0, 0.0]
    assert (net.outflow[0, 0], net.exports[0, 0], net.inflow[0, 0], net.imports[0, 0]) == (14.0, 0.0, 0.0, 0.0)
    assert left[0, 0] == 4.0


def test_a_region_without_outflow_and_inflow_takes_its_residual():
    a = trading(1)
    outflow, inflow, residual = a.outflow.copy(), a.inflow.copy(), a.residual.copy()
    residual[2] = outflow[2] - inflow[2]
    outflow[2] = inflow[2] = 0.0
    silent = replace(a, outflow=outflow, inflow=inflow, residual=residual)
    np.testing.assert_allclose(silent.row_balance, 0.0, atol=1e-9)
    clean, _, taken = clean_trade(silent)
    np.testing.assert_allclose(taken[2], residual[2])
    assert (taken[[0, 1, 3, 4]] == 0).all()
    np.testing.assert_allclose(clean.residual[2], 0.0)
    np.testing.assert_allclose(clean.row_balance, 0.0, atol=1e-9)


@many
@given(seed=st.integers(0, 10**6), zeros=st.floats(0.0, 0.7))
def test_fixed_margins_agree_and_members_stay(seed, zeros):
    rng = np.random.default_rng(seed)
    outflow, inflow = rng.uniform(0, 9, (2, 5, 6)) * (rng.random((2, 5, 6)) > zeros)
    kept = np.array([True, False, True, False, False])
    out, into, a = fix_margins(outflow, inflow, kept)
    np.testing.assert_allclose(out.sum(axis=0), into.sum(axis=0), atol=1e-9)
    np.testing.assert_array_equal(out[kept], outflow[kept])
    np.testing.assert_array_equal(into[kept], inflow[kept])
    assert (out >= 0).all()
    assert (into >= 0).all()
    solved = np.isfinite(a)
    np.testing.assert_allclose(out[:, solved][~kept], (outflow * a)[:, solved][~kept])


def test_made_up_table_without_transit_has_no_residual(economy):
    """D4: outflow = inflow by product and nothing in transit: all is explained, and flows meet the margins."""
    a = economy(seed=4, R=6, n=5, with_flows=False)
    b = build_interregional(a, ["R4", "R1"], distance=line(6))
    steps = b.reconciliation.groupby("step")["amount"].sum()
    scale = a.output.sum()
    for step in (
        "signs",
        "residual_as_trade",
        "transit",
        "transit_left",
        "outflow_scaled",
        "inflow_scaled",
        "unexplained",
    ):
        assert steps[step] <= 1e-9 * scale, step
    np.testing.assert_allclose(b.factors["factor"], 1.0)
    assert b.accounts.regions == ["R4", "R1", "RoC"]
    assert b.accounts.diagnose(1e-9).ok
    np.testing.assert_allclose(b.accounts.flows_out[:2], a.outflow[[4, 1]], rtol=1e-9)
    np.testing.assert_allclose(b.accounts.flows_in[:2], a.inflow[[4, 1]], rtol=1e-9)
    scaled = replace(a, outflow=a.outflow * 1.1)
    assert build_interregional(scaled, ["R4"], distance=line(6)).reconciliation["amount"].max() > 1.0


def test_without_distance_decay_distance_does_not_matter(economy):
    a = economy(R=5, with_flows=False)
    near, far = (build_interregional(a, ["R0"], beta=0.0, distance=d).flows for d in (line(5), line(5) ** 2 + line(5)))
    np.testing.assert_allclose(near, far)


def test_nearer_regions_trade_more():
    margins = np.ones((4, 1))
    shares = [
        gravity_flows(margins, margins, line(4), beta, list("ABCD"), ["S"]).matrix[0, 0, 1]
        for beta in (0.0, 0.5, 1.0, 2.0)
    ]
    assert shares == sorted(shares)
    assert shares[0] < shares[-1]


def test_what_cannot_be_built_is_said(economy):
    a = economy(R=4, with_flows=False)
    for members, code in ((["R0", "R0"], "E-ACC-44"), (a.regions, "E-ACC-44"), ([], "E-ACC-44"), (["R9"], "E-ACC-07")):
        with pytest.raises(HaiheError, match=code):
            build_interregional(a, members, distance=line(4))
    with pytest.raises(HaiheError, match="E-ACC-41"):
        build_interregional(replace(a, merged_trade=True), ["R0"], distance=line(4))
    with pytest.raises(HaiheError, match="E-ACC-43"):
        build_interregional(economy(R=4), ["R0"], distance=line(4))
    # One region ships more of S1 than all others together take in.
    outflow, inflow = np.ones((4, 4)), np.ones((4, 4))
    inflow[0, 1] = 30.0
    unbalanced = replace(a, outflow=outflow, inflow=inflow, output=np.full((4, 4), 1e3))
    with pytest.raises(HaiheError, match="E-ACC-22") as caught:
        build_interregional(unbalanced, ["R0"], distance=line(4), theta=1.0)
    assert caught.value.findings[0].table == "S1"
    assert "R0" in str(caught.value)


def test_great_circles():
    d = great_circles(np.array([[0.0, 0.0], [90.0, 0.0], [0.0, 90.0], [180.0, 0.0]]))
    quarter = 6371.0 * np.pi / 2
    np.testing.assert_allclose(d[0], [0, quarter, quarter, 2 * quarter])


@pytest.fixture(scope="module", params=[2012, 2017])
def provinces(request, reference):
    return read_provinces(reference / "china_provincial_io", request.param)


@pytest.mark.reference
def test_four_region_table_balances(provinces):
    """D1: RAS residual at most 1e-8; rows of Beijing, Tianjin, Hebei balance; their published figures stay."""
    b = build_interregional(provinces, BTH)
    assert b.residual <= 1e-8
    report = b.accounts.diagnose(1e-8)
    assert report.ok
    published = provinces.select(BTH)
    np.testing.assert_allclose(b.accounts.net_trade[:3], published.net_trade, rtol=1e-8, atol=1e-4)
    assert (b.accounts.residual[:3] == published.residual).all()
    for name in ("Z", "final", "added", "output"):
        np.testing.assert_allclose(getattr(b.accounts, name).sum(axis=0), getattr(provinces, name).sum(axis=0))
    assert (b.accounts.outflow == 0).all()
    assert b.factors["factor"].notna().all()


@pytest.mark.reference
def test_netting_on_the_published_tables(provinces):
    """D2."""
    clean, _, _ = clean_trade(provinces)
    net, _, left = net_transit(clean, 1.0)
    scale = provinces.output.max()
    np.testing.assert_allclose(net.net_trade, clean.net_trade, atol=1e-9 * scale)
    excess = net.outflow + net.exports - net.output
    nothing_left = net.inflow + net.imports <= 1e-9 * scale
    assert (excess <= 1e-9 * scale)[~nothing_left].all()
    np.testing.assert_allclose(np.maximum(excess, 0), left, atol=1e-9 * scale)
    silent = {"Hubei"} if provinces.year == 2012 else set()
    moved = clean.residual != provinces.residual
    assert {r for r, any_moved in zip(provinces.regions, moved.any(axis=1), strict=True) if any_moved} == silent


@pytest.fixture(scope="module")
def of_2017(reference):
    return read_provinces(reference / "china_provincial_io", 2017)


def intra_share(flows: np.ndarray) -> float:
    return float(flows[:3, :3].sum() / flows[:3].sum())


@pytest.mark.reference
def test_flows_without_decay_are_the_validated_ones(of_2017):
    """D3 at β = 0, and what the reconciliation must say (formulation, section 1)."""
    b = build_interregional(of_2017, BTH, beta=0.0)
    billions = b.flows.sum(axis=2) / 1e5
    assert intra_share(b.flows) == pytest.approx(0.0873, abs=0.0005)
    assert billions[0, 2] == pytest.approx(179.6, abs=0.1)
    assert billions[2, 1] == pytest.approx(67.5, abs=0.1)
    shares = b.reconciliation.pivot_table(index="step", columns="region", values="share")
    np.testing.assert_allclose(shares.loc["transit", BTH], [0.377, 0.0007, 0.0], atol=5e-4)
    assert shares.loc["unexplained", "RoC"] == pytest.approx(0.161, abs=0.002)
    np.testing.assert_allclose(b.factors["factor"].quantile([0.05, 0.5, 0.95]), [0.50, 1.13, 3.59], atol=0.005)


@pytest.mark.reference
def test_flows_rise_with_decay_and_depend_on_the_distance(of_2017):
    """D3 for β > 0."""
    for distance, at_one in (("capital", 0.220), ("centre", 0.302)):
        shares = [
            intra_share(build_interregional(of_2017, BTH, beta=b, distance=distance).flows) for b in (0, 0.5, 1, 2)
        ]
        assert (np.diff(shares) > 0.02).all()
        assert shares[2] == pytest.approx(at_one, abs=0.001 if distance == "capital" else 0.01)


@pytest.mark.reference
def test_every_flow_has_a_band(of_2017, reference):
    b = build_interregional(of_2017, BTH)
    band = b.bands()
    assert len(band) == 12 * 42
    assert (band["low"] <= band["default"]).all()
    assert (band["default"] <= band["high"]).all()
    concordance = read_concordance(reference / "china_provincial_io", 2017)
    merged = b.bands(sectors=concordance)
    assert len(merged) == 12 * 38
    aggregated = aggregate(b.accounts, sectors=concordance).flows_frame()
    both = merged.merge(aggregated, on=["from_region", "to_region", "sector"])
    np.testing.assert_allclose(both["default"], both["value"])
    total = b.bands(sectors=dict.fromkeys(b.accounts.sectors, "all"))
    wide = total.set_index(["from_region", "to_region"]).loc[("Beijing", "Hebei")]
    assert wide["high"] / wide["low"] > 2.0
    assert b.bands(betas=[1.0], distances=["capital"])["low"].equals(
        b.bands(betas=[1.0], distances=["capital"])["high"]
    )


@pytest.mark.reference
def test_without_netting_some_products_cannot_be_balanced(of_2017):
    """What netting is for: with the goods in transit left in, the margins of some products conflict."""
    clean, _, _ = clean_trade(of_2017)
    outflow, inflow, _ = fix_margins(clean.outflow, clean.inflow, np.isin(clean.regions, BTH))
    with pytest.raises(HaiheError, match="E-ACC-22"):
        gravity_flows(outflow, inflow, distances(clean.regions), 1.0, clean.regions, clean.sectors)


@pytest.mark.reference
def test_the_reconciliation_is_said_in_words(of_2017):
    lines = build_interregional(of_2017, BTH).lines("en")
    assert any(line.startswith("Beijing: transit netted 317,779,") and line.endswith("(37.72%)") for line in lines)
    assert any(line.startswith("Rest of China: left unexplained") for line in lines)
    assert not any("Hebei" in line for line in lines)


@pytest.mark.reference
def test_theta_hardly_matters(of_2017):
    plain, strict = (build_interregional(of_2017, BTH, theta=t) for t in (1.0, 0.9))
    assert intra_share(strict.flows) == pytest.approx(intra_share(plain.flows), abs=0.03)


@pytest.mark.reference
def test_value_added_of_the_built_table(of_2017):
    b = build_interregional(of_2017, BTH)
    added = b.accounts.to_unit("亿元").value_added.sum(axis=1)
    np.testing.assert_allclose(added[:3], [28015, 18549, 34016], atol=0.6)
    assert b.accounts.names["RoC"].zh == "全国其他地区"


@pytest.mark.reference
def test_2007_cannot_be_built(reference):
    with pytest.raises(HaiheError, match="E-ACC-41"):
        build_interregional(read_provinces(reference / "china_provincial_io", 2007), BTH)

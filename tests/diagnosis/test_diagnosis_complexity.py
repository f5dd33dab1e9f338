"""Complexity and relatedness: against two independent packages, against plain definitions, and at the edges."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.accounts import read_provinces
from haihe.diagnosis.complexity import complexity, density_of, outlook_gain, outlook_index
from haihe.diagnosis.grid import grid_of
from haihe.messages import HaiheError


def made_up(seed: int, R: int = 25, n: int = 40) -> pd.DataFrame:
    """Long frame with a nested structure: able regions do nearly everything, others what is easy."""
    rng = np.random.default_rng(seed)
    able, hard = rng.uniform(size=R), rng.uniform(size=n)
    amounts = np.exp(rng.normal(size=(R, n)) + 3 * np.minimum(able[:, None] - hard, 0)) * (rng.random((R, n)) < 0.9)
    cells = pd.MultiIndex.from_product(
        [[f"r{i:02d}" for i in range(R)], [f"s{i:02d}" for i in range(n)]], names=["region", "sector"]
    )
    return pd.DataFrame({"value": amounts.ravel()}, index=cells).reset_index()


def provinces(reference) -> pd.DataFrame:
    accounts = read_provinces(reference / "china_provincial_io", 2017)
    wide = pd.DataFrame(accounts.output, index=accounts.regions, columns=accounts.sectors)
    return wide.rename_axis("region").reset_index().melt("region", var_name="sector")


def world(reference) -> pd.DataFrame:
    file = reference / "world_trade_complexity_1998_2000" / "world_trade_avg_1998_to_2000.csv.gz"
    return pd.read_csv(file, dtype={"product": str}).rename(columns={"country": "region", "product": "sector"})


def standard(x):
    return (x - x.mean()) / x.std()


def sides(found, frame: pd.DataFrame):
    """Regions and sectors of a peer's long answer in our order."""
    regions = frame.drop_duplicates("region").set_index("region").reindex(found.grid.regions)
    sectors = frame.drop_duplicates("sector").set_index("sector").reindex(found.grid.sectors)
    return regions, sectors


def wide(found, frame: pd.DataFrame, column: str) -> np.ndarray:
    table = frame.pivot_table(index="region", columns="sector", values=column)
    return table.reindex(index=found.grid.regions, columns=found.grid.sectors).to_numpy()


def agrees_with_econcomplex(data: pd.DataFrame) -> None:
    """ECI and PCI as z-scores, each side's sign as the peer fixes it; density in percent; no proximity to oneself."""
    econcomplex = pytest.importorskip("econcomplex")
    ours = complexity(data)
    table = data.pivot_table(index="region", columns="sector", values="value", fill_value=0.0)
    table = table.reindex(index=ours.grid.regions, columns=ours.grid.sectors)
    eci, pci = econcomplex.eci_pci(table)
    there = np.isfinite(ours.pci)
    np.testing.assert_allclose(ours.eci, eci.to_numpy(), atol=1e-9)
    # The peer turns PCI by itself to fall with ubiquity; ours goes with ECI.
    rises = np.corrcoef(ours.pci[there], ours.ubiquity[there])[0, 1] > 0
    np.testing.assert_allclose(standard(ours.pci[there]) * (-1 if rises else 1), pci.to_numpy()[there], atol=1e-9)
    proximity = econcomplex.proximity(table, compute="product")["product"].to_numpy()
    others = ours.proximity - np.diag(np.diag(ours.proximity))
    np.testing.assert_allclose(others, proximity, atol=1e-9)
    density = density_of(ours.presence, others)
    np.testing.assert_allclose(100 * density, econcomplex.relatedness_density(table).to_numpy(), atol=1e-9)
    pci = np.nan_to_num(ours.pci)
    coi = outlook_index(ours.presence, density, pci)
    np.testing.assert_allclose(coi, econcomplex.coi(table, pci).to_numpy(), rtol=1e-9, atol=1e-9)


def agrees_with_ecomplexity(data: pd.DataFrame) -> None:
    """ECI, PCI, density as they are; outlook on the peer's scale, whose PCI is not centred there."""
    ecomplexity = pytest.importorskip("ecomplexity")
    ours = complexity(data)
    names = {"time": "time", "loc": "region", "prod": "sector", "val": "value"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = ecomplexity.ecomplexity(data.assign(time=1), names, check_logsupermodularity=False, verbose=False)
    theirs = theirs.dropna(subset=["eci"])
    regions, sectors = sides(ours, theirs)
    np.testing.assert_allclose(ours.eci, regions["eci"], atol=1e-9)
    np.testing.assert_allclose(ours.pci, sectors["pci"], atol=1e-9)
    np.testing.assert_allclose(ours.density, wide(ours, theirs, "density"), atol=1e-9)
    np.testing.assert_array_equal(ours.presence, wide(ours, theirs, "mcp") == 1)
    # There the index has the mean 0 weighted with ubiquity (eigenvectors are orthogonal), not the mean 0 of ECI.
    raw = ours.pci - np.average(ours.pci, weights=ours.ubiquity)
    coi = outlook_index(ours.presence, ours.density, raw)
    np.testing.assert_allclose(standard(coi), regions["coi"], atol=1e-9)
    cog = outlook_gain(ours.presence, ours.proximity, raw)
    np.testing.assert_allclose(cog, wide(ours, theirs, "cog"), atol=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("shape", [(25, 40), (40, 25), (12, 12)])
def test_peers_agree_on_seeded_data(seed, shape):
    data = made_up(seed, *shape)
    agrees_with_econcomplex(data)
    agrees_with_ecomplexity(data)


def test_peers_agree_on_provinces(reference):
    agrees_with_econcomplex(provinces(reference))
    agrees_with_ecomplexity(provinces(reference))


@pytest.mark.slow
def test_peers_agree_on_world_trade(reference):
    agrees_with_econcomplex(world(reference))
    agrees_with_ecomplexity(world(reference))


@given(seed=st.integers(0, 10**6), R=st.integers(4, 9), n=st.integers(4, 9))
@settings(max_examples=60)
def test_every_number_is_its_definition(seed, R, n):
    """Against loops over the definitions, and an unsymmetric eigenproblem."""
    c = complexity(made_up(seed, R, n))
    x = c.grid.amounts
    M = np.zeros((R, n))
    for r in range(R):
        for p in range(n):
            if x[r].sum() and x[:, p].sum():
                M[r, p] = x[r, p] / x[r].sum() >= x[:, p].sum() / x.sum()
    np.testing.assert_array_equal(c.presence, M)
    for p in range(n):
        for q in range(n):
            most = max(M[:, p].sum(), M[:, q].sum())
            expected = (M[:, p] * M[:, q]).sum() / most if most else 0.0
            assert c.proximity[p, q] == pytest.approx(expected, abs=1e-14)
    r, p = 1, 2
    around = c.proximity[p].sum()
    assert c.density[r, p] == pytest.approx((M[r] * c.proximity[p]).sum() / around if around else 0.0, abs=1e-14)
    if not c.determined:
        assert np.isnan(c.eci).all()
        return
    rows, columns = M.any(axis=1), M.any(axis=0)
    m = M[np.ix_(rows, columns)]
    walk = (m / m.sum(axis=1)[:, None]) @ (m / m.sum(axis=0)).T
    values, vectors = np.linalg.eig(walk)
    second = np.real(vectors[:, np.argsort(values.real)[-2]])
    assert abs(np.corrcoef(second, c.eci[rows])[0, 1]) == pytest.approx(1.0, abs=1e-7)
    assert np.sort(values.real)[-2] == pytest.approx(c.eigenvalues[1], abs=1e-9)
    for at in np.flatnonzero(rows):  # ECI is the mean PCI of what is present
        assert c.eci[at] == pytest.approx(c.pci[c.presence[at]].mean(), abs=1e-9)
    assert c.eci[rows].mean() == pytest.approx(0, abs=1e-9)
    assert c.eci[rows].std() == pytest.approx(1, abs=1e-9)
    gain = sum((1 - M[r, q]) * c.proximity[q, p] * c.pci[q] / c.proximity[q].sum() for q in np.flatnonzero(columns))
    assert c.cog[r, p] == pytest.approx((1 - M[r, p]) * gain, abs=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(max_examples=30)
def test_order_unit_and_form_change_nothing(seed):
    data = made_up(seed)
    plain = complexity(data)
    mixed = complexity(data.sample(frac=1.0, random_state=seed).assign(value=lambda f: f["value"] * 1e4))
    table = data.pivot_table(index="region", columns="sector", values="value")
    turned = complexity(table)
    for other in (mixed, turned):
        keys = ["region", "sector"]
        one, two = (c.cells_frame().sort_values(keys).drop(columns="amount") for c in (plain, other))
        np.testing.assert_allclose(
            one.drop(columns=keys).astype(float), two.drop(columns=keys).astype(float), atol=1e-8
        )
        np.testing.assert_allclose(
            plain.regions_frame().sort_values("region")["eci"],
            other.regions_frame().sort_values("region")["eci"],
            atol=1e-8,
        )


def test_the_sign_follows_diversity_and_is_reported():
    c = complexity(made_up(3))
    assert c.sign_correlation == pytest.approx(np.corrcoef(c.eci, c.diversity)[0, 1])
    assert 0 <= c.sign_correlation <= 1
    assert 0 < c.gap < 1


def test_empty_sectors_and_regions_have_no_index_and_change_no_other():
    data = made_up(5)
    plain = complexity(data)
    table = data.pivot_table(index="region", columns="sector", values="value")
    more = complexity(table.assign(none=0.0).T.assign(nowhere=0.0).T)
    assert np.isnan(more.pci[-1])
    assert np.isnan(more.eci[-1])
    assert more.density[:, -1].max() == 0
    np.testing.assert_allclose(more.eci[:-1], plain.eci, atol=1e-10)
    np.testing.assert_allclose(more.density[:-1, :-1], plain.density, atol=1e-12)
    np.testing.assert_allclose(more.coi[:-1], plain.coi, atol=1e-10)
    assert np.isfinite(more.cog).all()


def test_parts_without_a_link_are_not_ranked():
    block = np.kron(np.eye(2), np.array([[3.0, 1.0, 1.0], [1.0, 3.0, 2.0], [2.0, 1.0, 1.0]]))
    c = complexity(pd.DataFrame(block))
    assert c.parts == 2
    assert not c.determined
    assert np.isnan(c.eci).all()
    assert np.isnan(c.coi).all()
    assert c.density.max() > 0


def test_equal_second_eigenvalues_are_not_ranked():
    ring = np.eye(4) + np.roll(np.eye(4), 1, axis=1)
    c = complexity(pd.DataFrame(ring))
    assert c.parts == 1
    assert c.gap == pytest.approx(0, abs=1e-12)
    assert not c.determined
    assert np.isnan(c.pci).all()


def test_the_smallest_case_and_what_is_refused():
    c = complexity(pd.DataFrame([[4.0, 2.0, 2.0, 0.0], [4.0, 0.0, 0.0, 4.0]]))
    np.testing.assert_allclose(c.eci, [1.0, -1.0])  # the more diverse of two stands above
    for data, code in (
        (pd.DataFrame([[1.0, 2.0]]), "E-DIA-34"),
        (pd.DataFrame([[1.0], [2.0]]), "E-DIA-34"),
        (pd.DataFrame([[1.0, 2.0], [0.0, 0.0]]), "E-DIA-34"),
        (pd.DataFrame([[1.0, -2.0], [0.5, 1.0]]), "E-DIA-31"),
        (pd.DataFrame([[1.0, np.nan], [0.5, 1.0]]), "E-DIA-31"),
        (pd.DataFrame([["a", "b"], ["c", "d"]]), "E-DIA-30"),
    ):
        with pytest.raises(HaiheError, match=code):
            complexity(data)
    doubled = made_up(1)
    with pytest.raises(HaiheError, match=r"(?s)E-DIA-32.*r00 / s00"):
        grid_of(pd.concat([doubled, doubled.head(1)]))


def test_a_long_frame_may_leave_out_what_is_zero():
    data = made_up(2)
    np.testing.assert_allclose(
        complexity(data[data["value"] > 0].sort_values(["region", "sector"]))
        .regions_frame()
        .set_index("region")["eci"],
        complexity(data).regions_frame().set_index("region")["eci"],
        atol=1e-10,
    )


def test_density_of_a_region_that_has_all_is_one():
    proximity = np.array([[1.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(density_of(np.array([[True, True], [True, False]]), proximity), [[1, 1], [2 / 3, 1 / 3]])

"""Trade and dependence: identities, brute force over the dense inverse, and cases known by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from chain_region import region_of
from hypothesis import given
from hypothesis import strategies as st
from small_economy import economy

from haihe.accounts import Accounts
from haihe.diagnosis.diagnosis import diagnose
from haihe.diagnosis.origins import ORIGINS, bought, shares, sold
from haihe.diagnosis.places import Places
from haihe.diagnosis.trade import Trade
from haihe.messages import HaiheError, Text
from haihe.region import Region
from small_region import META, small_tables

seeds = st.integers(0, 10_000)


def places(accounts: Accounts, members: int | None = None, home: int = 0) -> Places:
    codes = accounts.regions
    inside = tuple(codes[: len(codes) if members is None else members])
    return Places(inside[home], inside, tuple(codes[len(inside) :]), {c: Text(c, c) for c in codes})


def trade(accounts: Accounts, members: int | None = 2, home: int = 0) -> Trade:
    return Trade(accounts, places(accounts, members, home))


def dense(accounts: Accounts) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and inverse of the coupled table, cell by cell: origins of a product are the same for every use."""
    R, n = accounts.output.shape
    flows = np.zeros((R, R, n)) if accounts.flows is None else accounts.flows
    A = np.zeros((R * n, R * n))
    for s in range(R):
        for i in range(n):
            uses = accounts.Z[s, i].sum() + accounts.final[s, i].sum()
            for r in range(R):
                came = flows[r, s, i] if r != s else uses - flows[:, s, i].sum() - accounts.imports[s, i]
                came -= accounts.inflow[s, i] if r == s else 0.0
                for j in range(n):
                    if accounts.output[s, j]:
                        A[r * n + i, s * n + j] = came / uses * accounts.Z[s, i, j] / accounts.output[s, j]
    return A, np.linalg.inv(np.eye(R * n) - A)


@given(seeds, st.booleans(), st.integers(0, 1))
def test_contents_of_every_product_add_up_to_one(seed, flows, idle):
    made = economy(seed, flows=flows, idle=idle)
    found = trade(made)
    total = found.content.sum(axis=0).reshape(made.output.shape)
    np.testing.assert_allclose(total[made.output > 0], 1.0, rtol=1e-10)
    assert np.isfinite(found.content).all()
    by_use = found.contents().groupby(["region", "use"])["share"].sum()
    np.testing.assert_allclose(by_use[by_use != 0], 1.0, rtol=1e-9)


@given(seeds, st.booleans())
def test_value_added_trade_is_that_of_the_dense_inverse_and_adds_up(seed, flows):
    made = economy(seed, flows=flows)
    R, n = made.output.shape
    A, L = dense(made)
    found = trade(made).value_added_trade().pivot_table(index="origin", columns="user", values="value")
    v = (made.value_added / made.output).ravel()
    exported = L @ made.exports.ravel()
    by_origin = (v * exported).reshape(R, n).sum(axis=1)
    np.testing.assert_allclose(found.loc[made.regions, "abroad"], by_origin, rtol=1e-9)
    final = made.output.ravel() - A @ made.output.ravel() - made.exports.ravel() - made.outflow.ravel()
    used = (v * (L @ final)).reshape(R, n).sum(axis=1)
    np.testing.assert_allclose(found.loc[made.regions, [*made.regions, "residual"]].sum(axis=1), used, rtol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), made.value_added.sum(axis=1), rtol=1e-9)


def test_without_inputs_value_added_goes_where_the_product_goes():
    """Two regions, one product, no inputs: what R0 ships to R1 is R0's value added in R1's use, and nothing else is."""
    one = np.ones((2, 1))
    flows = np.zeros((2, 2, 1))
    flows[0, 1, 0], flows[1, 0, 0] = 30.0, 5.0
    made = Accounts(
        regions=["R0", "R1"],
        sectors=["S0"],
        year=2017,
        unit="亿元",
        final_kinds=["household_urban"],
        added_kinds=["labour"],
        Z=np.zeros((2, 1, 1)),
        final=np.array([[[100.0 - 30 - 10 + 5 + 8]], [[50.0 - 5 + 30]]]),
        added=np.array([[[100.0]], [[50.0]]]),
        exports=np.array([[10.0], [0.0]]),
        imports=np.array([[8.0], [0.0]]),
        outflow=0 * one,
        inflow=0 * one,
        residual=0 * one,
        output=np.array([[100.0], [50.0]]),
        flows=flows,
    )
    found = trade(made)
    ends = found.value_added_trade().set_index(["origin", "user"])["value"]
    assert ends["R0", "R1"] == pytest.approx(30.0)
    assert ends["R1", "R0"] == pytest.approx(5.0)
    assert ends["R0", "abroad"] == pytest.approx(10.0)
    assert ends["R0", "R0"] == pytest.approx(60.0)
    contents = found.contents().set_index(["region", "use", "origin"])["value"]
    assert contents["R0", "consumption", "abroad"] == pytest.approx(8.0)
    assert contents["R0", "consumption", "neighbours"] == pytest.approx(5.0)
    assert contents["R0", "exports", "home"] == pytest.approx(10.0)
    assert found.self_sufficiency().set_index("region").loc["R0", "home"] == pytest.approx(60 / 73)


@given(seeds)
def test_import_content_of_exports_is_vertical_specialisation(seed):
    """One region alone: imports in exports are u A_m (I - A_d)^-1 e (Hummels, Ishii and Yi 2001)."""
    made = economy(seed, R=1, flows=False)
    uses, Z = made.uses[0], made.Z[0]
    Ad, Am = (np.diag(share) @ Z / made.output[0] for share in (1 - made.imports[0] / uses, made.imports[0] / uses))
    exports = made.exports[0]
    expected = np.ones(4) @ Am @ np.linalg.inv(np.eye(4) - Ad) @ exports / exports.sum()
    found = trade(made, members=1).contents().set_index(["use", "origin"])["share"]
    assert found["exports", "abroad"] == pytest.approx(expected)


@given(seeds, st.booleans())
def test_origins_add_up_to_uses_and_destinations_to_output(seed, flows):
    made = economy(seed, flows=flows)
    for region in made.regions[:2]:
        r = made.position(region)
        who = places(made, 2)
        np.testing.assert_allclose(bought(made, who, region).sum(axis=0), made.uses[r], rtol=1e-10)
        np.testing.assert_allclose(sold(made, who, region).sum(axis=0), made.output[r], rtol=1e-10)
    near = bought(made, who, "R0")[1]
    np.testing.assert_allclose(near, made.flows[1, 0] if flows else 0.0)


@given(seeds)
def test_without_flows_every_region_stands_alone(seed):
    """Several regions without flows give each the contents that it has as the only region of its accounts."""
    made = economy(seed, flows=False)
    together, alone = trade(made), Trade(made.select(["R1"]), places(made.select(["R1"])))
    assert not together.coupled
    np.testing.assert_allclose(together.grouped("R1", together.content_of("R1"))[1], 0.0, atol=1e-12)
    one = alone.contents().set_index(["use", "origin"])["share"]
    several = together.contents()
    several = several[several["region"] == "R1"].set_index(["use", "origin"])["share"]
    pd.testing.assert_series_equal(one, several, check_exact=False, rtol=1e-9, atol=1e-12)


def test_a_disconnected_sector_has_only_its_own_value_added():
    made = economy(3)
    Z, added = made.Z.copy(), made.added.copy()
    Z[0, :, 2] = Z[0, 2, :] = 0.0
    added[0, :, 2] = made.output[0, 2] * np.array([0.5, 0.1, 0.15, 0.25])
    final = made.final.copy()
    final[0, :, 0] += made.Z[0].sum(axis=1) - Z[0].sum(axis=1)
    cut = replace(made, Z=Z, added=added, final=final)
    content = trade(cut).content_of("R0")[:, 2]
    np.testing.assert_allclose(content, [1.0, 0.0, 0.0, 0.0, 0.0], atol=1e-12)


def test_a_sector_that_one_region_lacks_is_bought_and_has_no_content():
    made = economy(5, idle=1)
    assert made.output[0, 3] == 0
    found = trade(made)
    own = found.self_sufficiency().set_index(["region", "sector"])
    assert own.loc[("R0", "S3"), "home"] == pytest.approx(0.0, abs=1e-12)
    assert own.loc[("R0", "S3"), list(ORIGINS)].sum() == pytest.approx(1.0)
    assert found.content_of("R0").shape == (5, 4)


def test_what_is_not_known_is_missing_and_never_zero():
    made = economy(2, flows=False)
    none = np.zeros_like(made.imports)
    merged = replace(
        made,
        inflow=made.inflow + made.imports,
        outflow=made.outflow + made.exports,
        imports=none,
        exports=none,
        merged_trade=True,
    )
    found = trade(merged)
    frame = found.contents()
    assert frame.loc[frame["origin"] == "abroad", "share"].isna().all()
    assert frame.loc[(frame["origin"] == "home") & (frame["use"] == "consumption"), "share"].notna().all()
    own = found.self_sufficiency()
    assert own["abroad"].isna().all()
    assert own["home"].notna().all()
    assert np.isnan(shares(np.ones((4, 1)), np.zeros(1))).all()


def test_an_unknown_member_is_named():
    with pytest.raises(HaiheError, match="E-DIA-60"):
        diagnose(region_of([economy(0)]), home="R9")
    with pytest.raises(HaiheError, match="E-DIA-60"):
        diagnose(region_of([economy(0)]), home="R2")  # the partner is no member
    assert diagnose(region_of([economy(0)]), home="R1").places.neighbours == ("R0",)


def test_no_accounts_is_refused_and_no_flows_is_said():
    tables = small_tables()
    del tables["accounts"], tables["flows"]
    with pytest.raises(HaiheError, match="E-TAB-01"):
        diagnose(Region(tables, META))
    found = diagnose(region_of([economy(1, flows=False)], flows=False))
    assert "N-DIA-66" in {finding.code for finding in found.findings}
    assert not {"trade-value-added", "trade-value-added-flows"} & set(found.tables)
    assert {"trade-content", "trade-self-sufficiency"} <= set(found.tables)


def test_the_band_of_neighbours_holds_their_share():
    frame = diagnose(region_of([economy(4)])).trade.self_sufficiency
    assert (frame["near_low"] <= frame["neighbours"] + 1e-12).all()
    assert (frame["neighbours"] <= frame["near_high"] + 1e-12).all()
    np.testing.assert_allclose(frame["near_low"], 0.5 * frame["neighbours"])


def test_every_part_of_the_view_can_be_quoted():
    for part in diagnose(region_of([economy(6)])).trade.shown():
        said = part.cite()
        assert "方法" in said.zh
        assert "Method" in said.en
        assert "2017" in said.en

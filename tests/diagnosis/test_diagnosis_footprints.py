"""Footprints: against the inverse by brute force, and the sums that must hold."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import made

import haihe as hh
from haihe.accounts import InterregionalTable
from haihe.diagnosis import Leontief, demand_of, footprints, imported_by_product
from haihe.messages import HaiheError

many = settings(max_examples=40)
seeds = st.integers(0, 10**6)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def stressors(seed: int, labels: pd.Index) -> pd.DataFrame:
    """Two stressors, one of them absent in some sectors."""
    rng = np.random.default_rng(seed + 1)
    values = rng.random((2, len(labels)))
    values[1] *= rng.random(len(labels)) < 0.6
    return pd.DataFrame(values, index=["carbon", "jobs"], columns=labels)


@many
@given(seed=seeds, shape=shapes, precision=st.sampled_from(["double", "single"]))
def test_footprints_are_those_of_the_inverse(seed, shape, precision):
    """Cell by cell, in regions with different sectors."""
    t = made(seed, shape)
    S = stressors(seed, t.x.index)
    found = footprints(t.model(precision=precision), t.Y, S)
    detail = imported_by_product(t.model(precision=precision), t.Y, S)
    region = np.asarray(t.x.index.get_level_values("region"))
    sector = np.asarray(t.x.index.get_level_values("sector"))
    close = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(found.M, S.to_numpy() @ t.L, **close)
    np.testing.assert_allclose(found.by_use, S.to_numpy() @ t.L @ t.Y.to_numpy(), **close)
    exported = np.zeros_like(S.to_numpy())
    for user in np.unique(region):
        y = t.Y[user].to_numpy().sum(axis=1)
        for product in np.unique(sector):
            X = t.L @ np.where(sector == product, y, 0.0)
            np.testing.assert_allclose(found.D_cba[user, product], S.to_numpy() @ X, **close)
            elsewhere = np.where(region == user, 0.0, X)
            np.testing.assert_allclose(detail[user, product], S.to_numpy() @ elsewhere, **close)
        exported += S.to_numpy() * np.where(region == user, 0.0, t.L @ y)
        for maker in np.unique(region):
            taken = S.to_numpy() @ np.where(region == maker, t.L @ y, 0.0)
            for at, name in enumerate(S.index):
                assert found.exchange.loc[(name, maker), user] == pytest.approx(taken[at], rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(found.D_exp, exported, **close)
    np.testing.assert_allclose(found.D_pba, S * t.x, **close)


@many
@given(seed=seeds, shape=shapes)
def test_what_is_made_is_what_is_used(seed, shape):
    t = made(seed, shape)
    found = footprints(t.model(), t.Y, stressors(seed, t.x.index))
    whole = found.D_pba.sum(axis=1)
    for other in (
        found.D_cba.sum(axis=1),
        found.by_use.sum(axis=1),
        found.exchange.groupby(level=0, sort=False).sum().sum(axis=1),
    ):
        pd.testing.assert_series_equal(other, whole, check_names=False, rtol=1e-10)
    regional = found.regional
    np.testing.assert_allclose(regional["cba"].sum(axis=1), regional["pba"].sum(axis=1), rtol=1e-10)
    np.testing.assert_allclose(regional["imp"].sum(axis=1), regional["exp"].sum(axis=1), rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(
        regional["exp"] - regional["imp"], regional["pba"] - regional["cba"], rtol=1e-8, atol=1e-8
    )
    pd.testing.assert_frame_equal(found.D_imp, regional["imp"])
    parts = imported_by_product(t.model(), t.Y, stressors(seed, t.x.index))
    by_user = parts.T.groupby(level=0, sort=False).sum().T
    np.testing.assert_allclose(by_user, found.D_imp[by_user.columns], rtol=1e-8, atol=1e-9)


def test_a_user_outside_the_table_imports_all_it_takes():
    t = made(5, [3, 2])
    Y = t.Y.copy()
    Y[("export", "export")] = 2.0
    S = stressors(5, t.x.index)
    found = footprints(t.model(), Y, S)
    regional = found.regional
    np.testing.assert_allclose(regional["imp"]["export"], regional["cba"]["export"])
    assert (regional["pba"]["export"] == 0).all()
    assert (regional["exp"]["export"] == 0).all()
    taken = S.to_numpy() @ t.L @ np.full(5, 2.0)
    np.testing.assert_allclose(regional["cba"]["export"], taken)
    detail = imported_by_product(t.model(), Y, S)
    np.testing.assert_allclose(detail["export"].sum(axis=1), taken)


def test_final_demand_by_region_alone_and_out_of_order():
    t = made(6, [3, 2, 4])
    S = stressors(6, t.x.index)
    plain = footprints(t.model(), t.Y, S)
    total = t.Y.T.groupby(level=0).sum().T
    mixed = footprints(t.model(), total.iloc[::-1, [2, 0, 1]], S[S.columns[::-1]])
    pd.testing.assert_frame_equal(mixed.D_cba[plain.D_cba.columns], plain.D_cba, rtol=1e-10, check_names=False)
    pd.testing.assert_frame_equal(mixed.D_exp, plain.D_exp, rtol=1e-10)
    regional = mixed.regional
    pd.testing.assert_frame_equal(regional[plain.regional.columns], plain.regional, rtol=1e-10)


def test_what_final_use_takes_itself_is_in_the_totals_of_its_region():
    t = made(7, [2, 3])
    S = stressors(7, t.x.index)
    direct = pd.DataFrame(np.arange(8.0).reshape(2, 4), index=S.index, columns=t.Y.columns)
    plain = footprints(t.model(), t.Y, S)
    found = footprints(t.model(), t.Y, S, direct.iloc[::-1, ::-1])
    pd.testing.assert_frame_equal(found.by_use, plain.by_use + direct)
    pd.testing.assert_frame_equal(found.D_cba, plain.D_cba)
    more = found.regional - plain.regional
    for account in ("cba", "pba"):
        np.testing.assert_allclose(more[account], [[1.0, 5.0], [9.0, 13.0]])
    np.testing.assert_allclose(more[["imp", "exp"]], 0.0, atol=1e-9)
    with pytest.raises(HaiheError, match="E-DIA-03"):
        footprints(t.model(), t.Y, S, direct.iloc[:1])


def test_value_added_of_the_example_is_spent_whole():
    """Every yuan of value added ends in somebody's final use, in exports, or in the statistical error."""
    table = InterregionalTable.from_accounts(hh.accounts_of(hh.example("jing-jin-ji")))
    added = pd.DataFrame(table.added.sum(axis=0)[None], index=["value added"], columns=table.index)
    found = footprints(Leontief.of(table), demand_of(table), added / table.output)
    assert float(found.D_cba.sum().sum()) == pytest.approx(table.added.sum(), rel=1e-9)
    made_there = found.regional["pba"].loc["value added", table.regions]
    np.testing.assert_allclose(made_there, added.T.groupby(level=0, sort=False).sum().iloc[:, 0], rtol=1e-9)
    assert list(found.exchange.columns[: len(table.regions)]) == table.regions
    assert "export" in found.exchange.columns


def test_what_it_refuses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HAIHE_LANG", "en")
    t = made(0, [3])
    S = stressors(0, t.x.index)

    def refused(code: str, word: str):
        return pytest.raises(HaiheError, match=f"(?s){code}.*{re.escape(word)}")

    with refused("E-DIA-11", "0、1、2"):
        footprints(Leontief(t.a), pd.DataFrame(np.ones((3, 1))), pd.DataFrame(np.ones((1, 3))))
    with refused("E-DIA-03", "R0 / S02"):
        footprints(t.model(), t.Y.iloc[:2], S)
    with refused("E-DIA-03", "R0 / S02"):
        footprints(t.model(), t.Y, S.iloc[:, :2])

"""The full interregional form, and its way to pymrio and back."""

import builtins
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from haihe.accounts import InterregionalTable, build_interregional, read_provinces
from haihe.messages import HaiheError

ARRAYS = ("Z", "final", "added", "imports", "final_imports", "exports", "residual", "output")


def test_origins_add_up_to_uses(economy):
    a = economy(R=3, n=4)
    t = InterregionalTable.from_accounts(a)
    report = t.diagnose(1e-12)
    assert report.ok
    by_origin = t.Z.reshape(3, 4, 3, 4)
    outside = (a.imports / a.uses)[:, :, None] * a.Z
    np.testing.assert_allclose(by_origin.sum(axis=0).transpose(1, 0, 2) + outside, a.Z)
    shipped = by_origin.sum(axis=3) + t.final.reshape(3, 4, 3, 5).sum(axis=3)
    for r in range(3):
        for s in range(3):
            if r != s:
                np.testing.assert_allclose(shipped[r, :, s], a.flows[r, s])
    np.testing.assert_allclose(t.exports, a.exports.ravel())
    np.testing.assert_allclose(t.residual, 0.0, atol=1e-9)
    assert t.Z_frame().loc[("R1", "S2"), ("R0", "S3")] == t.Z[1 * 4 + 2, 3]
    assert t.final_frame().columns.names == ["region", "category"]


def test_value_added_embodied_in_all_use_is_value_added(economy):
    """Leontief: total value added = value added per unit x output needed for all final use, exports and residual."""
    t = InterregionalTable.from_accounts(economy(R=3, n=4))
    demand = t.final.sum(axis=1) + t.exports + t.residual
    output = np.linalg.solve(np.eye(12) - t.coefficients, demand)
    np.testing.assert_allclose(output, t.output)


def test_broken_tables_are_found(economy):
    t = InterregionalTable.from_accounts(economy())
    Z = t.Z.copy()
    Z[0, 5] += 1.0
    failing = {(c.name, c.region) for c in replace(t, Z=Z).diagnose().of("FAIL")}
    assert failing >= {("row_identity", "R0"), ("column_identity", "R1"), ("gdp_income", "R1")}
    assert ("row_identity", "R1") not in failing
    Z = t.Z.copy()
    Z[2, 2] += 3 * t.output[2]
    assert replace(t, Z=Z).diagnose().get("spectral_radius").status == "FAIL"


def test_one_region_needs_no_flows_but_several_do(economy):
    one = InterregionalTable.from_accounts(economy(with_flows=False).select(["R1"]))
    assert one.diagnose().ok
    with pytest.raises(HaiheError, match="E-ACC-32"):
        InterregionalTable.from_accounts(economy(with_flows=False))


def test_a_large_table_has_the_same_spectral_radius(economy):
    from haihe.accounts.checks import dominant, spectral_radius

    A = InterregionalTable.from_accounts(economy(R=6, n=8)).coefficients
    assert dominant(A) == pytest.approx(spectral_radius(A[None])[0])


def test_round_trip_through_pymrio(economy):
    pytest.importorskip("pymrio")
    t = InterregionalTable.from_accounts(economy())
    system = t.to_pymrio()
    system.calc_all()
    np.testing.assert_allclose(system.x["indout"], t.output)
    back = InterregionalTable.from_pymrio(system, year=2017)
    assert (back.regions, back.sectors, back.final_kinds) == (t.regions, t.sectors, t.final_kinds)
    assert (back.added_kinds, back.unit) == (t.added_kinds, "万元")
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(back, name), getattr(t, name), atol=1e-9, err_msg=name)


def test_pymrio_test_system_comes_back_unchanged():
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    t = InterregionalTable.from_pymrio(system)
    assert (len(t.regions), len(t.sectors), t.unit) == (6, 8, "Mill USD")
    assert t.added_kinds == ["Value Added"]
    back = t.to_pymrio()
    pd.testing.assert_frame_equal(back.Z, system.Z, check_names=False)
    pd.testing.assert_frame_equal(back.Y, system.Y, check_names=False, check_dtype=False)
    pd.testing.assert_frame_equal(back.factor_inputs.F, system.factor_inputs.F, check_names=False, check_dtype=False)
    system.calc_all()
    back.calc_all()
    np.testing.assert_allclose(back.L, system.L, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(t.coefficients, system.A, rtol=1e-12, atol=1e-12)
    without = InterregionalTable.from_pymrio(pymrio.load_test().remove_extension("factor_inputs"))
    assert without.added_kinds == ["value_added"]


def test_uneven_pymrio_system_is_refused():
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    system.Z = system.Z.drop(index=[("reg1", "food")], columns=[("reg1", "food")])
    with pytest.raises(HaiheError, match="reg1 / food"):
        InterregionalTable.from_pymrio(system)


def test_missing_pymrio_names_the_extra(economy, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "pymrio":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    t = InterregionalTable.from_accounts(economy())
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(HaiheError, match=r"haihe\[pymrio\]"):
        t.to_pymrio()


@pytest.mark.reference
def test_four_region_table_in_full_form(reference):
    provinces = read_provinces(reference / "china_provincial_io", 2017)
    accounts = build_interregional(provinces, ["Beijing", "Tianjin", "Hebei"]).accounts
    t = InterregionalTable.from_accounts(accounts)
    report = t.diagnose(1e-8)
    assert report.ok
    assert (t.Z[: 3 * 42] >= 0).all()
    shipped = t.Z.reshape(4, 42, 4, 42).sum(axis=(1, 3)) + t.final.reshape(4, 42, 4, 5).sum(axis=(1, 3))
    np.testing.assert_allclose(shipped[0, 2], accounts.flows[0, 2].sum(), rtol=1e-6)

"""Extraction in closed form against solving the changed economy anew."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_tables import made

import haihe as hh
from haihe.accounts import InterregionalTable
from haihe.diagnosis import Leontief, extract, extract_deliveries, extract_each, extract_sets, pick
from haihe.messages import HaiheError

many = settings(max_examples=60)
seeds = st.integers(0, 10**6)
shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)
kinds = st.sampled_from(["full", "backward", "forward"])
precisions = st.sampled_from(["double", "single"])


def refused(code: str, *words: str):
    """Expect an error of this code that says these words."""
    return pytest.raises(HaiheError, match=rf"(?s){code}" + "".join(f".*{re.escape(word)}" for word in words))


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIHE_LANG", "en")


def anew(t, shares: np.ndarray, kind: str) -> np.ndarray:
    """Output of the changed economy, with its own inverse: by the words of the definition, not by the formula."""
    A, f = t.a.copy(), t.f.copy()
    left = 1.0 - shares
    if kind == "full":
        A, f = left[:, None] * A, left * f
    elif kind == "forward":
        A = left[:, None] * A
    else:
        A = A * left[None, :]
    return np.linalg.inv(np.eye(len(f)) - A) @ f


@many
@given(seed=seeds, shape=shapes, kind=kinds, precision=precisions, data=st.data())
def test_sets_and_shares_are_those_of_the_economy_solved_anew(seed, shape, kind, precision, data):
    t = made(seed, shape)
    n = len(t.x)
    rng = np.random.default_rng(seed)
    shares = rng.random(n) * (rng.random(n) < 0.5)
    if data.draw(st.booleans()):
        shares = np.ceil(shares)
    found = extract(
        t.model(precision=precision), pd.Series(shares, index=t.x.index)[shares > 0], kind=kind, measures=t.v / t.x
    )
    after = anew(t, shares, kind)
    scale = t.x.max()
    np.testing.assert_allclose(found["after"], after, rtol=1e-9, atol=1e-10 * scale)
    np.testing.assert_allclose(found["output"], t.x - after, rtol=1e-9, atol=1e-10 * scale)
    np.testing.assert_allclose(found["share"], 1 - after / t.x, atol=1e-9)
    lost = (t.v.iloc[0] / t.x).to_numpy() * (t.x - after).to_numpy()
    np.testing.assert_allclose(found["value added"], lost, rtol=1e-8, atol=1e-10 * scale)
    if kind == "full":
        assert (found["output"] >= shares * t.x - 1e-9 * scale).all()
        assert (found["after"][shares == 1].abs() <= 1e-9 * scale).all()


@many
@given(seed=seeds, shape=shapes, kind=kinds, share=st.floats(0.0, 1.0), precision=precisions)
def test_each_sector_in_turn_is_each_alone(seed, shape, kind, share, precision):
    t = made(seed, shape)
    model = t.model(precision=precision)
    S = t.v / t.x
    every = extract_each(model, share=share, kind=kind, measures=S)
    parts = extract_each(model, share=share, kind=kind, measures=S, by="region")
    scale = t.x.max()
    assert every.index.equals(t.x.index)
    for j, label in enumerate(t.x.index):
        loss = t.x - anew(t, np.where(np.arange(len(t.x)) == j, share, 0.0), kind)
        assert every.loc[label, "output"] == pytest.approx(loss.sum(), rel=1e-8, abs=1e-9 * scale)
        assert every.loc[label, "value added"] == pytest.approx(float(loss @ S.iloc[0]), rel=1e-8, abs=1e-9 * scale)
        for region, there in loss.groupby(level="region"):
            assert parts.loc[label, ("output", region)] == pytest.approx(there.sum(), rel=1e-8, abs=1e-9 * scale)
    if kind == "full" and share == 1.0:
        assert (every["output"] >= t.x - 1e-9 * scale).all()


@many
@given(seed=seeds, shape=shapes, kind=kinds, count=st.integers(0, 4))
def test_several_sets_are_each_alone(seed, shape, kind, count):
    t = made(seed, shape)
    rng = np.random.default_rng(seed)
    sets = {}
    for k in range(count):
        members = rng.permutation(len(t.x))[: rng.integers(1, len(t.x) + 1)]
        sets[f"chain {k}"] = pd.Series(rng.random(len(members)), index=t.x.index[members])
    model = t.model()
    S = t.v / t.x
    found = extract_sets(model, sets, kind=kind, measures=S)
    parts = extract_sets(model, sets, kind=kind, measures=S, by="region")
    assert list(found.index) == list(sets)
    for name, shares in sets.items():
        alone = extract(model, shares, kind=kind, measures=S)
        np.testing.assert_allclose(
            found.loc[name].to_numpy(), alone[["output", "value added"]].sum().to_numpy(), rtol=1e-9, atol=1e-9
        )
        by = alone.groupby(level="region", sort=False)[["output", "value added"]].sum()
        for (measure, region), value in parts.loc[name].items():
            assert value == pytest.approx(by.loc[region, measure], rel=1e-9, abs=1e-9)


@many
@given(
    seed=seeds,
    shape=st.lists(st.integers(1, 4), min_size=2, max_size=4),
    share=st.floats(0.0, 1.0),
    final=st.booleans(),
)
def test_a_supplier_region_and_imports_alone(seed, shape, share, final):
    """Deliveries of one region to all others, and of all others to one: both sides of the small system."""
    t = made(seed, shape)
    model = t.model()
    home = np.asarray(t.x.index.get_level_values("region") == "R1")
    using = np.asarray(t.Y.columns.get_level_values(0) == "R1")
    own, others = pick(model, "region", "R1"), pick(model, "region", "R1", others=True)
    assert list(own) == list(t.x.index[home])
    for suppliers, buyers, sells, buys in ((own, others, home, ~using), (others, own, ~home, using)):
        A, f = t.a.copy(), t.f.copy()
        cut = np.outer(sells, ~sells)
        A = np.where(cut, (1 - share) * A, A)
        delivered = np.where(sells, t.Y.to_numpy()[:, buys].sum(axis=1), 0.0)
        if final:
            f = f - share * delivered
        after = np.linalg.inv(np.eye(len(f)) - A) @ f
        found = extract_deliveries(
            model, suppliers, buyers, share=share, final=delivered if final else None, measures=t.v / t.x
        )
        np.testing.assert_allclose(found["after"], after, rtol=1e-9, atol=1e-10 * t.x.max())
        by_supplier = pd.Series(share, index=suppliers)
        again = extract_deliveries(model, suppliers, buyers, share=by_supplier, final=delivered if final else None)
        np.testing.assert_allclose(again["after"], after, rtol=1e-9, atol=1e-10 * t.x.max())


def test_shares_by_supplier_differ():
    t = made(7, [3, 3])
    model = t.model()
    s = pd.Series([0.3, 1.0], index=t.x.index[:2])
    found = extract_deliveries(model, t.x.index[:3], t.x.index[3:], share=s)
    A = t.a.copy()
    A[:3, 3:] *= (1 - np.array([0.3, 1.0, 0.0]))[:, None]
    np.testing.assert_allclose(found["after"], np.linalg.solve(np.eye(6) - A, t.f), rtol=1e-10)


def test_nothing_taken_out_loses_nothing():
    t = made(3, [3, 2])
    for found in (
        extract(t.model(), []),
        extract(t.model(), pd.Series(0.0, index=t.x.index)),
        extract_deliveries(t.model(), [], t.x.index),
        extract_deliveries(t.model(), t.x.index, []),
    ):
        assert (found["output"] == 0).all()
    assert extract_sets(t.model(), {}).shape == (0, 1)
    assert (extract_each(t.model(), share=0.0)["output"] == 0).all()


def test_a_sector_without_output_can_be_taken_out():
    t = made(8, [3, 2])
    A, f = t.a.copy(), t.f.copy()
    A[1], A[:, 1], f[1] = 0.0, 0.0, 0.0
    x = np.linalg.solve(np.eye(5) - A, f)
    model = Leontief.from_flows(A * x, x, t.x.index)
    assert (extract(model, [t.x.index[1]])["output"] == 0).all()
    assert np.isnan(extract(model, [t.x.index[0]])["share"].iloc[1])
    every = extract_each(model)["output"]
    assert every.iloc[1] == 0.0
    assert (every.drop(t.x.index[1]) > 0).all()


def test_regions_apart_do_not_lose_each_others_output():
    one, other = made(1, [3]), made(2, [2])
    A = np.zeros((5, 5))
    A[:3, :3], A[3:, 3:] = one.a, other.a
    labels = pd.MultiIndex.from_tuples(
        [("a", i) for i in range(3)] + [("b", i) for i in range(2)], names=["region", "s"]
    )
    model = Leontief(A, labels)
    x = np.concatenate([one.x, other.x])
    parts = extract_each(model, by="region", output=x)
    assert (parts.loc["a", ("output", "b")] == 0).all()
    assert (parts.loc["b", ("output", "a")] == 0).all()
    assert (extract(model, pick(model, "region", "a"), output=x)["after"].loc["a"].abs() < 1e-9).all()


def test_a_chain_of_the_example_is_that_of_the_economy_solved_anew():
    table = InterregionalTable.from_accounts(hh.accounts_of(hh.example("jing-jin-ji")))
    model = Leontief.of(table)
    x = pd.Series(table.output, index=table.index)
    places = [r for r in ("TJ", "BJ", "HE") if r in table.regions]
    shares = pd.Series(0.4, index=pd.MultiIndex.from_product([places, table.sectors[5:8]]))
    found = extract(model, shares)
    A, f = table.coefficients, x.to_numpy() - table.Z.sum(axis=1)
    left = 1 - shares.reindex(x.index, fill_value=0.0).to_numpy()
    after = np.linalg.solve(np.eye(len(x)) - left[:, None] * A, left * f)
    np.testing.assert_allclose(found["after"], after, rtol=1e-8, atol=1e-10 * x.max())


def test_what_it_refuses():
    t = made(0, [3, 2])
    model = t.model()
    with refused("E-DIA-09", "R9 / S00"):
        extract(model, [("R9", "S00")])
    with refused("E-DIA-10", "1.5"):
        extract(model, pd.Series([1.5], index=t.x.index[:1]))
    with refused("E-DIA-10", "nan"):
        extract_each(model, share=float("nan"))
    with refused("E-DIA-03", "twice"):
        extract(model, t.x.index[[0, 0]])
    with refused("E-DIA-08", "sideways", "backward"):
        extract(model, t.x.index[:1], kind="sideways")
    with refused("E-DIA-06"):
        extract_each(Leontief(t.a, t.x.index))
    with refused("E-DIA-08", "province", "region"):
        extract_each(model, by="province")
    with refused("E-DIA-09", "R7"):
        pick(model, "region", "R0", "R7")
    with refused("E-DIA-03", "measures"):
        extract(model, t.x.index[:1], measures=(t.v / t.x).iloc[:, :2])

"""Ways to a reference path: totals are met, order does not matter, and known cases come out by hand."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from haihe.messages import HaiheError
from haihe.planning import paths

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "reference-path.md"
SIZES = st.tuples(st.integers(2, 6), st.integers(2, 7))
INDEX = st.floats(0.3, 3.0)


@st.composite
def economies(draw):
    """Output with some empty cells, growth of regions and sectors."""
    regions, sectors = draw(SIZES)
    before = draw(arrays(float, (regions, sectors), elements=st.floats(0.1, 100.0)))
    empty = draw(arrays(bool, (regions, sectors)))
    empty[:, 0] = False  # nobody is without anything
    before = np.where(empty, 0.0, before)
    return before, draw(arrays(float, regions, elements=INDEX)), draw(arrays(float, sectors, elements=INDEX))


def every_way(before, total, sector, inferred=True):
    """All ways on one economy, by name; what is inferred may jump between penalties that do equally well."""
    features = paths.specialisation(before)[..., None]
    share = np.full_like(before, 0.4)
    ways = {
        "uniform": paths.uniform(before, total),
        "shift_share": paths.shift_share(before, sector, total),
        "rest": paths.shift_share(before, paths.rest_of_nation(before, before * sector), total),
        "damped": paths.damped(before, sector, 0.5, total),
        "tending": paths.tending(before, sector, features, [-0.1], total),
        "by_value_added": paths.by_value_added(before, sector, share, total),
    }
    if inferred:
        ways["inferred"] = paths.shift_share(before, paths.inferred_growth(before, total), total)
    return ways | {"blend": paths.blend(before, list(ways.values()), total)}


@given(economies())
def test_every_way_meets_the_total_of_every_region(economy):
    before, total, sector = economy
    for name, growth in every_way(before, total, sector).items():
        assert growth.shape == before.shape, name
        assert (growth > 0).all(), name
        np.testing.assert_allclose((before * growth).sum(axis=1), total * before.sum(axis=1), rtol=1e-9, err_msg=name)


@given(economies(), st.randoms(use_true_random=False))
def test_order_does_not_matter(economy, chance):
    before, total, sector = economy
    rows, columns = list(range(before.shape[0])), list(range(before.shape[1]))
    chance.shuffle(rows)
    chance.shuffle(columns)
    here = every_way(before, total, sector, inferred=False)
    there = every_way(before[np.ix_(rows, columns)], total[rows], sector[columns], inferred=False)
    for name, growth in here.items():
        np.testing.assert_allclose(there[name], growth[np.ix_(rows, columns)], rtol=1e-6, err_msg=name)


@given(economies(), st.floats(1e-3, 1e3))
def test_the_unit_of_output_and_of_sector_growth_does_not_matter(economy, by):
    before, total, sector = economy
    here = every_way(before, total, sector, inferred=False)
    there = every_way(before * by, total, sector * 1.7, inferred=False)
    for name in here:
        np.testing.assert_allclose(there[name], here[name], rtol=1e-6, err_msg=name)


@given(economies())
def test_growth_that_is_alike_everywhere_is_uniform(economy):
    before, total, _ = economy
    alike = paths.uniform(before, total)
    np.testing.assert_allclose(alike, np.repeat(total[:, None], before.shape[1], axis=1))
    np.testing.assert_allclose(paths.shift_share(before, np.full(before.shape[1], 1.3), total), alike)


@given(economies(), INDEX)
def test_both_margins_meet_both(economy, common):
    before, total, sector = economy
    before = before + 0.1  # no empty cells: any totals can be met
    growth = paths.both_margins(before, total, sector)
    made = before * growth
    np.testing.assert_allclose(made.sum(axis=1), before.sum(axis=1) * total, rtol=1e-8)
    columns = before.sum(axis=0) * sector
    np.testing.assert_allclose(made.sum(axis=0), columns * (made.sum() / columns.sum()), rtol=1e-8)
    # Least change: whatever is done to rows and columns alone, cross-ratios stay.
    np.testing.assert_allclose(growth * growth[0, 0], growth[:, :1] * growth[:1], rtol=1e-6)


def test_shift_share_by_hand():
    growth = paths.shift_share(np.array([[10.0, 30.0]]), [2.0, 1.0], [1.5])
    np.testing.assert_allclose(growth, [[2.4, 1.2]])  # 20 + 30 = 50 is scaled to 60


def test_value_added_instead_of_output_by_hand():
    growth = paths.by_value_added(np.array([[10.0, 30.0]]), [2.0, 1.0], np.array([[0.6, 0.2]]), [1.5])
    np.testing.assert_allclose(growth, [[2.0, 1.0]])  # value added 6 + 6 = 12 becomes 12 + 6 = 18 without scaling


def test_the_rest_of_the_nation_leaves_the_region_out():
    before = np.array([[1.0, 4.0], [3.0, 2.0], [5.0, 0.0]])
    after = np.array([[9.0, 8.0], [6.0, 3.0], [5.0, 1.0]])
    found = paths.rest_of_nation(before, after)
    np.testing.assert_allclose(found[0], [11 / 8, 4 / 2])
    np.testing.assert_allclose(found[2], [15 / 4, 11 / 6])
    lone = paths.rest_of_nation(np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([[1.0, 1.0], [3.0, 7.0]]))
    np.testing.assert_allclose(lone[0], [3.0, 10.0])  # nobody else had the second: all of the rest


@given(economies())
def test_damping_runs_from_uniform_to_shift_share(economy):
    before, total, sector = economy
    np.testing.assert_allclose(paths.damped(before, sector, 0.0, total), paths.uniform(before, total))
    np.testing.assert_allclose(paths.damped(before, sector, 1.0, total), paths.shift_share(before, sector, total))


def test_a_tendency_that_was_put_in_is_found_and_carried_on():
    rng = np.random.default_rng(4)
    features, slope = rng.normal(size=(20, 9, 2)), np.array([-0.3, 0.7])
    lead = features @ slope + rng.normal(size=(20, 1))  # whatever a region's constant is
    weights = rng.uniform(0, 1, (20, 9))
    np.testing.assert_allclose(paths.tendency(features, lead, weights, 1e-12), slope, rtol=1e-6)
    lead[3] += 100 * rng.normal(size=9)
    weights[3] = 0.0  # left out, it has no say
    np.testing.assert_allclose(paths.tendency(features, lead, weights, 1e-12), slope, rtol=1e-6)
    before = rng.uniform(1, 2, (20, 9))
    growth = paths.tending(before, np.ones(9), features, slope, np.full(20, 1.2))
    moved = np.log(growth) - features @ slope
    np.testing.assert_allclose(moved, np.repeat(moved[:, :1], 9, axis=1))


def test_a_penalty_shrinks_a_tendency():
    rng = np.random.default_rng(8)
    features, weights = rng.normal(size=(20, 9, 1)), np.ones((20, 9))
    lead = 0.5 * features[..., 0] + rng.normal(size=(20, 9))
    free, held = (abs(paths.tendency(features, lead, weights, p)[0]) for p in (1e-9, 1.0))
    assert 0 < held < 0.6 * free


def test_sector_growth_is_inferred_where_structures_tell_it():
    rng = np.random.default_rng(2)
    before = rng.dirichlet(np.ones(5), size=200)
    truth = np.array([0.8, 1.0, 1.2, 1.4, 1.6])
    total = np.exp(before @ np.log(truth))
    found = paths.inferred_growth(before, total)
    np.testing.assert_allclose(found / found[0], truth / truth[0], rtol=0.01)
    rows, columns = rng.permutation(200), rng.permutation(5)
    turned = paths.inferred_growth(7.0 * before[np.ix_(rows, columns)], total[rows])
    np.testing.assert_allclose(turned, found[columns], rtol=1e-6)
    alike = paths.inferred_growth(np.ones((6, 4)), rng.uniform(1, 2, 6))
    np.testing.assert_allclose(alike, alike[0])


def test_the_penalty_is_the_one_that_left_out_regions_like_best():
    rng = np.random.default_rng(6)
    before, total = rng.dirichlet(np.ones(8), size=25), np.exp(rng.normal(0.3, 0.1, 25))
    y, penalties = np.log(total), (1e-3, 1e-1, 10.0)

    def slopes(x, z, penalty):
        """Ridge with a free constant, solved the plain way."""
        x, z = x - x.mean(axis=0), z - z.mean()
        return np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ z)

    centred = before - before.mean(axis=0)
    unit = (centred**2).sum() / len(before)
    misses = []
    for penalty in penalties:
        miss = 0.0
        for r in range(len(before)):
            kept = np.arange(len(before)) != r
            slope = slopes(before[kept], y[kept], penalty * unit)
            miss += (y[r] - y[kept].mean() - (before[r] - before[kept].mean(axis=0)) @ slope) ** 2
        misses.append(miss)
    best = slopes(before, y, penalties[int(np.argmin(misses))] * unit)
    np.testing.assert_allclose(paths.inferred_growth(before, total, penalties), np.exp(y.mean() + best), rtol=1e-9)


@given(economies())
def test_growth_along_the_years(economy):
    before, total, sector = economy
    growth = paths.shift_share(before, sector, total)
    path = paths.along(growth, 5, [0, 1, 2, 5])
    assert path.shape == (*before.shape, 4)
    np.testing.assert_allclose(path[..., 0], 1.0)
    np.testing.assert_allclose(path[..., 3], growth)
    np.testing.assert_allclose(path[..., 1] ** 2, path[..., 2])


GOOD = (np.ones((2, 3)), np.ones(3), np.ones(2))


@pytest.mark.parametrize(
    ("code", "call"),
    [
        ("E-PLN-70", lambda: paths.uniform(np.ones((2, 3)), [1.0])),
        ("E-PLN-70", lambda: paths.shift_share(np.ones((2, 3)), np.ones(2), np.ones(2))),
        ("E-PLN-70", lambda: paths.uniform(np.ones(3), [1.0])),
        ("E-PLN-70", lambda: paths.both_margins(np.ones((2, 3)), np.ones(2), np.ones((2, 3)))),
        ("E-PLN-70", lambda: paths.by_value_added(*GOOD[:2], np.ones((3, 3)), GOOD[2])),
        ("E-PLN-71", lambda: paths.uniform(np.array([[1.0, np.nan]]), [1.0])),
        ("E-PLN-71", lambda: paths.uniform(np.array([[1.0, -1.0]]), [1.0])),
        ("E-PLN-71", lambda: paths.shift_share(np.ones((2, 3)), [1, np.inf, 1], np.ones(2))),
        ("E-PLN-71", lambda: paths.inferred_growth(np.ones((2, 3)), [1.0, 0.0])),
        ("E-PLN-72", lambda: paths.uniform(np.array([[1.0], [0.0]]), [1.0, 1.0])),
        ("E-PLN-72", lambda: paths.shift_share(np.ones((2, 3)), np.zeros(3), np.ones(2))),
        ("E-PLN-73", lambda: paths.damped(*GOOD[:2], 1.5, GOOD[2])),
        ("E-PLN-73", lambda: paths.along(np.ones((2, 3)), 0, [1])),
        ("E-PLN-74", lambda: paths.rest_of_nation(np.ones((1, 3)), np.ones((1, 3)))),
    ],
)
def test_what_is_wrong_is_named(code, call):
    with pytest.raises(HaiheError) as error:
        call()
    assert error.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in error.value.text(lang)


def test_the_code_of_the_page_runs():
    names = {}
    exec(PAGE.read_text(encoding="utf-8").split("```python\n")[1].split("```")[0], names)
    before, growth = names["before"], names["growth"]
    np.testing.assert_allclose((before * growth).sum(axis=1), 1.05**5 * before.sum(axis=1))
    assert names["yearly"].shape == (*before.shape, 6)


def test_every_function_stands_on_the_page():
    text = PAGE.read_text(encoding="utf-8")
    public = [name for name, member in vars(paths).items() if callable(member) and member.__module__ == paths.__name__]
    assert {name for name in public if not name.startswith("_") and f"`{name}`" not in text} == set()

"""The acceptance checks on the example region: Beijing, Tianjin and Hebei in 31 sectors."""

from functools import cache, partial

import pytest

from haihe.planning import plan
from haihe.planning.plans import Plan
from haihe.region import read
from plan_cases import EXAMPLE, Case, of_example
from plan_checks import CHECKS, p1_reference, p1_with_upgrades, p4_front

pytestmark = pytest.mark.slow


@cache
def example() -> Case:
    return of_example()


@cache
def planned() -> Plan:
    return plan(read(EXAMPLE))


@pytest.mark.parametrize("name", sorted(CHECKS.keys() - {"p1_reference", "p1_with_upgrades"}))
def test_check_holds(name: str) -> None:
    check = partial(p4_front, cuts=(0.1, 0.2)) if name == "p4_front" else CHECKS[name]
    check(example())


@pytest.mark.parametrize(
    ("step", "periods", "outlook"),
    [*((step, periods, 0) for step in (1, 2) for periods in (1, 3, 5, 9)), (1, 5, 5), (2, 3, 5), (1, 1, 5)],
)
def test_reference_is_the_optimum_over_any_milestones(step: int, periods: int, outlook: int) -> None:
    case = example().over(step, periods, outlook)
    p1_reference(case)
    p1_with_upgrades(case)


def test_the_plan_says_what_it_costs_and_on_what_it_rests() -> None:
    p = planned()
    assert p.calibration < 1e-6
    assert 0 < p.loss < 0.01 * p.consumption
    last = p.caps[p.caps["year"] == p.views.last]
    assert last["price"].nunique() >= 1
    assert (last["price"] > 0).all()
    assert (p.caps["use"].groupby(p.caps["year"]).sum() <= 1.000001 * p.caps["cap"].groupby(p.caps["year"]).sum()).all()
    capped = p.prices.query("kind == 'cap'")
    assert set(capped["quality"]) == {"illustrative"}
    assert capped["rests_on"].str.contains("limits").all()
    assert p.welfare["welfare"].sum() == pytest.approx(p.gain - p.loss, rel=1e-6)


def test_leakage_stands_beside_the_cap() -> None:
    table = planned().leakage.set_index("place")
    assert list(table.index) == ["BJ", "TJ", "HE", "RC", "abroad", "total"]
    assert table.loc["total", "direct"] < 0 < table.loc["RC", "direct"]
    assert table.loc["RC", "embodied"] > table.loc["RC", "direct"]
    places = table.drop(index="total")[["direct", "embodied"]].sum()
    assert table.loc["total", ["direct", "embodied"]].to_numpy(dtype=float) == pytest.approx(places.to_numpy())

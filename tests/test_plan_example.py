"""The acceptance checks on the example region: Beijing, Tianjin and Hebei in 31 sectors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial

import pytest

from haihe.planning import plan
from haihe.planning.plans import Plan
from haihe.planning.solver import Method, Solution
from haihe.region import read
from plan_cases import EXAMPLE, Built, Case, of_example
from plan_checks import CHECKS, p1_reference, p1_with_upgrades, p4_front

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Kept(Built):
    """A model whose cold solves are kept: each starts from nothing, so what was asked before makes no difference to it."""

    solved: dict[object, Solution] = field(default_factory=dict)

    def free(self, method: Method | None = "ipx") -> Solution:
        return self._once("free", method, lambda: Built.free(self, method))

    def solve(self, cut: float, *, pooled: bool = True, more: float = 0.0, method: Method | None = "ipx") -> Solution:
        again = lambda: Built.solve(self, cut, pooled=pooled, more=more, method=method)  # noqa: E731
        return self._once((cut, pooled, more), method, again)

    def _once(self, what: object, method: Method | None, solve: Callable[[], Solution]) -> Solution:
        if method != "ipx":
            return solve()
        if what not in self.solved:
            self.solved[what] = solve()
        return self.solved[what]


@dataclass(frozen=True)
class Example(Case):
    """The example, built once for all checks; a case made from it in another unit, order or years is its own."""

    made: dict[bool, Built] = field(default_factory=dict, init=False)

    def build(self, *, upgrades: bool = True) -> Built:
        if upgrades not in self.made:
            self.made[upgrades] = Kept(**vars(super().build(upgrades=upgrades)))
        return self.made[upgrades]


@cache
def example() -> Case:
    return Example(**vars(of_example()))


@cache
def planned() -> Plan:
    return plan(read(EXAMPLE))


LONG = {"p9_methods"}
"""Checks that solve the example by every method; on small regions they run in `make test`."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.endure] * (name in LONG))
        for name in sorted(CHECKS.keys() - {"p1_reference", "p1_with_upgrades"})
    ],
)
def test_check_holds(name: str) -> None:
    check = partial(p4_front, cuts=(0.1, 0.2)) if name == "p4_front" else CHECKS[name]
    check(of_example() if name == "p9_methods" else example())  # P9 goes from solve to solve in sessions of its own


@pytest.mark.parametrize(
    ("step", "periods", "outlook"),
    [
        *((step, periods, 0) for step in (1, 2) for periods in (1, 3, 5)),
        (2, 3, 5),
        (1, 1, 5),
        *(pytest.param(*years, marks=pytest.mark.endure) for years in ((1, 9, 0), (2, 9, 0), (1, 5, 5))),
    ],
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

"""The acceptance checks hold on small economies, and each of them fails on a model broken on purpose."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from plan_breakages import BREAKAGES, Breakage
from plan_cases import Case, synthetic, with_growth, with_loss, with_partners, with_two
from plan_checks import CHECKS, p1_reference, p1_with_upgrades

TINY = with_loss(synthetic(2))
UNEVEN = TINY.over(1, 5, outlook=5)
RICH = with_partners(with_two(UNEVEN))
GROWING = with_growth(RICH)


@pytest.mark.parametrize("case", [TINY, UNEVEN, RICH, GROWING], ids=["even", "uneven", "rich", "growing"])
@pytest.mark.parametrize("name", CHECKS)
def test_check_holds(name: str, case: Case) -> None:
    CHECKS[name](case)


@pytest.mark.parametrize("outlook", [0, 1, 5])
@pytest.mark.parametrize("periods", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("step", [1, 2])
def test_reference_is_the_optimum_over_any_milestones(step: int, periods: int, outlook: int) -> None:
    for case in (TINY.over(step, periods, outlook), with_growth(RICH.over(step, periods, outlook))):
        p1_reference(case)
        p1_with_upgrades(case)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 10_000),
    members=st.integers(1, 3),
    sectors=st.integers(2, 4),
    name=st.sampled_from(sorted(CHECKS)),
    step=st.sampled_from([1, 2]),
    periods=st.integers(2, 4),
    outlook=st.sampled_from([0, 1, 5]),
)
def test_check_holds_on_any_balanced_economy(
    seed: int, members: int, sectors: int, name: str, step: int, periods: int, outlook: int
) -> None:
    try:
        case: Case = synthetic(seed, members, sectors)
    except ValueError:
        return
    CHECKS[name](case.over(step, periods, outlook))


@pytest.mark.parametrize("case", [TINY, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize("broken", BREAKAGES, ids=lambda b: f"{b.check}-{b.name}".replace(" ", "-"))
def test_check_fails_on_a_broken_model(broken: Breakage, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    broken.apply(monkeypatch)
    if broken.uneven and case is TINY:
        CHECKS[broken.check](case)
        return
    with pytest.raises((AssertionError, HaiheError), match=broken.says):
        CHECKS[broken.check](case)


def test_every_check_is_tripped_by_a_breakage() -> None:
    assert {b.check for b in BREAKAGES} == set(CHECKS)


def test_the_small_economy_exercises_what_the_checks_look_at() -> None:
    """A cell at a loss; under a cap upgrades, other trade, permits that move, and dearer apart."""
    b = TINY.build()
    assert b.economy.rent.min() < -0.001
    s, apart = b.solve(0.2), b.solve(0.2, pooled=False)
    assert s.value(b.model.production.upgraded).max() > 0.1
    assert np.abs(b.model.goods.inflow.deviation(s.x)).max() > 1e-3
    assert np.abs(s.value(b.model.caps["CARBON"].permits)).max() > 1e-3
    assert apart.objective - s.objective > 0.1

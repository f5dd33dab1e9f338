"""The plan on the published 42 sectors of 2017, against the numbers of the prototype."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from plan_breakages import open_segments
from plan_cases import Built, Case, published
from plan_checks import output, p1_reference, p1_with_upgrades, price

pytestmark = [pytest.mark.reference, pytest.mark.slow]

POWER = 23
"""Position of electricity and heat among the 42."""


@cache
def case_of(reference: Path) -> Case:
    return published(reference)


def measured(b: Built, cut: float) -> tuple[float, float, float]:
    """Welfare lost (bn yuan), price (yuan a tonne) and change of Hebei's power in the last milestone, pooled."""
    base, s = b.free(), b.solve(cut)
    power = output(b, s)[2, POWER, -1] / b.economy.output[2, POWER, -1] - 1
    prices = price(b, s)[:, -1] / 1e6
    assert np.ptp(prices) <= 1e-6 * prices.max()
    return s.objective - base.objective, float(prices[0]), float(power)


@pytest.mark.parametrize(("step", "periods"), [(2, 5), pytest.param(1, 9, marks=pytest.mark.endure)])
def test_reference_is_the_optimum(reference: Path, step: int, periods: int) -> None:
    case = case_of(reference).over(step, periods)
    p1_reference(case)
    p1_with_upgrades(case)


def test_front_is_near_the_prototype(reference: Path) -> None:
    """Section 5 of the evidence: 49.0 bn and 361 yuan/t at 10 %, 166 bn and 468 yuan/t at 20 %, Hebei power -38 %.

    The prototype was another implementation with another table of distances; its numbers depend on a distance that
    nobody knows. With distances between capitals we measure 48.4 / 341 and 163.9 / 446, with distances between
    geometric centres 49.0 / 355 and 166.4 / 461. So 3 % is accepted on welfare and 7 % on price; see
    docs/decisions/0004-carbon-front-against-the-prototype.md.
    """
    b = case_of(reference).build()
    for cut, lost, tonne in ((0.10, 49.0, 361.0), (0.20, 166.0, 468.0)):
        loss, per_tonne, power = measured(b, cut)
        assert loss == pytest.approx(lost, rel=0.03)
        assert per_tonne == pytest.approx(tonne, rel=0.07)
    assert power == pytest.approx(-0.38, abs=0.02)


@pytest.mark.endure
def test_open_last_segments_would_not_pass(reference: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With three segments, the last one open, the price hardly rises from 10 to 20 % and both numbers are far off."""
    open_segments(monkeypatch)
    case = case_of(reference)
    b = replace(case, assumptions=replace(case.assumptions, segments=(0.05, 0.15, 0.30))).build()
    at_ten, (loss, per_tonne, power) = measured(b, 0.10), measured(b, 0.20)
    assert loss != pytest.approx(166.0, rel=0.03)
    assert per_tonne != pytest.approx(468.0, rel=0.07)
    assert power < -0.40
    assert per_tonne / at_ten[1] < 1.1

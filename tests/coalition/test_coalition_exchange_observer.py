"""What an observer recovers of a curve: all of it from many honest points, nothing from none that differ."""

import numpy as np
import pytest
from exchange_region import exchange_region

from haihe.coalition.exchange import exchange
from haihe.coalition.member import Member
from haihe.coalition.member_folder import member_part
from haihe.coalition.observer import error, guessed_curve, recovered, true_curve, visited
from haihe.coalition.price_search import Heard


def heard(rounds: int, seed: int = 0) -> Heard:
    """A member with the curve 400 - price, and prices spread over 100 to 300."""
    prices = np.random.default_rng(seed).uniform(100.0, 300.0, (rounds, 1, 1))
    amounts = 400.0 - prices
    gains = (400.0 * amounts - amounts**2 / 2)[:, 0, 0] / 1e9
    return Heard(prices, amounts, gains)


def test_many_points_give_the_curve_away() -> None:
    told = heard(200)
    at = visited(told, 0, 0)
    for way in ("points", "gains"):
        guess = guessed_curve(told, np.array([[200.0]]), np.ones(1), 0, 0, at, way)
        assert recovered(400.0 - at, guess) == 1.0
        assert error(400.0 - at, guess) < 0.02


def test_fewer_points_give_less_away() -> None:
    errors = []
    for rounds in (3, 10, 100):
        told = heard(rounds)
        at = np.linspace(100.0, 300.0, 41)
        errors.append(error(400.0 - at, guessed_curve(told, np.array([[200.0]]), np.ones(1), 0, 0, at)))
    assert errors[0] > errors[1] > errors[2]


def test_the_mean_alone_is_a_poor_guess() -> None:
    at = np.linspace(0.0, 1.0, 101)
    assert error(1.0 - at, 0.5) == pytest.approx(0.25, abs=0.01)
    assert recovered(1.0 - at, np.full_like(at, 0.5)) < 0.25


def test_a_flat_curve_has_nothing_to_recover() -> None:
    flat = np.full(5, 7.0)
    assert np.isnan(recovered(flat, flat))
    assert np.isnan(error(flat, 7.0))


def test_the_true_curve_falls_and_meets_what_the_member_said() -> None:
    region = exchange_region(2)
    done = exchange(region, ("CARBON",))
    member = Member(member_part(region, "M0").region, ("CARBON",))
    told = done.heard["M0"]
    at = visited(told, 0, 2, 7)
    curve = true_curve(member, done.prices.to_numpy(), 0, 2, at)
    assert (np.diff(curve) <= 1e-6 * np.abs(curve).max()).all()
    assert recovered(curve, guessed_curve(told, done.prices.to_numpy(), member.pooling.weights, 0, 2, at)) >= 0.0

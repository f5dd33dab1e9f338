"""Measure an exchange on the example: rounds, gain, prices, ADMM beside it, and what an observer recovers.

    python scripts/evaluate_exchange.py [--things CARBON,money] [--admm]

Prints Markdown tables for docs/explanation/exchange.md and docs/decisions.
"""

import argparse
import time
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize

import haihe as hh
from haihe.coalition.exchange import Exchange, Together, exchange, offers_of, together
from haihe.coalition.member import Member
from haihe.coalition.member_folder import member_part
from haihe.coalition.observer import error, guessed_curve, recovered, true_curve, visited
from haihe.coalition.pooling import YUAN, from_outside
from haihe.planning.inputs import members_of
from haihe.planning.program import Floats
from haihe.region import Region

TOLERANCES = (1e-2, 1e-3, 1e-4)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--things", default="CARBON,money")
    parser.add_argument("--admm", action="store_true")
    asked = parser.parse_args()
    region, things = hh.example("jing-jin-ji"), tuple(asked.things.split(","))
    joint = together(region, things)
    print(f"joint gain {joint.gain:.4f} bn yuan, things {things}\n")
    members = [Member(member_part(region, name).region, things) for name in members_of(region)]
    if asked.admm:
        admm(members, joint)
        return
    for tolerance in TOLERANCES:
        report(region, things, joint, members, tolerance)


def report(region: Region, things: Sequence[str], joint: Together, members: list[Member], tolerance: float) -> None:
    """Print rounds, gain, price errors and what an observer recovers at one tolerance."""
    began = time.perf_counter()
    done = exchange(region, things, tolerance=tolerance)
    seconds = time.perf_counter() - began
    prices, truth = done.prices.to_numpy(), joint.prices
    said = f"gain {done.gain:.4f} ({done.gain / joint.gain:.4%}), gap {done.gap:.2e}, {seconds:.1f} s"
    print(f"## tolerance {tolerance:g}: {len(done.rounds)} rounds, {said}")
    for k, thing in enumerate(things):
        off = np.divide(np.abs(prices[k] - truth[k]), truth[k], out=np.full_like(truth[k], np.nan), where=truth[k] > 0)
        cells = zip(done.prices.columns, prices[k], truth[k], off, strict=True)
        print(f"{thing}: " + "; ".join(f"{y} {p:.4g} / {q:.4g} ({o:.2%})" for y, p, q, o in cells))
        if tolerance == min(TOLERANCES):
            ranges = [joint.price_range(thing, int(year)) for year in done.prices.columns]
            print("  joint price ranges: " + "; ".join(f"{low:.5g} … {high:.5g}" for low, high in ranges))
    for k, thing in enumerate(things):
        found = [learnt(member, done, prices, k, t) for member in members for t in range(1, len(member.years))]
        known = np.array([row for row in found if np.isfinite(row).all()])
        print(
            f"{thing}: {len(known)} curves; recovered (share of prices within 10 % of the span), median and range: "
            + "; ".join(
                f"{name} {np.median(known[:, c]):.2f} ({known[:, c].min():.2f} … {known[:, c].max():.2f})"
                for c, name in enumerate(("points", "gains", "mean only"))
            )
            + "; mean error in spans: "
            + "; ".join(
                f"{name} {np.median(known[:, 3 + c]):.2f}" for c, name in enumerate(("points", "gains", "mean only"))
            )
        )
    print(flush=True)


def learnt(member: Member, done: Exchange, prices: Floats, k: int, t: int) -> list[float]:
    """What an observer recovers of one curve, in three ways, and the errors of the three."""
    told = done.heard[member.name]
    at = visited(told, k, t)
    true = true_curve(member, prices, k, t, at)
    guesses = [guessed_curve(told, prices, member.pooling.weights, k, t, at, way) for way in ("points", "gains")]
    guesses.append(np.full_like(true, true.mean()))
    return [*(recovered(true, guess) for guess in guesses), *(error(true, guess) for guess in guesses)]


def admm(members: list[Member], joint: Together, most: int = 60) -> None:
    """Run exchange ADMM; each member's quadratic step is solved to the end by mixing its own answers."""
    offers = offers_of({member.name: member.offer for member in members})
    unit, shape = offers.spread, offers.middle.shape
    worth = (unit * offers.weights / YUAN).ravel()
    truth = (joint.prices / unit).ravel()
    for rho in (0.01, 0.1, 1.0):
        answers: list[list[tuple[Floats, float]]] = [[(np.zeros(worth.size), 0.0)] for _ in members]
        price, moved = (offers.middle / unit).ravel(), np.zeros((len(members), worth.size))
        solves = 0
        for round_ in range(1, most + 1):
            centre = moved - moved.mean(axis=0)
            for r, member in enumerate(members):
                moved[r], more = _step(member, answers[r], price, rho, centre[r], worth, unit, shape)
                solves += more
            price = price + rho * moved.mean(axis=0)
            balanced = moved - moved.mean(axis=0)
            off = np.abs(price - truth)[1 : shape[1]] / np.abs(truth)[1 : shape[1]]
            if round_ not in (5, 10, 20, 30, 40, most):
                continue
            gain = sum(_really(m, (q / worth).reshape(shape)) for m, q in zip(members, balanced, strict=True))
            print(
                f"ADMM rho {rho:g} round {round_}: gain {gain / joint.gain:.2%} of the joint one, worst price of the "
                f"first thing {off.max():.1%} off, {solves} solves",
                flush=True,
            )
            if gain >= 0.99 * joint.gain and off.max() <= 0.01:
                break


def _really(member: Member, amounts: Floats) -> float:
    """What amounts really add to a member's welfare; its program is open again afterwards."""
    gain = member.gain(member.settle(amounts))
    from_outside(member.pooling)
    return gain


def _step(
    member: Member,
    answers: list[tuple[Floats, float]],
    price: Floats,
    rho: float,
    centre: Floats,
    worth: Floats,
    unit: Floats,
    shape: tuple[int, ...],
) -> tuple[Floats, int]:
    """Most of V(q) - price q - rho/2 |q - centre|^2, by simplicial decomposition; the amounts, and solves needed."""
    at, value = centre, -np.inf
    for k in range(12):
        asked = price + rho * (at - centre)
        answer = member.answer(asked.reshape(shape) * unit)
        point = answer.amounts.ravel() * worth
        if k and answer.gain - asked @ point <= value - asked @ at + 1e-5:
            return at, k + 1
        answers.append((point, answer.gain))
        at, value = _mixed(answers, price, rho, centre)
    return at, 12


def _mixed(answers: list[tuple[Floats, float]], price: Floats, rho: float, centre: Floats) -> tuple[Floats, float]:
    points, gains = np.array([p for p, _ in answers]), np.array([g for _, g in answers])

    def cost(share: Floats) -> tuple[float, Floats]:
        at = share @ points
        slope = price + rho * (at - centre)
        return float(-gains @ share + price @ at + rho / 2 * ((at - centre) ** 2).sum()), points @ slope - gains

    start = np.eye(len(gains))[np.argmin([cost(row)[0] for row in np.eye(len(gains))])]
    only = {"type": "eq", "fun": lambda s: s.sum() - 1.0, "jac": np.ones_like}
    found = minimize(cost, start, jac=True, method="SLSQP", bounds=[(0, 1)] * len(gains), constraints=only).x
    return found @ points, float(gains @ found)


if __name__ == "__main__":
    main()

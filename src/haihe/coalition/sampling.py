"""The Shapley value of many members from orders drawn at random, with an interval for every member.

Every order in which the members come together asks for n values and hands out v(N) exactly. Orders are drawn in blocks
that cancel much of the chance: an order and its reverse (``antithetic``), or all n rotations of an order and of its
reverse, so that in every block each member comes exactly twice in each place (``stratified``: by size of the coalition
it joins). Blocks are independent, so that Student's t over their means gives an interval.
"""

import time
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t as student

from haihe.coalition.game import Oracle
from haihe.messages import HaiheError, Text
from haihe.planning.control import EVERY, Control
from haihe.planning.program import Floats, Ints

Method = Literal["antithetic", "stratified"]
FEWEST = 2
"""Blocks needed for an interval."""


@dataclass(frozen=True, slots=True)
class SampledShapley:
    """A sampled Shapley value.

    Attributes
    ----------
    members : tuple of str
    payoffs : ndarray, shape (n,)
        Means over the blocks, in the unit of the values; they sum to v(N).
    low, high : ndarray, shape (n,)
        Interval of each member on its own (not of all at once) at `confidence`.
    error : ndarray, shape (n,)
        Standard errors.
    confidence : float
    orders, blocks, calls : int
        Orders gone through; independent blocks; values the oracle worked out so far.
    method : str
    seed : int
    complete : bool
        False where the sampling was cancelled or out of time before all orders asked for.
    """

    members: tuple[str, ...]
    payoffs: Floats
    low: Floats
    high: Floats
    error: Floats
    confidence: float
    orders: int
    blocks: int
    calls: int
    method: Method
    seed: int
    complete: bool


def sample_shapley(
    oracle: Oracle,
    orders: int = 500,
    *,
    method: Method = "stratified",
    confidence: float = 0.95,
    seed: int = 0,
    seconds: float = np.inf,
    control: Control | None = None,
) -> SampledShapley:
    """Estimate the Shapley value.

    Parameters
    ----------
    oracle : Oracle
        Gives v(S); with a memory (`CachedOracle`) no coalition is worked out twice.
    orders : int
        Orders to go through, rounded up to whole blocks (2 orders a block if ``antithetic``, 2 n if ``stratified``), at
        least two blocks.
    method : {"stratified", "antithetic"}
        See the module.
    confidence : float
        Of the intervals, between 0 and 1.
    seed : int
        Same seed, same orders.
    seconds : float
        Time for all orders.
    control : Control, optional
        Cancel and progress; its time limit is one solve's and the oracle's to keep. When stopped or out of
        time, what was sampled so far is given, marked not `complete`.

    Raises
    ------
    HaiheError
        ``E-COA-13`` where it was stopped before two blocks were done.

    References
    ----------
    Castro, J., Gómez, D. and Tejada, J. (2009), Computers & Operations Research 36, 1726-1730; Mitchell, R., Cooper, J.,
    Frank, E. and Holmes, G. (2022), Journal of Machine Learning Research 23(43), on antithetic and structured orders.
    """
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1")
    control, n = control or Control(), len(oracle.members)
    a_block = 2 if method == "antithetic" else 2 * n
    wanted = max(-(-orders // a_block), FEWEST)
    rng, means = np.random.default_rng(seed), np.zeros((wanted, n))
    began = said = time.perf_counter()
    done = 0
    while done < wanted:
        now = time.perf_counter()
        if control.cancelled or now - began > seconds:
            break
        if control.progress and now - said >= EVERY:
            said = now
            control.progress(Text(f"已抽样 {done}/{wanted} 组次序", f"{done} of {wanted} blocks of orders sampled"))
        drawn = block(rng.permutation(n), method)
        means[done] = np.mean([added(oracle, order) for order in drawn], axis=0)
        done += 1
    if done < FEWEST:
        raise HaiheError("E-COA-13", blocks=done)
    payoffs, error = means[:done].mean(axis=0), means[:done].std(axis=0, ddof=1) / np.sqrt(done)
    reach = float(student.ppf(0.5 + confidence / 2, done - 1)) * error
    spread = (payoffs, payoffs - reach, payoffs + reach, error)
    counts = (done * a_block, done, oracle.calls)
    return SampledShapley(oracle.members, *spread, confidence, *counts, method, seed, done == wanted)


def block(order: Ints, method: Method) -> Ints:
    """Make a block of orders of one order, shape (orders, n): it and its reverse, and all rotations if ``stratified``."""
    pair = np.stack([order, order[::-1]])
    if method == "antithetic":
        return pair
    turns = (np.arange(order.size)[:, None] + np.arange(order.size)) % order.size
    return np.asarray(pair[:, turns].reshape(-1, order.size))


def added(oracle: Oracle, order: Ints) -> Floats:
    """What each member adds when the members come together in an order, shape (n,) by member."""
    masks = np.cumsum(1 << order.astype(np.int64)).tolist()
    values = np.array([0.0, *(oracle(mask) for mask in masks)])
    shares = np.empty(order.size)
    shares[order] = np.diff(values)
    return shares

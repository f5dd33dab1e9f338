"""What a region buys from itself, by method: quotients and cross-hauling behind one door."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from haihe.accounts.labels import nearest
from haihe.accounts.quotients import (
    aflq,
    charm,
    charm_of_potential,
    cilq,
    flq,
    heterogeneity,
    heterogeneity_of_potential,
    size_factor,
    slq,
)
from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError

METHODS = ("national", "SLQ", "CILQ", "FLQ", "AFLQ", "CHARM", "MCHARM")
"""``national`` keeps all that the nation buys from itself (a baseline); ``MCHARM`` is the reformulated ``CHARM``."""

SIZED = ("FLQ", "AFLQ")
"""Methods that take δ."""

CROSSED = ("CHARM", "MCHARM")
"""Methods that take cross-hauling h."""

OWN_TRADE = "parent"
"""Said in place of h: that of the parent's own trade with the outside."""

Cross = FloatArray | float | Literal["parent"]


@dataclass(frozen=True)
class Sides:
    """Both sides of one region's market, and those of its parent, by product.

    Attributes
    ----------
    weights, parent_weights : ndarray, shape (n,)
        Output or employment that quotients compare.
    output, uses, sold, bought : ndarray, shape (n,)
        The parent's output, uses, and what leaves and enters it.
    """

    weights: FloatArray
    parent_weights: FloatArray
    output: FloatArray
    uses: FloatArray
    sold: FloatArray
    bought: FloatArray


def local_supply(
    method: str,
    delta: float,
    h: Cross,
    sides: Sides,
    Z: FloatArray,
    final: FloatArray,
    wanted: FloatArray,
    offered: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Divide the uses of a region into what its own production meets, and the rest.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    delta : float
        δ of the Flegg quotients.
    h : float, ndarray of shape (n,) or ``"parent"``
        Cross-hauling of the products (``CHARM``, ``MCHARM``); ``"parent"`` takes that of the parent's outside trade.
    sides : Sides
        What quotients and cross-hauling are taken from.
    Z, final : ndarray, shapes (n, n) and (n, k)
        Uses of the region, of any origin.
    wanted, offered : ndarray, shape (n,)
        Uses that are met inside the parent, and output that stays inside it.

    Returns
    -------
    tuple of ndarray, shapes (n, n) and (n, k)
        Uses met by the region's own production. A row never exceeds `offered` nor `wanted`.
    """
    uses = Z.sum(axis=1) + final.sum(axis=1)
    kept = np.divide(wanted, uses, out=np.zeros_like(uses), where=uses > 0)
    if method in CROSSED:
        if isinstance(h, str):
            measure = heterogeneity if method == "CHARM" else heterogeneity_of_potential
            h = measure(sides.output, sides.uses, sides.sold, sides.bought)
        balance = charm if method == "CHARM" else charm_of_potential
        met = balance(np.maximum(offered, 0.0), np.maximum(wanted, 0.0), h)
        of_uses = np.divide(met, uses, out=np.zeros_like(uses), where=uses > 0)
        inside_Z, inside_final = of_uses[:, None] * Z, of_uses[:, None] * final
    else:
        between, at_home = location_quotients(method, delta, sides.weights, sides.parent_weights)
        inside_Z = kept[:, None] * np.minimum(between, 1.0) * Z
        inside_final = (kept * np.minimum(at_home, 1.0))[:, None] * final
    total = inside_Z.sum(axis=1) + inside_final.sum(axis=1)
    cut = np.minimum(np.minimum(total, wanted), offered)
    factor = np.divide(np.maximum(cut, 0.0), total, out=np.zeros_like(total), where=total > 0)
    return factor[:, None] * inside_Z, factor[:, None] * inside_final


def location_quotients(
    method: str, delta: float, regional: FloatArray, national: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Quotients of a method for deliveries to sectors and to final use, not yet cut at 1.

    Parameters
    ----------
    method : str
        One of `METHODS` other than the cross-hauling ones.
    delta : float
        δ of the Flegg quotients.
    regional, national : ndarray, shapes (..., n) and (n,)
        Output or employment.

    Returns
    -------
    tuple of ndarray, shapes (..., n, n) and (..., n)
        For final use the simple quotient, times λ for the Flegg quotients.
    """
    simple = slq(regional, national)
    pair = (*simple.shape, simple.shape[-1])
    if method == "national":
        return np.ones(pair), np.ones(simple.shape)
    if method == "SLQ":
        return np.broadcast_to(simple[..., :, None], pair), simple
    if method == "CILQ":
        return cilq(regional, national), simple
    between = flq(regional, national, delta) if method == "FLQ" else aflq(regional, national, delta)
    return between, size_factor(regional, national, delta)[..., None] * simple


def check_method(method: str, delta: float, h: Cross) -> None:
    """Refuse an unknown method (``E-ACC-84``), or a δ or cross-hauling outside 0 to 1 (``E-ACC-85``)."""
    if method not in METHODS:
        raise HaiheError("E-ACC-84", value=method, near=nearest(method, METHODS), known=", ".join(METHODS))
    if not 0.0 <= delta < 1.0:
        raise HaiheError("E-ACC-85", what="delta", value=delta)
    if isinstance(h, str):
        if h != OWN_TRADE:
            raise HaiheError("E-ACC-85", what="heterogeneity", value=h)
    elif not ((np.asarray(h) >= 0) & (np.asarray(h) <= 1)).all():
        raise HaiheError("E-ACC-85", what="heterogeneity", value=h)

"""The loops of `haihe.shocks.fused`, compiled when this module is imported and first used (extra ``haihe[fast]``)."""

from __future__ import annotations

from typing import Any

from haihe.messages.extras import needed

# The loops below are short on purpose: a compiler gives up on doing eight numbers at a time where a loop has many arrays.


def _gather(flows: Any, i: Any, first: Any, last: Any, old: Any, new: Any, sums: Any, zero: Any) -> None:
    """Sum flows of a product to some buyers times the factors of their suppliers, of last orders and of new ones."""
    places, count = flows.shape[1], last - first
    arrived, normal = sums[0], sums[1]
    for f in range(count):
        arrived[f] = zero
        normal[f] = zero
    r = 0
    while r + 4 <= places:
        a, b, c, d = old[r], old[r + 1], old[r + 2], old[r + 3]
        p, q, s, t = new[r], new[r + 1], new[r + 2], new[r + 3]
        w, x = flows[i, r, first:last], flows[i, r + 1, first:last]
        y, z = flows[i, r + 2, first:last], flows[i, r + 3, first:last]
        for f in range(count):
            arrived[f] += a * w[f] + b * x[f] + c * y[f] + d * z[f]
            normal[f] += p * w[f] + q * x[f] + s * y[f] + t * z[f]
        r += 4
    while r < places:
        a, p, w = old[r], new[r], flows[i, r, first:last]
        for f in range(count):
            arrived[f] += a * w[f]
            normal[f] += p * w[f]
        r += 1


def _send(flows: Any, i: Any, first: Any, last: Any, scale: Any, asked: Any, zero: Any) -> None:
    """Add what buyers order from every supplier."""
    places, count = flows.shape[1], last - first
    r = 0
    while r + 4 <= places:
        w, x = flows[i, r, first:last], flows[i, r + 1, first:last]
        y, z = flows[i, r + 2, first:last], flows[i, r + 3, first:last]
        a, b, c, d = zero, zero, zero, zero
        for f in range(count):
            a += w[f] * scale[f]
            b += x[f] * scale[f]
            c += y[f] * scale[f]
            d += z[f] * scale[f]
        asked[r] += a
        asked[r + 1] += b
        asked[r + 2] += c
        asked[r + 3] += d
        r += 4
    while r < places:
        w = flows[i, r, first:last]
        a = zero
        for f in range(count):
            a += w[f] * scale[f]
        asked[r] += a
        r += 1


def _restock_row(
    arrived: Any, normal: Any, scale: Any, made: Any, wanted: Any, inputs: Any, goal: Any, slack: Any, stock: Any, most: Any,
    which: Any, use: Any, target: Any, i: Any, size: Any, pace: Any, psi: Any, lowest: Any, step: Any, zero: Any,
) -> Any:  # fmt: skip
    """Do for one product and lane what `haihe.shocks.passing.restock` does; give the stocks of these buyers together."""
    count = len(arrived)
    for f in range(count):
        use[f] = inputs[f] * made[f]
        target[f] = max(goal[f] * size, lowest * inputs[f])
    for f in range(count):
        stock[f] = max(stock[f] + (arrived[f] * scale[f] - use[f]) * step, zero)
    for f in range(count):
        arrived[f] = use[f] + max(target[f] * wanted[f] - stock[f], zero) * pace
    for f in range(count):
        scale[f] = arrived[f] / normal[f] if normal[f] > zero else zero
    for f in range(count):
        arrived[f] = stock[f] / (psi * target[f]) + slack[f]
    for f in range(count):
        less = arrived[f] < most[f]
        most[f] = arrived[f] if less else most[f]
        which[f] = i if less else which[f]
    held = 0.0
    for f in range(count):
        held += stock[f]
    return held


def _compiled(function: Any) -> Any:
    """Compile a loop, and keep it compiled for the next run; sums may be taken in another order."""
    options = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz", "arcp"}}
    return needed("numba").njit(**options)(function)


gather, send, row = _compiled(_gather), _compiled(_send), _compiled(_restock_row)


def _single(
    first_product: Any, flows: Any, bounds: Any, old: Any, new: Any, made: Any, wanted: Any, inputs: Any, goal: Any,
    slack: Any, pace: Any, stock: Any, scale: Any, most: Any, which: Any, held: Any, asked: Any, room: Any, size: Any,
    psi: Any, lowest: Any, step: Any, zero: Any,
) -> None:  # fmt: skip
    """Do the whole pass of one lane, block by block; `which` counts products from `first_product` on."""
    width = room.shape[1]
    for i in range(flows.shape[0]):
        held[i] = 0.0
        for k in range(len(bounds) - 1):
            for first in range(bounds[k], bounds[k + 1], width):
                last = min(first + width, bounds[k + 1])
                count = last - first
                arrived, normal = room[0, :count], room[1, :count]
                gather(flows, i, first, last, old[k, i], new[k, i], room, zero)
                held[i] += row(
                    arrived, normal, scale[i, first:last], made[first:last], wanted[first:last], inputs[i, first:last],
                    goal[i, first:last], slack[i, first:last], stock[i, first:last], most[first:last],
                    which[first:last], room[2, :count], room[3, :count], first_product + i, size[i], pace[i], psi, lowest,
                    step, zero,
                )  # fmt: skip
                send(flows, i, first, last, scale[i, first:last], asked[k, i], zero)


def _between(
    first_product: Any, start: Any, first_buyer: Any, both: Any, scale: Any, made: Any, wanted: Any, inputs: Any, goal: Any,
    slack: Any, pace: Any, size: Any, stock: Any, most: Any, which: Any, held: Any, room: Any, psi: Any, lowest: Any,
    step: Any, zero: Any,
) -> None:  # fmt: skip
    """Do what lies between the matrix products, for some products (from `start` on) and buyers of all lanes."""
    products, lanes, count = both.shape[0], both.shape[1] // 2, both.shape[2]
    first, last = first_buyer, first_buyer + count
    for p in range(products):
        i = start + p
        for lane in range(lanes):
            held[i, lane] += row(
                both[p, lane], both[p, lanes + lane], scale[i, lane, first:last], made[lane, first:last],
                wanted[lane, first:last], inputs[i, first:last],
                goal[i, first:last], slack[i, first:last], stock[i, lane, first:last], most[lane, first:last],
                which[lane, first:last], room[0, :count], room[1, :count], first_product + i, size[i, lane], pace[i], psi,
                lowest, step, zero,
            )  # fmt: skip


single, between = _compiled(_single), _compiled(_between)

"""The loops of `haihe.shocks.systemic_fast`, compiled when this module is imported and first used (extra ``haihe[fast]``).

A direction of a cascade starts with a list of the firms that are reached, and pushes along their links only. Such a push
jumps about in memory; once it would touch more than a part of the links, going through all of them in their order is
faster, and stays so, for who was reached stays reached.
"""

from __future__ import annotations

from typing import Any

from haihe.messages.extras import needed

TRACE = 1e-300
"""Added to every loss that is pushed: so a firm that was reached shows it, even where the product of shares is too small."""


def _push_up(
    pointers: Any, suppliers: Any, shares: Any, firm: Any, u: Any, fresh: Any, reached: Any, count: Any, following: Any
) -> Any:
    """Push want of customers one step; give how many firms are reached, their links, and the largest move."""
    found, links, moved = 0, 0, 0.0
    for i in range(count):
        j = reached[i]
        lost = u[j]
        for e in range(pointers[j], pointers[j + 1]):
            s = suppliers[e]
            before = fresh[s]
            following[found] = s
            found += before == 0.0
            fresh[s] = before + (shares[e] * lost + TRACE)
    if fresh[firm] == 0.0:
        following[found] = firm
        found += 1
    fresh[firm] = 1.0
    for i in range(found):
        s = following[i]
        now = min(fresh[s], 1.0)
        moved = max(moved, now - u[s])
        u[s], fresh[s] = now, 0.0
        links += pointers[s + 1] - pointers[s]
    return found, links, moved


def _sweep_up(suppliers: Any, customers: Any, shares: Any, firm: Any, u: Any, fresh: Any) -> Any:
    """Take the step of `_push_up` over all links; `fresh` holds the losses then. Give the largest move."""
    moved = 0.0
    for e in range(len(shares)):
        fresh[suppliers[e]] += shares[e] * u[customers[e]]
    fresh[firm] = 1.0
    for s in range(len(u)):
        fresh[s] = min(fresh[s], 1.0)
        moved = max(moved, fresh[s] - u[s])
        u[s] = 0.0
    return moved


def _push_down(
    pointers: Any, kinds: Any, shares: Any, buyer: Any, sector: Any, sales: Any, total: Any, firm: Any, d: Any, fresh: Any,
    gone: Any, missing: Any, listed: Any, reached: Any, count: Any, following: Any,
) -> Any:  # fmt: skip
    """Push want of inputs one step; give how many firms are reached, their links, and the largest move."""
    for i in range(count):
        gone[sector[reached[i]]] = 0.0
    for i in range(count):
        j = reached[i]
        gone[sector[j]] += sales[j] * d[j]
    hit = 0
    for i in range(count):
        j = reached[i]
        left = total[sector[j]] - gone[sector[j]]
        lost = d[j] * (sales[j] / left if left > sales[j] else 1.0)
        for e in range(pointers[j], pointers[j + 1]):
            g = kinds[e]
            before = missing[g]
            listed[hit] = g
            hit += before == 0.0
            missing[g] = before + (shares[e] * lost + TRACE)
    found, links, moved = 0, 0, 0.0
    for i in range(hit):
        g = listed[i]
        c = buyer[g]
        following[found] = c
        found += fresh[c] == 0.0
        fresh[c] = max(fresh[c], min(missing[g], 1.0))
        missing[g] = 0.0
    if fresh[firm] == 0.0:
        following[found] = firm
        found += 1
    fresh[firm] = 1.0
    for i in range(found):
        c = following[i]
        moved = max(moved, fresh[c] - d[c])
        d[c], fresh[c] = fresh[c], 0.0
        links += pointers[c + 1] - pointers[c]
    return found, links, moved


def _sweep_down(
    kinds: Any, supplier: Any, shares: Any, buyer: Any, sector: Any, sales: Any, total: Any, firm: Any, d: Any, fresh: Any,
    gone: Any, missing: Any, lost: Any,
) -> Any:  # fmt: skip
    """Take the step of `_push_down` over all links; `fresh` holds the losses then. Give the largest move."""
    gone[: len(total)] = 0.0
    for j in range(len(d)):
        gone[sector[j]] += sales[j] * d[j]
    for j in range(len(d)):
        left = total[sector[j]] - gone[sector[j]]
        lost[j] = d[j] * (sales[j] / left if left > sales[j] else 1.0)
    for e in range(len(shares)):
        missing[kinds[e]] += shares[e] * lost[supplier[e]]
    for g in range(len(buyer)):
        fresh[buyer[g]] = max(fresh[buyer[g]], min(missing[g], 1.0))
        missing[g] = 0.0
    fresh[firm] = 1.0
    moved = 0.0
    for c in range(len(d)):
        moved = max(moved, fresh[c] - d[c])
        d[c] = 0.0
    return moved


def _compiled(function: Any) -> Any:
    """Compile a loop, and keep it compiled for the next run."""
    return needed("numba").njit(cache=True, nogil=True, error_model="numpy")(function)


push_up, sweep_up, push_down, sweep_down = (_compiled(loop) for loop in (_push_up, _sweep_up, _push_down, _sweep_down))


def _cascades(
    pd: Any, kinds: Any, wd: Any, seller: Any, buyer: Any, pu: Any, suppliers: Any, wu: Any, customers: Any, sector: Any,
    sales: Any, total: Any, firms: Any, tolerance: Any, most: Any, sweep_from: Any, state: Any, missing: Any, marks: Any,
    listed: Any, lost: Any, steps: Any,
) -> None:  # fmt: skip
    """Run the cascade of each firm; `pd` and `wd` are pointers and shares of the links downstream, `pu` and `wu` upstream."""
    gone, short = state[4], state[5]
    for k in range(len(firms)):
        firm = firms[k]
        d, u, new_d, new_u = state[0], state[1], state[2], state[3]
        in_d, in_u, next_d, next_u = marks[0], marks[1], marks[2], marks[3]
        d[firm], u[firm], in_d[0], in_u[0] = 1.0, 1.0, firm, firm
        nd, nu, count, moved = 1, 1, 0, 2.0
        links_d, links_u = pd[firm + 1] - pd[firm], pu[firm + 1] - pu[firm]
        all_d, all_u = False, False
        while moved > tolerance and count < most:
            all_d, all_u = all_d or links_d > sweep_from * len(wd), all_u or links_u > sweep_from * len(wu)
            if all_d:
                first = sweep_down(kinds, seller, wd, buyer, sector, sales, total, firm, d, new_d, gone, missing, short)
                d, new_d = new_d, d
            else:
                nd, links_d, first = push_down(
                    pd, kinds, wd, buyer, sector, sales, total, firm, d, new_d, gone, missing, listed, in_d, nd, next_d
                )
                in_d, next_d = next_d, in_d
            if all_u:
                second = sweep_up(suppliers, customers, wu, firm, u, new_u)
                u, new_u = new_u, u
            else:
                nu, links_u, second = push_up(pu, suppliers, wu, firm, u, new_u, in_u, nu, next_u)
                in_u, next_u = next_u, in_u
            moved = max(first, second)
            count += 1
        steps[k] = count if moved <= tolerance else -1
        if all_d or all_u:
            for c in range(len(sales)):
                lost[k] += sales[c] * max(d[c], u[c])
            d[:] = 0.0
            u[:] = 0.0
            continue
        for i in range(nd):
            c = in_d[i]
            lost[k] += sales[c] * max(d[c], u[c])
        for i in range(nu):
            c = in_u[i]
            lost[k] += sales[c] * (u[c] if d[c] == 0.0 else 0.0)
            u[c] = 0.0
        for i in range(nd):
            d[in_d[i]] = 0.0


cascades = _compiled(_cascades)

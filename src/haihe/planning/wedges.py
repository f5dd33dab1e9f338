"""Wedges: the constants that make the reference path the optimum when nothing is scarce.

The accounts' rent per unit of capital runs from 9 % to over 100 % a year between sectors. A model without wedges
would chase that accounting noise. The wedge of a sector is the part of its rent that capital costs do not explain:
with it, building what the reference builds is exactly break-even at reference prices (positive mathematical
programming, Howitt 1995, doi 10.2307/1243543).
"""

from dataclasses import dataclass

import numpy as np

from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.program import Floats

MARGIN = 0.001
"""Hurdle above break-even, bn yuan per unit, so that upgrading starts only under scarcity and never by a tie."""


@dataclass(frozen=True)
class Wedges:
    """Costs per unit of new capacity a year at reference prices, bn yuan per bn yuan of output.

    ``build`` (tau), shape (R, n, T): today's technology. ``upgrade`` (tau_1): new upgraded capacity, and ``retrofit``
    (tau_u), both of shape (K, R, n, T). ``capacity`` (V_T), shape (R, n): value of a unit of capacity after the last
    milestone; ``saving`` (S_T), shape (K, R, n): the extra value of a unit of upgraded capacity then. ``loss``, shape
    (R, n, T): the part of the rent per unit of output that no capacity earns.
    """

    loss: Floats
    build: Floats
    upgrade: Floats
    retrofit: Floats
    capacity: Floats
    saving: Floats


def wedges(economy: Economy) -> Wedges:
    r"""Compute the wedges of an economy.

    A unit of capacity at the start of milestone t is worth what it earns in its h_t years and what is left of it is
    worth afterwards; after the horizon the last milestone goes on for ever:

    .. math::

        V_t = h_t \pi^+_t + \frac{1-\delta_t}{1+\rho_t} V_{t+1}, \qquad
        V_T = h_{T-1}\, \pi^+_{T-1} \frac{1+\rho_{T-1}}{\rho_{T-1}+\delta_{T-1}}

    S_t is the same of what the upgraded technology saves, :math:`\Delta = \sum_i (a^0_i - a^1_i) + 0.05\,\omega`,
    instead of :math:`\pi^+`. A unit built a year stands from the next milestone on, so that

    .. math::

        \tau_t = \frac{V_{t+1}}{1+\rho_t} - \kappa, \qquad
        \tau_{u,t} = \max\!\Bigl(0, \frac{S_{t+1}}{1+\rho_t} - 0.35\kappa\Bigr) + 0.001

        \tau_{1,t} = \tau_t + \max\!\Bigl(0, \frac{S_{t+1}}{1+\rho_t} - 0.20\kappa\Bigr) + 0.001

    where the shares 0.05, 0.35 and 0.20 are those of the technology. A rent is earned where capacity is in full use
    on the reference path and the sector does not lose:
    :math:`\pi^+_t = \max(0, \pi)`, and 0 where capacity stands idle. What is left, :math:`\pi - \pi^+_t`, is a wedge of
    output: what a sector makes at a loss, or with idle capacity, it makes for reasons outside the plan, so producing
    breaks even there too. (With a negative rent in tau building would pay, since capacity may stand idle and so never
    has a negative price.) A unit built a year is paid for in each of the h_t years of its milestone and leaves h_t
    units at its end: so h_t stands in V_t alone.
    """
    s = economy.assumptions
    earned = np.where(economy.idle, 0.0, np.maximum(0.0, economy.rent)[:, :, None])
    cut = np.stack(
        [(economy.a0 - a1).sum(axis=1) - tech.labour * economy.wages
         for a1, tech in zip(economy.a1, economy.technologies, strict=True)]
    ) if economy.technologies else np.zeros((0, *economy.wages.shape))  # fmt: skip
    capacity, saving = value_path(earned, s), value_path(np.repeat(cut[..., None], s.steps.size, axis=-1), s)
    kappa = economy.kappa[:, :, None]
    build = capacity[..., 1:] / (1 + s.discount_steps) - kappa
    spared = saving[..., 1:] / (1 + s.discount_steps)
    extra, turned = (economy.change(name)[:, None, None, None] for name in ("new_capital", "retrofit"))
    return Wedges(
        loss=economy.rent[:, :, None] - earned,
        build=build,
        upgrade=build + np.maximum(0.0, spared - extra * kappa) + MARGIN,
        retrofit=np.maximum(0.0, spared - turned * kappa) + MARGIN,
        capacity=capacity[..., -1],
        saving=saving[..., -1],
    )


def value_path(rent: Floats, assumptions: Assumptions) -> Floats:
    """Value V_t of a unit of capacity at the start of each milestone and after the last, by backward recursion.

    Parameters
    ----------
    rent : ndarray, shape (..., T)
        What the unit earns a year in each milestone.
    assumptions : Assumptions
        Lengths and rates.

    Returns
    -------
    ndarray, shape (..., T + 1)
    """
    h, rho, delta = assumptions.steps, assumptions.discount_steps, assumptions.depreciation_steps
    worth = rent[..., -1] * h[-1] * (1 + rho[-1]) / (rho[-1] + delta[-1])
    path = [worth]
    for t in reversed(range(h.size)):
        worth = rent[..., t] * h[t] + (1 - delta[t]) / (1 + rho[t]) * worth
        path.append(worth)
    return np.stack(path[::-1], axis=-1)

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

    ``build`` (tau): today's technology. ``upgrade`` (tau_1): new upgraded capacity. ``retrofit`` (tau_u). They have
    shape (R, n, T). Shape (R, n): ``capacity`` (V_T), value of a unit of capacity after the last milestone;
    ``saving`` (S_T), the extra value of a unit of upgraded capacity then; ``loss``, rent per unit of output where it
    is negative, else 0.
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

        V_t = h_t \pi^+ + \frac{1-\delta_t}{1+\rho_t} V_{t+1}, \qquad
        V_T = h_{T-1}\, \pi^+ \frac{1+\rho_{T-1}}{\rho_{T-1}+\delta_{T-1}}

    S_t is the same of what the upgraded technology saves, :math:`\Delta = \sum_i (a^0_i - a^1_i) + 0.05\,\omega`,
    instead of :math:`\pi^+`. A unit built a year stands from the next milestone on, so that

    .. math::

        \tau_t = \frac{V_{t+1}}{1+\rho_t} - \kappa, \qquad
        \tau_{u,t} = \max\!\Bigl(0, \frac{S_{t+1}}{1+\rho_t} - 0.35\kappa\Bigr) + 0.001

        \tau_{1,t} = \tau_t + \max\!\Bigl(0, \frac{S_{t+1}}{1+\rho_t} - 0.20\kappa\Bigr) + 0.001

    where the shares 0.05, 0.35 and 0.20 are those of the technology. What a sector makes at a loss it makes for reasons
    outside the plan: with :math:`\pi^+ = \max(0, \pi)` in the wedges of capacity and :math:`\min(0, \pi)` as a wedge
    of output, producing and building break even there too. (With a negative rent in tau building would pay, since
    capacity may stand idle and so never has a negative price.) A unit built a year is paid for in each of the h_t
    years of its milestone and leaves h_t units at its end: so h_t stands in V_t alone.
    """
    s, tech = economy.assumptions, economy.technology
    cut = (economy.a0 - economy.a1).sum(axis=1) - tech.labour * economy.wages
    capacity, saving = value_path(np.maximum(0.0, economy.rent), s), value_path(cut, s)
    kappa = economy.kappa[:, :, None]
    build = capacity[..., 1:] / (1 + s.discount_steps) - kappa
    spared = saving[..., 1:] / (1 + s.discount_steps)
    return Wedges(
        loss=np.minimum(0.0, economy.rent),
        build=build,
        upgrade=build + np.maximum(0.0, spared - tech.new_capital * kappa) + MARGIN,
        retrofit=np.maximum(0.0, spared - tech.retrofit * kappa) + MARGIN,
        capacity=capacity[..., -1],
        saving=saving[..., -1],
    )


def value_path(rent: Floats, assumptions: Assumptions) -> Floats:
    """Value V_t of a unit of capacity at the start of each milestone and after the last, by backward recursion.

    Parameters
    ----------
    rent : ndarray, shape (R, n)
        What the unit earns a year.
    assumptions : Assumptions
        Lengths and rates.

    Returns
    -------
    ndarray, shape (R, n, T + 1)
    """
    h, rho, delta = assumptions.steps, assumptions.discount_steps, assumptions.depreciation_steps
    worth = h[-1] * (1 + rho[-1]) / (rho[-1] + delta[-1])
    path = [worth]
    for t in reversed(range(h.size)):
        worth = h[t] + (1 - delta[t]) / (1 + rho[t]) * worth
        path.append(worth)
    return np.asarray(rent[:, :, None] * np.array(path[::-1]))

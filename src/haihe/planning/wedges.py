"""Wedges: the constants that make the reference path the optimum when nothing is scarce.

The accounts' rent per unit of capital runs from 9 % to over 100 % a year between sectors. A model without wedges
would chase that accounting noise. The wedge of a sector is the part of its rent that capital costs do not explain:
with it, building what the reference builds is exactly break-even at reference prices (positive mathematical
programming, Howitt 1995, doi 10.2307/1243543).
"""

from dataclasses import dataclass

import numpy as np

from haihe.planning.economy import Economy
from haihe.planning.program import Floats

MARGIN = 0.001
"""Hurdle above break-even, bn yuan per unit, so that upgrading starts only under scarcity and never by a tie."""


@dataclass(frozen=True)
class Wedges:
    """Costs per unit of new capacity a year at reference prices; shape (R, n), bn yuan per bn yuan of output.

    ``build`` (tau): today's technology. ``upgrade`` (tau_1): new upgraded capacity. ``retrofit`` (tau_u).
    ``capacity`` (Lambda): value of a unit of capacity at the start of a step; ``saving`` (Omega): the extra value of
    a unit of upgraded capacity. ``loss``: rent per unit of output where it is negative, else 0.
    """

    loss: Floats
    build: Floats
    upgrade: Floats
    retrofit: Floats
    capacity: Floats
    saving: Floats


def wedges(economy: Economy) -> Wedges:
    r"""Compute the wedges of an economy.

    .. math::

        \Lambda = \pi^+ \frac{1+\rho_h}{\rho_h+\delta_h}, \qquad \tau = \frac{h\,\pi^+}{\rho_h+\delta_h} - \kappa

        \Delta = \sum_i (a^0_i - a^1_i) + 0.05\,\omega, \qquad \Omega = \Delta \frac{1+\rho_h}{\rho_h+\delta_h}

        \tau_u = \max\!\Bigl(0, \frac{h\Delta}{\rho_h+\delta_h} - 0.35\kappa\Bigr) + 0.001

        \tau_1 = \tau + \max\!\Bigl(0, \frac{h\Delta}{\rho_h+\delta_h} - 0.20\kappa\Bigr) + 0.001

    where the shares 0.05, 0.35 and 0.20 are those of the technology. What a sector makes at a loss it makes for reasons
    outside the plan: with :math:`\pi^+ = \max(0, \pi)` in the wedges of capacity and :math:`\min(0, \pi)` as a wedge
    of output, producing and building break even there too. (With a negative rent in tau building would pay, since
    capacity may stand idle and so never has a negative price.) The step h stands in every wedge: a capacity
    built a year serves h years of each milestone.
    """
    s, tech = economy.assumptions, economy.technology
    annuity = s.discount_step + s.depreciation_step
    saving = (economy.a0 - economy.a1).sum(axis=1) - tech.labour * economy.wages
    worth_of_saving = s.step * saving / annuity
    rent = np.maximum(0.0, economy.rent)
    build = s.step * rent / annuity - economy.kappa
    return Wedges(
        loss=np.minimum(0.0, economy.rent),
        build=build,
        upgrade=build + np.maximum(0.0, worth_of_saving - tech.new_capital * economy.kappa) + MARGIN,
        retrofit=np.maximum(0.0, worth_of_saving - tech.retrofit * economy.kappa) + MARGIN,
        capacity=rent * (1 + s.discount_step) / annuity,
        saving=saving * (1 + s.discount_step) / annuity,
    )

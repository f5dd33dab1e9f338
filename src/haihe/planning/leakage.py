"""Leakage: what a cap inside the members adds to emissions elsewhere. Always shown beside a cap."""

import numpy as np
import pandas as pd

from haihe.accounts import Accounts
from haihe.planning.model import Model
from haihe.planning.program import Floats
from haihe.planning.results import output_of
from haihe.planning.solver import Solution


def leakage_table(
    model: Model, solution: Solution, cap_name: str, accounts: Accounts, partner: str, partner_intensity: Floats
) -> pd.DataFrame:
    """Own change of emissions, and what reappears with the partner and abroad, in the last year.

    The partner's emissions follow its extra net shipments to the members: directly (its own intensity) and through
    its suppliers (its Leontief inverse). Emissions abroad are those embodied in extra net imports, counted with the
    partner's intensities for want of others: the domestic-technology assumption.

    Parameters
    ----------
    model : Model
    solution : Solution
    cap_name : str
        Limit whose resource is followed.
    accounts : Accounts
        Accounts with the partner region; same sectors as the model.
    partner : str
        Code of the partner.
    partner_intensity : ndarray, shape (n,)
        Use of the resource per bn yuan of the partner's output, in the cap's unit.

    Returns
    -------
    DataFrame
        Columns place (member codes, the partner, ``abroad``, ``total``), direct, embodied; detrended, in the cap's
        unit a year, as change against the reference path. ``embodied`` counts the whole supply chain of the partner
        and of abroad; for members it equals ``direct``. The total is the sum of the places.

    References
    ----------
    Peters, G. P. (2008), From production-based to consumption-based national emission inventories, Ecological
    Economics 65, 13-23, doi 10.1016/j.ecolecon.2007.10.014.
    """
    spec, goods, last = model.caps[cap_name].spec, model.goods, model.economy.assumptions.last_index
    own = (own_use(model, solution, cap_name) - spec.reference(model.economy))[:, last]
    from_partner = (goods.inflow.deviation(solution.x) - goods.outflow.deviation(solution.x))[:, :, last].sum(axis=0)
    from_abroad = (goods.imports.deviation(solution.x) - goods.exports.deviation(solution.x))[..., last].sum(
        axis=(0, 1)
    )
    a = accounts.coefficients[accounts.position(partner)]
    total_intensity = np.linalg.solve((np.eye(a.shape[0]) - a).T, partner_intensity)
    rows = [
        *zip(model.economy.members, own, own, strict=True),
        (partner, partner_intensity @ from_partner, total_intensity @ from_partner),
        ("abroad", partner_intensity @ from_abroad, total_intensity @ from_abroad),
    ]
    table = pd.DataFrame(rows, columns=["place", "direct", "embodied"])
    total = {"place": "total", "direct": table["direct"].sum(), "embodied": table["embodied"].sum()}
    return pd.concat([table, pd.DataFrame([total])], ignore_index=True).assign(unit=spec.unit)


def own_use(model: Model, solution: Solution, cap_name: str) -> Floats:
    """Use of a capped resource by each member, detrended, in the cap's unit a year; shape (R, T)."""
    spec = model.caps[cap_name].spec
    saved = np.einsum("k,krit->rit", spec.upgraded, solution.value(model.production.upgraded))
    return np.asarray((spec.per_output * (output_of(model, solution) + saved)).sum(axis=1))

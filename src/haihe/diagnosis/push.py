"""Cost push: how a change of costs, or of prices set from outside, passes through all prices."""

import numpy as np
import pandas as pd

from haihe.diagnosis.factor import unit
from haihe.diagnosis.labelled import find
from haihe.diagnosis.leontief import Leontief


def cost_push(model: Leontief, costs: pd.Series) -> pd.Series:
    """Rise of every price where primary costs rise: ``Δp = Δv L``.

    Parameters
    ----------
    model : Leontief
    costs : Series
        Rise of primary cost (wages, taxes, imports) as a share of output, by label; sectors not named have none.

    Returns
    -------
    Series, index `model.labels`
        Relative rise of each price; 0.02 is 2 %. All costs are passed on, and nothing is substituted: an upper bound.

    Raises
    ------
    HaiheError
        ``E-DIA-09`` a sector that is not there.

    References
    ----------
    Miller and Blair (2009), section 2.6.
    """
    v = np.zeros(len(model))
    v[find(model.labels, costs.index)] = costs.to_numpy(dtype=np.float64)
    return pd.Series(model.multipliers(v), index=model.labels, name="price")


def price_push(model: Leontief, prices: pd.Series) -> pd.Series:
    """Rise of every other price where some prices are set from outside, such as energy.

    With the sectors K set, the others follow ``p_N = p_K A_KN (I - A_NN)⁻¹``, which equals ``p_K L_KK⁻¹ L_KN``: |K|
    transposed solves on the factors of the whole, and a |K| × |K| system.

    Parameters
    ----------
    model : Leontief
    prices : Series
        Relative rise of the prices that are set, by label.

    Returns
    -------
    Series, index `model.labels`
        Relative rise of each price; as given for those that are set.

    Raises
    ------
    HaiheError
        ``E-DIA-09`` a sector that is not there.

    References
    ----------
    Miller and Blair (2009), section 13.2 (mixed models, price side).
    """
    K = find(model.labels, prices.index)
    given = prices.to_numpy(dtype=np.float64)
    L = model.system.solve(unit(len(model), K), transposed=True).T
    pushed = np.linalg.solve(L[:, K].T, given) @ L
    pushed[K] = given
    return pd.Series(pushed, index=model.labels, name="price")

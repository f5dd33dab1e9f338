"""How long chains are: mean number of stages from a sector to final use, and from primary inputs to a sector."""

import numpy as np
import pandas as pd

from haihe.diagnosis.labelled import Operand
from haihe.diagnosis.leontief import Leontief


def upstreamness(model: Leontief, output: Operand | None = None) -> pd.Series:
    """Mean number of stages between a sector's output and final use, 1 where all is sold to final use.

    ``U = G 1 = x̂⁻¹ L x``: one solve. What leaves the table (exports, outflow not named) counts as final use.

    Parameters
    ----------
    model : Leontief
    output : ndarray or Series, shape (n,), optional
        Gross output; the table's own where not given.

    Returns
    -------
    Series, index `model.labels`
        At least 1 where no coefficient is negative; NaN for a sector without output, which is at no distance.

    Raises
    ------
    HaiheError
        ``E-DIA-06`` without output.

    References
    ----------
    Antràs, P., Chor, D., Fally, T. and Hillberry, R. (2012), Measuring the upstreamness of production and trade flows,
    American Economic Review 102(3), 412-416; Miller, R. E. and Temurshoev, U. (2017), International Regional Science
    Review 40(5), 443-475.
    """
    x = model.require_output(output)
    stages = np.divide(model.system.solve(x), x, out=np.full_like(x, np.nan), where=x != 0)
    return pd.Series(stages, index=model.labels, name="upstreamness")


def downstreamness(model: Leontief) -> pd.Series:
    """Mean number of stages that a sector's product has behind it, 1 where it uses primary inputs alone.

    Column sums of L: one transposed solve. Inputs from outside the table count as primary inputs, so that for a single
    region this is the number of stages inside it.

    Returns
    -------
    Series, index `model.labels`
        At least 1 where no coefficient is negative; 1 for a sector without output.

    References
    ----------
    Fally, T. (2012), Production staging: measurement and facts; Antràs, P. and Chor, D. (2018), On the measurement of
    upstreamness and downstreamness in global value chains.
    """
    return pd.Series(model.column_sums(), index=model.labels, name="downstreamness")

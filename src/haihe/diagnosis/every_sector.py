"""Hypothetical extraction of every sector in turn, from the diagonal of L and a few transposed solves."""

import numpy as np
import pandas as pd

from haihe.diagnosis.extraction import Kind, check_kind, check_shares, weights_of
from haihe.diagnosis.labelled import Operand
from haihe.diagnosis.leontief import Leontief


def extract_each(
    model: Leontief,
    *,
    share: float = 1.0,
    kind: Kind = "full",
    measures: pd.DataFrame | None = None,
    by: str | None = None,
    output: Operand | None = None,
) -> pd.DataFrame:
    """Take out each sector alone, one after the other, and say what the economy loses.

    Parameters
    ----------
    model, kind, measures, output
        As in `extract`.
    share : float
        Share of each sector taken out.
    by : str, optional
        Level of the labels (such as ``region``) by which the loss is divided; in total where not given.

    Returns
    -------
    DataFrame, index `model.labels` (the sector taken out)
        Loss of ``output`` and of each measure, positive; with `by`, columns (measure, part).

    Raises
    ------
    HaiheError
        As `extract`.

    Notes
    -----
    With w the weights of a measure (1 for output), the loss from sector j is ``(w L)_j κ_j``, less ``w_j κ_j`` for
    ``backward``, where ``κ_j = s t_j / (1 + s (L_jj - 1))`` and t_j is x_j, or its intermediate deliveries for
    ``forward``. Only the diagonal of L is needed (`System.inverse_diagonal`, 4/3 n³ operations with the factors) and
    one transposed solve a measure and part, not L.

    References
    ----------
    Dietzenbacher and Lahr (2013); Sherman, J. and Morrison, W. J. (1950), Annals of Mathematical Statistics 21(1).
    """
    x = model.require_output(output)
    check_kind(kind)
    s = float(check_shares(np.array([share], dtype=np.float64))[0])
    weights = weights_of(model, measures, by)
    taken = model.system.apply(x) if kind == "forward" else x
    kappa = s * taken / (1.0 + s * (model.system.inverse_diagonal() - 1.0))
    W = weights.to_numpy()
    through = model.system.solve(W.T, transposed=True)
    if kind == "backward":
        through = through - W.T
    return pd.DataFrame(through * kappa[:, None], index=model.labels, columns=weights.index)

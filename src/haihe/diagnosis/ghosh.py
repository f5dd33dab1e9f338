"""Ghosh's supply-driven side, by similarity on the factors of the Leontief object."""

from typing import overload

import numpy as np
import pandas as pd

from haihe.diagnosis.factor import FloatArray
from haihe.diagnosis.labelled import Operand, columns, like
from haihe.diagnosis.leontief import Leontief


class Ghosh:
    """The supply-driven model ``x' = x' B + v'`` with allocation coefficients ``B = x̂⁻¹ Z``.

    ``G = (I - B)⁻¹ = x̂⁻¹ L x̂``, so every result is a solve on the factors of the Leontief object between two scalings,
    and never a second factorisation. It reads well as accounting (where what was sold ends up) and as prices; as a
    theory of quantities it lets output follow supply without limit, which is why the room uses it for accounting alone.

    Parameters
    ----------
    model : Leontief
    output : ndarray or Series, shape (n,), optional
        Gross output; the table's own where not given. A sector without output sells nothing: its row of B is 0.

    Raises
    ------
    HaiheError
        ``E-DIA-06`` without output, ``E-DIA-03`` labels that do not match.

    References
    ----------
    Ghosh, A. (1958), Economica 25(97), 58-64; Dietzenbacher, E. (1997), In vindication of the Ghosh model,
    Journal of Regional Science 37(4), 629-651; Miller and Blair (2009), chapter 12.
    """

    def __init__(self, model: Leontief, output: Operand | None = None) -> None:
        x = model.require_output(output)
        self.model = model
        self._scale = np.where(x != 0, x, 1.0)
        self._sells = x != 0

    @property
    def B(self) -> FloatArray:  # noqa: N802
        """Allocation coefficients, shape (n, n): share of each sector's output that goes to each other."""
        B = self.model.A * self._scale / self._scale[:, None]
        return np.where(self._sells[:, None], B, 0.0)

    @overload
    def output(self, v: FloatArray) -> FloatArray: ...
    @overload
    def output(self, v: pd.Series) -> pd.Series: ...
    @overload
    def output(self, v: pd.DataFrame) -> pd.DataFrame: ...
    def output(self, v: Operand) -> Operand:
        """Output that primary inputs lead to: ``v G``.

        Parameters
        ----------
        v : ndarray, Series or DataFrame, shape (n,) or (k, n)
            Primary inputs in money (value added and imports): with all of them, the output of the table.
        """
        array = columns(v, self.model.labels, "v") / self._scale
        solved = self.model.system.solve(array.T, transposed=True).T * self._scale
        return like(solved, v, self.model.labels, first=False)

    @overload
    def multipliers(self, S: FloatArray) -> FloatArray: ...
    @overload
    def multipliers(self, S: pd.Series) -> pd.Series: ...
    @overload
    def multipliers(self, S: pd.DataFrame) -> pd.DataFrame: ...
    def multipliers(self, S: Operand) -> Operand:
        """Downstream multipliers ``S Gᵀ``: what a unit of primary input of each sector enables along all who buy.

        The own, direct part is included; `pymrio.calc_M_down` leaves it out (``S (Gᵀ - I)``).

        Parameters
        ----------
        S : ndarray, Series or DataFrame, shape (n,) or (k, n)
            Coefficients per unit of output.
        """
        array = columns(S, self.model.labels, "S") * self._scale
        return like(self.model.system.solve(array.T).T / self._scale, S, self.model.labels, first=False)

    def inverse(self) -> FloatArray:
        """Ghosh inverse G, shape (n, n), only where it is wanted itself (see `Leontief.inverse`)."""
        return np.asarray(self.model.inverse() * self._scale / self._scale[:, None])

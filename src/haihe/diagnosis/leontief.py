"""The Leontief object: I - A factored once, and everything else a solve on the same factors."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from haihe.accounts import Accounts, InterregionalTable
from haihe.diagnosis.condition import Diagnostics, column_totals, examine, largest_eigenvalue, largest_vector
from haihe.diagnosis.domestic import domestic_coefficients
from haihe.diagnosis.factor import PRECISIONS, FloatArray, Precision, System
from haihe.diagnosis.labelled import Operand, columns, like, listed, places, refuse_infinite, rows
from haihe.diagnosis.series import SeriesSystem, region_blocks
from haihe.messages import HaiheError

Method = Literal["factors", "series"]
METHODS: tuple[Method, ...] = ("factors", "series")

STRAY = 1e-9
"""What is taken for rounding: inputs of a sector without output, over all inputs; a column sum below 1."""


class Leontief:
    """The open static input-output model ``x = A x + y`` over n labelled sectors.

    The factors of I - A are made when first needed, and once. Output, multipliers, prices, footprints, Ghosh's
    side, average lengths and extractions are solves on them; the inverse L = (I - A)⁻¹ is formed only by `inverse`.

    Parameters
    ----------
    A : ndarray or DataFrame, shape (n, n)
        Input coefficients; row i, column j: product i per unit of output of j. A frame's columns may stand in another
        order than its rows.
    labels : Index, optional
        Labels of the sectors; with two levels (region, sector) for several regions, which need not have the same
        sectors. Taken from a frame; 0 to n - 1 where nothing is given.
    precision : {"double", "single"}
        Of the factors. ``single`` halves their memory and time; solutions are refined with residuals in double
        precision, to a residual of 1e-12.
    method : {"factors", "series"}
        ``series`` makes no factors of the whole and sweeps over the regions instead (`SeriesSystem`): faster for one or
        a few right-hand sides on a large table of several regions.

    Attributes
    ----------
    labels : Index
        Labels of the sectors.
    x : ndarray, shape (n,), or None
        Gross output, where known (`from_flows`, `of`).
    raw : System
        I - A in arrays, its spectral radius not yet looked at; `system` is the same once that is done.

    Notes
    -----
    Operands with labels (Series, DataFrame) are put into the order of `labels`, and results carry labels; arrays are
    taken by position and give arrays.

    The first solve makes sure that the spectral radius of A is below 1, without computing it where A is not negative:
    then ``L 1 > 0`` holds exactly for a radius below 1 (Berman and Plemmons 1994, chapter 6).

    Raises
    ------
    HaiheError
        ``E-DIA-01`` shapes that do not fit, ``E-DIA-02`` values that are not finite, ``E-DIA-03`` labels that do not
        match, ``E-DIA-08`` another precision or method; with the first solve ``E-DIA-04`` where the spectral radius is 1 or more,
        ``E-DIA-07`` or ``E-DIA-12`` where single precision does not do.

    References
    ----------
    Miller, R. E. and Blair, P. D. (2009), Input-Output Analysis, 2nd ed., chapters 2 and 6.
    """

    def __init__(
        self,
        A: FloatArray | pd.DataFrame,
        labels: pd.Index | None = None,
        *,
        precision: Precision = "double",
        method: Method = "factors",
    ) -> None:
        matrix, self.labels = _square(A, labels, "A")
        self.x: FloatArray | None = None
        self.raw = _system(matrix, None, self.labels, precision, method)

    @classmethod
    def from_flows(
        cls,
        Z: FloatArray | pd.DataFrame,
        x: FloatArray | pd.Series,
        labels: pd.Index | None = None,
        *,
        precision: Precision = "double",
        method: Method = "factors",
    ) -> Leontief:
        """Make it of flows and gross output, without forming A.

        Parameters
        ----------
        Z : ndarray or DataFrame, shape (n, n)
            Flows from row to column; kept, not copied.
        x : ndarray or Series, shape (n,)
            Gross output. A sector without output has coefficients 0: it needs nothing, and can be needed by nobody
            unless others buy from it. Negative output is taken as it is, and shown by `diagnostics`.
        labels, precision, method
            As for the class.

        Raises
        ------
        HaiheError
            As for the class; ``E-DIA-05`` where a sector has inputs but no output.
        """
        matrix, found = _square(Z, labels, "Z")
        output = rows(x, found, "x")
        idle = output == 0.0
        if idle.any():
            _refuse_idle(np.abs(matrix).sum(axis=0), idle, found)
        made = cls.__new__(cls)
        made.labels, made.x = found, output
        scale = np.divide(1.0, output, out=np.zeros_like(output), where=~idle)
        made.raw = _system(matrix, scale, found, precision, method)
        return made

    @classmethod
    def of(
        cls,
        table: Accounts | InterregionalTable,
        *,
        precision: Precision = "double",
        method: Method = "factors",
    ) -> Leontief:
        """Make it of a table, labelled by (region, sector).

        Parameters
        ----------
        table : Accounts or InterregionalTable
            An interregional table gives the full coupled matrix: what one region needs is made in all. Accounts give
            one block a region and nothing between them: inputs of any origin are cut to the share made in the region
            (`domestic_coefficients`), so that a solution says what demand does to the region itself. The pooled
            coefficients of accounts would count imported inputs as if the region made them. For effects across
            regions build `InterregionalTable.from_accounts` first.

        Raises
        ------
        HaiheError
            As for the class and `from_flows`.
        """
        if isinstance(table, InterregionalTable):
            return cls.from_flows(table.Z, table.output, table.index, precision=precision, method=method)
        index = pd.MultiIndex.from_product([table.regions, table.sectors], names=["region", "sector"])
        output = table.output.ravel()
        _refuse_idle(np.abs(table.Z).sum(axis=1).ravel(), output == 0.0, index)
        made = cls(domestic_coefficients(table), index, precision=precision, method=method)
        made.x = output
        return made

    def __len__(self) -> int:
        return len(self.labels)

    def __repr__(self) -> str:
        series = isinstance(self.raw, SeriesSystem)
        state = "factored" if self.raw.factored else "by series" if series else "not factored yet"
        return f"Leontief({len(self)} sectors, {self.raw.precision}, {state})"

    @property
    def precision(self) -> Precision:
        """Precision of the factors."""
        return self.raw.precision

    @property
    def A(self) -> FloatArray:  # noqa: N802
        """Input coefficients, shape (n, n), formed anew at each call."""
        scale = self.raw.scale
        return self.raw.matrix.copy() if scale is None else np.asarray(self.raw.matrix * scale)

    @cached_property
    def system(self) -> System:
        """The system I - A, factored, its spectral radius known to be below 1 (``E-DIA-04`` otherwise)."""
        system, n = self.raw, len(self)
        totals = column_totals(system)
        negative = bool(n) and _negative(system)
        if not negative and float(totals.max(initial=0.0)) < 1.0:
            return system
        try:
            sustained = not negative and bool((system.solve(np.ones(n)) > 0).all())
        except HaiheError as error:
            if error.code == "E-DIA-12" and system.precision == "double":
                raise self._unsustained(1.0, totals) from error
            if (radius := largest_eigenvalue(system.apply, n)) >= 1.0:
                raise self._unsustained(radius, totals) from error
            raise
        if sustained:
            return system
        radius = largest_eigenvalue(system.apply, n)
        if radius >= 1.0 or not negative:
            raise self._unsustained(radius, totals)
        return system

    def _unsustained(self, radius: float, totals: FloatArray) -> HaiheError:
        """Make the error of an economy that cannot sustain itself, the sectors that matter most first."""
        grows = largest_vector(self.raw.apply, len(self)) * np.maximum(np.abs(totals) - 1.0 + STRAY, 0.0)
        order = np.argsort(-grows, kind="stable")
        named = self.labels[order[grows[order] > 0]]
        return HaiheError("E-DIA-04", radius=f"{radius:.6g}", sectors=listed(named))

    @overload
    def output(self, Y: FloatArray) -> FloatArray: ...
    @overload
    def output(self, Y: pd.Series) -> pd.Series: ...
    @overload
    def output(self, Y: pd.DataFrame) -> pd.DataFrame: ...
    def output(self, Y: Operand) -> Operand:
        """Output that a final demand needs: solve ``(I - A) X = Y``.

        Parameters
        ----------
        Y : ndarray, Series or DataFrame, shape (n,) or (n, m)
            One or more final demands, in money.

        Returns
        -------
        As Y
            Gross output of each sector, in the unit of Y.

        Raises
        ------
        HaiheError
            ``E-DIA-01`` to ``E-DIA-04``; ``E-DIA-07`` where factors in single precision cannot be refined.
        """
        return like(self.system.solve(rows(Y, self.labels, "Y")), Y, self.labels, first=True)

    @overload
    def multipliers(self, S: FloatArray) -> FloatArray: ...
    @overload
    def multipliers(self, S: pd.Series) -> pd.Series: ...
    @overload
    def multipliers(self, S: pd.DataFrame) -> pd.DataFrame: ...
    def multipliers(self, S: Operand) -> Operand:
        """Total requirements per unit of final demand: ``S (I - A)⁻¹`` by solves with the transpose.

        Parameters
        ----------
        S : ndarray, Series or DataFrame, shape (n,) or (k, n)
            Coefficients per unit of output: value added, jobs, energy, carbon.

        Returns
        -------
        As S
            What one unit of final demand of each sector's product takes, along the whole chain.
        """
        array = columns(S, self.labels, "S")
        return like(self.system.solve(array.T, transposed=True).T, S, self.labels, first=False)

    @overload
    def prices(self, v: FloatArray) -> FloatArray: ...
    @overload
    def prices(self, v: pd.Series) -> pd.Series: ...
    @overload
    def prices(self, v: pd.DataFrame) -> pd.DataFrame: ...
    def prices(self, v: Operand) -> Operand:
        """Prices that cover the cost ``v`` per unit of output: ``p = p A + v``.

        With v all that is not an input of A (value added, imports, and taxes where they stand apart), every price is 1.

        Parameters
        ----------
        v : ndarray, Series or DataFrame, shape (n,) or (k, n)
            Primary cost per unit of output.

        References
        ----------
        Miller and Blair (2009), section 2.6.
        """
        return self.multipliers(v)

    def column_sums(self) -> FloatArray:
        """Column sums of L, shape (n,): output in all sectors per unit of final demand; one solve."""
        return self.system.solve(np.ones(len(self)), transposed=True)

    def row_sums(self) -> FloatArray:
        """Row sums of L, shape (n,): output of each sector for one unit of final demand of everything; one solve."""
        return self.system.solve(np.ones(len(self)))

    def inverse(self) -> FloatArray:
        """Leontief inverse L, shape (n, n): 8 n² bytes, and four times the work of the factors. Not kept.

        Every method of this room does without it; ask for it where L itself is wanted.
        """
        return self.system.solve(np.eye(len(self)))

    def diagnostics(self) -> Diagnostics:
        """Residual, spectral radius, condition, and the sectors to look at."""
        return examine(self.system, self.labels, self.x)

    def require_output(self, output: Operand | None = None) -> FloatArray:
        """Give gross output in the order of the labels: as passed, else the table's (``E-DIA-06`` without either)."""
        if output is not None:
            return rows(output, self.labels, "output")
        if self.x is None:
            raise HaiheError("E-DIA-06")
        return self.x


def input_coefficients(Z: FloatArray, x: FloatArray) -> FloatArray:
    """Each column of Z over its output: ``Z[i,j] / x[j]``, 0 where output is 0.

    Parameters
    ----------
    Z : ndarray, shape (m, n)
        Flows, value added or any other input of n sectors.
    x : ndarray, shape (n,)
        Gross output.

    Returns
    -------
    ndarray, shape (m, n)
    """
    Z, x = np.asarray(Z, dtype=np.float64), np.asarray(x, dtype=np.float64)
    return np.asarray(Z * np.divide(1.0, x, out=np.zeros_like(x), where=x != 0))


def _system(
    matrix: FloatArray, scale: FloatArray | None, labels: pd.Index, precision: Precision, method: Method
) -> System:
    """Make the system; refuse another precision or method."""
    for what, value, known in (("precision", precision, PRECISIONS), ("method", method, METHODS)):
        if value not in known:
            raise HaiheError("E-DIA-08", value=value, what=what, known="、".join(known))
    if method == "series":
        return SeriesSystem(matrix, scale, precision, region_blocks(labels))
    return System(matrix, scale, precision)


def _refuse_idle(spent: FloatArray, idle: NDArray[np.bool_], labels: pd.Index) -> None:
    """Raise ``E-DIA-05`` where sectors without output have inputs beyond rounding."""
    if (stray := idle & (spent > STRAY * spent.sum())).any():
        raise HaiheError("E-DIA-05", sectors=listed(labels[stray]))


def _square(A: FloatArray | pd.DataFrame, labels: pd.Index | None, what: str) -> tuple[FloatArray, pd.Index]:
    """Give a square matrix with its labels, columns in the order of the rows."""
    array = np.asarray(A, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise HaiheError("E-DIA-01", what=what, shape=array.shape, expected="(n, n)")
    if isinstance(A, pd.DataFrame):
        order = places(A.columns, A.index, what)
        array = array if order is None else array[:, order]
        index: pd.Index = A.index
        if labels is not None:
            order = places(index, labels, what)
            array, index = array if order is None else array[np.ix_(order, order)], labels
    else:
        index = pd.RangeIndex(len(array)) if labels is None else labels
    if len(index) != len(array):
        raise HaiheError("E-DIA-01", what=what, shape=array.shape, expected=(len(index), len(index)))
    if not index.is_unique:
        raise HaiheError(
            "E-DIA-03", what=what, missing="—", unexpected="—", doubled=listed(index[index.duplicated()].unique())
        )
    refuse_infinite(array, index, what)
    return array, index


def _negative(system: System) -> bool:
    """Say whether any coefficient is below 0."""
    if system.scale is None or (system.scale >= 0).all():
        return float(system.matrix.min()) < 0.0
    return bool((system.matrix * system.scale < 0).any())

"""Why a matrix cannot be fitted: which margins conflict."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError, Text

Labels = tuple[Sequence[str] | None, Sequence[str] | None, Sequence[str] | None]
TOTALS = 1e-9
"""Allowed difference of the totals of rows and columns, relative to their gross sums."""
ROW, COLUMN = Text("行", "row"), Text("列", "column")


def refuse_margins(A: FloatArray, u: FloatArray, v: FloatArray, labels: Labels, signed: bool) -> None:
    """Raise where the margins of a batch cannot be met whatever the cells; arrays (b, m, n), (b, m), (b, n)."""
    sides = ((ROW, u, 2, labels[0]), (COLUMN, v, 1, labels[1]))
    if not signed:
        if (A < 0).any():
            b, i, j = np.argwhere(A < 0)[0]
            cell = f"{_label(labels[0], i)} × {_label(labels[1], j)}"
            raise HaiheError("E-ACC-24", table=_batch(labels, b), value=A[b, i, j], place=Text(cell, cell))
        for side, wanted, _, names in sides:
            if (wanted < 0).any():
                b, i = np.argwhere(wanted < 0)[0]
                place = _place(side, _label(names, i))
                raise HaiheError("E-ACC-24", table=_batch(labels, b), value=wanted[b, i], place=place)
    for side, wanted, axis, names in sides:
        falls = (wanted < 0) & ~(A < 0).any(axis=axis)
        rises = (wanted > 0) & ~(A > 0).any(axis=axis)
        if (stuck := falls | rises).any():
            b, i = np.argwhere(stuck)[0]
            place = _place(side, _label(names, i))
            raise HaiheError("E-ACC-21", table=_batch(labels, b), value=f"{wanted[b, i]:.10g}", place=place)
    difference = u.sum(axis=1) - v.sum(axis=1)
    apart = np.abs(difference) > TOTALS * np.maximum(np.abs(u).sum(axis=1), np.abs(v).sum(axis=1))
    if apart.any():
        b = int(np.flatnonzero(apart)[0])
        raise HaiheError(
            "E-ACC-20",
            table=_batch(labels, b),
            rows=f"{u[b].sum():.10g}",
            columns=f"{v[b].sum():.10g}",
            value=f"{difference[b]:.6g}",
        )


def refuse_unfinished(
    batch: int,
    A: FloatArray,
    u: FloatArray,
    v: FloatArray,
    size: float,
    labels: Labels,
    residual: float,
    iterations: int,
) -> None:
    """Raise for a fit that did not converge: name the blocked set, or say that it is only slow."""
    gap, rows, columns = blocked(A, u, v)
    if gap > TOTALS * max(np.abs(u).sum(), np.abs(v).sum()):
        raise HaiheError(
            "E-ACC-22",
            table=_batch(labels, batch),
            rows=", ".join(_label(labels[0], i) for i in rows),
            columns=", ".join(_label(labels[1], j) for j in columns),
            row_sum=f"{u[rows].sum() * size:.6g}",
            column_sum=f"{v[columns].sum() * size:.6g}",
            value=f"{gap * size:.6g}",
        )
    raise HaiheError("E-ACC-23", table=_batch(labels, batch), value=f"{residual:.3g}", iterations=iterations)


def blocked(A: FloatArray, u: FloatArray, v: FloatArray) -> tuple[float, list[int], list[int]]:
    """Find the margins that cannot be met together by cells with the signs of A.

    Solves the elastic problem: least sum of deviations from the margins. Its dual prices single out the conflict: rows
    that want more (positive price) than the only columns they reach (negative price) can take.

    Returns
    -------
    gap : float
        Least sum of deviations; 0 where the margins can be met.
    rows, columns : list of int
        The conflicting set.
    """
    m, n = A.shape
    i, j = np.nonzero(A)
    sign, cell = np.sign(A[i, j]), np.arange(len(i))
    extra, slots = np.arange(m + n), len(i)
    equations = coo_array(
        (
            np.concatenate([sign, sign, np.ones(m + n), -np.ones(m + n)]),
            (
                np.concatenate([i, m + j, extra, extra]),
                np.concatenate([cell, cell, slots + extra, slots + m + n + extra]),
            ),
        ),
        shape=(m + n, slots + 2 * (m + n)),
    )
    scale = max(float(np.abs(u).max(initial=0.0)), float(np.abs(v).max(initial=0.0))) or 1.0
    cost = np.concatenate([np.zeros(slots), np.ones(2 * (m + n))])
    wanted = np.concatenate([u, v]) / scale
    found = linprog(cost, A_eq=equations.tocsr(), b_eq=wanted, method="highs-ds")  # type: ignore[call-overload]
    price = np.asarray(found.eqlin.marginals)
    rows, columns = np.flatnonzero(price[:m] > 0.5), np.flatnonzero(price[m:] < -0.5)
    return float(found.fun) * scale, rows.tolist(), columns.tolist()


def _label(names: Sequence[str] | None, at: int) -> str:
    return str(at + 1) if names is None else str(names[at])


def _batch(labels: Labels, at: int) -> str:
    return "" if labels[2] is None else str(labels[2][at])


def _place(side: Text, label: str) -> Text:
    return Text(f"{side.zh}“{label}”", f"{side.en} “{label}”")

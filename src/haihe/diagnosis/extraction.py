"""Hypothetical extraction in closed form: what the economy loses where sectors, chains or deliveries are taken out.

Taking out the share s of what the sectors K deliver changes rows of A and of final demand only, so the loss of output
is a combination of the columns K of L: ``Δx = L[:,K] κ`` with a |K| × |K| system for κ. One factorisation serves every
set, share and kind; nothing is inverted anew.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from haihe.diagnosis.factor import FloatArray, IndexArray, unit
from haihe.diagnosis.labelled import Operand, columns, find, listed, rows
from haihe.diagnosis.leontief import Leontief
from haihe.messages import HaiheError

Kind = Literal["full", "backward", "forward"]
KINDS: tuple[Kind, ...] = ("full", "backward", "forward")
Shares = pd.Series | Iterable[object]


def extract(
    model: Leontief,
    shares: Shares,
    *,
    kind: Kind = "full",
    measures: pd.DataFrame | None = None,
    output: Operand | None = None,
) -> pd.DataFrame:
    """Take sectors out, whole or in part, and say what every sector loses.

    Parameters
    ----------
    model : Leontief
    shares : Series or iterable of labels
        Share of each sector taken out, from 0 to 1, by label; labels alone mean all of them.
    kind : {"full", "backward", "forward"}
        ``full``: the share s of all deliveries of the sector, intermediate and final, vanishes (its purchases fall with
        its output). ``backward``: it buys the share s of its inputs elsewhere. ``forward``: the share s of its
        intermediate deliveries is replaced from elsewhere, final deliveries stay.
    measures : DataFrame, shape (k, n), optional
        What else is lost, per unit of output: value added, jobs, carbon. Rows are names, columns labels.
    output : ndarray or Series, shape (n,), optional
        Output before; the table's own where not given. Final demand is what it leaves, ``x - A x``.

    Returns
    -------
    DataFrame, index `model.labels`
        ``before`` and ``after`` (output), ``output`` (its loss, positive), ``share`` (of output before; NaN where that
        is 0), and a column a measure (its loss).

    Raises
    ------
    HaiheError
        ``E-DIA-03`` labels that do not match, ``E-DIA-06`` without output, ``E-DIA-08`` another kind, ``E-DIA-09``
        a sector that is not there, ``E-DIA-10`` a share outside 0 to 1.

    References
    ----------
    Dietzenbacher, E., van der Linden, J. and Steenge, A. (1993), Economic Systems Research 5(2), 185-206;
    Dietzenbacher, E. and Lahr, M. L. (2013), Expanding extractions, Economic Systems Research 25(3), 341-360;
    Miller, R. E. and Lahr, M. L. (2001), A taxonomy of extractions.
    """
    x = model.require_output(output)
    where, s = _shares(model, shares)
    loss = SolvedColumns(model, where).loss(s, x, check_kind(kind))
    return loss_frame(model, x, loss, measures)


def extract_sets(
    model: Leontief,
    sets: Mapping[str, Shares],
    *,
    kind: Kind = "full",
    measures: pd.DataFrame | None = None,
    by: str | None = None,
    output: Operand | None = None,
) -> pd.DataFrame:
    """Take out several sets in turn, each alone: the halt of every chain, say.

    The columns of L that all sets need are solved for once; a set then costs one small system.

    Parameters
    ----------
    model, kind, measures, output
        As in `extract`.
    sets : mapping of str to Series or iterable of labels
        Shares by name of the set.
    by : str, optional
        Level of the labels (such as ``region``) by which the loss is divided; in total where not given.

    Returns
    -------
    DataFrame, one row a set
        Loss of ``output`` and of each measure; with `by`, columns (measure, part).
    """
    x = model.require_output(output)
    given = {name: _shares(model, shares) for name, shares in sets.items()}
    needed = np.unique(np.concatenate([np.empty(0, dtype=np.intp), *(where for where, _ in given.values())]))
    held = SolvedColumns(model, needed)
    losses = np.zeros((len(model), len(given)))
    for column, (where, s) in enumerate(given.values()):
        losses[:, column] = held.take(where).loss(s, x, check_kind(kind))
    weights = weights_of(model, measures, by)
    return pd.DataFrame((weights.to_numpy() @ losses).T, index=pd.Index(given, name="set"), columns=weights.index)


def extract_deliveries(
    model: Leontief,
    suppliers: Iterable[object],
    buyers: Iterable[object],
    *,
    share: float | pd.Series = 1.0,
    final: FloatArray | pd.Series | None = None,
    measures: pd.DataFrame | None = None,
    output: Operand | None = None,
) -> pd.DataFrame:
    """Take out what some sectors deliver to some others: a supplier region, or a region's imports alone.

    Parameters
    ----------
    model, measures, output
        As in `extract`.
    suppliers, buyers : iterable of labels
        Rows and columns of A between which deliveries stop. One region's sectors as suppliers and all others as
        buyers take out a supplier region; all other regions' sectors as suppliers and one region's as buyers take
        out its imports from within the table. `pick` gives the labels of a region.
    share : float or Series
        Share taken out, from 0 to 1; a Series gives it by supplier.
    final : ndarray or Series, shape (n,), optional
        Final deliveries of the suppliers that reach the buyers' places, of which the same share is lost; only the
        rows of suppliers count. None where only intermediate deliveries stop.

    Returns
    -------
    DataFrame
        As `extract`.

    Notes
    -----
    The update of A has the rank of the smaller side, and the small system that size.
    """
    x = model.require_output(output)
    K, C = find(model.labels, suppliers), find(model.labels, buyers)
    s = check_shares(np.full(len(K), share) if not isinstance(share, pd.Series) else _of(model, share, K))
    A = model.system.block(K, C) * s[:, None]
    gone = np.zeros(len(model))
    if final is not None:
        gone[K] = s * rows(final, model.labels, "final")[K]
    if len(K) <= len(C):
        L = model.system.solve(unit(len(model), K))
        sold = A @ x[C] + gone[K]
        loss = L @ np.linalg.solve(np.eye(len(K)) + A @ L[C], sold)
    else:
        whole = np.zeros((len(model), len(C) + 1))
        whole[K, :-1], whole[:, -1] = A, gone
        solved = model.system.solve(whole)
        U, h = solved[:, :-1], solved[:, -1]
        bought = np.linalg.solve(np.eye(len(C)) + U[C], x[C] - h[C])
        loss = U @ bought + h
    return loss_frame(model, x, loss, measures)


def pick(model: Leontief, level: str, *values: object, others: bool = False) -> pd.Index:
    """Give the labels that have one of some values at a level, such as all sectors of a region.

    Parameters
    ----------
    model : Leontief
    level : str
        Level of the labels, such as ``region``; ``E-DIA-08`` where there is none of that name.
    values : object
        Values wanted; ``E-DIA-09`` where one does not occur.
    others : bool
        Give all labels but these.
    """
    own = _level(model, level)
    if missing := [value for value in values if value not in set(own)]:
        raise HaiheError("E-DIA-09", value=listed(missing))
    wanted = np.isin(np.asarray(own, dtype=object), np.array(values, dtype=object)) != others
    chosen: pd.Index = model.labels[wanted]
    return chosen


def loss_frame(model: Leontief, x: FloatArray, loss: FloatArray, measures: pd.DataFrame | None) -> pd.DataFrame:
    """Put a loss of output into the frame that `extract` describes."""
    frame = pd.DataFrame(
        {
            "before": x,
            "after": x - loss,
            "output": loss,
            "share": np.divide(loss, x, out=np.full_like(x, np.nan), where=x != 0),
        },
        index=model.labels,
    )
    if measures is not None:
        values = columns(measures, model.labels, "measures")
        frame[list(measures.index)] = values.T * loss[:, None]
    return frame


class SolvedColumns:
    """Columns K of L, and the small systems on them."""

    def __init__(self, model: Leontief, K: IndexArray, L: FloatArray | None = None) -> None:
        self.K, self.model = K, model
        self.L = model.system.solve(unit(len(model), K)) if L is None else L

    def take(self, K: IndexArray) -> "SolvedColumns":
        """Give some of the columns, which are in increasing order here."""
        return SolvedColumns(self.model, K, self.L[:, np.searchsorted(self.K, K)])

    def loss(self, s: FloatArray, x: FloatArray, kind: Kind) -> FloatArray:
        """Loss of output of every sector, shape (n,).

        With S the shares, ``(I + S (L_KK - I)) κ = S x_K``, where ``forward`` has intermediate deliveries in place of
        x_K, and ``backward`` leaves out what the sectors themselves lose: ``Δx = (L - I)[:,K] κ``.
        """
        taken = x[self.K]
        if kind == "forward":
            taken = self.model.system.apply(x)[self.K]
        small = s[:, None] * (self.L[self.K] - np.eye(len(s))) + np.eye(len(s))
        kappa = np.linalg.solve(small, s * taken)
        loss = np.asarray(self.L @ kappa)
        if kind == "backward":
            loss[self.K] -= kappa
        return loss


def _shares(model: Leontief, shares: Shares) -> tuple[IndexArray, FloatArray]:
    """Positions and shares of what is taken out."""
    if not isinstance(shares, pd.Series):
        at = find(model.labels, shares)
        return at, np.ones(len(at))
    return find(model.labels, shares.index), check_shares(shares.to_numpy(dtype=np.float64))


def _of(model: Leontief, share: pd.Series, K: IndexArray) -> FloatArray:
    """Share of each supplier; 0 for one that is not named."""
    whole = np.zeros(len(model))
    whole[find(model.labels, share.index)] = share.to_numpy(dtype=np.float64)
    return np.asarray(whole[K])


def check_shares(shares: FloatArray) -> FloatArray:
    """Refuse shares outside 0 to 1."""
    if not ((shares >= 0) & (shares <= 1)).all():
        wrong = shares[~((shares >= 0) & (shares <= 1))]
        raise HaiheError("E-DIA-10", value=f"{wrong[0]:g}")
    return shares


def check_kind(kind: Kind) -> Kind:
    """Refuse another kind."""
    if kind not in KINDS:
        raise HaiheError("E-DIA-08", value=kind, what="kind", known="、".join(KINDS))
    return kind


def _level(model: Leontief, level: str) -> pd.Index:
    """Give the values of a level of the labels."""
    if level not in model.labels.names:
        known = "、".join(str(name) for name in model.labels.names)
        raise HaiheError("E-DIA-08", value=level, what="level", known=known)
    found: pd.Index = model.labels.get_level_values(level)
    return found


def weights_of(model: Leontief, measures: pd.DataFrame | None, by: str | None) -> pd.DataFrame:
    """Give rows that add up a loss: output and each measure, in total or by the parts of a level."""
    n = len(model)
    values = pd.DataFrame(np.ones((1, n)), index=["output"], columns=model.labels)
    if measures is not None:
        own = pd.DataFrame(columns(measures, model.labels, "measures"), index=[*measures.index], columns=model.labels)
        values = pd.concat([values, own])
    if by is None:
        return values.rename_axis("measure")
    parts = _level(model, by)
    names = parts.unique()
    member = np.asarray(parts)[None, :] == np.asarray(names)[:, None]
    index = pd.MultiIndex.from_product([values.index, names], names=["measure", by])
    split = values.to_numpy()[:, None, :] * member[None]
    return pd.DataFrame(split.reshape(len(index), n), index=index, columns=model.labels)

"""What is known of a region besides its output, and how a first estimate is made to meet it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from haihe.accounts.balance import ras
from haihe.accounts.regional import FloatArray
from haihe.messages import HaiheError

ROUNDING = 1e-9
"""Relative difference up to which two given totals are the same."""


@dataclass(frozen=True, eq=False)
class RegionalTotals:
    """Known totals of one region, in the unit of the parent table; every one may be left out.

    Attributes
    ----------
    value_added : float or ndarray, shape (n,), optional
        Gross regional product, or value added of each sector.
    final : float or ndarray, shape (k,) or (n, k), optional
        Final use in all, by kind, or by product and kind (then taken as it is).
    exports, imports : float or ndarray, shape (n,), optional
        Trade with other countries, in all or by product.
    net_trade : ndarray, shape (n,), optional
        All that leaves less all that enters, by product; uses are then balanced to output less this.
    """

    value_added: FloatArray | float | None = None
    final: FloatArray | float | None = None
    exports: FloatArray | float | None = None
    imports: FloatArray | float | None = None
    net_trade: FloatArray | None = None

    @property
    def given(self) -> list[str]:
        """Names of what is known."""
        return [name for name in self.__dataclass_fields__ if getattr(self, name) is not None]


def part_of(
    name: str, known: FloatArray | float | None, estimate: FloatArray, whole: FloatArray, sectors: Sequence[str]
) -> FloatArray:
    """Make an estimated part of a whole meet what is known of it, never above the whole.

    Parameters
    ----------
    name : str
        What it is, for messages.
    known : float or ndarray, shape (n,), optional
        Its total (the estimate and the rest are fitted by RAS, so no part exceeds its whole), or each part.
    estimate, whole : ndarray, shape (n,)
        First estimate, between 0 and the whole.
    sectors : sequence of str
        For messages.

    Raises
    ------
    HaiheError
        ``E-ACC-11`` shape, ``E-ACC-87`` a part above its whole or not a number.
    """
    if known is None:
        return estimate
    given = np.asarray(known, dtype=np.float64)
    if given.ndim == 0:
        if not 0.0 <= given <= whole.sum() * (1.0 + ROUNDING):
            raise HaiheError("E-ACC-87", what=name, value=float(given), whole=float(whole.sum()), sector="Σ")
        if given == 0.0 or estimate.sum() == 0.0:
            return np.asarray(whole * (given / whole.sum())) if whole.sum() > 0 else np.zeros_like(whole)
        margin = np.array([given, whole.sum() - given])
        fit = ras(np.stack([estimate, whole - estimate]), margin, whole, tol=1e-12, row_labels=[name, "rest"])
        return np.asarray(fit.matrix[0])
    if given.shape != whole.shape:
        raise HaiheError("E-ACC-11", array=name, shape=given.shape, expected=whole.shape)
    wrong = ~((given <= whole * (1.0 + ROUNDING)) & np.isfinite(given))
    if name != "value_added":
        wrong |= given < 0
    if wrong.any():
        j = int(np.argmax(wrong))
        raise HaiheError("E-ACC-87", what=name, value=float(given[j]), whole=float(whole[j]), sector=sectors[j])
    return np.minimum(given, whole)


def final_by_kind(known: FloatArray | float | None, mix: FloatArray, default: float) -> FloatArray:
    """Scale the parent's mix of final use to what is known.

    Parameters
    ----------
    known : float or ndarray, shape (k,) or (n, k), optional
        Final use in all, by kind, or whole.
    mix : ndarray, shape (n, k)
        The parent's final use.
    default : float
        Final use in all where nothing is known.

    Returns
    -------
    ndarray, shape (n, k)

    Raises
    ------
    HaiheError
        ``E-ACC-06`` no number, ``E-ACC-11`` shape, ``E-ACC-86`` a kind of which the parent has none.
    """
    if known is None or np.ndim(known) == 0:
        wanted = default if known is None else float(np.asarray(known))
        if mix.sum() <= 0:
            raise HaiheError("E-ACC-86", what="final", value=wanted, other=float(mix.sum()))
        return np.asarray(mix * (wanted / mix.sum()))
    given = np.asarray(known, dtype=np.float64)
    if not np.isfinite(given).all():
        raise HaiheError("E-ACC-06", column="final", value="nan")
    if given.shape == mix.shape:
        return given
    if given.shape != mix.shape[1:]:
        raise HaiheError("E-ACC-11", array="final", shape=given.shape, expected=mix.shape)
    have = mix.sum(axis=0)
    if ((have == 0) & (given != 0)).any():
        k = int(np.argmax((have == 0) & (given != 0)))
        raise HaiheError("E-ACC-86", what=f"final[{k}]", value=float(given[k]), other=0.0)
    return np.asarray(mix * np.divide(given, have, out=np.zeros_like(given), where=have != 0))

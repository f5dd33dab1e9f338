"""Rows that hold a measure at or above, or at or below, a value: what limits, targets and goals put into a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from haihe.messages import HaiheError, Text
from haihe.planning.forms import LinearForm
from haihe.planning.indicator_list import SPREAD, WELFARE
from haihe.planning.indicators import Indicators
from haihe.planning.measures import Measure
from haihe.planning.program import Block, Floats, Program
from haihe.planning.solver import Session, Solution

Sense = Literal["cap", "floor"]
HUGE = 1e19
"""Bound from which on the solver soon takes a row for free (from 1e20 on)."""


@dataclass(frozen=True)
class Bounded:
    """Measures in the program, one row each.

    Attributes
    ----------
    measures : tuple of Measure
        One for each row, length N.
    terms : tuple of (LinearForm, LinearForm or None)
        Numerator and denominator of each.
    rows : Block
        The rows; each holds its numerator less its value times its denominator, over its scale.
    scales : ndarray, shape (N,)
        Power of ten each row is divided by, so that rows are of one size.
    held : ndarray, shape (N,)
        Value that each measure is held at; infinite for a row that is only watched.
    sense : {"cap", "floor"}
    """

    measures: tuple[Measure, ...]
    terms: tuple[tuple[LinearForm, LinearForm | None], ...]
    rows: Block
    scales: Floats
    held: Floats
    sense: Sense

    def at(self, x: Floats) -> Floats:
        """Value of every measure at a solution, shape (N,); for a gap the width that its columns span."""
        found = [(top.at(x), 1.0 if below is None else below.at(x)) for top, below in self.terms]
        return np.array([top / below if below else np.nan for top, below in found])

    def price(self, solution: Solution, indicators: Indicators) -> Floats:
        """What relaxing each row by one unit is worth, bn yuan of the milestone per unit (of a ratio: of the ratio).

        It is the worth of the row over the discounted length of its years, as everywhere in the plan; never negative.
        """
        sign = 1.0 if self.sense == "cap" else -1.0
        lengths = [length_of(indicators, measure.year) for measure in self.measures]
        below = [1.0 if den is None else den.at(solution.x) for _, den in self.terms]
        return np.asarray(sign * solution.worth(self.rows).ravel() / self.scales / lengths * below)


def length_of(indicators: Indicators, year: int | None) -> float:
    """Discounted years that a row of one year stands for, D_t over the trend; 1 for a row of the whole plan."""
    if year is None:
        return 1.0
    s = indicators.model.economy.assumptions
    return float(np.interp(year, s.years, s.weights / s.trend))


def define_bounded(
    program: Program,
    indicators: Indicators,
    name: str,
    measures: Sequence[Measure],
    values: Sequence[float],
    sense: Sense,
    *,
    dims: tuple[tuple[str, tuple[object, ...]], ...],
    title: Text,
    policy: bool = True,
) -> Bounded:
    r"""Add rows that hold measures.

    .. math:: f(x) \le v \quad\text{or}\quad f(x) \ge v, \qquad\text{for a ratio}\quad f(x) - v\,g(x) \le 0

    A gap between members has two columns, the highest and the lowest amount per resident, that every member's amount
    stays between; the row holds their difference, so a gap can be capped and not held up. Unit: that of the measure,
    over a power of ten. The worth of a cap is positive and of a floor negative: more of a floor costs.

    Parameters
    ----------
    program : Program
        The program to grow; that of the indicators' model.
    indicators : Indicators
    name : str
        Name of the row family.
    measures : sequence of Measure
        One for each row, N of them, in the order of ``dims``.
    values : sequence of float
        Value of each, in the unit of its measure; infinite for a row that is only watched. A ratio must have one.
    sense : {"cap", "floor"}
    dims : tuple of (str, labels)
        Dimensions of the rows; N labels in all.
    title : Text
    policy : bool
        A policy maker set the rows.

    Raises
    ------
    HaiheError
        ``E-PLN-54`` for a gap that should be held up or a ratio without a value; ``E-PLN-01`` for a value that is missing,
        or so large that its row would be free; otherwise as `Indicators.terms`.
    """
    terms = tuple(_terms(program, indicators, f"{name}/{k}", measure, sense) for k, measure in enumerate(measures))
    wanted = np.asarray(values, dtype=np.float64)
    forms = [_in_row(measure, pair, v) for measure, pair, v in zip(measures, terms, wanted, strict=True)]
    scales = np.array(
        [_power(_reference(indicators, measure, top)) for measure, (top, _) in zip(measures, terms, strict=True)]
    )
    ratio = np.array([below is not None for _, below in terms])
    constants = np.array([form.constant for form in forms])
    with np.errstate(over="ignore", invalid="ignore"):
        right = np.where(np.isfinite(wanted), (np.where(ratio, 0.0, wanted) - constants) / scales, np.inf)
    free = _free(wanted, right)
    rows = program.rows(
        name,
        dict(dims),
        lower=np.where(free | (sense == "cap"), -np.inf, right).reshape([len(labels) for _, labels in dims]),
        upper=np.where(free | (sense == "floor"), np.inf, right).reshape([len(labels) for _, labels in dims]),
        reference=(constants / scales).reshape([len(labels) for _, labels in dims]),
        unit=f"{terms[0][0].unit} / {scales[0]:g}",
        title=title,
        policy=policy,
    )
    for form, scale, row in zip(forms, scales, rows.index.ravel(), strict=True):
        form.enter(program, int(row), 1.0 / scale)
    return Bounded(tuple(measures), terms, rows, scales, wanted, sense)


def hold(session: Session, bounded: Bounded, values: Floats | float, *, sense: Sense | None = None) -> None:
    """Hold every measure at new values, in place: a cap leaves a floor that stands, and infinite values free the rows.

    Raises
    ------
    HaiheError
        ``E-PLN-54`` for a ratio, whose value stands in the coefficients.
    """
    ratio = next((m for m, (_, below) in zip(bounded.measures, bounded.terms, strict=True) if below is not None), None)
    if ratio is not None:
        raise HaiheError("E-PLN-54", value=str(ratio))
    constants = np.array([top.constant for top, _ in bounded.terms])
    wanted = np.broadcast_to(np.asarray(values, dtype=np.float64), constants.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        right = (wanted - constants) / bounded.scales
    free, cap = _free(wanted, right), (sense or bounded.sense) == "cap"
    rows = bounded.rows.index.ravel()
    lower = np.where(free, -np.inf, session.arrays.row_lower[rows] if cap else right)
    upper = np.where(free, np.inf, right if cap else session.arrays.row_upper[rows])
    session.set_row_bounds(bounded.rows.index, lower, upper)


def _free(wanted: Floats, right: Floats) -> np.ndarray:
    """Rows that are only watched; ``E-PLN-01`` for a value that is missing, or too large for its row to hold."""
    free = np.isinf(wanted)
    if not (np.abs(right[~free]) < HUGE).all():
        raise HaiheError("E-PLN-01", what="bound")
    return np.asarray(free)


def _in_row(measure: Measure, terms: tuple[LinearForm, LinearForm | None], value: float) -> LinearForm:
    """What a row holds: the amount, or a ratio's numerator less its value times the denominator."""
    top, below = terms
    if below is None:
        return top
    if not np.isfinite(value):
        raise HaiheError("E-PLN-54", value=str(measure))
    return top - (below * float(value)).called(top.unit, top.title)


def _terms(
    program: Program, indicators: Indicators, name: str, measure: Measure, sense: Sense
) -> tuple[LinearForm, LinearForm | None]:
    """Linear forms of a measure; the objective itself for welfare, and new columns for a gap."""
    if measure.base == WELFARE:
        return indicators.welfare(measure, penalties=True), None
    if measure.base != SPREAD:
        return indicators.terms(measure)
    if sense == "floor":
        raise HaiheError("E-PLN-54", value=str(measure))
    return _gap(program, indicators, name, measure), None


def _gap(program: Program, indicators: Indicators, name: str, measure: Measure) -> LinearForm:
    """Difference of two columns between which every member's amount per resident lies."""
    forms, title = indicators.per_head(measure), indicators.title(measure)
    ends = program.columns(f"gap:{name}", {"end": ("high", "low")}, unit=forms[0].unit, title=title)
    high, low = (int(k) for k in ends.index)
    scale = _power(max(abs(form.at(indicators.reference)) for form in forms))
    constants = np.array([form.constant for form in forms]) / scale
    members = {"member": tuple(range(len(forms)))}
    for end, column, lower, upper in (("high", high, -np.inf, -constants), ("low", low, -constants, np.inf)):
        rows = program.rows(f"gap:{name}:{end}", members, lower=lower, upper=upper, unit="scaled", title=title)
        for row, form in zip(rows.index, forms, strict=True):
            form.enter(program, int(row), 1.0 / scale)
        program.enter(rows.index, np.full(len(forms), column), -1.0 / scale)
    return LinearForm(np.array([high, low]), np.array([1.0, -1.0]), 0.0, forms[0].unit, title)


def _reference(indicators: Indicators, measure: Measure, top: LinearForm) -> float:
    """Size of a measure: its value on the reference path, or what a gap's members have there."""
    if measure.base == SPREAD:
        return max(abs(form.at(indicators.reference)) for form in indicators.per_head(measure))
    if measure.base == WELFARE:
        return float(np.abs(top.values).max(initial=1.0)) * 100.0
    return top.at(indicators.reference)


def _power(amount: float) -> float:
    """Power of ten that brings an amount to between 100 and 1,000; 1 for nothing."""
    return float(10.0 ** (np.floor(np.log10(abs(amount))) - 2)) if amount else 1.0

"""Choose a set of applications: a small integer program by HiGHS, every answer checked again in whole fen.

HiGHS computes in binary fractions and accepts values within a tolerance, which at a border may be a fen. Its answer is
therefore rounded to a set and every row is added up again in whole numbers; a set that is a fen over a cap is cut off
by a row that excludes it exactly, and the program is solved again. What is returned obeys every row to the fen.

HiGHS's presolve is switched off: where two sets differ by a fen in ten billion it was seen to cut off the better one, or
to call the program infeasible. See docs/decisions/0013-rounds-checked-in-fen.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

import highspy
import numpy as np
import numpy.typing as npt

from haihe.messages import HaiheError

Ints = Sequence[int]
LARGEST_SUM = 2**50
"""Largest sum of an objective that binary fractions still tell apart by one."""
CUTS = 500
"""Rows added at most before an answer is given up."""
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "mip_rel_gap": 0.0,
    "mip_abs_gap": 0.0,
    "presolve": "off",
    "mip_heuristic_run_feasibility_jump": False,
}


@dataclass(frozen=True, slots=True)
class AtMost:
    """The weights of the chosen add up to at most `cap`; weights are not negative."""

    weights: Mapping[int, int]
    cap: int


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The weights of the chosen add up to at least `floor`; weights are not negative."""

    weights: Mapping[int, int]
    floor: int


Row = AtMost | AtLeast


def best_set(
    worth: Ints, rows: Sequence[Row], fixed: Mapping[int, int], *, seconds: float = 60.0
) -> frozenset[int] | None:
    """Find a set of greatest worth that obeys every row exactly.

    Parameters
    ----------
    worth : sequence of int, length n
        What each element adds; negative to make the set small.
    rows : sequence of AtMost or AtLeast
    fixed : mapping
        Elements that must be in (1) or out (0).
    seconds : float
        Time HiGHS may take for one solve.

    Returns
    -------
    frozenset of int or None
        None where no set obeys the rows.

    Raises
    ------
    HaiheError
        ``E-RUL-64`` where the best set is not proved in the time, ``E-RUL-65`` where worths are too large to be told
        apart.
    """
    divisor = reduce(math.gcd, worth, 0) or 1
    scaled = [value // divisor for value in worth]
    if sum(map(abs, scaled)) > LARGEST_SUM:
        raise HaiheError("E-RUL-65", value=sum(map(abs, scaled)), most=LARGEST_SUM)
    known = list(rows)
    for _ in range(CUTS):
        chosen = _solve(scaled, known, fixed, seconds)
        if chosen is None:
            return None
        cuts = [cut for row in rows if (cut := _cut(row, chosen, len(worth))) is not None]
        if not cuts:
            return chosen
        known += cuts
    raise HaiheError("E-RUL-64", value=CUTS)


def largest_amount(
    n: int,
    rows: Sequence[Row],
    slopes: Sequence[Fraction],
    fixed: Mapping[int, int],
    bounds: tuple[int, int],
    seconds: float,
) -> tuple[frozenset[int], int] | None:
    """Find the largest amount that some set leaves room for, about to a fen, and that set.

    Parameters
    ----------
    n : int
        Number of elements.
    rows : sequence of AtMost or AtLeast
    slopes : sequence of Fraction, one a row
        What one fen of the amount adds to the row.
    fixed, seconds
        As in `best_set`.
    bounds : (int, int)
        Least and most amount.

    Returns
    -------
    (frozenset of int, int) or None
        The set and an upper estimate of its amount, which the caller checks in whole fen; None where none fits.
    """
    low, high = bounds
    unit = _power(high)
    program = _program([0] * n, rows, fixed, [float(slope) * unit for slope in slopes])
    program.col_cost_ = np.append(program.col_cost_, -1.0)
    program.col_lower_ = np.append(program.col_lower_, low / unit)
    program.col_upper_ = np.append(program.col_upper_, high / unit)
    program.integrality_ = [*program.integrality_, highspy.HighsVarType.kContinuous]
    program.num_col_ = n + 1
    values = _run(program, seconds)
    if values is None:
        return None
    return frozenset(np.flatnonzero(values[:n] > 0.5).tolist()), min(math.floor(values[n] * unit + 0.5), high)


def _cut(row: Row, chosen: frozenset[int], n: int) -> Row | None:
    """Exclude a set that breaks a row, without excluding any set that keeps it."""
    total = sum(weight for i, weight in row.weights.items() if i in chosen)
    if isinstance(row, AtMost):
        members = [i for i, weight in row.weights.items() if weight and i in chosen]
        return AtMost(dict.fromkeys(members, 1), len(members) - 1) if total > row.cap else None
    others = [i for i in range(n) if i not in chosen and row.weights.get(i, 0)]
    return AtLeast(dict.fromkeys(others, 1), 1) if total < row.floor else None


def _solve(worth: Ints, rows: Sequence[Row], fixed: Mapping[int, int], seconds: float) -> frozenset[int] | None:
    """Solve once, in binary fractions."""
    values = _run(_program(worth, rows, fixed), seconds)
    return None if values is None else frozenset(np.flatnonzero(values > 0.5).tolist())


def _run(program: highspy.HighsLp, seconds: float) -> npt.NDArray[np.float64] | None:
    """Hand a program to HiGHS; None where it has no answer."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in OPTIONS.items():
        solver.setOptionValue(name, value)
    solver.setOptionValue("time_limit", seconds)
    solver.passModel(program)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        raise HaiheError("E-RUL-64", value=solver.modelStatusToString(status))
    return np.asarray(solver.getSolution().col_value)


def _program(
    worth: Ints, rows: Sequence[Row], fixed: Mapping[int, int], slopes: Sequence[float] | None = None
) -> highspy.HighsLp:
    """Enter costs, bounds and rows; each row is divided by a power of two, so that all are of a like size.

    `slopes` are the coefficients of one more column, which the caller completes.
    """
    n = len(worth)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = n, len(rows)
    program.col_cost_ = -np.asarray(worth, dtype=np.float64)
    program.col_lower_ = np.array([fixed.get(i, 0) for i in range(n)], dtype=np.float64)
    program.col_upper_ = np.array([fixed.get(i, 1) for i in range(n)], dtype=np.float64)
    program.integrality_ = [highspy.HighsVarType.kInteger] * n
    data: list[float] = []
    columns: list[int] = []
    starts = [0]
    lows, highs = np.full(len(rows), -highspy.kHighsInf), np.full(len(rows), highspy.kHighsInf)
    for number, row in enumerate(rows):
        bound = row.cap if isinstance(row, AtMost) else row.floor
        scale = _power(max(abs(bound), *row.weights.values()) if row.weights else abs(bound))
        data += [weight / scale for weight in row.weights.values()]
        columns += row.weights.keys()
        if slopes is not None and slopes[number]:
            data.append(slopes[number] / scale)
            columns.append(n)
        starts.append(len(data))
        if isinstance(row, AtMost):
            highs[number] = bound / scale
        else:
            lows[number] = bound / scale
    program.row_lower_, program.row_upper_ = lows, highs
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_ = np.array(starts, dtype=np.int32), np.array(columns, dtype=np.int32)
    matrix.value_ = np.array(data, dtype=np.float64)
    return program


def _power(largest: int) -> float:
    """Power of two that brings a number down to 20 bits; dividing by it loses nothing."""
    return float(2 ** max(largest.bit_length() - 20, 0))

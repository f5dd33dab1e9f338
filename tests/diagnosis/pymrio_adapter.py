"""A pytest plugin that puts haihe's engine under pymrio's own tests: ``pytest -p pymrio_adapter``.

Every `calc_` function that has a counterpart in the engine is replaced, in all modules of pymrio, before its tests are
collected; at the end a line says how often each function of ours was reached. pymrio hands on L (or G) between its
functions where the engine hands on the factors, so the adapter goes back to ``A = I - L⁻¹`` each time; since one of the
tests takes any matrix for L, it does not ask whether A can sustain itself.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pymrio
import pytest

from haihe.diagnosis import Ghosh, Leontief, footprints, imported_by_product, input_coefficients
from haihe.diagnosis.labelled import rows
from haihe.messages import HaiheError

REACHED: Counter[str] = Counter()
OURS = (
    "input_coefficients",
    "Leontief.inverse",
    "Leontief.output",
    "Leontief.multipliers",
    "Ghosh.B",
    "Ghosh.inverse",
    "Ghosh.multipliers",
    "footprints",
    "imported_by_product",
)
Frame = Any


def reach(name: str, result: Any) -> Any:
    """Count a call of ours."""
    assert name in OURS
    REACHED[name] += 1
    return result


def framed(array: np.ndarray, rows_as: Frame, columns_as: Frame) -> Frame:
    """Label a result where what it was made of has labels."""
    if not isinstance(rows_as, pd.DataFrame):
        return array
    return pd.DataFrame(array, index=rows_as.index, columns=columns_as.columns)


def model_of(A: Frame) -> Leontief:
    """Leontief object of A, sustainable or not."""
    model = Leontief(A)
    model.__dict__["system"] = model.raw
    return model


def behind(inverse: Frame) -> Leontief:
    """Leontief object of the coefficients behind a (Leontief or Ghosh) inverse."""
    if not isinstance(inverse, pd.DataFrame):
        return model_of(np.eye(len(inverse)) - np.linalg.inv(inverse))
    ordered = inverse[inverse.index]
    A = np.eye(len(ordered)) - np.linalg.inv(ordered.to_numpy())
    return model_of(pd.DataFrame(A, index=ordered.index, columns=ordered.index))


def vector(x: Frame, matrix: Frame, axis: int) -> np.ndarray:
    """Output in the order of an axis of a matrix."""
    if isinstance(x, (pd.Series, pd.DataFrame)) and isinstance(matrix, pd.DataFrame):
        return np.asarray(rows(x, matrix.axes[axis], "x")).ravel()
    return np.asarray(x, dtype=float).ravel()


def coefficients(Z: Frame, x: Frame) -> Frame:
    made = input_coefficients(np.asarray(Z), vector(x, Z, 1))
    return framed(reach("input_coefficients", made), Z, Z)


def final_coefficients(F_Y: Frame, y: Frame) -> Frame:
    return coefficients(F_Y.loc[:, y.index] if isinstance(F_Y, pd.DataFrame) else F_Y, y)


def allocations(Z: Frame, x: Frame) -> Frame:
    output = vector(x, Z, 0)
    return framed(reach("Ghosh.B", Ghosh(Leontief.from_flows(np.asarray(Z), output)).B), Z, Z)


def inverse(A: Frame) -> Frame:
    model = model_of(A)
    array = reach("Leontief.inverse", model.inverse())
    if not isinstance(A, pd.DataFrame):
        return array
    return pd.DataFrame(array, index=model.labels, columns=model.labels).reindex(columns=A.columns)


def ghosh_inverse(B: Frame, L: Frame = None, x: Frame = None) -> Frame:
    if L is None or x is None:
        return inverse(B)
    model = behind(L)
    if isinstance(L, pd.DataFrame):
        output = vector(x, L, 0)
        array = reach("Ghosh.inverse", Ghosh(model, output).inverse())
        return pd.DataFrame(array, index=L.index, columns=L.index).reindex(columns=L.columns)
    return reach("Ghosh.inverse", Ghosh(model, np.asarray(x).ravel()).inverse())


def multipliers(S: Frame, L: Frame) -> Frame:
    return reach("Leontief.multipliers", behind(L).multipliers(S))


def downstream(S: Frame, G: Frame) -> Frame:
    model = behind(G)
    return reach("Ghosh.multipliers", Ghosh(model, np.ones(len(model))).multipliers(S)) - S


def output_from(L: Frame, y: Frame) -> Frame:
    x = reach("Leontief.output", behind(L).output(y))
    return x.set_axis(["indout"], axis=1) if isinstance(x, pd.DataFrame) else x


def accounts(S: Frame, L: Frame, Y: Frame) -> tuple[Frame, Frame, Frame, Frame]:
    if isinstance(Y.columns, pd.MultiIndex):
        raise ValueError("final demand by region is wanted")
    model = behind(L)
    found = reach("footprints", footprints(model, Y, S))
    imported = reach("imported_by_product", imported_by_product(model, Y, S))
    return found.D_cba, found.D_pba, imported, found.D_exp


REPLACED: dict[str, Callable[..., Any]] = {
    "calc_A": coefficients,
    "calc_S": coefficients,
    "calc_S_Y": final_coefficients,
    "calc_B": allocations,
    "calc_L": inverse,
    "calc_G": ghosh_inverse,
    "calc_M": multipliers,
    "calc_M_down": downstream,
    "calc_x_from_L": output_from,
    "calc_accounts": accounts,
}


def translated(ours: Callable[..., Any]) -> Callable[..., Any]:
    """Raise what pymrio's callers expect."""

    def run(*operands: Any, **named: Any) -> Any:
        try:
            return ours(*operands, **named)
        except HaiheError as error:
            raise ValueError(error.text("en")) from error

    return run


def replace() -> int:
    """Put ours wherever pymrio has bound its own; give how many places that were."""
    places = 0
    for name, ours in REPLACED.items():
        theirs, run = getattr(pymrio.tools.iomath, name), translated(ours)
        for module in [m for key, m in sys.modules.items() if key.split(".")[0] == "pymrio"]:
            if getattr(module, name, None) is theirs:
                setattr(module, name, run)
                places += 1
    return places


PLACES = replace()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how often each function of ours was reached."""
    terminalreporter.write_line("reached " + json.dumps({name: REACHED[name] for name in OURS}))

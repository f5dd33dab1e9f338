"""Can the economy sustain itself, and how far can its solutions be relied upon: spectral radius and diagnostics."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

from haihe.diagnosis.factor import FloatArray, System
from haihe.messages import Lang, Text, default_language

DENSE = 64
"""Size up to which all eigenvalues are computed."""
ROUNDS = 200
"""Products with A where the eigenvalue iteration finds nothing."""

WORDS: dict[str, Text] = {
    "residual": Text(
        "残差：求解全 1 最终需求时的最大相对误差", "residual: largest relative error of the solution for demand 1"
    ),
    "spectral_radius": Text("直接消耗系数矩阵谱半径（须小于 1）", "spectral radius of A (must be below 1)"),
    "condition": Text("I-A 的条件数（1 范数估计）", "condition number of I - A (estimate, 1-norm)"),
    "digits": Text("可信的有效数字位数（估计）", "significant digits to rely on (estimate)"),
    "negative_coefficients": Text("为负的直接消耗系数个数", "negative input coefficients"),
    "dear": Text("投入超过产出的行业数", "sectors whose inputs exceed their output"),
    "zero_output": Text("没有产出的行业数", "sectors without output"),
    "negative_output": Text("产出为负的行业数", "sectors with negative output"),
    "negative_solution": Text("最终需求为 1 时产出为负的行业数", "sectors with negative output for demand 1"),
}


@dataclass(frozen=True)
class Diagnostics:
    """How sound a table and its solutions are.

    Attributes
    ----------
    residual : float
        Largest entry of ``1 - (I - A) L 1``, for final demand 1 of everything.
    spectral_radius : float
        Largest absolute eigenvalue of A.
    condition : float
        Estimate of the condition number of I - A in the 1-norm.
    negative_coefficients : int
        Cells of A below 0; published tables have some.
    dear : Index
        Sectors whose inputs exceed their output (column sum of A above 1).
    zero_output : Index
        Sectors without output (none known where A was given without output).
    negative_output : Index
        Sectors with output below 0 in the table.
    negative_solution : Index
        Sectors whose output for final demand 1 of everything is below 0; none where A is not negative.
    """

    residual: float
    spectral_radius: float
    condition: float
    negative_coefficients: int
    dear: pd.Index
    zero_output: pd.Index
    negative_output: pd.Index
    negative_solution: pd.Index

    @property
    def digits(self) -> float:
        """Significant digits that rounding leaves in a solution, about ``16 - log10(condition)``."""
        return float(-np.log10(np.finfo(np.float64).eps * self.condition))

    def to_frame(self, lang: Lang | None = None) -> pd.DataFrame:
        """Give a table: name, value, text; sectors are counted."""
        lang = lang or default_language()
        values = {name: getattr(self, name) for name in WORDS}
        numbers = [float(len(value)) if isinstance(value, pd.Index) else float(value) for value in values.values()]
        return pd.DataFrame({"name": list(WORDS), "value": numbers, "text": [text(lang) for text in WORDS.values()]})


def largest_eigenvalue(apply: Callable[[FloatArray], FloatArray], n: int) -> float:
    """Largest absolute eigenvalue of a matrix given by its products.

    Parameters
    ----------
    apply : callable
        Gives A V for V of shape (n, m).
    n : int
        Size.

    Notes
    -----
    All eigenvalues up to 64 × 64; implicitly restarted Arnoldi (ARPACK) beyond, from a fixed start, so that the answer
    is the same each time; the growth of 200 products where that does not converge.
    """
    if n == 0:
        return 0.0
    if n <= DENSE:
        return float(np.abs(np.linalg.eigvals(apply(np.eye(n)))).max())
    product = LinearOperator((n, n), matvec=apply, dtype=np.float64)
    try:
        found = eigs(product, k=1, which="LM", v0=np.ones(n), return_eigenvectors=False, tol=1e-9)
        return float(np.abs(found).max())
    except ArpackError:
        return _growth(apply, n)


def _growth(apply: Callable[[FloatArray], FloatArray], n: int) -> float:
    """Mean growth a product over the second half of many products, which leaves out the start."""
    v, logs = np.ones(n), []
    for _ in range(ROUNDS):
        v = apply(v)
        size = float(np.abs(v).max())
        if size == 0.0:
            return 0.0
        v = v / size
        logs.append(np.log(size))
    return float(np.exp(np.mean(logs[ROUNDS // 2 :])))


def largest_vector(apply: Callable[[FloatArray], FloatArray], n: int) -> FloatArray:
    """Direction in which repeated products grow most, shape (n,), not negative: which sectors a blow-up is in."""
    v = np.ones(n)
    for _ in range(ROUNDS):
        v = np.abs(apply(v)) + 1e-300
        v = v / v.max()
    return v


def column_totals(system: System) -> FloatArray:
    """Column sums of A, shape (n,): purchases per unit of output."""
    return system.apply_left(np.ones(len(system)))


def examine(system: System, labels: pd.Index, output: FloatArray | None) -> Diagnostics:
    """Gather the diagnostics of a system.

    Parameters
    ----------
    system : System
    labels : Index, length n
    output : ndarray, shape (n,), optional
        Gross output of the table.
    """
    n = len(system)
    ones = np.ones(n)
    solution = system.solve(ones)
    signs = np.ones(n) if system.scale is None else np.sign(system.scale)
    known = np.ones(n) if output is None else output
    return Diagnostics(
        residual=system.residual(solution, ones),
        spectral_radius=largest_eigenvalue(system.apply, n),
        condition=system.condition(),
        negative_coefficients=int(np.count_nonzero(system.matrix * signs < 0)),
        dear=labels[column_totals(system) > 1.0],
        zero_output=labels[known == 0.0],
        negative_output=labels[known < 0.0],
        negative_solution=labels[solution < 0.0],
    )

"""Balance diagnostics: every identity of a table, tested and said in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import lapack
from scipy.sparse.linalg import eigs

from haihe.messages import Lang, Text, default_language

if TYPE_CHECKING:
    from haihe.accounts.interregional import InterregionalTable
    from haihe.accounts.regional import Accounts

Status = Literal["PASS", "FAIL", "WARNING", "SKIPPED"]
FloatArray = NDArray[np.float64]

INVENTORIES = "inventories"
"""The one kind of final use that is negative without being wrong: a stock may fall."""
UNEXPLAINED = 0.01
"""Share of output that may stand in the residual without a warning."""
DENSE = 300
"""Size up to which all eigenvalues are computed."""
CONDITION = 1e6
"""Condition number of I - A above which a warning is given."""

WORDS: dict[str, Text] = {
    "row_identity": Text("行平衡：使用合计与总产出之差占总产出", "rows: uses less output, as a share of output"),
    "column_identity": Text(
        "列平衡：投入合计与总产出之差占总产出", "columns: inputs less output, as a share of output"
    ),
    "output_input": Text("总产出与总投入之差占总产出", "total output less total input, as a share of output"),
    "gdp_expenditure": Text("生产法与支出法生产总值之差占比", "GDP by production less by expenditure, as a share"),
    "gdp_income": Text("生产法与收入法生产总值之差占比", "GDP by production less by income, as a share"),
    "unexplained": Text("误差项（绝对值合计）占总产出", "residual in absolute value, as a share of output"),
    "spectral_radius": Text("直接消耗系数矩阵谱半径（须小于1）", "spectral radius of A (must be below 1)"),
    "condition": Text("I-A 的条件数（1范数估计）", "condition number of I - A (estimate, 1-norm)"),
    "zero_output": Text("无产出却有投入的部门数", "sectors with inputs but without output"),
    "negative_Z": Text("中间使用中的负值个数", "negative cells in intermediate use"),
    "negative_final": Text("最终使用（存货除外）中的负值个数", "negative cells in final use other than inventories"),
    "negative_inventories": Text("存货减少的产品个数", "products with falling inventories"),
    "negative_added": Text("增加值中的负值个数", "negative cells in value added"),
    "negative_trade": Text("进出口与流出流入中的负值个数", "negative cells in exports, imports, outflow, inflow"),
    "negative_flows": Text("地区间流量中的负值个数", "negative cells in flows between regions"),
    "own_flows": Text("本地区对本地区的流量", "flows of a region to itself"),
    "negative_output": Text("总产出中的负值个数", "negative cells in output"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One identity, tested in one region.

    `value` and `tolerance` are shares, counts or pure numbers as `text` says; both are NaN where the check was skipped.
    """

    name: str
    region: str
    status: Status
    value: float
    tolerance: float
    text: Text


@dataclass(frozen=True)
class BalanceReport:
    """All checks of one table."""

    checks: list[Check]

    @property
    def ok(self) -> bool:
        """True where nothing failed."""
        return not self.of("FAIL")

    def of(self, status: Status) -> list[Check]:
        """Give the checks of one status."""
        return [check for check in self.checks if check.status == status]

    def get(self, name: str, region: str = "") -> Check:
        """Give one check by name and region (the first where no region is named)."""
        return next(c for c in self.checks if c.name == name and region in ("", c.region))

    def to_frame(self, lang: Lang | None = None) -> pd.DataFrame:
        """Give a table: check, region, status, value, tolerance, text."""
        lang = lang or default_language()
        records = [(c.name, c.region, c.status, c.value, c.tolerance, c.text(lang)) for c in self.checks]
        return pd.DataFrame(records, columns=["check", "region", "status", "value", "tolerance", "text"])

    def __iter__(self) -> Iterator[Check]:
        return iter(self.checks)


def verdicts(
    name: str, regions: Sequence[str], values: FloatArray, tolerance: float, otherwise: Status = "FAIL"
) -> list[Check]:
    """Make a check a region: PASS up to the tolerance, else `otherwise`; SKIPPED where the value is NaN."""
    found: list[Check] = []
    for region, value in zip(regions, np.broadcast_to(values, len(regions)), strict=True):
        skipped = bool(np.isnan(value))
        status: Status = "SKIPPED" if skipped else "PASS" if value <= tolerance else otherwise
        found.append(Check(name, region, status, float(value), np.nan if skipped else tolerance, WORDS[name]))
    return found


def share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Part over whole in absolute value, NaN where the whole is 0 or not known."""
    ratio: FloatArray = np.full(np.shape(part), np.nan)
    return np.divide(np.abs(part), np.abs(whole), out=ratio, where=np.abs(whole) > 0)


def spectral_radius(A: FloatArray) -> FloatArray:
    """Largest absolute eigenvalue of each matrix, shape (R,)."""
    return np.asarray(np.abs(np.linalg.eigvals(A)).max(axis=-1)) if A.shape[-1] else np.zeros(A.shape[0])


def condition(A: FloatArray) -> float:
    """Estimate the 1-norm condition number of I - A from its LU factors (no inverse is formed)."""
    system = np.eye(len(A)) - A
    factors, _, info = lapack.dgetrf(system)
    if info != 0:
        return float("inf")
    inverse, _ = lapack.dgecon(factors, np.abs(system).sum(axis=0).max())
    return float(1.0 / inverse) if inverse > 0 else float("inf")


def diagnose(accounts: Accounts, tolerance: float) -> BalanceReport:
    """Test every identity of pooled accounts (see `Accounts.diagnose`)."""
    a, regions = accounts, accounts.regions
    total = a.output.sum(axis=1)
    made = total - a.Z.sum(axis=(1, 2))
    spent = (a.final.sum(axis=2) + a.net_trade + a.residual).sum(axis=1)
    earned = a.added.sum(axis=(1, 2))
    flows = np.full(len(regions), np.nan)
    own = flows if a.flows is None else np.abs(np.einsum("rri->r", a.flows))
    stock = [k for k, kind in enumerate(a.final_kinds) if kind == INVENTORIES]
    other = [k for k in range(len(a.final_kinds)) if k not in stock]

    def negatives(*arrays: FloatArray) -> FloatArray:
        counts = [(array < 0).reshape(len(regions), -1).sum(axis=1) for array in arrays]
        return np.asarray(np.sum(counts, axis=0), dtype=np.float64)

    def test(name: str, values: FloatArray, limit: float, otherwise: Status = "FAIL") -> list[Check]:
        return verdicts(name, regions, values, limit, otherwise)

    def each(measure: Callable[[FloatArray], float]) -> FloatArray:
        return np.asarray([measure(A) for A in a.coefficients])

    idle = (a.output == 0) & ((a.Z != 0).any(axis=1) | (a.added != 0).any(axis=1))
    return BalanceReport(
        [
            *test("row_identity", share(np.abs(a.row_balance).sum(axis=1), total), tolerance),
            *test("column_identity", share(np.abs(a.column_balance).sum(axis=1), total), tolerance),
            *test("output_input", share(a.column_balance.sum(axis=1), total), tolerance),
            *test("gdp_expenditure", share(made - spent, made), tolerance),
            *test("gdp_income", share(made - earned, made), tolerance),
            *test("unexplained", share(np.abs(a.residual).sum(axis=1), total), UNEXPLAINED, "WARNING"),
            *test("spectral_radius", spectral_radius(a.coefficients), np.nextafter(1.0, 0.0)),
            *test("condition", each(condition), CONDITION, "WARNING"),
            *test("zero_output", idle.sum(axis=1).astype(float), 0.0),
            *test("negative_output", negatives(a.output), 0.0),
            *test("negative_Z", negatives(a.Z), 0.0, "WARNING"),
            *test("negative_final", negatives(a.final[:, :, other]), 0.0, "WARNING"),
            *test("negative_inventories", negatives(a.final[:, :, stock]), float("inf")),
            *test("negative_added", negatives(a.added), 0.0, "WARNING"),
            *test("negative_trade", negatives(a.exports, a.imports, a.outflow, a.inflow), 0.0, "WARNING"),
            *test("negative_flows", flows if a.flows is None else negatives(a.flows), 0.0),
            *test("own_flows", own, 0.0),
        ]
    )


def diagnose_full(table: InterregionalTable, tolerance: float) -> BalanceReport:
    """Test every identity of an interregional table (see `InterregionalTable.diagnose`).

    Checks of the whole table carry the region ``""``.
    """
    t, regions = table, table.regions
    R = len(regions)
    A = t.coefficients

    def by_region(values: FloatArray) -> FloatArray:
        return np.asarray(values.reshape(*values.shape[:-1], R, -1).sum(axis=-1))

    total = by_region(t.output)
    inputs = by_region(t.Z.sum(axis=0) + t.imports)
    made, earned = total - inputs, by_region(t.added.sum(axis=0))
    # By expenditure: own final use, plus sales to others, less purchases from others; own deliveries cancel.
    spent = by_region(t.Z.sum(axis=1) + t.final.sum(axis=1) + t.exports + t.residual) - inputs
    stock = np.asarray([kind == INVENTORIES for kind in t.final_kinds] * R, dtype=bool)
    idle = (t.output == 0) & ((t.Z != 0).any(axis=0) | (t.added != 0).any(axis=0))
    radius = spectral_radius(A[None])[0] if len(A) <= DENSE else dominant(A)

    def negatives(array: FloatArray, axis: int) -> FloatArray:
        return by_region((array < 0).sum(axis=axis).astype(float))

    def test(name: str, values: FloatArray, limit: float, otherwise: Status = "FAIL") -> list[Check]:
        return verdicts(name, regions, values, limit, otherwise)

    return BalanceReport(
        [
            *test("row_identity", share(by_region(np.abs(t.row_balance)), total), tolerance),
            *test("column_identity", share(by_region(np.abs(t.column_balance)), total), tolerance),
            *test("output_input", share(by_region(t.column_balance), total), tolerance),
            *test("gdp_expenditure", share(made - spent, made), tolerance),
            *test("gdp_income", share(made - earned, made), tolerance),
            *test("unexplained", share(by_region(np.abs(t.residual)), total), UNEXPLAINED, "WARNING"),
            *verdicts("spectral_radius", [""], np.asarray(radius), np.nextafter(1.0, 0.0)),
            *verdicts("condition", [""], np.asarray(condition(A)), CONDITION, "WARNING"),
            *test("zero_output", by_region(idle.astype(float)), 0.0),
            *test("negative_output", by_region((t.output < 0).astype(float)), 0.0),
            *test("negative_Z", negatives(t.Z, 1), 0.0, "WARNING"),
            *test("negative_final", negatives(t.final[:, ~stock], 1), 0.0, "WARNING"),
            *test("negative_inventories", negatives(t.final[:, stock], 1), float("inf")),
            *test("negative_added", negatives(t.added, 0), 0.0, "WARNING"),
            *test("negative_trade", negatives(np.stack([t.exports, t.imports]), 0), 0.0, "WARNING"),
        ]
    )


def dominant(A: FloatArray) -> float:
    """Largest absolute eigenvalue of one large matrix by the Arnoldi method, from a fixed start."""
    return float(np.abs(eigs(A, k=1, which="LM", v0=np.ones(len(A)), return_eigenvectors=False))[0])

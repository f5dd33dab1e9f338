"""The engine's test model in other tools: linopy, cvxpy, PyOptInterface and Pyomo, each in its own good style.

Every builder takes a case in the form of all pairs and gives a `Handed`: the model inside HiGHS. `arrays` reads it
back in the order in which the case declares its families, so that two builds can be compared number by number.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import cvxpy as cp
import highspy
import linopy
import numpy as np
import pyomo.environ as pyo
import pyoptinterface as poi
import xarray as xr
from pyomo.contrib.appsi.solvers import Highs as AppsiHighs
from pyoptinterface import highs as poi_highs
from scipy import sparse

from engine_model import DEPRECIATION, Case, engine_program
from haihe.planning.program import Arrays
from haihe.planning.solver import OPTIONS, Session

Order = tuple[np.ndarray, np.ndarray]
KEPT = 1 - DEPRECIATION


@dataclass
class Handed:
    """A model inside HiGHS.

    ``solver`` is a `highspy.Highs`, or PyOptInterface's own model; ``order`` gives the places of the case's columns
    and rows in it where they differ; ``kept`` is what must stay alive.
    """

    solver: Any
    order: Callable[[], Order] | None = None
    kept: Any = field(default=None, repr=False)

    def solve(self) -> float:
        """Optimum by interior point with crossover, minimised."""
        options = OPTIONS | {"solver": "ipx"}
        if isinstance(self.solver, poi_highs.Model):
            for name, value in options.items():
                self.solver.set_raw_parameter(name, value)
            self.solver.optimize()
            return float(self.solver.get_model_attribute(poi.ModelAttribute.ObjectiveValue))
        for name, value in options.items():
            self.solver.setOptionValue(name, value)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(self.solver.modelStatusToString(self.solver.getModelStatus()))
        return float(self.solver.getInfo().objective_function_value)

    def arrays(self) -> Arrays:
        """Read the model back, columns and rows in the case's own order, no stored zeros, indices sorted."""
        h = self.solver
        if isinstance(h, poi_highs.Model):
            with tempfile.TemporaryDirectory() as folder:
                path = str(Path(folder) / "model.mps")
                self.solver.write(path)
                h = highspy.Highs()
                h.setOptionValue("output_flag", False)
                h.readModel(path)
        lp = h.getLp()
        kind = sparse.csc_matrix if lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise else sparse.csr_matrix
        parts = (lp.a_matrix_.value_, lp.a_matrix_.index_, lp.a_matrix_.start_)
        matrix = kind(tuple(np.asarray(v) for v in parts), shape=(lp.num_row_, lp.num_col_)).tocsc()
        columns, rows = self.order() if self.order else (np.arange(lp.num_col_), np.arange(lp.num_row_))
        matrix = matrix[rows][:, columns].tocsc()
        matrix.eliminate_zeros()
        matrix.sort_indices()
        by_column = (np.asarray(v)[columns] for v in (lp.col_lower_, lp.col_upper_, lp.col_cost_))
        return Arrays(matrix, *by_column, *(np.asarray(v)[rows] for v in (lp.row_lower_, lp.row_upper_)), 0.0)


def by_haihe(c: Case) -> Handed:
    """Arrays, and the model passed to HiGHS."""
    session = Session(engine_program(c).program)
    return Handed(session.solver, kept=session)


def by_linopy(c: Case, *, sparse_rows: bool = False) -> Handed:
    """Labelled arrays; the sparse mode asks for linopy's newer semantics, the rows are the same under both."""
    linopy.options["semantics"] = "v1" if sparse_rows else "legacy"
    m = linopy.Model(force_dim_names=True, **({"sparse": True} if sparse_rows else {}))

    def array(values: np.ndarray, *dims: str) -> xr.DataArray:
        return xr.DataArray(values, dims=dims, coords={d: list(c.dims[d.replace("product", "sector")]) for d in dims})

    v = {
        name: m.add_variables(lower=array(low, *dims), upper=array(high, *dims), name=name)
        for name, (dims, low, high, _) in c.columns.items()
    }
    x, k, i = v["output"], v["capacity"], v["investment"]

    def bought(values: np.ndarray, by: linopy.Variable) -> linopy.LinearExpression:
        return (array(values, "region", "product", "sector") * by).sum("sector").rename(product="sector")

    def at(end: int) -> linopy.LinearExpression:
        region = np.array(c.dims["region"])[c.links[:, end]]
        node = xr.DataArray(region, dims="link", coords={"link": list(c.dims["link"])}, name="region")
        return v["flow"].groupby(node).sum().reindex(region=list(c.dims["region"]))

    net = v["imports"] - v["demand"] - v["exports"]
    sides = {
        "balance": x - bought(c.A, x) - bought(c.B, i) + net - at(0) + at(1),
        "within_capacity": x - k,
        "stock": k - i - KEPT * k.shift(year=1).fillna(0),
        "factors": (array(c.use, "factor", "region", "sector") * x).sum("sector"),
        "carbon": (array(c.gamma, "region", "sector") * x).sum(["region", "sector"]),
        "tonnage": (array(c.ton, "sector") * v["flow"]).sum("sector"),
        "finance": (array(c.kappa, "region", "sector") * i).sum("sector") - v["grant"].sum("fund"),
        "budget": v["grant"].sum("region"),
    }
    for name, (dims, low, high) in c.limits.items():
        sign = "=" if np.array_equal(low, high) else "<="
        m.add_constraints(sides[name], sign, array(high, *dims), name=name)
    costs = (array(cost, *dims) * v[name] for name, (dims, _, _, cost) in c.columns.items() if np.any(cost))
    m.add_objective(sum(term.sum() for term in costs))

    def order() -> Order:
        """Rows stand in the order of the dimensions that linopy gave each constraint."""
        places, start = [], 0
        for name, (dims, low, _) in c.limits.items():
            theirs = [d for d in m.constraints[name].coord_dims if d in dims]
            at = np.arange(start, start + low.size).reshape([len(c.dims[d]) for d in theirs])
            places.append(at.transpose([theirs.index(d) for d in dims]).ravel())
            start += low.size
        return np.arange(m.nvars), np.concatenate(places)

    return Handed(m.to_highspy(set_names=False), order, m)


def by_cvxpy(c: Case) -> Handed:
    """Flat vectors and sparse operators, the fast style; the model is passed as cvxpy's own interface does."""
    operators = _Operators(c)
    v = {
        name: cp.Variable(low.size, name=name, bounds=[low.ravel(), high.ravel()])
        for name, (_, low, high, _) in c.columns.items()
    }
    sides = {name: sum(matrix @ v[by] for by, matrix in parts.items()) for name, parts in operators.all().items()}
    constraints = [
        sides[name] == high.ravel() if np.array_equal(low, high) else sides[name] <= high.ravel()
        for name, (_, low, high) in c.limits.items()
    ]
    cost = sum(values.ravel() @ v[name] for name, (_, _, _, values) in c.columns.items() if np.any(values))
    data, _, _ = cp.Problem(cp.Minimize(cost), constraints).get_problem_data(cp.HIGHS)
    matrix, equal = data["A"].tocsc(), data["dims"].zero
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = data["c"], data["lower_bounds"], data["upper_bounds"]
    lp.row_upper_ = data["b"]
    lp.row_lower_ = np.where(np.arange(lp.num_row_) < equal, data["b"], -np.inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.passModel(lp)

    def order() -> Order:
        """Columns where cvxpy put each variable; equations come first among rows."""
        equation = [np.full(low.size, np.array_equal(low, high)) for _, low, high in c.limits.values()]
        place = np.argsort(~np.concatenate(equation), kind="stable")
        start = data["param_prob"].var_id_to_col
        columns = np.concatenate([start[v[name].id] + operators.at[name].ravel() for name in c.columns])
        return columns, np.argsort(place)

    return Handed(h, order, data)


class _Operators:
    """Sparse matrices of every row family on every column family."""

    def __init__(self, c: Case) -> None:
        self.c = c
        self.at = {
            name: np.arange(np.prod([len(c.dims[d]) for d in dims])).reshape([len(c.dims[d]) for d in dims])
            for name, (dims, *_) in (c.columns | c.limits).items()
        }

    def matrix(self, rows: str, columns: str, *parts: tuple[Any, Any, Any]) -> sparse.csr_matrix:
        """Matrix of entries (rows, columns, values), each broadcast together."""
        whole = [np.broadcast_arrays(*part) for part in parts]
        r, k, v = (np.concatenate([p[n].ravel() for p in whole]) for n in range(3))
        return sparse.csr_matrix((v, (r, k)), shape=(self.at[rows].size, self.at[columns].size))

    def all(self) -> dict[str, dict[str, sparse.csr_matrix]]:
        c, at, make = self.c, self.at, self.matrix
        every, x, y, k = at["balance"], at["output"], at["flow"], at["capacity"]
        a, b = (np.nonzero(values) for values in (c.A, c.B))

        def inputs(where: tuple[np.ndarray, ...], values: np.ndarray) -> tuple[Any, Any, Any]:
            r, i, j = where
            return every[r, i], x[r, j], -values[where][:, None]

        return {
            "balance": {
                "output": make("balance", "output", (every, x, 1.0), inputs(a, c.A)),
                "investment": make("balance", "investment", inputs(b, c.B)),
                "demand": make("balance", "demand", (every, x, -1.0)),
                "exports": make("balance", "exports", (every, x, -1.0)),
                "imports": make("balance", "imports", (every, x, 1.0)),
                "flow": make("balance", "flow", (every[c.links[:, 0]], y, -1.0), (every[c.links[:, 1]], y, 1.0)),
            },
            "within_capacity": {
                "output": make("within_capacity", "output", (every, x, 1.0)),
                "capacity": make("within_capacity", "capacity", (every, k, -1.0)),
            },
            "stock": {
                "capacity": make("stock", "capacity", (every, k, 1.0), (every[..., 1:], k[..., :-1], -KEPT)),
                "investment": make("stock", "investment", (every, x, -1.0)),
            },
            "factors": {"output": make("factors", "output", (at["factors"][:, :, None], x[None], c.use[..., None]))},
            "carbon": {"output": make("carbon", "output", (at["carbon"], x, c.gamma[..., None]))},
            "tonnage": {"flow": make("tonnage", "flow", (at["tonnage"][:, None], y, c.ton[:, None]))},
            "finance": {
                "investment": make("finance", "investment", (at["finance"][:, None], x, c.kappa[..., None])),
                "grant": make("finance", "grant", (at["finance"][None], at["grant"], -1.0)),
            },
            "budget": {"grant": make("budget", "grant", (at["budget"][:, None], at["grant"], 1.0))},
        }


class _Scalars:
    """What a scalar loop needs: nonzero coefficients by cell as plain lists of numbers."""

    def __init__(self, c: Case) -> None:
        self.R, self.S, self.T, self.L = range(c.R), range(c.S), range(c.T), range(len(c.links))
        self.F, self.G = range(len(c.dims["factor"])), range(len(c.dims["fund"]))
        self.inputs, self.goods = (
            [[[(j, float(v[r, i, j])) for j in np.flatnonzero(v[r, i])] for i in self.S] for r in self.R]
            for v in (c.A, c.B)
        )
        self.out: list[list[int]] = [[] for _ in self.R]
        self.into: list[list[int]] = [[] for _ in self.R]
        for number, (start, end) in enumerate(c.links.tolist()):
            self.out[start].append(number)
            self.into[end].append(number)
        self.use, self.gamma, self.kappa = c.use.tolist(), c.gamma.tolist(), c.kappa.tolist()
        self.ton = [(j, float(v)) for j, v in enumerate(c.ton) if v]
        self.high = {name: high.tolist() for name, (_, _, high) in c.limits.items()}

    def terms(self, v: dict[str, Any]) -> Iterator[tuple[str, tuple[int, ...], list[tuple[float, Any]]]]:
        """Every row: its family, its place and its terms (coefficient, variable)."""
        x, k, n, y, g = (v[name] for name in ("output", "capacity", "investment", "flow", "grant"))
        d, e, m = v["demand"], v["exports"], v["imports"]
        for r, i, t in product(self.R, self.S, self.T):
            row = [(1.0, x[r, i, t]), (-1.0, d[r, i, t]), (-1.0, e[r, i, t]), (1.0, m[r, i, t])]
            row += [(-a, x[r, j, t]) for j, a in self.inputs[r][i]]
            row += [(-b, n[r, j, t]) for j, b in self.goods[r][i]]
            row += [(-1.0, y[q, i, t]) for q in self.out[r]]
            row += [(1.0, y[q, i, t]) for q in self.into[r]]
            yield "balance", (r, i, t), row
        for r, i, t in product(self.R, self.S, self.T):
            yield "within_capacity", (r, i, t), [(1.0, x[r, i, t]), (-1.0, k[r, i, t])]
        for r, i, t in product(self.R, self.S, self.T):
            before = [(-KEPT, k[r, i, t - 1])] if t else []
            yield "stock", (r, i, t), [(1.0, k[r, i, t]), (-1.0, n[r, i, t]), *before]
        for f, r, t in product(self.F, self.R, self.T):
            yield "factors", (f, r, t), [(self.use[f][r][j], x[r, j, t]) for j in self.S]
        for t in self.T:
            yield "carbon", (t,), [(self.gamma[r][j], x[r, j, t]) for r in self.R for j in self.S]
        for q, t in product(self.L, self.T):
            yield "tonnage", (q, t), [(w, y[q, j, t]) for j, w in self.ton]
        for r, t in product(self.R, self.T):
            row = [(self.kappa[r][j], n[r, j, t]) for j in self.S]
            yield "finance", (r, t), [*row, *((-1.0, g[f, r, t]) for f in self.G)]
        for f, t in product(self.G, self.T):
            yield "budget", (f, t), [(1.0, g[f, r, t]) for r in self.R]


EQUATIONS = ("balance", "stock")


def by_pyoptinterface(c: Case) -> Handed:
    """Scalar loops over a thin wrapper."""
    m, s, v = poi_highs.Model(), _Scalars(c), {}
    objective = poi.ExprBuilder()
    for name, (dims, low, high, cost) in c.columns.items():
        cells = list(product(*(range(len(c.dims[d])) for d in dims)))
        bounds = zip(cells, low.ravel().tolist(), high.ravel().tolist(), strict=True)
        v[name] = {cell: m.add_variable(lb=lower, ub=upper) for cell, lower, upper in bounds}
        for cell, value in zip(cells, cost.ravel().tolist(), strict=True):
            if value:
                objective.add_affine_term(v[name][cell], value)
    for name, where, terms in s.terms(v):
        expression = poi.ExprBuilder()
        for value, variable in terms:
            expression.add_affine_term(variable, value)
        sense = poi.ConstraintSense.Equal if name in EQUATIONS else poi.ConstraintSense.LessEqual
        m.add_linear_constraint(expression, sense, _at(s.high[name], where))
    m.set_objective(objective, poi.ObjectiveSense.Minimize)
    return Handed(m)


def by_pyomo(c: Case) -> Handed:
    """Scalar components, passed by its persistent interface to HiGHS."""
    m, s = pyo.ConcreteModel(), _Scalars(c)
    costs = []
    for name, (dims, low, high, cost) in c.columns.items():
        sets = [range(len(c.dims[d])) for d in dims]
        lower, upper = low.tolist(), high.tolist()
        bounds = {cell: (_at(lower, cell), _at(upper, cell)) for cell in product(*sets)}
        component = pyo.Var(*sets, bounds=lambda _, *cell, bounds=bounds: bounds[cell])
        m.add_component(name, component)
        if np.any(cost):
            costs.append((component, cost))
    v = {name: m.component(name) for name in c.columns}
    for name in c.limits:
        m.add_component(name, pyo.Constraint(pyo.Any))
    for name, where, terms in s.terms(v):
        body = pyo.quicksum((value * variable for value, variable in terms))
        high = _at(s.high[name], where)
        m.component(name)[_key(where)] = body == high if name in EQUATIONS else body <= high
    cells = ((value, component[cell]) for component, cost in costs for cell, value in np.ndenumerate(cost) if value)
    m.total = pyo.Objective(expr=pyo.quicksum((float(value) * variable for value, variable in cells)))
    handed = AppsiHighs()
    handed.set_instance(m)

    def order() -> Order:
        """Places by the name of each component's cell."""
        of = handed._pyomo_var_to_solver_var_map
        columns = [of[id(v[name][cell])] for name, (_, low, *_) in c.columns.items() for cell in np.ndindex(low.shape)]
        of = handed._pyomo_con_to_solver_con_map
        rows = [of[m.component(n)[_key(w)]] for n, (_, low, _) in c.limits.items() for w in np.ndindex(low.shape)]
        return np.array(columns), np.array(rows)

    return Handed(handed._solver_model, order, (handed, m))


def _at(values: Any, where: tuple[int, ...]) -> Any:
    for k in where:
        values = values[k]
    return values


def _key(where: tuple[int, ...]) -> Any:
    return where if len(where) > 1 else where[0]


WAYS: dict[str, Callable[[Case], Handed]] = {
    "haihe": by_haihe,
    "linopy": by_linopy,
    "linopy, sparse": lambda c: by_linopy(c, sparse_rows=True),
    "cvxpy, flat vectors": by_cvxpy,
    "PyOptInterface, scalar loops": by_pyoptinterface,
    "Pyomo, APPSI": by_pyomo,
}


def apart(one: Arrays, other: Arrays) -> float:
    """Largest relative difference of any number of two programs; infinite where their patterns differ."""
    if one.matrix.shape != other.matrix.shape or one.matrix.nnz != other.matrix.nnz:
        return float("inf")
    if (one.matrix.indices != other.matrix.indices).any() or (one.matrix.indptr != other.matrix.indptr).any():
        return float("inf")
    pairs = [(one.matrix.data, other.matrix.data)]
    names = ("lower", "upper", "cost", "row_lower", "row_upper")
    pairs += [(getattr(one, name), getattr(other, name)) for name in names]
    return max(_difference(a, b) for a, b in pairs)


def _difference(a: np.ndarray, b: np.ndarray) -> float:
    same = a == b
    if (np.isinf(a) | np.isinf(b))[~same].any():
        return float("inf")
    gap = np.abs(a[~same] - b[~same]) / np.maximum(np.abs(a[~same]), np.abs(b[~same]))
    return float(gap.max(initial=0.0))

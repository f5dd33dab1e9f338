r"""Measures of a cost that depends on what comes: its mean, its mean in the worst cases, and the largest regret.

With cost c_s in scenario s of weight p_s (weights add up to 1) and c*_s the least cost that s alone allows,

.. math::

    \text{expected} = \sum_s p_s c_s, \qquad
    \text{CVaR}_\alpha = \min_\eta\ \eta + \frac{1}{1-\alpha} \sum_s p_s \max(c_s - \eta, 0), \qquad
    \text{regret} = \max_s (c_s - c^*_s)

The second is the linear form of Rockafellar and Uryasev (2000): the mean of the worst 1 - alpha of the weight. The third is
the minimax regret of Savage (1951); weights do not enter it.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from haihe.messages import Text
from haihe.planning.program import Block, Floats, Ints, Program

Kind = Literal["expected", "cvar", "regret"]
KINDS: tuple[Kind, ...] = ("expected", "cvar", "regret")


@dataclass(frozen=True)
class Risk:
    """How costs over scenarios become one number.

    Parameters
    ----------
    kind : "expected", "cvar" or "regret"
    weights : ndarray, shape (S,)
        Positive, adding up to 1.
    alpha : float
        Of ``cvar``: the worst 1 - alpha of the weight counts; from 0 (the mean) to below 1.
    own : ndarray, shape (S,)
        Of ``regret``: least cost of each scenario alone.
    """

    kind: Kind
    weights: Floats
    alpha: float = 0.9
    own: Floats | None = None

    def of(self, costs: Floats) -> float:
        """Measure costs, shape (S,); infinite where one is."""
        if not np.isfinite(costs).all():
            return np.inf
        if self.kind == "expected":
            return float(self.weights @ costs)
        if self.kind == "regret":
            return float((costs - self._own(costs)).max())
        order = np.argsort(-costs, kind="stable")
        share = 1.0 - self.alpha
        before = np.concatenate([[0.0], np.cumsum(self.weights[order])[:-1]])
        part = np.clip(share - before, 0.0, self.weights[order])
        return float(part @ costs[order] / part.sum())

    def _own(self, costs: Floats) -> Floats:
        return np.zeros_like(costs) if self.own is None else self.own


def define_risk(program: Program, risk: Risk, costs: Block, scenarios: tuple[str, ...]) -> None:
    r"""Make the objective of a program the measure of its columns ``costs``, one a scenario; unit bn yuan, discounted.

    .. math::

        \min \sum_s p_s c_s; \qquad
        \min\ \eta + \frac{1}{1-\alpha} \sum_s p_s u_s,\ u_s \ge c_s - \eta,\ u_s \ge 0; \qquad
        \min\ \rho,\ \rho \ge c_s - c^*_s
    """
    if risk.kind == "expected":
        _collect(program, costs.index, risk.weights)
        return
    level = program.columns(
        "risk_level",
        {"part": ("level",)},
        lower=-np.inf,
        cost=1.0,
        unit="bn yuan",
        title=Text("风险水平", "level of risk"),
    )
    above = np.zeros(len(scenarios)) if risk.kind == "cvar" or risk.own is None else risk.own
    rows = program.rows(
        "risk",
        {"scenario": scenarios},
        upper=above,
        unit="bn yuan",
        title=Text("各情景的风险", "risk of each scenario"),
    )
    program.enter(rows.index, costs.index, 1.0)
    program.enter(rows.index, level.index[0], -1.0)
    if risk.kind == "cvar":
        excess = program.columns(
            "risk_excess",
            {"scenario": scenarios},
            cost=risk.weights / (1.0 - risk.alpha),
            unit="bn yuan",
            title=Text("超出风险水平的部分", "above the level of risk"),
        )
        program.enter(rows.index, excess.index, -1.0)


def _collect(program: Program, columns: Ints, weights: Floats) -> None:
    """Add a column that bears the weighted mean as cost."""
    mean = program.columns(
        "risk_level", {"part": ("level",)}, lower=-np.inf, cost=1.0, unit="bn yuan", title=Text("均值", "mean")
    )
    row = program.rows("risk", {"part": ("mean",)}, lower=0.0, upper=0.0, unit="bn yuan", title=Text("均值", "mean"))
    program.enter(row.index, mean.index, -1.0)
    program.enter(np.broadcast_to(row.index, columns.shape), columns, weights)

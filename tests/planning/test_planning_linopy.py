"""A whole plan with its policies, built a second time with linopy: the same size and the same optimum."""

from dataclasses import dataclass, replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from goal_cases import data_of
from resource_toys import corridor, expansion, link, resource, transfers

from haihe.messages import HaiheError, Text
from haihe.planning import expansions, resources
from haihe.planning.caps import CapSpec, cap_path
from haihe.planning.conduct import ReplacementSpec
from haihe.planning.economy import Economy
from haihe.planning.indicators import Indicators
from haihe.planning.limits import LimitSpec, define_limit
from haihe.planning.measures import Measure
from haihe.planning.model import Model, build_model
from haihe.planning.program import Floats, Program
from haihe.planning.solver import Session
from haihe.planning.targets import TargetSpec, define_target
from plan_cases import Built, Case, synthetic, with_growth, with_partners, with_two

pytest.importorskip("linopy", reason="linopy stands in the extra dev")
from plan_linopy import peer_model
from plan_linopy_policies import Line, Policies, add_policies

SEEDS = (2, 5)
PACE, NAME = 0.02, Text("限", "limit")
SHARES = {"exports": 1.004, "value_added": 0.99}
"""Floors in the last year, as shares of the reference."""


def case(seed: int) -> Case:
    """Two members, two technologies, two partner groups, sectors that grow apart, a guard on growth."""
    drawn = with_growth(with_partners(with_two(synthetic(seed))), seed)
    return replace(drawn, assumptions=replace(drawn.assumptions, last_year=2023, growth_guard=PACE))


def specs(e: Economy, seed: int) -> dict[str, Any]:
    """Draw resources and corridors that bind: 1 to 4 % less than the reference needs by the last year."""
    rng = np.random.default_rng(seed)
    here: Any = SimpleNamespace(economy=e, years=len(e.assumptions.years))
    use = rng.uniform(0.5, 2.0, e.wages.shape)
    need = (use[:, :, None] * e.output).sum(axis=1) * e.assumptions.trend
    water = resource(
        here,
        use,
        need[:, -1] * rng.uniform(0.96, 0.99, 2),
        upgraded=np.array([-0.1, 0.05]),
        expansions=(
            expansion(here, "M0", rng.uniform(0.0, 0.4, here.years), 0.05, lasting=True),
            replace(expansion(here, "M1", rng.uniform(0.0, 0.4, here.years), 0.08, lasting=False), name="E2"),
        ),
        **transfers(here, M0=("M1", 0.3, 0.02), M1=("REST", 0.2, 0.3)),
    )
    hours = replace(resource(here, use[::-1], need.sum(axis=0)[-1] * np.ones(2)), name="hours")
    weights = rng.uniform(0.0, 2.0, len(e.sectors)) * (np.arange(len(e.sectors)) > 0)
    flow = e.flows[0, 1] + e.flows[1, 0]
    both = [[True, True]]
    room = float((weights @ flow)[-1] * e.assumptions.trend[-1])
    rail = corridor(
        here,
        weights,
        [link(here, "RAIL", 0.7 * room, both), link(here, "ROAD", 0.28 * room, [[True, False]], cost=0.01)],
        expansions=(
            replace(expansion(here, "RAIL", np.full(here.years, 0.005 * room), 0.02, lasting=True), name="TRACK"),
        ),
    )
    trade = (e.exports + e.imports).sum(axis=(0, 1))
    boxes = float((weights @ trade)[-1] * e.assumptions.trend[-1])
    port = corridor(
        here, weights, [link(here, "PORT", 0.99 * boxes, both * 2)], name="M0+M1-AB:TEU", unit="TEU",
        users=("M0", "M1"), far="abroad", other="AB",
    )  # fmt: skip
    west = corridor(
        here,
        weights,
        [link(here, "WEST", 1.0 + boxes, both)],
        name="M1-REST:t",
        users=("M1",),
        far="partner",
        other="REST",
    )
    return {"resources": (water, hours), "corridors": (rail, port, west)}


def lines(e: Economy, target: float, penalty: float) -> tuple[Line, ...]:
    """The two floors and the soft target of `build`, as plain rows."""
    years = np.array(e.assumptions.years, dtype=float)
    ref = {
        "exports": e.exports.sum(axis=(0, 1, 2)),
        "value_added": ((1 - e.a0.sum(axis=1))[..., None] * e.output).sum(axis=(0, 1)),
    }
    least = {k: v * np.interp(years, [years[0], years[-1]], [1.0, SHARES[k]]) for k, v in ref.items()}
    made = 1 - e.a0.sum(axis=1), 1 - e.a1.sum(axis=2)
    wanted = np.where(years == years[-1], target, np.nan)
    return (
        Line("exports", least["exports"], soft="exports"),
        Line("value_added", least["value_added"], *made),
        Line("eaten", wanted, soft="consumption", penalty=penalty),
    )


@dataclass(frozen=True)
class Draw:
    """What both builds start from."""

    case: Case
    built: Built
    cap: CapSpec
    ratio: Floats
    parts: dict[str, Any]
    eaten: float
    penalty: float = 0.03


@cache
def draw(seed: int) -> Draw:
    """Draw an economy and its policies."""
    drawn = case(seed)
    b = drawn.build()
    ratio = np.zeros(b.economy.wages.shape)
    for r, i in ((0, 1), (1, 2)):  # a little more than what leaves for each unit that the reference builds
        leaves = b.economy.capacity[r, i] * b.economy.assumptions.depreciation_steps / b.economy.assumptions.steps
        ratio[r, i] = 1.02 * float((leaves / b.economy.investment[r, i]).min())
    cap = replace(b.spec, cap=cap_path(b.reference, 0.05, b.economy.assumptions))
    eaten = 1.002 * float(b.economy.households.sum(axis=(0, 1))[-1])
    return Draw(drawn, b, cap, ratio, specs(b.economy, seed), eaten)


def ours(seed: int) -> tuple[Model, Session]:
    """Build with haihe."""
    d = draw(seed)
    e, a = d.built.economy, d.built.economy.assumptions
    model = build_model(e, [d.cap], replacement=ReplacementSpec(d.ratio, "illustrative"), **d.parts)
    indicators = Indicators(model, data_of(d.case))
    for code, share in SHARES.items():
        floor = LimitSpec(
            "L" + code, Measure(code), "floor", (a.last_year,), (share,), "share of reference", False, NAME, "estimated"
        )
        define_limit(model.program, indicators, floor)
    wanted = TargetSpec(
        "T", NAME, Measure("consumption", year=a.last_year), "floor", "level", a.first_year, d.eaten * a.trend[-1],
        "bn yuan", "soft", d.penalty, "estimated", "S1",
    )  # fmt: skip
    define_target(model.program, indicators, wanted)
    return model, Session(model.program)


@cache
def theirs(seed: int) -> tuple[dict[str, int], float]:
    """Build with linopy: size and optimum."""
    d = draw(seed)
    e = d.built.economy
    policies = Policies(d.ratio, PACE, **d.parts, lines=lines(e, d.eaten, d.penalty))
    peer = add_policies(peer_model(e, d.cap, d.cap.cap), e, policies)
    return peer.size(), peer.optimum()


@pytest.mark.parametrize("seed", SEEDS)
def test_size_and_optimum_agree(seed: int) -> None:
    size, optimum = theirs(seed)
    _, session = ours(seed)
    assert size == session.arrays.size
    assert session.solve(method="ipx").objective == pytest.approx(optimum, rel=1e-8)


def test_every_policy_is_felt() -> None:
    """Each family binds in one of the draws: the agreement is not for want of an effect."""
    felt: dict[str, float] = {}
    for seed in SEEDS:
        model, session = ours(seed)
        s = session.solve(method="ipx")
        for name, block in model.program.row_blocks.items():
            if block.size:
                family = name.partition(":")[0]
                felt[family] = max(felt.get(family, 0.0), float(np.abs(block.of(s.row_dual)).max()))
    idle = {name for name, price in felt.items() if price <= 1e-9}
    assert idle <= {"build_limit", "pool", "finance_pool"}, f"{idle} do not bind"


def _free(prefix: str) -> Any:
    original = Program.rows

    def rows(self: Program, name: str, dims: Any, **more: Any) -> Any:
        return original(
            self, name, dims, **(more | {"lower": -np.inf, "upper": np.inf} if name.startswith(prefix) else more)
        )

    return lambda patch: patch.setattr(Program, "rows", rows)


def _resource_without_transfers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(resources, "gives", lambda spec, members: np.zeros((len(spec.givers), len(members))))


BROKEN: dict[str, Any] = {
    **{
        f"{family} holds nothing": _free(family)
        for family in (
            "replacement", "growth_guard", "resource:water", "link:", "limit:", "expansion_limit:", "freight:"
        )
    },
    "givers lose nothing": _resource_without_transfers,
    "berths for nothing": lambda p: p.setattr(expansions, "_most", lambda s, t: 10 + np.zeros((len(s), t))),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_policy_is_noticed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {seed: theirs(seed)[1] for seed in SEEDS}
    BROKEN[what](monkeypatch)
    for seed, optimum in expected.items():
        try:
            off = abs(ours(seed)[1].solve(method="ipx").objective / optimum - 1)
        except HaiheError:
            return
        if off > 1e-8:
            return
    pytest.fail("both builds agree all the same")

"""Resources and links inside a whole plan: a slack one changes nothing, a scarce one is priced, energy balances."""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from haihe.messages import Text
from haihe.planning.economy import Economy
from haihe.planning.links import CorridorSpec, LinkSpec
from haihe.planning.model import Model, build_model
from haihe.planning.resource_results import links_table, resources_table
from haihe.planning.resources import ResourceSpec
from haihe.planning.results import output_of, welfare_table
from haihe.planning.solver import Session, Solution
from plan_cases import synthetic
from resource_edits import set_capacity, set_endowment

LIGHT = np.array([2.0e5, 1.0e5, 0.0])
"""Tonnes per bn yuan."""


@dataclass(frozen=True)
class Whole:
    """A made-up economy of two members with energy that may be lent and a railway between them."""

    economy: Economy
    model: Model
    session: Session

    def solve(self) -> Solution:
        return self.session.solve(method="ipx")


def energy(economy: Economy, share: float, limit: float = 0.0, cost: float = 0.0) -> ResourceSpec:
    """Energy of which each member has a share of what the reference needs; M1 may lend to M0."""
    R, n, T = economy.output.shape
    use = np.repeat((1.0 + np.arange(R * n).reshape(R, n))[..., None], T, axis=2) * 1e4
    spec = ResourceSpec(
        name="energy",
        title=Text("能源", "energy"),
        unit="tce",
        intensity=use,
        upgraded=economy.change("energy_inputs"),
        endowment=np.zeros((R, T)),
        givers=("M1",),
        transfer_limit=np.zeros((R, 1, T)),
        transfer_cost=np.full((R, 1, T), cost),
        marks={"uses": "estimated"},
    )
    reference = spec.reference(economy)
    have = np.stack([share * reference[0], 2.0 * reference[1]])
    spec.transfer_limit[0] = limit * reference[0]
    return replace(spec, endowment=have)


def railway(economy: Economy, share: float) -> CorridorSpec:
    """A railway between the members that carries a share of the freight of the reference."""
    T = economy.output.shape[2]
    link = LinkSpec(
        "R", Text("铁路", "rail"), "rail", np.ones(T), 0.0, np.array([[True, True]]), "M0", np.nan, "estimated"
    )
    weights = np.repeat(LIGHT[:, None], T, axis=1)
    spec = CorridorSpec("M0-M1:t", Text("通道", "way"), "t", ("M0",), "member", "M1", weights, 1.0, (link,))
    whole = spec.reference(economy).sum(axis=(0, 1))
    return replace(spec, links=(replace(link, capacity=share * whole),))


def whole(resource: Any, corridor: Any) -> Whole:
    economy = synthetic(3).build().economy
    model = build_model(economy, resources=[resource(economy)], corridors=[corridor(economy)])
    return Whole(economy, model, Session(model.program))


@cache
def slack() -> tuple[Whole, Solution]:
    made = whole(lambda e: energy(e, 1.5), lambda e: railway(e, 1.5))
    return made, made.solve()


@cache
def short() -> tuple[Whole, Solution]:
    made = whole(lambda e: energy(e, 0.93, 0.02, 1e-7), lambda e: railway(e, 0.9))
    return made, made.solve()


def test_what_is_plenty_changes_nothing() -> None:
    made, s = slack()
    e = made.economy
    bare = Session(build_model(e).program).solve(method="ipx")
    assert s.objective == pytest.approx(bare.objective, abs=1e-7)
    assert output_of(made.model, s) == pytest.approx(e.output, rel=1e-5)
    assert resources_table(e, made.model.resources, s)["price"].abs().max() < 1e-3
    table = links_table(e, made.model.corridors, s)
    assert table["price"].abs().max() < 1e-3
    assert table["freight"].to_numpy() == pytest.approx(table["reference"].to_numpy(), rel=1e-5)


def test_energy_balances() -> None:
    """Energy of both technologies equals supply plus what is lent, where it is short; the upgraded one needs less."""
    made, s = short()
    e, spec = made.economy, made.model.resources["energy"].spec
    old = s.value(made.model.production.old)
    upgraded = s.value(made.model.production.upgraded).sum(axis=0)
    saved = 1 + float(e.change("energy_inputs")[0])
    assert upgraded.max() > 1e-3
    use = (spec.intensity * (old + saved * upgraded)).sum(axis=1) * e.assumptions.trend
    table = resources_table(e, made.model.resources, s).set_index(["region", "year"])
    assert table["use"].to_numpy() == pytest.approx(use.ravel(), rel=1e-6)
    first = table.loc["M0"]
    assert (first["price"] > 1).all()
    assert first["use"].to_numpy() == pytest.approx((first["endowment"] + first["received"]).to_numpy(), rel=1e-6)
    assert first["received"].sum() == pytest.approx(table.loc["M1", "given"].sum())
    assert first["received"].min() > 0


def test_scarcity_costs_welfare_that_the_regions_parts_add_up_to() -> None:
    made, s = short()
    _, base = slack()
    assert s.objective > base.objective + 1e-3
    parts = welfare_table(made.model, s, s)
    assert parts["welfare"].abs().max() == 0.0
    gain = welfare_table(made.model, s, replace(s, x=base.x))["welfare"].sum()
    assert gain == pytest.approx(base.objective - s.objective, rel=1e-6)


@pytest.mark.parametrize("year", [0, -1])
def test_prices_are_what_one_more_unit_brings(year: int) -> None:
    """Edited in place and solved again; where the price changes along the way the gain lies between its two ends."""
    made, s = short()
    e = made.economy
    money = e.assumptions.weights[year] / e.assumptions.trend[year]
    resource, corridor = made.model.resources["energy"], made.model.corridors["M0-M1:t"]
    have = resource.spec.endowment[0] * e.assumptions.trend
    room = corridor.spec.links[0].capacity * e.assumptions.trend
    step = 1e-3 * (np.arange(have.size) == have.size + year if year < 0 else np.arange(have.size) == year)

    def priced(x: Solution, table: Any) -> float:
        return float(table(x)["price"].to_numpy()[: have.size][year]) / 1e9

    for give, amount, table in (
        (
            lambda v: set_endowment(made.session, resource, e, "M0", v),
            have,
            lambda x: resources_table(e, made.model.resources, x),
        ),
        (
            lambda v: set_capacity(made.session, corridor, e, "R", v),
            room,
            lambda x: links_table(e, made.model.corridors, x),
        ),
    ):
        give(amount * (1 + step))
        after = made.solve()
        give(amount)
        gain = (s.objective - after.objective) / (amount[year] * 1e-3) / money
        ends = sorted((priced(s, table), priced(after, table)))
        assert ends[0] > 0
        assert ends[0] * (1 - 1e-4) <= gain <= ends[1] * (1 + 1e-4)


def test_a_broken_balance_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the upgraded technology to need as much as today's, energy would not balance."""
    real = energy
    monkeypatch.setitem(
        globals(), "energy", lambda e, *more: replace(real(e, *more), upgraded=0 * e.change("energy_inputs"))
    )
    short.cache_clear()
    with pytest.raises(AssertionError):
        test_energy_balances()
    short.cache_clear()

"""What members agree to share: reading, what each kind of thing opens, and how permits are first handed out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from coalition_cases import agreed, apart, capped

from haihe.coalition.agreement import AS_PLANNED, TITLES, Agreement, Thing, agreement_of, agreements_of
from haihe.coalition.allocation import Allocation, Key, allocated, allocation_of, equal
from haihe.coalition.values import Coalitions, Question
from haihe.messages import HaiheError, Text
from haihe.planning.caps import CapSpec
from haihe.planning.economy import Economy
from haihe.planning.links import CorridorSpec, LinkSpec
from haihe.planning.model import build_model
from haihe.planning.program import Floats
from haihe.planning.resources import ResourceSpec
from haihe.planning.setup import Setup, setup_of
from haihe.planning.solver import Session
from haihe.region import Region
from money_cases import economy_case, money_of, planned, spec_of
from scarce_region import scarce_region
from small_region import EVIDENCE, META

THINGS = ["agreement", "thing", "name_zh", "name_en", "kind", "of", "members", "most", "cost"]


def with_tables(things: Sequence[Sequence[object]] = (), keys: Sequence[Sequence[object]] = ()) -> Region:
    """Give the scarce region with an agreement and allocations; every thing is a row of `THINGS`."""
    base = scarce_region(scenarios=False)
    tables = {name: base[name] for name in base.tables}
    if things:
        tables["agreements"] = pd.DataFrame(things, columns=THINGS).assign(**EVIDENCE)
    if keys:
        names = ["allocation", "by", "region", "name_zh", "name_en", "limits", "weight", "full_year"]
        tables["allocations"] = pd.DataFrame(keys, columns=names).assign(**EVIDENCE)
    return Region(tables, META)


def row(
    name: str, kind: str, of: str = "*", members: str = "*", most: object = None, cost: object = None
) -> list[object]:
    return ["A", name, name, name, kind, of, members, most, cost]


def test_agreement_is_read_with_its_units() -> None:
    region = with_tables(
        [row("carbon", "permits", "cap", most=0.25, cost=20.0), row("goods", "trade", members="north;south")]
    )
    found = agreement_of(region)
    assert found.name == "A"
    assert [thing.name for thing in found.things] == ["carbon", "goods"]
    carbon, goods = found.things
    assert carbon.of == ("cap",)
    assert carbon.most == 0.25
    assert carbon.cost == pytest.approx(2.0)
    assert goods.members == ("north", "south")
    assert np.isinf(goods.most)
    assert np.isnan(goods.cost)
    assert set(agreements_of(region)) == {"A", AS_PLANNED}
    assert agreement_of(scarce_region(scenarios=False)).name == AS_PLANNED
    assert region.check().ok


@pytest.mark.parametrize(
    ("things", "name", "code"),
    [
        ([row("a", "trade"), row("a", "finance")], None, "E-COA-20"),
        ([row("a", "trade", most=0.5)], None, "E-COA-21"),
        ([row("a", "barter")], None, "E-CHOICE-01"),
        ([row("a", "trade")], "B", "E-COA-22"),
    ],
)
def test_wrong_agreements_are_refused(things: list[list[object]], name: str | None, code: str) -> None:
    with pytest.raises(HaiheError) as error:
        agreement_of(with_tables(things), name)
    assert error.value.code == code


def test_a_thing_counts_only_for_those_who_join() -> None:
    economy, _, model = capped(3, seed=2)
    only = Thing("carbon", TITLES["permits"], "permits", members=("M0", "M2"))
    some = Coalitions(Question(model, Agreement("test", (only,)), tuple(economy.members))).game()
    full = Coalitions(Question(model, agreed("permits"), tuple(economy.members))).game()
    assert some.value(["M0", "M2"]) == pytest.approx(full.value(["M0", "M2"]), abs=1e-6)
    assert some.grand == pytest.approx(full.value(["M0", "M2"]), abs=1e-6)
    assert full.grand > some.grand + 1e-3
    assert abs(some.value(["M0", "M1"])) < 1e-9


def test_no_member_gives_more_than_agreed() -> None:
    economy, spec, model = capped(3, seed=2)
    for most in (0.0, 0.02, 1.0):
        asked = Coalitions(Question(model, agreed("permits", most=most), tuple(economy.members)))
        moved = asked.solve(7).value(asked.model.caps["CARBON"].permits) * asked.model.caps["CARBON"].scale
        assert (moved >= -most * spec.cap - 1e-6).all()
        assert np.abs(moved.sum(axis=0)).max() < 1e-6
        assert (np.abs(moved).max() > 1e-3) == (most > 0)


def test_a_cap_that_is_not_pooled_opens_only_where_it_is_named() -> None:
    economy, spec, _ = capped(3)
    model = build_model(economy, [replace(spec, pooled=False)])
    named = Agreement("test", (Thing("carbon", TITLES["permits"], "permits", of=("CARBON",)),))
    shut, opened = (Coalitions(Question(model, a, tuple(economy.members))) for a in (agreed("permits"), named))
    assert shut.gain(7) == pytest.approx(0.0, abs=1e-9)
    assert [finding.code for finding in shut.findings] == ["N-COA-30"]
    assert opened.gain(7) > 1e-3
    setup = scarce_setup()
    kept = replace(setup, caps=tuple(replace(cap, pooled=False) for cap in setup.caps))
    stated = Allocation("x", Text("x", "x"), (Key("stated", 0.8, "north"), Key("stated", 0.2, "south")))
    assert allocated(kept, stated).caps == kept.caps


def test_things_without_data_are_named_and_open_nothing() -> None:
    economy, _, model = capped(2)
    asked = Coalitions(
        Question(model, agreed("permits", "pool", "transfers", "links", "funds"), tuple(economy.members))
    )
    assert [finding.code for finding in asked.findings] == ["N-COA-30"] * 4
    assert asked.gain(3) == pytest.approx(asked.gain(3, 1), abs=1e-9)


def water_of(economy: Economy, dry: int = 0) -> ResourceSpec:
    """Give water, of which one member has a tenth too little and all others have more than they use."""
    use = np.ones((len(economy.members), len(economy.sectors), len(economy.assumptions.years)))
    amount = (use * economy.output).sum(axis=1)
    factor = np.full(len(economy.members), 1.2)
    factor[dry] = 0.9
    return ResourceSpec("water", Text("水", "water"), "m3", use, np.zeros(1), amount * factor[:, None])


def together_by_hand(economy: Economy, spec: CapSpec, water: ResourceSpec, joint: bool) -> float:
    """What the members reach with permits apart: water apart, or one row for the water of all."""
    stated = replace(water, endowment=np.full_like(water.endowment, np.inf)) if joint else water
    model = build_model(economy, [replace(spec, pooled=False)], pooled_finance=False, resources=[stated])
    program = model.program
    if joint:
        years = {"year": economy.assumptions.years}
        row = program.rows("all_water", years, upper=water.endowment.sum(axis=0) / 100.0, unit="m3", policy=True)
        for block in (model.production.old, model.production.upgraded):
            program.enter(row.index[(None,) * (len(block.shape) - 1)], block.index, 1.0 / 100.0)
    session = Session(program)
    flows = model.goods.flows
    assert flows is not None
    for block in (flows.up, flows.down):
        session.set_column_bounds(block.index, 0.0, 0.0)
    return -session.solve(method="ipx").objective


def test_a_pooled_resource_is_one_endowment_for_all() -> None:
    economy, spec, _ = capped(3)
    water = water_of(economy)
    model = build_model(economy, [spec], resources=[water])
    asked = Coalitions(Question(model, agreed("pool"), tuple(economy.members)))
    apart_, joint = (together_by_hand(economy, spec, water, joint) for joint in (False, True))
    assert joint > apart_ + 1e-3
    assert asked.welfare(0) == pytest.approx(apart_, rel=1e-8)
    assert asked.welfare(7) == pytest.approx(joint, rel=1e-8)
    assert asked.gain(0b110) == pytest.approx(0.0, abs=1e-6), "two members with water to spare gain nothing"


def test_who_states_no_endowment_has_none_to_give() -> None:
    economy, spec, _ = capped(3)
    water = water_of(economy)
    unknown = water.endowment.copy()
    unknown[2] = np.inf
    model = build_model(economy, [spec], resources=[replace(water, endowment=unknown)])
    asked = Coalitions(Question(model, agreed("pool"), tuple(economy.members)))
    assert asked.gain(0b101) == pytest.approx(0.0, abs=1e-6)
    assert asked.gain(0b011) > 1e-3


def test_labour_moves_to_where_it_is_worth_more() -> None:
    economy, spec, _ = capped(2, cut=0.0)
    tight = spec.cap.copy()
    tight[0] *= 0.6
    model = build_model(economy, [replace(spec, cap=tight)])
    asked = Coalitions(Question(model, agreed("labour"), tuple(economy.members)))
    free = Coalitions(Question(model, agreed("labour", most=0.01), tuple(economy.members)))
    moved = asked.solve(3).value(asked.model.program.column_blocks["moved_labour"])
    assert asked.gain(3) > free.gain(3) - 1e-9
    assert free.gain(3) > 1e-6
    assert moved[0, -1] < 0
    assert np.abs(moved.sum(axis=0)).max() < 1e-8
    held = free.solve(3).value(free.model.program.column_blocks["moved_labour"])
    assert held.min() >= -0.01 * economy.labour.max() - 1e-9


def port_of(economy: Economy, capacity: Floats, users: tuple[str, ...]) -> CorridorSpec:
    """Give a port through which all trade of its users with the world goes, a tonne per yuan of goods."""
    years = len(economy.assumptions.years)
    port = LinkSpec(
        "PORT",
        Text("港", "port"),
        "port",
        capacity,
        0.0,
        np.ones((len(users), 2), dtype=bool),
        users[0],
        np.nan,
        "illustrative",
    )
    weights = np.ones((len(economy.sectors), years))
    return CorridorSpec("PORT", Text("港", "port"), "t", users, "abroad", "world", weights, 1.0, (port,))


def test_rights_to_a_port_are_shares_of_its_freight() -> None:
    economy, spec, _ = capped(3)
    members = tuple(economy.members)
    slack = [replace(spec, cap=spec.cap * 10.0)]
    probe = port_of(economy, np.full(3, np.inf), members)
    freight = probe.reference(economy).sum(axis=1)
    capacity = freight.sum(axis=0) * np.array([1.0, 0.9, 0.8])
    model = build_model(economy, slack, corridors=[port_of(economy, capacity, members)])
    asked = Coalitions(Question(model, agreed("links"), members))
    alone = 0.0
    for r in range(3):
        cut, its = apart(economy, slack[0], [r])
        share = freight[r] / freight.sum(axis=0) * capacity
        own = build_model(cut, [its], corridors=[port_of(cut, share, (members[r],))])
        alone -= Session(own.program).solve(method="ipx").objective
    assert asked.welfare(0) == pytest.approx(alone, rel=1e-8)
    joint = build_model(
        economy,
        [replace(slack[0], pooled=False)],
        pooled_finance=False,
        corridors=[port_of(economy, capacity, members)],
    )
    session = Session(joint.program)
    assert joint.goods.flows is not None
    for block in (joint.goods.flows.up, joint.goods.flows.down):
        session.set_column_bounds(block.index, 0.0, 0.0)
    assert asked.welfare(7) == pytest.approx(-session.solve(method="ipx").objective, rel=1e-8)
    assert asked.gain(7) > 1e-6
    assert asked.ownership.separable


def scarce_setup(region: Region | None = None) -> Setup:
    return setup_of(region or scarce_region(scenarios=False), projects=False)


@pytest.mark.parametrize("by", ["reference", "value_added", "residents"], ids=["cut", "product", "heads"])
def test_allocations_hand_out_what_there_is(by: str) -> None:
    setup = scarce_setup()
    setup = replace(setup, data=replace(setup.data, population=np.array([1e6, 3e6])))
    new = allocated(setup, Allocation("x", Text("x", "x"), (Key(by),)))
    for old, cap in zip(setup.caps, new.caps, strict=True):
        assert cap.cap.sum(axis=0) == pytest.approx(old.cap.sum(axis=0))
        assert (cap.cap > 0).all()
        if by == "reference":
            assert cap.cap == pytest.approx(old.cap)
        if by == "residents":
            assert cap.cap[1] == pytest.approx(3 * cap.cap[0])


def test_allocations_blend_and_move_in_over_the_years() -> None:
    setup = scarce_setup()
    cap = setup.caps[0]
    years = setup.economy.assumptions.years
    stated = (Key("stated", 0.8, "north"), Key("stated", 0.2, "south"))
    full = Allocation("x", Text("x", "x"), stated).shares(setup, cap)
    assert full == pytest.approx(np.array([[0.8], [0.2]]) * np.ones((1, len(years))))
    half = Allocation(
        "x", Text("x", "x"), (Key("reference", 0.6), *(replace(k, weight=k.weight * 0.4) for k in stated))
    )
    start = equal().shares(setup, cap)
    assert half.shares(setup, cap) == pytest.approx(0.6 * start + 0.4 * full)
    later = Allocation("x", Text("x", "x"), stated, full_year=years[-1]).shares(setup, cap)
    assert later[:, 0] == pytest.approx(start[:, 0])
    assert later[:, -1] == pytest.approx(full[:, -1])
    assert (np.diff(np.abs(later - full).sum(axis=0)) <= 1e-12).all()


def test_allocation_is_read_and_wrong_ones_are_refused() -> None:
    keys = [
        ("heads", "residents", "*", "人均", "heads", "cap", 1.0, 2019),
        ("odd", "stated", "world", "x", "x", "*", 1.0, None),
    ]
    region = with_tables(keys=keys)
    heads = allocation_of(region, "heads")
    assert heads.limits == ("cap",)
    assert heads.full_year == 2019
    assert heads.keys == (Key("residents"),)
    assert allocation_of(region) == equal()
    assert region.check().ok
    setup = scarce_setup(region)
    for name, code in (("nothing", "E-COA-24"), ("heads", "E-COA-25"), ("odd", "E-COA-26")):
        with pytest.raises(HaiheError) as error:
            allocated(setup, allocation_of(region, name))
        assert error.value.code == code


@pytest.mark.parametrize("room", [0.5, 1.5])
def test_a_corridor_short_of_the_held_trade_is_raised_to_it(room: float) -> None:
    economy, spec, _ = capped(3)
    slack = [replace(spec, cap=spec.cap * 10.0)]
    flat = np.ones((len(economy.sectors), 3))
    links = tuple(
        LinkSpec(
            name, Text(name, name), "rail", np.zeros(3), 0.0, np.ones((1, 2), dtype=bool), "M0", np.nan, "illustrative"
        )
        for name in ("RAIL", "ROAD")
    )
    corridor = CorridorSpec("M0-M1", Text("通道", "corridor"), "t", ("M0",), "member", "M1", flat, 1.0, links)
    freight = corridor.reference(economy).sum(axis=(0, 1))
    capacity = room * freight / 2.0
    narrow = replace(corridor, links=tuple(replace(link, capacity=capacity) for link in links))
    asked = Coalitions(
        Question(build_model(economy, slack, corridors=[narrow]), agreed("trade"), tuple(economy.members))
    )
    assert asked.game().superadditive(1e-6).holds
    assert ("W-COA-36" in [finding.code for finding in asked.findings]) == (room < 1)
    rows = asked.model.corridors["M0-M1"].capacity.index
    carried = asked.session.arrays.row_upper[rows].sum(axis=0) * asked.model.corridors["M0-M1"].scale
    assert carried == pytest.approx(max(room, 1.0) * freight, rel=1e-5)


def test_transfers_move_as_the_table_says_and_only_between_those_inside() -> None:
    economy, spec, _ = capped(3)
    dry = water_of(economy)
    limit, cost = np.zeros((2, 3, 1, 3))
    limit[0], cost[0] = 0.05 * dry.endowment[0], 1e-4
    water = replace(dry, givers=("M2",), transfer_limit=limit, transfer_cost=cost)
    apart_caps = replace(spec, pooled=False)
    asked = Coalitions(
        Question(build_model(economy, [spec], resources=[water]), agreed("transfers"), tuple(economy.members))
    )
    for resource, mask in ((water, 0b101), (replace(water, transfer_limit=np.zeros_like(limit)), 0)):
        model = build_model(economy, [apart_caps], pooled_finance=False, resources=[resource])
        session = Session(model.program)
        assert model.goods.flows is not None
        for block in (model.goods.flows.up, model.goods.flows.down):
            session.set_column_bounds(block.index, 0.0, 0.0)
        assert asked.welfare(mask) == pytest.approx(-session.solve(method="ipx").objective, rel=1e-8)
    assert asked.gain(0b101) > 1e-3
    assert asked.gain(0b011) == pytest.approx(0.0, abs=1e-6)


def funded(budget: tuple[float, float]) -> tuple[Coalitions, float]:
    """Give two members with a project each, whose support (1 亿元) their own fund pays, and what M0's project is worth."""
    built = economy_case().build()
    spec = spec_of(2, sites=[[0], [1]], members=(0, 1), investment=5.0, capacity=0.5, award=1.0, city=1.0)
    years = np.ones(len(money_of(spec).years))
    funds = replace(
        money_of(spec),
        budgets=(("A", "M0"), ("B", "M1")),
        budget=np.outer(budget, years),
        promised=np.zeros((2, years.size)),
        city_budget=spec.site,
        district_budget=np.full(2, -1),
    )
    made = planned(built, spec, funds)
    model = replace(made.model, program=made.session.program, projects=made.projects, money=made.money)
    asked = Coalitions(Question(model, agreed("funds"), tuple(built.economy.members)))
    return asked, float(asked.solve(3).value(made.projects.choice)[0])


def test_a_fund_may_pay_for_projects_of_another_member() -> None:
    asked, taken = funded((0.0, 5.0))
    alone = asked.solve(0).value(asked.model.projects.choice)  # type: ignore[union-attr]
    assert alone[0] == pytest.approx(0.0, abs=1e-9)
    assert taken == pytest.approx(1.0)
    assert asked.gain(3) > 1e-3
    assert asked.findings.ok
    rich, _ = funded((5.0, 5.0))
    assert rich.gain(3) == pytest.approx(0.0, abs=1e-6)
    assert asked.welfare(3) == pytest.approx(rich.welfare(3), abs=1e-6)

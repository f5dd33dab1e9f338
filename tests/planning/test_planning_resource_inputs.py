"""Resources and links as tables state them: who counts, in which year, in which unit, and what is said of the rest."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.planning import link_inputs, resource_inputs, stated
from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.expansions import yearly_charge
from haihe.planning.inputs import economy_of
from haihe.planning.link_inputs import corridors_of, link_findings
from haihe.planning.resource_inputs import resource_findings, resources_of
from haihe.planning.stated import members_above, nearest_stated, stated_paths
from haihe.region import Region
from small_region import small_region

TIMES = Assumptions(first_year=2018, last_year=2022, step=2, growth=0.05)
EVIDENCE = {"source": "S1", "quality": "illustrative"}
FREIGHT = pd.DataFrame(
    {
        "sector": ["farm", "steel", "farm", "steel"],
        "measure": ["weight", "weight", "containers", "containers"],
        "year": 2017,
        "value": [1000.0, 2000.0, 60000.0, 50000.0],
        "unit": ["t/亿元", "t/亿元", "TEU/亿元", "TEU/亿元"],
        **EVIDENCE,
    }
)


def economy(region: Region) -> Economy:
    return economy_of(region, TIMES)


def more(region: Region, table: str, *rows: dict[str, Any]) -> Region:
    """Add rows to a table, with evidence."""
    old = region.frame(table)
    new = pd.DataFrame([{**EVIDENCE, **row} if "source" in old else row for row in rows])
    return region.with_table(table, pd.concat([old, new], ignore_index=True) if len(old) else new)


def without(region: Region, table: str, column: str, value: str) -> Region:
    frame = region[table]
    return region.with_table(table, frame[frame[column] != value])


def changed(region: Region, table: str, at: int, **cells: Any) -> Region:
    frame = region[table]
    for column, value in cells.items():
        frame.loc[at, column] = value
    return region.with_table(table, frame)


def land(region: Region) -> Any:
    return next(spec for spec in resources_of(region, economy(region)) if spec.name == "land")


def said(region: Region) -> list[tuple[str, str, int | None]]:
    e = economy(region)
    found = [*resource_findings(region, e, resources_of(region, e)), *link_findings(region, e, corridors_of(region, e))]
    for finding in found:
        assert finding.text("zh")
        assert finding.text("en").count("{") == 0
    return [(f.code, f.table, f.row) for f in found]


def of_south(region: Region, amount: float, who: str, **row: Any) -> Region:
    """Let south, or a part of it, state land in 2018."""
    stated = {"region": who, "resource": "land", "year": 2018, "value": amount, "unit": "亩"}
    return more(region, "endowments", {**stated, **row})


def stated_land(region: Region, resource: str = "land") -> list[float]:
    """What the south states for 2017 to 2019, in its own unit."""
    frame = region["endowments"]
    return frame.loc[(frame["region"] == "south") & (frame["resource"] == resource), "value"].tolist()


def check_whose_endowment_counts() -> None:
    """The member's own, else its parts', each part once; what is for projects never."""
    region = small_region()
    own = stated_land(region)[1]
    assert land(region).endowment[1, 0] == pytest.approx(own)
    assert land(of_south(region, 99.0, who="harbour")).endowment[1, 0] == pytest.approx(own)
    alone = without(region, "endowments", "region", "south")
    assert np.isinf(land(alone).endowment[1]).all()
    parted = more(
        alone,
        "regions",
        {"region": "dock", "name_zh": "码头", "name_en": "Dock", "level": "park", "parent": "harbour", "role": "none"},
        {
            "region": "inland",
            "name_zh": "内区",
            "name_en": "Inland",
            "level": "district",
            "parent": "south",
            "role": "none",
        },
    )
    dock = of_south(parted, 5.0, who="dock")
    assert land(dock).endowment[1, 0] == pytest.approx(5.0)
    both = of_south(of_south(dock, 70.0, who="harbour"), 30.0, who="inland")
    assert land(both).endowment[1, 0] == pytest.approx(100.0)
    reserved = of_south(both, 1000.0, who="south", purpose="projects")
    assert land(reserved).endowment[1, 0] == pytest.approx(100.0)


def check_years() -> None:
    """Straight between years, held outside; endowments without the trend; units converted."""
    region = small_region()
    spec = land(region)
    trend = TIMES.trend
    _, middle, last = stated_land(region)
    assert spec.endowment[1] * trend == pytest.approx([middle, last, last])
    assert spec.intensity[0, 1] == pytest.approx(np.array([25.0 * 1.1, 25.0 * 1.2, 25.0 * 1.2]) * 10)
    co2 = next(s for s in resources_of(region, economy(region)) if s.name == "co2")
    assert co2.unit == "t CO2"
    _, middle, last = stated_land(region, "co2")
    assert co2.endowment[1] * trend == pytest.approx([1e4 * middle, 1e4 * last, 1e4 * last])
    late = of_south(without(region, "endowments", "region", "south"), 50.0, who="south")
    late = more(late, "endowments", {"region": "south", "resource": "land", "year": 2022, "value": 70.0, "unit": "亩"})
    assert land(late).endowment[1] * trend == pytest.approx([50.0, 60.0, 70.0])


def check_transfers() -> None:
    """Limit and cost in the resource's unit and bn yuan; ends go up to their members; the outside may give."""
    region = small_region()
    co2 = next(s for s in resources_of(region, economy(region)) if s.name == "co2")
    assert co2.givers == ("north",)
    assert co2.transfer_limit[1, 0] * TIMES.trend == pytest.approx([5e4] * 3)
    assert co2.transfer_limit[0].max() == 0
    row = {"resource": "land", "year": 2018, "limit": 3.0, "cost": 2.0, "unit": "ha"}
    inner = more(region, "transfers", {**row, "from_region": "north", "to_region": "harbour"})
    spec = land(more(inner, "transfers", {**row, "from_region": "rest", "to_region": "north"}))
    assert spec.givers == ("north", "rest")
    assert spec.transfer_limit[:, :, 0] == pytest.approx(np.array([[0.0, 45.0], [45.0, 0.0]]))
    assert spec.transfer_cost[1, 0] == pytest.approx([2e4 / 1e9 / 15] * 3)
    within = more(region, "transfers", {**row, "from_region": "south", "to_region": "harbour"})
    assert land(within).givers == ()


def check_expansions() -> None:
    """A dam of 10 ha a year at 30 万元 a ha over 20 years; a unit bought year by year."""
    row = {"expansion": "A", "name_zh": "甲", "name_en": "A", "resource": "land", "region": "harbour", "unit": "ha"}
    region = more(small_region(), "expansions", {**row, "first_year": 2019, "most": 10.0, "cost": 30.0, "life": 20.0})
    (spec,) = land(region).expansions
    assert (spec.place, spec.payer, spec.lasting) == ("south", "south", True)
    assert spec.most * TIMES.trend == pytest.approx([0.0, 300.0, 300.0])
    assert spec.cost == pytest.approx(yearly_charge(30e4 / 1e9 / 15, 20.0, TIMES.discount))
    region = more(small_region(), "expansions", {**row, "first_year": 2019, "most": 10.0, "cost": 30.0})
    (spec,) = land(region).expansions
    assert spec.most * TIMES.trend == pytest.approx([0.0, 150.0, 150.0])
    assert spec.cost == pytest.approx(30e4 / 1e9 / 15)


def check_port() -> None:
    """The port of the small region, 250 万TEU in 2019, calibrated: the reference of 2019 is what is known."""
    region = small_region().with_table("freight", FREIGHT)
    e = economy(region)
    (port,) = corridors_of(region, e)
    assert (port.name, port.users, port.unit, port.far) == ("south-world:TEU", ("south",), "TEU", "abroad")
    path = port.reference(e).sum(axis=(0, 1)) * TIMES.trend
    assert np.interp(2019, TIMES.years, path) == pytest.approx(2.5e6)
    raw = (e.exports + e.imports)[:, 1, :, 0].sum(axis=0) @ np.array([6e5, 5e5, 0.0])
    assert port.factor == pytest.approx(path[0] / raw)
    assert port.links[0].capacity * TIMES.trend == pytest.approx([3e6] * 3)
    everyone = changed(region, "links", 0, users="*")
    (port,) = corridors_of(everyone, e)
    assert port.users == ("north", "south")
    assert np.interp(2019, TIMES.years, port.reference(e).sum(axis=(0, 1)) * TIMES.trend) == pytest.approx(2.5e6)


def rail(name: str, start: str, end: str, **row: Any) -> dict[str, Any]:
    return {
        "link": name, "name_zh": name, "name_en": name, "from_region": start, "to_region": end, "mode": "rail",
        "year": 2018, "capacity": 10.0, "unit": "万t", **row,
    }  # fmt: skip


def check_parallel() -> None:
    """Links between the same two members share freight; one without capacity frees what it serves."""
    region = small_region().with_table("freight", FREIGHT)
    region = more(region, "links", rail("A", "north", "harbour", cost=30.0), rail("B", "south", "north", cost=50.0))
    e = economy(region)
    pair = next(spec for spec in corridors_of(region, e) if spec.far == "member")
    assert (pair.name, pair.names, pair.factor) == ("north-south:t", ("A", "B"), 1.0)
    assert [link.cost for link in pair.links] == pytest.approx([0.0, 20e4 / 1e9 / 1e4])
    assert [link.home for link in pair.links] == ["north", "south"]
    assert pair.reference(e)[0, :, 0] == pytest.approx(
        [e.flows[0, 1, :, 0] @ [1e4, 2e4, 0.0], e.flows[1, 0, :, 0] @ [1e4, 2e4, 0.0]]
    )
    one_way = more(region, "links", rail("C", "south", "north", capacity=None, two_way=False))
    pair = next(spec for spec in corridors_of(one_way, e) if spec.far == "member")
    assert pair.names == ("A", "B")
    assert pair.serves[0].tolist() == [[True, True], [False, False]]
    free = more(region, "links", rail("C", "south", "north", capacity=None))
    assert [spec.far for spec in corridors_of(free, e)] == ["abroad"]
    assert ("N-PLN-38", "links", None) in said(free)
    assert [spec.far for spec in corridors_of(region, e, trade="pool")] == ["abroad"]


def check_groups() -> None:
    """Ports that share a member are one corridor; each member only through the ports it uses."""
    region = small_region().with_table("freight", FREIGHT)
    region = without(region, "links", "link", "port")
    port = {"mode": "port", "unit": "万TEU", "capacity": 9.0}
    region = more(
        region,
        "links",
        rail("A", "harbour", "world", **port, users="north;south"),
        rail("B", "north", "world", **port),
        rail("ROAD", "south", "rest"),
    )
    found = {spec.name: spec for spec in corridors_of(region, economy(region))}
    assert set(found) == {"north+south-world:TEU", "south-rest:t"}
    assert found["north+south-world:TEU"].serves[:, 0].tolist() == [[True, True], [True, False]]


def check_a_link_expands() -> None:
    region = small_region().with_table("freight", FREIGHT)
    row = {
        "expansion": "BERTH",
        "name_zh": "泊位",
        "name_en": "berth",
        "link": "port",
        "unit": "万TEU",
        "first_year": 2018,
    }
    region = more(region, "expansions", {**row, "most": 2.0, "cost": 3000.0, "life": 30.0})
    (port,) = corridors_of(region, economy(region))
    (berth,) = port.expansions
    assert (berth.place, berth.payer) == ("port", "south")
    assert berth.most * TIMES.trend == pytest.approx([2e4, 4e4, 4e4])
    assert berth.cost == pytest.approx(yearly_charge(3000e4 / 1e9 / 1e4, 30.0, TIMES.discount))


def check_upgrades() -> None:
    """CO2 falls with the technology's CO2, energy with its energy inputs, labour with its labour; water does not."""
    region = small_region()
    row = {"technology": "smart", "name_zh": "智", "name_en": "smart", "energy_inputs": -0.2, "other_inputs": 0.0}
    numbers = {"labour": -0.07, "co2": -0.3, "new_capital": 0.2, "retrofit": 0.3, "retrofit_limit": 0.05}
    region = more(region, "technologies", {**row, **numbers})
    e = economy(region)
    for unit, wanted in (("万t CO2", -0.3), ("万tce", -0.2), ("GJ", -0.2), ("万人", -0.07), ("m3", 0.0)):
        assert e.change_of_use(unit).tolist() == [wanted]


CHECKS = [
    check_whose_endowment_counts, check_years, check_transfers, check_expansions, check_port, check_parallel,
    check_groups, check_a_link_expands, check_upgrades,
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda f: f.__name__)
def test_tables_are_read_as_declared(check: Callable[[], None]) -> None:
    check()


def test_tables_that_are_absent_give_nothing() -> None:
    region = small_region()
    e = economy(region)
    for table in ("uses", "endowments"):
        assert resources_of(region.with_table(table, region[table].iloc[:0]), e) == []
    assert corridors_of(region, e) == []
    bare = region.with_table("links", region["links"].iloc[:0])
    assert corridors_of(bare, e) == []
    assert not link_findings(bare, e, [])


NEW = {"expansion": "X", "name_zh": "扩", "name_en": "X", "first_year": 2018, "most": 1.0, "cost": 1.0, "unit": "亩"}
MOVE = {"resource": "land", "from_region": "north", "to_region": "south", "year": 2018, "limit": 1.0, "unit": "亩"}
WRONG: dict[str, tuple[str, str, int, str, Callable[[Region], Region]]] = {
    "negative endowment": ("E-PLN-30", "endowments", 2, "value", lambda r: changed(r, "endowments", 0, value=-1.0)),
    "negative use": ("E-PLN-30", "uses", 4, "value", lambda r: changed(r, "uses", 2, value=-1.0)),
    "negative limit": ("E-PLN-30", "transfers", 3, "limit", lambda r: more(r, "transfers", {**MOVE, "limit": -1.0})),
    "negative cost": ("E-PLN-30", "transfers", 3, "cost", lambda r: more(r, "transfers", {**MOVE, "cost": -1.0})),
    "negative capacity": ("E-PLN-30", "links", 2, "capacity", lambda r: changed(r, "links", 0, capacity=-1.0)),
    "negative freight": ("E-PLN-30", "freight", 3, "value", lambda r: changed(r, "freight", 1, value=-1.0)),
    "endowment in tce": ("E-PLN-31", "endowments", 5, "unit", lambda r: changed(r, "endowments", 3, unit="tce")),
    "use in tce": ("E-PLN-31", "uses", 5, "unit", lambda r: changed(r, "uses", 3, unit="tce/亿元")),
    "transfer in tce": ("E-PLN-31", "transfers", 3, "unit", lambda r: more(r, "transfers", {**MOVE, "unit": "tce"})),
    "freight in tce": ("E-PLN-31", "freight", 2, "unit", lambda r: changed(r, "freight", 0, unit="tce/亿元")),
    "berth in tonnes": (
        "E-PLN-31", "expansions", 2, "unit", lambda r: more(r, "expansions", {**NEW, "link": "port", "unit": "t"}),
    ),
    "gives to itself": (
        "E-PLN-32", "transfers", 3, "to_region", lambda r: more(r, "transfers", {**MOVE, "to_region": "north"}),
    ),
    "links to itself": ("E-PLN-32", "links", 2, "to_region", lambda r: changed(r, "links", 0, to_region="south")),
    "expands nothing": ("E-PLN-39", "expansions", 2, "resource", lambda r: more(r, "expansions", NEW)),
    "expands two things": (
        "E-PLN-39", "expansions", 2, "resource",
        lambda r: more(r, "expansions", {**NEW, "resource": "land", "region": "north", "link": "port"}),
    ),
    "expands nowhere": (
        "E-PLN-39", "expansions", 2, "region",
        lambda r: more(r, "expansions", {**NEW, "resource": "land", "region": "rest"}),
    ),
    "expands no link": ("E-PLN-39", "expansions", 2, "link", lambda r: more(r, "expansions", {**NEW, "link": "none"})),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_place(name: str) -> None:
    code, table, row, column, change = WRONG[name]
    region = small_region().with_table("freight", FREIGHT)
    region = change(region)
    e = economy(region)
    with pytest.raises(HaiheError) as caught:
        print(resources_of(region, e), corridors_of(region, e))
    (finding,) = caught.value.findings
    assert (finding.code, finding.table, finding.row, finding.column) == (code, table, row, column)
    assert finding.text("zh")
    assert finding.text("en")


def test_the_small_region_leaves_nothing_unsaid() -> None:
    assert said(small_region().with_table("freight", FREIGHT)) == []
    assert said(small_region()) == [("N-PLN-38", "links", None)]


def test_what_limits_nothing_is_said() -> None:
    region = small_region().with_table("freight", FREIGHT)
    assert said(without(region, "uses", "resource", "land")) == [("N-PLN-34", "endowments", None)]
    no_limit = without(without(region, "limits", "resource", "land"), "endowments", "resource", "land")
    assert said(no_limit) == [("N-PLN-35", "uses", None)]
    lost = more(
        region, "transfers", {**MOVE, "to_region": "rest"}, {**MOVE, "from_region": "world", "to_region": "rest"}
    )
    assert said(lost) == [("W-PLN-33", "transfers", 3), ("W-PLN-33", "transfers", 4)]
    within = more(region, "transfers", {**MOVE, "from_region": "south", "to_region": "harbour"})
    assert said(within) == [("N-PLN-88", "transfers", None)]
    part = {"region": "harbour", "sector": "farm", "resource": "land", "year": 2018, "value": 1.0, "unit": "亩/亿元"}
    assert said(more(region, "uses", part)) == [("N-PLN-88", "uses", None)]
    assert said(changed(region, "uses", 10, value=1e9)) == [("W-PLN-36", "uses", None)]
    nowhere = more(region, "links", rail("A", "rest", "world"), rail("B", "south", "harbour"))
    assert said(nowhere) == [("W-PLN-37", "links", 3), ("W-PLN-37", "links", 4)]
    assert said(changed(region, "links", 0, unit="m3")) == [("W-PLN-37", "links", 2)]
    assert said(changed(region, "links", 0, capacity=None)) == [("N-PLN-38", "links", None)]
    light = changed(changed(region, "freight", 2, value=6.0), "freight", 3, value=5.0)
    assert said(light) == [("W-PLN-89", "freight", None)]


@settings(max_examples=60, deadline=None)
@given(
    data=st.dictionaries(
        st.tuples(st.sampled_from("ab"), st.integers(2000, 2030)), st.floats(0, 1e6), min_size=1, max_size=12
    ),
    years=st.lists(st.integers(1995, 2040), min_size=1, max_size=5, unique=True),
)
def test_paths_are_straight_between_years_and_level_outside(data: dict, years: list[int]) -> None:
    rows = pd.DataFrame([(*key, value) for key, value in data.items()], columns=["who", "year", "value"])
    paths = stated_paths(rows, ["who"], years)
    assert list(paths.columns) == years
    for who, part in rows.groupby("who"):
        part = part.sort_values("year")
        assert paths.loc[who].to_numpy() == pytest.approx(np.interp(years, part["year"], part["value"]))


def test_a_circle_of_regions_ends() -> None:
    region = small_region()
    frame = region["regions"]
    frame.loc[frame["region"] == "nation", "parent"] = "harbour"
    circle = region.with_table("regions", frame)
    assert members_above(circle, ["north", "south"])["harbour"] == "south"
    assert "rest" in members_above(circle, ["north", "south"])
    rows = pd.DataFrame({"region": ["rest"], "resource": ["land"]})
    assert len(nearest_stated(rows, circle, ["north"])) == 0


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], Callable[[], None]]] = {
    "purpose forgotten": (
        lambda p: p.setattr(
            resource_inputs,
            "_endowments",
            lambda region, e: nearest_stated(region.frame("endowments"), region, e.members),
        ),
        check_whose_endowment_counts,
    ),
    "parts on top of the member": (
        lambda p: p.setattr(
            resource_inputs,
            "nearest_stated",
            lambda rows, region, m: rows.assign(member=rows["region"].map(members_above(region, m))).dropna(
                subset=["member"]
            ),
        ),
        check_whose_endowment_counts,
    ),
    "latest year only": (
        lambda p: p.setattr(
            resource_inputs,
            "stated_paths",
            lambda rows, by, years: stated.stated_paths(rows.assign(year=0), by, years),
        ),
        check_years,
    ),
    "unit forgotten": (
        lambda p: p.setattr(resource_inputs, "factors_to", lambda rows, table, unit: np.ones(len(rows))),
        check_years,
    ),
    "cost in yuan": (lambda p: p.setattr(resource_inputs, "WAN_TO_BN", 1e-9), check_transfers),
    "charged at once": (lambda p: p.setattr(resource_inputs, "yearly_charge", lambda cost, *_: cost), check_expansions),
    "not calibrated": (lambda p: p.setattr(link_inputs, "_calibrated", lambda spec, *_: spec), check_port),
    "one link a corridor": (
        lambda p: p.setattr(
            link_inputs, "_groups", lambda rows, trade: [part for _, part in rows.groupby("link", sort=False)]
        ),
        check_parallel,
    ),
    "port of its own region only": (
        lambda p: p.setattr(
            link_inputs, "_serves", lambda users, ends, two_way: np.array([[u == ends.home] * 2 for u in users])
        ),
        check_groups,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reader_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    how, check = BROKEN[name]
    how(monkeypatch)
    with pytest.raises(AssertionError):
        check()

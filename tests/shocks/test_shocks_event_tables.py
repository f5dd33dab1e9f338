"""Every kind of event that the table ``shock_events`` knows, measured in the flows of a run; two that overlap add up."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import haihe as hh
from haihe.messages import HaiheError
from haihe.region import TABLES
from haihe.shocks import AtRest, Response
from haihe.shocks.baseline import ABROAD, DAYS, EXPORTS
from haihe.shocks.events import CAPITAL_TO_ADDED
from haihe.shocks.library import economy_of, stocks_of, with_shock
from haihe.shocks.shock_files import REFERRED
from haihe.shocks.shock_tables import Reader, Shock, shock_of
from haihe.shocks.unplanned import Flows, unplanned

START, BOTH, LONGER = 2, 3, 6
"""Day on which both events begin; days of the first and of the second."""
PLAIN = Response(overproduction=1.0, adaptation=0.0, headroom=1.0)
"""Nobody calls up capacity or changes suppliers: what is measured is the event alone."""
FIRM = 40.0
"""Output of the register's only firm, 亿元 a year."""

Measure = Callable[[Flows, AtRest, int], float]


@pytest.fixture(scope="module")
def region() -> hh.Region:
    """The example's small tables and one made-up firm in a district."""
    whole = hh.example("jing-jin-ji")
    few = hh.Region({name: whole[name] for name in REFERRED if whole.has(name)}, whole.meta)
    firm = {
        "enterprise": "F1", "name_zh": "虚拟企业", "name_en": "made-up firm", "region": "TJ-BH", "sector": "ELX",
        "output": FIRM, "unit": "亿元", "source": "DEMO", "quality": "illustrative",
    }  # fmt: skip
    return few.with_table("enterprises", pd.DataFrame([firm]))


@pytest.fixture(scope="module")
def rest() -> AtRest:
    return economy_of(hh.example("jing-jin-ji"))


def at(rest: AtRest, sector: str, place: str) -> tuple[int, int]:
    return rest.sectors.index(sector), [*rest.regions, *rest.partners].index(place)


def lost_capacity(sector: str, place: str) -> Measure:
    def measure(flows: Flows, rest: AtRest, day: int) -> float:
        s, r = at(rest, sector, place)
        return float(1 - flows.capacity[day, s, r] / flows.normal[s, r])

    return measure


def lost_final(sector: str, place: str) -> Measure:
    """Of what final users of a place ask for, from all suppliers."""

    def measure(flows: Flows, rest: AtRest, day: int) -> float:
        s = rest.sectors.index(sector)
        mine = [k for k, (where, _) in enumerate(rest.uses) if where == place]
        whole = rest.final[s :: len(rest.sectors), mine].sum() / DAYS
        return float((flows.asked[0, s] - flows.asked[day, s]).sum() / whole)

    return measure


def lost_exports(sector: str, place: str) -> Measure:
    def measure(flows: Flows, rest: AtRest, day: int) -> float:
        s, r = at(rest, sector, place)
        row = r * len(rest.sectors) + s
        whole = rest.final[row, [kind == EXPORTS for _, kind in rest.uses]].sum() / DAYS
        return float((flows.asked[0, s, r] - flows.asked[day, s, r]) / whole)

    return measure


def lost_supply(sector: str, partner: str) -> Measure:
    """Of what a partner delivers to all."""

    def measure(flows: Flows, rest: AtRest, day: int) -> float:
        s, p = at(rest, sector, partner)
        return float(1 - (flows.sent[day, s, p].sum() + flows.final[day, s, p]) / rest.supply[s, p])

    return measure


def lost_link(sector: str, sender: str, receiver: str) -> Measure:
    def measure(flows: Flows, rest: AtRest, day: int) -> float:
        s, p = at(rest, sector, sender)
        r = rest.regions.index(receiver)
        return float(1 - flows.sent[day, s, p, r] / flows.usual[s, p, r])

    return measure


@dataclass(frozen=True)
class Case:
    """A row without amount and times, what it is to hit, how much per unit of amount, and what it is to spare."""

    row: dict[str, str]
    hits: tuple[Measure, ...]
    spares: tuple[Measure, ...]
    size: Callable[[hh.Region, AtRest], float] = lambda region, rest: 1.0
    lasting: bool = True


def of_capital(region: hh.Region, rest: AtRest) -> float:
    added = pd.Series(rest.value_added, index=rest.index)["TJ", "CHM"]
    return 1.0 / (added * DAYS * CAPITAL_TO_ADDED)


def of_firm(region: hh.Region, rest: AtRest) -> float:
    return FIRM / (pd.Series(rest.output, index=rest.index)["TJ", "ELX"] * DAYS)


def of_stage(region: hh.Region, rest: AtRest) -> float:
    stages = region["chain_stages"]
    found = stages[(stages["chain"] == "AUTO") & (stages["stage"] == "CAR") & (stages["sector"] == "TEQ")]
    return float(found["share"].sum())


CASES = {
    "capacity": Case(
        {"regions": "TJ", "sectors": "CHM"},
        (lost_capacity("CHM", "TJ"),),
        (lost_capacity("CHM", "BJ"), lost_capacity("MET", "TJ")),
    ),
    "capital": Case(
        {"regions": "TJ", "sectors": "CHM", "unit": "亿元"},
        (lost_capacity("CHM", "TJ"),),
        (lost_capacity("MET", "TJ"),),
        of_capital,
    ),
    "demand": Case(
        {"regions": "TJ", "sectors": "FOD"},
        (lost_final("FOD", "TJ"),),
        (lost_final("TEX", "TJ"), lost_exports("TEX", "TJ")),
    ),
    "exports": Case(
        {"regions": "TJ", "sectors": "ELX"},
        (lost_exports("ELX", "TJ"),),
        (lost_exports("ELX", "BJ"), lost_exports("CHM", "TJ")),
    ),
    "imports": Case(
        {"partner": "abroad", "sectors": "ELX"},
        (lost_supply("ELX", "abroad"),),
        (lost_supply("CHM", "abroad"),),
    ),
    "link": Case(
        {"regions": "TJ", "to_regions": "HE", "sectors": "MET"},
        (lost_link("MET", "TJ", "HE"), lost_link("MET", "HE", "TJ")),
        (lost_link("MET", "TJ", "BJ"), lost_link("CHM", "TJ", "HE")),
        lasting=False,
    ),
    "port": Case(
        {"link": "PORT-TJ", "sectors": "ELX"},
        (lost_exports("ELX", "TJ"), lost_exports("ELX", "BJ"), lost_supply("ELX", ABROAD)),
        (lost_exports("CHM", "TJ"), lost_supply("CHM", ABROAD)),
    ),
    "energy": Case(
        {"product": "GAS", "regions": "TJ", "sectors": "CHM"},
        (lost_capacity("CHM", "TJ"),),
        (lost_capacity("CHM", "BJ"),),
    ),
    "firm": Case({"enterprise": "F1"}, (lost_capacity("ELX", "TJ"),), (lost_capacity("ELX", "BJ"),), of_firm),
    "stage": Case(
        {"chain": "AUTO", "stage": "CAR", "regions": "TJ"},
        (lost_capacity("TEQ", "TJ"),),
        (lost_capacity("TEQ", "BJ"), lost_capacity("ELX", "TJ")),
        of_stage,
    ),
}  # fmt: skip


def read(region: hh.Region, rest: AtRest, rows: list[dict[str, object]]) -> Shock:
    changed, code = with_shock(region, pd.DataFrame(rows))
    return shock_of(changed, rest, code)


def flows_of(region: hh.Region, rest: AtRest, rows: list[dict[str, object]]) -> Flows:
    events = list(read(region, rest, rows).events)
    return unplanned(rest, events, 10, stocks_of(region), response=PLAIN)


def gaps(region: hh.Region, rest: AtRest, kind: str) -> list[float]:
    """How far two overlapping events are from adding up, and the second from being alone after the first."""
    case = CASES[kind]
    size = case.size(region, rest)
    first, second = 0.2 / size, 0.3 / size
    if kind in ("firm", "stage"):
        first, second = 0.2, 0.3
    common = {"kind": kind, "start": START, **case.row}
    flows = flows_of(
        region,
        rest,
        [{**common, "amount": first, "duration": BOTH}, {**common, "amount": second, "duration": LONGER}],
    )
    wanted = {START - 1: 0.0, START: (first + second) * size}
    if case.lasting:
        wanted |= {START + BOTH - 1: (first + second) * size, START + BOTH: second * size, START + LONGER: 0.0}
    if kind in ("imports", "port"):
        wanted.pop(START + LONGER)  # stocks are filled again: more is asked for, and no more can be had
    return [abs(hit(flows, rest, day) - value) for hit in case.hits for day, value in wanted.items()] + [
        abs(spared(flows, rest, START)) for spared in case.spares
    ]


def test_every_kind_of_the_table_has_its_case() -> None:
    assert set(TABLES["shock_events"].column("kind").choices) == {*CASES, "price"}


@pytest.mark.parametrize("kind", CASES)
def test_an_event_hits_what_it_names_and_two_that_overlap_add_up(kind: str, region: hh.Region, rest: AtRest) -> None:
    assert max(gaps(region, rest, kind)) < 1e-9


@pytest.mark.parametrize("kind", CASES)
def test_a_broken_reading_of_it_is_noticed(
    kind: str, region: hh.Region, rest: AtRest, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = getattr(Reader, f"_{kind}")
    monkeypatch.setattr(Reader, f"_{kind}", lambda self, row: whole(self, {**row, "amount": 0.9 * row["amount"]}))
    assert max(gaps(region, rest, kind)) > 1e-4


def test_losses_never_exceed_everything(region: hh.Region, rest: AtRest) -> None:
    row = {"kind": "capacity", "regions": "TJ", "sectors": "CHM", "amount": 0.8, "duration": 3, "start": 1}
    flows = flows_of(region, rest, [row, row | {"amount": 0.7}])
    assert lost_capacity("CHM", "TJ")(flows, rest, 1) == pytest.approx(1.0)


def test_two_events_of_different_kinds_act_at_the_same_time(region: hh.Region, rest: AtRest) -> None:
    """Capacity down and exports up on the same days, each measured by itself."""
    rows = [
        {"kind": "capacity", "regions": "TJ", "sectors": "CHM", "amount": 0.4, "duration": 4, "start": 2},
        {"kind": "exports", "regions": "TJ", "sectors": "ELX", "amount": -0.25, "duration": 4, "start": 3},
    ]
    flows = flows_of(region, rest, rows)
    assert lost_capacity("CHM", "TJ")(flows, rest, 3) == pytest.approx(0.4)
    assert lost_exports("ELX", "TJ")(flows, rest, 3) == pytest.approx(-0.25)
    assert lost_exports("ELX", "TJ")(flows, rest, 2) == pytest.approx(0.0, abs=1e-12)


def test_prices_are_set_by_the_larger_of_two_and_passed_on_by_the_lesser_share(region: hh.Region, rest: AtRest) -> None:
    rows: list[dict[str, object]] = [
        {"kind": "price", "product": "GAS", "amount": 0.3, "pass_through": 0.6},
        {"kind": "price", "sectors": "GAS;OIL", "regions": "TJ", "amount": 0.1, "pass_through": 0.9},
    ]
    found = read(region, rest, rows)
    assert found.prices.to_dict() == {
        ("BJ", "GAS"): 0.3, ("TJ", "GAS"): 0.3, ("HE", "GAS"): 0.3, ("TJ", "OIL"): 0.1,
    }  # fmt: skip
    assert found.pass_through == pytest.approx(0.6)
    assert not found.events


def test_a_port_may_name_its_users_itself(region: hh.Region, rest: AtRest) -> None:
    row = {"kind": "port", "link": "PORT-TJ", "regions": "TJ", "sectors": "ELX", "amount": 0.5, "duration": 3}
    flows = flows_of(region, rest, [row])
    assert lost_exports("ELX", "TJ")(flows, rest, 1) == pytest.approx(0.5)
    assert lost_exports("ELX", "BJ")(flows, rest, 1) == pytest.approx(0.0, abs=1e-12)


def test_a_firm_larger_than_its_sector_is_all_of_it(region: hh.Region, rest: AtRest) -> None:
    firms = region["enterprises"].assign(output=1e7)
    flows = flows_of(
        region.with_table("enterprises", firms), rest, [{"kind": "firm", "enterprise": "F1", "amount": 1.0}]
    )
    assert lost_capacity("ELX", "TJ")(flows, rest, 1) == pytest.approx(1.0)


def test_a_firm_of_unknown_size_is_refused(region: hh.Region, rest: AtRest) -> None:
    firms = region["enterprises"].assign(output=np.nan)
    with pytest.raises(HaiheError) as error:
        read(region.with_table("enterprises", firms), rest, [{"kind": "firm", "enterprise": "F1", "amount": 1.0}])
    assert error.value.code == "E-SHK-65"
    with pytest.raises(HaiheError) as error:
        read(region, rest, [{"kind": "firm", "enterprise": "F2", "amount": 1.0}])
    assert error.value.findings[0].column == "enterprise"


def test_rebuilding_brings_capital_back_and_asks_the_builders(region: hh.Region, rest: AtRest) -> None:
    row = {
        "kind": "capital", "regions": "TJ", "sectors": "CHM", "amount": 200.0, "unit": "亿元", "rebuild_sectors": "CON",
        "rebuild_days": 20,
    }  # fmt: skip
    flows = flows_of(region, rest, [row])
    lost = [lost_capacity("CHM", "TJ")(flows, rest, day) for day in range(1, 9)]
    assert lost[0] == pytest.approx(200.0 * of_capital(region, rest))
    assert all(later <= earlier for earlier, later in pairwise(lost))
    assert lost[-1] < 0.9 * lost[0]
    s = rest.sectors.index("CON")
    assert flows.asked[2, s].sum() > flows.asked[0, s].sum()

"""Limits on indicators: answers worked out on paper, prices by finite differences, and what the table may say."""

import numpy as np
import pandas as pd
import pytest
from goal_cases import RICH, Desk, data_of, desk, one_year
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import HaiheError, Text
from haihe.planning import bounds
from haihe.planning.limits import Limit, LimitSpec, define_limit, limits_of, limits_table
from haihe.planning.measures import Measure
from haihe.planning.solver import Solution
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

SEGMENT, ELASTICITY, PEOPLE = 0.02, 2.0, 0.5
COST = SEGMENT / 2 / ELASTICITY
"""What moving trade by one unit costs in its first segment."""


def limit(
    code: str, sense: str, value: float, *, unit: str = "share of reference", apart: bool = False, year: int = 2017
) -> LimitSpec:
    return LimitSpec(
        "L", Measure.parse(code), sense, (year,), (value,), unit, apart, Text("限", "limit"), "illustrative"
    )  # type: ignore[arg-type]


def solved(here: Desk, *specs: LimitSpec) -> tuple[Solution, list[Limit]]:
    limits = [define_limit(here.program, here.indicators, spec) for spec in specs]
    return here.solve(), limits


def loss(here: Desk, solution: Solution) -> float:
    return -here.indicators.value(Measure("welfare"), solution.x)


def test_floor_on_exports_costs_one_segment_of_exports_and_one_of_imports() -> None:
    """More exports need goods: the cheapest are more imports, at the first segment's cost of each.

    Production cannot grow in the only year; consumption would cost 0.02 a unit, and an import 0.005.
    """
    here = desk(one_year(), upgrades=False)
    base = here.built.economy.exports.sum()
    solution, (one,) = solved(here, limit("exports", "floor", 1.005))
    assert loss(here, solution) == pytest.approx(here.weights[0] * 2 * COST * 0.005 * base, rel=1e-6)
    row = limits_table(here.indicators, [one], solution).iloc[0]
    assert row["plan"] == pytest.approx(1.005 * base, rel=1e-9)
    assert row["binds"]
    assert row["price"] == pytest.approx(2 * COST, rel=1e-6)
    assert row["region"] == "*"


def test_cap_on_exports_costs_the_same() -> None:
    here = desk(one_year(), upgrades=False)
    solution, (one,) = solved(here, limit("exports@M0", "cap", 0.995))
    cut = 0.005 * here.built.economy.exports[:, 0].sum()
    assert loss(here, solution) == pytest.approx(here.weights[0] * 2 * COST * cut, rel=1e-6)
    assert one.bounded.price(solution, here.indicators)[0] == pytest.approx(2 * COST, rel=1e-6)


def test_cap_on_the_gap_moves_consumption_and_the_goods_for_it() -> None:
    """One unit less in the rich member and one more in the poor one cost the first segment of consumption twice.

    The goods come by one flow less or one more, at the first segment of trade. It closes the gap by one unit per
    resident of each.
    """
    here = desk(one_year(), upgrades=False)
    people = here.data.population
    assert people is not None
    before = here.indicators.value(Measure("spread:consumption", year=2017), here.indicators.reference)
    solution, (one,) = solved(here, limit("spread:consumption", "cap", 0.999))
    moved = 0.001 * before / (1e9 / people).sum()
    each = 2 * (SEGMENT / 2 / PEOPLE) + COST
    assert loss(here, solution) == pytest.approx(here.weights[0] * each * moved, rel=1e-6)
    assert limits_table(here.indicators, [one], solution)["plan"].iloc[0] == pytest.approx(0.999 * before, rel=1e-9)


def test_a_ratio_is_held_as_a_ratio() -> None:
    here = desk(RICH)
    code = "energy_intensity"
    solution, (one,) = solved(here, limit(code, "cap", 0.97, year=2025))
    table = limits_table(here.indicators, [one], solution)
    assert (table["plan"] <= table["limit_value"] * (1 + 1e-9)).all()
    last = table[table["year"] == 2025].iloc[0]
    assert last["plan"] == pytest.approx(0.97 * last["reference"], rel=1e-9)
    assert loss(here, solution) > 0


def test_apart_holds_every_member_and_together_only_the_sum() -> None:
    together, apart = desk(RICH), desk(RICH)
    one, (a,) = solved(together, limit("co2", "cap", 0.9, year=2025))
    two, (b,) = solved(apart, limit("co2", "cap", 0.9, year=2025, apart=True))
    assert a.bounded.rows.shape[0] == 1
    assert list(b.bounded.rows.dims["region"]) == together.indicators.members
    assert loss(apart, two) >= loss(together, one) - 1e-9
    table = limits_table(apart.indicators, [b], two)
    assert (table["slack"] >= -1e-9).all()


def test_path_holds_in_stated_years_and_runs_straight_between_them() -> None:
    here = desk(RICH)
    spec = LimitSpec(
        "L",
        Measure("jobs"),
        "floor",
        (2019, 2023),
        (1.0, 0.9),
        "share of reference",
        False,
        Text("限", "limit"),
        "official",
    )
    path = spec.path(here.indicators, spec.measure)
    reference = [
        here.indicators.value(Measure("jobs", year=y), here.indicators.reference)
        for y in (2017, 2019, 2021, 2023, 2025)
    ]
    assert path == pytest.approx(np.array(reference) * [1.0, 1.0, 0.95, 0.9, 0.9], rel=1e-9)
    amount = LimitSpec(
        "L", Measure("jobs"), "floor", (2021,), (12.0,), "persons", False, Text("限", "limit"), "official"
    )
    assert amount.path(here.indicators, amount.measure) == pytest.approx(
        [reference[0], (reference[0] + 12) / 2, 12, 12, 12]
    )
    split = LimitSpec(
        "L", Measure("jobs"), "floor", (2017,), (100.0,), "persons", True, Text("限", "limit"), "official"
    )
    each = [split.path(here.indicators, Measure("jobs", (m,)))[0] for m in here.indicators.members]
    assert sum(each) == pytest.approx(100.0)


@settings(max_examples=6, deadline=None)
@given(
    share=st.floats(0.97, 1.03),
    code=st.sampled_from(["jobs@M0", "value_added", "consumption@M1", "taxes", "use:water"]),
)
def test_a_limit_is_kept_and_its_price_is_the_finite_difference(share: float, code: str) -> None:
    sense, step = ("floor" if share > 1 else "cap"), 1e-6
    costs, last = [], None
    for value in (share - step, share, share + step):
        here = desk(RICH)
        solution, (one,) = solved(here, limit(code, sense, value, year=2025))
        costs.append(loss(here, solution))
        if value == share:
            table = limits_table(here.indicators, [one], solution)
            assert (table["slack"] >= -1e-7 * table["limit_value"]).all()
            assert (table["price"] >= -1e-9).all()
            moves = solution.worth(one.bounded.rows).ravel() / one.bounded.scales
            ref = table["reference"].to_numpy()
            line = np.interp(table["year"], [2017, 2025], [0.0, 1.0])
            last = -float(moves @ (ref * line))
    up, down = (costs[2] - costs[1]) / step, (costs[1] - costs[0]) / step
    low, high = sorted((up, down))
    assert last is not None
    assert low - 1e-3 * abs(low) - 1e-4 <= last <= high + 1e-3 * abs(high) + 1e-4


def region(rows: list[dict[str, object]]) -> Region:
    given_tables = small_tables()
    full = {
        "name_zh": "限",
        "name_en": "limit",
        "year": 2025,
        "value": 1.0,
        "regions": "*",
        "sectors": "*",
        "pooled": True,
    }
    given_tables["limits"] = pd.DataFrame([EVIDENCE | full | {"unit": "share of reference"} | row for row in rows])
    return Region(given_tables, META)


def test_the_table_gives_all_but_caps_on_resources() -> None:
    specs = limits_of(
        region(
            [
                {"limit": "A", "resource": "co2", "sense": "cap"},
                {"limit": "B", "resource": "co2", "sense": "floor"},
                {
                    "limit": "C",
                    "indicator": "import_dependence:IC",
                    "sense": "cap",
                    "year": 2024,
                    "value": 0.3,
                    "unit": "share",
                },
                {
                    "limit": "C",
                    "indicator": "import_dependence:IC",
                    "sense": "cap",
                    "year": 2022,
                    "value": 0.4,
                    "unit": "share",
                },
            ]
        )
    )
    assert [(spec.name, str(spec.measure), spec.sense) for spec in specs] == [
        ("B", "co2", "floor"),
        ("C", "import_dependence:IC", "cap"),
    ]
    assert specs[1].years == (2022, 2024)
    assert specs[1].amounts == (0.4, 0.3)


@pytest.mark.parametrize(
    "row",
    [
        {"sense": "floor"},
        {"resource": "co2", "indicator": "jobs", "sense": "floor"},
        {"indicator": "spread:consumption", "sense": "floor"},
    ],
)
def test_a_limit_that_does_not_hold_together_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(HaiheError) as caught:
        limits_of(region([{"limit": "A"} | row]))
    assert caught.value.code == "E-PLN-55"
    assert caught.value.text("zh")
    assert caught.value.text("en")


def test_a_wrong_sign_or_scale_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper answers fail where a row loses its scale, or its bound forgets the constant."""
    original = bounds._power
    monkeypatch.setattr(bounds, "_power", lambda amount: original(amount) * 3.0)
    test_floor_on_exports_costs_one_segment_of_exports_and_one_of_imports()
    monkeypatch.setattr(bounds.Bounded, "price", lambda self, solution, _: -solution.worth(self.rows).ravel())
    with pytest.raises(AssertionError):
        test_floor_on_exports_costs_one_segment_of_exports_and_one_of_imports()
    monkeypatch.undo()
    monkeypatch.setattr(bounds.LinearForm, "enter", lambda self, program, row, factor=1.0: None)
    with pytest.raises((AssertionError, HaiheError)):
        test_cap_on_exports_costs_the_same()


def test_every_indicator_may_be_limited_but_welfare() -> None:
    here = desk(RICH, data=data_of(RICH))
    for code in here.indicators.codes():
        if here.indicators.absent(code) is None:
            spec = LimitSpec(
                f"L-{code}",
                Measure(code),
                "cap",
                (2025,),
                (1.5,),
                "share of reference",
                False,
                Text("限", "limit"),
                "official",
            )
            define_limit(here.program, here.indicators, spec)
    free = here.solve()
    assert loss(here, free) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(HaiheError):
        define_limit(here.program, here.indicators, limit("welfare", "cap", 1.0))

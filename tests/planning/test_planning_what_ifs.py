"""What if: each scenario's difference is that of two plans made alone, however it was solved."""

import pickle
from copy import copy
from functools import cache

import pandas as pd
import pytest

import haihe as hh
from haihe.planning import again, plan
from haihe.planning import what_ifs as room
from haihe.planning.plans import Plan
from haihe.planning.scenarios import scenarios_of, title_of
from haihe.planning.telling import rough
from haihe.planning.what_ifs import WhatIfs, what_ifs
from scarce_region import scarce_region
from small_region import EVIDENCE


@cache
def planned() -> Plan:
    return plan(scarce_region(), band=False)


@cache
def found() -> WhatIfs:
    return what_ifs(planned())


@cache
def apart(name: str) -> Plan:
    """The scenario planned alone, cold."""
    return plan(scarce_region(), scenario=name, band=False)


def check(w: WhatIfs) -> None:
    table = w.table.set_index("scenario")
    assert list(table.index) == ["tighter", "more-land", "same", "nothing-left"]
    assert table["feasible"].tolist() == [True, True, True, False]
    assert set(w.plans) == {"tighter", "more-land", "same"}
    p = w.plan
    for name in w.plans:
        other = apart(name)
        cost = (other.loss - other.gain) - (p.loss - p.gain)
        assert table.loc[name, "cost"] == pytest.approx(cost, abs=1e-6), name
    assert table.loc["tighter", "cost"] > 0 > table.loc["more-land", "cost"]


def test_every_scenario_costs_what_it_costs_planned_alone() -> None:
    check(found())


def test_a_basis_of_another_plan_changes_the_way_and_not_the_answer() -> None:
    warm = found().table.set_index("scenario")
    assert set(warm["method"].dropna()) == {"simplex"}
    p = planned()
    cold = what_ifs(hh.Plan(**{f: getattr(p, f) for f in p.__dataclass_fields__} | {"basis": None}))
    gap = (cold.table.set_index("scenario")["cost"] - warm["cost"]).abs()
    assert gap.dropna().max() < 1e-7


@pytest.mark.parametrize("broken", ["scenario", "finished"])
def test_a_scenario_that_is_not_put_into_force_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken == "scenario":
        monkeypatch.setattr(room, "scenario", lambda region, name: region)
    else:
        monkeypatch.setattr(again, "finished", lambda *_, **__: planned())
    with pytest.raises(AssertionError):
        check(what_ifs(planned()))


def test_sentences_carry_the_numbers_of_the_table() -> None:
    w = found()
    table = w.table.set_index("scenario")
    tighter, land, same, nothing = (line.text for line in w.lines)
    assert f"福利少 {rough(10 * table.loc['tighter', 'cost'])} 亿元" in tighter.zh
    assert (
        f"由 {rough(table.loc['tighter', 'price_before'])} 变为 {rough(table.loc['tighter', 'price_after'])} 元"
        in tighter.zh
    )
    assert f"福利多 {rough(-10 * table.loc['more-land', 'cost'])} 亿元" in land.zh
    assert land.en.startswith("more land in the north:")
    assert same.zh == "不变：福利不变。"
    assert "没有可行的方案" in nothing.zh
    years = table["price_year"].dropna()
    assert set(years) <= set(w.plan.model.economy.assumptions.years)


def test_the_price_told_stands_in_both_plans() -> None:
    row = found().table.set_index("scenario").loc["more-land"]
    for p, key in ((planned(), "price_before"), (apart("more-land"), "price_after")):
        prices = p.prices.set_index(["kind", "name", "region", "year"])["price"]
        wanted = prices[row["price_kind"], row["price_name"], row["price_region"], int(row["price_year"])]
        assert row[key] == pytest.approx(wanted, rel=1e-6, abs=1e-6)


def test_tables_and_figure_show_every_scenario() -> None:
    w = found()
    assert len(w.tables["what-ifs"]) == 4
    assert len(w.figures["what-ifs-figure"].table) == 4
    assert set(w.comparison.plans) == {"plan", *w.plans}
    assert {"what-ifs", "compare-changes", "compare-prices"} == set(w.tables)


def test_only_the_scenarios_named_are_solved() -> None:
    assert what_ifs(planned(), ["same"]).table["scenario"].tolist() == ["same"]


@pytest.mark.parametrize(
    ("reasons", "zh", "en"),
    [
        (["", "更紧 / tighter"], "更紧", "tighter"),
        (["更紧（0.9×0.95）/ tighter (0.9 x 0.95)"], "更紧（0.9×0.95）", "tighter (0.9 x 0.95)"),
        (["t/亿元更低"], "t/亿元更低", "t/亿元更低"),
        ([], "code", "code"),
    ],
)
def test_a_scenario_is_called_by_its_first_reason(reasons: list[str], zh: str, en: str) -> None:
    title = title_of("code", reasons)
    assert (title.zh, title.en) == (zh, en)


def test_a_plan_of_a_scenario_is_that_of_the_changed_region_and_can_be_compared() -> None:
    p, other = planned(), apart("tighter")
    assert other.region["limits"]["value"].tolist() == [0.75]
    compared = p.compare(tighter=other)
    gap = compared.summary.set_index("scenario")["difference"]["tighter"]
    assert gap == pytest.approx(found().table.set_index("scenario").loc["tighter", "cost"], abs=1e-6)


def test_a_stored_plan_comes_back_without_its_basis() -> None:
    p = planned()
    again = pickle.loads(pickle.dumps(p))
    assert p.basis is not None
    assert again.basis is None
    assert again.asked == p.asked
    assert again.summary.equals(p.summary)


def test_a_plan_gives_arrays_that_hold_its_frames() -> None:
    pytest.importorskip("xarray")
    p = planned()
    arrays = p.to_xarray()
    assert float(arrays["output"].sum()) == pytest.approx(p.output["plan"].sum())


NEW = [
    ("expansion", "expansions", "more-land", {
        "name_zh": "造地", "name_en": "New land", "resource": "land", "region": "north", "first_year": 2019, "most": 500.0,
        "cost": 1.0, "life": 50, "unit": "亩",
    }),
    ("transfer", "transfers", "land|south|north|2019", {"limit": 200.0, "cost": 1.0, "unit": "亩"}),
    ("link", "links", "rail|2017", {
        "name_zh": "新铁路", "name_en": "New rail", "from_region": "north", "to_region": "south", "mode": "rail",
        "capacity": 80.0, "unit": "万t",
    }),
    ("soft", "targets", "T9", {
        "name_zh": "新目标", "name_en": "New target", "region": "north", "year": 2021, "sense": "at_least", "value": 1e6,
        "indicator": "value_added", "kind": "soft", "penalty": 1e-3, "unit": "亿元",
    }),
]  # fmt: skip


@cache
def adding() -> WhatIfs:
    """Scenarios that add a record, and with it columns to the program."""
    region = scarce_region(scenarios=False)
    rows = [
        (name, table, record, column, str(value), None)
        for name, table, record, cells in NEW
        for column, value in (cells | EVIDENCE).items()
    ]
    names = ["scenario", "table", "record", "column", "value", "reason"]
    return what_ifs(plan(region.with_table("scenarios", pd.DataFrame(rows, columns=names)), band=False))


@pytest.mark.parametrize("name", [name for name, *_ in NEW])
def test_a_scenario_that_adds_a_record_can_be_read_in_full(name: str) -> None:
    w = adding()
    other = w.plans[name]
    assert other.base.x.size == other.solution.x.size
    assert other.base.objective == pytest.approx(w.plan.base.objective, abs=1e-6)
    assert other.welfare["welfare"].sum() == pytest.approx(other.gain - other.loss, abs=1e-6)
    assert set(other.frames) == set(w.plan.frames)


def test_new_columns_move_the_places_of_others() -> None:
    w = adding()
    assert any(other.base.x.size != w.plan.base.x.size for other in w.plans.values())
    assert found().plans["more-land"].base is planned().base


def test_a_scenario_says_what_limits_cost_and_what_projects_bring() -> None:
    w = found()
    assert set(w.plans) == {"tighter", "more-land", "same"}
    for name, other in w.plans.items():
        alone = apart(name)
        assert alone.gain > 0
        assert other.loss == pytest.approx(alone.loss, abs=1e-6), name
        assert other.gain == pytest.approx(alone.gain, abs=1e-6), name


def test_a_scenario_keeps_what_must_be_known_of_its_inputs() -> None:
    for name, other in found().plans.items():
        known = {f.code for f in apart(name).findings}
        assert {f.code for f in other.assembly.findings} <= {f.code for f in other.findings}
        assert {f.code for f in other.findings} - {"W-PLN-63"} == known - {"W-PLN-63"}


def test_prices_that_differ_by_member_are_named_one_by_one() -> None:
    w = found()
    plans = dict(w.plans)
    other = copy(plans["tighter"])
    frame = other.prices.copy()
    year = int(w.table.set_index("scenario").loc["tighter", "price_year"])
    mine = (frame["kind"] == "cap") & (frame["year"] == year)
    frame.loc[mine, "price"] = [100.0 * (k + 1) for k in range(int(mine.sum()))]
    other.__dict__["prices"] = frame
    row = w.table.set_index("scenario").loc["tighter"]
    assert row["price_kind"] == "cap"
    told = WhatIfs(w.plan, w.table, w.titles, plans | {"tighter": other}).lines[0].text.zh
    names = w.plan.views.names
    places = frame.loc[mine, "region"]
    assert "、".join(f"{names[r].zh} {100 * (k + 1)}" for k, r in enumerate(places)) in told


def test_what_is_given_without_its_cost_says_so() -> None:
    w = found()
    given = {name for name, edits in scenarios_of(w.plan.region).items() if any(e.table == "endowments" for e in edits)}
    assert "more-land" in given
    for name, line in zip(w.table["scenario"], w.lines, strict=True):
        gains = name in w.plans and w.table.set_index("scenario").loc[name, "cost"] < 0
        assert ("未计建设费用" in line.text.zh) == (name in given and gains), name

"""Limits without a year, prices of limits on indicators, use that changes over the years, and goals told apart."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

import haihe as hh
from full_region import full_tables, rows
from haihe.messages import HaiheError
from haihe.planning import Session
from haihe.planning.binding import binding_rows, binding_table
from haihe.planning.bounds import Bounded
from haihe.planning.plans import Plan
from haihe.planning.program import Floats
from haihe.planning.results import caps_table, output_of
from haihe.planning.setup import Setup, setup_of
from haihe.planning.specialisation import at_end_share, check_range
from haihe.planning.telling import rough, tell
from haihe.planning.trade_views import binding_view
from haihe.region import Region
from small_region import META


def region() -> Region:
    """Everything at once, with a rule of replacement that leaves room for the projects."""
    t = full_tables()
    t["replacements"]["ratio"] = 0.5
    return Region(t, META)


@cache
def planned() -> Plan:
    return hh.plan(region(), band=False)


# limits without a year


def check_blocks(p: Plan, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Every policy block in turn is made to bind everywhere; no row of it is lost. Gives those without a year."""
    undated = set()
    for block in p.assembly.policies():
        name = block.name
        monkeypatch.setattr(
            type(p.solution), "worth", lambda _, b, name=name: np.full(b.index.shape, b.name == name) * 1.0
        )
        found, table = binding_rows(p), binding_table(p)
        assert len(found) == block.size, name
        assert set(table["row"]) == ({name} if block.size else set())
        dated = "year" in block.dims or name.startswith("target:")
        assert found["year"].notna().all() if dated else found["year"].isna().all(), name
        if not dated and block.size:
            undated.add(name)
            assert table[["since", "until", "year"]].isna().all(axis=None)
            assert (table["years"] == 0).all()
        assert len(list(binding_view(p).shown_rows())) == len(table)
    return undated


def test_every_block_has_its_rows_whether_its_labels_name_a_year_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    t = full_tables()
    t["replacements"]["ratio"] = 0.5
    ceiling = {"region": "harbour", "item": "credit_ceiling", "year": 2017, "value": 5.0, "unit": "亿元"}
    t["finances"] = rows(ceiling)
    assert "credit_ceiling" in check_blocks(hh.plan(Region(t, META), band=False), monkeypatch)


def test_targets_are_told_with_their_year() -> None:
    p = planned()
    table = binding_table(p).set_index("row")
    held = [row for row in table.index if row.startswith("target:")]
    assert held
    assert (table.loc[held, "year"] == 2021).all()
    assert any(line.topic == "limits" for line in tell(p))


# prices of limits on indicators


@cache
def held() -> Plan:
    """A cap on carbon, with value added of steel and consumption of the north held up against it."""
    t = full_tables(projects=False)
    for name in ("endowments", "links", "expansions", "transfers", "replacements"):
        del t[name]
    keep = t["limits"]["limit"].isin(["carbon", "gap"])
    t["limits"] = t["limits"][keep].assign(value=lambda f: f["limit"].map({"carbon": 0.8, "gap": 0.95}))
    growth = {"value": 3.0, "unit": "%", "measure": "growth", "base_year": 2017}
    t["targets"] = t["targets"][t["targets"]["target"] == "hard"].assign(**growth)
    return hh.plan(Region(t, META), band=False)


def check_prices() -> None:
    """As in the table of limits, and as solving again with a little more room says."""
    p = held()
    table = binding_rows(p)
    told = table[table["row"].str.startswith(("limit:", "target:"))]
    assert {"limit:gap", "target:hard"} <= set(told["row"])
    own = p.limits.set_index(["limit", "region", "year"])["price"]
    for row in told.to_dict("records"):
        assert row["unit"] == "yuan/yuan"
        if row["row"] == "limit:gap":
            assert row["price"] == pytest.approx(own["gap", row["place"], row["year"]], rel=1e-9), row
        assert row["price"] == pytest.approx(solved_again(p, row), rel=0.02), row


def solved_again(p: Plan, row: dict[Any, Any], step: float = 1e-4) -> float:
    """Welfare of a slightly lower floor, undiscounted, a bn yuan of its year."""
    stated = [*p.assembly.limits, *p.assembly.targets]
    bounded = next(each.bounded for each in stated if each.bounded.rows.name == row["row"])
    labels = bounded.rows.labels().to_frame(index=False)
    at = 0 if "year" not in labels else int(np.flatnonzero(labels.eq({k: row[v] for k, v in KEYS}).all(axis=1))[0])
    session = Session(p.model.program)
    position = bounded.rows.index.ravel()[at : at + 1]
    lower = session.arrays.row_lower[position]
    session.set_row_bounds(position, lower - step, np.inf)
    gain = p.solution.objective - session.solve(method="ipx").objective
    s = p.model.economy.assumptions
    t = list(s.years).index(row["year"])
    return float(gain / (step * bounded.scales[at]) / (s.weights / s.trend)[t])


KEYS = (("region", "place"), ("year", "year"))


def test_a_limit_on_an_indicator_has_one_price_everywhere() -> None:
    check_prices()


def test_a_price_over_the_trend_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bounded, "price", lambda self, s, i: abs(s.worth(self.rows).ravel() / self.scales))
    with pytest.raises(AssertionError, match="gap"):
        check_prices()


# use that changes over the years


def falling(*, years: tuple[int, ...] = (2017, 2021), fall: float = 0.8) -> Setup:
    """Water use that falls over the years, under a cap on water of the reference's own amount, without projects."""
    t = full_tables(projects=False)
    uses = t["uses"]
    water = uses[uses["resource"] == "water"]
    more = [water.assign(year=year, value=water["value"] * fall) for year in years[1:]]
    t["uses"] = pd.concat([uses, *more], ignore_index=True)
    t["limits"] = rows(
        {"limit": "CAP", "resource": "water", "value": 0.9}, regions="*", sectors="*", sense="cap", year=2021,
        unit="share of reference", pooled=True, name_zh="限制", name_en="limit",
    )  # fmt: skip
    return setup_of(Region(t, META))


def test_a_cap_and_an_endowment_count_the_same_use() -> None:
    setup = falling()
    cap, resource = setup.caps[0], next(r for r in setup.resources if r.name == "water")
    np.testing.assert_allclose(cap.per_output, resource.intensity)
    years = setup.assumptions.years
    ratio = np.interp(years, [2017, 2021], [1.0, 0.8])
    np.testing.assert_allclose(cap.per_output / cap.per_output[..., :1], np.broadcast_to(ratio, cap.per_output.shape))


def test_with_one_year_stated_use_is_the_same_in_every_year() -> None:
    (cap,) = falling(years=(2017,)).caps
    assert (np.ptp(cap.per_output, axis=-1) == 0).all()


def test_a_plan_keeps_a_cap_whose_use_falls() -> None:
    """Use counted again from output stays within the cap, and is what the table of caps says."""
    p = hh.plan(falling().region, band=False)
    e, cap = p.model.economy, p.model.caps["CAP"]
    saved = np.einsum("k,krit->rit", cap.spec.upgraded, p.solution.value(p.model.production.upgraded))
    path: Floats = np.interp(e.assumptions.years, [2017, 2021], [1.0, 0.8])
    use = ((output_of(p.model, p.solution) + saved) * cap.spec.per_output[..., :1] * path).sum(axis=1)
    table = caps_table(p.model, p.solution)
    told = table.pivot_table(index="region", columns="year", values="use").loc[e.members].to_numpy()
    np.testing.assert_allclose(told, use * e.assumptions.trend, rtol=1e-6)
    assert (use.sum(axis=0) <= cap.spec.cap.sum(axis=0) * (1 + 1e-7)).all()


def test_two_rules_on_one_resource_are_named() -> None:
    found = [f for f in falling().findings if f.code == "W-PLN-85"]
    assert [str(f.values["value"]) for f in found] == ["CAP"]  # noqa: PD011
    t = full_tables(projects=False)
    t["limits"] = t["limits"][t["limits"]["limit"] == "carbon"]
    assert not [f for f in setup_of(Region(t, META)).findings if f.code == "W-PLN-85"]


# what no plan can answer


@pytest.mark.parametrize(("limit", "unit"), [("carbon", "share of reference"), ("work", "share of reference")])
def test_a_limit_below_nothing_is_refused_before_anything_is_solved(
    limit: str, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    t = full_tables()
    at = t["limits"]["limit"] == limit
    t["limits"].loc[at, ["value", "unit"]] = [-5.0, unit]
    monkeypatch.setattr(Session, "solve", lambda *_, **__: pytest.fail("solved"))
    with pytest.raises(HaiheError) as caught:
        hh.plan(Region(t, META))
    (finding,) = caught.value.findings
    assert (finding.code, finding.table, finding.row) == ("E-PLN-30", "limits", int(np.flatnonzero(at)[0]) + 2)


def test_limits_that_cost_a_lot_are_answered_by_the_closed_range() -> None:
    p = planned()
    share = p.loss / p.consumption
    whole = p.consumption
    said = {loss: [f.code for f in check_range(p.model, p.base, loss * whole)] for loss in (0.0, 0.04, 0.06)}
    assert said == {0.0: [], 0.04: [], 0.06: ["W-PLN-86"]}
    assert at_end_share(p.model, p.base) == 0.0
    codes = {f.code for f in p.findings}
    assert ("W-PLN-86" in codes) == (share > 0.05 or at_end_share(p.model, p.solution) > 0.1)


# goals told apart from projects


@cache
def striving() -> Plan:
    return hh.plan(region(), band=False, goals=["welfare", "jobs@north/2021"])


def check_goals(p: Plan) -> None:
    usual = planned()
    assert p.brought == pytest.approx(usual.gain, rel=1e-6)
    assert p.given_up == pytest.approx(p.solution.objective - usual.solution.objective, rel=1e-6)
    assert p.given_up > 0
    said = {topic: [line.text.zh for line in tell(p) if line.topic == topic] for topic in ("cost", "goals", "projects")}
    assert f"候选项目挽回约 {rough(10 * usual.gain)} 亿元" in said["cost"][0]
    assert f"另付出约 {rough(10 * p.given_up)} 亿元" in said["goals"][0]
    assert len(said["goals"]) == 2
    assert f"共增加福利约 {rough(10 * usual.gain)} 亿元" in said["projects"][0]
    assert f"projects add {usual.gain:.1f}" in repr(p)


def test_projects_and_goals_are_told_apart() -> None:
    check_goals(striving())


def test_a_plan_that_forgets_its_stage_before_goals_is_noticed() -> None:
    fields: dict[str, Any] = {f: getattr(striving(), f) for f in striving().__dataclass_fields__}
    with pytest.raises(AssertionError):
        check_goals(Plan(**fields | {"chosen": None}))


def test_without_goals_nothing_is_said_of_them() -> None:
    p = planned()
    assert p.given_up == 0.0
    assert p.brought == p.gain
    assert not [line for line in tell(p) if line.topic == "goals"]

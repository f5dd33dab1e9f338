"""Projects and money read from tables: what the rules give them, what is refused, what is said, what is not limited."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from haihe.messages import HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.economy import Economy
from haihe.planning.inputs import economy_of
from haihe.planning.leverage import MEANINGS, leverage_table
from haihe.planning.money_inputs import ITEMS, money_of
from haihe.planning.project_inputs import district_of, held_over, member_of, projects_of
from haihe.planning.project_support import BASES, support_table
from haihe.region import Region, read
from haihe.rules import Rulebook, read_schemes

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "jing-jin-ji"
FEN = 1e6
"""Fen in 10,000 yuan."""
TODAY = dt.date(2026, 1, 1)
PROOF = {"source": "DEMO", "quality": "illustrative"}


@pytest.fixture(scope="module")
def economy() -> Economy:
    region = read(EXAMPLE)
    return economy_of(region, Assumptions.of(region))


@pytest.fixture(scope="module")
def region() -> Region:
    """The example without the large tables that no project rests on."""
    whole = read(EXAMPLE)
    large = {name: whole[name].iloc[:1] for name in ("accounts", "uses", "flows", "known_totals") if whole.has(name)}
    return Region({**whole.tables, **large}, whole.meta)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return read_schemes(EXAMPLE / "rules")


def with_projects(region: Region, *rows: dict[str, Any], site: str = "TJ-BH") -> Region:
    """The example with these projects only, each at one site."""
    frame = pd.DataFrame([{"sector": "MCH", "output": 1000.0, "start": 2027, **row} for row in rows])
    frame["name_zh"] = frame["name_en"] = frame["project"]
    frame = frame.assign(**PROOF)
    sites = pd.DataFrame({"project": frame["project"], "region": site, **PROOF})
    empty = region["project_resources"].iloc[:0]
    changed = region.with_table("projects", frame).with_table("project_sites", sites)
    return changed.with_table("project_resources", empty)


# Worked cases of the rules: article, investment, equipment (万元), energy saved (tce); support, city, district (万元).
WORKED = {
    "upgrade with 120 mn of equipment": ("UPGRADE", 15000, 12000, None, 1200, 600, 600),
    "upgrade with 620 mn meets the cap": ("UPGRADE", 70000, 62000, None, 5000, 2500, 2500),
    "total investment of 9 mn is too small": ("UPGRADE", 900, 800, None, 0, 0, 0),
    "base re-engineering with 200 mn": ("BASE", 25000, 20000, None, 3000, 1500, 1500),
    "12,000 tce saved meet the cap": ("SAVING", 5000, 100, 12000, 400, 400, 0),
    "a cheap saving project is held to 30 %": ("SAVING", 900, 100, 12000, 270, 270, 0),
    "945 tce": ("SAVING", 500, 100, 945, 37.8, 37.8, 0),
    "digital pilot of 20 mn": ("DIGITAL-NATION", 2000, 1000, None, 500, 250, 250),
}


@pytest.mark.parametrize("name", WORKED)
def test_worked_cases_of_the_rules(name: str, region: Region, book: Rulebook) -> None:
    article, investment, equipment, saving, support, city, district = WORKED[name]
    row = {"project": "P1", "article": article, "investment": investment, "equipment": equipment, "saving": saving}
    got = support_table(with_projects(region, row), book, TODAY).iloc[0]
    assert got["support"] == round(support * FEN)
    assert (got["city"], got["district"]) == (round(city * FEN), round(district * FEN))
    assert got["state"] == ("eligible" if support else "ineligible")


def test_city_and_district_add_up_to_the_fen(region: Region, book: Rulebook) -> None:
    rng = np.random.default_rng(0)
    rows = [
        {"project": f"P{k}", "article": article, "investment": 9e5, "equipment": round(float(rng.uniform(100, 7e4)), 6)}
        for k, article in enumerate(["UPGRADE", "CHAIN-GAP", "BASE", "ADAPT", "DIGITAL-CITY"] * 20)
    ]
    for rules in (book, None):
        table = support_table(with_projects(region, *rows), rules, TODAY)
        assert (table["support"] > 0).all()
        assert (table["support"] == table["city"] + table["district"]).all()
        assert (table[["city", "district"]] >= 0).all(axis=None)


def test_rules_and_their_table_agree_where_both_speak(region: Region, book: Rulebook) -> None:
    by_rule, by_table = (support_table(region, rules, TODAY) for rules in (book, None))
    both = (by_rule["basis"] == "rule") & (by_table["basis"] == "table")
    assert both.sum() > 50
    assert (by_rule.loc[both, "support"] == by_table.loc[both, "support"]).all()


def test_the_basis_is_said(region: Region, book: Rulebook) -> None:
    table = support_table(region, book, TODAY)
    assert set(table["basis"]) <= set(BASES)
    of = table.groupby("article")["basis"].agg(lambda names: set(names))
    assert of["UPGRADE"] == {"rule"}
    assert of["DIGITAL-CITY"] == {"draft"}
    assert of["SAVING"] == {"expired"}
    assert of[""] == {"none"}
    before = support_table(region, book, dt.date(2020, 6, 1))
    assert set(before.loc[before["article"] == "SAVING", "basis"]) == {"rule"}


def test_projects_of_the_example(region: Region, book: Rulebook, economy: Economy) -> None:
    spec = projects_of(region, economy, book=book)
    assert spec is not None
    s = economy.assumptions
    assert spec.project.size == len(spec.options) == len(set(spec.options))
    new = ~spec.committed[spec.project]
    assert ((spec.start[new] >= s.first_year) & (spec.start[new] <= s.last_year)).all()
    assert (spec.done > spec.start).all()
    own = region["projects"].set_index("project")
    np.testing.assert_allclose(spec.capacity, own.loc[list(spec.projects), "output"] * 1e-5)
    cheapest = np.full(len(spec.projects), np.inf)
    np.minimum.at(cheapest, spec.project, spec.investment)
    np.testing.assert_allclose(cheapest, own.loc[list(spec.projects), "investment"] * 1e-4)
    np.testing.assert_allclose(spec.city + spec.district, spec.award, atol=1e-12)
    assert not (spec.award[spec.anyway] > 0).any()
    assert (spec.award <= own["equipment"].fillna(0).to_numpy() * 1e-4).all()
    np.testing.assert_array_equal(
        np.bincount(spec.project[spec.reference], minlength=120) > 0, spec.anyway | spec.committed
    )
    assert (spec.start[spec.reference] == np.maximum(own["start"].to_numpy()[spec.project[spec.reference]], np.where(
        spec.committed[spec.project[spec.reference]], 0, s.first_year))).all()  # fmt: skip
    assert spec.quality == "illustrative"


def test_paying_only_what_is_needed(region: Region, book: Rulebook, economy: Economy) -> None:
    given, needed = (projects_of(region, economy, book=book, pay=pay) for pay in ("rule", "need"))
    assert given is not None
    assert needed is not None
    paid = given.award > 0
    np.testing.assert_array_equal(paid, needed.award > 0)
    np.testing.assert_allclose(needed.award[paid], needed.need[paid])
    assert (needed.award <= given.award + 1e-12).all()
    assert given.award.sum() > needed.award.sum() > 0


@pytest.mark.parametrize(
    ("code", "table", "column", "value", "row"),
    [
        ("E-PLN-42", "projects", "start", None, 7),
        ("E-PLN-45", "project_sites", "project", "P002", 0),
    ],
)
def test_refused(code: str, table: str, column: str, value: Any, row: int, region: Region, economy: Economy) -> None:
    frame = region[table].copy()
    frame.loc[row, column] = value
    with pytest.raises(HaiheError) as error:
        projects_of(region.with_table(table, frame), economy)
    assert code in [finding.code for finding in error.value.findings]
    for finding in error.value.findings:
        assert finding.text("zh")
        assert finding.text("en")


def test_sector_and_site_outside_the_plan_are_refused(region: Region, economy: Economy) -> None:
    frame = region["projects"].copy()
    frame.loc[3, "sector"] = "NOSUCH"
    with pytest.raises(HaiheError, match="E-PLN-41"):
        projects_of(region.with_table("projects", frame), economy)
    sites = region["project_sites"].copy()
    sites.loc[5, "region"] = "RC"
    with pytest.raises(HaiheError, match="E-PLN-41"):
        projects_of(region.with_table("project_sites", sites), economy)


def test_negative_money_is_refused(region: Region, economy: Economy) -> None:
    frame = region["projects"].copy()
    frame.loc[3, "need"] = -1.0
    changed = region.with_table("projects", frame)
    with pytest.raises(HaiheError, match="E-PLN-43"):
        projects_of(changed, economy)
    spec = projects_of(region, economy)
    assert spec is not None
    finances = region["finances"].copy()
    at = finances.index[finances["item"] == "matching_capacity"][0]
    finances.loc[at, "value"] = -1.0
    with pytest.raises(HaiheError, match="E-PLN-43"):
        money_of(region.with_table("finances", finances), economy, spec)


def test_a_fund_without_an_article_is_refused(region: Region, economy: Economy) -> None:
    spec = projects_of(region, economy)
    assert spec is not None
    rules = region["rules"]
    with pytest.raises(HaiheError, match="E-PLN-40"):
        money_of(region.with_table("rules", rules[rules["fund"] != "TECH"]), economy, spec)


def test_promises_above_the_budget_are_refused(region: Region, economy: Economy) -> None:
    spec = projects_of(region, economy)
    assert spec is not None
    budgets = region["budgets"].copy()
    budgets["promised"] = np.where(budgets["year"] == 2027, budgets["value"] + 1, 0.0)
    with pytest.raises(HaiheError, match="E-PLN-46"):
        money_of(region.with_table("budgets", budgets), economy, spec)


def test_shares_of_money_that_cannot_hold_are_refused(region: Region, economy: Economy) -> None:
    spec = projects_of(region, economy)
    assert spec is not None
    for change in ({"least": 0.9}, {"most": 0.2, "least": 0.0}):
        financing = region["financing"].assign(**change)
        with pytest.raises(HaiheError, match="E-PLN-44"):
            money_of(region.with_table("financing", financing), economy, spec)


def codes(spec: Any) -> list[str]:
    return [finding.code for finding in spec.findings]


def test_said_and_not_hidden(region: Region, economy: Economy) -> None:
    """A need beyond every site, a support the rules do not reach, a start beyond the horizon, a missing need."""
    rows = (
        {"project": "P1", "article": "UPGRADE", "investment": 2000.0, "equipment": 1000.0, "need": 500.0},
        {"project": "P2", "article": "UPGRADE", "investment": 2000.0, "equipment": 1000.0},
        {"project": "P3", "investment": 2000.0, "start": 2030, "construction": 20.0},
        {"project": "P4", "article": "LEADING", "investment": 2000.0, "need": 0.0},
    )
    changed = with_projects(region, *rows)
    needs = pd.DataFrame({"project": ["P1"], "resource": ["land"], "value": [1e7], "unit": ["亩"], **PROOF})
    endowments = region["endowments"].assign(purpose="projects")
    changed = changed.with_table("project_resources", needs).with_table("endowments", endowments)
    spec = projects_of(changed, economy)
    assert spec is not None
    assert {"W-PLN-40", "W-PLN-41", "W-PLN-42", "W-PLN-43", "N-PLN-46", "N-PLN-47"} <= set(codes(spec))
    assert spec.short.tolist() == [True, False, False, False]
    assert spec.need[1] == spec.award[1] == pytest.approx(0.01)
    assert "P3" not in {name.split("|")[0] for name in spec.options}
    for finding in spec.findings:
        assert finding.text("zh")
        assert finding.text("en")


def test_a_resource_counts_only_where_it_is_for_projects(region: Region, economy: Economy) -> None:
    rows = ({"project": "P1", "investment": 2000.0},)
    needs = pd.DataFrame({"project": ["P1"], "resource": ["lab"], "value": [10.0], "unit": ["机时"], **PROOF})
    changed = with_projects(region, *rows).with_table("project_resources", needs)
    rows_ = pd.DataFrame(
        {"region": "TJ-BH", "resource": "lab", "year": [2026, 2028], "value": [50.0, 70.0], "unit": "机时", **PROOF}
    )
    for purpose, room in (("economy", np.inf), ("projects", 50.0)):
        spec = projects_of(changed.with_table("endowments", rows_.assign(purpose=purpose)), economy)
        assert spec is not None
        assert spec.room[0, 0, 0] == room
    assert spec.room[0, 0, spec.years.index(2029)] == 70.0


def test_money_of_the_example(region: Region, book: Rulebook, economy: Economy) -> None:
    spec = projects_of(region, economy, book=book)
    assert spec is not None
    funds = money_of(region, economy, spec)
    assert set(funds.districts) == {district_of(region, site, economy.members) for site in spec.sites}
    city = funds.budgets.index(("MFG", "TJ"))
    rows = region["budgets"].query("fund == 'MFG' and region == 'TJ'").set_index("year")
    for y, year in enumerate(funds.years):
        assert funds.budget[city, y] == pytest.approx(rows.loc[min(year, rows.index.max()), "value"])
    assert (funds.promised <= funds.budget).all()
    paid = spec.award[spec.project] > 0
    assert (funds.city_budget[paid] >= 0).all()
    assert (funds.advance >= 0).all()
    assert (funds.borrowing >= 0).all()
    assert np.isfinite(funds.matching).all()
    assert funds.years[-1] >= spec.done.max() + funds.delay
    assert (funds.least.sum(axis=1) <= 1).all()
    assert (funds.most.sum(axis=1) >= 1).all()


def test_what_is_not_known_is_not_limited_and_said(region: Region, economy: Economy) -> None:
    spec = projects_of(region, economy)
    assert spec is not None
    bare = region
    for name in ("budgets", "finances", "financing"):
        bare = bare.with_table(name, region[name].iloc[:0])
    funds = money_of(bare, economy, spec)
    assert funds.budgets == ()
    assert (funds.city_budget == -1).all()
    assert np.isinf(funds.matching).all()
    assert np.isinf(funds.credit).all()
    assert codes(funds).count("N-PLN-45") == 3
    table = region["finances"].copy()
    table.loc[0, "item"] = "matching_capcity"
    said = money_of(region.with_table("finances", table), economy, spec).findings
    assert next(f.text("en") for f in said if f.code == "W-PLN-48").find("matching_capacity") > 0


def test_budget_years_that_are_missing_are_said(region: Region, economy: Economy) -> None:
    spec = projects_of(region, economy)
    assert spec is not None
    budgets = region["budgets"]
    funds = money_of(region.with_table("budgets", budgets[budgets["year"] != 2028]), economy, spec)
    assert "W-PLN-44" in codes(funds)
    city = funds.budgets.index(("MFG", "TJ"))
    assert funds.budget[city, funds.years.index(2028)] == funds.budget[city, funds.years.index(2027)]
    assert codes(funds).count("N-PLN-49") == 1
    assert "W-PLN-44" not in codes(money_of(region, economy, spec))


def test_figures_are_held_from_the_last_known_year() -> None:
    known, values = np.array([2028, 2026]), np.array([3.0, 1.0])
    assert held_over(known, values, range(2025, 2031)).tolist() == [1, 1, 1, 3, 3, 3]


def test_the_tree_says_where_a_site_lies(region: Region) -> None:
    members = ["BJ", "TJ", "HE"]
    parks = region["regions"].query("level == 'park'")["region"].tolist()
    for code in parks:
        member = member_of(region, code, members)
        if member:
            assert member_of(region, district_of(region, code, members), members) == member
    assert member_of(region, "TJ-BH", members) == "TJ"
    assert district_of(region, "TJ-BH", members) == "TJ-BH"
    assert district_of(region, "TJ", members) == "TJ"
    assert member_of(region, "AB", members) is None


def test_leverage_has_four_meanings_and_none_is_made_up(region: Region) -> None:
    table = leverage_table(region)
    facts = region["fund_money"]
    for meaning in MEANINGS:
        stated = facts[facts["item"] == meaning]
        assert table[meaning].notna().sum() == len(stated)
        times = table[f"{meaning}_times"]
        np.testing.assert_allclose(times.dropna(), (table[meaning] / table["public"]).dropna())
        assert times.notna().sum() <= len(stated)
    assert table["committed_times"].isna().any(), "nothing is divided by public money that is not known"
    green = table.query("part == 'green'").iloc[0]
    assert green["paid_in_times"] == pytest.approx(4.36, abs=0.005)
    assert leverage_table(region.with_table("fund_money", facts.iloc[:0])).empty


def test_every_item_of_public_finances_has_words() -> None:
    assert all(text.zh and text.en for text in ITEMS.values())

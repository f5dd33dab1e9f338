"""Money of projects worked out by hand: budgets, matching, debt, credit, promises first, and prices; and in an economy."""

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from haihe.planning.leverage import money_per_support
from haihe.planning.project_results import budgets_table, fiscal_table, projects_table
from haihe.planning.projects import YI
from money_cases import FIRST, TIMES, economy_case, paid, planned, spec_of
from money_cases import money_of as money_for

FREE = (0.0, 0.0, 0.0)


def test_one_budget_is_a_knapsack() -> None:
    """Every vertex of a problem with one budget has at most one project that is chosen in part: try them all."""
    rng = np.random.default_rng(3)
    n, award = 6, rng.uniform(0.1, 1.0, 6)
    worth = rng.uniform(0.1, 1.0, 6)
    spec = spec_of(n, investment=10.0, award=award, city=1.0, build=1)
    budget = np.zeros(2)
    budget[1] = 0.45 * award.sum()
    p = paid(spec, money_for(spec, city=budget, fee=FREE), worth)
    s = p.solve()
    best = 0.0
    for size in range(n + 1):
        for chosen in combinations(range(n), size):
            left = budget[1] - award[list(chosen)].sum()
            if left < 0:
                continue
            others = [k for k in range(n) if k not in chosen]
            part = max((min(1.0, left / award[k]) * worth[k] for k in others), default=0.0)
            best = max(best, worth[list(chosen)].sum() + part)
    assert -s.objective == pytest.approx(best)
    used = budgets_table(TIMES, p.money, s).query("region == 'C'")
    assert used["used"].tolist() == pytest.approx([0.0, budget[1]])


def test_a_district_that_cannot_pay_its_half_borrows_then_pays_ahead_then_leaves_the_rest() -> None:
    """Award 2, half of it the district's: it has 0.3 a year, may borrow 0.2 in all, and pay 0.1 ahead, cleared after."""
    spec = spec_of(1, investment=10.0, award=2.0, build=1)

    def share(**money: Any) -> float:
        funds = money_for(spec, fee=FREE, delay=1, **money)
        return float(paid(spec, funds, [1.0]).chosen(paid(spec, funds, [1.0]).solve())[0])

    years = len(money_for(spec, delay=1).years)
    due = np.zeros(years)
    due[1:] = 0.3
    assert share(matching=due) == pytest.approx(0.6)
    assert share(matching=due, borrowing=0.2) == pytest.approx(0.8)
    # Paying ahead moves money between the two years in which it may be paid, and the sum stays what it is.
    assert share(matching=due, advance=0.1) == pytest.approx(0.6)
    early = due.copy()
    early[1], early[2] = 0.0, 0.6
    assert share(matching=early, advance=0.1) == pytest.approx(0.6)
    only = money_for(spec, fee=FREE, delay=0, matching=np.array([0.0, 0.3]), advance=0.1)
    assert paid(spec, only, [1.0]).chosen(paid(spec, only, [1.0]).solve())[0] == pytest.approx(0.3)


def test_paying_ahead_bridges_a_late_budget() -> None:
    spec = spec_of(2, investment=10.0, award=0.4, build=1)
    late = replace(spec, done=np.array([FIRST + 1, FIRST + 2]))
    years = (0.0, 0.0, 0.5)
    without = money_for(late, fee=FREE, matching=np.array(years))
    ahead = money_for(late, fee=FREE, matching=np.array(years), advance=0.1)
    assert paid(late, without, [1.0, 0.1]).chosen(paid(late, without, [1.0, 0.1]).solve()) == pytest.approx([0.0, 1.0])
    p = paid(late, ahead, [1.0, 0.1])
    s = p.solve()
    assert p.chosen(s) == pytest.approx([0.5, 1.0])
    table = fiscal_table(TIMES, p.money, s).query("district == 'D0'")
    assert table["ahead"].tolist() == pytest.approx([0.0, 0.1, 0.0])


def test_scarce_credit_is_made_up_by_dearer_private_money() -> None:
    spec = spec_of(1, investment=10.0)
    rules = {"least": (0.2, 0.0, 0.0), "most": (0.3, 1.0, 1.0), "fee": (0.0, 0.005, 0.01)}
    for credit, bank in ((100.0, 7.0), (4.0, 4.0)):
        p = paid(spec, money_for(spec, credit=credit, **rules), [1.0])
        s = p.solve()
        assert s.value(p.money.firm)[0] == pytest.approx([3.0, bank, 7.0 - bank])
        cost = YI * (0.005 * bank + 0.01 * (7.0 - bank))
        assert -s.objective == pytest.approx(1.0 - cost)


def test_promises_are_paid_before_anything_new_however_late() -> None:
    """The started project is due 1 in 2027 and the city has 0.3 a year: three years go to it, the last 0.1 stays owed."""
    spec = spec_of(2, investment=10.0, award=[1.0, 0.3], city=1.0, build=1, committed=(0,))
    funds = money_for(spec, city=0.3, fee=FREE, delay=2)
    p = paid(spec, funds, [0.0, 5.0])
    s = p.solve()
    assert p.chosen(s) == pytest.approx([1.0, 0.0])
    assert s.value(p.money.payments.owed).tolist() == pytest.approx([0.1])
    assert budgets_table(TIMES, p.money, s).query("region == 'C' and year > 2026")["gain"].isna().all()
    more = money_for(spec, city=0.5, fee=FREE, delay=2)
    q = paid(spec, more, [0.0, 5.0])
    t = q.solve()
    assert q.chosen(t) == pytest.approx([1.0, 1.0])
    assert t.value(q.money.payments.owed).tolist() == pytest.approx([0.0])


def test_without_any_money_or_room_there_still_is_a_plan() -> None:
    """What was started is built and owed everything; what is built anyway gives way; nothing is infeasible."""
    spec = spec_of(
        3, investment=10.0, award=[1.0, 0.0, 1.0], committed=(0,), anyway=(1,),
        uses=np.ones((3, 1)), room=np.zeros((2, 1)),
    )  # fmt: skip
    p = paid(spec, money_for(spec, city=0.0, district=0.0, matching=0.0, credit=0.0), [1.0, 1.0, 1.0])
    s = p.solve()
    assert p.chosen(s).tolist() == pytest.approx([1.0, 0.0, 0.0])
    assert s.value(p.money.payments.owed).tolist() == pytest.approx([1.0])


def test_unlimited_where_not_known() -> None:
    """Without a budget, without money for matching and without a ceiling nothing stands in the way."""
    spec = spec_of(3, investment=10.0, award=1.0)
    funds = money_for(spec)
    none = np.full(spec.project.size, -1)
    p = paid(spec, replace(funds, city_budget=none, district_budget=none), [1.0, 1.0, 1.0])
    s = p.solve()
    assert p.chosen(s) == pytest.approx(1.0)
    assert fiscal_table(TIMES, p.money, s)[["capacity", "borrowed", "ahead", "price"]].isna().all(axis=None)


def test_a_project_that_needs_more_than_the_rules_give_is_not_built_and_says_so() -> None:
    spec = spec_of(2, investment=10.0, award=[0.0, 1.0], need=[0.5, 0.8])
    p = paid(spec, money_for(spec), [1.0, 1.0])
    s = p.solve()
    assert p.chosen(s) == pytest.approx([0.0, 1.0])
    table = projects_table(p.session.program, p.projects, p.money, s)
    assert table["bound"].tolist() == ["rules", ""]


def test_what_binds_is_named() -> None:
    spec = spec_of(2, investment=10.0, award=1.0, build=1)
    p = paid(spec, money_for(spec, city=0.5, district=2.0, matching=3.0), [1.0, 0.5])
    table = projects_table(p.session.program, p.projects, p.money, p.solve())
    assert table["status"].tolist() == ["chosen", "not"]
    assert (table.loc[1, "bound"], table.loc[1, "bound_by"]) == ("budget", "F|C")
    p = paid(spec, money_for(spec, city=2.0, district=2.0, matching=0.5), [1.0, 0.5])
    table = projects_table(p.session.program, p.projects, p.money, p.solve())
    assert (table.loc[1, "bound"], table.loc[1, "bound_by"]) == ("matching", "D0")


def test_price_in_money_of_its_own_year() -> None:
    """A budget of a later year is worth its gain over that year's discount factor: 1.08 a year."""
    spec = spec_of(1, investment=10.0, award=1.0, city=1.0, build=4)
    p = paid(spec, money_for(spec, city=0.5, fee=FREE), [0.2])
    row = budgets_table(TIMES, p.money, p.solve()).query("region == 'C' and gain > 0").iloc[0]
    assert row["year"] == FIRST + 4
    assert row["gain"] == pytest.approx(0.2 / YI)
    assert row["price"] == pytest.approx(row["gain"] * 1.08**4)


def test_money_beside_support_is_counted_by_its_own_name() -> None:
    spec = spec_of(2, investment=10.0, award=[1.0, 0.0], anyway=(1,))
    p = paid(spec, money_for(spec, most=(0.3, 0.4, 1.0), least=(0.3, 0.0, 0.0)), [1.0, 1.0])
    table = money_per_support(p.projects, p.money, p.solve())
    assert table.loc[0, ["projects", "support", "own", "bank", "private"]].tolist() == pytest.approx([1, 1, 3, 4, 2])
    assert table.loc[0, "bank_private"] == pytest.approx(6.0)
    assert table.loc[0, "all"] == pytest.approx(9.0)


# --- in an economy ------------------------------------------------------------------------------------------------------


def test_a_fund_decides_between_projects_of_an_economy() -> None:
    """Two equal projects in two members, a budget for one: the better one is paid, and a bit more budget is worth it."""
    built = economy_case().build()
    spec = spec_of(2, sites=[[0], [1]], members=(0, 1), investment=0.1, capacity=0.02, sector=1, award=0.01, city=1.0)
    base = built.free().objective

    def plan(budget: float) -> tuple[float, np.ndarray, float]:
        p = planned(built, spec, money_for(spec, city=budget, fee=FREE))
        s = p.solve()
        gain = budgets_table(built.economy.assumptions, p.money, s)["gain"].sum() if p.money else 0.0
        return base - s.objective, s.value(p.projects.choice), gain

    none, one, both = plan(0.0), plan(0.01), plan(0.02)
    assert none[0] == pytest.approx(0.0, abs=1e-9)
    assert sorted(one[1].tolist()) == pytest.approx([0.0, 1.0])
    assert both[1].tolist() == pytest.approx([1.0, 1.0])
    assert 0 < one[0] < both[0]
    part = plan(0.013)
    step = plan(0.0131)[0] - part[0]
    assert part[2] * 0.0001 * YI == pytest.approx(step, rel=1e-3)

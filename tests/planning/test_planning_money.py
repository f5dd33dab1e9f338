"""Money of projects: budgets, matching, debt, credit, promises first; against an own build; and broken on purpose."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from haihe.planning import money
from haihe.planning.money import KINDS, LAST_RESORT, OWED, MoneySpec, discount_of
from haihe.planning.program import Program
from haihe.planning.project_results import budgets_table, fiscal_table, funding_table, projects_table
from haihe.planning.projects import YI, ProjectSpec
from haihe.planning.solver import Solution
from money_cases import FIRST, TIMES, Paid, paid, spec_of
from money_cases import money_of as money_for


def worth_of(spec: ProjectSpec, values: Any) -> np.ndarray:
    """A worth an option: later starts are worth a little less."""
    later = 0.97 ** (spec.start - FIRST)
    return np.asarray(values, dtype=float)[spec.project] * later


def peer(spec: ProjectSpec, funds: MoneySpec, worth: np.ndarray) -> float:
    """The same problem written out once more, row by row, for another solver; gives the best worth."""
    names: list[tuple[Any, ...]] = [("z", o) for o in range(spec.project.size)]
    names += [("f", o, m) for o in range(spec.project.size) for m in KINDS]
    last = len(funds.years) - 1
    due = np.maximum(spec.done - funds.years[0], 0)
    for o, p in enumerate(spec.project):
        if spec.award[p] > 0:
            until = last if spec.committed[p] else due[o] + funds.delay
            names += [("s", o, y) for y in range(due[o], until + 1)]
            names += [("owed", o)] if spec.committed[p] else []
    for n in range(len(funds.districts)):
        names += [(kind, n, y) for kind in ("borrow", "ahead") for y in range(last + 1)]
    at = {name: k for k, name in enumerate(names)}
    cost, bounds = np.zeros(len(names)), [(0.0, None)] * len(names)
    upper: list[tuple[dict[Any, float], float]] = []
    equal: list[tuple[dict[Any, float], float]] = []
    for o, p in enumerate(spec.project):
        cost[at["z", o]] = -worth[o]
        blocked = spec.need[p] > 0 and spec.award[p] == 0 and not spec.committed[p]
        bounds[at["z", o]] = (0.0, 0.0 if blocked else 1.0)
        for m, kind in enumerate(KINDS):
            cost[at["f", o, kind]] = funds.fee[o, m] * YI * float(discount_of(TIMES, spec.start[o : o + 1])[0])
            upper.append(({("f", o, kind): 1.0, ("z", o): -funds.most[o, m] * spec.investment[o]}, 0.0))
            upper.append(({("f", o, kind): -1.0, ("z", o): funds.least[o, m] * spec.investment[o]}, 0.0))
        pays = {name: 1.0 for name in names if name[0] in ("s", "owed") and name[1] == o}
        if ("owed", o) in at:
            cost[at["owed", o]] = OWED * YI
        equal.append(({**pays, **{("f", o, kind): 1.0 for kind in KINDS}, ("z", o): -spec.investment[o]}, 0.0))
        if spec.award[p] > 0:
            equal.append(({**pays, ("z", o): -spec.award[p]}, 0.0))
    for p in range(len(spec.projects)):
        rows = {("z", o): 1.0 for o in np.flatnonzero(spec.project == p)}
        (equal if spec.committed[p] else upper).append((rows, 1.0))
    share = {p: spec.city[p] / spec.award[p] for p in range(len(spec.projects)) if spec.award[p] > 0}
    payments = [name for name in names if name[0] == "s"]
    for b in range(len(funds.budgets)):
        for y in range(last + 1):
            row = {}
            for name in payments:
                _, o, year = name
                own = share[spec.project[o]]
                part = own * (funds.city_budget[o] == b) + (1 - own) * (funds.district_budget[o] == b)
                if year == y and part:
                    row[name] = part
            upper.append((row, funds.budget[b, y] - funds.promised[b, y]))
    for n in range(len(funds.districts)):
        if not np.isfinite(funds.matching[n]).all():
            continue
        for y in range(last + 1):
            bounds[at["ahead", n, y]] = (None, None)
            cost[at["borrow", n, y]] = LAST_RESORT * YI
            cost[at["ahead", n, y]] = LAST_RESORT * YI * (last + 1 - y)
            row = {s: 1 - share[spec.project[s[1]]] for s in payments if funds.district[s[1]] == n and s[2] == y}
            upper.append(({**row, ("borrow", n, y): -1.0, ("ahead", n, y): -1.0}, funds.matching[n, y]))
            upper.append(({("borrow", n, k): 1.0 for k in range(y + 1)}, funds.borrowing[n]))
            ahead = {("ahead", n, k): 1.0 for k in range(y + 1)}
            upper.append((ahead, funds.advance[n] if y < last else 0.0))
            upper.append((dict.fromkeys(ahead, -1.0), 0.0))
    for n in np.flatnonzero(np.isfinite(funds.credit)):
        new = [o for o in np.flatnonzero(funds.district == n) if not spec.committed[spec.project[o]]]
        upper.append(({("f", o, "bank"): 1.0 for o in new}, funds.credit[n]))

    def dense(rows: list[tuple[dict[Any, float], float]]) -> tuple[np.ndarray, np.ndarray]:
        matrix = np.zeros((len(rows), len(names)))
        for k, (row, _) in enumerate(rows):
            for name, value in row.items():
                matrix[k, at[name]] = value
        right = np.array([value for _, value in rows])
        return matrix[np.isfinite(right)], right[np.isfinite(right)]

    a, b = dense(upper)
    c, d = dense(equal)
    found = linprog(cost, a, b, c, d, bounds, method="highs")
    assert found.status == 0, found.message
    return float(-found.fun)


# --- checks, each also run on a broken model ------------------------------------------------------------------------


def case(seed: int) -> tuple[Paid, Solution, ProjectSpec, MoneySpec, np.ndarray]:
    """Draw five projects, two districts, budgets, fiscal space, credit; one started, one built anyway."""
    rng = np.random.default_rng(seed)
    n = 5
    cost = rng.uniform(0.5, 3.0, n)
    award = 0.1 * cost * rng.uniform(0.5, 1.5, n)
    award[rng.integers(n)] *= float(rng.integers(2))
    spec = spec_of(
        n,
        sites=[list(rng.permutation(2)[: rng.integers(1, 3)]) if p != 1 else [0] for p in range(n)],
        starts=1 if seed % 2 else 2,
        investment=cost,
        award=award,
        city=float(rng.uniform(0.2, 0.8)),
        committed=(),
        anyway=(0,),
    )
    own = spec.project == 1
    committed = np.arange(n) == 1
    first = ~own | (spec.start == FIRST)
    keep = {
        name: getattr(spec, name)[first]
        for name in ("project", "site", "member", "start", "done", "investment", "reference")
    }
    spec = replace(spec, committed=committed, **keep)
    years = int(spec.done.max()) - FIRST + 2
    funds = money_for(
        spec,
        city=rng.uniform(0.02, 0.2, years),
        district=rng.uniform(0.02, 0.2, (2, years)),
        matching=rng.uniform(0.0, 0.1, (2, years)),
        advance=float(rng.uniform(0, 0.05)),
        borrowing=float(rng.uniform(0, 0.1)),
        credit=float(rng.uniform(0.2, 2.0)),
        most=(0.5, 0.6, 0.7),
        delay=1,
    )
    worth = worth_of(spec, rng.uniform(0.01, 0.1, n) * cost)
    p = paid(spec, funds, worth)
    return p, p.solve(), spec, funds, worth


def check_peer(seed: int) -> None:
    _, s, spec, funds, worth = case(seed)
    gain = worth[spec.reference].sum() - s.objective  # the reference path's projects stand in the objective as given
    assert gain == pytest.approx(peer(spec, funds, worth), abs=1e-8), "another build finds another optimum"


def check_budgets(seed: int) -> None:
    """No budget is exceeded, counted from the list of payments."""
    p, s, _, funds, _ = case(seed)
    table = funding_table(p.projects, p.money, s)
    public = table[table["payer"].isin(["city", "district"])]
    for b, (_, region) in enumerate(funds.budgets):
        used = public[public["region"] == region].groupby("year")["amount"].sum()
        for y, year in enumerate(funds.years):
            assert used.get(year, 0.0) <= funds.budget[b, y] + 1e-6, f"{region} pays too much in {year}"
    left = budgets_table(TIMES, p.money, s)["left"]
    assert left.min() >= -1e-6


def check_sources(seed: int) -> None:
    """Every project's money adds up to its investment, city and district to its support, within the shares allowed."""
    p, s, spec, funds, _ = case(seed)
    z = p.chosen(s)
    firm = s.value(p.money.firm)
    pay = p.money.payments
    support = np.bincount(pay.option, s.value(pay.amount), z.size)
    owed = np.zeros(z.size)
    owed[pay.paid[spec.committed[spec.project[pay.paid]]]] = s.value(pay.owed)
    np.testing.assert_allclose(support + owed + firm.sum(axis=1), spec.investment * z, atol=1e-8)
    assert (firm <= (funds.most * spec.investment[:, None]) * z[:, None] + 1e-8).all()
    assert (firm >= (funds.least * spec.investment[:, None]) * z[:, None] - 1e-8).all()
    np.testing.assert_allclose(pay.city + pay.district, 1.0, atol=1e-12)
    table = funding_table(p.projects, p.money, s)
    whole = table.groupby("project")["amount"].sum().reindex(spec.projects, fill_value=0.0)
    np.testing.assert_allclose(whole, np.bincount(spec.project, z * spec.investment), atol=1e-7)
    paid_in_all = table[table["payer"].isin(["city", "district"])]["amount"].sum()
    assert paid_in_all == pytest.approx(support.sum(), abs=1e-7)


def check_guidance(seed: int) -> None:
    """What is built anyway is paid nothing."""
    p, s, spec, _, _ = case(seed)
    paid_to = spec.project[p.money.payments.option]
    assert not spec.anyway[paid_to].any()
    table = projects_table(p.session.program, p.projects, p.money, s)
    assert table.loc[spec.anyway, "support"].sum() == 0
    frame = funding_table(p.projects, p.money, s)
    public = frame[frame["payer"].isin(["city", "district"])]
    assert not set(public["project"]) & {name for name, flag in zip(spec.projects, spec.anyway, strict=True) if flag}


def check_fiscal(seed: int) -> None:
    """Districts keep to their money, their debt ceiling and the limit of suspended payments, and clear all at the end."""
    p, s, _, funds, _ = case(seed)
    table = fiscal_table(TIMES, p.money, s)
    for n, name in enumerate(funds.districts):
        own = table[table["district"] == name].reset_index(drop=True)
        ahead = own["ahead"].diff().fillna(own["ahead"])
        assert (own["due"] <= funds.matching[n] + own["borrowed"] + ahead + 1e-7).all()
        assert own["borrowed"].cumsum().max() <= funds.borrowing[n] + 1e-7
        assert own["ahead"].between(-1e-7, funds.advance[n] + 1e-7).all()
        assert own["ahead"].iloc[-1] == pytest.approx(0.0, abs=1e-7)


def check_credit(seed: int) -> None:
    p, s, spec, funds, _ = case(seed)
    bank = s.value(p.money.firm)[:, KINDS.index("bank")]
    new = ~spec.committed[spec.project]
    for n in range(len(funds.districts)):
        assert bank[new & (funds.district == n)].sum() <= funds.credit[n] + 1e-8


def check_prices(seed: int) -> None:
    """The gain of a budget is the finite difference of the optimum, between its values at both ends."""
    p, s, spec, funds, worth = case(seed)
    table = budgets_table(TIMES, p.money, s)
    step = 1e-5
    for place in np.flatnonzero(table["gain"].fillna(0.0) > 1e-9)[:3]:
        b, y = divmod(int(place), len(funds.years))
        more = funds.budget.copy()
        more[b, y] += step
        q = paid(spec, replace(funds, budget=more), worth)
        t = q.solve()
        ahead = (s.objective - t.objective) / (step * YI)
        there = budgets_table(TIMES, q.money, t)["gain"].iloc[place]
        assert there - 1e-6 <= ahead <= table["gain"].iloc[place] + 1e-6


CHECKS: dict[str, Callable[[int], None]] = {
    name.removeprefix("check_"): function for name, function in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_check_holds(name: str, seed: int) -> None:
    CHECKS[name](seed)


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), budget=st.integers(0, 2), more=st.floats(0.0, 0.2))
def test_more_of_any_budget_never_hurts(seed: int, budget: int, more: float) -> None:
    _, s, spec, funds, worth = case(seed)
    larger = funds.budget.copy()
    larger[budget] += more
    assert paid(spec, replace(funds, budget=larger), worth).solve().objective <= s.objective + 1e-9


# --- deliberately broken ----------------------------------------------------------------------------------------------

Make = Callable[..., Any]


def _city_pays_all(make: Make, program: Program, spec: MoneySpec, payments: Any) -> Any:
    return make(program, spec, replace(payments, city=0.0 * payments.city, district=0.0 * payments.district))


def _support_beside(
    make: Make, program: Program, assumptions: Any, projects: Any, spec: MoneySpec, payments: Any
) -> Any:
    firm, sources = make(program, assumptions, projects, spec, payments)
    program.enter(sources.index[payments.option], payments.amount.index, -0.5)
    return firm, sources


def _all_paid(make: Make, program: Program, projects: Any, spec: MoneySpec) -> Any:
    own = projects.spec
    award = np.where(own.anyway, 0.1, own.award)
    half = {name: np.where(own.anyway, 0.05, getattr(own, name)) for name in ("city", "district")}
    return make(program, replace(projects, spec=replace(own, award=award, **half)), spec)


def _more_matching(make: Make, program: Program, spec: MoneySpec, payments: Any) -> Any:
    return make(program, replace(spec, matching=spec.matching + 0.02), payments)


def _credit_of_all(make: Make, program: Program, projects: Any, spec: MoneySpec, firm: Any) -> Any:
    return make(program, projects, replace(spec, credit=2 * spec.credit), firm)


def _free_money(make: Make, program: Program, assumptions: Any, projects: Any, spec: MoneySpec, payments: Any) -> Any:
    return make(program, assumptions, projects, replace(spec, fee=0 * spec.fee), payments)


BREAKAGES = [
    ("payments counted in no budget", "define_budgets", _city_pays_all, "budgets"),
    ("support counted twice", "define_sources", _support_beside, "sources"),
    ("everyone is paid", "define_payments", _all_paid, "guidance"),
    ("more money for matching than there is", "define_fiscal_space", _more_matching, "fiscal"),
    ("twice the credit", "define_credit", _credit_of_all, "credit"),
    ("fees forgotten", "define_sources", _free_money, "peer"),
]


@pytest.mark.parametrize(("what", "name", "change", "check"), BREAKAGES, ids=[b[0] for b in BREAKAGES])
def test_broken_model_is_noticed(
    what: str, name: str, change: Make, check: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(money, name)
    monkeypatch.setattr(money, name, lambda *args: change(original, *args))
    caught = 0
    for seed in range(10):
        try:
            CHECKS[check](seed)
        except AssertionError:
            caught += 1
    assert caught > 0


def test_a_wrong_unit_of_the_budget_price_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haihe.planning.project_results.YI", 1.0)
    caught = 0
    for seed in range(10):
        try:
            CHECKS["prices"](seed)
        except AssertionError:
            caught += 1
    assert caught > 0

"""Selection of whole projects: limits, brute force, stages against the whole program, budgets, ties; also broken models."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from selection_cases import SITES, brute, drawn, given, grown, keeps, tied, with_columns
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.messages import HaiheError
from haihe.planning import assembly, choosing, projects, staged, whole
from haihe.planning.control import Control
from haihe.planning.money_views import OWNERS
from haihe.planning.program import Program
from haihe.planning.relocation import enter_moves
from haihe.planning.selection import Selection, select, task_of
from haihe.planning.solver import Session
from haihe.planning.staged import choose_at_once
from haihe.planning.tie_inputs import tie_findings, ties_of
from haihe.planning.ties import TieSpec
from haihe.planning.whole import WholeSession
from haihe.region.examples import examples_folder
from money_cases import FIRST, economy_case, planned, spec_of
from plan_cases import Built

SEEDS = range(10)


@cache
def built() -> Built:
    return economy_case().build()


def instance(seed: int, n: int = 8) -> tuple[Any, ...]:
    """Give a case with ties of every kind."""
    spec, funds, worth = drawn(seed, n)
    rng = np.random.default_rng(seed)
    leading = np.zeros((SITES, 3), dtype=bool)
    leading[rng.integers(SITES), rng.integers(3)] = True
    ties = tied(spec, requires=((0, 1),), excludes=((2, 3),), most=rng.integers(1, 4, SITES), leading=leading)
    return spec, funds, ties, worth


# --- checks, each also run on a broken model --------------------------------------------------------------------------


def check_keeps(seed: int) -> None:
    """J1: the choice is whole and no limit is exceeded, counted one by one."""
    spec, funds, ties, worth = instance(seed, 12)
    small = given(spec, funds, worth, ties).model()
    answer = small.solve()
    assert answer is not None
    z = answer.value(small.projects.choice)
    assert np.isin(z, (0.0, 1.0)).all(), "a project in parts"
    assert keeps(spec, funds, ties, z), "a limit is exceeded"
    assert answer.violation <= 1e-6


def check_brute(seed: int) -> None:
    """J5: no choice is better, and with a project forced in or out neither."""
    spec, funds, ties, worth = instance(seed)
    small = given(spec, funds, worth, ties).model()
    answer = small.solve()
    assert answer is not None
    assert -answer.objective == pytest.approx(brute(spec, funds, ties, worth), abs=1e-9), "another choice is better"
    for p, into in ((0, True), (2, True), (1, False)):
        small.force(p, into)
        forced = small.solve()
        small.free()
        best = brute(spec, funds, ties, worth, {p: into})
        assert (-np.inf if forced is None else -forced.objective) == pytest.approx(best, abs=1e-9), "forced otherwise"


def check_budgets(seed: int) -> None:
    """J2: more of any budget never makes a choice worse."""
    spec, funds, ties, worth = instance(seed, 10)
    before = given(spec, funds, worth, ties).model().solve()
    assert before is not None
    for b in range(len(funds.budgets)):
        more = funds.budget.copy()
        more[b] *= 1.3
        after = given(spec, replace(funds, budget=more), worth, ties).model().solve()
        assert after is not None
        assert after.objective <= before.objective + 1e-9, "more money makes it worse"


def check_stages(seed: int) -> None:
    """The bound of the rounds is below the whole program's optimum, and their choice within the gap above it."""
    g = grown(seed, built=built())
    chosen = g.chosen()
    found = choose_at_once(g.model(money=True), g.ties, chosen.nothing, gap=1e-8)
    assert found is not None
    answer, z = found
    assert keeps(g.spec, g.funds, g.ties, z)
    assert keeps(g.spec, g.funds, g.ties, chosen.choice)
    assert chosen.bound <= answer.objective + 1e-6, "the bound is no bound"
    assert chosen.objective >= answer.bound - 1e-6, "better than the best"
    assert chosen.share <= 0.01 + 1e-9, "not as good as asked"
    short = chosen.objective - answer.objective
    print(
        f"seed {seed}: stages {chosen.worth:.4f}, short at most {chosen.gap:.4f}; whole {chosen.nothing - answer.objective:.4f}, "
        f"short at most {answer.gap:.4f}; really short {short:.4f}; predicted {chosen.predicted:.4f} bn yuan"
    )


def check_recomputed(seed: int) -> None:
    """What is reported as worth is what the economy gives when it is solved again, not what prices promised."""
    g = grown(seed, built=built())
    chosen = g.chosen()
    model = g.model(money=True)
    assert model.projects is not None
    session = Session(model.program)
    session.set_column_bounds(model.projects.choice.index, chosen.choice, chosen.choice)
    assert session.solve(method="ipx").objective == pytest.approx(chosen.objective, abs=1e-6), "not solved again"
    whole_rounds = chosen.rounds[chosen.rounds["whole"]]
    assert (whole_rounds["objective"] >= whole_rounds["bound"] - 1e-7).all(), "a cut lies above the economy"


CHECKS: dict[str, Callable[[int], None]] = {
    name.removeprefix("check_"): function for name, function in dict(globals()).items() if name.startswith("check_")
}


QUICK = 3


@pytest.mark.parametrize(
    "seed", [seed if seed < QUICK else pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS]
)
@pytest.mark.parametrize("name", CHECKS)
def test_check_holds(name: str, seed: int) -> None:
    CHECKS[name](seed)


# --- deliberately broken ----------------------------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def _steep(patch: Patch) -> None:
    make = choosing.Valuer.cut
    patch.setattr(choosing.Valuer, "cut", lambda self, z: replace(c := make(self, z), slope=0.5 * c.slope))


def _promised(patch: Patch) -> None:
    make = staged.Rounds._plan

    def promise(self: Any, z: Any) -> Any:
        cut = make(self, z)
        first = getattr(self, "first", None)
        return cut if first is None else replace(cut, cost=first.of(z) - 0.05)

    patch.setattr(staged.Rounds, "_plan", promise)


def _in_parts(patch: Patch) -> None:
    make = whole.WholeSession.__init__

    def parts(self: Any, program: Any, columns: Any, *more: Any) -> None:
        make(self, program, columns[:0], *more)

    patch.setattr(whole.WholeSession, "__init__", parts)


def _no_room(patch: Patch) -> None:
    make = projects.define_choice
    broken = lambda program, spec, gain: make(program, replace(spec, room=spec.room * 3), gain)  # noqa: E731
    patch.setattr(choosing, "define_choice", broken)


def _no_ties(patch: Patch) -> None:
    make = choosing.define_ties
    patch.setattr(choosing, "define_ties", lambda program, chosen, _: make(program, chosen, TieSpec()))


def _loose(patch: Patch) -> None:
    make = choosing.Choosing.solve
    patch.setattr(choosing.Choosing, "solve", lambda self, **_: make(self, gap=0.3))


def _budgets_turned(patch: Patch) -> None:
    make = choosing.define_compact_money
    broken = lambda program, a, p, spec, filled: make(  # noqa: E731
        program, a, p, replace(spec, budget=0.2 / spec.budget * 0.2), filled
    )
    patch.setattr(choosing, "define_compact_money", broken)


BROKEN = [
    ("stages", _steep, "bound is no bound|not as good|AssertionError|better than"),
    ("recomputed", _promised, "not solved again|above the economy"),
    ("keeps", _in_parts, "in parts"),
    ("keeps", _no_room, "exceeded"),
    ("keeps", _no_ties, "exceeded"),
    ("brute", _loose, "is better|forced otherwise"),
    ("brute", _no_ties, "is better|forced otherwise"),
    ("budgets", _budgets_turned, "makes it worse"),
]


@pytest.mark.parametrize(("name", "apply", "says"), BROKEN, ids=[f"{name}{at.__name__}" for name, at, _ in BROKEN])
def test_broken_is_caught(name: str, apply: Callable[[Patch], None], says: str, monkeypatch: Patch) -> None:
    built()
    apply(monkeypatch)
    caught = []
    for seed in SEEDS:
        try:
            CHECKS[name](seed)
        except (AssertionError, HaiheError) as error:
            caught.append(str(error))
    assert caught
    assert any(pd.Series(caught).str.contains(says))


# --- whole columns ----------------------------------------------------------------------------------------------------


def knapsack() -> tuple[Program, Any]:
    program = Program()
    x = program.columns("x", {"item": tuple(range(12))}, upper=1.0, cost=-np.arange(5.0, 17.0), unit="1")
    row = program.rows("weight", {"row": (0,)}, upper=31.0, unit="1")
    program.enter(row.index[0], x.index, np.arange(3.0, 15.0) * 1.1)
    return program, x


def test_a_whole_answer_is_rounded_bounded_and_settled() -> None:
    program, x = knapsack()
    session = WholeSession(program, x.index)
    answer = session.solve_whole()
    assert answer is not None
    assert answer.proved
    assert answer.gap <= whole.EXACT
    assert answer.objective == pytest.approx(float(session.arrays.cost @ answer.x))
    relaxed = session.solve(method="simplex").objective
    assert relaxed < answer.bound <= answer.objective
    settled = session.settle(answer)
    assert settled.objective == pytest.approx(answer.objective)
    np.testing.assert_allclose(session.arrays.upper, 1.0)


def test_nothing_whole_is_none_and_cancelled_is_an_error() -> None:
    program, x = knapsack()
    row = program.rows("odd", {"row": (0,)}, lower=0.5, upper=0.5, unit="1")
    program.enter(row.index[0], x.index[:1], 1.0)
    assert WholeSession(program, x.index).solve_whole() is None
    with pytest.raises(HaiheError) as caught:
        WholeSession(knapsack()[0], x.index, Control(cancel=lambda: True)).solve_whole()
    assert caught.value.code == "E-PLN-60"


def test_out_of_time_keeps_an_honest_bound() -> None:
    rng = np.random.default_rng(0)
    program = Program()
    x = program.columns("x", {"item": tuple(range(80))}, upper=1.0, cost=-rng.uniform(1, 2, 80), unit="1")
    rows = program.rows("weight", {"row": tuple(range(40))}, upper=20.0, unit="1")
    program.enter(rows.index[:, None], x.index, rng.uniform(0.2, 1.0, (40, 80)))
    answer = WholeSession(program, x.index, Control(time_limit=0.5)).solve_whole(gap=0.0)
    assert answer is not None
    assert answer.bound <= answer.objective
    assert not answer.proved
    assert answer.gap > 0


# --- ties and relocation ----------------------------------------------------------------------------------------------


def test_phases_stand_on_one_site_one_after_the_other() -> None:
    spec = spec_of(2, sites=[[0, 1], [0, 1]], starts=4, members=(0, 0))
    ties = TieSpec(phases=((1, 0),))
    worth = np.where(spec.project == 0, np.where(spec.site == 0, 1.0, 0.9), np.where(spec.site == 1, 5.0, 1.0))
    small = given(spec, None, worth * 0.95 ** (spec.start - FIRST), ties).model()  # type: ignore[arg-type]
    answer = small.solve()
    assert answer is not None
    first, second = np.flatnonzero(small.choice(answer))
    assert spec.site[first] == spec.site[second] == 1
    assert spec.done[first] <= spec.start[second]


def test_a_prerequisite_is_started_no_later() -> None:
    """Worth by start: P0 1.0, 0.9, 0.8 and P1, without which there is no P0, -0.5, -0.1, -0.05; both in the second year."""
    spec = spec_of(2, starts=3)
    small = given(spec, None, np.array([1.0, 0.9, 0.8, -0.5, -0.1, -0.05]), TieSpec(requires=((0, 1),))).model()  # type: ignore[arg-type]
    answer = small.solve()
    assert answer is not None
    assert small.choice(answer).tolist() == [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]
    assert answer.objective == pytest.approx(-0.8)


def test_of_two_that_exclude_each_other_the_better_is_built() -> None:
    small = given(spec_of(2), None, np.array([1.0, 0.6]), TieSpec(excludes=((0, 1),))).model()  # type: ignore[arg-type]
    answer = small.solve()
    assert answer is not None
    assert small.choice(answer).tolist() == [1.0, 0.0]


def test_leading_industries_are_counted_with_those_there() -> None:
    spec = spec_of(3, sites=[[0], [0], [0]])
    ties = TieSpec(
        districts=("D0", "D1"), chains=("A", "B", "C"), district=spec.site, chain=np.array([0, 1, 2]),
        most=np.array([2.0, np.inf]), leading=np.array([[True, False, False], [False] * 3]),
    )  # fmt: skip
    small = given(spec, None, np.array([1.0, 3.0, 2.0]), ties).model()  # type: ignore[arg-type]
    answer = small.solve()
    assert answer is not None
    assert small.choice(answer).tolist() == [1.0, 1.0, 0.0]


def test_a_firm_that_moves_leaves_as_much_behind() -> None:
    spec = spec_of(1, members=(0,), investment=0.01, capacity=0.5, sector=1)
    case = planned(built(), spec)
    assert enter_moves(case.session.program, built().economy, case.projects, np.array([1])) == 1
    moves = Session(case.session.program)
    moves.set_column_bounds(case.projects.choice.index, 1.0, 1.0)
    s, production, a = moves.solve(method="ipx"), built().model.production, built().economy.assumptions
    h, added = a.steps, projects.course_of(spec, a).added[0, :-1] * 0.5
    for member, sign in ((0, 1.0), (1, -1.0)):
        k = s.value(production.stock_old)[member, 1] * a.trend
        i = (production.build.value(s.x)[member, 1] - s.value(production.closed)[member, 1]) * a.trend
        i -= s.value(production.retrofit)[:, member, 1].sum(axis=0) * a.trend
        grown_by = k[1:] - (1 - a.depreciation) ** h[:-1] * k[:-1] - h[:-1] * i[:-1]
        np.testing.assert_allclose(grown_by, sign * added, atol=1e-8)
    same = planned(built(), spec)
    assert enter_moves(same.session.program, built().economy, same.projects, np.array([0])) == 0


# --- from tables ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"requires": {"P001": "P003", "P003": "P004;P005", "P005": "P001"}}, "E-PLN-90"),
        ({"requires": {"P001": "P999"}}, "E-PLN-91"),
        ({"excludes": {"P001": "P001"}}, "E-PLN-91"),
        ({"moves_from": {"P001": "AB"}}, "E-PLN-91"),
        ({"phase_of": {"P002": "P003"}}, "E-PLN-92"),
    ],
)
def test_ties_that_cannot_hold_are_refused(columns: dict[str, dict[str, str]], code: str) -> None:
    with pytest.raises(HaiheError) as caught:
        task_of(with_columns(**columns))
    assert caught.value.code == code
    assert "P00" in str(caught.value)


def test_ties_are_read() -> None:
    region = with_columns(
        requires={"P004": "P003;P005"}, excludes={"P001": "P013", "P013": "P001"}, moves_from={"P001": "BJ"}
    )
    table = pd.DataFrame(
        {"region": ["TJ-BH"], "chains": ["IC;BIOMED"], "most": [1.0], "source": ["DEMO"], "quality": ["illustrative"]}
    )
    region = region.with_table("leading_industries", table)
    task = task_of(region)
    at = {name: k for k, name in enumerate(task.projects.projects)}
    assert set(task.ties.requires) == {(at["P004"], at["P003"]), (at["P004"], at["P005"])}
    assert task.ties.excludes == ((at["P001"], at["P013"]),)
    assert task.setup.origin[at["P001"]] == task.setup.economy.members.index("BJ")
    n = task.ties.districts.index("TJ-BH")
    assert task.ties.most[n] == 1
    assert task.ties.leading[n].sum() >= 2
    codes = {finding.code for finding in tie_findings(region, task.ties)}
    assert codes == {"N-PLN-91", "W-PLN-92"}
    assert ties_of(hh.example("jing-jin-ji"), task.setup.economy, task.projects).quality == "illustrative"


# P002 and P005 are built anyway, so that the reference path itself does not keep the first tie; P012 cannot be built.
TIED = {"excludes": {"P002": "P005"}, "requires": {"P017": "P012"}, "phase_of": {"P067": "P007"}}


def check_tied(plan: hh.Plan) -> None:
    """The shares of a plan keep every tie in parts, and the plan without projects is that of the reference path."""
    projects = plan.model.projects
    assert projects is not None
    spec, z = projects.spec, plan.solution.value(projects.choice)
    at = {name: k for k, name in enumerate(spec.projects)}

    def share(name: str, year: int, when: str = "start") -> float:
        return float(z[(spec.project == at[name]) & (getattr(spec, when) <= year)].sum())

    last = max(spec.years)
    assert share("P002", last) + share("P005", last) <= 1 + 1e-6, "both of two that exclude each other"
    for year in spec.years:
        assert share("P017", year) <= share("P012", year) + 1e-6, "before its prerequisite"
        assert share("P067", year) <= share("P007", year, "done") + 1e-6, "before the phase before it"
    held = plan.limited.value(projects.choice)
    np.testing.assert_allclose(held, spec.reference.astype(float), atol=1e-9)


def test_a_plan_keeps_the_ties_in_parts() -> None:
    plan = hh.plan(with_columns(**TIED), upgrades=False, band=False)
    assert {"projects", "leading_industries"} <= set(plan.marks)
    check_tied(plan)


def test_a_plan_without_ties_is_noticed(monkeypatch: Patch) -> None:
    make = assembly.define_ties
    monkeypatch.setattr(assembly, "define_ties", lambda program, chosen, _: make(program, chosen, TieSpec()))
    with pytest.raises(AssertionError, match=r"exclude each other|before"):
        check_tied(hh.plan(with_columns(**TIED), upgrades=False, band=False))


def test_a_plan_explains_by_a_selection_that_is_made_once() -> None:
    plan = hh.plan(hh.example("jing-jin-ji"), upgrades=False, band=False)
    short = next(
        name
        for name, no in zip(plan.selection.task.projects.projects, plan.selection.task.projects.short, strict=True)
        if no
    )
    assert plan.explain(short).verdict == "rules"
    assert plan.selection is plan.selection
    assert not plan.selection.task.setup.economy.technologies
    assert "selection" not in plan.__getstate__()
    bare = hh.Region({n: t for n, t in plan.region.tables.items() if not n.startswith("project")}, plan.region.meta)
    with pytest.raises(HaiheError) as caught:
        replace(plan, assembly=replace(plan.assembly, setup=replace(plan.assembly.setup, region=bare))).explain(short)
    assert caught.value.code == "E-PLN-93"


def test_no_projects_is_an_error() -> None:
    region = hh.example("jing-jin-ji")
    names = [name for name in region.tables if name not in ("projects", "project_sites", "project_resources")]
    with pytest.raises(HaiheError) as caught:
        task_of(hh.Region({name: region[name] for name in names}, region.meta))
    assert caught.value.code == "E-PLN-93"


@pytest.fixture(scope="module")
def example() -> Selection:
    return select(hh.example("jing-jin-ji"))


@pytest.mark.slow
def test_the_example_is_proved_within_a_per_cent(example: Selection) -> None:
    """J1, and the gap measured against what projects are worth."""
    c, spec, money = example.chosen, example.task.projects, example.task.setup.money
    assert money is not None
    assert c.worth > 0
    assert c.share <= 0.01
    assert np.isin(c.choice, (0.0, 1.0)).all()
    taken = c.choice > 0
    counted = taken & ~spec.committed[spec.project]
    for k, (s, u) in enumerate(np.argwhere(np.isfinite(spec.room).any(axis=2))):
        since = np.where(spec.held[u], spec.start, spec.done)[:, None] <= np.asarray(spec.years)
        used = (spec.uses[spec.project, u] * (counted & (spec.site == s))) @ since
        assert (used <= spec.room[s, u] * (1 + 1e-6) + 1e-9).all(), k
    small, solution = example.paid
    assert small.money is not None
    assert (solution.activity[small.money.budget.index] <= money.budget - money.promised + 1e-6).all()
    assert (np.bincount(spec.project[taken], minlength=len(spec.projects)) <= 1).all()


@pytest.mark.slow
def test_the_example_is_shown_in_both_languages(example: Selection, tmp_path: Any) -> None:
    assert {"selection-summary", "selection-chosen", "selection-left", "selection-rounds"} <= set(example.tables)
    stated = example.region["projects"].set_index("project")["ownership"]
    assert (example.projects.set_index("project")["ownership"] == stated.fillna("")).all()
    for key in ("selection-chosen", "selection-left"):
        at = [column.key for column in example.tables[key].columns].index("ownership")
        assert {row[at]("en") for row in example.tables[key].shown_rows()} <= {*(t.en for t in OWNERS.values()), "—"}
    for table in example.tables.values():
        for row in table.shown_rows():
            assert all(cell("zh") and cell("en") for cell in row)
    for figure in example.figures.values():
        assert figure.options("zh")
        assert figure.options("en")
    assert example.to_excel(tmp_path / "selection.xlsx", "zh").exists()
    frame = example.projects
    assert len(frame) == len(example.task.projects.projects)
    paid_for = example.funding.groupby("project")["amount"].sum()
    shown = frame.set_index("project")["investment"].reindex(paid_for.index)
    pd.testing.assert_series_equal(paid_for, shown, check_names=False, atol=1e-5)
    assert repr(example).startswith("Selection of")


@pytest.mark.slow
def test_the_commands_select_and_explain(tmp_path: Any) -> None:
    example = str(examples_folder() / "jing-jin-ji")
    runner = CliRunner()
    made = runner.invoke(app, ["select", example, "--gap", "0.05", "--json", "-o", str(tmp_path)])
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert told["gap_share"] <= 0.05
    assert (tmp_path / "selection.xlsx").exists()
    short = next(p["project"] for p in told["tables"]["projects"] if p["status"] == "committed")
    said = runner.invoke(app, ["explain", example, short, "--gap", "0.05", "--no-levers", "--lang", "zh"])
    assert said.exit_code == 0
    assert said.stdout.startswith(f"{short} ")
    lost = runner.invoke(app, ["explain", example, "P999", "--gap", "0.05", "--json"])
    assert lost.exit_code == 1
    assert "E-PLN-94" in lost.stdout

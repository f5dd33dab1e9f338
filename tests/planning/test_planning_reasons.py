"""Reasons: forced solves against brute force, replays, levers' borders, what cannot be told apart; also broken ones."""

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from selection_cases import brute, drawn, given, grown, keeps, tied

import haihe as hh
from haihe.messages import HaiheError, Text
from haihe.planning import choosing, reason_borders, reasons
from haihe.planning.choosing import Candidates
from haihe.planning.control import Control
from haihe.planning.projects import YI
from haihe.planning.reason_borders import with_levers
from haihe.planning.reason_jobs import Job
from haihe.planning.reason_levers import levers_of
from haihe.planning.reason_views import Reasons
from haihe.planning.reason_words import said_reason
from haihe.planning.reasons import Basis, Reason, examine, forced
from money_cases import economy_case, spec_of
from plan_cases import Built

SEEDS = range(4)


def reason_of(own: Basis, project: str) -> Reason:
    return examine(own, project).reason


def levered(own: Basis, project: str) -> Reason:
    return with_levers(examine(own, project))


@cache
def built() -> Built:
    return economy_case().build()


def basis(candidates: Candidates, gap: float = 0.0) -> Basis:
    small = candidates.model()
    answer = small.solve()
    assert answer is not None
    return Basis(candidates, small.choice(answer), answer.objective, gap)


@cache
def case(seed: int) -> tuple[Any, ...]:
    spec, funds, worth = drawn(seed)
    ties = tied(spec, requires=((0, 1),), excludes=((2, 3),), most=np.array([2.0, 2.0, 1.0]))
    return spec, funds, ties, worth


def parts(candidates: Candidates) -> tuple[Any, ...]:
    return candidates.projects, candidates.money, candidates.ties, candidates.gain


# --- checks, each also run on a broken model --------------------------------------------------------------------------


def check_losses(seed: int) -> None:
    """J2, J5: the loss of every project forced to the other side is that of brute force, and never negative."""
    spec, funds, ties, worth = case(seed)
    own = basis(given(spec, funds, worth, ties))
    best = brute(spec, funds, ties, worth)
    for p, name in enumerate(spec.projects):
        reason = reason_of(own, name)
        other = brute(spec, funds, ties, worth, {p: not reason.built})
        if reason.verdict == "impossible":
            assert other == -np.inf, f"{name} can be built"
            continue
        assert reason.loss * YI == pytest.approx(best - other, abs=1e-6), f"{name}: another loss"
        assert reason.low <= reason.loss + 1e-9
        assert reason.loss >= -1e-6, "a forced choice is better"


def check_replay(seed: int) -> None:
    """J3: what is displaced, moved and added makes, out of the choice, one that is worth what was said."""
    spec, funds, ties, worth = case(seed)
    own = basis(given(spec, funds, worth, ties))
    small = own.candidates.model()
    for p, name in enumerate(spec.projects):
        reason = reason_of(own, name)
        if not np.isfinite(reason.loss):
            continue
        found = forced(small, p, not reason.built)
        assert found is not None
        z = own.choice.copy()
        touched = {name, *reason.displaced, *reason.moved, *reason.added}
        for other in touched:
            mine = spec.project == spec.projects.index(other)
            z[mine] = found.choice[mine]
        assert keeps(spec, funds, ties, z), f"{name}: the replay exceeds a limit"
        small.hold(z)
        again = small.solve()
        small.free()
        assert again is not None
        assert (again.objective - own.objective) / YI == pytest.approx(reason.loss, abs=1e-6), f"{name}: another worth"
        built_before = {q for q in spec.projects if own.built(spec.projects.index(q))}
        assert set(reason.displaced) <= built_before - {name}
        assert not set(reason.added) & built_before


def check_borders(seed: int) -> None:
    """The border of every lever holds: by brute force it is out just below and in just above."""
    spec, funds, ties, worth = case(seed)
    own = basis(given(spec, funds, worth, ties))
    for p, name in enumerate(spec.projects):
        if own.built(p) or p % 2 != seed % 2:
            continue
        reason = levered(own, name)
        for change in reason.changes:
            if not change.found or change.lever == "value":
                continue
            assert change.held, f"{name}: {change.lever} does not hold"
            lever = next(x for x in levers_of(own.candidates, p) if (x.name, x.of) == (change.lever, change.of))
            for amount, inside in ((change.below, False), (change.at, True)):
                now = parts(lever.apply(own.candidates, amount))
                margin = brute(*now, {p: True}) - brute(*now, {p: False})
                assert (margin > 0) == inside, f"{name}: the border of {change.lever} is elsewhere"


def check_values(seed: int) -> None:
    """A project comes in as soon as it is worth its loss more, and leaves as soon as it is worth its loss less."""
    spec, funds, ties, worth = case(seed)
    own = basis(given(spec, funds, worth, ties))
    for p, name in enumerate(spec.projects[:4]):
        reason = levered(own, name) if own.built(p) else reason_of(own, name)
        if reason.verdict == "impossible":
            continue
        for factor, turns in ((0.99, False), (1.01, True)):
            more = worth.copy()
            more[spec.project == p] += (-1 if reason.built else 1) * factor * reason.loss * YI
            margin = brute(spec, funds, ties, more, {p: True}) - brute(spec, funds, ties, more, {p: False})
            assert ((margin > 0) != reason.built) == turns, f"{name}: not at its loss"
        assert all(change.held for change in reason.changes)


def check_undecided(seed: int) -> None:
    """J4: what lies within the gap is called undecided, and nothing else."""
    spec, funds, ties, worth = case(seed)
    exact = basis(given(spec, funds, worth, ties))
    losses = {name: reason_of(exact, name).loss for name in spec.projects}
    known = sorted(loss * YI for loss in losses.values() if np.isfinite(loss))
    rough = replace(exact, gap=0.5 * (known[1] + known[2]))
    for name, loss in losses.items():
        verdict = reason_of(rough, name).verdict
        assert (verdict == "undecided") == (np.isfinite(loss) and loss * YI <= rough.gap), f"{name}: called {verdict}"


CHECKS: dict[str, Callable[[int], None]] = {
    name.removeprefix("check_"): function for name, function in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", CHECKS)
def test_check_holds(name: str, seed: int) -> None:
    CHECKS[name](seed)


# --- deliberately broken ----------------------------------------------------------------------------------------------

Patch = pytest.MonkeyPatch


def _unforced(patch: Patch) -> None:
    patch.setattr(choosing.Choosing, "force", lambda self, project, into: None)


def _dear(patch: Patch) -> None:
    make = reasons.forced

    def dear(*args: Any, **more: Any) -> Any:
        found = make(*args, **more)
        return found if found is None else replace(found, objective=found.objective + 0.01)

    patch.setattr(reasons, "forced", dear)


def _forgetful(patch: Patch) -> None:
    make = reasons.told
    patch.setattr(reasons, "told", lambda *a, **k: replace(make(*a, **k), displaced=()))


def _shifted(patch: Patch) -> None:
    make = reason_borders._border

    def shifted(*args: Any) -> Any:
        low, high, choice = make(*args)
        return 0.4 * low, 0.4 * high, choice

    patch.setattr(reason_borders, "_border", shifted)


def _sure_of_all(patch: Patch) -> None:
    make = reasons.told
    patch.setattr(reasons, "told", lambda own, *a, **k: make(replace(own, gap=0.0), *a, **k))


BROKEN = [
    ("undecided", _sure_of_all, "called"),
    ("losses", _unforced, "another loss|can be built"),
    ("losses", _dear, "another loss"),
    ("replay", _forgetful, "exceeds a limit|another worth"),
    ("borders", _shifted, "elsewhere|does not hold"),
    ("values", _dear, "not at its loss"),
]


@pytest.mark.parametrize(("name", "apply", "says"), BROKEN, ids=[f"{name}{at.__name__}" for name, at, _ in BROKEN])
def test_broken_is_caught(name: str, apply: Callable[[Patch], None], says: str, monkeypatch: Patch) -> None:
    for seed in SEEDS:
        case(seed)
    apply(monkeypatch)
    with pytest.raises(AssertionError, match=says):
        [CHECKS[name](seed) for seed in SEEDS]


# --- verdicts ---------------------------------------------------------------------------------------------------------


def test_an_impossible_project_names_the_least_to_lift() -> None:
    spec = spec_of(2, uses=np.array([[5.0], [30.0]]), room=np.array([[10.0], [20.0]]), sites=[[0], [0, 1]])
    own = basis(given(spec, None, np.array([1.0, 5.0, 5.0])))  # type: ignore[arg-type]
    reason = reason_of(own, "P1")
    assert reason.verdict == "impossible"
    assert [lift["row"] for lift in reason.lifts] == ["project_room"]
    assert reason.lifts[0]["place"] == "D1|R0"
    assert reason.lifts[0]["amount"] == pytest.approx(10.0, rel=1e-3)
    assert reason.lifts[0]["unit"] == "亩"
    told = levered(own, reason.project)
    assert (told.cause, told.of) == ("use", "R0")
    change = next(c for c in told.changes if c.lever == "use")
    assert change.below <= 10.0 <= change.at + 1e-9
    assert change.held


def test_what_is_not_worth_it_is_said_so() -> None:
    spec = spec_of(2)
    own = basis(given(spec, None, np.array([1.0, -0.5])))  # type: ignore[arg-type]
    reason = levered(own, "P1")
    assert (reason.verdict, reason.cause) == ("out", "worth")
    assert reason.loss == pytest.approx(5.0)
    assert reason.hint == pytest.approx(-5.0)


def test_ties_are_a_cause() -> None:
    spec = spec_of(2)
    own = basis(given(spec, None, np.array([1.0, 0.5]), tied(spec, excludes=((0, 1),))))  # type: ignore[arg-type]
    reason = levered(own, "P1")
    assert (reason.verdict, reason.cause) == ("out", "ties")
    assert reason.displaced == ("P0",)


def test_started_and_short_projects_are_not_forced() -> None:
    spec = spec_of(3, committed=(0,), award=[0.0, 0.1, 0.0], need=[0.0, 0.1, 0.2])
    own = basis(given(spec, None, np.array([1.0, 1.0, 1.0])))  # type: ignore[arg-type]
    assert [reason_of(own, name).verdict for name in spec.projects] == ["committed", "in", "rules"]


def test_an_unknown_project_is_an_error() -> None:
    spec, funds, ties, worth = case(0)
    with pytest.raises(HaiheError) as caught:
        reason_of(basis(given(spec, funds, worth, ties)), "P77")
    assert caught.value.code == "E-PLN-94"


def test_a_reason_survives_json() -> None:
    spec, funds, ties, worth = case(2)
    own = basis(given(spec, funds, worth, ties))
    for name in spec.projects[:3]:
        reason = levered(own, name)
        again = Reason.of_dict(json.loads(json.dumps(reason.to_dict(), allow_nan=False)))
        assert again.to_dict() == reason.to_dict()


@pytest.mark.parametrize("seed", [0, 1])
def test_the_plan_solved_again_agrees_with_the_small_model(seed: int) -> None:
    """The certain loss and the loss of the plan solved again lie round the loss of the whole program."""
    g = grown(seed, built=built())
    turns = g.rounds(gap=0.0)
    c = turns.chosen()
    own = Basis(c.candidates, c.choice, c.objective, c.gap)
    free = g.model(money=True)
    assert free.projects is not None
    for name in g.spec.projects[:5]:
        reason = reason_of(own, name)
        if not np.isfinite(reason.loss):
            continue
        sure = reasons.examine(own, name, valuer=turns.valuer).reason
        p = g.spec.projects.index(name)
        model = g.model(money=True)
        assert model.projects is not None
        spec = model.projects
        tied_rows = choosing.define_ties(model.program, spec, g.ties)
        session = choosing.WholeSession(model.program, np.concatenate([spec.choice.index, tied_rows.whole]))
        if reason.built:
            session.set_column_bounds(spec.choice.index[g.spec.project == p], 0.0, 0.0)
        else:
            session.set_row_bounds(spec.once.index[p : p + 1], 1.0, 1.0)
        answer = session.solve_whole(gap=1e-8)
        assert answer is not None
        real = (answer.objective - c.objective) / YI
        assert sure.verified
        assert sure.low - 1e-5 <= real <= sure.loss + 1e-5
        assert sure.loss - sure.low <= 1e-2 * max(abs(sure.loss), 1e-2)


# --- as a job ---------------------------------------------------------------------------------------------------------


def plain(found: list[Reason]) -> list[dict[str, Any]]:
    return [reason.to_dict() for reason in found]


def test_a_job_is_taken_up_where_it_stopped(tmp_path: Any) -> None:
    spec, funds, ties, worth = case(0)
    own = basis(given(spec, funds, worth, ties))
    whole = Job(own, spec.projects[:5], levers=False)
    path = tmp_path / "reasons.jsonl"
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(path.read_text("utf-8").splitlines()) >= 3 if path.exists() else False

    with pytest.raises(HaiheError) as caught:
        whole.run(path, control=Control(cancel=stop))
    assert caught.value.code == "E-PLN-60"
    assert asked
    half = path.read_text("utf-8")
    assert 3 <= len(half.splitlines()) < 6
    path.write_text(half + '{"run": "P3", "bui', "utf-8")  # a line cut off by a crash
    found = whole.run(path)
    assert plain(found) == plain(whole.run())
    assert path.read_text("utf-8").startswith(half)
    assert len(path.read_text("utf-8").splitlines()) == 6
    with pytest.raises(HaiheError) as caught:
        Job(replace(own, gap=1.0), spec.projects[:5], levers=False).run(path)
    assert caught.value.code == "E-PLN-101"


@pytest.mark.slow
def test_processes_find_the_same_reasons_and_a_lost_one_loses_nothing(tmp_path: Any) -> None:
    g = grown(1, built=built())
    turns = g.rounds()
    c = turns.chosen()
    job = Job(Basis(c.candidates, c.choice, c.objective, c.gap), g.spec.projects[:4], True, turns.valuer.model)
    here = job.run(valuer=turns.valuer)
    path = tmp_path / "reasons.jsonl"
    there = job.run(path, workers=2)
    for one, other in zip(here, there, strict=True):
        assert (one.verdict, one.displaced, one.added, one.cause) == (
            other.verdict,
            other.displaced,
            other.added,
            other.cause,
        )
        assert one.loss == pytest.approx(other.loss, abs=1e-4, nan_ok=True)
    assert plain(job.run(path, workers=2)) == plain(there)


def test_reasons_are_said_in_both_languages() -> None:
    spec, funds, ties, worth = case(3)
    own = basis(given(spec, funds, worth, ties))
    found = Job(own, spec.projects[:6]).run()
    told = Reasons(found, {}, Text("测试", "test"), "illustrative")
    for table in told.tables.values():
        for row in table.shown_rows():
            assert all(cell("zh") and cell("en") for cell in row)
    for reason in found:
        zh, en = (said_reason(reason)(lang) for lang in ("zh", "en"))
        assert reason.project in zh
        assert reason.project in en
        for other in (*reason.displaced, *reason.moved, *reason.added):
            assert other in zh
            assert other in en
        assert len(told.says(reason.project)) == 1 + sum(change.found for change in reason.changes)


# --- the example ------------------------------------------------------------------------------------------------------


@pytest.mark.endure
def test_every_explanation_of_the_example_is_true() -> None:
    """Every project: the set of projects said, solved again in the whole plan with its money, loses what was said."""
    s = hh.select(hh.example("jing-jin-ji"))
    own, spec = s.basis, s.task.projects
    model = s.task.assembly(money=True).model
    assert model.projects is not None
    session = choosing.Session(model.program)
    before = {q for q in range(len(spec.projects)) if own.built(q)}
    for p, name in enumerate(spec.projects):
        found = examine(own, name, valuer=s.valuer)
        reason, known = found.reason, found.basis
        if not np.isfinite(reason.loss):
            continue
        place = spec.projects.index
        after = before - {place(q) for q in reason.displaced} | {place(q) for q in reason.added}
        after = after - {p} if reason.built else after | {p}
        small = known.candidates.model()
        built = np.isin(np.arange(len(spec.projects)), list(after)).astype(float)
        small.session.set_row_bounds(small.projects.once.index, built, built)
        answer = small.solve(gap=1e-6)
        assert answer is not None, name
        z = small.choice(answer)
        session.set_column_bounds(model.projects.choice.index, z, z)
        real = (session.solve().objective - own.objective) / YI
        assert reason.low - 1e-3 <= real <= reason.loss + 1e-3, name
        assert reason.verdict == "undecided" or reason.loss * YI > own.gap, name


@pytest.fixture
def evaluation(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "scripts"))
    return importlib.import_module("evaluate_reasons")


@pytest.mark.endure
def test_every_reason_of_the_example_is_that_of_a_choice_made_from_nothing(evaluation: Any) -> None:
    """Every loss, every impossible project and every border, against choices that know no cut of the explanation."""
    s = hh.select(hh.example("jing-jin-ji"))
    found = s.reasons().reasons
    done = evaluation.checked(s, found, lambda _: None)
    for reason in found:
        again = done.losses.get(reason.project, np.nan)
        assert (reason.verdict == "impossible") == np.isinf(again) or reason.cause == "years", reason.project
        if np.isfinite(reason.loss):
            assert reason.loss == pytest.approx(again, abs=evaluation.AGREES), reason.project
            assert (reason.verdict == "undecided") == (reason.loss * YI <= own_gap(s.basis, reason)), reason.project
        assert all(change.held for change in reason.changes if change.found), reason.project
    assert {"support", "own", "use", "budget", "value"} <= {c.lever for reason in found for c in reason.changes}
    assert [border for border, held in done.borders.items() if not held] == []


def own_gap(basis: Basis, reason: Reason) -> float:
    """What a loss must be above to be decided: the gap, and a certain loss of more than rounding."""
    return np.inf if reason.low * YI <= reasons.SURE else basis.gap


def test_a_loss_that_is_not_that_from_nothing_is_noticed(evaluation: Any) -> None:
    told = Reason("P1", False, "out", loss=1.0), Reason("P2", False, "out", loss=2.0), Reason("P3", False, "impossible")
    checked = evaluation.Checked(told, {"P1": 1.0, "P2": 2.01, "P3": np.inf}, {}, {})
    assert checked.apart == pytest.approx(0.01)
    assert checked.apart > evaluation.AGREES


def test_a_border_elsewhere_is_noticed(evaluation: Any) -> None:
    """The check from nothing finds a border that was told wrong, in a made-up economy."""
    g = grown(1, built=built())
    turns = g.rounds(gap=0.0)
    c = turns.chosen()
    own = Basis(c.candidates, c.choice, c.objective, c.gap)
    made = Asked(own, turns.valuer)
    name = next(name for name in g.spec.projects if np.isfinite(reason_of(own, name).loss))
    reason = with_levers(examine(own, name, valuer=turns.valuer), valuer=turns.valuer)
    assert evaluation.loss_again(made, reason) == pytest.approx(reason.loss, abs=evaluation.AGREES)
    worth = next(change for change in reason.changes if change.lever == "value")
    assert evaluation.border_again(made, reason, worth)
    assert not evaluation.border_again(made, reason, replace(worth, below=2 * worth.at, at=3 * worth.at))


@dataclass(frozen=True)
class Asked:
    """What the evaluation asks of a selection."""

    basis: Basis
    valuer: choosing.Valuer

"""The best answer to a shock: another solver's optimum, the least of changes, cancel and progress."""

import threading

import numpy as np
import pytest
from ario_cases import table
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from haihe.messages import HaiheError, Text
from haihe.planning import control as control_module
from haihe.planning.control import Control
from haihe.shocks import AtRest, Event, Inventories
from haihe.shocks import response as module
from haihe.shocks.response import KEPT, MOVED, Program, best, program
from haihe.shocks.unplanned import unplanned


def task_of(seed: int, days: int = 42) -> Program:
    rng = np.random.default_rng(seed)
    rest = AtRest.of(table(seed, idle=False))
    events = [
        Event("capacity", rng.uniform(0.2, 0.9), [f"r{rng.integers(2)}"], [f"s{rng.integers(3)}"], start=2, duration=9),
        Event("link", 0.5, ["r0"], to_regions=["r1"], start=5, duration=10),
    ]
    return program(unplanned(rest, events, days, Inventories(days=8.0, restore_days=10.0)))


def worth(task: Program, v: np.ndarray) -> float:
    """What the plan is chosen by: value added, then stocks and few changes."""
    more = np.maximum(v[task.sent] - task.alone, 0.0).sum()
    return float(task.value @ v + KEPT * task.stocked @ v - MOVED * more)


def elsewhere(task: Program) -> np.ndarray:
    """The same optimum by another way: changes as rows of their own, another interface and build of the solver."""
    size, moved = len(task.value), len(task.sent)
    pick = sparse.csr_matrix((np.ones(moved), (np.arange(moved), task.sent)), shape=(moved, size))
    found = linprog(
        np.concatenate([-(task.value + KEPT * task.stocked), np.full(moved, MOVED)]),
        A_eq=sparse.hstack([task.equal, sparse.csr_matrix((task.equal.shape[0], moved))]),
        b_eq=task.right,
        A_ub=sparse.bmat([[-task.above, None], [pick, -sparse.eye(moved)]]),
        b_ub=np.concatenate([-task.least + 1e-9 * np.abs(task.least) + 1e-9, task.alone]),
        bounds=np.vstack([np.column_stack([task.low, task.high]), np.tile([0.0, np.inf], (moved, 1))]),
        method="highs-ds",
    )
    assert found.status == 0
    return np.asarray(found.x[:size])


@given(st.integers(0, 10_000))
@settings(max_examples=5)
def test_it_is_the_optimum_that_another_solver_finds(seed: int) -> None:
    task = task_of(seed)
    plan, value = best(task)
    other = elsewhere(task)
    assert worth(task, plan.vector) == pytest.approx(worth(task, other), rel=1e-9)
    assert value == pytest.approx(float(task.value @ plan.vector), rel=1e-12)
    assert task.gap(plan.vector) < 1e-6


def test_large_programs_go_another_way_to_the_same_optimum(monkeypatch: pytest.MonkeyPatch) -> None:
    task = task_of(11)
    small, _ = best(task)
    monkeypatch.setattr(module, "SMALL", 0)
    large, _ = best(task)
    assert worth(task, large.vector) == pytest.approx(worth(task, small.vector), rel=1e-9)


def test_of_plans_as_good_it_changes_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the cost of a change as much value is made, and far more is moved to and fro."""
    task = task_of(7)
    plan, value = best(task)
    monkeypatch.setattr(module, "MOVED", 0.0)
    wild, same = best(task)

    def moved(v: np.ndarray) -> float:
        return float(np.maximum(v[task.sent] - task.alone, 0.0).sum())

    assert same == pytest.approx(value, rel=1e-6)
    assert moved(plan.vector) < 0.9 * moved(wild.vector)


def test_it_stops_when_asked_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    task, stop, heard = task_of(5, 119), threading.Event(), []
    monkeypatch.setattr(control_module, "EVERY", 0.0)

    def listen(words: Text) -> None:
        heard.append(words)
        stop.set()

    with pytest.raises(HaiheError) as error:
        best(task, Control(cancel=stop, progress=listen))
    assert error.value.code == "E-PLN-60"
    assert heard
    assert heard[0].zh != heard[0].en
    with pytest.raises(HaiheError) as error:
        best(task, Control(time_limit=1e-9))
    assert error.value.code == "E-PLN-61"


def test_what_cannot_be_kept_has_its_own_code() -> None:
    task = task_of(2)
    task.high[:] = task.low
    with pytest.raises(HaiheError) as error:
        best(task)
    assert error.value.code == "E-SHK-70"

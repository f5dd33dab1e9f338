"""Values of coalitions from one program: against programs built apart, against the plan, warm against cold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coalition_cases import agreed, apart, capped, coalitions_of, gains_apart
from hypothesis import given, settings
from hypothesis import strategies as st

from game_cases import is_monotone
from haihe.coalition import gates, values, walk
from haihe.coalition.agreement import as_planned
from haihe.coalition.gates import Gates
from haihe.coalition.values import Coalitions, Question
from haihe.messages import HaiheError
from haihe.planning.assembly import assemble
from haihe.planning.control import Control
from haihe.planning.model import build_model
from haihe.planning.plans import plan
from haihe.planning.program import Floats
from haihe.planning.runs import Work
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from scarce_region import scarce_region

CLOSE = 1e-7


def check_against_apart(members: int, seed: int) -> None:
    """One program with its gates gives what every coalition reaches when it is built apart."""
    economy, spec, model = capped(members, seed=seed)
    game = Coalitions(Question(model, agreed(), tuple(economy.members))).game()
    expected = gains_apart(economy, spec)
    assert game.grand > 1e-3
    np.testing.assert_allclose(game.values, expected, rtol=0, atol=CLOSE * (1 + game.grand))


@pytest.mark.parametrize(("members", "seed"), [(2, 0), (2, 5), (3, 0), (4, 2)])
def test_every_coalition_is_what_it_reaches_when_built_apart(members: int, seed: int) -> None:
    check_against_apart(members, seed)


def _open_to_any(self: Gates, coalition: int, things: int) -> tuple[Floats, Floats]:
    on = (self.owners & np.int64(coalition)) != 0
    return np.where(on, self.low, 0.0), np.where(on, self.high, 0.0)


def _only_the_first_thing(self: Gates, coalition: int, things: int) -> tuple[Floats, Floats]:
    on = ((self.owners & ~np.int64(coalition)) == 0) & (self.thing == 0)
    return np.where(on, self.low, 0.0), np.where(on, self.high, 0.0)


def _never_shut(self: Gates, coalition: int, things: int) -> tuple[Floats, Floats]:
    return self.low, self.high


def _gives_only(self: Gates, coalition: int, things: int) -> tuple[Floats, Floats]:
    on = (self.owners & ~np.int64(coalition)) == 0
    return np.zeros_like(self.low), np.where(on, self.high, 0.0)


@pytest.mark.parametrize("broken", [_open_to_any, _only_the_first_thing, _never_shut, _gives_only])
def test_broken_gates_are_found_out(broken: Callable[..., object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gates, "bounds", broken)
    with pytest.raises(AssertionError):
        check_against_apart(3, 0)


def test_broken_order_of_members_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values.PlanGround, "of_model", lambda self, mask: mask << 1)
    with pytest.raises(AssertionError):
        check_against_apart(3, 0)


@settings(max_examples=12)
@given(seed=st.sampled_from([0, 2, 5, 6, 7]), cut=st.sampled_from([0.05, 0.2, 0.4]), members=st.integers(2, 4))
def test_gains_are_superadditive_and_nobody_gains_alone(seed: int, cut: float, members: int) -> None:
    game = coalitions_of(members, cut, seed).game()
    assert (game.values[1 << np.arange(members)] == 0).all()
    assert game.superadditive(1e-6).holds
    assert is_monotone(game, 1e-6)


def test_warm_and_cold_solves_agree() -> None:
    warm = coalitions_of(4, 0.3, 2)
    game = warm.game()
    assert sum(method == "simplex" for *_, method in warm.solves) >= len(warm.solves) // 2
    cold = coalitions_of(4, 0.3, 2)
    alone = cold.solve(0, method="ipx").objective
    for mask in range(1, 16):
        value = alone - cold.solve(mask, method="ipx").objective
        assert value == pytest.approx(game.values[mask], abs=CLOSE * (1 + abs(alone)))


def test_outsiders_stay_outside() -> None:
    economy, _spec, model = capped(4, seed=2)
    whole = Coalitions(Question(model, agreed(), tuple(economy.members))).game()
    some = Coalitions(Question(model, agreed(), ("M3", "M1"))).game()
    assert some.members == ("M3", "M1")
    assert some.grand == pytest.approx(whole.value(["M1", "M3"]), abs=CLOSE * (1 + whole.grand))


def test_grand_coalition_is_the_plan_pooled_and_separate() -> None:
    region = scarce_region(cap=0.7, scenarios=False)
    setup = setup_of(region, projects=False, pooled=True)
    asked = Coalitions(Question(assemble(setup).model, as_planned(), tuple(setup.economy.members)))
    permits = 1 << [thing.kind for thing in as_planned().things].index("permits")
    for pooled, things in ((True, None), (False, asked.agreement.everything & ~permits)):
        made = plan(region, pooled=pooled, projects=False, band=False)
        expected = -made.solution.objective
        assert asked.welfare(asked.everybody, things) == pytest.approx(expected, abs=CLOSE * (1 + abs(expected)))
    together, without = asked.welfare(3), asked.welfare(3, asked.agreement.everything & ~permits)
    assert together > without + 1e-3


def test_trade_through_a_pool_gives_the_plan_too() -> None:
    economy, spec, model = capped(3, trade="pool")
    asked = Coalitions(Question(model, agreed(), tuple(economy.members)))
    game = asked.game()
    expected = -Session(build_model(economy, [spec], trade="pool").program).solve(method="ipx").objective
    assert asked.welfare(7) == pytest.approx(expected, rel=CLOSE)
    assert game.superadditive(1e-6).holds


def test_the_given_model_stays_as_it_is() -> None:
    economy, _, model = capped(2)
    before = dict(model.program.column_blocks)
    Coalitions(Question(model, agreed("permits", "labour"), tuple(economy.members)))
    assert model.program.column_blocks == before


def test_journal_takes_up_where_it_stopped(tmp_path: object) -> None:
    file = tmp_path / "values.jsonl"  # type: ignore[operator]
    economy, _, model = capped(3)
    question = Question(model, agreed(), tuple(economy.members))
    first = Coalitions(question, journal=file)
    game = first.game()
    again = Coalitions(question, journal=file)
    assert (again.game().values == game.values).all()
    assert not again.solves
    file.write_text(file.read_text()[:-12])
    third = Coalitions(question, journal=file)
    assert third.game().values == pytest.approx(game.values, abs=1e-6)
    assert len(third.solves) == 1
    other, _, changed = capped(3, cut=0.1)
    with pytest.raises(HaiheError) as refused:
        Coalitions(Question(changed, agreed(), tuple(other.members)), journal=file)
    assert refused.value.code == "E-PLN-101"


def in_one_process(calls: list[str], lost_after: int = 99) -> Callable[..., Iterator[tuple[str, Mapping[str, Any]]]]:
    """Do runs here in place of processes, note their names, and stop after some."""

    def each(work: Work, names: Sequence[str], **_: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
        one = work.open(Control())
        for count, name in enumerate(names):
            if count == lost_after:
                raise HaiheError("E-PLN-60", seconds="0", how_far="stopped")
            calls.append(name)
            yield name, one(name)

    return each


def test_processes_take_up_where_they_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "values.jsonl"
    economy, _, model = capped(3)
    question = Question(model, agreed(), tuple(economy.members))
    calls: list[str] = []
    monkeypatch.setattr(walk, "run_each", in_one_process(calls, lost_after=3))
    with pytest.raises(HaiheError) as stopped:
        Coalitions(question, journal=file).game(workers=2)
    assert stopped.value.code == "E-PLN-60"
    assert len(file.read_text().splitlines()) == 1 + 3
    monkeypatch.setattr(walk, "run_each", in_one_process(calls))
    again = Coalitions(question, journal=file).game(workers=2)
    assert sorted(calls) == sorted(set(calls))
    assert len(calls) == len(walk.cubes_of(3, 2)) - 1  # the first cube gave the value of each member alone
    assert again.values == pytest.approx(Coalitions(question).game().values, abs=1e-6)
    done = Coalitions(question, journal=file)
    assert done.game(workers=2).values == pytest.approx(again.values, abs=0)
    assert done.game().values == pytest.approx(again.values, abs=0)
    assert not done.solves


def test_who_cannot_stand_alone_is_named_over_processes_too(monkeypatch: pytest.MonkeyPatch) -> None:
    economy, spec, _ = capped(3)
    starved = spec.cap.copy()
    starved[1] *= 1e-4
    monkeypatch.setattr(walk, "run_each", in_one_process([]))
    model = build_model(economy, [replace(spec, cap=starved)])
    with pytest.raises(HaiheError) as error:
        Coalitions(Question(model, agreed(), tuple(economy.members))).game(workers=2)
    assert error.value.code == "E-COA-28"


def test_a_journal_belongs_to_the_whole_program() -> None:
    asked = coalitions_of(2)
    arrays, own = asked.built, asked._key()
    shifted = arrays.matrix.copy()
    shifted.indptr = shifted.indptr.copy()
    inner = np.flatnonzero(np.diff(shifted.indptr) > 0)[0] + 1
    shifted.indptr[inner] -= 1
    keys = [own]
    for changed in (replace(arrays, constant=arrays.constant + 1.0), replace(arrays, matrix=shifted)):
        asked.built = changed
        keys.append(asked._key())
    assert len(set(keys)) == len(keys)
    asked.built = arrays
    assert asked._key() == own


@pytest.mark.slow
def test_processes_give_the_same_values() -> None:
    here, there = coalitions_of(3), coalitions_of(3)
    assert there.game(workers=2).values == pytest.approx(here.game().values, abs=1e-6)


def test_who_cannot_stand_alone_is_named() -> None:
    economy, spec, _ = capped(3)
    starved = spec.cap.copy()
    starved[1] *= 1e-4
    model = build_model(economy, [replace(spec, cap=starved)])
    with pytest.raises(HaiheError) as error:
        Coalitions(Question(model, agreed(), tuple(economy.members))).game()
    assert error.value.code == "E-COA-28"
    assert dict(error.value.findings[0].values)["members"] == "M1"


@pytest.mark.parametrize("players", [(), ("M0", "M0"), ("M0", "nowhere")])
def test_players_must_be_members(players: tuple[str, ...]) -> None:
    _, _, model = capped(2)
    with pytest.raises(HaiheError) as error:
        Question(model, agreed(), players)
    assert error.value.code == "E-COA-27"


def test_economies_built_apart_balance() -> None:
    economy, spec, _ = capped(3)
    cut, _ = apart(economy, spec, [0, 2])
    assert np.abs(cut.residual()).max() < 1e-9
    assert gates.UNIT  # the module under test is the one that is broken above

"""The disruption model against recorded paths of a peer, and the same with the model broken on purpose."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haihe.accounts import InterregionalTable
from haihe.shocks import (
    ORACLE_THRESHOLD,
    AtRest,
    Event,
    Inventories,
    Rebuild,
    Response,
    disrupt,
    passing,
    rebuilding,
    stepping,
)
from haihe.shocks.baseline import DAYS

pymrio = pytest.importorskip("pymrio")
RECORDED = Path(__file__).parent / "data" / "ario_paths.npz"
REBUILD = {"construction": 0.6, "manufactoring": 0.4}
HIT = [("reg1", "manufactoring"), ("reg1", "mining")]
SCARCE = {"days": 6.0}
CLOSE = 1e-10

CASES = {
    "ample": ({}, {}),
    "scarce": (SCARCE, {}),
    "slow": (SCARCE, {}),
    "strike": (SCARCE, {}),
    "loyal": ({}, {"adaptation": 0.0}),
    "endless": ({"days": {"manufactoring": np.inf, "*": 6.0}}, {}),
    "by_input": ({"days": {}}, {}),
    "calling": ({}, {"overproduction": 1.5, "overproduction_days": 30.0}),
    "rebuilt": ({}, {}),
    "rebuilt_scarce": (SCARCE, {}),
    "homes": ({}, {}),
}


@pytest.fixture(scope="module")
def recorded() -> dict[str, np.ndarray]:
    with np.load(RECORDED) as stored:
        return dict(stored)


@pytest.fixture(scope="module")
def rest() -> AtRest:
    return AtRest.of(InterregionalTable.from_pymrio(pymrio.load_test()))


def labels(recorded: dict[str, np.ndarray]) -> pd.MultiIndex:
    return pd.MultiIndex.from_tuples([tuple(label.split(" / ")) for label in recorded["industries"]])


def capital(rest: AtRest) -> np.ndarray:
    """The peer's capital: four times what output of a year leaves over after the inputs of the table."""
    return 4.0 * (rest.output * DAYS - rest.yearly.sum(axis=0))


def events(name: str, recorded: dict[str, np.ndarray], rest: AtRest) -> list[Event]:
    if f"{name}.lost" in recorded:
        names = labels(recorded)[recorded[f"{name}.hit"]]
        paths = zip(names, recorded[f"{name}.lost"].T, strict=True)
        return [Event("capacity", 1.0, [r], [s], start=0, path=tuple(path)) for (r, s), path in paths]
    share = 0.3 if name == "rebuilt_scarce" else 0.02
    damage = share * pd.Series(capital(rest), index=rest.index).loc[HIT]
    when = {"start": 5, "duration": 5, "rebuild": Rebuild(REBUILD, 30.0)}
    happens = [Event("capital", damage, **when)]
    if name == "homes":
        happens.append(Event("household", pd.Series({"reg1": 1e6}), kinds=["Changes in inventories"], **when))
    return happens


def difference(name: str, recorded: dict[str, np.ndarray], rest: AtRest, **options: object) -> float:
    """Largest difference of any producer on any day, over its output at rest."""
    stocks, response = CASES[name]
    if name == "by_input":
        stocks = {"days": {code: 5.0 + 3.0 * i for i, code in enumerate(sorted(rest.sectors))}}
    found = disrupt(
        rest,
        events(name, recorded, rest),
        inventories=Inventories(**{"threshold": ORACLE_THRESHOLD} | stocks),
        response=Response(**response),
        capital=capital(rest),
        **options,
    )
    made = pd.DataFrame(recorded[f"{name}.made"], columns=labels(recorded))[rest.index].to_numpy()
    return float((np.abs(found.production[recorded["kept"]] - made) / rest.output).max())


@pytest.mark.parametrize("engine", ["plain", "fused"])
@pytest.mark.parametrize("name", CASES)
def test_a_year_runs_as_the_peers(name: str, engine: str, recorded: dict[str, np.ndarray], rest: AtRest) -> None:
    if engine == "fused":
        pytest.importorskip("numba")
    assert difference(name, recorded, rest, engine=engine) < CLOSE


def test_the_peers_unit_slip_matters_only_in_shortage(recorded: dict[str, np.ndarray], rest: AtRest) -> None:
    """Ours compares like with like: an input below 1e-5 of output does not stop a factory."""
    apart = {}
    for name, days in (("ample", 90.0), ("scarce", 6.0)):
        happens = events(name, recorded, rest)
        ours, slipped = (
            disrupt(
                rest, happens, days=120, inventories=Inventories(days, threshold=threshold), engine="plain"
            ).production
            for threshold in (1e-5, ORACLE_THRESHOLD)
        )
        apart[name] = (np.abs(ours - slipped) / rest.output).max()
    assert apart["ample"] < CLOSE < 1e-6 < apart["scarce"]


def no_overproduction(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stepping.Economy, "_call_up", lambda *_: None)


def all_the_stock_limits(patch: pytest.MonkeyPatch) -> None:
    whole = stepping.Stocks
    patch.setattr(stepping, "Stocks", lambda **parts: whole(**parts | {"psi": 1.0}))


def nobody_is_rationed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stepping, "rationed", lambda demand, supply: np.ones_like(demand))


def industry_first(patch: pytest.MonkeyPatch) -> None:
    """All in one class get what is left of a supply without the final uses."""
    right = stepping.rationed
    patch.setattr(stepping, "rationed", lambda demand, supply: np.minimum(right(demand, supply) * 1.01, 1.0))


def stale_orders(patch: pytest.MonkeyPatch) -> None:
    right = stepping.Economy._reorder

    def reorder(self: stepping.Economy, *told: object) -> None:
        asked = self.asked.copy()
        right(self, *told)
        self.asked = asked

    patch.setattr(stepping.Economy, "_reorder", reorder)


def stale_factors(patch: pytest.MonkeyPatch) -> None:
    right = stepping.Economy._reorder

    def reorder(self: stepping.Economy, *told: object) -> None:
        right(self, *told)
        self.factors = np.ones_like(self.factors)

    patch.setattr(stepping.Economy, "_reorder", reorder)


def no_gap_is_filled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Inventories, "restore", lambda self, rest, step: np.full(len(rest.sectors), 1e9))


def stocks_forget_use(patch: pytest.MonkeyPatch) -> None:
    right = passing.plain_pass
    patch.setattr(
        stepping.Economy,
        "advance",
        _with(lambda move: lambda s, old, new, made, wanted: right(s, old, new, 0.99 * made, wanted)),
    )


def _with(change: Callable) -> Callable:
    right = stepping.Economy.advance
    return lambda self, t, day, move, book: right(self, t, day, change(move), book)


MUTANTS = [
    no_overproduction, all_the_stock_limits, nobody_is_rationed, industry_first, stale_orders, stale_factors, no_gap_is_filled,
    stocks_forget_use,
]  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_a_broken_model_is_found_out(
    mutant: Callable, recorded: dict[str, np.ndarray], rest: AtRest, monkeypatch: pytest.MonkeyPatch
) -> None:
    mutant(monkeypatch)
    assert difference("scarce", recorded, rest, engine="plain") > 1e4 * CLOSE


def test_stocks_aim_too_high_where_rebuilding_counts(
    recorded: dict[str, np.ndarray], rest: AtRest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding.Rebuilding, "deliver", lambda *_: None)
    assert difference("rebuilt", recorded, rest, engine="plain") > 1e4 * CLOSE

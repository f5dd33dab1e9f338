"""A second build with linopy, written from the formulas, has the same size and the same optimum."""

import numpy as np
import pytest

from plan_cases import Built, synthetic, with_growth, with_loss, with_partners, with_two

pytest.importorskip("linopy", reason="linopy stands in the extra dev")
from haihe.planning.caps import cap_path
from haihe.planning.model import build_model
from haihe.planning.solver import Session
from plan_linopy import peer_model


def compare(b: Built, cut: float, *, pooled: bool) -> tuple[float, float]:
    cap = cap_path(b.reference, cut, b.economy.assumptions)
    peer = peer_model(b.economy, b.spec, cap, pooled=pooled)
    ours = b.solve(cut, pooled=pooled).objective
    assert peer.size() == b.session.arrays.size
    return ours, peer.optimum()


@pytest.mark.parametrize(
    ("step", "periods", "outlook", "pooled"),
    [(2, 5, 0, True), (1, 3, 0, False), (2, 1, 0, True), (1, 5, 5, True), (2, 2, 5, False), (1, 1, 5, True)],
)
def test_optimum_and_size_agree(step: int, periods: int, outlook: int, pooled: bool) -> None:
    ours, peer = compare(with_loss(synthetic(2)).over(step, periods, outlook).build(), 0.2, pooled=pooled)
    assert ours == pytest.approx(peer, rel=1e-8)


def test_optimum_and_size_agree_on_a_path_of_its_own() -> None:
    """Two technologies, two groups of foreign partners, every sector at a rate of its own."""
    ours, peer = compare(with_growth(with_two(with_partners(with_loss(synthetic(2))))).build(), 0.2, pooled=True)
    assert ours == pytest.approx(peer, rel=1e-8)


def test_optimum_agrees_where_members_trade_through_a_pool() -> None:
    b = with_growth(synthetic(5, members=3, n=4)).build()
    cap = cap_path(b.reference, 0.2, b.economy.assumptions)
    peer = peer_model(b.economy, b.spec, cap, trade="pool")
    model = build_model(b.economy, [b.spec], trade="pool")
    session = Session(model.program)
    held = model.caps["CARBON"]
    session.set_row_bounds(held.rows.index, -np.inf, cap / held.scale)
    session.set_column_bounds(held.permits.index, -np.inf, np.inf)
    assert session.arrays.size == peer.size()
    assert session.solve().objective == pytest.approx(peer.optimum(), rel=1e-8)


def test_optimum_agrees_without_upgrades() -> None:
    ours, peer = compare(synthetic(5, members=3, n=4).build(upgrades=False), 0.1, pooled=True)
    assert ours == pytest.approx(peer, rel=1e-8)


def test_optimum_agrees_where_finance_is_not_pooled() -> None:
    b = synthetic(2).build()
    cap = cap_path(b.reference, 0.2, b.economy.assumptions)
    peer = peer_model(b.economy, b.spec, cap, pooled_finance=False).optimum()
    model = build_model(b.economy, [b.spec], pooled_finance=False)
    session = Session(model.program)
    held = model.caps["CARBON"]
    session.set_row_bounds(held.rows.index, -np.inf, cap / held.scale)
    assert session.solve().objective == pytest.approx(peer, rel=1e-8)

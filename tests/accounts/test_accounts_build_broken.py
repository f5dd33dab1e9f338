"""The acceptance tests D1 to D4 of the data build fail on a build that is broken on purpose."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import test_accounts_build as tests

from haihe.accounts import build, read_provinces
from haihe.messages import HaiheError


def wrapped(module: Any, name: str, change: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Replace a function by one that is given the original and the arguments."""
    original = getattr(module, name)
    return lambda patch: patch.setattr(module, name, lambda *args, **more: change(original, *args, **more))


def _off(make: Any, *args: Any, **more: Any) -> Any:
    """Be off by a per cent in the first of what is found."""
    first, *rest = make(*args, **more)
    return (1.01 * first, *rest)


def _half_netted(make: Any, table: Any, *more: Any) -> Any:
    """Take transit out of what leaves, and not out of what comes in."""
    net, netted, left = make(table, *more)
    return replace(net, inflow=table.inflow, imports=table.imports), netted, left


def _near_and_far_alike(make: Any, outflow: Any, inflow: Any, distance: Any, beta: float, *more: Any) -> Any:
    return make(outflow, inflow, distance, 1.0, *more)


def test_netting_of_one_side_only_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """D2 on random tables."""
    wrapped(tests, "net_transit", _half_netted)(monkeypatch)
    with pytest.raises((AssertionError, HaiheError)):
        tests.test_netting_changes_no_balance.hypothesis.inner_test(seed=1, theta=1.0)


def test_margins_moved_without_need_are_noticed(economy: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """D4."""
    tests.test_made_up_table_without_transit_has_no_residual(economy)
    wrapped(build, "fix_margins", _off)(monkeypatch)
    with pytest.raises((AssertionError, HaiheError)):
        tests.test_made_up_table_without_transit_has_no_residual(economy)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("how", "name"),
    [
        (wrapped(build, "fix_margins", _off), "test_four_region_table_balances"),
        (wrapped(tests, "net_transit", _half_netted), "test_netting_on_the_published_tables"),
        (wrapped(build, "gravity_flows", _near_and_far_alike), "test_flows_without_decay_are_the_validated_ones"),
        (wrapped(build, "gravity_flows", _near_and_far_alike), "test_flows_rise_with_decay_and_depend_on_the_distance"),
    ],
    ids=["D1", "D2", "D3 without decay", "D3 with decay"],
)
def test_a_broken_build_of_the_published_tables_is_noticed(
    how: Callable[[pytest.MonkeyPatch], None], name: str, reference: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = read_provinces(reference / "china_provincial_io", 2017)
    how(monkeypatch)
    check = getattr(tests, name)
    with pytest.raises((AssertionError, HaiheError)):
        check(published)

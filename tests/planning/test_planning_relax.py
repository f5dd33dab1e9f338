"""No feasible plan: the list of limits to relax makes the program feasible, is the cheapest, and is well put."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from haihe.messages import HaiheError, Text
from haihe.planning import Program, Session
from haihe.planning.relax import Infeasible, explain_infeasible, row_sizes, solve_or_explain
from haihe.planning.relax_words import MOST, digits_up, grouped, in_unit, in_words

YEARS = (2026, 2028, 2030)
TREND = {2026: 1.0, 2028: 1.1, 2030: 1.25}


def demanding(seed: int, scale: float = 1.0, short: float | None = None) -> Program:
    """A program whose physical rows hold and whose policy rows, in several units, ask for too much.

    ``scale`` is the unit in which the first policy family is counted; its amounts are larger by it.
    """
    rng = np.random.default_rng(seed)
    n, t = int(rng.integers(3, 9)), len(YEARS)
    inside = rng.uniform(1.0, 4.0, (n, t))
    program = Program()
    x = program.columns("x", {"i": range(n), "year": YEARS}, upper=2 * inside, cost=rng.normal(size=(n, t)), unit="t")
    link = rng.uniform(0.0, 1.0, (2, n))
    level = np.einsum("kn,nt->kt", link, inside)
    plain = program.rows("plain", {"k": ["a", "b"], "year": YEARS}, lower=0.8 * level, upper=1.2 * level, unit="t")
    program.enter(plain.index[:, None, :], x.index[None], link[:, :, None])
    regions = ("BJ", "TJ")
    short = rng.uniform(0.2, 0.6) if short is None else short
    for number, (name, factor) in enumerate((("cap", scale), ("floor", 3e4), ("link", 1e-3))):
        use = rng.uniform(0.2, 1.0, (2, n)) * (rng.random((2, n)) < 0.8)
        use[:, 0] += 0.5
        amount = factor * np.einsum("rn,nt->rt", use, inside)
        bound = {"lower": (1.6 + short) * amount} if name == "floor" else {"upper": short * amount}
        unit = "t CO2/year / 1000" if number == 0 else "kt/year"
        rows = program.rows(
            f"limit:{name}", {"region": regions, "year": YEARS}, unit=unit, title=Text(name, name), policy=True, **bound
        )
        program.enter(rows.index[:, None, :], x.index[None], factor * use[:, :, None])
    return program


def is_feasible(session: Session) -> bool:
    a = session.arrays
    dense = a.matrix.toarray()
    up, low = np.isfinite(a.row_upper), np.isfinite(a.row_lower)
    answer = linprog(
        np.zeros(a.cost.size),
        A_ub=np.vstack([dense[up], -dense[low]]),
        b_ub=np.concatenate([a.row_upper[up], -a.row_lower[low]]),
        bounds=np.column_stack([a.lower, a.upper]),
    )
    return bool(answer.status == 0)


def cheapest(session: Session) -> float:
    """Least sum of shares by scipy, from the arrays and the sizes written out row by row."""
    a, dense = session.arrays, session.arrays.matrix.toarray()
    policy = np.concatenate([b.index.ravel() for b in session.program.row_blocks.values() if b.policy])
    slack = np.zeros((dense.shape[0], policy.size))
    for column, row in enumerate(policy):
        limit = a.row_upper[row] if np.isfinite(a.row_upper[row]) else a.row_lower[row]
        slack[row, column] = abs(limit)
    up, low = np.isfinite(a.row_upper), np.isfinite(a.row_lower)
    answer = linprog(
        np.r_[np.zeros(a.cost.size), np.ones(policy.size)],
        A_ub=np.block([[dense[up], -slack[up]], [-dense[low], -slack[low]]]),
        b_ub=np.concatenate([a.row_upper[up], -a.row_lower[low]]),
        bounds=[*zip(a.lower, a.upper, strict=True), *[(0, None)] * policy.size],
    )
    assert answer.status == 0
    return float(answer.fun)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32))
def test_each_list_alone_makes_the_plan_feasible_and_the_first_is_the_cheapest(seed: int) -> None:
    session = Session(demanding(seed))
    before = session.arrays
    assert not is_feasible(session)
    answer = explain_infeasible(session, trend=TREND)
    assert session.arrays == before
    totals = [way.total for way in answer.lists]
    assert totals == sorted(totals)
    assert totals[0] == pytest.approx(cheapest(session), rel=2e-3)
    for way in answer.lists:
        relaxed = Session(session.program)
        way.apply(relaxed)
        assert is_feasible(relaxed)
        assert relaxed.solve().check.worst <= 1e-6
        assert set(way.rows["row"]) <= {"limit:cap", "limit:floor", "limit:link"}
        assert len(way.items) <= MOST


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_no_item_of_the_list_can_be_left_out(seed: int) -> None:
    session = Session(demanding(seed))
    way = explain_infeasible(session, alternatives=0).lists[0]
    less = replace(way, rows=way.rows.assign(bound=0.98 * way.rows["bound"]))
    less.apply(session)
    assert not is_feasible(session)


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), power=st.integers(-4, 6))
def test_the_unit_of_a_limit_does_not_change_the_list(seed: int, power: int) -> None:
    one = explain_infeasible(Session(demanding(seed)), alternatives=0).lists[0]
    other = explain_infeasible(Session(demanding(seed, scale=10.0**power)), alternatives=0).lists[0]
    assert other.total == pytest.approx(one.total, rel=2e-3)


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32))
def test_alternatives_keep_what_the_others_relax_and_needed_limits_stand_in_every_way(seed: int) -> None:
    answer = explain_infeasible(Session(demanding(seed)))
    for name in answer.needed:
        assert all(name in set(way.rows["row"]) for way in answer.lists)
    keys = [tuple(sorted(zip(way.rows["row"], way.rows["place"], strict=True))) for way in answer.lists]
    assert len(set(keys)) == len(keys)


def hand(cap: float = 3.0, floor: float = 5.0) -> Program:
    """Two regions make one thing: together they may make at most 3 a year but must make 5 in 2030 (trend 1.25)."""
    program = Program()
    dims = {"region": ("BJ", "TJ"), "year": (2030,)}
    x = program.columns("x", dims, upper=[[2.0], [10.0]], unit="t")
    limit = program.rows(
        "cap", {"year": (2030,)}, upper=cap, unit="t/year / 1000", title=Text("上限", "cap"), policy=True
    )
    need = program.rows("need", {"year": (2030,)}, lower=floor, unit="t/year", title=Text("需求", "need"))
    for rows in (limit, need):
        program.enter(rows.index[None, :], x.index, 1.0)
    return program


def test_hand_solved_list_has_amount_unit_share_and_words() -> None:
    with pytest.raises(HaiheError) as caught:
        solve_or_explain(Session(hand()), trend=TREND, names={"BJ": Text("北京", "Beijing")})
    codes = [finding.code for finding in caught.value.findings]
    assert codes == ["E-PLN-02", "N-PLN-64"]
    (row,) = explain_infeasible(Session(hand()), trend=TREND).lists[0].rows.itertuples()
    assert (row.side, row.row, row.year, row.place, row.unit) == ("upper", "cap", 2030, "", "t/year")
    assert row.amount == pytest.approx(2 * 1.25 * 1000, rel=1.1e-3)
    assert row.amount >= 2500
    assert row.bound == pytest.approx(row.amount / 1250)
    assert row.share == pytest.approx(2 / 3, rel=1.1e-3)
    zh, en = (caught.value.findings[1].text(lang) for lang in ("zh", "en"))
    assert "“上限” 2030的上限提高 2,501 t/年（约 67 %）" in zh
    assert "“cap” 2030 raised by 2,501 t/year (about 67 %)" in en


def test_a_feasible_program_has_an_empty_list_and_solves() -> None:
    session = Session(hand(cap=6.0))
    assert explain_infeasible(session).lists[0].rows.empty
    assert solve_or_explain(session).check.worst <= 1e-6


def test_where_no_limit_helps_the_contradictory_rows_are_named() -> None:
    answer = explain_infeasible(Session(hand(floor=20.0)))
    (way,) = answer.lists
    assert not way.policy
    assert [finding.code for finding in answer.findings] == ["E-PLN-02", "E-PLN-65"]
    assert way.rows["row"].tolist() == ["need"]
    assert way.rows["amount"].iloc[0] == pytest.approx(8.0, rel=1.1e-3)


def test_crossed_bounds_of_a_quantity_are_named() -> None:
    session = Session(hand())
    session.set_column_bounds(np.array([1]), 3.0, 2.0)
    answer = explain_infeasible(session)
    assert answer.crossed == ("x[TJ,2030]",)
    assert [finding.code for finding in answer.findings] == ["E-PLN-02", "E-PLN-66"]


def test_a_limit_that_nothing_can_stand_in_for_is_needed() -> None:
    answer = explain_infeasible(Session(hand()))
    assert answer.needed == ("cap",)
    assert len(answer.lists) == 1


def test_a_cancelled_or_unbounded_solve_is_not_explained() -> None:
    session = Session(hand(cap=6.0))
    session.set_column_bounds(np.array([0]), -np.inf, np.inf)
    session.set_row_bounds(np.array([0, 1]), -np.inf, np.inf)
    session.set_costs(np.array([1.0, 0.0]))
    with pytest.raises(HaiheError) as caught:
        solve_or_explain(session)
    assert caught.value.code == "E-PLN-03"


def test_sizes_count_the_reference_and_fall_back_where_a_limit_is_zero() -> None:
    program = Program()
    x = program.columns("x", {"i": range(3)}, unit="1")
    whole = program.rows("whole", {"i": range(3)}, upper=[1.0, -2.0, 0.0], unit="1", reference=[9.0, 12.0, 7.0])
    some = program.rows("some", {"i": range(3)}, upper=[0.0, 4.0, np.inf], lower=[-np.inf, -6.0, -np.inf], unit="1")
    none = program.rows("none", {"i": range(3)}, upper=0.0, unit="1")
    for rows in (whole, some):
        program.enter(rows.index, x.index, 1.0)
    program.enter(none.index[:2], x.index[:2], [2.0, -30.0])
    sizes = row_sizes(Session(program), [whole, some, none])
    np.testing.assert_allclose(sizes["whole"], [10.0, 10.0, 7.0])
    np.testing.assert_allclose(sizes["some"], [6.0, 6.0, 6.0])
    np.testing.assert_allclose(sizes["none"], [2.0, 30.0, 1.0])


def rows_of(places: int, limits: int) -> pd.DataFrame:
    records: list[dict[str, Any]] = [
        {
            "position": 0,
            "side": "upper",
            "row": f"limit{k}",
            "title": Text(f"限{k}", f"limit {k}"),
            "unit": "t",
            "year": year,
            "place": f"P{p}",
            "amount": 1.0 + year - 2026,
            "bound": 1.0,
            "share": 0.1 * (k + 1),
        }
        for k in range(limits)
        for p in range(places)
        for year in YEARS
    ]
    return pd.DataFrame(records)


@pytest.mark.parametrize(("places", "limits", "names"), [(3, 2, 6), (20, 1, 20), (21, 2, 2), (2, 25, 20)])
def test_long_lists_are_put_together_to_twenty_names(places: int, limits: int, names: int) -> None:
    rows = rows_of(places, limits)
    table = grouped(rows)
    assert len(table) == names
    assert table["total"].sum() == pytest.approx(rows["share"].sum())
    assert table["rows"].sum() == len(rows)
    kept = table[table["row"] != ""]
    assert (kept["amount"] == 5.0).all()
    assert (table["first"] == 2026).all()
    assert (table["last"] == 2030).all()
    answer = Infeasible((explain_infeasible(Session(hand()), alternatives=0).lists[0],))
    way = replace(answer.lists[0], rows=rows)
    for finding in replace(answer, lists=(way,)).findings:
        assert "{" not in finding.text("zh") + finding.text("en")


@given(value=st.floats(1e-12, 1e12))
def test_rounding_is_up_and_close(value: float) -> None:
    rounded = digits_up(value)
    assert value <= rounded <= value * 1.0011


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("t CO2/year / 1e+06", ("t CO2/year", 1e6)),
        ("tce/year / 0.001", ("tce/year", 1e-3)),
        ("bn yuan/year", ("bn yuan/year", 1.0)),
        ("万TEU", ("万TEU", 1.0)),
    ],
)
def test_scaled_units_are_read(unit: str, expected: tuple[str, float]) -> None:
    assert in_unit(unit) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "zh", "en"),
    [
        (131_200_000.0, "t CO2/year", "13,120 万吨CO2/年", "13,120 10,000 t CO2/year"),
        (950.0, "t CO2/year", "950 吨CO2/年", "950 t CO2/year"),
        (69.19, "bn yuan/year", "691.9 亿元/年", "691.9 100 m yuan/year"),
        (0.01234, "机时/year", "0.01234 机时/年", "0.01234 machine hours/year"),
        (5.0, "share", "5 占比", "5 share"),
    ],
)
def test_amounts_are_said_without_powers_of_ten(amount: float, unit: str, zh: str, en: str) -> None:
    assert (in_words(amount, unit).zh, in_words(amount, unit).en) == (zh, en)


def test_limits_of_a_floor_on_all_members_are_said_together() -> None:
    program = hand()
    rows = program.rows("floor", {"place": ("*",), "year": (2030,)}, lower=20.0, unit="t/year", policy=True)
    program.enter(rows.index, program.column_blocks["x"].index, 1.0)
    session = Session(program)
    session.set_row_bounds(program.row_blocks["cap"].index, -np.inf, np.inf)
    finding = explain_infeasible(session).findings[1]
    assert "成员合计" in finding.text("zh")
    assert "members together" in finding.text("en")


def test_a_limit_that_is_needed_gives_way_in_another_place() -> None:
    """Two caps of one limit, either of which can make room: the limit is needed, its places are alternatives."""
    program = Program()
    x = program.columns("x", {"region": ("BJ", "TJ"), "year": (2030,)}, upper=10.0, unit="t")
    cap = program.rows("cap", x.dims, upper=[[1.0], [2.0]], unit="t/year", policy=True)
    need = program.rows("need", {"year": (2030,)}, lower=5.0, unit="t/year")
    program.enter(cap.index, x.index, 1.0)
    program.enter(need.index[None, :], x.index, 1.0)
    answer = explain_infeasible(Session(program))
    assert answer.needed == ("cap",)
    assert [way.rows["place"].tolist() for way in answer.lists] == [["TJ"], ["BJ"]]
    assert [way.total for way in answer.lists] == pytest.approx([1.0, 2.0], rel=2e-3)

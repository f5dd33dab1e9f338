"""A plan in words: its numbers stand in its frames, and nothing is said of what does not bind."""

import re
from collections.abc import Hashable
from copy import copy
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.messages import Text
from haihe.planning import Session, plan, telling
from haihe.planning.binding import binding_rows, binding_table
from haihe.planning.plans import Plan
from haihe.planning.relax_words import in_unit
from haihe.planning.telling import moved, tell
from haihe.planning.telling_words import Words, rough
from haihe.region import Region
from scarce_region import scarce_region
from small_region import META, small_tables


@cache
def planned(land: float = 6600.0, cap: float = 0.8, *, band: bool = True) -> Plan:
    return plan(scarce_region(land=land, cap=cap), band=band)


def texts(p: Plan, topic: str) -> list[str]:
    return [line.text.zh for line in tell(p) if line.topic == topic]


def when(p: Plan, row: dict[Hashable, Any]) -> str:
    """The years in which a row binds, as they are told."""
    since, until = row["since"], row["until"]
    if until == p.model.economy.assumptions.years[-1]:
        return f"自 {since} 年起"
    return f"仅 {since} 年" if since == until else f"在 {since}–{until} 年"


def check(p: Plan) -> None:
    """Each sentence says what binds and no more, with the numbers of the frames."""
    table = binding_table(p)
    for topic, prefix in (("caps", "cap:"), ("resources", "resource:"), ("links", "link:")):
        rows, said = table[table["row"].str.startswith(prefix)], "".join(texts(p, topic))
        assert said.count("约值") == len(rows), topic
        for row in rows.to_dict("records"):
            assert f"约值 {rough(row['price'])} 元" in said
            assert when(p, row) in said
            if np.isfinite(row["low"]) and rough(row["low"]) != rough(row["high"]):
                assert f"（{rough(row['low'])}–{rough(row['high'])}）" in said


def test_sentences_say_what_binds_with_the_numbers_of_the_frames() -> None:
    p = planned()
    check(p)
    table = binding_table(p).set_index("row")
    assert {"cap:cap", "resource:land"} <= set(table.index)
    prices = p.prices.set_index(["kind", "name", "region", "year"])
    land = table.loc["resource:land"]
    assert land["price"] == pytest.approx(prices.loc[("resource", "land", "north", land["year"]), "price"])
    assert land["low"] <= land["price"] <= land["high"]
    assert table.loc["cap:cap", "place"] == "*"
    cost = texts(p, "cost")[0]
    assert f"约 {rough(10 * p.loss)} 亿元" in cost
    assert f"{rough(10 * p.loss_band[0])}–{rough(10 * p.loss_band[1])}" in cost
    assert f"挽回约 {rough(10 * p.gain)} 亿元" in cost


@pytest.mark.parametrize("broken", ["none binds", "all bind"])
def test_a_sentence_too_many_or_too_few_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    p = planned()
    whole = binding_table(p)
    spoiled = whole.iloc[:0] if broken == "none binds" else whole.loc[whole.index.repeat(2)]
    monkeypatch.setattr(telling, "binding_table", lambda _: spoiled)
    with pytest.raises(AssertionError):
        check(p)


@settings(max_examples=4, deadline=None)
@given(st.sampled_from([6600.0, 6900.0, 1e6]), st.sampled_from([0.75, 0.9]))
def test_what_has_no_worth_is_not_told(land: float, cap: float) -> None:
    p = planned(land, cap, band=False)
    check(p)
    if land > 1e5:
        assert texts(p, "resources") == []
    told = set(binding_rows(p)["row"])
    for block in p.assembly.policies():
        worth = np.abs(p.solution.worth(block)).max(initial=0.0) * 1e9 / in_unit(block.unit)[1]
        assert (block.name in told) == (worth > 1e-6), block.name


def test_a_price_is_what_one_more_unit_brings() -> None:
    p = planned(band=False)
    s = p.model.economy.assumptions
    for row in binding_rows(p).query("group != 'projects'").to_dict("records"):
        block = p.model.program.row_blocks[row["row"]]
        labels = block.labels().to_frame(index=False)
        at = labels[(labels["year"] == row["year"]) & (labels["region"] == row["place"])].index[0]
        session = Session(p.model.program)
        position = block.index.ravel()[at : at + 1]
        step = 1e-4 * max(1.0, abs(float(session.arrays.row_upper[position][0])))
        upper = session.arrays.row_upper[position] + step
        session.set_row_bounds(position, session.arrays.row_lower[position], upper)
        gain = p.solution.objective - session.solve(method="ipx").objective
        weight = s.weights[list(s.years).index(row["year"])]
        worth = gain / step / weight / in_unit(block.unit)[1] * 1e9
        assert worth == pytest.approx(row["price"], rel=0.02), row


def test_movers_are_the_largest_that_are_not_tiny() -> None:
    p = planned()
    frame, said = moved(p), texts(p, "movers")[0]
    assert (frame["reference"] >= telling.LEAST).all()
    last = p.output[p.output["year"] == p.views.last]
    whole = last.groupby("region")["reference"].sum()
    assert (frame["reference"] >= telling.SMALL * frame["region"].map(whole)).all()
    names = p.views.names
    top = frame.nsmallest(1, "difference").iloc[0]
    assert f"{names[top['region']].zh}{names[top['sector']].zh}（{rough(10 * top['difference'])} 亿元" in said
    assert said.count("亿元") <= 2 * telling.MOST


def row_of(p: Plan, name: str) -> dict[Hashable, Any]:
    table = binding_table(p)
    return dict(table[table["row"] == name].iloc[0].to_dict())


def with_prices(p: Plan, kind: str, prices: dict[int, float]) -> Plan:
    """The plan with other prices of one kind in its frame."""
    frame = p.prices.copy()
    mine = frame["kind"] == kind
    frame.loc[mine, "price"] = frame.loc[mine, "year"].map(prices)
    other = copy(p)
    other.__dict__["prices"] = frame
    return other


def test_prices_of_other_milestones_are_told_where_they_are_far_from_the_one_that_is() -> None:
    p = planned(band=False)
    s = p.model.economy.assumptions
    row = row_of(p, "cap:cap") | {"year": s.years[0], "price": 100.0}
    flat = with_prices(p, "cap", dict.fromkeys(s.years, 100.0))
    assert Words(flat).path(row).zh == ""
    rising = with_prices(p, "cap", {year: 100.0 * 2**k for k, year in enumerate(s.years)})
    assert f"展望期 {s.years[-1]} 年升至 {rough(100.0 * 2 ** (len(s.years) - 1))} 元" in Words(rising).path(row).zh
    jumping = with_prices(p, "cap", {year: 100.0 if k % 2 else 400.0 for k, year in enumerate(s.years)})
    said = Words(jumping).path(row).zh
    assert all(f"{year} 年" in said for year in s.years)
    assert "跳动" in said


def test_a_price_that_a_transfer_or_an_expansion_sets_says_so() -> None:
    p = planned(band=False)
    row = row_of(p, "resource:land")
    used = {"resource": "land", "from_region": "south", "to_region": "north", "year": row["year"], "amount": 1.0}
    other = copy(p)
    other.__dict__["transfers"] = pd.DataFrame([used | {"cost": row["price"]}])
    other.__dict__["expansions"] = p.expansions.iloc[:0]
    assert Words(other).set_by(row).zh == f"自{p.views.names['south'].zh}调入"
    other.__dict__["transfers"] = pd.DataFrame([used | {"cost": 0.5 * row["price"]}])
    assert Words(other).set_by(row) is None


@pytest.mark.parametrize(
    ("title", "row", "told"),
    [
        ("北市用水上限", "cap:cap", "北市用水上限"),
        ("两市碳上限", "cap:cap", "两市碳上限（北市）"),
        ("用水", "resource:land", "北市用水"),
    ],
)
def test_a_place_is_not_named_twice(title: str, row: str, told: str) -> None:
    words = Words(planned(band=False))
    words.titles |= {"cap": Text(title, "x"), "land": Text(title, "x")}
    assert words.what({"row": row, "place": "north"}).zh == told


def test_where_there_is_no_data_the_sentence_says_so() -> None:
    p = planned()
    assert p.leakage.empty
    assert "无法计算" in texts(p, "leaks")[0]
    assert texts(p, "reached") == []  # no target is stated


def test_without_limits_and_projects_nothing_is_said_of_them() -> None:
    tables = small_tables()
    for name in ("limits", "endowments", "transfers", "links", "scenarios", "projects", "project_sites"):
        tables.pop(name)
    tables.pop("project_resources")
    p = plan(Region(tables, META))
    assert tell(p) == []


def test_every_sentence_has_both_languages_and_the_worst_mark() -> None:
    for line in tell(planned()):
        assert re.search(r"[一-鿿]", line.text.zh)
        assert not re.search(r"[一-鿿]", line.text.en)
        assert line.quality == "illustrative"


@given(st.floats(1e-6, 1e9))
def test_a_rough_number_has_two_digits_and_is_near(value: float) -> None:
    text = rough(value)
    assert abs(float(text.replace(",", "")) - value) <= 0.0501 * value
    assert len(text.replace(",", "").replace(".", "").strip("0")) <= 2

"""A plan in words: its numbers stand in its frames, and nothing is said of what does not bind."""

import re
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scarce_region import scarce_region

from haihe.planning import Session, plan, telling
from haihe.planning.binding import binding_rows, binding_table
from haihe.planning.plans import Plan
from haihe.planning.relax_words import in_unit
from haihe.planning.telling import moved, rough, tell
from haihe.region import Region
from small_region import META, small_tables


@cache
def planned(land: float = 6600.0, cap: float = 0.8, *, band: bool = True) -> Plan:
    return plan(scarce_region(land=land, cap=cap), band=band)


def texts(p: Plan, topic: str) -> list[str]:
    return [line.text.zh for line in tell(p) if line.topic == topic]


def check(p: Plan) -> None:
    """Each sentence says what binds and no more, with the numbers of the frames."""
    table = binding_table(p)
    for topic, prefix in (("caps", "cap:"), ("resources", "resource:"), ("links", "link:")):
        rows, said = table[table["row"].str.startswith(prefix)], "".join(texts(p, topic))
        assert said.count("年起") == len(rows), topic
        for row in rows.to_dict("records"):
            assert f"约值 {rough(row['price'])} 元" in said
            assert f"自 {row['since']} 年起" in said
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
    names = p.views.names
    top = frame.nsmallest(1, "difference").iloc[0]
    assert f"{names[top['region']].zh}{names[top['sector']].zh}（{rough(10 * top['difference'])} 亿元" in said
    assert said.count("亿元") <= 2 * telling.MOST


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

"""Kinds of studies: what each keeps is what the library says, what is absent is told, what is cancelled ends."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import haihe as hh
from goal_region import CAP, region_with
from haihe.coalition.settlement import settled
from haihe.messages import HaiheError
from haihe.planning.bottlenecks import bottlenecks
from haihe.planning.front_choice import freed, knee, numbered
from haihe.planning.pareto import pareto
from haihe.planning.plans import plan
from haihe.planning.selection import select
from haihe.region import Region
from haihe.shocks.stress import stress
from haihe.workspace.jobs.tasks import Stopped, Work
from haihe.workspace.studies import kept
from haihe.workspace.studies.kinds import bottlenecks as bottlenecks_kind
from haihe.workspace.studies.kinds import card as card_kind
from haihe.workspace.studies.kinds import front as front_kind
from haihe.workspace.studies.kinds import share as share_kind
from haihe.workspace.studies.kinds import stress as stress_kind
from project_region import project_region
from small_region import EVIDENCE, small_region

Tables = Mapping[str, Any]


def work_in(folder: Path) -> Work:
    """Give a piece of work of nobody."""
    return Work(None, None, folder)  # type: ignore[arg-type]


def found(kind: Any, region: Region, folder: Path, **settings: Any) -> kept.Result:
    """Run a kind, keep what it finds, and read that back."""
    work = work_in(folder / "kept")
    made = kind.run(work, region, settings)
    return kept.read(work.folder, kept.keep(work.made_folder(), made))


def same_tables(result: kept.Result, tables: Tables) -> None:
    """What was kept of the library's tables shows, and holds, the same to the last digit."""
    assert tables
    for key, table in tables.items():
        again = result.tables[key]
        assert again.raw_rows("zh") == table.raw_rows("zh"), key
        assert [[cell.en for cell in row] for row in again.shown_rows()] == [
            [cell.en for cell in row] for row in table.shown_rows()
        ], key


def test_bottlenecks_are_those_of_the_library(tmp_path: Path) -> None:
    region = region_with()
    result = found(bottlenecks_kind, region, tmp_path, top=2, finer=False)
    own = bottlenecks(plan(region, band=False), top=2, finer=0)
    assert result.lines[: len(own.says)] == tuple(own.says)
    same_tables(result, own.tables)
    assert {row["row"] for row in result.numbers["rows"]} == set(own.frame["row"])
    first = result.numbers["rows"][0]
    assert float(first["percent"]) == pytest.approx(own.items[0].percent, rel=1e-3)
    assert first["low"] == "", "no band was asked for"
    assert "plan-bottleneck-course" in result.pieces


def test_a_front_numbers_its_points_and_says_what_each_changes(tmp_path: Path) -> None:
    region = region_with()
    result = found(front_kind, region, tmp_path, points=4, apart=True)
    own = pareto(region, points=4)
    points = result.numbers["points"]
    np.testing.assert_allclose([p["x"] for p in points], numbered(own)["x"], rtol=1e-9)
    np.testing.assert_allclose([p["y"] for p in points], numbered(own)["y"], rtol=1e-6, atol=1e-6)
    bend = knee(numbered(own)["x"].to_numpy(), numbered(own)["y"].to_numpy())
    assert result.numbers["knee"] == (None if bend is None else bend + 1)
    now = plan(region, band=False, projects=False)
    assert result.numbers["current"][0] == pytest.approx(now.assembly.indicators.value(own.x, now.solution.x))
    assert {"front-1-sectors", "front-4-members", "front-4-limits"} <= set(result.pieces)
    members = result.tables["front-4-members"].frame
    carbon = members.iloc[:2]  # both members in the first measure
    assert all(title.en.startswith("CO2") for title in carbon["measure"])
    assert carbon["gap"].sum() < 0, "the last point emits less than the plan of today"
    totals = carbon["then"].sum() / carbon["now"].sum()
    assert totals == pytest.approx(points[-1]["x"] / result.numbers["current"][0], rel=1e-6), "members add up"


def test_the_knee_is_the_point_farthest_from_the_chord() -> None:
    x = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert knee(x, np.array([0.0, 0.1, 0.2, 2.0, 4.0])) == 2
    assert knee(x, 3.0 * x) is None, "a straight line does not bend"
    assert knee(x[:2], x[:2]) is None


def test_a_limit_on_the_measure_is_freed_whatever_its_form() -> None:
    land = CAP | {"limit": "LAND", "resource": "land", "value": 5.0, "unit": "亩"}
    floor = {k: v for k, v in CAP.items() if k != "resource"} | {"limit": "F", "indicator": "jobs", "sense": "floor"}
    region = region_with(CAP, CAP | {"limit": "AMOUNT", "unit": "t CO2", "value": 200.0}, land, floor)
    edits = {edit.record: edit.value for edit in freed(region, pareto(region_with(), points=2).x)}
    assert edits == {"CARBON|2025": "1000", "AMOUNT|2025": "200000"}, "the others stay in force"


def test_shares_are_those_of_the_library_and_settle(tmp_path: Path) -> None:
    region = region_with(CAP | {"value": 0.6})
    result = found(share_kind, region, tmp_path, rule="shapley")
    own = hh.share(region)
    assert result.numbers["gain_bn_yuan"] == pytest.approx(own.gain, rel=1e-9)
    same_tables(result, own.tables)
    split = {row["member"]: row["amount"] for row in result.numbers["splits"] if row["rule"] == "shapley"}
    assert sum(split.values()) == pytest.approx(own.gain, rel=1e-6)
    assert result.numbers["small"] is own.small
    if not own.small:
        balances = pd.DataFrame(result.numbers["balances"])
        assert balances.groupby("year")["payment"].sum().abs().max() < 1e-9
        np.testing.assert_allclose(balances["payment"], settled(own, "shapley").balances["payment"], atol=1e-12)


def test_a_card_says_why_and_what_would_turn_it(tmp_path: Path) -> None:
    region = project_region()
    whole = found(card_kind, region, tmp_path / "all")
    chosen = select(region)
    assert {p["project"]: p["status"] for p in whole.numbers["projects"]} == dict(
        zip(chosen.projects["project"], chosen.projects["status"], strict=True)
    )
    same_tables(whole, {key: table for key, table in chosen.tables.items() if key != "selection-rounds"})  # has seconds
    out = next(p["project"] for p in whole.numbers["projects"] if p["status"] == "not")
    one = found(card_kind, region, tmp_path / "one", project=out)
    reason = chosen.explain(out)
    assert one.numbers["reason"]["verdict"] == reason.verdict
    assert one.numbers["reason"]["loss"] == pytest.approx(reason.loss, nan_ok=True)
    same_tables(one, chosen.cards.card(out, reason).tables)
    assert {"card-facts", "reasons"} <= set(one.pieces)
    with pytest.raises(HaiheError, match="E-PLN-94"):
        found(card_kind, region, tmp_path / "none", project="P99")


def shocked() -> Region:
    """The small region with a shock: half of the first sector of the north stands still for ten days."""
    region = small_region()
    member, sector = str(region["accounts"]["region"].iloc[0]), str(region["sectors"]["sector"].iloc[0])
    shock = {"shock": "halt", "name_zh": "停产", "name_en": "halt"}
    event = {
        "shock": "halt", "event": "E1", "name_zh": "停产", "name_en": "halt", "kind": "capacity", "regions": member, "sectors": sector, "start": 0.0,
        "duration": 10.0, "amount": 0.5,
    }  # fmt: skip
    region = region.with_table("shocks", pd.DataFrame([EVIDENCE | shock]))
    return region.with_table("shock_events", pd.DataFrame([EVIDENCE | event]))


def test_a_shock_is_that_of_the_library(tmp_path: Path) -> None:
    region = shocked()
    result = found(stress_kind, region, tmp_path, shock="halt", lanes=2, days=60)
    own = stress(region, "halt", lanes=2, days=60, coordinated=False)
    assert result.lines == tuple(own.words)
    same_tables(result, own.tables)
    assert result.numbers["summary"]["shock"] == "halt"
    assert any(piece.charted and "timeline" in str(piece.part["options"]) for piece in result.pieces.values()), "plays"


@pytest.mark.parametrize("kind", [bottlenecks_kind, front_kind, share_kind, card_kind, stress_kind])
def test_a_cancelled_study_ends(kind: Any, tmp_path: Path) -> None:
    work = Work(None, None, tmp_path, stop=threading.Event())  # type: ignore[arg-type]
    work.stop.set()
    region = project_region() if kind is card_kind else shocked() if kind is stress_kind else region_with()
    with pytest.raises((HaiheError, Stopped)) as caught:
        kind.run(work, region, {"shock": "halt"})
    assert isinstance(caught.value, Stopped) or caught.value.code in ("E-PLN-60", "E-SHK-20")


@pytest.mark.endure
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (bottlenecks_kind, {"band": True}),
        (front_kind, {"apart": True}),
        (share_kind, {}),
        (card_kind, {}),
        (card_kind, {"project": "P017"}),
        (stress_kind, {"shock": "port-closed", "coordinated": True}),
    ],
)
def test_every_kind_works_on_the_example(kind: Any, settings: dict[str, Any], tmp_path: Path) -> None:
    result = found(kind, hh.example("jing-jin-ji"), tmp_path, **settings)
    assert result.lines
    assert len(result.pieces) >= 4
    assert all(len(table) for table in result.tables.values())
    assert {key for _, pieces in result.groups for key in [piece.key for piece in pieces]} == set(result.pieces)

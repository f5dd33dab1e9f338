"""Plans side by side: differences are those of the plans' own frames, and bands are taken elasticity by elasticity."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from haihe.cli import app
from haihe.messages import HaiheError
from haihe.planning import plan
from haihe.planning.comparison import KEYS, Comparison, compare
from haihe.planning.differences import MANY, table_differences
from haihe.planning.scenarios import scenario
from haihe.region import Region
from small_region import small_region, small_tables

LOOSE = [("limits", "cap|2019", "value", 0.95)]
TIGHT = [("limits", "cap|2019", "value", 0.90)]


@pytest.fixture(scope="module")
def region() -> Region:
    return scenario(small_region(), edits=LOOSE)


@pytest.fixture(scope="module")
def compared(region: Region) -> Comparison:
    tight = scenario(region, edits=TIGHT)
    return compare({"loose": plan(region), "tight": plan(tight), "again": plan(region, band=False)})


def test_differences_are_those_of_the_plans_own_frames(compared: Comparison) -> None:
    loose, tight = compared.plans["loose"], compared.plans["tight"]
    for name, (keys, figures) in KEYS.items():
        frame = compared.frame(name)
        source = {"totals": "summary"}.get(name, name)
        mine = frame[frame["scenario"] == "tight"]
        base, own = getattr(loose, source), getattr(tight, source)
        assert len(mine) == len(own)
        for figure in figures:
            kept = [key for key in keys if key in own]
            own_figure, first = (table.set_index(kept)[figure].astype(float) for table in (own, base))
            gap = own_figure - first
            got = mine.set_index(kept)[f"{figure}_difference"].astype(float)
            np.testing.assert_allclose(got.loc[gap.index], gap, atol=1e-9)
    first = compared.frame("output").query("scenario == 'loose'")
    assert (first["plan_difference"] == 0).all()


def test_the_cost_is_what_the_optima_say_and_a_tighter_cap_costs_more(compared: Comparison) -> None:
    table = compared.summary.set_index("scenario")
    for name, each in compared.plans.items():
        assert table.loc[name, "cost"] == pytest.approx(each.solution.objective - each.base.objective, abs=1e-9)
    assert table.loc["tight", "difference"] > 0
    assert table.loc["tight", "difference"] == pytest.approx(table.loc["tight", "cost"] - table.loc["loose", "cost"])
    assert table.loc["again", "difference"] == pytest.approx(0.0, abs=1e-7)


def test_the_band_of_a_difference_is_taken_elasticity_by_elasticity(compared: Comparison) -> None:
    loose, tight = compared.plans["loose"], compared.plans["tight"]
    pairs = zip((loose, *loose.variants), (tight, *tight.variants), strict=True)
    gaps = [b.loss - b.gain - a.loss + a.gain for a, b in pairs]
    table = compared.summary.set_index("scenario")
    assert len(gaps) == 3
    assert table.loc["tight", "difference_low"] == pytest.approx(min(gaps))
    assert table.loc["tight", "difference_high"] == pytest.approx(max(gaps))
    assert np.isnan(table.loc["again", ["low", "high", "difference_low", "difference_high"]].astype(float)).all()


def test_what_was_changed_is_listed(compared: Comparison) -> None:
    (row,) = compared.changes.to_dict("records")
    assert row == {
        "scenario": "tight", "table": "limits", "record": "cap|2019", "column": "value", "before": 0.95, "after": 0.9,
    }  # fmt: skip


def test_another_reference_path_is_said(region: Region, compared: Comparison) -> None:
    assert not compared.findings
    growth = scenario(region, edits=[("parameters", "growth", "value", 0.04)])
    other = compare({"loose": compared.plans["loose"], "slow": plan(growth, band=False)})
    assert [finding.code for finding in other.findings] == ["W-PLN-69"]
    bigger = replace(compared.plans["loose"].model.economy, output=1.01 * compared.plans["loose"].model.economy.output)
    assembly = compared.plans["loose"].assembly
    moved = replace(compared.plans["loose"], assembly=replace(assembly, model=replace(assembly.model, economy=bigger)))
    assert compare({"a": compared.plans["loose"], "b": moved}).findings


def test_one_plan_is_no_comparison(compared: Comparison) -> None:
    with pytest.raises(HaiheError) as caught:
        compare({"loose": compared.plans["loose"]})
    assert caught.value.code == "E-PLN-63"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_and_figures_are_said_in_both_languages(compared: Comparison, lang: Any, tmp_path: Path) -> None:
    tables = compared.tables
    assert {"compare-summary", "compare-changes", "compare-totals", "compare-prices", "compare-output"} <= set(tables)
    prices = tables["compare-prices"].frame
    assert (prices[["value0", "value1"]].abs().max(axis=1) > 0).all()
    for figure in compared.figures.values():
        assert figure.options(lang)["series"]
    book = CalamineWorkbook.from_path(str(compared.to_excel(tmp_path / "c.xlsx", lang)))
    assert len(book.sheet_names) == len(tables)
    summary = compared.summary.set_index("scenario")
    shown = tables["compare-summary"].frame.set_index("scenario")
    assert shown.loc["tight", "difference"] == pytest.approx(10 * summary.loc["tight", "difference"])


def test_the_command_compares_scenarios(region: Region, tmp_path: Path) -> None:
    rows = [("tight", *TIGHT[0][:3], "0.9", ""), ("tighter", *TIGHT[0][:3], "0.85", "")]
    table = pd.DataFrame(rows, columns=["scenario", "table", "record", "column", "value", "reason"])
    folder = region.with_table("scenarios", table).write(tmp_path / "region")

    def run(*words: str) -> dict[str, Any]:
        result = CliRunner().invoke(app, ["compare", str(folder), "--no-band", "--json", *words])
        assert result.exit_code == 0, result.output
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    answer = run("--scenario", "tight", "-o", str(tmp_path / "out"))
    assert answer["first"] == "as-is"
    assert [row["scenario"] for row in answer["tables"]["summary"]] == ["as-is", "tight"]
    assert (tmp_path / "out" / "compare.xlsx").is_file()
    answer = run("--scenario", "tight", "--scenario", "tighter")
    assert answer["first"] == "tight"
    unknown = CliRunner().invoke(app, ["compare", str(folder), "--scenario", "tigth"])
    assert unknown.exit_code == 1


def test_differing_cells_and_records_are_found_and_equal_tables_have_none() -> None:
    one = small_region()
    assert table_differences(one, one).empty
    assert table_differences(one, small_region()).empty
    rail = {
        "name_zh": "铁", "name_en": "rail", "from_region": "north", "to_region": "south", "mode": "rail",
        "capacity": 8.0, "unit": "万t", "source": "S1", "quality": "illustrative",
    }  # fmt: skip
    edits = [("links", "rail|2019", column, value) for column, value in rail.items()]
    other = scenario(one, edits=[*edits, ("limits", "cap|2019", "value", 0.5)])
    table = table_differences(one, other)
    assert table[["table", "record", "column"]].to_numpy().tolist() == [
        ["limits", "cap|2019", "value"], ["links", "rail|2019", "*"],
    ]  # fmt: skip
    back = table_differences(other, one)
    assert back["before"].tolist()[0] == 0.5
    assert back["after"].tolist()[1] is None or pd.isna(back["after"].tolist()[1])


def test_a_large_table_that_differs_everywhere_is_one_row() -> None:
    tables = small_tables()
    before = Region(tables, small_region().meta)
    more = tables["accounts"].assign(value=tables["accounts"]["value"] * 1.5)
    table = table_differences(before, Region({**tables, "accounts": more}, before.meta))
    assert len(more) > MANY
    assert table[["table", "record", "column"]].to_numpy().tolist() == [["accounts", "*", "*"]]
    assert int(table["after"].iloc[0]) > MANY

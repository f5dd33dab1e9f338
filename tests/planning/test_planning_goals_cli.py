"""The commands on goals, and the pages that are written from the registry."""

import json
import runpy
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from goal_region import region_with
from haihe.cli import app
from haihe.messages import LANGUAGES, HaiheError
from haihe.planning import plan
from haihe.planning.indicator_list import INDICATORS
from haihe.planning.reachable import reachable
from small_region import EVIDENCE, small_region

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the small region into a folder."""
    path = tmp_path_factory.mktemp("small") / "region"
    region_with().write(path)
    return path


def test_pareto_prints_a_front_and_writes_its_files(folder: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["pareto", str(folder), "--points", "3", "--lang", "zh", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "前沿" in done.stdout
    assert (tmp_path / "pareto.csv").stat().st_size > 0
    assert "<html" in (tmp_path / "pareto.html").read_text("utf-8")
    done = CliRunner().invoke(app, ["pareto", str(folder), "--points", "3", "--together", "--json"])
    answer = json.loads(done.stdout)
    assert answer["ok"]
    assert [point["way"] for point in answer["points"]] == ["together"] * 3


def test_a_front_that_cannot_be_says_why(folder: Path) -> None:
    done = CliRunner().invoke(app, ["pareto", str(folder), "--x", "carbon_intensity", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][0]["code"] == "E-PLN-54"


@pytest.mark.parametrize("reach", ["nan", "-1", "0", "1.5"])
def test_a_reach_out_of_bounds_is_refused_and_leaves_no_file(reach: str, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(app, ["pareto", str(folder), "--reach", reach, "--json", "-o", str(out)])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["findings"][0]["code"] == "E-PLN-58"
    assert not list(tmp_path.rglob("pareto*"))


def test_a_front_whose_figure_fails_leaves_no_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise HaiheError("E-PLN-58", reason="no figure")

    monkeypatch.setattr("haihe.planning.goal_views.pareto_figure", fails)
    done = CliRunner().invoke(
        app, ["pareto", str(folder), "--points", "2", "--together", "--json", "-o", str(tmp_path)]
    )
    assert done.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_alternatives_say_what_is_settled(folder: Path) -> None:
    done = CliRunner().invoke(
        app, ["alternatives", str(folder), "--within", "0.05", "--plans", "1", "--most", "1", "--json"]
    )
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert {row["verdict"] for row in answer["ranges"]} <= {"settled", "direction", "stays", "open"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_of_indicators_is_up_to_date(lang: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "indicator_pages.py"))
    page = script["page"](lang)
    name = "indicators.md" if lang == "en" else "indicators.zh.md"
    assert (ROOT / "docs" / "reference" / name).read_text("utf-8") == page, "run scripts/indicator_pages.py"
    assert all(f"`{code}" in page for code in INDICATORS)


def test_targets_are_reckoned_and_asked_for(tmp_path: Path) -> None:
    """The command prints what the library gives: the reckoning, and which targets can be reached at what cost."""
    target = {"target": "T", "name_zh": "钢", "name_en": "steel", "region": "north", "year": 2025, "sense": "at_least"}
    target |= {"value": 12.0, "unit": "bn yuan", "indicator": "output", "sectors": "steel", "kind": "watch", **EVIDENCE}
    region = small_region().with_table("targets", pd.DataFrame([target]))
    region.write(tmp_path / "region")
    done = CliRunner().invoke(app, ["targets", str(tmp_path / "region"), "--lang", "zh", "-o", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert "能达到" in done.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} >= {"targets.csv", "reachable.csv"}
    answer = json.loads(CliRunner().invoke(app, ["targets", str(tmp_path / "region"), "--json"]).stdout)
    found = reachable(plan(region, band=False))
    assert [row["target"] for row in answer["reachable"]] == list(found["target"]) == ["T"]
    assert answer["reachable"][0]["reachable"] == bool(found["reachable"].iloc[0])

"""Commands and the report's chapter on single projects, on a small region: what they print, write and refuse."""

import json
from html import escape
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.figures import Figure, Table
from haihe.planning.bottlenecks import bottlenecks
from haihe.planning.pipeline import pipeline
from haihe.reporting.projects_chapter import single_projects_chapter, why_not_table
from project_region import project_region

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(project_region().write(tmp_path_factory.mktemp("projects") / "region"))


def run(*arguments: str) -> Any:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result


def test_a_card_is_printed_and_written(folder: str, tmp_path: Path) -> None:
    printed = run("card", folder, "P1", "-o", str(tmp_path / "P1.html"), "--lang", "zh").stdout
    assert "总投资" in printed
    assert "若不建" in printed or "若必须建" in printed
    assert (tmp_path / "P1.html").read_text("utf-8").count("<article") == 1
    found = json.loads(run("card", folder, "P5", "P1", "--no-explain", "--json", "-o", str(tmp_path / "both")).stdout)
    assert [card["project"] for card in found["cards"]] == ["P5", "P1"]
    assert {file.name for file in (tmp_path / "both").iterdir()} == {"P5.html", "P1.html", "cards.html"}
    values = {row["label"]: row["value"] for row in found["cards"][1]["tables"]["card-facts"]}
    assert len(values) > 10


def test_all_cards_go_to_a_folder(folder: str, tmp_path: Path) -> None:
    pytest.importorskip("docx")
    run("card", folder, "--all", "--form", "docx", "-o", str(tmp_path / "cards"), "--lang", "en")
    assert len(list((tmp_path / "cards").glob("P*.docx"))) == 6


def test_wrong_uses_are_refused(folder: str, tmp_path: Path) -> None:
    for arguments, code in (
        (["card", folder], 2),
        (["card", folder, "P1", "--all"], 2),
        (["card", folder, "P99", "--no-explain"], 1),
        (["card", folder, "P1", "--no-explain", "-o", str(tmp_path / "card.pdf")], 1),
        (["pipeline", folder, "--late", "-3"], 1),
    ):
        assert CliRunner().invoke(app, arguments).exit_code == code, arguments


def test_the_pipeline_is_printed_and_written(folder: str, tmp_path: Path) -> None:
    out = run(
        "pipeline", folder, "--late", "12", "--lost", "0.5", "--draws", "5", "-o", str(tmp_path), "--lang", "zh"
    ).stdout
    for word in ("各阶段的项目", "延误之后逐年还有什么", "按延误分布抽样"):
        assert word in out
    assert {"pipeline.xlsx", "balance.csv", "late.csv", "drawn.csv"} <= {file.name for file in tmp_path.iterdir()}
    found = json.loads(run("pipeline", folder, "--json").stdout)
    assert found["ok"]
    assert "late" not in found["tables"]


def test_a_late_pipeline_is_planned_again(folder: str) -> None:
    found = json.loads(run("pipeline", folder, "--late", "24", "--replan", "--json").stdout)
    rows = found["tables"]["replanned"]
    assert rows
    for row in rows:
        assert row["difference"] == pytest.approx(row["late"] - row["planned"])


def test_bottlenecks_are_said(folder: str) -> None:
    found = json.loads(run("bottlenecks", folder, "--top", "2", "--json").stdout)
    assert found["ok"]
    assert len(found["says"]) == len(found["bottlenecks"]) <= 2
    json.dumps(found)


def test_the_chapter_has_every_part_once() -> None:
    region = project_region()
    chosen = hh.select(region)
    planned = hh.plan(region, band=False)
    chapter = single_projects_chapter(chosen, pipeline(region, selection=chosen), bottlenecks(planned, top=1, finer=0))
    assert chapter is not None
    keys = [block.key for block in chapter.blocks if isinstance(block, (Table, Figure))]
    tables = [block.key for block in chapter.blocks if isinstance(block, Table)]
    assert len(set(tables)) == len(tables)
    assert {"selection-chosen", "selection-left", "pipeline-stages", "pipeline-held"} <= set(keys)
    assert single_projects_chapter(None, None, None) is None


def test_what_is_left_out_says_what_it_is_short_of() -> None:
    chosen = hh.select(project_region())
    table = why_not_table(chosen)
    left = chosen.projects.query("status == 'not'")
    assert list(table.frame["project"]) == list(left["project"])
    for text in table.frame["says"]:
        assert text.zh
        assert text.en


def test_a_report_goes_to_word_with_every_table_of_the_page(folder: str, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    run("report", folder, "-o", str(tmp_path), "--docx", "--lang", "zh")
    document = docx.Document(str(tmp_path / "report.docx"))
    page = (tmp_path / "report.html").read_text("utf-8")
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert "逐个项目：选择、进度与瓶颈" in heads
    for head in heads:
        assert head in page
    assert len(document.tables) > 20
    numbers = [cell.text for table in document.tables for row in table.rows[1:3] for cell in row.cells]
    assert all(escape(text, quote=False) in page for text in numbers)


def test_unknown_projects_are_refused_before_anything_is_solved(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("haihe.planning.selection.choose_in_stages", None)
    for command in ("card", "explain"):
        result = CliRunner().invoke(app, [command, folder, "P1", "P99"])
        assert result.exit_code == 1, result.exception
        assert "E-PLN-94" in result.stderr


def test_the_day_of_a_pipeline_is_said_and_may_be_given(folder: str) -> None:
    first = run("pipeline", folder, "--lang", "zh").stdout
    later = run("pipeline", folder, "--as-of", "2019-03-01", "--lang", "zh").stdout
    assert "以 2018-01-01 为今天" in first or "以 2017-01-01 为今天" in first
    assert "以 2019-03-01 为今天" in later
    assert json.loads(run("pipeline", folder, "--as-of", "2019-03-01", "--json").stdout)["as_of"] == "2019-03-01"


def test_money_and_what_comes_free_are_printed(folder: str) -> None:
    out = run("pipeline", folder, "--late", "12", "--lang", "zh").stdout
    for word in ("各阶段占用的财政支持", "因延误腾出的要素"):
        assert word in out


def test_prices_without_a_band_are_said_to_be_half_a_number(folder: str) -> None:
    out = run("bottlenecks", folder, "--top", "1", "--lang", "zh").stdout
    assert ("--band" in out) == ("1. " in out)
    assert "--band" in out


def test_grids_say_source_mark_and_price_year(folder: str) -> None:
    for out in (run("select", folder, "--lang", "zh").stdout, run("pipeline", folder, "--lang", "zh").stdout):
        assert "来源：" in out
        assert "○ 示例" in out
        assert "年价格" in out


def test_what_is_left_out_is_listed_by_code_and_name(folder: str) -> None:
    out = run("select", folder, "--lang", "zh").stdout
    left = hh.select(project_region()).projects.query("status == 'not'")["project"]
    assert len(left)
    assert "未入选的项目" in out
    for code in left:
        assert f"{code} 项目{code[1:]}" in out

"""`haihe share` and the chapter of the report: what is printed, written and said, from files like a user's."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook
from test_coalition_share import region_with_agreement
from typer.testing import CliRunner

from haihe.cli import app
from haihe.coalition.share import Shares
from haihe.coalition.share_words import OUTSIDE, UNSURE
from haihe.figures import Figure, Table
from haihe.figures.table import QUALITY_WORD, SOURCE_WORD
from haihe.messages import Text
from haihe.reporting.content import KeyLines, Meta
from haihe.reporting.report import Report
from haihe.reporting.share_chapter import BY_EXCHANGE, share_chapter, shared
from small_region import small_region


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return region_with_agreement().write(tmp_path_factory.mktemp("share") / "region")


def call(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["share", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_json_holds_frames_words_and_a_ledger(folder: Path) -> None:
    told = json.loads(call(str(folder), "--json", "--rule", "shapley", "--way", "level"))
    assert told["gain_bn_yuan"] > 0
    assert {"splits", "stability", "values", "settlement_ledger", "settlement_balances"} <= set(told["tables"])
    assert {"gain", "splits", "outside"} <= {line["topic"] for line in told["says"]}
    balances = told["tables"]["settlement_balances"]
    for year in {row["year"] for row in balances}:
        assert sum(row["payment"] for row in balances if row["year"] == year) == pytest.approx(0, abs=1e-9)


def test_words_and_workbook_say_both_splits_outside_flows_and_bands(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "share.xlsx"
    said = call(str(folder), "--lang", "zh", "-o", str(file))
    for words in ("欧文点", "沙普利值", OUTSIDE.zh, UNSURE.zh, QUALITY_WORD.zh, SOURCE_WORD.zh):
        assert words in said.replace("\n", "")
    sheets = load_workbook(file).sheetnames
    assert len(sheets) >= 8


def test_agreement_from_a_file_and_members(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    text = (folder / "agreements.csv").read_text("utf-8-sig").splitlines()
    file.write_text(
        "\n".join([text[0], *(line.replace("A,", "MINE,", 1) for line in text[1:] if "permits" in line)]), "utf-8"
    )
    told = json.loads(call(str(folder), "--json", "--agreement", str(file), "--members", "north,south"))
    assert told["agreement"] == "MINE"
    assert [row["thing"] for row in told["tables"]["things"]] == ["permits"]


def test_wrong_words_are_refused_before_anything_is_read_or_solved(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise RuntimeError("solved")

    monkeypatch.setattr("haihe.coalition.share.share", refuse)
    none = [str(tmp_path / name) for name in ("rules.yaml", "firms.csv", "taxes.csv")]
    for arguments, code in (
        (["--rule", "fairest"], "E-COA-29"),
        (["--way", "monthly"], "E-COA-90"),
        (["--scheme", *none, "--as-of", "soon"], "E-RUL-108"),
    ):
        result = CliRunner().invoke(app, ["share", str(folder), "--json", *arguments])
        assert json.loads(result.stdout)["findings"][0]["code"] == code
    result = CliRunner().invoke(app, ["share", str(folder), "--json", "--scheme", *none])
    assert result.exit_code == 1
    assert not isinstance(result.exception, RuntimeError)


def test_errors_have_codes(folder: Path) -> None:
    for arguments, code in ((["--agreement", "NONE"], "E-COA-22"), (["--way", "monthly"], "E-COA-90")):
        result = CliRunner().invoke(app, ["share", str(folder), "--json", *arguments])
        assert result.exit_code == 1
        assert json.loads(result.stdout)["findings"][0]["code"] == code


@pytest.fixture(scope="module")
def central() -> Shares:
    found = shared(region_with_agreement())
    assert found is not None
    return found


def test_the_chapter_says_what_is_needed_and_keys_stand_once(central: Shares) -> None:
    chapter = share_chapter(central)
    assert chapter is not None
    assert UNSURE in chapter.blocks
    assert BY_EXCHANGE in chapter.blocks
    assert any(line.text == OUTSIDE for block in chapter.blocks if isinstance(block, KeyLines) for line in block.lines)
    keys = [block.key for block in chapter.blocks if isinstance(block, (Table, Figure))]
    assert {"share-split-rules", "share-leaving", "share-ledger", "share-stability"} <= set(keys)
    report = Report(
        Text("题", "t"),
        Meta(region=Text("区", "r"), scenario=Text("s", "s"), data_version="0", made=datetime.now(UTC)),
        [chapter],
    )
    assert report.chapters[0].key == "sharing"


def test_a_small_gain_is_said_and_not_settled(central: Shares) -> None:
    small = replace(central, consumption=1e9)
    assert small.small
    chapter = share_chapter(small)
    assert chapter is not None
    lines = [line.text.en for block in chapter.blocks if isinstance(block, KeyLines) for line in block.lines]
    assert any("small" in line for line in lines)
    assert "share-ledger" not in [block.key for block in chapter.blocks if isinstance(block, (Table, Figure))]
    assert np.isfinite(small.gain)


def test_without_an_agreement_there_is_no_chapter() -> None:
    assert shared(small_region()) is None
    assert share_chapter(None) is None

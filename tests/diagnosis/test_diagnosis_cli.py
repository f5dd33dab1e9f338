"""The command ``haihe diagnose``: words, JSON, workbook, and refusals with a code."""

import json

import pytest
from chain_region import region_of
from small_economy import economy
from typer.testing import CliRunner

from haihe.cli import app

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("region") / "made"
    region_of([economy(3)]).write(path)
    return str(path)


def run(*words):
    return runner.invoke(app, ["diagnose", *words], catch_exceptions=False)


def test_it_says_what_matters_in_the_users_language(folder):
    for lang, word in (("zh", "停产代价最大的链是"), ("en", "The costliest halt is that of")):
        result = run(folder, "--lang", lang)
        assert result.exit_code == 0
        assert word in result.stdout
        assert "N-DIA-68" in result.stderr
        assert "N-DIA-68" not in result.stdout


def test_another_suffix_than_a_workbook_is_refused(folder, tmp_path):
    result = run(str(folder), "-o", str(tmp_path / "a.csv"), "--lang", "en")
    assert result.exit_code == 1
    assert "E-FILE-02" in result.stderr
    assert not (tmp_path / "a.csv").exists()


def test_a_chain_brings_its_weakest_links_with_reasons(folder):
    result = run(folder, "--chain", "alpha", "--lang", "en")
    assert result.exit_code == 0
    assert "Chain alpha: the 3 weakest links and why" in result.stdout
    assert "Stage mill" in result.stdout
    assert "Stage root" not in result.stdout
    assert "a halt loses" in result.stdout


def test_json_is_clean_and_quotes_every_table(folder):
    result = run(folder, "--json", "--lang", "zh")
    found = json.loads(result.stdout)
    assert found["ok"]
    assert found["home"] == "R0"
    assert found["years"] == [2017]
    assert {"zh", "en", "quality"} == set(found["statements"][0])
    assert {"chain-lists", "chain-stages", "chain-halts", "trade-content"} <= set(found["tables"])
    for table in found["tables"].values():
        assert "来源：" in table["cite"]
        assert table["quality"] == "illustrative"
    stage = found["tables"]["chain-stages"]["rows"][0]
    assert stage["growth_percent"] is None  # one year of accounts: not known, and never 0
    assert isinstance(stage["score"], float)


def test_the_workbook_is_written(folder, tmp_path):
    out = tmp_path / "diagnosis.xlsx"
    result = run(folder, "--chain", "beta", "--home", "R1", "-o", str(out), "--lang", "en")
    assert result.exit_code == 0
    assert out.read_bytes().startswith(b"PK")
    assert f"written: {out}" in result.stdout.replace("\n", "")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--chain", "gamma"], "E-DIA-61"), (["--home", "R7"], "E-DIA-60"), (["--home", "R2"], "E-DIA-60")],
)
def test_what_is_not_there_is_refused_with_its_code_and_nothing_is_written(folder, tmp_path, words, code):
    out = tmp_path / "no.xlsx"
    result = run(folder, *words, "-o", str(out))
    assert result.exit_code == 1
    assert code in result.stderr
    assert result.stdout == ""
    assert not out.exists()
    as_json = json.loads(run(folder, *words, "--json").stdout)
    assert as_json["findings"][0]["code"] == code

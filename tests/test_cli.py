"""The command line: exit codes, JSON, languages, and nothing written on error."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import haihe as hh
from haihe.cli import app
from haihe.messages import default_language
from haihe.messages.extras import needed
from haihe.region.examples import examples_folder

EXAMPLE = str(examples_folder() / "jing-jin-ji")
runner = CliRunner()


def run(*words: str) -> Result:
    return runner.invoke(app, list(words), catch_exceptions=False)


def commands() -> list[tuple[str, ...]]:
    """Every command of the product, read from the application itself."""
    plain = [(c.name or c.callback.__name__,) for c in app.registered_commands if c.callback]
    grouped = [
        (str(group.name), c.name or c.callback.__name__)
        for group in app.registered_groups
        if group.typer_instance
        for c in group.typer_instance.registered_commands
        if c.callback
    ]
    return plain + grouped


@pytest.mark.parametrize("command", commands())
def test_every_command_knows_json_and_language_and_shows_an_example(command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert "--json" in result.stdout
    assert "--lang" in result.stdout
    assert "Example: haihe" in result.stdout


def test_check_of_the_example_finds_nothing():
    result = run("check", EXAMPLE, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"ok": True, "findings": []}


@pytest.mark.parametrize(("lang", "word"), [("zh", "表“sectors”"), ("en", "table “sectors”")])
def test_check_names_place_and_mend_in_the_language_and_exits_1(tmp_path, lang, word):
    folder = copied(tmp_path)
    file = folder / "sectors.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    file.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    result = run("check", str(folder), "--lang", lang)
    assert result.exit_code == 1
    assert word in result.stdout
    found = json.loads(run("check", str(folder), "--json", "--lang", lang).stdout)
    assert not found["ok"]
    assert {f["table"] for f in found["findings"]} == {"sectors"}
    assert all(f["code"] and f["mend"] and f["row"] for f in found["findings"])


def test_wrong_usage_exits_2():
    assert run("check").exit_code == 2
    assert run("no-such-command").exit_code == 2
    assert run("check", EXAMPLE, "--lang", "fr").exit_code == 2


def test_a_missing_path_is_said_with_its_code(tmp_path):
    result = run("plan", str(tmp_path / "nowhere"), "--lang", "zh")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "E-FILE-01" in result.stderr
    assert "找不到" in result.stderr


def test_convert_goes_round_the_three_forms_and_keeps_the_content(tmp_path):
    hashes = set()
    here = EXAMPLE
    for form in ("a.xlsx", "b.haihe.zip", "c"):
        result = run("convert", here, str(tmp_path / form), "--json")
        assert result.exit_code == 0, result.stderr
        here = str(tmp_path / form)
        hashes.add(json.loads(result.stdout)["hash"])
    assert len(hashes) == 1


def test_template_is_written_and_announced(tmp_path):
    file = tmp_path / "empty.xlsx"
    result = run("template", str(file), "--lang", "zh")
    assert result.exit_code == 0
    assert file.stat().st_size > 5000
    assert str(file) in result.stdout.replace("\n", "")


def test_report_of_a_broken_region_writes_nothing(tmp_path):
    folder = copied(tmp_path)
    (folder / "sectors.csv").unlink()
    out = tmp_path / "out"
    result = run("report", str(folder), "-o", str(out))
    assert result.exit_code == 1
    assert not out.exists()


def test_a_map_without_a_source_is_refused_before_any_work(tmp_path):
    result = run("report", EXAMPLE, "-o", str(tmp_path / "out"), "--map", str(tmp_path / "x.geojson"))
    assert result.exit_code == 1
    assert "E-MAP-02" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("said", [[], ["--map-crs", "BD-09"]])
def test_a_coordinate_system_is_declared_never_guessed(tmp_path, said):
    boundaries = ["--map", str(tmp_path / "x.geojson"), "--map-source", "某测绘单位"]
    result = run("report", EXAMPLE, "-o", str(tmp_path / "out"), *boundaries, *said)
    assert result.exit_code == 1
    assert "E-MAP-03" in result.stderr
    assert "CGCS2000" in result.stderr
    assert not (tmp_path / "out").exists()


def test_plan_gives_tables_and_says_what_prices_rest_on(tmp_path):
    result = run("plan", EXAMPLE, "--json", "-o", str(tmp_path))
    assert result.exit_code == 0
    made = json.loads(result.stdout)
    assert made["loss_bn_yuan"] > 0
    assert {"cost", "caps", "movers", "leaks"} <= {line["topic"] for line in made["lines"]}
    assert all(line["text"]["zh"] and line["text"]["en"] and line["quality"] for line in made["lines"])
    carbon = [row for row in made["tables"]["prices"] if row["kind"] == "cap" and row["year"] == 2030]
    assert len(carbon) == 3
    assert all(row["unit"] == "yuan/t CO2" and row["quality"] == "illustrative" and row["rests_on"] for row in carbon)
    assert (tmp_path / "prices.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_an_infeasible_plan_exits_4(tmp_path):
    folder = copied(tmp_path)
    limits = folder / "limits.csv"
    text = limits.read_text(encoding="utf-8-sig")
    assert ",0.9," in text
    limits.write_text(text.replace(",0.9,", ",0.0,"), encoding="utf-8")
    result = run("plan", str(folder))
    assert result.exit_code == 4
    assert "E-PLN-02" in result.stderr


def test_accounts_check_passes_on_the_example():
    made = json.loads(run("accounts", "check", EXAMPLE, "--json").stdout)
    assert made["ok"]
    assert set(made["years"]) == {"2012", "2017", "2023"}


def test_accounts_build_prints_every_adjustment(reference, tmp_path):
    file = reference / "china_provincial_io" / "china_provincial_io_2017.csv.gz"
    members = [word for name in ("Beijing", "Tianjin", "Hebei") for word in ("--member", name)]
    result = run("accounts", "build", str(file), "--year", "2017", *members, "-o", str(tmp_path), "--lang", "en")
    assert result.exit_code == 0
    assert "37.72" in result.stdout  # Beijing's transit, share of its output
    assert {p.name for p in tmp_path.iterdir()} == {"accounts.csv", "flows.csv", "reconciliation.csv"}


def test_accounts_aggregate_merges_and_keeps_the_identities(tmp_path):
    sectors = hh.accounts_of(hh.example("jing-jin-ji")).sectors
    file = tmp_path / "map.csv"
    lines = [f"{code},{'farm' if code == 'AGR' else 'other'}" for code in sectors]
    file.write_text("\n".join(["from,to", *lines]), encoding="utf-8")
    made = run("accounts", "aggregate", EXAMPLE, "--sectors", str(file), "-o", str(tmp_path / "out"), "--json")
    assert json.loads(made.stdout) == {"ok": True, "regions": ["BJ", "TJ", "HE", "RC"], "sectors": ["farm", "other"]}
    cells = pd.read_csv(tmp_path / "out" / "accounts.csv")
    whole = hh.accounts_of(hh.example("jing-jin-ji")).output.sum()
    assert cells.loc[cells["column"] == "output", "value"].sum() == pytest.approx(whole)
    refused = run("accounts", "aggregate", EXAMPLE, "--lang", "zh")
    assert "E-CLI-05" in refused.stderr


def copied(tmp_path: Path) -> Path:
    """A copy of the example that a test may spoil."""
    folder = tmp_path / "region"
    folder.mkdir()
    for file in filter(Path.is_file, Path(EXAMPLE).iterdir()):
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_a_district_gets_a_table_from_its_province(tmp_path):
    file = tmp_path / "district.csv"
    tianjin = hh.accounts_of(hh.example("jing-jin-ji")).select(["TJ"])
    rows = [f"{s},{x / 5:.6f},亿元,illustrative" for s, x in zip(tianjin.sectors, tianjin.output[0], strict=True)]
    file.write_text("\n".join(["sector,output,unit,quality", *rows]), encoding="utf-8")
    words = ("accounts", "regionalise", EXAMPLE, str(file), "--of", "TJ", "--code", "TJ-X")
    made = json.loads(run(*words, "--json", "-o", str(tmp_path / "out")).stdout)
    assert made["quality"] == "illustrative"
    assert made["value_added"] == pytest.approx(float(tianjin.value_added.sum()) / 5, rel=1e-6)
    assert (tmp_path / "out" / "accounts.csv").stat().st_size > 1000
    file.write_text(file.read_text(encoding="utf-8").replace("AGR,", "AGX,"), encoding="utf-8")
    refused = run(*words, "-o", str(tmp_path / "none"))
    assert refused.exit_code == 1
    assert "E-ACC-81" in refused.stderr
    assert not (tmp_path / "none").exists()


def test_audit_names_what_is_odd_and_exits_1_where_a_test_fails(tmp_path):
    assert run("accounts", "audit", EXAMPLE).exit_code == 0
    folder = copied(tmp_path)
    table = pd.read_csv(folder / "accounts.csv", dtype=str, keep_default_na=False)
    hit = (table["region"] == "TJ") & (table["row"] == "TEQ") & (table["column"] == "TEQ") & (table["year"] == "2023")
    table.loc[hit, "value"] = "99999"
    table.to_csv(folder / "accounts.csv", index=False)
    result = run("accounts", "audit", str(folder), "--lang", "en")
    assert result.exit_code == 1
    assert "FAIL" in result.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("front", EXAMPLE, "--cut", "-0.5"), "E-PLN-20"),
        (("front", EXAMPLE, "--cut", "2"), "E-PLN-20"),
        (("front", EXAMPLE, "--limit", "NOPE"), "E-PLN-15"),
        (("demo", "--name", "nope"), "E-EXA-01"),
        (("template", "{tmp}/form.txt"), "E-FILE-02"),
        (("convert", EXAMPLE, "{tmp}/file/inside.xlsx"), "E-CLI-02"),
        (("report", EXAMPLE, "-o", "{tmp}/file/inside"), "E-CLI-02"),
        (("plan", EXAMPLE, "--scenario", "no-such"), "E-PLN-68"),
        (("plan", EXAMPLE, "--goal", "value_added"), "E-PLN-50"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_code_and_writes_nothing(tmp_path, words, code):
    (tmp_path / "file").write_text("a file, no folder", encoding="utf-8")
    result = run(*(word.replace("{tmp}", str(tmp_path)) for word in words))
    assert result.exit_code == 1
    assert code in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    "words",
    [
        ("plan", EXAMPLE, "--goal", "jobs=1", "--goal", "welfare"),
        ("plan", EXAMPLE, "--goal", "jobs=many"),
        ("plan", EXAMPLE, "--time-limit", "0"),
        ("report", EXAMPLE, "--fate", "HE"),
    ],
)
def test_what_an_option_cannot_mean_is_wrong_usage(words):
    assert run(*words).exit_code == 2


def test_a_template_is_not_written_over_what_somebody_filled_in(tmp_path):
    file = tmp_path / "我的 地区.xlsx"
    first = run("template", str(file), "--lang", "en")
    assert first.exit_code == 0
    assert f'haihe check "{file}"' in first.stdout
    file.write_bytes(b"filled in")
    again = run("template", str(file), "--lang", "en")
    assert again.exit_code == 1
    assert "E-CLI-06" in again.stderr
    assert file.read_bytes() == b"filled in"
    assert run("template", str(file), "--replace").exit_code == 0
    assert file.read_bytes() != b"filled in"


def test_the_example_is_put_where_the_commands_of_the_pages_look_for_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    missing = run("check", "examples/jing-jin-ji", "--lang", "en")
    assert missing.exit_code == 1
    assert "haihe example" in missing.stdout
    assert run("example").exit_code == 0
    assert hh.read("examples/jing-jin-ji").hash == hh.example("jing-jin-ji").hash
    assert "E-CLI-07" in run("example").stderr


def test_a_missing_package_is_asked_for_by_the_extra_that_brings_all_of_its_kind():
    with pytest.raises(hh.HaiheError) as caught:
        needed("no_such_module", "Waitress")
    assert 'pip install "haihe[web]"' in caught.value.text("en")


@pytest.mark.parametrize(
    ("given", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "HAIHE_LANG": "en"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for_even_where_the_system_has_not_installed_it(monkeypatch, given, lang):
    for name in ("HAIHE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert default_language() == lang

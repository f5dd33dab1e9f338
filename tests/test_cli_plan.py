"""The plan on the command line: goals, scenarios, sentences, time limit and Ctrl-C."""

import json
import signal
import threading

import pytest
import typer
from typer.testing import CliRunner, Result

from haihe.cli import app
from haihe.cli.plans import fates_of, goals_of, stoppable
from small_region import small_region

runner = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return str(small_region().write(tmp_path_factory.mktemp("small") / "region"))


def run(*words: str) -> Result:
    return runner.invoke(app, list(words), catch_exceptions=False)


def test_the_plan_is_told_in_both_languages_with_its_marks(folder):
    zh, en = (run("plan", folder, "--no-band", "--lang", lang).stdout for lang in ("zh", "en"))
    assert "1. 全部限制的代价约" in zh
    assert "〔示例〕" in zh
    assert "1. All limits cost about" in en
    assert "[illustrative]" in en


def test_scenarios_goals_and_paths_change_what_is_planned(folder):
    def loss(*words: str) -> float:
        result = run("plan", folder, "--no-band", "--json", *words)
        assert result.exit_code == 0, result.stderr
        made = json.loads(result.stdout)
        return made["loss_bn_yuan"] - made["gain_bn_yuan"]

    plain = loss()
    assert loss("--goal", "exports=0.5") > plain
    assert loss("--goal", "welfare", "--goal", "exports") > plain
    assert loss("--no-projects") > plain
    assert loss("--scenario", "tight") > plain


def test_a_plan_that_runs_out_of_time_says_so_and_writes_nothing(folder, tmp_path):
    result = run("plan", folder, "--no-band", "--time-limit", "1e-9", "-o", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert "E-PLN-61" in result.stderr
    assert not (tmp_path / "out").exists()


def test_ctrl_c_cancels_and_a_second_one_stops_at_once():
    before = signal.getsignal(signal.SIGINT)
    with stoppable(10.0, lambda _: None) as control:
        assert not control.cancelled
        signal.raise_signal(signal.SIGINT)
        assert control.cancelled
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_cancelled_plan_exits_130(folder, monkeypatch):
    monkeypatch.setattr(threading.Event, "is_set", lambda _: True)
    result = run("plan", folder, "--no-band")
    assert result.exit_code == 130
    assert "E-PLN-60" in result.stderr


def test_an_unknown_path_is_refused(folder):
    refused = run("plan", folder, "--no-band", "--path", "nowhere", "--json")
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["findings"][0]["code"].startswith("E-PLN-")


def test_goals_are_weights_or_an_order():
    assert goals_of([]) is None
    assert goals_of(["welfare", "jobs@TJ"]) == ["welfare", "jobs@TJ"]
    assert goals_of(["jobs@TJ=0.5", "co2=-1"]) == {"jobs@TJ": 0.5, "co2": -1.0}
    for wrong in (["jobs=1", "co2"], ["jobs=x"]):
        with pytest.raises(typer.BadParameter):
            goals_of(wrong)


def test_fates_are_pairs_of_member_and_sector():
    assert fates_of(["HE/TEX"]) == [("HE", "TEX")]
    for wrong in ("HE", "/TEX", "HE/"):
        with pytest.raises(typer.BadParameter):
            fates_of([wrong])


def test_scenarios_are_compared_without_projects_with_caps_apart_and_on_another_path(folder):
    def costs(*words: str) -> list[float]:
        result = run("compare", folder, "--scenario", "tight", "--no-band", "--json", *words)
        assert result.exit_code == 0, result.stderr
        return [row["cost"] for row in json.loads(result.stdout)["tables"]["summary"]]

    plain, none = costs(), costs("--no-projects")
    assert all(b > a for a, b in zip(plain, none, strict=True))
    assert all(b >= a - 1e-9 for a, b in zip(none, costs("--no-projects", "--separate"), strict=True))
    refused = run("compare", folder, "--scenario", "tight", "--path", "nowhere")
    assert refused.exit_code == 1


def test_sentences_stand_before_findings(folder):
    result = run("plan", folder, "--no-band", "--lang", "zh")
    assert result.output.index("1. 全部限制的代价约") < result.output.index("N-")

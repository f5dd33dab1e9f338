"""Ensembles: each row is the plan of its future, whoever made it; taken up where they were left; said in both languages."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import haihe as hh
from full_region import full_region
from haihe.cli import app
from haihe.messages import HaiheError
from haihe.planning import again
from haihe.planning import ensemble as room
from haihe.planning.decided import decisions_table
from haihe.planning.ensemble import Ensemble, EnsembleWork, ensemble
from haihe.planning.ensemble_rows import courses_of, now_of, projects_of_runs
from haihe.planning.futures import AS_IS, draw_futures, scenario_futures, sweep_futures
from haihe.planning.scenarios import Edit, scenario
from haihe.region import Region

pytestmark = pytest.mark.slow
CAP = "limits:carbon|2021:value"
SWEEP = {CAP: [0.95, 0.9, 0.85, 1e-4]}
SAME = {"rtol": 1e-6, "atol": 1e-6}


@cache
def region() -> Region:
    return full_region()


@cache
def swept() -> Ensemble:
    return ensemble(region(), sweep=SWEEP)


def check(e: Ensemble) -> None:
    """Every row says what a plan made alone says."""
    for value, (_, row) in zip(SWEEP[CAP][:3], e.table.iterrows(), strict=False):
        alone = hh.plan(scenario(region(), edits=[("limits", "carbon|2021", "value", value)]), band=False)
        assert row["cost"] == pytest.approx(alone.loss - alone.gain, abs=1e-6)
        assert row["limits"] == pytest.approx(alone.loss, abs=1e-6)
        assert row[f"set:{CAP}"] == value
        last = alone.model.economy.assumptions.last_year
        output = alone.output[alone.output["year"] == last].set_index(["region", "sector"])["change"]
        assert row["output:south|steel"] == pytest.approx(output["south", "steel"], abs=1e-6)
        assert alone.model.projects is not None
        spec, z = alone.model.projects.spec, alone.solution.value(alone.model.projects.choice)
        built = np.bincount(spec.project, z)
        np.testing.assert_allclose([row[f"project:{p}"] for p in spec.projects], built, **SAME)
        first = decisions_table(alone, alone.model.economy.assumptions.years[0])
        for d in first[(first["decision"] != "project") & (first["value"] > 1e-3)].itertuples():
            assert row[f"now:{d.decision}|{d.record}|{d.unit}"] == pytest.approx(d.value, abs=1e-5)


def test_every_row_is_the_plan_of_its_future() -> None:
    check(swept())


def test_a_future_without_a_plan_is_a_row_with_its_error() -> None:
    e = swept()
    assert e.errors["error"].str.startswith("E-PLN-02").tolist() == [True]
    assert len(e.plans) == 3
    assert e.summary.set_index("quantity").loc["cost", "draws"] == 3
    assert any("without a plan" in note.en for note in e.tables["ensemble-runs"].notes)


def test_an_ensemble_without_any_plan_says_so(tmp_path: Path) -> None:
    e = ensemble(region(), sweep={CAP: [1e-4, 2e-4]})
    assert len(e.errors) == 2
    assert "0 plans, 2 without" in repr(e)
    assert not e.figures
    assert len(e.tables["ensemble-runs"]) == 2
    assert e.to_excel(tmp_path / "none.xlsx", "zh").is_file()


def test_a_future_that_is_not_put_into_force_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "solve_again", lambda plan, *_: plan)
    with pytest.raises(AssertionError):
        check(ensemble(region(), sweep=SWEEP))


@pytest.mark.parametrize("way", ["processes", "dask"])
def test_others_give_what_one_process_gives(way: str, tmp_path: Path) -> None:
    if way == "processes":
        other = ensemble(region(), sweep=SWEEP, workers=2)
    else:
        distributed = pytest.importorskip("distributed", reason="distributed stands in the extras dask and dev")
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
            other = ensemble(region(), sweep=SWEEP, dask=cluster.scheduler_address)
    ours, theirs = (e.table.drop(columns="seconds") for e in (swept(), other))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-9, check_like=True)


def test_draws_are_those_of_draws() -> None:
    banded = region().with_table(
        "parameters",
        region()["parameters"].assign(
            low=lambda t: np.where(t["parameter"] == "growth", 0.02, np.nan),
            high=lambda t: np.where(t["parameter"] == "growth", 0.04, np.nan),
        ),
    )
    e, d = ensemble(banded, draws=2, seed=3), hh.draws(banded, 2, seed=3)
    for name in ("cost", "limits", "gain", "drawn:growth"):
        np.testing.assert_allclose(e.table[name], d.table[name], **SAME)
    assert e.influence["drawn"].unique().tolist() == ["growth"]


def test_an_ensemble_is_taken_up_and_may_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, made = tmp_path / "runs.jsonl", []
    real = EnsembleWork.one

    def counted(work: EnsembleWork, future: Any, *rest: Any) -> Any:
        made.append(future.name)
        return real(work, future, *rest)

    monkeypatch.setattr(EnsembleWork, "one", counted)
    few = ensemble(region(), sweep={CAP: [0.9, 1e-4]}, journal=journal)
    assert len(made) == 2
    more = ensemble(region(), sweep={CAP: [1e-4, 0.85, 0.9]}, journal=journal)
    assert len(made) == 3
    assert more.table["cost"].tolist()[2] == few.table["cost"].tolist()[0]
    renamed = ensemble(region(), scenarios={made[0]: [("limits", "carbon|2021", "value", 0.95)]}, journal=journal)
    assert len(made) == 4
    assert renamed.table["cost"][0] < few.table["cost"][0]
    for other in ({"upgrades": False}, {"path": "own"}):
        with pytest.raises(HaiheError) as caught:
            ensemble(region(), sweep=SWEEP, journal=journal, **other)
        assert caught.value.code == "E-PLN-101"
    assert len(journal.read_text().splitlines()) == 5


def test_tables_that_have_no_plan_themselves_do_not_end_the_list() -> None:
    tight = scenario(region(), edits=[("limits", "carbon|2021", "value", 1e-4)])
    e = ensemble(tight, sweep={CAP: [0.9]})
    assert e.table["cost"][0] == pytest.approx(swept().table["cost"][1], abs=1e-6)


def test_a_near_future_starts_warm_and_another_economy_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: set[bool] = set()
    real = again._warm

    def told(*given: Any, near: bool) -> Any:
        seen.add(near)
        return real(*given, near=near)

    monkeypatch.setattr(again, "_warm", told)
    ensemble(region(), scenarios={"near": [("limits", "carbon|2021", "value", 0.9)]})
    assert seen == {True}
    seen.clear()
    ensemble(region(), scenarios={"far": [("parameters", "growth", "value", 0.02)]})
    assert seen == {False}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_and_figures_of_an_ensemble(lang: Any, tmp_path: Path) -> None:
    e = swept()
    assert {"draws-summary", "ensemble-projects", "ensemble-now", "ensemble-runs"} <= set(e.tables)
    assert {"ensemble-fan", "ensemble-strip", "ensemble-projects", "draws-movers"} <= set(e.figures)
    for figure in e.figures.values():
        assert figure.options(lang)["series"]
    assert e.to_excel(tmp_path / "e.xlsx", lang).is_file()
    shown = e.tables["ensemble-runs"].frame
    assert shown["cost"][0] == pytest.approx(10 * e.table["cost"][0])
    assert np.isnan(shown["cost"][3])


def test_what_is_alike_is_counted() -> None:
    table = pd.DataFrame(
        {
            "project:A": [1.0, 1.0, 0.4, 1.0],
            "project:B": [0.0, 0.0, 0.0, 0.0],
            "now:investment|R|S|bn": [10.0, 10.2, 9.9, 10.0],
            "now:retrofit|g|R|S|bn": [5.0, np.nan, 5.0, 9.0],
            "course:output|2030": [0.0, 0.1, 0.2, 0.3],
        }
    )
    projects = projects_of_runs(table).set_index("project")
    assert projects.loc["A", "wholly"] == 0.75
    assert projects["robust"].to_dict() == {"A": False, "B": True}
    now = now_of(table).set_index("decision")
    assert now["agree"].to_dict() == {"investment": 1.0, "retrofit": 0.5}
    assert now.loc["retrofit", ["record", "unit", "least"]].tolist() == ["g|R|S", "bn", 0.0]
    assert courses_of(table).iloc[0][["indicator", "year", "p50"]].tolist() == ["output", 2030, pytest.approx(0.15)]


def test_futures_are_named_and_marked() -> None:
    base = region()
    futures = scenario_futures(base, {AS_IS: AS_IS, "own": [Edit("limits", "carbon|2021", "value", 0.9)]}).futures
    assert [f.name for f in futures] == [AS_IS, "own"]
    assert futures[0].region(base)[0].hash == base.hash
    assert futures[1].region(base)[1] == {"limits"}
    both = sweep_futures({CAP: [0.9, 0.8], "limits:work|2021:pooled": ["true", "false"]}).futures
    assert len({f.ident for f in both}) == 4
    assert all(set(f.told) == {f"set:{CAP}"} for f in both)
    assert both[0].title.zh.startswith("限制 carbon 2021 数值＝0.9，")
    with pytest.raises(HaiheError):
        draw_futures(base, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "E-PLN-100"),
        ({"draws": 2, "sweep": SWEEP}, "E-PLN-100"),
        ({"sweep": SWEEP, "band": True}, "E-PLN-100"),
        ({"sweep": SWEEP, "scenario": "x"}, "E-PLN-100"),
        ({"scenarios": []}, "E-PLN-100"),
        ({"sweep": {}}, "E-PLN-100"),
        ({"sweep": {CAP: [0.9, 0.9]}}, "E-PLN-100"),
        ({"sweep": {"limits": [1]}}, "E-PLN-102"),
        ({"sweep": {"limits:carbon|2021:value": "0.9"}}, "E-PLN-102"),
        ({"sweep": {CAP: []}}, "E-PLN-102"),
        ({"scenarios": ["nothing"]}, "E-PLN-68"),
        ({"scenarios": {"x": [("limits",)]}}, "E-SCN-06"),
    ],
)
def test_what_is_no_ensemble_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(HaiheError) as caught:
        ensemble(region(), **given)
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in caught.value.findings[0].text(lang)


def test_a_future_with_a_wrong_edit_is_a_row_with_its_error() -> None:
    e = ensemble(region(), scenarios={"wrong": [("limits", "nowhere|2021", "value", 1)], "as-is": "as-is"})
    assert e.table["error"].str.startswith("E-SCN-03").fillna(False).tolist() == [True, False]


def test_the_command_line_plans_many_futures(tmp_path: Path) -> None:
    region().write(tmp_path / "r")
    book = tmp_path / "out.xlsx"
    command = ["ensemble", str(tmp_path / "r"), "--sweep", f"{CAP}=0.95,0.9", "-o", str(book), "--json"]
    result = CliRunner().invoke(app, [*command, "--journal", str(tmp_path / "j.jsonl")])
    assert result.exit_code == 0, result.output
    table = json.loads(result.stdout)["tables"]["table"]
    assert [row["cost"] for row in table] == pytest.approx(swept().table["cost"].tolist()[:2], abs=1e-6)
    assert book.is_file()
    for wrong in (["--sweep", "limits"], ["--sweep", f"{CAP}="]):
        assert CliRunner().invoke(app, ["ensemble", str(tmp_path / "r"), *wrong]).exit_code == 2


@pytest.mark.endure
def test_two_hundred_futures_on_two_processes_and_on_dask(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="distributed stands in the extras dask and dev")
    sweep = {CAP: np.linspace(0.95, 0.85, 100).round(6).tolist(), "limits:work|2021:value": [0.9, 0.93]}
    two = ensemble(region(), sweep=sweep, workers=2, journal=tmp_path / "two.jsonl")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        many = ensemble(region(), sweep=sweep, dask=cluster.scheduler_address)
    assert len(two.plans) == 200
    ours, theirs = (e.table.drop(columns="seconds") for e in (two, many))
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-9, atol=1e-9, check_like=True)
    costs = two.table.pivot_table(index=f"set:{CAP}", columns="set:limits:work|2021:value", values="cost")
    assert (costs.diff().dropna() <= 1e-6).all().all()

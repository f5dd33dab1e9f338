"""The robust choice of a region: said in both languages, from Python and from the command line; bad input is named."""

import json
from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import haihe as hh
from full_region import full_region
from haihe.cli import app
from haihe.cli.desk import Desk, Language
from haihe.cli.futures import _shown
from haihe.figures.table import QUALITY_WORD, SOURCE_WORD
from haihe.files import read_table
from haihe.messages import HaiheError
from haihe.planning import decided
from haihe.planning.decided import decisions_table
from haihe.planning.robust import Robust, robust
from haihe.planning.scenarios import scenario
from haihe.planning.solver import Session
from haihe.region import Region

pytestmark = pytest.mark.slow
WEIGHTS = {"as-is": 2.0, "tight": 1.0}
SCENARIOS = pd.DataFrame(
    [
        ("tight", "limits", "carbon|2021", "value", "0.9", "更严的碳上限 / a tighter carbon cap"),
        ("no-money", "budgets", "F1|south|2020", "value", "0", "没有预算 / no budget"),
        ("impossible", "limits", "carbon|2021", "value", "0.0001", "做不到 / impossible"),
        ("late", "projects", "P2", "start", "2020", "推迟一年 / a year later"),
    ],
    columns=["scenario", "table", "record", "column", "value", "reason"],
)


@cache
def region() -> Region:
    base = full_region()
    land = base["endowments"].assign(value=lambda t: t["value"].where(t["purpose"] != "projects", 150.0))
    money = base["budgets"].assign(value=lambda t: 10 * t["value"])
    return base.with_table("endowments", land).with_table("budgets", money).with_table("scenarios", SCENARIOS)


@cache
def chosen(measure: Any = "expected") -> Robust:
    return robust(region(), WEIGHTS, measure=measure, gap=0.0)


def least(r: Robust, name: str) -> float:
    """The least cost of a scenario, by trying every choice in the whole plan: economy, projects and money at once."""
    task = r.tasks[name]
    model = task.assembly(money=True).model
    assert model.projects is not None
    session, spec = Session(model.program), task.projects
    own = [[-1, *np.flatnonzero(spec.project == p)] for p in range(len(spec.projects))]
    costs = []
    for pick in product(*own):
        z = np.zeros(spec.project.size)
        z[[o for o in pick if o >= 0]] = 1.0
        if z[spec.short[spec.project]].any():
            continue
        session.set_column_bounds(model.projects.choice.index, z, z)
        with suppress(HaiheError):  # not possible
            costs.append(session.solve().objective)
    return min(costs)


def test_costs_are_those_of_the_choice_planned_alone() -> None:
    r = chosen()
    for name, cost, own in zip(r.decided.names, r.decided.found.costs, r.decided.own, strict=True):
        there = region() if name == "as-is" else scenario(region(), name)
        free = hh.plan(there, band=False).base.objective
        assert own == pytest.approx(least(r, name) - free, abs=1e-5)
        assert cost >= own - 1e-9
    assert r.decided.weights.tolist() == pytest.approx([2 / 3, 1 / 3])
    values = r.worth.set_index("what")
    assert values.loc["measure", "value"] == pytest.approx(r.decided.weights @ r.decided.found.costs)
    for what in ("evpi", "vss"):
        assert 0 <= values.loc[what, "low"] <= values.loc[what, "value"] <= values.loc[what, "high"] + 1e-12
    table = r.comparison.set_index("choice")
    assert table.loc["robust", "expected"] <= table["expected"].min() + 1e-12
    assert (r.choices["regret"].dropna() >= 0).all()
    assert not len(r.findings)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_and_figures_of_a_robust_choice(lang: Any, tmp_path: Path) -> None:
    r = chosen("regret")
    assert set(r.tables) == {"robust-worth", "robust-choices", "robust-regrets", "robust-projects"}
    for figure in r.figures.values():
        assert figure.options(lang)["series"]
    assert r.to_excel(tmp_path / "r.xlsx", lang).is_file()
    shown = r.tables["robust-choices"].frame.set_index("choice")
    assert shown.loc["robust", "regret"] == pytest.approx(10 * r.worth.set_index("what").loc["measure", "value"])
    assert "Robust choice" in repr(r)


def test_what_is_decided_later_differs_only_later() -> None:
    r = robust(region(), WEIGHTS, until=2018, gap=0.0)
    d = r.decided
    assert d.now.any()
    assert not d.now.all()
    for z in d.found.choices:
        np.testing.assert_array_equal(z[d.now], d.found.choices[0][d.now])
    assert d.found.value <= chosen().decided.found.value + 1e-6
    spec = r.spec
    now = r.projects[r.projects["status"] == "now"]
    assert (now["start"] <= 2018).all()
    assert set(r.projects["project"]) == set(spec.projects)


@pytest.mark.parametrize(
    ("scenarios", "more", "code"),
    [
        ({}, {}, "E-PLN-103"),
        ({"as-is": 0.0}, {}, "E-PLN-103"),
        ({"as-is": float("nan")}, {}, "E-PLN-103"),
        (["as-is"], {"measure": "median"}, "E-PLN-103"),
        (["as-is"], {"alpha": 1.0}, "E-PLN-103"),
        (["nothing"], {}, "E-PLN-68"),
        (["as-is", "late"], {}, "E-PLN-106"),
        (["as-is", "impossible"], {}, "E-PLN-107"),
    ],
)
def test_what_gives_no_choice_is_refused(scenarios: Any, more: dict[str, Any], code: str) -> None:
    with pytest.raises(HaiheError) as caught:
        robust(region(), scenarios, **more)
    assert caught.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in caught.value.findings[0].text(lang)


def test_the_command_line_chooses_for_all_scenarios(tmp_path: Path) -> None:
    region().write(tmp_path / "r")
    command = ["robust", str(tmp_path / "r"), "--scenario", "as-is=2", "--scenario", "tight", "--gap", "0", "--json"]
    result = CliRunner().invoke(app, [*command, "-o", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    values = {row["what"]: row["value"] for row in json.loads(result.stdout)["tables"]["worth"]}
    assert values["measure"] == pytest.approx(chosen().decided.found.value, abs=1e-6)
    assert (tmp_path / "out" / "robust.xlsx").is_file()
    for wrong in ("as-is=much", "tight"):
        assert CliRunner().invoke(app, [*command, "--scenario", wrong]).exit_code == 2


def test_printed_tables_name_source_and_quality(capsys: pytest.CaptureFixture[str]) -> None:
    _shown(Desk(Language.zh, False), chosen(), ["robust-worth"])
    said = capsys.readouterr().out.replace("\n", "")
    for words in (QUALITY_WORD.zh, SOURCE_WORD.zh, chosen().views.source.zh):
        assert words in said


def test_the_command_line_plans_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, then = tmp_path / "first", tmp_path / "then"
    region().write(first)
    scenario(region(), "tight").write(then)
    done, formula = tmp_path / "done.csv", "=1+1"
    asked: list[pd.DataFrame] = []

    def named_as_formula(*given: Any) -> pd.DataFrame:
        """Name the records of the first table, which is the one that is written."""
        asked.append(decisions_table(*given))
        return asked[0].assign(record=formula) if len(asked) == 1 else asked[-1]

    monkeypatch.setattr(decided, "decisions_table", named_as_formula)
    command = ["replan", str(then), "--previous", str(first), "--until", "2018", "--json"]
    result = CliRunner().invoke(app, [*command, "--decisions", str(done)])
    assert result.exit_code == 0, result.output
    causes = json.loads(result.stdout)["tables"]["causes"]
    assert [row["cause"] for row in causes] == ["previous", "updates"]
    assert causes[1]["added"] > 0
    assert pd.read_csv(done)["year"].max() <= 2018
    assert set(pd.read_csv(done)["record"]) == {f"'{formula}"}
    assert set(read_table(done)["record"]) == {formula}

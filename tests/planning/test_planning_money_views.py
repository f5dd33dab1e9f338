"""Tables and figures of projects and money: both languages, sums that hold, nothing invented."""

from pathlib import Path

import numpy as np
import pytest

from haihe.figures import Table
from haihe.messages import LANGUAGES, Text
from haihe.planning import money, projects
from haihe.planning.assumptions import Assumptions
from haihe.planning.inputs import economy_of
from haihe.planning.model import build_model
from haihe.planning.money_inputs import money_of
from haihe.planning.money_views import BOUND, PAYERS, STATUS, MoneyViews
from haihe.planning.project_inputs import projects_of
from haihe.planning.project_results import funding_table, projects_table
from haihe.planning.solver import Session
from haihe.region import read
from haihe.rules import read_schemes

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "jing-jin-ji"


@pytest.fixture(scope="module")
def views() -> MoneyViews:
    """Projects of the example in its plan, without caps."""
    region = read(EXAMPLE)
    assumptions = Assumptions.of(region)
    economy = economy_of(region, assumptions, upgrades=False)
    model = build_model(economy)
    spec = projects_of(region, economy, book=read_schemes(EXAMPLE / "rules"))
    assert spec is not None
    funds = money_of(region, economy, spec)
    chosen = projects.define_projects(model.program, economy, model.wedges, spec)
    found = money.define_money(model.program, assumptions, chosen, funds)
    solution = Session(model.program).solve()
    return MoneyViews(region, model.program, assumptions, found, solution, Text("测试", "a test"))


def test_tables_speak_both_languages(views: MoneyViews) -> None:
    tables = views.tables()
    assert {
        "plan-projects",
        "plan-funding",
        "plan-budgets",
        "plan-districts",
        "plan-ownership",
        "fund-leverage",
    } <= set(tables)
    for key, table in tables.items():
        assert table.key == key
        assert table.quality in ("illustrative", "estimated")
        for lang in LANGUAGES:
            text = table.to_csv(lang)
            assert "nan" not in text.lower().split(",")
        words = [column.heading for column in table.columns]
        assert all(word.zh != word.en for word in words)


def test_every_project_has_an_outcome_and_a_reason(views: MoneyViews) -> None:
    frame = projects_table(views.program, views.money.projects, views.money, views.solution)
    assert len(frame) == len(views.money.projects.spec.projects)
    assert set(frame["status"]) <= set(STATUS)
    assert set(frame["bound"]) <= set(BOUND)
    whole = frame["share"] > 1 - 1e-6
    assert (frame.loc[whole, "bound"] == "").all()
    assert (frame.loc[~whole, "bound"] != "").all()
    assert frame.loc[frame["status"] == "anyway", "support"].sum() == 0
    assert (frame.loc[frame["bound"] == "worth", "value"] <= 1e-6).all()
    spent = (frame["share"] * views.money.projects.spec.award).sum()
    assert frame["support"].sum() == pytest.approx(spent)


def test_who_pays_adds_up(views: MoneyViews) -> None:
    frame = projects_table(views.program, views.money.projects, views.money, views.solution)
    paid = funding_table(views.money.projects, views.money, views.solution)
    by_project = paid.groupby("project")["amount"].sum().reindex(frame["project"], fill_value=0.0)
    np.testing.assert_allclose(by_project, frame["investment"], atol=1e-6)
    support = paid[paid["payer"].isin(["city", "district"])]["amount"].sum()
    owed = views.solution.value(views.money.payments.owed).sum()
    assert support + owed == pytest.approx(frame["support"].sum(), abs=1e-6)
    assert set(paid["payer"]) <= set(PAYERS)
    shown = views.funding().frame["amount"].sum()
    assert shown == pytest.approx(frame["investment"].sum(), abs=1e-6)


def test_ownership_adds_up(views: MoneyViews) -> None:
    frame = views.ownership().frame
    spec = views.money.projects.spec
    assert frame["candidates"].sum() == len(spec.projects)
    whole = projects_table(views.program, views.money.projects, views.money, views.solution)
    assert frame["built"].sum() == pytest.approx(whole["share"].sum())
    assert frame["investment"].sum() == pytest.approx(whole["investment"].sum())
    owed = views.solution.value(views.money.payments.owed).sum()
    together = frame[["support", "own", "bank", "private"]].to_numpy().sum() + owed
    assert together == pytest.approx(frame["investment"].sum())
    private = [p for p, kind in enumerate(spec.ownership) if kind == "private"]
    row = frame.set_index("ownership").loc["private"]
    assert row["built"] == pytest.approx(whole["share"].to_numpy()[private].sum())


def test_a_limit_that_is_left_over_has_no_price(views: MoneyViews) -> None:
    budgets = views.budgets().frame
    assert (budgets.loc[budgets["left"] > 1e-6, "price"].abs() < 1e-6).all()
    assert (budgets["left"] >= -1e-6).all()


def test_what_is_not_known_is_a_dash(views: MoneyViews) -> None:
    table: Table = views.leverage()
    column = table.column("landed_times")
    assert {column.show(value).zh for value in table.frame["landed_times"]} == {"—"}


def test_the_figure_stacks_the_payers(views: MoneyViews) -> None:
    figure = views.figures()["plan-funding"]
    names = {lang: {series["name"] for series in figure.options(lang)["series"]} for lang in LANGUAGES}
    assert names["en"] <= {text.en for text in PAYERS.values()}
    assert names["zh"] <= {text.zh for text in PAYERS.values()}
    assert len(names["en"]) >= 4

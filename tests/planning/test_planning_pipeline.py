"""The pipeline: stages add up, nothing is held twice, slipping by nothing changes nothing; also on broken ones."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import haihe as hh
from haihe.messages import HaiheError
from haihe.planning.pipeline import Pipeline, pipeline
from haihe.planning.pipeline_inputs import NAMES, ORDER, STARTED, YEAR, Schedule
from haihe.region.tables.money import PROJECTS
from project_region import SHARES, STAGES, project_region, project_tables

pytestmark = pytest.mark.slow
MONTHS = st.integers(0, 60)


@cache
def plain() -> Pipeline:
    return pipeline(project_region())


def check_stages_add_up(p: Pipeline) -> None:
    """Held by stage = held in all = the sum over projects of share times need, counted one by one."""
    table = {r["project"]: r for r in p.region["projects"].to_dict("records")}
    needs = p.region["project_resources"]
    first = p.region["project_sites"].drop_duplicates("project").set_index("project")["region"]
    stage = p.schedule.stage_in(p.years)
    for y, year in enumerate(p.years):
        wanted: dict[tuple[str, str], float] = {}
        for row in needs.to_dict("records"):
            k = list(p.spec.projects).index(row["project"])
            if not p.counted[k]:
                continue
            holder = "beside" if table[row["project"]]["stage"] in NAMES[STARTED:] else "new"
            key = (first[row["project"]], holder)
            wanted[key] = wanted.get(key, 0.0) + SHARES["land"][stage[k, y]] * row["value"]
        here = p.balance[(p.balance["year"] == year) & (p.balance["resource"] == "land")].set_index("site")
        for site in here.index:
            row = here.loc[site]
            assert row[list(NAMES)].sum() == pytest.approx(row["held"])
            assert row["held"] == pytest.approx(wanted.get((site, "new"), 0.0))
            assert row["beside"] == pytest.approx(wanted.get((site, "beside"), 0.0))
            assert row["free"] == pytest.approx(row["room"] - row["held"], nan_ok=True)


def check_one_stage_each(p: Pipeline) -> None:
    """Every project stands in one stage in every year, and never goes back."""
    counts = p.stages.groupby("year")["projects"].sum()
    assert (counts == int(p.counted.sum())).all()
    assert (np.diff(p.schedule.stage_in(p.years), axis=1) >= 0).all()


def test_what_stages_hold_adds_up() -> None:
    check_stages_add_up(plain())


def test_every_project_stands_in_one_stage() -> None:
    check_one_stage_each(plain())


@pytest.mark.parametrize("check", [check_stages_add_up, check_one_stage_each])
def test_a_project_counted_twice_is_noticed(check: Callable[[Pipeline], None], monkeypatch: pytest.MonkeyPatch) -> None:
    real = Pipeline._long

    def twice(self: Pipeline, *given: Any) -> pd.DataFrame:
        frame = real(self, *given)
        return pd.concat([frame, frame.head(len(self.years))])

    if check is check_one_stage_each:
        broken = replace(plain(), schedule=_Back(**vars(plain().schedule)))
    else:
        monkeypatch.setattr(Pipeline, "_long", twice)
        broken = replace(plain())
    with pytest.raises(AssertionError):
        check(broken)


class _Back(Schedule):
    """A schedule that loses its last stage in the last year."""

    def stage_in(self, years: Any) -> Any:
        stage = super().stage_in(years).copy()
        stage[:, -1] = 0
        return stage


@settings(deadline=None, max_examples=8)
@given(months=MONTHS, seed=st.integers(0, 5))
def test_slipping_moves_only_what_is_not_reached(months: int, seed: int) -> None:
    p = plain()
    late = p.slipped(months, seed=seed).after
    ahead = np.arange(len(NAMES)) > p.schedule.now[:, None]
    moved = late.schedule.reach - p.schedule.reach
    assert (moved[~ahead] == 0).all()
    assert (moved[ahead] == months).all()
    assert (np.diff(late.schedule.reach, axis=1) >= 0).all()
    check_stages_add_up(late)
    check_one_stage_each(late)


@settings(deadline=None, max_examples=6)
@given(one=MONTHS, two=MONTHS)
def test_later_is_never_more(one: int, two: int) -> None:
    """The later, the less is produced and the less is held, in every year."""
    low, high = sorted((one, two))
    early, late = (plain().slipped(m).after for m in (low, high))
    for name in ("producing", "output", "jobs", "value_added"):
        assert (late.course[name] <= early.course[name] + 1e-9).all()
    assert (late.balance["held"] <= early.balance["held"] + 1e-9).all()


def test_slipping_by_nothing_is_the_same() -> None:
    slip = plain().slipped(0)
    assert slip.freed.empty
    assert (slip.course["difference"] == 0).all()
    assert (slip.targets["difference"].dropna() == 0).all()
    pd.testing.assert_frame_equal(slip.region["projects"], slip.before.region["projects"])


def test_delays_by_stage_add_up() -> None:
    late = plain().slipped({"signed": 3, "built": 6}).after
    moved = late.schedule.reach - plain().schedule.reach
    contact = plain().schedule.now == 0
    assert (moved[contact] == [0, 3, 3, 9, 9]).all()
    signed = plain().schedule.now == 1
    assert (moved[signed] == [0, 0, 0, 6, 6]).all()


def test_the_region_planned_again_has_the_dates_moved_and_the_lost_gone() -> None:
    slip = plain().slipped(13, lost=1.0)
    assert set(slip.lost) == {"P1", "P3", "P4"}
    table = slip.region["projects"].set_index("project")
    assert set(table.index) == {"P2", "P5", "P6"}
    assert set(slip.region["project_sites"]["project"]) <= set(table.index)
    before = slip.before.region["projects"].set_index("project")
    assert (table.loc[["P2", "P5"], "start"] == before.loc[["P2", "P5"], "start"] + 2).all()
    assert table.loc["P6", "start"] == before.loc["P6", "start"]
    slip.region.check().raise_errors()


def test_what_is_stated_is_taken_and_the_rest_derived() -> None:
    schedule = plain().schedule
    row = schedule.reach[list(plain().spec.projects).index("P1")]
    assert row[1] == 2018 * YEAR + 2
    assert row[2] == 2018 * YEAR + 6
    assert row[3] == 2020 * YEAR  # start and construction of the table projects
    assert "N-PLN-110" in [finding.code for finding in plain().findings]


def test_a_planned_day_that_has_passed_is_said() -> None:
    later = pipeline(project_region(), as_of=dt.date(2019, 1, 1))
    assert "W-PLN-110" in [finding.code for finding in later.findings]
    assert (later.schedule.reach[later.schedule.now == 0][:, 1] >= 2019 * YEAR).all()


def test_money_stands_in_the_year_it_is_due() -> None:
    p = plain()
    due, spec = p.schedule.due(), p.spec
    total = sum(
        SHARES["money"][p.schedule.now[k]] * spec.award[k]
        for k in range(len(spec.projects))
        if due[k] <= p.setup.money.years[-1]
    )
    assert total > 0
    assert p.money["held"].sum() == pytest.approx(total)
    assert (p.money[list(NAMES)].sum(axis=1) == p.money["held"]).all()


def test_a_thing_without_shares_is_missing_and_not_none() -> None:
    tables = project_tables()
    holds = tables["stage_holds"]
    p = pipeline(project_region(stage_holds=holds[holds["thing"] == "money"]))
    assert p.balance["held"].isna().all()
    assert p.balance["free"].isna().all()


def test_of_a_selection_only_what_is_built_counts() -> None:
    chosen = hh.select(project_region())
    p = pipeline(chosen.region, selection=chosen)
    built = set(chosen.projects.query("status != 'not'")["project"])
    assert {name for name, on in zip(p.spec.projects, p.counted, strict=True) if on} == built
    start = chosen.projects.set_index("project")["start"]
    for k, name in enumerate(p.spec.projects):
        if name in built and p.schedule.now[k] < STARTED:
            assert p.schedule.reach[k, STARTED] // YEAR == start[name]


def test_draws_lie_about_what_is_declared() -> None:
    drawn = plain().drawn(40, seed=3)
    assert (drawn.course["low"] <= drawn.course["middle"] + 1e-12).all()
    assert (drawn.course["middle"] <= drawn.course["high"] + 1e-12).all()
    last = drawn.course[(drawn.course["year"] == plain().years[-1]) & (drawn.course["what"] == "output")]
    assert (last["high"] <= last["planned"] + 1e-9).all()
    again = plain().drawn(40, seed=3)
    pd.testing.assert_frame_equal(drawn.courses, again.courses)


BAD: list[tuple[str, str, Callable[[dict[str, pd.DataFrame]], dict[str, pd.DataFrame]]]] = [
    ("E-PLN-110", "out of order", lambda t: {"pipeline": t["pipeline"].assign(date=["2018-09-01", "2018-07-01"])}),
    ("E-PLN-111", "a stage missing", lambda t: {"stage_holds": t["stage_holds"].iloc[1:]}),
    ("E-PLN-112", "unknown thing", lambda t: {"stage_holds": t["stage_holds"].replace({"thing": {"land": "sand"}})}),
]


@pytest.mark.parametrize(("code", "what", "break_"), BAD, ids=[what for _, what, _ in BAD])
def test_bad_tables_are_refused(code: str, what: str, break_: Callable[[Any], Any]) -> None:
    with pytest.raises(HaiheError) as caught:
        pipeline(project_region(**break_(project_tables())))
    assert caught.value.code == code
    assert caught.value.findings[0].message.mend.zh


def test_a_delay_that_cannot_be_is_refused() -> None:
    for months, lost in ((-1, 0.0), ({"contact": 3}, 0.0), (1, 1.5), ({"built": float("nan")}, 0.0)):
        with pytest.raises(HaiheError, match="E-PLN-114"):
            plain().slipped(months, lost=lost)
    delays = project_tables()["stage_delays"].assign(usual=99)
    with pytest.raises(HaiheError, match="E-PLN-113"):
        pipeline(project_region(stage_delays=delays)).drawn(2)


def test_words_are_there_in_both_languages(tmp_path: Any) -> None:
    slip = plain().slipped(12, lost=0.5)
    for result in (plain(), slip, plain().drawn(5)):
        for table in result.tables.values():
            for text in (table.title, *(column.title for column in table.columns), *table.notes):
                assert text.zh.strip()
                assert text.en.strip()
        result.to_excel(tmp_path / "p.xlsx", "zh")
    assert plain().figures


def test_the_example_has_a_stage_for_every_project() -> None:
    region = hh.example("jing-jin-ji")
    table = region["pipeline"]
    assert set(table["project"]) == set(region["projects"]["project"])
    assert set(table["quality"]) == {"illustrative"}
    wide = table.pivot_table(index="project", columns="stage", values="date", aggfunc="first")[list(STAGES)]
    assert (wide.to_numpy()[:, 1:] >= wide.to_numpy()[:, :-1]).all()


def test_what_is_added_to_a_target_is_named_with_its_own_unit() -> None:
    targets = project_tables()["targets"].head(1)
    given = {"value_added": "亿元", "jobs": "persons", "use:land": "亩"}
    rows = [
        targets.assign(target=f"T{k}", indicator=code, year=plain().years[-1], region="south")
        for k, code in enumerate(given)
    ]
    slip = pipeline(project_region(targets=pd.concat(rows, ignore_index=True))).slipped(12)
    assert dict(zip(slip.targets["quantity"], slip.targets["unit"], strict=True)) == given
    shown = [row[1] for row in slip.tables["pipeline-targets"].shown_rows()]
    assert [text.zh.partition("：")[0] for text in shown] == ["增加值", "就业", "要素使用"]
    assert shown[2].zh != "要素使用"


def test_a_year_that_sites_say_nothing_of_has_no_room() -> None:
    p = plain()
    spec = replace(p.spec, years=p.spec.years[1:], room=p.spec.room[..., 1:] + 7.0)
    balance = replace(p, setup=replace(p.setup, projects=spec)).balance
    early = balance["year"] < spec.years[0]
    assert early.any()
    assert balance.loc[early, ["room", "free"]].isna().all(axis=None)
    assert balance.loc[~early, "room"].notna().any()


def test_without_a_limit_the_year_of_most_held_is_shown() -> None:
    p = plain()
    spec = replace(p.spec, room=np.full_like(p.spec.room, np.inf))
    free = replace(p, setup=replace(p.setup, projects=spec))
    shown = free.tables["pipeline-held"].frame
    most = free.balance.groupby(["site", "resource"])["held"].max()
    assert most.max() > 0
    for row in shown.to_dict("records"):
        assert row["held"] == pytest.approx(most[row["site"], row["resource"]])


def test_two_tables_at_odds_about_a_year_are_named() -> None:
    assert not [finding for finding in plain().findings if finding.code in ("W-PLN-111", "W-PLN-112")]
    dates = project_tables()["pipeline"].assign(date=["2018-03-01", "2019-07-01"])
    found = {finding.code: finding for finding in pipeline(project_region(pipeline=dates)).findings}
    assert "（P1）" in found["W-PLN-111"].text("zh")
    late = project_tables()["projects"].assign(start=[2018, 2019, 2018, 2018, 2019, 2019])
    found = {finding.code: finding for finding in pipeline(project_region(projects=late)).findings}
    assert "（P6）" in found["W-PLN-112"].text("zh")


def test_the_example_dates_starts_alike_in_both_tables() -> None:
    found = pipeline(hh.example("jing-jin-ji")).findings
    assert not [finding for finding in found if finding.code in ("W-PLN-111", "W-PLN-112")]


def test_stages_are_called_alike_everywhere() -> None:
    for stage in NAMES:
        assert PROJECTS.column("stage").word_of[stage].zh in ORDER.zh.split("、")

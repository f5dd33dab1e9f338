"""Colours, periods and overdue against plain definitions: no database."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haihe.messages import HaiheError
from haihe.workspace.duties import lights, periods

figures = st.decimals(-10_000, 10_000, places=3)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
SENSES = st.sampled_from([lights.AT_LEAST, lights.AT_MOST])


@given(SENSES, figures, st.decimals(0, 500, places=3), st.none() | figures)
def test_the_colour_of_a_target(sense: str, value: Decimal, slack: Decimal, actual: Decimal | None) -> None:
    light = lights.target_light(sense, value, slack, actual, "%")
    if actual is None:
        assert light.mark == "wait"
        return
    sign = 1 if sense == "at_least" else -1
    reached = Fraction(actual) * sign >= Fraction(value) * sign
    nearly = Fraction(actual) * sign + Fraction(slack) >= Fraction(value) * sign
    assert light.mark == ("good" if reached else "warn" if nearly else "bad")


@given(SENSES, figures, st.decimals(0, 500, places=3), figures, st.decimals(0, 100, places=3))
def test_better_is_never_a_worse_colour(
    sense: str, value: Decimal, slack: Decimal, actual: Decimal, more: Decimal
) -> None:
    better = actual + more if sense == lights.AT_LEAST else actual - more
    rank = ["bad", "warn", "good"].index
    before, after = (lights.target_light(sense, value, slack, each).mark for each in (actual, better))
    assert rank(after) >= rank(before)


@given(figures, st.integers(2021, 2035), figures, st.integers(1, 15), days)
def test_what_is_due_lies_on_the_line(value: Decimal, year: int, base: Decimal, before: int, day: date) -> None:
    due = lights.value_due(value, year, (year - before, base), day)
    assert min(value, base) <= due <= max(value, base)
    assert lights.value_due(value, year, (year - before, base), date(year, 12, 31)) == value
    assert lights.value_due(value, year, (year - before, base), date(year - before, 12, 31)) == base
    assert lights.value_due(value, year, None, day) == value


@given(
    st.sampled_from(["open", "done", "dropped"]),
    st.none() | days,
    st.none() | st.integers(0, 100),
    st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    st.integers(-40, 40),
)
def test_the_colour_of_a_duty(state: str, due: date | None, share: int | None, today: date, near: int) -> None:
    for day in (due, today + timedelta(days=near)):
        late = state == "open" and day is not None and day < today
        assert lights.overdue(state, day, today) == late
        light = lights.duty_light(state, day, share, today)
        if state == "done":
            expected = "good"
        elif state == "dropped":
            expected = "wait"
        elif late:
            expected = "bad"
        elif share == 100:
            expected = "good"
        elif day is not None and (day - today).days <= 30:
            expected = "warn"
        else:
            expected = "wait" if share is None else "good"
        assert light.mark == expected
        assert light.rule.zh
        assert light.rule.en


@given(days, st.sampled_from(["month", "quarter", "year"]))
def test_periods(day: date, every: str) -> None:
    period = periods.period_of(day, every)
    assert periods.first_day(period) <= day <= periods.last_day(period)
    assert periods.period_of(periods.first_day(period), every) == period
    assert periods.period_of(periods.last_day(period), every) == period
    over = periods.last_complete(every, day)
    assert periods.last_day(over) + timedelta(days=1) == periods.first_day(period)
    recent = periods.recent(every, day, 5)
    assert recent[0] == period
    assert [periods.last_day(each) + timedelta(days=1) for each in recent[1:]] == [
        periods.first_day(each) for each in recent[:-1]
    ]
    assert periods.words(period).zh != periods.words(over).zh


@pytest.mark.parametrize("said", ["", "2026-13", "2026-Q5", "26-01", "2026-1", "2026-W01", "１999", "2026-12"])
def test_what_is_no_period(said: str) -> None:
    with pytest.raises(HaiheError) as raised:
        periods.checked(said, date(2026, 11, 22))
    assert raised.value.code == "E-DUT-02"

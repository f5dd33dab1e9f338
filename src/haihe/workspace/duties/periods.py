"""Periods of reports: a month ``2026-11``, a quarter ``2026-Q4``, a year ``2026``."""

import re
from datetime import date, timedelta

from haihe.messages import HaiheError, Text

MONTH, QUARTER, YEAR = "month", "quarter", "year"
EVERY = {
    "": Text("办成时报告", "when it is done"),
    MONTH: Text("每月报告", "every month"),
    QUARTER: Text("每季报告", "every quarter"),
}
"""How often a duty is reported on."""
_MONTHS = {MONTH: 1, QUARTER: 3, YEAR: 12}
_FORM = re.compile(r"(?P<year>(?:19|20|21)\d\d)(?:-(?:Q(?P<quarter>[1-4])|(?P<month>0[1-9]|1[0-2])))?", re.ASCII)


def checked(period: str, today: date) -> str:
    """Give a period back; ``E-DUT-02`` where it is none, or has not begun."""
    if _FORM.fullmatch(period) is None or first_day(period) > today:
        raise HaiheError("E-DUT-02", column="period", value=period[:20])
    return period


def first_day(period: str) -> date:
    """Give the first day of a period."""
    year, month, _ = _read(period)
    return date(year, month, 1)


def last_day(period: str) -> date:
    """Give the last day of a period."""
    year, month, months = _read(period)
    after = month - 1 + months
    return date(year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def _read(period: str) -> tuple[int, int, int]:
    """Give year, first month and number of months."""
    found = _FORM.fullmatch(period)
    if found is None:
        raise HaiheError("E-DUT-02", column="period", value=period[:20])
    year = int(found["year"])
    if found["quarter"]:
        return year, 3 * int(found["quarter"]) - 2, 3
    return (year, int(found["month"]), 1) if found["month"] else (year, 1, 12)


def period_of(day: date, every: str) -> str:
    """Give the period of a length in which a day lies."""
    if every == MONTH:
        return f"{day.year}-{day.month:02d}"
    return f"{day.year}-Q{(day.month + 2) // 3}" if every == QUARTER else f"{day.year}"


def last_complete(every: str, today: date) -> str:
    """Give the last period of a length that is over."""
    return period_of(first_day(period_of(today, every)) - timedelta(days=1), every)


def recent(every: str, today: date, number: int = 6) -> list[str]:
    """Give the running period and those before it, the newest first."""
    found = [period_of(today, every)]
    while len(found) < number:
        found.append(period_of(first_day(found[-1]) - timedelta(days=1), every))
    return found


def words(period: str) -> Text:
    """Say a period."""
    year, month, months = _read(period)
    if months == 12:
        return Text(f"{year} 年", f"{year}")
    if months == 3:
        return Text(f"{year} 年第 {(month + 2) // 3} 季度", f"{period[-2:]} {year}")
    return Text(f"{year} 年 {month} 月", period)

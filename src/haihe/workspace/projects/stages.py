"""Stages of a project on the board: those of the table ``projects``, and having left the pipeline."""

from collections.abc import Mapping
from datetime import date

from haihe.messages import Text
from haihe.planning.pipeline_inputs import NAMES, STAGES

LEFT = "left"
"""The project is given up: it holds nothing any more and is in no workbook."""
STATES: Mapping[str, Text] = {**STAGES, LEFT: Text("退出", "left")}
"""Every state in the order of the board."""
MARKS = {"contact": "wait", "signed": "warn", "started": "warn", "built": "good", "producing": "good", LEFT: "bad"}
CHOICES = [(code, text.zh) for code, text in STATES.items()]

Days = dict[str, str]
"""ISO day by stage."""


def following(stage: str) -> tuple[str, ...]:
    """Give the stages that lie ahead."""
    return NAMES[NAMES.index(stage) + 1 :] if stage in NAMES else ()


def next_planned(stage: str, planned: Days) -> date | None:
    """Give the first day that is planned for a stage ahead; none where nothing is planned."""
    days = [date.fromisoformat(planned[each]) for each in following(stage) if each in planned]
    return min(days, default=None)


def slip(stage: str, planned: Days, reached: Days, today: date) -> int | None:
    """Give how many days later than planned a stage was reached, or, not reached, how many days it is overdue by today.

    None where no day was planned, or where the planned day of a stage that is not reached lies ahead. Negative: early.
    """
    if stage not in planned:
        return None
    day = date.fromisoformat(planned[stage])
    if stage in reached:
        return (date.fromisoformat(reached[stage]) - day).days
    return (today - day).days if day < today else None

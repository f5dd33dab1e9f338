"""Made-up dates at which the example's projects reach their stages, drawn with a fixed seed."""

from random import Random

from files import Row
from projects import DEMO, SEED, YEARS

STAGES = ("contact", "signed", "started", "built", "producing")
NOTE = "示例日期 / made-up date"


def stage_rows(projects: list[Row]) -> list[Row]:
    """Draw the days: past ones up to the stage a project is in, planned ones for the rest; the same every time."""
    random = Random(SEED + 2)
    rows: list[Row] = []
    for project in projects:
        days = _days(project, random)
        rows += [
            {"project": project["project"], "stage": stage, "date": day, **DEMO, "note": NOTE}
            for stage, day in zip(STAGES, days, strict=True)
        ]
    return rows


def _days(project: Row, random: Random) -> list[str]:
    """Days of the five stages in their order; what is reached lies before the plan, what is not lies in it."""
    now, reached = YEARS.start, STAGES.index(str(project["stage"]))
    start = int(project["start"]) if reached >= 2 else max(int(project["start"]), now)
    done = start + int(project["construction"])
    draws = [random.random() for _ in STAGES]
    contact = _day(now - 3, 1 + int(12 * draws[0]))
    signed = _day(now - 2, 1 + int(12 * draws[1])) if reached >= 1 else _day(max(start - 1, now), 1 + int(3 * draws[1]))
    began = _day(now - 1, 1 + int(12 * draws[2])) if reached >= 2 else _day(start, 4 + int(3 * draws[2]))
    built = _day(done - 1, 10 + int(3 * draws[3])) if done > now else _day(now, 1)
    return [contact, signed, began, built, _day(max(done, now), 4 + int(6 * draws[4]))]


def _day(year: int, month: int) -> str:
    return f"{year}-{month:02d}-01"

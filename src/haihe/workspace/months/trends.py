"""The course of an indicator over the months, as the library's line chart with its table."""

import pandas as pd

from haihe.figures import Column, Figure, Table, lines
from haihe.figures.quality import worst
from haihe.messages import Text
from haihe.region.units import typed
from haihe.workspace.duties import periods
from haihe.workspace.months.board import courses
from haihe.workspace.months.models import Indicator, place_names
from haihe.workspace.months.returns import decimal
from haihe.workspace.units.models import Person

MONTHS, PLACES = 24, 6


def trend(person: Person, indicator: Indicator, chosen: str = "") -> tuple[Figure | None, dict[str, Text]]:
    """Give the figure of an indicator's last 24 months, and the places that it may be narrowed to.

    Without a place named, the six with the most months are drawn, and a note says so.
    """
    there = {place: course for (_, place), course in courses(person, indicator=indicator.code).items() if course.rows}
    names = place_names(there)
    shown = [chosen] if chosen in there else sorted(there, key=lambda each: (-len(there[each].rows), each))[:PLACES]
    if not shown:
        return None, names
    months = sorted({month for place in shown for month in there[place].rows})[-MONTHS:]
    rows = []
    for place in shown:
        for month in months:
            _, row = there[place].rows.get(month, (None, None))
            value = decimal(row["value"]) if row else None
            rows.append(
                (month, place, float("nan") if value is None else float(value), row["quality"] if row else "official")
            )
    frame = pd.DataFrame(rows, columns=["month", "place", "value", "quality"])
    left = len(there) - len(shown)
    notes = [
        Text(
            f"另有 {left} 个地区、链或行业未画出，可单独选看", f"{left} more places are not drawn; choose one to see it"
        )
    ]
    unit = typed(indicator.counted_in)
    table = Table(
        frame,
        [
            Column("month", Text("月份", "Month"), labels={month: periods.words(month) for month in months}),
            Column("place", indicator.scope_name, labels=names),
            Column("value", indicator.name, unit=unit),
        ],
        key=f"trend-{indicator.code}",
        title=Text(
            f"{indicator.name.zh}：近 {len(months)} 个月", f"{indicator.name.en}: the last {len(months)} months"
        ),
        source=Text("各单位月度报表（已审批）", "monthly returns of the units (approved)"),
        quality=worst(frame["quality"]),
        notes=notes if left and chosen not in there else (),
        years=sorted({int(month[:4]) for month in months}),
    )
    return lines(table, "month", "value", by="place"), names

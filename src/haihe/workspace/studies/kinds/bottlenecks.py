"""Kind ``bottlenecks``: which limits bind, what more of each is worth, until when, and what binds next (`haihe.planning.bottlenecks`)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare

CODE = "bottlenecks"
TABLE = "plan-bottlenecks"
"""Key of the table in which the limits stand."""
MOST = 20
DIGITS = 4
"""Figures of a number that others read at least; whole numbers are kept whole, as the library says them."""
NUMBERS = ("price", "low", "high", "percent")
NO_BAND = Text(
    "以上未按弹性减半、加倍求价格的上下限；引用前请勾选“区间”重新测算。",
    "Prices above have no band (elasticities halved and doubled); ask for it before quoting them.",
)


class BottlenecksForm(KindForm):
    """What is asked of bottlenecks."""

    top = forms.IntegerField(
        label=words("限制个数", "Limits"),
        help_text=words("从最有价值的起", "those worth most first"),
        min_value=1,
        max_value=MOST,
        initial=5,
    )
    band = forms.BooleanField(
        label=words("给出价格的区间", "Band of prices"),
        help_text=words(
            "弹性减半与加倍各再求解一次，耗时约为三倍",
            "plans again with every elasticity halved and doubled; takes about three times as long",
        ),
        required=False,
        initial=False,
    )
    finer = forms.BooleanField(
        label=words("细查价格从何处下降", "Look closely where a price gives way"), required=False, initial=True
    )


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Plan, follow the limits that are worth most, and keep what is found."""
    from haihe.planning import plan
    from haihe.planning.bottleneck_views import where_of
    from haihe.planning.bottlenecks import FINER, bottlenecks

    control, band = work.control(), bool(settings.get("band", False))
    planned = plan(region, band=band, control=control, progress=work.say)
    work.share(0.5)
    found = bottlenecks(
        planned,
        top=int(settings.get("top", 5)),
        finer=FINER if settings.get("finer", True) else 0,
        control=control,
        progress=work.say,
    )
    says = found.says
    rows = [
        row_of(vars(item), where_of(planned, item.place), said) for item, said in zip(found.items, says, strict=True)
    ]
    lines = says or [Text("没有起作用的限制。", "No limit binds.")]
    if says and not band:
        lines = [*lines, NO_BAND]
    figures = found.figures
    numbers = {"rows": rows, "band": band, "findings": [finding.to_dict() for finding in planned.findings]}
    return Kept(lines, figures | found.tables, numbers)


def row_of(item: Mapping[str, Any], where: Text, says: Text) -> dict[str, Any]:
    """Write one bottleneck as JSON; numbers as text with the figures that are told."""
    said_so = {name: _figures(item[name]) for name in NUMBERS}
    return said_so | {
        "row": item["row"],
        "place": item["place"],
        "title": item["title"].to_dict(),
        "where": where.to_dict(),
        "says": says.to_dict(),
        "year": "" if item["year"] is None else str(item["year"]),
        "unit": item["unit"],
        "quality": item["quality"],
    }


def _figures(value: float) -> str:
    """Write a number with `DIGITS` figures; empty where it is missing."""
    if value != value:
        return ""
    return f"{value:.0f}" if abs(value) >= 10 ** (DIGITS - 1) else f"{Decimal(f'{value:.{DIGITS}g}'):f}"


declare(
    Kind(
        code=CODE,
        name=Text("瓶颈与价格", "bottlenecks"),
        about=Text(
            "哪些限制起作用，放宽一点值多少，价格到何处下降，接着什么起作用",
            "which limits bind, what a little more of each is worth, until when, what binds next",
        ),
        run=run,
        form=BottlenecksForm,
        seconds=3600,
        memory_mb=0,
        order=30,
        needs=("accounts",),
    )
)

"""Kind ``stress``: a shock through the members' economy, day by day, with bands and what helps (`haihe.stress`)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from haihe.messages import Text
from haihe.region import Region
from haihe.workspace.data.models import Version
from haihe.workspace.frame.words import words
from haihe.workspace.jobs.tasks import Work
from haihe.workspace.studies.kept import Kept
from haihe.workspace.studies.kinds import Kind, KindForm, declare
from haihe.workspace.studies.kinds.choices import named, put
from haihe.workspace.units.models import Person

CODE = "stress"


class StressForm(KindForm):
    """What is asked of a shock."""

    shock = forms.ChoiceField(label=words("冲击情景", "Shock"), choices=())
    lanes = forms.IntegerField(
        label=words("抽样次数", "Draws"),
        help_text=words("用于区间；越多越稳，越慢", "for the bands; more are steadier and slower"),
        min_value=1,
        max_value=200,
        initial=8,
    )
    days = forms.IntegerField(
        label=words("看多少天", "Days to look at"),
        help_text=words("不填则按冲击长短定，120 至 730 天", "empty: by the shock's length, 120 to 730"),
        min_value=1,
        max_value=730,
        required=False,
    )
    seed = forms.IntegerField(label=words("抽样种子", "Seed of the draws"), min_value=0, max_value=10**6, initial=0)
    coordinated = forms.BooleanField(
        label=words("求最好的应对", "Find the best answer"),
        help_text=words("更慢", "slower"),
        required=False,
        initial=False,
    )

    def offer(self, person: Person, version: Version) -> None:
        """Offer the shocks of the data, the first by default."""
        del person
        shocks = named(version, "shocks", "shock")
        put(self, "shock", shocks)
        if shocks:
            self.fields["shock"].initial = shocks[0][0]


def run(work: Work, region: Region, settings: Mapping[str, Any]) -> Kept:
    """Run the shock, and keep its course, losses, and what helps."""
    from haihe.shocks.stress import stress

    found = stress(
        region,
        str(settings["shock"]),
        lanes=int(settings.get("lanes", 8)),
        days=settings.get("days"),
        seed=int(settings.get("seed", 0)),
        coordinated=bool(settings.get("coordinated", False)),
        control=work.control(),
        progress=work.say,
    )
    work.check()
    work.say(Text("整理图表", "drawing figures and tables"))
    figures = found.figures
    charted = {figure.table.key for figure in figures.values()}
    parts = figures | {key: table for key, table in found.tables.items() if key not in charted}
    numbers = {"summary": _plain(found.summary), "quality": found.quality}
    groups = [
        (Text("过程", "Course"), list(figures)),
        (Text("损失与应对", "Losses and what helps"), [key for key in parts if key not in figures]),
    ]
    return Kept(list(found.words), parts, numbers, groups=groups)


def _plain(value: Any) -> Any:
    """Give a value as JSON: numbers plain, missing ones as None."""
    if isinstance(value, Text):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value if isinstance(value, bool | int | float | str | type(None)) else str(value)


declare(
    Kind(
        code=CODE,
        name=Text("冲击推演", "stress"),
        about=Text(
            "万一出事：先断在哪里，损失多少，多久恢复，什么有用",
            "if it goes wrong: what breaks first, what it costs, how long it lasts, what helps",
        ),
        run=run,
        form=StressForm,
        seconds=3600,
        memory_mb=0,
        order=70,
        needs=("accounts", "shocks", "shock_events"),
    )
)

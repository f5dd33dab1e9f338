"""The list of scenarios: columns, filters, downloads."""

from typing import Any

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who
from haihe.workspace.scenarios.models import Scenario

SCENARIOS = Text("情景", "Scenarios")
SHARED = {"True": Text("已共享", "shared"), "False": Text("草稿", "draft")}


def shown_to(each: Scenario) -> Text:
    """Say who sees a scenario."""
    return SHARED[str(each.shared)]


def listing(datasets: Any) -> Listing:
    """Give the list, with the datasets that a person sees as a filter."""
    return Listing(
        SCENARIOS,
        (
            Column(Text("情景", "Scenario"), lambda each: each.name, "name_zh", lambda each: each.get_absolute_url()),
            Column(Text("代码", "Code"), lambda each: each.code, "code"),
            Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
            Column(
                Text("数据版本", "Data version"),
                lambda each: each.version.name,
                "version__code",
                lambda each: reverse("data:version", args=[each.version.code]),
            ),
            Column(Text("修改的单元格", "Cells changed"), lambda each: each.count),
            Column(Text("状态", "State"), shown_to, "shared", mark=lambda each: "good" if each.shared else "wait"),
            Column(Text("编制人", "By"), who("created_by"), "created_by"),
            Column(Text("最近修改", "Last changed"), lambda each: each.changed, "changed"),
        ),
        search=("name_zh", "name_en", "code", "pinyin", "about"),
        choices=(
            Choice(
                "dataset",
                Text("数据集", "Dataset"),
                tuple((each.code, each.name) for each in datasets),
                "dataset__code",
            ),
            Choice("shared", Text("状态", "State"), tuple(SHARED.items())),
        ),
        empty=Text(
            "还没有您可查看的情景。请新建，或从数据集的情景表中取用。",
            "No scenario that is yours to see. Make one, or take one over from the table of scenarios of a dataset.",
        ),
        file="scenarios",
        comes_in="scenarios",
    )

"""What comes first where no data are in force yet, for those who bring them, fill them in and approve them."""

from collections.abc import Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.actions import ANSWER, KEEP, VOUCH
from haihe.workspace.data.models import Dataset
from haihe.workspace.frame.register import Step
from haihe.workspace.units.models import Person

MAKE = (
    Text("新建数据集，上传工作簿", "Make a dataset and upload a workbook"),
    Text(
        "测算、规划方案和地图都以生效的数据为基础；空白模板可在上传页面下载。",
        "Studies, plans and maps rest on data in force; an empty template can be fetched where you upload.",
    ),
)
WAIT_EDITOR = (
    Text("等候数据收集", "Wait for a request for data"),
    Text(
        "规划人员发起数据收集后，任务会列在上面的“待我办理”。",
        "When a planner asks for data, your task stands above, under what waits for you.",
    ),
)
WAIT_APPROVER = (
    Text("等候他人提交", "Wait until others submit"),
    Text("有人提交后，待审批的事项会列在上面的“待我办理”。", "What is to be approved then stands above."),
)


def steps(person: Person) -> Iterator[Step]:
    """Give the first steps of a person in an office without data in force.

    Parameters
    ----------
    person : Person
        Who opens the start page.
    """
    if Dataset.objects.visible_to(person).filter(current__isnull=False).exists():
        return
    if person.may(KEEP):
        yield Step(*MAKE, reverse("data:datasets"), order=40)
    elif person.may(ANSWER):
        yield Step(*WAIT_EDITOR, reverse("data:requests"), order=40)
    elif person.may(VOUCH):
        yield Step(*WAIT_APPROVER, reverse("data:requests"), order=40)

"""What comes first where no plan document is entered yet, for those who enter them."""

from collections.abc import Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.actions import KEEP
from haihe.workspace.duties.models import PlanDocument
from haihe.workspace.frame.register import Step
from haihe.workspace.units.models import Person

ENTER = (
    Text("登记计划文件，录入目标与职责", "Enter a plan document, its targets and duties"),
    Text("没有数据集也可以交办、报告和督办。", "Assigning, reporting and reminding need no dataset."),
)


def steps(person: Person) -> Iterator[Step]:
    """Give the first step of a person who may enter plan documents and sees none."""
    if person.may(KEEP) and not PlanDocument.objects.visible_to(person).exists():
        yield Step(*ENTER, reverse("duties:documents"), order=50)

"""What a search finds in the room of data."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.models import Dataset
from haihe.workspace.data.requests import Request
from haihe.workspace.frame.register import Hit
from haihe.workspace.units.models import Person

MOST = 20
DATASET, REQUEST = Text("数据集", "dataset"), Text("数据收集", "request for data")


def find(person: Person, wanted: str) -> Iterator[Hit]:
    """Give the datasets and requests whose name, code or pinyin has what is wanted."""
    named = Q(code__icontains=wanted) | Q(name_zh__icontains=wanted) | Q(name_en__icontains=wanted)
    for dataset in Dataset.objects.visible_to(person).filter(named | Q(pinyin__icontains=wanted))[:MOST]:
        yield Hit(DATASET, dataset.name, dataset.code, reverse("data:dataset", args=[dataset.code]))
    titled = Q(code__icontains=wanted) | Q(title__icontains=wanted)
    for request in Request.objects.visible_to(person).filter(titled)[:MOST]:
        yield Hit(
            REQUEST, Text(request.title, request.title), request.code, reverse("data:request", args=[request.code])
        )

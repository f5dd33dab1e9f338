"""What the room announces: its entry of the menu, papers found by search, its words in the record."""

from collections.abc import Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, Entry, Hit
from haihe.workspace.papers.actions import READ
from haihe.workspace.papers.models import Paper
from haihe.workspace.units.models import Person

NAME = Text("佐证材料", "paper")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find papers by title, name of the file or code."""
    live = Paper.objects.visible_to(person).filter(removed=None)
    for paper in matching(live, wanted, names=("title", "file_name"), pinyin=""):
        yield Hit(NAME, paper.name, paper.code, reverse("papers:file", args=[paper.code]))


def register() -> None:
    """Announce everything."""
    failures.answered(404, "E-PAP-04")
    failures.answered(409, "E-PAP-03")
    MENU.append(Entry(Text("佐证材料", "Papers"), "papers:list", READ, 60, "data"))
    SEARCHES.append(found)
    wording.KINDS["papers.paper"] = NAME
    wording.VERBS |= {"attach": Text("附上材料", "attached"), "remove": Text("移除", "removed")}
    wording.FIELDS |= {
        "about_kind": Text("所附对象类型", "kind of thing"),
        "about": Text("所附对象", "attached to"),
        "file_name": Text("文件", "file"),
        "sha256": Text("内容散列", "content hash"),
        "size": Text("大小", "size"),
        "removed": Text("移除时间", "removed at"),
        "removed_by": Text("移除人", "removed by"),
        "reason": Text("理由", "reason"),
    }

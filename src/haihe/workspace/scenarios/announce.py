"""What the room announces: its menu, its search, uploads, its words in the record."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, Entry, Hit, Link, link_on
from haihe.workspace.intake import targets
from haihe.workspace.scenarios import actions
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.scenarios.pages import NEW
from haihe.workspace.scenarios.target import ScenariosTarget
from haihe.workspace.units.approval import APPROVED
from haihe.workspace.units.models import Person

NAME = Text("情景", "scenario")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find scenarios."""
    for each in matching(Scenario.objects.visible_to(person), wanted):
        yield Hit(NAME, each.name, each.code, each.get_absolute_url())


def made_on(person: Person, version: Version) -> Iterable[Link]:
    """Give the button that leads from an approved version to a scenario on it."""
    may = person.may(actions.EDIT) and version.state == APPROVED
    return [Link(NEW, f"{reverse('scenarios:new')}?version={version.code}")] if may else []


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-SCN-21", "E-SCN-25")
    MENU.append(Entry(Text("情景", "Scenarios"), "scenarios:list", actions.READ, 50, "plan"))
    SEARCHES.append(found)
    targets.register(ScenariosTarget())
    link_on(Version.kind(), made_on)
    wording.KINDS["scenarios.scenario"] = NAME
    wording.VERBS |= {
        "share": Text("共享", "shared"),
        "unshare": Text("改为草稿", "made a draft again"),
        "rebase": Text("移到其他数据版本", "moved to another data version"),
    }
    wording.FIELDS |= {
        "dataset": Text("数据集", "dataset"),
        "version": Text("数据版本", "data version"),
        "edits": Text("修改的单元格", "cells changed"),
        "about": Text("说明", "about"),
    }

"""What the room announces: the kinds and their work, its menu, its search, its words in the record."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, Entry, Hit, Link, link_on
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.studies import kind_pages, tasks
from haihe.workspace.studies.actions import ASK, READ
from haihe.workspace.studies.kinds import (  # noqa: F401 - each declares itself
    BESIDE,
    bottlenecks,
    card,
    comparison,
    diagnosis,
    front,
    kinds,
    plan,
    share,
    stress,
)
from haihe.workspace.studies.models import Study
from haihe.workspace.studies.pages import NEW, STUDIES
from haihe.workspace.units.models import Person

NAME = Text("测算", "study")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find studies by name, code or pinyin."""
    for study in matching(Study.objects.visible_to(person), wanted):
        yield Hit(NAME, study.name, study.code, study.get_absolute_url())


def run_on_version(person: Person, version: Version) -> Iterable[Link]:
    """Give the button that leads from a data version to a study on it."""
    return [Link(NEW, f"{reverse('studies:new')}?version={version.code}")] if person.may(ASK) else []


def run_on_scenario(person: Person, scenario: Scenario) -> Iterable[Link]:
    """Give the button that leads from a scenario to a study with it."""
    address = f"{reverse('studies:new')}?version={scenario.version.code}&scenario={scenario.code}"
    return [Link(NEW, address, "")] if person.may(ASK) else []


def compare_plans(person: Person, study: Study) -> Iterable[Link]:
    """Give the button that leads from a finished plan to its comparison with others."""
    if study.kind_code != plan.CODE or not study.done or not person.may(ASK):
        return []
    address = f"{reverse('studies:new')}?kind={comparison.CODE}&version={study.version.code}"
    return [Link(Text("与其他方案比较", "Compare with other plans"), address)]


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    for kind in kinds():
        tasks.offer(kind)
    MENU.append(Entry(STUDIES, "studies:list", READ, 15, "plan"))
    SEARCHES.append(found)
    link_on(Version.kind(), run_on_version)
    link_on(Study.kind(), compare_plans)
    link_on(Scenario.kind(), run_on_scenario)
    BESIDE["front"] = kind_pages.front_beside
    BESIDE["card"] = kind_pages.card_beside
    failures.answered(409, "E-STU-07", "E-STU-08", "E-STU-09")
    wording.KINDS["studies.study"] = NAME
    wording.VERBS |= {
        "studies.study.ask": Text("发起", "asked for"),
        "studies.study.again": Text("重新测算", "ran again"),
    }
    wording.FIELDS |= {
        "kind_code": Text("种类", "kind"),
        "scenario": Text("情景", "scenario"),
        "edits": Text("情景改动", "changes of the scenario"),
        "settings": Text("设置", "settings"),
        "job": Text("作业", "job"),
    }

"""From a project of a board to what the plan says of it: its card, or the page on which to ask why it is in or out."""

from urllib.parse import urlencode

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import tables_of
from haihe.workspace.frame.register import Link
from haihe.workspace.projects.models import Project
from haihe.workspace.studies.actions import ASK
from haihe.workspace.studies.kind_pages import cards_on
from haihe.workspace.studies.kinds.card import CODE
from haihe.workspace.units.models import Person

CARD = Text("规划怎么说：项目卡片", "What the plan says: its card")
WHY = Text("规划为什么选或不选", "Why the plan takes it or not")


def card_links(person: Person, project: Project) -> list[Link]:
    """Give the button that leads from a project to its card; none where no dataset that the person sees has its code."""
    dataset = project.board.dataset
    version = None if dataset is None else Version.objects.visible_to(person).filter(pk=dataset.current_id).first()
    if version is None or not _known(version, project.code):
        return []
    cards = [each for each in cards_on(person, version.sha256, []) if each.settings["project"] == project.code]
    done = next((each for each in cards if each.done), None)
    if done is not None:
        return [Link(CARD, done.get_absolute_url())]
    asked = urlencode({"kind": CODE, "version": version.code, "project": project.code})
    return [Link(WHY, f"{reverse('studies:new')}?{asked}")] if person.may(ASK) else []


def _known(version: Version, code: str) -> bool:
    there = tables_of(version, ["projects"]).get("projects")
    return there is not None and bool((there["project"] == code).any())

"""What the room announces: its menu, what waits, its search, where figures come from and go to, its words in the record."""

from collections.abc import Iterable, Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.duties.figures import SOURCES as FIGURES
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Link, Waiting, asked_of, link_on
from haihe.workspace.papers.holders import holds
from haihe.workspace.plans import actions, reality
from haihe.workspace.plans.models import Plan
from haihe.workspace.plans.publishing import fit
from haihe.workspace.plans.replanning import KIND
from haihe.workspace.problems.agenda import CHANGES, SOURCES, Source
from haihe.workspace.studies import tasks as studies
from haihe.workspace.studies.models import Study
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

NAME = Text("规划方案", "plan")
HAND_IN = Text("提交规划方案“{p}”", "Hand in the plan “{p}”")
DECIDE = Text("审批发布规划方案“{p}”", "Publish the plan “{p}”")


def _waiting(words: Text, plan: Plan) -> Waiting:
    since = plan.submitted_at if plan.state == SUBMITTED else plan.created
    return Waiting(words.format(p=plan.name), plan.get_absolute_url(), since, None, plan.unit.name)


@asked_of(actions.PREPARE)
def to_hand_in(person: Person) -> Iterator[Waiting]:
    """Give the drafts that the person's office prepared."""
    there = Plan.objects.visible_to(person).filter(unit__in=person.turns(actions.PREPARE), state=DRAFT)
    for plan in there.exclude(figures="").select_related("unit"):
        yield _waiting(HAND_IN, plan)


@asked_of(actions.PUBLISH)
def to_publish(person: Person) -> Iterator[Waiting]:
    """Give the plans that wait for the person to publish them."""
    there = Plan.objects.visible_to(person).filter(unit__in=person.units(actions.PUBLISH), state=SUBMITTED)
    for plan in there.select_related("unit"):
        if person.username not in plan.made_by():
            yield _waiting(DECIDE, plan)


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find plans by name, code or pinyin."""
    for plan in matching(Plan.objects.visible_to(person), wanted):
        yield Hit(NAME, plan.name, plan.code, plan.get_absolute_url())


def of_study(person: Person, study: Study) -> Iterable[Link]:
    """Put the button on a study's page that prepares a plan from it."""
    if fit(study) and person.may(actions.PREPARE):
        yield Link(Text("拟定为规划方案", "Prepare a plan of it"), f"{reverse('plans:new')}?study={study.code}")


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-PUB-01", "E-PUB-02", "E-PUB-03", "E-PUB-07")
    MENU.append(Entry(Text("规划方案", "Plans"), "plans:list", actions.READ, 18, "plan"))
    WAITING.extend((to_hand_in, to_publish))
    SEARCHES.append(found)
    FIGURES.append(reality.path_points)
    SOURCES.append(Source("plans", Text("方案与实际", "where reality left the plan"), reality.digest))
    CHANGES.append(Plan.kind())
    link_on(Study.kind(), of_study)
    holds(Plan, actions.PREPARE)
    studies.offer(KIND)
    _words()


def _words() -> None:
    wording.KINDS["plans.plan"] = NAME
    wording.VERBS |= {
        "read-numbers": Text("读出方案数字", "read its numbers"),
        "derive": Text("由方案生成", "derived from it"),
        "withdraw": Text("撤回", "withdrew"),
        "plans.plan.approve": Text("发布", "published"),
    }
    wording.FIELDS |= {
        "study": Text("测算", "study"),
        "plans.plan.version": Text("数据版本", "data version"),
        "plans.plan.sha256": Text("数据内容校验值", "hash of the data"),
        "edits": Text("情景改动", "changes of the scenario"),
        "edits_sha256": Text("情景改动校验值", "hash of the changes"),
        "plans.plan.settings": Text("设置", "settings"),
        "plans.plan.haihe": Text("软件版本", "version of haihe"),
        "plans.plan.index": Text("测算结果校验值", "hash of what was found"),
        "plans.plan.solved": Text("模型解校验值", "hash of the solved plan"),
        "plans.plan.figures": Text("方案数字校验值", "hash of its numbers"),
        "plans.plan.first_year": Text("起始年", "first year"),
        "plans.plan.last_year": Text("末年", "last year"),
        "plans.plan.about": Text("说明", "what it says of itself"),
        "withdrawn_at": Text("撤回时间", "withdrawn at"),
        "withdrawn_by": Text("撤回人", "withdrawn by"),
        "why_withdrawn": Text("撤回理由", "why withdrawn"),
    }

"""What the room announces: its menu, what waits, its search, uploads, papers, agenda, its words in the record."""

from collections.abc import Iterator

from haihe.messages import Text
from haihe.workspace.duties import figures
from haihe.workspace.frame import wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting, asked_of
from haihe.workspace.intake import targets
from haihe.workspace.months import actions, board
from haihe.workspace.months.indicators_target import IndicatorsTarget
from haihe.workspace.months.models import Indicator, Return
from haihe.workspace.months.workbook import ReturnTarget
from haihe.workspace.papers.holders import holds
from haihe.workspace.problems import agenda
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

INDICATOR, RETURN = Text("月度指标", "monthly indicator"), Text("月度报表", "monthly return")
VOUCH = Text("审批月度报表：{name}", "Approve the month: {name}")
MEND = Text("月度报表已被退回，请修改：{name}", "Returned, please mend the month: {name}")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find indicators by name, code or pinyin."""
    for indicator in matching(Indicator.objects.visible_to(person), wanted):
        yield Hit(INDICATOR, indicator.name, indicator.code, indicator.get_absolute_url())


@asked_of(actions.VOUCH, actions.FILL)
def waiting(person: Person) -> Iterator[Waiting]:
    """Give the months that wait for a person: to approve what others handed in, to mend what came back."""
    there = Return.objects.select_related("unit")
    for each in there.filter(state=SUBMITTED, unit__in=person.units(actions.VOUCH)):
        if person.username not in each.made_by():
            yield Waiting(
                VOUCH.format(name=each.name), each.get_absolute_url(), each.submitted_at, None, each.unit.name
            )
    for each in there.filter(state=DRAFT, unit__in=person.turns(actions.FILL)).exclude(returned=""):
        yield Waiting(MEND.format(name=each.name), each.get_absolute_url(), each.created, None, each.unit.name)


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    MENU.append(Entry(Text("月度运行", "Monthly operation"), "months:lights", actions.READ, 30, "plan"))
    MENU.append(Entry(Text("月度报表", "Monthly returns"), "months:returns", actions.READ, 40, "plan"))
    SEARCHES.append(found)
    WAITING.append(waiting)
    targets.register(IndicatorsTarget())
    targets.register(ReturnTarget())
    holds(Return, actions.FILL)
    agenda.SOURCES.append(agenda.Source("months", Text("月度运行灯号", "Lights of the month"), board.suggestions))
    agenda.CHANGES.append(Return.kind())
    figures.SOURCES.append(board.points)
    wording.KINDS |= {"months.indicator": INDICATOR, "months.return": RETURN, "months.cause": Text("原因说明", "cause")}
    wording.VERBS |= {"fill": Text("填报", "filled in"), "note": Text("说明", "noted")}
    wording.FIELDS |= {
        "month": Text("月份", "month"),
        "rows": Text("各项数值", "figures"),
        "scope": Text("范围", "scope"),
        "pace": Text("进度", "pace"),
        "places": Text("地区、链或行业", "places"),
        "reporting": Text("填报单位", "reported by"),
        "place": Text("地区、链或行业", "place"),
        "of": RETURN,
    }

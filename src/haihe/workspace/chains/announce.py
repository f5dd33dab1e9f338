"""What the room announces: its menu, what waits, its search, uploads, papers, agenda, its words in the record."""

from collections.abc import Iterator

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.chains import actions, tasks  # noqa: F401 - tasks declares its kind of work
from haihe.workspace.chains.boards_target import ChainsTarget
from haihe.workspace.chains.changes import suggestions
from haihe.workspace.chains.models import OPEN, Board, Item, Proposal
from haihe.workspace.chains.workbook import ItemsTarget
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting, asked_of
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds
from haihe.workspace.problems import agenda
from haihe.workspace.units.models import Person

BOARD, ITEM = Text("产业链", "chain"), Text("清单事项", "item of a chain")
DECIDE = Text("决定{name}的 {n} 条诊断建议", "Decide about {n} proposals for {name}")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find boards and items by name, code or pinyin."""
    for board in matching(Board.objects.visible_to(person), wanted):
        yield Hit(BOARD, board.name, board.code, board.get_absolute_url())
    for item in matching(Item.objects.visible_to(person).filter(withdrawn=False), wanted):
        yield Hit(ITEM, item.name, item.code, item.get_absolute_url())


@asked_of(actions.DECIDE)
def waiting(person: Person) -> Iterator[Waiting]:
    """Give the boards whose proposals wait for a decision."""
    open_ones = Proposal.objects.filter(state=OPEN, unit__in=person.units(actions.DECIDE)).select_related("board__unit")
    by_board: dict[str, list[Proposal]] = {}
    for proposal in open_ones:
        by_board.setdefault(proposal.board.code, []).append(proposal)
    for code, there in by_board.items():
        board = there[0].board
        said = DECIDE.format(name=board.name, n=len(there))
        yield Waiting(
            said, reverse("chains:proposals", args=[code]), min(each.created for each in there), None, board.unit.name
        )


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-CHN-03")
    MENU.append(Entry(Text("产业链", "Chains"), "chains:boards", actions.READ, 10, "projects"))
    SEARCHES.append(found)
    WAITING.append(waiting)
    targets.register(ChainsTarget())
    targets.register(ItemsTarget())
    holds(Item, actions.WORK)
    agenda.SOURCES.append(agenda.Source("chains", Text("链上变动", "Changes on the chains"), suggestions))
    agenda.CHANGES.append(Item.kind())
    wording.KINDS |= {
        "chains.board": Text("产业链看板", "chain board"),
        "chains.item": ITEM,
        "chains.proposal": Text("诊断建议", "proposal"),
    }
    wording.VERBS |= {
        "share": Text("共享", "shared"),
        "propose": Text("提出建议", "proposed"),
        "take": Text("采纳", "took over"),
        "chains.proposal.decline": Text("不采纳", "declined"),
    }
    wording.FIELDS |= {
        "board": Text("看板", "board"),
        "chief": Text("链长", "chief"),
        "lead": Text("牵头部门", "lead department"),
        "home": Text("立足地区", "looked at from"),
        "chains.item.stage": Text("环节", "stage"),
        "chains.proposal.stage": Text("环节", "stage"),
        "owner": Text("责任单位", "owner"),
        "opened": Text("列入日期", "listed on"),
        "closed": Text("结束日期", "ended on"),
        "shared": Text("共享单位", "shared with"),
        "withdrawn": Text("已撤回", "withdrawn"),
        "rank": Text("名次", "rank"),
        "score": Text("得分", "score"),
        "item": ITEM,
    }

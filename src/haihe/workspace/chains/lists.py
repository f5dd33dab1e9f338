"""The lists of the room: boards, items, proposals."""

from typing import Any

from django.urls import reverse

from haihe.messages import Text
from haihe.workspace.chains.models import DECISIONS, KINDS, STATES, Board, Item
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import who

BOARDS = Listing(
    Text("产业链", "Chains"),
    (
        Column(Text("产业链", "Chain"), lambda each: each.name, "name_zh", Board.get_absolute_url),
        Column(Text("代码", "Code"), lambda each: each.chain, "chain"),
        Column(Text("链长", "Chief"), lambda each: each.chief.name if each.chief else None, "chief__name_zh"),
        Column(Text("专班", "Task force"), lambda each: each.unit.name, "unit__path"),
        Column(Text("牵头部门", "Lead department"), lambda each: each.lead.name if each.lead else None, "lead__path"),
        Column(Text("卡点", "Stuck points"), lambda each: each.research, "research"),
        Column(Text("堵点", "Blocked points"), lambda each: each.recruit, "recruit"),
        Column(Text("骨干", "Key firms"), lambda each: each.strengthen, "strengthen"),
        Column(Text("待决定的建议", "Proposals to decide"), lambda each: each.proposed, "proposed"),
    ),
    search=("name_zh", "name_en", "chain", "pinyin"),
    empty=Text(
        "还没有您可查看的产业链。规划人员可为专班新建产业链看板。",
        "No chain that is yours to see. A planner makes a board for a task force.",
    ),
    file="chains",
    comes_in="chains",
)

_KIND = Column(Text("清单", "List"), lambda each: each.kind_name, "kind_of")
_KIND_CHOICE = Choice("kind", Text("清单", "List"), tuple(KINDS.items()), "kind_of")


def items_list(stages: dict[str, Text], whole: bool = True) -> Listing:
    """Give the list of items; ``stages`` names stages by code, ``whole`` shows the chain too."""

    def stage(item: Item) -> Any:
        return stages.get(item.stage) or item.stage_name

    chain = [Column(Text("产业链", "Chain"), lambda each: each.board.name, "board__code")] if whole else []
    return Listing(
        Text("清单事项", "Items of the lists"),
        (
            Column(Text("事项", "Item"), lambda each: each.name, "name_zh", Item.get_absolute_url),
            *chain,
            _KIND,
            Column(Text("环节", "Stage"), stage, "stage"),
            Column(Text("依据", "Evidence"), lambda each: each.evidence or None),
            Column(Text("责任单位", "Owner"), lambda each: each.owner.name if each.owner else None, "owner__path"),
            Column(Text("状态", "State"), lambda each: each.state_name, "state", mark=lambda each: each.mark),
            Column(Text("历时（天）", "Age in days"), lambda each: each.age(), "opened"),
            Column(Text("质量", "Quality"), lambda each: each.quality_name, "quality"),
        ),
        search=("name_zh", "name_en", "code", "pinyin", "evidence"),
        choices=(_KIND_CHOICE, Choice("state", Text("状态", "State"), tuple(STATES.items()))),
        empty=Text(
            "清单上还没有事项。可新增、上传工作簿，或采纳诊断的建议。",
            "Nothing on the lists yet. Add an item, upload a workbook, or take over what the diagnosis proposes.",
        ),
        file="chain-items",
        comes_in="chain-items",
    )


PROPOSALS = Listing(
    Text("诊断建议", "Proposals"),
    (
        Column(Text("环节", "Stage"), lambda each: each.name, "name_zh", lambda each: reverse("chains:proposal", args=[each.code])),
        _KIND,
        Column(Text("依据", "Reasons"), lambda each: each.reason),
        Column(Text("名次", "Rank"), lambda each: each.rank, "rank"),
        Column(Text("得分", "Score"), lambda each: each.score, "score"),
        Column(Text("核算年份", "Year of the accounts"), lambda each: str(each.year), "year"),
        Column(Text("数据版本", "Data version"), lambda each: each.version.code, "version"),
        Column(Text("质量", "Quality"), lambda each: each.quality_name, "quality"),
        Column(Text("决定", "Decision"), lambda each: each.state_name, "state", mark=lambda each: each.mark),
        Column(Text("决定人", "By"), who("decided_by"), "decided_by"),
    ),
    search=("name_zh", "name_en", "stage", "reason_zh", "reason_en"),
    choices=(_KIND_CHOICE, Choice("state", Text("决定", "Decision"), tuple(DECISIONS.items()))),
    empty=Text(
        "还没有建议。请在上方用生效的数据版本运行诊断。",
        "No proposals yet. Run the diagnosis above on the version of the data in force.",
    ),
    file="proposals",
    comes_in=Text("建议由诊断算出，人来决定", "the diagnosis computes them; people decide"),
)  # fmt: skip

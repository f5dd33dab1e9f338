"""Lists of the room: members, offers, transfer lists and their items, ledgers and their firms, joint targets, consents."""

from typing import Any

from django.urls import reverse

from haihe.messages import QUALITY_NAMES, Text
from haihe.region.units import typed
from haihe.workspace.frame.lists import Choice, Column, Listing
from haihe.workspace.frame.names import Called, reader, who
from haihe.workspace.neighbours.actions import KEEP
from haihe.workspace.neighbours.agreed_models import CONSENTS, STATES, Agreed
from haihe.workspace.neighbours.ledger_models import BASES, LED
from haihe.workspace.neighbours.models import OFFERS, RANKS, STEPS
from haihe.workspace.units.approval import DRAFT

MEMBERS = Text("各方概况", "Members")
LIBRARY = Text("共享项目库", "Shared project library")
TRANSFERS = Text("转移承接清单", "Transfer lists")
LEDGERS = Text("结算台账", "Settlement ledgers")
JOINTS = Text("共同目标", "Joint targets")
CONSENT = Text("同意与退回", "Consents")
ITEMS = Text("清单事项", "Items")
FIRMS = Text("迁移企业", "Moved firms")
QUALITY = dict(QUALITY_NAMES)
ONE_BY_ONE = Text(
    "各方共同编制并逐方同意，不以工作簿整批报送",
    "prepared together and consented to one by one, not sent in as a workbook",
)


def _url(each: Any) -> str:
    return str(each.get_absolute_url())


def _firm(each: Any) -> str:
    """Lead to where a firm is changed: the reader who may, while it is a draft."""
    person = reader()
    if person is None or each.ledger.state != DRAFT or not person.may(KEEP, each.unit):
        return ""
    return reverse("neighbours:firm", args=[each.code])


def concerns(each: Agreed) -> Text:
    """Name everybody whose consent it needs."""
    names = [each.unit.name, *(unit.name for unit in each.members.all())]
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names))


def _quality(each: Any) -> Text | None:
    return QUALITY.get(each.quality)


STATE = Column(Text("状态", "State"), lambda each: each.state_name, "state", mark=lambda each: each.state_mark)
STATE_CHOICE = Choice("state", Text("状态", "State"), tuple(STATES.items()))


NAMED = ("name_zh", "name_en", "code", "pinyin")


def _agreed(*more: Column) -> tuple[Column, ...]:
    """Give the columns of a list of what members agree on."""
    return (
        Column(Text("名称", "Name"), lambda each: each.name, "name_zh", _url),
        Column(Text("版本", "Version"), lambda each: each.number, "number"),
        STATE,
        Column(Text("各方", "Members"), concerns),
        *more,
        Column(Text("编制", "Prepared by"), lambda each: each.unit.name, "unit__path"),
        Column(Text("生效时间", "Agreed at"), lambda each: each.agreed_at, "agreed_at"),
        Column(Text("质量", "Quality"), _quality, "quality"),
    )


MEMBER_LIST = Listing(
    MEMBERS,
    (
        Column(Text("成员", "Member"), lambda each: each.name, "name_zh", _url),
        Column(Text("介绍", "About it"), lambda each: each.about if each.about_zh else None),
        Column(Text("更新人", "Kept by"), who("created_by"), "created_by"),
    ),
    search=("name_zh", "name_en", "code", "pinyin"),
    empty=Text("还没有成员概况。请规划人员为本地区建立。", "No page yet. A planner makes the one of the own region."),
    file="members",
    comes_in=ONE_BY_ONE,
)

OFFER_LIST = Listing(
    LIBRARY,
    (
        Column(Text("项目", "Project"), lambda each: each.name, "title_zh", _url),
        Column(Text("状态", "State"), lambda each: each.state_name, "state", mark=lambda each: each.state_mark),
        Column(Text("提供单位", "Offered by"), lambda each: each.unit.name, "unit__path"),
        Column(Text("希望对接", "Looks for"), lambda each: each.wanted or None),
        Column(Text("提供时间", "Since"), lambda each: each.created, "created"),
    ),
    search=("title_zh", "title_en", "code", "wanted"),
    choices=(Choice("state", Text("状态", "State"), tuple(OFFERS.items())),),
    empty=Text(
        "共享项目库还没有项目。请在下方选择本单位看板上的项目提供。",
        "No project yet. Choose one of your board below to offer it.",
    ),
    file="library",
    comes_in=Text("逐个项目选定对外展示的内容，不整批报送", "what is shown of each project is chosen one by one"),
)

TRANSFER_LIST = Listing(
    TRANSFERS,
    _agreed(
        Column(Text("事项数", "Items"), lambda each: each.count, "count"),
    ),
    search=NAMED,
    choices=(STATE_CHOICE,),
    empty=Text("还没有清单。请新建，再填写或上传事项。", "No list yet. Begin one, then write or upload its items."),
    file="transfer-lists",
    comes_in="transfer-items",
)

ITEM_LIST = Listing(
    ITEMS,
    (
        Column(Text("层级", "Level"), lambda each: RANKS.get(each.rank), "rank"),
        Column(Text("名称", "Name"), lambda each: each.name, "name_zh"),
        Column(Text("转出地", "From"), lambda each: each.giver.name, "giver__path"),
        Column(Text("承接地", "To"), lambda each: each.taker.name, "taker__path"),
        Column(Text("承接载体", "Place"), lambda each: each.place or None, "place"),
        Column(Text("产业链", "Chain"), Called("chains", "chain"), "chain"),
        Column(Text("进度", "Step"), lambda each: STEPS.get(each.step), "step"),
        Column(Text("期限", "Due"), lambda each: each.due, "due"),
        Column(Text("联系人", "Contact"), lambda each: each.contact or None),
        Column(Text("说明", "Note"), lambda each: each.note or None),
    ),
    search=("name_zh", "name_en", "place", "note", "pinyin"),
    choices=(
        Choice("rank", Text("层级", "Level"), tuple(RANKS.items())),
        Choice("step", Text("进度", "Step"), tuple(STEPS.items())),
    ),
    empty=Text("清单还没有事项。请新增或上传工作簿。", "No item yet. Add one or upload a workbook."),
    file="transfer-items",
    comes_in="transfer-items",
)

LEDGER_LIST = Listing(
    LEDGERS,
    _agreed(
        Column(Text("测算依据", "Rests on"), lambda each: BASES[each.basis], "basis"),
        Column(Text("收付笔数", "Payments"), lambda each: len(each.payments)),
    ),
    search=NAMED,
    choices=(STATE_CHOICE,),
    empty=Text(
        "还没有结算台账。请新建：按迁移企业测算，或取自协同收益分配测算。",
        "No ledger yet. Begin one: from moved firms, or from the study of a split.",
    ),
    file="ledgers",
    comes_in="moved-firms",
)

FIRM_LIST = Listing(
    FIRMS,
    (
        Column(Text("企业", "Firm"), lambda each: each.name, "name_zh", _firm),
        Column(Text("迁出地", "Origin"), lambda each: each.origin.name, "origin__path"),
        Column(Text("迁入地", "Destination"), lambda each: each.destination.name, "destination__path"),
        Column(Text("迁移年份", "Moved"), lambda each: str(each.moved), "moved"),
        Column(Text("主导方", "Led by"), lambda each: each.led_name, "led_by"),
        Column(Text("变更登记", "Registered"), lambda each: each.registered, "registered"),
        Column(Text("达产", "Producing"), lambda each: each.producing, "producing"),
    ),
    search=("name_zh", "name_en", "code", "pinyin"),
    choices=(Choice("led_by", Text("主导方", "Led by"), tuple(LED.items())),),
    empty=Text("还没有迁移企业。请新增或上传工作簿。", "No firm yet. Add one or upload a workbook."),
    file="moved-firms",
    comes_in="moved-firms",
)


JOINT_LIST = Listing(
    JOINTS,
    _agreed(
        Column(Text("年份", "Year"), lambda each: str(each.year), "year"),
        Column(Text("目标", "Value"), lambda each: float(each.value), "value"),
        Column(Text("计量单位", "Unit of measure"), lambda each: typed(each.counted_in), "counted_in"),
    ),
    search=NAMED,
    choices=(STATE_CHOICE,),
    empty=Text(
        "还没有共同目标。规划人员新建，各成员同意后生效。",
        "No joint target yet. A planner makes one; it holds when every member has agreed.",
    ),
    file="joint-targets",
    comes_in=ONE_BY_ONE,
)

CONSENT_LIST = Listing(
    CONSENT,
    (
        Column(Text("事项", "What"), lambda each: each.name, "name_zh", _url),
        Column(Text("成员", "Member"), lambda each: each.unit.name, "unit__path"),
        Column(Text("状态", "State"), lambda each: each.state_name, "state", mark=lambda each: each.state_mark),
        Column(Text("征求时间", "Asked at"), lambda each: each.since, "since"),
        Column(Text("初核", "Looked over by"), who("submitted_by"), "submitted_by"),
        Column(Text("同意", "Consented by"), who("approved_by"), "approved_by"),
        Column(Text("退回理由", "Why refused"), lambda each: each.returned or None),
    ),
    search=("name_zh", "name_en", "about", "pinyin"),
    choices=(Choice("state", Text("状态", "State"), tuple(CONSENTS.items())),),
    empty=Text("没有征求本单位同意的事项。", "Nothing was put to your office."),
    file="consents",
    comes_in=ONE_BY_ONE,
)

"""What the room announces: its menu, what waits, its search, uploads, its words in the record."""

from collections.abc import Iterator
from typing import Any

from haihe.messages import Text
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.finding import matching
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry, Hit, Waiting, asked_of, due_first
from haihe.workspace.intake import targets
from haihe.workspace.neighbours import actions, agreeing, joint
from haihe.workspace.neighbours.agreed_models import PROPOSED, Agreed, Consent
from haihe.workspace.neighbours.lists import CONSENT, JOINTS, LEDGERS, LIBRARY, MEMBERS, TRANSFERS
from haihe.workspace.neighbours.models import (
    SAID,
    Interest,
    JointTarget,
    Ledger,
    Offer,
    TransferList,
)
from haihe.workspace.neighbours.workbooks import FirmsTarget, ItemsTarget
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

LOOK = Text("初核：{n}", "Look over: {n}")
GIVE = Text("同意：{n}", "Consent: {n}")
AGAIN = Text("被退回，请修改：{n}", "Sent back, to be mended: {n}")
ANSWER = Text("回应对接意向：{n}", "Answer an interest: {n}")
KINDS: tuple[tuple[Text, type[Agreed]], ...] = (
    (Text("结算台账", "settlement ledger"), Ledger),
    (Text("转移承接清单", "transfer list"), TransferList),
    (Text("共同目标", "joint target"), JointTarget),
)


@asked_of(actions.PROPOSE, actions.CONSENT, actions.OFFER, actions.KEEP)
def waiting(person: Person) -> Iterator[Waiting]:
    """Give the consents asked of the person's members, what was sent back, and interest to be answered."""
    live = [(kind.kind(), code, turn) for _, kind in KINDS for code, turn in _proposed(kind)]
    known = {(kind, code): turn for kind, code, turn in live}
    asked = Consent.objects.filter(refused=False, about__in={code for _, code, _ in live}).select_related("unit")
    for state, action, words in ((DRAFT, actions.PROPOSE, LOOK), (SUBMITTED, actions.CONSENT, GIVE)):
        for each in due_first(asked.filter(state=state, unit__in=person.units(action)), "since"):
            if known.get((each.about_kind, each.about)) == each.turn and person.username not in each.made_by():
                yield Waiting(words.format(n=each.name), each.get_absolute_url(), each.since, unit=each.unit.name)
    for _, kind in KINDS:
        every: Any = kind.objects
        back = every.filter(state=DRAFT, unit__in=person.units(actions.KEEP)).exclude(returned="")
        for each in due_first(back.select_related("unit"), "proposed_at"):
            yield Waiting(AGAIN.format(n=each.name), each.get_absolute_url(), each.proposed_at, unit=each.unit.name)
    said = Interest.objects.filter(state=SAID, offer__unit__in=person.units(actions.OFFER))
    for each in due_first(said.select_related("unit", "offer__unit"), "created"):
        yield Waiting(ANSWER.format(n=each.name), each.get_absolute_url(), each.created, unit=each.offer.unit.name)


def _proposed(kind: type[Agreed]) -> Any:
    every: Any = kind.objects
    return every.filter(state=PROPOSED).values_list("code", "turn")


def found(person: Person, wanted: str) -> Iterator[Hit]:
    """Find ledgers, lists, joint targets and offers."""
    for name, kind in KINDS:
        every: Any = kind.objects
        for thing in matching(every.visible_to(person), wanted):
            yield Hit(name, thing.name, thing.code, thing.get_absolute_url())
    offers = Offer.objects.visible_to(person)
    for offer in matching(offers, wanted, names=("title_zh", "title_en"), pinyin=""):
        yield Hit(Text("共享项目", "shared project"), offer.name, offer.code, offer.get_absolute_url())


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-NBR-05", "E-NBR-06", "E-NBR-08", "E-NBR-13", "E-NBR-14", "E-NBR-15")
    for order, (name, address) in enumerate(
        ((MEMBERS, "members"), (LIBRARY, "library"), (TRANSFERS, "transfers"), (LEDGERS, "ledgers"), (JOINTS, "joints"),
         (CONSENT, "consents"))
    ):  # fmt: skip
        MENU.append(Entry(name, f"neighbours:{address}", actions.READ, 100 + order, "neighbours"))
    WAITING.append(waiting)
    SEARCHES.append(found)
    agreeing.AFTER.append(joint.make_targets)
    targets.register(FirmsTarget())
    targets.register(ItemsTarget())
    wording.KINDS |= {kind.kind(): name for name, kind in KINDS}
    wording.KINDS |= {
        "neighbours.consent": Text("成员同意", "consent of a member"),
        "neighbours.profile": Text("成员概况", "page of a member"),
        "neighbours.offer": Text("共享项目", "shared project"),
        "neighbours.interest": Text("对接意向", "interest in a project"),
        "neighbours.movedfirm": Text("迁移企业", "moved firm"),
        "neighbours.transferitem": Text("清单事项", "item of a transfer list"),
    }
    wording.VERBS |= {
        "freeze": Text("各方同意，冻结", "agreed by all and frozen"),
        "withdraw": Text("撤回", "withdrew"),
        "decline": Text("不同意", "declined"),
        "propose": Text("提请同意", "proposed"),
    }
    wording.FIELDS |= {f"{kind.kind()}.{name}": text for _, kind in KINDS for name, text in AGREED_WORDS.items()}
    wording.FIELDS |= OWN_WORDS


AGREED_WORDS = {
    "state": Text("状态", "state"),
    "turn": Text("第几次征求", "how often put to the members"),
    "number": Text("版本", "version"),
    "supersedes": Text("取代", "takes the place of"),
    "sha256": Text("内容校验值", "hash of the content"),
    "proposed_by": Text("提请人", "proposed by"),
    "proposed_at": Text("提请时间", "proposed at"),
    "agreed_at": Text("生效时间", "agreed at"),
    "returned": Text("退回理由", "why sent back"),
    "note": Text("说明", "note"),
    "quality": Text("质量", "quality"),
    "basis": Text("测算依据", "rests on"),
    "day": Text("适用办法的日期", "day of the law"),
    "what_if": Text("含市场主导迁移", "with moves led by the market"),
    "study": Text("测算", "study"),
    "terms": Text("依据内容", "terms"),
    "payments": Text("收付", "payments"),
    "counted_in": Text("计量单位", "unit of measure"),
    "year": Text("年份", "year"),
    "value": Text("目标", "value"),
    "sense": Text("方向", "sense"),
    "slack": Text("黄灯允许差距", "slack"),
    "adds": Text("相加", "adds up"),
    "shares": Text("各方部分", "parts of members"),
}
OWN_WORDS = {
    f"neighbours.{kind}.{name}": text
    for kind, said in {
        "consent": {
            "about_kind": Text("事项类型", "kind of thing"), "about": Text("事项", "thing"),
            "turn": Text("第几次征求", "time asked"), "sha256": Text("内容校验值", "hash of the content"),
            "refused": Text("不同意", "refused"), "since": Text("征求时间", "asked at"),
        },
        "profile": {
            "about_zh": Text("中文介绍", "about it, in Chinese"), "about_en": Text("英文介绍", "about it, in English"),
            "contacts": Text("联系人", "contacts"), "quality": Text("质量", "quality"),
        },
        "offer": {
            "project": Text("项目", "project"), "facts": Text("展示内容", "facts shown"),
            "readers": Text("展示对象", "shown to"), "wanted": Text("希望对接", "looks for"),
        },
        "interest": {
            "offer": Text("共享项目", "shared project"), "words": Text("意向说明", "what is offered"),
            "answer": Text("答复", "answer"), "answered_by": Text("答复人", "answered by"),
            "answered_at": Text("答复时间", "answered at"),
        },
        "movedfirm": {
            "ledger": Text("台账", "ledger"), "origin": Text("迁出地", "origin"),
            "destination": Text("迁入地", "destination"), "moved": Text("迁移年份", "year of the move"),
            "led_by": Text("主导方", "led by"), "fits_layout": Text("符合迁入地布局", "fits the layout"),
            "listed_by_origin": Text("列入迁出地名单", "listed by the origin"),
            "listed_by_destination": Text("列入迁入地名单", "listed by the destination"),
            "registered": Text("变更登记", "registered"), "producing": Text("达产", "producing"),
            "before3": Text("迁移前第三年税额", "tax three years before"),
            "before2": Text("迁移前第二年税额", "tax two years before"),
            "before1": Text("迁移前一年税额", "tax in the year before"),
            **{f"year{at}": Text(f"分享第 {at} 年税额", f"tax of shared year {at}") for at in range(1, 6)},
        },
        "transferitem": {
            "list": Text("清单", "list"), "rank": Text("层级", "level"), "giver": Text("转出地", "from"),
            "taker": Text("承接地", "to"), "place": Text("承接载体", "place"), "step": Text("进度", "step"),
            "contact": Text("联系人", "contact"),
        },
    }.items()
    for name, text in said.items()
}  # fmt: skip
"""Words of the fields of the room's own kinds."""

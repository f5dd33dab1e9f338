"""What the ledger announces: its menu, what waits, what holds papers, its words in the record."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from haihe.messages import Text
from haihe.workspace.frame import wording
from haihe.workspace.frame.register import MENU, WAITING, Entry, Waiting, asked_of, due_first
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds
from haihe.workspace.rounds.acceptances_target import AcceptancesTarget
from haihe.workspace.rounds.actions import ACCEPT, APPLY, CHECK, INSIDE, PAY, READ, SETTLE
from haihe.workspace.rounds.ledger_models import Acceptance, Claim
from haihe.workspace.rounds.models import Award
from haihe.workspace.rounds.performance_target import PerformanceTarget
from haihe.workspace.units.approval import DRAFT, SUBMITTED
from haihe.workspace.units.models import Person

RETURNED = Text("验收材料已被退回，请修改：“{name}”", "Report returned, please mend: “{name}”")
TO_CHECK = Text("核查验收材料“{name}”", "Check the report “{name}”")
TO_ACCEPT = Text("验收“{name}”", "Accept the report “{name}”")
TO_SETTLE = Text("批准追回：“{name}”", "Approve a clawback: “{name}”")


def first(query: "QuerySet[Any]") -> "QuerySet[Any]":
    """Keep those that wait longest."""
    return due_first(query, "submitted_at")


def _reports() -> "QuerySet[Acceptance]":
    return Acceptance.objects.select_related("unit", "award__application", "award__round__unit")


@asked_of(APPLY)
def to_mend(person: Person) -> Iterator[Waiting]:
    """Give the reports that were returned to the person's firm."""
    for made in first(_reports().filter(state=DRAFT, unit__in=person.units(APPLY)).exclude(returned="")):
        yield Waiting(RETURNED.format(name=made.name), made.get_absolute_url(), made.submitted_at)


@asked_of(CHECK)
def to_check(person: Person) -> Iterator[Waiting]:
    """Give the reports that wait to be checked."""
    there = _reports().filter(state=SUBMITTED, checked_by="", award__round__unit__in=person.units(CHECK))
    for made in first(there):
        if person.username not in made.made_by():
            yield Waiting(TO_CHECK.format(name=made.name), made.get_absolute_url(), made.submitted_at)


@asked_of(ACCEPT)
def to_accept(person: Person) -> Iterator[Waiting]:
    """Give the reports that were checked and wait to be accepted."""
    there = _reports().filter(state=SUBMITTED, award__round__unit__in=person.units(ACCEPT)).exclude(checked_by="")
    for made in first(there):
        if person.username not in made.made_by():
            yield Waiting(TO_ACCEPT.format(name=made.name), made.get_absolute_url(), made.checked_at)


@asked_of(SETTLE)
def to_settle(person: Person) -> Iterator[Waiting]:
    """Give the clawbacks that wait for approval."""
    claims = Claim.objects.filter(state=SUBMITTED, unit__in=person.units(SETTLE)).select_related("award__application")
    for claim in first(claims):
        if person.username not in claim.made_by():
            yield Waiting(TO_SETTLE.format(name=claim.name), claim.get_absolute_url(), claim.submitted_at)


def register() -> None:
    """Announce everything."""
    MENU.append(Entry(Text("资金台账", "Ledger"), "rounds:entries", READ, 55, "funds"))
    MENU.append(Entry(Text("绩效目标", "Performance targets"), "rounds:goals", READ, 56, "funds"))
    MENU.append(Entry(Text("绩效验收", "Acceptances"), "rounds:acceptances", READ, 57, "funds"))
    MENU.append(Entry(Text("追回", "Clawbacks"), "rounds:claims", INSIDE, 58, "funds"))
    WAITING.extend((to_mend, to_check, to_accept, to_settle))
    targets.register(PerformanceTarget())
    targets.register(AcceptancesTarget())
    holds(Acceptance, APPLY)
    holds(Award, PAY, lambda _award: None)
    wording.KINDS |= {
        "rounds.follow": Text("拨付与追回办法", "terms of payment"),
        "rounds.goal": Text("绩效目标", "performance target"),
        "rounds.entry": Text("台账记录", "entry of the ledger"),
        "rounds.acceptance": Text("验收材料", "report for acceptance"),
        "rounds.claim": Text("追回", "clawback"),
    }
    wording.VERBS |= {
        "book": Text("入账", "booked"),
        "paid": Text("拨付", "paid"),
        "released": Text("核减", "withheld"),
        "carried": Text("结转", "carried over"),
        "claimed": Text("追回", "asked back"),
        "returned": Text("登记退回", "booked a return"),
    }
    wording.FIELDS |= {
        "award": Text("立项", "award"),
        "rounds.entry.number": Text("序号", "number"),
        "rounds.entry.kind_of": Text("事项", "what"),
        "side": Text("市区", "side"),
        "amount": Text("金额（分）", "amount (fen)"),
        "giver": Text("付款方", "from"),
        "taker": Text("收款方", "to"),
        "instalment": Text("分期", "instalment"),
        "figures": Text("完成数", "figures"),
        "checked_by": Text("核查人", "checked by"),
        "check_words": Text("核查意见", "what the check found"),
        "attained": Text("目标完成比例", "part of the targets reached"),
        "passed": Text("是否通过", "passed"),
        "by_rule": Text("按规定", "by rule"),
        "in_step": Text("配套同步", "in step"),
        "tail_after_acceptance": Text("尾款验收后拨付", "tail after acceptance"),
        "least": Text("达标比例", "least part"),
        "way": Text("追回办法", "way"),
        "expenditure": Text("支出功能科目", "expenditure"),
        "granted": Text("立项明细", "what was granted"),
        "dropped": Text("是否撤销", "dropped"),
        "checked_at": Text("核查时间", "checked at"),
        "article": Text("条款", "article"),
    }

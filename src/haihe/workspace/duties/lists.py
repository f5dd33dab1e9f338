"""The lists of the room: documents, targets, duties, reports, changes."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone

from haihe.messages import Text
from haihe.region.units import typed
from haihe.workspace.audit import chain
from haihe.workspace.duties import figures, lights, turns
from haihe.workspace.duties.models import STATES, Duty, PlanDocument, Target
from haihe.workspace.duties.reports import STAGE_CONDITIONS, STAGES, Report
from haihe.workspace.frame import wording
from haihe.workspace.frame.lists import Choice, Column, Listing, Stages, Typed
from haihe.workspace.frame.names import UNITS, Called, who

CODE = Column(Text("代码", "Code"), lambda each: each.code, "code")
QUALITY = Column(Text("质量", "Quality"), lambda each: each.quality_name, "quality")
NAMED = ("name_zh", "name_en", "code", "pinyin")

DOCUMENTS = Listing(
    Text("计划文件", "Plan documents"),
    (
        Column(Text("名称", "Name"), lambda each: each.name, "name_zh", PlanDocument.get_absolute_url),
        CODE,
        Column(Text("文号", "Number"), lambda each: each.number or None, "number"),
        Column(Text("发布单位", "Issued by"), lambda each: each.unit.name, "unit__path"),
        Column(Text("发布日期", "Issued"), lambda each: each.issued, "issued"),
        Column(Text("有效期至", "Valid to"), lambda each: each.valid_to, "valid_to"),
        QUALITY,
    ),
    search=(*NAMED, "number"),
    empty=Text(
        "还没有计划文件。规划人员可新建文件，再录入或上传其目标与职责。",
        "No plan document yet. A planner makes one, then enters or uploads its targets and duties.",
    ),
    file="documents",
    comes_in="documents",
)


def targets_list(points: Mapping[int, list[figures.Point]]) -> Listing:
    """Give the list of targets, with what was reached of each."""

    def of(target: Target) -> list[figures.Point]:
        return points.get(target.pk, [])

    def reached(target: Target) -> Any:
        last = figures.latest(of(target))
        said = Text("{value} {unit}", "{value} {unit}")
        return None if last is None else said.format(value=lights.plain(last.value), unit=typed(target.counted_in))

    def when(target: Target) -> Text | None:
        last = figures.latest(of(target))
        return None if last is None else last.period_name

    return Listing(
        Text("目标", "Targets"),
        (
            Column(Text("目标", "Target"), lambda each: each.name, "name_zh", Target.get_absolute_url),
            CODE,
            Column(Text("要求", "To reach"), lambda each: each.words, "year"),
            Column(Text("实绩", "Reached"), reached),
            Column(Text("期间", "Period"), when),
            Column(
                Text("状态", "Light"),
                lambda each: figures.light_of(each, of(each)).words,
                mark=lambda each: figures.light_of(each, of(each)).mark,
            ),
            Column(Text("报告单位", "Reported by"), lambda each: each.unit.name, "unit__path"),
            Column(
                Text("计划文件", "Document"), lambda each: each.document.name if each.document else None, "document"
            ),
            Column(Text("地区", "Region"), Called("regions", "region"), "region"),
            Column(Text("产业链", "Chain"), Called("chains", "chain"), "chain"),
            Column(Text("来源", "Source"), lambda each: each.source or None, "source"),
            QUALITY,
        ),
        search=(*NAMED, "indicator", "region", "chain"),
        typed=(
            Typed("year", Text("年份", "Year"), "year__icontains"),
            Typed("chain", Text("产业链", "Chain"), "chain"),
        ),
        empty=Text(
            "还没有目标。规划人员在计划文件页新建，或上传工作簿。",
            "No target yet. Make one on a plan document's page, or upload a workbook.",
        ),
        file="targets",
        comes_in="plan",
    )


def _helpers(duty: Duty) -> Text | None:
    names = [unit.name for unit in duty.helpers.all()]
    return Text("、".join(name.zh for name in names), ", ".join(name.en for name in names)) if names else None


def _turn(duty: Duty) -> Any:
    turn = turns.turn_of(duty)
    return turn.words if turn is not None else None


def _since(duty: Duty) -> Any:
    turn = turns.turn_of(duty)
    return turn.since if turn is not None else None


def _late(duty: Duty) -> int | None:
    return (timezone.localdate() - duty.due).days if duty.due is not None and duty.overdue() else None


DUTY = Column(Text("职责", "Duty"), lambda each: each.name, "name_zh", Duty.get_absolute_url)
OWNER = Column(Text("责任单位", "Owner"), lambda each: each.unit.name, "unit__path")
DUE = Column(Text("期限", "Due"), lambda each: each.due, "due")
LIGHT = Column(
    Text("状态", "Light"),
    lambda each: turns.light_of(each).words,
    mark=lambda each: turns.light_of(each).mark,
)
TURN = Column(Text("待谁办理", "Waits for"), _turn)
SINCE = Column(Text("自何时", "Since"), _since)
STATE = Choice("state", Text("办理状态", "State"), tuple(STATES.items()))

DUTIES = Listing(
    Text("职责", "Duties"),
    (
        DUTY,
        CODE,
        OWNER,
        Column(Text("配合单位", "Helpers"), _helpers),
        DUE,
        Column(Text("已完成", "Done"), turns.share_of, unit="%"),
        LIGHT,
        TURN,
        SINCE,
        Column(Text("交办单位", "Assigned by"), lambda each: each.issuer.name, "issuer__path"),
        Column(Text("所服务的目标", "Target"), lambda each: each.target.name if each.target else None, "target"),
        Column(Text("计划文件", "Document"), lambda each: each.document.name if each.document else None, "document"),
        QUALITY,
    ),
    search=(*NAMED, "unit__name_zh", "unit__name_en", "unit__pinyin"),
    choices=(STATE,),
    typed=(Typed("until", Text("期限不晚于", "Due by"), "due__lte", "date"),),
    empty=Text(
        "还没有职责。规划人员可在计划文件、重大问题或本页交办。",
        "No duty yet. Assign one here, from a plan document or from a problem.",
    ),
    file="duties",
    comes_in="plan",
)

OVERDUE = Listing(
    Text("督办：逾期与待办", "Overdue, and who it waits for"),
    (
        DUTY,
        OWNER,
        DUE,
        Column(Text("逾期（天）", "Days late"), _late),
        LIGHT,
        TURN,
        SINCE,
        Column(Text("交办单位", "Assigned by"), lambda each: each.issuer.name, "issuer__path"),
    ),
    search=(*NAMED, "unit__name_zh", "unit__name_en", "unit__pinyin"),
    empty=Text("没有逾期或待办的职责。", "Nothing is overdue, nothing waits."),
    file="overdue",
    comes_in="plan",
)

REPORTS = Listing(
    Text("进展报告", "Reports"),
    (
        Column(Text("期间", "Period"), lambda each: each.period_name, "ends", Report.get_absolute_url),
        Column(Text("已完成", "Done"), lambda each: each.share, "share", unit="%"),
        Column(Text("数值", "Figure"), lambda each: None if each.value is None else lights.plain(each.value), "value"),
        Column(Text("进度", "How far"), lambda each: each.stage_name, mark=lambda each: each.stage_mark),
        Column(Text("单位", "Unit"), lambda each: each.unit.name, "unit__path"),
        Column(Text("审批", "Approved by"), who("approved_by"), "approved_by"),
        Column(Text("接收", "Accepted by"), who("accepted_by"), "accepted_by"),
    ),
    choices=(Stages("state", Text("进度", "How far"), tuple(STAGES.items()), conditions=STAGE_CONDITIONS),),
    empty=Text("还没有报告。责任单位的填报人员在此报告进展。", "No report yet. An editor of the owner reports here."),
    file="reports",
    comes_in="reports",
)


def _changed(entry: Any) -> Text | None:
    """Name the fields that were changed; of what is new, none."""
    if entry.before is None:
        return None
    said = [wording.field(name, entry.kind) for name in chain.changes(entry) if name != "edition"]
    return Text("、".join(text.zh for text in said), ", ".join(text.en for text in said))


CHANGES = Listing(
    Text("某日以来的变化", "Changes since a date"),
    (
        Column(Text("时间", "Time"), lambda each: each.at, "at"),
        Column(Text("对象", "What"), lambda each: wording.kind(each.kind), "kind"),
        Column(
            Text("代码", "Code"),
            lambda each: each.code,
            "code",
            lambda each: reverse("office:history", args=[each.kind, each.code]),
        ),
        Column(Text("办理", "Done"), lambda each: wording.verb(each.verb, each.kind), "verb"),
        Column(Text("改动的内容", "Fields changed"), _changed),
        Column(Text("人员", "Who"), who("actor"), "actor"),
        Column(Text("单位", "Unit"), Called(UNITS, "unit"), "unit"),
        Column(Text("理由", "Reason"), lambda each: each.reason or None),
    ),
    search=("code", "reason", "actor"),
    typed=(Typed("since", Text("自", "Since"), "at__date__gte", "date"),),
    empty=Text("此后没有变化。", "Nothing changed since."),
    file="changes",
    comes_in=Text("变动由审计记录得出", "changes are read from the audit"),
)

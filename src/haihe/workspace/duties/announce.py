"""What the room announces: its menu, what waits, its search, what holds papers, uploads, its words in the record."""

from haihe.messages import Text
from haihe.workspace.duties import actions, beginning, waiting
from haihe.workspace.duties.documents_target import DocumentsTarget
from haihe.workspace.duties.models import Duty, PlanDocument, Target
from haihe.workspace.duties.plan_target import PlanTarget
from haihe.workspace.duties.reports import Report
from haihe.workspace.duties.reports_target import ReportsTarget
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.register import MENU, SEARCHES, STEPS, WAITING, Entry
from haihe.workspace.intake import targets
from haihe.workspace.papers.holders import holds


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    failures.answered(409, "E-DUT-01", "E-DUT-03", "E-DUT-04")
    MENU.append(Entry(Text("职责", "Duties"), "duties:duties", actions.READ, 20, "plan"))
    MENU.append(Entry(Text("目标", "Targets"), "duties:targets", actions.READ, 22, "plan"))
    MENU.append(Entry(Text("计划文件", "Plan documents"), "duties:documents", actions.READ, 24, "plan"))
    WAITING.extend((waiting.to_enter, waiting.to_approve, waiting.to_accept, waiting.to_close))
    SEARCHES.append(waiting.found)
    STEPS.append(beginning.steps)
    targets.register(DocumentsTarget())
    targets.register(PlanTarget())
    targets.register(ReportsTarget())
    holds(PlanDocument, actions.KEEP)
    holds(Target, actions.KEEP)
    holds(Duty, actions.REPORT, Duty.must_be_open)
    holds(Report, actions.REPORT)
    _words()


def _words() -> None:
    wording.KINDS |= {
        "duties.plandocument": Text("计划文件", "plan document"),
        "duties.target": Text("目标", "target"),
        "duties.duty": Text("职责", "duty"),
        "duties.note": Text("留言", "note"),
        "duties.report": Text("进展报告", "report"),
    }
    wording.VERBS |= {
        "assign": Text("交办", "assigned"),
        "drop": Text("终止", "dropped"),
        "duties.note.note": Text("留言", "noted"),
    }
    wording.FIELDS |= {
        "issuer": Text("交办单位", "assigned by"),
        "helping": Text("配合单位", "helpers"),
        "duties.duty.evidence": Text("佐证要求", "evidence wanted"),
        "every": Text("报告周期", "reported"),
        "share": Text("完成百分比", "percent done"),
        "value": Text("数值", "figure"),
        "words": Text("文字", "words"),
        "period": Text("期间", "period"),
        "ends": Text("期末", "end of the period"),
        "since": Text("自何时", "since"),
        "entered_by": Text("填报人", "entered by"),
        "accepted_by": Text("接收人", "accepted by"),
        "accepted_at": Text("接收时间", "accepted at"),
        "closed_at": Text("办结时间", "closed at"),
        "duties.duty.closed_by": Text("办结人", "closed by"),
        "outcome": Text("办结说明", "outcome"),
        "document": Text("计划文件", "plan document"),
        "target": Text("目标", "target"),
        "duty": Text("职责", "duty"),
        "issued": Text("发布日期", "issued"),
        "valid_from": Text("有效期起", "valid from"),
        "valid_to": Text("有效期止", "valid to"),
        "link": Text("链接", "link"),
        "confirmed": Text("已确认", "confirmed"),
        "quality": Text("质量", "quality"),
        "source": Text("来源", "source"),
        "indicator": Text("指标", "indicator"),
        "counted_in": Text("计量单位", "unit of measure"),
        "measure": Text("口径", "measure"),
        "year": Text("年份", "year"),
        "sense": Text("方向", "sense"),
        "slack": Text("黄灯容许差距", "missing at most for yellow"),
        "base_year": Text("基年", "base year"),
        "base_value": Text("基年值", "value of the base year"),
        "sectors": Text("行业", "sectors"),
        "binding": Text("约束方式", "how binding"),
        "penalty": Text("罚值", "penalty"),
    }

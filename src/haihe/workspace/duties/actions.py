"""What may be done with plan documents, targets, duties and reports, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("duties.read", Text("查看目标与职责", "see targets and duties"), READERS)
KEEP = declare_action("duties.keep", Text("维护计划文件与目标", "keep plan documents and targets"), {"planner"})
ASSIGN = declare_action("duties.assign", Text("交办职责", "assign duties"), {"planner", "chief"})
REPORT = declare_action("duties.report", Text("报告进展", "report progress"), {"editor", "reviewer"})
VOUCH = declare_action("duties.vouch", Text("审批本单位报告", "approve a report of the unit"), {"approver"})
ACCEPT = declare_action("duties.accept", Text("接收并锁定报告", "accept and lock reports"), {"planner"})
NOTE = declare_action(
    "duties.note", Text("在职责上留言", "add a note to a duty"), {"planner", "chief", "editor", "reviewer", "approver"}
)

"""What may be done with meetings, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("meetings.read", Text("查看会议", "read meetings"), READERS)
PREPARE = declare_action(
    "meetings.prepare",
    Text("筹备会议、记录并交办决定", "prepare meetings, minute and issue decisions"),
    {"planner", "chief"},
)
APPROVE = declare_action("meetings.approve", Text("审批会议纪要", "approve minutes"), {"planner", "chief", "approver"})

"""What may be done with plans, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("plans.read", Text("查看规划方案", "read plans"), READERS)
PREPARE = declare_action(
    "plans.prepare", Text("由测算拟定规划方案并提交", "prepare plans from studies and hand them in"), {"planner"}
)
PUBLISH = declare_action(
    "plans.publish", Text("发布或撤回规划方案", "publish plans and withdraw them"), {"planner", "chief", "approver"}
)
DERIVE = declare_action(
    "plans.derive", Text("由方案生成目标、职责与问题", "derive targets, duties and problems from plans"), {"planner"}
)

"""What may be done with monthly indicators, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("months.read", Text("查看月度运行", "read the monthly figures"), READERS)
KEEP = declare_action("months.keep", Text("维护月度指标", "keep the monthly indicators"), {"planner"})
FILL = declare_action("months.fill", Text("填报月度数据", "fill in a month"), {"planner", "editor"})
VOUCH = declare_action("months.vouch", Text("审批月度数据", "approve a month"), {"approver"})
NOTE = declare_action(
    "months.note", Text("说明指标偏离的原因", "note why an indicator is off"), {"planner", "editor", "chief"}
)

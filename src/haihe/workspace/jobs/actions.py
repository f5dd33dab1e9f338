"""Who may see and stop work in the background."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("jobs.read", Text("查看后台作业", "see work in the background"), READERS | {"applicant"})
MANAGE = declare_action(
    "jobs.manage",
    Text("取消、重做后台作业", "cancel work in the background or do it again"),
    READERS - {"auditor", "viewer"},
)

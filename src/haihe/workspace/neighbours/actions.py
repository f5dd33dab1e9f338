"""What may be done between members, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("neighbours.read", Text("查看区域协同事项", "read what members share"), READERS)
KEEP = declare_action(
    "neighbours.keep", Text("编制区域协同事项", "prepare what members agree on"), {"planner", "editor"}
)
PROPOSE = declare_action(
    "neighbours.propose", Text("提请各方同意、初核", "put it to the members; look over for a member"), {"planner"}
)
CONSENT = declare_action("neighbours.consent", Text("代表本地区同意", "consent for a member"), {"approver"})
REFUSE = declare_action("neighbours.refuse", Text("不同意并退回", "refuse, with a reason"), {"approver", "planner"})
OFFER = declare_action("neighbours.offer", Text("向共享项目库提供项目", "offer projects to the shared library"),
                       {"approver", "planner"})  # fmt: skip
INTEREST = declare_action("neighbours.interest", Text("表达对接意向", "say interest in a project"), {"planner"})
RENEW = declare_action("neighbours.renew", Text("另编新版本", "begin the next version"), {"planner"})

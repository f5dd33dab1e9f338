"""What may be done with datasets, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("data.read", Text("查看数据", "read data"), READERS)
KEEP = declare_action("data.keep", Text("建立并共享数据集", "make and share datasets"), {"planner"})
SUBMIT = declare_action("data.submit", Text("提交数据版本", "submit a version"), {"planner", "editor"})
APPROVE = declare_action("data.approve", Text("审批数据", "approve data"), {"planner", "approver"})
ASK = declare_action("data.ask", Text("发起数据收集", "ask for data"), {"planner"})
ANSWER = declare_action("data.answer", Text("填报数据收集", "answer a request for data"), {"editor"})
VOUCH = declare_action("data.vouch", Text("审批本单位填报", "approve an answer of the unit"), {"approver"})
ACCEPT = declare_action("data.accept", Text("接收或退回填报", "accept or return answers"), {"planner"})

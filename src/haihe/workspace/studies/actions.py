"""What may be done with studies, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("studies.read", Text("查看测算及其结果", "read studies and what they found"), READERS)
ASK = declare_action(
    "studies.ask",
    Text("发起、取消、删除测算", "ask for studies, cancel them, delete them"),
    {"planner", "editor", "chief", "reviewer", "finance"},
)

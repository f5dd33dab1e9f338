"""What may be done with scenarios, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("scenarios.read", Text("查看情景", "read scenarios"), READERS)
EDIT = declare_action(
    "scenarios.edit",
    Text("编制、共享、删除情景", "make, share and delete scenarios"),
    {"planner", "editor", "chief", "reviewer"},
)

"""What may be done with papers, and who may. On which thing: who may do the action that `holders.holds` names for its kind."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("papers.read", Text("查看佐证材料", "see papers"), READERS | {"applicant"})
KEEP = declare_action(
    "papers.keep",
    Text("附上或移除佐证材料", "attach and remove papers"),
    {"planner", "editor", "approver", "reviewer", "finance", "chief", "applicant"},
)

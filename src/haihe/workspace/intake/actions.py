"""What may be done with uploads, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

SENDERS = frozenset({"planner", "editor", "approver", "reviewer", "finance", "chief", "applicant"})
"""The roles that keep some list; each list says for itself, by the action of its target, who of them may send it in."""

READ = declare_action("intake.read", Text("查看上传", "read uploads"), READERS | {"applicant"})
INSPECT = declare_action("intake.inspect", Text("查看各单位的上传", "inspect uploads of any unit"), {"auditor"})
UPLOAD = declare_action("intake.upload", Text("上传工作簿", "upload workbooks"), SENDERS)
CONFIRM = declare_action("intake.confirm", Text("确认或撤销上传", "confirm or undo an upload"), SENDERS)

"""What may be done with the record and the settings, and who may do it."""

from haihe.messages import Text
from haihe.workspace.units.roles import declare_action

AUDIT_READ = declare_action("audit.read", Text("查看审计记录", "read the audit"), {"auditor"})
SETTINGS_READ = declare_action("settings.read", Text("查看系统设置", "see the settings"), {"admin", "auditor"})

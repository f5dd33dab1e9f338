"""What may be done with units and people, and who may do it."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

UNITS_READ = declare_action("units.read", Text("查看单位", "see units"), READERS | {"admin"})
UNITS_MANAGE = declare_action("units.manage", Text("管理单位", "keep units"), {"admin"})
PEOPLE_READ = declare_action("people.read", Text("查看人员与任职", "see people and their posts"), {"admin", "auditor"})
PEOPLE_MANAGE = declare_action("people.manage", Text("管理人员与任职", "keep people and their posts"), {"admin"})

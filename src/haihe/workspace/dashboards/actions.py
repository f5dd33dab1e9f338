"""What may be done with dashboards and maps, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("dashboards.read", Text("查看看板与地图", "see dashboards and maps"), READERS)
MAP = declare_action("dashboards.map", Text("维护本单位的地图", "keep the map of an office"), {"planner"})

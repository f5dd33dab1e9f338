"""What may be done with chain boards and their lists, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("chains.read", Text("查看产业链", "read chains"), READERS)
KEEP = declare_action("chains.keep", Text("维护产业链清单", "keep the lists of a chain"), {"planner", "chief"})
DECIDE = declare_action(
    "chains.decide", Text("采纳或不采纳诊断建议", "take over or decline proposals"), {"planner", "chief"}
)
SHARE = declare_action(
    "chains.share", Text("与其他地区共享清单事项", "share items with other places"), {"planner", "chief"}
)
WORK = declare_action(
    "chains.work", Text("更新清单事项进展", "report on an item"), {"planner", "chief", "editor", "reviewer"}
)

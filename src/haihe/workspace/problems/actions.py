"""What may be done with problems, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("problems.read", Text("查看重大问题", "read problems"), READERS)
RAISE = declare_action(
    "problems.raise", Text("提出重大问题", "raise problems"), {"planner", "editor", "chief", "reviewer"}
)
STEER = declare_action(
    "problems.steer",
    Text("受理、决定、并入或不予受理问题", "take up, decide, merge or decline problems"),
    {"planner", "chief"},
)
WORK = declare_action(
    "problems.work",
    Text("办理问题并报告结果", "work on a problem and report its result"),
    {"planner", "editor", "chief", "reviewer"},
)
CLOSE = declare_action("problems.close", Text("确认并办结问题", "confirm and close problems"), {"planner", "chief"})

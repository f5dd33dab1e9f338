"""What may be done with projects on their way, and who may."""

from haihe.messages import Text
from haihe.workspace.units.roles import READERS, declare_action

READ = declare_action("projects.read", Text("查看项目进度", "read projects on their way"), READERS)
KEEP = declare_action("projects.keep", Text("建立并共享项目看板", "make and share project boards"), {"planner"})
EDIT = declare_action("projects.edit", Text("新建、修改项目", "open and change projects"), {"editor", "planner"})
MOVE = declare_action("projects.move", Text("申报项目阶段", "propose stages of projects"), {"editor", "planner"})
CONFIRM = declare_action("projects.confirm", Text("核准项目阶段", "confirm stages of projects"), {"approver"})
SHARE = declare_action(
    "projects.share", Text("与其他单位共享项目", "share projects with other offices"), {"approver", "planner"}
)

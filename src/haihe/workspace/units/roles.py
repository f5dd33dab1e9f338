"""What a role may do. A post gives a person one role in one unit, there alone or there and below.

Actions are ``room.verb``. A room adds its own actions with `declare_actions` where it is declared; nothing is allowed that
no role names. The roles follow the separation of authorities of DHIS2's data approval: editing, approving, accepting and
administering are separate, and who administers people decides nothing else.
"""

from dataclasses import dataclass

from haihe.messages import Text

ACTIONS: dict[str, Text] = {}
"""Every action and what it is called."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its code, name and description."""

    code: str
    name: Text
    about: Text


ROLES = {
    role.code: role
    for role in (
        Role(
            "planner", Text("市级规划人员", "city planner"), Text("编制、发起、汇总", "prepares, asks, brings together")
        ),
        Role(
            "editor",
            Text("填报人员", "editor"),
            Text("为本单位填报，不审批", "enters data for the unit; approves nothing"),
        ),
        Role("approver", Text("审批人员", "approver"), Text("审批他人的填报", "approves what others entered")),
        Role("reviewer", Text("部门评审人员", "department reviewer"), Text("评审申报", "reviews applications")),
        Role("finance", Text("财政人员", "finance"), Text("拨付与结算", "pays and settles")),
        Role("chief", Text("链长", "chain chief"), Text("负责一条产业链", "answers for a chain")),
        Role(
            "auditor",
            Text("审计人员", "auditor"),
            Text("查看全部与审计记录，不改动", "reads everything and the audit; changes nothing"),
        ),
        Role("viewer", Text("查看人员", "viewer"), Text("只查看", "reads only")),
        Role("applicant", Text("申报单位", "applicant"), Text("只见本单位的申报", "sees its own case only")),
        Role(
            "admin",
            Text("系统管理员", "administrator"),
            Text("管理单位与人员，不审批", "keeps units and people; approves nothing"),
        ),
    )
}

ALLOWED: dict[str, set[str]] = {code: set() for code in ROLES}
"""The actions of each role."""

READERS = frozenset({"planner", "editor", "approver", "reviewer", "finance", "chief", "auditor", "viewer"})
"""The roles of offices that read what their scope shows."""


def declare_action(action: str, name: Text, roles: frozenset[str] | set[str]) -> str:
    """Declare an action and the roles that may do it; gives the action back."""
    ACTIONS[action] = name
    for role in roles:
        ALLOWED[role].add(action)
    return action

"""Writing into the audit chain of a workspace, from processes of its own."""

from haihe.workspace.audit.chain import Actor, record


def write(who: str, times: int) -> int:
    """Write entries one by one; gives how many."""
    for each in range(times):
        record(Actor(who, "TJ"), "edit", "units.unit", "TJ", {"n": each}, {"n": each + 1}, reason=f"{who} {each}")
    return times

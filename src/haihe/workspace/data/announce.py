"""What the room of data announces: its menu, what waits, its search, and what an upload can go to."""

from haihe.messages import Text
from haihe.workspace.data import actions, finding, tasks, waiting  # noqa: F401 - tasks declares its kinds of work
from haihe.workspace.data.answer_target import AnswerTarget
from haihe.workspace.data.filling import DatasetTarget
from haihe.workspace.frame.register import MENU, SEARCHES, WAITING, Entry
from haihe.workspace.intake import targets


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    MENU.append(Entry(Text("数据集", "Datasets"), "data:datasets", actions.READ, 20, "data"))
    MENU.append(Entry(Text("数据收集", "Requests for data"), "data:requests", actions.READ, 30, "data"))
    WAITING.extend((waiting.answers, waiting.requests, waiting.versions))
    SEARCHES.append(finding.find)
    targets.register(AnswerTarget())
    targets.register(DatasetTarget())

"""What the room of data announces: its menu, what waits, its search, and what an upload can go to."""

from haihe.messages import Text
from haihe.workspace.data import actions, beginning, finding, tasks, vocabulary, waiting  # noqa: F401 - tasks declares its kinds of work
from haihe.workspace.data.answer_target import AnswerTarget
from haihe.workspace.data.filling import DatasetTarget
from haihe.workspace.frame import failures, wording
from haihe.workspace.frame.register import MENU, SEARCHES, STEPS, WAITING, Entry
from haihe.workspace.intake import targets


def register() -> None:
    """Announce the room; called once, when the applications stand."""
    wording.KINDS |= {
        "data.dataset": Text("数据集", "dataset"),
        "data.version": Text("数据版本", "version"),
        "data.request": Text("数据收集", "data request"),
        "data.answer": Text("数据填报", "answer to a data request"),
    }
    failures.answered(403, "E-DAT-24")
    failures.answered(
        409, "E-DAT-01", "E-DAT-02", "E-DAT-03", "E-DAT-04", "E-DAT-06", "E-DAT-20", "E-DAT-27", "E-DAT-31", "E-DAT-33"
    )
    MENU.append(Entry(Text("数据集", "Datasets"), "data:datasets", actions.READ, 20, "data"))
    MENU.append(Entry(Text("数据收集", "Requests for data"), "data:requests", actions.READ, 30, "data"))
    WAITING.extend((waiting.answers, waiting.requests, waiting.versions))
    SEARCHES.append(finding.find)
    STEPS.append(beginning.steps)
    vocabulary.register()
    targets.register(AnswerTarget())
    targets.register(DatasetTarget())

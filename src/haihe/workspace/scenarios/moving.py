"""A scenario goes to another version of its dataset: what becomes of each cell that it sets."""

from collections.abc import Iterable
from dataclasses import dataclass

from haihe.messages import HaiheError, Text
from haihe.region.tables import TABLES
from haihe.workspace.audit.chain import Channel, store
from haihe.workspace.data.models import Version
from haihe.workspace.scenarios.actions import EDIT
from haihe.workspace.scenarios.cells import Base, named, shown
from haihe.workspace.scenarios.editing import fitting
from haihe.workspace.scenarios.models import Scenario
from haihe.workspace.units.models import Person

STATES = {
    "stays": Text("保留", "stays"),
    "moved": Text("保留；基础数据已变", "stays; the data changed under it"),
    "there": Text("保留；新版本已有这条记录", "stays; the new version has the record now"),
    "said": Text("撤去；新版本已是此值", "goes; the new version says the same"),
    "gone": Text("撤去；新版本没有这条记录", "goes; the new version does not have the record"),
}
"""What becomes of a cell."""
LOST = ("said", "gone")
MARKS = {"stays": "good", "moved": "warn", "there": "warn", "said": "wait", "gone": "bad"}


@dataclass(frozen=True, slots=True)
class Carried:
    """A cell of a scenario against another version: what becomes of it (a key of `STATES`), and what the versions say."""

    edit: list[str]
    state: str
    before: Text | None
    after: Text | None

    @property
    def table(self) -> Text:
        """The table."""
        return TABLES[self.edit[0]].title

    @property
    def record(self) -> Text:
        """The record."""
        return named(TABLES[self.edit[0]], self.edit[1])

    @property
    def column(self) -> Text:
        """The column."""
        return TABLES[self.edit[0]].column(self.edit[2]).title

    @property
    def value(self) -> Text:
        """The value that the scenario sets."""
        return shown(TABLES[self.edit[0]].column(self.edit[2]), self.edit[3])

    @property
    def words(self) -> Text:
        """What becomes of it."""
        return STATES[self.state]

    @property
    def mark(self) -> str:
        """Status word of it."""
        return MARKS[self.state]


def carried(scenario: Scenario, version: Version) -> list[Carried]:
    """Say what becomes of each cell where a scenario goes to a version; in the scenario's order."""
    then, now = Base(scenario.version), Base(version)
    return [_carried(edit, then, now) for edit in scenario.edits]


def _carried(edit: list[str], then: Base, now: Base) -> Carried:
    table, key, name, value, _reason = edit
    column = TABLES[table].column(name)
    old, new = then.record(table, key), now.record(table, key)
    before = None if old is None else shown(column, old[name])
    after = None if new is None else shown(column, new[name])
    if new is None:
        state = "stays" if old is None else "gone"
    elif now.says(table, key, name, value):
        state = "said"
    elif old is None:
        state = "there"
    else:
        state = "stays" if before == after else "moved"
    return Carried(edit, state, before, after)


def move(
    person: Person, scenario: Scenario, version: Version, edition: int | None = None, channel: Channel = "web"
) -> list[Carried]:
    """Let a scenario stand on another version; gives what became of each cell.

    Raises
    ------
    HaiheError
        ``E-SCN-26`` for a version of another dataset; as `editing.fitting` where the cells that stay do not fit there.
    """
    if version.dataset_id != scenario.dataset_id:
        raise HaiheError("E-SCN-26", value=version.code)
    found = carried(scenario, version)
    scenario.edits = fitting(version, staying(found))
    scenario.version = version
    store(person.actor(EDIT, channel), "rebase", scenario, edition=edition)
    return found


def staying(found: Iterable[Carried]) -> list[list[str]]:
    """Give the edits that stay."""
    return [each.edit for each in found if each.state not in LOST]


def lost(found: Iterable[Carried]) -> Text:
    """Name the cells whose record is gone."""
    names = [f"{each.table.zh} {each.edit[1]} {each.column.zh}" for each in found if each.state == "gone"]
    english = [f"{each.table.en} {each.edit[1]} {each.column.en}" for each in found if each.state == "gone"]
    return Text("；".join(names), "; ".join(english))

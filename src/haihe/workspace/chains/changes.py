"""What changed on the boards since a day: read from the record, of the items that a person sees."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from haihe.messages import Text
from haihe.workspace.audit.models import Entry
from haihe.workspace.chains.models import Board, Item
from haihe.workspace.frame import telling, wording
from haihe.workspace.problems.agenda import Suggestion, last_meeting
from haihe.workspace.units.models import Person, Unit

USUAL = timedelta(days=30)
"""How far back changes are shown where no meeting was."""
QUIET = frozenset({"edition", "code", "created_by", "board", "unit", "withdrawn"})
MOST = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an item: when, by whom, what was done, and the fields with what they said before and say since."""

    item: Item
    at: datetime
    actor: str
    verb: Text
    fields: tuple[tuple[Text, Any, Any], ...]
    reason: str

    @property
    def aside(self) -> str:
        """The reason, where none of the fields says the same."""
        return "" if any(after == self.reason for _, _, after in self.fields) else self.reason


def since_of(person: Person) -> date:
    """Give the day of the last meeting, or of a month ago where there was none."""
    return last_meeting(person) or timezone.localdate() - USUAL


def changes_since(person: Person, since: date, board: Board | None = None) -> list[Change]:
    """Give what changed since a day on the boards, the newest first; only items that the person sees."""
    seen = Item.objects.visible_to(person).select_related("board", "unit", "owner")
    if board is not None:
        seen = seen.filter(board=board)
    items = {item.code: item for item in seen}
    start = timezone.make_aware(datetime.combine(since, time.min))
    entries = Entry.objects.filter(kind=Item.kind(), at__gte=start, code__in=seen.order_by().values("code"))
    return [_change(items[entry.code], entry) for entry in entries.order_by("-number")[:MOST]]


def _change(item: Item, entry: Entry) -> Change:
    made = entry.before is None
    fields = () if made else tuple(telling.told(entry, QUIET))
    return Change(item, entry.at, entry.actor, wording.verb(entry.verb, entry.kind), fields, entry.reason)


def suggestions(person: Person, unit: Unit, since: date | None) -> list[Suggestion]:
    """Give the items that changed since the last meeting, for the agenda of an office's meeting."""
    found: dict[str, Suggestion] = {}
    for change in changes_since(person, since or since_of(person)):
        item = change.item
        if item.code in found or not item.unit.path.startswith(unit.path) or item.withdrawn:
            continue
        title = Text(f"{item.board.name.zh}：{item.name.zh}", f"{item.board.name.en}: {item.name.en}")
        why = Text(
            f"{item.kind_name.zh}，{item.state_name.zh}，已 {item.age()} 天；上次会议以来：{change.verb.zh}",
            f"{item.kind_name.en}, {item.state_name.en}, {item.age()} days; since the last meeting: {change.verb.en}",
        )
        found[item.code] = Suggestion("chains", title, why, item.kind(), item.code, item.unit, item.get_absolute_url())
    return list(found.values())

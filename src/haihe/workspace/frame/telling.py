"""An entry of the record as people read it: which fields changed, each value in words.

The record keeps codes, so that it says the same for ever; here they are told as today's names.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from haihe.messages import QUALITY_NAMES, Text
from haihe.workspace.audit.chain import changes
from haihe.workspace.audit.models import Entry, Recorded, Spoken
from haihe.workspace.frame import names, wording
from haihe.workspace.units.models import Person, Unit

Change = tuple[Text, Any, Any]
EMPTY: tuple[Any, ...] = (None, "", [], {})
YES, NO = Text("是", "yes"), Text("否", "no")
GENERAL: Spoken = {
    "quality": {str(code): text for code, text in QUALITY_NAMES.items()},
    **names.CODES,
}
"""How fields that many kinds have are told."""
LED: dict[Any, str] = {Person: names.PEOPLE, Unit: names.UNITS}
"""Whose names are told where a field leads to a model."""


def told(entry: Entry, left_out: Collection[str] = ("edition",)) -> list[Change]:
    """Give what an entry changed: the field in words, what it said before, and since; what stayed empty is left out."""
    model = wording.model_of(entry.kind)
    return [
        (wording.field(name, entry.kind), value(model, name, before), value(model, name, after))
        for name, (before, after) in changes(entry).items()
        if name not in left_out and not (before in EMPTY and after in EMPTY)
    ]


def value(model: type | None, name: str, said: Any) -> Any:
    """Say what a field of a recorded object held, as the record keeps it: a `Text`, a number, or ``None`` where nothing."""
    if said in EMPTY:
        return None
    if isinstance(said, bool):
        return YES if said else NO
    if isinstance(said, list):
        return _joined([value(model, name, each) for each in said])
    if isinstance(said, dict):
        return _joined([_pair(model, key, each) for key, each in said.items()])
    words = _words(model, name)
    if isinstance(words, Mapping):
        return words.get(str(said), said)
    if words and words in names.SOURCES:
        return names.name_of(words, str(said))
    return _moment(said) if isinstance(said, str) else said


def _words(model: type | None, name: str) -> Mapping[str, Text] | str | None:
    """Give how values of a field are told: words of its choices, or whose names (a key of `names.SOURCES`)."""
    if name.endswith("_by"):
        return names.PEOPLE
    if model is None or not issubclass(model, Recorded):
        return None
    words = model.spoken.get(name, GENERAL.get(name))
    if words is not None:
        return words
    there = {each.name: each for each in model._meta.get_fields()}.get(name)
    return LED.get(getattr(there, "related_model", None))


def _pair(model: type | None, key: str, said: Any) -> Text:
    inner = value(model, key, said)
    name = wording.field(key, model._meta.label_lower if model is not None and issubclass(model, Recorded) else "")
    zh, en = _both(inner)
    return Text(f"{name.zh}：{zh}", f"{name.en}: {en}")


def _joined(parts: list[Any]) -> Text:
    both = [_both(each) for each in parts]
    return Text("、".join(zh for zh, _ in both), ", ".join(en for _, en in both))


def _both(said: Any) -> tuple[str, str]:
    if isinstance(said, Text):
        return said.zh, said.en
    return ("—", "—") if said is None else (str(said), str(said))


def _moment(said: str) -> str:
    """Give a moment to the minute in the office's time zone, anything else as it is."""
    try:
        moment = parse_datetime(said)
    except ValueError:
        return said
    if not isinstance(moment, datetime) or timezone.is_naive(moment):
        return said
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")

"""Read YAML as plain data with the line of every part, and nothing that a rule file does not need.

Only mappings, lists and scalars are taken; every scalar stays text. Tags, anchors, aliases, merge keys, several
documents, keys that stand twice, and files that are too large or too deep are refused with their line. The YAML
library only splits the text into events, so no object of a file's choosing is ever made.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from haihe.messages import HaiheError

LARGEST_FILE = 500_000
"""Bytes that a scheme file may have."""

DEEPEST = 16
"""Levels that a scheme file may have."""

MOST_PARTS = 20_000
"""Keys and values that a scheme file may have."""

LONGEST_TEXT = 10_000
"""Characters that one value may have."""

MOST_KEPT = 64
"""Files whose parts are kept."""

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A file as plain data.

    Parameters
    ----------
    file : str
        Name, for messages.
    data : object
        Mappings, lists, texts and None.
    lines : mapping of path to int
        Line (from 1) of every key and list item.
    bodies : mapping of path to int
        Line on which the text of a value begins.
    spans : mapping of path to (int, int)
        Where in the text a scalar stands, from its first character to behind its last.
    columns : mapping of path to int
        Column (from 0) of every key of a mapping in block form.
    """

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)
    bodies: dict[Path_, int] = field(default_factory=dict)
    spans: dict[Path_, tuple[int, int]] = field(default_factory=dict)
    columns: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """Line of a part; of what it stands in, where it is not there itself."""
        return self._nearest(path, self.lines)

    def body(self, path: Path_) -> int:
        """Line on which the text of a value begins."""
        return self._nearest(path, self.bodies)

    def _nearest(self, path: Path_, lines: dict[Path_, int]) -> int:
        known: Path_ = ()
        for key in path:
            step = (*known, key)
            known = step if step in self.lines else known
        return lines.get(known, self.lines.get(known, 1))


def read_document(path: Path) -> Document:
    """Read a file.

    Raises
    ------
    HaiheError
        ``E-FILE-01`` where it is not there; as `parse_document` otherwise.
    """
    if not path.is_file():
        raise HaiheError("E-FILE-01", file=str(path))
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise HaiheError("E-RUL-16", file=path.name, value=size, limit=LARGEST_FILE)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise HaiheError("E-RUL-01", file=path.name, why="UTF-8") from error
    document = _once(text, path.name)
    return replace(document, data=deepcopy(document.data))


def parse_document(text: str, file: str) -> Document:
    """Read the text of a file.

    Raises
    ------
    HaiheError
        ``E-RUL-01`` for what is no YAML, ``E-RUL-08`` a key that stands twice, ``E-RUL-16`` too large or too deep,
        ``E-RUL-19`` a tag, anchor, alias or second document.
    """
    if len(text) > LARGEST_FILE:
        raise HaiheError("E-RUL-16", file=file, value=len(text), limit=LARGEST_FILE)
    document = Document(file, None)
    try:
        events = YAML(typ="safe", pure=True).parse(text)
        data = _Builder(document, _safe(events, file)).build()
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise HaiheError("E-RUL-01", file=file, row=mark.line + 1 if mark else None, why=str(why)[:120]) from error
    except (ValueError, OverflowError, RecursionError) as error:
        raise HaiheError("E-RUL-01", file=file, why=str(error)[:120]) from error
    return replace(document, data=data)


_once = lru_cache(maxsize=MOST_KEPT)(parse_document)
"""Files are read by every plan; one that has not changed is not parsed again."""


def _safe(events: Iterator[Event], file: str) -> Iterator[Event]:
    """Pass on the events of one plain document; refuse everything else."""
    depth = documents = 0
    for parts, event in enumerate(events):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, DocumentStartEvent):
            documents += 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) or documents > 1:
            raise HaiheError("E-RUL-19", file=file, row=line, value=_said(event))
        if getattr(event, "tag", None) or getattr(event, "tags", None):
            raise HaiheError("E-RUL-19", file=file, row=line, value=_said(event))
        if isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            depth -= 1
        if depth > DEEPEST or parts > 2 * MOST_PARTS:
            raise HaiheError("E-RUL-16", file=file, row=line, value=max(depth, parts // 2), limit=DEEPEST)
        if isinstance(event, ScalarEvent) and len(event.value) > LONGEST_TEXT:
            raise HaiheError("E-RUL-16", file=file, row=line, value=len(event.value), limit=LONGEST_TEXT)
        yield event
        if isinstance(event, StreamEndEvent):
            return


def _said(event: Event) -> str:
    if anchor := getattr(event, "anchor", None):
        return f"*{anchor}" if isinstance(event, AliasEvent) else f"&{anchor}"
    return str(getattr(event, "tag", None) or "---")


class _Builder:
    """Builds plain data from events and notes the lines."""

    def __init__(self, document: Document, events: Iterator[Event]) -> None:
        self.document, self.events = document, events

    def build(self) -> Any:
        """Give the data of the document; None where it is empty."""
        data = None
        for event in self.events:
            if isinstance(event, (ScalarEvent, MappingStartEvent, SequenceStartEvent)):
                data = self._value(event, ())
        return data

    def _value(self, event: Any, path: Path_) -> Any:
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, bool(event.flow_style))
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        plain = event.style is None or event.style == ""
        self.document.spans[path] = (event.start_mark.index, event.end_mark.index)
        self.document.bodies[path] = event.start_mark.line + (2 if event.style in ("|", ">") else 1)
        return None if plain and event.value in ("", "~", "null") else event.value

    def _mapping(self, path: Path_, flow: bool) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            line = event.start_mark.line + 1
            if not isinstance(event, ScalarEvent):
                raise HaiheError("E-RUL-01", file=self.document.file, row=line, why="key")
            key = event.value
            if key in data:
                raise HaiheError("E-RUL-08", file=self.document.file, row=line, value=key)
            self.document.lines[(*path, key)] = line
            if not flow:
                self.document.columns[(*path, key)] = event.start_mark.column
            data[key] = self._value(next(self.events), (*path, key))
        return data

    def _sequence(self, path: Path_) -> list[Any]:
        data: list[Any] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(data))
            self.document.lines[here] = event.start_mark.line + 1
            data.append(self._value(event, here))
        return data

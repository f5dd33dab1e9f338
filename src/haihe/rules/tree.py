"""The checked tree of an expression, read from the bytes in which the CEL library keeps it.

The library parses and type-checks an expression and serialises the result as a `CheckedExpr` message of the published
CEL schema (cel.expr, version 1): the nodes, the overload chosen for every call, the type of every node and its place
in the text. Only what the rule language allows is decoded; every other kind of node becomes an `Other`, which the
caller refuses by name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bool", "int", "string", "date", "duration", "null", "list", "other"]

_PRIMITIVES: dict[int, Kind] = {1: "bool", 2: "int", 5: "string"}
_WELL_KNOWN: dict[int, Kind] = {2: "date", 3: "duration"}


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: its value, type and place (offset in code points)."""

    value: bool | int | str | None
    kind: Kind
    place: int


@dataclass(frozen=True, slots=True)
class Name:
    """A field or parameter."""

    name: str
    kind: Kind
    place: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call with the overload that the type checker chose, e.g. ``greater_int64``; the target comes first."""

    function: str
    overload: str
    args: "tuple[Node, ...]"
    kind: Kind
    place: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of values, as in ``x in ['a', 'b']``."""

    items: "tuple[Node, ...]"
    kind: Kind
    place: int


@dataclass(frozen=True, slots=True)
class Other:
    """A construct that rules do not use: a macro, a map, a selection, a number of another kind."""

    what: str
    kind: Kind
    place: int


Node = Constant | Name | Call | Listing | Other


def walk(node: Node) -> Iterator[Node]:
    """Give a node and everything below it."""
    yield node
    for below in node.args if isinstance(node, Call) else node.items if isinstance(node, Listing) else ():
        yield from walk(below)


def decode(checked: bytes) -> Node:
    """Decode a serialised checked expression.

    Parameters
    ----------
    checked : bytes
        What the library's ``Expression.serialize()`` gives: a message ``Any`` around a ``CheckedExpr``.

    Returns
    -------
    Node
        The root.
    """
    message = _Message(_Message(checked).part(2))
    maps = _Maps(
        overloads={k: [name.decode() for name in v.parts(3)] for k, v in message.entries(2)},
        kinds={k: _kind(v) for k, v in message.entries(3)},
        places=dict(_Message(message.part(5)).numbers(4)),
    )
    return _node(_Message(message.part(4)), maps)


@dataclass(frozen=True, slots=True)
class _Maps:
    overloads: dict[int, list[str]]
    kinds: dict[int, Kind]
    places: dict[int, int]


def _kind(message: "_Message") -> Kind:
    if message.has(3):
        return _PRIMITIVES.get(message.number(3), "other")
    if message.has(5):
        return _WELL_KNOWN.get(message.number(5), "other")
    return "null" if message.has(2) else "list" if message.has(6) else "other"


def _node(message: "_Message", maps: _Maps) -> Node:
    key = message.number(2)
    kind, place = maps.kinds.get(key, "other"), maps.places.get(key, 0)
    if message.has(3):
        return _constant(_Message(message.part(3)), kind, place)
    if message.has(4):
        return Name(_Message(message.part(4)).text(1), kind, place)
    if message.has(6):
        call = _Message(message.part(6))
        args = ([call.part(1)] if call.has(1) else []) + call.parts(3)
        overload = maps.overloads.get(key, [])
        nodes = tuple(_node(_Message(arg), maps) for arg in args)
        return Call(call.text(2), overload[0] if len(overload) == 1 else "", nodes, kind, place)
    if message.has(7):
        items = tuple(_node(_Message(item), maps) for item in _Message(message.part(7)).parts(1))
        return Listing(items, kind, place)
    what = {5: "selection", 8: "map", 9: "macro"}
    return Other(next((name for number, name in what.items() if message.has(number)), "?"), kind, place)


def _constant(message: "_Message", kind: Kind, place: int) -> Node:
    if message.has(1):
        return Constant(None, "null", place)
    if message.has(2):
        return Constant(bool(message.number(2)), "bool", place)
    if message.has(3):
        return Constant(_signed(message.number(3)), "int", place)
    if message.has(6):
        return Constant(message.text(6), "string", place)
    what = {4: "uint", 5: "double", 7: "bytes"}
    return Other(next((name for number, name in what.items() if message.has(number)), "?"), kind, place)


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


_FIXED = {1: 8, 5: 4}
"""Bytes of the wire types of fixed length."""


def _fields(data: bytes) -> dict[int, list[int | bytes]]:
    """Split a message into its fields: varints as numbers, everything else as bytes."""
    fields: dict[int, list[int | bytes]] = {}
    at, end = 0, len(data)
    while at < end:
        tag, at = (data[at], at + 1) if data[at] < 128 else _varint(data, at)
        wire = tag & 7
        value: int | bytes
        if wire == 2:
            size, at = (data[at], at + 1) if data[at] < 128 else _varint(data, at)
            value = data[at : at + size]
            at += size
        elif wire == 0:
            value, at = (data[at], at + 1) if data[at] < 128 else _varint(data, at)
        else:
            value = data[at : at + _FIXED[wire]]
            at += _FIXED[wire]
        fields.setdefault(tag >> 3, []).append(value)
    return fields


class _Message:
    """One protobuf message."""

    __slots__ = ("fields",)

    def __init__(self, data: bytes) -> None:
        self.fields = _fields(data)

    def has(self, number: int) -> bool:
        return number in self.fields

    def number(self, number: int) -> int:
        value = self.fields.get(number, [0])[-1]
        return value if isinstance(value, int) else 0

    def part(self, number: int) -> bytes:
        value = self.fields.get(number, [b""])[-1]
        return value if isinstance(value, bytes) else b""

    def parts(self, number: int) -> list[bytes]:
        return [value for value in self.fields.get(number, []) if isinstance(value, bytes)]

    def text(self, number: int) -> str:
        return self.part(number).decode("utf-8")

    def entries(self, number: int) -> "Iterator[tuple[int, _Message]]":
        """Entries of a map from numbers to messages."""
        for raw in self.parts(number):
            entry = _Message(raw)
            yield entry.number(1), _Message(entry.part(2))

    def numbers(self, number: int) -> Iterator[tuple[int, int]]:
        """Entries of a map from numbers to numbers."""
        for raw in self.parts(number):
            entry = _Message(raw)
            yield entry.number(1), entry.number(2)

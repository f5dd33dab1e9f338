"""What a study found, as it is kept: sentences, figures with their tables, tables, numbers, and the plan itself.

It stands in the folder of its job: ``index.json``, one file for each part, and the plan. The index names the hash of every
file; the job's result holds the hash of the index. So nothing is shown that was changed since it was found, and a plan,
whose file could run code, is read only where it is the one that was written.
"""

import hashlib
import json
import pickle
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haihe.figures import Figure, Table
from haihe.files import replace_file
from haihe.messages import HaiheError, Quality, Text
from haihe.workspace.frame.drawn import Part, part_of
from haihe.workspace.studies.tabled import table_json, table_of

if TYPE_CHECKING:
    from haihe.planning.plans import Plan

INDEX, PLAN = "index.json", "plan.bin"
PRIVATE = 0o600
OTHERS = Text("图表", "Figures and tables")


@dataclass
class Kept:
    """What a kind of study gives.

    Parameters
    ----------
    lines : list of Text
        What was found, in sentences.
    parts : dict of Figure or Table
        By key, in the order in which they are read.
    numbers : dict
        JSON values that other rooms and programs read.
    plan : Plan, optional
        The plan, so that others can go on from it.
    groups : sequence of (Text, keys)
        Headings under which parts stand, in order; parts of no group come last.
    """

    lines: list[Text]
    parts: dict[str, Figure | Table]
    numbers: dict[str, Any] = field(default_factory=dict)
    plan: "Plan | None" = None
    groups: Sequence[tuple[Text, Sequence[str]]] = ()


def _written(path: Path, data: bytes) -> str:
    """Write a file whole or not at all; gives its hash."""
    replace_file(path, lambda file: file.write_bytes(data), PRIVATE)
    return hashlib.sha256(data).hexdigest()


def _json(said: Any) -> bytes:
    return json.dumps(said, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def keep(folder: Path, kept: Kept) -> dict[str, Any]:
    """Write what a study found into a folder; gives what the result of its job says of it."""
    plan = "" if kept.plan is None else _written(folder / PLAN, zlib.compress(pickle.dumps(kept.plan), level=1))
    pieces = [_piece(folder, place, key, part) for place, (key, part) in enumerate(kept.parts.items())]
    index = {
        "lines": [line.to_dict() for line in kept.lines],
        "groups": _grouped(kept),
        "pieces": pieces,
        "numbers": kept.numbers,
    }
    return {"index": _written(folder / INDEX, _json(index)), "plan": plan, "parts": len(pieces)}


def _piece(folder: Path, place: int, key: str, part: Figure | Table) -> dict[str, Any]:
    table = part.table if isinstance(part, Figure) else part
    name = f"part-{place}.json"
    said = {"part": part_of(part), "table": table_json(table)}
    return {
        "key": key,
        "file": name,
        "sha256": _written(folder / name, _json(said)),
        "title": part.title.to_dict(),
        "charted": isinstance(part, Figure),
        "quality": part.quality,
        "rows": len(table),
    }


def _grouped(kept: Kept) -> list[dict[str, Any]]:
    """Give the groups with the keys of the parts that are there, and what no group names at the end."""
    named = [(title, [key for key in keys if key in kept.parts]) for title, keys in kept.groups]
    known = {key for _, keys in named for key in keys}
    rest = (OTHERS, [key for key in kept.parts if key not in known])
    return [{"title": title.to_dict(), "keys": keys} for title, keys in [*named, rest] if keys]


@dataclass(frozen=True)
class Piece:
    """A figure or table of a study that is done. Its file is read when it is looked at."""

    key: str
    title: Text
    charted: bool
    quality: Quality | None
    rows: int
    path: Path
    sha256: str

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(_checked(self.path, self.sha256))
        return found

    @property
    def part(self) -> Part:
        """What a page draws."""
        return dict(self._said["part"])

    @cached_property
    def table(self) -> Table:
        """The table, or the one of the figure."""
        return table_of(self._said["table"])


@dataclass(frozen=True)
class Result:
    """What a study found, read back."""

    lines: tuple[Text, ...]
    groups: tuple[tuple[Text, tuple[Piece, ...]], ...]
    numbers: Mapping[str, Any]

    @cached_property
    def pieces(self) -> dict[str, Piece]:
        """Every part by key, in the order in which they are read."""
        return {piece.key: piece for _, pieces in self.groups for piece in pieces}

    @property
    def parts(self) -> dict[str, Part]:
        """What pages draw, by key."""
        return {key: piece.part for key, piece in self.pieces.items()}

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by key, those of figures included."""
        return {key: piece.table for key, piece in self.pieces.items()}

    @property
    def illustrative(self) -> bool:
        """Whether anything of it rests on made-up data."""
        return any(piece.quality == "illustrative" for piece in self.pieces.values())


def _checked(path: Path, sha256: str) -> bytes:
    """Read a file; ``E-STU-05`` where it is gone or is not what was written."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HaiheError("E-STU-05", value=path.name) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise HaiheError("E-STU-05", value=path.name)
    return data


def read(folder: Path, said: Mapping[str, Any]) -> Result:
    """Read what a study found, as the result of its job names it."""
    index = json.loads(_checked(folder / INDEX, str(said.get("index", ""))))
    pieces = {each["key"]: _piece_of(folder, each) for each in index["pieces"]}
    groups = tuple((Text(**group["title"]), tuple(pieces[key] for key in group["keys"])) for group in index["groups"])
    return Result(tuple(Text(**line) for line in index["lines"]), groups, index["numbers"])


def _piece_of(folder: Path, said: Mapping[str, Any]) -> Piece:
    path = folder / str(said["file"])
    title = Text(**said["title"])
    return Piece(said["key"], title, said["charted"], said["quality"], said["rows"], path, said["sha256"])


def read_plan(folder: Path, said: Mapping[str, Any]) -> "Plan":
    """Read the plan of a study; ``E-STU-06`` where it has none, ``E-STU-05`` where its file is not the one written."""
    if not said.get("plan"):
        raise HaiheError("E-STU-06")
    found: Plan = pickle.loads(zlib.decompress(_checked(folder / PLAN, str(said["plan"]))))
    return found

"""Folders and keys of an exchange, made from tables that hold all members."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haihe.coalition.coordinator import KEYS
from haihe.coalition.exchange import Over
from haihe.coalition.exchange_messages import new_key
from haihe.coalition.member_folder import EXCHANGE, member_folder
from haihe.coalition.pooling import pooling_of
from haihe.files import file_name, replace_file
from haihe.messages import HaiheError
from haihe.planning.inputs import members_of
from haihe.region import Region

TERMS = "terms.json"
KEY = "key"
SECRET = 0o600


@dataclass(frozen=True)
class Terms:
    """What an exchange is about, and between whom."""

    over: Over
    members: tuple[str, ...]


def prepare(region: Region, things: Sequence[str], folder: str | Path) -> Terms:
    """Write a folder for each member, one for the coordinator, and a key for each line between them.

    ``members/<code>`` holds the member's part of the tables and its key in ``exchange/key``; ``coordinator`` holds
    ``terms.json`` and ``keys/<code>.key``, a code written as `haihe.files.file_name` does. Keys that exist already are
    kept. Hand every folder to whom it belongs.

    Parameters
    ----------
    region : Region
        All members.
    things : sequence of str
        What is pooled, see `haihe.coalition.pooling.things_of`.
    folder : str or Path

    Raises
    ------
    HaiheError
        ``E-COA-71`` for a thing that cannot be pooled; otherwise as `member_folder`.
    """
    root = Path(folder)
    pooling = pooling_of(region, things)
    years = pooling.assembly.setup.assumptions.years
    over = Over(tuple(things), tuple(p.unit for p in pooling.pooled), tuple(years))
    members = tuple(members_of(region))
    for member in members:
        own = member_folder(region, member, root / "members" / file_name(member))
        kept = root / "coordinator" / KEYS / f"{file_name(member)}.key"
        key = kept.read_text("ascii") if kept.exists() else new_key() + "\n"
        for path in (kept, own / EXCHANGE / KEY):
            _secret(path, key)
    terms = {**{name: list(values) for name, values in vars(over).items()}, "members": list(members)}
    text = json.dumps(terms, ensure_ascii=False, indent=1)
    replace_file(root / "coordinator" / TERMS, lambda file: file.write_text(text + "\n", "utf-8"))
    return Terms(over, members)


def read_terms(folder: str | Path) -> Terms:
    """Read the terms in a coordinator's folder; ``E-COA-86`` where there are none."""
    path = Path(folder) / TERMS
    try:
        found = json.loads(path.read_text("utf-8"))
        over = Over(tuple(map(str, found["things"])), tuple(map(str, found["units"])), tuple(map(int, found["years"])))
        members = tuple(map(str, found["members"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HaiheError("E-COA-86", file=str(path)) from error
    if len(over.things) != len(over.units) or not over.things or not over.years or len(members) < 2:
        raise HaiheError("E-COA-86", file=str(path))
    return Terms(over, members)


def _secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    replace_file(path, lambda file: file.write_text(text, "ascii"), SECRET)

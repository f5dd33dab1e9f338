"""A journal of runs: a text file with one JSON record a line, on the disk before the next run is reported.

The first line says what the records belong to. A line that was cut off, because the machine stopped while it was written,
is no record: it is taken away, and its run is done again.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError

Record = dict[str, Any]
OWNER, RUN = "runs_of", "run"


class Journal:
    """Records of runs in a file.

    Parameters
    ----------
    path : path
        Made where it does not exist, with the folders above it.
    key : str
        What the records belong to: a file with another key is refused.

    Attributes
    ----------
    done : set of str
        Names of the runs that stand in the file.

    Raises
    ------
    HaiheError
        ``E-PLN-101`` where the file is no journal, or one of other runs.
    """

    def __init__(self, path: str | Path, key: str) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists() or not self.path.stat().st_size:
            self.path.write_bytes(_line({OWNER: key}))
        self.done = self._known(key)

    def write(self, name: str, record: Mapping[str, Any]) -> None:
        """Append the record of a run; it is on the disk when this returns. Values must be JSON, missing ones None."""
        with self.path.open("ab") as file:
            file.write(_line({RUN: name, **record}))
            file.flush()
            os.fsync(file.fileno())
        self.done.add(name)

    def records(self) -> Iterator[Record]:
        """Read the records one by one, in the order in which they were written."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                record = _read(line)
                if record is not None:
                    yield record

    def _known(self, key: str) -> set[str]:
        """Read which runs are done, and cut off a last line that is not whole."""
        names, end = set(), 0
        with self.path.open("rb") as file:
            head = _read(file.readline())
            if head is None or head.get(OWNER) != key:
                raise HaiheError("E-PLN-101", file=self.path.name)
            end = file.tell()
            for line in file:
                record = _read(line)
                if record is None or RUN not in record:
                    break
                names.add(str(record[RUN]))
                end += len(line)
        if end < self.path.stat().st_size:
            with self.path.open("r+b") as file:
                file.truncate(end)
        return names


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _read(line: bytes) -> Record | None:
    """A line as a record; None where it is not whole."""
    if not line.endswith(b"\n"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None

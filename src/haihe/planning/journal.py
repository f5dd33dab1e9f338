"""A journal of runs: a text file with one JSON record a line, on the disk before the next run is reported.

The first line says what the records belong to; it is put in place whole. A last line that was cut off, because the machine
stopped while it was written, is no record: it is taken away, and its run is done again. A line in the middle that cannot
be read is left alone and told of, and its run is done again, too. Two processes may write to one journal: each line is
written under a lock, after what the other has written was read, so that no run stands there twice.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from haihe.files import replace_file
from haihe.locks import alone
from haihe.messages import Finding, Findings, HaiheError

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
    unread : int
        Whole lines that are no records.

    Raises
    ------
    HaiheError
        ``E-PLN-101`` where the file is no journal, or one of other runs.
    """

    def __init__(self, path: str | Path, key: str) -> None:
        self.path, self.key = Path(path), key
        self.done: set[str] = set()
        self.unread = self._end = 0
        if not self.path.exists() or not self.path.stat().st_size:
            replace_file(self.path, lambda place: _put(place, _line({OWNER: key})))
        with self._locked():
            pass

    @property
    def findings(self) -> Findings:
        """``W-PLN-118`` where lines cannot be read: their runs are done again."""
        values = {"count": self.unread}
        return Findings([Finding("W-PLN-118", file=self.path.name, values=values)] if self.unread else [])

    def write(self, name: str, record: Mapping[str, Any]) -> None:
        """Append the record of a run; it is on the disk when this returns. Values must be JSON, missing ones None.

        Where another process has written the same run meanwhile, its record stays.
        """
        line = _line({RUN: name, **record})
        with self._locked() as file:
            if name not in self.done:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
                self._end += len(line)
        self.done.add(name)

    def records(self) -> Iterator[Record]:
        """Read the records one by one, in the order in which they were written."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                record = _read(line)
                if record is not None and RUN in record:
                    yield record

    @contextmanager
    def _locked(self) -> Iterator[BinaryIO]:
        """Open the file for this process alone, at its end, with all that stands in it known."""
        with self.path.open("r+b") as file, alone(file):
            head = file.readline()
            if (_read(head) or {}).get(OWNER) != self.key:
                raise HaiheError("E-PLN-101", file=self.path.name)
            size = os.fstat(file.fileno()).st_size
            known = self._end if len(head) <= self._end <= size else len(head)
            file.seek(known)
            self._end = known + self._learn(file)
            if self._end < size:
                file.truncate(self._end)
            file.seek(self._end)
            yield file

    def _learn(self, file: BinaryIO) -> int:
        """Read further lines; gives their length without that of a last one that was cut off."""
        length = 0
        for line in file:
            if not line.endswith(b"\n"):
                break
            record = _read(line)
            if record is None or RUN not in record:
                self.unread += 1
            else:
                self.done.add(str(record[RUN]))
            length += len(line)
        return length


def _put(path: Path, line: bytes) -> None:
    with path.open("wb") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


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

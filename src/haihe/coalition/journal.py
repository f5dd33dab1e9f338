"""Results of a long job written down one by one, and taken up again where it stopped.

A text file with one JSON record a line: first what the file belongs to, then one result a line. A line that was cut off
in the middle is done again.
"""

import json
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError


class Journal:
    """A file of results; without a path nothing is kept.

    Parameters
    ----------
    path : path, optional
    key : str
        What the results belong to: a digest of everything that they depend on.

    Attributes
    ----------
    records : list of dict
        What was written down before.

    Raises
    ------
    HaiheError
        ``E-COA-34`` where the file belongs to something else.
    """

    def __init__(self, path: str | Path | None, key: str) -> None:
        self.path = None if path is None else Path(path)
        self.records: list[dict[str, Any]] = []
        if self.path is None:
            return
        if not self.path.exists() or not self.path.stat().st_size:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({"results_of": key}) + "\n", "utf-8")
            return
        lines = self.path.read_text("utf-8").split("\n")
        head, *read = (_record(line) for line in lines)
        if head is None or head.get("results_of") != key:
            raise HaiheError("E-COA-34", file=self.path.name)
        self.records = [record for record in read if record is not None]
        if lines[-1]:
            self.path.write_text("\n".join([lines[0], *map(_line, self.records)]) + "\n", "utf-8")

    def write(self, record: dict[str, Any]) -> None:
        """Write one result down."""
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(record) + "\n")


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _record(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line) if line else None
    except json.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None

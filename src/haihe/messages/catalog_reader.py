"""Read the catalogue of coded messages."""

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Literal

from haihe.messages.text import Text

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Message:
    """One coded message: what it says and how to mend it.

    ``says`` and ``mend`` hold ``{placeholders}`` that the finding's values fill.
    """

    code: str
    severity: Severity
    says: Text
    mend: Text


def read_catalog() -> dict[str, Message]:
    """Read every ``catalog/*.toml`` of the package; a code that stands twice is refused."""
    messages: dict[str, Message] = {}
    for file in sorted(resources.files("haihe.messages").joinpath("catalog").iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in messages:
                raise ValueError(f"message code {code} stands twice, the second time in {file.name}")
            messages[code] = Message(
                code,
                entry["severity"],
                Text(entry["zh"], entry["en"]),
                Text(entry["mend_zh"], entry["mend_en"]),
            )
    return messages


CATALOG = read_catalog()

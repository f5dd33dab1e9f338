"""What forms of kinds offer from the tables of a data version."""

from typing import Any

from django import forms

from haihe.workspace.data.models import Version
from haihe.workspace.data.versions import tables_of
from haihe.workspace.frame.words import words

Pair = tuple[str, Any]


def named(version: Version, table: str, key: str) -> list[Pair]:
    """Give code and name of every record of a table, each code once; nothing where the version has no such table."""
    frame = tables_of(version, [table]).get(table)
    if frame is None or frame.empty:
        return []
    rows = frame.drop_duplicates(key)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
    return [(str(code), words(str(zh), en if isinstance(en, str) and en else str(zh))) for code, zh, en in rows]


def put(form: forms.Form, field: str, choices: list[Pair]) -> None:
    """Put choices into a field of a form."""
    found = form.fields[field]
    assert isinstance(found, forms.ChoiceField)
    found.choices = choices

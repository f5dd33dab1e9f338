"""Every error and finding of the library can be said: what its words name is given where it is raised."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import haihe
from haihe.messages import HaiheError, Text
from haihe.messages.catalog_reader import CATALOG, Message

PLACE = {"table", "row", "column", "letter", "file"}
AT = {"Finding": 5, "Issue": 4}
"""Place of ``values`` among the arguments."""


def named(message: Message) -> set[str]:
    """What the words of an entry name."""
    texts = (message.says.zh, message.says.en, message.mend.zh, message.mend.en)
    return {name.split(".")[0] for text in texts for _, name, _, _ in string.Formatter().parse(text) if name}


def given(call: ast.Call, kind: str) -> set[str] | None:
    """What a call gives; ``None`` where that is not written out."""
    if any(each.arg is None for each in call.keywords):
        return None
    own = {each.arg or "" for each in call.keywords}
    if kind == "HaiheError":
        return own
    values: ast.expr | None = next((each.value for each in call.keywords if each.arg == "values"), None)
    if values is None and len(call.args) > AT[kind]:
        values = call.args[AT[kind]]
    if values is None:
        return own
    if isinstance(values, ast.Dict) and all(isinstance(each, ast.Constant) for each in values.keys):
        return own | {each.value for each in values.keys if isinstance(each, ast.Constant)}
    return None


def calls() -> Iterator[tuple[Path, int, str, set[str]]]:
    """Every place where an entry of the catalogue is raised by its code: file, line, code, what is given."""
    for path in sorted(Path(haihe.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args):
                continue
            code, kind = node.args[0], node.func.id
            if kind in ("HaiheError", *AT) and isinstance(code, ast.Constant):
                there = given(node, kind)
                if there is not None:
                    yield path, node.lineno, str(code.value), there


def test_what_the_words_of_an_error_name_is_given_where_it_is_raised() -> None:
    found = list(calls())
    assert len(found) > 300
    unsaid = [
        f"{path.name}:{line} {code} {sorted(missing)}"
        for path, line, code, there in found
        if (missing := named(CATALOG[code]) - there)
    ]
    assert not unsaid


@pytest.mark.parametrize("place", sorted(PLACE - {"letter"}))
def test_words_can_name_the_place(place: str, monkeypatch: pytest.MonkeyPatch) -> None:

    said = Text(f"在{{{place}}}", f"at {{{place}}}")
    monkeypatch.setitem(CATALOG, "E-TEST-01", Message("E-TEST-01", "error", said, Text("", "")))  # type: ignore[index]
    error = HaiheError("E-TEST-01", **{place: 7 if place == "row" else "here"})  # type: ignore[arg-type]
    assert ("7" if place == "row" else "here") in error.findings[0].to_dict()["says"]["en"]

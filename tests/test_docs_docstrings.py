"""Docstrings of public names are complete, in the form of numpydoc: every parameter with type and meaning, every result."""

import inspect
from importlib import import_module

import pytest
from numpydoc.validate import validate

import haihe

LEFT_OUT = {
    "SA01": "no list of what else to see: the page of Python groups the names",
    "EX01": "examples stand on the how-to pages, where they run",
    "ES01": "one line is enough where it says all",
}
"""Checks of numpydoc that are not asked for, and why."""


def public() -> list[str]:
    """Give every public name of haihe with the public methods and properties of its classes, by where they live."""
    found = []
    for name in haihe.__all__:
        if name == "__version__":
            continue
        member = getattr(haihe, name)
        path = f"{member.__module__}.{member.__qualname__}"
        found.append(path)
        if inspect.isclass(member):
            own = (inspect.isfunction, lambda each: isinstance(each, property | classmethod | staticmethod))
            for held, value in vars(member).items():
                if not held.startswith("_") and any(test(value) for test in own):
                    found.append(f"{path}.{held}")
    return found


def wrong(path: str) -> list[str]:
    """What numpydoc finds wrong with the docstring of a name."""
    return [f"{code} {said}" for code, said in validate(path)["errors"] if code not in LEFT_OUT]


def test_all_public_names_are_looked_at():
    names = public()
    assert len(names) >= 75
    assert "haihe.region.region.Region.with_table" in names


@pytest.mark.parametrize("path", public())
def test_a_public_name_says_what_it_takes_and_gives(path):
    assert wrong(path) == []


def test_a_parameter_without_a_word_and_a_result_without_one_are_noticed(monkeypatch):
    room = import_module("haihe.region.examples")

    def example(name: str = "x") -> int:
        """Read an example."""
        return len(name)

    example.__module__ = room.__name__
    monkeypatch.setattr(room, "example", example)
    codes = {each.split()[0] for each in wrong("haihe.region.examples.example")}
    assert {"PR01", "RT01"} <= codes

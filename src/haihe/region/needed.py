"""A region is needed: whatever else is given is refused, with the words that would have been right."""

from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from haihe.messages import HaiheError, Text
from haihe.region.reading import Loaded
from haihe.region.region import Region


@cache
def needing_region(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a public function refuse a first argument that is no region.

    Parameters
    ----------
    function : callable
        Takes a `Region` first, as ``region``, and is public as ``haihe.<its name>``.

    Returns
    -------
    callable
        The same but for the refusal, ``E-REG-01``; one and the same object for a function.
    """

    @wraps(function)
    def checked(*given: Any, **named: Any) -> Any:
        first = given[0] if given else named.get("region")
        if first is not None and not isinstance(first, Region):
            raise _refusal(function.__name__, first)
        return function(*given, **named)

    checked.__module__, checked.__qualname__ = "haihe", function.__name__  # so that processes can hand it on
    return checked


def _refusal(name: str, given: object) -> HaiheError:
    """Say what was given, and what to write instead."""
    what, right = Text(f"{type(given).__name__} 对象", f"an object {type(given).__name__}"), 'hh.read("folder")'
    if isinstance(given, (str, Path)):
        what, right = Text(f"路径 {given}", f"the path {given}"), f"hh.read({str(given)!r})"
    elif isinstance(given, Loaded):
        right = "hh.load(…).region"
    return HaiheError("E-REG-01", function=f"hh.{name}", value=what, right=f"hh.{name}({right})")

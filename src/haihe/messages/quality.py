"""How far a number can be relied upon: one mark for every figure and table."""

from collections.abc import Iterable
from typing import Literal, cast

from haihe.messages.text import Text

Quality = Literal["official", "estimated", "illustrative"]
QUALITIES: tuple[Quality, ...] = ("official", "estimated", "illustrative")
"""From the best to the worst."""

QUALITY_NAMES: dict[Quality, Text] = {
    "official": Text("官方", "official"),
    "estimated": Text("估算", "estimated"),
    "illustrative": Text("示例", "illustrative"),
}


def worst_quality(marks: Iterable[str]) -> Quality | None:
    """Give the worst of some marks: a result is as reliable as the weakest number under it; None without a mark.

    Raises
    ------
    ValueError
        For a mark that is none of `QUALITIES`.
    """
    found = set(marks)
    return max((cast("Quality", mark) for mark in found), key=QUALITIES.index) if found else None

"""How far a number can be relied upon: one mark for every figure and table."""

from collections.abc import Iterable
from typing import Literal

from haihe.messages import HaiheError, Text

Quality = Literal["official", "estimated", "illustrative"]
QUALITIES: tuple[Quality, ...] = ("official", "estimated", "illustrative")
"""From the best to the worst."""

QUALITY_WORDS: dict[Quality, Text] = {
    "official": Text("官方数据", "official"),
    "estimated": Text("估算", "estimated"),
    "illustrative": Text("示意", "illustrative"),
}
QUALITY_SIGNS: dict[Quality, str] = {"official": "●", "estimated": "◐", "illustrative": "○"}
"""A sign beside the word, so that the mark never rests on colour."""


def worst(marks: Iterable[Quality]) -> Quality:
    """Give the worst of several marks: a result is as reliable as the weakest number under it.

    Parameters
    ----------
    marks : iterable of {"official", "estimated", "illustrative"}
        At least one.

    Raises
    ------
    HaiheError
        ``E-FIG-02`` for a mark that is none of the three.
    ValueError
        Where there is no mark at all.
    """
    found = set(marks)
    for mark in found:
        if mark not in QUALITIES:
            raise HaiheError("E-FIG-02", value=mark)
    return max(found, key=QUALITIES.index)


def quality_label(mark: Quality) -> Text:
    """Sign and word of a mark, e.g. ``○ 示意``."""
    words, sign = QUALITY_WORDS[mark], QUALITY_SIGNS[mark]
    return Text(f"{sign} {words.zh}", f"{sign} {words.en}")

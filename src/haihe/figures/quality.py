"""How a mark of quality is shown: a sign beside the word."""

from collections.abc import Iterable

from haihe.messages import QUALITIES, QUALITY_NAMES, HaiheError, Quality, Text

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
    """Sign and word of a mark, e.g. ``○ 示例``."""
    words, sign = QUALITY_NAMES[mark], QUALITY_SIGNS[mark]
    return Text(f"{sign} {words.zh}", f"{sign} {words.en}")

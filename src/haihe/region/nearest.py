"""What a wrong word was probably meant to be: the nearest known one, or a list of those there are."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping

from haihe.messages import Text

_SHOWN = 12
_CLOSE = 0.6
_REMARK = re.compile(r"\s*\([^()]*\)\Z")
"""What often follows a name: a unit or a remark in brackets."""


def plain(word: str) -> str:
    """Give a word without differences of case, width and blanks at its ends."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def nearest_code(
    word: str, codes: Iterable[str], labels: Mapping[str, str] | None = None, *, least: float = _CLOSE
) -> str | None:
    """Give the code that a word most likely stands for.

    Parameters
    ----------
    word : str
        As it was read.
    codes : iterable of str
        Codes there are.
    labels : mapping of str, optional
        Codes by other things they are called: names in either language, official codes.
    least : float
        Least likeness, from 0 to 1 (`difflib`).

    Returns
    -------
    str or None
        None where no code and no label is near.
    """
    table = {plain(label): code for label, code in (labels or {}).items()} | {plain(code): code for code in codes}
    bare = _REMARK.sub("", plain(word))
    for said in (plain(word), bare):
        if said in table:
            return table[said]
    # Official codes are all alike: one that is nearly another means nothing.
    close = difflib.get_close_matches(plain(word), [name for name in table if not name.isdigit()], 1, least)
    return table[close[0]] if close else None


def suggest(
    word: str,
    codes: Iterable[str],
    labels: Mapping[str, str] | None = None,
    titles: Mapping[str, Text] | None = None,
) -> Text:
    """Say which code a word most likely stands for; where none is near, say which there are.

    ``titles`` says how the codes are called; Chinese readers are given the Chinese title.
    """
    titles = titles or {}
    codes = [str(code) for code in codes]
    code = nearest_code(word, codes, labels)
    if code is not None:
        called = f"{titles[code].zh}（{code}）" if code in titles else code
        return Text(f"最接近的：{called}", f"nearest: {code}")
    more = ("", "") if len(codes) <= _SHOWN else ("等", ", …")
    zh, en = (
        "、".join(titles[code].zh if code in titles else code for code in codes[:_SHOWN]) + more[0],
        ", ".join(codes[:_SHOWN]) + more[1],
    )
    return Text(f"可用的有：{zh}", f"there are: {en}") if codes else Text("这里还没有任何代码", "there is none yet")

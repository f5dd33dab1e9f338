"""How Chinese names are spelled, so that they are found by typing ``binhaixinqu`` or ``bhxq``."""

from collections.abc import Callable
from functools import cache

MOST = 400


@cache
def _speller() -> Callable[[str], list[str]] | None:
    """Read the words' spellings when the first name is spelled: they take longer to read than a page to answer."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError:  # without the package names are found by their characters and codes alone
        return None
    return lazy_pinyin


def spelled(name: str) -> str:
    """Give a name's pinyin without tones and its initials, ``binhaixinqu bhxq``; empty without ``pypinyin``."""
    spell = _speller() if name else None
    if spell is None:
        return ""
    parts = [part.lower() for part in spell(name)]
    return f"{''.join(parts)} {''.join(part[0] for part in parts if part.strip())}"[:MOST]

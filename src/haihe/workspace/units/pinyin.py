"""How Chinese names are spelled, so that they are found by typing ``binhaixinqu`` or ``bhxq``."""

from collections.abc import Callable

lazy_pinyin: Callable[[str], list[str]] | None
try:
    from pypinyin import lazy_pinyin
except ImportError:  # without the package names are found by their characters and codes alone
    lazy_pinyin = None

MOST = 400


def spelled(name: str) -> str:
    """Give a name's pinyin without tones and its initials, ``binhaixinqu bhxq``; empty without ``pypinyin``."""
    if lazy_pinyin is None or not name:
        return ""
    parts = [part.lower() for part in lazy_pinyin(name)]
    return f"{''.join(parts)} {''.join(part[0] for part in parts if part.strip())}"[:MOST]

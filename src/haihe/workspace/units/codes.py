"""Codes of units and people: what addresses, entries and programs call them."""

import re
import unicodedata

from haihe.messages import HaiheError

MOST = 40
"""Longest code: paths of units and codes of posts are made of them."""
SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
RESERVED = frozenset({"new", "me"})
"""Words that addresses use themselves."""


def checked(code: str, column: str = "code") -> str:
    """Give a new code back; ``E-WEB-31`` where it is not letters, digits, ``-`` and ``_``, or too long."""
    if not SLUG.fullmatch(code) or len(code) > MOST or code.lower() in RESERVED:
        raise HaiheError("E-WEB-31", column=column, value=code[:MOST], most=MOST)
    return code


def tried(name: str) -> str:
    """Give a name of sign-in as accounts are called: full-width letters of an input method narrowed, small letters."""
    return unicodedata.normalize("NFKC", name.replace("\0", "")).strip().lower()[:150]

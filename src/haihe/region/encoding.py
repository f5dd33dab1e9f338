"""Tell UTF-8 from GB18030, strictly.

A few Chinese words in GB18030 are also correct UTF-8 for something else: 亩 reads as Ķ. Where a file alone leaves
it open, the other files of the folder decide; where they disagree, the file is refused.
"""

import unicodedata
from collections.abc import Iterable
from typing import Literal

from haihe.messages import HaiheError

Evidence = Literal["utf-8", "gb18030", "either", "plain"]

_BOM = b"\xef\xbb\xbf"
_PLAIN = set("\t\r\n")


def evidence(data: bytes) -> Evidence:
    """Tell what the bytes of one file say.

    ``plain``: ASCII alone. ``either``: correct in both, with no character that only Chinese text would have.
    """
    if data.startswith(_BOM):
        return "utf-8"
    if data.isascii():
        return "plain"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    # Two-byte sequences (up to U+07FF) are what a pair of GB18030 bytes can be mistaken for.
    return "utf-8" if max(text) > "\u07ff" or not _is_gb18030(data) else "either"


def _is_gb18030(data: bytes) -> bool:
    try:
        return not _strange(data.decode("gb18030"))
    except UnicodeDecodeError:
        return False


def common(files: Iterable[bytes]) -> Evidence:
    """Tell what the files of a folder say together: ``either`` where they disagree, ``plain`` where none says."""
    said = {evidence(data) for data in files} - {"plain", "either"}
    if len(said) > 1:
        return "either"
    return said.pop() if said else "plain"


def decode(name: str, data: bytes, others: Evidence = "plain") -> str:
    """Decode one file.

    Parameters
    ----------
    name : str
        Name of the file, for messages.
    data : bytes
        Its content.
    others : Evidence
        What its neighbours say, see `common`; used only where the file itself leaves it open.

    Raises
    ------
    HaiheError
        ``E-FILE-04`` for text in neither encoding, ``E-FILE-20`` where it may be either.
    """
    own = evidence(data)
    if own == "either":
        if others == "either":
            raise HaiheError("E-FILE-20", file=name)
        own = "utf-8" if others == "plain" else others
    try:
        text = data.decode("gb18030" if own == "gb18030" else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise HaiheError("E-FILE-04", file=name, value=data[error.start : error.end].hex(), at=error.start) from error
    # GB18030 gives some meaning to nearly every byte string: unassigned and private characters are not text.
    strange = _strange(text) if own == "gb18030" else {"\0"} & set(text)
    for character in sorted(strange):
        raise HaiheError("E-FILE-04", file=name, value=f"U+{ord(character):04X}", at=text.index(character))
    return text


def _strange(text: str) -> set[str]:
    return {c for c in set(text) - _PLAIN if unicodedata.category(c) in ("Cc", "Cn", "Co", "Cs")}

"""The door for papers: tables as intake takes them, and documents and pictures that are what their names say."""

import tempfile
from pathlib import Path

from haihe.messages import HaiheError
from haihe.region.safety import open_archive
from haihe.workspace.intake import arriving

_BEGINS = {".pdf": b"%PDF-", ".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff"}
_WORD = "word/document.xml"
TABLES = (".xlsx", ".csv", ".zip")
SUFFIXES = (*_BEGINS, ".docx", *TABLES)
"""Kinds of files that are taken."""
_MACROS = (".docm", ".dotm")


def admitted(name: str, data: bytes, most: int) -> str:
    """Look at a file; gives its suffix.

    Parameters
    ----------
    name : str
        As `intake.arriving.shown_name` gives it.
    data : bytes
        Content.
    most : int
        Bytes allowed.

    Raises
    ------
    HaiheError
        ``E-PAP-01`` another kind, ``E-INT-01`` too large, ``E-INT-03`` not what its name says, ``E-INT-04`` empty;
        ``E-FILE-05`` to ``E-FILE-12`` damaged, encrypted, with macros; for tables as `intake.arriving.admitted`.
    """
    suffix = Path(name).suffix.lower()
    if suffix in TABLES:
        return arriving.admitted(name, data, most)
    if len(data) > most:
        raise HaiheError("E-INT-01", file=name, limit=most // (1024 * 1024))
    if suffix in _MACROS:
        raise HaiheError("E-FILE-07", file=name)
    if suffix not in SUFFIXES:
        raise HaiheError("E-PAP-01", file=name, value=suffix or name)
    if not data:
        raise HaiheError("E-INT-04", file=name)
    if suffix == ".docx":
        _document(name, data)
    elif not data.startswith(_BEGINS[suffix]):
        raise HaiheError("E-INT-03", file=name, value=suffix)
    return suffix


def _document(name: str, data: bytes) -> None:
    if not data.startswith(b"PK\x03\x04"):
        raise HaiheError("E-INT-03", file=name, value=".docx")
    with tempfile.TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / "file.docx"
        path.write_bytes(data)
        try:
            with open_archive(path) as archive:
                there = _WORD in archive.namelist()
        except HaiheError as error:
            raise arriving.named(error, path.name, name) from error
    if not there:
        raise HaiheError("E-INT-03", file=name, value=".docx")

"""The door: what a file that comes in must be before anything reads it."""

import re
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from haihe.messages import HaiheError
from haihe.region.bundle import MANIFEST
from haihe.region.safety import open_archive

SUFFIXES = (".xlsx", ".csv", ".zip", ".parquet")
INSIDE = (".csv", ".parquet", ".toml")
"""What an archive of tables may hold."""
_MACROS = (".xlsm", ".xltm", ".xlam", ".xlsb", ".xla", ".xlt")
_OLD = b"\xd0\xcf\x11\xe0"
_PARQUET = b"PAR1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
LONGEST_NAME = 120


def shown_name(name: str) -> str:
    """Give the name of a file without folders and without characters that are not seen or turn the text around."""
    bare = _UNSEEN.sub("", PurePosixPath(name.replace("\\", "/")).name).strip()
    stem, dot, suffix = bare.rpartition(".")
    return f"{stem[:LONGEST_NAME]}{dot}{suffix[:12]}" if dot else bare[:LONGEST_NAME] or "file"


def admitted(name: str, data: bytes, most: int) -> str:
    """Look at a file; gives its suffix.

    Parameters
    ----------
    name : str
        As `shown_name` gives it.
    data : bytes
        Content.
    most : int
        Bytes allowed.

    Raises
    ------
    HaiheError
        ``E-INT-01`` too large, ``E-INT-02`` another kind, ``E-INT-03`` not what its name says, ``E-INT-04`` empty,
        ``E-INT-05`` an archive that holds other than tables, ``E-FILE-05`` to ``E-FILE-12`` damaged, encrypted, with macros,
        or an archive that is none of ours to open.
    """
    suffix = Path(name).suffix.lower()
    if len(data) > most:
        raise HaiheError("E-INT-01", file=name, limit=most // (1024 * 1024))
    if suffix in _MACROS:
        raise HaiheError("E-FILE-07", file=name)
    if suffix not in SUFFIXES:
        raise HaiheError("E-INT-02", file=name, value=suffix or name)
    if not data:
        raise HaiheError("E-INT-04", file=name)
    if data.startswith(_OLD):
        raise HaiheError("E-FILE-06", file=name)
    if suffix in (".xlsx", ".zip"):
        _archive(name, suffix, data)
    elif suffix == ".parquet":
        if not (data.startswith(_PARQUET) and data.endswith(_PARQUET)):
            raise HaiheError("E-INT-03", file=name, value=suffix)
    elif data.startswith((*_ZIP, _PARQUET, b"%PDF", b"\x1f\x8b")) or b"\0" in data:
        raise HaiheError("E-INT-03", file=name, value=suffix)
    return suffix


def _archive(name: str, suffix: str, data: bytes) -> None:
    if not data.startswith(_ZIP):
        raise HaiheError("E-INT-03", file=name, value=suffix)
    with tempfile.TemporaryDirectory(prefix="haihe-") as folder:
        path = Path(folder) / f"file{suffix}"
        path.write_bytes(data)
        try:
            with open_archive(path) as archive:
                entries = [entry.filename for entry in archive.infolist() if not entry.is_dir()]
        except HaiheError as error:
            raise named(error, path.name, name) from error
    workbook = "xl/workbook.xml" in entries
    if workbook is not (suffix == ".xlsx"):
        raise HaiheError("E-INT-03", file=name, value=suffix)
    if not workbook:
        for entry in entries:
            if not is_table_file(entry) and entry != MANIFEST:
                raise HaiheError("E-INT-05", file=name, value=entry[:120])


def is_table_file(entry: str) -> bool:
    """Whether an entry of an archive is a table or the meta, and stands in no folder within a folder."""
    path = PurePosixPath(entry)
    return path.suffix.lower() in INSIDE and len(path.parts) <= 2


def is_bundle(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is a bundle with a manifest, not loose tables."""
    return MANIFEST in archive.namelist()


def named(error: HaiheError, stored: str, name: str) -> HaiheError:
    """Give an error that speaks of a file by the name that its sender gave it."""
    for finding in error.findings:
        object.__setattr__(finding, "file", finding.file.replace(stored, name))
    return error

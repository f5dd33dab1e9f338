"""Look at a file before opening it: sizes, kinds, links, archives. Nothing is unpacked to disk."""

import posixpath
import stat
import zipfile
from pathlib import Path
from typing import IO

from haihe.messages import HaiheError

MAX_FILE = 100_000_000
"""Bytes a single file may have."""

MAX_UNPACKED = 200_000_000
"""Bytes an archive (bundles and workbooks are archives) may hold unpacked."""

MAX_ENTRIES = 2_000
"""Files a folder or an archive may hold."""

MAX_RATIO = 200
"""How many times its packed size a large archived file may have."""

MAX_CELLS = 10_000_000
"""Cells the used range of a sheet may span."""

_SMALL = 1_000_000
_CHUNK = 1 << 20
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCK = "~$"
"""What the name of the file begins with that Excel keeps beside an open workbook."""
_MACROS = (".xlsm", ".xltm", ".xlam", ".xlsb")


def check_path_of(path: Path) -> None:
    """Refuse a path that is not there or a file that is too large."""
    if not path.exists():
        raise HaiheError("E-FILE-01", file=str(path))
    if path.is_file() and path.stat().st_size > MAX_FILE:
        raise HaiheError("E-FILE-08", file=path.name, value=path.stat().st_size, limit=MAX_FILE)


def files_inside(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """List the files directly in a folder that have these suffixes; refuse links that lead out of it."""
    root = folder.resolve()
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in suffixes and not p.name.startswith((".", "~")))
    if len(found) > MAX_ENTRIES:
        raise HaiheError("E-FILE-09", file=folder.name, value=len(found), limit=MAX_ENTRIES)
    for path in found:
        if not path.resolve().is_relative_to(root):
            raise HaiheError("E-FILE-11", file=path.name)
        if not path.is_file():
            raise HaiheError("E-FILE-05", file=path.name, why="not a file")
        check_path_of(path)
    return found


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip archive after looking at its table of contents.

    Raises
    ------
    HaiheError
        Corrupt, encrypted, too many files, too large unpacked, a ratio only a bomb has, a path or a link that
        leads out of the archive, a file that stands twice.
    """
    if path.name.startswith(_LOCK):
        raise HaiheError("E-FILE-22", file=path.name, real=path.name.removeprefix(_LOCK))
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise HaiheError("E-FILE-23", file=path.name)
    if head == _OLD_EXCEL:
        raise HaiheError("E-FILE-06", file=path.name)
    if path.suffix.lower() in _MACROS:
        raise HaiheError("E-FILE-07", file=path.name)
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise HaiheError("E-FILE-24", file=path.name) from error
    except (OSError, ValueError, NotImplementedError) as error:
        raise HaiheError("E-FILE-05", file=path.name, why=str(error)) from error
    try:
        _check_contents(path.name, archive)
    except BaseException:
        archive.close()
        raise
    return archive


def _check_contents(file: str, archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise HaiheError("E-FILE-09", file=file, value=len(entries), limit=MAX_ENTRIES)
    total, names = sum(entry.file_size for entry in entries), set[str]()
    if total > MAX_UNPACKED:
        raise HaiheError("E-FILE-12", file=file, value=total, limit=MAX_UNPACKED)
    for entry in entries:
        name = entry.filename
        if entry.flag_bits & 1:
            raise HaiheError("E-FILE-06", file=file)
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise HaiheError("E-FILE-11", file=f"{file}/{name}")
        if "\\" in name or ":" in name or name.startswith("/") or ".." in posixpath.normpath(name).split("/"):
            raise HaiheError("E-FILE-10", file=file, value=name)
        if name in names:
            raise HaiheError("E-FILE-05", file=file, why=f"{name} stands twice")
        names.add(name)
        if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise HaiheError("E-FILE-12", file=file, value=entry.file_size, limit=MAX_RATIO * entry.compress_size)
        if name.lower().endswith("vbaproject.bin"):
            raise HaiheError("E-FILE-07", file=file)


def read_entry(file: str, archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one file of an archive; a size or checksum that is not as declared is refused."""
    try:
        with archive.open(name) as entry:
            return _read(entry)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise HaiheError("E-FILE-05", file=file, why=str(error)) from error
    except Exception as error:
        # Decompressors raise errors of their own kinds (zlib.error, lzma.LZMAError) on damaged data.
        raise HaiheError("E-FILE-05", file=file, why=f"{name}: {error}") from error


def _read(entry: IO[bytes]) -> bytes:
    chunks = []
    while chunk := entry.read(_CHUNK):
        chunks.append(chunk)
    return b"".join(chunks)

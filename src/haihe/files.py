"""Write a file whole or not at all."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What text begins with that a spreadsheet takes for a formula."""
_UNSAFE = re.compile(r'[%/\\:*?"<>|\x00-\x1f\x7f]|^[.=+@-]|\.\Z')
"""What no part of a path may hold on one system or another, or must not begin or end with."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that Windows keeps for itself."""
READABLE = 0o644


def file_name(code: str) -> str:
    """Give a code of a table as the name of one file or folder, on every system.

    Nothing in it leads to another folder. What a name may not hold becomes ``%`` and its bytes in hexadecimal, as in an
    address; different codes get different names.
    """
    name = _UNSAFE.sub(lambda found: _percent(found[0]), code)
    return _percent(name[0]) + name[1:] if _RESERVED.fullmatch(name) else name


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def replace_file(path: str | Path, write: Callable[[Path], object], mode: int = READABLE) -> Path:
    """Let ``write`` fill a temporary file beside ``path``, then put it in place of ``path`` in one step.

    Where ``write`` fails, the file that stood at ``path`` stays as it was and nothing is left behind. Nobody but its
    owner can read the file before it has its ``mode``.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


@contextmanager
def folder_for(path: str | Path) -> Iterator[Path]:
    """Make a folder before long work, so that a place that cannot be written is found out at once.

    Folders made for it go again where the work fails.
    """
    folder = Path(path)
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except BaseException:
        with suppress(OSError):
            for place in made:
                place.rmdir()
        raise


def write_tables(tables: Mapping[str, pd.DataFrame], folder: str | Path) -> list[Path]:
    """Write result tables as CSV files that Excel reads as UTF-8, each whole or not at all.

    Text and headings that a spreadsheet would take for a formula get an apostrophe before them (`safe_text`). Numbers
    are written in full. Where such a file is read back as a table, the apostrophe is part of the text; the files of a
    region are written and read by `haihe.region` and keep their text as it is.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by file name without suffix.
    folder : path
        Made where it does not exist.

    Returns
    -------
    list of Path
        The files.
    """
    return [write_table(frame, Path(folder) / f"{name}.csv") for name, frame in tables.items()]


def write_table(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write one table as `write_tables` does; `read_table` gives its text back."""
    return replace_file(path, partial(_safe(frame).to_csv, index=False, encoding="utf-8-sig"))


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV file that `write_table` wrote, or somebody after it, without the apostrophes that it put before text."""
    table = pd.read_csv(path, encoding="utf-8-sig")
    text = [at for at, kind in enumerate(table.dtypes) if not pd.api.types.is_numeric_dtype(kind)]
    for at in text:
        cells = table.iloc[:, at].map(lambda cell: _plain_text(cell) if isinstance(cell, str) else cell)
        table.isetitem(at, cells.array)
    return table.rename(columns=_plain_text)


def safe_text(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain_text(text: str) -> str:
    """Undo `safe_text`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Make headings and text cells safe; other values stay."""
    safe = frame.copy()
    for at, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            cells = frame.iloc[:, at].map(lambda cell: safe_text(cell) if isinstance(cell, str) else cell)
            safe.isetitem(at, cells.array)
    safe.columns = pd.Index([safe_text(str(heading)) for heading in frame.columns])
    return safe

"""Write a file whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pandas as pd

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What text begins with that a spreadsheet takes for a formula."""


def replace_file(path: str | Path, write: Callable[[Path], object]) -> Path:
    """Let ``write`` fill a temporary file beside ``path``, then put it in place of ``path`` in one step.

    Where ``write`` fails, the file that stood at ``path`` stays as it was and nothing is left behind.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
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
    return [
        replace_file(Path(folder) / f"{name}.csv", partial(_safe(frame).to_csv, index=False, encoding="utf-8-sig"))
        for name, frame in tables.items()
    ]


def safe_text(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _safe(frame: pd.DataFrame) -> pd.DataFrame:
    """Make headings and text cells safe; other values stay."""
    safe = frame.copy()
    for at, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            cells = frame.iloc[:, at].map(lambda cell: safe_text(cell) if isinstance(cell, str) else cell)
            safe.isetitem(at, cells.array)
    safe.columns = pd.Index([safe_text(str(heading)) for heading in frame.columns])
    return safe

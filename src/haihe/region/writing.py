"""Write a region as folder, workbook or bundle: complete, or not at all."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from haihe.files import replace_file
from haihe.messages import HaiheError, Lang
from haihe.region.bundle import bundle_bytes
from haihe.region.folder import META_FILE, write_files
from haihe.region.meta import Meta
from haihe.region.tables import TABLES
from haihe.region.workbook import workbook_bytes


def write_as(
    tables: Mapping[str, pd.DataFrame], meta: Meta, content: str, path: str | Path, lang: Lang | None = None
) -> Path:
    """Write a region; the suffix says how.

    Parameters
    ----------
    tables : mapping of DataFrame
        Tables by declared name.
    meta : Meta
        Names, years, unit of money.
    content : str
        Hash of the content, kept in a bundle.
    path : str or Path
        ``.xlsx``: a workbook. ``.zip`` (best ``.haihe.zip``): a bundle. No suffix: a folder, new, empty, or one
        that already holds a region, whose table files are replaced and other files left alone.
    lang : {"zh", "en"}, optional
        Language of a workbook's sheet names, headers and choices; the declared names where not given. Folders and
        bundles always bear the declared names.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    HaiheError
        ``E-FILE-02`` for another suffix, ``E-FILE-16`` for a folder that holds something else.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        data = workbook_bytes(tables, meta, lang)
        replace_file(path, lambda file: file.write_bytes(data))
    elif suffix == ".zip":
        data = bundle_bytes(write_files(tables, meta), content)
        replace_file(path, lambda file: file.write_bytes(data))
    elif path.is_dir() or not suffix:
        replace_folder(path, write_files(tables, meta))
    else:
        raise HaiheError("E-FILE-02", file=path.name, value=path.suffix)
    return path


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder's files beside their place, then move them there; stale files of tables are removed."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / META_FILE).is_file())):
        raise HaiheError("E-FILE-16", file=str(folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, data in files.items():
            (stage / name).write_bytes(data)
        if not folder.exists():
            stage.chmod(0o755)
            stage.replace(folder)
            return
        for name in files:
            (stage / name).replace(folder / name)
        for old in folder.iterdir():
            if old.name not in files and old.suffix in (".csv", ".parquet") and old.name.split(".")[0] in TABLES:
                old.unlink()
    finally:
        shutil.rmtree(stage, ignore_errors=True)

"""Read a table of any known layout, recognised by its labels."""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import pandas as pd

from haihe.accounts.books import SUFFIXES, read_national_workbook, read_provinces_workbook, read_sheets
from haihe.accounts.exiobase import read_exiobase
from haihe.accounts.figaro import FLAT, ROW_LABELS, read_figaro
from haihe.accounts.icio import TOTALS, read_icio
from haihe.accounts.icio import WORDS as ICIO
from haihe.accounts.interregional import InterregionalTable
from haihe.accounts.labels import nearest
from haihe.accounts.layout import ENCODINGS, first_bytes
from haihe.accounts.national import read_national
from haihe.accounts.of_region import accounts_of
from haihe.accounts.provincial import read_provinces
from haihe.accounts.regional import Accounts
from haihe.accounts.storage import read_parquet
from haihe.messages import LANGUAGES, HaiheError, Progress, Text
from haihe.region import read as read_region
from haihe.region.folder import META_FILE

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

HEAD = 10_000_000
"""Bytes of a text table that its headings stand in."""


@dataclass(frozen=True)
class Kind:
    """A layout that can be read.

    Attributes
    ----------
    key : str
        Short name.
    name : Text
        Name in words.
    marks : tuple of str
        Labels that all stand in its headings.
    """

    key: str
    name: Text
    marks: tuple[str, ...] = ()


KINDS = {
    kind.key: kind
    for kind in (
        Kind("region", Text("haihe 地区数据集", "haihe region"), (META_FILE,)),
        Kind("parquet", Text("haihe 地区间表（Parquet）", "haihe interregional table, Parquet")),
        Kind("exiobase", Text("EXIOBASE 3 文件夹", "EXIOBASE 3 folder"), ("Y.txt", "unit.txt")),
        Kind("figaro", Text("FIGARO 矩阵式", "FIGARO, matrix form"), (ROW_LABELS,)),
        Kind("figaro_flat", Text("FIGARO 逐行式", "FIGARO, flat form"), tuple(names[0] for names in FLAT.values())),
        Kind("provinces", Text("分省投入产出表（42部门）", "provincial tables, 42 sectors"), ("row", "sec01", "GO")),
        Kind("nation", Text("全国投入产出表（42部门）", "national table, 42 sectors"), ("Code", "GO", "EX")),
        Kind("icio", Text("OECD ICIO 国际投入产出表", "OECD ICIO"), ("OUT", "_HFCE", "_GFCF")),
    )
}


def recognise(path: str | Path) -> Kind:
    """Tell which layout a file or folder has, from its labels.

    Raises
    ------
    HaiheError
        ``E-ACC-01`` where it cannot be opened, ``E-WORLD-04`` where no known layout has such labels.
    """
    path = Path(path)
    if not path.exists():
        raise HaiheError("E-ACC-01", file=str(path), reason=Text("没有此文件", "there is no such file"))
    if path.is_dir():
        present = {item.name for item in path.iterdir()}
        for key in ("region", "exiobase"):
            if present.issuperset(KINDS[key].marks):
                return KINDS[key]
        raise _unknown(path, present)
    if path.suffix.lower() == ".parquet":
        return KINDS["parquet"]
    if path.suffix.lower() in SUFFIXES:
        return _by_heading(path, next(iter(read_sheets(path).values())).columns)
    return _by_heading(path, _heading(path))


def read_any(
    path: str | Path, year: int | None = None, progress: Progress | None = None
) -> InterregionalTable | Accounts:
    """Read a table of any known layout and say which it is.

    Parameters
    ----------
    path : str or Path
        A CSV file (plain or ``.gz``), a workbook, a Parquet file of `write_parquet`, an EXIOBASE folder, or a folder of a
        region.
    year : int, optional
        Year of the figures; where not given, the one year that stands in the file's name, if any. Provincial and national
        layouts need it.
    progress : Progress, optional
        Told which layout was recognised.

    Returns
    -------
    InterregionalTable or Accounts

    Raises
    ------
    HaiheError
        ``E-WORLD-04`` unknown layout, ``E-WORLD-05`` no year, and what the reader of the layout raises.
    """
    path = Path(path)
    kind = recognise(path)
    if progress is not None:
        progress(Text(f"{path.name}：{kind.name.zh}", f"{path.name}: {kind.name.en}"))
    named = {int(text) for text in _YEAR.findall(path.name)}
    seen = named.pop() if year is None and len(named) == 1 else year
    world: dict[str, Callable[[Path, int | None], InterregionalTable]] = {
        "exiobase": read_exiobase,
        "figaro": read_figaro,
        "figaro_flat": read_figaro,
        "icio": read_icio,
    }
    if kind.key in world:
        return world[kind.key](path, seen)
    if kind.key == "parquet":
        return read_parquet(path)
    if kind.key == "region":
        return accounts_of(read_region(path), year)
    if seen is None:
        raise HaiheError("E-WORLD-05", file=str(path))
    book = path.suffix.lower() in SUFFIXES
    if kind.key == "provinces":
        return read_provinces_workbook(path, seen) if book else read_provinces(path, seen)
    return read_national_workbook(path, seen) if book else read_national(path, seen)


def _heading(path: Path) -> list[str]:
    """Give the headings of a text table."""
    head = first_bytes(path, HEAD)
    for encoding in ENCODINGS:
        try:
            return [str(label) for label in pd.read_csv(io.BytesIO(head), encoding=encoding, nrows=0).columns]
        except UnicodeDecodeError:
            continue
        except ValueError as error:
            raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
    raise HaiheError("E-ACC-01", file=str(path), reason="UTF-8, GB18030")


def _by_heading(path: Path, heading: Iterable[str]) -> Kind:
    """Tell the layout from the headings of columns."""
    labels = [str(label) for label in heading]
    present = set(labels)
    flat = [set(names) & present for names in FLAT.values()]
    for key in ("figaro", "provinces", "nation"):
        if present.issuperset(KINDS[key].marks):
            return KINDS[key]
    if all(flat):
        return KINDS["figaro_flat"]
    if len({label.partition("_")[2] for label in labels} & {*ICIO.final}) >= 2 or present & {*TOTALS}:
        return KINDS["icio"]
    raise _unknown(path, present)


def _unknown(path: Path, present: Iterable[str]) -> HaiheError:
    """Name the layout whose marks are most like what is there."""
    labels = list(present)

    def likeness(mark: str) -> float:
        return SequenceMatcher(None, mark, nearest(mark, labels)).ratio()

    close = max((kind for kind in KINDS.values() if kind.marks), key=lambda kind: max(map(likeness, kind.marks)))
    known = Text(*("、".join(kind.name(lang) for kind in KINDS.values()) for lang in LANGUAGES))
    return HaiheError("E-WORLD-04", file=str(path), near=close.name, known=known)

"""Provincial and national layouts from workbooks (.xlsx, .xls), by the same labels as from CSV."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, load_workbook

from haihe.accounts import national, provincial
from haihe.accounts.geography import province_names
from haihe.accounts.layout import Layout, arrange
from haihe.accounts.provincial import UNIT, layout_of
from haihe.accounts.regional import TRADE, Accounts
from haihe.messages import HaiheError, Text
from haihe.region.safety import check_path_of, open_archive
from haihe.region.sheets import examine

SUFFIXES = (".xlsx", ".xls")


def read_sheets(path: str | Path) -> dict[str, pd.DataFrame]:
    """Read every sheet that holds cells; the first row that is not blank gives the headings.

    Parameters
    ----------
    path : str or Path
        A workbook, ``.xlsx`` or ``.xls``.

    Returns
    -------
    dict of DataFrame
        By sheet name. The index is the row as the user sees it less 2, as readers of CSV count.

    Raises
    ------
    HaiheError
        ``E-FILE-01``, ``E-FILE-05`` to ``E-FILE-12``, ``E-FILE-17`` and ``E-FILE-18`` for a file that is absent,
        damaged, too large or hostile, ``E-ACC-01`` where it is no workbook or holds nothing.
    """
    path = Path(path)
    check_path_of(path)
    if path.suffix.lower() == ".xlsx":
        with open_archive(path) as archive:
            examine(path.name, archive)
    try:
        with load_workbook(path) as book:
            cells = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise HaiheError("E-ACC-01", file=str(path), reason=str(error)) from error
    sheets = {}
    for name, lines in cells.items():
        filled = [at for at, line in enumerate(lines) if any(cell != "" for cell in line)]
        if len(filled) < 2:
            continue
        heading = [str(cell).strip() for cell in lines[filled[0]]]
        body = pd.DataFrame([lines[at] for at in filled[1:]], index=[at - 1 for at in filled[1:]], dtype=object)
        body.columns = pd.Index(heading)
        sheets[name] = body.loc[:, [bool(label) for label in heading]]
    if not sheets:
        raise HaiheError("E-ACC-01", file=str(path), reason=Text("没有数据行", "it has no rows"))
    return sheets


def read_provinces_workbook(path: str | Path, year: int, provinces: Sequence[str] | None = None) -> Accounts:
    """Read the provincial tables of one year from a workbook.

    Either one sheet a province, named by it and without a column ``province``, or sheets that have that column.

    Parameters
    ----------
    path, year, provinces
        As for `read_provinces`.

    Raises
    ------
    HaiheError
        What `read_provinces` and `read_sheets` raise; the file is named with its sheet.
    """
    layout = layout_of(year, provincial.LAYOUTS)
    parts = []
    for sheet, table in read_sheets(path).items():
        own = table if layout.region_label in table else table.assign(**{str(layout.region_label): sheet})
        parts.append(arrange(Path(path) / sheet, _as_text(own, layout), layout, year, UNIT, names=province_names()))
    accounts = _stack(Path(path), parts)
    return accounts if provinces is None else accounts.select(provinces)


def read_national_workbook(path: str | Path, year: int) -> Accounts:
    """Read a national table from the one sheet of a workbook that holds cells; see `read_national`."""
    layout = layout_of(year, national.LAYOUTS)
    sheet, table = next(iter(read_sheets(path).items()))
    accounts = arrange(Path(path) / sheet, _as_text(table, layout), layout, year, UNIT, region=national.NATION)
    names = {national.NATION: national.NATION_NAME}
    if table.columns.isin(layout.words).sum() == len(layout.words):
        zh, en = table["DescriptionInChinese"], table["Description"]
        said = zip(table["Code"].astype(str).str.strip(), zh, en, strict=True)
        names |= {layout.prefix + code: Text(str(z), str(e)) for code, z, e in said if code in layout.sectors}
    return replace(accounts, names=names)


def _as_text(table: pd.DataFrame, layout: Layout) -> pd.DataFrame:
    """Make labels text; numbers stay as they are."""
    labels = [label for label in (*layout.keys, *layout.words) if label in table]
    return table.assign(**{label: table[label].astype(str).str.strip() for label in labels})


def _stack(path: Path, parts: list[Accounts]) -> Accounts:
    """Put the regions of several sheets into one; ``E-ACC-04`` where a region stands twice."""
    regions = [region for part in parts for region in part.regions]
    for at in np.flatnonzero(pd.Index(regions).duplicated())[:1]:
        raise HaiheError("E-ACC-04", file=str(path), value=regions[at])
    stacked: dict[str, Any] = {
        f.name: np.concatenate([getattr(part, f.name) for part in parts])
        for f in fields(Accounts)
        if f.name in (*TRADE, "Z", "final", "added")
    }
    return replace(parts[0], regions=regions, **stacked)

"""Read a workbook of decisions back: the same list that was written, amounts exact to the fen."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.messages import LANGUAGES, QUALITY_NAMES, HaiheError, Lang
from haihe.region.rawpart import Fault
from haihe.region.workbook import read_cells
from haihe.rules.award_list import AMOUNTS, LIST, TITLES, AwardList, payer_title
from haihe.rules.blocks import STATES
from haihe.rules.traces import PAYERS

MISSING = "—"


def read_awards(path: str | Path) -> pd.DataFrame:
    """Read the list of decisions of a workbook that `AwardList.to_excel` wrote.

    Parameters
    ----------
    path : path

    Returns
    -------
    DataFrame
        As `awards_in_words` gives it for the list that was written.

    Raises
    ------
    HaiheError
        ``E-RUL-107`` where it is no such workbook or its headings were changed.
    """
    path = Path(path)
    sheets = read_cells(path)
    for lang in LANGUAGES:
        if LIST(lang) in sheets:
            return _frame(path.name, sheets[LIST(lang)], lang)
    raise HaiheError("E-RUL-107", file=path.name, value="、".join(sheets) or MISSING)


def awards_in_words(awards: AwardList, lang: Lang) -> pd.DataFrame:
    """Give the list of awards in one language, as a workbook holds it.

    Returns
    -------
    DataFrame
        Columns of `AwardList.frame`; amounts as exact `Decimal`, ``state`` and ``quality`` as codes, everything else
        as text; None where missing.
    """
    amounts = {*AMOUNTS, *awards.payers}
    columns = {
        name: list(column) if name in amounts else [_said(value, lang) for value in column]
        for name, column in awards.frame.items()
    }
    return pd.DataFrame(columns, dtype=object)


def _said(value: Any, lang: Lang) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    text = value if isinstance(value, str) else value(lang)
    return None if text == MISSING else str(text)


def _frame(file: str, cells: npt.NDArray[np.object_], lang: Lang) -> pd.DataFrame:
    if not cells.size or any(isinstance(cell, Fault) for cell in cells.ravel()):
        raise HaiheError("E-RUL-107", file=file, value=LIST(lang))
    heads = np.flatnonzero(cells[:, 0] == TITLES["application"](lang))
    if not len(heads):
        raise HaiheError("E-RUL-107", file=file, value=str(cells[0, 0]))
    start = int(heads[0]) + 1
    ends = np.flatnonzero(cells[start:, 0] == "")
    body = cells[start : start + int(ends[0])] if len(ends) else cells[start:]
    known = {title(lang): name for name, title in TITLES.items()}
    known |= {payer_title(payer)(lang): payer for payer in PAYERS}
    made: dict[str, Any] = {}
    for number, head in enumerate(cells[start - 1]):
        name = known.get(str(head)) or _other_payer(str(head), lang)
        if name is None or name in made:
            raise HaiheError("E-RUL-107", file=file, value=str(head))
        made[name] = _column(name, body[:, number], lang)
    if set(TITLES) - set(made):
        raise HaiheError("E-RUL-107", file=file, value=", ".join(sorted(set(TITLES) - set(made))))
    return pd.DataFrame(made, dtype=object)


def _other_payer(head: str, lang: Lang) -> str | None:
    """Code of a payer that has no name of ours."""
    before = payer_title("")(lang)
    return head.removeprefix(before) or None if head.startswith(before) else None


def _column(name: str, cells: npt.NDArray[np.object_], lang: Lang) -> list[Any]:
    present = [None if cell in ("", MISSING) else cell for cell in cells]
    if name == "state":
        codes = {text(lang): code for code, text in STATES.items()}
        return [codes.get(str(cell), cell) for cell in present]
    if name == "quality":
        return [_quality(str(cell), lang) for cell in present]
    if name in TITLES and name not in AMOUNTS:
        return [None if cell is None else str(cell) for cell in present]
    return [None if cell is None else Decimal(f"{cell:.15g}") for cell in present]


def _quality(shown: str, lang: Lang) -> str:
    """Code of a quality mark, which is shown with a sign before its name."""
    return next((code for code, text in QUALITY_NAMES.items() if shown.endswith(text(lang))), shown)

"""Where a shock's row stands in the user's file, and what a wrong name in it was probably meant to be."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from haihe.messages import Finding, HaiheError, Text
from haihe.region import TABLES, Region
from haihe.region.issues import Issue, to_findings
from haihe.region.nearest import nearest_code, plain

EVENTS = "shock_events"
LISTED = 8
"""Names that are listed where none is near."""
COLUMNS = {
    "E-SHK-04": "amount", "E-SHK-08": "kind", "E-SHK-09": "kind", "E-SHK-12": "kind", "E-SHK-63": "regions",
    "E-UNIT-02": "unit",
}  # fmt: skip
"""Column that an error is about, where it does not say so."""


def names_in(table: pd.DataFrame, key: str) -> dict[str, Text]:
    """Names of the records of a table by a column of codes; the code where there is no name."""
    if not {"name_zh", "name_en"} <= set(table):
        return {str(code): Text(str(code), str(code)) for code in table[key]}
    rows = table[[key, "name_zh", "name_en"]].astype(object)
    filled = rows.where(rows.notna(), None).itertuples(index=False, name=None)
    return {str(code): Text(str(zh or code), str(en or zh or code)) for code, zh, en in filled}


def meant(value: str, names: Mapping[str, Text]) -> Text:
    """Say what a word was probably meant to be, by name in the reader's language and by code; else what there is."""
    labels = {word: code for code, name in names.items() for word in (name.zh, name.en)}
    parts = (code for word, code in labels.items() if plain(value) and plain(value) in plain(word))
    code = nearest_code(value, names, labels) or next(parts, None)
    if code is not None:
        near = _both(code, names[code])
        return Text(f"最接近的是{near.zh}", f"the nearest is {near.en}")
    if not names:
        return Text("这里一个也没有", "there is none")
    shown = [_both(one, name) for one, name in list(names.items())[:LISTED]]
    more = ("", "") if len(names) <= LISTED else ("等", ", …")
    return Text(
        f"现有：{'、'.join(one.zh for one in shown)}{more[0]}",
        f"there are: {', '.join(one.en for one in shown)}{more[1]}",
    )


def _both(code: str, name: Text) -> Text:
    zh = f"“{name.zh}”（{code}）" if name.zh != code else f"“{code}”"
    return Text(zh, f"“{name.en}” ({code})" if name.en != code else f"“{code}”")


def placed(region: Region, error: HaiheError, at: int) -> HaiheError:
    """Give an error on a row of ``shock_events`` its file, row and column; one on another table stays as it is.

    Parameters
    ----------
    region : Region
        Holds the row.
    error : HaiheError
    at : int
        Position of the row in the table, from 0.
    """
    if any(found.table not in ("", EVENTS) for found in error.findings):
        return error
    issues = [Issue(found.code, EVENTS, at, _column(found), found.values) for found in error.findings]
    return HaiheError.of(to_findings(issues, region.draft().origins))


def located(region: Region, rows: pd.DataFrame, error: HaiheError) -> HaiheError:
    """The same for an error of the run, which names its event as scenario and event."""
    labels = [f"{shock}/{event}" for shock, event in zip(rows["shock"], rows["event"], strict=True)]
    label = error.findings[0].values.get("value")  # noqa: PD011
    return placed(region, error, int(rows.index[labels.index(label)])) if label in labels else error


def _column(found: Finding) -> str | None:
    """Column that a finding is about."""
    said = str(found.values.get("what"))  # noqa: PD011
    return found.column or COLUMNS.get(found.code) or (said if said in TABLES[EVENTS].names else None)

"""Shocks that a user hands over: a CSV file, a workbook or a frame in the form of the table ``shock_events``.

Headers and choices may be Chinese or English, as in every table of a region; what is wrong is said with file, row and column.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from haihe.messages import Findings, HaiheError
from haihe.region import TABLES
from haihe.region.check import check_draft
from haihe.region.draft import Draft, assemble, raw_of
from haihe.region.folder import read_files
from haihe.region.issues import Origin
from haihe.region.region import Region
from haihe.region.safety import check_path_of
from haihe.region.spec import TableSpec
from haihe.region.workbook import read_workbook

EVENTS, ABOUT = "shock_events", "shocks"
OPTIONAL = ("shock", "event", "name_zh", "source", "quality")
"""Columns that a file or frame may leave out."""
FILES = (".csv", ".xlsx")
GIVEN, OWN, MARK = "given", "HAIHE", "illustrative"
"""Code, source and mark of a scenario that names none."""
REFERRED = (
    "sources", "regions", "sectors", "chains", "enterprises", "shocks", "shock_events", "links", "chain_stages",
    "district_shares",
)  # fmt: skip
"""Tables that a shock refers to: the large ones do not matter to it."""


def _loose(spec: TableSpec) -> TableSpec:
    columns = (replace(c, key=False, required=False, like=None) if c.name in OPTIONAL else c for c in spec.columns)
    return replace(spec, columns=tuple(columns), required=False)


SPECS = {EVENTS: _loose(TABLES[EVENTS]), ABOUT: _loose(TABLES[ABOUT])}


def few(region: Region) -> Draft:
    """Give the tables of a region that a shock refers to, with the files they came from."""
    whole = region.draft()
    tables = {name: whole.tables[name] for name in REFERRED if name in whole.tables}
    origins = {name: whole.origins[name] for name in tables if name in whole.origins}
    return Draft(tables, {}, region.meta, origins)


def is_file(shock: str) -> bool:
    """Tell whether a name is that of a file."""
    return shock.lower().endswith(FILES)


def with_given(region: Region, shock: Path | pd.DataFrame) -> tuple[Region, str]:
    """Put a shock that was handed over beside the tables it refers to; see `haihe.shocks.library.with_shock`.

    Raises
    ------
    HaiheError
        ``E-SHK-61`` no event, ``E-SHK-66`` another kind of file, ``E-SHK-67`` several scenarios; what reading and the check
        of tables find.
    """
    file = "" if isinstance(shock, pd.DataFrame) else Path(shock).name
    read = _typed(shock) if isinstance(shock, pd.DataFrame) else _file(Path(shock))
    _refuse(read.findings, file, None)
    events = read.tables.get(EVENTS)
    if events is None:
        raise HaiheError("E-SHK-61", table=EVENTS, file=file, value=file or GIVEN)
    codes = [str(code) for code in events["shock"].dropna().unique()] or [GIVEN]
    if len(codes) > 1:
        raise HaiheError("E-SHK-67", table=EVENTS, column="shock", file=file, value="; ".join(codes))
    draft = few(region)
    draft.tables |= {EVENTS: _filled(draft, events, codes[0]), ABOUT: _about(draft, read.tables.get(ABOUT), codes[0])}
    origin = Origin(replace(part, file=file) for part in read.origins[EVENTS])
    draft.origins = {**draft.origins, EVENTS: origin}
    draft.origins.pop(ABOUT, None)
    _refuse(check_draft(draft), file, {EVENTS, ABOUT, *(part.sheet for part in origin)})
    return Region.of(draft), codes[0]


def _refuse(findings: Findings, file: str, tables: set[str] | None) -> None:
    """Raise the errors in some tables (all where none is named) under the name of the user's file."""
    named = (replace(f, file=file or f.file) for f in findings if not f.code.startswith("E-META"))
    Findings(f for f in named if tables is None or f.table in tables).raise_errors()


def _typed(frame: pd.DataFrame) -> Draft:
    return assemble([replace(raw_of(EVENTS, frame), spec=SPECS[EVENTS])], None, [], SPECS)


def _file(path: Path) -> Draft:
    if path.suffix.lower() not in FILES:
        raise HaiheError("E-SHK-66", file=path.name, value=path.suffix or path.name)
    check_path_of(path)
    if path.suffix.lower() == ".xlsx":
        return read_workbook(path, SPECS)
    return read_files({f"{EVENTS}.csv": path.read_bytes()}, path.name, SPECS)


def _filled(draft: Draft, events: pd.DataFrame, code: str) -> pd.DataFrame:
    """Fill what a file may leave out: code, numbers and names of events, source and mark."""
    number = pd.Series([str(k + 1) for k in range(len(events))], index=events.index, dtype="str")
    event = events["event"].fillna(number)
    chinese = events["name_zh"].fillna(event)
    return events.assign(
        shock=pd.Series(code, index=events.index, dtype="str"),
        event=event,
        name_zh=chinese,
        name_en=events["name_en"].fillna(chinese),
        source=events["source"].fillna(_source(draft)),
        quality=events["quality"].fillna(MARK),
    )


def _about(draft: Draft, read: pd.DataFrame | None, code: str) -> pd.DataFrame:
    """The scenario's own record: from the workbook, else from the region, else a new one."""
    for known in (read, draft.tables.get(ABOUT)):
        if known is not None and (known["shock"] == code).any():
            row = known[known["shock"] == code].head(1)
            return row.assign(source=row["source"].fillna(_source(draft)), quality=row["quality"].fillna(MARK))
    new = {"shock": code, "name_zh": code, "name_en": code, "source": _source(draft), "quality": MARK}
    return assemble([raw_of(ABOUT, pd.DataFrame([new]))], None, [], {ABOUT: TABLES[ABOUT]}).tables[ABOUT]


def _source(draft: Draft) -> str:
    """The project's own source where the region has it, else the first."""
    known = [str(code) for code in draft.tables["sources"]["source"]] if "sources" in draft.tables else []
    return OWN if OWN in known or not known else known[0]

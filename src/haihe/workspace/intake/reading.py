"""Reading a file that was admitted: typed tables, and every finding under the name that its sender gave the file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from haihe.messages import HaiheError
from haihe.region.bundle import read_bundle
from haihe.region.draft import Draft, table_names
from haihe.region.folder import read_files
from haihe.region.issues import Issue, Origin, Place
from haihe.region.meta import META_NAME
from haihe.region.safety import open_archive, read_entry
from haihe.region.spec import TableSpec
from haihe.region.workbook import read_workbook
from haihe.workspace.intake.arriving import is_bundle, is_table_file

ABSENT = "E-TAB-01"


def read_upload(path: Path, name: str, tables: Mapping[str, TableSpec], *, whole: bool) -> Draft:
    """Read a stored file.

    Parameters
    ----------
    path : Path
        Where it lies.
    name : str
        Name that its sender gave it.
    tables : mapping of TableSpec
        Tables that may come in.
    whole : bool
        Whether required tables and the meta must be there; otherwise what is missing is known already.

    Returns
    -------
    Draft
        Never raises for bad data: whatever stopped the reading stands among the issues.
    """
    try:
        draft = _read(path, name, tables)
    except HaiheError as error:
        places = ((f, Place(f.file or name, f.table, f.row)) for f in error.findings)
        draft = Draft(issues=[Issue(f.code, f.table, values=f.values, place=place) for f, place in places])
    except OSError:
        draft = Draft(issues=[Issue("E-INT-09", values={"value": name}, place=Place(name))])
    if not whole:
        draft.issues = [issue for issue in draft.issues if issue.code != ABSENT and issue.table != META_NAME]
    return _named(draft, path.name, name)


def _read(path: Path, name: str, tables: Mapping[str, TableSpec]) -> Draft:
    suffix = path.suffix
    if suffix == ".xlsx":
        return read_workbook(path, tables)
    if suffix == ".zip":
        with open_archive(path) as archive:
            if is_bundle(archive):
                return read_bundle(path, tables)
            entries = [entry for entry in archive.namelist() if is_table_file(entry)]
            files = {PurePosixPath(entry).name: read_entry(name, archive, entry) for entry in entries}
        return read_files(files, name, tables)
    stem = Path(name).stem.split(".")[0].strip()
    table = table_names(tables).get(stem, stem)
    return read_files({f"{table}{suffix}": path.read_bytes()}, name, tables)


def _named(draft: Draft, stored: str, name: str) -> Draft:
    """Speak of the file by the sender's name for it."""

    def said(file: str) -> str:
        return file.replace(stored, name)

    draft.issues = [
        replace(issue, place=replace(issue.place, file=said(issue.place.file))) if issue.place else issue
        for issue in draft.issues
    ]
    draft.origins = {
        table: Origin(replace(part, file=said(part.file)) for part in origin) for table, origin in draft.origins.items()
    }
    return draft

"""Read a region from a folder, a workbook or a bundle: all findings at once, nothing half-read."""

from dataclasses import dataclass
from pathlib import Path

from haihe.messages import Findings, HaiheError
from haihe.region.bundle import read_bundle
from haihe.region.check import check_draft
from haihe.region.draft import Draft
from haihe.region.folder import read_folder
from haihe.region.issues import Issue, Place
from haihe.region.region import Region
from haihe.region.safety import check_path_of
from haihe.region.workbook import read_workbook


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading gave: the region, or None where a finding is an error, and all findings."""

    region: Region | None
    findings: Findings


def read_draft(path: str | Path) -> Draft:
    """Read as far as can be read; whatever stopped it stands among the issues."""
    path = Path(path)
    try:
        check_path_of(path)
        if path.is_dir():
            return read_folder(path)
        suffix = path.suffix.lower()
        if suffix in (".xlsx", ".xlsm", ".xltm", ".xltx", ".xlsb", ".xls"):
            return read_workbook(path)
        if suffix == ".zip":
            return read_bundle(path)
        raise HaiheError("E-FILE-02", file=path.name, value=path.suffix or path.name)
    except HaiheError as error:
        places = ((f, Place(f.file or path.name, f.table, f.row)) for f in error.findings)
        return Draft(issues=[Issue(f.code, f.table, values=f.values, place=place) for f, place in places])
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Draft(issues=[Issue("E-FILE-05", values={"why": why}, place=Place(path.name))])


def load(path: str | Path) -> Loaded:
    """Read a region and everything found about the form of its files; never raises for bad data.

    Parameters
    ----------
    path : str or Path
        A folder of CSV files with ``haihe.toml``, an ``.xlsx`` workbook or a ``.haihe.zip`` bundle.

    Returns
    -------
    Loaded
        The region, if there is one, and the findings.
    """
    draft = read_draft(path)
    findings = draft.findings
    folder = Path(path) if Path(path).is_dir() else None
    return Loaded(Region.of(draft, folder=folder) if findings.ok else None, findings)


def read(path: str | Path) -> Region:
    """Read a region.

    Parameters
    ----------
    path : str or Path
        A folder of CSV files (UTF-8 or GB18030) with ``haihe.toml``, an ``.xlsx`` workbook with one sheet a table,
        or a ``.haihe.zip`` bundle.

    Returns
    -------
    Region
        Complete and typed. Whether its facts agree with each other is for `Region.check`.

    Raises
    ------
    HaiheError
        One error with every finding about the form of the files, where any is an error.
    """
    loaded = load(path)
    loaded.findings.raise_errors()
    if loaded.region is None:
        raise HaiheError("E-FILE-03", file=str(path))
    return loaded.region


def check_path(path: str | Path) -> Findings:
    """Check a folder, workbook or bundle: all findings about form and facts at once; never raises for bad data.

    Parameters
    ----------
    path : str or Path
        As for `read`.

    Returns
    -------
    Findings
        Sorted by table, row and column.
    """
    return check_draft(read_draft(path))

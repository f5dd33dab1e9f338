"""The sections of the API for the rooms that stand below it."""

from haihe.workspace.api.sections import (
    audit,
    chains,
    datasets,
    duties,
    jobs,
    ledger,
    me,
    months,
    problems,
    projects,
    requests,
    rounds,
    units,
    uploads,
)

ALL = (
    me.SECTION,
    units.SECTION,
    datasets.SECTION,
    uploads.SECTION,
    requests.SECTION,
    rounds.SECTION,
    ledger.SECTION,
    duties.SECTION,
    problems.SECTION,
    chains.SECTION,
    months.SECTION,
    projects.SECTION,
    jobs.SECTION,
    audit.SECTION,
)

"""The sections of the API for the rooms that stand below it."""

from haihe.workspace.api.sections import (
    audit,
    chains,
    datasets,
    duties,
    jobs,
    ledger,
    me,
    meetings,
    months,
    papers,
    problems,
    projects,
    requests,
    reviews,
    units,
    uploads,
)

ALL = (
    me.SECTION,
    units.SECTION,
    datasets.SECTION,
    uploads.SECTION,
    requests.SECTION,
    reviews.SECTION,  # of rounds: calls, applications, the work on them
    ledger.SECTION,
    duties.SECTION,
    papers.SECTION,
    problems.SECTION,
    meetings.SECTION,
    chains.SECTION,
    months.SECTION,
    projects.SECTION,
    jobs.SECTION,
    audit.SECTION,
)

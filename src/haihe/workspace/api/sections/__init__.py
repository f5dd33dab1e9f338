"""The sections of the API for the rooms that stand below it."""

from haihe.workspace.api.sections import audit, datasets, jobs, me, requests, units, uploads

ALL = (
    me.SECTION,
    units.SECTION,
    datasets.SECTION,
    uploads.SECTION,
    requests.SECTION,
    jobs.SECTION,
    audit.SECTION,
)

"""Every address of the workspace: each room's own list, under its name."""

from django.urls import include, path

from haihe.workspace.frame import failures

urlpatterns = [
    path("", include("haihe.workspace.office.urls")),
    path("jobs/", include("haihe.workspace.jobs.urls")),
    path("intake/", include("haihe.workspace.intake.urls")),
    path("data/", include("haihe.workspace.data.urls")),
    path("scenarios/", include("haihe.workspace.scenarios.urls")),
    path("studies/", include("haihe.workspace.studies.urls")),
    path("papers/", include("haihe.workspace.papers.urls")),
    path("duties/", include("haihe.workspace.duties.urls")),
    path("problems/", include("haihe.workspace.problems.urls")),
    path("chains/", include("haihe.workspace.chains.urls")),
    path("months/", include("haihe.workspace.months.urls")),
    path("projects/", include("haihe.workspace.projects.urls")),
    path("rounds/", include("haihe.workspace.rounds.urls")),
    path("meetings/", include("haihe.workspace.meetings.urls")),
    path("plans/", include("haihe.workspace.plans.urls")),
    path("neighbours/", include("haihe.workspace.neighbours.urls")),
    path("dashboards/", include("haihe.workspace.dashboards.urls")),
    path("api/v1/", include("haihe.workspace.api.urls")),
]

handler400 = failures.bad_request
handler403 = failures.forbidden
handler404 = failures.not_found
handler500 = failures.broken

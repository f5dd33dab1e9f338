"""Addresses of ``jobs``."""

from django.urls import path

from haihe.workspace.jobs import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.jobs, name="list"),
    path("<str:code>", pages.job, name="job"),
    path("<str:code>/progress", pages.progress, name="progress"),
    path("<str:code>/cancel", pages.cancel, name="cancel"),
    path("<str:code>/again", pages.again, name="again"),
]

"""Addresses of ``studies``."""

from django.urls import path

from haihe.workspace.studies import kind_pages, pages, study_pages

app_name = "studies"
urlpatterns = [
    path("", pages.studies, name="list"),
    path("new", pages.new, name="new"),
    path("<str:code>", study_pages.study, name="study"),
    path("<str:code>/plan-at", kind_pages.plan_at, name="plan-at"),
    path("<str:code>/why", kind_pages.why, name="why"),
    path("<str:code>/card", kind_pages.card, name="card"),
    path("<str:code>/word", kind_pages.word, name="word"),
    path("<str:code>/workbook", study_pages.workbook, name="workbook"),
    path("<str:code>/cancel", study_pages.stop, name="cancel"),
    path("<str:code>/again", study_pages.again, name="again"),
    path("<str:code>/delete", study_pages.delete, name="delete"),
    path("<str:code>/figures/<str:key>", study_pages.figure, name="figure"),
    path("<str:code>/figures/<str:key>/<str:form>", study_pages.download, name="download"),
]

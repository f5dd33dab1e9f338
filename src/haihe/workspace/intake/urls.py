"""Addresses of ``intake``."""

from django.urls import path

from haihe.workspace.intake import downloads, pages

app_name = "intake"
urlpatterns = [
    path("", pages.uploads, name="list"),
    path("new/<str:target>/<str:code>", pages.new, name="new"),
    path("template/<str:target>/<str:code>", downloads.template, name="template"),
    path("<str:code>", pages.upload, name="upload"),
    path("<str:code>/confirm", pages.confirm, name="confirm"),
    path("<str:code>/undo", pages.undo, name="undo"),
    path("<str:code>/again", pages.again, name="again"),
    path("<str:code>/marked.xlsx", downloads.marked, name="marked"),
    path("<str:code>/changes.xlsx", downloads.changed, name="changed"),
    path("<str:code>/file", downloads.original, name="file"),
]

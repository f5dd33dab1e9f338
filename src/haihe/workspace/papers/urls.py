"""Addresses of ``papers``."""

from django.urls import path

from haihe.workspace.papers import pages

app_name = "papers"
urlpatterns = [
    path("", pages.papers, name="list"),
    path("to/<str:kind>/<str:code>", pages.attach, name="attach"),
    path("<str:code>/file", pages.file, name="file"),
    path("<str:code>/remove", pages.remove, name="remove"),
]

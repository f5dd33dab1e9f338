"""Addresses of ``scenarios``."""

from django.urls import path

from haihe.workspace.scenarios import grid_pages, moving_pages, pages

app_name = "scenarios"
urlpatterns = [
    path("", pages.scenarios, name="list"),
    path("new", pages.new, name="new"),
    path("compare", moving_pages.compare, name="compare"),
    path("take/<str:code>", moving_pages.take, name="take"),
    path("<str:code>", pages.scenario, name="scenario"),
    path("<str:code>/edit", pages.edit, name="edit"),
    path("<str:code>/copy", pages.copy, name="copy"),
    path("<str:code>/share", pages.share, name="share"),
    path("<str:code>/withdraw", pages.withdraw, name="withdraw"),
    path("<str:code>/delete", pages.delete, name="delete"),
    path("<str:code>/changes", pages.explain, name="changes"),
    path("<str:code>/move", moving_pages.move, name="move"),
    path("<str:code>/tables/<str:table>", grid_pages.table, name="table"),
    path("<str:code>/tables/<str:table>/edit", grid_pages.grid, name="grid"),
    path("<str:code>/tables/<str:table>/add", grid_pages.add, name="add"),
]

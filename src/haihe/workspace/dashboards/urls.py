"""Addresses of ``dashboards``."""

from django.urls import path

from haihe.workspace.dashboards import map_pages, pages

app_name = "dashboards"
urlpatterns = [
    path("", pages.dashboard, name="dashboard"),
    path("figures/<slug:key>", pages.figure, name="figure"),
    path("figures/<slug:key>.<slug:form>", pages.download, name="download"),
    path("maps", map_pages.maps, name="maps"),
    path("maps/new", map_pages.new, name="map-new"),
    path("maps/<slug:code>", map_pages.one, name="boundaries"),
    path("maps/<slug:code>/withdraw", map_pages.withdraw, name="map-withdraw"),
]

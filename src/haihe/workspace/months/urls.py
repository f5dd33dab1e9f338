"""Addresses of the room."""

from django.urls import path

from haihe.workspace.months import pages, return_pages

app_name = "months"
urlpatterns = [
    path("", pages.lights, name="lights"),
    path("next", pages.upcoming, name="next"),
    path("returns/", return_pages.all_returns, name="returns"),
    path("returns/new", return_pages.begin, name="return-new"),
    path("returns/<slug:code>", return_pages.one, name="return"),
    path("returns/<slug:code>/submit", return_pages.submit, name="return-submit"),
    path("returns/<slug:code>/approve", return_pages.approve, name="return-approve"),
    path("returns/<slug:code>/send-back", return_pages.send_back, name="return-send-back"),
    path("returns/<slug:code>/reopen", return_pages.reopen, name="return-reopen"),
    path("returns/<slug:code>/cause", return_pages.cause, name="cause"),
    path("indicators/", pages.indicators, name="indicators"),
    path("indicators/new", pages.indicator_new, name="indicator-new"),
    path("indicators/<slug:code>", pages.indicator, name="indicator"),
    path("indicators/<slug:code>/edit", pages.indicator_edit, name="indicator-edit"),
]

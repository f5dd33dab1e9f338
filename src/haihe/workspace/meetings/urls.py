"""Addresses of ``meetings``."""

from django.urls import path

from haihe.workspace.meetings import item_pages, pages

app_name = "meetings"
urlpatterns = [
    path("", pages.meetings, name="list"),
    path("new", pages.new, name="meeting-new"),
    path("items/<str:code>/edit", item_pages.edit, name="item-edit"),
    path("items/<str:code>/minute", item_pages.minute, name="minute"),
    path("items/<str:code>/strike", item_pages.strike, name="strike"),
    path("items/<str:code>/up", item_pages.up, name="up"),
    path("items/<str:code>/down", item_pages.down, name="down"),
    path("m/<str:code>", pages.meeting, name="meeting"),
    path("m/<str:code>/edit", pages.edit, name="meeting-edit"),
    path("m/<str:code>/pack", pages.pack, name="pack"),
    path("m/<str:code>/pack.docx", pages.document, name="document"),
    path("m/<str:code>/suggestions", item_pages.suggestions, name="suggestions"),
    path("m/<str:code>/add", item_pages.add, name="item-new"),
    path("m/<str:code>/convene", pages.convene, name="convene"),
    path("m/<str:code>/submit", pages.submit, name="submit"),
    path("m/<str:code>/approve", pages.approve, name="approve"),
    path("m/<str:code>/send-back", pages.send_back, name="send-back"),
    path("m/<str:code>/reopen", pages.reopen, name="reopen"),
    path("m/<str:code>/issue", pages.issue, name="issue"),
]

"""Addresses of ``plans``."""

from django.urls import path

from haihe.workspace.plans import derive_pages, pages, reality_pages

app_name = "plans"
urlpatterns = [
    path("", pages.plans, name="list"),
    path("new", pages.new, name="new"),
    path("<str:code>", pages.plan, name="plan"),
    path("<str:code>/edit", pages.edit, name="edit"),
    path("<str:code>/workbook", pages.workbook, name="workbook"),
    path("<str:code>/delete", pages.drop, name="delete"),
    path("<str:code>/submit", pages.submit, name="submit"),
    path("<str:code>/approve", pages.approve, name="approve"),
    path("<str:code>/send-back", pages.send_back, name="send-back"),
    path("<str:code>/withdraw", pages.withdraw, name="withdraw"),
    path("<str:code>/numbers", derive_pages.numbers, name="numbers"),
    path("<str:code>/derive", derive_pages.derive, name="derive"),
    path("<str:code>/reality", reality_pages.left, name="reality"),
    path("<str:code>/reality/<str:key>/<str:form>", reality_pages.file, name="reality-file"),
    path("<str:code>/again", reality_pages.again, name="again"),
    path("<str:code>/figures/<str:key>", pages.figure, name="figure"),
    path("<str:code>/figures/<str:key>/<str:form>", pages.download, name="download"),
]

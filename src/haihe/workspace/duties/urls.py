"""Addresses of ``duties``."""

from django.urls import path

from haihe.workspace.duties import document_pages, duty_pages, overview_pages, report_pages, target_pages

app_name = "duties"
urlpatterns = [
    path("", duty_pages.duties, name="duties"),
    path("new", duty_pages.new, name="duty-new"),
    path("matrix", overview_pages.matrix, name="matrix"),
    path("overdue", overview_pages.overdue, name="overdue"),
    path("changes", overview_pages.changes, name="changes"),
    path("documents", document_pages.documents, name="documents"),
    path("documents/new", document_pages.new, name="document-new"),
    path("documents/<str:code>", document_pages.document, name="document"),
    path("documents/<str:code>/edit", document_pages.edit, name="document-edit"),
    path("targets", target_pages.targets, name="targets"),
    path("targets/new", target_pages.new, name="target-new"),
    path("targets/<str:code>", target_pages.target, name="target"),
    path("targets/<str:code>/edit", target_pages.edit, name="target-edit"),
    path("reports/on/<str:kind>/<str:code>", report_pages.new, name="report-new"),
    path("reports/<str:code>", report_pages.report, name="report"),
    path("reports/<str:code>/edit", report_pages.edit, name="report-edit"),
    path("reports/<str:code>/submit", report_pages.submit, name="report-submit"),
    path("reports/<str:code>/approve", report_pages.approve, name="report-approve"),
    path("reports/<str:code>/send-back", report_pages.send_back, name="report-send-back"),
    path("reports/<str:code>/reopen", report_pages.reopen, name="report-reopen"),
    path("reports/<str:code>/accept", report_pages.accept, name="report-accept"),
    path("reports/<str:code>/return", report_pages.return_report, name="report-return"),
    path("<str:code>", duty_pages.duty, name="duty"),
    path("<str:code>/edit", duty_pages.edit, name="duty-edit"),
    path("<str:code>/close", duty_pages.close, name="duty-close"),
    path("<str:code>/drop", duty_pages.drop, name="duty-drop"),
    path("<str:code>/reopen", duty_pages.reopen, name="duty-reopen"),
    path("<str:code>/note", duty_pages.note, name="note"),
]

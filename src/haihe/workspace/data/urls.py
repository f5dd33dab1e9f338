"""Addresses of ``data``."""

from django.urls import path

from haihe.workspace.data import (
    answer_pages,
    dataset_pages,
    difference_pages,
    merge_pages,
    request_pages,
    table_pages,
    version_pages,
)

app_name = "data"
urlpatterns = [
    path("", dataset_pages.datasets, name="datasets"),
    path("new", dataset_pages.new, name="dataset-new"),
    path("datasets/<str:code>", dataset_pages.dataset, name="dataset"),
    path("datasets/<str:code>/share", dataset_pages.share, name="share"),
    path("versions/<str:code>", version_pages.version, name="version"),
    path("versions/<str:code>/download", version_pages.download, name="version-download"),
    path("versions/<str:code>/check", version_pages.check, name="version-check"),
    path("versions/<str:code>/submit", version_pages.submit, name="version-submit"),
    path("versions/<str:code>/approve", version_pages.approve, name="version-approve"),
    path("versions/<str:code>/return", version_pages.send_back, name="version-return"),
    path("versions/<str:code>/reopen", version_pages.reopen, name="version-reopen"),
    path("versions/<str:code>/carry", version_pages.carry_over, name="version-carry"),
    path("versions/<str:code>/tables/<str:table>", table_pages.table, name="table"),
    path("versions/<str:code>/rows/<str:table>", table_pages.row, name="row"),
    path("versions/<str:code>/against", difference_pages.choose, name="difference-choose"),
    path("versions/<str:code>/against/<str:other>", difference_pages.difference, name="difference"),
    path("requests", request_pages.requests, name="requests"),
    path("requests/new", request_pages.new, name="request-new"),
    path("requests/answers/<str:code>", answer_pages.answer, name="answer"),
    path("requests/answers/<str:code>/workbook", answer_pages.workbook, name="answer-workbook"),
    path("requests/answers/<str:code>/submit", answer_pages.submit, name="answer-submit"),
    path("requests/answers/<str:code>/approve", answer_pages.approve, name="answer-approve"),
    path("requests/answers/<str:code>/send-back", answer_pages.send_back, name="answer-send-back"),
    path("requests/answers/<str:code>/reopen", answer_pages.reopen, name="answer-reopen"),
    path("requests/answers/<str:code>/accept", answer_pages.accept, name="answer-accept"),
    path("requests/answers/<str:code>/return", answer_pages.return_answer, name="answer-return"),
    path("requests/<str:code>", request_pages.request, name="request"),
    path("requests/<str:code>/edit", request_pages.edit, name="request-edit"),
    path("requests/<str:code>/columns", request_pages.columns, name="request-columns"),
    path("requests/<str:code>/held", request_pages.held, name="request-held"),
    path("requests/<str:code>/send", request_pages.send, name="request-send"),
    path("requests/<str:code>/remind", request_pages.remind, name="request-remind"),
    path("requests/<str:code>/close", request_pages.close, name="request-close"),
    path("requests/<str:code>/reopen", request_pages.reopen, name="request-reopen"),
    path("requests/<str:code>/merge", merge_pages.merge, name="merge"),
    path("requests/<str:code>/unmerge", merge_pages.unmerge, name="unmerge"),
]

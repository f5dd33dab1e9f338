"""Addresses of ``problems``."""

from django.urls import path

from haihe.workspace.problems import bottleneck_pages, pages, problem_pages

app_name = "problems"
urlpatterns = [
    path("", pages.problems, name="list"),
    path("board", pages.board, name="board"),
    path("new", pages.new, name="problem-new"),
    path("workbook", pages.workbook, name="workbook"),
    path("bottlenecks", bottleneck_pages.choose, name="choose"),
    path("bottlenecks/<str:code>", bottleneck_pages.bottlenecks, name="bottlenecks"),
    path("bottlenecks/<str:code>/ask", bottleneck_pages.ask, name="ask"),
    path("bottlenecks/<str:code>/raise", bottleneck_pages.raise_it, name="raise"),
    path("p/<str:code>", problem_pages.problem, name="problem"),
    path("p/<str:code>/edit", problem_pages.edit, name="problem-edit"),
    path("p/<str:code>/accept", problem_pages.accept, name="accept"),
    path("p/<str:code>/decide", problem_pages.decide, name="decide"),
    path("p/<str:code>/start", problem_pages.start, name="start"),
    path("p/<str:code>/report", problem_pages.report, name="report"),
    path("p/<str:code>/close", problem_pages.close, name="close"),
    path("p/<str:code>/send-back", problem_pages.send_back, name="send-back"),
    path("p/<str:code>/merge", problem_pages.merge, name="merge"),
    path("p/<str:code>/decline", problem_pages.decline, name="decline"),
    path("p/<str:code>/reopen", problem_pages.reopen, name="reopen"),
]

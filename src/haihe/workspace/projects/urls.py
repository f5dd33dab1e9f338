"""Addresses of ``projects``."""

from django.urls import path

from haihe.workspace.projects import board_pages, move_pages, project_pages

app_name = "projects"
urlpatterns = [
    path("", project_pages.projects, name="list"),
    path("boards", board_pages.boards, name="boards"),
    path("boards/new", board_pages.new, name="board-new"),
    path("boards/<str:code>", board_pages.board, name="board"),
    path("boards/<str:code>/edit", board_pages.edit, name="board-edit"),
    path("boards/<str:code>/new", project_pages.new, name="project-new"),
    path("boards/<str:code>/years", board_pages.ahead, name="years"),
    path("boards/<str:code>/years/compute", board_pages.compute, name="years-compute"),
    path("moves", move_pages.moves, name="moves"),
    path("moves/<str:code>", move_pages.move, name="move"),
    path("moves/<str:code>/edit", move_pages.edit, name="move-edit"),
    path("moves/<str:code>/confirm", move_pages.confirm, name="move-confirm"),
    path("moves/<str:code>/send-back", move_pages.send_back, name="move-send-back"),
    path("moves/<str:code>/withdraw", move_pages.withdraw, name="move-withdraw"),
    path("moves/<str:code>/take-back", move_pages.take_back, name="move-take-back"),
    path("<str:code>", project_pages.project, name="project"),
    path("<str:code>/edit", project_pages.edit, name="project-edit"),
    path("<str:code>/share", project_pages.share, name="project-share"),
    path("<str:code>/move", move_pages.propose, name="move-new"),
]

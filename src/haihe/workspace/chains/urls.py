"""Addresses of the room."""

from django.urls import path

from haihe.workspace.chains import item_pages, pages

app_name = "chains"
urlpatterns = [
    path("", pages.boards, name="boards"),
    path("new", pages.board_new, name="board-new"),
    path("items/", item_pages.items, name="items"),
    path("changes", pages.changes, name="changes"),
    path("items/<slug:code>", item_pages.item, name="item"),
    path("items/<slug:code>/edit", item_pages.item_edit, name="item-edit"),
    path("items/<slug:code>/state", item_pages.item_state, name="item-state"),
    path("items/<slug:code>/share", item_pages.item_share, name="item-share"),
    path("items/<slug:code>/raise", item_pages.item_raise, name="item-raise"),
    path("proposals/<slug:code>", pages.proposal, name="proposal"),
    path("proposals/<slug:code>/take", pages.take, name="take"),
    path("proposals/<slug:code>/decline", pages.decline, name="decline"),
    path("<slug:code>", pages.board, name="board"),
    path("<slug:code>/edit", pages.board_edit, name="board-edit"),
    path("<slug:code>/items/new", item_pages.item_new, name="item-new"),
    path("<slug:code>/proposals", pages.proposals, name="proposals"),
    path("<slug:code>/propose", pages.propose, name="propose"),
]

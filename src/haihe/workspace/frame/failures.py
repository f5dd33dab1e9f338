"""Pages of errors: what is wrong, where, how to mend it, with a stable code and without anything of the inside."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from haihe.messages import HaiheError, Text
from haihe.workspace.frame.layout import language_of

STATUS = {"E-WEB-20": 409, "E-WEB-21": 409, "E-WEB-22": 403, "E-WEB-23": 429, "E-WEB-24": 429, "E-WEB-25": 413}
"""Answers that are not 422: conflicts, four eyes, too often, too large."""

NOT_DONE = Text("未能办理", "This was not done")
BAD = Text("无法理解此请求", "This request cannot be understood")
FORBIDDEN = Text("您没有办理此事的权限", "You may see this, but not do this")
ABSENT = Text("没有此页面，或您无权查看", "There is no such page, or it is not yours to see")
BROKEN = Text("系统出错，已记录", "An error of ours; it has been logged")
EXPIRED = Text("请重新登录", "Please sign in again")

logger = logging.getLogger("haihe.workspace")


def _page(request: HttpRequest, status: int, title: Text, lines: list[str] | None = None) -> HttpResponse:
    template = "frame/failure_part.html" if request.headers.get("HX-Request") else "frame/failure.html"
    return render(request, template, {"title": title, "lines": lines or [], "status": status}, status=status)


def status_of(error: HaiheError) -> int:
    """Give the HTTP status of an error of ours."""
    return STATUS.get(error.findings[0].code, 422)


def said(request: HttpRequest, error: HaiheError) -> HttpResponse:
    """Say an error of ours."""
    lang = language_of(request)
    return _page(request, status_of(error), NOT_DONE, [finding.text(lang) for finding in error.findings])


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Answer a fragment whose session has ended."""
    return _page(request, 401, EXPIRED)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be understood."""
    del exception
    return _page(request, 400, BAD)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the person may not do."""
    del exception
    return _page(request, 403, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist for the person."""
    del exception
    return _page(request, 404, ABSENT)


def broken(request: HttpRequest, *_more: Any) -> HttpResponse:
    """Answer an error of ours that nobody foresaw; Django has logged it."""
    return _page(request, 500, BROKEN)

"""Pages of errors: what is wrong, where, how to mend it, with a stable code and without anything of the inside."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from haihe.messages import HaiheError, Text
from haihe.workspace.frame.layout import language_of

STATUS = {
    "E-WEB-20": 409,
    "E-WEB-21": 409,
    "E-WEB-22": 403,
    "E-WEB-23": 429,
    "E-WEB-24": 429,
}
"""Answers that are not 422: conflicts, four eyes, too often, too large. A room adds its own with `answered`."""
CONFLICT = 409

logger = logging.getLogger("haihe.workspace")


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is not what was asked for: its status, what it says, and what to do."""

    status: int
    title: Text
    mend: Text | None


BAD = Failure(
    400,
    Text("无法理解此请求", "This request cannot be understood"),
    Text("请返回上一页重新填写。", "Go back and fill it in again."),
)
FORGED = Failure(
    403,
    Text("页面已失效，未办理", "The page was out of date; nothing was done"),
    Text(
        "请刷新页面后再提交；若仍不成，请确认浏览器允许本站 Cookie。",
        "Reload the page and send it again; if that does not help, allow this site's cookies.",
    ),
)
FORBIDDEN = Failure(
    403,
    Text("您没有办理此事的权限", "You may see this, but not do this"),
    Text(
        "权限随任职而定：在“我的”页可查看本人任职，需要变更请联系系统管理员。",
        "What you may do follows from your posts (see your own page); the administrator can change them.",
    ),
)
ABSENT = Failure(
    404,
    Text("没有此页面，或您无权查看", "There is no such page, or it is not yours to see"),
    Text("请核对地址，或用上方的查找。", "Check the address, or use the search above."),
)
NOT_ALLOWED = Failure(
    405,
    Text("此地址不能这样访问", "This address does not answer that"),
    Text("请从页面上的按钮办理。", "Use the buttons of the pages."),
)
TOO_LARGE = Failure(
    413,
    Text("提交的内容过大", "What was sent is too large"),
    Text("请拆分后再提交；文件上限见系统设置。", "Send it in parts; the settings say how large a file may be."),
)
BROKEN = Failure(
    500,
    Text("系统出错，已记入日志", "An error of ours; it is in the log"),
    Text(
        "请稍后再试；若反复出现，请把时间和正在办理的事告诉管理员。",
        "Try again later; if it comes back, tell the administrator the time and what you were doing.",
    ),
)
BUSY = Failure(
    503,
    Text("系统忙，未办理", "Busy; nothing was done"),
    Text("请稍候片刻再办理一次。", "Wait a moment and do it again."),
)
RETRY_SECONDS = 5
EXPIRED = Failure(
    401, Text("登录已过期", "Your session has ended"), Text("请重新登录后再办理。", "Sign in again and go on.")
)
REFUSED = Text("未能办理", "This was not done")
OPEN_AGAIN = Text("请返回并刷新页面，看过现状后再办理。", "Go back, reload the page, and go on from what it shows.")


def _page(request: HttpRequest, failure: Failure, lines: list[str] | None = None) -> HttpResponse:
    template = "frame/failure_part.html" if request.headers.get("HX-Request") else "frame/failure.html"
    said = {"failure": failure, "lines": lines or []}
    return render(request, template, said, status=failure.status)


def answered(status: int, *codes: str) -> None:
    """Say with what status errors of a room are answered, where it is not 422; called when the room announces itself."""
    STATUS.update(dict.fromkeys(codes, status))


def status_of(error: HaiheError) -> int:
    """Give the HTTP status of an error of ours."""
    return STATUS.get(error.findings[0].code, 422)


def said(request: HttpRequest, error: HaiheError) -> HttpResponse:
    """Say an error of ours: what is wrong, where, how to mend it."""
    lang, status = language_of(request), status_of(error)
    mend = OPEN_AGAIN if status == CONFLICT else None
    return _page(request, Failure(status, REFUSED, mend), [finding.text(lang) for finding in error.findings])


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Answer a fragment whose session has ended."""
    return _page(request, EXPIRED)


def not_allowed(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    """Answer a method that an address does not know."""
    answer = _page(request, NOT_ALLOWED)
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be understood, or is too large."""
    return _page(request, TOO_LARGE if isinstance(exception, RequestDataTooBig) else BAD)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer what was posted without the page's token."""
    logger.warning("posted without a token: %s %s", request.path, reason)
    return _page(request, FORGED)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what the person may not do."""
    del exception
    return _page(request, FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what does not exist for the person."""
    del exception
    return _page(request, ABSENT)


def is_busy(error: Exception) -> bool:
    """Whether others held the database for longer than a request waits; nothing was written then."""
    return isinstance(error, OperationalError) and "locked" in str(error)


def busy(request: HttpRequest) -> HttpResponse:
    """Answer where others hold the database."""
    answer = _page(request, BUSY)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def broken(request: HttpRequest, *_more: Any) -> HttpResponse:
    """Answer an error of ours that nobody foresaw; Django has logged it. The page asks nothing of the database."""
    part = "frame/failure_part.html" if request.headers.get("HX-Request") else "frame/broken.html"
    said = {"failure": BROKEN, "lines": [], "lang": language_of(request), "now": timezone.now()}
    return HttpResponse(render_to_string(part, said), status=BROKEN.status)

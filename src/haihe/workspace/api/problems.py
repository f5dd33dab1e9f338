"""Errors as problem details (RFC 9457), with the same codes and words as pages and imports have.

Every answer of the API from 400 up is ``application/problem+json``: ``type``, ``title``, ``status``, ``detail``, ``code``
and ``findings``, in the language that the call accepts.
"""

import json
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel, Field

from haihe.messages import Finding, HaiheError, Text
from haihe.workspace.frame import failures
from haihe.workspace.frame.layout import language_of

PREFIX = "/api/"
MEDIA = "application/problem+json"
TITLES = {
    400: Text("无法理解此请求", "This request cannot be understood"),
    401: Text("请先登录或出示令牌", "Sign in or show a token"),
    403: Text("您没有办理此事的权限", "You may not do this"),
    404: Text("没有此内容，或您无权查看", "There is no such thing, or it is not yours to see"),
    405: Text("此地址不接受该方法", "This address does not take this method"),
    409: Text("当前状态不能办理", "Its present state does not allow this"),
    412: Text("内容已被他人修改", "It was changed by somebody else"),
    413: Text("内容过大", "Too large"),
    415: Text("不支持的内容类型", "This type of content is not taken"),
    422: Text("内容不符合要求", "What was sent is not right"),
    428: Text("须写明所依据的版本", "Say which edition you saw"),
    429: Text("请求过于频繁", "Too often"),
    500: Text("系统出错，已记录", "An error of ours; it has been logged"),
    503: Text("系统忙", "Busy"),
}
"""Every status of a problem and its title."""
CODES = {
    400: "E-API-01",
    401: "E-API-02",
    403: "E-API-03",
    404: "E-API-04",
    405: "E-API-05",
    413: "E-API-06",
    415: "E-API-07",
    429: "E-API-08",
    500: "E-API-09",
    428: "E-API-10",
    503: "E-API-19",
}
"""The code of a status for which nothing more is known."""
STATUS = {code: status for status, code in CODES.items()} | {
    "E-API-14": 403,
    "E-API-15": 403,
    "E-API-16": 403,
    "E-WEB-20": 412,
}

PLAIN: dict[type[Exception], int] = {
    Http404: 404,
    PermissionDenied: 403,
    RequestDataTooBig: 413,
    SuspiciousOperation: 400,
}
"""Errors of Django that say no more than a status."""

logger = logging.getLogger("haihe.workspace")


class FindingOut(BaseModel):
    """One thing that is wrong: code, place, value, what is wrong and how to mend it."""

    code: str
    severity: str
    file: str | None = None
    table: str | None = None
    row: int | None = None
    column: str | None = None
    letter: str | None = None
    value: str | int | float | bool | dict[str, str] | None = None
    says: str
    mend: str


class Problem(BaseModel):
    """Problem details."""

    type: str = Field(description="urn:haihe:problem:<code>")
    title: str
    status: int
    detail: str
    code: str
    findings: list[FindingOut]


def problem(request: HttpRequest, status: int, findings: Iterable[Finding]) -> HttpResponse:
    """Answer with a problem."""
    lang = language_of(request)
    found = list(findings)
    said = {
        "type": f"urn:haihe:problem:{found[0].code}",
        "title": TITLES[status](lang),
        "status": status,
        "detail": "\n".join(finding.text(lang) for finding in found),
        "code": found[0].code,
        "findings": [finding.to_dict(lang) for finding in found],
    }
    response = HttpResponse(json.dumps(said, ensure_ascii=False, allow_nan=False), status=status, content_type=MEDIA)
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="haihe"'
    if status == 429 and "seconds" in found[0].values:
        response["Retry-After"] = str(found[0].values["seconds"])
    return response


def of_error(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer with an error of ours."""
    return problem(request, STATUS.get(error.code, failures.status_of(error)), error.findings)


def of_status(request: HttpRequest, status: int) -> HttpResponse:
    """Answer with a status of which nothing more is known; one without words of its own is a 400."""
    known = status if status in CODES else 400
    return problem(request, known, [Finding(CODES[known])])


def handle(api: NinjaAPI) -> None:
    """Let an API answer every error as a problem."""
    for kind, status in PLAIN.items():
        api.add_exception_handler(kind, partial(_plain, status))
    api.add_exception_handler(HaiheError, of_error)
    api.add_exception_handler(HttpError, _as_said)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Exception, _broken)


def _plain(status: int, request: HttpRequest, error: Any) -> HttpResponse:
    del error
    return of_status(request, status)


def _as_said(request: HttpRequest, error: Any) -> HttpResponse:
    return of_status(request, error.status_code)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    findings = [
        Finding(
            "E-API-11",
            column=".".join(str(part) for part in each["loc"] if part not in {"body", "query", "path"}) or "body",
            values={"rule": each["type"], "words": each["msg"]},
        )
        for each in error.errors
    ]
    return problem(request, 422, findings)


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    if failures.is_busy(error):
        answer = of_status(request, 503)
        answer["Retry-After"] = str(failures.RETRY_SECONDS)
        return answer
    logger.error("%s %s broke", request.method, request.path, exc_info=error)
    return of_status(request, 500)


def answers(following: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Turn what Django itself answers below /api/ (no such address, no such method, too large) into problems."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = following(request)
        if response.status_code < 400 or not request.path.startswith(PREFIX) or response["Content-Type"] == MEDIA:
            return response
        said = of_status(request, response.status_code)
        for name in ("Allow", "Retry-After"):
            if name in response:
                said[name] = response[name]
        return said

    return answer

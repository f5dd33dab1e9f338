"""The API described in OpenAPI 3.1: every operation with who may do it and every answer it can give."""

from functools import cache
from http import HTTPStatus
from typing import Any

from haihe.messages import Lang, Text
from haihe.workspace.api.keys import HEADER
from haihe.workspace.api.operations import OPERATIONS, Operation
from haihe.workspace.api.problems import MEDIA, TITLES, FindingOut, Problem
from haihe.workspace.api.register import SECTIONS
from haihe.workspace.api.service import API
from haihe.workspace.units.tokens import SCOPES

ROOT = "/api/v1"
ABOUT = Text(
    "供程序使用的工作区：权限、编号、消息代码与网页完全一致。以令牌（Authorization: Bearer …）或浏览器会话调用；"
    "会话中的修改须带 X-CSRFToken。列表以 cursor 翻页；修改须以 If-Match 写明所依据的版本；POST 可带 Idempotency-Key。",
    "The workspace for programs: the same roles, codes and messages as the pages have. Call it with a token (Authorization: "
    "Bearer …) or in a browser's session, where changes carry X-CSRFToken. Lists are paged by cursor; a change names the "
    "edition it stands on in If-Match; a POST may carry an Idempotency-Key.",
)
SECURITY = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
}
IF_MATCH = Text("所依据的版本，即 ETag", "the edition that the change stands on: the ETag that was given")
ONCE = Text(
    "同一个键与同样的内容只办理一次，24 小时内再发得到同样的回答",
    "the same key with the same content is done once; sent again within 24 hours it gets the same answer",
)


@cache
def document(lang: Lang) -> dict[str, Any]:
    """Give the description in one language; it does not change while the workspace runs."""
    said: dict[str, Any] = dict(API.get_openapi_schema(path_prefix=f"{ROOT}/"))
    said["info"] = {"title": "haihe", "version": API.version, "description": ABOUT(lang)}
    said["servers"] = [{"url": "/"}]
    said["tags"] = [{"name": each.code, "description": each.name(lang)} for each in SECTIONS]
    schemas = dict(said["components"]["schemas"])
    for model in (FindingOut, Problem):
        schemas[model.__name__] = _alone(model.model_json_schema(ref_template="#/components/schemas/{model}"))
    said["components"] = {"schemas": schemas, "securitySchemes": SECURITY}
    for methods in said["paths"].values():
        for method, each in methods.items():
            methods[method] = _completed(each, OPERATIONS[each["operationId"]], lang)
    return said


def _alone(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in schema.items() if name != "$defs"}


def _completed(said: dict[str, Any], operation: Operation, lang: Lang) -> dict[str, Any]:
    """Complete what ninja knows of an operation: who may, headers, the file, every problem."""
    answers = dict(said["responses"])
    for status in operation.problems:
        schema = {"$ref": "#/components/schemas/Problem"}
        answers[status] = {"description": TITLES[status](lang), "content": {MEDIA: {"schema": schema}}}
    answers[operation.status] |= {"description": HTTPStatus(operation.status).phrase, "headers": _headers(operation)}
    parameters = [*said["parameters"], *_parameters(operation, lang)]
    who = {"x-action": operation.action, "x-roles": operation.roles, "x-scope": operation.scope}
    needs = Text("令牌需有权限“{scope}”。", "A token needs the scope “{scope}”.").format(scope=SCOPES[operation.scope])
    more = {"requestBody": FILE} if operation.file else {}
    return {
        **said,
        **who,
        **more,
        "summary": operation.summary(lang),
        "description": " ".join(part for part in (operation.about(lang), needs(lang)) if part),
        "parameters": parameters,
        "responses": {str(status): answers[status] for status in sorted(answers)},
        "security": [{name: []} for name in SECURITY],
    }


FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


def _headers(operation: Operation) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    tag = {"ETag": text} if operation.of is not None and operation.of.editions else {}
    return tag | ({"Location": text} if operation.status in (201, 202) else {})


def _parameters(operation: Operation, lang: Lang) -> list[dict[str, Any]]:
    said = []
    if operation.edition:
        said.append(_header("If-Match", IF_MATCH(lang), required=True, pattern=r'^(\*|"[0-9]{1,9}")$'))
    if operation.changes:
        said.append(_header(HEADER, ONCE(lang), required=False, pattern="^[!-~]{1,100}$"))
    return said


def _header(name: str, about: str, *, required: bool, pattern: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {"in": "header", "name": name, "required": required, "description": about, "schema": schema}

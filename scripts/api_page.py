"""Write the reference pages of the API from its description: docs/reference/api.md and api.zh.md."""

import tempfile
from pathlib import Path
from typing import Any

from haihe.messages import CATALOG, LANGUAGES, Lang, Text
from haihe.workspace.start import setup

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "api.md", "zh": "api.zh.md"}

TITLE = Text("接口", "API")
INTRO = Text(
    "所有地址以 `/api/v1` 开头；完整的 OpenAPI 3.1 描述在 `/api/v1/openapi.json`，工作区内的参考页在 `/api/v1/docs`。"
    "怎样建立令牌、翻页、修改而不互相覆盖，见[用程序读写工作区](../howto/api.zh.md)。"
    "本页由 `scripts/api_page.py` 依接口描述生成，请勿手改。",
    "Every address begins with `/api/v1`; the whole description in OpenAPI 3.1 is at `/api/v1/openapi.json`, a reference "
    "page inside the workspace at `/api/v1/docs`. How to make a token, page through lists, and change things without "
    "overwriting others is told in [Use the workspace from a program](../howto/api.md). This page is written by "
    "`scripts/api_page.py` from the description; do not edit it.",
)
WHO = Text("谁可以", "Who may")
EVERYBODY = Text("所有已登录的人", "everybody signed in")
SCOPE = Text("令牌权限", "Scope of a token")
SENT = Text("参数", "Parameters")
BODY = Text("正文", "Body")
ANSWER = Text("回答", "Answer")
PROBLEMS = Text("问题", "Problems")
CODES = Text("接口自身的消息代码", "Codes of the API itself")
STATUSES = Text("问题的状态", "Statuses of problems")
ITEMS = Text("的列表", "list of")


def page(lang: Lang) -> str:
    """Give the page in one language."""
    from haihe.workspace.api.document import document  # needs the settings, which `main` or the tests give
    from haihe.workspace.api.problems import TITLES

    said = document(lang)
    lines = [f"# {TITLE(lang)}", "", INTRO(lang)]
    for tag in said["tags"]:
        lines += ["", f"## {tag['description']}"]
        for path, methods in said["paths"].items():
            for method, each in methods.items():
                if each["tags"] == [tag["name"]]:
                    lines += _operation(f"{method.upper()} {path}", each, said["components"]["schemas"], lang)
    lines += ["", f"## {STATUSES(lang)}", "", "| | |", "|---|---|"]
    lines += [f"| {status} | {title(lang)} |" for status, title in sorted(TITLES.items())]
    lines += ["", f"## {CODES(lang)}", "", "| | | |", "|---|---|---|"]
    for code, message in sorted(CATALOG.items()):
        if code.startswith("E-API-"):
            lines.append(f"| `{code}` | {message.says(lang)} | {message.mend(lang)} |")
    return "\n".join(lines) + "\n"


def _operation(name: str, each: dict[str, Any], schemas: dict[str, Any], lang: Lang) -> list[str]:
    from haihe.workspace.units.roles import ROLES

    colon = "：" if lang == "zh" else ": "
    comma = "、" if lang == "zh" else ", "
    who = comma.join(ROLES[role].name(lang) for role in each["x-roles"]) if each["x-action"] else EVERYBODY(lang)
    lines = ["", f"### `{name}`", "", _sentence(each["summary"], lang), ""]
    lines.append(f"- {WHO(lang)}{colon}{who}" + (f" (`{each['x-action']}`)" if each["x-action"] else ""))
    lines.append(f"- {SCOPE(lang)}{colon}`{each['x-scope']}`")
    sent = [_parameter(part) for part in each["parameters"] if part["in"] != "path"]
    if sent:
        lines.append(f"- {SENT(lang)}{colon}{comma.join(sent)}")
    if "requestBody" in each:
        (media, content), *_ = each["requestBody"]["content"].items()
        lines.append(f"- {BODY(lang)}{colon}`{media}` {_fields(content['schema'], schemas, lang)}".rstrip())
    status, answer = next((s, a) for s, a in each["responses"].items() if int(s) < 400)
    fields = _fields(answer["content"]["application/json"]["schema"], schemas, lang)
    lines.append(f"- {ANSWER(lang)}{colon}{status} {fields}")
    problems = ", ".join(status for status in each["responses"] if int(status) >= 400)
    lines.append(f"- {PROBLEMS(lang)}{colon}{problems}")
    return lines


def _sentence(said: str, lang: Lang) -> str:
    return f"{said[0].upper()}{said[1:]}{'。' if lang == 'zh' else '.'}"


def _parameter(part: dict[str, Any]) -> str:
    return f"`{part['name']}`" + ("*" if part["required"] else "")


def _fields(schema: dict[str, Any], schemas: dict[str, Any], lang: Lang) -> str:
    """Name the fields of a schema; those of the objects of a page where it is a page."""
    if "$ref" not in schema:
        return ""
    whole = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    names = ", ".join(f"`{name}`" for name in whole["properties"])
    items = whole["properties"].get("items", {}).get("items", {})
    if "$ref" not in items:
        return names
    inner = _fields(items, schemas, lang)
    return f"{names}（`items`：{inner} {ITEMS(lang)}）" if lang == "zh" else f"{names} (`items`: {ITEMS(lang)} {inner})"


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        setup(home)
        FOLDER.mkdir(parents=True, exist_ok=True)
        for lang in LANGUAGES:
            (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()

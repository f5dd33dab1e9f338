"""Write the reference pages of rule files from their schema: docs/reference/rule-files.md and rule-files.zh.md."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from haihe.messages import LANGUAGES, Lang, Text
from haihe.rules.money import STEPS, WAYS
from haihe.rules.words import PARTS, keys_of

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
FILES: dict[Lang, str] = {"en": "rule-files.md", "zh": "rule-files.zh.md"}

TITLE = Text("办法文件", "Rule files")
INTRO = Text(
    "一个办法是一个 YAML 文件（`.yaml`，UTF-8）。下面列出每一部分可用的键；出现其他键即为错误，并指出文件与行号。"
    "标签、锚点、引用（`!`、`&`、`*`）与多个文档一律不接受。本页由 `scripts/rule_page.py` 依结构声明生成，请勿手改。",
    "A scheme is one YAML file (`.yaml`, UTF-8). These are the keys of every part; any other key is an error with its "
    "file and line. Tags, anchors, aliases (`!`, `&`, `*`) and second documents are not taken. This page is written by "
    "`scripts/rule_page.py` from the schema; do not edit it.",
)
WRITING = (
    Text("文字须中英文俱全：`{zh: …, en: …}`。", "Words stand in both languages: `{zh: …, en: …}`."),
    Text(
        "数额连同单位：`5000 万元`、`10 %`、`400 元/tce`；按十进制精确计算。",
        "Amounts have their unit: `5000 万元`, `10 %`, `400 元/tce`; they are exact decimals.",
    ),
    Text(
        "日期写作 `YYYY-MM-DD`；是否写作 `yes` 或 `no`（是、否）。",
        "Days are `YYYY-MM-DD`; yes and no are `yes`, `no`, 是, 否.",
    ),
    Text(
        "算式中如有 `,`、`[`、`: ` 或 `#`，请加引号。",
        "Put an expression in quotes where it has `,`, `[`, `: ` or `#`.",
    ),
)
HEADS = (Text("键", "key"), Text("要求", "rule"), Text("内容", "holds"), Text("含义", "meaning"))


def page(lang: Lang) -> str:
    """Give the page in one language."""
    lines = [f"# {TITLE(lang)}", "", INTRO(lang), "", *(f"- {note(lang)}" for note in WRITING)]
    for part, name in PARTS.items():
        lines += [
            "",
            f"## {name(lang)}",
            "",
            "| " + " | ".join(head(lang) for head in HEADS) + " |",
            "|---|---|---|---|",
        ]
        for field, (key, meaning) in zip(part.model_fields.values(), keys_of(part).items(), strict=True):
            need = Text("必填", "required")(lang) if field.is_required() else ""
            cells = (f"`{key}`", need, holds(field.annotation)(lang), meaning(lang))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", Text("## 取整", "## Ways of rounding")(lang), ""]
    lines += [f"- `{way}`: {said(lang)}" for way, said in WAYS.items()]
    lines += ["", Text("可取整到：", "Steps: ")(lang) + ", ".join(f"`{step}`" for step in STEPS)]
    return "\n".join(lines) + "\n"


def holds(annotation: Any) -> Text:
    """Say what a key may hold: choices, another part, or nothing where its meaning says it."""
    if get_origin(annotation) is Literal:
        said = ", ".join(f"`{choice}`" for choice in get_args(annotation))
        return Text(said, said)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return PARTS.get(annotation, Text("", ""))
    found = [said for said in map(holds, get_args(annotation)) if said.en]
    return found[0] if found else Text("", "")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for lang in LANGUAGES:
        (FOLDER / FILES[lang]).write_text(page(lang), "utf-8")


if __name__ == "__main__":
    main()

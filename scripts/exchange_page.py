"""Write the reference pages of an exchange's messages, and their JSON Schema, from the declaration."""

import json
from pathlib import Path

from haihe.coalition.exchange_messages import BODY, HEAD, SIGNATURE, Field, schema
from haihe.messages import Lang, Text

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
SCHEMA = "exchange.schema.json"

FORMS = {
    "text": Text("文本", "text"),
    "hex": Text("16 位十六进制", "16 hexadecimal digits"),
    "texts": Text("文本列表", "list of texts"),
    "whole": Text("整数", "whole number"),
    "wholes": Text("整数列表", "list of whole numbers"),
    "number": Text("数", "number"),
    "numbers": Text("数的列表，每个里程碑一个", "list of numbers, one a milestone"),
    "table": Text("每项一行、每个里程碑一个数", "a list for each thing, a number for each milestone"),
}
KINDS = {
    "terms": Text("条件：协调方发给成员", "Terms: coordinator to member"),
    "offer": Text("申报：成员发给协调方", "Offer: member to coordinator"),
    "question": Text("询价：协调方发给成员", "Question: coordinator to member"),
    "answer": Text("回答：成员发给协调方", "Answer: member to coordinator"),
    "rejection": Text("拒收：协调方发给成员", "Rejection: coordinator to member"),
    "result": Text("结果：协调方发给成员", "Result: coordinator to member"),
}
INTRO = Text(
    """# 交换消息的格式

各成员与协调方之间的消息，见[不交出数据的协同](../howto/exchange.zh.md)。每条消息是一个 JSON 文件（UTF-8）：
`to/<成员>/` 为协调方所写，`from/<成员>/` 为成员所写，文件名为“轮次-种类-次数”，如 `0003-answer-1.json`。
成员代码中不能作文件名的字符写成 % 加十六进制。文件一次写成，写后不改；文件中的种类、轮次、次数须与文件名一致。
数字须有限，整数绝对值不超过 2 的 53 次方；字段不多不少。

签名：去掉 `signature` 后，按键名排序、不留空白写成 JSON（UTF-8），用双方共有的密钥（至少 32 字节）取 HMAC-SHA256，写成 64 位十六进制。

本页由 `scripts/exchange_page.py` 根据程序中的声明生成，请勿手改。机器可读的格式：[JSON Schema](exchange.schema.json)。
""",
    """# Messages of an exchange

What members and the coordinator write to each other, see [Coordinate without handing over data](../howto/exchange.md). Each message
is one JSON file (UTF-8): `to/<member>/` holds what the coordinator writes, `from/<member>/` what the member writes, named by
round, kind and attempt, such as `0003-answer-1.json`; what no file name may hold of a member's code is written as % and hexadecimal digits. A file
appears whole and is never changed, and says the same kind, round and attempt as its name. Numbers are finite, whole numbers
at most 2 to the power of 53; no field is missing and none is added.

Signature: the message without `signature`, written as JSON (UTF-8) with sorted keys and no blanks, under HMAC-SHA256 with the
key that both ends have (32 bytes or more), as 64 hexadecimal digits.

This page is written by `scripts/exchange_page.py` from the program's own declaration; do not edit it. For machines: the
[JSON Schema](exchange.schema.json).
""",
)


def page(lang: Lang) -> str:
    """Give the page in one language."""
    common = Text("## 各种消息都有的字段", "## Fields of every message")
    last = Text("签名，见上", "The signature, see above.")
    parts = [
        INTRO(lang),
        common(lang),
        _table(HEAD, lang) + f"\n| `{SIGNATURE}` | {FORMS['text'](lang)} | {last(lang)} | |",
    ]
    for kind, fields in BODY.items():
        parts += [f"## {KINDS[kind](lang)} (`{kind}`)", _table(fields, lang)]
    return "\n\n".join(parts) + "\n"


def _table(fields: tuple[Field, ...], lang: Lang) -> str:
    heads = Text("| 字段 | 形式 | 内容 | 单位 |", "| field | form | what | unit |")
    rows = [f"| `{f.name}` | {FORMS[f.form](lang)} | {f.about(lang)} | {f.unit} |" for f in fields]
    return "\n".join([heads(lang), "|---|---|---|---|", *rows])


def files() -> dict[str, str]:
    """Give every file by name."""
    return {
        "exchange-messages.md": page("en"),
        "exchange-messages.zh.md": page("zh"),
        SCHEMA: json.dumps(schema(), ensure_ascii=False, indent=1) + "\n",
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, "utf-8")

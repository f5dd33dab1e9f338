"""Messages of an exchange: what they say, how they are checked and signed.

Each kind of message is declared once here; reading, checking, the JSON Schema and the reference page follow from the
declaration. A message is one JSON object in one file. Its signature is HMAC-SHA256 over the object without the
signature, written with sorted keys and no blanks, with a key that only the coordinator and this member have.
"""

import hashlib
import hmac
import json
import math
import os
import re
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from haihe.files import replace_file
from haihe.messages import HaiheError, Text
from haihe.planning.program import Floats

VERSION = 1
COORDINATOR = "coordinator"
KEY_BYTES = 32
LONGEST = 1_000_000
"""Most bytes of a message that is read."""
Kind = Literal["terms", "offer", "question", "answer", "rejection", "result"]
Message = dict[str, Any]
Form = Literal["text", "hex", "texts", "whole", "wholes", "number", "numbers", "table"]
"""``hex`` is 16 hexadecimal digits, ``table`` a list for each thing with a number for each milestone."""
LARGEST_WHOLE = 2**53
"""Whole numbers beyond this are not read alike by all programs (RFC 8259)."""
HEX = "^[0-9a-f]{16}$"


@dataclass(frozen=True)
class Field:
    """One field of a message."""

    name: str
    form: Form
    about: Text
    unit: str = ""


HEAD: tuple[Field, ...] = (
    Field("version", "whole", Text("格式版本", "Version of the format.")),
    Field("run", "hex", Text("本次交换的编号，由协调方随机给出", "Number of this exchange, drawn by the coordinator.")),
    Field("kind", "text", Text("消息种类", "Kind of message.")),
    Field("round", "whole", Text("轮次；条件与申报为0", "Round; 0 for terms and offers.")),
    Field("attempt", "whole", Text("本轮第几次发送，从1起", "Which try of this round, from 1.")),
    Field("sender", "text", Text("发送方：成员代码或 coordinator", "Who sends: a member's code, or coordinator.")),
    Field("receiver", "text", Text("接收方", "Who receives.")),
    Field("data", "text", Text("发送方数据的内容哈希（协调方为条件的哈希）",
                               "Content hash of the sender's data (of the coordinator: of the terms).")),
    Field("reply_to", "text", Text("所答消息的签名；没有则为空", "Signature of the message answered; empty for none.")),
)  # fmt: skip
THINGS = Field(
    "things", "texts", Text("统筹的事项：限额或要素代码、money", "What is pooled: codes of caps and resources, money.")
)
UNITS = Field("units", "texts", Text("各事项的单位", "Unit of each thing."))
YEARS = Field("years", "wholes", Text("里程碑年份", "Milestones."))
PRICES = Field("prices", "table", Text("价格", "Prices."), "yuan / unit")
AMOUNTS = Field(
    "amounts", "table", Text("每年调入量，负为调出", "Received a year, negative where given."), "unit / year"
)
BODY: Mapping[str, tuple[Field, ...]] = {
    "terms": (
        THINGS,
        UNITS,
        YEARS,
        Field("members", "texts", Text("全部成员", "All members.")),
    ),
    "offer": (
        THINGS,
        UNITS,
        YEARS,
        Field("bounds", "table", Text("每年最多调入或调出", "Most received or given a year."), "unit / year"),
        Field("own_prices", "table", Text("不交换时多一单位值多少", "What one more unit is worth without any exchange."), "yuan / unit"),
        Field("weights", "numbers", Text("各里程碑一元折现计几年", "What a yuan of each milestone counts, discounted."), "years"),
    ),
    "question": (THINGS, UNITS, YEARS, PRICES),
    "answer": (
        THINGS,
        UNITS,
        YEARS,
        AMOUNTS,
        Field("gain", "number", Text("这些数量使福利增加多少", "What these amounts add to welfare."), "bn yuan, discounted"),
    ),
    "rejection": (
        Field("code", "text", Text("拒收的原因代码", "Code of the reason.")),
        Field("reason_zh", "text", Text("原因（中文）", "Reason in Chinese.")),
        Field("reason_en", "text", Text("原因（英文）", "Reason in English.")),
    ),
    "result": (
        THINGS,
        UNITS,
        YEARS,
        AMOUNTS,
        PRICES,
        Field("gain", "number", Text("全部成员的总收益，至少", "What all members gain together, at least."), "bn yuan, discounted"),
        Field("bound", "number", Text("总收益至多", "What they could gain at most."), "bn yuan, discounted"),
        Field("stopped", "text", Text("结束方式：reached 或 rounds", "How it ended: reached or rounds.")),
    ),
}  # fmt: skip
"""Fields of each kind of message besides `HEAD` and the signature."""
SIGNATURE = "signature"
_TYPES: Mapping[str, Message] = {
    "text": {"type": "string"},
    "hex": {"type": "string", "pattern": HEX},
    "texts": {"type": "array", "items": {"type": "string"}},
    "whole": {"type": "integer"},
    "wholes": {"type": "array", "items": {"type": "integer"}},
    "number": {"type": "number"},
    "numbers": {"type": "array", "items": {"type": "number"}},
    "table": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
}


def schema() -> Message:
    """Give the JSON Schema (draft 2020-12) of all messages."""
    kinds = []
    for kind, body in BODY.items():
        properties: Message = {field.name: _described(field) for field in (*HEAD, *body)}
        properties["version"]["const"] = VERSION
        properties["kind"]["const"] = kind
        properties[SIGNATURE] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
        kinds.append(
            {
                "title": kind,
                "type": "object",
                "properties": properties,
                "required": list(properties),
                "additionalProperties": False,
            }
        )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "haihe exchange", "oneOf": kinds}


def _described(field: Field) -> Message:
    about = f"{field.about.en} / {field.about.zh}"
    return {**_TYPES[field.form], "description": f"{about} [{field.unit}]" if field.unit else about}


def new_key() -> str:
    """Draw a key, as text to keep in a file."""
    return secrets.token_hex(KEY_BYTES)


def read_key(path: Path) -> bytes:
    """Read a key; ``E-COA-84`` where the file is none."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise HaiheError("E-COA-84", file=path.name) from error
    if len(key) < KEY_BYTES:
        raise HaiheError("E-COA-84", file=path.name)
    return key


def sign(message: Message, key: bytes) -> Message:
    """Give the message with its signature."""
    return {**message, SIGNATURE: _signature(message, key)}


def _signature(message: Mapping[str, Any], key: bytes) -> str:
    bare = {name: value for name, value in message.items() if name != SIGNATURE}
    return hmac.new(key, _canonical(bare), hashlib.sha256).hexdigest()


def _canonical(message: Mapping[str, Any]) -> bytes:
    """Write a message as it is signed; ValueError for what JSON in UTF-8 cannot say."""
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def write_message(path: Path, message: Message) -> Path:
    """Write a message whole or not at all."""
    text = json.dumps(message, ensure_ascii=False, indent=1, allow_nan=False)
    return replace_file(path, lambda file: file.write_text(text + "\n", "utf-8"))


def read_message(path: Path, key: bytes, *, sender: str, receiver: str, **wanted: str | int | None) -> Message:
    """Read a message and check its form, its signature, whom it is from and for, and what else its head must say.

    Parameters
    ----------
    path : Path
    key : bytes
    sender, receiver : str
    **wanted
        Other fields of `HEAD` and what they must be; None for any.

    Raises
    ------
    HaiheError
        ``E-COA-72`` no message of this format, or a field missing, unknown, of the wrong kind or no finite number;
        ``E-COA-73`` another signature; ``E-COA-74`` of another sender, receiver, run, kind, round or attempt than asked for.
    """
    message = _parsed(path)
    kind = str(message.get("kind"))
    if message.get("version") != VERSION or kind not in BODY:
        raise HaiheError("E-COA-72", file=path.name, what="version, kind")
    fields = (*HEAD, *BODY[kind])
    names = {field.name for field in fields} | {SIGNATURE}
    if names != message.keys():
        raise HaiheError("E-COA-72", file=path.name, what=", ".join(sorted(names ^ message.keys())))
    wrong = [field.name for field in fields if not _fits(message[field.name], field.form)]
    if wrong or not isinstance(message[SIGNATURE], str):
        raise HaiheError("E-COA-72", file=path.name, what=", ".join(wrong or [SIGNATURE]))
    if not hmac.compare_digest(_signature(message, key).encode(), message[SIGNATURE].encode()):
        raise HaiheError("E-COA-73", file=path.name, sender=sender)
    for name, value in {"sender": sender, "receiver": receiver, **wanted}.items():
        if value is not None and message[name] != value:
            raise HaiheError("E-COA-74", file=path.name, what=name, value=str(message[name]), wanted=str(value))
    return message


def _parsed(path: Path) -> Message:
    def refuse(_: str) -> float:
        raise ValueError("not a finite number")

    try:
        found = json.loads(_bytes(path).decode("utf-8"), parse_constant=refuse)
        if isinstance(found, dict):
            _canonical(found)
    except (OSError, ValueError, RecursionError) as error:
        raise HaiheError("E-COA-72", file=path.name, what=str(error)) from error
    if not isinstance(found, dict):
        raise HaiheError("E-COA-72", file=path.name, what="object")
    return found


def _bytes(path: Path) -> bytes:
    """Read an ordinary file that is not too long; a link or a pipe is none, and nothing waits for one."""
    way = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, way), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("no ordinary file")
        data = file.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise ValueError("too long")
    return data


def _fits(value: object, form: Form) -> bool:
    """Whether a value has the form that a field declares; numbers must be finite."""
    if form == "text":
        return isinstance(value, str)
    if form == "hex":
        return isinstance(value, str) and re.fullmatch(HEX, value) is not None
    if form == "whole":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_WHOLE
    if form == "number":
        return isinstance(value, int | float) and not isinstance(value, bool) and _finite(value)
    inner: dict[Form, Form] = {"texts": "text", "wholes": "whole", "numbers": "number", "table": "numbers"}
    return isinstance(value, list) and all(_fits(one, inner[form]) for one in value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def to_table(values: Floats) -> list[list[float]]:
    """Numbers (K, T) as a message holds them."""
    return [[float(one) for one in row] for row in values]


def from_table(message: Message, name: str, things: int, years: int) -> Floats:
    """Read a table of numbers of a message; ``E-COA-75`` where its shape is another."""
    rows = message[name]
    if len(rows) != things or any(len(row) != years for row in rows):
        raise HaiheError("E-COA-75", what=name, things=things, years=years)
    return np.array(rows, dtype=np.float64).reshape(things, years)

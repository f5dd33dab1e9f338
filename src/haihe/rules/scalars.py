"""How a scheme file writes dates, amounts, rates, yes and no, and words in both languages.

The reader keeps every scalar of a file as text; the types here turn it into exact values, so that nothing is guessed:
``no`` is a choice only where a choice is asked for, ``1:1`` is never a time, ``10 %`` never a float.
"""

import datetime as dt
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic_core import PydanticCustomError

from haihe.messages import HaiheError, Text
from haihe.rules.quantities import Quantity, parse_quantity

YES = frozenset({"yes", "true", "是"})
NO = frozenset({"no", "false", "否"})
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Part(BaseModel):
    """A part of a scheme file: frozen, and no key beyond those declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


def wrong(code: str, **values: Any) -> PydanticCustomError:
    """Make an error that carries a code of the catalogue."""
    return PydanticCustomError(code, code, values or None)


def _as_text(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    if not isinstance(value, dict) or set(value) != {"zh", "en"}:
        raise wrong("E-RUL-05", value="zh, en")
    zh, en = str(value["zh"]).strip(), str(value["en"]).strip()
    if not zh or not en:
        raise wrong("E-RUL-05", value="zh, en")
    return Text(zh, en)


def _as_date(value: Any) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value)):
            return dt.date.fromisoformat(str(value))
    except ValueError:
        pass
    raise wrong("E-RUL-30", value=str(value)[:40])


def _as_quantity(value: Any) -> Quantity:
    if isinstance(value, Quantity):
        return value
    try:
        return parse_quantity(str(value))
    except HaiheError as error:
        found = error.findings[0]
        raise wrong(found.code, **found.values) from error


def _as_weight(value: Any) -> Fraction:
    quantity = value if isinstance(value, Fraction) else _as_quantity(value)
    exact = quantity if isinstance(quantity, Fraction) else quantity.value
    if exact <= 0 or (isinstance(quantity, Quantity) and quantity.powers):
        raise wrong("E-RUL-20", value=str(value)[:40])
    return exact


def _as_number(value: Any) -> int:
    if isinstance(value, int):
        return value
    if re.fullmatch(r"\d{1,9}", str(value)):
        return int(value)
    raise wrong("E-RUL-20", value=str(value)[:40])


def matching(pattern: re.Pattern[str]) -> Callable[[Any], str]:
    """Make a check that a value is text of a pattern."""

    def check(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise wrong("E-RUL-07", value=str(value)[:40])
        return value

    return check


def _as_words(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise wrong("E-RUL-05", value="text")
    return value


_EXACT = PlainSerializer(lambda value: getattr(value, "written", str(value)), return_type=str)

Words = Annotated[Text, BeforeValidator(_as_text), PlainSerializer(Text.to_dict, return_type=dict[str, str])]
Day = Annotated[dt.date, BeforeValidator(_as_date)]
Amount = Annotated[Quantity, BeforeValidator(_as_quantity), _EXACT]
Weight = Annotated[Fraction, BeforeValidator(_as_weight), _EXACT]
Whole = Annotated[int, BeforeValidator(_as_number)]
Code = Annotated[str, BeforeValidator(matching(_CODE))]
Name = Annotated[str, BeforeValidator(matching(_NAME))]
Plain = Annotated[str, BeforeValidator(_as_words)]
Formula = Annotated[str, BeforeValidator(_as_words), Field(description="CEL")]

"""What the sections say in the same way: names, and findings in the caller's language."""

from collections.abc import Iterable
from typing import Annotated

from django.http import HttpRequest
from pydantic import BaseModel, StringConstraints

from haihe.messages import Finding, Text
from haihe.workspace.api.problems import FindingOut
from haihe.workspace.frame.layout import language_of

LongWords = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Words of a person, kept as they are: whatever script stands in them stays text. Control characters are refused."""


class Reason(BaseModel):
    """Why something is sent back or un-approved."""

    reason: LongWords


class Name(BaseModel):
    """A name in both languages."""

    zh: str
    en: str


def named(text: Text) -> Name:
    """Give a name."""
    return Name(zh=text.zh, en=text.en)


def findings(request: HttpRequest, found: Iterable[Finding]) -> list[FindingOut]:
    """Give findings in the caller's language."""
    lang = language_of(request)
    return [FindingOut.model_validate(each.to_dict(lang)) for each in found]

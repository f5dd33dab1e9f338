"""What the sections say in the same way: names, findings in the caller's language, steps that need a reason at most."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from haihe.messages import Finding, Text
from haihe.workspace.api.calls import Call
from haihe.workspace.api.operations import Section
from haihe.workspace.api.problems import FindingOut
from haihe.workspace.frame.access import Kept
from haihe.workspace.frame.layout import language_of

LongWords = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""Words of a person, kept as they are: whatever script stands in them stays text. Control characters are refused."""


Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of words."""
Shown = Annotated[str, StringConstraints(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A code as it is called elsewhere."""
Figure = Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$")]
"""A number written out."""


class Reason(BaseModel):
    """Why something is sent back or un-approved."""

    reason: LongWords


class UnitsIn(BaseModel):
    """Exactly the units that something is shared with."""

    model_config = ConfigDict(extra="forbid")

    units: list[Shown] = Field(max_length=200)


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


def step(
    section: Section,
    name: str,
    path: str,
    action: str,
    summary: Text,
    out: type[BaseModel],
    of: type[Kept],
    do: Callable[..., Any],
    show: Callable[[Any], BaseModel],
    *,
    reason: bool = False,
    scope: str = "write",
    about: Text | None = None,
) -> None:
    """Declare an operation that takes one step with an object, by the service that its page uses.

    Parameters
    ----------
    section : Section
    name, path, action, summary, out, of, scope, about
        As `Operation` has them.
    do : callable
        The service: person, object, the reason where one is asked for, ``channel``.
    show : callable
        Gives what is said of the object afterwards.
    reason : bool
        Whether a reason is asked for.
    """

    def plain(request: Call, thing: Any) -> BaseModel:
        do(request.user, thing, channel="api")
        return show(thing)

    def reasoned(request: Call, thing: Any, sent: Reason) -> BaseModel:
        do(request.user, thing, sent.reason, channel="api")
        return show(thing)

    view: Callable[..., BaseModel] = reasoned if reason else plain
    view.__name__, view.__doc__ = name, summary.en
    more = {"about": about} if about is not None else {}
    section.post(path, action, summary, out, of=of, scope=scope, **more)(view)

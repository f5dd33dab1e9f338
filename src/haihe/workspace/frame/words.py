"""Words in both languages where Django wants a string: a form's label, a validator's message, a word for the next page."""

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.functional import lazystr

from haihe.messages import Lang, Text

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def spoken() -> Lang:
    """Give the language in which this request is answered."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


class Spoken:
    """A phrase that becomes a string when it is shown."""

    def __init__(self, text: Text) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text(spoken())


def words(zh: str | Text, en: str = "") -> "StrPromise":
    """Give a phrase that Django's forms and messages show in the page's language.

    Examples
    --------
    ``forms.CharField(label=words("名称", "name"))``; ``words(text)`` where a `Text` stands already.
    """
    return lazystr(Spoken(zh if isinstance(zh, Text) else Text(zh, en)))

"""Words in both languages of the product."""

import locale
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

Lang = Literal["zh", "en"]
_ASKED = ("HAIHE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_NEUTRAL = re.compile(r"(?:C|POSIX)(?:\..*)?\Z")
"""Locales that wish for no language."""
LANGUAGES: tuple[Lang, Lang] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One phrase in Chinese and English.

    Examples
    --------
    >>> Text("产出", "output")("en")
    'output'
    """

    zh: str
    en: str

    do_not_call_in_templates: ClassVar[bool] = True
    """Templates of Django would call it without a language, and show nothing."""

    def __call__(self, lang: Lang) -> str:
        """Give the phrase in one language."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: object) -> "Text":
        """Fill the placeholders of both languages; a value that is a ``Text`` is filled per language."""
        filled = {
            lang: self(lang).format(**{k: v(lang) if isinstance(v, Text) else v for k, v in values.items()})
            for lang in LANGUAGES
        }
        return Text(filled["zh"], filled["en"])

    def to_dict(self) -> dict[str, str]:
        """Give ``{"zh": …, "en": …}`` for JSON."""
        return {"zh": self.zh, "en": self.en}


def default_language() -> Lang:
    """Give the user's language: ``HAIHE_LANG``, else what the environment asks for, else the locale, else English.

    The environment is asked before the locale: where a language is wished for but not installed, the locale is ``C``.
    """
    wanted = next((said for name in _ASKED if (said := os.environ.get(name, "")) and not _NEUTRAL.match(said)), "")
    wanted = wanted or locale.getlocale()[0] or ""
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"


Progress = Callable[[Text], None]
"""Called with what is being done now; raise in it to stop."""

"""Words in both languages of the product."""

import locale
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

Lang = Literal["zh", "en"]
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
    """Give the user's language: ``HAIHE_LANG``, else the locale, else English."""
    wanted = os.environ.get("HAIHE_LANG") or locale.getlocale()[0] or ""
    return "zh" if wanted.lower().startswith(("zh", "chinese")) else "en"


Progress = Callable[[Text], None]
"""Called with what is being done now; raise in it to stop."""

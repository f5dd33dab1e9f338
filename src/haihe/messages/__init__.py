"""Stable codes and what they say, in Chinese and English.

Every error and finding has a code that never changes and is never translated. The words stand in
``catalog/*.toml``: what happened (``zh``, ``en``) and how to mend it (``mend_zh``, ``mend_en``).
"""

from haihe.messages.catalog_reader import CATALOG, Message, Severity
from haihe.messages.findings import Finding, Findings, HaiheError
from haihe.messages.quality import QUALITIES, QUALITY_NAMES, Quality, worst_quality
from haihe.messages.text import LANGUAGES, Lang, Progress, Text, default_language

__all__ = [
    "CATALOG",
    "LANGUAGES",
    "QUALITIES",
    "QUALITY_NAMES",
    "Finding",
    "Findings",
    "HaiheError",
    "Lang",
    "Message",
    "Progress",
    "Quality",
    "Severity",
    "Text",
    "default_language",
    "worst_quality",
]

"""Change values of a scheme file and leave the rest of it, comments and layout included, as it stands."""

import json
from collections.abc import Mapping

from haihe.messages import HaiheError
from haihe.rules.reading import Document, Path_, parse_document


def rewritten(text: str, changes: Mapping[Path_, str], file: str = "scheme.yaml") -> str:
    """Set values in the text of a scheme file.

    Parameters
    ----------
    text : str
        The file.
    changes : mapping of path to str
        New values by place, e.g. ``("articles", "upgrade", "versions", 0, "valid_to")``. A key that is not there yet
        is added to its mapping, where that mapping is in block form.
    file : str
        Name, for messages.

    Returns
    -------
    str
        The text with nothing else changed: read again, it differs in these places only.

    Raises
    ------
    HaiheError
        ``E-RUL-03`` for a place that is not there and cannot be added; as `parse_document` for an unreadable file.
    """
    for path, value in changes.items():
        document = parse_document(text, file)
        text = _replaced(text, document, path, value) if path in document.spans else _added(text, document, path, value)
    return text


def _replaced(text: str, document: Document, path: Path_, value: str) -> str:
    start, end = document.spans[path]
    block = text[start : start + 1] in ("|", ">")
    space = "" if start and text[start - 1] in " \t" else " "
    after = "\n" if block and text[end - 1 : end] == "\n" else ""
    return text[:start] + space + _written(value) + after + text[end:]


def _added(text: str, document: Document, path: Path_, value: str) -> str:
    """Put a new key behind the first scalar of its mapping that ends on its own line."""
    parent, key = path[:-1], path[-1]
    for known, column in document.columns.items():
        if known[:-1] != parent or known not in document.spans:
            continue
        line_end = text.find("\n", document.spans[known][1])
        at = len(text) if line_end < 0 else line_end
        if text[document.spans[known][0] : at].lstrip()[:1] not in ("|", ">"):
            return f"{text[:at]}\n{' ' * column}{key}: {_written(value)}{text[at:]}"
    raise HaiheError("E-RUL-03", file=document.file, value=key, place=".".join(map(str, path)))


def _written(value: str) -> str:
    """Write a value plain where it is read back as itself, else in double quotes."""
    quoted = json.dumps(value, ensure_ascii=False)
    try:
        forms = [parse_document(form, "").data for form in (f"a: {value}", f"{{a: {value}}}")]
    except HaiheError:
        return quoted
    return value if forms == [{"a": value}] * 2 else quoted

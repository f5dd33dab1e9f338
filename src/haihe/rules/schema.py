"""From plain data to a scheme: what the schema refuses, as coded findings with the line of the file."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from haihe.messages import CATALOG, Finding, Findings
from haihe.rules.dialect import nearest
from haihe.rules.reading import Document, Path_
from haihe.rules.scheme import Scheme

_SHAPES = {
    "dict_type": "{…}",
    "model_type": "{…}",
    "tuple_type": "[…]",
    "string_type": "…",
    "too_short": "[…]",
    "too_long": "[…]",
}


def scheme_of(document: Document) -> tuple[Scheme | None, Findings]:
    """Check plain data against the schema.

    Returns
    -------
    Scheme or None
        None where anything is wrong.
    Findings
        ``E-RUL-02`` an unknown key, ``E-RUL-03`` a missing one, ``E-RUL-04`` a wrong shape, ``E-RUL-06`` no such
        choice, and whatever a value itself is refused for.
    """
    try:
        return Scheme.model_validate(document.data), Findings()
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return None, Findings(_finding(document, one) for one in errors if not _echo(one))


def _echo(error: Any) -> bool:
    """True for a list that is called too short only because its items were refused."""
    return bool(error["type"] == "too_short" and error["input"])


def known_keys(model: type[BaseModel] = Scheme) -> set[str]:
    """Every key that a scheme file may have, at any level."""
    keys: set[str] = set()
    waiting, seen = [model], set[type[BaseModel]]()
    while waiting:
        part = waiting.pop()
        if part in seen:
            continue
        seen.add(part)
        for name, declared in part.model_fields.items():
            keys.add(name.rstrip("_"))
            waiting += _models(declared.annotation)
    return keys


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _finding(document: Document, error: Any) -> Finding:
    path: Path_ = tuple("from" if key == "from_" else key for key in error["loc"])
    kind, value = error["type"], str(error.get("input"))[:60]
    place = ".".join(map(str, path)) or "—"
    values: dict[str, Any] = {"place": place, "value": value, **(error.get("ctx") or {})}
    if kind in CATALOG:
        code = kind
    elif kind == "extra_forbidden":
        code, values = "E-RUL-02", {"value": path[-1], "near": nearest(str(path[-1]), sorted(known_keys()))}
    elif kind == "missing":
        code, values = "E-RUL-03", {"value": path[-1]}
    elif kind == "literal_error":
        code, values = "E-RUL-06", {"value": value, "choices": error["ctx"]["expected"]}
    else:
        code, values = "E-RUL-04", {"value": value, "wanted": _SHAPES.get(kind, kind)}
    return Finding(code, row=document.line(path), values={"place": place, **values}, file=document.file)

"""A hash of every table's content, the same on every database: what proves that a copy is a copy."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


def all_models() -> list[type[models.Model]]:
    """Give every kind of row that has a table."""
    return [each for each in apps.get_models(include_auto_created=True) if each._meta.managed and not each._meta.proxy]


def kept_models() -> list[type[models.Model]]:
    """Give every kind of row that a copy holds, those that others refer to first. Sessions are left behind."""
    found = [model for model in all_models() if not issubclass(model, AbstractBaseSession)]
    ordered: list[type[models.Model]] = []

    def add(model: type[models.Model], above: tuple[type[models.Model], ...] = ()) -> None:
        if model in ordered or model in above or model not in found:
            return
        for each in model._meta.concrete_fields:
            if each.is_relation and isinstance(each.related_model, type) and each.related_model is not model:
                add(each.related_model, (*above, model))
        ordered.append(model)

    for model in found:
        add(model)
    return ordered


def content_hashes(using: str = "default") -> dict[str, str]:
    """Give the SHA-256 of each kind's rows, in the order of their keys.

    Parameters
    ----------
    using : str
        Name of the connection.
    """
    return {model._meta.label_lower: hash_rows(_rows(model, using)) for model in kept_models()}


def _rows(model: type[models.Model], using: str) -> Iterator[tuple[Any, ...]]:
    names = [each.attname for each in model._meta.concrete_fields]
    return iter(model._base_manager.using(using).order_by("pk").values_list(*names).iterator(chunk_size=2000))


def hash_rows(rows: Iterable[tuple[Any, ...]]) -> str:
    """Give the SHA-256 of rows, each written as JSON."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(json.dumps(row, ensure_ascii=False, sort_keys=True, default=_written).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return str(value)

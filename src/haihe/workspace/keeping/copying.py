"""Copying every row from one database into another, and proving by hashes that the copy is the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from haihe.messages import HaiheError
from haihe.workspace.keeping.hashes import content_hashes, kept_models

BATCH = 500
OTHER = "other"
OF_FROZEN = {table for table, _, _ in import_module("haihe.workspace.neighbours.migrations.0002_guards").PARTS}
"""Tables of rows that belong to something frozen: they are copied before it, since what is frozen takes no more. References between
rows are looked at when the transaction ends."""


@contextmanager
def other_database(description: dict[str, Any]) -> Iterator[str]:
    """Open a second database for the time of a block; gives the name of its connection."""
    defaults = {
        name: connections.settings["default"][name] for name in ("TIME_ZONE", "CONN_MAX_AGE", "AUTOCOMMIT", "TEST")
    }
    connections.settings[OTHER] = (
        defaults
        | {
            "ATOMIC_REQUESTS": False,
            "CONN_HEALTH_CHECKS": False,
            "OPTIONS": {},
            "USER": "",
            "PASSWORD": "",
            "HOST": "",
            "PORT": "",
        }
        | description
    )
    try:
        yield OTHER
    finally:
        connections[OTHER].close()
        del connections[OTHER]
        del connections.settings[OTHER]


def migrations_had(name: str) -> bool:
    """Whether a database was ever a workspace's."""
    return bool(MigrationRecorder(connections[name]).applied_migrations())


def migrations_wanting(name: str) -> list[str]:
    """Give the migrations that a database has not had yet."""
    executor = MigrationExecutor(connections[name])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def copy_rows(source: str, target: str, promised: dict[str, str] | None = None) -> dict[str, str]:
    """Copy every row into an empty database of the same schema, in one transaction, and compare the hashes.

    Parameters
    ----------
    source, target : str
        Names of the connections. The target gets the schema first.
    promised : dict, optional
        Hashes that the source was said to have.

    Returns
    -------
    dict
        Hash of each kind's rows, equal on both sides.

    Raises
    ------
    HaiheError
        ``E-KEE-01`` where the target holds a workspace already, ``E-KEE-02`` where a table came out
        different, ``E-KEE-03`` where the source is not what was promised.
    """
    call_command("migrate", database=target, verbosity=0, interactive=False)
    kinds = kept_models()
    if any(model._base_manager.using(target).exists() for model in kinds if model._meta.app_label == "units"):
        raise HaiheError("E-KEE-01", value=str(connections[target].settings_dict["NAME"]))
    with one_view(source), transaction.atomic(using=target):
        for model in reversed(kinds):
            model._base_manager.using(target).all()._raw_delete(target)
        for model in sorted(kinds, key=lambda model: model._meta.db_table not in OF_FROZEN):
            _copy_kind(model, source, target)
        hashes = content_hashes(source)
        if promised is not None and promised != hashes:
            raise HaiheError(
                "E-KEE-03", file="", why=", ".join(sorted(k for k in hashes if hashes[k] != promised.get(k)))
            )
        for kind, found in content_hashes(target).items():
            if found != hashes[kind]:
                raise HaiheError("E-KEE-02", value=kind)
    _reset_sequences(target, kinds)
    return hashes


def _copy_kind(model: type[models.Model], source: str, target: str) -> None:
    """Copy one kind of row as it stands: nothing that a save would do (times, paths) is done again."""
    fields = list(model._meta.concrete_fields)
    size = max(connections[target].ops.bulk_batch_size(fields, [None] * BATCH), 1)
    rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=BATCH)
    while batch := list(islice(rows, size)):
        plain = [model(**{each.attname: getattr(row, each.attname) for each in fields}) for row in batch]
        model._base_manager.using(target)._insert(plain, fields=fields, using=target, raw=True)  # type: ignore[attr-defined]


@contextmanager
def one_view(name: str) -> Iterator[None]:
    """See one state of a database for the time of a block, whatever others write meanwhile."""
    connection = connections[name]
    with transaction.atomic(using=name):
        if connection.vendor == "postgresql" and not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _reset_sequences(target: str, kinds: list[type[models.Model]]) -> None:
    connection = connections[target]
    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), kinds):
            cursor.execute(line)

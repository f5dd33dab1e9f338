"""Triggers that let nobody change or delete what members have agreed on, nor the rows that belong to it."""

from importlib import import_module
from typing import Any

from django.db import migrations

NEVER = "what members agreed on does not change"
AUDIT = import_module("haihe.workspace.audit.migrations.0002_guards")
WHOLES = ("neighbours_ledger", "neighbours_transferlist", "neighbours_jointtarget")
PARTS = (
    ("neighbours_movedfirm", "neighbours_ledger", "ledger_id"),
    ("neighbours_transferitem", "neighbours_transferlist", "list_id"),
    *((f"{whole}_members", whole, f"{whole.removeprefix('neighbours_')}_id") for whole in WHOLES),
)
"""Tables whose rows belong to something agreed: that thing's table, and the column that names it."""
CHANGES = {"insert": "NEW", "update": "OLD", "delete": "OLD"}


def _sqlite() -> str:
    made = [
        f"CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table} WHEN OLD.state = 'agreed' "
        f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;"
        for table in WHOLES
        for change in ("update", "delete")
    ]
    made += [
        f"CREATE TRIGGER {table}_{change} BEFORE {change.upper()} ON {table} "
        f"WHEN (SELECT state FROM {whole} WHERE id = {row}.{column}) = 'agreed' "
        f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;"
        for table, whole, column in PARTS
        for change, row in CHANGES.items()
    ]
    return "\n".join(made)


def _postgresql() -> str:
    made = [
        "CREATE FUNCTION neighbours_whole() RETURNS trigger LANGUAGE plpgsql AS $$\n"
        f"BEGIN IF OLD.state = 'agreed' THEN RAISE EXCEPTION '{NEVER}'; END IF;\n"
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;"
    ]
    made += [
        f"CREATE TRIGGER {table}_never BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION neighbours_whole();"
        for table in WHOLES
    ]
    for table, whole, column in PARTS:
        made += [
            f"CREATE FUNCTION {table}_part() RETURNS trigger LANGUAGE plpgsql AS $$\n"
            "DECLARE found text; BEGIN\n"
            f"IF TG_OP = 'INSERT' THEN SELECT state INTO found FROM {whole} WHERE id = NEW.{column};\n"
            f"ELSE SELECT state INTO found FROM {whole} WHERE id = OLD.{column}; END IF;\n"
            f"IF found = 'agreed' THEN RAISE EXCEPTION '{NEVER}'; END IF;\n"
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$;",
            f"CREATE TRIGGER {table}_never BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_part();",
        ]
    return "\n".join(made)


LIFT = {
    "sqlite": "\n".join(
        [f"DROP TRIGGER IF EXISTS {table}_{change};" for table in WHOLES for change in ("update", "delete")]
        + [f"DROP TRIGGER IF EXISTS {table}_{change};" for table, _, _ in PARTS for change in CHANGES]
    ),
    "postgresql": "DROP FUNCTION IF EXISTS neighbours_whole CASCADE;\n"
    + "\n".join(f"DROP FUNCTION IF EXISTS {table}_part CASCADE;" for table, _, _ in PARTS),
}
PUT = {"sqlite": _sqlite(), "postgresql": _postgresql()}


def put(connection: Any) -> None:
    """Put the triggers on."""
    AUDIT._run(connection, PUT[connection.vendor])


def lift(connection: Any) -> None:
    """Take the triggers off."""
    AUDIT._run(connection, LIFT[connection.vendor])


class Migration(migrations.Migration):

    dependencies = [("neighbours", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: put(editor.connection), lambda apps, editor: lift(editor.connection)
        )
    ]

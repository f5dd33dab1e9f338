"""Triggers that let the ledger of awards only grow: no entry is changed or deleted."""

from importlib import import_module
from typing import Any

from django.db import migrations

NEVER = "the ledger only grows"
AUDIT = import_module("haihe.workspace.audit.migrations.0002_guards")

SQLITE = f"""
CREATE TRIGGER rounds_entry_insert BEFORE INSERT ON rounds_entry
WHEN EXISTS (SELECT 1 FROM rounds_entry WHERE id = NEW.id OR code = NEW.code) BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER rounds_entry_update BEFORE UPDATE ON rounds_entry BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER rounds_entry_delete BEFORE DELETE ON rounds_entry BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
"""

POSTGRESQL = f"""
CREATE FUNCTION rounds_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{NEVER}'; END $$;
CREATE TRIGGER rounds_entry_never BEFORE UPDATE OR DELETE ON rounds_entry FOR EACH ROW EXECUTE FUNCTION rounds_never();
CREATE TRIGGER rounds_entry_truncate BEFORE TRUNCATE ON rounds_entry FOR EACH STATEMENT EXECUTE FUNCTION rounds_never();
"""

LIFT = {
    "sqlite": "".join(f"DROP TRIGGER IF EXISTS rounds_entry_{name};\n" for name in ("insert", "update", "delete")),
    "postgresql": "DROP FUNCTION IF EXISTS rounds_never CASCADE;",
}
PUT = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def put(connection: Any) -> None:
    """Put the triggers on."""
    AUDIT._run(connection, PUT[connection.vendor])


def lift(connection: Any) -> None:
    """Take the triggers off."""
    AUDIT._run(connection, LIFT[connection.vendor])


class Migration(migrations.Migration):

    dependencies = [("rounds", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: put(editor.connection), lambda apps, editor: lift(editor.connection)
        )
    ]

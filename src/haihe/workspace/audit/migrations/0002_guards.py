"""Triggers that let the audit chain only grow: by one entry that follows from the last, and never otherwise.

SQLite fires no trigger of deletion where ``INSERT OR REPLACE`` takes a row away; so an entry whose id exists is refused too.
"""

from typing import Any

from django.db import migrations

NEVER = "the audit chain only grows"

SQLITE = f"""
CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_entry
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)
  OR NEW.previous <> COALESCE((SELECT hash FROM audit_entry ORDER BY number DESC LIMIT 1), '{'0' * 64}')
  OR EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER audit_entry_update BEFORE UPDATE ON audit_entry BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER audit_entry_delete BEFORE DELETE ON audit_entry BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER audit_head_insert BEFORE INSERT ON audit_head
WHEN NEW.id <> 1 OR EXISTS (SELECT 1 FROM audit_head) BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head
WHEN NEW.id <> OLD.id OR NEW.number <> OLD.number + 1 BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
"""

POSTGRESQL = f"""
CREATE FUNCTION audit_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{NEVER}'; END $$;
CREATE FUNCTION audit_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM audit_entry)
     OR NEW.previous <> COALESCE((SELECT hash FROM audit_entry ORDER BY number DESC LIMIT 1), '{'0' * 64}')
  THEN RAISE EXCEPTION '{NEVER}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_insert BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_follows();
CREATE TRIGGER audit_entry_never BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_never();
CREATE TRIGGER audit_entry_truncate BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_never();
CREATE TRIGGER audit_head_insert BEFORE INSERT ON audit_head FOR EACH ROW
  WHEN (NEW.id <> 1) EXECUTE FUNCTION audit_never();
CREATE TRIGGER audit_head_update BEFORE UPDATE ON audit_head FOR EACH ROW
  WHEN (NEW.id <> OLD.id OR NEW.number <> OLD.number + 1) EXECUTE FUNCTION audit_never();
CREATE TRIGGER audit_head_delete BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_never();
CREATE TRIGGER audit_head_truncate BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT EXECUTE FUNCTION audit_never();
"""

LIFT = {
    "sqlite": "".join(
        f"DROP TRIGGER IF EXISTS audit_{name};\n"
        for name in ("entry_insert", "entry_update", "entry_delete", "head_insert", "head_update", "head_delete")
    ),
    "postgresql": "DROP FUNCTION IF EXISTS audit_never CASCADE; DROP FUNCTION IF EXISTS audit_follows CASCADE;",
}
PUT = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def _run(connection: Any, script: str) -> None:
    """Run the statements one by one, so that they stay in the transaction on SQLite as well."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(script)
            return
        statement = ""
        for line in script.splitlines():
            statement += f"{line}\n"
            if line.rstrip().endswith("END;") or (line.startswith("DROP") and line.endswith(";")):
                cursor.execute(statement)
                statement = ""


def put(connection: Any) -> None:
    """Put the triggers on."""
    _run(connection, PUT[connection.vendor])


def lift(connection: Any) -> None:
    """Take the triggers off."""
    _run(connection, LIFT[connection.vendor])


class Migration(migrations.Migration):

    dependencies = [("audit", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: put(editor.connection), lambda apps, editor: lift(editor.connection)
        )
    ]

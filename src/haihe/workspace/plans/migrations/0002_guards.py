"""Triggers that keep a published plan as it is, whatever writes to the database."""

from importlib import import_module
from typing import Any

from django.db import migrations

NEVER = "a published plan stays as it is"
AUDIT = import_module("haihe.workspace.audit.migrations.0002_guards")
FIXED = (
    "code", "unit_id", "study_id", "version_id", "sha256", "edits_sha256", "haihe", "index", "solved", "figures",
    "name_zh", "name_en", "about", "state", "approved_by", "approved_at", "submitted_by", "submitted_at", "created_by",
    "edits", "settings", "illustrative", "first_year", "last_year",
)  # fmt: skip
SAME = {
    "sqlite": " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for name in FIXED),
    "postgresql": " OR ".join(f'OLD."{name}" IS DISTINCT FROM NEW."{name}"' for name in FIXED),
}
SQLITE = f"""
CREATE TRIGGER plans_plan_update BEFORE UPDATE ON plans_plan
WHEN OLD.state = 'approved' AND ({SAME["sqlite"]}) BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
CREATE TRIGGER plans_plan_delete BEFORE DELETE ON plans_plan
WHEN OLD.state = 'approved' BEGIN SELECT RAISE(ABORT, '{NEVER}'); END;
"""
POSTGRESQL = f"""
CREATE FUNCTION plans_never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{NEVER}'; END $$;
CREATE TRIGGER plans_plan_update BEFORE UPDATE ON plans_plan FOR EACH ROW
WHEN (OLD.state = 'approved' AND ({SAME["postgresql"]})) EXECUTE FUNCTION plans_never();
CREATE TRIGGER plans_plan_delete BEFORE DELETE ON plans_plan FOR EACH ROW
WHEN (OLD.state = 'approved') EXECUTE FUNCTION plans_never();
"""
LIFT = {
    "sqlite": "".join(f"DROP TRIGGER IF EXISTS plans_plan_{name};\n" for name in ("update", "delete")),
    "postgresql": "DROP FUNCTION IF EXISTS plans_never CASCADE;",
}
PUT = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def put(connection: Any) -> None:
    """Put the triggers on."""
    AUDIT._run(connection, PUT[connection.vendor])


def lift(connection: Any) -> None:
    """Take the triggers off."""
    AUDIT._run(connection, LIFT[connection.vendor])


class Migration(migrations.Migration):

    dependencies = [("plans", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, editor: put(editor.connection), lambda apps, editor: lift(editor.connection)
        )
    ]

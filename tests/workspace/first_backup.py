"""Makes ``data/first-migrations.zip``: a backup as the first set of migrations wrote it, for the test that it can be upgraded.

Run once, by hand: ``python tests/workspace/first_backup.py``. The rooms that came later are taken out of its database, and
those that have changed since are taken back to their first migrations.
"""

import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILE = HERE / "data" / "first-migrations.zip"
FIRST = {
    "audit": "0002",
    "units": "0001",
    "jobs": "0001",
    "intake": "0001",
    "data": "0001",
    "office": "0001",
    "api": "0001",
}
"""The last migration of each room in the first set."""


def main() -> None:
    sys.path[:0] = [str(HERE), str(HERE.parent)]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "office"
        from haihe.workspace.start import prepare

        prepare(home)
        from django.apps import apps
        from django.core.management import call_command
        from django.db import connection
        from django.db.migrations.recorder import MigrationRecorder
        from intake_cases import small_dataset

        from workspace_cases import small_city

        small_dataset(small_city())
        ours = {each.label for each in apps.get_app_configs() if each.name.startswith("haihe.workspace")}
        had = {app for app, _ in MigrationRecorder(connection).applied_migrations()}
        for app in (ours & had) - FIRST.keys():
            call_command("migrate", app, "zero", verbosity=0)
        for app, migration in FIRST.items():
            call_command("migrate", app, migration, verbosity=0)
        connection.close()
        copy = Path(folder) / "office.sqlite3"
        with closing(sqlite3.connect(home / "office.sqlite3")) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        files = {"office.sqlite3": copy} | {
            each.relative_to(home).as_posix(): each for each in sorted((home / "data").rglob("*")) if each.is_file()
        }
        manifest = {
            "haihe": "0.1.0",
            "tables": {},
            "files": {name: hashlib.sha256(each.read_bytes()).hexdigest() for name, each in files.items()},
        }
        FILE.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(FILE, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, each in files.items():
                archive.write(each, name)
            archive.writestr("manifest.json", json.dumps(manifest, indent=1))


if __name__ == "__main__":
    main()

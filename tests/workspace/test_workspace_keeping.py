"""A backup put back, and a database moved to PostgreSQL, hold the same rows and files; damaged ones are refused."""

import json
import os
import sqlite3
import subprocess
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import warm

from postgres_server import postgres

SEED = """
from haihe.workspace.start import prepare
prepare()
from haihe.workspace.keeping.demo import seed
seed()
from haihe.workspace.start import office
for folder, name in (("data", "ab/one.parquet"), ("uploads", "two"), ("results", "three/four.json")):
    file = office().home / folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(name)
"""
HASHES = """
import json, sys
from haihe.workspace.start import prepare, setup
setup() if sys.argv[1:] else prepare()
from haihe.workspace.audit.chain import verify
from haihe.workspace.keeping.hashes import content_hashes
print(json.dumps({"tables": content_hashes(), "breaks": [str(each) for each in verify()]}))
"""


def run(home: Path, *command: str, url: str = "", code: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of haihe, or Python, on a folder."""
    environment = os.environ | {"HAIHE_HOME": str(home), "HAIHE_DATABASE_URL": url, "HAIHE_LANG": "en"}
    return warm.run(["-c", code or "from haihe.cli import main; main()", *command], environment)


def found(home: Path, url: str = "") -> dict[str, Any]:
    """Give the hashes of a workspace's tables and the breaks of its audit chain."""
    ready = ["as it is"] if url or (home / "office.sqlite3").exists() else []
    done = run(home, *ready, url=url, code=HASHES)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def office_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the demonstration's units and people, and some files."""
    home = tmp_path_factory.mktemp("keeping") / "office"
    done = run(home, code=SEED)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture(scope="module")
def backup_file(office_folder: Path) -> Path:
    """A backup of it."""
    file = office_folder.parent / "backup.zip"
    done = run(office_folder, "backup", str(office_folder), str(file), "--json")
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o077 == 0
    return file


def files_of(home: Path) -> dict[str, bytes]:
    return {str(each.relative_to(home)): each.read_bytes() for each in home.rglob("*/*") if each.is_file()}


def test_a_folder_without_a_workspace_is_not_backed_up(tmp_path: Path) -> None:
    """A mistyped folder was made, and an empty backup of it looked well."""
    wrong = tmp_path / "ofice"
    done = run(wrong, "backup", str(wrong), str(tmp_path / "b.zip"))
    assert done.returncode == 1
    assert "E-WEB-72" in done.stderr
    assert not (tmp_path / "b.zip").exists()
    assert not (wrong / "office.sqlite3").exists()


def test_a_backup_put_back_is_the_same(office_folder: Path, backup_file: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "restore", str(backup_file), str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    old, new = found(office_folder), found(tmp_path / "new")
    assert old == new
    assert old["breaks"] == []
    assert len(old["tables"]) > 5
    assert files_of(office_folder) == files_of(tmp_path / "new")
    assert len(files_of(tmp_path / "new")) > 3
    assert (tmp_path / "new" / "secret-key").read_text() != (office_folder / "secret-key").read_text()


def test_nothing_is_put_over_a_workspace(office_folder: Path, backup_file: Path) -> None:
    before = found(office_folder)
    done = run(office_folder, "restore", str(backup_file), str(office_folder))
    assert done.returncode == 1
    assert "E-KEE-01" in done.stderr
    assert found(office_folder) == before


DAMAGES = ("byte", "table", "elsewhere", "missing", "cut", "text")
TRY_ALL = """
import json, sys
from contextlib import closing
from pathlib import Path
from haihe.workspace.start import prepare
prepare()
from haihe.messages import HaiheError
from haihe.workspace.keeping.backup import restore
said = {}
for file in sys.argv[1:]:
    try:
        restore(Path(file))
    except HaiheError as error:
        said[Path(file).stem] = error.code
print(json.dumps(said))
"""


def damaged(damage: str, backup_file: Path, file: Path) -> None:
    if damage == "cut":
        file.write_bytes(backup_file.read_bytes()[:-400])
        return
    if damage == "text":
        file.write_text("no zip")
        return
    with zipfile.ZipFile(backup_file) as old, zipfile.ZipFile(file, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in manifest["files"]:
            data = old.read(name)
            if damage == "byte" and name == "uploads/two":
                data = b"twx"
            if not (damage == "missing" and name == "uploads/two"):
                new.writestr(name, data)
        if damage == "table":
            manifest["tables"]["units.unit"] = "0" * 64
        if damage == "elsewhere":
            new.writestr("../outside", "x")
            manifest["files"]["../outside"] = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        new.writestr("manifest.json", json.dumps(manifest))


def test_damaged_backups_are_refused_and_leave_nothing(backup_file: Path, tmp_path: Path) -> None:
    files = []
    for damage in DAMAGES:
        files.append(tmp_path / f"{damage}.zip")
        damaged(damage, backup_file, files[-1])
    home = tmp_path / "new"
    done = run(home, *map(str, files), code=TRY_ALL)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == dict.fromkeys(DAMAGES, "E-KEE-03")
    assert not (tmp_path / "outside").exists()
    left = {each.name for each in home.iterdir() if each.is_dir()} - {"static"}
    assert not left, "nothing is left behind"
    assert found(home) == found(tmp_path / "never used")


@pytest.mark.postgres
@pytest.mark.slow
def test_a_workspace_moves_to_postgresql_and_back(office_folder: Path, tmp_path: Path) -> None:
    with postgres() as url:
        done = run(office_folder, "db", "to-postgres", str(office_folder), url)
        assert done.returncode == 0, done.stderr
        moved = found(office_folder, url)
        assert moved == found(office_folder)
        again = run(office_folder, "db", "to-postgres", str(office_folder), url)
        assert "E-KEE-01" in again.stderr
        file = tmp_path / "from-postgres.zip"
        assert run(office_folder, "backup", str(office_folder), str(file), url=url).returncode == 0
    back = run(tmp_path, "restore", str(file), str(tmp_path / "new"))
    assert back.returncode == 0, back.stderr
    assert found(tmp_path / "new") == moved


UPGRADED = """
import json
from haihe.workspace.start import prepare
prepare()
from django.db import connection
from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.data import versions
from haihe.workspace.data.models import Dataset
from haihe.workspace.keeping.copying import migrations_wanting
from haihe.workspace.units.models import Person, Post, Unit
dataset = Dataset.objects.select_related("current").get()
person = Person.objects.get(username="bh-editor")
print(json.dumps({
    "wanting": migrations_wanting("default"),
    "breaks": [str(each) for each in verify()],
    "entries": Entry.objects.count(),
    "units": Unit.objects.count(),
    "posts": Post.objects.count(),
    "rows": {name: len(frame) for name, frame in versions.tables_of(dataset.current).items()},
    "said": {name: table["rows"] for name, table in dataset.current.tables.items()},
    "seen": [each.code for each in Dataset.objects.visible_to(person)],
    "password": person.check_password("a-long-test-password"),
}))
"""


def test_a_workspace_of_the_first_migrations_is_upgraded_with_its_data(tmp_path: Path) -> None:
    first = Path(__file__).with_name("data") / "first-migrations.zip"
    with zipfile.ZipFile(first) as archive, archive.open("office.sqlite3") as packed:
        (tmp_path / "office.sqlite3").write_bytes(packed.read())
    with closing(sqlite3.connect(tmp_path / "office.sqlite3")) as old:
        tables = {name for (name,) in old.execute("SELECT name FROM sqlite_master WHERE type='table'")}
        entries = old.execute("SELECT COUNT(*) FROM audit_entry").fetchone()[0]
        posts = old.execute("SELECT COUNT(*) FROM units_post").fetchone()[0]
    assert not {name for name in tables if name.startswith(("duties_", "rounds_", "problems_"))}, "it is of before them"
    done = run(tmp_path, "restore", str(first), str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    told = run(tmp_path / "new", code=UPGRADED)
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert said["wanting"] == []
    assert said["breaks"] == []
    assert (said["entries"], said["posts"]) == (entries, posts)
    assert entries > 0
    assert said["rows"] == said["said"]
    assert sum(said["rows"].values()) > 0
    assert said["password"]

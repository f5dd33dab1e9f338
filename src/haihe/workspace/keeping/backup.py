"""One file that holds a whole workspace, and putting it back: database, data, uploads, results, with a hash of each.

The database goes in as an SQLite file whichever database the office uses, so a backup can be put back into either. It is
copied first and in one view, so that work may go on; the other files never change once written (their names are hashes of
their content), so whatever the copied database refers to is there.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from haihe.files import replace_file
from haihe.messages import HaiheError
from haihe.version import __version__
from haihe.workspace.keeping.copying import copy_rows, migrations_had, migrations_wanting, other_database
from haihe.workspace.keeping.hashes import all_models, content_hashes, kept_models

FOLDERS = ("data", "uploads", "results")
MANIFEST, DATABASE = "manifest.json", "office.sqlite3"
CHUNK = 1 << 20


def back_up(file: Path) -> dict[str, Any]:
    """Write a backup of the workspace in force.

    The signing key and the sessions are left out: in a restored workspace everybody signs in again.

    Parameters
    ----------
    file : Path
        Zip file to write; what stood there is replaced only when the new one is whole.

    Returns
    -------
    dict
        The manifest: ``haihe`` (version), ``at``, ``tables`` (hash of each table's rows), ``files`` (hash of each file).
    """
    with tempfile.TemporaryDirectory(dir=_home()) as folder:
        copy = Path(folder) / DATABASE
        tables = _copy_database(copy)
        manifest: dict[str, Any] = {
            "haihe": __version__,
            "at": timezone.now().isoformat(),
            "tables": tables,
            "files": {},
        }

        def write(path: Path) -> None:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for source, name in [(copy, DATABASE), *_files()]:
                    digest = _packed(archive, source, name)
                    if digest:
                        manifest["files"][name] = digest
                archive.writestr(MANIFEST, json.dumps(manifest, indent=1))

        replace_file(file, write, mode=0o600)
    return manifest


def restore(file: Path) -> dict[str, Any]:
    """Put a backup into an empty workspace: nothing is kept unless every hash agrees.

    A backup of an older version is brought up to date on the way; then the hashes of its files are what is checked.

    Raises
    ------
    HaiheError
        ``E-KEE-01`` the workspace is not empty; ``E-KEE-03`` the file is no backup or is damaged.
    """
    home = _home()
    if any((home / folder).exists() for folder in FOLDERS):
        raise HaiheError("E-KEE-01", value=str(home))
    with tempfile.TemporaryDirectory(dir=home) as folder:
        manifest = _unpack(file, Path(folder))
        with other_database(_sqlite(Path(folder) / DATABASE)) as source:
            if not migrations_had(source):
                raise HaiheError("E-KEE-03", file=file.name, why=DATABASE)
            older = migrations_wanting(source)
            if older:
                call_command("migrate", database=source, verbosity=0, interactive=False)
            with transaction.atomic(), _moved(Path(folder), home):
                copy_rows(source, "default", None if older else manifest["tables"])
    return manifest


@contextmanager
def _moved(folder: Path, home: Path) -> Iterator[None]:
    """Put the files in their place for the rows that are about to be kept; take them away again where those are not."""
    for each in FOLDERS:
        if (folder / each).exists():
            shutil.move(folder / each, home / each)
    try:
        yield
    except BaseException:
        for each in FOLDERS:
            shutil.rmtree(home / each, ignore_errors=True)
        raise


def _home() -> Path:
    home: Path = settings.OFFICE.home
    home.mkdir(parents=True, exist_ok=True)
    return home


def _sqlite(file: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}


def _copy_database(copy: Path) -> dict[str, str]:
    """Copy the database in force into an SQLite file; gives the hash of each table."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target)
        with other_database(_sqlite(copy)) as name:
            for model in set(all_models()) - set(kept_models()):
                model._base_manager.using(name).all()._raw_delete(name)
            return content_hashes(name)
    with other_database(_sqlite(copy)) as name:
        return copy_rows("default", name)


def _files() -> Iterator[tuple[Path, str]]:
    home = _home()
    for folder in FOLDERS:
        for each in sorted((home / folder).rglob("*")):
            if each.is_file() and not each.is_symlink() and not each.name.startswith("."):
                yield each, each.relative_to(home).as_posix()


def _packed(archive: zipfile.ZipFile, source: Path, name: str) -> str:
    """Put a file in and give the SHA-256 of the bytes that went in: a journal may grow meanwhile, a file may go."""
    digest = hashlib.sha256()
    try:
        opened = source.open("rb")
    except FileNotFoundError:
        return ""
    with opened as read, archive.open(name, "w", force_zip64=True) as packed:
        while chunk := read.read(CHUNK):
            digest.update(chunk)
            packed.write(chunk)
    return digest.hexdigest()


def _unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup, refusing every name that leads elsewhere and every file whose hash is not the manifest's."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = cast(dict[str, Any], json.loads(archive.read(MANIFEST)))
            for name, wanted in manifest["files"].items():
                target = (folder / name).resolve()
                if not target.is_relative_to(folder.resolve()) or not _known(name):
                    raise HaiheError("E-KEE-03", file=file.name, why=name)
                target.parent.mkdir(parents=True, exist_ok=True)
                opened = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
                with archive.open(name) as packed, os.fdopen(opened, "wb") as out:
                    shutil.copyfileobj(packed, out, CHUNK)
                if _sha256(target) != wanted:
                    raise HaiheError("E-KEE-03", file=file.name, why=name)
    except (zipfile.BadZipFile, OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise HaiheError("E-KEE-03", file=file.name, why=str(error)) from error
    return manifest


def _known(name: str) -> bool:
    return name == DATABASE or name.split("/")[0] in FOLDERS


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

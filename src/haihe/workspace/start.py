"""Starting Django on a workspace's folder, and making the folder ready for work."""

import os
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from haihe.locks import alone
from haihe.workspace.config import Office

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def setup(home: str | Path | None = None) -> None:
    """Start Django on a folder; nothing is written. Later calls in the same process change nothing.

    Parameters
    ----------
    home : path, optional
        Folder of the workspace; otherwise that of ``HAIHE_HOME``.
    """
    if home is not None:
        os.environ["HAIHE_HOME"] = str(Path(home).expanduser().resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.workspace.settings")
    for name in THREADS:
        os.environ.setdefault(name, "1")
    if not apps.ready:
        django.setup()


def prepare(home: str | Path | None = None) -> None:
    """Make a folder ready and start Django on it: signing key, database with all migrations, table of the
    cache, the files of pages by hashed names.

    On a folder that is ready nothing changes. Processes that start at once take turns.
    """
    if home is not None:
        os.environ["HAIHE_HOME"] = str(Path(home).expanduser().resolve())
    os.umask(0o077)  # what the workspace writes is its owner's alone
    office = Office.read()
    office.make_key()  # before the settings are read, which sign with it
    setup()
    with (office.home / "prepare.lock").open("a") as file, alone(file):
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)


def office() -> Office:
    """Give the settings in force."""
    found: Office = settings.OFFICE
    return found

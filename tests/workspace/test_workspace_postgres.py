"""The workspace's tests once more on PostgreSQL: the same files, another database.

`make test` runs the files whose work is the database's own (chain, queue, tree, money), but for the tests that
make workspaces of their own, which are the same again; `make endure` runs all of them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from postgres_server import postgres

HERE = Path(__file__).resolve().parent
OWN_WORK = ("audit", "jobs_queue", "people_tree", "ledger_services")
OWN_FOLDERS = ("writers_at_once", "the_command_line")
"""Parts of the names of tests that have an SQLite of their own, whatever the database."""


@pytest.mark.postgres
@pytest.mark.slow
@pytest.mark.parametrize("files", [OWN_WORK, pytest.param((), marks=pytest.mark.endure)], ids=["own work", "all"])
def test_the_same_suite_passes_on_postgresql(files: tuple[str, ...]) -> None:
    chosen = [str(HERE / f"test_workspace_{name}.py") for name in files] or [str(HERE)]
    marks = "not browser and not postgres and not endure"
    some = ["-k", " and ".join(f"not {part}" for part in OWN_FOLDERS)] if files else []
    with postgres() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "-m", marks, *some, *chosen],
            env=os.environ | {"HAIHE_DATABASE_URL": url, "PYTEST_ADDOPTS": ""},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
    said = done.stdout[-6000:]
    assert done.returncode == 0, said
    assert " passed" in said

"""The workspace's tests once more on PostgreSQL: the same files, another database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from postgres_server import postgres, why_not

HERE = Path(__file__).resolve().parent


@pytest.mark.postgres
@pytest.mark.slow
def test_the_same_suite_passes_on_postgresql(tmp_path: Path) -> None:
    if why_not():
        assert not os.environ.get("CI"), why_not()
        pytest.skip(why_not())
    with postgres() as url:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:xdist",
                "-m",
                "not browser and not postgres and not endure",
                str(HERE),
            ],
            env=os.environ | {"HAIHE_DATABASE_URL": url, "PYTEST_ADDOPTS": ""},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
    said = done.stdout[-6000:]
    assert done.returncode == 0, said
    assert " passed" in said
    assert "sqlite" not in said

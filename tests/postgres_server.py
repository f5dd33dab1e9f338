"""A PostgreSQL of the test's own: a cluster in a new folder, on loopback, run by a user that is not root."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def programs() -> Path | None:
    """Folder of the newest PostgreSQL installed, or ``None``."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: int(file.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def why_not() -> str:
    """Why no PostgreSQL can be started here; "" where it can."""
    if programs() is None:
        return "PostgreSQL is not installed"
    if os.getuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            return "PostgreSQL refuses root, and there is no user postgres"
    return ""


@contextmanager
def postgres() -> Iterator[str]:
    """Start a cluster, give its address as HAIHE_DATABASE_URL takes it, stop and delete it.

    Where none can be started the test is skipped with the reason; in CI it fails.
    """
    if reason := why_not():
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    folder, bin_, user = Path(tempfile.mkdtemp(prefix="haihe-pg-")), programs(), None
    assert bin_ is not None
    if os.getuid() == 0:
        user = "postgres"
        shutil.chown(folder, user)
    password = secrets.token_urlsafe(12)
    word = folder / "password"
    word.write_text(password)
    if user:
        shutil.chown(word, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run([str(bin_ / command[0]), *command[1:]], user=user, check=True, capture_output=True, cwd=folder)

    data = folder / "data"
    run(
        "initdb",
        "-D",
        str(data),
        "-U",
        "haihe",
        "--pwfile",
        str(word),
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--no-sync",
    )
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql://haihe:{password}@127.0.0.1:{port}/postgres"
    finally:
        run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)

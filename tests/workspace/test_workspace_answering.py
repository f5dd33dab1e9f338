"""Two processes answer on one address: both do, a killed one comes back, and none is left behind."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from browsing import Server, server_of

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]
PATIENCE = 60.0


def answering(server: Server) -> set[int]:
    """Give the processes that hold the socket on which the server listens."""
    port = f"{int(server.url.rsplit(':', 1)[1]):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if row[1].endswith(f":{port}") and row[3] == "0A"}
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            held = {str(each.readlink()) for each in (process / "fd").iterdir()}
        except OSError:
            continue  # it ended meanwhile
        if held & {f"socket:[{inode}]" for inode in inodes}:
            found.add(int(process.name))
    return found


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return False


def answers(server: Server) -> bool:
    try:
        with urlopen(f"{server.url}/healthz", timeout=5) as page:
            return page.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture
def twofold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAIHE_SERVERS", "2")
    monkeypatch.setenv("HAIHE_WORKERS", "0")


def test_both_answer_and_a_killed_one_comes_back(tmp_path: Path, twofold: None) -> None:
    with server_of(tmp_path / "office") as server:
        assert until(lambda: len(answering(server)) == 2)
        (second,) = answering(server) - {server.pid}
        assert all(answers(server) for _ in range(40))
        os.kill(second, signal.SIGSTOP)  # what it had not taken is answered by the first
        assert until(lambda: answers(server))
        os.kill(second, signal.SIGKILL)
        assert until(lambda: len(answering(server)) == 2 and second not in answering(server))
        assert all(answers(server) for _ in range(10))
    assert not answering(server)


def test_where_the_first_is_killed_none_is_left(tmp_path: Path, twofold: None) -> None:
    with server_of(tmp_path / "office") as server:
        assert until(lambda: len(answering(server)) == 2)
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: not answering(server))

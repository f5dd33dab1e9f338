"""Processes of their own without the seconds that each takes to read the libraries.

One process reads the libraries once and is copied, as it stands, for every command: a copy has a memory, an environment,
settings and database connections of its own, as a process that is started anew, and ends as one does. Django's settings
are read in the copy, because they depend on its environment. Commands whose very start is what a test is about (`haihe
serve`, workers, what is killed) are started anew.

``python warm.py ADDRESS`` is that first process; `run` starts it when it is first needed, and it ends with the tests.
A command takes a quarter of a second so, where a process that is started anew takes over three.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SETTINGS = "haihe.workspace.settings"
LIBRARIES = ("haihe.cli", "haihe.workspace.urls", "pyarrow.parquet", "openpyxl")
LENGTH = 4
ONE = threading.Lock()


def run(command: list[str], env: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run ``[file or -c, …]``, what Python is given, in a process of its own; gives how it ended and what it wrote."""
    with socket.socket(socket.AF_UNIX) as line, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        line.connect(_address())
        said = json.dumps({"command": command, "env": dict(env), "cwd": str(Path.cwd())}).encode()
        socket.send_fds(line, [len(said).to_bytes(LENGTH, "big")], [out.fileno(), err.fileno()])
        line.sendall(said)
        ended = line.recv(LENGTH)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", errors="replace"))
    assert ended, f"the first process is gone\n{texts[1]}"
    assert not Path(_address()).with_name("office.sqlite3").exists(), "a copy kept to the folder of the first process"
    return subprocess.CompletedProcess(command, int.from_bytes(ended, "big", signed=True), *texts)


@cache
def _started() -> "tuple[tempfile.TemporaryDirectory[str], subprocess.Popen[str]]":
    """Start the first process; it ends when this one, whose end of its input it holds, is gone."""
    folder = tempfile.TemporaryDirectory(prefix="haihe-warm-")
    command = [sys.executable, __file__, str(Path(folder.name) / "line")]
    environment = os.environ | {"HAIHE_HOME": folder.name, "HAIHE_DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": SETTINGS}
    first = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    assert first.stdout is not None
    assert first.stdout.readline().strip() == "ready"
    return folder, first


def _address() -> str:
    with ONE:
        return str(Path(_started()[0].name) / "line")


# What runs in the first process and in its copies.


def _set_up() -> None:
    """What ``django.setup`` is in a copy: its settings are read from its environment, its databases are its own."""
    from django import conf, db
    from django.core import cache as caching
    from django.utils.log import configure_logging

    from haihe.workspace import settings, start

    importlib.reload(settings)
    conf.settings._wrapped = conf.Settings(SETTINGS)
    for name in set(vars(conf.settings)) - {"_wrapped"}:
        delattr(conf.settings, name)
    for handler in (db.connections, caching.caches):
        vars(handler).pop("settings", None)
        handler.__init__()  # type: ignore[misc]
    configure_logging(conf.settings.LOGGING_CONFIG, conf.settings.LOGGING)
    start.apps = SimpleNamespace(ready=True)  # type: ignore[assignment]


def _first(address: str) -> None:
    from haihe.workspace import start

    start.setup()
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    start.apps, start.django = SimpleNamespace(ready=False), SimpleNamespace(setup=_set_up)  # type: ignore[assignment]
    gc.collect()
    gc.freeze()  # copies share what stands, instead of each collecting it
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    print("ready", flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no copy is waited for here
    if not os.fork():
        sys.stdin.read()  # until whoever started this is gone
        os.kill(os.getppid(), signal.SIGTERM)
        os._exit(0)
    while True:
        line, _ = listening.accept()
        if not os.fork():
            listening.close()
            _keep(line)
        line.close()


def _keep(line: socket.socket) -> None:
    """In a copy: have the command done by a copy of this copy, and say how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    length, (out, err), *_ = socket.recv_fds(line, LENGTH, 2)
    wanted, said = int.from_bytes(length, "big"), b""
    while len(said) < wanted:
        said += line.recv(wanted - len(said))
    asked = json.loads(said)
    pid = os.fork()
    if pid:
        _, status = os.waitpid(pid, 0)
        line.sendall(os.waitstatus_to_exitcode(status).to_bytes(LENGTH, "big", signed=True))
        os._exit(0)
    line.close()
    for ours, theirs in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (err, 2)):
        os.dup2(ours, theirs)
        os.close(ours)
    _do(asked)


def _do(asked: dict[str, Any]) -> None:
    """Become the process that was asked for."""
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    what, *arguments = asked["command"]
    first = what == "-c"
    sys.argv = [what, *arguments[first:]]
    sys.path[:0] = [place for place in asked["env"].get("PYTHONPATH", "").split(os.pathsep) if place]
    code = arguments[0] if first else Path(what).read_text("utf-8")
    names: dict[str, Any] = {"__name__": "__main__", "__file__": what}
    ended: Any = 0
    try:
        exec(compile(code, what, "exec"), names)
    except SystemExit as told:
        ended = told.code
    except BaseException:
        traceback.print_exc()
        ended = 1
    for thread in set(threading.enumerate()) - {threading.current_thread()}:
        if not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()  # and no more: what is not this copy's own need not be taken apart
    if isinstance(ended, str):
        print(ended, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(ended if isinstance(ended, int) else bool(ended))


if __name__ == "__main__":
    _first(sys.argv[1])

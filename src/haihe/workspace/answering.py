"""Further processes that answer requests beside the first, on the same socket: one process uses one processor alone."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from waitress.server import BaseWSGIServer, create_server

from haihe.workspace.config import Office
from haihe.workspace.start import office, setup

CONNECTIONS = 2000
SILENT_SECONDS = 20
"""Connections held at once, and seconds after which one that sends nothing is closed: half-sent requests shut nobody out."""
LOOK_SECONDS = 1.0


def options() -> dict[str, Any]:
    """Give what every process that answers is set to."""
    found: Office = office()
    proxy = (
        {"trusted_proxy": found["PROXY"], "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
        if found["PROXY"]
        else {}
    )
    return {
        "threads": found["THREADS"],
        "ident": "haihe",
        "max_request_body_size": settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024,
        "clear_untrusted_proxy_headers": True,
        "connection_limit": CONNECTIONS,
        "channel_timeout": SILENT_SECONDS,
        "cleanup_interval": SILENT_SECONDS // 2,
        "asyncore_use_poll": True,
    } | proxy


def listening(server: Any) -> list[socket.socket]:
    """Give the sockets on which a server listens."""
    every = [server] if isinstance(server, BaseWSGIServer) else server.map.values()
    found: list[Any] = [each.socket for each in every if isinstance(each, BaseWSGIServer)]
    return found


def settle() -> None:
    """Look no more through what was loaded for good: that would stop every request for a while, again and again."""
    gc.collect()
    gc.freeze()


def answer(home: str, sockets: Sequence[socket.socket], first: int) -> None:
    """Answer requests in this process until it is told to end, or the first process is gone.

    Parameters
    ----------
    home : str
        Folder of the workspace.
    sockets : sequence of socket
        Where the first process listens.
    first : int
        The first process.
    """
    os.umask(0o077)
    setup(home)
    from haihe.workspace.wsgi import application

    def end(*_: Any) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the first process, which ends this one
    server = create_server(application, sockets=list(sockets), **options())  # type: ignore[no-untyped-call]
    threading.Thread(target=_leave_with, args=(first,), daemon=True).start()
    settle()
    server.run()


def _leave_with(first: int) -> None:
    """End this process where the first one was killed: nothing would end it otherwise, and it would hold the address."""
    while os.getppid() == first:
        time.sleep(LOOK_SECONDS)
    os._exit(1)

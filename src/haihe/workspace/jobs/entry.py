"""Where the process of a worker begins: it imports no model before Django is set up."""

import signal
import threading
from multiprocessing import connection, parent_process

from haihe.workspace.start import office, setup


def run(home: str | None = None) -> None:
    """Be a worker in this process until SIGTERM, or until the process that started it is gone."""
    setup(home)
    from haihe.workspace.jobs.worker import Worker  # its models are there only after the setup

    worker = Worker(str(office().home))
    parent = parent_process()
    signal.signal(signal.SIGTERM, lambda *_: worker.ending.set())
    signal.signal(signal.SIGINT, lambda *_: None if parent else worker.ending.set())  # the server's to hear
    if parent is not None:

        def end_with_server() -> None:
            connection.wait([parent.sentinel])
            worker.ending.set()

        threading.Thread(target=end_with_server, daemon=True).start()
    worker.work()

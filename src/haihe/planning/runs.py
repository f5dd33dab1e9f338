"""Many runs of one kind of work: here, over processes, or on the workers of a Dask cluster.

Whoever does the runs opens the work once (reads, assembles, solves what all runs start from) and then does one run after
the other. Every record goes to the journal as soon as it comes, and only a few runs are handed out at a time, so that
memory does not grow with their number. A run whose process was lost is handed out again, and where that happens to it
several times, it is done alone, so that the run that kills its process is known and the others are kept.
"""

import json
import os
import pickle
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.util import Finalize
from typing import Any, Protocol

from haihe.messages import HaiheError, Text
from haihe.messages.extras import needed
from haihe.planning.control import Control
from haihe.planning.journal import Journal, Record

TRIES = 3
"""Times in a row that processes may be lost without any run coming back."""
TOGETHER = 2
"""Times that a run may be handed out among others when a process is lost; then it is done alone."""
AHEAD = 2
"""Runs handed out at a time, for each worker."""
POLL = 0.2
"""Seconds after which the wish to cancel is asked for again."""
LOST = Text(
    "一个进程意外中止；已重新启动，其任务重做", "a process was lost; it is started anew and its runs are done again"
)
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
OneRun = Callable[[str], Mapping[str, Any]]
"""Does the run of a name and gives its record: JSON values, missing ones None."""


class Work(Protocol):
    """A kind of work that can be sent to another process."""

    @property
    def key(self) -> str:
        """What a journal belongs to: equal where every run would give the same record."""
        ...

    def open(self, control: Control) -> OneRun:
        """Set up, once in every process; the control is that of every solve."""
        ...


def run_all(
    work: Work,
    names: Sequence[str],
    journal: Journal,
    *,
    workers: int = 1,
    dask: str | None = None,
    control: Control | None = None,
) -> None:
    """Do every run that does not stand in the journal yet.

    Parameters
    ----------
    work : Work
    names : sequence of str
        Runs, each of another name.
    journal : Journal
        Where every record goes at once; its ``key`` should be that of the work.
    workers : int
        Processes; with 1 all is done here.
    dask : str, optional
        Address of a Dask scheduler; its workers do the runs, with this haihe installed there. Workers of one thread each
        are best: runs in one process take turns. Work is sent there as a pickle, which is code: only a cluster that you
        trust, by ``tls://`` where others can reach its network.
    control : Control, optional
        Cancel and progress (a `Text` after each run); its time limit is that of one solve. What stands in the journal
        stays there.

    Raises
    ------
    HaiheError
        Whatever a run raises, or the work where it is opened; ``E-PLN-60`` cancelled; ``E-PLN-104`` with the runs whose
        processes were lost again and again, after the others are done, or at once where no run comes back at all;
        ``E-PLN-105`` where the scheduler does not answer, ``E-WORLD-03`` for Dask without its package.
    """
    control = control or Control()
    left = [name for name in names if name not in journal.done]
    total, known = len(names), len(names) - len(left)
    if control.progress is not None:
        for finding in journal.findings:
            control.progress(Text(finding.text("zh"), finding.text("en")))
    found = run_each(work, left, workers=workers, dask=dask, control=control)
    for count, (name, record) in enumerate(found, start=known + 1):
        journal.write(name, record)
        if control.progress is not None:
            control.progress(Text(f"已算 {count}/{total}：{name}", f"{count} of {total} done: {name}"))


def run_each(
    work: Work, names: Sequence[str], *, workers: int = 1, dask: str | None = None, control: Control | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Do runs and give their records as they come, without keeping them; arguments and errors as of `run_all`."""
    control = control or Control()
    if not names:
        return iter(())
    if dask is not None:
        return _on_dask(work, names, dask, control)
    return _over_processes(work, names, workers, control) if workers > 1 else _here(work, names, control)


def _here(work: Work, left: Sequence[str], control: Control) -> Iterator[tuple[str, Mapping[str, Any]]]:
    _refuse_cancelled(control)
    one = work.open(Control(control.time_limit, control.cancel))
    for name in left:
        _refuse_cancelled(control)
        yield name, one(name)


def _over_processes(
    work: Work, left: Sequence[str], workers: int, control: Control
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Do runs over processes, which are started anew where one of them was lost."""
    waiting, lost, idle = list(left), Counter[str](), 0
    killers: list[str] = []
    while waiting:
        calm = [name for name in waiting if lost[name] < TOGETHER]
        some, out = calm or waiting[:1], set[str]()
        try:
            for name, record in _in_pool(work, some, min(workers, len(some)), control, out):
                waiting.remove(name)
                idle = 0
                yield name, record
        except BrokenProcessPool as error:
            lost.update(out)
            idle += bool(calm)
            if idle >= TRIES:
                raise _killed(sorted(out), idle) from error
            if not calm:
                killers.append(waiting.pop(0))
            if control.progress is not None:
                control.progress(LOST)
    if killers:
        raise _killed(killers, TOGETHER + 1)


def _killed(names: Sequence[str], count: int) -> HaiheError:
    return HaiheError("E-PLN-104", value=", ".join(names), count=count)


def _in_pool(
    work: Work, names: Sequence[str], workers: int, control: Control, out: set[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Do runs in one pool of processes; ``out`` holds those that are handed out. Where it ends early, processes do, too."""
    context = get_context("spawn")
    heard, line = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(work, control.time_limit, heard)
    )
    left, futures = list(reversed(names)), dict[Future[Mapping[str, Any]], str]()
    try:
        with _one_thread():
            while left or futures:
                while left and len(futures) < AHEAD * workers:
                    name = left.pop()
                    out.add(name)
                    futures[pool.submit(_one, name)] = name
                ready, _ = wait(futures, timeout=POLL, return_when=FIRST_COMPLETED)
                _refuse_cancelled(control)
                for each in ready:
                    record = each.result()
                    out.remove(futures[each])
                    yield futures.pop(each), record
    except BaseException:
        line.close()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        line.close()
        heard.close()


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started meanwhile use one thread each: many small solves are 20 times slower otherwise."""
    missing = [name for name in THREADS if name not in os.environ]
    os.environ.update(dict.fromkeys(missing, "1"))
    try:
        yield
    finally:
        for name in missing:
            os.environ.pop(name, None)


_OPEN: dict[str, OneRun] = {}
"""The work that is open in this process, by key; one at a time."""
_TURN = threading.Lock()


def _start(work: Work, time_limit: float, line: Connection) -> None:
    """Open the work in a process of its own, which ends when its parent does, and without the last words of libraries.

    What is wrong with the work is said at its first run: an error here would only break the pool.
    """
    Finalize(None, os._exit, args=(0,), exitpriority=-1)
    threading.Thread(target=_end_with_parent, args=(line,), daemon=True).start()
    try:
        _OPEN[""] = work.open(Control(time_limit))
    except Exception as error:
        _OPEN[""] = partial(_raise, error)


def _raise(error: Exception, _: str) -> Mapping[str, Any]:
    raise error


def _end_with_parent(line: Connection) -> None:
    """End this process, whatever it does, once its parent has ended or has closed the line to it."""
    parent = parent_process()
    connection.wait([line] if parent is None else [line, parent.sentinel])
    os._exit(1)


def _one(name: str) -> Mapping[str, Any]:
    return _OPEN[""](name)


def _on_dask(work: Work, left: Sequence[str], address: str, control: Control) -> Iterator[tuple[str, Record]]:
    """Do runs on the workers of a Dask cluster; what a lost worker had is handed out again by the scheduler."""
    distributed = needed("distributed")
    try:
        client = distributed.Client(address, timeout=10, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise HaiheError("E-PLN-105", value=address) from error
    with client:
        waiting = list(reversed(left))
        sent, key = client.submit(_unchanged, pickle.dumps((work, control.time_limit)), pure=False), work.key
        names: dict[str, str] = {}
        coming = distributed.as_completed(loop=client.loop)
        try:
            while waiting or names:
                while waiting and len(names) < AHEAD * max(len(client.nthreads()), 1):
                    name = waiting.pop()
                    future = client.submit(_one_there, sent, key, name, pure=False)
                    names[future.key] = name
                    coming.add(future)
                ready = _next_ready(coming)
                _refuse_cancelled(control)
                for each in ready:
                    name = names.pop(each.key)
                    yield name, _result(each, name, distributed)
        finally:
            coming.clear()


def _next_ready(coming: Any) -> list[Any]:
    """Futures that are done; none where none is after a moment."""
    if not coming.has_ready():
        time.sleep(POLL / 10)
    return list(coming.next_batch(block=False))


def _result(future: Any, name: str, distributed: Any) -> Record:
    try:
        record: Record = json.loads(future.result())
    except distributed.scheduler.KilledWorker as error:
        raise _killed([name], TRIES) from error
    return record


def _unchanged(sent: bytes) -> bytes:
    return sent


def _one_there(sent: bytes, key: str, name: str) -> bytes:
    """Do a run on a Dask worker, which opens the work at its first run; the record comes back as JSON."""
    with _TURN:
        if key not in _OPEN:
            work, time_limit = pickle.loads(sent)
            _OPEN.clear()
            _OPEN[key] = work.open(Control(time_limit))
        return json.dumps(dict(_OPEN[key](name)), allow_nan=False).encode()


def _refuse_cancelled(control: Control) -> None:
    if control.cancelled:
        kept = Text("已算出的仍在记录文件中", "what was done stays in the journal")
        raise HaiheError("E-PLN-60", seconds="0", how_far=kept)

"""A worker: takes one job after the other, has it done in a process of its own, and writes what is heard of it."""

import contextlib
import logging
import os
import secrets
import socket
import threading
import time

from django.db import Error, connection

from haihe.messages import Text
from haihe.workspace.jobs import queue
from haihe.workspace.jobs.child import END, Child
from haihe.workspace.jobs.doing import Outcome, Tell, do, failed
from haihe.workspace.jobs.models import CANCELLED, Job

IDLE, LISTEN, ASK, BEAT, RECOVER = 0.5, 0.1, 0.4, 1.0, 5.0
"""Seconds: between two looks into an empty queue; waiting for a word; between two questions whether to cancel; between
two beats; between two searches for jobs whose worker is gone."""
logger = logging.getLogger("haihe.workspace.jobs")


class Worker:
    """Does jobs until it is told to end.

    Parameters
    ----------
    home : str
        Folder of the workspace.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self.holder = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.ending = threading.Event()
        self.spare: Child | None = None

    def work(self) -> None:
        """Do jobs; a database that does not answer is asked again later."""
        looked = -RECOVER
        while not self.ending.is_set():
            try:
                if time.monotonic() - looked >= RECOVER:
                    queue.recover()
                    looked = time.monotonic()
                self._ready()
                job = queue.take(self.holder)
                if job is None:
                    self.ending.wait(IDLE)
                else:
                    self._have_done(job)
            except Error:
                logger.exception("the database did not answer; trying again")
                connection.close()
                self.ending.wait(2 * IDLE)
        if self.spare is not None:
            self.spare.kill()

    def _ready(self) -> Child:
        """Give a process that waits for a job."""
        if self.spare is None or not self.spare.alive:
            self.spare = Child(self.home)
        return self.spare

    def _have_done(self, job: Job) -> None:
        child, self.spare = self._ready(), None
        try:
            outcome = self._listen(job, child)
        finally:
            child.kill()
        if outcome is not None:
            queue.finish(job, self.holder, outcome.state, outcome.result, outcome.error)
        elif self.ending.is_set():
            queue.give_back(job, self.holder)

    def _listen(self, job: Job, child: Child) -> Outcome | None:
        """Hear a job out; ``None`` where it is not this worker's to end."""
        seconds = job.kind_of_work.seconds if job.kind_of_work else BEAT
        until = time.monotonic() + seconds
        asked = written = time.monotonic()
        words: Text | None = None
        share: float | None = None
        with contextlib.suppress(OSError):  # where it is gone already, that is found out below
            child.give(job.code)
        self._ready()  # for the next job, while this one is done
        while True:
            alive = child.alive
            said = child.messages(LISTEN)
            for message in said:
                if message[0] == END:
                    return message[1]  # type: ignore[no-any-return]
                words, share = message[1] or words, share if message[2] is None else message[2]
            if not alive:
                return failed("E-JOB-11", value=child.how_it_ended)
            now = time.monotonic()
            if now > until:
                return failed("E-JOB-12", value=round(seconds))
            if self.ending.is_set():
                return _last(child)
            if now - asked >= ASK:
                asked = now
                if queue.cancel_asked(job):
                    return _last(child) or Outcome(CANCELLED)
            if now - written >= BEAT:
                written = now
                if not queue.beat(job, self.holder, words, share):
                    return None


def _last(child: Child) -> Outcome | None:
    """End a process; gives the outcome where it was done at that very moment."""
    ends = [message[1] for message in child.ask_to_end() if message[0] == END]
    return ends[0] if ends and ends[0].state != CANCELLED else None


def drain() -> list[Job]:
    """Do everything that is queued, in this process; gives the jobs. For tests and for commands."""
    holder, done = f"drain-{os.getpid()}-{secrets.token_hex(4)}", []
    while (job := queue.take(holder)) is not None:
        outcome = do(job, _writer(job, holder), threading.Event())
        queue.finish(job, holder, outcome.state, outcome.result, outcome.error)
        job.refresh_from_db()
        done.append(job)
    return done


def _writer(job: Job, holder: str) -> Tell:
    def tell(words: Text | None, share: float | None) -> None:
        queue.beat(job, holder, words, share)

    return tell

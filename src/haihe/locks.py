"""A lock on an open file that ends with its process, however that ends; on Windows too."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FAR = 1 << 40
"""Where Windows locks a byte: behind the end of any file, since what is locked there cannot be read."""


@contextmanager
def alone(file: IO[Any]) -> Iterator[None]:
    """Wait for the lock of a file and hold it; a file system that has none goes without."""
    with suppress(OSError):
        _lock(file, hold=True)
    try:
        yield
    finally:
        with suppress(OSError):
            _lock(file, hold=False)


def taken(file: IO[Any]) -> bool:
    """Take the lock of a file for as long as the file is open; False where another process holds it."""
    try:
        _lock(file, hold=True, wait=False)
    except OSError:
        return False
    return True


def _lock(file: IO[Any], *, hold: bool, wait: bool = True) -> None:
    if sys.platform == "win32":
        os.lseek(file.fileno(), FAR, os.SEEK_SET)
        msvcrt.locking(file.fileno(), (msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK) if hold else msvcrt.LK_UNLCK, 1)
        os.lseek(file.fileno(), 0, os.SEEK_SET)
    else:
        fcntl.flock(file.fileno(), (fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB)) if hold else fcntl.LOCK_UN)

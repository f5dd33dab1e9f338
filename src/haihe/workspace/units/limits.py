"""How often something may be done: counts in windows of time, kept in the cache that all processes share."""

import hashlib
import time

from django.core.cache import cache

from haihe.messages import HaiheError


def used(what: str, who: str, seconds: int) -> int:
    """Count one more use in the present window and give how many there were. Two at once may count as one."""
    window = int(time.time()) // seconds
    key = f"limit-{what}-{hashlib.sha256(who.encode()).hexdigest()[:32]}-{window}"
    if cache.add(key, 1, timeout=2 * seconds):
        return 1
    try:
        return cache.incr(key)
    except ValueError:  # the cache let it go between the two lines
        return 1


def spend(what: str, who: str, most: int, seconds: int) -> None:
    """Count one more use; ``E-WEB-23`` (429) where there were too many in this window."""
    if used(what, who, seconds) > most:
        raise HaiheError("E-WEB-23", seconds=seconds - int(time.time()) % seconds)

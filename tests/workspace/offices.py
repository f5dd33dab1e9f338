"""A workspace's folder and settings for tests, for as long as a test, or a file of tests, needs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import override_settings

from haihe.workspace.config import Office


@contextmanager
def own_office(folder: Path) -> Iterator[Office]:
    """Put the workspace's folder into one of the test's own, with quick password hashes and an empty cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIHE_HOME", str(folder / "office"))
        office = Office.read()
        with override_settings(
            OFFICE=office,
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": str(folder)}},
            ALLOWED_HOSTS=["testserver", "127.0.0.1", "localhost"],
            WHITENOISE_AUTOREFRESH=True,
        ):
            office.make_key()
            yield office

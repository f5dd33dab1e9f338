"""What the tests of the workspace share: a folder of their own, quick password hashes, the small city, signed-in clients."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from workspace_cases import City, small_city

from haihe.workspace.config import Office


@pytest.fixture(autouse=True)
def office(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Put the workspace's folder into the test's own."""
    monkeypatch.setenv("HAIHE_HOME", str(tmp_path / "office"))
    settings.OFFICE = Office.read()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
    settings.WHITENOISE_AUTOREFRESH = True
    settings.OFFICE.make_key()
    return settings.OFFICE


@pytest.fixture
def city(db: Any) -> City:
    """The small city."""
    return small_city()


@pytest.fixture
def signed(city: City) -> Callable[[str], Client]:
    """Give a client that is signed in as one of the city's people."""

    def client_of(username: str) -> Client:
        client = Client()
        client.force_login(city.people[username])
        return client

    return client_of

"""The settings in force, what they mean, and on what the workspace runs; secrets are shown as set or not set only."""

import os
import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from haihe.messages import Text
from haihe.version import __version__
from haihe.workspace.config import SETTINGS, Setting
from haihe.workspace.frame.access import Request, anybody, page
from haihe.workspace.office.actions import SETTINGS_READ

PACKAGES = (
    "django",
    "django-ninja",
    "waitress",
    "whitenoise",
    "duckdb",
    "numpy",
    "pandas",
    "scipy",
    "highspy",
    "psycopg",
)
SET, NOT_SET = Text("已设置（不显示）", "set (never shown)"), Text("未设置", "not set")
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting as the page shows it."""

    setting: Setting
    value: Any
    own: bool


def shown_settings() -> list[Shown]:
    """Give every setting with its value; of a secret only whether it is set."""
    given = []
    for setting in SETTINGS:
        value: Any = settings.OFFICE[setting.name]
        if setting.secret:
            value = SET if value else NOT_SET
        elif isinstance(value, tuple):
            value = ", ".join(value)
        elif isinstance(value, bool):
            value = Text("是", "yes") if value else Text("否", "no")
        given.append(Shown(setting, value, setting.variable in os.environ))
    return given


def versions() -> list[tuple[str, str]]:
    """Give what the workspace runs on: name and version."""
    found = [("haihe", __version__), ("Python", platform.python_version())]
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return [*found, (platform.system(), platform.release())]


def database() -> str:
    """Give kind and version of the database, without its address."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if connection.vendor == "postgresql" else "SELECT sqlite_version()")
        said = cursor.fetchone()[0]
    return f"{DATABASES.get(connection.vendor, connection.vendor)} {said}"


def disk(home: Path) -> dict[str, float]:
    """Give the disk of the workspace's folder in MB: whole and free."""
    usage = shutil.disk_usage(home)
    return {"total": usage.total / MEGABYTE, "free": usage.free / MEGABYTE}


@page(SETTINGS_READ)
def settings_page(request: Request) -> HttpResponse:
    """Show settings, versions, database and disk."""
    home = settings.OFFICE.home
    context = {
        "shown": shown_settings(),
        "versions": versions(),
        "database": database(),
        "disk": disk(home),
        "home": home,
    }
    return render(request, "office/settings.html", context)


@anybody()
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the workspace can work: 200, or 503 where its database does not answer. Nothing else is told."""
    del request
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:
        return JsonResponse({"ok": False}, status=503)
    return JsonResponse({"ok": True})

"""The settings of a workspace: declared once; the settings page, the documentation and the checks are derived."""

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from haihe.messages import HaiheError, Text


def _flag(value: str) -> bool:
    return value.strip().lower() in {"1", "true", "yes", "on"}


def _names(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


CACHE_KB = 8000
"""Memory in which a connection to SQLite keeps pages of the database, kB; each thread of the server has a connection."""
KEPT_SECONDS = 60
"""Seconds for which a connection is kept: opening one for each request would cost two milliseconds."""
PRIVATE = 0o700
"""Mode of the workspace's folder: it holds password hashes and live sessions."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: environment variable ``HAIHE_<NAME>``, how it is read, what it means.

    ``secret`` settings are never shown.
    """

    name: str
    about: Text
    default: str = ""
    read: Callable[[str], Any] = str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return f"HAIHE_{self.name}"


SETTINGS = (
    Setting("HOME", Text("工作区文件夹：数据库、数据、密钥", "folder of the workspace: database, data, key"), "office"),
    Setting(
        "DATABASE_URL",
        Text(
            "数据库地址 postgresql://用户:口令@主机/库；空为文件夹内的 SQLite",
            "database, postgresql://user:password@host/name; empty: SQLite in the folder",
        ),
        secret=True,
    ),
    Setting(
        "SECRET_KEY",
        Text(
            "签名密钥；空则首次启动时生成并存于文件夹", "signing key; empty: made at first start and kept in the folder"
        ),
        secret=True,
    ),
    Setting(
        "HOSTS", Text("允许的主机名，逗号分隔", "host names answered, joined by commas"), "127.0.0.1,localhost", _names
    ),
    Setting("HTTPS", Text("经 TLS 提供服务：Cookie 只走 https", "served over TLS: cookies by https only"), "0", _flag),
    Setting("ORIGINS", Text("反向代理后的来源地址，逗号分隔", "origins behind a proxy, joined by commas"), "", _names),
    Setting("SESSION_HOURS", Text("登录有效小时数", "hours a sign-in holds"), "8", int),
    Setting("UPLOAD_MB", Text("上传文件上限，MB", "largest upload, MB"), "20", int),
    Setting("LOCK_AFTER", Text("连续登录失败几次后锁定", "failed sign-ins before an account is locked"), "5", int),
    Setting(
        "LOCK_MINUTES", Text("首次锁定分钟数，之后逐次加倍", "minutes of the first lock; doubled each time"), "5", int
    ),
    Setting(
        "SIGN_INS_A_MINUTE",
        Text("同一地址每分钟登录尝试上限", "attempts to sign in from one address a minute"),
        "30",
        int,
    ),
    Setting("TOKEN_DAYS", Text("接口令牌最长有效天数", "days that a token of the API holds at most"), "365", int),
    Setting(
        "API_PER_MINUTE",
        Text("每个令牌或人员每分钟的高开销接口调用上限", "expensive calls of the API a minute, by token or person"),
        "60",
        int,
    ),
    Setting(
        "DOWNLOADS_PER_MINUTE",
        Text(
            "每人每分钟的下载与版本比较上限", "downloads and comparisons of versions on the pages a minute, by person"
        ),
        "60",
        int,
    ),
    Setting("THREADS", Text("网页服务线程数", "threads that answer requests"), "8", int),
    Setting(
        "SERVERS",
        Text("网页服务进程数（Windows 上为 1）", "processes that answer requests; on Windows always 1"),
        "1",
        int,
    ),
    Setting(
        "PROXY",
        Text(
            "可信反向代理的地址；由它告知访问者地址", "address of a trusted proxy, which says where a request came from"
        ),
    ),
    Setting("WORKERS", Text("后台作业进程数", "processes for work in the background"), "1", int),
    Setting("JOBS_PER_UNIT", Text("每个单位同时排队的作业上限", "jobs that one unit may have waiting"), "20", int),
    Setting("STUDIES_PER_UNIT", Text("每个单位保存的测算上限", "studies that one unit may keep"), "200", int),
    Setting(
        "JOB_MEMORY_MB",
        Text("每个后台作业的内存上限，MB（仅 Linux）", "memory of one job, MB (Linux only)"),
        "4096",
        int,
    ),
)


@dataclass(frozen=True, slots=True)
class Office:
    """The settings in force; read with `Office.read`."""

    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Office":
        """Read every setting; a value that cannot be read raises ``E-WEB-01`` with its name."""
        values = {}
        for setting in SETTINGS:
            said = environment.get(setting.variable, setting.default)
            try:
                values[setting.name] = setting.read(said)
            except ValueError as error:
                raise HaiheError("E-WEB-01", name=setting.variable, value=said) from error
        return cls(values)

    def __getitem__(self, name: str) -> Any:
        """Give one setting by its name without ``HAIHE_``."""
        return self.values[name]

    @property
    def home(self) -> Path:
        """The workspace's folder, absolute."""
        return Path(self["HOME"]).expanduser().resolve()

    @property
    def key_file(self) -> Path:
        """File in which a workspace keeps the signing key that was made for it."""
        return self.home / "secret-key"

    def secret_key(self) -> str:
        """Give the signing key: the setting, else the folder's file, else one for this process alone."""
        if self["SECRET_KEY"]:
            return str(self["SECRET_KEY"])
        return self.key_file.read_text().strip() if self.key_file.exists() else secrets.token_urlsafe(48)

    def make_key(self) -> None:
        """Make the folder and its signing key, readable by its owner only, where there is none."""
        self.home.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        if self["SECRET_KEY"] or self.key_file.exists():
            return
        opened = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with suppress(FileExistsError), os.fdopen(os.open(self.key_file, opened, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(48))  # where another process was first, its key holds

    def database(self) -> dict[str, Any]:
        """Give Django's description of the database."""
        url = str(self["DATABASE_URL"])
        if not url:
            options = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                f"PRAGMA cache_size=-{CACHE_KB};",
            }
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.home / "office.sqlite3",
                "OPTIONS": options,
                "CONN_MAX_AGE": KEPT_SECONDS,
            }
        parts = urlsplit(url)
        if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
            raise HaiheError("E-WEB-01", name="HAIHE_DATABASE_URL", value=f"{parts.scheme}://…")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": KEPT_SECONDS,
            "CONN_HEALTH_CHECKS": True,
        }

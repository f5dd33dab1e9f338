"""How a workspace stands: its folder, key, database, work in the background and record, one line a thing."""

import stat
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from haihe.doctor import Sign, space
from haihe.locks import taken
from haihe.messages import Text
from haihe.workspace.audit import chain
from haihe.workspace.first import has_admin
from haihe.workspace.jobs.models import QUEUED, Job
from haihe.workspace.server import LOCK

LONG = timedelta(minutes=10)
"""How long a job may wait before it is said."""
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def examine_office() -> list[Sign]:
    """Look at the workspace on whose folder Django was started. Nothing is written.

    Returns
    -------
    list of Sign
        Folder, free space, key, database and, where the database can be read, people, jobs and the audit chain.
    """
    found = [folder(settings.OFFICE.home), space(settings.OFFICE.home), key(), database()]
    if found[-1].state == "fail":
        return found
    return [*found, people(), jobs(), record(), served()]


def folder(home: Path) -> Sign:
    """Look whether the folder is its owner's alone."""
    name = Text("工作区文件夹", "folder of the workspace")
    if sys.platform != "win32" and home.stat().st_mode & OPEN_TO_OTHERS:
        mend = Text(f"执行 chmod 700 {home}", f"Run chmod 700 {home}")
        return Sign("folder", "warn", name, Text("其他用户可以进入", "other users of the machine can enter it"), mend)
    return Sign("folder", "ok", name, Text(str(home), str(home)))


def key() -> Sign:
    """Look at the signing key."""
    name = Text("签名密钥", "signing key")
    if settings.OFFICE["SECRET_KEY"]:
        return Sign("key", "ok", name, Text("由 HAIHE_SECRET_KEY 给出", "given by HAIHE_SECRET_KEY"))
    file = settings.OFFICE.key_file
    if not file.exists():
        mend = Text("用 haihe serve 启动一次即生成", "haihe serve makes it at its first start")
        return Sign("key", "fail", name, Text("尚未生成", "not made yet"), mend)
    if sys.platform != "win32" and file.stat().st_mode & OPEN_TO_OTHERS:
        mend = Text(f"执行 chmod 600 {file}", f"Run chmod 600 {file}")
        return Sign("key", "warn", name, Text("其他用户可读", "other users can read it"), mend)
    return Sign("key", "ok", name, Text("存于工作区文件夹", "kept in the folder"))


def database() -> Sign:
    """Look whether the database answers, is sound and has every migration."""
    name = Text("数据库", "database")
    try:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA quick_check")
                said = str(cursor.fetchone()[0])
                if said != "ok":
                    mend = Text("从备份恢复：haihe restore", "Put a backup back: haihe restore")
                    return Sign("database", "fail", name, Text(said, said), mend)
        executor = MigrationExecutor(connection)
        left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        mend = Text("核对 HAIHE_DATABASE_URL 与数据库服务", "Check HAIHE_DATABASE_URL and the database server")
        return Sign("database", "fail", name, Text(str(error), str(error)), mend)
    if left:
        mend = Text("执行 haihe db migrate", "Run haihe db migrate")
        return Sign("database", "fail", name, Text(f"{left} 步结构更新未做", f"{left} migrations are not done"), mend)
    return Sign("database", "ok", name, Text(f"{connection.vendor}，结构最新", f"{connection.vendor}, up to date"))


def people() -> Sign:
    """Look whether somebody can administer it."""
    name = Text("系统管理员", "administrator")
    if has_admin():
        return Sign("people", "ok", name, Text("可登录", "can sign in"))
    mend = Text("以管理员登录并设置自己的口令", "Sign in as the administrator and choose a password")
    return Sign("people", "warn", name, Text("尚无设过自己口令的管理员", "none has chosen the own password yet"), mend)


def jobs() -> Sign:
    """Look whether work in the background waits for long."""
    name = Text("后台作业", "work in the background")
    late = Job.objects.filter(state=QUEUED, created__lt=timezone.now() - LONG).count()
    if late:
        mend = Text("启动 haihe worker，或在 haihe serve 中保留 --worker", "Start haihe worker, or serve with --worker")
        said = Text(f"{late} 个作业等待超过十分钟", f"{late} jobs have waited over ten minutes")
        return Sign("jobs", "warn", name, said, mend)
    return Sign("jobs", "ok", name, Text("没有久等的作业", "nothing waits for long"))


def record() -> Sign:
    """Look at the end of the audit chain; `haihe audit verify` proves the whole of it."""
    name = Text("审计链", "audit chain")
    end = chain.end()
    says = Text(f"{end.number} 条，末端 {end.hash[:12]}", f"{end.number} entries, ends with {end.hash[:12]}")
    return Sign("record", "ok", name, says)


def served() -> Sign:
    """Say whether it is being served now."""
    name = Text("服务", "server")
    file = settings.OFFICE.home / LOCK
    if file.exists():
        with file.open("a+") as lock:
            if not taken(lock):
                return Sign("served", "ok", name, Text("正在运行", "is running"))
    return Sign("served", "ok", name, Text("未运行", "is not running"))

"""What this machine offers haihe: one line a thing, with how it stands and how it is mended.

>>> from haihe.doctor import examine
>>> {sign.state for sign in examine()} <= {"ok", "warn", "fail"}
True
"""

import locale
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Literal

from haihe.messages import Text
from haihe.version import __version__

State = Literal["ok", "warn", "fail"]
STATES: dict[State, Text] = {"ok": Text("正常", "ok"), "warn": Text("注意", "note"), "fail": Text("不可用", "broken")}
OLDEST = (3, 11)
ROOM_MB, LITTLE_MB = 200, 2000
"""Free space below which nothing can be written safely, and below which it is said."""
BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
EXTRAS = {
    "web": ("django", Text("工作区 haihe serve", "the workspace, haihe serve")),
    "postgres": ("psycopg", Text("PostgreSQL 数据库", "PostgreSQL as the database")),
    "word": ("python-docx", Text("Word 文档", "Word documents")),
    "fast": ("numba", Text("企业网络的快速计算", "quick work on networks of firms")),
    "dask": ("distributed", Text("多机运行情景组", "ensembles on several machines")),
    "match": ("rapidfuzz", Text("相似名称的提示", "hints at names that are alike")),
}
"""What a few extras are for: the package that shows that one is installed, and what works with it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at.

    Parameters
    ----------
    key : str
        Stable name of the thing.
    state : {"ok", "warn", "fail"}
    name, says : Text
        What it is, and how it stands.
    mend : Text, optional
        What to do where it does not stand well.
    """

    key: str
    state: State
    name: Text
    says: Text
    mend: Text | None = None

    def to_dict(self, lang: Any) -> dict[str, str]:
        """Give it in one language."""
        said = {"key": self.key, "state": self.state, "name": self.name(lang), "says": self.says(lang)}
        return said | ({"mend": self.mend(lang)} if self.mend else {})


def examine() -> list[Sign]:
    """Look at Python, the packages of the core, the extras, the solver, threads, the language and the space here.

    Returns
    -------
    list of Sign
        In the order of what rests on what. Nothing is written.
    """
    looks: tuple[Callable[[], Sign], ...] = (python, core, extras, solver, threads, language)
    return [*(look() for look in looks), space(Path.cwd())]


def python() -> Sign:
    """Look at the version of Python."""
    number, system = platform.python_version(), platform.system()
    says = Text(f"{number}，{system}", f"{number}, {system}")
    name = Text("Python", "Python")
    if sys.version_info[:2] >= OLDEST:
        return Sign("python", "ok", name, says)
    return Sign("python", "fail", name, says, Text("请安装 Python 3.11 或更新版本", "Install Python 3.11 or newer"))


def core() -> Sign:
    """Look whether every package that the core needs is there."""
    names = [line.split(";")[0] for line in requires("haihe") or [] if "extra ==" not in line]
    missing = [name for name in map(_plain, names) if _version(name) is None]
    name = Text("核心组件", "packages of the core")
    if missing:
        said = ", ".join(missing)
        mend = Text("重新安装 haihe", "Install haihe again")
        return Sign("core", "fail", name, Text(f"缺少 {said}", f"missing: {said}"), mend)
    says = Text(f"haihe {__version__}，{len(names)} 个齐全", f"haihe {__version__}, all {len(names)} there")
    return Sign("core", "ok", name, says)


def _plain(requirement: str) -> str:
    """Give the name of a package without bounds and extras."""
    kept = requirement.strip()
    for stop in "<>=!~[ (":
        kept = kept.split(stop)[0]
    return kept


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def extras() -> Sign:
    """Say which extras are there and what the others would add; a missing one is no fault."""
    there = [extra for extra, (package, _) in EXTRAS.items() if _version(package)]
    absent = {extra: what for extra, (_, what) in EXTRAS.items() if extra not in there}
    name = Text("可选组件", "extras")
    says = Text(f"已装 {'、'.join(there) or '—'}", f"installed: {', '.join(there) or '—'}")
    if not absent:
        return Sign("extras", "ok", name, says)
    zh = "；".join(f"{extra}（{what.zh}）" for extra, what in absent.items())
    en = "; ".join(f"{extra} ({what.en})" for extra, what in absent.items())
    mend = Text(
        f'需要时安装：pip install "haihe[名称]"。未装：{zh}',
        f'Install what is needed: pip install "haihe[name]". Not there: {en}',
    )
    return Sign("extras", "ok", name, says, mend)


def solver() -> Sign:
    """Solve a program of one variable."""
    name = Text("求解器 HiGHS", "solver HiGHS")
    try:
        import highspy

        program: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        program.setOptionValue("output_flag", False)
        program.addVar(2.0, 5.0)
        program.changeColCost(0, 3.0)
        program.run()
        best = program.getInfo().objective_function_value
    except (ImportError, OSError, AttributeError) as error:
        mend = Text("重新安装 highspy", "Install highspy again")
        return Sign("solver", "fail", name, Text(str(error), str(error)), mend)
    if best != 6.0:
        wrong = Text(f"试算得 {best}，应为 6", f"a trial gave {best}, not 6")
        return Sign("solver", "fail", name, wrong, Text("重新安装 highspy", "Install highspy again"))
    number = _version("highspy") or "—"
    return Sign("solver", "ok", name, Text(f"{number}，试算正确", f"{number}, a trial came out right"))


def threads() -> Sign:
    """Look whether numpy's arithmetic is held to one thread: many small solves are far slower otherwise."""
    free = [each for each in BLAS if os.environ.get(each) != "1"]
    count = os.cpu_count() or 1
    name = Text("线程", "threads")
    if not free:
        says = Text(f"{count} 个处理器，矩阵运算单线程", f"{count} processors, matrix arithmetic on one thread")
        return Sign("threads", "ok", name, says)
    says = Text(f"未设为 1：{'、'.join(free)}", f"not set to 1: {', '.join(free)}")
    mend = Text(
        "haihe 命令会自行设置；在 Python 中请在导入 numpy 之前设置",
        "The haihe command sets them itself; in Python set them before numpy is imported",
    )
    return Sign("threads", "warn", name, says, mend)


def language() -> Sign:
    """Look whether the terminal can write Chinese."""
    coding = (sys.stdout.encoding or locale.getpreferredencoding(False)).lower()
    name = Text("文字编码", "encoding of the terminal")
    try:
        "中文—".encode(coding)
    except (LookupError, UnicodeEncodeError):
        mend = Text("设置 PYTHONUTF8=1，或把终端改为 UTF-8", "Set PYTHONUTF8=1, or turn the terminal to UTF-8")
        return Sign("encoding", "warn", name, Text(coding, coding), mend)
    return Sign("encoding", "ok", name, Text(coding, coding))


def space(folder: Path) -> Sign:
    """Look at the free space where a folder is."""
    free = shutil.disk_usage(folder).free // 2**20
    name = Text("磁盘空间", "free space")
    says = Text(f"{free:,} MB（{folder}）", f"{free:,} MB ({folder})")
    if free >= LITTLE_MB:
        return Sign("space", "ok", name, says)
    return Sign("space", "warn" if free >= ROOM_MB else "fail", name, says, Text("清理磁盘", "Make room on the disk"))

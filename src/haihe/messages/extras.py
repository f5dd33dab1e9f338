"""Packages that stand in extras: fetched when they are needed, and asked for by name where they are not there."""

import re
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires
from types import ModuleType

from haihe.messages.findings import HaiheError

_REQUIRED = re.compile(r"""([A-Za-z0-9._-]+).*;\s*extra\s*==\s*["']([a-z]+)["']""")
_OURS = ("dev", "docs")
"""Extras for work on haihe itself."""


def needed(module: str, package: str = "") -> ModuleType:
    """Import a module of an extra.

    Parameters
    ----------
    module : str
    package : str
        What to install for it; called like the module where not given.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where it is not installed; it names the extra, which brings all that the work needs at once.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = package or module
        raise HaiheError("E-WORLD-03", package=package, what=to_install(package)) from error


def to_install(package: str) -> str:
    """Give what to hand to pip for a package: the extra of haihe that it stands in, else the package itself.

    Of several extras the smallest.

    >>> to_install("waitress")
    '"haihe[web]"'
    >>> to_install("no-such-package")
    'no-such-package'
    """
    try:
        lines = requires("haihe") or []
    except PackageNotFoundError:
        lines = []
    extras: dict[str, list[str]] = {}
    for match in filter(None, map(_REQUIRED.match, lines)):
        extras.setdefault(match[2], []).append(match[1].lower())
    holding = [name for name, packages in extras.items() if package.lower() in packages and name not in _OURS]
    return f'"haihe[{min(holding, key=lambda name: len(extras[name]))}]"' if holding else package

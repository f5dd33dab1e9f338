"""Packages that stand in extras: fetched when they are needed, and asked for by name where they are not there."""

from importlib import import_module
from types import ModuleType

from haihe.messages.findings import HaiheError


def needed(package: str) -> ModuleType:
    """Import a package of an extra.

    Raises
    ------
    HaiheError
        ``E-WORLD-03`` where it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise HaiheError("E-WORLD-03", package=package) from error

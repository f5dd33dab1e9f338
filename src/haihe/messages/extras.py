"""Packages that stand in extras: fetched when they are needed, and asked for by name where they are not there."""

from importlib import import_module
from types import ModuleType

from haihe.messages.findings import HaiheError


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
        ``E-WORLD-03`` where it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise HaiheError("E-WORLD-03", package=package or module) from error

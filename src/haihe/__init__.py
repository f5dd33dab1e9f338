"""haihe: coordinate the scarce resources of a regional manufacturing base."""

from haihe.version import __version__

__all__ = ["__version__"]

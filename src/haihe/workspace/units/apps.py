"""The application ``units``."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Units and people."""

    name = "haihe.workspace.units"
    label = "units"

    def ready(self) -> None:
        """Load the models that stand in files of their own."""
        from haihe.workspace.units import limits, locks, sessions, tokens  # noqa: F401 - they build on ``models``

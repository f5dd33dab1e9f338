"""The application ``frame``."""

from django.apps import AppConfig


class FrameConfig(AppConfig):
    """Pages, lists, layout."""

    name = "haihe.workspace.frame"
    label = "frame"

    def ready(self) -> None:
        """Register the check that every address says who may use it."""
        from haihe.workspace.frame import checks  # noqa: F401 - registers itself; models must be loaded before

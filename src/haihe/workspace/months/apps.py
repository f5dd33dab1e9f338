"""The application ``months``."""

from django.apps import AppConfig


class MonthsConfig(AppConfig):
    """Monthly operation."""

    name = "haihe.workspace.months"
    label = "months"

    def ready(self) -> None:
        """Register the menu, what waits, the search, the uploads and the words."""
        from haihe.workspace.months import announce  # needs models, which come after the applications

        announce.register()

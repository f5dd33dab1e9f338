"""The application ``scenarios``."""

from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    """Named overrides of data versions."""

    name = "haihe.workspace.scenarios"
    label = "scenarios"

    def ready(self) -> None:
        """Register the menu, the search, and what an upload can go to."""
        from haihe.workspace.scenarios import announce  # needs models, which come after the applications

        announce.register()

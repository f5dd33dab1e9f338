"""The application ``neighbours``."""

from django.apps import AppConfig


class NeighboursConfig(AppConfig):
    """Members as equals."""

    name = "haihe.workspace.neighbours"
    label = "neighbours"

    def ready(self) -> None:
        """Register the menu, what waits, the search, and what an upload can go to."""
        from haihe.workspace.neighbours import announce  # needs models, which come after the applications

        announce.register()

"""The application ``data``."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    """Datasets and requests for data."""

    name = "haihe.workspace.data"
    label = "data"

    def ready(self) -> None:
        """Register the models of requests, the menu, what waits, the search and what an upload can go to."""
        from haihe.workspace.data import announce  # needs models, which come after the applications

        announce.register()

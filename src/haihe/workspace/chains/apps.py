"""The application ``chains``."""

from django.apps import AppConfig


class ChainsConfig(AppConfig):
    """The chain board."""

    name = "haihe.workspace.chains"
    label = "chains"

    def ready(self) -> None:
        """Register the menu, what waits, the search, the uploads and the words."""
        from haihe.workspace.chains import announce  # needs models, which come after the applications

        announce.register()

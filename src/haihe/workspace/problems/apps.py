"""The application ``problems``."""

from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    """The register of major problems."""

    name = "haihe.workspace.problems"
    label = "problems"

    def ready(self) -> None:
        """Announce the room."""
        from haihe.workspace.problems import announce  # needs models, which come after the applications

        announce.register()

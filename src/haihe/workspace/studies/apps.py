"""The application ``studies``."""

from django.apps import AppConfig


class StudiesConfig(AppConfig):
    """Runs of the library, and what they found."""

    name = "haihe.workspace.studies"
    label = "studies"

    def ready(self) -> None:
        """Announce the room."""
        from haihe.workspace.studies import announce  # needs models, which come after the applications

        announce.register()

"""The application ``jobs``."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Work in the background."""

    name = "haihe.workspace.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Announce the room: menu, what waits, search."""
        from haihe.workspace.jobs import register  # models must be loaded before

        register.announce()

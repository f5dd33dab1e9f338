"""The application ``meetings``."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Sessions of a leading group."""

    name = "haihe.workspace.meetings"
    label = "meetings"

    def ready(self) -> None:
        """Announce the room."""
        from haihe.workspace.meetings import announce  # needs models, which come after the applications

        announce.register()

"""The application ``intake``."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Files come in."""

    name = "haihe.workspace.intake"
    label = "intake"

    def ready(self) -> None:
        """Register the menu, what waits, the search and the work in the background."""
        from haihe.workspace.intake import announce, tasks  # noqa: F401 - needs models, which come after the applications

        announce.register()

"""The application ``rounds``."""

from django.apps import AppConfig


class RoundsConfig(AppConfig):
    """Rounds of a fund."""

    name = "haihe.workspace.rounds"
    label = "rounds"

    def ready(self) -> None:
        """Register the menu, what waits, the search, the work and what an upload can go to."""
        from haihe.workspace.rounds import announce  # needs models, which come after the applications

        announce.register()

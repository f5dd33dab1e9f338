"""The application ``duties``."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Targets, duties and the reports on them."""

    name = "haihe.workspace.duties"
    label = "duties"

    def ready(self) -> None:
        """Register the menu, what waits, the search, papers, and what an upload can go to."""
        from haihe.workspace.duties import announce  # needs models, which come after the applications

        announce.register()

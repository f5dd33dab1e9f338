"""The application ``papers``."""

from django.apps import AppConfig


class PapersConfig(AppConfig):
    """Files that stand as evidence."""

    name = "haihe.workspace.papers"
    label = "papers"

    def ready(self) -> None:
        """Register the menu, the search and the words."""
        from haihe.workspace.papers import announce  # needs models, which come after the applications

        announce.register()

"""The application ``projects``."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects on their way."""

    name = "haihe.workspace.projects"
    label = "projects"

    def ready(self) -> None:
        """Register the menu, what waits, the search, papers, and what an upload can go to."""
        from haihe.workspace.projects import announce  # needs models, which come after the applications

        announce.register()

"""The application ``dashboards``."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Dashboards by role, and maps."""

    name = "haihe.workspace.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        """Register the menu, the search, the words of the record and the figures."""
        from haihe.workspace.dashboards import announce  # needs models, which come after the applications

        announce.register()

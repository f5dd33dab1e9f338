"""The application ``plans``."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    """Published plans, what was derived from them, and what became of them."""

    name = "haihe.workspace.plans"
    label = "plans"

    def ready(self) -> None:
        """Announce the room."""
        from haihe.workspace.plans import announce  # needs models, which come after the applications

        announce.register()

"""The application ``api``."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The workspace for programs."""

    name = "haihe.workspace.api"
    label = "api"

    def ready(self) -> None:
        """Add the sections of the rooms below, and the check that every operation says who may do it."""
        from haihe.workspace.api import checks, register, sections  # noqa: F401 - checks registers itself

        for section in sections.ALL:
            register.add(section)

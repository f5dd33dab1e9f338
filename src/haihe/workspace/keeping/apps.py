"""The application ``keeping``."""

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """Backup, restore, moving to another database, the demonstration."""

    name = "haihe.workspace.keeping"
    label = "keeping"

"""The application ``keeping``."""

from django.apps import AppConfig


class KeepingConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.keeping"
    label = "keeping"

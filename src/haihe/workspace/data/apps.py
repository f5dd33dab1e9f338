"""The application ``data``."""

from django.apps import AppConfig


class DataConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.data"
    label = "data"

"""The application ``office``."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.office"
    label = "office"

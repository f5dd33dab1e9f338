"""The application ``units``."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """Units and people."""

    name = "haihe.workspace.units"
    label = "units"

"""The application ``intake``."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.intake"
    label = "intake"

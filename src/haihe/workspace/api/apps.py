"""The application ``api``."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.api"
    label = "api"

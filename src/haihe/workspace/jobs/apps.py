"""The application ``jobs``."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """TO BE WRITTEN."""

    name = "haihe.workspace.jobs"
    label = "jobs"

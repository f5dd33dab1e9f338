"""The application ``audit``."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The lowest room of the workspace: it knows objects by kind and code only."""

    name = "haihe.workspace.audit"
    label = "audit"

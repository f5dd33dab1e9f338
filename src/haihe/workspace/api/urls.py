"""Addresses of ``api``: the description, the reference, and every operation."""

from django.urls import path

from haihe.workspace.api import reference
from haihe.workspace.api.service import API

app_name = "api"
urlpatterns = [
    path("openapi.json", reference.described, name="openapi"),
    path("docs", reference.page, name="reference"),
    path("", API.urls),
]

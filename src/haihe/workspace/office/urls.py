"""Addresses of ``office``."""

from django.urls import path

from haihe.workspace.office import signing, start

app_name = "office"
urlpatterns = [
    path("", start.start, name="start"),
    path("search", start.search, name="search"),
    path("me", start.me, name="me"),
    path("language", start.language, name="language"),
    path("sign-in", signing.sign_in, name="sign-in"),
    path("sign-out", signing.sign_out, name="sign-out"),
]

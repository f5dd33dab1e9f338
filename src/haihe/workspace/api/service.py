"""The API put together: its sections, and how errors are answered."""

from ninja import NinjaAPI

from haihe.version import __version__
from haihe.workspace.api import problems, register


def build() -> NinjaAPI:
    """Build the API of all sections that rooms have added."""
    api = NinjaAPI(
        title="haihe",
        version=__version__,
        openapi_url=None,  # haihe.workspace.api.document says it whole
        docs_url=None,
        urls_namespace="operations",
    )
    problems.handle(api)
    for section in register.SECTIONS:
        api.add_router("", section.router)
    return api


API = build()

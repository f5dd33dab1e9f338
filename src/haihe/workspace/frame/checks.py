"""A check at every start: each address of the workspace says who may use it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from haihe.workspace.frame.access import Access
from haihe.workspace.frame.register import GROUPS, MENU, address
from haihe.workspace.units.roles import ACTIONS


def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with its pattern; the API's own are left to the API."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            if each.app_name != "api":
                yield from addresses(each, route)
        else:
            yield route, each


def access_of(view: Any) -> Access | None:
    """Give what a view declares about who may use it."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


@register()
def every_address_is_guarded(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Refuse to start with an address that is open by mistake, or with an action that no role could hold."""
    del app_configs
    found: list[CheckMessage] = []
    for route, pattern in addresses():
        access = access_of(pattern.callback)
        if access is None:
            found.append(Error(f"/{route} does not say who may use it", id="haihe.E001"))
        elif access.action and access.action not in ACTIONS:
            found.append(Error(f"/{route} needs the action {access.action}, which nobody declared", id="haihe.E002"))
    return found


@register()
def every_entry_leads_somewhere(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Refuse to start with an entry of the menu that leads nowhere, or that no group of the menu shows."""
    del app_configs
    lost = [each for each in MENU if not address(each) or each.group not in GROUPS]
    return [Error(f"the menu's entry {each.address} leads nowhere or has no group", id="haihe.E003") for each in lost]

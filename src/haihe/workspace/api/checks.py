"""Checks at every start: each operation of the API says who may do it, each form has a name of its own."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from ninja.operation import Operation as Bound
from pydantic import BaseModel

from haihe.workspace.api.calls import Guard
from haihe.workspace.api.operations import OPERATIONS
from haihe.workspace.units.roles import ACTIONS
from haihe.workspace.units.tokens import SCOPES


def bound(routers: Sequence[Any]) -> Iterator[Bound]:
    """Give every operation that answers at an address."""
    for router in routers:
        for view in router.path_operations.values():
            yield from view.operations


@register()
def every_operation_is_guarded(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Refuse to start with an operation that is open by mistake, or needs what no role could hold."""
    del app_configs
    from haihe.workspace.api.service import API  # built when every room has added its sections

    found: list[CheckMessage] = []
    for each in bound(API._get_bound_routers()):
        declared = OPERATIONS.get(each.operation_id or "")
        guards = each.auth_callbacks
        if declared is None or len(guards) != 1 or not isinstance(guards[0], Guard):
            found.append(Error(f"{each.methods} {each.path} of the API is not declared in a Section", id="haihe.E005"))
        elif (declared.action and declared.action not in ACTIONS) or declared.scope not in SCOPES:
            found.append(Error(f"{declared.name} of the API needs what nobody declared", id="haihe.E006"))
    return found


@register()
def every_form_has_its_own_name(app_configs: Sequence[AppConfig] | None, **_more: Any) -> list[CheckMessage]:
    """Refuse two forms of one name: the description would tell of the one where the other is given."""
    del app_configs
    return [
        Error(f"the API has {count} forms called {name}", id="haihe.E007")
        for name, count in Counter(each.__name__ for each in _forms(BaseModel)).items()
        if count > 1
    ]


def _forms(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for each in kind.__subclasses__():
        if each.__module__.startswith("haihe.workspace.api.sections"):
            yield each
        yield from _forms(each)

"""How an operation of the API is declared: what it is called, who may do it, on what, and what it answers.

An operation is declared in a `Section` with `Section.get` or `Section.post`; there is no other way. What is open to
programs is then what `OPERATIONS` holds, each with an action that the roles grant; the reference and the tests walk it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, StringConstraints

from haihe.messages import HaiheError, Text
from haihe.workspace.api.calls import FILE, JSON, Call, Guard
from haihe.workspace.api.keys import done_once
from haihe.workspace.audit.models import Recorded
from haihe.workspace.frame.access import Kept, find
from haihe.workspace.units.models import Person
from haihe.workspace.units.roles import ALLOWED, ROLES

View = Callable[..., Any]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,127}$")]
"""A code as addresses carry it."""
COMMON = (400, 401, 403, 404, 405, 422, 429, 500, 503)
BODY = (413, 415)


@dataclass(frozen=True, slots=True)
class Made:
    """An answer with the address of what was made or begun."""

    body: BaseModel
    location: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Parameters
    ----------
    name : str
        Name of the operation, unique and stable.
    method, path : str
        How it is called, the path below /api/v1.
    action : str
        The action that is needed; "" where signing in is enough.
    scope : str
        The scope that a token needs.
    summary, about : Text
        What it does.
    out : type
        Model of the answer.
    status : int
        Status of the answer.
    of : type of Kept, optional
        Kind of the object that ``{code}`` names: 404 where it is not seen, 403 where the action is not the person's.
    edition : bool
        Whether the call must say in ``If-Match`` which edition of the object it changes.
    file : bool
        Whether the body is a file.
    limit : str
        Name of the count of an expensive operation.
    prepare : callable, optional
        Does what takes long, before the transaction: gets the person and the object, and what it gives is the view's
        argument ``ready``.
    """

    name: str
    method: str
    path: str
    action: str
    scope: str
    summary: Text
    out: type[BaseModel]
    about: Text = field(default_factory=lambda: Text("", ""))
    status: int = 200
    of: type[Kept] | None = None
    edition: bool = False
    file: bool = False
    limit: str = ""
    prepare: Callable[[Person, Any], Any] | None = None
    section: str = ""
    body: bool = False

    @property
    def changes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"

    @property
    def roles(self) -> list[str]:
        """The roles that may do it."""
        return [role for role in ROLES if not self.action or self.action in ALLOWED[role]]

    @property
    def problems(self) -> tuple[int, ...]:
        """The statuses of the problems that it may answer with."""
        more = (409,) * self.changes + (412, 428) * self.edition + BODY * (self.body or self.file)
        return tuple(sorted({*COMMON, *more}))


OPERATIONS: dict[str, Operation] = {}
"""Every operation by its name."""


class Section:
    """A part of the API: its name, and its operations."""

    def __init__(self, code: str, name: Text) -> None:
        self.code, self.name = code, name
        self.router = Router(tags=[code])

    def get(self, path: str, action: str, summary: Text, out: type[BaseModel], **more: Any) -> Callable[[View], View]:
        """Declare an operation that shows; ``**more`` as `Operation` has."""
        return self._declare("GET", path, action, "read", summary, out, more)

    def post(
        self, path: str, action: str, summary: Text, out: type[BaseModel], *, scope: str = "write", **more: Any
    ) -> Callable[[View], View]:
        """Declare an operation that changes; on an object, ``If-Match`` is asked for unless ``edition=False``."""
        more.setdefault("edition", "of" in more)
        return self._declare("POST", path, action, scope, summary, out, more)

    def _declare(
        self, method: str, path: str, action: str, scope: str, summary: Text, out: type[BaseModel], more: dict[str, Any]
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            operation = Operation(
                name=view.__name__,
                method=method,
                path=path,
                action=action,
                scope=scope,
                summary=summary,
                out=out,
                section=self.code,
                body=any(_is_model(each.annotation) for each in inspect.signature(view).parameters.values()),
                **more,
            )
            if operation.name in OPERATIONS:
                raise ValueError(f"two operations are called {operation.name}")
            OPERATIONS[operation.name] = operation
            self.router.add_api_operation(
                path,
                [method],
                _guarded(view, operation),
                auth=Guard(action, scope, operation.limit, FILE if operation.file else JSON if operation.body else ""),
                response={operation.status: out},
                operation_id=operation.name,
            )
            return view

        return declare


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _guarded(view: View, operation: Operation) -> View:
    @wraps(view)
    def call(request: Call, **named: Any) -> HttpResponse:
        if not operation.changes:
            return _do(request, view, operation, named)

        def do(ready: Any) -> HttpResponse:
            return _do(request, view, operation, named if operation.prepare is None else named | {"ready": ready})

        def prepare() -> Any:
            if operation.prepare is not None:
                return operation.prepare(request.user, _thing(request, operation, named["code"]))
            return None

        return done_once(request, request.user, do, prepare)

    call.__signature__ = _signature(view, operation)  # type: ignore[attr-defined]
    return call


def _do(request: Call, view: View, operation: Operation, named: dict[str, Any]) -> HttpResponse:
    thing: Recorded | None = None
    if operation.of is not None:
        thing = _thing(request, operation, named["code"])
        named = {name: said for name, said in named.items() if name != "code"} | {"thing": thing}
    said = view(request, **named) if "request" in inspect.signature(view).parameters else view(**named)
    if isinstance(said, HttpResponse):
        return said
    headers = {"Location": said.location} if isinstance(said, Made) else {}
    body: BaseModel = said.body if isinstance(said, Made) else said
    if thing is not None and thing.editions:
        headers["ETag"] = etag(_edition(thing) if operation.changes else thing.edition)
    return HttpResponse(
        body.model_dump_json(by_alias=True),
        status=operation.status,
        content_type=f"{JSON}; charset=utf-8",
        headers=headers,
    )


def _thing(request: Call, operation: Operation, code: str) -> Any:
    """Give the object that the address names, in the edition that the call names."""
    assert operation.of is not None
    thing = find(request.user, operation.of, code, operation.action)
    if operation.edition:
        _match(request, thing)
    return thing


def etag(edition: int) -> str:
    """Give the entity tag of an edition."""
    return f'"{edition}"'


def _edition(thing: Recorded) -> int:
    return int(type(thing)._default_manager.values_list("edition", flat=True).get(pk=thing.pk))


def _match(request: HttpRequest, thing: Recorded) -> None:
    """Refuse a call that names another edition than the object has now.

    What is changed after this moment is found by `audit.chain.store`, which compares the edition once more under its lock.
    """
    said = request.headers.get("If-Match", "").strip()
    if not said:
        raise HaiheError("E-API-10")
    if said not in {"*", etag(thing.edition)}:
        raise HaiheError("E-WEB-20", value=thing.code, edition=thing.edition, seen=said[:20].strip('"'))


def _signature(view: View, operation: Operation) -> inspect.Signature:
    """Give what ninja reads of a view: the object stands as the code that the path names."""
    signature = inspect.signature(view)
    said = []
    for name, each in signature.parameters.items():
        if name == "thing" and operation.of is not None:
            said.append(inspect.Parameter("code", inspect.Parameter.KEYWORD_ONLY, annotation=Path[Code]))
        elif name != "ready":
            said.append(each if name == "request" else each.replace(kind=inspect.Parameter.KEYWORD_ONLY))
    return signature.replace(parameters=said)

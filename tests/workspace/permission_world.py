"""The addresses of the URL table, and one small city with a sample of everything: what the sweeps over all pages ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern
from samples import LOOKUPS, SAMPLES, VIEWERS, WHERE, Lookup, Sample

from haihe.workspace.frame.access import Access
from haihe.workspace.frame.checks import access_of, addresses
from haihe.workspace.units.models import Person
from workspace_cases import PASSWORD, City


@dataclass(frozen=True)
class Address:
    """One address of the URL table."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def access(self) -> Access:
        """What its view declares."""
        access = access_of(self.pattern.callback)
        assert access is not None
        return access

    @property
    def parameters(self) -> set[str]:
        """Names of its parameters."""
        return set(self.pattern.pattern.converters)

    @property
    def lookup(self) -> Lookup | None:
        """How its object is found: by its declaration, or as `LOOKUPS` says."""
        of = self.access.of
        if self.name in LOOKUPS:
            return LOOKUPS[self.name]
        return Lookup(of, lambda sample: {"code": sample.thing.code}, self.access.action) if of else None


def _named() -> Iterator[Address]:
    for route, pattern in addresses():
        room = pattern.callback.__module__.split(".")[2]
        yield Address(f"{room}:{pattern.name}", route, pattern)


ADDRESSES = {each.name: each for each in _named()}


class World:
    """The small city with its people signed in, one who has no post, and samples made when they are asked for."""

    def __init__(self, city: City) -> None:
        self.city = city
        city.people["nobody"] = Person.objects.create_user("nobody", PASSWORD, name_zh="无职")
        self._clients: dict[str, tuple[Client, str]] = {}
        for username in [*VIEWERS, ""]:
            client = Client(raise_request_exception=False)
            if username:
                client.force_login(city.people[username])
            self._clients[username] = client, client.cookies.output(header="")
        self._samples: dict[tuple[type, str], Sample] = {}

    def fill(self) -> None:
        """Make every sample, in the order in which they were registered."""
        for kind in SAMPLES:
            for unit in WHERE:
                self.sample(kind, unit)

    def sample(self, kind: type, unit: str) -> Sample:
        """The sample of a kind in a unit."""
        if (kind, unit) not in self._samples:
            self._samples[kind, unit] = SAMPLES[kind](self.city, unit)
        return self._samples[kind, unit]

    def ask(self, username: str, method: str, url: str) -> HttpResponse:
        """Ask as somebody (nobody signed in: ""), and leave everything as it was before."""
        client, _ = self._clients[username]
        cookies = client.cookies
        client.cookies = SimpleCookie({name: morsel.value for name, morsel in cookies.items()})
        try:
            with transaction.atomic():
                answer: Any = client.generic(method, url, b"", content_type="application/x-www-form-urlencoded")
                if answer.streaming:
                    b"".join(answer.streaming_content)
                transaction.set_rollback(True)
        finally:
            client.cookies = cookies
        return answer

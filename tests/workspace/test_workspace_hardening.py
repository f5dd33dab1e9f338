"""What an attacker found, closed: half-open connections, tokens after a new password, forged log lines, readable files."""

import logging
import socket
import stat
from pathlib import Path
from urllib.request import urlopen

import pytest
from browsing import server_of
from django.test import Client

from haihe.workspace.audit.chain import Actor
from haihe.workspace.frame.logs import OneLine
from haihe.workspace.units import staff, tokens
from haihe.workspace.units.models import Person
from workspace_cases import PASSWORD, City

HALF_OPEN = 150
ADMIN = Actor("admin", "TJ")


@pytest.mark.slow
def test_half_sent_requests_shut_nobody_out(tmp_path: Path) -> None:
    with server_of(tmp_path / "office", worker=False) as server:
        host, port = server.url.removeprefix("http://").split(":")
        held = [socket.create_connection((host, int(port)), timeout=5) for _ in range(HALF_OPEN)]
        try:
            for each in held:
                each.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
            with urlopen(f"{server.url}/healthz", timeout=10) as answer:
                assert answer.status == 200
        finally:
            for each in held:
                each.close()
        home = tmp_path / "office"
        readable = [
            each
            for each in (home, *home.rglob("*"))
            if stat.S_IMODE(each.stat().st_mode) & 0o077 and each.name != "server.log"
        ]
        assert not readable, "what the workspace writes is its owner's alone"


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["renew", "deactivate", "own password"])
def test_a_new_password_ends_the_tokens(how: str, city: City, client: Client) -> None:
    person = city.people["bh-editor"]
    _, text = tokens.create(person, "script", ["read"], 30)
    asked = {"HTTP_AUTHORIZATION": f"Bearer {text}"}
    assert client.get("/api/v1/me", **asked).status_code == 200
    if how == "own password":
        client.force_login(person)
        new = "another-long-test-password"
        answer = client.post("/me/password", {"old": PASSWORD, "new": new, "again": new})
        assert answer.status_code == 302, answer.content.decode()[:2000]
    else:
        {"renew": staff.renew, "deactivate": staff.deactivate}[how](ADMIN, Person.objects.get(pk=person.pk))
        again = Person.objects.get(pk=person.pk)
        again.is_active, again.must_change = True, False
        again.save()
    assert Client().get("/api/v1/me", **asked).status_code == 401


def test_a_request_cannot_write_lines_of_its_own_into_the_log() -> None:
    record = logging.LogRecord(
        "haihe", logging.WARNING, "x", 1, "posted to %s", ("/a\n2026 ERROR forged\x1b[2J\u2028",), None
    )
    said = OneLine("{message}", style="{").format(record)
    assert "\n" not in said
    assert "\x1b" not in said
    assert "\u2028" not in said
    assert "forged" in said

"""The pages about the API say what it is, and the program of the how-to runs as it stands there."""

import contextlib
import io
import re
import runpy
import urllib.error
import urllib.request
import urllib.response
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from intake_cases import small_dataset, uses_of, workbook

from haihe.messages import LANGUAGES
from haihe.workspace.audit.models import Entry
from haihe.workspace.data.models import Dataset
from haihe.workspace.jobs.worker import drain
from haihe.workspace.units import tokens
from workspace_cases import City

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "http://testserver"
BLOCK = re.compile(r"```python\n(.*?)```", re.S)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_reference_page_is_up_to_date(lang: str) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "api_page.py"))
    written = (ROOT / "docs" / "reference" / script["FILES"][lang]).read_text("utf-8")
    assert written == script["page"](lang), "run scripts/api_page.py"


def served(request: urllib.request.Request) -> Any:
    """Answer a request of the program with the workspace of this test, as ``urlopen`` does."""
    path = request.full_url.removeprefix(ADDRESS)
    sent = {"content_type": request.get_header("Content-type", ""), "headers": dict(request.header_items())}
    answer = Client().generic(request.get_method(), path, request.data or b"", **sent)  # type: ignore[arg-type]
    body, headers = io.BytesIO(answer.content), Message()
    for name, value in answer.headers.items():
        headers[name] = value
    if answer.status_code >= 400:
        raise urllib.error.HTTPError(path, answer.status_code, "", headers, body)
    return urllib.response.addinfourl(body, headers, path, answer.status_code)


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["api.md", "api.zh.md"])
def test_the_program_of_the_how_to_runs(page: str, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_dataset(city)
    (tmp_path / "figures.xlsx").write_bytes(workbook({"uses": uses_of("north", note="改")}))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HAIHE_ADDRESS", ADDRESS)
    monkeypatch.setenv(
        "HAIHE_TOKEN", tokens.create(city.people["planner"], "how-to", ["read", "write", "approve"], 1)[1]
    )
    monkeypatch.setattr(urllib.request, "urlopen", served)
    printed, names = io.StringIO(), dict[str, Any]()
    blocks = BLOCK.findall((ROOT / "docs" / "howto" / page).read_text("utf-8"))
    assert len(blocks) >= 5
    for block in blocks:
        with contextlib.redirect_stdout(printed):
            exec(compile(block, page, "exec"), names)
        drain()
    said = printed.getvalue()
    assert "planner ['read', 'write', 'approve']" in said
    assert "received /api/v1/jobs/" in said
    assert "previewed {'uses': {" in said
    assert "confirmed small-2" in said
    assert "404 E-API-04" in said
    assert Dataset.objects.get(code="small").current.code == "small-2"
    assert {each.channel for each in Entry.objects.filter(kind="intake.upload").exclude(verb="read")} == {"api"}

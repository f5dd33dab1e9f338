"""Hostile files are refused by code or read right: nothing is written, nothing of the inside is told, all is recorded."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from hostile_files import SCRIPT, Hostile, fuzzed, table
from intake_cases import made, page_of, send, small_dataset

from haihe.workspace.audit.chain import verify
from haihe.workspace.audit.models import Entry
from haihe.workspace.config import Office
from haihe.workspace.data.models import Version
from haihe.workspace.intake.models import Upload
from haihe.workspace.jobs.models import Job
from haihe.workspace.jobs.worker import drain
from workspace_cases import City

pytestmark = pytest.mark.django_db
CASES = list(table())
INSIDE = re.compile(
    r"/tmp/|/home/|site-packages|Traceback|\.py\b|calamine|duckdb|expat|0x[0-9a-f]{6}|root:x:", re.IGNORECASE
)
SECONDS = 60
"""Far more than any file may take, on a machine that is busy."""


def codes_in(page: str) -> set[str]:
    return set(re.findall(r"\b[EWN]-[A-Z]+-\d\d\b", page))


def survives(client: Client, case: Hostile, office: Office) -> tuple[set[str], str]:
    """Send a file; gives the codes that were said and the upload's state ("" where it was refused at the door)."""
    versions, uploads, entries = Version.objects.count(), Upload.objects.count(), Entry.objects.count()
    start = time.monotonic()
    answer = send(client, case.data, case.name)
    page, state = answer.content.decode(), ""
    assert answer.status_code in {302, 413, 422}, (case.name, answer.status_code)
    if answer.status_code == 302:
        drain()
        upload = Upload.objects.select_related("reading").get(code=answer["Location"].rsplit("/", 1)[-1])
        assert Job.objects.get(code=upload.job).state == "done", Job.objects.get(code=upload.job).error
        state = upload.state
        assert state in {"refused", "read", "previewed"}
        page = page_of(client, upload)
        for part in ("marked.xlsx", "file"):
            sent = made(client, f"/intake/{upload.code}/{part}")
            if sent.status_code == 200:
                assert "attachment" in sent["Content-Disposition"]
                assert sent["X-Content-Type-Options"] == "nosniff"
            assert sent.status_code in {200, 302, 422}  # 302: a job that failed on the damaged file
        for name in (path.name for path in (office.home / "uploads").rglob("*") if path.is_file()):
            assert re.fullmatch(r"[0-9a-f]{64}\.(xlsx|csv|zip|parquet)", name)
    else:
        assert Upload.objects.count() == uploads
        last = Entry.objects.last()
        assert last is not None
        assert (last.verb, last.kind) == ("refuse", "intake.upload")
    assert time.monotonic() - start < SECONDS
    assert Version.objects.count() == versions
    assert Entry.objects.count() > entries
    assert not INSIDE.search(re.sub(r"(?s)<head>.*?</head>", "", page)), (case.name, INSIDE.search(page))
    assert SCRIPT not in page
    assert "Set-Cookie" not in str(answer.headers.get("Location", ""))
    return codes_in(page), state


@pytest.mark.parametrize("case", CASES, ids=[f"{at}-{case.name[:20]!a}" for at, case in enumerate(CASES)])
def test_hostile_files_are_refused_by_code_or_read(
    city: City, signed: Callable[[str], Client], office: Office, case: Hostile
) -> None:
    small_dataset(city)
    codes, state = survives(signed("planner"), case, office)
    if case.door:
        assert state == ""
    if case.codes:
        assert codes & set(case.codes), codes
        assert state in {"", "refused"}


def test_a_gb18030_file_and_one_with_a_bom_are_read_right(
    city: City, signed: Callable[[str], Client], office: Office
) -> None:
    small_dataset(city)
    right = [case for case in CASES if case.name == "uses.csv" and not case.codes]
    assert len(right) == 2
    for case in right:
        _, state = survives(signed("planner"), case, office)
        assert state == "previewed"
        upload = Upload.objects.first()
        assert upload is not None
        assert upload.reading.counts["uses"]["changed"] == 1


def test_file_names_are_shown_without_folders_and_escaped(city: City, signed: Callable[[str], Client]) -> None:
    small_dataset(city)
    client = signed("planner")
    for name in ("../../etc/uses.csv", f"{SCRIPT}.csv"):
        send(client, CASES[-1].data, name)
        upload = Upload.objects.first()
        assert upload is not None
        assert "/" not in upload.file_name.replace("</script>", "")
        for page in ("/intake/", f"/intake/{upload.code}", "/intake/?q=script"):
            text = client.get(page).content.decode()
            assert "<script>alert" not in text


def test_too_large_is_refused_and_recorded(city: City, signed: Callable[[str], Client], settings: object) -> None:
    small_dataset(city)
    answer = send(signed("planner"), b"0" * (20 * 1024 * 1024 + 1), "big.csv")
    assert answer.status_code == 413
    assert "E-INT-01" in answer.content.decode()
    last = Entry.objects.last()
    assert last is not None
    assert last.after is not None
    assert (last.verb, last.after["refused"]) == ("refuse", "E-INT-01")


def _fuzz(city: City, client: Client, office: Office, seeds: range) -> None:
    small_dataset(city)
    states = {survives(client, fuzzed(seed), office)[1] for seed in seeds}
    assert {"", "refused", "previewed"} <= states
    assert not list(verify())
    known = {"uploads", "data", "results", "secret-key"}
    assert {path.name for path in Path(office.home).iterdir()} <= known | {"office.sqlite3", "static"}


def test_fuzzed_files(city: City, signed: Callable[[str], Client], office: Office) -> None:
    _fuzz(city, signed("planner"), office, range(20))


@pytest.mark.endure
def test_many_fuzzed_files(city: City, signed: Callable[[str], Client], office: Office) -> None:
    _fuzz(city, signed("planner"), office, range(1000, 1500))

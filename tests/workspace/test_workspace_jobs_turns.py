"""Writers that lock the same rows in another order do not wait for each other for ever: on PostgreSQL it ends one of them."""

from pathlib import Path

import pytest
from browsing import office_in

from postgres_server import postgres

pytestmark = [pytest.mark.slow]


@pytest.mark.postgres
def test_nobody_is_ended_on_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres() as url:
        monkeypatch.setenv("HAIHE_DATABASE_URL", url)
        monkeypatch.setenv("HAIHE_JOBS_PER_UNIT", "1000")
        server = office_in(tmp_path / "office")
        server.run("workspace_job_cases:seed")
        assert server.run("workspace_job_cases:collide", 40) == []


def test_nobody_is_ended_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAIHE_DATABASE_URL", raising=False)
    monkeypatch.setenv("HAIHE_JOBS_PER_UNIT", "1000")
    server = office_in(tmp_path / "office")
    server.run("workspace_job_cases:seed")
    assert server.run("workspace_job_cases:collide", 10) == []

"""Two who decide about one thing at the same moment: one wins, the other reads that it was changed meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest
from approval_race_cases import CASES
from browsing import office_in

from postgres_server import postgres

pytestmark = pytest.mark.slow
TOLD = {"web": [[302, False], [409, True]], "api": [[200, False], [412, True]]}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def came(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What everybody was told, in an office of its own on the database."""
    home = tmp_path_factory.mktemp("races") / "office"
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            patch.delenv("HAIHE_DATABASE_URL", raising=False)
            yield office_in(home).run("approval_race_cases:raced")
            return
        with postgres() as url:
            patch.setenv("HAIHE_DATABASE_URL", url)
            yield office_in(home).run("approval_race_cases:raced")


@pytest.mark.parametrize("way", ["web", "api"])
@pytest.mark.parametrize("name", CASES)
def test_of_two_who_decide_at_once_one_wins(came: dict[str, Any], name: str, way: str) -> None:
    said = came[f"{name}, {way}"]
    assert said["told"] == TOLD[way]
    assert said["entries"] == 1
    assert said["awards"] == (name == "award")
    assert came["breaks"] == 0

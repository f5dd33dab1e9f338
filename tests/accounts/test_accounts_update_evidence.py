"""The update against the published truth: 2012 to 2017, and the table of today's base year."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from haihe.accounts import (
    national_concordance,
    read_national_2012,
    read_provinces,
)

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "evaluate_update.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("evaluate_update", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    __import__("sys").modules["evaluate_update"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(script, reference):
    return script.evaluate(script.read_case(reference))


KEPT, RAS_CARRIED = "keep the old table, scaled to GDP", "plain RAS, margins carried forward"
HALF, STILL, FULL = (f"update, 9 industries, damping {d}" for d in ("0.5", "0", "1"))
LIMIT = "plain RAS, true margins"


def test_the_ranking_that_was_found(measured):
    median = measured.groupby("method")[["coefficients", "multipliers", "output"]].median() * 100
    a, m, x = (median[column] for column in median)
    # Coefficients: half of the nation's change is best before the fact, and true margins are better still.
    assert a[LIMIT] < a[HALF] < min(a[STILL], a[FULL], a[KEPT], a[RAS_CARRIED])
    # Output: nine groups beat three, both beat the old table by far.
    assert x[HALF] < x["update, 3 industries, damping 0.5"] < x[KEPT] - 5
    assert x["update, 9 industries, gross output of 3, damping 0.5"] < x[HALF]
    # Multipliers: no update has clear skill over the old table; only true margins do.
    assert abs(m[HALF] - m[KEPT]) < 1
    assert m[LIMIT] < 0.5 * m[KEPT]
    assert a[KEPT] == pytest.approx(53.0, abs=0.5)
    assert a[HALF] == pytest.approx(50.0, abs=0.5)
    assert a[LIMIT] == pytest.approx(43.5, abs=0.5)
    assert x[KEPT] == pytest.approx(27.9, abs=0.3)
    assert x[HALF] == pytest.approx(18.0, abs=0.3)


def test_the_members_as_the_page_gives_them(measured, script):
    rows = measured[measured["method"] == HALF].set_index("region").loc[script.MEMBERS, script.MEASURES] * 100
    np.testing.assert_allclose(rows, [[46.3, 13.6, 22.8], [39.1, 12.1, 24.3], [50.5, 5.5, 18.0]], atol=0.3)


def test_every_updated_table_balances(measured):
    updated = measured[measured["method"].str.startswith("update")]
    assert updated["identity"].notna().all()
    assert updated["identity"].max() < 1e-9


def test_the_page_holds_what_is_measured(measured, script):
    page = script.TARGET.read_text(encoding="utf-8")
    median = measured[measured["method"] == HALF][script.MEASURES].median() * 100
    line = next(line for line in page.splitlines() if line.startswith(f"| {HALF} |"))
    assert line.endswith(" | ".join(f"{value:.1f}" for value in median) + " |")


def test_the_nation_of_2012_fits_the_provinces(reference):
    nation = read_national_2012(reference / "china_national_io")
    assert set(national_concordance().mapping) == {f"{i:03d}" for i in range(1, 140)}
    provinces = read_provinces(reference / "china_provincial_io", 2012)
    assert nation.sectors == provinces.sectors
    assert [c.name for c in nation.diagnose() if c.status == "FAIL"] == []
    logs = np.log(nation.output[0]), np.log(provinces.output.sum(axis=0))
    assert np.corrcoef(*logs)[0, 1] > 0.97

"""The golden workbook: exactly the faults that were planted, each at its place."""

from collections import Counter
from pathlib import Path

import pytest

from golden_workbook import Golden, plant
from haihe.region import check_path
from haihe.region.check import CHECKS
from haihe.region.checks.facts import Facts
from haihe.region.reading import read_draft
from small_region import META


@pytest.mark.parametrize("seed", [2017, 1, 2, 3, 4, 5])
def test_exactly_the_planted_faults_are_found(tmp_path: Path, seed: int) -> None:
    expected = plant(tmp_path / "golden.xlsx", seed)
    found = [(f.code, f.table, f.row, f.column) for f in check_path(tmp_path / "golden.xlsx")]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert len(expected) >= 30
    rows = Counter((sheet, row) for _, sheet, row, _ in expected if row not in (None, 1))
    assert sum(count >= 2 for count in rows.values()) >= 10
    assert len({code for code, *_ in expected}) >= 30


def test_every_check_has_its_share_in_the_golden_workbook(tmp_path: Path) -> None:
    """Leaving out any check would be noticed; the exceptions are watched in test_region_checks and test_planning_out_of_bounds."""
    plant(tmp_path / "golden.xlsx")
    facts = Facts(read_draft(tmp_path / "golden.xlsx"))
    silent = {check.__name__ for check in CHECKS if not list(check(facts))}
    assert silent == {"base_year", "growth_targets", "stage_references"}


def test_the_seed_moves_the_faults(tmp_path: Path) -> None:
    assert plant(tmp_path / "a.xlsx", 1) != plant(tmp_path / "b.xlsx", 2)


def test_without_faults_nothing_is_found(tmp_path: Path) -> None:
    golden = Golden(0)
    golden.cells = {"haihe": [["field", "value"], *map(list, META.model_dump().items())], **golden.cells}
    golden.save(tmp_path / "whole.xlsx")
    assert not check_path(tmp_path / "whole.xlsx")

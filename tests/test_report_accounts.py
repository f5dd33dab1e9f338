"""The chapter on the accounts: what it says is what was measured."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from haihe.accounts import audit
from haihe.accounts.of_region import accounts_of
from haihe.figures import Figure, Table
from haihe.messages import Text
from haihe.region.examples import example
from haihe.reporting import Meta, Report
from haihe.reporting.accounts_chapter import accounts_chapter, age_table


@pytest.fixture(scope="module")
def region():
    return example()


def tables(chapter):
    found = [block.table if isinstance(block, Figure) else block for block in chapter.blocks]
    return {table.key: table.frame for table in found if isinstance(table, Table)}


def test_chapter_tells_checks_residuals_and_age(region):
    chapter = accounts_chapter(region)
    assert chapter.title.en == "How good are these accounts"
    shown = tables(chapter)
    assert {"accounts-checks", "accounts-residual", "accounts-age"} <= set(shown)
    checks = shown["accounts-checks"].set_index("check")
    accounts = accounts_of(region)
    assert checks.loc["row_identity", "PASS"] == len(accounts.regions)
    assert checks["FAIL"].sum() == 0
    assert checks.loc["changed", "SKIPPED"] == 1
    percent = 100 * np.abs(accounts.residual).sum(axis=1) / accounts.output.sum(axis=1)
    np.testing.assert_allclose(shown["accounts-residual"]["percent"], percent)


def test_age_is_counted_from_the_sources(region):
    frame = age_table(region, now=2026).frame
    own = frame[frame["source"] == "NBS-IO-2017"]
    assert set(own["age"]) == {2026 - 2017}
    counted = own.set_index("table").loc["accounts", "records"]
    assert counted == (region["accounts"]["source"] == "NBS-IO-2017").sum()
    known = frame["age"].dropna()
    assert known.is_monotonic_decreasing
    assert age_table(region).notes[0].en.startswith(f"Ages are counted from {region['sources']['year'].max()}")


def test_faults_and_changes_are_shown(region):
    accounts = accounts_of(region)
    Z = accounts.Z.copy()
    Z[1] = Z[1].T
    shown = tables(accounts_chapter(region, audit(replace(accounts, Z=Z), before=accounts)))
    noticed = shown["accounts-noticed"]
    assert "FAIL" in set(noticed["status"])
    assert any("transposing" in text.en for text in noticed["text"])
    changes = shown["accounts-changes"].set_index("block")
    assert changes.loc["Z", "changed"] > 0
    assert changes.loc["final", "changed"] == 0
    assert "accounts-changes" not in tables(accounts_chapter(region, audit(accounts)))


def test_chapter_stands_in_a_report(region, tmp_path):
    meta = Meta(
        region=Text("京津冀", "Jing-Jin-Ji"),
        scenario=Text("基准", "Baseline"),
        data_version="0" * 8,
        made=datetime(2026, 1, 1, tzinfo=UTC),
        draft=True,
    )
    report = Report(Text("报告", "Report"), meta, [accounts_chapter(region)])
    page = report.to_html(tmp_path / "r.html").read_text(encoding="utf-8")
    assert "这些核算有多可靠" in page
    report.to_excel(tmp_path / "r.xlsx", "zh")

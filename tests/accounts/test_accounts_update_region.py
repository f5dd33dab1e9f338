"""Updating a region with its own tables: what they hold is what is used, and what is published is met."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from haihe.accounts import (
    accounts_of,
    aggregate,
    known_totals_of,
    revisions_of,
    totals_met,
    update,
    update_region,
)
from haihe.cli import app
from haihe.messages import HaiheError
from haihe.region import Region
from haihe.region.examples import example
from small_region import small_region

TOTALS = pd.DataFrame(
    {
        "total": ["GDP-N", "FARM", "WAGES"],
        "name_zh": ["北市地区生产总值", "农业增加值", "南市劳动报酬"],
        "name_en": ["GDP of north", "value added of farms", "pay in south"],
        "item": ["added", "added", "added"],
        "region": ["north", None, "south"],
        "sectors": ["*", "farm", "*"],
        "kinds": ["*", "*", "labour"],
        "year": [2020, 2020, 2020],
        "value": [150.0, 70.0, 55.0],
        "reliability": [0.0, 0.01, 0.02],
        "unit": ["亿元"] * 3,
        "source": ["S1"] * 3,
        "quality": ["illustrative"] * 3,
    }
)
REVISED = pd.DataFrame(
    {
        "region": ["south"],
        "year": [2017],
        "published": [100.0],
        "revised": [80.0],
        "reason_zh": ["普查修订"],
        "reason_en": ["census"],
        "unit": ["亿元"],
        "source": ["S1"],
        "quality": ["illustrative"],
    }
)


@pytest.fixture(scope="module")
def region() -> Region:
    return small_region().with_table("known_totals", TOTALS).with_table("revisions", REVISED)


def nations(region):
    then = replace(aggregate(accounts_of(region), regions={"north": "N", "south": "N"}), flows=None)
    return then, replace(then, year=2020, Z=1.1 * then.Z, final=0.9 * then.final, output=1.2 * then.output)


def test_the_tables_of_the_region_are_what_is_used(region):
    then, now = nations(region)
    made = update_region(region, 2020, national_then=then, national_now=now)
    totals, revisions = known_totals_of(region, 2020), revisions_of(region, 2017)
    assert [(t.name, t.region, t.sectors, t.kinds) for t in totals] == [
        ("GDP-N", "north", None, None),
        ("FARM", None, ["farm"], None),
        ("WAGES", "south", None, ["labour"]),
    ]
    assert [(r.region, r.factor, r.text.en) for r in revisions] == [("south", 0.8, "census")]
    same = update(
        accounts_of(region), 2020, national_then=then, national_now=now, totals=totals, revisions=revisions
    ).accounts
    np.testing.assert_array_equal(made.accounts.Z, same.Z)
    met = totals_met(region, made.accounts).set_index("total")
    assert met.loc["GDP-N", "found"] == pytest.approx(150.0, rel=1e-9)
    assert (met["difference"].abs() <= 3 * met["reliability"] + 1e-9).all()
    assert totals_met(region, accounts_of(region)).empty


def test_a_published_sum_of_nothing_has_no_share_of_difference(region):
    nothing = region.with_table("known_totals", TOTALS.assign(year=2017, value=[0.0, *TOTALS["value"][1:]]))
    met = totals_met(nothing, accounts_of(nothing))
    assert met["difference"].isna().tolist() == [True, False, False]
    assert np.isfinite(met["found"]).all()


def test_a_concordance_brings_other_sectors_to_the_regions(region):
    then, now = nations(region)
    codes = {"farm": "a1", "steel": "z9", "care": "b2"}
    from haihe.accounts import Concordance

    back = Concordance({new: old for old, new in sorted(codes.items())})
    other = update_region(region, 2020, national_then=then.rename(codes), national_now=now.rename(codes), sectors=back)
    same = update_region(region, 2020, national_then=then, national_now=now)
    np.testing.assert_allclose(other.accounts.Z, same.accounts.Z, rtol=1e-9)


def test_a_table_of_several_regions_is_no_nation(region):
    _, now = nations(region)
    with pytest.raises(HaiheError) as caught:
        update_region(region, 2020, national_then=accounts_of(region), national_now=now)
    assert caught.value.findings[0].code == "E-ACC-69"


@pytest.mark.parametrize(("year", "base", "code"), [(2021, None, "E-ACC-68"), (2020, 2016, "E-ACC-40")])
def test_what_is_not_known_is_said(region, year, base, code):
    then, now = nations(region)
    with pytest.raises(HaiheError) as caught:
        update_region(region, year, national_then=then, national_now=now, base=base)
    assert caught.value.findings[0].code == code


def test_accounts_later_than_the_year_asked_for_are_no_start(region):
    then, now = nations(region)
    early = region.with_table("known_totals", TOTALS.assign(year=2010))
    with pytest.raises(HaiheError) as caught:
        update_region(early, 2010, national_then=then, national_now=now)
    assert caught.value.findings[0].code == "E-ACC-40"


def test_the_example_meets_what_it_claims():
    region = example()
    accounts = accounts_of(region)
    assert [c.name for c in accounts.diagnose(1e-9) if c.name.endswith("identity") and c.status != "PASS"] == []
    met = totals_met(region, accounts)
    assert len(met) == (region["known_totals"]["year"] == region.meta.base_year).sum() > 0
    exact = met[met["reliability"] == 0]
    assert len(exact) == 4
    assert (exact["found"] - exact["published"]).abs().max() < 0.05
    assert (met["difference"].abs() <= 3 * met["reliability"] + 1e-6).all()


def nation_folder(accounts, folder):
    """Write a national table as a region of its own, which the commands read like any other layout."""
    small = small_region()
    frame = accounts.to_frame().assign(unit=accounts.unit, source="S1", quality="illustrative")
    regions = small["regions"].iloc[[0]].assign(role="member")
    tables = {"accounts": frame, "regions": regions, "sectors": small["sectors"], "sources": small["sources"]}
    meta = small.meta.model_copy(update={"base_year": accounts.year, "price_year": accounts.year})
    return Region(tables, meta).write(folder)


def test_the_command_updates_and_tells_what_was_met(region, tmp_path):
    then, now = nations(region)
    names = {"N": "nation"}
    paths = [nation_folder(t.rename(names), tmp_path / str(t.year)) for t in (then, now)]
    home = region.write(tmp_path / "home")
    words = ["accounts", "update", str(home), "--to", "2020", "-o", str(tmp_path / "out")]
    twice = [word for path in paths for word in ("--national", str(path))]
    result = CliRunner().invoke(app, [*words, *twice, "--lang", "zh"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "北市地区生产总值" in result.output
    files = {path.stem for path in (tmp_path / "out").iterdir()}
    assert files == {"accounts", "flows", "trace", "totals", "changes"}
    told = json.loads(CliRunner().invoke(app, [*words, *twice, "--json"]).stdout)
    assert told["totals"][0]["found"] == pytest.approx(150.0)
    once = CliRunner().invoke(app, [*words, *twice[:2], "--lang", "en"])
    assert once.exit_code != 0
    assert "E-CLI-03" in once.output + str(once.stderr)

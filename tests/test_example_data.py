"""The committed example: it reads and checks, its identities hold, and every figure says what it is."""

import csv
import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from haihe.accounts import Accounts
from haihe.region import Region, read

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "jing-jin-ji"
MEMBERS = ["BJ", "TJ", "HE"]
VALUE_ADDED = {
    2023: {"BJ": 43760.7, "TJ": 16737.3, "HE": 43944.1},
    2017: {"BJ": 28015, "TJ": 18549, "HE": 34016},
    2012: {"BJ": 17879, "TJ": 12894, "HE": 26575},
}
"""Published value added of the tables, 亿元."""

CONTENT_SITES = ("414w", "juredian", "tszmap", "nanbeizhi", "hbzqbyyxgs", "jiemian", "toutiao", "baidu", "zhihu")


@pytest.fixture(scope="module")
def example() -> Region:
    return read(EXAMPLE)


def cells(name: str) -> pd.DataFrame:
    return pd.read_csv(EXAMPLE / f"{name}.csv")


def accounts(year: int, frame: pd.DataFrame | None = None) -> Accounts:
    table, flows = cells("accounts") if frame is None else frame, cells("flows")
    return Accounts.from_frame(
        table[table["year"] == year].reset_index(drop=True),
        "亿元",
        flows=flows[flows["year"] == year].reset_index(drop=True),
    )


def test_it_reads_and_checks_without_a_finding(example: Region) -> None:
    findings = [f for f in example.check() if f.severity in ("error", "warning")]
    assert [f.text("en") for f in findings] == []


def test_a_wrong_cell_is_found(example: Region) -> None:
    table = example["accounts"]
    at = table.index[(table["region"] == "TJ") & (table["row"] == "TEQ") & (table["column"] == "output")][0]
    table.loc[at, "value"] += 1.0
    assert any(f.severity == "error" and f.table == "accounts" for f in example.with_table("accounts", table).check())


@pytest.mark.parametrize("year", VALUE_ADDED)
def test_identities_hold_on_what_is_shipped(year: int) -> None:
    shipped = accounts(year)
    assert np.abs(shipped.row_balance).max() < 1e-9 * shipped.output.max()
    assert np.abs(shipped.column_balance).max() < 1e-9 * shipped.output.max()
    share = np.abs(shipped.row_balance) / np.maximum(shipped.output, 1.0)
    assert share.max() < 1e-9


def test_the_identity_fails_on_a_changed_cell() -> None:
    table = cells("accounts")
    at = table.index[(table["year"] == 2017) & (table["column"] == "export")][0]
    table.loc[at, "value"] += 0.001
    assert np.abs(accounts(2017, table).row_balance).max() > 0.0009


@pytest.mark.parametrize("year", VALUE_ADDED)
def test_provincial_value_added_is_the_published_one(year: int) -> None:
    shipped = accounts(year)
    for region, published in VALUE_ADDED[year].items():
        assert shipped.value_added[shipped.position(region)].sum() == pytest.approx(published, abs=0.5)


def test_members_leave_only_rounding_unexplained() -> None:
    shipped = accounts(2017)
    for region in MEMBERS:
        assert np.abs(shipped.residual[shipped.position(region)]).max() < 0.05


def test_every_flow_lies_in_its_band() -> None:
    flows = cells("flows")
    assert (flows["low"] <= flows["value"]).all()
    assert (flows["value"] <= flows["high"]).all()
    between = flows[flows["from_region"].isin(MEMBERS) & flows["to_region"].isin(MEMBERS) & (flows["value"] > 1)]
    assert (between["high"] > between["low"]).all()


def test_the_removable_file_can_go(tmp_path: Path) -> None:
    folder = shutil.copytree(EXAMPLE, tmp_path / "region")
    (folder / "uses.co2.csv").unlink()
    rest = read(folder)
    assert [f.text("en") for f in rest.check() if f.severity == "error"] == []
    assert not set(rest["uses"]["resource"]) & {"co2", "energy"}


def test_all_of_the_inventory_stands_in_the_removable_file_in_two_digits() -> None:
    for file in EXAMPLE.glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        if file.name == "uses.co2.csv":
            assert set(table["source"]) == {"CEADS"}
            values = table["value"].astype(float)
            assert (values == values.map(lambda v: float(f"{v:.1e}"))).all()
        elif file.name != "sources.csv" and "source" in table:
            assert "CEADS" not in set(table["source"]), file.name
    terms = cells("sources").set_index("source").loc["CEADS", "terms_en"]
    assert all(paper in terms for paper in ("Guan et al. 2021", "Shan et al. 2018", "Shan et al. 2020"))


def test_no_source_is_a_content_site() -> None:
    with (EXAMPLE / "sources.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            words = " ".join(row.values()).lower()
            assert not any(site in words for site in CONTENT_SITES), row["source"]
            assert not re.search(r"https?://|\b[\w-]+\.(com|cn|net|org|cc)\b", words), row["source"]
            assert row["publisher_zh"].strip()
            assert row["publisher_en"].strip()


def test_made_up_figures_are_marked_row_by_row() -> None:
    for file in EXAMPLE.glob("*.csv"):
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        if {"source", "quality"} <= set(table):
            assert (table.loc[table["source"] == "DEMO", "quality"] == "illustrative").all(), file.name
            assert (table.loc[table["quality"] == "official", "source"] != "HAIHE").all(), file.name


def test_every_project_says_that_it_is_made_up() -> None:
    projects = cells("projects")
    assert len(projects) == 120
    assert projects["name_zh"].str.endswith("（示例）").all()
    assert projects["name_en"].str.endswith("(example)").all()
    assert (projects["quality"] == "illustrative").all()
    assert (projects["source"] == "DEMO").all()
    assert projects["note"].str.contains("虚构").all()
    assert projects["name_zh"].is_unique
    assert projects["name_en"].is_unique


def test_projects_fit_their_articles_chains_and_districts() -> None:
    projects, sites = cells("projects"), cells("project_sites")
    rules, stages, regions = cells("rules"), cells("chain_stages"), cells("regions")
    least = projects["article"].map(rules.set_index("article")["threshold"]).fillna(0.0)
    assert (projects["investment"] >= least).all()
    assert (projects["equipment"] < projects["investment"]).all()
    known = set(zip(stages["chain"], stages["sector"], strict=True))
    assert set(zip(projects["chain"], projects["sector"], strict=True)) <= known
    count = sites.groupby("project").size()
    assert count.between(1, 3).all()
    assert set(count.index) == set(projects["project"])
    districts = set(regions.loc[regions["level"] == "district", "region"])
    assert set(sites["region"]) == districts
    assert len(districts) == 16


def test_not_every_project_can_go_ahead() -> None:
    needs, sites, room = cells("project_resources"), cells("project_sites"), cells("endowments")
    room = room[room["region"].isin(set(sites["region"]))]
    for resource in ("land", "energy", "labour"):
        asked = needs.loc[needs["resource"] == resource, "value"].sum()
        given = room.loc[room["resource"] == resource, "value"].sum()
        assert 0.4 * asked < given < 0.8 * asked


def test_chains_are_the_twelve_with_four_to_seven_stages() -> None:
    chains, stages = cells("chains"), cells("chain_stages")
    assert len(chains) == 12
    assert stages.groupby("chain").size().between(4, 7).all()
    assert set(stages["chain"]) == set(chains["chain"])
    assert chains["official_label"].value_counts().to_dict() == {"strong": 5, "short": 3, "new": 2}


def test_tile_maps_have_one_tile_a_place_and_a_whole_centre() -> None:
    regions = cells("regions").set_index("region")
    districts = regions[regions["level"] == "district"]
    cities = regions[(regions["level"] == "city") | regions.index.isin(["BJ", "TJ"])]
    for part, size in ((districts, 16), (cities, 13)):
        assert len(part) == size
        assert part[["tile_x", "tile_y"]].notna().all(axis=None)
        assert not part[["tile_x", "tile_y"]].duplicated().any()
    centre = districts[districts["gbt2260"].between(120101, 120106)][["tile_x", "tile_y"]].to_numpy()
    reached, left = [centre[0]], list(centre[1:])
    while left:
        near = [tile for tile in left if any(np.abs(tile - other).sum() == 1 for other in reached)]
        assert near, "the six central districts do not hang together"
        reached += near
        left = [tile for tile in left if not any((tile == n).all() for n in near)]


def test_parameters_hold_what_the_plan_reads() -> None:
    parameters = cells("parameters").set_index("parameter")
    ends = [parameters.loc[f"segment_{k}", "value"] for k in range(1, 8)]
    assert all(low < high for low, high in pairwise(ends))
    assert ends[-1] == 1.0
    elastic = parameters[parameters.index.str.startswith("elasticity_")]
    assert len(elastic) == 8
    assert np.allclose(elastic["low"], elastic["value"] / 2)
    assert np.allclose(elastic["high"], elastic["value"] * 2)
    times = {"first_year": 2026, "last_year": 2030, "outlook_year": 2035, "outlook_step": 2, "step": 2}
    for name, value in {"growth": 0.05, "discount": 0.08, "depreciation": 0.07, **times}.items():
        assert parameters.loc[name, "value"] == value


def test_the_example_is_small() -> None:
    assert sum(file.stat().st_size for file in EXAMPLE.iterdir()) < 2_000_000


def test_stages_of_all_chains_take_no_more_than_their_sector() -> None:
    assert cells("chain_stages").groupby("sector")["share"].sum().max() <= 1.0


def test_every_source_is_used() -> None:
    used: set[str] = set()
    for file in EXAMPLE.glob("*.csv"):
        table = pd.read_csv(file, dtype=str)
        if file.name != "sources.csv" and "source" in table:
            used |= set(table["source"].dropna())
    assert set(cells("sources")["source"]) == used

"""Which firms matter: the index itself, districts and chains by hand, made-up firms that say so, report and command."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import haihe as hh
from haihe.cli import app
from haihe.region.examples import examples_folder
from haihe.reporting.content import KeyLines
from haihe.reporting.stress_chapter import firms_in, stress_chapter
from haihe.shocks import Recipe, systemic_risk
from haihe.shocks import which_firms as module
from haihe.shocks.network import MADE_UP
from haihe.shocks.shock_files import REFERRED
from haihe.shocks.which_firms import FirmRisk, firm_risk

HAIHE = str(examples_folder() / "jing-jin-ji")


@pytest.fixture(scope="module")
def region() -> hh.Region:
    return hh.example("jing-jin-ji")


@pytest.fixture(scope="module")
def made(region: hh.Region) -> FirmRisk:
    return firm_risk(region, Recipe(firms=600, links=5000))


@pytest.fixture(scope="module")
def known(region: hh.Region) -> hh.Region:
    """The example's places and chains, with five firms of a register."""
    about = {"quality": "illustrative", "source": "DEMO"}
    firms = pd.DataFrame(
        {
            "enterprise": list("abcde"),
            "name_zh": [f"企业{c}" for c in "abcde"],
            "name_en": [f"firm {c}" for c in "abcde"],
            "region": ["TJ-BH", "TJ-BH", "TJ-XQ", "BJ", "BJ"],
            "sector": ["ELX", "ELX", "TEQ", "TRN", "ELX"],
            "stages": ["IC.FAB", None, "AUTO.CAR", None, None],
            "output": [50.0, 20.0, 90.0, 60.0, 10.0],
            "unit": "亿元",
        }
    ).assign(**about)
    links = pd.DataFrame(
        [("a", "c", 30.0, "essential"), ("b", "c", 10.0, "important"), ("c", "d", 40.0, "important")],
        columns=["supplier", "customer", "value", "need"],
    ).assign(unit="亿元", **about)
    tables = {name: region[name] for name in REFERRED if region.has(name)}
    return hh.Region(tables, region.meta).with_table("enterprises", firms).with_table("supplies", links)


def test_a_register_is_taken_as_it_is(known: hh.Region) -> None:
    """The index is that of the network alone; districts and chains are sums over its rows done by hand."""
    found = firm_risk(known)
    alone = systemic_risk(found.network, engine="plain").frame.set_index("enterprise")["index"]
    mine = found.frame.set_index("enterprise")
    pd.testing.assert_series_equal(mine["index"].sort_index(), alone.sort_index())
    assert not found.network.made_up
    assert mine.loc["a", "times"] == pytest.approx(alone["a"] / (50 / 230))
    assert mine.loc["e", "times"] == pytest.approx(1.0)
    places = found.by("region").set_index("region")
    assert places.loc["TJ-BH", "firms"] == 2
    assert places.loc["TJ-BH", "mean"] == pytest.approx(alone[["a", "b"]].mean())
    assert places.loc["TJ-BH", "largest"] == alone[["a", "b"]].idxmax()
    assert "生成" not in found.words[0].zh
    assert all(MADE_UP not in table.notes for table in found.tables.values())


def test_chains_follow_the_register_and_else_the_sector(known: hh.Region) -> None:
    """`a` names its stage, so it is in that chain only; `b` of the same sector counts to every chain with a stage there."""
    found = firm_risk(known)
    member = found.membership
    assert member.loc[member["enterprise"] == "a", "chain"].tolist() == ["IC"]
    assert member.loc[member["enterprise"] == "c", "chain"].tolist() == ["AUTO"]
    stages = known["chain_stages"]
    electronics = stages[stages["sector"] == "ELX"].groupby("chain")["share"].sum().clip(upper=1)
    guessed = member[member["enterprise"] == "b"].set_index("chain")["weight"]
    assert guessed.to_dict() == electronics.to_dict()
    index = found.frame.set_index("enterprise")["index"]
    chain = found.chains.set_index("chain").loc["IC"]
    inside = member[member["chain"] == "IC"]
    weights = inside["weight"].to_numpy(dtype=float)
    assert chain["firms"] == len(inside)
    assert chain["mean"] == pytest.approx(float(index[inside["enterprise"]] @ weights / weights.sum()))


def test_made_up_firms_say_so_everywhere(made: FirmRisk, region: hh.Region) -> None:
    """On every table and figure, in title and note; only firms of the members and their districts are looked at."""
    assert made.quality == "illustrative"
    assert "虚拟企业" in made.words[0].zh
    for shown in (*made.tables.values(), *made.figures.values()):
        assert "由核算生成" in shown.title.zh
        assert "made from the accounts" in shown.title.en
        assert MADE_UP in shown.notes
    parents = region["regions"].set_index("region")["parent"].to_dict()
    members = {"BJ", "TJ", "HE"}
    assert {parents[place] if place not in members else place for place in made.frame["region"]} <= members
    assert made.chains["chain"].isin(region["chains"]["chain"]).all()
    assert {line.zh for line in made.words} != {line.en for line in made.words}
    assert all("·" not in line.en for line in made.words)


def test_very_many_firms_are_screened(known: hh.Region, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond `MOST` only those with the largest bounds are worked out, with the same index."""
    whole = firm_risk(known).frame.set_index("enterprise")["index"]
    monkeypatch.setattr(module, "MOST", 2)
    few = firm_risk(known).frame.set_index("enterprise")["index"]
    assert len(few) == 2
    assert np.allclose(few, whole[few.index])
    assert few.index[0] == whole.index[0]


def test_a_large_table_gets_firms_enough(region: hh.Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRMS", 1)
    assert firm_risk(region).network.n > 2 * np.count_nonzero(hh.accounts_of(region).output)


def test_the_report_has_them_in_its_chapter(made: FirmRisk, region: hh.Region) -> None:
    chapter = stress_chapter([], firms=made)
    assert chapter is not None
    assert any(isinstance(block, KeyLines) for block in chapter.blocks)
    keys = {getattr(block, "key", "") for block in chapter.blocks}
    assert {"firm-risk-firms-chart", "firm-risk-regions", "firm-risk-chains"} <= keys
    bare = hh.Region({name: region[name] for name in ("sources", "regions", "sectors")}, region.meta)
    assert firms_in(bare) is None


def test_the_command_names_firms_and_writes_them(tmp_path) -> None:
    run = CliRunner().invoke(app, ["stress", HAIHE, "--firms", "--json", "-o", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    said = json.loads(run.stdout)
    assert said["quality"] == "illustrative"
    assert "firm-risk-chains" in said["tables"]
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"stress.xlsx", "firms.csv", "chains.csv", "districts.csv", "firm-risk-firms-chart.html"} <= names
    both = CliRunner().invoke(app, ["stress", HAIHE, "--firms", "--list"])
    assert both.exit_code == 2

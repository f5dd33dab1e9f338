"""Firm networks on tables so small that the answers are known by hand."""

import pandas as pd
import pytest

from haihe.accounts.of_region import accounts_of
from haihe.diagnosis.chains import chains_of
from haihe.diagnosis.diagnosis import diagnose
from haihe.diagnosis.firms import anchors, firms_of, single_suppliers, stage_firms
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

STAGES = [("ore", "上游", "upstream", 0.2), ("melt", "熔炼", "midstream", 0.3), ("use", "应用", "downstream", 0.4)]
FIRMS = {
    # firm: region, sector, stages, output in 万元
    "A": ("north", "steel", "metal.ore", 900.0),
    "B": ("south", "steel", "metal.ore", 100.0),
    "C": ("north", "steel", "metal.melt", 500.0),
    "D": ("south", "steel", "metal.melt", 300.0),
    "E": ("north", "care", "metal.use", None),
    "F": ("south", "farm", None, 50.0),
    "G": ("south", "care", "metal.use;metal.melt", 80.0),
}
SUPPLIES = [
    ("A", "C", 60.0, "essential"),
    ("B", "C", 40.0, "essential"),
    ("A", "D", 30.0, "essential"),
    ("C", "E", 50.0, "essential"),
    ("D", "E", 50.0, "essential"),
    ("F", "E", 20.0, "important"),
    ("F", "D", 5.0, "replaceable"),
    ("D", "G", 10.0, "essential"),
]


def tables(supplies: bool = True) -> dict[str, pd.DataFrame]:
    found = small_tables()
    found["chain_stages"] = pd.DataFrame(
        [
            ("metal", code, zh, code, place, "steel" if code != "use" else "care", share)
            for code, zh, place, share in STAGES
        ],
        columns=["chain", "stage", "name_zh", "name_en", "position", "sector", "share"],
    ).assign(**EVIDENCE)
    rows = [(code, f"企业{code}", f"Firm {code}", *about) for code, about in FIRMS.items()]
    columns = ["enterprise", "name_zh", "name_en", "region", "sector", "stages", "output"]
    found["enterprises"] = pd.DataFrame(rows, columns=columns).assign(unit="万元", **EVIDENCE)
    if supplies:
        frame = pd.DataFrame(SUPPLIES, columns=["supplier", "customer", "value", "need"])
        found["supplies"] = frame.assign(unit="万元", **EVIDENCE)
    return found


@pytest.fixture(scope="module")
def region():
    return Region(tables(), META)


@pytest.fixture(scope="module")
def firms(region):
    return firms_of(region)


def test_stages_resolve_to_firms(region, firms):
    frame = stage_firms(firms, chains_of(region, accounts_of(region))).set_index("stage")
    assert frame["firms"].to_dict() == {"ore": 2, "melt": 3, "use": 2}
    assert frame.loc["ore", "output"] == 1000.0
    assert frame.loc["ore", "largest"] == "A"
    assert frame.loc["ore", "largest_share"] == pytest.approx(0.9)
    assert frame.loc["ore", "concentration"] == pytest.approx(0.81 + 0.01)
    assert frame.loc["use", "output"] == 80.0  # E states none
    only_south = stage_firms(firms, chains_of(region, accounts_of(region)), ["south"]).set_index("stage")
    assert only_south["firms"].to_dict() == {"ore": 1, "melt": 2, "use": 1}


def test_a_single_supplier_is_one_without_another_in_its_stages(firms):
    frame = single_suppliers(firms).set_index(["customer", "supplier"])
    assert set(frame.index) == {("D", "A"), ("G", "D"), ("E", "F")}
    assert frame.loc[("D", "A"), "share"] == pytest.approx(30 / 35)  # D also buys 5 from F
    assert frame.loc[("D", "A"), "alternatives"] == 1  # B makes ore too
    assert frame.loc[("G", "D"), "alternatives"] == 1  # C melts; G itself does not count
    assert frame.loc[("G", "D"), "inputs"] == "metal.melt"
    assert frame.loc[("E", "F"), "alternatives"] == 0
    assert frame.loc[("E", "F"), "inputs"] == "farm"


def test_anchors_are_those_without_whom_others_stop_or_cannot_sell(firms):
    frame = anchors(firms).set_index("enterprise")
    # C (all), D (50 of 60) and F (20 of 25) sell mostly to E; A (60 of 90) and B (all) mostly to C.
    assert frame["leaning"].to_dict() == {"A": 0, "D": 0, "E": 3, "C": 2}
    assert frame.loc["E", "leaning_sales"] == 120.0
    assert frame.loc["C", "leaning_sales"] == 100.0
    # Without A stops D, and then G, which melts from D alone; E has C beside D, so it goes on.
    assert frame.loc["A", "stopped"] == 2
    assert frame.loc["A", "stopped_output"] == 380.0
    assert frame.loc["D", "stopped"] == 1
    assert frame.loc["A", "waiting"] == 1
    assert list(frame.index[:2]) == ["A", "D"]


def test_a_second_supplier_ends_the_dependence(region):
    more = tables()
    extra = pd.DataFrame([("B", "D", 1.0, "essential")], columns=["supplier", "customer", "value", "need"])
    more["supplies"] = pd.concat([more["supplies"], extra.assign(unit="万元", **EVIDENCE)], ignore_index=True)
    firms = firms_of(Region(more, META))
    assert ("D", "A") not in set(single_suppliers(firms)[["customer", "supplier"]].itertuples(index=False, name=None))
    assert anchors(firms).set_index("enterprise")["stopped"].get("A", 0) == 0


def test_a_supplier_in_two_stages_is_not_single_where_another_shares_one_of_them():
    more = tables()
    more["enterprises"].loc[more["enterprises"]["enterprise"] == "A", "stages"] = "metal.ore;metal.melt"
    extra = pd.DataFrame([("C", "D", 1.0, "important")], columns=["supplier", "customer", "value", "need"])
    more["supplies"] = pd.concat([more["supplies"], extra.assign(unit="万元", **EVIDENCE)], ignore_index=True)
    frame = single_suppliers(firms_of(Region(more, META)))
    assert "D" not in set(frame["customer"])  # A gives ore and melt, and C gives melt too


def test_money_is_read_by_its_unit():
    other = tables()
    other["supplies"] = other["supplies"].assign(value=other["supplies"]["value"] / 1e4, unit="亿元")
    assert single_suppliers(firms_of(Region(other, META)))["value"].max() == pytest.approx(30.0)


def test_the_diagnosis_shows_firms_with_names(region):
    found = diagnose(region)
    assert set(found.firms.tables) == {
        "firms-stages",
        "firms-anchors-chart",
        "firms-anchors",
        "firms-single-suppliers",
    }
    shown = found.tables["firms-single-suppliers"].shown_rows()
    assert {row[0].en for row in shown} == {"Firm D", "Firm G", "Firm E"}
    assert found.figures["firms-anchors-chart"].options("zh")
    assert not {"N-DIA-68", "N-DIA-70"} & {finding.code for finding in found.findings}


def test_without_deliveries_only_stages_are_known():
    found = diagnose(Region(tables(supplies=False), META))
    assert set(found.firms.tables) == {"firms-stages"}
    assert "N-DIA-70" in {finding.code for finding in found.findings}


def test_without_firms_the_diagnosis_says_so():
    found = diagnose(Region(small_tables(), META))
    assert found.firms is None
    assert "N-DIA-68" in {finding.code for finding in found.findings}

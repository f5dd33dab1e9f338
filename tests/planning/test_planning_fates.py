"""Upgrade, keep or exit: each fate is what it says, and none is better than what the plan would choose."""

import numpy as np
import pandas as pd
import pytest

from haihe.messages import HaiheError
from haihe.planning import fates as room
from haihe.planning.assembly import assemble
from haihe.planning.fates import Fates, fates
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session
from haihe.region import Region
from small_region import EVIDENCE, META, small_tables

CHANGES = {"energy_inputs": -0.12, "other_inputs": -0.015, "labour": -0.05, "co2": -0.15}
COSTS = {"new_capital": 0.2, "retrofit": 0.35, "retrofit_limit": 0.06}


def region(*, uses: bool = True) -> Region:
    tables = small_tables()
    up = {"technology": "up", "name_zh": "升级", "name_en": "upgraded", **CHANGES, **COSTS, **EVIDENCE}
    tables["technologies"] = pd.DataFrame([up])
    tables["limits"] = pd.DataFrame(
        [
            {
                "limit": "cap",
                "name_zh": "碳上限",
                "name_en": "carbon cap",
                "resource": "co2",
                "sense": "cap",
                "year": 2025,
                "value": 0.8,
                "unit": "share of reference",
                **EVIDENCE,
            }
        ]
    )
    if uses:
        people = tables["uses"][tables["uses"]["resource"] == "land"].assign(resource="labour", unit="persons/亿元")
        tables["uses"] = pd.concat([tables["uses"], people])
        labour = pd.DataFrame(
            {"resource": ["labour"], "name_zh": "劳动力", "name_en": "Labour", "kind": "stock", "unit": "persons"}
        )
        tables["resources"] = pd.concat([tables["resources"], labour])
    return Region(tables, META)


def compared() -> Fates:
    return fates(region(), "steel", member="north")


def check(f: Fates) -> None:
    table = f.table.set_index("fate")
    assert list(table.index) == ["free", "keep", "upgrade", "exit"]
    assert (table.loc["free", "welfare"] >= table["welfare"] - 1e-7).all(), "a fate is better than the free choice"
    assert table.loc["keep", ["welfare", "output", "jobs_lost", "jobs_absorbed"]].eq(0).all()
    setup = setup_of(region(), projects=False)
    e = setup.economy
    made = float(e.output[0, 1, e.assumptions.last_index] * e.assumptions.trend[e.assumptions.last_index])
    assert table.loc["exit", "output"] == pytest.approx(-made, rel=0.2), "the sector is not closed"
    assert table.loc["exit", "imports"] > 0
    jobs = f.jobs.set_index(["fate", "region", "sector"])["jobs"]
    assert jobs["exit", "north", "steel"] < 0
    lost = jobs["exit"][jobs["exit"] < 0].sum()
    assert table.loc["exit", "jobs_lost"] == pytest.approx(lost)
    assert table.loc["upgrade", "jobs_lost"] < 0
    assert table.loc["upgrade", "welfare"] != 0


def test_each_fate_is_what_it_says() -> None:
    check(compared())


@pytest.mark.parametrize("broken", ["_closed", "_upgraded"])
def test_a_fate_that_sets_nothing_is_noticed(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, broken, room._kept)
    with pytest.raises(AssertionError):
        check(compared())


def test_bounds_are_put_back_and_exit_leaves_no_capacity() -> None:
    setup = setup_of(region(), projects=False)
    assembly = assemble(setup)
    session = Session(assembly.model.program)
    first = session.solve()
    room._closed(session, assembly, 0, 1)
    gone = session.solve()
    p, last = assembly.model.production, setup.economy.assumptions.last_index
    assert gone.value(p.old)[0, 1, last] == pytest.approx(0.0, abs=1e-9)
    assert gone.value(p.closed)[0, 1].max() > 1e-3
    room._released(session, assembly, 0, 1)
    room._upgraded(session, assembly, 0, 1)
    turned = session.solve().value(p.retrofit)[0, 0, 1]
    np.testing.assert_allclose(turned[:last], 0.06 * setup.economy.output[0, 1, 0], rtol=1e-9)
    room._released(session, assembly, 0, 1)
    assert session.solve().objective == pytest.approx(first.objective, rel=1e-9)


def test_jobs_are_missing_where_no_use_of_labour_is_stated() -> None:
    f = fates(region(uses=False), "steel", member="north")
    assert f.table[["jobs_lost", "jobs_absorbed"]].isna().all().all()
    assert f.jobs.empty
    assert "fates" in f.tables


@pytest.mark.parametrize(
    ("sector", "member", "code", "table", "column"),
    [
        ("stel", "north", "E-PLN-80", "sectors", "sector"),
        ("steel", "nord", "E-PLN-80", "regions", "region"),
        ("care", "north", "E-PLN-81", "", None),
    ],
)
def test_what_cannot_be_compared_is_refused(sector: str, member: str, code: str, table: str, column: str) -> None:
    with pytest.raises(HaiheError) as caught:
        fates(region(), sector, member=member)
    (finding,) = caught.value.findings
    assert (finding.code, finding.table, finding.column) == (code, table, column)


def test_a_cost_that_is_the_limit_of_an_answer_is_said() -> None:
    """The south has little steel from outside: closing its own ends at the limit of what can be bought."""
    f = fates(region(), "steel", member="south")
    held = f.table.set_index("fate")["held"]
    assert held["exit"]
    assert not held["keep"]
    assert any("do not quote" in note.en for note in f.tables["fates"].notes)

"""Joint projects: costs are shared in full, a game by definition, and conventions move figures without adding any."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_coalition_share import region_with_agreement

from haihe.coalition import joint_projects as module
from haihe.coalition.conventions import count, count_table
from haihe.coalition.joint_costs import airport_shares
from haihe.coalition.joint_projects import cost_game, joint_projects, net_game
from haihe.messages import HaiheError
from haihe.region import Region
from small_region import EVIDENCE

NEEDS = st.lists(st.integers(0, 9).map(float), min_size=2, max_size=4)


def cost_of(needs: list[float], form: str) -> float:
    """Cost of one coalition by its definition."""
    if not any(needs):
        return 0.0
    return 3.0 + 0.5 * (max(needs) if form == "largest" else sum(needs))


@settings(max_examples=40)
@given(NEEDS, st.sampled_from(["largest", "adds"]), st.data())
def test_games_are_their_definitions(needs: list[float], form: str, data: st.DataObject) -> None:
    n = len(needs)
    members = tuple(f"m{i}" for i in range(n))
    benefits = data.draw(st.lists(st.integers(0, 12).map(float), min_size=n, max_size=n))
    costs = cost_game(members, needs, form, 3.0, 0.5)
    check_net(costs, benefits, needs, form)


def check_net(costs: module.Game, benefits: list[float], needs: list[float], form: str) -> None:
    game = net_game(costs, benefits)
    for mask in range(1 << costs.n):
        own = [i for i in range(costs.n) if mask >> i & 1]
        assert costs.values[mask] == pytest.approx(cost_of([needs[i] for i in own], form))  # noqa: PD011
        best = max(
            sum(benefits[i] for i in part) - cost_of([needs[i] for i in part], form)
            for k in range(len(own) + 1)
            for part in combinations(own, k)
        )
        assert game.values[mask] == pytest.approx(best)  # noqa: PD011


def test_a_game_that_lets_nobody_stay_out_is_found_out() -> None:
    costs = cost_game(("a", "b"), [8.0, 1.0], "adds", 3.0, 0.5)
    check_net(costs, [1.0, 9.0], [8.0, 1.0], "adds")
    forced = module.Game(costs.members, module.sums(np.array([1.0, 9.0])) - costs.values)  # noqa: PD011
    assert forced.grand < net_game(costs, [1.0, 9.0]).grand


@pytest.fixture(scope="module")
def region() -> Region:
    base = region_with_agreement()
    names = {"name_zh": "甲", "name_en": "A"}
    cost = {"fixed_cost": 2.0, "unit_cost": 0.5, "output": 30.0, "tax": 3.0, "energy": 500.0}
    projects = [
        {"project": "LINE", "site": "south", "form": "largest", **names, **cost},
        {"project": "LAB", "site": "north", "form": "adds", **names, **cost, "output": None},
        {"project": "DEAR", "site": "north", "form": "adds", **names, **cost},
    ]
    users = [("LINE", "north", 4.0, None), ("LINE", "south", 10.0, None), ("LAB", "north", 4.0, 9.0)]
    users += [("LAB", "south", 2.0, 4.0), ("DEAR", "north", 2.0, 9.0), ("DEAR", "south", 20.0, 1.0)]
    terms = [("c", "output", "equal", 1.0), ("c", "tax", "cost", 0.5), ("c", "energy", "site", 1.0)]
    made = base.with_table("joint_projects", pd.DataFrame(projects).assign(**EVIDENCE))
    made = made.with_table(
        "joint_users", pd.DataFrame(users, columns=["project", "member", "need", "benefit"]).assign(**EVIDENCE)
    )
    frame = pd.DataFrame(terms, columns=["convention", "figure", "by", "share"]).assign(**names, **EVIDENCE)
    return made.with_table("conventions", frame)


def test_cost_is_paid_in_full_under_every_rule(region: Region) -> None:
    joint = joint_projects(region)
    for project in joint.projects:
        paid = project.payments.groupby("rule")["pays"].sum()
        assert paid.to_numpy() == pytest.approx(project.cost, abs=1e-9)
        assert len(paid) >= 5
    line = next(p for p in joint.projects if p.code == "LINE")
    shapley = line.payments[line.payments["rule"] == "shapley"]["pays"].to_numpy()
    assert shapley == pytest.approx(airport_shares([0.4, 0.7]))
    assert line.title.en == "A"


def test_who_is_not_worth_its_cost_stays_out(region: Region) -> None:
    joint = joint_projects(region)
    dear = next(p for p in joint.projects if p.code == "DEAR")
    assert dear.users == (True, False)
    out = dear.payments[dear.payments["member"] == "south"]
    assert out.set_index("rule").loc["shapley", "pays"] == pytest.approx(0)
    assert [f.code for f in joint.findings] == ["N-COA-95"]
    assert all(figure.options("zh") for figure in joint.figures.values())
    assert set(joint.tables) == {"joint-payments", "joint-stability"}


def test_the_table_says_in_words_who_uses_it(region: Region) -> None:
    table = joint_projects(region).tables["joint-payments"]
    dear = [row for row, code in zip(table.shown_rows(), table.frame["project"], strict=True) if code == "DEAR"]
    at = [column.key for column in table.columns].index("uses")
    words = dict(zip([row[at - 1].zh for row in dear], [row[at] for row in dear], strict=True))
    assert {name: (text.zh, text.en) for name, text in words.items()} == {"北市": ("是", "yes"), "南市": ("否", "no")}


def test_who_breaks_even_uses_it_whatever_the_rounding(region: Region) -> None:
    """Three units at 0.1 bn yuan cost what 0.3 bn yuan are worth: as floats the cost is the larger by one digit."""
    assert 0.1 * 3 > 0.3
    projects, users = region["joint_projects"], region["joint_users"]
    lab = projects[projects["project"] == "LAB"].assign(fixed_cost=0.0, unit_cost=1.0)
    both = users[users["project"] == "LAB"].assign(need=3.0, benefit=3.0)
    joint = joint_projects(region.with_table("joint_projects", lab).with_table("joint_users", both))
    assert joint.projects[0].users == (True, True)
    assert joint.projects[0].cost == pytest.approx(0.6)
    assert not [f for f in joint.findings if f.code == "N-COA-95"]


def test_one_benefit_that_is_missing_is_said(region: Region) -> None:
    users = region["joint_users"]
    first = (users["project"] == "LAB") & (users["member"] == "south")
    joint = joint_projects(region.with_table("joint_users", users.assign(benefit=users["benefit"].mask(first))))
    said = [f for f in joint.findings if f.code == "N-COA-99"]
    assert len(said) == 1, "where nobody states it nothing is said"
    assert "LAB" in said[0].text("en")
    assert "south" in said[0].text("en")


def test_the_table_says_what_is_paid_once_and_what_is_weighed(region: Region) -> None:
    table = joint_projects(region).tables["joint-payments"]
    words = {column.key: column.heading.zh for column in table.columns}
    assert "一次性" in words["pays"]
    assert "全寿命期" in words["benefit"]
    assert any("不是每年" in note.zh for note in table.notes)
    assert "按需要量分配" in {row[1].zh for row in table.shown_rows()}


def test_a_convention_moves_figures_and_adds_none(region: Region) -> None:
    joint = joint_projects(region)
    frame = count(joint)
    sums = frame.groupby(["project", "figure"], sort=False)[["at_site", "counted", "change"]].sum(min_count=1)
    known = sums.dropna()
    assert known["counted"].to_numpy() == pytest.approx(known["at_site"].to_numpy())
    assert known["change"].to_numpy() == pytest.approx(0, abs=1e-9)
    assert sums.loc[("LAB", "output")].isna().all(), "not stated is missing, not 0"
    cells = frame.set_index(["project", "figure", "region"])
    assert cells.loc[("LINE", "output", "north"), "counted"] == pytest.approx(15.0)
    assert cells.loc[("LINE", "tax", "north"), "counted"] == pytest.approx(1.5 * 0.2 / 0.7)
    assert cells.loc[("LINE", "energy", "north"), "counted"] == 0
    assert cells.loc[("DEAR", "output", "south"), "counted"] == 0, "who does not use it counts nothing of it"
    units = {row[-1].zh for row in count_table(joint).shown_rows()}
    assert units == {"亿元/年", "吨标准煤/年"}, "what it yields is a year's"
    with pytest.raises(HaiheError) as error:
        count(joint, "thirds")
    assert error.value.code == "E-COA-94"


def test_a_project_without_users_is_refused(region: Region) -> None:
    users = region["joint_users"]
    with pytest.raises(HaiheError) as error:
        joint_projects(region.with_table("joint_users", users[users["project"] != "LAB"]))
    assert error.value.code == "E-COA-93"

"""The districts of the example: reading, the game of a few of them, of all sixteen, and what is said about it."""

from dataclasses import replace

import numpy as np
import pytest

import haihe as hh
from haihe.coalition.core import stability
from haihe.coalition.district_game import DistrictGame, Leaving, district_game
from haihe.coalition.district_inputs import district_spec
from haihe.coalition.district_spec import DistrictSpec
from haihe.coalition.district_values import DistrictValues
from haihe.coalition.district_views import MADE_UP
from haihe.coalition.game import membership
from haihe.coalition.shapley import shapley
from haihe.messages import HaiheError
from haihe.planning.setup import Setup, setup_of
from haihe.region import Region

FEW = ("TJ-HP", "TJ-XQ", "TJ-WQ", "TJ-BH", "TJ-JN")
DRAWN, STARTS = 200, 12


@pytest.fixture(scope="module")
def region() -> Region:
    return hh.example("jing-jin-ji")


@pytest.fixture(scope="module")
def setup(region: Region) -> Setup:
    return setup_of(region)


@pytest.fixture(scope="module")
def spec(region: Region, setup: Setup) -> DistrictSpec:
    return district_spec(region, "TJ", setup=setup)


@pytest.fixture(scope="module")
def few(region: Region, setup: Setup) -> DistrictGame:
    return district_game(region, members=FEW, setup=setup)


@pytest.fixture(scope="module")
def sixteen(region: Region, setup: Setup) -> DistrictGame:
    return district_game(region, setup=setup, orders=128)


def changed(region: Region, column: str, times: float) -> Region:
    """The region with one share of the table changed."""
    table = region["district_shares"].copy()
    table.loc[table.index[0], column] *= times
    return region.with_table("district_shares", table)


def test_districts_add_up_to_the_city(spec: DistrictSpec, setup: Setup) -> None:
    economy, year = setup.economy, setup.assumptions.last_index
    city = economy.output[economy.members.index("TJ"), :, year] * setup.assumptions.trend[year]
    np.testing.assert_allclose(spec.output.sum(axis=0), city, rtol=1e-9)
    assert len(spec.members) == 16
    assert spec.quality == "illustrative"
    assert spec.marks["district_shares"] == "illustrative"


def test_permits_of_the_districts_are_the_citys_and_cut_all_alike(spec: DistrictSpec, setup: Setup) -> None:
    cap, year = setup.caps[0], setup.assumptions.last_index
    co2 = next(item for item in spec.endowments if item.name == "co2:limits")
    at = setup.economy.members.index("TJ")
    assert co2.have.sum() == pytest.approx(cap.cap[at, year] * setup.assumptions.trend[year])
    left = co2.have / co2.reference(spec.output)
    np.testing.assert_allclose(left, left[0])


def test_permits_by_value_added_add_up_to_the_same(region: Region, setup: Setup, spec: DistrictSpec) -> None:
    other = district_spec(region, "TJ", by_value_added=1.0, setup=setup)
    mine, theirs = (next(e for e in s.endowments if e.thing == "co2").have for s in (spec, other))
    assert theirs.sum() == pytest.approx(mine.sum())
    assert np.abs(theirs - mine).max() > 0.01 * mine.max()


def test_what_is_built_anyway_is_no_choice_and_takes_its_room(spec: DistrictSpec, setup: Setup) -> None:
    projects = setup.projects
    assert projects is not None
    fixed = {projects.projects[p] for p in np.flatnonzero(projects.anyway | projects.committed)}
    assert not fixed & set(spec.options.projects)
    land = next(item for item in spec.endowments if item.name == "land:projects")
    assert (land.have >= 0).all()
    stated = projects.room[:, projects.resources.index("land"), projects.years.index(setup.assumptions.last_year)]
    assert land.have.sum() < stated[np.isfinite(stated)].sum()


def test_shares_that_do_not_add_up_are_refused_by_name(region: Region, setup: Setup) -> None:
    with pytest.raises(HaiheError) as error:
        district_spec(changed(region, "share", 0.5), "TJ", setup=setup)
    assert error.value.code == "E-COA-51"
    assert region["district_shares"]["sector"].iloc[0] in str(error.value)


@pytest.mark.parametrize("city", ["BJ", "XX"])
def test_a_city_without_districts_is_refused(region: Region, setup: Setup, city: str) -> None:
    with pytest.raises(HaiheError) as error:
        district_spec(region, city, setup=setup)
    assert error.value.code == "E-COA-50"


def test_the_plan_is_read_where_it_is_not_given(region: Region, spec: DistrictSpec) -> None:
    read = district_spec(region, "TJ")
    assert read.members == spec.members
    np.testing.assert_allclose(read.output, spec.output)


def test_what_no_district_states_is_said(spec: DistrictSpec) -> None:
    assert "N-COA-53" in {finding.code for finding in spec.findings}


def test_a_few_districts_give_every_frame(few: DistrictGame) -> None:
    assert few.game is not None
    assert few.sampled is None
    splits = few.splits.pivot_table(index="district", columns="rule", values="gain")
    np.testing.assert_allclose(splits.sum(axis=0), few.gain, rtol=1e-6)
    np.testing.assert_allclose(few.splits.groupby("rule")["share"].sum(), 1.0, rtol=1e-6)
    first, last = few.spec.endowments[0].have, few.spec.endowments[-1].have
    assert not np.allclose(first / first.sum(), last / last.sum())
    np.testing.assert_allclose(splits.loc[list(FEW), "endowment"] / few.gain, first / first.sum(), rtol=1e-6)
    gains = few.gains
    np.testing.assert_allclose(gains["alone"] - gains["together"] + gains["payment"], gains["gain"], atol=1e-6)
    assert few.trades.groupby("endowment")["received"].sum().abs().max() <= 1e-6 * few.trades["received"].abs().max()
    stable = few.stability.set_index("rule")["stable"]
    assert stable["owen"]
    assert stable["nucleolus"]
    assert stable["core"]
    assert few.by_thing["shapley"].sum() == pytest.approx(few.gain, abs=1e-6)


def test_what_things_are_worth_is_told_to_a_million_yuan(few: DistrictGame) -> None:
    columns = {column.key: column for column in few.tables["district-things"].columns}
    assert [columns[name].show(1.2345).en for name in ("only", "without", "shapley")] == ["1.23"] * 3


def test_words_say_who_would_leave_and_nothing_where_nobody_knows(few: DistrictGame) -> None:
    """Of the Owen point a pair would leave; of the Shapley value none is found, and none is ruled out."""
    tests = {"owen": Leaving(FEW[:2], few.gain / 4, few.gain / 4), "shapley": Leaving(FEW[:1], 0.0, 9.0)}
    said = [text.en for text in replace(few, tests=few.tests | tests).words]
    (unstable,) = [text for text in said if "is not stable" in text]
    assert f"2 districts would gain {few.gain / 4:.2f} x 100 m yuan" in unstable
    assert "25.0% of all" in unstable
    assert not [text for text in said if "is stable" in text]


def test_a_cost_below_100_million_yuan_is_one_to_compare_with(
    few: DistrictGame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DistrictGame, "cost_alone", 0.5)
    monkeypatch.setattr(DistrictGame, "gain", 0.1)
    assert "20.0% of the net cost" in few.words[0].en


def test_every_table_and_figure_says_that_the_split_is_illustrative(few: DistrictGame) -> None:
    assert few.tables
    assert few.figures
    for table in few.tables.values():
        assert table.quality == "illustrative"
        assert MADE_UP in table.notes
    for figure in few.figures.values():
        assert figure.table.quality == "illustrative"
    assert MADE_UP in few.words


def test_a_workbook_can_be_written(few: DistrictGame, tmp_path: object) -> None:
    for lang in ("zh", "en"):
        assert few.to_excel(f"{tmp_path}/{lang}.xlsx", lang).exists()


def test_an_unknown_thing_of_an_agreement_is_refused(region: Region, setup: Setup) -> None:
    with pytest.raises(HaiheError) as error:
        district_game(region, members=FEW, agreement=("gold",), setup=setup)
    assert error.value.code == "E-COA-55"


def test_without_sharing_permits_less_is_gained(region: Region, setup: Setup, few: DistrictGame) -> None:
    less = district_game(region, members=FEW, agreement=("lab", "funds"), setup=setup)
    assert -1e-9 <= less.gain < few.gain


def test_an_agreement_of_the_table_is_read_as_things_of_the_districts(region: Region, setup: Setup) -> None:
    code = region["agreements"]["agreement"].iloc[0]
    found = district_game(region, members=FEW, agreement=code, setup=setup)
    assert "co2" in found.program.things
    assert "projects" not in found.program.things
    with pytest.raises(HaiheError) as error:
        district_game(region, members=FEW, agreement="nothing of the kind", setup=setup)
    assert error.value.code == "E-COA-22"


def test_another_first_allocation_is_another_game(region: Region, setup: Setup, few: DistrictGame) -> None:
    other = district_game(region, members=FEW, by_value_added=0.1, setup=setup)
    assert other.values.together.objective == pytest.approx(few.values.together.objective, rel=0.5)
    assert abs(other.gain - few.gain) > 1e-3
    assert other.tests["owen"].stable
    with pytest.raises(HaiheError) as error:
        district_game(region, members=FEW, by_value_added=1.0, setup=setup)
    assert error.value.code == "E-COA-52"
    assert "TJ-WQ" in str(error.value)


def test_a_small_gain_is_called_small(region: Region, setup: Setup) -> None:
    nothing = district_game(region, members=FEW, agreement=("funds",), setup=setup)
    assert any("小于模型本身的误差" in sentence.zh for sentence in nothing.words)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_sixteen_districts_have_intervals_a_core_point_and_tests(sixteen: DistrictGame) -> None:
    assert sixteen.sampled is not None
    assert sixteen.generated is not None
    assert sixteen.game is None
    shap = sixteen.splits[sixteen.splits["rule"] == "shapley"]
    assert ((shap["low"] < shap["gain"]) & (shap["gain"] < shap["high"])).all()
    assert shap["gain"].sum() == pytest.approx(sixteen.gain)
    assert sixteen.generated.proven
    assert sixteen.generated.in_core
    for rule in ("owen", "core"):
        assert sixteen.tests[rule].stable
    assert sixteen.figures["district-shapley"].table.quality == "illustrative"


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_claimed_core_points_stand_a_search_of_another_kind(sixteen: DistrictGame) -> None:
    """Drawn coalitions and greedy walks from them, on a program of its own: none finds anything to gain."""
    values = DistrictValues(sixteen.spec)
    rng, n = np.random.default_rng(11), len(sixteen.spec.members)
    drawn = rng.integers(1, values.everybody, DRAWN)
    for rule in ("owen", "core"):
        x = sixteen.payoffs[rule]
        excess = np.array([values.oracle(int(mask)) for mask in drawn]) - membership(drawn, n) @ x
        best = drawn[np.argsort(-excess)[:STARTS]]
        tops = [climb(values, int(mask), x) for mask in best]
        assert max(float(excess.max()), *tops) <= 1e-4


def climb(values: DistrictValues, mask: int, x: np.ndarray) -> float:
    """Let the first district that helps join or leave, until none does."""
    n = x.size
    here = values.oracle(mask) - float(membership(mask, n) @ x)
    moved = True
    while moved:
        moved = False
        for d in range(n):
            other = mask ^ 1 << d
            if other in (0, values.everybody):
                continue
            there = values.oracle(other) - float(membership(other, n) @ x)
            if there > here + 1e-9:
                mask, here, moved = other, there, True
    return here


@pytest.mark.endure
def test_all_65536_coalitions_agree_with_what_was_sampled_and_generated(sixteen: DistrictGame) -> None:
    game = DistrictValues(sixteen.spec).game(workers=2)
    for rule, test in sixteen.tests.items():
        seen = stability(game, sixteen.payoffs[rule], tolerance=1e-5)
        assert seen.stable == test.stable, rule
        assert seen.gain == pytest.approx(test.gain, abs=3e-4), rule
    exact, sampled = shapley(game), sixteen.sampled
    assert sampled is not None
    assert np.abs(sampled.payoffs - exact).sum() <= (sampled.high - sampled.low).sum() / 2  # as far off as it says
    assert ((sampled.low <= exact) & (exact <= sampled.high)).mean() >= 0.75

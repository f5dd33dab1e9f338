"""Specialisation, similarity, shift-share and kinds of sectors: definitions, identities, edges, and the example."""

from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_economy import economy

import haihe as hh
from haihe.accounts import Accounts
from haihe.diagnosis.classification import Criteria, classify
from haihe.diagnosis.comparable import cautions, growth_years
from haihe.diagnosis.grid import grid_of, grids_of
from haihe.diagnosis.result import GIVEN, basis_of
from haihe.diagnosis.shift_share import shift_share, shift_share_parts
from haihe.diagnosis.similarity import cosine, overlap, similarity
from haihe.diagnosis.specialisation import gini, herfindahl, krugman, specialisation
from haihe.diagnosis.structure import structure
from haihe.messages import LANGUAGES, HaiheError
from small_region import SECTORS, small_region

many = settings(max_examples=25)
seeds = st.integers(0, 10**6)


def made_up(seed: int, R: int = 4, n: int = 6, empty: float = 0.2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    amounts = rng.lognormal(size=(R, n)) * (rng.random((R, n)) >= empty)
    amounts[:, 0] += 0.1  # every region has something
    return pd.DataFrame(amounts, index=[f"r{r}" for r in range(R)], columns=[f"s{i}" for i in range(n)])


def refused(code: str, *words: str):
    return pytest.raises(HaiheError, match=f"(?s){code}" + "".join(f".*{word}" for word in words))


# Specialisation


@many
@given(seed=seeds)
def test_quotients_and_indices_are_their_definitions(seed):
    x = made_up(seed)
    found = specialisation({2020: x})
    a = x.to_numpy()
    for r, region in enumerate(x.index):
        own = found.quotients[found.quotients["region"] == region].set_index("sector")
        s, S = a[r] / a[r].sum(), a.sum(axis=0) / a.sum()
        assert own.loc["s0", "quotient"] == pytest.approx(s[0] / S[0])
        row = found.regions.set_index("region").loc[region]
        assert row["krugman"] == pytest.approx(sum(abs(p - q) for p, q in zip(s, S, strict=True)))
        assert row["herfindahl"] == pytest.approx(sum(p * p for p in s))
        order = sorted(range(len(s)), key=lambda i: s[i] / S[i] if S[i] else 0)
        area, height = 0.0, 0.0
        for i in order:
            area += S[i] * (height + s[i] / 2)
            height += s[i]
        assert row["gini"] == pytest.approx(1 - 2 * area)


@many
@given(seed=seeds)
def test_concentration_agrees_with_econcomplex(seed):
    econcomplex = pytest.importorskip("econcomplex")
    x = made_up(seed, empty=0.0)
    found = specialisation({2020: x})
    np.testing.assert_allclose(found.regions["krugman"], econcomplex.krugman_index(x), atol=1e-12)
    np.testing.assert_allclose(found.regions["herfindahl"], econcomplex.herfindahl(x, normalize=False), atol=1e-12)
    np.testing.assert_allclose(found.sectors["gini"], econcomplex.hoover_gini(x), atol=1e-12)
    np.testing.assert_allclose(100 * found.sectors["hoover"], econcomplex.hoover_index(x), atol=1e-10)


@many
@given(seed=seeds, times=st.floats(1e-3, 1e3))
def test_specialisation_does_not_depend_on_unit_or_order(seed, times):
    x = made_up(seed)
    mixed = (x * times).sample(frac=1, random_state=seed % 1000).sample(frac=1, axis=1, random_state=seed % 999)
    one = specialisation({2020: x}).quotients.set_index(["region", "sector"])["quotient"]
    other = specialisation({2020: mixed}).quotients.set_index(["region", "sector"])["quotient"]
    np.testing.assert_allclose(one, other.loc[one.index], rtol=1e-9)


def test_the_same_structure_everywhere_is_no_specialisation():
    x = pd.DataFrame(np.outer([1.0, 5.0, 20.0], [3.0, 2.0, 1.0]))
    found = specialisation({2020: x.rename(index=str, columns=str)})
    np.testing.assert_allclose(found.quotients["quotient"], 1.0)
    np.testing.assert_allclose(found.regions[["krugman", "gini"]], 0.0, atol=1e-12)
    np.testing.assert_allclose(found.sectors[["hoover", "gini"]], 0.0, atol=1e-12)


def test_indices_at_their_ends():
    assert herfindahl(np.array([1.0, 0, 0])) == 1
    assert krugman(np.array([1.0, 0]), np.array([0, 1.0])) == 2
    assert gini(np.array([0.0, 1.0]), np.array([1.0, 1e-9])) == pytest.approx(1, abs=1e-6)
    assert np.isnan(gini(np.zeros(2), np.ones(2)))


def test_what_moved_leaves_small_sectors_out_and_puts_the_highest_first():
    then = pd.DataFrame([[50.0, 49.9, 0.1], [50.0, 50.0, 10.0]], index=["a", "b"], columns=["x", "y", "z"])
    now = pd.DataFrame([[80.0, 20.0, 0.1], [20.0, 80.0, 10.0]], index=["a", "b"], columns=["x", "y", "z"])
    moved = specialisation({2012: then, 2017: now}).moved()
    assert list(moved["sector"]) == ["x", "y"]
    assert moved.loc[0, "change"] == pytest.approx(moved.loc[0, "quotient 2017"] - moved.loc[0, "quotient 2012"])
    assert moved.loc[0, "share 2017"] == pytest.approx(80 / 100.1)


# Similarity


@many
@given(seed=seeds)
def test_pairs_are_their_definitions(seed):
    x = made_up(seed)
    pairs = similarity({2020: x}).pairs
    assert len(pairs) == 6
    for _, pair in pairs.iterrows():
        s, t = (x.loc[code] / x.loc[code].sum() for code in (pair["region"], pair["other"]))
        assert pair["cosine"] == pytest.approx((s * t).sum() / np.sqrt((s * s).sum() * (t * t).sum()))
        assert pair["overlap"] == pytest.approx(np.minimum(s, t).sum())
        assert pair["division"] == pytest.approx(2 * (1 - pair["overlap"]))
        assert 0 <= pair["overlap"] <= 1 + 1e-12


@many
@given(seed=seeds)
def test_sectors_add_up_to_the_overlap_and_read_the_same_from_both_sides(seed):
    x = made_up(seed)
    found = similarity({2020: x}, home="r2")
    summed = found.sectors.groupby(["region", "other"])["overlap"].sum()
    np.testing.assert_allclose(summed, found.pairs.set_index(["region", "other"])["overlap"].loc[summed.index])
    for other in ("r0", "r3"):
        closest = found.closest(other).set_index("sector")
        np.testing.assert_allclose(closest["share"], (x.loc["r2"] / x.loc["r2"].sum()).loc[closest.index])
        assert closest["overlap"].is_monotonic_decreasing
    best = found.pairs[(found.pairs["region"] == "r2") | (found.pairs["other"] == "r2")]["cosine"].max()
    last = found.pairs.set_index(["region", "other"])["cosine"]
    assert best == last.get(("r2", found.most_alike()), last.get((found.most_alike(), "r2")))


def test_alike_and_apart():
    shares = np.array([[0.5, 0.5, 0], [0.5, 0.5, 0], [0, 0, 1.0], [0, 0, 0]])
    np.testing.assert_allclose(cosine(shares)[0, :3], [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(overlap(shares)[0, :3], [1, 1, 0])
    assert np.isnan(cosine(shares)[0, 3])
    assert np.isnan(overlap(shares)[3]).all()


def test_regions_that_part_ways_become_less_alike():
    then = pd.DataFrame([[5.0, 5.0], [5.0, 5.0]], index=["a", "b"], columns=["x", "y"])
    now = pd.DataFrame([[9.0, 1.0], [1.0, 9.0]], index=["a", "b"], columns=["x", "y"])
    moved = similarity({2012: then, 2017: now}).moved().iloc[0]
    assert moved["cosine change"] < -0.5
    assert moved["division change"] == pytest.approx(1.6)


# Shift-share


@many
@given(seed=seeds, R=st.integers(1, 6), n=st.integers(1, 8))
def test_shift_share_adds_up_exactly(seed, R, n):
    then, now = made_up(seed, R, n, 0.3).to_numpy(), made_up(seed + 1, R, n, 0.3).to_numpy()
    parts = shift_share_parts(then, now)
    scale = np.maximum(then, now).max()
    np.testing.assert_allclose(parts["national"] + parts["mix"] + parts["local"], now - then, atol=1e-12 * scale)
    np.testing.assert_allclose(parts["homothetic"] + parts["allocation"], parts["local"], atol=1e-12 * scale)
    # Over all regions a sector neither wins nor loses against itself, and the mix of all is no mix.
    before = then.sum(axis=0) > 0
    np.testing.assert_allclose(parts["local"].sum(axis=0)[before], 0, atol=1e-10 * scale)
    old = now[:, before].sum() - then.sum() * (now.sum() / then.sum())
    np.testing.assert_allclose(parts["mix"].sum(), old, atol=1e-10 * scale)


def test_shift_share_by_hand():
    """Nation 100 to 150 (+50 %), steel 60 to 66 (+10 %), chips 40 to 84 (+110 %)."""
    then = np.array([[50.0, 10.0], [10.0, 30.0]])
    now = np.array([[50.0, 24.0], [16.0, 60.0]])
    parts = shift_share_parts(then, now)
    np.testing.assert_allclose(parts["national"][0], [25, 5])
    np.testing.assert_allclose(parts["mix"][0], [50 * (0.1 - 0.5), 10 * (1.1 - 0.5)])
    np.testing.assert_allclose(parts["local"][0], [50 - 55, 24 - 21])
    # With the nation's structure the first region (60) would have had 36 and 24.
    np.testing.assert_allclose(parts["homothetic"][0], [36 * (0 - 0.1), 24 * (1.4 - 1.1)])


def test_a_new_sector_is_local_and_homothetic():
    parts = shift_share_parts(np.array([[10.0, 0.0], [10.0, 5.0]]), np.array([[10.0, 7.0], [10.0, 5.0]]))
    assert parts["local"][0, 1] == 7
    assert parts["homothetic"][0, 1] == 7
    assert parts["allocation"][0, 1] == 0
    nobody = shift_share_parts(np.array([[10.0, 0.0]]), np.array([[12.0, 3.0]]))
    assert nobody["national"][0, 1] == nobody["mix"][0, 1] == 0
    assert nobody["local"][0, 1] == 3


def test_a_single_region_grows_as_itself():
    found = shift_share({2012: made_up(1, R=1, empty=0), 2017: made_up(2, R=1, empty=0)})
    totals = found.totals().iloc[0]
    assert totals["local"] == pytest.approx(0, abs=1e-12)
    assert totals["growth"] == pytest.approx(totals["national rate"] + totals["mix rate"] + totals["local rate"])
    assert totals["mix"] == pytest.approx(0, abs=1e-12)


# Kinds of sectors


@many
@given(seed=seeds, quotient=st.floats(0.5, 2), share=st.floats(0, 0.2), lead=st.floats(0, 0.1), lag=st.floats(0, 0.1))
def test_every_flag_is_its_test(seed, quotient, share, lead, lag):
    then, now = made_up(seed), made_up(seed + 7)
    c = Criteria(quotient=quotient, share=share, lead=lead, lag=lag, small=share / 5)
    sectors = classify({2012: then, 2017: now}, criteria=c).sectors.set_index(["region", "sector"])
    for (region, sector), row in sectors.iterrows():
        a, b = then.loc[region, sector], now.loc[region, sector]
        part = b / now.loc[region].sum()
        lq = part / (now[sector].sum() / now.to_numpy().sum()) if now[sector].sum() else 0.0
        assert row["advantageous"] == (lq >= quotient and part >= share)
        if a > 0:
            own = (b / a) ** 0.2 - (now.loc[region].sum() / then.loc[region].sum()) ** 0.2
            nation = (now[sector].sum() / then[sector].sum()) ** 0.2 - (
                now.to_numpy().sum() / then.to_numpy().sum()
            ) ** 0.2
            if min(abs(own - lead), abs(nation), abs(nation + lag)) > 1e-9:
                assert row["emerging"] == (part >= c.small and own >= lead and nation >= 0)
                assert row["traditional"] == (part >= share and nation < -lag)
        fits = [kind for kind in c.order if row[kind] is not pd.NA and row[kind]]
        assert row["kind"] == (fits[0] if fits else "other")


def test_one_year_cannot_tell_growth():
    sectors = classify({2017: made_up(3)}).sectors
    assert sectors["emerging"].isna().all()
    assert sectors["traditional"].isna().all()
    assert sectors["advantageous"].notna().all()
    assert set(sectors["kind"]) <= {"advantageous", "other"}


def test_the_official_list_is_compared_as_it_is():
    x = pd.DataFrame([[90.0, 5, 5], [10, 50, 40]], index=["a", "b"], columns=["x", "y", "z"])
    found = classify({2017: x}, official={"x": "leading", "y": "leading"}, home="a")
    own = found.of("a").set_index("sector")
    assert own.loc["x", "agrees"] == "same"
    assert own.loc["y", "agrees"] == "different"
    assert own.loc["z", "agrees"] == "none"
    assert found.agreement() == {"same": 1, "different": 1, "none": 1}
    assert set(found.of("b")["agrees"]) == {"none"}


def test_the_order_decides_between_kinds_that_fit():
    then = pd.DataFrame([[10.0, 90.0], [10, 90]], index=["a", "b"], columns=["x", "y"])
    now = pd.DataFrame([[60.0, 90.0], [20, 180]], index=["a", "b"], columns=["x", "y"])
    first = classify({2012: then, 2017: now}).of("a").set_index("sector").loc["x"]
    assert first["emerging"]
    assert first["advantageous"]
    assert first["kind"] == "emerging"
    other = Criteria(order=("advantageous", "emerging", "traditional"))
    assert (
        classify({2012: then, 2017: now}, criteria=other).of("a").set_index("sector").loc["x", "kind"] == "advantageous"
    )


@pytest.mark.parametrize(
    "wrong", [{"quotient": -1.0}, {"lead": float("nan")}, {"order": ("emerging", "emerging", "traditional")}]
)
def test_criteria_that_cannot_hold_are_refused(wrong):
    with refused("E-DIA-37", next(iter(wrong))):
        Criteria(**wrong)


# What is refused


def test_other_lists_of_sectors_or_regions_are_refused_by_name():
    one, other = made_up(1), made_up(2).rename(columns={"s3": "t3"})
    for make in (specialisation, similarity, shift_share, classify):
        with refused("E-DIA-33", "s3, t3"):
            make({2012: one, 2017: other})
    with refused("E-DIA-33", "r9"):
        specialisation({2012: one}, home="r9")
    with refused("E-DIA-33", "r9"):
        similarity({2012: one}, regions=["r0", "r9"])
    turned = grids_of({2012: one.iloc[::-1, ::-1], 2017: one})
    np.testing.assert_array_equal(turned[2012].amounts, turned[2017].amounts)


def test_years_and_prices_that_do_not_compare_are_refused():
    accounts = economy()
    with refused("E-DIA-36", "2017"):
        shift_share({2017: accounts})
    with refused("E-DIA-36"):
        specialisation({})
    then = replace(accounts, year=2012)
    assert "nominal" in shift_share({2012: then, 2017: accounts}).prices.en
    real = replace(accounts, price_year=2012)
    assert shift_share({2012: then, 2017: real}).prices.en == "constant prices of 2012"
    with refused("E-DIA-35", "2012, 2015"):
        shift_share({2012: then, 2017: replace(accounts, price_year=2015)})


def test_amounts_without_meaning_are_refused():
    accounts = economy()
    with refused("E-DIA-30", "jobs"):
        grid_of(accounts, measure="jobs")
    loss = replace(accounts, added=-accounts.added)
    with refused("E-DIA-31"):
        grid_of(loss, measure="value_added")
    assert grid_of(accounts, measure="value_added").amounts.shape == accounts.output.shape


def test_units_of_accounts_are_brought_together():
    then, now = replace(economy(1), year=2012), economy(2).to_unit("亿元")
    mixed, same = (shift_share({2012: table, 2017: now}).cells for table in (then, then.to_unit("亿元")))
    pd.testing.assert_frame_equal(mixed, same)


# The whole


@pytest.fixture(scope="module")
def found():
    return structure(hh.example("jing-jin-ji"))


def test_the_example_answers_the_first_questions(found):
    assert found.places.home == "TJ"
    assert len(found.years) > 1
    moved = found.specialisation.moved()
    assert moved.iloc[0][f"quotient {found.years[-1]}"] > 1
    assert "change" in moved
    pair = found.similarity.moved().set_index(["scope", "region", "other"]).loc[("manufacturing", "TJ", "HE")]
    assert 0.5 < pair[f"cosine {found.years[-1]}"] < 1
    assert found.classification.agreement()["none"] < len(found.classification.of("TJ"))
    totals = found.shift_share.totals().set_index("region")
    np.testing.assert_allclose(
        totals["growth"], totals[["national rate", "mix rate", "local rate"]].sum(axis=1), rtol=1e-9
    )


def test_every_table_and_figure_can_be_read_and_cited(found, tmp_path):
    assert {"structure-quotients-home", "structure-similarity-pairs", "structure-growth-output"} <= set(found.figures)
    assert set(found.figures) < set(found.tables)
    for part in (*found.tables.values(), *found.figures.values()):
        said = part.cite()
        for lang in LANGUAGES:
            assert part.title(lang) in said(lang)
            assert str(found.years[-1]) in said(lang) or str(found.shift_share.now) in said(lang)
        assert "Method: " in said.en
        assert "Source: " in said.en
        assert "方法：" in said.zh
    for figure in found.figures.values():
        for lang in LANGUAGES:
            assert figure.options(lang)["series"]
            assert figure.description(lang)
    book = openpyxl.load_workbook(found.to_excel(tmp_path / "structure.xlsx", "zh"))
    assert len(book.sheetnames) == len(found.tables)


def test_growth_is_taken_between_years_that_compare():
    region = hh.example("jing-jin-ji")
    years = sorted({int(year) for year in region["accounts"]["year"].unique()})
    assert growth_years(region, years[-1:]) is None
    found = structure(region, years[-1:])
    assert found.shift_share is None
    assert found.decomposition is None
    assert found.classification.growth is None
    bare = small_region()
    assert growth_years(bare, [2012, 2017, 2023]) == (2012, 2023)
    assert cautions(bare, [2012, 2017]) == ()


def test_a_revision_parts_the_years():
    class Declared:
        def __init__(self, **tables):
            self.tables = tables

        def frame(self, name):
            return self.tables.get(name, pd.DataFrame())

    region = Declared(revisions=pd.DataFrame({"year": [2017, 2017]}), known_totals=pd.DataFrame({"year": [2023]}))
    assert growth_years(region, [2012, 2017, 2023]) == (2012, 2017)
    assert growth_years(region, [2012, 2017, 2020, 2023]) == (2020, 2023)
    assert growth_years(region, [2017, 2023]) is None
    assert [
        word in text.en for word, text in zip(("revised", "carried"), cautions(region, [2017, 2023]), strict=True)
    ] == [True] * 2
    assert cautions(region, [2012, 2017]) == ()


def test_a_small_region_without_optional_tables_has_a_structure(tmp_path):
    region = small_region()
    found = structure(region)
    assert found.years == (2017,)
    assert found.shift_share is None
    assert {"structure-specialised", "structure-similarity", "structure-kinds"} <= set(found.tables)
    assert found.specialisation.quotients["sector"].isin(SECTORS).all()
    found.to_excel(tmp_path / "small.xlsx", "en")


def test_accounts_of_the_nation_are_not_counted_twice():
    region = small_region()
    table = region["accounts"]
    nation = table[table["region"] == "north"].assign(region="nation")
    both = region.with_table("accounts", pd.concat([table, nation], ignore_index=True))
    one, other = (structure(r).specialisation.quotients for r in (region, both))
    pd.testing.assert_frame_equal(one, other)
    notes = structure(region).tables["structure-specialised"].notes
    assert any("no rest of the country" in note.en for note in notes)
    example = structure(hh.example("jing-jin-ji")).tables["structure-specialised"].notes
    assert not any("no rest of the country" in note.en for note in example)


def test_a_single_region_is_compared_with_nobody(tmp_path):
    accounts: Accounts = economy().select(["R0"])
    found = similarity({2017: accounts})
    assert found.pairs.empty
    assert found.tables == {}
    assert (specialisation({2017: accounts}).quotients["quotient"] == 1).all()


def test_the_basis_names_sources_quality_and_years():
    region = hh.example("jing-jin-ji")
    basis = basis_of(region, "accounts", "no such table", years=[2017])
    assert "Input-Output" in basis.source.en
    assert basis.years == (2017,)
    assert basis.quality == "estimated"
    assert GIVEN.quality == "illustrative"
    assert basis.name("TJ").zh == "天津市"
    assert basis.name("nowhere").en == "nowhere"

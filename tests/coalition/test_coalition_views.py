"""Tables and figures of shares, bands and exchanges: both splits, outside flows and bands are said on every one."""

import pandas as pd
import pytest
from test_coalition_share import region_with_agreement

from haihe.coalition.band_views import BandViews
from haihe.coalition.bands import GIVEN, share_bands
from haihe.coalition.exchange import Exchange
from haihe.coalition.share import Shares, share
from haihe.coalition.share_words import BANDED, OUTSIDE, OWEN_MEANS, SHAPLEY_MEANS, UNSURE
from haihe.region import Region


@pytest.fixture(scope="module")
def region() -> Region:
    return region_with_agreement()


@pytest.fixture(scope="module")
def shares(region: Region) -> Shares:
    return share(region, reach=None)


def test_every_table_says_outside_flows_and_bands(shares: Shares) -> None:
    """G6: both splits with what they mean, the definition of outside flows, and the bands or how to get them."""
    tables = shares.tables
    assert len(tables) >= 10
    for table in tables.values():
        assert OUTSIDE in table.notes
        assert UNSURE in table.notes
        assert table.quality == shares.quality
    for mark in ("ε", "β"):
        assert mark in UNSURE.zh
        assert mark in UNSURE.en
        assert mark in BANDED.zh
        assert mark in BANDED.en
    splits = tables["share-splits"]
    assert {"owen", "shapley"} <= set(splits.frame["rule"])
    assert {OWEN_MEANS, SHAPLEY_MEANS} <= set(splits.notes)


def test_rules_name_what_they_weigh_with_and_are_not_taken_for_todays(shares: Shares) -> None:
    table = shares.tables["share-splits"]
    rules = {row[0].zh for row in table.shown_rows()}
    assert "按增加值分配" in rules
    assert not any("（现行" in rule for rule in rules)


def test_units_are_said_in_chinese(shares: Shares) -> None:
    for key in ("share-exchanged", "share-indicators", "share-conditions"):
        words = " ".join(cell.zh for row in shares.tables[key].shown_rows() for cell in row)
        for unit in ("bn yuan", "t CO2", "persons", "/year"):
            assert unit not in words


def test_figures_show_both_splits_and_who_would_leave(shares: Shares) -> None:
    figures = shares.figures
    assert set(figures) == {"share-split-rules", "share-things-drawn", "share-leaving"}
    drawn = figures["share-split-rules"].table.frame
    assert {"owen", "shapley"} <= set(drawn["rule"])
    assert drawn.groupby("rule")["amount"].sum().to_numpy() == pytest.approx(10 * shares.gain, abs=1e-6)
    for lang in ("zh", "en"):
        assert figures["share-leaving"].options(lang)


def test_map_of_leaving_is_the_excess_of_every_coalition(shares: Shares) -> None:
    table = shares.tables["share-leaving"].frame
    game = shares.game
    for rule, own in table.groupby("rule"):
        paid = shares.split(str(rule))
        assert own["gain"].to_numpy() / 10 == pytest.approx([0.0 - paid[0], 0.0 - paid[1]], abs=1e-9)
    assert len(table) == (2**game.n - 2) * shares.splits["rule"].nunique()


def test_bands_are_shown_beside_the_central_case(region: Region, shares: Shares) -> None:
    bands = share_bands(region, allocations=["percent"], variants=[GIVEN, "elasticities_halved"])
    views = BandViews(bands, shares)
    tables = views.tables()
    amounts = tables["share-bands-amounts"]
    assert BANDED in amounts.notes
    gain = amounts.frame[amounts.frame["quantity"] == "gain"].iloc[0]
    assert gain["low"] <= gain["given"] <= gain["high"]
    assert gain["given"] == pytest.approx(10 * shares.gain, abs=1e-5)
    assert all(figure.options("zh") for figure in views.figures().values())
    assert all(text.zh and text.en for row in amounts.shown_rows() for text in row)


def test_an_exchange_shows_its_rounds_and_prices() -> None:
    rounds = pd.DataFrame(
        {
            "round": [1, 2, 3],
            "bound": [float("inf"), 5.0, 4.0],
            "gain": [0.0, 3.0, 4.0],
            "gap": [float("inf"), 0.4, 0.0],
        }
    )
    rows = [("A", "CARBON", y, 2.0, "t", 30.0, 6e-8) for y in (2025, 2030)]
    rows += [("B", "CARBON", y, -2.0, "t", 30.0, -6e-8) for y in (2025, 2030)]
    settled = pd.DataFrame(rows, columns=["member", "thing", "year", "amount", "unit", "price", "payment"])
    done = Exchange(rounds, settled, 4.0, 4.0, True, marks={"A": "official", "B": "estimated"})
    assert set(done.tables) == {"exchange-rounds", "exchange-settled", "exchange-prices"}
    assert done.tables["exchange-rounds"].shown_rows()[0][2].zh == "—", "not known yet is not 0"
    assert set(done.figures) == {"exchange-closing", "exchange-prices"}
    assert done.tables["exchange-settled"].quality == "estimated"
    assert len(done.tables["exchange-prices"]) == 2

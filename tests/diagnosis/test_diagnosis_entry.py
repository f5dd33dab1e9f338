"""Entry suggestions and their back-test: counted by hand, no look ahead, and the page holds what is measured."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haihe.diagnosis.backtest import backtest
from haihe.diagnosis.complexity import complexity
from haihe.diagnosis.entry import Entry, scores_of, suggest
from haihe.messages import HaiheError

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "evaluate_entry.py"


def made_up(seed: int, R: int = 12, n: int = 15) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    able, hard = rng.uniform(size=R), rng.uniform(size=n)
    amounts = np.exp(rng.normal(size=(R, n)) + 2 * np.minimum(able[:, None] - hard, 0))
    return pd.DataFrame(amounts, index=[f"r{i:02d}" for i in range(R)], columns=[f"s{i:02d}" for i in range(n)])


def later(seed: int, then: pd.DataFrame) -> pd.DataFrame:
    noise = np.random.default_rng(seed + 1).normal(scale=0.6, size=then.shape)
    return then * np.exp(noise)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("evaluate_entry", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["evaluate_entry"] = module
    spec.loader.exec_module(module)
    return module


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), k=st.integers(1, 6), absent=st.sampled_from([0.5, 0.8, 1.0]))
def test_hits_precision_and_chance_are_counted(seed, k, absent):
    then = made_up(seed)
    now = later(seed, then)
    test = backtest(then, now, (2012, 2017), entry=Entry(absent, 1.0), ks=[k])
    known, after = complexity(then), complexity(now)
    listed = hits = expected = candidates = entered = 0
    for r in range(len(then)):
        mine = [p for p in range(then.shape[1]) if known.rca[r, p] < absent and known.ubiquity[p] > 0]
        won = [p for p in mine if after.rca[r, p] >= 1]
        best = sorted(mine, key=lambda p: -known.density[r, p])[:k]
        listed, hits = listed + len(best), hits + len(set(best) & set(won))
        expected += len(best) * len(won) / len(mine) if mine else 0
        candidates, entered = candidates + len(mine), entered + len(won)
    row = test.precision.set_index("ranking").loc["density"]
    assert (row["listed"], row["hits"]) == (listed, hits)
    assert row["precision"] == pytest.approx(hits / listed)
    assert row["chance"] == pytest.approx(expected / listed)
    assert (test.candidates, test.entered) == (candidates, entered)
    assert row["low"] <= row["precision"] + 1e-9 or listed < 12
    assert (test.precision["against"][test.precision["ranking"] == "quotient"] == 0).all()


def test_chance_is_what_random_lists_get():
    then = made_up(3)
    now = later(3, then)
    chance = backtest(then, now, (2012, 2017), ks=[3]).precision["chance"].iloc[0]
    known, after = complexity(then), complexity(now)
    candidates = (known.rca < 1) & (known.ubiquity > 0)
    entered = candidates & (after.rca >= 1)
    rng = np.random.default_rng(0)
    hits = listed = 0
    for _ in range(2000):
        for r in range(len(then)):
            mine = np.flatnonzero(candidates[r])
            best = rng.permutation(mine)[:3]
            hits, listed = hits + entered[r, best].sum(), listed + len(best)
    assert hits / listed == pytest.approx(chance, abs=0.01)


def test_nothing_of_the_second_year_ranks():
    """Two futures, one past: the lists are the same, so hits differ only by what entered."""
    then = made_up(4)
    known = complexity(then)
    candidates = (known.rca < 1) & (known.ubiquity > 0)
    scores = scores_of(known, candidates)
    for seed in (1, 2):
        now = later(seed, then)
        after = complexity(now)
        test = backtest(then, now, (2012, 2017), ks=[2]).precision.set_index("ranking")
        for name, score in scores.items():
            ranked = [
                sorted(np.flatnonzero(candidates[r]), key=lambda p, own=score[r]: -own[p])[:2] for r in range(len(then))
            ]
            assert test.loc[name, "hits"] == sum((after.rca[r, best] >= 1).sum() for r, best in enumerate(ranked))


def test_a_ranking_that_knows_the_future_would_be_right():
    """The area under the curve of a perfect and of a blind score."""
    from haihe.diagnosis.backtest import _auc

    entered = np.array([True, False, True, False])
    assert _auc(np.array([2.0, 1, 3, 0]), entered) == 1
    assert _auc(np.zeros(4), entered) == 0.5
    assert np.isnan(_auc(np.zeros(4), np.ones(4, dtype=bool)))


def test_suggestions_are_absent_sectors_in_the_order_asked_for():
    data = made_up(6)
    found = complexity(data)
    for by, column in (("quotient", "rca"), ("density", "density")):
        frame = suggest(data, "r03", by=by, most=5).frame
        assert len(frame) == 5
        assert frame[column].is_monotonic_decreasing
        assert (frame["rca"] < 1).all()
        assert list(frame["rank"]) == [1, 2, 3, 4, 5]
        at = data.columns.get_loc(frame["sector"].iloc[0])
        assert frame["density"].iloc[0] == found.density[3, at]
    whole = suggest(data, "r03", by="both", most=99)
    assert len(whole.frame) == ((found.rca[3] < 1) & (found.ubiquity > 0)).sum()
    assert whole.tables["structure-entry"].cite().zh
    assert whole.frame["rank_density"].min() == 1


def test_what_cannot_be_suggested_is_refused():
    data = made_up(1)
    with pytest.raises(HaiheError, match=r"(?s)E-DIA-39.*density"):
        suggest(data, "r00", by="densitee")
    with pytest.raises(HaiheError, match=r"(?s)E-DIA-33.*r99"):
        suggest(data, "r99")
    with pytest.raises(HaiheError, match="E-DIA-37"):
        Entry(absent=1.2, present=1.0)
    with pytest.raises(HaiheError, match="E-DIA-33"):
        backtest(data, data.rename(columns={"s00": "t00"}), (2012, 2017))
    with pytest.raises(HaiheError, match="E-DIA-34"):
        backtest(pd.DataFrame(np.ones((3, 3))), pd.DataFrame(np.ones((3, 3))), (2012, 2017))


def test_the_report_of_a_back_test_can_be_read():
    then = made_up(8)
    test = backtest(then, later(8, then), (2012, 2017))
    assert set(test.tables) == {"structure-backtest", "structure-backtest-precision"}
    for figure in test.figures.values():
        assert figure.options("zh")["series"]
    assert "RCA < 1" in test.tables["structure-backtest"].captions[-2].en


@pytest.fixture(scope="module")
def measured(script, reference):
    return script.measure(reference)


def test_the_page_holds_what_is_measured(script, measured):
    assert script.TARGET.read_text(encoding="utf-8") == script.document(measured)


def test_what_the_page_says_was_found(measured):
    """Density beats chance; growing what is already there beats density."""
    for test in measured[:2]:
        row = test.precision[test.precision["k"] == 5].set_index("ranking")
        assert row.loc["density", "precision"] > row.loc["density", "chance"]
        assert row.loc["quotient", "precision"] > row.loc["density", "precision"]
        auc = test.auc.set_index("ranking")["auc"]
        assert auc["quotient"] > auc["density"] > 0.5

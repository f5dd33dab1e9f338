"""Rounds: limits kept to the fen, optimal against every set, order of rows without effect, scores and their panel."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rounds_maker import OBJECTIVES, best_by_enumeration, random_round

from haihe.messages import HaiheError, Text
from haihe.rules.comparison import compare_ways
from haihe.rules.decision import select, valuation
from haihe.rules.leniency import fit_leniency
from haihe.rules.limits import Exclusion, Quota
from haihe.rules.reasons import explain
from haihe.rules.rounds import Objective, Round, Tie, steps
from haihe.rules.scoring import Criterion, Scoring, score_reviews
from haihe.rules.set_program import AtLeast, AtMost, best_set

WORD = Text("虚构", "made up")
seeds = st.integers(0, 10**6)


def small_round(rows, **changes):
    """A round from (application, region, support, score) with half paid by the city, in fen."""
    frame = pd.DataFrame(rows, columns=["application", "region", "support", "score"])
    frame = frame.assign(
        enterprise=frame["application"] + "厂",
        city=frame["support"] // 2,
        district=frame["support"] - frame["support"] // 2,
        state="eligible",
    )
    plain = Round(WORD, frame, WORD, "illustrative", budget=None, ties=[], when_short="stop")
    return replace(plain, **changes)


def test_going_down_the_list_to_the_cut_line():
    rows = [("A", "X", 400, 90), ("B", "Y", 300, 80), ("C", "X", 900, 70), ("D", "Y", 100, 60)]
    stopped = select(small_round(rows, budget=400), "ranked")
    assert stopped.applications == ["A", "B"]
    assert stopped.walk.line == 8000
    assert select(small_round(rows, budget=400, when_short="skip"), "ranked").applications == ["A", "B", "D"]
    without = small_round(rows, budget=400, matching={"X": 100, "Y": 500})
    assert select(without, "ranked").applications == ["B", "D"]
    assert list(select(replace(without, reserves=1), "ranked").frame["decision"]) == [
        "reserve",
        "funded",
        "not_funded",
        "funded",
    ]


def test_tails_come_before_the_new_awards():
    rows = [("A", "X", 400, 90), ("B", "Y", 300, 80)]
    assert select(small_round(rows, budget=350), "ranked").applications == ["A", "B"]
    less = select(small_round(rows, budget=350, tails=1), "ranked")
    assert less.applications == ["A"]
    assert less.use["title"].iloc[0].zh == "本批次预算（已扣以前年度尾款）"
    assert explain(less).changes.set_index("lever").loc["budget", "needed"] == 350


@pytest.mark.parametrize(
    ("ties", "first"),
    [([Tie("support")], "B"), ([Tie("support", "larger")], "A"), ([Tie("filed_on"), Tie("support")], "A"), ([], "A")],
)
def test_declared_ties_decide_among_equals(ties, first):
    round_ = small_round([("A", "X", 400, 90), ("B", "Y", 300, 90)], budget=200, ties=ties)
    round_ = replace(round_, candidates=round_.candidates.assign(filed_on=["2024-01-02", "2024-01-03"]))
    decision = select(round_, "ranked")
    assert decision.applications[0] == first
    assert [f.code for f in decision.findings()] == ([] if ties else ["W-RUL-60"])


def test_exclusions_and_quotas():
    rows = [("A", "X", 400, 90), ("B", "X", 300, 80), ("C", "Y", 200, 70)]
    group = [Exclusion(("A", "B", "Z"), WORD)]
    assert select(small_round(rows, exclusions=group), "ranked").applications == ["A", "C"]
    assert select(small_round(rows, quotas=[Quota("region", 1)]), "ranked").applications == ["A", "C"]
    money = [Quota("region", 600, "support", value="X")]
    assert select(small_round(rows, quotas=money), "ranked").applications == ["A", "C"]


@settings(max_examples=150)
@given(seeds)
def test_no_limit_is_exceeded_and_optimal_is_best_of_all_sets(seed):
    round_ = random_round(seed)
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    both = compare_ways(round_, objective)
    for decision in (both.ranked, both.optimal):
        assert decision.slate.exceeded(decision.funded) == []
        assert (decision.use["left"] >= 0).all()
        chosen = decision.frame[decision.frame["decision"] == "funded"]
        assert (chosen["city"] + chosen["district"] == chosen["support"]).all()
        if round_.budget is not None:
            assert int(chosen["city"].sum()) <= round_.budget
    assert both.gain >= 0
    worth = valuation(round_, objective).of(both.optimal.slate)
    assert list(both.optimal.funded) == sorted(
        best_by_enumeration(both.optimal.slate, worth), key=both.optimal.slate.order.index
    )


@settings(max_examples=60)
@given(seeds)
def test_the_order_of_rows_changes_nothing(seed):
    round_ = random_round(seed)
    turned = replace(round_, candidates=round_.candidates.iloc[::-1].reset_index(drop=True))
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    for how in ("ranked", "optimal"):
        one, other = (select(r, how, objective) for r in (round_, turned))
        pd.testing.assert_frame_equal(one.frame, other.frame)


@settings(max_examples=60)
@given(seeds)
def test_a_larger_budget_never_lowers_the_optimum(seed):
    round_ = random_round(seed)
    objective = OBJECTIVES[seed % len(OBJECTIVES)]
    worth = [
        compare_ways(replace(round_, budget=budget), objective).totals["worth"].iloc[1]
        for budget in (round_.budget, round_.budget + 1, 2 * round_.budget + 5)
    ]
    assert worth == sorted(worth)


@settings(max_examples=200)
@given(seeds)
def test_sets_at_the_very_border_are_told_apart(seed):
    """Caps within a fen of the sum of some set, amounts up to 10^11 fen."""
    rng = np.random.default_rng(seed)
    n, big = int(rng.integers(3, 8)), 10 ** int(rng.choice([3, 6, 9, 11]))
    rows = []
    for _ in range(int(rng.integers(1, 4))):
        weights = {i: int(w) for i, w in enumerate(rng.integers(1, big, n)) if rng.random() < 0.7}
        some = sum(w for w in weights.values() if rng.random() < 0.5)
        rows.append(AtMost(weights, max(some + int(rng.choice([-1, 0, 1])), 0)))
    worth = [int(w) for w in rng.integers(0, int(rng.choice([2, 10**4, 10**9])), n)]
    chosen = best_set(worth, rows, {})
    allowed = (
        [i for i in range(n) if picks[i]]
        for picks in product((0, 1), repeat=n)
        if all(sum(w for i, w in row.weights.items() if picks[i]) <= row.cap for row in rows)
    )
    assert chosen is not None
    assert sum(worth[i] for i in chosen) == max(sum(worth[i] for i in members) for members in allowed)


AT_THE_BORDER = [
    ([48, 40, 36, 34, 33], [({2: 1, 3: 1}, 1), ({0: 4799381558, 1: 3097144280, 3: 1894093316, 4: 1873327680}, 9769853517)]),
    (
        [748659293, 2, 972217210],
        [({0: 97665848973, 1: 19751384224, 2: 97508279947}, 117417233196), ({0: 35450740491, 2: 48734620447}, 35450740491)],
    ),
    ([56090304, 8739, 4, 1445], [({0: 38374422115, 2: 42464041425, 3: 23009423161}, 61383845275)]),
]  # fmt: skip


@pytest.mark.parametrize(("worth", "rows"), AT_THE_BORDER)
def test_sets_that_the_solver_was_seen_to_lose(worth, rows):
    """Programs of which HiGHS 1.15.1 with its presolve gives a worse set, or none."""
    rows = [AtMost(weights, cap) for weights, cap in rows]
    sums = [
        sum(w for w, pick in zip(worth, picks, strict=True) if pick)
        for picks in product((0, 1), repeat=len(worth))
        if all(sum(w for i, w in row.weights.items() if picks[i]) <= row.cap for row in rows)
    ]
    chosen = best_set(worth, rows, {})
    assert chosen is not None
    assert sum(worth[i] for i in chosen) == max(sums)


def test_a_set_program_says_where_there_is_no_set():
    assert best_set([1, 1], [AtLeast({0: 1, 1: 1}, 3)], {}) is None
    assert best_set([-2, -1], [AtLeast({0: 1, 1: 1}, 1)], {}) == {1}
    assert best_set([5, 1], [], {0: 0}) == {1}
    with pytest.raises(HaiheError, match="E-RUL-65"):
        best_set([2**51, 1], [], {})


def test_worths_are_told_apart_up_to_the_limit_and_without_what_they_share():
    one = [AtMost({0: 1, 1: 1}, 1)]
    assert best_set([2**49 + 1, 2**49 - 1], one, {}) == {0}
    assert best_set([2**60, 2**61], one, {}) == {1}
    with pytest.raises(HaiheError, match="E-RUL-65"):
        best_set([2**50, 1], one, {})


def test_what_optimal_maximises_is_said_and_shown():
    rows = [("A", "X", 1000, 90), ("B", "Y", 500, 80), ("C", "X", 500, 79)]
    both = compare_ways(small_round(rows, budget=500), Objective("score"))
    assert both.ranked.applications == ["A"]
    assert both.optimal.applications == ["B", "C"]
    assert both.gain == 15900 - 9000
    notes = both.tables["ways"].notes
    assert notes[0].zh == "优化目标：立项项目的评分合计最大。"
    assert notes[0].en == "What optimal maximises: largest sum of score over the projects funded."
    assert both.tables["differences"].frame["application"].tolist() == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda f: f.drop(columns="score"), "E-RUL-50"),
        (lambda f: f.assign(application="A"), "E-RUL-51"),
        (lambda f: f.assign(city=f["city"] + 1), "E-RUL-52"),
        (lambda f: f.assign(state="maybe"), "E-RUL-57"),
        (lambda f: f.assign(support=f["support"].astype(float).where(f.index > 0)), "E-RUL-58"),
        (lambda f: f.assign(support=f["support"] + 0.5), "E-RUL-58"),
        (lambda f: f.assign(score="viel"), "E-RUL-63"),
    ],
)
def test_candidates_that_cannot_be_used_are_named(change, code):
    round_ = small_round([("A", "X", 400, 90), ("B", "X", 300, 80)])
    with pytest.raises(HaiheError, match=code):
        select(replace(round_, candidates=change(round_.candidates)), "ranked")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"matching": {"X": 1}}, "E-RUL-53"),
        ({"quotas": [Quota("chain", 1)]}, "E-RUL-54"),
        ({"budget": -1}, "E-RUL-62"),
        ({"matching": {"X": -1, "Y": 1}}, "E-RUL-55"),
        ({"quotas": [Quota("region", 1), Quota("region", 2)]}, "E-RUL-56"),
        ({"ties": [Tie("age")]}, "E-RUL-61"),
        ({"budget": 5, "tails": 6}, "E-RUL-62"),
    ],
)
def test_rules_of_a_round_that_cannot_be_used_are_named(changes, code):
    with pytest.raises(HaiheError, match=code):
        select(small_round([("A", "X", 400, 90), ("B", "Y", 300, 80)], **changes), "ranked")


def test_optimal_needs_a_declared_objective():
    round_ = small_round([("A", "X", 400, 90)])
    with pytest.raises(HaiheError, match="E-RUL-66"):
        select(round_, "optimal")
    with pytest.raises(HaiheError, match="E-RUL-67"):
        select(round_, "optimal", Objective("worth"))


@pytest.mark.parametrize(
    ("score", "step"), [(80.005, 8001), (80.004999, 8000), ("79.995", 8000), (Decimal("0.005"), 1), (7, 700)]
)
def test_scores_count_to_their_decimals_halves_up(score, step):
    assert steps(score, 2) == step


# Scores


def panel(seed, applications=8, reviewers=4, noise=0.0, density=0.8):
    """Marks with known quality and leniency."""
    rng = np.random.default_rng(seed)
    quality, lenient = rng.uniform(60, 90, applications), rng.normal(0, 5, reviewers)
    rows = [
        (f"A{a}", f"R{r}", "all", quality[a] + lenient[r] + rng.normal(0, noise) if noise else quality[a] + lenient[r])
        for a in range(applications)
        for r in range(reviewers)
        if rng.random() < density
    ]
    return pd.DataFrame(rows, columns=["application", "reviewer", "criterion", "score"]), quality, lenient


@settings(max_examples=50)
@given(seeds, st.floats(0, 3))
def test_leniency_agrees_with_dense_least_squares(seed, noise):
    marks, _, _ = panel(seed, noise=noise, density=0.5)
    if not len(marks):
        return
    marks = marks.rename(columns={"score": "mark"})
    fit = fit_leniency(marks)
    a, names = pd.factorize(marks["application"], sort=True)
    r, panel_ = pd.factorize(marks["reviewer"], sort=True)
    design = np.hstack([np.eye(len(names))[a], np.eye(len(panel_))[r]])
    solved, *_ = np.linalg.lstsq(design, marks["mark"].to_numpy(), rcond=None)
    np.testing.assert_allclose(fit.residuals, marks["mark"] - design @ solved, atol=1e-8)
    sums = fit.reviewers.groupby("part")["leniency"].sum()
    np.testing.assert_allclose(sums, 0, atol=1e-8)
    assert abs(fit.residuals.groupby(marks["reviewer"]).sum()).max() < 1e-7


def test_leniency_is_recovered_where_the_model_holds():
    marks, quality, lenient = panel(3, density=1.0)
    fit = fit_leniency(marks.rename(columns={"score": "mark"}))
    np.testing.assert_allclose(fit.reviewers["leniency"], lenient - lenient.mean())
    np.testing.assert_allclose(fit.quality, quality + lenient.mean())


def scoring(**changes):
    """Two criteria, weights 3 to 2."""
    criteria = (Criterion("tech", WORD, 3, 50), Criterion("plan", WORD, 2, 50))
    given_ = {"combine": "mean", "missing": "drop_review", "least_reviews": 1, "outlier": 4.0} | changes
    return Scoring(criteria, **given_)


def reviews(rows):
    return pd.DataFrame(rows, columns=["application", "reviewer", "criterion", "score"])


FULL = reviews(
    [
        (a, r, c, {"A": 40, "B": 30}[a] + {"R1": 0, "R2": 5, "R3": 1}[r])
        for a in "AB"
        for r in ("R1", "R2", "R3")
        for c in ("tech", "plan")
    ]
)


@pytest.mark.parametrize(
    ("combine", "score"), [("mean", [84.0, 64.0]), ("trimmed", [82.0, 62.0]), ("adjusted", [84.0, 64.0])]
)
def test_reviewers_are_combined_as_declared(combine, score):
    result = score_reviews(FULL, scoring(combine=combine), WORD, "illustrative")
    assert result.frame["score"].tolist() == score
    assert set(result.tables) == {"weights", "scores", "reviewers", "outliers", "gaps"}
    assert result.tables["weights"].frame["share"].tolist() == [0.6, 0.4]


def test_weights_change_scores_and_only_their_proportions_count():
    marks = FULL.assign(score=lambda f: f["score"].where(f["criterion"] == "tech", 10))
    one = score_reviews(marks, scoring(), WORD, "illustrative").frame
    heavy = replace(scoring(), criteria=(Criterion("tech", WORD, 6, 50), Criterion("plan", WORD, 4, 50)))
    pd.testing.assert_frame_equal(score_reviews(marks, heavy, WORD, "illustrative").frame, one)
    tech_only = replace(scoring(), criteria=(Criterion("tech", WORD, 1, 50), Criterion("plan", WORD, 0, 50)))
    assert (score_reviews(marks, tech_only, WORD, "illustrative").frame["score"] > one["score"]).all()


def test_a_missing_mark_is_shown_and_treated_as_declared():
    gap = FULL.assign(score=FULL["score"].astype(float))
    gap.loc[0, "score"] = np.nan
    gap = gap.drop(index=3)
    dropped = score_reviews(gap, scoring(), WORD, "illustrative")
    assert dropped.frame.set_index("application")["reviews"].to_dict() == {"A": 1, "B": 3}
    assert dropped.gaps[["application", "reviewer", "gaps"]].to_numpy().tolist() == [
        ["A", "R1", "tech"],
        ["A", "R2", "plan"],
    ]
    filled = score_reviews(gap, scoring(missing="other_reviewers"), WORD, "illustrative")
    assert filled.frame["reviews"].tolist() == [3, 3]
    short = score_reviews(gap, scoring(least_reviews=2), WORD, "illustrative")
    assert short.frame["score"].isna().tolist() == [True, False]
    assert {f.code for f in short.findings()} == {"N-RUL-72", "W-RUL-74"}


def test_an_outlier_is_listed_and_stays_in_the_score():
    marks, _, _ = panel(5, applications=12, reviewers=5, noise=0.5, density=1.0)
    one = Scoring([Criterion("all", WORD, 1, 200)], "mean", "drop_review", 1, 6.0, full_score=200)
    assert not len(score_reviews(marks, one, WORD, "illustrative").outliers)
    marks.loc[7, "score"] += 30
    result = score_reviews(marks, one, WORD, "illustrative")
    assert result.outliers[["application", "reviewer"]].to_numpy().tolist() == [["A1", "R2"]]
    mean = marks.loc[marks["application"] == "A1", "score"].mean()
    assert result.frame.set_index("application").loc["A1", "score"] == pytest.approx(mean, abs=0.005)


def test_a_panel_in_parts_is_not_adjusted():
    parted = FULL[~((FULL["application"] == "A") ^ (FULL["reviewer"] == "R1"))]
    assert "W-RUL-75" in {f.code for f in score_reviews(parted, scoring(), WORD, "illustrative").findings()}
    with pytest.raises(HaiheError, match="E-RUL-71"):
        score_reviews(parted, scoring(combine="adjusted"), WORD, "illustrative")


@pytest.mark.parametrize(
    ("marks", "rules", "code"),
    [
        (FULL.drop(columns="score"), scoring(), "E-RUL-68"),
        (FULL.assign(score=51), scoring(), "E-RUL-68"),
        (FULL.assign(criterion="style"), scoring(), "E-RUL-68"),
        (pd.concat([FULL, FULL]), scoring(), "E-RUL-70"),
        (
            FULL,
            replace(scoring(), criteria=(Criterion("tech", WORD, 0, 50), Criterion("plan", WORD, 0, 50))),
            "E-RUL-69",
        ),
    ],
)
def test_reviews_that_cannot_be_used_are_named(marks, rules, code):
    with pytest.raises(HaiheError, match=code):
        score_reviews(marks, rules, WORD, "illustrative")

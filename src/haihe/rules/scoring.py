"""Scores from reviews: visible weights, several reviewers, and what is odd about their marks.

No weight has a default of ours: official weights for such reviews were never seen, so they are the office's own
input and stand in the result beside the scores. Missing marks, outliers and lenient reviewers are shown; only what the
office declares (how reviewers are combined, what a missing mark does) changes a score.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from haihe.figures import Column, Table
from haihe.messages import Finding, Findings, HaiheError, Quality, Text
from haihe.rules.leniency import Leniency, fit_leniency
from haihe.rules.tabled import Tabled

Combine = Literal["mean", "trimmed", "adjusted"]
Missing = Literal["drop_review", "other_reviewers"]
COMBINED: dict[Combine, Text] = {
    "mean": Text("各评审专家的平均分", "mean of the reviewers"),
    "trimmed": Text("去掉一个最高分和一个最低分后的平均分", "mean without the highest and the lowest"),
    "adjusted": Text(
        "扣除评审专家宽严差异后的得分（加法双因素模型，最小二乘）", "after leniency (additive model, least squares)"
    ),
}
FILLED: dict[Missing, Text] = {
    "drop_review": Text("缺项的评审意见不计入", "a review with a gap is left out"),
    "other_reviewers": Text("缺项以其他专家对该项的平均分代替", "a gap takes the mean of the other reviewers"),
}
LEAST_TRIMMED = 3
GUARD = 1e-9
"""A half that a binary fraction falls short of by less than this is still a half."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that is marked.

    Parameters
    ----------
    key : str
    title : Text
    weight : Decimal or int
        Its weight; only the proportions of the weights matter. User input, no default.
    full : Decimal or int
        Highest mark.
    """

    key: str
    title: Text
    weight: Decimal | int
    full: Decimal | int


@dataclass(frozen=True)
class Scoring:
    """How marks become scores; all of it declared by the office.

    Parameters
    ----------
    criteria : sequence of Criterion
    combine : {"mean", "trimmed", "adjusted"}
        How the reviewers of an application are combined.
    missing : {"drop_review", "other_reviewers"}
        What a missing mark does.
    least_reviews : int
        An application with fewer counted reviews has no score.
    outlier : float
        Robust standard deviations from the additive model beyond which a review is listed as an outlier.
    full_score : Decimal or int
        Score of full marks everywhere.
    decimals : int
        Decimals of the score, halves up.
    """

    criteria: Sequence[Criterion]
    combine: Combine
    missing: Missing
    least_reviews: int
    outlier: float
    full_score: Decimal | int = 100
    decimals: int = 2


@dataclass(frozen=True)
class Scores(Tabled):
    """Scores with what lies behind them.

    Attributes
    ----------
    scoring : Scoring
    frame : DataFrame
        By application: application, score (missing where none), reviews, mean, lowest, highest, spread (standard
        deviation), adjusted (after leniency), moved (adjusted minus mean).
    reviews : DataFrame
        By application and reviewer: application, reviewer, mark (weighted, missing where not counted), gaps (criteria
        without a mark), residual, outlier.
    leniency : Leniency
    """

    scoring: Scoring
    frame: pd.DataFrame
    reviews: pd.DataFrame
    leniency: Leniency
    source: Text
    quality: Quality

    @cached_property
    def outliers(self) -> pd.DataFrame:
        """Reviews far from what quality and leniency explain."""
        return self.reviews[self.reviews["outlier"]].reset_index(drop=True)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Reviews with missing marks."""
        return self.reviews[self.reviews["gaps"] != ""].reset_index(drop=True)

    def findings(self) -> Findings:
        """Name gaps (``N-RUL-72``), outliers (``W-RUL-73``), no score (``W-RUL-74``), a parted panel (``W-RUL-75``)."""
        found = Findings()
        found.extend(
            Finding(code, table="reviews", values={"application": str(a), "reviewer": str(r)})
            for code, frame in (("N-RUL-72", self.gaps), ("W-RUL-73", self.outliers))
            for a, r in zip(frame["application"], frame["reviewer"], strict=True)
        )
        none = self.frame.loc[self.frame["score"].isna(), "application"]
        found.extend(Finding("W-RUL-74", table="reviews", values={"application": str(a)}) for a in none)
        if self.leniency.parts > 1:
            found.append(Finding("W-RUL-75", table="reviews", values={"value": self.leniency.parts}))
        return found

    def shown(self) -> Iterable[Table]:
        """Give weights, scores, reviewers, outliers and gaps."""
        word, points = Text("评审得分", "scores of the review"), Text("分", "points")
        application, reviewer = Text("申报编号", "application"), Text("评审专家", "reviewer")
        how = [COMBINED[self.scoring.combine], FILLED[self.scoring.missing]]
        notes = [Text("{a}；{b}。", "{a}; {b}.").format(a=how[0], b=how[1])]
        digits = self.scoring.decimals
        yield self._table(
            self._weights(), _weight_columns(), "weights", Text("评审指标与权重", "criteria and weights"), []
        )
        heads = {
            "score": Text("得分", "score"), "mean": Text("平均分", "mean"), "lowest": Text("最低", "lowest"),
            "highest": Text("最高", "highest"), "spread": Text("标准差", "standard deviation"),
            "adjusted": Text("扣除宽严后", "after leniency"),
        }  # fmt: skip
        columns = [
            Column("application", application),
            Column("reviews", Text("计入评审数", "reviews counted"), digits=0),
        ]
        columns += [Column(key, head, unit=points, kind="number", digits=digits) for key, head in heads.items()]
        yield self._table(self.frame, columns, "scores", word, notes)
        heads = {
            "mean": Text("平均给分", "mean mark"), "leniency": Text("宽严（正为偏宽）", "leniency (positive: lenient)"),
            "error": Text("标准误", "standard error"),
        }  # fmt: skip
        columns = [Column("reviewer", reviewer), Column("marks", Text("评审数", "reviews"), digits=0)]
        columns += [Column(key, head, unit=points, kind="number", digits=digits) for key, head in heads.items()]
        title = Text("评审专家宽严", "leniency of the reviewers")
        yield self._table(self.leniency.reviewers, columns, "reviewers", title, [COMBINED["adjusted"]])
        both = [Column("application", application), Column("reviewer", reviewer)]
        columns = [*both, Column("mark", Text("给分", "mark"), unit=points, kind="number", digits=digits)]
        columns += [
            Column("residual", Text("偏离", "residual"), unit=points, kind="number", digits=digits, signed=True)
        ]
        yield self._table(self.outliers, columns, "outliers", Text("异常评审意见", "outlying reviews"), [])
        columns = [*both, Column("gaps", Text("缺项", "criteria without a mark"), kind="text")]
        yield self._table(self.gaps, columns, "gaps", Text("缺项的评审意见", "reviews with gaps"), notes)

    def _weights(self) -> pd.DataFrame:
        total = sum(Fraction(c.weight) for c in self.scoring.criteria)
        rows = [(c.key, c.title, float(c.full), float(Fraction(c.weight) / total)) for c in self.scoring.criteria]
        return pd.DataFrame(rows, columns=["key", "title", "full", "share"])

    def _table(self, frame: pd.DataFrame, columns: list[Column], key: str, title: Text, notes: Sequence[Text]) -> Table:
        return Table(frame, columns, key=key, title=title, source=self.source, quality=self.quality, notes=notes)


def _weight_columns() -> list[Column]:
    title, full = Text("评审指标", "criterion"), Text("满分", "full mark")
    return [
        Column("title", title, kind="text"),
        Column("full", full, unit=Text("分", "points"), kind="number"),
        Column("share", Text("权重", "weight"), kind="share", digits=2),
    ]


def score_reviews(reviews: pd.DataFrame, scoring: Scoring, source: Text, quality: Quality) -> Scores:
    """Turn marks into scores by the declared rules.

    A review's mark is ``full_score x sum of weight x mark / full mark / sum of weights`` over the criteria.

    Parameters
    ----------
    reviews : DataFrame
        application, reviewer, criterion and score, one row a mark; a missing score is a gap. An application, reviewer
        and criterion without a row is a gap too where that reviewer marked anything of that application.
    scoring : Scoring
    source : Text
    quality : {"official", "estimated", "illustrative"}

    Returns
    -------
    Scores

    Raises
    ------
    HaiheError
        ``E-RUL-68`` for missing columns, unknown criteria or marks outside 0 to full; ``E-RUL-69`` for weights that are
        negative or add up to 0; ``E-RUL-70`` for a mark that stands twice; ``E-RUL-71`` where marks are to be adjusted
        for leniency but the panel falls into parts that share no application.
    """
    marks = _marks(reviews, scoring)
    filled = marks if scoring.missing == "drop_review" else _filled(marks)
    shares = np.array([float(c.weight) / float(c.full) for c in scoring.criteria])
    total = sum(float(c.weight) for c in scoring.criteria)
    weighted = float(scoring.full_score) * (filled.to_numpy() @ shares) / total
    listed = marks.index.to_frame(index=False).assign(mark=weighted, gaps=_gaps(marks))
    fit = fit_leniency(listed.dropna(subset="mark"))
    if scoring.combine == "adjusted" and fit.parts > 1:
        raise HaiheError("E-RUL-71", value=fit.parts)
    listed["residual"] = fit.residuals.reindex(listed.index)
    listed["outlier"] = (listed["residual"].abs() > scoring.outlier * fit.scale + GUARD).fillna(False)
    return Scores(scoring, _combined(listed, fit, scoring), listed, fit, source, quality)


def _marks(reviews: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """Lay marks out by application and reviewer (rows) and criterion (columns), after checking them."""
    keys = [c.key for c in scoring.criteria]
    lacking = [name for name in ("application", "reviewer", "criterion", "score") if name not in reviews]
    unknown = [] if lacking else sorted(set(map(str, reviews["criterion"])) - set(keys))
    if lacking or unknown:
        raise HaiheError("E-RUL-68", value=", ".join([*lacking, *unknown]))
    weights = [c.weight for c in scoring.criteria]
    if not weights or min(weights) < 0 or sum(weights) <= 0:
        raise HaiheError("E-RUL-69", value=", ".join(map(str, weights)))
    cell = ["application", "reviewer", "criterion"]
    twice = reviews[reviews.duplicated(cell)]
    if len(twice):
        raise HaiheError("E-RUL-70", value=" / ".join(map(str, twice.iloc[0][cell])))
    full = reviews["criterion"].map({c.key: float(c.full) for c in scoring.criteria})
    outside = reviews[(reviews["score"] < 0) | (reviews["score"] > full)]
    if len(outside):
        raise HaiheError("E-RUL-68", value=" / ".join(map(str, outside.iloc[0])))
    laid = reviews.pivot(index=["application", "reviewer"], columns="criterion", values="score")  # noqa: PD010 - nothing to aggregate
    return laid.reindex(columns=keys).astype(np.float64)


def _filled(marks: pd.DataFrame) -> pd.DataFrame:
    """Put the mean of the other reviewers of the same application into each gap; a criterion nobody marked stays."""
    means = marks.groupby(level="application").transform("mean")
    return marks.where(marks.notna(), means)


def _gaps(marks: pd.DataFrame) -> list[str]:
    """Criteria without a mark, by review."""
    names = np.array(marks.columns, dtype=object)
    return [", ".join(names[missing]) for missing in marks.isna().to_numpy()]


def _combined(listed: pd.DataFrame, fit: Leniency, scoring: Scoring) -> pd.DataFrame:
    """Combine the reviews of each application."""
    groups = listed.groupby("application")["mark"]
    frame = groups.agg(reviews="count", mean="mean", lowest="min", highest="max", spread="std")
    frame["adjusted"] = fit.quality.reindex(frame.index)
    frame["moved"] = frame["adjusted"] - frame["mean"]
    inner = (groups.sum() - frame["lowest"] - frame["highest"]) / (frame["reviews"] - 2).where(
        frame["reviews"] >= LEAST_TRIMMED
    )
    chosen = {"mean": frame["mean"], "trimmed": inner, "adjusted": frame["adjusted"]}[scoring.combine]
    enough = frame["reviews"] >= max(scoring.least_reviews, 1)
    score = _half_up(chosen.where(enough).to_numpy(dtype=np.float64), scoring.decimals)
    frame.insert(0, "score", score)
    return frame.reset_index()


def _half_up(values: npt.NDArray[np.float64], decimals: int) -> npt.NDArray[np.float64]:
    """Round to decimals, halves up."""
    return np.floor(values * 10.0**decimals + 0.5 + GUARD) / 10.0**decimals

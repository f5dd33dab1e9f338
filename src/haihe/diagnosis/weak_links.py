"""Weak links of a chain: a declared score of which every term is shown, and the three lists that travel.

The score is a weighted mean of terms between 0 and 1. Weights are a choice, not a finding: they are equal until the user
sets others, every term stands beside the score, and `steadiness` says how far the ranking depends on them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from haihe.accounts.regional import FloatArray
from haihe.figures import format_number
from haihe.messages import HaiheError, Text

TERMS: Mapping[str, Text] = {
    "abroad": Text("境外供给", "Abroad"),
    "rest": Text("国内区外供给", "Rest of country"),
    "thin": Text("规模不足", "Thin"),
    "narrow": Text("供方集中", "Few suppliers"),
    "uncovered": Text("本地无替代", "No substitute"),
    "lagging": Text("增长落后", "Lagging"),
    "loss": Text("断链损失", "Halt"),
}
"""Terms of the score, each between 0 and 1."""

LISTS: Mapping[str, Text] = {
    "research": Text("攻关清单（卡点）", "To research (bottleneck)"),
    "recruit": Text("招引清单（堵点）", "To recruit (missing stage)"),
    "strengthen": Text("强链清单（骨干）", "To strengthen (key firms)"),
}
"""The three lists that travel between the three places and the task forces."""

REASONS: Mapping[str, tuple[str, str]] = {
    "abroad": ("所用产品 {abroad} 来自境外", "{abroad} of use from abroad"),
    "rest": ("所用产品 {rest} 来自国内区外", "{rest} of use from the rest of the country"),
    "thin": ("区位商仅 {quotient}", "location quotient {quotient}"),
    "uncovered": (
        "外购中 {term_uncovered} 无法由本地外销部分替代",
        "{term_uncovered} of purchases outside not covered by own sales there",
    ),
    "lagging": (
        "{years}名义年均增长 {growth}，全国 {nation_growth}",
        "nominal growth {growth} a year{years}, nation {nation_growth}",
    ),
}
"""How a term is said in words, with figures of the record."""

SHOWN: Mapping[str, tuple[int, bool]] = {
    "abroad": (0, True),
    "rest": (0, True),
    "quotient": (2, False),
    "term_uncovered": (0, True),
    "growth": (1, True),
    "nation_growth": (1, True),
}
"""Decimals of the figures named in reasons, and whether they are shares."""

NAMED = 0.01
"""A part of the score is named as a reason from here on."""

TRIALS, SEED = 1000, 20220330
"""Random weightings that `rank_band` draws, and from where."""


@dataclass(frozen=True)
class Weights:
    """Weight of each term of the score; any numbers that are not negative and not all 0.

    Attributes
    ----------
    abroad, rest : float
        Share of the region's use of the stage's products that comes from abroad, from the rest of the country.
    thin : float
        How far the stage's location quotient is below 1.
    narrow : float
        Herfindahl index over the suppliers outside the region, one a product and origin, of its inputs.
    uncovered : float
        Part of what is bought outside that the region's own sales outside could not replace.
    lagging : float
        Growth behind the nation's, over `Bounds.lag`.
    loss : float
        Value added that all members lose if the stage halts in the region, over the largest such loss in its chain.
    """

    abroad: float = 1.0
    rest: float = 1.0
    thin: float = 1.0
    narrow: float = 1.0
    uncovered: float = 1.0
    lagging: float = 1.0
    loss: float = 1.0

    def array(self) -> FloatArray:
        """Weights in the order of `TERMS`; ``E-DIA-63`` where one is negative or all are 0."""
        values = np.array([getattr(self, term) for term in TERMS], dtype=np.float64)
        if not np.isfinite(values).all() or (values < 0).any() or values.sum() <= 0:
            raise HaiheError("E-DIA-63", value=", ".join(f"{k}={v:g}" for k, v in asdict(self).items()))
        return values


@dataclass(frozen=True)
class Bounds:
    """Where a term is full and what puts a stage on a list; declared, to be changed by the user.

    Attributes
    ----------
    lag : float
        Growth a year behind the nation's at which ``lagging`` is 1.
    abroad : float
        A stage of whose products at least this share is bought abroad is to be researched.
    quotient : float
        A stage below this location quotient is thin: to be recruited.
    outside : float
        A stage of whose products at least this share is bought outside the members is to be recruited.
    strong : float
        A stage from this location quotient on is there: its key firms are to be strengthened.
    """

    lag: float = 0.05
    abroad: float = 0.20
    quotient: float = 0.80
    outside: float = 0.40
    strong: float = 1.00

    def __post_init__(self) -> None:
        wrong = [f.name for f in fields(self) if not getattr(self, f.name) >= 0] or (["lag"] if self.lag == 0 else [])
        if wrong:
            raise HaiheError("E-DIA-65", value=wrong[0])


def terms_of(stages: pd.DataFrame, bounds: Bounds | None = None) -> pd.DataFrame:
    """Turn measures of stages into terms between 0 and 1.

    Parameters
    ----------
    stages : DataFrame
        As `haihe.diagnosis.stages.profile`, with ``loss`` of `haihe.diagnosis.halts.stage_losses`.
    bounds : Bounds, optional
        What a full term is.

    Returns
    -------
    DataFrame
        Columns `TERMS`, in the rows of `stages`; NaN where a measure is missing.
    """
    bounds = bounds or Bounds()
    most = stages.groupby("chain")["loss"].transform("max")
    behind = (stages["nation_growth"] - stages["growth"]) / bounds.lag
    uncovered = (1.0 - stages["spare_home"]).mask(stages["outside"] <= 0, 0.0)
    terms = pd.DataFrame(
        {
            "abroad": stages["abroad"],
            "rest": stages["rest"],
            "thin": 1.0 - stages["quotient"],
            "narrow": stages["concentration"],
            "uncovered": uncovered,
            "lagging": behind,
            "loss": (stages["loss"] / most.where(most > 0)),
        }
    )
    return terms.clip(0.0, 1.0)


def rank(stages: pd.DataFrame, weights: Weights | None = None, bounds: Bounds | None = None) -> pd.DataFrame:
    """Rank the stages of each chain from the weakest on, with every part of the score.

    Parameters
    ----------
    stages : DataFrame
        As for `terms_of`.
    weights : Weights, optional
        Equal where not given.
    bounds : Bounds, optional
        Where terms are full and lists begin.

    Returns
    -------
    DataFrame
        `stages` sorted by chain (as they come) and score, with ``score``; ``part_`` and each term: what it adds to the
        score; ``term_`` and each term: its value; ``rank`` within the chain, with ``rank_low`` and ``rank_high`` (`rank_band`);
        the lists as booleans ``research``, ``recruit``, ``strengthen``. A term that is missing counts neither above nor
        below the line.
    """
    bounds = bounds or Bounds()
    terms = terms_of(stages, bounds)
    values, w = terms.to_numpy(), (weights or Weights()).array()
    known = np.isfinite(values)
    below = (known * w).sum(axis=1, keepdims=True)
    parts = np.divide(np.where(known, values, 0.0) * w, below, out=np.full(values.shape, np.nan), where=below > 0)
    parts[~known] = np.nan
    score = np.where(below[:, 0] > 0, np.nansum(parts, axis=1), np.nan)
    low, high = rank_band(stages["chain"], values)
    frame = stages.assign(
        score=score,
        rank_low=low,
        rank_high=high,
        **{f"part_{term}": parts[:, k] for k, term in enumerate(TERMS)},
        **{f"term_{term}": values[:, k] for k, term in enumerate(TERMS)},
        **lists_of(stages, bounds),
    )
    frame["rank"] = frame.groupby("chain", sort=False)["score"].rank(method="min", ascending=False).astype("Int64")
    order = {chain: k for k, chain in enumerate(dict.fromkeys(stages["chain"]))}
    frame = frame.assign(_c=frame["chain"].map(order)).sort_values(["_c", "rank"], kind="stable")
    return frame.drop(columns="_c").reset_index(drop=True)


def rank_band(chain: pd.Series, terms: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Say how far a stage's place in its chain depends on the weights.

    Weights are drawn evenly from all that add up to 1 (`TRIALS` draws, seeded), and the middle 90 % of the ranks they
    give is the band. Equal ends mean that the choice of weights does not matter for this stage.

    Parameters
    ----------
    chain : Series
        Chain of each stage.
    terms : ndarray, shape (m, number of terms)
        Values between 0 and 1; NaN where missing.

    Returns
    -------
    tuple of ndarray, shape (m,)
        Low and high end, 1 the weakest.
    """
    draws = np.random.default_rng(SEED).dirichlet(np.ones(len(TERMS)), TRIALS)
    known = np.isfinite(terms)
    below = known @ draws.T
    score = np.divide(np.where(known, terms, 0.0) @ draws.T, below, out=np.zeros_like(below), where=below > 0)
    places = pd.DataFrame(score).groupby(chain.to_numpy(), sort=False).rank(method="min", ascending=False)
    low, high = np.quantile(places.to_numpy(), (0.05, 0.95), axis=1, method="nearest")
    return low, high


def lists_of(stages: pd.DataFrame, bounds: Bounds) -> dict[str, pd.Series]:
    """Say which of the three lists each stage stands on; it may stand on several or none."""
    outside = stages["rest"] + stages["abroad"]
    return {
        "research": stages["abroad"] >= bounds.abroad,
        "recruit": (stages["quotient"] < bounds.quotient) | (outside >= bounds.outside),
        "strengthen": stages["quotient"] >= bounds.strong,
    }


LISTED_FOR: Mapping[str, tuple[str, ...]] = {"research": ("abroad",), "recruit": ("thin", "rest"), "strengthen": ()}
"""Terms that put a stage on a list: they are named first there."""


def reasons(
    row: Mapping[str, Any],
    names: Mapping[str, Text],
    most: int = 2,
    *,
    years: Text | None = None,
    first: Sequence[str] = (),
) -> Text:
    """Say why a stage is weak: the largest parts of its score, each with the figure behind it, then what a halt costs.

    Parameters
    ----------
    row : mapping
        One record of `rank`.
    names : mapping of str to Text
        Names of regions and sectors.
    most : int
        How many parts to name beside the cost of a halt.
    years : Text, optional
        Years between which growth was taken, as they stand in the sentence.
    first : sequence of str
        Terms to name before the others where they count at all.
    """
    parts = {term: row[f"part_{term}"] for term in TERMS if term != "loss"}
    counted = (term for term, part in parts.items() if part >= NAMED)
    largest = sorted(counted, key=lambda t: (t not in first, -parts[t]))[:most]
    said = [_reason(term, row, names, years) for term in largest] or [Text("没有突出弱点", "no weakness stands out")]
    if np.isfinite(row["loss"]):
        said.append(Text(f"停产损失 {amount(row['loss'])} 亿元", f"a halt loses {amount(row['loss'] / 10)} bn yuan"))
    return Text("；".join(text.zh for text in said), "; ".join(text.en for text in said))


def amount(value: float) -> str:
    """Write an amount of money as far as it is known: no decimals from 10 on, one below."""
    return format_number(value, 0 if abs(value) >= 10 else 1)


def _reason(term: str, row: Mapping[str, Any], names: Mapping[str, Text], years: Text | None) -> Text:
    """Say one term in words."""
    if term == "narrow":
        place, product = names[row["supplier_region"]], names[row["supplier_sector"]]
        share = f"{row['supplier_share']:.0%}"
        return Text(
            f"区外投入的 {share} 是{place.zh}的{product.zh}",
            f"{share} of inputs from outside: {product.en}, {place.en}",
        )
    zh, en = REASONS[term]
    said = {name: format_number(row[name], digits, share=share) for name, (digits, share) in SHOWN.items()}
    when = years or Text("", "")
    return Text(zh.format(**said, years=when.zh), en.format(**said, years=when.en))

"""Random small rounds, and the same decisions found by looking at every set."""

from decimal import Decimal
from itertools import product

import numpy as np
import pandas as pd

from haihe.messages import Text
from haihe.rules.limits import Exclusion, Quota
from haihe.rules.rounds import Objective, Round, Tie

REGIONS = ("R1", "R2", "R3")


def random_round(seed: int, most: int = 7, large: bool | None = None) -> Round:
    """A round of few applications with every kind of limit, many ties, some not eligible."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most + 1))
    large = bool(rng.random() < 0.3) if large is None else large
    support = rng.integers(10**8, 10**10, n) if large else rng.integers(1, 13, n)
    city = support // 2 if rng.random() < 0.6 else (support * rng.random(n)).astype(np.int64)
    state = rng.choice(["eligible", "ineligible", "undecided"], n, p=[0.85, 0.1, 0.05])
    score = pd.Series(rng.choice([60.0, 70.0, 70.01, 80.0, 90.5], n)).mask(rng.random(n) < 0.05)
    frame = pd.DataFrame(
        {
            "application": [f"A{i:02}" for i in rng.permutation(n)],
            "enterprise": rng.choice(["甲厂", "乙厂", "丙厂", "丁厂"], n),
            "region": rng.choice(REGIONS, n),
            "support": support,
            "city": city,
            "district": support - city,
            "state": state,
            "score": score,
            "filed_on": rng.integers(1, 4, n),
            "merit": rng.integers(0, 5, n),
        }
    )
    whole, apart = int(city.sum()), support - city
    names = frame["application"].to_numpy()
    groups = [tuple(rng.choice(names, 2, replace=False))] if rng.random() < 0.5 else []
    ties = [Tie("support", str(rng.choice(["smaller", "larger"]))), Tie("filed_on")]
    quotas = [Quota("enterprise", int(rng.integers(1, 3)))] if rng.random() < 0.5 else []
    if rng.random() < 0.3:
        quotas.append(Quota("region", int(support.sum() * rng.random()), "support", value="R1"))
    return Round(
        name=Text("测试批次", "test round"),
        candidates=frame.sample(frac=1, random_state=int(rng.integers(10**6))),
        source=Text("虚构", "made up"),
        quality="illustrative",
        budget=int(whole * rng.uniform(0.1, 1.1)),
        ties=[ties[k] for k in rng.permutation(2)][: int(rng.integers(0, 3))],
        when_short=str(rng.choice(["stop", "skip"])),
        matching={r: int(apart.sum() * rng.uniform(0, 0.7)) for r in REGIONS} if rng.random() < 0.7 else None,
        quotas=quotas,
        exclusions=[Exclusion(group, Text("同一项目", "the same project")) for group in groups],
        pass_score=Decimal(70) if rng.random() < 0.3 else None,
        full_score=Decimal(100) if rng.random() < 0.5 else None,
        requirements=requirements(frame, rng) if rng.random() < 0.7 else None,
        amount_step=1 if not large or rng.random() < 0.5 else 10**6,
        reserves=2,
    )


def requirements(frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """One condition on own capital and one on a field without threshold, in keeping with the state."""
    n = len(frame)
    bound = rng.integers(5, 30, n)
    below = frame["state"].to_numpy() == "ineligible"
    seen = pd.Series(np.where(below, bound - rng.integers(1, 5, n), bound + rng.integers(0, 5, n))).astype("Int64")
    unknown = frame["state"].to_numpy() == "undecided"
    return pd.DataFrame(
        {
            "application": frame["application"],
            "requirement": "own",
            "article": "第五条",
            "field": "own_capital",
            "sense": ">=",
            "seen": seen.mask(unknown),
            "bound": bound,
            "unit": "fen",
            "met": pd.Series(~below).astype("boolean").mask(unknown),
            "text_zh": "自有资金",
            "text_en": "own capital",
        }
    )


OBJECTIVES = (
    Objective("score"),
    Objective("one"),
    Objective("merit"),
    Objective("one", per="yuan"),
    Objective("score", per="yuan"),
)


def best_by_enumeration(slate, worth):
    """The best set among all 2^n, equals settled from the best place down."""
    open_ = slate.open
    best, chosen = None, []
    for picks in product((1, 0), repeat=len(open_)):
        members = [i for i, pick in zip(open_, picks, strict=True) if pick]
        if slate.exceeded(members):
            continue
        value = (sum(worth[i] for i in members), picks)
        if best is None or value > best:
            best, chosen = value, members
    return chosen

"""Our reading of each chain as strong, new or short, beside the official label: where they agree and where they do not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.diagnosis.chains import Chains
from haihe.diagnosis.stages import Pair, growth_of, ratio
from haihe.diagnosis.trade import Trade
from haihe.messages import Text

LABELS: Mapping[str, Text] = {
    "strong": Text("强链", "Strong"),
    "new": Text("新链", "New"),
    "short": Text("短链", "Short"),
}
AGREEMENT: Mapping[object, Text] = {True: Text("一致", "Agrees"), False: Text("不一致", "Differs")}


@dataclass(frozen=True)
class LabelRule:
    """How a chain is read from the accounts; declared, to be changed by the user.

    Attributes
    ----------
    strong : float
        A chain with at least this location quotient is strong.
    new : float
        A chain below it that grows at least this much faster a year than in the nation is new; every other is short.
    """

    strong: float = 1.0
    new: float = 0.0


def read_labels(
    trade: Trade, chains: Chains, region: str, grown: Pair | None = None, rule: LabelRule | None = None
) -> pd.DataFrame:
    """Read every chain in a region, and set it beside its official label.

    Parameters
    ----------
    trade : Trade
        Accounts of the base year.
    chains : Chains
        Chains, with the official labels that there are.
    region : str
        Member to read.
    grown : pair of Accounts, optional
        Accounts of two comparable years; without them growth is not known, and a chain that is not strong is not read.
    rule : LabelRule, optional
        How to read.

    Returns
    -------
    DataFrame
        One row a chain: ``chain``, ``output``, ``value_added``, ``quotient``, ``growth``, ``nation_growth`` (a year,
        nominal), ``ours``, ``official`` (missing where there is none), ``agrees`` (missing where one of the two is).
    """
    rule = rule or LabelRule()
    a, r = trade.accounts, trade.accounts.position(region)
    W = np.stack([chains.weight_of(chain) for chain in chains.codes])
    output, nation = W @ a.output[r], W @ a.output.sum(axis=0)
    quotient = ratio(output, nation) / (a.output[r].sum() / a.output.sum())
    growth, nation_growth = growth_of(W, chains.sectors, region, grown)
    ahead = growth - nation_growth
    ours = np.select(
        [quotient >= rule.strong, ahead >= rule.new, ahead < rule.new], ["strong", "new", "short"], default=""
    )
    frame = pd.DataFrame(
        {
            "chain": chains.codes,
            "output": output,
            "value_added": W @ a.value_added[r],
            "quotient": quotient,
            "growth": growth,
            "nation_growth": nation_growth,
            "ours": pd.Series(ours, dtype=object).replace("", None),
            "official": pd.Series([chains.labels.get(code) for code in chains.codes], dtype=object),
        }
    )
    both = frame["ours"].notna() & frame["official"].notna()
    frame["agrees"] = (frame["ours"] == frame["official"]).astype(object).where(both, None)
    return frame


@dataclass(frozen=True)
class Agreement:
    """How far our reading and the official labels agree.

    Attributes
    ----------
    compared : int
        Chains with both.
    agree : int
        Of them, those read alike.
    commonest : int
        What giving every chain the commonest official label would have hit: agreement above this means something.
    """

    compared: int
    agree: int
    commonest: int


def agreement(labels: pd.DataFrame) -> Agreement:
    """Count agreement in a frame of `read_labels`."""
    both = labels[labels["agrees"].notna()]
    commonest = int(both["official"].value_counts().max()) if len(both) else 0
    return Agreement(len(both), int(both["agrees"].sum()), commonest)

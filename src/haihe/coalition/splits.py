"""Splits side by side: who gets what, and who would rather leave."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from haihe.coalition.core import TOLERANCE, least_core, stability
from haihe.coalition.game import Game, checked_split
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.shapley import shapley
from haihe.coalition.simple_rules import by_contribution, by_halves, by_standalone, by_weights, equal
from haihe.messages import HaiheError
from haihe.planning.program import Floats


def every_split(game: Game, endowment: ArrayLike | None = None) -> dict[str, Floats]:
    """Work out every split of this package that needs nothing but the game.

    Parameters
    ----------
    game : Game
    endowment : array_like, shape (n,), optional
        Weights of the rule ``endowment``.

    Returns
    -------
    dict of str to ndarray
        By key of `RULES`. A plain rule that has nothing to share by is left out; the nucleolus is left out where the
        members reach more alone than together.
    """
    rules: dict[str, Callable[[], Floats]] = {
        "shapley": lambda: shapley(game),
        "nucleolus": lambda: nucleolus(game),
        "per_capita": lambda: nucleolus(game, per_capita=True),
        "least_core": lambda: least_core(game).point,
        "equal": lambda: equal(game),
        "contribution": lambda: by_contribution(game),
        "standalone": lambda: by_standalone(game),
        "halves": lambda: by_halves(game),
    }
    if endowment is not None:
        rules["endowment"] = lambda: by_weights(game, endowment)
    found: dict[str, Floats] = {}
    for name, rule in rules.items():
        try:
            found[name] = rule()
        except HaiheError as error:
            if error.code not in ("E-COA-08", "E-COA-10"):
                raise
    return found


def amounts(game: Game, splits: Mapping[str, ArrayLike]) -> pd.DataFrame:
    """List what each member gets under each split.

    Returns
    -------
    DataFrame
        Columns rule, member, amount, gain (above what the member reaches alone), share (of the whole gain; missing
        where there is none).
    """
    whole = game.gain
    frames = []
    for rule, split in splits.items():
        x = checked_split(split, game.n)
        gain = x - game.alone
        share = gain / whole if whole else np.full(game.n, np.nan)
        frames.append(pd.DataFrame({"rule": rule, "member": game.members, "amount": x, "gain": gain, "share": share}))
    return pd.concat(frames, ignore_index=True)


def compare(game: Game, splits: Mapping[str, ArrayLike], tolerance: float = TOLERANCE) -> pd.DataFrame:
    """Say for each split which coalition would rather leave, and what it would gain.

    Parameters
    ----------
    game : Game
    splits : mapping of str to array_like, shape (n,)
    tolerance : float
        Relative to the size of the game.

    Returns
    -------
    DataFrame
        Columns rule, stable, coalition (tuple of names; the one with the most to gain, or the least to lose), gain, share
        (that gain over the whole gain; missing where there is none), blocking (coalitions that gain), left_over.
    """
    whole, records = game.gain, []
    for rule, split in splits.items():
        found = stability(game, split, tolerance)
        share = found.gain / whole if whole else np.nan
        records.append((rule, found.stable, tuple(found.coalition), found.gain, share, found.blocking, found.left_over))
    return pd.DataFrame(records, columns=["rule", "stable", "coalition", "gain", "share", "blocking", "left_over"])

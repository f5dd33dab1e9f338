"""The game of a city's districts: `district_game(region)` gives what pooling is worth to them and who gets how much.

Up to `EXACT` districts all coalitions are worked out. With more, the Shapley value is sampled with intervals, a core point
is found by generated constraints, and every split is tested by an exact search for the coalition that would leave.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from haihe.coalition.agreement import Agreement, agreement_of
from haihe.coalition.core import least_core, stability
from haihe.coalition.district_inputs import FUNDS, district_spec
from haihe.coalition.district_spec import DistrictSpec
from haihe.coalition.district_values import YI, DistrictValues
from haihe.coalition.district_views import DistrictViews
from haihe.coalition.districts import DistrictProgram, things_of
from haihe.coalition.game import Game, coalition_of, membership, named
from haihe.coalition.generation import Generated, LocalSearch, core_by_generation
from haihe.coalition.nucleolus import nucleolus
from haihe.coalition.sampling import SampledShapley, sample_shapley
from haihe.coalition.separation import GAP, Separation
from haihe.coalition.shapley import shapley
from haihe.figures.workbook import Viewed
from haihe.messages import Findings, Progress, Quality, Text
from haihe.planning.control import Control
from haihe.planning.measures import ALL
from haihe.planning.program import Floats
from haihe.planning.setup import Setup
from haihe.region import Region

EXACT = 12
"""Districts up to which all coalitions are worked out where nothing else is asked for."""
ORDERS = 500
"""Orders sampled where nothing else is asked for."""
TOLERANCE = 2 * GAP * YI
"""Excess that counts as none, 亿元 a year: twice the gap of the exact search."""


@dataclass(frozen=True)
class Leaving:
    """Who would leave a split.

    ``gain``: what the coalition gains by leaving, 亿元 a year. ``most``: no coalition gains more; missing where nothing
    proves that.
    """

    coalition: tuple[str, ...]
    gain: float
    most: float

    @property
    def stable(self) -> bool | None:
        """Whether nobody gains by leaving; None where none was found, but none is ruled out."""
        if self.gain > TOLERANCE:
            return False
        return True if self.most <= TOLERANCE else None


@dataclass(frozen=True)
class DistrictGame(Viewed):
    """What districts gain by pooling, and how that may be split.

    Attributes
    ----------
    values : DistrictValues
        The program, and the gain of any coalition.
    payoffs : dict of str to ndarray
        Gain of each district over standing alone under each rule, 亿元 a year.
    tests : dict of str to Leaving
        For each rule, who would leave.
    game : Game or None
        All coalitions, where they were worked out.
    sampled : SampledShapley or None
        The sampled Shapley value, where it was not worked out.
    generated : Generated or None
        The search for a core point, where not all coalitions were worked out.
    things : Game
        Gain of all districts where only some things are pooled.

    Examples
    --------
    >>> import haihe as hh
    >>> from haihe.coalition.district_game import district_game
    >>> found = district_game(hh.example("jing-jin-ji"))               # doctest: +SKIP
    >>> found.frames["stability"][["rule", "stable", "coalition"]]     # doctest: +SKIP
    """

    values: DistrictValues = field(repr=False)
    payoffs: dict[str, Floats]
    tests: dict[str, Leaving]
    things: Game
    game: Game | None = None
    sampled: SampledShapley | None = None
    generated: Generated | None = None

    @property
    def spec(self) -> DistrictSpec:
        """The districts."""
        return self.values.spec

    @property
    def program(self) -> DistrictProgram:
        """The program of the districts."""
        return self.values.program

    @property
    def quality(self) -> Quality:
        """Worst quality of what it rests on."""
        return self.spec.quality

    @property
    def findings(self) -> Findings:
        """What the reader must know about the inputs."""
        return self.spec.findings

    @property
    def gain(self) -> float:
        """What all gain together, 亿元 a year."""
        return self.values.grand

    @property
    def cost_alone(self) -> float:
        """What the limits cost all districts when each stands alone, less what projects add; 亿元 a year."""
        return YI * self.values.alone.objective

    @cached_property
    def splits(self) -> pd.DataFrame:
        """Columns rule, district, gain, low, high (the interval of a sampled value, else missing), share of the gain."""
        frames = []
        for rule, gain in self.payoffs.items():
            frame = pd.DataFrame({"rule": rule, "district": self.spec.members, "gain": gain})
            sampled = self.sampled if rule == "shapley" else None
            frame["low"] = np.nan if sampled is None else sampled.low
            frame["high"] = np.nan if sampled is None else sampled.high
            frame["share"] = gain / self.gain if self.gain > 0 else np.nan
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def stability(self) -> pd.DataFrame:
        """Columns rule, stable (missing where unproven), coalition, members, gain, share (of the whole), most."""
        rows = [
            (rule, test.stable, named(test.coalition), len(test.coalition), test.gain, test.gain / self.gain, test.most)
            for rule, test in self.tests.items()
        ]  # fmt: skip
        frame = pd.DataFrame(rows, columns=["rule", "stable", "coalition", "members", "gain", "share", "most"])
        return frame.assign(stable=frame["stable"].astype("boolean"))

    @cached_property
    def gains(self) -> pd.DataFrame:
        """Who gains by what, at the prices of all together.

        Columns district, alone and together (cost of the limits less what projects add, before payments), payment (what it
        is paid for what it gives, less what it pays), gain (their sum, the Owen point), main (the thing with the largest
        payment either way; empty where none).
        """
        alone, together = self.values.costs
        paid = self.values.trades.pivot_table(index="district", columns="thing", values="payment", aggfunc="sum")
        paid = paid.reindex(list(self.spec.members)).fillna(0.0)
        large = paid.abs().max(axis=1) > TOLERANCE
        main = paid.abs().idxmax(axis=1).where(large, "") if paid.shape[1] else pd.Series("", paid.index)
        return pd.DataFrame(
            {
                "district": self.spec.members,
                "alone": alone,
                "together": together,
                "payment": paid.sum(axis=1).to_numpy(),
                "gain": self.payoffs["owen"],
                "main": main.to_numpy(),
            }
        )

    @property
    def trades(self) -> pd.DataFrame:
        """What each gives and receives, see `haihe.coalition.district_values.DistrictValues.trades`."""
        return self.values.trades

    @cached_property
    def by_thing(self) -> pd.DataFrame:
        """Columns thing, only (gain where it alone is pooled), without (gain lost without it), shapley; 亿元 a year."""
        g = self.things
        gains, bits = np.asarray(g.values), 1 << np.arange(g.n)
        alone, without = gains[bits], gains[gains.size - 1 - bits]
        return pd.DataFrame(
            {
                "thing": g.members,
                "only": alone,
                "without": g.grand - without,
                "shapley": shapley(g),
            }
        )

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {name: getattr(self, name) for name in ("gains", "splits", "stability", "by_thing", "trades")}

    @property
    def views(self) -> DistrictViews:
        """Tables and figures with words."""
        return DistrictViews(self)

    @property
    def words(self) -> list[Text]:
        """What was found, in sentences."""
        return self.views.words()

    def __repr__(self) -> str:
        stable = [rule for rule, test in self.tests.items() if test.stable]
        return (
            f"DistrictGame of {len(self.spec.members)} districts of {self.spec.city}: together they gain {self.gain:.2f} x "
            f"100 m yuan a year; stable: {', '.join(stable) or 'none'}"
        )


def district_game(
    region: Region,
    city: str = "TJ",
    *,
    agreement: str | Sequence[str] | None = None,
    by_value_added: float = 0.0,
    members: Sequence[str] | None = None,
    everything: bool | None = None,
    orders: int = ORDERS,
    workers: int = 1,
    seed: int = 0,
    setup: Setup | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
) -> DistrictGame:
    """Say what pooling is worth to the districts of a city, and how the gain may be split.

    Parameters
    ----------
    region : Region
        See `haihe.coalition.district_inputs.district_spec`.
    city : str
        A member of the plan.
    agreement : str or sequence of str, optional
        Code of an agreement of the table ``agreements``, or things: codes of resources, ``funds``, ``projects``. Where not
        given, `haihe.coalition.districts.AGREED`.
    by_value_added : float
        See `haihe.coalition.district_inputs.district_spec`.
    members : sequence of str, optional
        Some of the districts only; the others are left out of the game.
    everything : bool, optional
        Work out all coalitions; where not given, up to `EXACT` districts.
    orders : int
        Orders sampled for the Shapley value where not everything is worked out.
    workers : int
        Processes that work out all coalitions.
    seed : int
        Of the sampling and of local searches.
    setup : Setup, optional
        As `haihe.planning.setup.setup_of` reads the region.
    control : Control, optional
        Time limit of each solve, and cancel.
    progress : callable, optional
        Called with a `Text` before each step.

    Raises
    ------
    HaiheError
        ``E-COA-50`` to ``E-COA-56``, ``E-COA-22`` for an unknown agreement, ``E-PLN-60`` cancelled.
    """
    say = progress or (lambda _: None)
    spec = district_spec(region, city, by_value_added=by_value_added, setup=setup)
    if members is not None:
        spec = spec.only(tuple(members))
    control = control or Control()
    say(Text("各区单独与全部合作", "districts alone and all together"))
    values = DistrictValues(spec, _agreed(region, spec, agreement), control)
    whole = len(spec.members) <= EXACT if everything is None else everything
    if whole:
        say(Text("全部联盟", "all coalitions"))
        return _written_down(values, values.game(workers=workers))
    return _searched(values, orders, seed, control, say)


def _written_down(values: DistrictValues, game: Game) -> DistrictGame:
    """Every split and every test from the values of all coalitions."""
    payoffs = {
        "owen": values.owen(),
        "shapley": shapley(game),
        "nucleolus": nucleolus(game),
        "core": least_core(game).point,
        **_plain(values),
    }
    tests = {}
    for rule, gain in payoffs.items():
        found = stability(game, gain)
        tests[rule] = Leaving(found.coalition, found.gain, found.gain)
    return DistrictGame(values, payoffs, tests, values.things_game(), game=game)


def _searched(
    values: DistrictValues, orders: int, seed: int, control: Control, say: Callable[[Text], None]
) -> DistrictGame:
    """Splits by sampling and generated constraints, each tested by search."""
    search = Search(values, seed, control)
    say(Text(f"抽样 {orders} 个次序", f"sampling {orders} orders"))
    sampled = sample_shapley(values.oracle, orders, seed=seed, control=control)
    say(Text("逐步生成约束，寻找核心", "looking for a core point by generated constraints"))
    generated = core_by_generation(
        values.oracle, search, exact=True, tolerance=TOLERANCE / max(values.grand, TOLERANCE), control=control
    )
    payoffs = {"owen": values.owen(), "shapley": sampled.payoffs, "core": generated.point, **_plain(values)}
    tests = {}
    for rule, gain in payoffs.items():
        say(Text(f"检验分配：{rule}", f"testing the split {rule}"))
        tests[rule] = search.test(gain)
    return DistrictGame(values, payoffs, tests, values.things_game(), sampled=sampled, generated=generated)


STARTS = 3
"""Coalitions drawn from which a local search starts; where it ends below the largest excess the exact one finds it."""
LEARNT = 2
"""Coalitions of a local search whose prices are taken into the exact one."""


class Search:
    """Look for a coalition that would leave: a local search first, the exact one where that finds nothing.

    Parameters
    ----------
    values : DistrictValues
    seed : int
        Of the local search.
    control : Control, optional
    """

    def __init__(self, values: DistrictValues, seed: int = 0, control: Control | None = None) -> None:
        self.oracle = values.oracle
        self.local = LocalSearch(values.oracle, seed, STARTS)
        self.exact = Separation(values, control=control)

    def __call__(self, x: Floats) -> list[int]:
        """Give coalitions that gain by leaving, as `haihe.coalition.generation.core_by_generation` asks for them."""
        found = [mask for mask in self.local(x) if self.excess(mask, x) > TOLERANCE]
        for mask in found[:LEARNT]:
            self.exact.learn(mask)
        return found or self.exact(x)

    def excess(self, mask: int, x: Floats) -> float:
        """What a coalition gains by leaving a split, 亿元 a year."""
        return self.oracle(mask) - float(membership(mask, len(x)) @ x)

    def test(self, x: Floats) -> Leaving:
        """Leaving a split: who gains most by leaving it, and the bound that proves it."""
        found = self.exact.search(x)
        gain = self.excess(found.mask, x)
        return Leaving(coalition_of(self.oracle.members, found.mask), gain, max(found.most, gain))


def _plain(values: DistrictValues) -> dict[str, Floats]:
    """Rules that need few values: equal shares, by permits (the first endowment), by what is lost without each."""
    n, everybody = len(values.spec.members), values.everybody
    last = np.array([values.grand - values.oracle(everybody - (1 << d)) for d in range(n)])
    weights = {"equal": np.ones(n), "contribution": np.maximum(last, 0.0)}
    if values.spec.endowments:
        weights["endowment"] = values.spec.endowments[0].have
    return {rule: values.grand * w / w.sum() for rule, w in weights.items() if w.sum() > 0}


def _agreed(region: Region, spec: DistrictSpec, agreement: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """What is pooled, as things of the districts."""
    if agreement is None or not isinstance(agreement, str):
        return None if agreement is None else tuple(agreement)
    return _translated(agreement_of(region, agreement), region, spec)


def _translated(agreement: Agreement, region: Region, spec: DistrictSpec) -> tuple[str, ...]:
    """Things of an agreement among regions as things of districts: those that districts have."""
    known = things_of(spec)
    capped = region.frame("limits").dropna(subset=["resource"]).set_index("limit")["resource"].to_dict()
    found: list[str] = []
    for thing in agreement.things:
        if thing.kind == "permits":
            named_ = list(capped.values()) if thing.of == ALL else [capped.get(code, code) for code in thing.of]
        elif thing.kind in ("pool", "transfers"):
            named_ = [name for name in known if thing.names(name) and name not in capped.values()]
        else:
            named_ = {"labour": ["labour"], "funds": [FUNDS]}.get(thing.kind, [])
        found += [name for name in named_ if name in known]
    return tuple(dict.fromkeys(found))

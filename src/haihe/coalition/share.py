"""`hh.share`: what coordination is worth, to whom, by which thing, and how it can be split."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from haihe.coalition.agreement import Agreement, agreement_of
from haihe.coalition.allocation import Allocation, allocated, allocation_of
from haihe.coalition.game import Game, coalition_of
from haihe.coalition.joint_plan import by_year, exchanged, indicators_of, unpaid
from haihe.coalition.owen import OwenPoint, owen_split
from haihe.coalition.plain_plan import plainest
from haihe.coalition.share_views import NAMED, ShareViews
from haihe.coalition.splits import amounts, compare, every_split
from haihe.coalition.values import Coalitions, Question, players_of
from haihe.coalition.worth import MOST_THINGS, REACH, Package, cheapest_package, worth_of_things
from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError, Progress, Quality, Text, worst_quality
from haihe.planning.assembly import assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.control import Control
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.program import Floats
from haihe.planning.scenarios import scenario as in_force
from haihe.planning.setup import Setup, setup_of
from haihe.planning.solver import Solution
from haihe.planning.views import YI_PER_BN
from haihe.region import Region

SMALL = 0.0005
"""Share of consumption below which a gain is called small."""
OWEN = "owen"


@dataclass(frozen=True)
class Shares(Viewed):
    """What coordination is worth and how it may be split. Money is discounted bn yuan, in gains over all alone.

    Attributes
    ----------
    region : Region
    setup : Setup
        What the plan was set up from, with the permits handed out by the allocation.
    agreement : Agreement
    allocation : Allocation
    game : Game
        Gain of every coalition of the members.
    owen : OwenPoint
        The split by the joint plan's prices, and the conditions under which it keeps everybody in.
    cost_alone, cost_together : float
        Welfare that the limits cost with everybody alone, and in the joint plan.
    consumption : float
        Consumption of all members on the reference path.
    splits, stability : DataFrame
        Who gets what under each rule; which coalition would rather leave, and what it would gain.
    values : DataFrame
        Gain of every coalition, and its share of the cost of the limits.
    members : DataFrame
        What the limits cost each member alone, and what the joint plan gives it before anything is paid. Of the plans
        that are equally good for all together it is that of `haihe.coalition.plain_plan`.
    yearly : DataFrame
        The latter by milestone.
    payments : DataFrame
        What each member gets (negative: pays) under each rule so that it ends with its split.
    exchanged : DataFrame
        What members hand to each other in the joint plan, at which price.
    things : DataFrame
        What each thing of the agreement is worth.
    package : Package, optional
        The cheapest things that bring most of the gain; None where not asked for.
    indicators : DataFrame
        Indicators of every member in the last plan year under every coalition that was solved here (those read from a
        journal or found by other processes have no row).
    solves : DataFrame
        coalition, things, seconds, method of every solve.
    findings : Findings
    """

    region: Region
    setup: Setup
    agreement: Agreement
    allocation: Allocation
    game: Game
    owen: OwenPoint
    cost_alone: float
    cost_together: float
    consumption: float
    splits: pd.DataFrame
    stability: pd.DataFrame
    values: pd.DataFrame
    members: pd.DataFrame
    yearly: pd.DataFrame
    payments: pd.DataFrame
    exchanged: pd.DataFrame
    things: pd.DataFrame
    package: Package | None
    indicators: pd.DataFrame
    solves: pd.DataFrame
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def views(self) -> ShareViews:
        """Tables and figures with words."""
        return ShareViews(self)

    @property
    def gain(self) -> float:
        """What coordination is worth: gain of the grand coalition."""
        return self.game.grand

    @property
    def share_of_cost(self) -> float:
        """The gain as a share of what the limits cost with everybody alone; missing where they cost nothing."""
        return self.gain / self.cost_alone if self.cost_alone > 0 else float("nan")

    @property
    def small(self) -> bool:
        """True where the gain is less than `SMALL` of consumption."""
        return self.gain < SMALL * self.consumption

    @property
    def marks(self) -> dict[str, Quality]:
        """Worst quality of every table that the numbers rest on."""
        more: dict[str, Quality] = {"agreements": self.agreement.quality, "allocations": self.allocation.quality}
        return dict(self.setup.marks) | more

    @property
    def quality(self) -> Quality:
        """Worst mark of all."""
        return worst_quality(self.marks.values()) or "illustrative"

    @property
    def conditions(self) -> pd.DataFrame:
        """Conditions of the Owen point: condition, holds, checked (False: holds by construction), zh, en."""
        rows = [(c.name, c.holds, c.checked, c.why.zh, c.why.en) for c in self.owen.conditions]
        return pd.DataFrame(rows, columns=["condition", "holds", "checked", "zh", "en"])

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        names = (
            "values", "splits", "stability", "members", "payments", "yearly", "exchanged", "things", "indicators",
            "conditions", "solves",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {"pairs": self.owen.pairs}

    def split(self, rule: str) -> Floats:
        """What each member gets under a rule, shape (members,).

        Raises
        ------
        HaiheError
            ``E-COA-29`` for a rule that was not worked out.
        """
        rows = self.splits[self.splits["rule"] == rule]
        if rows.empty:
            raise HaiheError("E-COA-29", value=rule, known=", ".join(self.splits["rule"].unique()))
        return rows["amount"].to_numpy(dtype=np.float64)

    def __repr__(self) -> str:
        return (
            f"Shares of {', '.join(self.game.members)} under {self.agreement.name}, permits by {self.allocation.name}: "
            f"coordination is worth {self.gain:.1f} bn yuan ({100 * self.share_of_cost:.0f} % of what the limits cost alone)"
        )


def share(
    region: Region,
    *,
    members: Sequence[str] | None = None,
    agreement: Agreement | str | None = None,
    allocation: Allocation | str | None = None,
    scenario: str | Sequence[str] = (),
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    projects: bool = False,
    every: bool = False,
    reach: float | None = REACH,
    workers: int = 1,
    journal: str | None = None,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Shares:
    """Say what coordination among the members is worth, and how the gain can be split.

    Parameters
    ----------
    region : Region
        A checked region with accounts of two members at least; tables ``agreements`` and ``allocations`` where present.
    members : sequence of str, optional
        Members among whom coalitions form; all members of the plan where not given. The others stay outside.
    agreement : Agreement or str, optional
        What is shared; the first of the table ``agreements`` where not given, else what the plan takes for granted.
    allocation : Allocation or str, optional
        How permits are first handed out; ``equal`` where not given.
    scenario : str or sequence of str
        As of `haihe.planning.plans.plan`.
    assumptions : Assumptions, optional
        As of `haihe.planning.plans.plan`.
    path : str
        As of `haihe.planning.plans.plan`.
    projects : bool
        Let candidate projects be chosen, in parts.
    every : bool
        Solve every package of things, for the Shapley value over things: two to their number of solves.
    reach : float, optional
        Share of the gain that the cheapest package should bring; None for not looking for it.
    workers : int
        Processes for the coalitions; worth it from about six members on.
    journal : path, optional
        File that keeps the values; a run that is started again with it does the rest.
    control : Control, optional
        Time limit, cancel and progress of every solve.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Shares
        Values, splits and who would leave.

    Raises
    ------
    HaiheError
        As `setup_of`; ``E-COA-20`` to ``E-COA-28`` for an agreement, an allocation or members that do not fit, and for a
        member that has no plan on its own; ``E-PLN-60`` cancelled.
    """
    say = progress or (lambda _: None)
    region = in_force(region, scenario) if scenario else region
    terms = agreement if isinstance(agreement, Agreement) else agreement_of(region, agreement)
    handed = allocation if isinstance(allocation, Allocation) else allocation_of(region, allocation)
    say(Text("校准经济", "calibrating the economy"))
    setup = setup_of(region, assumptions=assumptions, path=path, projects=projects)
    setup = allocated(setup, handed)
    assembly = assemble(setup)
    players = players_of(assembly.model, members)
    control = replace(control or Control(), progress=progress)
    coalitions = Coalitions(Question(assembly.model, terms, players), control, journal)
    return told(coalitions, region, setup, handed, every=every, reach=reach, workers=workers, progress=say)


def told(
    coalitions: Coalitions,
    region: Region,
    setup: Setup,
    allocation: Allocation,
    *,
    every: bool,
    reach: float | None,
    workers: int,
    progress: Progress,
) -> Shares:
    """Work everything out from coalitions that can be asked; parameters as of `share`."""
    progress(Text("求解无限制的基准", "solving the economy without limits"))
    free = coalitions.free()
    watched: dict[int, pd.DataFrame] = {}

    def watch(coalition: int, things: int, solution: Solution) -> None:
        if things == coalitions.agreement.everything:
            watched[coalition] = indicators_of(coalitions, setup.data, coalition, solution)

    coalitions.watch = watch
    alone = coalitions.solve(0)
    game = coalitions.game(workers=workers)
    best = coalitions.solve(coalitions.everybody)
    coalitions.watch = None
    owen = owen_split(coalitions, alone, best)
    together, placed = plainest(coalitions, best)
    watched[coalitions.everybody] = indicators_of(coalitions, setup.data, coalitions.everybody, together)
    members = unpaid(coalitions, free, alone, together)
    splits = {OWEN: owen.split} | every_split(game, _endowment(coalitions))
    table = amounts(game, splits)
    stable = compare(game, splits)
    e = coalitions.model.economy
    consumption = float(e.households.sum(axis=(0, 1)) @ e.assumptions.weights)
    cost = alone.objective - free.objective
    things = worth_of_things(coalitions, every=every, progress=progress)
    package = None if reach is None else cheapest_package(coalitions, reach)
    found = [*setup.findings, *coalitions.findings, *_doubts(game, owen, consumption, placed)]
    found += _unsolved(things, every)
    names = ["coalition", "things", "seconds", "method"]
    return Shares(
        region=region,
        setup=setup,
        agreement=coalitions.agreement,
        allocation=allocation,
        game=game,
        owen=owen,
        cost_alone=cost,
        cost_together=together.objective - free.objective,
        consumption=consumption,
        splits=table.assign(zh=table["rule"].map(_zh), en=table["rule"].map(_en)),
        stability=stable.assign(zh=stable["rule"].map(_zh), en=stable["rule"].map(_en)),
        values=_values(game, cost, consumption),
        members=members,
        yearly=by_year(coalitions, alone, together),
        payments=_payments(table, members),
        exchanged=exchanged(coalitions, together),
        things=things,
        package=package,
        indicators=pd.concat([watched[mask] for mask in sorted(watched)], ignore_index=True),
        solves=pd.DataFrame(coalitions.solves, columns=names),
        findings=Findings(found),
    )


def _values(game: Game, cost: float, consumption: float) -> pd.DataFrame:
    records = [("+".join(game.coalition(mask)), mask.bit_count()) for mask in range(1, 1 << game.n)]
    table = pd.DataFrame(records, columns=["coalition", "size"]).assign(gain=np.delete(game.values, 0))
    share_of_cost = table["gain"] / cost if cost > 0 else np.nan
    return table.assign(share_of_cost=share_of_cost, share_of_consumption=table["gain"] / consumption)


def _payments(splits: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """What each member must get beside the joint plan to end with its split; adds up to 0 in a rule that is efficient."""
    table = splits.merge(members[["member", "unpaid"]], on="member")
    return table.assign(payment=table["amount"] - table["unpaid"])[["rule", "member", "amount", "unpaid", "payment"]]


def _endowment(coalitions: Coalitions) -> Floats:
    """Weights of the rule by endowment: value added on the reference path, discounted."""
    e = coalitions.model.economy
    added = (e.output * (1.0 - e.a0.sum(axis=1))[:, :, None]).sum(axis=1) @ e.assumptions.weights
    return np.array([added[e.members.index(name)] for name in coalitions.players])


def _doubts(game: Game, owen: OwenPoint, consumption: float, placed: Finding | None) -> list[Finding]:
    """What must be said beside the numbers: a plan that was not chosen by the rule, a small gain, a split one would leave."""
    found = [] if placed is None else [placed]
    if game.grand < SMALL * consumption:
        found.append(
            Finding("N-COA-33", values={"share": f"{100 * game.grand / consumption:.3f}", "least": f"{100 * SMALL:g}"})
        )
    excess = game.excess(owen.split)[1:-1]
    if excess.size and excess.max() > 1e-6 * (1.0 + abs(game.grand)):
        worst = int(excess.argmax()) + 1
        names = "+".join(coalition_of(game.members, worst))
        found.append(Finding("W-COA-32", values={"coalition": names, "amount": f"{excess.max() * YI_PER_BN:.3g}"}))
    return found


def _unsolved(things: pd.DataFrame, every: bool) -> list[Finding]:
    """Say where averages over packages were asked for and there are too many things for them."""
    active = int(things["alone"].notna().sum())
    many = every and active > MOST_THINGS
    return [Finding("N-COA-39", values={"things": active, "most": MOST_THINGS})] if many else []


def _zh(rule: Any) -> str:
    return NAMED[str(rule)].zh


def _en(rule: Any) -> str:
    return NAMED[str(rule)].en

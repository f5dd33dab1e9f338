"""The plan: `plan(region)` gives one feasible plan and what it says."""

from dataclasses import dataclass, replace
from functools import cached_property

from haihe.figures import Figure, Table
from haihe.figures.workbook import InSheets
from haihe.messages import Findings, Progress, Text
from haihe.planning.assumptions import Assumptions, unknown_parameters
from haihe.planning.edits import lift_caps, set_caps
from haihe.planning.inputs import caps_of, economy_of, left_out, not_used, rests_on
from haihe.planning.model import build_model
from haihe.planning.outcome import Outcome
from haihe.planning.solver import Session
from haihe.planning.views import PlanViews
from haihe.region import Region

BAND = (0.5, 2.0)
"""Factors on every elasticity over which bands are taken."""


@dataclass(frozen=True)
class Plan(InSheets, Outcome):
    """A solved plan: its results as frames (see `Outcome`), and as tables and figures to read.

    Examples
    --------
    >>> import haihe as hh
    >>> p = hh.plan(hh.example("jing-jin-ji"))          # doctest: +SKIP
    >>> p.prices.query("kind == 'cap' and year == 2025")  # doctest: +SKIP
    """

    @cached_property
    def views(self) -> PlanViews:
        """The plan's tables and figures with words, units and sources, see `haihe.planning.views`."""
        return PlanViews(self)

    @property
    def tables(self) -> dict[str, Table]:
        """Tables for reading, by key."""
        return self.views.tables()

    @property
    def figures(self) -> dict[str, Figure]:
        """Figures by key."""
        return self.views.figures()

    def __repr__(self) -> str:
        e = self.model.economy
        share = 100 * self.loss / self.consumption
        years = e.assumptions.years
        outlook = f", outlook {years[-1]}" if years[-1] > e.assumptions.last_year else ""
        return (
            f"Plan of {', '.join(e.members)}, {e.assumptions.first_year}-{e.assumptions.last_year}{outlook}: "
            f"{len(self.model.caps)} caps cost {self.loss:.1f} bn yuan ({share:.2f} % of consumption), "
            f"solved in {self.solution.seconds:.1f} s, check {self.solution.check.worst:.0e}"
        )


def plan(
    region: Region,
    *,
    assumptions: Assumptions | None = None,
    pooled: bool | None = None,
    upgrades: bool = True,
    band: bool = True,
    progress: Progress | None = None,
) -> Plan:
    """Plan the members of a region.

    Parameters
    ----------
    region : Region
        A checked region with accounts; see `economy_of` and `caps_of` for the tables that are read.
    assumptions : Assumptions, optional
        Those of the table ``parameters`` where not given.
    pooled : bool, optional
        Let the members pool every cap (True), or none (False); as the table ``limits`` says where not given.
    upgrades : bool
        Leave the upgraded technology out when False.
    band : bool
        Solve again with every elasticity halved and doubled, so that cap prices and the loss carry their band; nobody
        can know the elasticities. Takes about three times as long; without caps there is nothing to solve again.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Plan

    Raises
    ------
    HaiheError
        Where the accounts are missing or do not balance, and ``E-PLN-02`` where the caps cannot be met.
    """
    say = progress or (lambda _: None)
    say(Text("校准经济", "calibrating the economy"))
    assumptions = assumptions or Assumptions.of(region)
    economy = economy_of(region, assumptions, upgrades=upgrades)
    caps = caps_of(region, economy)
    findings = Findings([*unknown_parameters(region), *left_out(region, caps), *not_used(region)])
    if pooled is not None:
        caps = [replace(cap, pooled=pooled) for cap in caps]
    say(Text("求解无限制的基准", "solving the economy without caps"))
    model = build_model(economy, caps)
    session = Session(model.program)
    lift_caps(session, model)
    base = session.solve()
    say(Text("求解方案", "solving the plan"))
    set_caps(session, model, caps)
    solution = session.solve(method="ipx") if caps else base
    marks = rests_on(region, caps, upgrades=bool(economy.technologies))
    variants = tuple(
        plan(region, assumptions=assumptions.scaled(k), pooled=pooled, upgrades=upgrades, band=False, progress=progress)
        for k in (BAND if band and caps else ())
    )
    return Plan(region, model, solution, base, marks, findings, variants)

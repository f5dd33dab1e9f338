"""Selecting projects: `select(region)` gives whole projects, where and when, who pays, and how good that can be at most."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError, Progress, Quality, worst_quality
from haihe.planning.assumptions import Assumptions
from haihe.planning.card import Card, Cards
from haihe.planning.choosing import Choosing, Valuer
from haihe.planning.control import Control
from haihe.planning.path_inputs import UNIFORM
from haihe.planning.program import Floats, Ints
from haihe.planning.project_results import funding_table
from haihe.planning.projects import YI
from haihe.planning.reason_jobs import Job
from haihe.planning.reason_views import Reasons
from haihe.planning.reasons import Basis, Reason
from haihe.planning.selection_views import SelectionViews
from haihe.planning.setup import setup_of
from haihe.planning.solver import Solution
from haihe.planning.staged import GAP, ROUNDS, Chosen, Task, choose_at_once, choose_in_stages
from haihe.planning.whole import EXACT
from haihe.region import Region

How = Literal["stages", "whole"]
"""Ways to choose: plan and choice taking turns, or the whole program at once (slow; a check)."""
SHARPENING = 60.0
"""Seconds for proving the gap further before reasons are given: with many projects the proof would not end."""


@dataclass(frozen=True)
class Selection(Viewed):
    """Chosen projects.

    Attributes
    ----------
    task : Task
    chosen : Chosen
        The choice, its worth, its bound and the rounds.
    valuer : Valuer
        The economy, to value other choices.
    gap : float
        Share of what projects are worth that was asked for.
    findings : Findings

    Examples
    --------
    >>> import haihe as hh
    >>> s = hh.select(hh.example("jing-jin-ji"))                      # doctest: +SKIP
    >>> s.projects.query("status == 'chosen'")[["project", "site"]]   # doctest: +SKIP
    """

    task: Task
    chosen: Chosen
    valuer: Valuer = field(repr=False)
    gap: float = GAP
    findings: Findings = field(default_factory=Findings)

    @property
    def region(self) -> Region:
        """Where projects were selected."""
        return self.task.setup.region

    @property
    def quality(self) -> Quality:
        """Worst quality of what the selection rests on."""
        setup, ties = self.task.setup, self.task.ties
        money = setup.money.quality if setup.money is not None else None
        marks = [self.task.projects.quality, money, ties.quality]
        return worst_quality([mark for mark in marks if mark is not None]) or "illustrative"

    @cached_property
    def paid(self) -> tuple[Choosing, Solution]:
        """The small model without cuts and its optimum with the choice fixed: who pays, when."""
        small = self.task.candidates.model(accounts=True)
        small.hold(self.chosen.choice)
        return small, small.session.solve(method="simplex")

    @cached_property
    def projects(self) -> pd.DataFrame:
        """One row a project.

        ``project``, ``status`` (``committed``, ``anyway``, ``chosen``, ``not``), ``site`` and ``start`` (of the option
        taken; of the most valuable one where none is), ``investment``, ``support``, ``need`` (亿元), ``jobs``,
        ``ownership`` (``state``, ``private``, ``foreign``, ``mixed``, or empty where not stated), ``predicted`` (value of
        the option at the prices before the choice) and ``recomputed`` (at the prices of the plan with it), 亿元 discounted.
        Both values are prices' word, of the last bit of it; what a project really adds is the loss without it (`Selection.explain`).
        """
        spec, z = self.task.projects, self.chosen.choice
        recomputed = -self.chosen.cut.slope / YI
        best = _best(spec.project, np.where(z > 0, np.inf, recomputed), len(spec.projects))
        seen = best >= 0
        option = np.maximum(best, 0)
        built = np.bincount(spec.project, z, len(spec.projects)) > 0
        free = np.where(built, np.where(spec.anyway, "anyway", "chosen"), "not")
        frame = pd.DataFrame(
            {
                "project": spec.projects,
                "status": np.where(spec.committed, "committed", free),
                "site": np.array([*spec.sites, ""], dtype=object)[np.where(seen, spec.site[option], -1)],
                "start": pd.array(np.where(seen, spec.start[option], 0), dtype="Int64"),
                "investment": np.where(seen, spec.investment[option], np.nan),
                "support": np.where(built, spec.award, 0.0),
                "need": spec.need,
                "jobs": spec.jobs,
                "ownership": list(spec.ownership),
                "predicted": np.where(seen, -self.chosen.first.slope[option] / YI, np.nan),
                "recomputed": np.where(seen, recomputed[option], np.nan),
                "quality": spec.quality,
            }
        )
        frame.loc[~seen, "start"] = pd.NA
        return frame

    @cached_property
    def funding(self) -> pd.DataFrame:
        """Who pays for what is built, by year, see `haihe.planning.project_results.funding_table`; empty without money."""
        small, solution = self.paid
        if small.money is None:
            return pd.DataFrame(
                columns=["project", "site", "start", "year", "payer", "fund", "region", "amount", "unit"]
            )
        return funding_table(small.projects, small.money, solution)

    @cached_property
    def districts(self) -> pd.DataFrame:
        """What stands where: ``site``, ``projects``, ``investment``, ``jobs``, ``support`` (亿元) of what is built."""
        frame = self.projects[self.projects["status"] != "not"]
        sums = frame.groupby("site", sort=False)[["investment", "jobs", "support"]].sum()
        count = frame.groupby("site", sort=False)["project"].count().rename("projects")
        return sums.join(count).reset_index().sort_values("investment", ascending=False, ignore_index=True)

    @property
    def rounds(self) -> pd.DataFrame:
        """The rounds, see `haihe.planning.staged.Chosen`; discounted bn yuan."""
        return self.chosen.rounds

    @property
    def views(self) -> SelectionViews:
        """Tables and figures with words."""
        return SelectionViews(self)

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Every result as a plain frame, by name."""
        return {name: getattr(self, name) for name in ("projects", "funding", "districts", "rounds")}

    @cached_property
    def basis(self) -> Basis:
        """What reasons are given for, its gap as small as the small model can prove it in `SHARPENING` seconds."""
        c = self.chosen
        return Basis(c.candidates, c.choice, c.objective, c.gap).sharpened(Control(time_limit=SHARPENING))

    def explain(
        self, project: str, *, levers: bool = True, verify: bool = True, control: Control | None = None
    ) -> Reason:
        """Say why a project is built or not, by choosing again with it forced to the other side.

        Parameters
        ----------
        project : str
            Its code.
        levers : bool
            Find the cause and the smallest changes as well.
        verify : bool
            Solve the plan with the forced choice, so that the loss is the plan's and not the small model's.
        control : Control, optional
            Time limit of each solve, and cancel.

        Raises
        ------
        HaiheError
            ``E-PLN-94`` where there is no such project.
        """
        return self.reasons([project], levers=levers, verify=verify, control=control).reasons[0]

    def reasons(
        self,
        projects: Sequence[str] | None = None,
        *,
        levers: bool = True,
        verify: bool = True,
        journal: str | Path | None = None,
        workers: int = 1,
        dask: str | None = None,
        control: Control | None = None,
    ) -> Reasons:
        """Say why projects are built or not, all of them where none are named.

        Parameters
        ----------
        projects : sequence of str, optional
        levers, verify
            As of `explain`.
        journal : path, optional
            File in which each reason is written down, so that the work can be taken up where it stopped.
        workers : int
            Processes.
        dask : str, optional
            Address of a Dask scheduler whose workers find the reasons instead.
        control : Control, optional
            Time limit of each solve, cancel and progress.

        Raises
        ------
        HaiheError
            As of `haihe.planning.reason_jobs.Job.run`.
        """
        wanted = tuple(self.task.projects.projects if projects is None else projects)
        job = Job(self.basis, wanted, levers, self.valuer.model if verify else None)
        found = job.run(journal, workers=workers, dask=dask, control=control, valuer=self.valuer)
        return Reasons(found, self.views.names, self.views.source, self.quality)

    @cached_property
    def cards(self) -> Cards:
        """What all cards share, see `haihe.planning.card.Cards`."""
        return Cards(self)

    def card(self, project: str, *, explain: bool = True, levers: bool = False, control: Control | None = None) -> Card:
        """Make the one-page card of a project, see `haihe.planning.card.Card`.

        Parameters
        ----------
        project : str
        explain : bool
            Force it to the other side and say why; without, prices stand as a hint only.
        levers : bool
            Find the smallest changes as well.
        control : Control, optional

        Raises
        ------
        HaiheError
            ``E-PLN-94`` where there is no such project.
        """
        why = self.explain(project, levers=levers, verify=levers, control=control) if explain else None
        return self.cards.card(project, why)

    def __repr__(self) -> str:
        count = self.projects["status"].value_counts()
        c = self.chosen
        return (
            f"Selection of {int(count.get('chosen', 0))} of {len(self.projects)} projects: they add {c.worth / YI:.1f} x 100 m "
            f"yuan of welfare (predicted {c.predicted / YI:.1f}); no choice adds more than {(c.worth + c.gap) / YI:.1f}"
        )


def select(
    region: Region,
    *,
    how: How = "stages",
    gap: float = GAP,
    rounds: int = ROUNDS,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    pooled: bool | None = None,
    upgrades: bool = True,
    control: Control | None = None,
    progress: Progress | None = None,
) -> Selection:
    """Select whole projects: which, at which site, from which year on, and who pays.

    Parameters
    ----------
    region : Region
        A checked region with accounts, ``projects`` and ``project_sites``.
    how : "stages" or "whole"
        Plan and choice taking turns, or the whole program at once, which can take very long and starts from the choice
        in stages.
    gap : float
        How much better another choice may be at most, as a share of what projects are worth.
    rounds : int
        Whole choices tried at most.
    assumptions : Assumptions, optional
        As of `haihe.planning.plans.plan`.
    path : str
        As of `haihe.planning.plans.plan`.
    pooled : bool, optional
        As of `haihe.planning.plans.plan`.
    upgrades : bool
        As of `haihe.planning.plans.plan`.
    control : Control, optional
        Time limit of one solve, cancel and progress.
    progress : callable, optional
        Called with a `Text` before each step.

    Returns
    -------
    Selection
        Projects with site, year and payers.

    Raises
    ------
    HaiheError
        ``E-PLN-90`` to ``E-PLN-92`` for ties among projects that cannot hold, ``E-PLN-93`` without projects,
        ``E-PLN-02`` where no choice is possible, and whatever the readers of the tables raise.
    """
    task = task_of(region, assumptions=assumptions, path=path, pooled=pooled, upgrades=upgrades)
    chosen, valuer = choose_in_stages(task, gap=gap, rounds=rounds, control=control, progress=progress)
    if how == "whole":
        chosen = _at_once(task, chosen, valuer, gap, control)
    found = [*task.setup.findings, *_own_findings(chosen, gap)]
    return Selection(task, chosen, valuer, gap, Findings(found))


def task_of(
    region: Region,
    *,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    pooled: bool | None = None,
    upgrades: bool = True,
) -> Task:
    """Read what is chosen from; arguments and errors as of `select`."""
    setup = setup_of(region, assumptions=assumptions, path=path, pooled=pooled, upgrades=upgrades)
    if setup.projects is None:
        raise HaiheError("E-PLN-93", table="projects")
    return Task(setup)


def _at_once(task: Task, staged: Chosen, valuer: Valuer, gap: float, control: Control | None) -> Chosen:
    """Choose in the whole program; the better of its choice and that in stages stays, and the higher bound."""
    model = task.assembly(money=True).model
    found = choose_at_once(model, task.ties, staged.nothing, gap=max(gap * staged.worth, EXACT), control=control)
    if found is None:
        raise HaiheError("E-PLN-02")
    answer, choice = found
    bound = max(staged.bound, answer.bound)
    cut = valuer.cut(choice)
    objective = cut.cost + task.candidates.model().money_cost(choice)
    if objective >= staged.objective or valuer.solution is None:
        return replace(staged, bound=min(bound, staged.objective))
    return replace(
        staged, choice=choice, objective=objective, bound=min(bound, objective), solution=valuer.solution, cut=cut
    )


def _own_findings(chosen: Chosen, gap: float) -> list[Finding]:
    """Say where the choice is not proved as far as asked, and where the plan without it is not possible."""
    found = []
    if chosen.share > gap * (1 + 1e-9):
        said = {"gap": f"{chosen.gap / YI:.3g}", "share": f"{chosen.share:.2%}", "wanted": f"{gap:.2%}"}
        found.append(Finding("W-PLN-90", values=said))
    if not chosen.possible:
        found.append(Finding("W-PLN-91", table="projects"))
    return found


def _best(group: Ints, score: Floats, size: int) -> Ints:
    """Position of the highest score in each group; -1 where a group has none."""
    order = np.lexsort((-np.arange(score.size), score, group))
    best = np.full(size, -1, dtype=np.int64)
    best[group[order]] = order
    return best

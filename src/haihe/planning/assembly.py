"""A plan's program put together: the economy, everything scarce, limits, targets and goals; lifted and put back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from haihe.messages import Findings
from haihe.planning.goals import Watched, define_watches
from haihe.planning.indicators import Indicators
from haihe.planning.limits import Limit, define_limit
from haihe.planning.measures import Measure
from haihe.planning.model import Model, build_model
from haihe.planning.program import Block, Floats
from haihe.planning.relocation import enter_moves
from haihe.planning.setup import Setup
from haihe.planning.solver import Session
from haihe.planning.targets import Target, define_target, not_expressible
from haihe.planning.ties import Ties, define_ties

PROJECTS = "projects"
GROUPS: Mapping[str, tuple[str, ...]] = {
    "caps": ("cap:",),
    "resources": ("resource:", "expansion_limit:"),
    "links": ("link:",),
    "conduct": ("replacement", "growth_guard"),
    "limits": ("limit:", "target:"),
    PROJECTS: (
        "project_room", "fund_budget", "matching", "debt_ceiling", "suspended_payments", "credit_ceiling",
        "leading_industries",
    ),
}  # fmt: skip
"""Policy rows by what they are about."""
BEFORE_PROJECTS = tuple(group for group in GROUPS if group != PROJECTS)
EXPANSION = "expansion_limit:"


@dataclass(frozen=True)
class Assembly:
    """A plan's program with handles on every part.

    ``ties`` are those among projects, None without projects; ``findings`` names the targets that the plan cannot express.
    """

    setup: Setup
    model: Model
    indicators: Indicators
    limits: tuple[Limit, ...]
    targets: tuple[Target, ...]
    watches: Mapping[str, Watched] = field(default_factory=dict)
    ties: Ties | None = None
    findings: Findings = field(default_factory=Findings)

    def policies(self, *groups: str) -> list[Block]:
        """Policy rows of some groups (`GROUPS`), or of all of them."""
        blocks, wanted = self.model.program.row_blocks.values(), groups or tuple(GROUPS)
        return [block for block in blocks if block.policy and self.group_of(block.name) in wanted]

    def group_of(self, name: str) -> str:
        """Group of a policy row by its name; how much of a link may be built stands with the links."""
        if name.startswith(EXPANSION) and name.removeprefix(EXPANSION) in self.model.corridors:
            return "links"
        return next((group for group, prefixes in GROUPS.items() if name.startswith(prefixes)), "")


def assemble(setup: Setup, measures: Iterable[Measure] = ()) -> Assembly:
    """Put a program together.

    Parameters
    ----------
    setup : Setup
    measures : iterable of Measure
        What goals need to watch; each gets a free row, so that no goal or sweep ever builds again.

    Raises
    ------
    HaiheError
        As `haihe.planning.limits.define_limit`, `haihe.planning.targets.define_target` and
        `haihe.planning.goals.define_watches`.
    """
    model = build_model(
        setup.economy,
        setup.caps,
        trade=setup.trade,
        replacement=setup.replacement,
        resources=setup.resources,
        corridors=setup.corridors,
        projects=setup.projects,
        money=setup.money,
    )
    ties = None
    if model.projects is not None:
        enter_moves(model.program, model.economy, model.projects, setup.origin)
        ties = define_ties(model.program, model.projects, setup.ties)
    indicators = Indicators(model, setup.data)
    limits = tuple(define_limit(model.program, indicators, spec) for spec in setup.limits)
    expressible = [spec for spec in setup.targets if spec.why_not(indicators) is None]
    targets = tuple(define_target(model.program, indicators, spec) for spec in expressible)
    watches = define_watches(model.program, indicators, list(measures))
    missing = not_expressible(indicators, setup.targets)
    return Assembly(setup, model, indicators, limits, targets, watches, ties, missing)


class Grip:
    """Lifts the policies of an assembly in a session, and puts them back as they were built.

    Parameters
    ----------
    session : Session
        A session on the assembly's program, with its bounds as built.
    assembly : Assembly
    """

    def __init__(self, session: Session, assembly: Assembly) -> None:
        self.session, self.assembly, self.built = session, assembly, session.arrays

    def lift(self, *groups: str) -> None:
        """Lift the policy rows of some groups, or of all; in place."""
        for block in self.assembly.policies(*groups):
            self.session.set_row_bounds(block.index, -np.inf, np.inf)

    def restore(self, *groups: str) -> None:
        """Put the policy rows of some groups, or of all, back as they were built; in place."""
        for block in self.assembly.policies(*groups):
            low, high = (block.of(v) for v in (self.built.row_lower, self.built.row_upper))
            self.session.set_row_bounds(block.index, low.ravel(), high.ravel())

    def hold_projects(self) -> None:
        """Build only what the reference path contains, whatever it is tied to; in place."""
        projects = self.assembly.model.projects
        for block in self._tied():
            self.session.set_row_bounds(block.index, -np.inf, np.inf)
        if projects is not None:
            given = projects.spec.reference.astype(np.float64)
            self.session.set_column_bounds(projects.choice.index, given, given)

    def free_projects(self) -> None:
        """Let projects be chosen again, within their ties; in place."""
        projects = self.assembly.model.projects
        for block in self._tied():
            low, high = _bounds(block, self.built.row_lower, self.built.row_upper)
            self.session.set_row_bounds(block.index, low, high)
        if projects is not None:
            low, high = _bounds(projects.choice, self.built.lower, self.built.upper)
            self.session.set_column_bounds(projects.choice.index, low, high)

    def _tied(self) -> list[Block]:
        """Rows of ties among projects that are no policy: what is in the reference path need not keep them."""
        ties = self.assembly.ties
        return (
            [] if ties is None else [block for block in (ties.first, ties.phase, ties.exclusion, ties.entry) if block]
        )


def _bounds(block: Block, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    return block.of(lower).ravel(), block.of(upper).ravel()

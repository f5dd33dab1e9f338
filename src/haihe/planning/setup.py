"""What a plan is set up from: everything that is read from a region's tables, as pure numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from haihe.messages import Findings, Quality, worst_quality
from haihe.planning.assumptions import Assumptions, unknown_parameters
from haihe.planning.caps import CapSpec
from haihe.planning.conduct import ReplacementSpec, replacement_of
from haihe.planning.contradictions import contradictions
from haihe.planning.economy import Economy
from haihe.planning.goods import Trade
from haihe.planning.indicator_data import IndicatorData, indicator_data_of
from haihe.planning.inputs import caps_of, economy_of, left_out, limited_twice, path_of, rests_on
from haihe.planning.limits import LimitSpec, limits_of
from haihe.planning.link_inputs import corridors_of, link_findings
from haihe.planning.links import CorridorSpec
from haihe.planning.money import MoneySpec
from haihe.planning.money_inputs import money_of
from haihe.planning.path_inputs import UNIFORM, ReferencePath
from haihe.planning.program import Ints
from haihe.planning.project_inputs import projects_of
from haihe.planning.projects import ProjectSpec
from haihe.planning.resource_inputs import resource_findings, resources_of
from haihe.planning.resources import ResourceSpec
from haihe.planning.stated import refuse_negative
from haihe.planning.targets import TargetSpec, targets_of
from haihe.planning.tie_inputs import origins_of, tie_findings, ties_of
from haihe.planning.ties import TieSpec
from haihe.region import Region
from haihe.rules.book import Rulebook, scheme_files
from haihe.rules.check import read_schemes


@dataclass(frozen=True)
class Setup:
    """Everything that a plan answers to.

    Attributes
    ----------
    region : Region
    assumptions : Assumptions
    path : ReferencePath
    economy : Economy
    caps, resources, corridors, limits, targets : tuple of specs
        Caps on resources, endowments, transport links, limits on indicators, targets.
    replacement : ReplacementSpec, optional
        Capacity replacement.
    projects : ProjectSpec, optional
        Candidate projects; with them go ``money``, ``ties`` among them, and ``origin``, shape (P,): position of the
        member that the firm of each project moves from, -1 for none.
    data : IndicatorData
        What indicators need beyond the model.
    trade : "pairs" or "pool"
        How members trade with each other.
    marks : dict of str to Quality
        Worst quality of every table that the numbers rest on.
    findings : Findings
        What the reader must know about the inputs.
    """

    region: Region
    assumptions: Assumptions
    path: ReferencePath
    economy: Economy
    data: IndicatorData
    caps: tuple[CapSpec, ...] = ()
    resources: tuple[ResourceSpec, ...] = ()
    corridors: tuple[CorridorSpec, ...] = ()
    limits: tuple[LimitSpec, ...] = ()
    targets: tuple[TargetSpec, ...] = ()
    replacement: ReplacementSpec | None = None
    projects: ProjectSpec | None = None
    money: MoneySpec | None = None
    ties: TieSpec = field(default_factory=TieSpec)
    origin: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    trade: Trade = "pairs"
    marks: dict[str, Quality] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)


def setup_of(
    region: Region,
    *,
    assumptions: Assumptions | None = None,
    path: str = UNIFORM,
    pooled: bool | None = None,
    upgrades: bool = True,
    projects: bool = True,
    trade: Trade = "pairs",
) -> Setup:
    """Read what a plan answers to.

    Parameters
    ----------
    region : Region
        A checked region with accounts; every other table is used where present.
    assumptions : Assumptions, optional
        Those of the table ``parameters`` where not given.
    path : str
        Reference path, see `haihe.planning.path_inputs.reference_path`.
    pooled : bool, optional
        Let the members pool every cap (True), or none (False); as the table ``limits`` says where not given.
    upgrades, projects : bool
        Leave the upgraded technologies, or the candidate projects, out when False.
    trade : "pairs" or "pool"
        How members trade with each other.

    Raises
    ------
    HaiheError
        Whatever the readers of the tables raise, each with table, row and column, such as ``E-PLN-30`` for a limit
        below 0; ``E-PLN-67`` for limits or hard
        targets that contradict each other on paper.
    """
    refuse_negative(region.frame("limits").reset_index(drop=True), "limits", "value")
    contradictions(region).raise_errors()
    assumptions = assumptions or Assumptions.of(region)
    followed = path_of(region, assumptions, path)
    economy = economy_of(region, assumptions, upgrades=upgrades, path=followed)
    caps = caps_of(region, economy)
    if pooled is not None:
        caps = [replace(cap, pooled=pooled) for cap in caps]
    resources, corridors = resources_of(region, economy), corridors_of(region, economy, trade=trade)
    chosen = projects_of(region, economy, book=rules_of(region)) if projects else None
    money = money_of(region, economy, chosen) if chosen is not None else None
    ties = ties_of(region, economy, chosen) if chosen is not None else TieSpec()
    origin = origins_of(region, economy) if chosen is not None else np.empty(0, dtype=np.int64)
    replacement = replacement_of(region, economy)
    limits, targets = limits_of(region), targets_of(region)
    marks: dict[str, Quality] = rests_on(region, caps, upgrades=bool(economy.technologies))
    parts = [*resources, *corridors, *(part for part in (chosen, money) if part is not None)]
    for more in (followed.marks, ties.marks, *(part.marks for part in parts)):
        _worsen(marks, more)
    for limit in limits:
        _worsen(marks, {"limits": limit.quality})
    for target in targets:
        if target.kind != "watch":
            _worsen(marks, {"targets": target.quality})
    if replacement is not None:
        _worsen(marks, {"replacements": replacement.quality})
    found = [
        *unknown_parameters(region),
        *left_out(region, caps),
        *limited_twice(caps, resources),
        *resource_findings(region, economy, resources),
        *link_findings(region, economy, corridors, trade=trade),
        *(chosen.findings if chosen is not None else ()),
        *(money.findings if money is not None else ()),
        *tie_findings(region, ties),
    ]
    return Setup(
        region=region,
        assumptions=assumptions,
        path=followed,
        economy=economy,
        data=indicator_data_of(region, economy),
        caps=tuple(caps),
        resources=tuple(resources),
        corridors=tuple(corridors),
        limits=tuple(limits),
        targets=tuple(targets),
        replacement=replacement,
        projects=chosen,
        money=money,
        ties=ties,
        origin=origin,
        trade=trade,
        marks=marks,
        findings=Findings(found),
    )


def rules_of(region: Region) -> Rulebook | None:
    """Read the rule files in the folder ``rules`` of the region's own folder; None where there are none.

    Raises
    ------
    HaiheError
        As `haihe.rules.check.read_schemes`.
    """
    folder = None if region.folder is None else region.folder / "rules"
    if folder is None or not folder.is_dir():
        return None
    return _book(folder, tuple((file, file.read_bytes() if file.is_file() else b"") for file in scheme_files(folder)))


@lru_cache(maxsize=4)
def _book(folder: Path, files: tuple[tuple[Path, bytes], ...]) -> Rulebook:
    """Read the rule files of a folder; a report plans a region some thirty times, and their words stay the same."""
    del files  # what was read stands for the folder as long as every file says the same
    return read_schemes(folder)


def _worsen(marks: dict[str, Quality], more: Mapping[str, Quality]) -> None:
    """Put marks into a dict; where a table has one already, the worse of the two stays."""
    for name, mark in more.items():
        marks[name] = worst_quality({mark, marks.get(name) or mark}) or mark

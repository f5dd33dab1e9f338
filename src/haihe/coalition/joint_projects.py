"""Something built together: who pays which part of a park, a berth, a laboratory or a line, and who would rather not.

The users play a game. With cost c(S) of what a coalition of users needs: where all users say what it is worth to them,
``v(S) = max over T in S of (benefits of T - c(T))``, so that who is not worth its cost stays out; otherwise the savings
``v(S) = Σ c(i) - c(S)`` are split. The rules are those of `haihe.coalition.splits`.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from haihe.coalition.game import Game, sums
from haihe.coalition.joint_costs import airport_game, savings
from haihe.coalition.joint_views import JointViews
from haihe.coalition.splits import amounts, compare, every_split
from haihe.figures.workbook import Viewed
from haihe.messages import Finding, Findings, HaiheError, Quality, Text, worst_quality
from haihe.planning.program import Floats
from haihe.planning.views import YI_PER_BN
from haihe.region import Region

LARGEST = "largest"


@dataclass(frozen=True)
class JointProject:
    """A project that several members use. Money in bn yuan.

    Attributes
    ----------
    code : str
    title : Text
    site : str
        Member where it stands.
    costs : Game
        Cost of what every coalition of users needs.
    game : Game
        What every coalition of users gains.
    benefits : ndarray, shape (n,)
        What it is worth to each user; missing where not everybody says.
    users : tuple of bool
        Who uses it where all decide together.
    need : ndarray, shape (n,)
    splits, stability : DataFrame
        As of `haihe.coalition.splits`, for the rules that the game allows.
    payments : DataFrame
        rule, member, uses, need, benefit, alone (cost of an own one), pays, share (of the cost), net (benefit less pays,
        or what is saved over an own one).
    counted : DataFrame
        figure, amount, unit: what it yields a year once it runs.
    quality : Quality
    findings : Findings
    """

    code: str
    title: Text
    site: str
    costs: Game
    game: Game
    benefits: Floats
    users: tuple[bool, ...]
    need: Floats
    splits: pd.DataFrame
    stability: pd.DataFrame
    payments: pd.DataFrame
    counted: pd.DataFrame
    quality: Quality
    findings: Findings = field(default_factory=Findings)

    @property
    def cost(self) -> float:
        """What it costs at the size that its users need."""
        return self.costs.value([name for name, uses in zip(self.costs.members, self.users, strict=True) if uses])


@dataclass(frozen=True)
class JointProjects(Viewed):
    """Every joint project of a region."""

    region: Region
    projects: tuple[JointProject, ...]

    @cached_property
    def views(self) -> JointViews:
        """Tables and figures with words."""
        return JointViews(self)

    @property
    def payments(self) -> pd.DataFrame:
        """Payments of all projects, with column project."""
        return _stacked(self.projects, "payments")

    @property
    def stability(self) -> pd.DataFrame:
        """Which users would rather build their own, of all projects."""
        return _stacked(self.projects, "stability")

    @property
    def findings(self) -> Findings:
        """Of all projects."""
        return Findings([finding for project in self.projects for finding in project.findings])


def joint_projects(region: Region) -> JointProjects:
    """Share the cost of every joint project under every rule.

    Parameters
    ----------
    region : Region
        Tables ``joint_projects`` and ``joint_users``.

    Raises
    ------
    HaiheError
        ``E-COA-93`` for a project without users.
    """
    users = region.frame("joint_users")
    made = []
    for row in region.frame("joint_projects").to_dict("records"):
        own = users[users["project"] == row["project"]]
        if own.empty:
            raise HaiheError("E-COA-93", value=str(row["project"]))
        made.append(_shared(row, own))
    return JointProjects(region, tuple(made))


def cost_game(members: tuple[str, ...], needs: ArrayLike, form: str, fixed: float, unit: float) -> Game:
    """Cost of what each coalition needs: ``fixed + unit · largest need`` or ``fixed + unit · sum of needs``; 0 for nobody."""
    need = np.asarray(needs, dtype=np.float64)
    if form == LARGEST:
        return airport_game(np.where(need > 0, fixed + unit * need, 0.0), members)
    some = sums((need > 0).astype(np.float64)) > 0
    return Game(members, np.where(some, fixed + unit * sums(need), 0.0))


def net_game(costs: Game, benefits: ArrayLike) -> Game:
    """What each coalition of users gains: the best of its subsets, ``max over T in S of (benefits of T - c(T))``."""
    values = sums(np.asarray(benefits, dtype=np.float64)) - costs.values  # noqa: PD011
    for i in range(costs.n):
        pairs = values.reshape(-1, 2, 1 << i)
        pairs[:, 1] = np.maximum(pairs[:, 0], pairs[:, 1])
    return Game(costs.members, values)


def _shared(row: "dict[object, object]", own: pd.DataFrame) -> JointProject:
    members = tuple(map(str, own["member"]))
    need = own["need"].to_numpy(dtype=np.float64)
    fixed, unit = (float(str(row[name])) / YI_PER_BN for name in ("fixed_cost", "unit_cost"))
    benefits = own["benefit"].to_numpy(dtype=np.float64) / YI_PER_BN
    costs = cost_game(members, need, str(row["form"]), fixed, unit)
    stated = bool(np.isfinite(benefits).all())
    game = net_game(costs, benefits) if stated else savings(costs)
    mask = _best(costs, benefits) if stated else (1 << costs.n) - 1
    users = tuple(bool(mask >> i & 1) for i in range(costs.n))
    splits = every_split(game, need)
    pays = {rule: np.where(users, benefits, 0.0) - x if stated else costs.alone - x for rule, x in splits.items()}
    title = Text(str(row["name_zh"]), str(row["name_en"]))
    quality = worst_quality([str(row["quality"]), *own["quality"]]) or "illustrative"
    cost = float(costs.values[mask])  # noqa: PD011
    frames = [
        pd.DataFrame(
            {
                "rule": rule, "member": members, "uses": users, "need": need, "benefit": benefits, "alone": costs.alone,
                "pays": pay, "share": pay / cost if cost > 0 else np.nan, "net": splits[rule],
            }
        )
        for rule, pay in pays.items()
    ]  # fmt: skip
    return JointProject(
        code=str(row["project"]),
        title=title,
        site=str(row["site"]),
        costs=costs,
        game=game,
        benefits=benefits,
        users=users,
        need=need,
        splits=amounts(game, splits),
        stability=compare(game, splits),
        payments=pd.concat(frames, ignore_index=True),
        counted=_counted(row),
        quality=quality,
        findings=Findings(
            [*_left_out(str(row["project"]), members, users), *_unstated(str(row["project"]), members, benefits)]
        ),
    )


def _best(costs: Game, benefits: Floats) -> int:
    """Users for whom it is built: the largest coalition of those with the highest net benefit."""
    net = sums(benefits) - costs.values  # noqa: PD011
    best = np.flatnonzero(net >= net.max() - 1e-9 * (1.0 + np.abs(net).max()))
    return int(max(best, key=lambda mask: int(mask).bit_count()))


def _counted(row: "dict[object, object]") -> pd.DataFrame:
    units = {"output": "亿元", "tax": "亿元", "energy": "tce"}
    amounts_ = [float(str(row[name])) if row[name] is not None else np.nan for name in units]
    return pd.DataFrame({"figure": list(units), "amount": amounts_, "unit": list(units.values())})


def _left_out(code: str, members: tuple[str, ...], users: tuple[bool, ...]) -> list[Finding]:
    out = [name for name, uses in zip(members, users, strict=True) if not uses]
    return [Finding("N-COA-95", values={"value": code, "out": ", ".join(out)})] if out else []


def _unstated(code: str, members: tuple[str, ...], benefits: Floats) -> list[Finding]:
    """Say who did not state what it is worth where others did; then the game is another one."""
    known = np.isfinite(benefits)
    silent = [name for name, told in zip(members, known, strict=True) if not told]
    return [Finding("N-COA-99", values={"value": code, "members": ", ".join(silent)})] if silent and known.any() else []


def _stacked(projects: tuple[JointProject, ...], name: str) -> pd.DataFrame:
    frames = [getattr(project, name).assign(project=project.code) for project in projects]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

r"""What stages hold of what is scarce, today, against what sites have for new projects.

As in `haihe.planning.pipeline`: a project at stage k with need n of resource u holds :math:`h_{ku}\, n`, with the shares h of
the table ``stage_holds``. What was started before the first year of the plan holds its land and quotas already and stands
beside. Rows of ``endowments`` for the purpose ``projects`` say what a site has.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from django.utils import timezone

from haihe.messages import Text
from haihe.planning.assumptions import Assumptions
from haihe.planning.pipeline import BESIDE
from haihe.planning.pipeline_inputs import NAMES, STAGES, STARTED, holds_of
from haihe.planning.project_inputs import held_over
from haihe.region import Meta, Region
from haihe.region.draft import Draft
from haihe.region.tables.pipeline import MONEY
from haihe.region.units import compatible, factor, said
from haihe.workspace.data import store
from haihe.workspace.data.models import Version
from haihe.workspace.projects.models import Board, Project
from haihe.workspace.projects.stages import Days

NAMED = {"regions": "region", "sectors": "sector", "chains": "chain", "resources": "resource"}
"""Tables that name what projects speak of, and their keys."""
READ = (*NAMED, "sources", "stage_holds", "endowments", "parameters")
NEW = "new"
WAN = "万元"
MONEY_NAME = Text("财政支持（所需）", "public money (needed)")
Named = Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Room:
    """What a site has of a resource for new projects: amount, and the year, source and quality of its row."""

    amount: float
    year: int
    source: str
    quality: str


@dataclass(frozen=True)
class Ground:
    """What a version of a dataset says that boards need.

    ``names`` gives names by table and code, ``units`` the unit of each resource, ``holds`` the share of each thing by stage,
    ``room`` the rows of endowments for new projects in the resource's unit, ``first_year`` the first year of the plan.
    """

    version: str
    names: Mapping[str, Named]
    units: Mapping[str, str]
    holds: Mapping[str, Mapping[str, float]]
    room: pd.DataFrame
    first_year: int

    def name(self, table: str, code: str) -> Text | None:
        """Name a chain, sector, region or resource; its code where it has no name, nothing for nothing."""
        return self.names.get(table, {}).get(code, Text(code, code)) if code else None

    def share(self, thing: str, stage: str) -> float | None:
        """Give the share that a stage holds; none where the table says nothing of the thing. Who left holds nothing."""
        shares = self.holds.get(thing)
        return None if shares is None else shares.get(stage, 0.0)

    def room_at(self, site: str, resource: str, year: int) -> Room | None:
        """Give what a site has for new projects in a year; none where it is not stated."""
        rows = self.room[(self.room["region"] == site) & (self.room["resource"] == resource)]
        if rows.empty:
            return None
        known = rows["year"].to_numpy(dtype=np.int64)
        amount = float(held_over(known, rows["value"].to_numpy(dtype=float), [year])[0])
        row = rows.iloc[int(held_over(known, np.arange(len(rows), dtype=float), [year])[0])]
        return Room(amount, int(row["year"]), str(row["source"]), str(row["quality"]))


EMPTY = Ground("", {}, {}, {}, pd.DataFrame(columns=["region", "resource", "year", "value", "source", "quality"]), 0)
"""What is known without a version: nothing."""


def ground_of(board: Board) -> Ground:
    """Give what the version in force of a board's dataset says."""
    version: Version | None = board.dataset.current if board.dataset else None
    if version is None:
        return EMPTY
    kept = {name: version.tables[name] for name in READ if name in version.tables}
    return _ground(version.code, json.dumps(kept), json.dumps(version.meta))


@lru_cache(maxsize=8)
def _ground(version: str, tables: str, meta: str) -> Ground:
    region = Region.of(Draft(store.all_of(json.loads(tables)), {}, Meta(**json.loads(meta))))
    names = {}
    for table, key in NAMED.items():
        rows = region.frame(table)[[key, "name_zh", "name_en"]].itertuples(index=False, name=None)
        names[table] = {code: Text(zh, en) for code, zh, en in rows}
    resources = region.frame("resources")
    units = dict(zip(resources["resource"], resources["unit"], strict=True))
    read = holds_of(region, list(units))
    every = {name: read.resources[:, u] for u, name in enumerate(units)} | {MONEY: read.money}
    holds = {
        thing: dict(zip(NAMES, shares.tolist(), strict=True))
        for thing, shares in every.items()
        if np.isfinite(shares).all()
    }
    return Ground(version, names, units, holds, _rooms(region, units), Assumptions.of(region).first_year)


def _rooms(region: Region, units: Mapping[str, str]) -> pd.DataFrame:
    """Give the endowments that are for new projects, in the units of the resources."""
    table = region.frame("endowments")
    table = table[(table["purpose"] == "projects") & table["resource"].isin(list(units))]
    known = [factor(unit, units[name]) for unit, name in zip(table["unit"], table["resource"], strict=True)]
    value = table["value"].to_numpy(dtype=float) * np.array(known, dtype=float)
    kept = table.assign(value=value)[["region", "resource", "year", "value", "source", "quality"]]
    return kept.sort_values("year", kind="stable", ignore_index=True)


@lru_cache(maxsize=512)
def _factor(from_: str, to_: str) -> float | None:
    """Give the factor between two units; none where they measure different things."""
    return factor(from_, to_) if compatible(from_, to_) else None


def needs_of(ground: Ground, needs: Iterable[Mapping[str, str]], money: Any) -> dict[str, float]:
    """Give what a project needs by thing, in the resource's unit; money in 万元. Needs in other units are left out."""
    found: dict[str, float] = {}
    for row in needs:
        name = row["resource"]
        by = _factor(row["unit"], ground.units[name]) if name in ground.units else None
        if by is not None:
            found[name] = found.get(name, 0.0) + float(row["value"]) * by
    return found | ({MONEY: float(money)} if money is not None else {})


def is_beside(ground: Ground, stage: str, reached: Days, start: str) -> bool:
    """Whether a project was started before the first year of the plan, so that what is set aside is not for it."""
    if stage not in NAMES[STARTED:]:
        return False
    year = (
        date.fromisoformat(reached["started"]).year if "started" in reached else int(float(start or ground.first_year))
    )
    return year < ground.first_year


def held(ground: Ground, projects: Iterable[tuple[str, str, Any, Any, Days, Mapping[str, str]]]) -> pd.DataFrame:
    """Give what projects hold: ``site``, ``thing``, ``stage``, ``holder`` (``new`` or ``beside``), ``amount``.

    Parameters
    ----------
    ground : Ground
    projects : iterable of tuple
        Region, stage, needs, need of money, days reached, facts; as `FIELDS` names them. Missing where the table
        ``stage_holds`` says nothing of a thing.
    """
    rows = []
    for region, stage, needs, money, reached, facts in projects:
        holder = BESIDE if is_beside(ground, stage, reached, facts.get("start", "")) else NEW
        for thing, amount in needs_of(ground, needs, money).items():
            share = ground.share(thing, stage)
            rows.append((region, thing, stage, holder, float("nan") if share is None else share * amount))
    columns = ["site", "thing", "stage", "holder", "amount"]
    frame = pd.DataFrame(rows, columns=columns).astype({"amount": float})
    return frame.groupby(columns[:-1], sort=False)["amount"].sum(min_count=1).reset_index()


FIELDS = ("region", "stage", "needs", "need", "reached", "facts")
"""Fields of projects that `held` reads, in its order."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one thing at one site: by stage, in all, what there is, what is left."""

    site: Text
    thing: Text
    unit: Text
    room: Room | None
    stages: tuple[float, ...]
    beside: float

    @property
    def sum(self) -> float:
        """What new projects hold in all."""
        return sum(self.stages)

    @property
    def free(self) -> float | None:
        """What is left; none where it is not stated how much there is."""
        return None if self.room is None else self.room.amount - self.sum

    @property
    def mark(self) -> str:
        """How it stands: over the cap, nearly (nine tenths), within."""
        if self.room is None:
            return "wait"
        return "bad" if self.sum > self.room.amount else "warn" if self.sum > 0.9 * self.room.amount else "good"


def balance(ground: Ground, frame: pd.DataFrame, year: int | None = None) -> list[Held]:
    """Set what is held against what sites have, what is scarcest first."""
    year = year or timezone.localdate().year
    found = []
    for (site, thing), rows in frame.groupby(["site", "thing"], sort=False):
        new = rows[rows["holder"] == NEW].groupby("stage")["amount"].agg(lambda v: v.sum(skipna=False))
        known = ground.share(str(thing), NAMES[0]) is not None
        stages = tuple(float(new.get(stage, 0.0)) if known else float("nan") for stage in NAMES)
        beside = float(rows.loc[rows["holder"] == BESIDE, "amount"].sum(skipna=False))
        unit = WAN if thing == MONEY else ground.units[str(thing)]
        found.append(
            Held(
                ground.name("regions", str(site)) or Text("未定", "open"),
                MONEY_NAME if thing == MONEY else ground.name("resources", str(thing)) or MONEY_NAME,
                said(unit),
                ground.room_at(str(site), str(thing), year),
                stages,
                beside,
            )
        )
    return sorted(found, key=_scarcity)


def _scarcity(each: Held) -> tuple[bool, float]:
    """Order what is stated before what is not, the smallest share left first."""
    if each.room is None or each.free is None:
        return True, 0.0
    return False, each.free / each.room.amount if each.room.amount else each.free


@dataclass(frozen=True, slots=True)
class Cap:
    """What a move changes of one thing at the project's site.

    ``asked`` is what the project takes more (less than 0: gives back), ``before`` what all hold now, ``after`` then.
    """

    thing: Text
    unit: Text
    asked: float
    before: float
    room: Room | None
    rule: Text

    @property
    def after(self) -> float:
        """What all hold after the move."""
        return self.before + self.asked

    @property
    def over(self) -> bool:
        """Whether the move takes more than there is."""
        return self.room is not None and self.asked > 0 and self.after > self.room.amount * (1 + 1e-9)


def taken(ground: Ground, project: Project, stage: str, to_stage: str) -> dict[str, float]:
    """Give what a move takes more of each thing (less than 0: gives back); missing where its shares are not known."""
    found = {}
    for thing, amount in needs_of(ground, project.needs, project.need).items():
        here, there = ground.share(thing, stage), ground.share(thing, to_stage)
        change = float("nan") if here is None or there is None else (there - here) * amount
        if change != 0.0:
            found[thing] = change
    return found


RULE = Text(
    "{stage}占用所需{thing}的 {share}%（阶段占用表）；{site}留给新项目 {room} {unit}（要素底数表，{year} 年，来源 {source}）",
    "{stage} holds {share}% of the {thing} needed (table stage_holds); "
    "{site} has {room} {unit} for new projects (table endowments, {year}, source {source})",
)
NO_ROOM = Text(
    "{stage}占用所需{thing}的 {share}%（阶段占用表）；{site}的限额没有说明",
    "{stage} holds {share}% of the {thing} needed (table stage_holds); what {site} has is not stated",
)


def standing(ground: Ground, project: Project) -> "pd.Series[float]":
    """Give what new projects hold now of each thing at a project's site."""
    there = Project.objects.filter(board=project.board_id, region=project.region).values_list(*FIELDS)
    frame = held(ground, there)
    return frame[frame["holder"] == NEW].groupby("thing")["amount"].sum()


def caps(ground: Ground, project: Project, to_stage: str, new: "pd.Series[float] | None" = None) -> list[Cap]:
    """Give what a move changes of each resource at the project's site, with the rule; what goes over its cap first.

    ``new`` is what `standing` gives, where it is known already.
    """
    changed = taken(ground, project, project.stage, to_stage)
    new = standing(ground, project) if new is None else new
    found = []
    for thing, asked in changed.items():
        if thing == MONEY or asked != asked:
            continue
        room = ground.room_at(project.region, thing, timezone.localdate().year)
        name = ground.name("resources", thing) or Text(thing, thing)
        unit = said(ground.units[thing])
        values: dict[str, Any] = {
            "stage": STAGES.get(to_stage, Text("退出后", "having left")),
            "thing": name,
            "share": f"{100 * (ground.share(thing, to_stage) or 0.0):g}",
            "site": ground.name("regions", project.region) or Text("—", "—"),
            "unit": unit,
        }
        if room is not None:
            values |= {"room": f"{room.amount:,.6g}", "year": room.year, "source": room.source}
        rule = (NO_ROOM if room is None else RULE).format(**values)
        found.append(Cap(name, unit, asked, float(new.get(thing, 0.0)), room, rule))
    return sorted(found, key=lambda each: not each.over)

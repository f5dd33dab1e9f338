"""What was decided: investment, upgrades, closures, expansions and projects of a plan, held in another one.

Decisions are amounts as people know them: of their own year and in their own unit, with the trend in. So they carry
over to a plan whose reference path has changed. What was only the economy's answer (output, trade, consumption) is never
held.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from haihe.messages import Finding, Findings, HaiheError
from haihe.planning.assumptions import Assumptions
from haihe.planning.model import Model
from haihe.planning.outcome import Outcome
from haihe.planning.program import Block, Floats
from haihe.planning.relax_words import in_unit
from haihe.planning.solver import Session

PLAIN = ("investment_upgraded", "retrofit", "closure")
EXPANSION = "expansion:"
SOFT = "investment"
PROJECT = "project"
COLUMNS = ["decision", "record", "year", "value", "unit"]
KEY = ["decision", "record", "year"]
AGREES = 1e-9
"""Relative size below which what is left of an amount is rounding."""


@dataclass(frozen=True)
class Decisions:
    """Decisions up to a year, to be held in a plan.

    Attributes
    ----------
    until : int
        Last year that is decided.
    table : DataFrame
        decision (``investment``, ``investment_upgraded``, ``retrofit``, ``closure``, ``expansion:<what>``, ``project``),
        record (labels without the year, joined by ``|``), year (of start for a project), value (of that year), unit, and
        ``limited``: the same without candidate projects.
    """

    until: int
    table: pd.DataFrame

    def hold(self, session: Session, model: Model, *, projects: bool) -> None:
        """Fix the decisions in a session, in place: those of the plan with projects, or of the one without."""
        value = self.table.set_index(KEY)["value" if projects else "limited"]
        for block in _blocks(model):
            own = _amounts(block, value, model.economy.assumptions)
            at = np.flatnonzero(np.isfinite(own))
            amount = np.maximum(own[at], 0.0)
            session.set_column_bounds(block.index.ravel()[at], amount, amount)
        self._hold_build(session, model, value)
        if projects and model.projects is not None:
            options = model.projects.spec.options
            chosen = self.table[self.table["decision"] == PROJECT]
            known = dict(zip(chosen["record"], chosen["value"], strict=True))
            at = np.array([k for k, option in enumerate(options) if option in known], dtype=np.int64)
            share = np.clip([known[options[k]] for k in at], 0.0, 1.0)
            session.set_column_bounds(model.projects.choice.index[at], share, share)

    def unmatched(self, model: Model) -> Findings:
        """``W-PLN-84`` where the plan has no place for some decisions, with how many and the first."""
        places = pd.concat([_labels(block) for block in (*_blocks(model), _build(model))], ignore_index=True)
        known = set(places.itertuples(index=False, name=None))
        options = set(model.projects.spec.options) if model.projects is not None else set()
        lost = [
            (what, record, year)
            for what, record, year in self.table[KEY].itertuples(index=False, name=None)
            if ((what, record, year) not in known if what != PROJECT else record not in options)
        ]
        first = " ".join(str(part) for part in lost[0]) if lost else ""
        return Findings([Finding("W-PLN-84", values={"count": len(lost), "value": first})] if lost else [])

    def _hold_build(self, session: Session, model: Model, value: "pd.Series[float]") -> None:
        """Fix new capacity: the deviation fills the segments from the first on, what is more goes into the last."""
        build = model.production.build
        own = _amounts(_build(model), value, model.economy.assumptions).reshape(build.reference.shape)
        known = np.isfinite(own)
        gap = np.where(known, own - build.reference, 0.0)
        for block, amount in ((build.up, gap), (build.down, -gap)):
            filled = _filled(np.maximum(amount, 0.0), build.room)
            at = block.index[known]
            session.set_column_bounds(at.ravel(), filled[known].ravel(), filled[known].ravel())


def decide(previous: Outcome, until: int, actuals: pd.DataFrame | None = None) -> Decisions:
    """Take the decisions up to a year from a plan, with what really happened where it is known.

    Parameters
    ----------
    previous : Outcome
        The plan that was decided on.
    until : int
        Last year that is decided: at least the plan's first milestone and before its last.
    actuals : DataFrame, optional
        decision, record, year, value (and unit) as in `decisions_table`: what was really done; it goes before the plan.

    Raises
    ------
    HaiheError
        ``E-PLN-83`` for a year outside the plan; ``E-PLN-85`` for an actual amount that names no decision of the plan;
        ``E-PLN-86`` for one that is negative or missing, or in another unit.
    """
    years = previous.model.economy.assumptions.years
    if not years[0] <= until < years[-1]:
        raise HaiheError("E-PLN-83", value=until, first=years[0], last=years[-1])
    table = decisions_table(previous, until)
    without = _table(previous.model, previous.limited.x)
    table = table.merge(without[[*KEY, "value"]].rename(columns={"value": "limited"}), on=KEY, how="left")
    return Decisions(until, table if actuals is None else _with_actuals(table, actuals))


def decisions_table(plan: Outcome, until: int | None = None) -> pd.DataFrame:
    """Every decision of a plan, up to a year where one is given: decision, record, year, value, unit.

    Amounts are those of the milestone year (bn yuan of output a year of new capacity, and so on), a project's value is
    the share of it that is built, and its year that of its start.
    """
    table = _table(plan.model, plan.solution.x)
    return table if until is None else table[table["year"] <= until].reset_index(drop=True)


def _table(model: Model, x: Floats) -> pd.DataFrame:
    s, build = model.economy.assumptions, model.production.build
    parts = [_told(block, block.of(x), s) for block in _blocks(model)]
    parts.append(_told(_build(model), build.value(x), s))
    if model.projects is not None:
        spec = model.projects.spec
        parts.append(
            pd.DataFrame(
                {
                    "decision": PROJECT,
                    "record": list(spec.options),
                    "year": spec.start.astype(int),
                    "value": model.projects.choice.of(x),
                    "unit": "1",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def _blocks(model: Model) -> list[Block]:
    """Blocks of plain decisions; a thing without expansions has an empty one."""
    blocks = model.program.column_blocks.items()
    return [block for name, block in blocks if (name in PLAIN or name.startswith(EXPANSION)) and block.size]


def _build(model: Model) -> Block:
    """Stands for new capacity: the dims of its segments without the segment."""
    up = model.production.build.up
    dims = {dim: labels for dim, labels in up.dims.items() if dim != "segment"}
    return Block(SOFT, dims, 0, up.unit, up.title)


def _labels(block: Block) -> pd.DataFrame:
    labels = block.labels().to_frame(index=False)
    others = labels.drop(columns="year").astype(str).to_numpy()
    record = ["|".join(parts) for parts in others]
    return pd.DataFrame({"decision": block.name, "record": record, "year": labels["year"].astype(int)})


def _told(block: Block, values: Floats, assumptions: Assumptions) -> pd.DataFrame:
    """Amounts of a block in words that anybody can check: trend and scale put back."""
    unit, times = in_unit(block.unit)
    return _labels(block).assign(value=(values * assumptions.trend).ravel() * times, unit=unit)


def _amounts(block: Block, value: "pd.Series[float]", assumptions: Assumptions) -> Floats:
    """Decided amounts as the block counts them, flat; missing where nothing was decided."""
    keys = pd.MultiIndex.from_frame(_labels(block))
    told = value.reindex(keys).to_numpy(dtype=np.float64).reshape(block.shape)
    return np.asarray(told / assumptions.trend / in_unit(block.unit)[1]).ravel()


def _filled(amount: Floats, room: Floats) -> Floats:
    """Fill segments from the first on; what is more than all of them goes into the last."""
    ends = np.cumsum(room, axis=-1)
    filled = np.clip(amount[..., None] - (ends - room), 0.0, room)
    rest = amount - filled.sum(axis=-1)
    filled[..., -1] += np.where(rest > AGREES * np.maximum(amount, 1e-9), rest, 0.0)
    return np.asarray(filled)


def _with_actuals(table: pd.DataFrame, actuals: pd.DataFrame) -> pd.DataFrame:
    happened = actuals.astype({"year": int}).set_index(KEY)
    known = table.set_index(KEY)
    _refuse(happened.index.difference(known.index), "E-PLN-85")
    given = pd.to_numeric(happened["value"], errors="coerce")
    _refuse(given.index[~(given >= 0)], "E-PLN-86")
    if "unit" in happened:
        said = happened["unit"].fillna(known["unit"].reindex(happened.index))
        _refuse(said.index[(said != known["unit"].reindex(said.index)).to_numpy()], "E-PLN-86")
    for name in ("value", "limited"):
        known.loc[given.index, name] = given
    return known.reset_index()


def _refuse(which: Iterable[object], code: str) -> None:
    names = [" ".join(str(part) for part in key) for key in which]  # type: ignore[attr-defined]
    if names:
        raise HaiheError(code, value=names[0], count=len(names))

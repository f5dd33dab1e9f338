"""Rules of conduct: out before in (capacity replacement), and how fast output may move from year to year."""

from dataclasses import dataclass

import numpy as np

from haihe.messages import Quality, Text, worst_quality
from haihe.planning.capacity import Production
from haihe.planning.economy import Economy
from haihe.planning.named import chosen
from haihe.planning.program import Block, Dims, Floats, Program
from haihe.planning.projects import Projects, course_of
from haihe.region import Region


@dataclass(frozen=True)
class ReplacementSpec:
    """Capacity replacement: ``ratio`` (R, n) of what leaves to what is built, 0 where no rule holds."""

    ratio: Floats
    quality: Quality


def replacement_of(region: Region, economy: Economy) -> ReplacementSpec | None:
    """Read the table ``replacements``; None where it reaches no member."""
    table = region.frame("replacements")
    ratio = np.zeros(economy.wages.shape)
    for row in table.to_dict("records"):
        cells = chosen(row["regions"], economy.members)[:, None] * chosen(row["sector"], economy.sectors) > 0
        ratio[cells] = row["ratio"]
    return ReplacementSpec(ratio, worst_quality(table["quality"]) or "illustrative") if ratio.any() else None


def define_replacement(
    program: Program, economy: Economy, production: Production, spec: ReplacementSpec, dims: Dims
) -> Block:
    r"""Out before in: what is built in a sector stays within what leaves it, over the ratio of the rule.

    .. math:: q_{ri}\, \Bigl(i^0 + \sum i^1 + \sum_o \frac{q_o\, \text{added}_o}{h_t} z_o\Bigr)
              \le \frac{\delta_t}{h_t} \Bigl(k^0 + \sum k^1\Bigr) + c

    What leaves is what wears out and what is closed early (c); what is built includes candidate projects (z, see
    `haihe.planning.projects.enter_effects`). Only cells under a rule have a row. With q = 1 capacity
    does not grow; where the reference grows, the rule asks for closing before it lets anything be built. Unit: bn yuan of
    output a year, a year. Worth: what one more unit that may be built without a unit leaving adds to welfare.
    """
    where = np.argwhere(spec.ratio > 0)
    r, i = where[:, 0], where[:, 1]
    cells = tuple(f"{dims['region'][a]}:{dims['sector'][b]}" for a, b in where)
    ratio = spec.ratio[r, i][:, None]
    s = economy.assumptions
    rows = program.rows(
        "replacement",
        {"cell": cells, "year": dims["year"]},
        upper=-ratio * economy.investment[r, i],
        unit="bn yuan/year",
        title=Text("产能置换", "capacity replacement"),
        policy=True,
    )
    here = rows.index
    program.enter(here[..., None], production.build.up.index[r, i], ratio[..., None])
    program.enter(here[..., None], production.build.down.index[r, i], -ratio[..., None])
    program.enter(here[None], production.build_upgraded.index[:, r, i], ratio)
    program.enter(here, production.stock_old.index[r, i], -s.depreciation_steps / s.steps)
    program.enter(here[None], production.stock_upgraded.index[:, r, i], -s.depreciation_steps / s.steps)
    program.enter(here, production.closed.index[r, i], -1.0)
    return rows


def enter_projects(program: Program, economy: Economy, projects: Projects, spec: ReplacementSpec) -> None:
    """Let the capacity of candidate projects count as built under capacity replacement, beyond the reference path."""
    own, s = projects.spec, economy.assumptions
    rows = program.row_blocks["replacement"].index
    place = np.full(spec.ratio.shape, -1)
    place[tuple(np.argwhere(spec.ratio > 0).T)] = np.arange(len(rows))
    cell = place[own.member, own.sector[own.project]]
    ruled = np.flatnonzero(cell >= 0)
    ratio = spec.ratio[own.member, own.sector[own.project]]
    amount = (ratio * own.capacity[own.project])[:, None] * course_of(own, s).added / s.trend / s.steps
    program.enter(rows[cell[ruled]], projects.choice.index[ruled][:, None], amount[ruled])
    given = ruled[own.reference[ruled]]
    program.enter(rows[cell[given]], np.full((1, 1), projects.reference.index[0]), -amount[given])


def define_growth_guard(program: Program, economy: Economy, production: Production, dims: Dims) -> tuple[Block, Block]:
    r"""Output of a sector moves no faster than the guard beyond its reference.

    .. math:: (1 - \Gamma h_t)\, \mu_t x_t \le x_{t+1} \le (1 + \Gamma h_t)\, \mu_t x_t

    with x both technologies' output, mu_t how the reference moves from t to t+1 and Gamma the parameter
    ``growth_guard``. An outer guard: how many of its rows bind is reported, since there the guard answers. Unit: bn yuan
    of output a year, detrended. Worth: what letting output move by one more unit adds to welfare.
    """
    s = economy.assumptions
    between = {**dims, "year": dims["year"][1:]}
    x = economy.output
    moves = np.divide(x[..., 1:], x[..., :-1], out=np.ones_like(x[..., 1:]), where=x[..., :-1] > 0)
    blocks = []
    for name, sign, zh, en in (
        ("growth_guard_up", 1.0, "增速上限", "fastest growth"),
        ("growth_guard_down", -1.0, "降速下限", "fastest decline"),
    ):
        pace = moves * np.maximum(0.0, 1.0 + sign * s.growth_guard * s.steps[:-1])
        rows = program.rows(name, between, upper=0.0, unit="bn yuan/year", title=Text(zh, en), policy=True)
        for output, here in ((production.old, rows.index), (production.upgraded, rows.index[None])):
            program.enter(here, output.index[..., 1:], sign)
            program.enter(here, output.index[..., :-1], -sign * pace)
        blocks.append(rows)
    return blocks[0], blocks[1]

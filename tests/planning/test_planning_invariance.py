"""The plan does not depend on how its region is written: codes, order, units, years, one member or two halves of it.

Each property is checked on the small region with every table filled (`full_region`), solved as a whole, and fails on
a model that is broken on purpose. A member can be split exactly because everything is convex and answers in proportion
to its reference: what the two halves do adds up to a plan of the whole, and a plan of the whole divided in proportion
is one of the halves. Projects stand in one half only, so they are left out there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from goal_cases import RICH
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from region_moves import in_units, later, renamed, shuffled, split

from full_region import Tables, full_tables
from haihe.accounts import Accounts
from haihe.messages import HaiheError
from haihe.planning import inputs, model, resource_inputs
from haihe.planning.assembly import Assembly, assemble
from haihe.planning.assumptions import Assumptions
from haihe.planning.results import output_table
from haihe.planning.setup import setup_of
from haihe.planning.solver import Session, Solution
from haihe.region import Region
from haihe.region.units import factor
from plan_breakages import Break, _rows, wedge, wrapped
from plan_cases import Case
from small_region import MEMBERS, META, SECTORS

SAME = 1e-7
"""Objectives are the same within this share."""


@dataclass(frozen=True)
class Answer:
    """A solved region."""

    assembly: Assembly
    session: Session
    solution: Solution

    @property
    def output(self) -> "pd.Series[float]":
        """Output of the plan by region, sector and year."""
        return output_table(self.assembly.model, self.solution).set_index(["region", "sector", "year"])["plan"]


def solved(tables: Tables, **meta: Any) -> Answer:
    """Read, build and solve, all at once; ``meta`` says other things of the region as a whole."""
    assembly = assemble(setup_of(Region(tables, META.model_copy(update=meta)), path="own"))
    session = Session(assembly.model.program)
    return Answer(assembly, session, session.solve(method="ipx"))


@cache
def plain() -> Answer:
    """Give the region as it is written."""
    return solved(full_tables())


def alike(one: Answer, other: Answer, output: "pd.Series[float] | None" = None) -> None:
    """Compare the objectives, and output where given, in the labels of the first."""
    off = abs(other.solution.objective - one.solution.objective) / abs(one.solution.objective)
    assert off <= SAME, f"the objective is off by {off:.2g}"
    if output is not None:
        moved = (output.reindex(one.output.index) - one.output).abs().max() / one.output.max()
        assert moved <= 1e-4, f"output is off by {moved:.2g}"


def check_names(base: Answer, seed: int) -> None:
    """Codes of regions and sectors mean nothing."""
    rng = np.random.default_rng(seed)
    letters = rng.permutation([f"{a}{b}" for a in "zyxw" for b in "QRST"])
    names = dict(zip((*MEMBERS, "harbour", "rest", "world", *SECTORS), letters, strict=False))
    other = solved(renamed(full_tables(), names))
    back = {new: old for old, new in names.items()}
    alike(base, other, other.output.rename(index=back))


def check_order(base: Answer, seed: int) -> None:
    """The order of rows means nothing, which is also the order of regions, sectors, links and projects."""
    other = solved(shuffled(full_tables(), seed))
    alike(base, other, other.output)


def check_units(base: Answer, seed: int) -> None:
    """Money and every resource may be counted in other units, row by row."""
    units = {
        "亿元": ("bn yuan", "万元"), "亩": ("ha", "km2", "m2"), "m3": ("万m3", "亿m3"), "万m3": ("m3", "亿m3"),
        "t CO2": ("万t CO2", "Mt CO2", "kg CO2"), "TEU": ("万TEU",), "t": ("万t", "kg"), "persons": ("万人",),
    }  # fmt: skip
    tables = full_tables()
    money = {name: tables.pop(name) for name in ("accounts", "flows")}
    unit = ("万元", "bn yuan")[seed % 2]
    for name, frame in money.items():
        times = factor("亿元", unit)
        bands = {column: frame[column] * times for column in ("value", "low", "high") if column in frame}
        money[name] = frame.assign(unit=unit, **bands)
    other = solved(in_units(tables, units, seed) | money, money_unit="万元")
    alike(base, other, other.output)


def check_years(base: Answer, seed: int) -> None:
    """The same some years later is the same."""
    by = 1 + seed % 20
    other = solved(later(full_tables(), by), base_year=META.base_year + by, price_year=META.price_year + by)
    alike(base, other, other.output.rename(index=lambda year: year - by, level="year"))


def check_split_member(_: Answer, seed: int) -> None:
    """A member in two parts is the member."""
    share = 0.1 + 0.8 * (seed % 101) / 100
    base, other = (solved(t) for t in (full_tables(projects=False), split(full_tables(projects=False), "north", share)))
    whole = other.output.rename(index={"north1": "north", "north2": "north"}).groupby(level=[0, 1, 2]).sum()
    alike(base, other, whole)


def check_split_sector(_: Answer, seed: int) -> None:
    """A sector in two parts, of which each buys and sells as the whole does, is the sector."""
    rng = np.random.default_rng(seed)
    sector, share = int(rng.integers(3)), float(rng.uniform(0.1, 0.9))
    one, two = RICH.build(), parted(RICH, sector, share).build()
    for pooled in (True, False):
        a, b = one.solve(0.2, pooled=pooled), two.solve(0.2, pooled=pooled)
        off = abs(b.objective - a.objective) / abs(a.objective)
        assert off <= SAME, f"the objective is off by {off:.2g}"


def check_methods(_: Answer, seed: int) -> None:
    """Interior point, simplex from nothing and simplex after an edit find the same objective."""
    base = solved(full_tables())
    session, objective = base.session, base.solution.objective
    caps = base.assembly.model.caps["carbon"].rows
    bound = caps.of(session.arrays.row_upper)
    session.set_row_bounds(caps.index, -np.inf, bound * (1.02 + 0.01 * (seed % 7)))
    eased = session.solve()
    assert eased.objective < objective - 1e-6, "an easier cap saves nothing"
    session.set_row_bounds(caps.index, -np.inf, bound)
    cold = Session(base.assembly.model.program)
    for again in (session.solve(), cold.solve(method="simplex")):
        off = abs(again.objective - objective) / (1 + abs(objective))
        assert off <= 1e-8, f"the objectives differ by {off:.2g}"


def parted(case: Case, sector: int, share: float) -> Case:
    """Part a sector; nothing of the product's own is used."""
    n = len(case.accounts.sectors)
    old = np.append(np.arange(n), sector)
    size = np.ones(n + 1)
    size[sector], size[n] = share, 1.0 - share
    a = case.accounts
    names = ("exports", "imports", "outflow", "inflow", "residual", "output")
    accounts = replace(
        a,
        sectors=[*a.sectors, "PART"],
        Z=a.Z[:, old][:, :, old] * size[:, None] * size,
        final=a.final[:, old] * size[:, None],
        added=a.added[:, :, old] * size,
        flows=None if a.flows is None else a.flows[:, :, old] * size,
        **{name: getattr(a, name)[:, old] * size for name in names},
    )
    technologies = tuple(
        replace(t, **{name: flags[old] for name in ("energy", "can") if (flags := getattr(t, name)).size})
        for t in case.technologies
    )
    return replace(
        case,
        accounts=accounts,
        technologies=technologies,
        local=case.local[old],
        intensity=case.intensity[:, old],
        partner_intensity=case.partner_intensity[old],
        growth=None if case.growth is None else case.growth[:, old],
        partners=None if case.partners is None else {k: (x[:, old], m[:, old]) for k, (x, m) in case.partners.items()},
    )


CHECKS: dict[str, Callable[[Answer, int], None]] = {
    name.removeprefix("check_"): function for name, function in dict(globals()).items() if name.startswith("check_")
}


@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=4, phases=[Phase.generate])  # a failing draw is not made smaller: that takes minutes
@given(seed=st.integers(0, 10**6))
def test_the_plan_stays_the_same(name: str, seed: int) -> None:
    CHECKS[name](plain(), seed)


def test_the_region_exercises_what_is_checked() -> None:
    """Of every kind of policy something binds, so that nothing is the same for want of any effect."""
    answer = plain()
    blocks = answer.assembly.model.program.row_blocks
    for family in ("cap:carbon", "cap:line", "resource:water", "resource:land", "link:north-south:t", "replacement"):
        assert np.abs(blocks[family].of(answer.solution.row_dual)).max() > 1e-9, f"{family} does not bind"
    assert answer.solution.value(answer.assembly.model.projects.choice).max() > 0.1  # type: ignore[union-attr]


# --- deliberately broken ----------------------------------------------------------------------------------------------


def _alphabet(w: Any, e: Any) -> Any:
    """Let a sector's barrier follow its code."""
    place = np.argsort(np.argsort(e.sectors))
    return replace(w, build=w.build * (1 + 0.05 * place[:, None]))


def _position(w: Any, e: Any) -> Any:
    return replace(w, build=w.build * (1 + 0.05 * np.arange(len(e.sectors))[:, None]))


def _calendar(patch: pytest.MonkeyPatch) -> None:
    """Discount from a fixed year on."""
    original = Assumptions.weights.func  # type: ignore[attr-defined]

    def weights(s: Assumptions) -> Any:
        return original(s) * ((1 + s.growth) / (1 + s.discount)) ** (s.first_year - 2017)

    patch.setattr(Assumptions, "weights", property(weights))


def _edit_lost(patch: pytest.MonkeyPatch) -> None:
    """Tell the solver of an edit, but only the first time."""
    original, seen = Session.set_row_bounds, []

    def edit(self: Session, *args: Any) -> None:
        seen.append(1)
        if len(seen) < 2:
            original(self, *args)

    patch.setattr(Session, "set_row_bounds", edit)


def _as_yi(to_unit: Any, a: Accounts, unit: str) -> Any:
    """Take every account for one in 亿元."""
    return to_unit(replace(a, unit="亿元"), unit)


def _off(convert: Any, *args: Any) -> Any:
    """Be off by a per cent wherever something is converted."""
    found = convert(*args)
    return np.where(np.abs(np.asarray(found) - 1.0) < 1e-12, found, 1.01 * np.asarray(found))


def _per_sector(make: Any, program: Any, e: Any, *more: Any, **way: Any) -> Any:
    return make(program, replace(e, output=e.output + 0.1), *more, **way)


BROKEN: dict[str, tuple[str, Break, int]] = {
    "the alphabet decides": ("names", wedge(_alphabet), 2),
    "position instead of label": ("order", wedge(_position), 2),
    "money taken as it stands": ("units", wrapped(Accounts, "to_unit", _as_yi), 3),
    "conversion of caps off": ("units", wrapped(inputs, "factor", _off), 3),
    "conversion of resources off": ("units", wrapped(resource_inputs, "factors_to", _off), 3),
    "discounted from a fixed year": ("years", _calendar, 4),
    "a hundredth to be sold by every member": ("split_member", _rows("external_balance", lower=0.01), 50),
    "a tenth more output a sector": ("split_sector", wrapped(model, "define_balance", _per_sector), 5),
    "edit in place lost": ("methods", _edit_lost, 6),
}  # fmt: skip
"""What is broken, which property must notice, and with which draw."""


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_model_is_noticed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, how, seed = BROKEN[what]
    how(monkeypatch)
    base = solved(full_tables()) if name in ("names", "order", "units", "years") else plain()
    with pytest.raises((AssertionError, HaiheError)):
        CHECKS[name](base, seed)


def test_every_property_is_broken_once() -> None:
    assert {name for name, _, _ in BROKEN.values()} == set(CHECKS)

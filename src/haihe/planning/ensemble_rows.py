"""What one plan of many says, as a row of numbers; and what many such rows say together.

Columns are named ``<kind>:<what>``, so that a table of runs can hold any region's prices, sectors, projects and decisions.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from haihe.planning.decided import PROJECT, decisions_table
from haihe.planning.outcome import Outcome

COST, LIMITS, GAIN, SHARE, SAVING = "cost", "limits", "gain", "share", "pooling_saves"
PRICE, OUTPUT, BUILT, NOW, COURSE = "price:", "output:", "project:", "now:", "course:"
ROBUST = 0.9
"""Share of the runs that must agree for something to be robust."""
NEAR = 0.05
"""Relative distance from the median up to which amounts are alike."""
NOTHING = 1e-6
"""Amount up to which a decision is none."""
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
SPREAD = [*QUANTILES, "least", "most"]


def told(plan: Outcome) -> dict[str, float]:
    """What a plan costs, what its limits are worth and what it does to output.

    Returns
    -------
    dict
        cost, limits, gain (discounted bn yuan), share (of consumption), ``price:<cap>`` (yuan a unit in the last year,
        mean of the members), ``output:<region>|<sector>`` (relative change against the reference in the last year).
    """
    last = plan.model.economy.assumptions.last_year
    cost = plan.loss - plan.gain
    row = {COST: cost, LIMITS: plan.loss, GAIN: plan.gain, SHARE: cost / plan.consumption}
    prices = plan.prices
    caps = prices[(prices["kind"] == "cap") & (prices["year"] == last)].groupby("name", sort=False)["price"].mean()
    row |= {f"{PRICE}{name}": float(price) for name, price in caps.items()}
    output = plan.output[plan.output["year"] == last]
    rows = zip(output["region"], output["sector"], output["change"], strict=True)
    return row | {f"{OUTPUT}{region}|{sector}": float(change) for region, sector, change in rows}


def decided(plan: Outcome) -> dict[str, float]:
    """What a plan decides: how much of each project is built, what is done in the first milestone, and the courses.

    Returns
    -------
    dict
        ``project:<project>`` (share that is built), ``now:<decision>|<record>|<unit>`` (amount of the first milestone, see
        `haihe.planning.decided.decisions_table`), ``course:<indicator>|<year>`` (members together, relative change against
        the reference).
    """
    row: dict[str, float] = {}
    projects = plan.model.projects
    if projects is not None:
        built = np.bincount(projects.spec.project, plan.solution.value(projects.choice), len(projects.spec.projects))
        row |= {f"{BUILT}{name}": float(share) for name, share in zip(projects.spec.projects, built, strict=True)}
    first = plan.model.economy.assumptions.years[0]
    table = decisions_table(plan, first)
    table = table[(table["decision"] != PROJECT) & (table["value"].abs() > NOTHING)]
    cells = zip(table["decision"], table["record"], table["unit"], table["value"], strict=True)
    row |= {f"{NOW}{decision}|{record}|{unit}": float(value) for decision, record, unit, value in cells}
    sums = plan.summary.groupby(["indicator", "year"], sort=False)[["reference", "plan"]].sum()
    changes = (sums["plan"] / sums["reference"] - 1.0)[sums["reference"] > 0]
    courses = changes.rename("change").reset_index()[["indicator", "year", "change"]].itertuples(index=False, name=None)
    return row | {f"{COURSE}{name}|{year}": float(change) for name, year, change in courses}


def spread(frame: pd.DataFrame) -> pd.DataFrame:
    """Points of the distribution of every column: p10, p50, p90, least, most, draws (how many rows tell it)."""
    table = pd.DataFrame({name: frame.quantile(level) for name, level in QUANTILES.items()})
    return table.assign(least=frame.min(), most=frame.max(), draws=frame.notna().sum())


def columns_of(table: pd.DataFrame, kind: str) -> list[str]:
    """Columns of a kind."""
    return [str(name) for name in table if str(name).startswith(kind)]


def quantities_of(table: pd.DataFrame) -> list[str]:
    """Columns that say what came out, sectors aside."""
    fixed = [name for name in (COST, LIMITS, GAIN, SHARE, SAVING) if name in table]
    return [*fixed, *columns_of(table, PRICE)]


def movers_of(table: pd.DataFrame) -> pd.DataFrame:
    """Change of output by region and sector: its points, and the share of rows in which it has p50's sign.

    Largest change first; a change whose sign is the same in nine of ten rows is robust.
    """
    frame = table[columns_of(table, OUTPUT)]
    found = spread(frame)
    found["agree"] = (np.sign(frame) == np.sign(found["p50"])).mean().to_numpy()
    names = [str(name).removeprefix(OUTPUT).split("|") for name in found.index]
    found = found.assign(region=[name[0] for name in names], sector=[name[1] for name in names])
    found["robust"] = found["agree"] >= ROBUST
    order = found["p50"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order, ["region", "sector", *SPREAD, "agree", "robust"]].reset_index(drop=True)


def influence_of(table: pd.DataFrame, drawn: Sequence[str], kinds: Sequence[str]) -> pd.DataFrame:
    """Rank correlation of everything drawn or set with every quantity.

    quantity, drawn (name without its kind), correlation (Spearman; missing where either never moves), noise (below it a
    correlation is no sign of anything: 2 / sqrt(rows)); the largest first within a quantity.
    """
    quantities = quantities_of(table)
    ranks = table[[*drawn, *quantities]].rank()
    moving = [name for name in drawn if ranks[name].max() > ranks[name].min()]
    noise = 2.0 / np.sqrt(max(len(ranks), 1))
    rows = []
    for quantity in quantities:
        moves = ranks[quantity].max() > ranks[quantity].min()
        known = ranks[moving].corrwith(ranks[quantity]) if moves else pd.Series(dtype=float)
        correlation = known.reindex(list(drawn))
        order = correlation.abs().sort_values(ascending=False, kind="stable").index
        rows += [(quantity, _bare(name, kinds), float(correlation[name]), noise) for name in order]
    return pd.DataFrame(rows, columns=["quantity", "drawn", "correlation", "noise"])


def projects_of_runs(table: pd.DataFrame) -> pd.DataFrame:
    """How much of every project is built over the rows.

    project, share (mean part that is built), wholly (share of rows in which at least half is), least, most, robust
    (at least half of it is built in nine of ten rows, or in none of ten).
    """
    frame = table[columns_of(table, BUILT)]
    wholly = (frame >= 0.5).mean()
    found = pd.DataFrame(
        {"share": frame.mean(), "wholly": wholly, "least": frame.min(), "most": frame.max()}, index=frame.columns
    )
    found["robust"] = (found["wholly"] >= ROBUST) | (found["wholly"] <= 1 - ROBUST)
    found.insert(0, "project", [str(name).removeprefix(BUILT) for name in frame])
    return found.sort_values(["wholly", "share"], ascending=False, kind="stable").reset_index(drop=True)


def now_of(table: pd.DataFrame) -> pd.DataFrame:
    """Decide now: decisions of the first milestone over the rows, those that are alike first.

    decision, record, unit, points of the distribution, agree (share of rows within 5 per cent of the median), robust.
    """
    frame = table[columns_of(table, NOW)].fillna(0.0)
    found = spread(frame)
    near = (frame - found["p50"]).abs() <= NEAR * found["p50"].abs() + NOTHING
    found["agree"] = near.mean().to_numpy()
    found["robust"] = found["agree"] >= ROBUST
    names = [str(name).removeprefix(NOW).split("|") for name in found.index]
    found = found.assign(
        decision=[name[0] for name in names],
        record=["|".join(name[1:-1]) for name in names],
        unit=[n[-1] for n in names],
    )
    order = found.sort_values(["agree", "p50"], ascending=False, kind="stable").index
    return found.loc[order, ["decision", "record", "unit", *SPREAD, "agree", "robust"]].reset_index(drop=True)


def courses_of(table: pd.DataFrame) -> pd.DataFrame:
    """Courses over the years: indicator, year, points of the distribution of the relative change against the reference."""
    found = spread(table[columns_of(table, COURSE)])
    names = [str(name).removeprefix(COURSE).split("|") for name in found.index]
    found = found.assign(indicator=[name[0] for name in names], year=[int(name[1]) for name in names])
    return found[["indicator", "year", *SPREAD]].reset_index(drop=True)


def _bare(name: str, kinds: Sequence[str]) -> str:
    """A column's name without its kind."""
    return next((name.removeprefix(kind) for kind in kinds if name.startswith(kind)), name)

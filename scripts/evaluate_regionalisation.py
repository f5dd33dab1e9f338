"""Measure every method of regionalisation against survey-based and published regional tables.

python scripts/evaluate_regionalisation.py FOLDER_OF_REFERENCE_TABLES [docs/evidence/regionalisation.md]
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from haihe.accounts import (
    Accounts,
    Regionalised,
    RegionalTotals,
    aggregate,
    location_quotients,
    ras,
    read_provinces,
    regionalise,
)
from haihe.accounts.regionalise import DEFAULT_HETEROGENEITY, DEFAULT_METHOD
from haihe.accounts.sourcing import CROSSED, OWN_TRADE, SIZED
from haihe.files import replace_file

GRID = [round(0.05 * step, 2) for step in range(11)]
"""δ of the Flegg quotients, and cross-hauling h, the same for all products, of the CHARM methods."""
FINAL = ["57 HOU", "58 INV", "59 GOV", "62 Stocks"]
PRIMARY = slice(56, 72)
SENT, RECEIVED = "61 EXPROC", "71 ROCimp"
NO_OUTFLOW = {2012: ("Hubei", "Qinghai"), 2017: ()}
"""Provinces whose table of the year gives no outflow or inflow."""


@dataclass(frozen=True)
class Trial:
    """A method with its parameter: δ, cross-hauling h, or none."""

    method: str
    parameter: float | str | None = None

    @property
    def label(self) -> str:
        if self.parameter is None:
            return self.method
        sign = "δ" if self.method in SIZED else "h"
        return f"{self.method} {sign}={self.parameter if isinstance(self.parameter, str) else f'{self.parameter:g}'}"

    def run(self, parent: Accounts, output: np.ndarray, totals: RegionalTotals | None = None) -> Regionalised:
        """Make the table of a region of which its output is known, and perhaps some totals."""
        name = "delta" if self.method in SIZED else "heterogeneity"
        given = {} if self.parameter is None else {name: self.parameter}
        return regionalise(parent, output, method=self.method, totals=totals, **given)


DEFAULT = Trial(DEFAULT_METHOD, DEFAULT_HETEROGENEITY)
KNOWN = "What known totals add"
TRIALS = [Trial("national"), Trial("SLQ"), Trial("CILQ")]
TRIALS += [Trial(method, value) for method in (*SIZED, *CROSSED) for value in GRID]
OWN = [Trial(method, OWN_TRADE) for method in CROSSED]
"""Cross-hauling of the parent's own foreign trade: needs imports by product, which the Austrian tables do not give."""

DECISIVE = ("local coefficients (STPE)", "multipliers less 1 (WMAPE)")

HEAD = """# How far regionalisation can be trusted

Written by `scripts/evaluate_regionalisation.py`; the same figures with ten digits stand beside it in
`regionalisation.csv`. Every method of `haihe.accounts.regionalise` makes the table of each region from the table of its
country and the region's output by sector alone, and the result is held against the region's own table.

STPE is the sum of absolute errors over the sum of the true figures, all cells alike. WMAPE is the same with each column
weighted by its output. Each entry is the mean over regions, and in brackets the worst region. The method `national`
keeps in the region all that the country buys from itself: the error of doing nothing about trade. With h = 0 both
cross-hauling methods are the commodity balance.
"""

DECIDES = """The mean of two errors: local input coefficients (STPE) and output multipliers less the 1 they begin with
(WMAPE). Austria and China weigh the same, the two Chinese years half each. Japan has no part in it, as said there. The
grid is 0 to 0.5 in steps of 0.05 for δ and h alike; each family is shown at its best."""

NOTES = {
    "Austria": """Nine states, 56 sectors, survey-based (Rokicki and others, 2021, Economic Systems Research 33(4)).
Held
against: flows inside each state, inflow from other states by the industry that uses it, outflow to them by product.
The country is the sum of the states; its flows between states are published by product and by user and are filled in
between by RAS. Imports from abroad are known by user only, so coefficients are of Austrian products.""",
    "China 2012": """29 provinces, 42 sectors; Hubei and Qinghai are left out because their tables give no outflow and
inflow. Held against: technical coefficients, inflow and imports by product, and net trade, all as published (goods in
transit netted). Provinces do not publish what they buy from themselves by cell: *local* coefficients and multipliers
are derived with one local share a product, the same in all its uses, so they favour methods that assume the same.
Published inflow and outflow are themselves uncertain: some provinces give little more than the net. The country is the
sum of the provinces.""",
    "China 2017": """31 provinces, 42 sectors; otherwise as 2012.""",
    KNOWN: """The default, on the Chinese provinces of both years, with more and more given from the province's own
published table. Each row knows what stands above it. (Final use by product takes the place of that by kind.)""",
    "Japan": """42 prefectures and 6 cities, 12 industries, 2015. The tables give inputs of **any** origin and no trade:
what is purchased elsewhere is inside them. So only the assumption of national technology can be judged here, and that
is the row `national`. A quotient takes inflow out and must look worse the more it takes out; the rows are given for
completeness and say nothing about sourcing. Cross-hauling methods keep the technology of `national`.""",
}


def off(estimate: np.ndarray, truth: np.ndarray, weight: np.ndarray | float = 1.0) -> float:
    """Weighted absolute error over the weighted absolute truth (WMAPE; STPE without weights)."""
    return float(np.sum(weight * np.abs(estimate - truth)) / np.sum(weight * np.abs(truth)))


def multipliers(R: np.ndarray) -> np.ndarray:
    """Output multipliers: column sums of the inverse of I - R."""
    return np.linalg.solve(np.eye(len(R)) - R.T, np.ones(len(R)))


def over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def austria(folder: Path) -> tuple[Accounts, dict[str, pd.DataFrame]]:
    """Give the nation made of its nine states, domestic products only, and the table of each state.

    Flows inside states are added up. Flows between states are known by product (row EXPROC) and by user (ROCimp), and
    are filled in by RAS from the pattern inside states. Imports from abroad are known by user only, so they stand with
    value added. Rows are products, columns industries: the difference of their totals is the residual.
    """
    long = pd.read_csv(folder / "austria_regional_io" / "austria_9_regions_io.csv.gz")
    order = sorted(set(long["row"]) - {"Total"}, key=lambda label: int(label.split()[0]))
    sectors = order[:56]
    states = {
        region: part.pivot_table(index="row", columns="column", values="value_meur", aggfunc="sum")
        .reindex(index=order, columns=[*sectors, *FINAL, "60 EXPROW", SENT])
        .fillna(0.0)
        for region, part in long.groupby("region")
    }
    nation = sum(states.values())
    users = [*sectors, *FINAL]
    inside = nation.loc[sectors, users].to_numpy()
    sent, received = nation.loc[sectors, SENT].to_numpy(), nation.loc[RECEIVED, users].to_numpy()
    between = ras(np.maximum(inside, 0.0), sent, received * (sent.sum() / received.sum())).matrix
    uses = inside + between
    kinds = [label for label in order[PRIMARY] if label != RECEIVED]
    added, exports = nation.loc[kinds, sectors].to_numpy(), nation.loc[sectors, "60 EXPROW"].to_numpy()
    output = uses[:, :56].sum(axis=0) + added.sum(axis=0)
    none = np.zeros((1, 56))
    parent = Accounts(
        regions=["AT"],
        sectors=sectors,
        year=2010,  # Not stated in the files and not used.
        unit="亿元",  # Million euro; the unit does not matter to shares and coefficients.
        final_kinds=FINAL,
        added_kinds=kinds,
        Z=uses[None, :, :56],
        final=uses[None, :, 56:],
        added=added[None],
        exports=exports[None],
        imports=none,
        outflow=none,
        inflow=none,
        residual=(output - uses.sum(axis=1) - exports)[None],
        output=output[None],
    )
    return parent, states


def austrian(parent: Accounts, table: pd.DataFrame, trial: Trial) -> dict[str, float]:
    """Errors of one method in one state."""
    s = parent.sectors
    Z, received = table.loc[s, s].to_numpy(), table.loc[RECEIVED, s].to_numpy()
    output = table[s].sum(axis=0).to_numpy()
    supply = table.loc[s].sum(axis=1).to_numpy()
    sent = over(table.loc[s, SENT].to_numpy(), supply)
    found = trial.run(parent, output)
    R, truth = found.coefficients, over(Z, output)
    inflow = found.accounts.Z[0].sum(axis=0) - found.local.sum(axis=0)
    made = found.accounts.output[0] - found.accounts.residual[0]
    return {
        "local coefficients (STPE)": off(R, truth),
        "local flows (WMAPE)": off(found.local, Z),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output),
        "inflow share by industry (WMAPE)": off(over(inflow, output), over(received, output), output),
        "outflow share by product (WMAPE)": off(over(found.accounts.outflow[0], made), sent, supply),
        "mean local input, estimate/survey": float(found.local.sum() / Z.sum()),
    }


def china(folder: Path, year: int) -> tuple[Accounts, Accounts]:
    """Give the nation as the sum of the provinces, and the provinces that publish outflow and inflow."""
    provinces = read_provinces(folder / "china_provincial_io", year)
    whole = aggregate(provinces, regions=dict.fromkeys(provinces.regions, "CN"))
    none = np.zeros_like(whole.outflow)
    # What the provinces sell to each other nets out in the nation but for the discrepancy of the published totals.
    parent = replace(whole, residual=whole.residual + whole.outflow - whole.inflow, outflow=none, inflow=none)
    return parent, provinces.select([p for p in provinces.regions if p not in NO_OUTFLOW[year]])


def known_of(province: Accounts) -> dict[str, RegionalTotals]:
    """What a province may know of itself besides its output, step by step."""
    added, kinds = province.value_added[0], province.final[0].sum(axis=0)
    sold, bought = float(province.exports.sum()), float(province.imports.sum())
    return {
        "output": RegionalTotals(),
        "and value added by sector": RegionalTotals(added),
        "and final use by kind": RegionalTotals(added, kinds),
        "and exports and imports in total": RegionalTotals(added, kinds, sold, bought),
        "and final use by product": RegionalTotals(added, province.final[0], sold, bought),
    }


def chinese(
    parent: Accounts, province: Accounts, trial: Trial, totals: RegionalTotals | None = None
) -> dict[str, float]:
    """Errors of one method in one province; the local share of a product is taken as the same in all its uses."""
    p = province
    output, uses = p.output[0], np.maximum(p.uses[0], 0.0)
    local = np.clip(output - p.residual[0] - p.exports[0] - p.outflow[0], 0.0, uses)
    share = over(local, uses)
    found = trial.run(parent, output, totals)
    a = found.accounts
    mine = np.maximum(a.uses[0], 0.0)
    inflow = over(np.maximum(a.imports[0] + a.inflow[0], 0.0), mine)
    truth = share[:, None] * p.coefficients[0]
    R = found.coefficients
    return {
        "technical coefficients (STPE)": off(a.coefficients[0], p.coefficients[0]),
        "local coefficients (STPE)": off(R, truth),
        "local flows (WMAPE)": off(found.local, truth * output),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output),
        "inflow share by product (WMAPE)": off(inflow, 1 - share, uses),
        "net trade by product (WMAPE)": off(a.net_trade[0], p.net_trade[0]),
        "mean local input, estimate/published": float(found.local.sum() / (truth * output).sum()),
    }


def japan(folder: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Give flows (R, 12, 12), output (R, 12) and names; the first is Japan."""
    table = pd.read_csv(folder / "japan_regional_io_2015" / "regional_io_12_sectors.csv")
    n = range(1, 13)
    flows = table[[f"R{i}C{j}" for i in n for j in n]].to_numpy(dtype=float).reshape(-1, 12, 12)
    return flows, table[[f"Y{i}" for i in n]].to_numpy(dtype=float), list(table["AreaName"])


def japanese(flows: np.ndarray, output: np.ndarray, area: int, trial: Trial) -> dict[str, float]:
    """Errors of coefficients and multipliers of one area (quotients only: there is no final use)."""
    A, truth = over(flows[0], output[0]), over(flows[area], output[area])
    between, _ = location_quotients(trial.method, float(trial.parameter or 0.0), output[area], output[0])
    R = np.minimum(between, 1.0) * A
    return {
        "coefficients (STPE)": off(R, truth),
        "flows (WMAPE)": off(R * output[area], flows[area]),
        "multipliers (WMAPE)": off(multipliers(R), multipliers(truth), output[area]),
        "multipliers less 1 (WMAPE)": off(multipliers(R) - 1, multipliers(truth) - 1, output[area]),
        "mean input, estimate/published": float((R * output[area]).sum() / flows[area].sum()),
    }


def evaluate(folder: Path, trials: Sequence[Trial], own: Sequence[Trial] = ()) -> pd.DataFrame:
    """Give every error: columns data, method, region, measure, value.

    `own` are trials that need imports by product, so they are run on the Chinese tables only.
    """
    records: list[tuple[str, str, str, str, float]] = []

    def take(data: str, trial: Trial, region: str, errors: dict[str, float]) -> None:
        records.extend((data, trial.label, region, measure, value) for measure, value in errors.items())

    parent, states = austria(folder)
    for trial, (region, table) in product(trials, states.items()):
        take("Austria", trial, region, austrian(parent, table, trial))
    for year in NO_OUTFLOW:
        nation, provinces = china(folder, year)
        each = [provinces.select([p]) for p in provinces.regions]
        for trial, one in product([*trials, *own], each):
            take(f"China {year}", trial, one.regions[0], chinese(nation, one, trial))
        for one in each:
            for step, totals in known_of(one).items():
                errors = chinese(nation, one, DEFAULT, totals)
                records.extend((KNOWN, step, f"{one.regions[0]} {year}", *error) for error in errors.items())
    flows, output, names = japan(folder)
    for trial, area in product([t for t in trials if t.method not in CROSSED], range(1, len(names))):
        take("Japan", trial, names[area], japanese(flows, output, area, trial))
    return pd.DataFrame(records, columns=["data", "method", "region", "measure", "value"])


def summary(errors: pd.DataFrame) -> pd.DataFrame:
    """Mean over regions, worst region and its error, by data, method and measure (in order of first appearance)."""
    grouped = errors.groupby(["data", "method", "measure"], sort=False)["value"]
    worst = errors.loc[grouped.idxmax()].set_index(["data", "method", "measure"])
    return pd.DataFrame(
        {"mean": grouped.mean(), "worst": worst["value"], "worst_region": worst["region"]}
    ).reset_index()


def scores(table: pd.DataFrame) -> pd.DataFrame:
    """Error that decides, by method (rows) and data set (columns), and its mean with both countries weighing the same.

    It is the mean of two errors, each the mean over regions: local input coefficients (STPE), and multipliers less 1.
    """
    decisive = table[table["measure"].isin(DECISIVE) & ~table["data"].isin(["Japan", KNOWN])]
    by_data = decisive.pivot_table(index="method", columns="data", values="mean", aggfunc="mean", sort=False)
    chinese_years = [column for column in by_data if column != "Austria"]
    by_data["both"] = (by_data["Austria"] + by_data[chinese_years].mean(axis=1)) / 2
    return by_data


def page(table: pd.DataFrame) -> str:
    """Write the evidence page."""
    ranked = scores(table).dropna().sort_values("both")
    lines = [HEAD, "## The error that decides", "", DECIDES, ""]
    first = ranked.groupby(ranked.index.str.split().str[0], sort=False).head(1)
    lines += rows(
        ["method, best parameter", *first.columns],
        [[m, *(f"{v:.3f}" for v in r)] for m, r in zip(first.index, first.to_numpy(), strict=True)],
    )
    error = ranked.loc[DEFAULT.label]
    parts = ", ".join(f"{data} {error[data]:.3f}" for data in error.index if data != "both")
    lines += ["", f"Default: **{DEFAULT.label}**, {error['both']:.3f} ({parts}).", ""]
    for data in NOTES:
        part = table[table["data"] == data]
        measures = list(dict.fromkeys(part["measure"]))
        text = part["mean"].map("{:.3f}".format) + " (" + part["worst"].map("{:.2f}".format) + ")"
        ratio = part["measure"].str.startswith("mean")
        wide = part.assign(text=text.where(~ratio, part["mean"].map("{:.2f}".format))).pivot_table(
            index="method", columns="measure", values="text", aggfunc="first", sort=False
        )
        lines += [f"## {data}", "", NOTES[data], ""]
        lines += rows(
            ["method", *measures], [[m, *r] for m, r in zip(wide.index, wide[measures].to_numpy(), strict=True)]
        )
        lines.append("")
    return "\n".join(lines)


def rows(head: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return [f"| {' | '.join(line)} |" for line in [head, ["---"] * len(head), *body]]


def main(folder: Path, target: Path) -> None:
    """Measure, and write the page and, beside it, the same figures in full (CSV)."""
    table = summary(evaluate(folder, TRIALS, OWN))
    figures = table.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    for path, text in ((target, page(table)), (target.with_suffix(".csv"), figures)):
        replace_file(path, lambda draft, text=text: draft.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    main(given[0], given[1] if len(given) > 1 else Path("docs/evidence/regionalisation.md"))

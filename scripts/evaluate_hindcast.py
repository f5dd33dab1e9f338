"""Forecast the output of 2017 from the provincial tables of 2012 (and 2007), and compare with the published tables.

Run with the folder of the reference tables as argument; writes docs/evidence/hindcast-2012-2017.md.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binom

import hindcast_ways as ways
from haihe.accounts import Accounts, aggregate, read_concordance, read_national, read_provinces
from haihe.accounts.national_2012 import read_national_2012
from haihe.accounts.regional import FloatArray
from haihe.planning import paths
from hindcast_accounts import DESIGN, Case, design_rows, kernel, netted
from hindcast_ways import Dated, National, Published, ratio

YEARS = FIRST, THEN, NOW = 2007, 2012, 2017
ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "evidence" / "hindcast-2012-2017.md"
MEMBERS = ["Beijing", "Tianjin", "Hebei"]
CLAIM = 0.6
"""Skill is claimed where at least this share of the provinces improves on every baseline of the information set."""
DRAWS = 2000
"""Resamples of provinces behind every band."""
GAIN = "mean gain, points (95 % band)"


def case_of(first: Accounts, then: Accounts, truth: Accounts) -> Case:
    """Part what is known from the truth."""
    known = National(
        first=first,
        then=then,
        gdp=truth.value_added.sum(axis=1) / then.value_added.sum(axis=1),
        elsewhere=paths.rest_of_nation(then.output, truth.output),
        whole=truth.output.sum(axis=0) / then.output.sum(axis=0),
        added=truth.value_added.sum(axis=0) / then.value_added.sum(axis=0),
    )
    return Case(known, truth)


def with_tables(case: Case, then: Accounts, now: Accounts) -> Case:
    """Add what the national tables of the two years say."""
    made = ratio(now.output[0], then.output[0], 1.0)
    earned = ratio(now.value_added[0], then.value_added[0], 1.0)
    known = {item.name: getattr(case.known, item.name) for item in fields(case.known)}
    return replace(case, known=Published(**known, made=made, earned=earned))


def read_cases(reference: Path) -> tuple[Case, Case]:
    """Read 2012 to 2017, and 2007 to 2012 with the provinces of 2007, in the 38 common sectors and 亿元."""
    provincial, national = reference / "china_provincial_io", reference / "china_national_io"
    common = {year: read_concordance(provincial, year) for year in YEARS}

    def merged(accounts: Accounts, year: int) -> Accounts:
        return aggregate(accounts, sectors=common[year]).to_unit("亿元")

    then, truth = (merged(read_provinces(provincial, year), year) for year in (THEN, NOW))
    alike = common[FIRST].ordered(then.sectors)
    first = aggregate(read_provinces(provincial, FIRST), sectors=alike).to_unit("亿元")
    nation = merged(read_national_2012(national), THEN), merged(read_national(national, NOW), NOW)
    return with_tables(case_of(first, then, truth), *nation), case_of(first, first, then.select(first.regions))


# Scoring


Way = Callable[..., FloatArray]
SET_A: dict[str, Way] = {
    "uniform (baseline)": ways.uniform,
    "shift-share, growth of 2007-12 (baseline)": ways.old_shares,
    "shift-share of 2007-12, half": ways.old_half,
    "specialisation fades as in 2007-12": ways.reverting,
    "pooled regression of 2007-12 on three features": ways.learnt,
    "sector growth inferred from provinces' GDP": ways.inferred,
    "similar provinces' growth of 2007-12, half": ways.similar,
    "mean of uniform and the five": ways.mean_a,
}
"""Ways of set (a)."""
BASE_A = list(SET_A)[:2]
"""What skill in set (a) is measured against: both of them."""
REST, ALL = "shift-share, rest of the nation (baseline)", "shift-share, all provinces (baseline)"
SET_B: dict[str, tuple[Way, str]] = {
    REST: (ways.elsewhere, ""),
    ALL: (ways.whole, ""),
    "uniform": (ways.uniform, REST),
    "shift-share, published national tables": (ways.published, REST),
    "rest of the nation, scaled by value added": (ways.by_added, REST),
    "rest of the nation, specialisation fades": (ways.shares_reverting, REST),
    "rest of the nation, pooled regression": (ways.shares_learnt, REST),
    "rest of the nation, a quarter of the own lead of 2007-12": (ways.momentum, REST),
    "mean of rest of the nation and the four": (ways.mean_b, REST),
    "both margins (RAS) of output": (ways.margins, ALL),
    "both margins (RAS) of value added": (ways.margins_added, ALL),
}
"""Ways of set (b), each with the baseline that knows the same: all provinces' totals hold the own table as well."""
AGAIN = {
    "uniform (baseline of a)": (ways.uniform, ""),
    "sector growth inferred from provinces' GDP": (ways.inferred, "uniform (baseline of a)"),
    REST: (ways.elsewhere, ""),
    ALL: (ways.whole, ""),
    "rest of the nation, scaled by value added": (ways.by_added, REST),
    "both margins (RAS) of output": (ways.margins, ALL),
}
"""Ways that learn nothing from an earlier period, tried on 2007 to 2012 as well."""


def wmape(truth: FloatArray, found: FloatArray) -> FloatArray:
    """Sum of absolute errors of sector output over output, by region, in %; shape (R,)."""
    return np.asarray(100.0 * np.abs(found - truth).sum(axis=1) / truth.sum(axis=1))


def scored(case: Case, found: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Errors by region (rows) and method (columns)."""
    regions = pd.Index(case.truth.regions, name="region")
    return pd.DataFrame({name: wmape(case.truth.output, output) for name, output in found.items()}, index=regions)


def scored_ways(case: Case, tried: Mapping[str, Way], known: Dated) -> pd.DataFrame:
    """Errors of ways that see what is known and nothing else."""
    return scored(case, {name: known.before * way(known) for name, way in tried.items()})


def share_correlation(case: Case, found: FloatArray) -> FloatArray:
    """Correlation of predicted with true change of sector shares, by region; shape (R,)."""
    old, new, said = (x / x.sum(axis=1, keepdims=True) for x in (case.known.before, case.truth.output, found))
    pairs = zip(said - old, new - old, strict=True)
    return np.asarray([np.corrcoef(p, t)[0, 1] if np.abs(p).max() > 1e-9 else np.nan for p, t in pairs])


def wins(errors: pd.DataFrame, name: str, against: str) -> int:
    """Regions in which one method is better than another by more than rounding."""
    return int((errors[name] < errors[against] - 1e-9).sum())


def gain(errors: pd.DataFrame, name: str, against: str) -> tuple[float, float, float]:
    """Mean improvement over the regions in points, and its 95 % band over resampled regions."""
    better = (errors[against] - errors[name]).to_numpy()
    drawn = better[np.random.default_rng(0).integers(0, better.size, (DRAWS, better.size))].mean(axis=1)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(better.mean()), float(low), float(high)


def has_skill(errors: pd.DataFrame, name: str, against: list[str]) -> bool:
    """At least the share `CLAIM` of regions better than each baseline."""
    return all(wins(errors, name, base) >= CLAIM * len(errors) for base in against)


def measure(reference: Path) -> dict[str, pd.DataFrame]:
    """Errors by region and method: ``design``, ``a``, ``b``, ``again``; ``shares``: correlations; ``kernel``: a range of answers."""
    case, earlier = read_cases(reference)
    design = design_rows(case)
    local = netted(case.truth).final.sum(axis=2) + netted(case.truth).residual
    rounds = {"uniform": ways.uniform(case.known), "shift-share": ways.elsewhere(case.known)}
    tried = [(name, (o, t)) for name in rounds for o in (0.1, 0.3, 0.5, 1.0) for t in (1.0, 2.0)]
    return {
        "design": scored(case, design),
        "shares": pd.DataFrame({name: share_correlation(case, x) for name, x in design.items()}, case.truth.regions),
        "kernel": scored(
            case,
            {f"round {name}, ε {o:g}, η {t:g}": kernel(case, rounds[name], local, (o, t)) for name, (o, t) in tried},
        ),
        "a": scored_ways(case, SET_A, case.dated),
        "b": scored_ways(case, {name: way for name, (way, _) in SET_B.items()}, case.known),
        "again": scored_ways(earlier, {name: way for name, (way, _) in AGAIN.items()}, earlier.known),
    }


# The page


def cells(column: pd.Series) -> list[str]:
    """Errors of the members, median and mean of all."""
    return [f"{value:.1f}" for value in (*column[MEMBERS], column.median(), column.mean())]


def line(*parts: str) -> str:
    return f"| {' | '.join(parts)} |"


def differences(found: dict[str, pd.DataFrame]) -> list[float]:
    """Largest difference of each method to what the design says; NaN where it says a range only."""
    errors = found["design"]
    got = {name: [*errors.loc[MEMBERS, name], errors[name].median()] for name in DESIGN}
    pairs = [zip(got[name], said or [np.nan] * 4, strict=True) for name, said in DESIGN.items()]
    return [max(abs(g - s) for g, s in pair) for pair in pairs]


def design_lines(found: dict[str, pd.DataFrame]) -> list[str]:
    """The design's table beside what the design says."""
    errors, shares = found["design"], found["shares"]
    lines = [line("method", "BJ", "TJ", "HE", "median", "design says", "largest difference", "share change BJ, TJ, HE")]
    lines.append("|---" * 8 + "|")
    for (name, said), far in zip(DESIGN.items(), differences(found), strict=True):
        got = [f"{x:.1f}" for x in (*errors.loc[MEMBERS, name], errors[name].median())]
        moved = [f"{x:.2f}" if np.isfinite(x) else "—" for x in shares.loc[MEMBERS, name]]
        there = (" ".join(f"{x:.1f}" for x in said), f"{far:.2f}") if said else ("—", "—")
        lines.append(line(name, *got, *there, ", ".join(moved)))
    return lines


def set_lines(errors: pd.DataFrame, against: Mapping[str, list[str]]) -> list[str]:
    """One row a method: errors, and in how many regions it beats each baseline it is measured against."""
    lines = [
        line("method", "BJ", "TJ", "HE", "median", "mean", "better than its baseline in", "by chance", GAIN, "skill")
    ]
    lines.append("|---" * 10 + "|")
    for name in errors:
        won = [wins(errors, name, base) for base in against[name]]
        chance = [f"{binom.sf(w - 1, len(errors), 0.5):.2f}" for w in won]
        gains = [
            "{:+.1f} ({:+.1f} to {:+.1f})".format(*np.round(gain(errors, name, base), 1) + 0.0)
            for base in against[name]
        ]
        skill = "—" if not won else "yes" if has_skill(errors, name, against[name]) else "no"
        counts = ", ".join(f"{w} of {len(errors)}" for w in won) or "—"
        lines.append(line(name, *cells(errors[name]), counts, ", ".join(chance) or "—", ", ".join(gains) or "—", skill))
    return lines


def kernel_lines(errors: pd.DataFrame) -> list[str]:
    """The one-period core over other elasticities."""
    rows = [line(name, *cells(errors[name])) for name in errors]
    return [line("kernel, true local demand", "BJ", "TJ", "HE", "median", "mean"), "|---" * 6 + "|", *rows]


def province_lines(found: dict[str, pd.DataFrame]) -> list[str]:
    """Every province under the ways that matter."""
    a, b = found["a"], found["b"]
    last, mixed = list(SET_A)[-1], next(name for name in SET_B if name.startswith("mean"))
    shown = pd.concat([a[[*BASE_A, last]], b[[REST, mixed, "both margins (RAS) of output"]]], axis=1)
    lines = [line("province", *(f"({'a' if k < 3 else 'b'}) {name}" for k, name in enumerate(shown))), "|---" * 7 + "|"]
    return lines + [
        line(region, *(f"{x:.1f}" for x in row)) for region, row in zip(shown.index, shown.to_numpy(), strict=True)
    ]


def against_a() -> dict[str, list[str]]:
    """Both baselines for every way of set (a) that is none."""
    return {name: [] if name in BASE_A else BASE_A for name in SET_A}


def against_own(tried: Mapping[str, tuple[Way, str]]) -> dict[str, list[str]]:
    """The one baseline that knows the same."""
    return {name: [base] if base else [] for name, (_, base) in tried.items()}


def skilled(errors: pd.DataFrame, against: Mapping[str, list[str]]) -> list[str]:
    """Methods for which skill may be claimed."""
    return [name for name, bases in against.items() if bases and has_skill(errors, name, bases)]


def verdict(found: dict[str, pd.DataFrame]) -> list[str]:
    """Say what the rule allows, from the figures themselves."""
    said = []
    for key, title, against in (("a", "(a)", against_a()), ("b", "(b)", against_own(SET_B))):
        errors, good = found[key], skilled(found[key], against)
        base = next(name for name, bases in against.items() if not bases)
        tried = sum(bool(bases) and not name.startswith("uniform") for name, bases in against.items())
        named = [f"*{name}*, {errors[name].mean():.1f} % ({clearness(errors, name, against[name])})" for name in good]
        said.append(
            f"- Set {title}, mean error {errors[base].mean():.1f} % for *{base}*. Of {tried} ways tried, skill may be "
            f"claimed for {len(good)}{': ' if good else ''}{'; '.join(named)}."
        )
    again = skilled(found["again"], against_own(AGAIN))
    said.append(f"- In 2007 to 2012, of the ways that can be tried there: {'; '.join(again) or 'none'}.")
    last, first = list(SET_A)[-1], BASE_A[0]
    moved = found["a"].loc[MEMBERS, last] - found["a"].loc[MEMBERS, first]
    places = ", ".join(f"{place} {change:+.1f}" for place, change in moved.items())
    said.append(f"- *{last}* against {first}, change of the error in points: {places}.")
    return said


def clearness(errors: pd.DataFrame, name: str, bases: list[str]) -> str:
    """Whether the mean gain is above 0 for every baseline in the whole of its band."""
    return "gain clear" if all(gain(errors, name, base)[1] > 0 for base in bases) else "gain within its band of 0"


def document(found: dict[str, pd.DataFrame]) -> str:
    """Write the page of evidence."""
    a, b = found["a"], found["b"]
    best = list(SET_A)[-1]
    return PAGE.format(
        design="\n".join(design_lines(found)),
        kernel="\n".join(kernel_lines(found["kernel"])),
        a="\n".join(set_lines(a, against_a())),
        b="\n".join(set_lines(b, against_own(SET_B))),
        again="\n".join(set_lines(found["again"], against_own(AGAIN))),
        provinces="\n".join(province_lines(found)),
        verdict="\n".join(verdict(found)),
        regions=len(a),
        uniform=a[BASE_A[0]].mean(),
        best=a[best].mean(),
        rest=b[REST].mean(),
        half=a[BASE_A[0]].mean() / 2,
        far=max(abs(d) for d in differences(found)[-2:]),
        draws=DRAWS,
        claim=f"{CLAIM:.0%}".replace("%", " %"),
    )


PAGE = """# Hindcast 2012 to 2017

measured at commit: see git log of this file

Made by `scripts/evaluate_hindcast.py`. How well could the output of 38 sectors in {regions} provinces in 2017 have been
told from what was known before? Error: sum of absolute errors of sector output over output, in % of a province (WMAPE);
BJ, TJ, HE are Beijing, Tianjin, Hebei, median and mean are over all provinces. Tables: published provincial tables of
2007 (30 provinces, without Tibet), 2012 and 2017 (provincial bureaux of statistics), the national tables of 2012 and
2017, all in nominal yuan: no deflators exist here, so price changes (coal, oil and steel fell) are part of every error.

## What it shows

{verdict}

Mean error over all provinces: {uniform:.1f} % when every sector grows with its province; {best:.1f} % with the best that
old tables and provinces' GDP can give (the mean of several ways); {rest:.1f} % when it is also known how sectors grow in the
rest of the nation.

**What a planner may conclude**

- With nothing but growth targets of the regions, no reference path tells single sectors well. With uniform growth about
  {half:.0f} % of output stands in the wrong sector (too much in one is too little in another, so half the error). Mixing several
  simple ways helps in most provinces, by little, and not in every one.
- The most useful thing to bring is an outlook of the nation's sectors. It is worth several times more than any
  cleverness about the region, and in this test no cleverness improved on it reliably.
- Input-output coefficients do not forecast: even with true figures of 2017 they are worse than shift-share in the median.
  The elastic core leaves the error of its reference about where it was. So a plan is read as differences to the
  reference, and with another reference beside it where single sectors matter.
- A way that does well once may fail the next time: see the second period. Skill found in one period of five years,
  at nominal prices, is weak evidence whatever the count of provinces says.

## How skill is judged

Two sets of knowledge are kept apart, and a way is compared only with what knows the same. In the script, a way is given
an object that holds its set and nothing else; tests scramble the truth of 2017 and see that forecasts do not move.

- **(a)** the tables of 2007 and 2012, and nothing later but the growth of each province's GDP. Baselines: uniform growth,
  and shift-share with the growth of 2007 to 2012. A way must beat both.
- **(b)** also the nation's sectors in 2017. Baseline: shift-share. There are two versions. *Rest of the nation* leaves
  the province's own table out. *All provinces* does not, so a part of the answer is in the question: its lead over
  the first is no skill, and ways that use the same totals (RAS) are measured against it.

Skill is claimed where at least {claim} of the provinces improve. *By chance* is the probability of at least so many
if each province were a coin toss; provinces are not independent, and several ways were tried, so read it with care.
The band of the mean gain comes from {draws} resamples of the provinces.
The ways and their constants were written down before they were scored, and none was changed or dropped afterwards; only
*all provinces* and *scaled by value added* had been seen while the design's table was made again.
Whatever is fitted is fitted on 2007 to 2012 with the province itself left out.

## Set (a): nothing after 2012 but provinces' GDP

{a}

- *Half*: growth relative to the total to the power one half.
- *Specialisation fades*: the slope of growth 2007 to 2012 on the logarithm of the location quotient is carried on.
- *Pooled regression*: the same with relatedness density and net sales over output.
- *Inferred*: sectors' growth by ridge regression of provinces' GDP growth 2012 to 2017 on their structures.
- *Similar provinces*: growth of sectors 2007 to 2012 in other provinces, weighted with how alike the structures are.

## Set (b): also the nation's sectors

{b}

- *Published national tables*: growth of each sector from the national tables, which differ from the sum of the
  provinces.
- *Scaled by value added*: the province's GDP is met by value added at the old ratios, not by output.
- *Specialisation fades*, *pooled regression*: as in (a), on growth relative to the rest of the nation.
- *Both margins*: least change to meet provinces' and sectors' totals at once. For value added, output then follows by
  the change of the ratio in the national tables.

## The same in a second period, 2007 to 2012

Only ways that learn nothing from an earlier period. 30 provinces; the classification changed in between.

{again}

## What input-output accounts add: the table of the design

Nine methods, measured by a prototype when the haihe plan was designed, made again. *True* figures of 2017 are known only
afterwards. The last column is the correlation of predicted with true change of sectors' shares.

{design}

Choices that the design leaves open, and that reproduce it: transit is netted first; purchases from outside are a fixed
share of local use of each product; the published residual counts as local demand; shipments × shift-share grow as
the sector in the rest of the nation relative to all its sectors, times the province's GDP. The design's exact soft
core is not on record. Ours moves output, shipments and purchases as little as possible from the reference, weighted
with elasticities (0.3 for output, as the plan has for labour, and 2 for trade), until each product balances, and meets
the province's total again. It comes within {far:.1f} points; it is not the plan over several years. For the uniform
reference the design gives ranges only: 34 to 36, 29 to 32, 30 to 31, median 26 to 30. With other elasticities of
output (ε) and trade (η):

{kernel}

## Every province

{provinces}
"""


def main() -> None:
    """Measure, and write the page."""
    reference = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    page = document(measure(reference))
    draft = TARGET.with_suffix(".part")
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(page, encoding="utf-8")
    draft.replace(TARGET)


if __name__ == "__main__":
    main()

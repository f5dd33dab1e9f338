"""Back-test entry suggestions on the published provincial tables: rank by one year, count what had entered by a later.

Run with the folder of the reference tables as argument; writes docs/evidence/entry-suggestions.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

from haihe.accounts import Accounts, aggregate, read_concordance, read_provinces
from haihe.diagnosis.backtest import DRAWS, BackTest, backtest
from haihe.diagnosis.entry import RANKINGS, Entry
from haihe.diagnosis.grid import grid_of

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "evidence" / "entry-suggestions.md"
PAIRS = ((2012, 2017), (2007, 2012))
RULES = (Entry(1.0, 1.0), Entry(0.75, 1.25), Entry(0.5, 1.0))
"""The first one is the usual one; the others ask for more than a step over the line."""


def table_of(reference: Path, year: int) -> Accounts:
    """Read the provinces of one year in the 38 common sectors."""
    folder = reference / "china_provincial_io"
    return aggregate(read_provinces(folder, year), sectors=read_concordance(folder, year))


def measure(reference: Path) -> list[BackTest]:
    """Run every back-test: the usual rule for both pairs of years first."""
    tables = {year: table_of(reference, year) for year in sorted({year for pair in PAIRS for year in pair})}
    found = []
    for rule in RULES:
        for then, now in PAIRS:
            common = [region for region in tables[then].regions if region in tables[now].regions]
            pair = [grid_of(tables[year]).select(common) for year in (then, now)]
            found.append(backtest(pair[0], pair[1], (then, now), entry=rule))
    return found


def lines_of(test: BackTest) -> list[str]:
    """Write one back-test as a table."""
    rule = test.entry
    auc = test.auc.set_index("ranking")["auc"]
    lines = [
        f"### {test.then} to {test.now}, from RCA < {rule.absent:g} to RCA >= {rule.present:g}",
        "",
        f"{test.candidates} candidates, {test.entered} entered ({test.entered / test.candidates:.1%}).",
        "",
        "| ranking | k | suggestions | right | precision | 95 % band | chance | lift | against RCA | 95 % band | AUC |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in test.precision.itertuples():
        own = row.ranking == "quotient"
        lines.append(
            f"| {RANKINGS[row.ranking].en} | {row.k} | {row.listed} | {row.hits} | {row.precision:.1%} | "
            f"{row.low:.1%} to {row.high:.1%} | {row.chance:.1%} | {row.lift:.1f} | "
            + ("— | — | " if own else f"{row.against:+.1%} | {row.against_low:+.1%} to {row.against_high:+.1%} | ")
            + f"{auc[row.ranking]:.2f} |"
        )
    return [*lines, ""]


def verdict(tests: list[BackTest]) -> list[str]:
    """Say what the usual rule showed, from the figures themselves."""
    said = []
    for test in tests[: len(PAIRS)]:
        rows = test.precision.set_index(["ranking", "k"])
        for k in sorted(set(test.precision["k"])):
            density, own = rows.loc[("density", k)], rows.loc[("quotient", k)]
            clear = "clearly" if density["low"] > density["chance"] else "not clearly"
            sure = "clearly" if density["against_high"] < 0 else "not clearly"
            said.append(
                f"- {test.then} to {test.now}, first {k} a province: density {density['precision']:.1%}, chance "
                f"{density['chance']:.1%} ({clear} above), RCA {own['precision']:.1%} (density {sure} below)."
            )
    return said


def document(tests: list[BackTest]) -> str:
    """Write the page of evidence."""
    first = tests[0]
    return PAGE.format(
        draws=DRAWS,
        then=first.then,
        now=first.now,
        verdict="\n".join(verdict(tests)),
        tables="\n".join(line for test in tests for line in lines_of(test)),
    )


PAGE = """# Entry suggestions, back-tested

measured at commit: see git log of this file

Made by `scripts/evaluate_entry.py` on the published provincial tables (provincial bureaux of statistics; gross output,
38 common sectors; 31 provinces in 2012 and 2017, the 30 of 2007 for the second pair). Rankings know the first year
only; nothing is fitted. A candidate is a sector in which a province has less than its share of the country (RCA below a
threshold); it has entered when its RCA is at least a second threshold in the later year. Each province's candidates
are ranked three ways:

- **Grow what you have**: by the province's own RCA, so what is almost there comes first.
- **Relatedness density**: by how much of what surrounds the sector in the product space the province already has.
- **Mean rank of both.**

Precision is the share of suggestions that came true; chance is what lists drawn at random from the same candidates
would get (computed, not drawn). Bands: 95 % over {draws} resamples of the provinces. AUC: the probability that a
candidate that entered stood above one that did not, over all provinces.

## What it shows

{verdict}

Read so: density knows something: over five or ten suggestions a province it beats chance, over one to three that is not
certain. But **a province's own RCA knows more**, and joining the two does not reliably help. Most entries are small
steps over the line by sectors that were close to it. Real new entries (from below half of the country's share) are so
rare at this level that no ranking can be told from another. Therefore `suggest` ranks by own RCA unless asked
otherwise, and shows density and its rank beside.

Limits: 38 sectors are far coarser than what relatedness was made for (hundreds of products); sectors of local supply
(power, water, construction) are among the candidates; the figures are at current prices, so a change of relative
prices can carry a sector over the line; the tables of 2007 and 2012 use different classifications. Municipalities and
provinces count alike.

## Every figure

{tables}"""


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

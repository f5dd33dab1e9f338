"""Bench: apply 40 articles to 100,000 applications, against the CEL library row by row and openfisca-core.

Run it through `run.py`, which puts the helpers of the tests on the path. openfisca-core stands in requirements.txt; where it
is not installed its row says so.
"""

import datetime as dt
import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from haihe.rules import Evaluation, Rulebook, evaluate, read_scheme_text, trace
from rules_forty import ARTICLES, numbers, rule_text, table
from rules_library import Library

ROWS, SAMPLE, REPEATS = 100_000, 400, 3
DAY = dt.date(2024, 6, 1)
WAN = 1_000_000  # fen in 10,000 yuan

try:
    from openfisca_core import entities, periods, simulations, taxbenefitsystems, variables

    OPENFISCA = True
except ImportError:
    OPENFISCA = False


def by_rows(book: Rulebook, frame: pd.DataFrame) -> dict[str, list[int | None]]:
    """Every application and article in a loop: conditions by the library, amounts by exact fractions."""
    library = Library(book.clauses[0].vocabulary)
    compiled = {c.code: [library.compile(x.text) for _, x in c.conditions] for c in book.clauses}
    support: dict[str, list[int | None]] = {code: [] for code in compiled}
    for record in frame.to_dict("records"):
        row = {name: value for name, value in record.items() if value == value}
        for money in ("investment", "equipment"):
            if money in row:
                row[money] = round(row[money] * WAN)
        for number, (code, conditions) in enumerate(compiled.items()):
            support[code].append(_one(library, conditions, row, number))
    return support


def _one(library: Library, conditions: list[Any], row: dict[str, Any], number: int) -> int | None:
    found = [library.evaluate(condition, row) for condition in conditions]
    if False in found:
        return 0
    if None in found:
        return None
    _, rate, cap = numbers(number)
    due = int(Fraction(row["equipment"] * rate, 100) + Fraction(1, 2))
    amount = min(due, cap * WAN, row["investment"] * 3 // 10)
    city = amount // 2
    return city + (amount - city)


def by_openfisca(frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The same articles as OpenFisca variables: what is missing counts as 0 there, and numbers are 32-bit floats."""
    entity = entities.Entity("application", "applications", "", "")
    entity.is_person = True
    system = taxbenefitsystems.TaxBenefitSystem([entity])
    period = periods.period("2024")

    def variable(name: str, kind: type, formula: Callable[..., Any] | None = None) -> None:
        members = {"value_type": kind, "entity": entity, "definition_period": periods.DateUnit.YEAR, "label": name}
        system.add_variable(type(name, (variables.Variable,), members | ({"formula": formula} if formula else {})))

    for name in ("investment", "equipment"):
        variable(name, float)
    for name in ("honest", "listed"):
        variable(name, bool)
    for number in range(ARTICLES):
        variable(f"article{number:02d}", float, _formula(*numbers(number)))
        half = f"article{number:02d}"
        variable(f"city{number:02d}", float, lambda who, when, _p=None, half=half: who(half, when) / 2)
    simulation = simulations.SimulationBuilder().build_default_simulation(system, count=len(frame))
    for name in ("investment", "equipment"):
        simulation.set_input(name, period, np.nan_to_num(frame[name].to_numpy() * 10_000))
    simulation.set_input("honest", period, frame["honest"].to_numpy())
    simulation.set_input("listed", period, (frame["level"] != "c").to_numpy())
    done = {f"article{n:02d}": simulation.calculate(f"article{n:02d}", period) for n in range(ARTICLES)}
    for n in range(ARTICLES):
        simulation.calculate(f"city{n:02d}", period)
    return done


def _formula(threshold: int, rate: int, cap: int) -> Callable[..., Any]:
    def formula(who: Any, when: Any, _parameters: Any = None) -> Any:
        investment = who("investment", when)
        eligible = (investment >= threshold * 10_000) * who("honest", when) * who("listed", when)
        amount = np.minimum(who("equipment", when) * (rate / 100), cap * 10_000)
        return eligible * np.minimum(amount, investment * 0.3)

    return formula


def seconds(run: Callable[[], Any], repeats: int = REPEATS) -> tuple[list[float], Any]:
    """Processor seconds of some runs (the machine is shared), and what the last gave."""
    spent, result = [], None
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        result = run()
        spent.append(time.process_time() - began)
    return spent, result


def peak() -> float:
    """Peak resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def off_by(result: Evaluation, theirs: dict[str, np.ndarray]) -> tuple[int, int, float]:
    """Amounts that OpenFisca gives otherwise to the fen: how many, of how many, and the largest difference in yuan."""
    count, off, most = 0, 0, 0.0
    for block in result.blocks:
        decided = block.state != 2
        gap = np.abs(theirs[block.code][block.rows] * 100.0 - block.support)[decided]
        count, off, most = count + len(gap), off + int((gap > 0.5).sum()), max(most, float(gap.max()) / 100)
    return off, count, most


def measure() -> dict[str, Any]:
    """Give title, note and rows of the table."""
    read, book = seconds(lambda: read_scheme_text(rule_text()))
    frame = table(ROWS)
    evaluate(book, frame[:1000], DAY)
    before = peak()
    apply, result = seconds(lambda: evaluate(book, frame, DAY))
    grown = peak() - before
    parted, _ = seconds(lambda: sum(map(len, result.frames())))
    in_parts = peak() - before
    framed, _ = seconds(lambda: evaluate(book, frame, DAY).frame)
    with_frame = peak() - before
    rng = np.random.default_rng(0)
    chosen = [
        (f"A{a}", f"article{n:02d}")
        for a, n in zip(rng.integers(0, ROWS, 200), rng.integers(0, ARTICLES, 200), strict=True)
    ]
    traced, _ = seconds(lambda: [trace(result, *pair).text("zh") for pair in chosen], 1)
    part = frame[:SAMPLE]
    looped, rows = seconds(lambda: by_rows(book, part), 1)
    same = all(_same(block, rows) for block in evaluate(book, part, DAY).blocks)
    base = statistics.median(apply)
    whole = looped[0] * ROWS / SAMPLE
    lines = [
        _line("haihe: states, reasons, caps, split kept as arrays", base, base, f"{grown:.0f}"),
        _line(
            "the same, and written as tables, one article at a time",
            base + statistics.median(parted),
            base,
            f"{in_parts:.0f}",
        ),
        _line("the same, and all 4,000,000 results as one table", statistics.median(framed), base, f"{with_frame:.0f}"),
        _line(f"CEL library row by row (extrapolated from {SAMPLE} applications)", whole, base, "—"),
    ]
    note = (
        f"{ARTICLES} articles of one shape: two conditions, rate of a base, two caps, split in halves; {ROWS:,} made-up "
        f"applications, 1 % without a value. Row by row against haihe on the sample: {'equal to the fen' if same else 'NOT EQUAL'}. "
        f"Reading and checking the file: {1000 * statistics.median(read):.0f} ms. One trace in words: "
        f"{1000 * traced[0] / len(chosen):.1f} ms. Memory: growth of the peak during the first runs. {REPEATS} runs of each, one of the loop. "
    )
    if OPENFISCA:
        spent, theirs = seconds(lambda: by_openfisca(frame))
        off, count, most = off_by(result, theirs)
        lines.append(_line("openfisca-core, the same articles as variables", statistics.median(spent), base, "—"))
        note += (
            f"openfisca-core gives no reasons, takes a missing value as 0 and reckons in 32-bit floats: {off:,} of {count:,} amounts "
            f"differ from ours by more than half a fen, the largest by {most:.2f} yuan."
        )
    else:
        note += "openfisca-core is not installed."
    return {"title": f"Apply {ARTICLES} articles to {ROWS:,} applications", "note": note, "rows": lines}


def _same(block: Any, rows: dict[str, list[int | None]]) -> bool:
    ours = [None if s == 2 else int(a) for s, a in zip(block.state, block.support, strict=True)]
    return ours == rows[block.code]


def _line(way: str, spent: float, base: float, memory: str) -> dict[str, str]:
    return {
        "way": way,
        "processor seconds": f"{spent:.2g}" if spent < 10 else f"{spent:.0f}",
        "ratio": f"{spent / base:.2g}" if spent < 100 * base else f"{spent / base:.0f}",
        "memory, MB": memory,
    }


if __name__ == "__main__":
    sys.stdout.write(f"\n{json.dumps(measure(), ensure_ascii=False)}\n")

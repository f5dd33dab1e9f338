"""The rules of the example: the hand-written scheme files, and 500 made-up applications drawn with a fixed seed."""

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

from files import shown

HAND = Path(__file__).with_name("rules")
"""Scheme files written by hand, one a fund or scheme, and made-up firms that have moved, with their taxes."""

SEED = 20250630
COUNT = 500
CUTOFF = date(2025, 6, 15)
NOTE = "虚构示例 / made up"
DISTRICTS = ("TJ-DL", "TJ-XQ", "TJ-JN", "TJ-BC", "TJ-WQ", "TJ-BD", "TJ-BH", "TJ-NH", "TJ-JH", "TJ-JZ", "TJ-HX", "TJ-HB")
WEIGHTS = (9, 12, 9, 13, 10, 5, 26, 4, 7, 2, 1, 2)

Cells = dict[str, object]


def write_rules(folder: Path) -> list[Path]:
    """Put the scheme files and the applications into the folder ``rules`` of a region."""
    rules = folder / "rules"
    rules.mkdir()
    made = [Path(shutil.copyfile(file, rules / file.name)) for file in sorted(HAND.iterdir())]
    rows = applications()
    names = list(dict.fromkeys(name for row in rows for name in row))
    file = rules / "applications.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([shown(row.get(name)) for name in names] for row in rows)
    return [*made, file]


def applications() -> list[Cells]:
    """Draw the applications; each is marked as made up in its column ``note``."""
    random = Random(SEED)
    kinds, weights = zip(*KINDS, strict=True)
    return [_application(random, number, random.choices(kinds, weights)[0]) for number in range(1, COUNT + 1)]


def _application(random: Random, number: int, kind: "Kind") -> Cells:
    firm = random.randint(1, 380)
    row: Cells = {
        "application": f"S2025-{number:03d}",
        "enterprise": f"示例企业{firm:03d}",
        "region": random.choices(DISTRICTS, WEIGHTS)[0],
        "article": "",
        "score": None if random.random() < 0.02 else round(random.triangular(52, 97, 78), 1),
        "note": NOTE,
        "project": f"示例项目{number:03d}",
        "in_city": random.random() > 0.02,
        "dishonest": random.random() < 0.02,
    }
    kind(random, row)
    droppable = [name for name in ("equipment", "filed_on", "approved_award", "saving", "in_city") if name in row]
    if random.random() < 0.04 and droppable:
        row[random.choice(droppable)] = None
    return row


Kind = Callable[[Random, Cells], None]


def _money(random: Random, median: float, spread: float = 0.9) -> float:
    """Draw an amount in 万元, to a hundred yuan."""
    return round(median * random.lognormvariate(0, spread), 2)


def _project(random: Random, row: Cells, median: float, least: float) -> float:
    """An investment project with the basic conditions; one in twenty lies exactly on the threshold."""
    investment = least if random.random() < 0.05 else _money(random, median)
    row |= {
        "industrial": random.random() > 0.03,
        "software_firm": random.random() < 0.03,
        "sound_accounts": random.random() > 0.02,
        "filed_on": (CUTOFF - timedelta(days=random.randint(-6, 900))).isoformat(),
        "cutoff_on": CUTOFF.isoformat(),
        "completed": random.random() > 0.08,
        "investment": investment,
        "equipment": round(investment * random.uniform(0.35, 0.9), 2),
    }
    return investment


def _upgrade(random: Random, row: Cells) -> None:
    row["article"] = "upgrade"
    _project(random, row, 6000, 1000)


def _chain_gap(random: Random, row: Cells) -> None:
    row["article"] = "chain-gap"
    _project(random, row, 40000, 5000)
    row["fills_gap"] = random.random() > 0.15


def _base(random: Random, row: Cells) -> None:
    row["article"] = "base"
    _project(random, row, 9000, 2000)
    fields = ("parts", "components", "materials", "process", "software", "none")
    row["base_kind"] = random.choices(fields, (5, 4, 6, 3, 2, 1))[0]


def _saving(random: Random, row: Cells) -> None:
    row["article"] = "saving"
    _saved(random, row, _money(random, 900))


def _saved(random: Random, row: Cells, investment: float) -> None:
    electric = random.random() < 0.5
    row |= {
        "investment": investment,
        "saving": 0 if electric else round(random.lognormvariate(6.5, 1.1), 2),
        "saving_kwh": random.randint(20, 600) * 10_000 if electric else 0,
        "coal_factor": random.choice([0.315, 0.315, 0.315, 0.123]) if electric else None,
        "saving_computable": random.random() > 0.1,
        "only_replaces": random.random() < 0.15,
        "saving_kind": random.choices(("retrofit", "contract", "motor", "lighting"), (51, 11, 22, 19))[0],
    }


def _both(random: Random, row: Cells) -> None:
    """One project that asks for two funds."""
    _saved(random, row, _project(random, row, 5000, 1000))
    row["article"] = "upgrade;saving"


def _chips(random: Random, row: Cells) -> None:
    business = random.choice(("design", "making", "packaging", "materials"))
    row |= {
        "article": "ic-design" if business == "design" else "ic-make",
        "ic_business": business,
        "sales": _money(random, 15000 if business == "design" else 120000, 0.7),
        "first_time": random.random() > 0.2,
    }


def _title(random: Random, row: Cells) -> None:
    honour = random.choice(("champion-firm", "champion-product", "champion-city", "little-giant", "leading"))
    row |= {
        "article": honour,
        "honour": honour if random.random() > 0.05 else "none",
        "first_time": random.random() > 0.2,
    }
    if honour in ("little-giant", "leading"):
        row["approved_award"] = round(random.uniform(0.5, 1.1) * (200 if honour == "little-giant" else 2000), 2)


def _ladder(random: Random, row: Cells) -> None:
    article = random.choice(("eagle", "gazelle", "ipo"))
    row |= {
        "article": article,
        "ladder": random.choice(("eagle", "gazelle")) if article == "ipo" else article,
        "bank_loan": random.random() > 0.2,
        "listed": random.random() > 0.3,
        "first_time": random.random() > 0.2,
        "approved_award": round(random.uniform(5, 24), 2),
    }


def _adapted(random: Random, row: Cells) -> None:
    row |= {"article": "adapt", "key_base": random.random() > 0.2, "actual_investment": _money(random, 3000)}


def _computing(random: Random, row: Cells) -> None:
    row |= {"article": "voucher", "rents_computing": True, "approved_award": _money(random, 40)}


KINDS: list[tuple[Kind, int]] = [
    (_upgrade, 190), (_chain_gap, 50), (_base, 50), (_saving, 75), (_both, 20), (_chips, 25), (_title, 40),
    (_ladder, 25), (_adapted, 12), (_computing, 13),
]  # fmt: skip
"""Kinds of applications and how often they come."""

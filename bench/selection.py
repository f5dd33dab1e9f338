"""Bench: select whole projects in stages and in the whole program, of the example and of made-up economies; then many.

The whole program is the check of the stages: both gaps are in money, and its time limit is honoured. Then 300 and 1,000
projects, drawn from the example's and each as much smaller, in the example's economy, with reasons for a sample of them.
Run it alone with `python bench/run.py selection`, or here with the seconds that the whole program may take.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

import haihe as hh
from haihe.messages import HaiheError
from haihe.planning.choosing import Valuer
from haihe.planning.control import Control
from haihe.planning.projects import YI
from haihe.planning.reasons import VERDICTS, Basis, examine
from haihe.planning.selection import Selection, task_of
from haihe.planning.staged import Chosen, Task, choose_at_once, choose_in_stages

sys.path.extend(str(Path(__file__).resolve().parent.parent / name) for name in ("tests", "tests/planning"))
from selection_cases import grown

SECONDS = 300.0
GAP = 0.01
SEEDS, PROJECTS = range(10), 30
SIZES = {300: 20, 1000: 10}
"""Many projects: how many, and for how many of them reasons are found."""
CLOSE = 1e-3
"""Gap asked for with many projects, as a share of what they are worth."""
EACH = 100.0
"""Seconds that one solve of the small model may take with many projects."""

Row = dict[str, str]


def row(case: str, options: int, cpu: float, worth: float, gap: float, remark: str) -> Row:
    """One record of the table; money in 100 m yuan (亿元), discounted."""
    return {
        "case": case,
        "options": f"{options:,}",
        "CPU, s": f"{cpu:.1f}",
        "worth": f"{worth:.3f}" if np.isfinite(worth) else "—",
        "short at most": f"{gap:.4f} ({gap / worth:.3%})" if np.isfinite(gap) and worth else "—",
        "remark": remark,
    }


def example() -> tuple[Selection, Row]:
    """Select in stages, on the example."""
    region = hh.example("jing-jin-ji")
    began, clock = time.process_time(), time.perf_counter()
    selection = hh.select(region, gap=GAP)
    cpu, wall, c = time.process_time() - began, time.perf_counter() - clock, selection.chosen
    remark = f"{len(c.rounds)} rounds, {wall:.0f} s on the clock; predicted by prices {c.predicted / YI:.3f}"
    n = len(selection.task.projects.projects)
    return selection, row(f"example, {n} projects, in stages", c.choice.size, cpu, c.worth / YI, c.gap / YI, remark)


def whole(selection: Selection, seconds: float) -> Row:
    """Select in the whole program, with a time limit and an honest bound."""
    task, c = task_of(selection.region), selection.chosen
    case, began = f"the same, whole program, limit {seconds:.0f} s", time.process_time()
    model, control = task.assembly(money=True).model, Control(time_limit=seconds)
    try:
        found = choose_at_once(model, task.ties, c.nothing, gap=GAP * c.worth, control=control)
    except HaiheError as error:
        cpu = time.process_time() - began
        return row(case, c.choice.size, cpu, np.nan, np.nan, f"no answer in time ({error.code})")
    assert found is not None
    answer, cpu = found[0], time.process_time() - began
    better = (c.objective - answer.objective) / YI
    remark = f"{'proved' if answer.proved else 'stopped'}; better than in stages by {better:.4f}"
    return row(case, c.choice.size, cpu, (c.nothing - answer.objective) / YI, answer.gap / YI, remark)


def seeded() -> Iterator[Row]:
    """Select in made-up economies, in stages and in the whole program."""
    for seed in SEEDS:
        case = grown(seed, PROJECTS)
        began = time.process_time()
        chosen = case.chosen(GAP)
        cpu, began = time.process_time() - began, time.process_time()
        found = choose_at_once(case.model(money=True), case.ties, chosen.nothing, gap=GAP * chosen.worth)
        assert found is not None
        answer, other = found[0], time.process_time() - began
        remark = (
            f"whole program: {(chosen.nothing - answer.objective) / YI:.3f}, short at most {answer.gap / YI:.4f}, CPU "
            f"{other:.1f} s; better than in stages by {(chosen.objective - answer.objective) / YI:.4f}"
        )
        name = f"made-up economy {seed}, {PROJECTS} projects, in stages"
        yield row(name, chosen.choice.size, cpu, chosen.worth / YI, chosen.gap / YI, remark)


def explained(selection: Selection) -> Iterator[Row]:
    """Explain a chosen project and one that is not, without and with levers."""
    frame = selection.projects
    for status in ("chosen", "not"):
        order = frame[(frame["status"] == status) & ~selection.task.projects.short].sort_values("recomputed")
        project = str(order["project"].iloc[-1])
        for levers in (False, True):
            began = time.process_time()
            reason = selection.explain(project, levers=levers)
            cpu, size = time.process_time() - began, selection.chosen.choice.size
            case = f"explain {project} ({status}){', with levers' if levers else ''}"
            yield row(case, size, cpu, reason.loss, np.nan, f"worth: the loss when forced; {reason.verdict}")


def multiplied(task: Task, n: int, seed: int = 0) -> Task:
    """Make n projects by drawing from the example's: all together about as large, each changed at random."""
    rng, setup, spec, money = np.random.default_rng(seed), task.setup, task.projects, task.setup.money
    assert money is not None
    known = np.isin(np.arange(len(spec.projects)), spec.project)
    free = np.flatnonzero(~spec.committed & ~spec.anyway & ~spec.short & known)
    drawn, size = rng.choice(free, n), rng.uniform(0.6, 1.4, n) * free.size / n
    options = [np.flatnonzero(spec.project == p) for p in drawn]
    option, project = np.concatenate(options), np.repeat(np.arange(n), [len(o) for o in options])
    of_project = ("capacity", "jobs", "given", "award", "city", "district", "need")
    made = replace(
        spec,
        projects=tuple(f"M{k:04d}" for k in range(n)),
        titles=tuple(spec.titles[p] for p in drawn),
        sector=spec.sector[drawn],
        ownership=tuple(spec.ownership[p] for p in drawn),
        committed=np.zeros(n, dtype=bool),
        anyway=np.zeros(n, dtype=bool),
        fund=tuple(spec.fund[p] for p in drawn),
        project=project,
        investment=spec.investment[option] * (size * rng.uniform(0.9, 1.1, n))[project],
        reference=np.zeros(option.size, dtype=bool),
        uses=spec.uses[drawn] * size[:, None],
        **{name: getattr(spec, name)[drawn] * size for name in of_project},
        **{name: getattr(spec, name)[option] for name in ("site", "member", "start", "done")},
    )
    of_option = ("city_budget", "district_budget", "district", "least", "most", "fee")
    funds = replace(money, **{name: getattr(money, name)[option] for name in of_option})
    old = setup.ties
    placed = {"district": old.district[option], "chain": old.chain[option]} if old.district.size else {}
    ties = replace(old, requires=(), phases=(), excludes=(), **placed)
    return Task(replace(setup, projects=made, money=funds, ties=ties, origin=np.full(n, -1)))


def many(selection: Selection, n: int, sample: int) -> Iterator[Row]:
    """Select among many, and explain some of them, half of them built."""
    task, began = multiplied(selection.task, n), time.process_time()
    control = Control(time_limit=EACH)
    chosen, valuer = choose_in_stages(task, gap=CLOSE, control=control)
    cpu, rounds = time.process_time() - began, chosen.rounds
    tried = int(rounds["whole"].sum())
    remark = f"{len(rounds)} rounds, {tried} of them whole; predicted by prices {chosen.predicted / YI:.3f}"
    size = chosen.choice.size
    yield row(f"{n:,} made-up projects, in stages", size, cpu, chosen.worth / YI, chosen.gap / YI, remark)
    began = time.process_time()
    basis = Basis(chosen.candidates, chosen.choice, chosen.objective, chosen.gap)
    sharper = basis.sharpened(control)
    cpu = time.process_time() - began
    yield row(
        f"{n:,}, proved further", size, cpu, chosen.worth / YI, sharper.gap / YI, "the same choice, its bound raised"
    )
    yield reasons(task, basis, sampled(chosen, n, sample), valuer, control)


def sampled(chosen: Chosen, n: int, sample: int) -> list[int]:
    """Draw projects, half of them built."""
    rng, spec = np.random.default_rng(1), chosen.candidates.projects
    built = np.bincount(spec.project, chosen.choice, n) > 0.5
    return [int(p) for side in (built, ~built) for p in rng.choice(np.flatnonzero(side), sample // 2, replace=False)]


def reasons(task: Task, basis: Basis, sample: list[int], valuer: Valuer, control: Control) -> Row:
    """Explain some of many projects; the loss of each lies between what is certain and what was found."""
    names, found, cpu = task.projects.projects, [], []
    for p in sample:
        began = time.process_time()
        try:
            found.append(examine(basis, names[p], valuer=valuer, control=control).reason)
        except HaiheError as error:
            if error.code != "E-PLN-61":
                raise
        cpu.append(time.process_time() - began)
    loss, low = (np.array([getattr(reason, name) for reason in found]) for name in ("loss", "low"))
    verdicts = [reason.verdict for reason in found]
    count = [f"{verdicts.count(v)} {v}" for v in VERDICTS if v in verdicts]
    late = len(sample) - len(found)
    remark = (
        f"{', '.join(count)}; {late} without answer in time; sign certain for {(low > 0).sum()}; CPU {np.median(cpu):.1f} s "
        f"each, at most {max(cpu):.1f}; loss {np.nanmedian(loss):.3f} (median), known to within "
        f"{np.nanmedian(loss - low):.4f}, at worst {np.nanmax(loss - low):.4f}"
    )
    case = f"{len(names):,}, reasons of {len(sample)}, half of them built"
    return row(case, basis.choice.size, sum(cpu), np.nan, np.nan, remark)


def main(seconds: float = SECONDS) -> None:
    """Print the table as JSON; each row on standard error as it comes."""
    selection, first = example()
    rows = []

    def told() -> Iterator[Row]:
        yield first
        yield whole(selection, seconds)
        yield from explained(selection)
        yield from seeded()
        for n, sample in SIZES.items():
            yield from many(selection, n, sample)

    for made in told():
        rows.append(made)
        print(made, file=sys.stderr, flush=True)
    note = (
        "Worth and gap in 100 m yuan (亿元), discounted. “Short at most” is proved: no choice of whole projects is better by "
        "more, and its share of what projects are worth. Made-up economies and their projects: `tests/planning/selection_cases.py`. "
        "The 300 and 1,000 projects are drawn from the example's and together about as large as those, in the example's "
        f"economy, sites and budgets; one solve of the small model may take {EACH:.0f} s on the clock. Their reasons are "
        "forced choices, each solved again in the plan, without levers. CPU seconds of one thread, on a machine on which "
        "others work."
    )
    print(json.dumps({"title": "Select whole projects", "note": note, "rows": rows}, ensure_ascii=False))


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
